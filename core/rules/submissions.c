#include "rules/judging.h"

static void selected_field(const void *selection, uint32_t row, uint32_t field,
                           struct vt_cel_value *value)
{
  const struct vt_selection *from = selection;
  vt_judging_field(from->judging, from->rows[row], field, value);
}

int vt_judging_partition(struct vt_judging *judging, const struct vt_rule *rule,
                         const struct vt_partition **partition)
{
  *partition = NULL;
  if (rule->target == VT_TARGET_BLOCK) {
    *partition = &judging->by_block;
    return vt_judging_by_block(judging);
  }
  if (rule->target == VT_TARGET_AREA) {
    *partition = &judging->by_area;
    return vt_judging_by_area(judging);
  }
  return VATER_OK;
}

bool vt_judging_names(const struct vt_rules *rules, const struct vt_rule *rule,
                      const struct vt_group *group)
{
  size_t index = (size_t)(rule - rules->rules);
  const uint32_t *naming =
      group->indicator != NULL ? group->indicator->naming : rules->unknown_naming;
  return (naming[index / 32] >> index % 32 & 1) != 0;
}

void vt_judging_select(const struct vt_judging *judging, const struct vt_rule *rule,
                       const struct vt_partition *partition, uint32_t part,
                       struct vt_selection *selection)
{
  const uint32_t *comments = judging->table->columns[VATER_COLUMN_COMMENT_CODE].ids;
  uint32_t from = partition == NULL ? 0 : partition->starts[part];
  uint32_t to = partition == NULL ? judging->table->rows : partition->starts[part + 1];
  uint32_t group = UINT32_MAX;
  bool named = false;
  selection->judging = judging;
  selection->count = 0;
  selection->explained = false;
  for (uint32_t i = from; i < to; i++) {
    uint32_t row = partition == NULL ? i : partition->rows[i];
    if (judging->row_group[row] != group) {
      group = judging->row_group[row];
      named = vt_judging_names(judging->rules, rule, &judging->groups[group]);
    }
    if (!named || !vt_judging_applies(judging, rule, row))
      continue;
    selection->rows[selection->count++] = row;
    selection->explained |= comments != NULL && comments[row] != VT_TABLE_NO_TEXT;
  }
}

void vt_judging_frame(const struct vt_judging *judging, const struct vt_rule *rule,
                      const struct vt_selection *selection, struct vt_submission_frame *frame)
{
  const struct vt_rules_scope *scope = &judging->rules->scopes[rule->target];
  const struct vt_group *group =
      selection->count == 0 ? NULL : &judging->groups[judging->row_group[selection->rows[0]]];
  frame->view = group == NULL ? (struct vt_indicator_view){NULL, false}
                              : (struct vt_indicator_view){group->indicator, group->collected};
  frame->indicator = (struct vt_cel_getter){vt_rules_indicator_field, &frame->view};
  frame->rows = (struct vt_cel_getter){selected_field, selection};
  vt_judging_variables(judging, scope, &frame->indicator, frame->variables);
  if (scope->rows != VT_SLOT_NONE)
    frame->variables[scope->rows] =
        vt_cel_records(scope->observation_type, &frame->rows, selection->count);
}

static enum vt_outcome outcome_of(const struct vt_rule *rule, const struct vt_cel_value *value)
{
  if (value->kind == VT_CEL_BOOL)
    return value->as.truth ? VT_OUTCOME_PASS : VT_OUTCOME_FAIL;
  if (value->kind != VT_CEL_MISSING || rule->missing == VT_MISSING_ERROR)
    return VT_OUTCOME_ERROR;
  return rule->missing == VT_MISSING_FAIL ? VT_OUTCOME_FAIL : VT_OUTCOME_SKIPPED;
}

struct vt_why vt_judging_why(const struct vt_cel_value *value)
{
  if (value->kind != VT_CEL_ERROR)
    return (struct vt_why){.text = VT_STR("a number is missing"), .ours = true};
  const struct vt_cel_fault *fault = value->as.fault;
  return (struct vt_why){.text = fault->text,
                         .ours = fault->status == VATER_E_LIMIT,
                         .cause = fault->status == VATER_E_BUG ? "RULE-PLUGIN" : NULL};
}

enum vt_outcome vt_judging_evaluate(struct vt_judging *judging, const struct vt_rule *rule,
                                    const struct vt_cel_value *variables, struct vt_why *why)
{
  struct vt_cel_value value;
  *why = (struct vt_why){0};
  if (rule->when != NULL) {
    vt_judging_eval(judging, rule->when, variables, &value);
    if (value.kind == VT_CEL_MISSING)
      return VT_OUTCOME_SKIPPED;
    if (value.kind == VT_CEL_ERROR) {
      *why = vt_judging_why(&value);
      return VT_OUTCOME_ERROR;
    }
    if (!value.as.truth)
      return VT_OUTCOME_NOT_APPLICABLE;
  }
  vt_judging_eval(judging, rule->assert, variables, &value);
  enum vt_outcome outcome = outcome_of(rule, &value);
  if (outcome == VT_OUTCOME_ERROR)
    *why = vt_judging_why(&value);
  return outcome;
}

int vt_judging_count_blocks(struct vt_judging *judging, const struct vt_selection *selection,
                            enum vt_outcome outcome, int severity)
{
  uint8_t *seen = vt_arena_array(judging->scratch, (size_t)judging->block_count + 1, 1);
  if (seen == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < selection->count; i++) {
    uint32_t block = judging->row_block[selection->rows[i]];
    if (!seen[block])
      vt_judging_count(judging, block, outcome, severity);
    seen[block] = 1;
  }
  return VATER_OK;
}

static int judge_part(struct vt_judging *judging, uint32_t index, uint32_t part,
                      const struct vt_selection *selection, struct vt_submission_frame *frame)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  bool delivery = rule->target == VT_TARGET_DELIVERY;
  struct vt_why why;
  vt_judging_frame(judging, rule, selection, frame);
  enum vt_outcome outcome = vt_judging_evaluate(judging, rule, frame->variables, &why);
  judging->states[index].counts[outcome]++;
  if (outcome != VT_OUTCOME_FAIL && outcome != VT_OUTCOME_ERROR)
    return VATER_OK;
  int severity = outcome == VT_OUTCOME_ERROR ? VATER_SEVERITY_WARNING
                                             : vt_judging_severity(rule, selection->explained);
  uint32_t row = selection->count == 0 || delivery ? VT_NO_ROW : selection->rows[0];
  struct vt_target_place place = {.row = row,
                                  .block = row == VT_NO_ROW ? UINT32_MAX : judging->row_block[row],
                                  .part = part,
                                  .column = row == VT_NO_ROW ? VATER_COLUMN_NONE : rule->column,
                                  .why = why};
  int status = vt_judging_keep(judging, index, outcome, severity, &place);
  if (status == VATER_OK && delivery)
    return vt_judging_count_blocks(judging, selection, outcome, severity);
  if (status == VATER_OK)
    vt_judging_count(judging, place.block, outcome, severity);
  return status;
}

static int judge_rule(struct vt_judging *judging, uint32_t index)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  const struct vt_partition *partition;
  int status = vt_judging_partition(judging, rule, &partition);
  struct vt_selection selection = {0};
  struct vt_submission_frame frame = {0};
  selection.rows =
      vt_arena_array(judging->scratch, (size_t)judging->table->rows + 1, sizeof *selection.rows);
  frame.variables = vt_arena_array(judging->scratch,
                                   (size_t)judging->rules->scopes[rule->target].variable_count + 1,
                                   sizeof *frame.variables);
  if (selection.rows == NULL || frame.variables == NULL)
    status = VATER_E_NOMEM;
  uint32_t parts = partition == NULL ? 1 : partition->parts;
  for (uint32_t part = 0; part < parts && status == VATER_OK; part++) {
    vt_judging_select(judging, rule, partition, part, &selection);
    bool whole = partition == NULL && rule->everything;
    if (selection.count > 0 || whole)
      status = judge_part(judging, index, part, &selection, &frame);
    else
      judging->states[index].counts[VT_OUTCOME_NOT_APPLICABLE]++;
  }
  vt_arena_reset(judging->scratch);
  return status;
}

/* What needs more than one delivery is counted by the blocks that it would look at. */
static void skip_rule(struct vt_judging *judging, uint32_t index)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  for (uint32_t block = 0; block < judging->block_count; block++) {
    uint32_t group = judging->row_group[judging->blocks[block].first_row];
    if (vt_judging_names(judging->rules, rule, &judging->groups[group]))
      judging->states[index].counts[VT_OUTCOME_SKIPPED]++;
  }
  judging->states[index].reason =
      rule->target == VT_TARGET_SERIES ? "needs history" : "needs other actors";
}

int vt_judging_submissions(struct vt_judging *judging, struct vt_error *error)
{
  const struct vt_rules *rules = judging->rules;
  int status = VATER_OK;
  for (uint32_t i = 0; i < rules->rule_count && status == VATER_OK; i++) {
    const struct vt_rule *rule = &rules->rules[i];
    if (rule->target == VT_TARGET_OBSERVATION || !vt_judging_asks(judging, i))
      continue;
    vt_judging_note(judging, i);
    vt_watch_begun(judging->context->watch, rule->info.code);
    if (rule->target >= VT_TARGET_SERIES)
      skip_rule(judging, i);
    else if (rule->check != NULL)
      status = vt_judging_check(judging, i, error);
    else
      status = judge_rule(judging, i);
    vt_watch_ended(judging->context->watch, rule->info.code);
  }
  return status;
}

#include "base/limits.h"
#include "rules/judging.h"

static bool is_wide(const struct vt_rule *rule)
{
  return rule->target >= VT_TARGET_SERIES;
}

bool vt_rules_conclude_on(const struct vt_rules *rules, struct vater_str indicator)
{
  const uint64_t *index = vt_map_get(&rules->ids, indicator);
  const struct vt_group group = {.indicator = index == NULL ? NULL : &rules->indicators[*index]};
  for (uint32_t i = 0; i < rules->rule_count; i++)
    if (is_wide(&rules->rules[i]) && vt_judging_names(rules, &rules->rules[i], &group))
      return true;
  return false;
}

/* ---- variables of a target --------------------------------------------------------------------
 */

static void slice_field(const void *slice, uint32_t row, uint32_t field, struct vt_cel_value *value)
{
  const struct vt_slice *from = slice;
  vt_judging_field(from->judging, from->rows[row], field, value);
}

/* The observation that is not there: its record has no field. */
static void absent_field(const void *context, uint32_t row, uint32_t field,
                         struct vt_cel_value *value)
{
  (void)context;
  (void)row;
  (void)field;
  *value = vt_cel_missing();
}

static const struct vt_cel_getter absent = {absent_field, NULL};

static bool owes(const struct vt_judging *judging, const struct vt_rules_obligation *obligation,
                 uint32_t row)
{
  const struct vt_period_days *days = vt_judging_period(judging, row);
  const struct vt_indicator *indicator = judging->groups[judging->row_group[row]].indicator;
  return days != NULL && indicator != NULL &&
         vt_str_equal(obligation->indicator, indicator->info.id) &&
         days->period.end >= obligation->from && days->period.start <= obligation->to;
}

/* Obligations of one actor stand together: it is listed once. */
static uint32_t list_expected(struct vt_judging *judging, uint32_t row)
{
  const struct vt_rules_history *history = judging->wide->history;
  const struct vt_rules_context *context = judging->context;
  struct vt_rules_actor *list = judging->wide->expected;
  uint32_t count = 0;
  for (size_t i = 0, at = 0; i < history->obligation_count; i++) {
    const struct vt_rules_obligation *obligation = &history->obligations[i];
    if (!owes(judging, obligation, row) ||
        (count > 0 && vt_str_equal(list[count - 1].orgnr, obligation->actor)))
      continue;
    while (at < context->actor_count && !vt_str_equal(context->actors[at].orgnr, obligation->actor))
      at++;
    list[count++] = at < context->actor_count ? context->actors[at]
                                              : (struct vt_rules_actor){.orgnr = obligation->actor};
    at = at < context->actor_count ? at : 0;
  }
  return count;
}

static void slice(struct vt_wide_frame *frame, const struct vt_judging *judging,
                  const struct vt_partition *partition, uint32_t from, uint32_t to)
{
  frame->slice = (struct vt_slice){judging, partition->rows + from, to - from};
  frame->rows = (struct vt_cel_getter){slice_field, &frame->slice};
}

static void slice_part(struct vt_wide_frame *frame, const struct vt_judging *judging,
                       const struct vt_partition *partition, uint32_t row)
{
  uint32_t part = partition->part[row];
  slice(frame, judging, partition, partition->starts[part], partition->starts[part + 1]);
}

void vt_wide_frame(struct vt_judging *judging, const struct vt_rule *rule, uint32_t row,
                   struct vt_wide_frame *frame, struct vt_cel_value *variables)
{
  const struct vt_rules_scope *scope = &judging->rules->scopes[rule->target];
  const struct vt_group *group = &judging->groups[judging->row_group[row]];
  struct vt_wide *wide = judging->wide;
  frame->view = (struct vt_indicator_view){group->indicator, group->collected};
  frame->indicator = (struct vt_cel_getter){vt_rules_indicator_field, &frame->view};
  vt_judging_variables(judging, scope, &frame->indicator, variables);
  if (scope->obs != VT_SLOT_NONE)
    variables[scope->obs] = vt_cel_record(scope->observation_type, &judging->observation, row);
  if (rule->target == VT_TARGET_SERIES) {
    uint32_t place = wide->places[row], start = wide->by_series.starts[wide->by_series.part[row]];
    slice(frame, judging, &wide->by_series, start, place + 1);
    variables[scope->series] =
        vt_cel_records(scope->observation_type, &frame->rows, frame->slice.count);
    variables[scope->previous] = place > start
                                     ? vt_cel_record(scope->observation_type, &judging->observation,
                                                     wide->by_series.rows[place - 1])
                                     : vt_cel_record(scope->observation_type, &absent, 0);
    return;
  }
  slice_part(frame, judging, rule->target == VT_TARGET_PEERS ? &wide->by_peers : &wide->by_period,
             row);
  variables[scope->actors] =
      vt_cel_records(scope->observation_type, &frame->rows, frame->slice.count);
  if (scope->expected == VT_SLOT_NONE)
    return;
  frame->expected = (struct vt_cel_getter){vt_rules_actor_field, wide->expected};
  variables[scope->expected] =
      vt_cel_records(scope->actor_type, &frame->expected, list_expected(judging, row));
}

/* ---- judging ----------------------------------------------------------------------------------
 */

/* The block that a finding about a whole period counts in: that of no actor. */
static int subject_of(struct vt_judging *judging, uint32_t row, uint32_t *block)
{
  struct vt_wide *wide = judging->wide;
  uint32_t part = wide->by_period.part[row];
  int status = VATER_OK;
  if (wide->subjects[part] == 0) {
    const struct vt_block *first = &judging->blocks[judging->row_block[row]];
    wide->subjects[part] = judging->block_count + 1;
    status = vt_judging_add_block(judging, VT_TABLE_NO_TEXT, first->indicator, first->period, row);
  }
  *block = wide->subjects[part] - 1;
  return status;
}

static int found(struct vt_judging *judging, uint32_t index, uint32_t row, enum vt_outcome outcome,
                 const struct vt_why *why)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  const uint32_t *comments = judging->table->columns[VATER_COLUMN_COMMENT_CODE].ids;
  bool period = rule->target == VT_TARGET_PERIOD;
  bool explained = !period && comments != NULL && comments[row] != VT_TABLE_NO_TEXT;
  int severity =
      outcome == VT_OUTCOME_ERROR ? VATER_SEVERITY_WARNING : vt_judging_severity(rule, explained);
  /* nothing here decides a verdict, also not the want of a comment */
  if (severity > VATER_SEVERITY_WARNING)
    severity = VATER_SEVERITY_WARNING;
  struct vt_target_place place = {.row = period ? VT_NO_ROW : row,
                                  .block = judging->row_block[row],
                                  .part = row,
                                  .column = period ? VATER_COLUMN_NONE : rule->column,
                                  .why = *why};
  int status = period ? subject_of(judging, row, &place.block) : VATER_OK;
  if (status == VATER_OK)
    status = vt_judging_keep(judging, index, outcome, severity, &place);
  if (status == VATER_OK)
    vt_judging_count(judging, place.block, outcome, severity);
  return status;
}

static int judge_target(struct vt_judging *judging, uint32_t index, uint32_t row,
                        struct vt_cel_value *variables)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  struct vt_wide_frame frame;
  struct vt_why why = {0};
  enum vt_outcome outcome = VT_OUTCOME_NOT_APPLICABLE;
  if (vt_judging_applies(judging, rule, row)) {
    vt_wide_frame(judging, rule, row, &frame, variables);
    outcome = vt_judging_evaluate(judging, rule, variables, &why);
  }
  judging->states[index].counts[outcome]++;
  if (outcome != VT_OUTCOME_FAIL && outcome != VT_OUTCOME_ERROR)
    return VATER_OK;
  return found(judging, index, row, outcome, &why);
}

static int judge_rule(struct vt_judging *judging, uint32_t index)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  vt_judging_note(judging, index);
  const struct vt_partition *periods = &judging->wide->by_period;
  uint32_t room = judging->rules->scopes[rule->target].variable_count;
  struct vt_cel_value *variables =
      vt_arena_array(judging->scratch, (size_t)room + 1, sizeof *variables);
  uint8_t *seen = vt_arena_array(judging->scratch, (size_t)periods->parts + 1, 1);
  int status = variables == NULL || seen == NULL ? VATER_E_NOMEM : VATER_OK;
  uint32_t rows = judging->table->rows, current = judging->wide->history->current;
  for (uint32_t row = 0; row < rows && row < current && status == VATER_OK; row++) {
    if (!vt_judging_names(judging->rules, rule, &judging->groups[judging->row_group[row]]))
      continue;
    uint32_t part = periods->part[row];
    if (rule->target == VT_TARGET_PERIOD && seen[part])
      continue;
    seen[part] = 1;
    status = judge_target(judging, index, row, variables);
  }
  vt_arena_reset(judging->scratch);
  return status;
}

static int make_room(struct vt_judging *judging)
{
  struct vt_wide *wide = judging->wide;
  wide->subjects =
      vt_arena_array(judging->arena, (size_t)wide->by_period.parts + 1, sizeof *wide->subjects);
  wide->expected =
      vt_arena_array(judging->arena, wide->history->obligation_count + 1, sizeof *wide->expected);
  return wide->subjects == NULL || wide->expected == NULL ? VATER_E_NOMEM : VATER_OK;
}

int vt_judging_conclude(struct vt_judging *judging)
{
  const struct vt_rules *rules = judging->rules;
  int status = vt_judging_by_wide(judging);
  if (status == VATER_OK)
    status = make_room(judging);
  for (uint32_t i = 0; i < rules->rule_count && status == VATER_OK; i++)
    if (is_wide(&rules->rules[i]) && vt_judging_asks(judging, i))
      status = judge_rule(judging, i);
  return status;
}

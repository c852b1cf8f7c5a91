#include "rules/chunk.h"

/* Below this many rows, binding columns costs more than it saves. */
enum { COLUMN_ROWS_MIN = 32 };

struct bound_rule {
  uint32_t index;
  const struct vt_rule *rule;
  struct vt_cel_columns *when, *assert; /* NULL: row by row */
};

/* The rules of scope observation for one group. */
struct pass {
  struct vt_judging *judging;
  const struct vt_rules_scope *scope;
  struct vt_indicator_view view;
  struct vt_cel_getter indicator;
  struct vt_cel_value *variables;
  struct bound_rule *bound;
  uint32_t count;
  struct vt_chunk chunk;
  uint8_t *when, *assert; /* lanes of a chunk */
  unsigned actions;       /* that occur in the chunk */
};

static enum vt_cel_lane lane_of(const struct vt_cel_value *value)
{
  if (value->kind == VT_CEL_BOOL)
    return value->as.truth ? VT_CEL_LANE_TRUE : VT_CEL_LANE_FALSE;
  return value->kind == VT_CEL_MISSING ? VT_CEL_LANE_MISSING : VT_CEL_LANE_ERROR;
}

static void eval_row(struct pass *pass, const struct vt_cel_program *program, uint32_t row,
                     struct vt_cel_value *value)
{
  struct vt_judging *judging = pass->judging;
  pass->variables[pass->scope->obs] =
      vt_cel_record(pass->scope->observation_type, &judging->observation, row);
  vt_judging_eval(judging, program, pass->variables, value);
}

static int eval_lanes(struct pass *pass, const struct vt_cel_program *program,
                      struct vt_cel_columns *columns, const uint32_t *rows, uint32_t count,
                      uint8_t *lanes)
{
  if (columns != NULL)
    return vt_cel_columns_eval(columns, pass->judging->run, 0, count, lanes);
  for (uint32_t i = 0; i < count; i++) {
    struct vt_cel_value value;
    eval_row(pass, program, rows[i], &value);
    lanes[i] = (uint8_t)lane_of(&value);
  }
  return VATER_OK;
}

static enum vt_outcome outcome_of(const struct vt_rule *rule, uint8_t when, uint8_t lane)
{
  if (when == VT_CEL_LANE_FALSE)
    return VT_OUTCOME_NOT_APPLICABLE;
  if (when == VT_CEL_LANE_MISSING)
    return VT_OUTCOME_SKIPPED;
  if (when == VT_CEL_LANE_ERROR || lane == VT_CEL_LANE_ERROR)
    return VT_OUTCOME_ERROR;
  if (lane == VT_CEL_LANE_TRUE)
    return VT_OUTCOME_PASS;
  if (lane == VT_CEL_LANE_FALSE || rule->missing == VT_MISSING_FAIL)
    return VT_OUTCOME_FAIL;
  return rule->missing == VT_MISSING_ERROR ? VT_OUTCOME_ERROR : VT_OUTCOME_SKIPPED;
}

/* The texts live until the run's next evaluation. */
static struct vt_why why_error(struct pass *pass, const struct vt_rule *rule, uint32_t row)
{
  struct vt_cel_value value = {.kind = VT_CEL_MISSING};
  if (rule->when != NULL)
    eval_row(pass, rule->when, row, &value);
  if (value.kind != VT_CEL_ERROR)
    eval_row(pass, rule->assert, row, &value);
  return vt_judging_why(&value);
}

static int found(struct pass *pass, const struct bound_rule *bound, enum vt_outcome outcome,
                 uint32_t row)
{
  struct vt_judging *judging = pass->judging;
  const uint32_t *comments = judging->table->columns[VATER_COLUMN_COMMENT_CODE].ids;
  bool explained = comments != NULL && comments[row] != VT_TABLE_NO_TEXT;
  struct vt_target_place place = {
      .row = row, .block = judging->row_block[row], .column = bound->rule->column};
  int severity = vt_judging_severity(bound->rule, explained);
  if (outcome == VT_OUTCOME_ERROR) {
    severity = VATER_SEVERITY_WARNING;
    place.why = why_error(pass, bound->rule, row);
  }
  vt_judging_count(judging, place.block, outcome, severity);
  return vt_judging_keep(judging, bound->index, outcome, severity, &place);
}

static bool all_are(const uint8_t *lanes, uint32_t count, enum vt_cel_lane lane)
{
  return lanes[0] == lane && memcmp(lanes, lanes + 1, count - 1) == 0;
}

/* Most rules say the same of every row of a chunk, and are for all of them. */
static bool judged_at_once(const struct pass *pass, const struct vt_rule *rule, bool wanted,
                           uint32_t count, uint64_t counts[VT_OUTCOME_COUNT])
{
  if (rule->since != INT64_MIN || rule->until != INT64_MAX || (pass->actions & ~rule->actions) != 0)
    return false;
  if (!wanted && all_are(pass->when, count, VT_CEL_LANE_FALSE)) {
    counts[VT_OUTCOME_NOT_APPLICABLE] += count;
    return true;
  }
  if (!wanted || !all_are(pass->assert, count, VT_CEL_LANE_TRUE) ||
      (rule->when != NULL && !all_are(pass->when, count, VT_CEL_LANE_TRUE)))
    return false;
  counts[VT_OUTCOME_PASS] += count;
  return true;
}

static int judge_rows(struct pass *pass, const struct bound_rule *bound, const uint32_t *rows,
                      uint32_t count)
{
  struct vt_judging *judging = pass->judging;
  const struct vt_rule *rule = bound->rule;
  uint64_t *counts = judging->states[bound->index].counts;
  int status = VATER_OK;
  if (rule->when != NULL)
    status = eval_lanes(pass, rule->when, bound->when, rows, count, pass->when);
  bool wanted = rule->when == NULL || memchr(pass->when, VT_CEL_LANE_TRUE, count) != NULL;
  if (status == VATER_OK && wanted)
    status = eval_lanes(pass, rule->assert, bound->assert, rows, count, pass->assert);
  if (status == VATER_OK && judged_at_once(pass, rule, wanted, count, counts))
    return VATER_OK;
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    enum vt_outcome outcome = VT_OUTCOME_NOT_APPLICABLE;
    if (vt_judging_applies(judging, rule, rows[i]))
      outcome = outcome_of(rule, rule->when == NULL ? VT_CEL_LANE_TRUE : pass->when[i],
                           wanted ? pass->assert[i] : VT_CEL_LANE_TRUE);
    counts[outcome]++;
    if (outcome == VT_OUTCOME_FAIL || outcome == VT_OUTCOME_ERROR)
      status = found(pass, bound, outcome, rows[i]);
  }
  return status;
}

static int bind_one(struct pass *pass, const struct vt_cel_program *program, uint32_t rows,
                    struct vt_cel_columns **columns, struct vt_error *error)
{
  *columns = NULL;
  if (program == NULL)
    return VATER_OK;
  int status =
      vt_cel_columns_new(&pass->judging->rules->environment->allocator, program, pass->scope->obs,
                         pass->chunk.columns, rows, pass->variables, columns, error);
  return status == VATER_DONE ? VATER_OK : status;
}

static int pass_begin(struct pass *pass, uint32_t group, uint32_t rows, struct vt_error *error)
{
  struct vt_judging *judging = pass->judging;
  const struct vt_rules *rules = judging->rules;
  const struct vt_indicator *indicator = judging->groups[group].indicator;
  const uint32_t *list = indicator == NULL ? rules->unknown_rules : indicator->rules;
  uint32_t room = indicator == NULL ? rules->unknown_count : indicator->rule_count;
  pass->scope = &rules->scopes[VT_TARGET_OBSERVATION];
  pass->view = (struct vt_indicator_view){indicator, judging->groups[group].collected};
  pass->indicator = (struct vt_cel_getter){vt_rules_indicator_field, &pass->view};
  pass->bound = vt_arena_array(judging->scratch, room + 1, sizeof *pass->bound);
  pass->variables =
      vt_arena_array(judging->scratch, pass->scope->variable_count + 1, sizeof *pass->variables);
  pass->when = vt_arena_array(judging->scratch, rows, 1);
  pass->assert = vt_arena_array(judging->scratch, rows, 1);
  if (pass->bound == NULL || pass->variables == NULL || pass->when == NULL || pass->assert == NULL)
    return VATER_E_NOMEM;
  vt_judging_variables(judging, pass->scope, &pass->indicator, pass->variables);
  uint32_t fields = 0;
  for (uint32_t i = 0; i < room; i++) {
    const struct vt_rule *rule = &rules->rules[list[i]];
    if (rule->target != VT_TARGET_OBSERVATION || !vt_judging_asks(judging, list[i]))
      continue;
    pass->bound[pass->count++] = (struct bound_rule){.index = list[i], .rule = rule};
    fields |= rule->fields;
  }
  if (rows < COLUMN_ROWS_MIN)
    return VATER_OK;
  int status = vt_chunk_init(&pass->chunk, judging, group, fields, rows, judging->scratch);
  for (uint32_t i = 0; i < pass->count && status == VATER_OK; i++) {
    struct bound_rule *bound = &pass->bound[i];
    status = bind_one(pass, bound->rule->when, rows, &bound->when, error);
    if (status == VATER_OK)
      status = bind_one(pass, bound->rule->assert, rows, &bound->assert, error);
  }
  return status;
}

static void pass_end(struct pass *pass)
{
  for (uint32_t i = 0; i < pass->count; i++) {
    vt_cel_columns_free(pass->bound[i].when);
    vt_cel_columns_free(pass->bound[i].assert);
  }
}

static int judge_group(struct vt_judging *judging, uint32_t group, struct vt_error *error)
{
  const struct vt_partition *all = &judging->by_group;
  const uint32_t *rows = all->rows + all->starts[group];
  uint32_t count = all->starts[group + 1] - all->starts[group];
  uint32_t room = count < VT_CHUNK_ROWS ? count : VT_CHUNK_ROWS;
  struct pass pass = {.judging = judging};
  int status = pass_begin(&pass, group, room, error);
  for (uint32_t at = 0; at < count && status == VATER_OK; at += room) {
    uint32_t some = count - at < room ? count - at : room;
    if (room >= COLUMN_ROWS_MIN)
      vt_chunk_fill(&pass.chunk, rows + at, some);
    pass.actions = 0;
    for (uint32_t i = 0; i < some; i++)
      pass.actions |= judging->actions[rows[at + i]];
    vt_watch_ended(judging->context->watch, VT_STR("rows as columns"));
    for (uint32_t i = 0; i < pass.count && status == VATER_OK; i++) {
      vt_judging_note(judging, pass.bound[i].index);
      vt_watch_begun(judging->context->watch, pass.bound[i].rule->info.code);
      status = judge_rows(&pass, &pass.bound[i], rows + at, some);
      vt_watch_ended(judging->context->watch, pass.bound[i].rule->info.code);
    }
  }
  pass_end(&pass);
  vt_arena_reset(judging->scratch);
  return status;
}

int vt_judging_observations(struct vt_judging *judging, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t group = 0; group < judging->group_count && status == VATER_OK; group++)
    status = judge_group(judging, group, error);
  return status;
}

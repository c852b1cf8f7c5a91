#include "plugin/host.h"
#include "rules/judging.h"

/* A plugin's check under way: what it says about rows of the selection. */
struct check {
  struct vt_judging *judging;
  uint32_t index;
  const struct vt_rule *rule;
  const struct vt_selection *selection;
  uint8_t *failed; /* a row of the selection: 1 where it has failed */
  bool failed_all;
};

static int fail_all(struct check *check, struct vater_str text)
{
  struct vt_judging *judging = check->judging;
  int severity = vt_judging_severity(check->rule, false);
  struct vt_target_place place = {.row = VT_NO_ROW, .block = UINT32_MAX, .why.text = text};
  check->failed_all = true;
  int status = vt_judging_count_blocks(judging, check->selection, VT_OUTCOME_FAIL, severity);
  if (status != VATER_OK)
    return status;
  return vt_judging_keep(judging, check->index, VT_OUTCOME_FAIL, severity, &place);
}

static int fail(void *context, uint32_t row, int column, struct vater_str text,
                struct vt_error *error)
{
  (void)error;
  struct check *check = context;
  struct vt_judging *judging = check->judging;
  if (row == VT_FINDINGS_ALL)
    return fail_all(check, text);
  uint32_t place_row = check->selection->rows[row];
  const uint32_t *comments = judging->table->columns[VATER_COLUMN_COMMENT_CODE].ids;
  bool explained = comments != NULL && comments[place_row] != VT_TABLE_NO_TEXT;
  int severity = vt_judging_severity(check->rule, explained);
  struct vt_target_place place = {
      .row = place_row, .block = judging->row_block[place_row], .column = column, .why.text = text};
  check->failed[row] = 1;
  vt_judging_count(judging, place.block, VT_OUTCOME_FAIL, severity);
  return vt_judging_keep(judging, check->index, VT_OUTCOME_FAIL, severity, &place);
}

static const void *pick(struct vt_arena *arena, const void *from, size_t width,
                        const struct vt_selection *selection)
{
  if (from == NULL)
    return NULL;
  char *made = vt_arena_array(arena, (size_t)selection->count + 1, width);
  for (uint32_t i = 0; made != NULL && i < selection->count; i++)
    memcpy(made + i * width, (const char *)from + selection->rows[i] * width, width);
  return made;
}

/* A table of the selected rows that shares the texts, and all where all are selected. */
static bool view_of(struct vt_arena *arena, const struct vt_table *table,
                    const struct vt_selection *selection, struct vt_table *view)
{
  *view = *table;
  if (selection->count == table->rows)
    return true;
  view->rows = selection->count;
  view->block = NULL;
  view->size = 0;
  view->pages = pick(arena, table->pages, sizeof *table->pages, selection);
  view->offsets = pick(arena, table->offsets, sizeof *table->offsets, selection);
  bool whole = table->offsets == NULL || view->offsets != NULL;
  for (int i = 1; i < VT_TABLE_COLUMNS; i++) {
    const struct vt_column *from = &table->columns[i];
    struct vt_column *to = &view->columns[i];
    to->ids = pick(arena, from->ids, sizeof *from->ids, selection);
    to->numbers = pick(arena, from->numbers, sizeof *from->numbers, selection);
    to->decimals = pick(arena, from->decimals, sizeof *from->decimals, selection);
    to->truths = pick(arena, from->truths, sizeof *from->truths, selection);
    to->present = pick(arena, from->present, sizeof *from->present, selection);
    whole = whole && (from->ids == NULL || to->ids != NULL) &&
            (from->numbers == NULL || to->numbers != NULL) &&
            (from->decimals == NULL || to->decimals != NULL) &&
            (from->truths == NULL || to->truths != NULL) &&
            (from->present == NULL || to->present != NULL);
  }
  return whole;
}

/* Whose fault it is decides what to do about it: of what the rule hands in, of the figures that the
 * rule meets, or of the plugin. */
static const char *cause_of(const struct vt_error *failure)
{
  if (failure->status == VATER_E_CONFIG)
    return "RULE-CHECK";
  return failure->status == VATER_E_RULE ? NULL : "RULE-PLUGIN";
}

static int could_not(struct check *check, const struct vt_error *failure)
{
  struct vt_judging *judging = check->judging;
  struct vt_target_place place = {
      .row = VT_NO_ROW,
      .block = UINT32_MAX,
      .why = {.text = vt_str(failure->text), .cause = cause_of(failure)}};
  judging->states[check->index].counts[VT_OUTCOME_ERROR]++;
  int status =
      vt_judging_count_blocks(judging, check->selection, VT_OUTCOME_ERROR, VATER_SEVERITY_WARNING);
  if (status != VATER_OK)
    return status;
  return vt_judging_keep(judging, check->index, VT_OUTCOME_ERROR, VATER_SEVERITY_WARNING, &place);
}

static void count(struct check *check)
{
  uint64_t *counts = check->judging->states[check->index].counts;
  uint64_t failed = 0;
  for (uint32_t i = 0; i < check->selection->count; i++)
    failed += check->failed[i];
  if (check->failed_all && failed == 0)
    failed = 1;
  counts[VT_OUTCOME_FAIL] += failed;
  if (!check->failed_all)
    counts[VT_OUTCOME_PASS] += check->selection->count - failed;
}

static const struct vater_node *indicator_of(const void *context, uint32_t row)
{
  const struct check *check = context;
  uint32_t group = check->judging->row_group[check->selection->rows[row]];
  const struct vt_indicator *indicator = check->judging->groups[group].indicator;
  return indicator == NULL ? NULL : indicator->node;
}

static bool code_of(const void *context, const char *list, uint32_t index,
                    struct vater_str entry[3])
{
  const struct vt_rules *rules = ((const struct check *)context)->judging->rules;
  for (uint32_t i = 0; i < rules->list_count; i++) {
    const struct vt_codelist *known = &rules->lists[i];
    if (!vt_str_is(known->name, list))
      continue;
    const struct vt_cel_map *names = known->maps[VT_CODELIST_NAME].as.map;
    if (index >= vt_cel_map_count(names))
      return false;
    const struct vt_cel_value key = vt_cel_map_entries(names)[index].key;
    entry[0] = key.as.text;
    entry[1] = vt_cel_map_get(known->maps[VT_CODELIST_FROM].as.map, &key)->as.text;
    entry[2] = vt_cel_map_get(known->maps[VT_CODELIST_TO].as.map, &key)->as.text;
    return true;
  }
  return false;
}

int vt_judging_check(struct vt_judging *judging, uint32_t index, struct vt_error *error)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  struct vt_arena *scratch = judging->scratch;
  struct vt_selection selection = {0};
  struct vt_table view;
  struct check check = {.judging = judging, .index = index, .rule = rule, .selection = &selection};
  selection.rows = vt_arena_array(scratch, (size_t)judging->table->rows + 1, sizeof(uint32_t));
  check.failed = vt_arena_array(scratch, (size_t)judging->table->rows + 1, 1);
  int status = selection.rows == NULL || check.failed == NULL ? VATER_E_NOMEM : VATER_OK;
  if (status == VATER_OK)
    vt_judging_select(judging, rule, NULL, 0, &selection);
  if (status == VATER_OK && selection.count == 0) {
    judging->states[index].counts[VT_OUTCOME_NOT_APPLICABLE]++;
  } else if (status == VATER_OK && !view_of(scratch, judging->table, &selection, &view)) {
    status = VATER_E_NOMEM;
  } else if (status == VATER_OK) {
    struct vater_table rows;
    struct vt_error failure = {0};
    struct vater_findings findings = {selection.count, fail, &check};
    const struct vt_row_facts facts = {&check, indicator_of, code_of};
    vt_plugin_table_read(&rows, &view, &facts);
    status = vt_check_run(judging->rules->call, rule->plugin->info.name, rule->check, rule->with,
                          &rows, &findings, &failure);
    if (status >= VATER_OK)
      count(&check);
    status = status >= VATER_OK ? VATER_OK : could_not(&check, &failure);
  }
  vt_arena_reset(scratch);
  return status == VATER_E_NOMEM ? vt_fail(error, status, NULL, "out of memory") : status;
}

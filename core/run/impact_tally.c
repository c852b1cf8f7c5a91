#include "run/impact_tally.h"

#include "base/limits.h"
#include "run/impact_wide.h"

#include <stdlib.h>

enum { DECIDED = 1, FAILS = 2, ERRS = 4, FIRST_ROOM = 64 };

/* What one rule said of one actor. */
struct vt_impact_cell {
  uint8_t flags[VT_IMPACT_SIDES];
  uint32_t order[VT_IMPACT_SIDES]; /* of the delivery that `place` is in */
  struct vater_str place[VT_IMPACT_SIDES];
};

struct vt_impact_row {
  struct vater_str code;
  bool there; /* among the changed rules */
  bool wide;
  int severity[VT_IMPACT_SIDES];
  struct vt_impact_cell *cells; /* by actor */
};

static int add_row(struct vt_impact_tally *tally, struct vater_str code)
{
  if (tally->count == tally->room) {
    uint32_t room = tally->room == 0 ? FIRST_ROOM : tally->room * 2;
    struct vt_impact_row *rows = vt_arena_array(tally->arena, room, sizeof *rows);
    if (rows == NULL)
      return VATER_E_NOMEM;
    if (tally->count > 0)
      memcpy(rows, tally->rows, tally->count * sizeof *rows);
    tally->rows = rows;
    tally->room = room;
  }
  struct vt_impact_row *row = &tally->rows[tally->count];
  *row = (struct vt_impact_row){
      .code = vt_arena_copy(tally->arena, code),
      .severity = {-1, -1},
      .cells = vt_arena_array(tally->arena, (size_t)tally->actors->count + 1, sizeof *row->cells)};
  if (row->code.ptr == NULL || row->cells == NULL)
    return VATER_E_NOMEM;
  tally->count++;
  return VATER_OK;
}

int vt_impact_tally_init(struct vt_impact_tally *tally, const struct vt_environment *environment,
                         const struct vt_actors *actors, struct vt_arena *arena)
{
  *tally = (struct vt_impact_tally){.arena = arena, .actors = actors};
  vt_map_init(&tally->codes, &environment->allocator, 2 * VT_LIMIT_RULES, 0);
  return add_row(tally, VT_STR(""));
}

void vt_impact_tally_fini(struct vt_impact_tally *tally)
{
  vt_map_fini(&tally->codes);
}

static struct vt_impact_row *row_of(struct vt_impact_tally *tally, struct vater_str code)
{
  const uint64_t *known = vt_map_get(&tally->codes, code);
  if (known != NULL)
    return &tally->rows[*known];
  if (add_row(tally, code) != VATER_OK)
    return NULL;
  struct vt_impact_row *row = &tally->rows[tally->count - 1];
  bool added;
  uint64_t *index = vt_map_put(&tally->codes, row->code, &added);
  if (index == NULL)
    return NULL;
  *index = tally->count - 1;
  return row;
}

static int put_place(struct vt_impact_tally *tally, struct vt_impact_cell *cell,
                     enum vt_impact_side side, uint32_t order, struct vater_str place)
{
  if (cell->place[side].len > 0 && cell->order[side] <= order)
    return VATER_OK;
  cell->order[side] = order;
  cell->place[side] = vt_arena_copy(tally->arena, place);
  return cell->place[side].ptr == NULL ? VATER_E_NOMEM : VATER_OK;
}

static struct vater_str name_block(struct vt_impact_tally *tally,
                                   const struct vt_block_verdict *block)
{
  return vt_arena_format(tally->arena, "%.*s %.*s", VT_STR_ARGS(block->indicator),
                         VT_STR_ARGS(block->period));
}

static int take_verdicts(struct vt_impact_tally *tally, struct vt_impact_cell *cell,
                         enum vt_impact_side side, uint32_t order, const struct vt_result *result)
{
  int status = VATER_OK;
  cell->flags[side] |= DECIDED;
  if (result->delivery == VT_DELIVERY_REFUSED) {
    cell->flags[side] |= FAILS;
    status = put_place(tally, cell, side, order, result->code);
  }
  for (uint32_t i = 0; i < result->verdict_count && status == VATER_OK; i++) {
    struct vt_block_verdict block;
    vt_result_verdict(result, i, &block);
    if (block.verdict == VT_VERDICT_UNDECIDED)
      cell->flags[side] |= ERRS;
    if (block.verdict != VT_VERDICT_REJECTED)
      continue;
    cell->flags[side] |= FAILS;
    status = put_place(tally, cell, side, order, name_block(tally, &block));
  }
  return status;
}

static bool looks_beyond(struct vater_str reason)
{
  return vt_str_is(reason, "needs history") || vt_str_is(reason, "needs other actors");
}

static int take_outcomes(struct vt_impact_tally *tally, uint32_t actor, enum vt_impact_side side,
                         const struct vt_rule_outcomes *outcomes)
{
  struct vt_impact_row *row = row_of(tally, outcomes->code);
  if (row == NULL)
    return VATER_E_NOMEM;
  const uint64_t *counts = outcomes->counts;
  uint8_t *flags = &row->cells[actor].flags[side];
  row->there |= side == VT_IMPACT_CHANGED;
  row->wide |= side == VT_IMPACT_CHANGED && looks_beyond(outcomes->reason);
  if (counts[VT_OUTCOME_PASS] + counts[VT_OUTCOME_FAIL] + counts[VT_OUTCOME_ERROR] > 0)
    *flags |= DECIDED;
  if (counts[VT_OUTCOME_FAIL] > 0)
    *flags |= FAILS;
  if (counts[VT_OUTCOME_ERROR] > 0)
    *flags |= ERRS;
  return VATER_OK;
}

static int take_finding(struct vt_impact_tally *tally, uint32_t actor, enum vt_impact_side side,
                        uint32_t order, const struct vt_result *result,
                        const struct vt_finding *finding)
{
  const uint64_t *known = vt_map_get(&tally->codes, finding->code);
  struct vt_block_verdict block;
  if (known == NULL || finding->outcome != VT_OUTCOME_FAIL)
    return VATER_OK;
  struct vt_impact_row *row = &tally->rows[*known];
  if (row->severity[side] < finding->severity)
    row->severity[side] = finding->severity;
  if (finding->verdict >= result->verdict_count)
    return VATER_OK;
  vt_result_verdict(result, finding->verdict, &block);
  return put_place(tally, &row->cells[actor], side, order, name_block(tally, &block));
}

static int take_rules(struct vt_impact_tally *tally, uint32_t actor, enum vt_impact_side side,
                      uint32_t order, const struct vt_result *result)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < result->rule_count && status == VATER_OK; i++) {
    struct vt_rule_outcomes outcomes;
    vt_result_rule(result, i, &outcomes);
    if (vt_code_find(outcomes.code) == NULL)
      status = take_outcomes(tally, actor, side, &outcomes);
  }
  for (uint32_t i = 0; i < result->finding_count && status == VATER_OK; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    status = take_finding(tally, actor, side, order, result, &finding);
  }
  return status;
}

int vt_impact_tally_take(struct vt_impact_tally *tally, const struct vt_actor *actor,
                         uint32_t order, const struct vt_result *const results[VT_IMPACT_SIDES])
{
  uint32_t index = (uint32_t)(actor - tally->actors->items);
  bool refused = false;
  int status = VATER_OK;
  for (int side = 0; side < VT_IMPACT_SIDES && status == VATER_OK; side++) {
    refused |= results[side]->delivery == VT_DELIVERY_REFUSED;
    status = take_verdicts(tally, &tally->rows[0].cells[index], (enum vt_impact_side)side, order,
                           results[side]);
  }
  /* of a refused delivery rules say nothing, which is no judgement of theirs */
  for (int side = 0; side < VT_IMPACT_SIDES && status == VATER_OK && !refused; side++)
    status = take_rules(tally, index, (enum vt_impact_side)side, order, results[side]);
  tally->deliveries++;
  return status;
}

/* ---- telling ---------------------------------------------------------------------------------
 */

static bool newly(const struct vt_impact_cell *cell, int flag)
{
  return (cell->flags[VT_IMPACT_CHANGED] & flag) != 0 && (cell->flags[VT_IMPACT_NOW] & flag) == 0;
}

static bool no_longer(const struct vt_impact_cell *cell, int flag)
{
  return (cell->flags[VT_IMPACT_NOW] & flag) != 0 && (cell->flags[VT_IMPACT_CHANGED] & flag) == 0;
}

static void add_actor(const struct vt_impact_tally *tally, uint32_t actor, struct vater_str place,
                      struct vt_impact_actor *list, uint32_t *count)
{
  const struct vt_actor *from = &tally->actors->items[actor];
  list[(*count)++] = (struct vt_impact_actor){vt_arena_copy(tally->arena, from->orgnr),
                                              vt_arena_copy(tally->arena, from->name), place};
}

static int by_orgnr(const void *left, const void *right)
{
  const struct vt_impact_actor *a = left, *b = right;
  return vt_str_compare(a->orgnr, b->orgnr);
}

static int tell_row(const struct vt_impact_tally *tally, const struct vt_impact_row *row,
                    struct vt_impact_rule *rule)
{
  size_t room = (size_t)tally->actors->count + 1;
  *rule = (struct vt_impact_rule){
      .code = row->code,
      .severity = row->severity[VT_IMPACT_CHANGED] >= 0 ? row->severity[VT_IMPACT_CHANGED]
                                                        : row->severity[VT_IMPACT_NOW],
      .fails = vt_arena_array(tally->arena, room, sizeof *rule->fails),
      .passes = vt_arena_array(tally->arena, room, sizeof *rule->passes)};
  if (rule->fails == NULL || rule->passes == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < tally->actors->count; i++) {
    const struct vt_impact_cell *cell = &row->cells[i];
    bool decided = (cell->flags[VT_IMPACT_CHANGED] & DECIDED) != 0;
    rule->asked += decided;
    rule->sound += decided && (cell->flags[VT_IMPACT_NOW] & FAILS) == 0;
    rule->undecided += newly(cell, ERRS);
    if (newly(cell, FAILS))
      add_actor(tally, i, cell->place[VT_IMPACT_CHANGED], rule->fails, &rule->fail_count);
    if (no_longer(cell, FAILS))
      add_actor(tally, i, cell->place[VT_IMPACT_NOW], rule->passes, &rule->pass_count);
  }
  if (rule->fail_count > 0)
    qsort(rule->fails, rule->fail_count, sizeof *rule->fails, by_orgnr);
  if (rule->pass_count > 0)
    qsort(rule->passes, rule->pass_count, sizeof *rule->passes, by_orgnr);
  return VATER_OK;
}

static int by_effect(const void *left, const void *right)
{
  const struct vt_impact_rule *a = left, *b = right;
  if (a->fail_count != b->fail_count)
    return a->fail_count < b->fail_count ? 1 : -1;
  return vt_str_compare(a->code, b->code);
}

static int by_text(const void *left, const void *right)
{
  return vt_str_compare(*(const struct vater_str *)left, *(const struct vater_str *)right);
}

static uint32_t count_actors(const struct vt_impact_tally *tally)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < tally->actors->count; i++)
    count += tally->rows[0].cells[i].flags[VT_IMPACT_NOW] != 0;
  return count;
}

static bool is_silent(const struct vt_impact_row *row, const struct vt_impact_rule *rule,
                      const struct vt_impact_wide *wide)
{
  return row->wide ? !vt_impact_wide_decided(wide, row->code) : row->there && rule->asked == 0;
}

int vt_impact_tally_tell(const struct vt_impact_tally *tally, const struct vt_impact_wide *wide,
                         struct vt_impact *impact)
{
  uint32_t wide_count = 0;
  impact->deliveries = tally->deliveries;
  impact->actors = count_actors(tally);
  impact->rules =
      vt_arena_array(tally->arena, (size_t)tally->count + wide->count, sizeof *impact->rules);
  impact->silent = vt_arena_array(tally->arena, tally->count, sizeof *impact->silent);
  if (impact->rules == NULL || impact->silent == NULL ||
      tell_row(tally, &tally->rows[0], &impact->verdicts) != VATER_OK)
    return VATER_E_NOMEM;
  for (uint32_t i = 1; i < tally->count; i++) {
    const struct vt_impact_row *row = &tally->rows[i];
    struct vt_impact_rule *rule = &impact->rules[impact->rule_count];
    if (tell_row(tally, row, rule) != VATER_OK)
      return VATER_E_NOMEM;
    if (is_silent(row, rule, wide))
      impact->silent[impact->silent_count++] = row->code;
    impact->rule_count += rule->fail_count + rule->pass_count + rule->undecided > 0;
  }
  if (vt_impact_wide_tell(wide, &impact->rules[impact->rule_count], &wide_count) != VATER_OK)
    return VATER_E_NOMEM;
  impact->rule_count += wide_count;
  qsort(impact->rules, impact->rule_count, sizeof *impact->rules, by_effect);
  qsort(impact->silent, impact->silent_count, sizeof *impact->silent, by_text);
  return VATER_OK;
}

double vt_impact_share(const struct vt_impact_rule *rule)
{
  return rule->sound == 0 ? 0.0 : (double)rule->fail_count / (double)rule->sound;
}

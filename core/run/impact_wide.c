#include "run/impact_wide.h"

#include "base/limits.h"

#include <stdlib.h>

enum { FAILS = 1, ERRS = 2, FIRST_ROOM = 16 };

/* What a finding is about. */
struct target {
  uint64_t row; /* of the table, from 1; 0: an indicator's period */
  struct vater_str period, actor, place;
  uint8_t flags[VT_IMPACT_SIDES];
};

struct vt_impact_wide_row {
  struct vater_str code;
  int severity[VT_IMPACT_SIDES];
  bool periods; /* it looks at periods, not observations */
  uint64_t decided[VT_IMPACT_SIDES], failed[VT_IMPACT_SIDES], erred[VT_IMPACT_SIDES];
  uint64_t beyond[VT_IMPACT_SIDES]; /* that fail on that side alone, by count */
  struct target *targets;
  uint32_t count, room;
  /* of the indicator and run that is being taken */
  uint32_t first; /* target */
  uint64_t fails[VT_IMPACT_SIDES], found[VT_IMPACT_SIDES], named[VT_IMPACT_SIDES];
};

void vt_impact_wide_init(struct vt_impact_wide *wide, const struct vt_running *running,
                         struct vt_arena *arena)
{
  *wide = (struct vt_impact_wide){.arena = arena, .actors = &running->actors};
  vt_map_init(&wide->codes, &running->environment->allocator, 2 * VT_LIMIT_RULES, 0);
}

void vt_impact_wide_fini(struct vt_impact_wide *wide)
{
  vt_map_fini(&wide->codes);
}

void *vt_impact_grown(struct vt_arena *arena, void *items, uint32_t count, uint32_t *room,
                      size_t size)
{
  if (count < *room)
    return items;
  uint32_t more = count < FIRST_ROOM ? FIRST_ROOM : count * 2;
  void *made = vt_arena_array(arena, more, size);
  if (made == NULL)
    return NULL;
  if (count > 0)
    memcpy(made, items, count * size);
  *room = more;
  return made;
}

static struct vt_impact_wide_row *row_of(struct vt_impact_wide *wide, struct vater_str code)
{
  const uint64_t *known = vt_map_get(&wide->codes, code);
  if (known != NULL)
    return &wide->rows[*known];
  struct vt_impact_wide_row *rows =
      vt_impact_grown(wide->arena, wide->rows, wide->count, &wide->room, sizeof *rows);
  struct vater_str kept = vt_arena_copy(wide->arena, code);
  bool added;
  uint64_t *index = kept.ptr == NULL ? NULL : vt_map_put(&wide->codes, kept, &added);
  if (rows == NULL || index == NULL)
    return NULL;
  wide->rows = rows;
  *index = wide->count;
  rows[wide->count] = (struct vt_impact_wide_row){.code = kept, .severity = {-1, -1}};
  return &rows[wide->count++];
}

/* ---- taking ------------------------------------------------------------------------------------
 */

static struct vater_str cell(const struct vt_concluding *side, uint64_t row, int column)
{
  return vt_table_cell(&side->table, (uint32_t)(row - 1), column);
}

/* Whose and where, by our own table. */
static int describe(struct vt_impact_wide *wide, const struct vt_concluding *side,
                    struct target *target)
{
  if (target->row == 0) {
    target->place = vt_arena_format(wide->arena, "%.*s %.*s", VT_STR_ARGS(side->indicator),
                                    VT_STR_ARGS(target->period));
    return target->place.ptr == NULL ? VATER_E_NOMEM : VATER_OK;
  }
  struct vater_str area = cell(side, target->row, VATER_COLUMN_AREA);
  struct vater_str breakdown = cell(side, target->row, VATER_COLUMN_BREAKDOWN);
  target->actor = vt_arena_copy(wide->arena, cell(side, target->row, VATER_COLUMN_ACTOR));
  target->place = vt_arena_format(
      wide->arena, "%.*s %.*s%s%.*s%s%.*s", VT_STR_ARGS(side->indicator),
      VT_STR_ARGS(cell(side, target->row, VATER_COLUMN_PERIOD)), area.len > 0 ? " " : "",
      VT_STR_ARGS(area), breakdown.len > 0 ? " " : "", VT_STR_ARGS(breakdown));
  return target->place.ptr == NULL || target->actor.ptr == NULL ? VATER_E_NOMEM : VATER_OK;
}

static struct target *target_of(struct vt_impact_wide *wide, struct vt_impact_wide_row *row,
                                const struct vt_concluding *side, uint64_t number,
                                struct vater_str period)
{
  for (uint32_t i = row->first; i < row->count; i++)
    if (row->targets[i].row == number &&
        (number > 0 || vt_str_equal(row->targets[i].period, period)))
      return &row->targets[i];
  struct target *targets =
      vt_impact_grown(wide->arena, row->targets, row->count, &row->room, sizeof *targets);
  if (targets == NULL)
    return NULL;
  row->targets = targets;
  struct target *made = &targets[row->count];
  *made = (struct target){.row = number, .period = vt_arena_copy(wide->arena, period)};
  if (made->period.ptr == NULL || describe(wide, side, made) != VATER_OK)
    return NULL;
  row->count++;
  return made;
}

static int take_finding(struct vt_impact_wide *wide, const struct vt_concluding *side,
                        enum vt_impact_side which, const struct vt_finding *finding)
{
  const uint64_t *known = vt_map_get(&wide->codes, finding->code);
  const struct vt_result *result = side->event.result;
  struct vt_block_verdict subject = {0};
  if (known == NULL || finding->offset > side->table.rows)
    return VATER_OK;
  struct vt_impact_wide_row *row = &wide->rows[*known];
  if (finding->verdict < result->verdict_count)
    vt_result_verdict(result, finding->verdict, &subject);
  struct target *target = target_of(wide, row, side, finding->offset, subject.period);
  if (target == NULL)
    return VATER_E_NOMEM;
  if (row->severity[which] < finding->severity)
    row->severity[which] = finding->severity;
  row->periods = finding->offset == 0;
  target->flags[which] |= finding->outcome == VT_OUTCOME_ERROR ? ERRS : FAILS;
  row->named[which]++;
  return VATER_OK;
}

static int take_side(struct vt_impact_wide *wide, const struct vt_concluding *side,
                     enum vt_impact_side which)
{
  const struct vt_result *result = side->event.result;
  int status = VATER_OK;
  for (uint32_t i = 0; i < result->rule_count; i++) {
    struct vt_rule_outcomes outcomes;
    vt_result_rule(result, i, &outcomes);
    struct vt_impact_wide_row *row = row_of(wide, outcomes.code);
    if (row == NULL)
      return VATER_E_NOMEM;
    const uint64_t *counts = outcomes.counts;
    row->fails[which] += counts[VT_OUTCOME_FAIL];
    row->found[which] += counts[VT_OUTCOME_FAIL] + counts[VT_OUTCOME_ERROR];
    row->failed[which] += counts[VT_OUTCOME_FAIL];
    row->erred[which] += counts[VT_OUTCOME_ERROR];
    row->decided[which] +=
        counts[VT_OUTCOME_PASS] + counts[VT_OUTCOME_FAIL] + counts[VT_OUTCOME_ERROR];
  }
  for (uint32_t i = 0; i < result->finding_count && status == VATER_OK; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    status = take_finding(wide, side, which, &finding);
  }
  return status;
}

static void begin_row(struct vt_impact_wide_row *row)
{
  row->first = row->count;
  for (int side = 0; side < VT_IMPACT_SIDES; side++)
    row->fails[side] = row->found[side] = row->named[side] = 0;
}

/* A conclusion names the first ones alone. Two such lists do not tell whom one side fails and the
 * other does not; the counts are exact. */
static void end_row(struct vt_impact_wide_row *row)
{
  const uint64_t *fails = row->fails;
  if (row->named[VT_IMPACT_NOW] >= row->found[VT_IMPACT_NOW] &&
      row->named[VT_IMPACT_CHANGED] >= row->found[VT_IMPACT_CHANGED])
    return;
  row->count = row->first;
  for (int side = 0; side < VT_IMPACT_SIDES; side++)
    if (fails[side] > fails[1 - side])
      row->beyond[side] += fails[side] - fails[1 - side];
}

int vt_impact_wide_take(struct vt_impact_wide *wide,
                        const struct vt_concluding sides[VT_IMPACT_SIDES])
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < wide->count; i++)
    begin_row(&wide->rows[i]);
  for (int side = 0; side < VT_IMPACT_SIDES && status == VATER_OK; side++)
    status = take_side(wide, &sides[side], (enum vt_impact_side)side);
  for (uint32_t i = 0; i < wide->count; i++)
    end_row(&wide->rows[i]);
  return status;
}

/* ---- telling -----------------------------------------------------------------------------------
 */

bool vt_impact_wide_decided(const struct vt_impact_wide *wide, struct vater_str code)
{
  const uint64_t *known = vt_map_get(&wide->codes, code);
  return known != NULL && wide->rows[*known].decided[VT_IMPACT_CHANGED] > 0;
}

static int by_actor(const void *left, const void *right)
{
  const struct vt_impact_actor *a = left, *b = right;
  int order = vt_str_compare(a->orgnr, b->orgnr);
  return order != 0 ? order : vt_str_compare(a->place, b->place);
}

static bool has(const struct target *target, enum vt_impact_side side, uint8_t flag)
{
  return (target->flags[side] & flag) != 0;
}

/* Those that have the flag on one side alone. */
static uint32_t gather(const struct vt_impact_wide *wide, const struct vt_impact_wide_row *row,
                       enum vt_impact_side side, struct vt_impact_actor *list)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < row->count; i++) {
    const struct target *target = &row->targets[i];
    if (!has(target, side, FAILS) || has(target, (enum vt_impact_side)(1 - side), FAILS))
      continue;
    const struct vt_actor *actor = vt_actors_find(wide->actors, target->actor);
    list[count++] = (struct vt_impact_actor){
        target->actor, actor != NULL ? vt_arena_copy(wide->arena, actor->name) : VT_STR_NONE,
        target->place};
  }
  if (count > 0)
    qsort(list, count, sizeof *list, by_actor);
  return count;
}

static uint32_t clamp(uint64_t count)
{
  return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

/* Of those that the changed rule decided about, which the present one did not fail: those that it
 * passed, and those that it did not decide about. */
static uint32_t count_sound(const struct vt_impact_wide_row *row)
{
  const uint64_t *decided = row->decided;
  uint64_t asked = decided[VT_IMPACT_CHANGED];
  uint64_t known = asked > decided[VT_IMPACT_NOW] ? asked : decided[VT_IMPACT_NOW];
  uint64_t sound = known - row->failed[VT_IMPACT_NOW];
  return clamp(sound < asked ? sound : asked);
}

static int tell_row(const struct vt_impact_wide *wide, const struct vt_impact_wide_row *row,
                    struct vt_impact_rule *rule)
{
  const uint64_t *erred = row->erred;
  *rule = (struct vt_impact_rule){
      .code = row->code,
      .severity = row->severity[VT_IMPACT_CHANGED] >= 0 ? row->severity[VT_IMPACT_CHANGED]
                                                        : row->severity[VT_IMPACT_NOW],
      .unit = row->periods ? VT_IMPACT_PERIODS : VT_IMPACT_OBSERVATIONS,
      .asked = clamp(row->decided[VT_IMPACT_CHANGED]),
      .fails = vt_arena_array(wide->arena, (size_t)row->count + 1, sizeof *rule->fails),
      .passes = vt_arena_array(wide->arena, (size_t)row->count + 1, sizeof *rule->passes)};
  if (rule->fails == NULL || rule->passes == NULL)
    return VATER_E_NOMEM;
  uint32_t fails = gather(wide, row, VT_IMPACT_CHANGED, rule->fails);
  uint32_t passes = gather(wide, row, VT_IMPACT_NOW, rule->passes);
  rule->fails_beyond = clamp(row->beyond[VT_IMPACT_CHANGED]);
  rule->passes_beyond = clamp(row->beyond[VT_IMPACT_NOW]);
  rule->fail_count = fails + rule->fails_beyond;
  rule->pass_count = passes + rule->passes_beyond;
  if (erred[VT_IMPACT_CHANGED] > erred[VT_IMPACT_NOW])
    rule->undecided = clamp(erred[VT_IMPACT_CHANGED] - erred[VT_IMPACT_NOW]);
  rule->sound = count_sound(row);
  if (rule->sound < rule->fail_count)
    rule->sound = rule->fail_count;
  return VATER_OK;
}

int vt_impact_wide_tell(const struct vt_impact_wide *wide, struct vt_impact_rule *rules,
                        uint32_t *count)
{
  *count = 0;
  for (uint32_t i = 0; i < wide->count; i++) {
    struct vt_impact_rule *rule = &rules[*count];
    if (tell_row(wide, &wide->rows[i], rule) != VATER_OK)
      return VATER_E_NOMEM;
    *count += rule->fail_count + rule->pass_count + rule->undecided > 0;
  }
  return VATER_OK;
}

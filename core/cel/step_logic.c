#include "cel/step.h"

static void not_bool(struct vt_cel_run *run, const struct vt_cel_step *step, const char *what,
                     struct vt_cel_value *value)
{
  struct vt_cel_value kept = *value;
  run->offset = step->offset;
  vt_cel_raise_overload(run, value, vt_str(what), &kept, 1);
}

/* `absorbing` decides alone, whatever the others end in; else the first that is no bool does. */
static void logic(struct vt_cel_run *run, const struct vt_cel_step *step, bool absorbing,
                  struct vt_cel_value *out)
{
  struct vt_cel_value kept;
  bool undecided = false;
  for (uint32_t i = 0; i < step->count; i++) {
    step->items[i]->run(run, step->items[i], out);
    if (out->kind == VT_CEL_BOOL) {
      if (out->as.truth == absorbing)
        return;
      continue;
    }
    if (run->stopped != NULL)
      return;
    if (vt_cel_is_value(out))
      not_bool(run, step, absorbing ? "||" : "&&", out);
    if (!undecided)
      kept = *out;
    undecided = true;
  }
  *out = undecided ? kept : vt_cel_bool(!absorbing);
}

void vt_cel_step_and(struct vt_cel_run *run, const struct vt_cel_step *step,
                     struct vt_cel_value *out)
{
  logic(run, step, false, out);
}

void vt_cel_step_or(struct vt_cel_run *run, const struct vt_cel_step *step,
                    struct vt_cel_value *out)
{
  logic(run, step, true, out);
}

void vt_cel_step_not(struct vt_cel_run *run, const struct vt_cel_step *step,
                     struct vt_cel_value *out)
{
  step->items[0]->run(run, step->items[0], out);
  if (out->kind == VT_CEL_BOOL)
    out->as.truth = !out->as.truth;
  else if (vt_cel_is_value(out))
    not_bool(run, step, "!", out);
}

void vt_cel_step_conditional(struct vt_cel_run *run, const struct vt_cel_step *step,
                             struct vt_cel_value *out)
{
  step->items[0]->run(run, step->items[0], out);
  if (out->kind == VT_CEL_BOOL) {
    const struct vt_cel_step *chosen = step->items[out->as.truth ? 1 : 2];
    chosen->run(run, chosen, out);
  } else if (vt_cel_is_value(out)) {
    not_bool(run, step, "?:", out);
  }
}

/* ---- binds -------------------------------------------------------------------------------- */

void vt_cel_step_bind(struct vt_cel_run *run, const struct vt_cel_step *step,
                      struct vt_cel_value *out)
{
  struct vt_cel_value value;
  step->items[0]->run(run, step->items[0], &value);
  run->locals[step->slot] = value;
  step->items[1]->run(run, step->items[1], out);
}

void vt_cel_step_optional(struct vt_cel_run *run, const struct vt_cel_step *step,
                          struct vt_cel_value *out)
{
  struct vt_cel_value from;
  step->items[0]->run(run, step->items[0], &from);
  run->offset = step->offset;
  if (!vt_cel_is_value(&from)) {
    *out = from;
  } else if (from.kind != VT_CEL_OPTIONAL) {
    vt_cel_raise_overload(run, out, step->node->flat ? VT_STR("optFlatMap") : VT_STR("optMap"),
                          &from, 1);
  } else if (from.as.inner == NULL) {
    *out = from;
  } else {
    run->locals[step->slot] = *from.as.inner;
    step->items[1]->run(run, step->items[1], out);
    if (vt_cel_is_value(out) && !step->node->flat)
      vt_cel_give_optional(run, out, out);
    else if (vt_cel_is_value(out) && out->kind != VT_CEL_OPTIONAL)
      vt_cel_raise(run, out, "optFlatMap() wants an optional result");
  }
}

/* The other is evaluated only where there is no value. */
void vt_cel_step_or_else(struct vt_cel_run *run, const struct vt_cel_step *step,
                         struct vt_cel_value *out)
{
  step->items[0]->run(run, step->items[0], out);
  if (!vt_cel_is_value(out))
    return;
  run->offset = step->offset;
  if (out->kind != VT_CEL_OPTIONAL) {
    struct vt_cel_value kept = *out;
    vt_cel_raise_overload(run, out, step->node->name, &kept, 1);
    return;
  }
  if (out->as.inner != NULL) {
    if (step->field != 0)
      *out = *out->as.inner;
    return;
  }
  struct vt_cel_value both[] = {*out, {0}};
  step->items[1]->run(run, step->items[1], out);
  run->offset = step->offset;
  both[1] = *out;
  if (step->field == 0 && vt_cel_is_value(out) && out->kind != VT_CEL_OPTIONAL)
    vt_cel_raise_overload(run, out, step->node->name, both, 2);
}

/* ---- loops -------------------------------------------------------------------------------- */

struct loop {
  struct vt_cel_run *run;
  const struct vt_cel_step *step;
  const struct vt_cel_step *condition, *result;
  struct vt_cel_value range;
  uint32_t count, found;
  bool two;
  struct vt_cel_value *items;   /* results of a list */
  struct vt_cel_entry *entries; /* results of a map */
  uint32_t entry_room;
  struct vt_cel_value kept; /* what all and exists end in when nothing decides */
};

static void set_variables(const struct loop *loop, uint32_t index)
{
  struct vt_cel_value *locals = loop->run->locals;
  const struct vt_cel_step *step = loop->step;
  if (loop->range.kind == VT_CEL_MAP) {
    const struct vt_cel_entry *entry = &loop->range.as.map->entries[index];
    locals[step->slot] = entry->key;
    if (loop->two)
      locals[step->second_slot] = entry->value;
  } else if (loop->two) {
    locals[step->slot] = vt_cel_int(index);
    locals[step->second_slot] = vt_cel_list_item(&loop->range, index);
  } else {
    locals[step->slot] = vt_cel_list_item(&loop->range, index);
  }
}

static bool want_bool(struct loop *loop, struct vt_cel_value *value)
{
  if (value->kind == VT_CEL_BOOL)
    return true;
  if (vt_cel_is_value(value))
    not_bool(loop->run, loop->step, "condition", value);
  return false;
}

/* One round of all, exists and exists_one; true when the outcome is decided. */
static bool test_round(struct loop *loop, struct vt_cel_value *out)
{
  loop->condition->run(loop->run, loop->condition, out);
  bool is_bool = want_bool(loop, out);
  if (loop->run->stopped != NULL)
    return true;
  if (loop->step->node->loop == VT_CEL_LOOP_EXISTS_ONE) {
    if (!is_bool)
      return true;
    loop->found += out->as.truth ? 1 : 0;
    return false;
  }
  if (is_bool)
    return out->as.truth == (loop->step->node->loop == VT_CEL_LOOP_EXISTS);
  if (vt_cel_is_value(&loop->kept))
    loop->kept = *out;
  return false;
}

static bool more_entries(struct loop *loop, uint32_t wanted, struct vt_cel_value *out)
{
  if (wanted <= loop->entry_room)
    return true;
  uint32_t room = wanted > loop->entry_room * 2 ? wanted : loop->entry_room * 2;
  struct vt_cel_entry *grown = vt_cel_alloc(loop->run, room, sizeof *grown, out);
  if (grown == NULL)
    return false;
  if (loop->found > 0)
    memcpy(grown, loop->entries, loop->found * sizeof *grown);
  loop->entries = grown;
  loop->entry_room = room;
  return true;
}

static bool add_entries(struct loop *loop, struct vt_cel_value *out)
{
  if (out->kind != VT_CEL_MAP) {
    vt_cel_raise(loop->run, out, "transformMapEntry() wants a map as its result");
    return false;
  }
  const struct vt_cel_map *map = out->as.map;
  if (!more_entries(loop, loop->found + map->count, out))
    return false;
  if (map->count > 0)
    memcpy(loop->entries + loop->found, map->entries, map->count * sizeof *map->entries);
  loop->found += map->count;
  return true;
}

/* One round that makes a list or map; false when it ends with *out. */
static bool build_round(struct loop *loop, struct vt_cel_value *out)
{
  const struct vt_cel_step *step = loop->step;
  if (loop->condition != NULL) {
    loop->condition->run(loop->run, loop->condition, out);
    if (!want_bool(loop, out))
      return false;
    if (!out->as.truth)
      return true;
  }
  loop->result->run(loop->run, loop->result, out);
  if (!vt_cel_is_value(out))
    return false;
  loop->run->offset = step->offset;
  if (step->node->loop == VT_CEL_LOOP_ENTRIES)
    return add_entries(loop, out);
  if (step->node->loop == VT_CEL_LOOP_LIST)
    loop->items[loop->found++] = *out;
  else
    loop->entries[loop->found++] = (struct vt_cel_entry){loop->run->locals[step->slot], *out};
  return true;
}

static bool prepare(struct loop *loop, struct vt_cel_value *out)
{
  const struct vt_cel_step *step = loop->step;
  step->items[0]->run(loop->run, step->items[0], &loop->range);
  loop->run->offset = step->offset;
  if (!vt_cel_is_value(&loop->range)) {
    *out = loop->range;
    return false;
  }
  if (loop->range.kind == VT_CEL_MAP) {
    loop->count = loop->range.as.map->count;
  } else if (vt_cel_is_list(&loop->range)) {
    loop->count = vt_cel_list_count(&loop->range);
  } else {
    vt_cel_raise_overload(loop->run, out, step->node->name, &loop->range, 1);
    return false;
  }
  if (step->node->loop == VT_CEL_LOOP_LIST) {
    loop->items = vt_cel_alloc(loop->run, loop->count, sizeof *loop->items, out);
    return loop->items != NULL;
  }
  return step->node->loop < VT_CEL_LOOP_LIST ||
         more_entries(loop, loop->count > 0 ? loop->count : 1, out);
}

static void finish(struct loop *loop, struct vt_cel_value *out)
{
  struct vt_cel_run *run = loop->run;
  run->offset = loop->step->offset;
  switch ((enum vt_cel_loop)loop->step->node->loop) {
  case VT_CEL_LOOP_ALL:
  case VT_CEL_LOOP_EXISTS:
    *out = loop->kept;
    break;
  case VT_CEL_LOOP_EXISTS_ONE:
    *out = vt_cel_bool(loop->found == 1);
    break;
  case VT_CEL_LOOP_LIST:
    vt_cel_give_list(run, out, loop->items, loop->found);
    break;
  default:
    vt_cel_finish_map(run, loop->entries, loop->found, out);
    break;
  }
}

void vt_cel_step_loop(struct vt_cel_run *run, const struct vt_cel_step *step,
                      struct vt_cel_value *out)
{
  struct loop loop = {.run = run,
                      .step = step,
                      .condition = step->items[1],
                      .result = step->items[2],
                      .two = step->node->second.len > 0,
                      .kept = vt_cel_bool(step->node->loop == VT_CEL_LOOP_ALL)};
  if (!prepare(&loop, out))
    return;
  for (uint32_t i = 0; i < loop.count; i++) {
    if (!vt_cel_charge(run, step->weight, out))
      return;
    set_variables(&loop, i);
    if (step->node->loop < VT_CEL_LOOP_LIST ? test_round(&loop, out) : !build_round(&loop, out))
      return;
  }
  finish(&loop, out);
}

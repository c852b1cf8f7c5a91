#include "cel/step.h"

void vt_cel_step_constant(struct vt_cel_run *run, const struct vt_cel_step *step,
                          struct vt_cel_value *out)
{
  (void)run;
  *out = step->value;
}

void vt_cel_step_variable(struct vt_cel_run *run, const struct vt_cel_step *step,
                          struct vt_cel_value *out)
{
  *out = run->variables[step->slot];
  if (out->kind == VT_CEL_MISSING) {
    out->as.missing.slot = step->slot;
    out->as.missing.field = UINT32_MAX;
  }
}

void vt_cel_step_local(struct vt_cel_run *run, const struct vt_cel_step *step,
                       struct vt_cel_value *out)
{
  *out = run->locals[step->slot];
}

void vt_cel_step_unknown(struct vt_cel_run *run, const struct vt_cel_step *step,
                         struct vt_cel_value *out)
{
  run->offset = step->offset;
  vt_cel_raise(run, out, "unknown name '%.*s'", VT_STR_ARGS(step->node->name));
}

void vt_cel_step_field(struct vt_cel_run *run, const struct vt_cel_step *step,
                       struct vt_cel_value *out)
{
  const struct vt_cel_value *record = &run->variables[step->slot];
  if (record->kind == VT_CEL_RECORD) {
    vt_cel_get_field(record, step->slot, step->field, out);
    return;
  }
  vt_cel_step_variable(run, step, out);
  if (vt_cel_is_value(out))
    vt_cel_raise(run, out, "the variable is no record");
}

/* ---- fields ------------------------------------------------------------------------------- */

static bool find_field(const struct vt_cel_record *record, struct vater_str name, uint32_t *field)
{
  for (*field = 0; *field < record->count; ++*field)
    if (record->fields[*field].function.len == 0 && vt_str_equal(record->fields[*field].name, name))
      return true;
  return false;
}

/* Whether `from` has the field, and its value. False with *out an error: it cannot have fields. */
static bool look_up(struct vt_cel_run *run, const struct vt_cel_step *step,
                    const struct vt_cel_value *from, bool *found, struct vt_cel_value *out)
{
  *found = false;
  if (from->kind == VT_CEL_MAP) {
    struct vt_cel_value key = vt_cel_string(step->node->name);
    if (!vt_cel_charge_key(run, &key, out))
      return false;
    const struct vt_cel_value *value = vt_cel_map_get(from->as.map, &key);
    *found = value != NULL;
    if (value != NULL)
      *out = *value;
    return true;
  }
  uint32_t field = step->field;
  if (from->kind == VT_CEL_RECORD && (step->node->resolved == VT_CEL_RESOLVED_FIELD ||
                                      find_field(from->as.record.type, step->node->name, &field))) {
    vt_cel_get_field(from, UINT32_MAX, field, out);
    *found = out->kind != VT_CEL_MISSING;
    return true;
  }
  run->offset = step->offset;
  struct vater_str kind = vt_cel_kind_name(from);
  vt_cel_raise(run, out, "%.*s has no field '%.*s'", VT_STR_ARGS(kind),
               VT_STR_ARGS(step->node->name));
  return false;
}

static void select_optional(struct vt_cel_run *run, const struct vt_cel_step *step,
                            const struct vt_cel_value *from, struct vt_cel_value *out)
{
  bool found;
  if (from == NULL)
    vt_cel_give_optional(run, out, NULL);
  else if (look_up(run, step, from, &found, out))
    vt_cel_give_optional(run, out, found ? out : NULL);
}

void vt_cel_step_select(struct vt_cel_run *run, const struct vt_cel_step *step,
                        struct vt_cel_value *out)
{
  struct vt_cel_value from;
  bool found;
  step->items[0]->run(run, step->items[0], &from);
  if (!vt_cel_is_value(&from)) {
    *out = from;
  } else if (from.kind == VT_CEL_OPTIONAL) {
    select_optional(run, step, from.as.inner, out);
  } else if (step->node->optional) {
    select_optional(run, step, &from, out);
  } else if (look_up(run, step, &from, &found, out) && !found && from.kind == VT_CEL_MAP) {
    run->offset = step->offset;
    vt_cel_raise(run, out, "no such key: '%.*s'", VT_STR_ARGS(step->node->name));
  }
}

void vt_cel_step_has(struct vt_cel_run *run, const struct vt_cel_step *step,
                     struct vt_cel_value *out)
{
  struct vt_cel_value from;
  bool found = false;
  step->items[0]->run(run, step->items[0], &from);
  const struct vt_cel_value *inner = &from;
  if (from.kind == VT_CEL_OPTIONAL)
    inner = from.as.inner;
  if (!vt_cel_is_value(&from))
    *out = from;
  else if (inner == NULL || look_up(run, step, inner, &found, out))
    *out = vt_cel_bool(found);
}

/* ---- indexes ------------------------------------------------------------------------------ */

/* False: *out is an error. */
static bool index_into(struct vt_cel_run *run, const struct vt_cel_value *from,
                       const struct vt_cel_value *key, bool *found, struct vt_cel_value *out)
{
  int64_t index;
  *found = false;
  if (from->kind == VT_CEL_MAP) {
    if (!vt_cel_charge_key(run, key, out))
      return false;
    const struct vt_cel_value *value = vt_cel_map_get(from->as.map, key);
    *found = value != NULL;
    if (value != NULL)
      *out = *value;
    return true;
  }
  if (!vt_cel_is_list(from) || !vt_cel_as_index(key, &index)) {
    const struct vt_cel_value both[] = {*from, *key};
    vt_cel_raise_overload(run, out, VT_STR("[]"), both, 2);
    return false;
  }
  *found = index >= 0 && index < (int64_t)vt_cel_list_count(from);
  if (*found)
    *out = vt_cel_list_item(from, (uint32_t)index);
  return true;
}

static void no_such_item(struct vt_cel_run *run, const struct vt_cel_value *key,
                         struct vt_cel_value *out)
{
  struct vt_buffer text;
  vt_buffer_init(&text, &run->allocator, 200);
  vt_cel_print(key, &text);
  vt_cel_raise(run, out, key->kind == VT_CEL_STRING ? "no such key: '%.*s'" : "no such key: %.*s",
               VT_STR_ARGS(vt_buffer_str(&text)));
  vt_buffer_fini(&text);
}

void vt_cel_step_index(struct vt_cel_run *run, const struct vt_cel_step *step,
                       struct vt_cel_value *out)
{
  struct vt_cel_value from, key;
  step->items[0]->run(run, step->items[0], &from);
  if (!vt_cel_is_value(&from)) {
    *out = from;
    return;
  }
  step->items[1]->run(run, step->items[1], &key);
  if (!vt_cel_is_value(&key)) {
    *out = key;
    return;
  }
  bool optional = from.kind == VT_CEL_OPTIONAL || step->node->name.len == 5, found = false;
  const struct vt_cel_value *inner = from.kind == VT_CEL_OPTIONAL ? from.as.inner : &from;
  run->offset = step->offset;
  if (inner != NULL && !index_into(run, inner, &key, &found, out))
    return;
  if (optional)
    vt_cel_give_optional(run, out, found ? out : NULL);
  else if (!found && from.kind == VT_CEL_MAP)
    no_such_item(run, &key, out);
  else if (!found)
    vt_cel_raise(run, out, "index out of range: the list has %u items",
                 (unsigned)vt_cel_list_count(&from));
}

/* ---- literals ----------------------------------------------------------------------------- */

/* An entry marked '?': *present, and the value inside. False: *value is an error. */
static bool open_entry(struct vt_cel_run *run, struct vt_cel_value *value, bool *present)
{
  if (value->kind != VT_CEL_OPTIONAL) {
    struct vt_cel_value kept = *value;
    vt_cel_raise_overload(run, value, VT_STR("?"), &kept, 1);
    return false;
  }
  *present = value->as.inner != NULL;
  if (*present)
    *value = *value->as.inner;
  return true;
}

void vt_cel_step_list(struct vt_cel_run *run, const struct vt_cel_step *step,
                      struct vt_cel_value *out)
{
  struct vt_cel_value *items = vt_cel_alloc(run, step->count, sizeof *items, out);
  uint32_t count = 0;
  if (items == NULL || !vt_cel_charge(run, step->count, out))
    return;
  for (uint32_t i = 0; i < step->count; i++) {
    bool present = true;
    struct vt_cel_value *item = &items[count];
    step->items[i]->run(run, step->items[i], item);
    run->offset = step->offset;
    if (!vt_cel_is_value(item) ||
        (step->node->items[i]->entry_optional && !open_entry(run, item, &present))) {
      *out = *item;
      return;
    }
    count += present ? 1 : 0;
  }
  vt_cel_give_list(run, out, items, count);
}

void vt_cel_finish_map(struct vt_cel_run *run, const struct vt_cel_entry *entries, uint32_t count,
                       struct vt_cel_value *out)
{
  uint32_t at = 0;
  run->used = true;
  for (uint32_t i = 0; i < count; i++)
    if (!vt_cel_charge_key(run, &entries[i].key, out))
      return;
  switch (vt_cel_map_build(run->arena, entries, count, out, &at)) {
  case VT_CEL_MAP_FINE:
    break;
  case VT_CEL_MAP_KEY:
    vt_cel_raise(run, out, "unsupported key type: %.*s",
                 VT_STR_ARGS(vt_cel_kind_name(&entries[at].key)));
    break;
  case VT_CEL_MAP_REPEATED:
    vt_cel_raise(run, out, "the map has the same key twice");
    break;
  case VT_CEL_MAP_MEMORY:
    vt_cel_alloc(run, SIZE_MAX / 64, 1, out);
    break;
  }
}

void vt_cel_step_map(struct vt_cel_run *run, const struct vt_cel_step *step,
                     struct vt_cel_value *out)
{
  struct vt_cel_entry *entries = vt_cel_alloc(run, step->count / 2, sizeof *entries, out);
  uint32_t count = 0;
  if (entries == NULL || !vt_cel_charge(run, step->count, out))
    return;
  for (uint32_t i = 0; i < step->count; i += 2) {
    bool present = true;
    struct vt_cel_entry *entry = &entries[count];
    step->items[i]->run(run, step->items[i], &entry->key);
    if (!vt_cel_is_value(&entry->key)) {
      *out = entry->key;
      return;
    }
    step->items[i + 1]->run(run, step->items[i + 1], &entry->value);
    run->offset = step->offset;
    if (!vt_cel_is_value(&entry->value) ||
        (step->node->items[i]->entry_optional && !open_entry(run, &entry->value, &present))) {
      *out = entry->value;
      return;
    }
    count += present ? 1 : 0;
  }
  run->offset = step->offset;
  vt_cel_finish_map(run, entries, count, out);
}

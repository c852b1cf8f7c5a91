#include "cel/step.h"

/* Both operands; false: *a is the outcome. */
static bool operands(struct vt_cel_run *run, const struct vt_cel_step *step, struct vt_cel_value *a,
                     struct vt_cel_value *b)
{
  step->items[0]->run(run, step->items[0], a);
  if (!vt_cel_is_value(a))
    return false;
  step->items[1]->run(run, step->items[1], b);
  if (!vt_cel_is_value(b)) {
    *a = *b;
    return false;
  }
  return true;
}

static inline bool is_long(const struct vt_cel_value *value)
{
  return value->kind == VT_CEL_STRING && value->as.text.len >= VT_CEL_SHORT_TEXT;
}

/* For a long text that stays in *out; false: *out is an error. Apart, as rows rarely have one. */
static bool charge_long(struct vt_cel_run *run, const struct vt_cel_step *step,
                        struct vt_cel_value *out)
{
  const struct vt_cel_value text = *out;
  run->offset = step->offset;
  return vt_cel_charge_key(run, &text, out);
}

/* ---- equality ----------------------------------------------------------------------------- */

void vt_cel_step_equal(struct vt_cel_run *run, const struct vt_cel_step *step,
                       struct vt_cel_value *out)
{
  struct vt_cel_value other;
  bool equal;
  if (!operands(run, step, out, &other))
    return;
  struct vt_cel_value one = *out;
  run->offset = step->offset;
  if (vt_cel_run_equal(run, &one, &other, &equal, out))
    *out = vt_cel_bool(equal != (step->field != 0));
}

void vt_cel_step_equal_text(struct vt_cel_run *run, const struct vt_cel_step *step,
                            struct vt_cel_value *out)
{
  vt_cel_step_operand(run, step->items[0], out);
  if (!vt_cel_is_value(out))
    return;
  if (is_long(out) && !charge_long(run, step, out))
    return;
  bool equal = out->kind == VT_CEL_STRING && vt_str_equal(out->as.text, step->value.as.text);
  *out = vt_cel_bool(equal != (step->field != 0));
}

/* ---- in ----------------------------------------------------------------------------------- */

void vt_cel_step_in(struct vt_cel_run *run, const struct vt_cel_step *step,
                    struct vt_cel_value *out)
{
  struct vt_cel_value all;
  if (!operands(run, step, out, &all))
    return;
  struct vt_cel_value one = *out;
  run->offset = step->offset;
  if (all.kind == VT_CEL_MAP) {
    if (!vt_cel_charge_key(run, &one, out))
      return;
    *out = vt_cel_bool(vt_cel_map_get(all.as.map, &one) != NULL);
    return;
  }
  if (!vt_cel_is_list(&all)) {
    const struct vt_cel_value both[] = {one, all};
    vt_cel_raise_overload(run, out, VT_STR("in"), both, 2);
    return;
  }
  bool found = false;
  for (uint32_t i = 0; i < vt_cel_list_count(&all) && !found; i++) {
    struct vt_cel_value item = vt_cel_list_item(&all, i);
    if (!vt_cel_run_equal(run, &one, &item, &found, out))
      return;
  }
  *out = vt_cel_bool(found);
}

void vt_cel_step_in_set(struct vt_cel_run *run, const struct vt_cel_step *step,
                        struct vt_cel_value *out)
{
  vt_cel_step_operand(run, step->items[0], out);
  if (!vt_cel_is_value(out))
    return;
  if (is_long(out) && !charge_long(run, step, out))
    return;
  *out = vt_cel_bool(vt_cel_map_get(step->data, out) != NULL);
}

/* ---- order -------------------------------------------------------------------------------- */

static int compare_texts(struct vt_cel_run *run, const struct vt_cel_step *step, struct vater_str b,
                         struct vt_cel_value *out)
{
  struct vater_str a = out->as.text;
  size_t shorter = a.len < b.len ? a.len : b.len;
  run->offset = step->offset;
  if (shorter >= VT_CEL_SHORT_TEXT && !vt_cel_charge(run, shorter / 64, out))
    return 3;
  return vt_str_compare(a, b);
}

/* -1, 0, 1; 2: NaN; 3: *out is an error. */
static int compare(struct vt_cel_run *run, const struct vt_cel_step *step, struct vt_cel_value *out)
{
  struct vt_cel_value b;
  if (!operands(run, step, out, &b))
    return 3;
  if (vt_cel_is_number(out) && vt_cel_is_number(&b))
    return vt_cel_compare_numbers(out, &b);
  if (out->kind == b.kind) {
    switch ((enum vt_cel_kind)b.kind) {
    case VT_CEL_BOOL:
      return (int)out->as.truth - (int)b.as.truth;
    case VT_CEL_STRING:
    case VT_CEL_BYTES:
      return compare_texts(run, step, b.as.text, out);
    case VT_CEL_TIMESTAMP:
    case VT_CEL_DURATION:
      return vt_cel_compare_times(out->as.time, b.as.time);
    default:
      break;
    }
  }
  const struct vt_cel_value both[] = {*out, b};
  run->offset = step->offset;
  vt_cel_raise_overload(run, out, vt_str_slice(step->node->name, 1, step->node->name.len - 1), both,
                        2);
  return 3;
}

void vt_cel_step_less(struct vt_cel_run *run, const struct vt_cel_step *step,
                      struct vt_cel_value *out)
{
  int order = compare(run, step, out);
  if (order != 3)
    *out = vt_cel_bool(order == -1);
}

void vt_cel_step_less_equal(struct vt_cel_run *run, const struct vt_cel_step *step,
                            struct vt_cel_value *out)
{
  int order = compare(run, step, out);
  if (order != 3)
    *out = vt_cel_bool(order <= 0);
}

void vt_cel_step_greater(struct vt_cel_run *run, const struct vt_cel_step *step,
                         struct vt_cel_value *out)
{
  int order = compare(run, step, out);
  if (order != 3)
    *out = vt_cel_bool(order == 1);
}

void vt_cel_step_greater_equal(struct vt_cel_run *run, const struct vt_cel_step *step,
                               struct vt_cel_value *out)
{
  int order = compare(run, step, out);
  if (order != 3)
    *out = vt_cel_bool(order == 0 || order == 1);
}

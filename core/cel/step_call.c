#include "cel/step.h"

#include <math.h>

enum { ARGUMENTS = 8 };

static void call_back(struct vt_cel_run *run, const struct vt_cel_overload *overload,
                      const struct vt_cel_value *arguments, uint32_t count,
                      struct vt_cel_value *out)
{
  struct vt_error error = {0};
  *out = (struct vt_cel_value){0};
  run->used = true;
  int status = overload->callback(overload->context, arguments, count, run->arena, out, &error);
  if (status < 0) {
    error.status = status;
    vt_cel_raise_error(run, out, &error);
  }
  if (status >= 0 && vt_cel_is_value(out) && !vt_cel_fits(out, overload->result))
    vt_cel_raise(run, out, "%.*s() gave a %.*s", VT_STR_ARGS(overload->name),
                 VT_STR_ARGS(vt_cel_kind_name(out)));
}

static void apply(struct vt_cel_run *run, const struct vt_cel_overload *overload,
                  const struct vt_cel_value *arguments, uint32_t count, struct vt_cel_value *out)
{
  if (overload->function != NULL)
    overload->function(run, arguments, count, out);
  else if (overload->callback != NULL)
    call_back(run, overload, arguments, count, out);
  else
    vt_cel_raise(run, out, "%.*s() has no implementation", VT_STR_ARGS(overload->name));
}

static bool arguments_of(struct vt_cel_run *run, const struct vt_cel_step *step,
                         struct vt_cel_value *arguments, struct vt_cel_value *out)
{
  for (uint32_t i = 0; i < step->count; i++) {
    step->items[i]->run(run, step->items[i], &arguments[i]);
    if (!vt_cel_is_value(&arguments[i])) {
      *out = arguments[i];
      return false;
    }
  }
  run->offset = step->offset;
  return vt_cel_charge(run, 1, out);
}

void vt_cel_step_call(struct vt_cel_run *run, const struct vt_cel_step *step,
                      struct vt_cel_value *out)
{
  struct vt_cel_value arguments[ARGUMENTS];
  if (arguments_of(run, step, arguments, out))
    apply(run, step->data, arguments, step->count, out);
}

static bool fits(const struct vt_cel_overload *overload, const struct vt_cel_value *arguments)
{
  for (uint32_t i = 0; i < overload->count; i++)
    if (!vt_cel_fits(&arguments[i], overload->parameters[i]))
      return false;
  return true;
}

void vt_cel_step_dispatch(struct vt_cel_run *run, const struct vt_cel_step *step,
                          struct vt_cel_value *out)
{
  struct vt_cel_value arguments[ARGUMENTS];
  const struct vt_cel_node *node = step->node;
  if (step->count > ARGUMENTS) {
    vt_cel_raise(run, out, "no such overload: %.*s", VT_STR_ARGS(node->name));
    return;
  }
  if (!arguments_of(run, step, arguments, out))
    return;
  for (uint32_t i = 0; i < node->overload_count; i++) {
    if (fits(node->overloads[i], arguments)) {
      apply(run, node->overloads[i], arguments, step->count, out);
      return;
    }
  }
  vt_cel_raise_overload(run, out, node->name, arguments, step->count);
}

/* ---- patterns ----------------------------------------------------------------------------- */

static bool remembered(const struct vt_cel_memo *memo, uint64_t of, struct vater_str text)
{
  return memo->of == of && memo->len == text.len && memcmp(memo->text, text.ptr, text.len) == 0;
}

static struct vt_cel_memo *memo_of(struct vt_cel_run *run, uint64_t of, struct vater_str text)
{
  return &run->memos[(vt_cel_hash_quickly(text) ^ of) % (VT_CEL_MEMO_COUNT / 2) * 2];
}

static void match(struct vt_cel_run *run, const struct vt_cel_step *step, struct vater_str text,
                  struct vt_cel_memo *memo, struct vt_cel_value *out)
{
  bool matched;
  if (!vt_cel_run_match(run, step->data, text, &matched, out))
    return;
  if (memo != NULL) {
    memo[1] = memo[0];
    *memo = (struct vt_cel_memo){
        .of = step->value.as.natural, .len = (uint8_t)text.len, .matched = matched};
    memcpy(memo->text, text.ptr, text.len);
  }
  *out = vt_cel_bool(matched);
}

/* A pattern's outcome is remembered for short texts: the same few come again row after row. */
void vt_cel_step_matches(struct vt_cel_run *run, const struct vt_cel_step *step,
                         struct vt_cel_value *out)
{
  vt_cel_step_operand(run, step->items[0], out);
  if (!vt_cel_is_value(out))
    return;
  struct vater_str text = out->as.text;
  struct vt_cel_memo *memo = NULL;
  run->offset = step->offset;
  if (out->kind != VT_CEL_STRING) {
    struct vt_cel_value kept = *out;
    vt_cel_raise_overload(run, out, VT_STR("matches"), &kept, 1);
    return;
  }
  if (text.len > 0 && text.len <= VT_CEL_MEMO_TEXT)
    memo = memo_of(run, step->value.as.natural, text);
  for (int i = 0; memo != NULL && i < 2; i++) {
    if (remembered(&memo[i], step->value.as.natural, text)) {
      *out = vt_cel_bool(memo[i].matched);
      return;
    }
  }
  match(run, step, text, memo, out);
}

/* ---- doubles ------------------------------------------------------------------------------ */

/* A double into *out; false: *out is no value. Constants need no call. */
static inline bool double_of(struct vt_cel_run *run, const struct vt_cel_step *step,
                             struct vt_cel_value *out, double *number)
{
  if (step->run == vt_cel_step_constant) {
    *number = step->value.as.number;
    return true;
  }
  vt_cel_step_operand(run, step, out);
  *number = out->as.number;
  return vt_cel_is_value(out);
}

#define DOUBLE_OPERATION(name, sign)                                                        \
  void vt_cel_step_##name##_double(struct vt_cel_run *run, const struct vt_cel_step *step,  \
                                   struct vt_cel_value *out)                                \
  {                                                                                         \
    double a, b;                                                                            \
    if (double_of(run, step->items[0], out, &a) && double_of(run, step->items[1], out, &b)) \
      *out = vt_cel_double(a sign b);                                                       \
  }

DOUBLE_OPERATION(add, +)
DOUBLE_OPERATION(subtract, -)
DOUBLE_OPERATION(multiply, *)
DOUBLE_OPERATION(divide, /)

#define COMPARE_DOUBLE(name, sign)                                                          \
  void vt_cel_step_##name##_double(struct vt_cel_run *run, const struct vt_cel_step *step,  \
                                   struct vt_cel_value *out)                                \
  {                                                                                         \
    double a, b;                                                                            \
    if (double_of(run, step->items[0], out, &a) && double_of(run, step->items[1], out, &b)) \
      *out = vt_cel_bool(a sign b);                                                         \
  }

COMPARE_DOUBLE(less, <)
COMPARE_DOUBLE(less_equal, <=)
COMPARE_DOUBLE(greater, >)
COMPARE_DOUBLE(greater_equal, >=)

void vt_cel_step_abs_double(struct vt_cel_run *run, const struct vt_cel_step *step,
                            struct vt_cel_value *out)
{
  step->items[0]->run(run, step->items[0], out);
  if (vt_cel_is_value(out))
    out->as.number = fabs(out->as.number);
}

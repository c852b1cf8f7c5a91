#include "cel/function.h"
#include "cel/time.h"

#include <math.h>

#define FUNCTION(name)                                                                \
  void vt_cel_fn_##name(struct vt_cel_run *run, const struct vt_cel_value *arguments, \
                        uint32_t count, struct vt_cel_value *out)

static void overflow(struct vt_cel_run *run, struct vt_cel_value *out, const char *what)
{
  vt_cel_raise(run, out, "integer overflow in %s", what);
}

static void out_of_range(struct vt_cel_run *run, struct vt_cel_value *out, const char *what)
{
  vt_cel_raise(run, out, "%s out of range", what);
}

/* ---- sums --------------------------------------------------------------------------------- */

static void give_time(struct vt_cel_run *run, struct vt_cel_time a, struct vt_cel_time b,
                      enum vt_cel_kind kind, struct vt_cel_value *out)
{
  struct vt_cel_time sum;
  bool duration = kind == VT_CEL_DURATION;
  if (vt_cel_time_add(a, b, duration, &sum))
    *out = (struct vt_cel_value){.kind = (uint8_t)kind, .as.time = sum};
  else
    out_of_range(run, out, duration ? "duration" : "timestamp");
}

static void join_texts(struct vt_cel_run *run, const struct vt_cel_value *a,
                       const struct vt_cel_value *b, struct vt_cel_value *out)
{
  struct vater_str x = a->as.text, y = b->as.text;
  enum vt_cel_kind kind = a->kind;
  char *bytes = vt_cel_alloc_bytes(run, x.len + y.len, out);
  if (bytes == NULL || !vt_cel_charge(run, (x.len + y.len) / 64, out))
    return;
  if (x.len > 0)
    memcpy(bytes, x.ptr, x.len);
  if (y.len > 0)
    memcpy(bytes + x.len, y.ptr, y.len);
  vt_cel_give_text(out, kind, bytes, x.len + y.len);
}

static void join_lists(struct vt_cel_run *run, const struct vt_cel_value *a,
                       const struct vt_cel_value *b, struct vt_cel_value *out)
{
  uint32_t first = vt_cel_list_count(a), second = vt_cel_list_count(b);
  struct vt_cel_value *items = NULL;
  if (second > UINT32_MAX - first) {
    overflow(run, out, "+");
    return;
  }
  if (vt_cel_charge(run, (uint64_t)first + second, out))
    items = vt_cel_alloc(run, (size_t)first + second, sizeof *items, out);
  if (items == NULL)
    return;
  for (uint32_t i = 0; i < first; i++)
    items[i] = vt_cel_list_item(a, i);
  for (uint32_t i = 0; i < second; i++)
    items[first + i] = vt_cel_list_item(b, i);
  vt_cel_give_list(run, out, items, first + second);
}

FUNCTION(add)
{
  const struct vt_cel_value *a = &arguments[0], *b = &arguments[1];
  (void)count;
  switch ((enum vt_cel_kind)a->kind) {
  case VT_CEL_INT:
    *out = vt_cel_int(0);
    if (__builtin_add_overflow(a->as.integer, b->as.integer, &out->as.integer))
      overflow(run, out, "+");
    break;
  case VT_CEL_UINT:
    *out = vt_cel_uint(0);
    if (__builtin_add_overflow(a->as.natural, b->as.natural, &out->as.natural))
      overflow(run, out, "+");
    break;
  case VT_CEL_DOUBLE:
    *out = vt_cel_double(a->as.number + b->as.number);
    break;
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
    join_texts(run, a, b, out);
    break;
  case VT_CEL_TIMESTAMP:
    give_time(run, a->as.time, b->as.time, VT_CEL_TIMESTAMP, out);
    break;
  case VT_CEL_DURATION:
    give_time(run, a->as.time, b->as.time, b->kind, out);
    break;
  default:
    join_lists(run, a, b, out);
    break;
  }
}

FUNCTION(subtract)
{
  const struct vt_cel_value *a = &arguments[0], *b = &arguments[1];
  (void)count;
  switch ((enum vt_cel_kind)a->kind) {
  case VT_CEL_INT:
    *out = vt_cel_int(0);
    if (__builtin_sub_overflow(a->as.integer, b->as.integer, &out->as.integer))
      overflow(run, out, "-");
    break;
  case VT_CEL_UINT:
    *out = vt_cel_uint(0);
    if (__builtin_sub_overflow(a->as.natural, b->as.natural, &out->as.natural))
      overflow(run, out, "-");
    break;
  case VT_CEL_DOUBLE:
    *out = vt_cel_double(a->as.number - b->as.number);
    break;
  case VT_CEL_TIMESTAMP:
    give_time(run, a->as.time, vt_cel_time_negate(b->as.time),
              b->kind == VT_CEL_TIMESTAMP ? VT_CEL_DURATION : VT_CEL_TIMESTAMP, out);
    break;
  default:
    give_time(run, a->as.time, vt_cel_time_negate(b->as.time), VT_CEL_DURATION, out);
    break;
  }
}

/* ---- products ----------------------------------------------------------------------------- */

FUNCTION(multiply)
{
  const struct vt_cel_value *a = &arguments[0], *b = &arguments[1];
  (void)count;
  if (a->kind == VT_CEL_DOUBLE) {
    *out = vt_cel_double(a->as.number * b->as.number);
  } else if (a->kind == VT_CEL_INT) {
    *out = vt_cel_int(0);
    if (__builtin_mul_overflow(a->as.integer, b->as.integer, &out->as.integer))
      overflow(run, out, "*");
  } else {
    *out = vt_cel_uint(0);
    if (__builtin_mul_overflow(a->as.natural, b->as.natural, &out->as.natural))
      overflow(run, out, "*");
  }
}

FUNCTION(divide)
{
  const struct vt_cel_value *a = &arguments[0], *b = &arguments[1];
  (void)count;
  if (a->kind == VT_CEL_DOUBLE)
    *out = vt_cel_double(a->as.number / b->as.number);
  else if (b->as.natural == 0)
    vt_cel_raise(run, out, "division by zero");
  else if (a->kind == VT_CEL_UINT)
    *out = vt_cel_uint(a->as.natural / b->as.natural);
  else if (a->as.integer == INT64_MIN && b->as.integer == -1)
    overflow(run, out, "/");
  else
    *out = vt_cel_int(a->as.integer / b->as.integer);
}

FUNCTION(remainder)
{
  const struct vt_cel_value *a = &arguments[0], *b = &arguments[1];
  (void)count;
  if (b->as.natural == 0)
    vt_cel_raise(run, out, "modulus by zero");
  else if (a->kind == VT_CEL_UINT)
    *out = vt_cel_uint(a->as.natural % b->as.natural);
  else if (a->as.integer == INT64_MIN && b->as.integer == -1)
    overflow(run, out, "%");
  else
    *out = vt_cel_int(a->as.integer % b->as.integer);
}

FUNCTION(negate)
{
  (void)count;
  if (arguments[0].kind == VT_CEL_DOUBLE)
    *out = vt_cel_double(-arguments[0].as.number);
  else if (arguments[0].as.integer == INT64_MIN)
    overflow(run, out, "-");
  else
    *out = vt_cel_int(-arguments[0].as.integer);
}

/* ---- greatest and least ------------------------------------------------------------------- */

static void extreme(struct vt_cel_run *run, const struct vt_cel_value *arguments, uint32_t count,
                    int wanted, struct vt_cel_value *out)
{
  struct vt_cel_value list = arguments[0];
  bool is_list = vt_cel_is_list(&list);
  uint32_t items = is_list ? vt_cel_list_count(&list) : count;
  struct vt_cel_value best = {0};
  if (items == 0) {
    vt_cel_raise(run, out, "math.%s() of an empty list", wanted > 0 ? "greatest" : "least");
    return;
  }
  if (!vt_cel_charge(run, items, out))
    return;
  for (uint32_t i = 0; i < items; i++) {
    struct vt_cel_value item = is_list ? vt_cel_list_item(&list, i) : arguments[i];
    if (!vt_cel_is_number(&item)) {
      vt_cel_raise_overload(run, out, wanted > 0 ? VT_STR("math.greatest") : VT_STR("math.least"),
                            &item, 1);
      return;
    }
    if (i == 0 || vt_cel_compare_numbers(&item, &best) == wanted)
      best = item;
  }
  *out = best;
}

FUNCTION(greatest)
{
  extreme(run, arguments, count, 1, out);
}

FUNCTION(least)
{
  extreme(run, arguments, count, -1, out);
}

/* ---- doubles ------------------------------------------------------------------------------ */

#define OF_DOUBLE(name, give, expression) \
  FUNCTION(name)                          \
  {                                       \
    double x = arguments[0].as.number;    \
    (void)run;                            \
    (void)count;                          \
    *out = give(expression);              \
  }

OF_DOUBLE(ceil, vt_cel_double, ceil(x))
OF_DOUBLE(floor, vt_cel_double, floor(x))
OF_DOUBLE(round, vt_cel_double, round(x))
OF_DOUBLE(trunc, vt_cel_double, trunc(x))
OF_DOUBLE(is_nan, vt_cel_bool, isnan(x) != 0)
OF_DOUBLE(is_inf, vt_cel_bool, isinf(x) != 0)
OF_DOUBLE(is_finite, vt_cel_bool, isfinite(x) != 0)

FUNCTION(abs)
{
  const struct vt_cel_value *x = &arguments[0];
  (void)count;
  *out = *x;
  if (x->kind == VT_CEL_DOUBLE)
    out->as.number = fabs(x->as.number);
  else if (x->kind == VT_CEL_INT && x->as.integer == INT64_MIN)
    overflow(run, out, "math.abs()");
  else if (x->kind == VT_CEL_INT && x->as.integer < 0)
    out->as.integer = -x->as.integer;
}

FUNCTION(sign)
{
  const struct vt_cel_value *x = &arguments[0];
  (void)run;
  (void)count;
  *out = *x;
  if (x->kind == VT_CEL_INT)
    out->as.integer = (x->as.integer > 0) - (x->as.integer < 0);
  else if (x->kind == VT_CEL_UINT)
    out->as.natural = x->as.natural > 0;
  else if (!isnan(x->as.number))
    out->as.number = (x->as.number > 0) - (x->as.number < 0);
}

FUNCTION(sqrt)
{
  const struct vt_cel_value *x = &arguments[0];
  (void)run;
  (void)count;
  double number = x->kind == VT_CEL_DOUBLE ? x->as.number
                  : x->kind == VT_CEL_INT  ? (double)x->as.integer
                                           : (double)x->as.natural;
  *out = vt_cel_double(sqrt(number));
}

/* ---- bits --------------------------------------------------------------------------------- */

#define BITS(name, sign)                                                    \
  FUNCTION(name)                                                            \
  {                                                                         \
    (void)run;                                                              \
    (void)count;                                                            \
    *out = arguments[0];                                                    \
    out->as.natural = arguments[0].as.natural sign arguments[1].as.natural; \
  }

BITS(bit_and, &)
BITS(bit_or, |)
BITS(bit_xor, ^)

FUNCTION(bit_not)
{
  (void)run;
  (void)count;
  *out = arguments[0];
  out->as.natural = ~arguments[0].as.natural;
}

static bool shift_of(struct vt_cel_run *run, const struct vt_cel_value *arguments,
                     struct vt_cel_value *out)
{
  if (arguments[1].as.integer >= 0)
    return true;
  vt_cel_raise(run, out, "a shift by a negative count: %lld", (long long)arguments[1].as.integer);
  return false;
}

FUNCTION(shift_left)
{
  (void)count;
  if (!shift_of(run, arguments, out))
    return;
  int64_t by = arguments[1].as.integer;
  *out = arguments[0];
  out->as.natural = by > 63 ? 0 : arguments[0].as.natural << by;
}

FUNCTION(shift_right)
{
  (void)count;
  if (!shift_of(run, arguments, out))
    return;
  int64_t by = arguments[1].as.integer;
  *out = arguments[0];
  out->as.natural = by > 63 ? 0 : arguments[0].as.natural >> by;
}

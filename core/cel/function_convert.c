#include "cel/function.h"

#include "base/number.h"
#include "base/utf8.h"
#include "cel/time.h"
#include "cel/zone.h"

#include <math.h>
#include <stdio.h>

#define FUNCTION(name)                                                                \
  void vt_cel_fn_##name(struct vt_cel_run *run, const struct vt_cel_value *arguments, \
                        uint32_t count, struct vt_cel_value *out)

static void cannot(struct vt_cel_run *run, struct vt_cel_value *out, struct vater_str text,
                   const char *type)
{
  vt_cel_raise(run, out, "'%.*s' is no %s", VT_STR_ARGS(vt_str_slice(text, 0, 60)), type);
}

static void out_of_range(struct vt_cel_run *run, struct vt_cel_value *out, const char *type)
{
  vt_cel_raise(run, out, "the value is out of the range of %s", type);
}

FUNCTION(to_bool)
{
  static const char *const words[2][6] = {{"0", "f", "F", "false", "FALSE", "False"},
                                          {"1", "t", "T", "true", "TRUE", "True"}};
  struct vater_str text = arguments[0].as.text;
  (void)count;
  for (size_t i = 0; i < 6; i++) {
    bool truth = vt_str_is(text, words[1][i]);
    if (truth || vt_str_is(text, words[0][i])) {
      *out = vt_cel_bool(truth);
      return;
    }
  }
  cannot(run, out, text, "bool");
}

FUNCTION(to_bytes)
{
  (void)run;
  (void)count;
  *out = arguments[0];
  out->kind = VT_CEL_BYTES;
}

/* ---- numbers ------------------------------------------------------------------------------ */

static bool special_double(struct vater_str text, double *value)
{
  bool negative = text.len > 0 && text.ptr[0] == '-';
  struct vater_str word =
      negative || vt_str_starts(text, VT_STR("+")) ? vt_str_slice(text, 1, text.len) : text;
  if (vt_str_equal_nocase(text, VT_STR("nan")))
    *value = (double)NAN;
  else if (vt_str_equal_nocase(word, VT_STR("infinity")) ||
           vt_str_equal_nocase(word, VT_STR("inf")))
    *value = negative ? -(double)INFINITY : (double)INFINITY;
  else
    return false;
  return true;
}

FUNCTION(to_double)
{
  const struct vt_cel_value *from = &arguments[0];
  (void)count;
  double value = 0;
  if (from->kind == VT_CEL_INT)
    value = (double)from->as.integer;
  else if (from->kind == VT_CEL_UINT)
    value = (double)from->as.natural;
  else if (!vt_number_double(from->as.text, &value) && !special_double(from->as.text, &value)) {
    cannot(run, out, from->as.text, "double");
    return;
  }
  *out = vt_cel_double(value);
}

FUNCTION(to_int)
{
  const struct vt_cel_value *from = &arguments[0];
  (void)count;
  int64_t value = 0;
  switch ((enum vt_cel_kind)from->kind) {
  case VT_CEL_UINT:
    if (from->as.natural > INT64_MAX) {
      out_of_range(run, out, "int");
      return;
    }
    value = (int64_t)from->as.natural;
    break;
  case VT_CEL_DOUBLE:
    if (!(from->as.number > -9223372036854775808.0 && from->as.number < 9223372036854775808.0)) {
      out_of_range(run, out, "int");
      return;
    }
    value = (int64_t)from->as.number;
    break;
  case VT_CEL_TIMESTAMP:
    value = from->as.time.seconds;
    break;
  default:
    if (!vt_number_int64(from->as.text, &value)) {
      cannot(run, out, from->as.text, "int");
      return;
    }
    break;
  }
  *out = vt_cel_int(value);
}

FUNCTION(to_uint)
{
  const struct vt_cel_value *from = &arguments[0];
  (void)count;
  uint64_t value = 0;
  if (from->kind == VT_CEL_INT && from->as.integer >= 0) {
    value = (uint64_t)from->as.integer;
  } else if (from->kind == VT_CEL_DOUBLE && from->as.number >= 0 &&
             from->as.number < 18446744073709551616.0) {
    value = (uint64_t)from->as.number;
  } else if (from->kind != VT_CEL_STRING) {
    out_of_range(run, out, "uint");
    return;
  } else if (!vt_number_uint64(from->as.text, &value)) {
    cannot(run, out, from->as.text, "uint");
    return;
  }
  *out = vt_cel_uint(value);
}

/* ---- text --------------------------------------------------------------------------------- */

FUNCTION(to_string)
{
  struct vt_cel_text text = {.run = run, .out = out};
  (void)count;
  if (arguments[0].kind == VT_CEL_BYTES &&
      vt_utf8_valid(arguments[0].as.text) != arguments[0].as.text.len) {
    vt_cel_raise(run, out, "the bytes are not UTF-8");
    return;
  }
  vt_cel_text_value(&text, &arguments[0], false);
  vt_cel_text_end(&text, VT_CEL_STRING);
}

/* ---- times -------------------------------------------------------------------------------- */

FUNCTION(to_timestamp)
{
  (void)count;
  struct vt_cel_time time = {0};
  if (arguments[0].kind == VT_CEL_INT) {
    time.seconds = arguments[0].as.integer;
    if (!vt_cel_timestamp_in_range(time)) {
      out_of_range(run, out, "timestamp");
      return;
    }
  } else if (!vt_cel_timestamp_parse(arguments[0].as.text, &time)) {
    cannot(run, out, arguments[0].as.text, "timestamp");
    return;
  }
  *out = (struct vt_cel_value){.kind = VT_CEL_TIMESTAMP, .as.time = time};
}

FUNCTION(to_duration)
{
  struct vt_cel_time time;
  (void)count;
  if (vt_cel_duration_parse(arguments[0].as.text, &time))
    *out = (struct vt_cel_value){.kind = VT_CEL_DURATION, .as.time = time};
  else
    cannot(run, out, arguments[0].as.text, "duration");
}

/* The time in its zone; false with *out an error. */
static bool civil_of(struct vt_cel_run *run, const struct vt_cel_value *arguments, uint32_t count,
                     struct vt_cel_civil *civil, struct vt_cel_value *out)
{
  int64_t seconds = arguments[0].as.time.seconds;
  int32_t offset = 0;
  if (count == 2 &&
      !vt_cel_zone_offset(run->program->environment, arguments[1].as.text, seconds, &offset)) {
    vt_cel_raise(run, out, "unknown time zone '%.*s'",
                 VT_STR_ARGS(vt_str_slice(arguments[1].as.text, 0, 60)));
    return false;
  }
  vt_cel_civil(seconds + offset, civil);
  return true;
}

#define CIVIL(name, expression)                       \
  FUNCTION(name)                                      \
  {                                                   \
    struct vt_cel_civil civil;                        \
    if (civil_of(run, arguments, count, &civil, out)) \
      *out = vt_cel_int((int64_t)(expression));       \
  }

CIVIL(full_year, civil.year)
CIVIL(month, civil.month - 1)
CIVIL(date, civil.day)
CIVIL(day_of_month, civil.day - 1)
CIVIL(day_of_week, civil.weekday)
CIVIL(day_of_year, civil.year_day)
CIVIL(hours, civil.hour)
CIVIL(minutes, civil.minute)
CIVIL(seconds, civil.second)

FUNCTION(milliseconds)
{
  struct vt_cel_civil civil;
  if (civil_of(run, arguments, count, &civil, out))
    *out = vt_cel_int(arguments[0].as.time.nanos / 1000000);
}

#define OF_DURATION(name, expression)               \
  FUNCTION(name)                                    \
  {                                                 \
    struct vt_cel_time time = arguments[0].as.time; \
    (void)run;                                      \
    (void)count;                                    \
    *out = vt_cel_int(expression);                  \
  }

OF_DURATION(duration_hours, time.seconds / 3600)
OF_DURATION(duration_minutes, time.seconds / 60)
OF_DURATION(duration_seconds, time.seconds)
OF_DURATION(duration_milliseconds, time.nanos / 1000000)

#include "schema/format.h"

/* RFC 3339 and the durations of its appendix A. */

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* `count` digits at *at, which moves behind them. */
static bool number(struct vater_str text, size_t *at, size_t count, int *value)
{
  *value = 0;
  if (text.len - *at < count)
    return false;
  for (size_t i = 0; i < count; i++, (*at)++) {
    if (!is_digit(text.ptr[*at]))
      return false;
    *value = *value * 10 + (text.ptr[*at] - '0');
  }
  return true;
}

static bool literal(struct vater_str text, size_t *at, char c)
{
  if (*at >= text.len || text.ptr[*at] != c)
    return false;
  ++*at;
  return true;
}

static bool either(struct vater_str text, size_t *at, char a, char b)
{
  return literal(text, at, a) || literal(text, at, b);
}

static bool date_at(struct vater_str text, size_t *at)
{
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  int year, month, day;
  if (!number(text, at, 4, &year) || !literal(text, at, '-') || !number(text, at, 2, &month) ||
      !literal(text, at, '-') || !number(text, at, 2, &day))
    return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month >= 1 && month <= 12 && day >= 1 &&
         day <= days[month - 1] + (leap && month == 2 ? 1 : 0);
}

bool vt_format_date(struct vater_str text)
{
  size_t at = 0;
  return date_at(text, &at) && at == text.len;
}

static bool zone_at(struct vater_str text, size_t *at, int *minutes)
{
  int hour, minute;
  *minutes = 0;
  if (either(text, at, 'Z', 'z'))
    return true;
  bool west = *at < text.len && text.ptr[*at] == '-';
  if (!either(text, at, '+', '-') || !number(text, at, 2, &hour) || !literal(text, at, ':') ||
      !number(text, at, 2, &minute))
    return false;
  *minutes = (hour * 60 + minute) * (west ? -1 : 1);
  return hour <= 23 && minute <= 59;
}

static bool time_at(struct vater_str text, size_t *at)
{
  int hour, minute, second, zone;
  if (!number(text, at, 2, &hour) || !literal(text, at, ':') || !number(text, at, 2, &minute) ||
      !literal(text, at, ':') || !number(text, at, 2, &second))
    return false;
  if (literal(text, at, '.')) {
    size_t start = *at;
    while (*at < text.len && is_digit(text.ptr[*at]))
      ++*at;
    if (*at == start)
      return false;
  }
  if (!zone_at(text, at, &zone) || hour > 23 || minute > 59 || second > 60)
    return false;
  /* a leap second is the last of a day in UTC */
  int utc = ((hour * 60 + minute - zone) % 1440 + 1440) % 1440;
  return second < 60 || utc == 1439;
}

bool vt_format_time(struct vater_str text)
{
  size_t at = 0;
  return time_at(text, &at) && at == text.len;
}

bool vt_format_date_time(struct vater_str text)
{
  size_t at = 0;
  return date_at(text, &at) && either(text, &at, 'T', 't') && time_at(text, &at) && at == text.len;
}

/* Units of `allowed` in order, each at most once and, as the grammar has it, without a gap. */
static bool units(struct vater_str text, size_t *at, const char *allowed)
{
  const char *next = allowed;
  bool any = false;
  while (*at < text.len && is_digit(text.ptr[*at])) {
    while (*at < text.len && is_digit(text.ptr[*at]))
      ++*at;
    const char *unit = *at < text.len && text.ptr[*at] != '\0' ? strchr(next, text.ptr[*at]) : NULL;
    if (unit == NULL || (any && unit != next))
      return false;
    ++*at;
    next = unit + 1;
    any = true;
  }
  return any;
}

bool vt_format_duration(struct vater_str text)
{
  size_t at = 0;
  if (!literal(text, &at, 'P') || at == text.len)
    return false;
  size_t week = at;
  if (units(text, &week, "W") && week == text.len)
    return true;
  if (text.ptr[at] != 'T' && !units(text, &at, "YMD"))
    return false;
  if (literal(text, &at, 'T') && !units(text, &at, "HMS"))
    return false;
  return at == text.len;
}

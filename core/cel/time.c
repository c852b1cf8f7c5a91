#include "cel/time.h"

#include "base/date.h"

#include <stdio.h>

#define FIRST_SECOND (-62135596800)
#define LAST_SECOND 253402300799
#define DURATION_SECONDS 9223372036
enum { NANOS = 1000000000, DURATION_NANOS = 854775807 };

bool vt_cel_timestamp_in_range(struct vt_cel_time time)
{
  return time.seconds >= FIRST_SECOND && time.seconds <= LAST_SECOND;
}

bool vt_cel_duration_in_range(struct vt_cel_time time)
{
  if (time.seconds > DURATION_SECONDS || time.seconds < -DURATION_SECONDS)
    return false;
  if (time.seconds == DURATION_SECONDS)
    return time.nanos <= DURATION_NANOS;
  return time.seconds != -DURATION_SECONDS || time.nanos >= -DURATION_NANOS - 1;
}

bool vt_cel_time_add(struct vt_cel_time a, struct vt_cel_time b, bool duration,
                     struct vt_cel_time *sum)
{
  sum->seconds = a.seconds + b.seconds;
  sum->nanos = a.nanos + b.nanos;
  sum->seconds += sum->nanos / NANOS;
  sum->nanos %= NANOS;
  if (sum->nanos < 0) {
    sum->nanos += NANOS;
    sum->seconds--;
  }
  if (!duration)
    return vt_cel_timestamp_in_range(*sum);
  if (sum->seconds < 0 && sum->nanos > 0) {
    sum->seconds++;
    sum->nanos -= NANOS;
  }
  return vt_cel_duration_in_range(*sum);
}

struct vt_cel_time vt_cel_time_negate(struct vt_cel_time time)
{
  return (struct vt_cel_time){-time.seconds, -time.nanos};
}

/* ---- RFC 3339 ----------------------------------------------------------------------------- */

struct reader {
  struct vater_str text;
  size_t at;
  bool failed;
};

static unsigned digits(struct reader *in, unsigned count)
{
  unsigned value = 0;
  for (unsigned i = 0; i < count; i++, in->at++) {
    char c = in->at < in->text.len ? in->text.ptr[in->at] : '\0';
    if (c < '0' || c > '9') {
      in->failed = true;
      return 0;
    }
    value = value * 10 + (unsigned)(c - '0');
  }
  return value;
}

static bool next_is(struct reader *in, const char *any)
{
  if (in->at >= in->text.len || strchr(any, in->text.ptr[in->at]) == NULL ||
      in->text.ptr[in->at] == '\0')
    return false;
  in->at++;
  return true;
}

static void want(struct reader *in, const char *any)
{
  if (!next_is(in, any))
    in->failed = true;
}

/* Digits behind a point as nanoseconds; at most nine. */
static int32_t fraction(struct reader *in)
{
  int32_t nanos = 0, unit = NANOS / 10;
  size_t start = in->at;
  while (in->at < in->text.len && in->text.ptr[in->at] >= '0' && in->text.ptr[in->at] <= '9') {
    nanos += (in->text.ptr[in->at++] - '0') * unit;
    unit /= 10;
  }
  if (in->at == start || in->at - start > 9)
    in->failed = true;
  return nanos;
}

static int64_t zone_seconds(struct reader *in)
{
  if (next_is(in, "Zz"))
    return 0;
  bool west = in->at < in->text.len && in->text.ptr[in->at] == '-';
  want(in, "+-");
  unsigned hours = digits(in, 2);
  want(in, ":");
  unsigned minutes = digits(in, 2);
  if (hours > 23 || minutes > 59)
    in->failed = true;
  int64_t offset = (int64_t)hours * 3600 + minutes * 60;
  return west ? -offset : offset;
}

static bool is_date(unsigned year, unsigned month, unsigned day)
{
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1)
    return false;
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

bool vt_cel_timestamp_parse(struct vater_str text, struct vt_cel_time *time)
{
  struct reader in = {.text = text};
  unsigned year = digits(&in, 4);
  want(&in, "-");
  unsigned month = digits(&in, 2);
  want(&in, "-");
  unsigned day = digits(&in, 2);
  want(&in, "Tt");
  unsigned hour = digits(&in, 2);
  want(&in, ":");
  unsigned minute = digits(&in, 2);
  want(&in, ":");
  unsigned second = digits(&in, 2);
  time->nanos = next_is(&in, ".") ? fraction(&in) : 0;
  int64_t zone = zone_seconds(&in);
  if (in.failed || in.at != text.len || !is_date(year, month, day) || hour > 23 || minute > 59 ||
      second > 59)
    return false;
  time->seconds = vt_date_from_civil(year, month, day) * 86400 + (int64_t)hour * 3600 +
                  (int64_t)minute * 60 + second - zone;
  return vt_cel_timestamp_in_range(*time);
}

/* ".5" behind what is there already; nothing for 0. */
static size_t print_fraction(int32_t nanos, char *out, size_t at)
{
  if (nanos == 0)
    return at;
  int len = snprintf(out + at, VT_CEL_TIME_TEXT - at, ".%09d", (int)nanos);
  at += (size_t)len;
  while (out[at - 1] == '0')
    at--;
  return at;
}

size_t vt_cel_timestamp_print(struct vt_cel_time time, char out[VT_CEL_TIME_TEXT])
{
  struct vt_cel_civil civil;
  vt_cel_civil(time.seconds, &civil);
  int len = snprintf(out, VT_CEL_TIME_TEXT - 12, "%04d-%02u-%02uT%02u:%02u:%02u", (int)civil.year,
                     civil.month, civil.day, civil.hour, civil.minute, civil.second);
  size_t at = print_fraction(time.nanos, out, (size_t)len);
  out[at] = 'Z';
  return at + 1;
}

/* ---- durations ---------------------------------------------------------------------------- */

static bool unit_nanos(struct reader *in, uint64_t *nanos)
{
  static const struct {
    const char *name;
    uint64_t nanos;
  } units[] = {{"ns", 1},       {"us", 1000}, {"\302\265s", 1000},  {"\316\274s", 1000},
               {"ms", 1000000}, {"s", NANOS}, {"m", 60ull * NANOS}, {"h", 3600ull * NANOS}};
  struct vater_str rest = vt_str_slice(in->text, in->at, in->text.len);
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (vt_str_starts(rest, vt_str(units[i].name))) {
      *nanos = units[i].nanos;
      in->at += strlen(units[i].name);
      return true;
    }
  }
  return false;
}

static bool add_part(struct reader *in, uint64_t *total)
{
  uint64_t whole = 0, unit, part = 0, scale = 1;
  size_t start = in->at;
  for (; in->at < in->text.len && in->text.ptr[in->at] >= '0' && in->text.ptr[in->at] <= '9';
       in->at++) {
    if (whole > (uint64_t)INT64_MAX / 10)
      return false;
    whole = whole * 10 + (uint64_t)(in->text.ptr[in->at] - '0');
  }
  size_t count = in->at - start;
  if (next_is(in, ".")) {
    for (; in->at < in->text.len && in->text.ptr[in->at] >= '0' && in->text.ptr[in->at] <= '9';
         in->at++, count++) {
      if (scale < NANOS) {
        part = part * 10 + (uint64_t)(in->text.ptr[in->at] - '0');
        scale *= 10;
      }
    }
  }
  if (count == 0 || !unit_nanos(in, &unit) || whole > (uint64_t)INT64_MAX / unit)
    return false;
  uint64_t nanos = whole * unit;
  uint64_t fraction_nanos = unit >= NANOS   ? part * (NANOS / scale) * (unit / NANOS)
                            : unit >= scale ? part * (unit / scale)
                                            : part / (scale / unit);
  if (nanos > (uint64_t)INT64_MAX - fraction_nanos ||
      *total > (uint64_t)INT64_MAX - nanos - fraction_nanos)
    return false;
  *total += nanos + fraction_nanos;
  return true;
}

bool vt_cel_duration_parse(struct vater_str text, struct vt_cel_time *time)
{
  struct reader in = {.text = text};
  uint64_t total = 0;
  bool negative = text.len > 0 && text.ptr[0] == '-';
  next_is(&in, "+-");
  if (in.at == text.len)
    return false;
  if (!vt_str_is(vt_str_slice(text, in.at, text.len), "0"))
    while (in.at < text.len)
      if (!add_part(&in, &total))
        return false;
  *time = (struct vt_cel_time){(int64_t)(total / NANOS), (int32_t)(total % NANOS)};
  if (negative)
    *time = vt_cel_time_negate(*time);
  return true;
}

size_t vt_cel_duration_print(struct vt_cel_time time, char out[VT_CEL_TIME_TEXT])
{
  bool negative = time.seconds < 0 || time.nanos < 0;
  if (negative)
    time = vt_cel_time_negate(time);
  int len =
      snprintf(out, VT_CEL_TIME_TEXT - 12, "%s%lld", negative ? "-" : "", (long long)time.seconds);
  size_t at = print_fraction(time.nanos, out, (size_t)len);
  out[at] = 's';
  return at + 1;
}

/* ---- civil fields ------------------------------------------------------------------------- */

void vt_cel_civil(int64_t seconds, struct vt_cel_civil *civil)
{
  int64_t days = seconds / 86400, rest = seconds % 86400;
  if (rest < 0) {
    rest += 86400;
    days--;
  }
  vt_date_to_civil(days, &civil->year, &civil->month, &civil->day);
  civil->hour = (unsigned)(rest / 3600);
  civil->minute = (unsigned)(rest % 3600 / 60);
  civil->second = (unsigned)(rest % 60);
  int64_t weekday = (days + 4) % 7;
  civil->weekday = (unsigned)(weekday < 0 ? weekday + 7 : weekday);
  civil->year_day = (unsigned)(days - vt_date_from_civil(civil->year, 1, 1));
}

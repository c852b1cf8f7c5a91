#include "base/date.h"

#include "base/number.h"

#include <stdio.h>

/* Days from the civil calendar in 400-year eras that begin on 1 March (H. Hinnant, "chrono-
 * Compatible Low-Level Date Algorithms"). */
int64_t vt_date_from_civil(int64_t year, unsigned month, unsigned day)
{
  year -= month <= 2;
  int64_t era = (year >= 0 ? year : year - 399) / 400;
  unsigned of_era = (unsigned)(year - era * 400);
  unsigned of_year = (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
  unsigned day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return era * 146097 + (int64_t)day_of_era - 719468;
}

void vt_date_to_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day)
{
  days += 719468;
  int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  unsigned of_era = (unsigned)(days - era * 146097);
  unsigned years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  unsigned of_year = of_era - (365 * years + years / 4 - years / 100);
  unsigned shifted = (5 * of_year + 2) / 153;
  *day = of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = (int64_t)years + era * 400 + (*month <= 2);
}

static bool fixed_digits(struct vater_str text, size_t at, size_t count, unsigned *value)
{
  *value = 0;
  if (text.len < at + count)
    return false;
  for (size_t i = at; i < at + count; i++) {
    unsigned digit = (unsigned)(text.ptr[i] - '0');
    if (digit > 9)
      return false;
    *value = *value * 10 + digit;
  }
  return true;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
  static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

bool vt_date_parse(struct vater_str text, int64_t *days)
{
  unsigned year;
  unsigned month;
  unsigned day;
  *days = 0;
  if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' ||
      !fixed_digits(text, 0, 4, &year) || !fixed_digits(text, 5, 2, &month) ||
      !fixed_digits(text, 8, 2, &day))
    return false;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month))
    return false;
  *days = vt_date_from_civil(year, month, day);
  return true;
}

static bool parse_zone(struct vater_str text, size_t at, int64_t *offset_ms)
{
  unsigned hours;
  unsigned minutes;
  *offset_ms = 0;
  if (at + 1 == text.len && (text.ptr[at] == 'Z' || text.ptr[at] == 'z'))
    return true;
  if (at + 6 != text.len || (text.ptr[at] != '+' && text.ptr[at] != '-') ||
      text.ptr[at + 3] != ':' || !fixed_digits(text, at + 1, 2, &hours) ||
      !fixed_digits(text, at + 4, 2, &minutes) || hours > 23 || minutes > 59)
    return false;
  *offset_ms = (int64_t)(hours * 60 + minutes) * 60000 * (text.ptr[at] == '-' ? -1 : 1);
  return true;
}

bool vt_date_parse_time(struct vater_str text, int64_t *unix_ms)
{
  int64_t days;
  unsigned hour;
  unsigned minute;
  unsigned second;
  *unix_ms = 0;
  if (text.len < 20 || !vt_date_parse(vt_str_slice(text, 0, 10), &days) ||
      (text.ptr[10] != 'T' && text.ptr[10] != 't') || text.ptr[13] != ':' || text.ptr[16] != ':' ||
      !fixed_digits(text, 11, 2, &hour) || !fixed_digits(text, 14, 2, &minute) ||
      !fixed_digits(text, 17, 2, &second))
    return false;
  if (hour > 23 || minute > 59 || second > 60)
    return false;
  size_t at = 19;
  unsigned ms = 0;
  if (text.ptr[at] == '.') {
    unsigned weight = 100;
    for (at++; at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9'; at++, weight /= 10)
      ms += (unsigned)(text.ptr[at] - '0') * weight;
    if (at == 20)
      return false;
  }
  int64_t zone;
  if (at >= text.len || !parse_zone(text, at, &zone))
    return false;
  *unix_ms = ((days * 24 + hour) * 60 + minute) * 60000 + (int64_t)second * 1000 + ms - zone;
  return true;
}

size_t vt_date_print(int64_t days, char out[16])
{
  int64_t year;
  unsigned month;
  unsigned day;
  vt_date_to_civil(days, &year, &month, &day);
  int size = snprintf(out, 16, "%04d-%02u-%02u", (int)year, month, day);
  return size < 16 ? (size_t)size : 15;
}

size_t vt_date_print_time(int64_t unix_ms, char out[32])
{
  int64_t seconds = unix_ms / 1000 - (unix_ms % 1000 < 0);
  int64_t days = seconds / 86400 - (seconds % 86400 < 0);
  unsigned rest = (unsigned)(seconds - days * 86400);
  size_t used = vt_date_print(days, out);
  int size =
      snprintf(out + used, 32 - used, "T%02u:%02u:%02uZ", rest / 3600, rest / 60 % 60, rest % 60);
  return used + (size_t)size;
}

bool vt_date_parse_http(struct vater_str text, int64_t *unix_ms)
{
  static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  unsigned day;
  unsigned year;
  unsigned hour;
  unsigned minute;
  unsigned second;
  *unix_ms = 0;
  if (text.len != 29 || !vt_str_is(vt_str_slice(text, 25, 29), " GMT") ||
      !fixed_digits(text, 5, 2, &day) || !fixed_digits(text, 12, 4, &year) ||
      !fixed_digits(text, 17, 2, &hour) || !fixed_digits(text, 20, 2, &minute) ||
      !fixed_digits(text, 23, 2, &second))
    return false;
  for (unsigned month = 1; month <= 12; month++) {
    if (memcmp(text.ptr + 8, months + (month - 1) * 3, 3) != 0)
      continue;
    if (day < 1 || day > days_in_month(year, month) || hour > 23 || minute > 59 || second > 60)
      return false;
    int64_t days = vt_date_from_civil(year, month, day);
    *unix_ms = ((days * 24 + hour) * 60 + minute) * 60000 + (int64_t)second * 1000;
    return true;
  }
  return false;
}

static unsigned months_in(enum vt_period_kind kind)
{
  static const unsigned char months[] = {12, 4, 3, 1};
  return months[kind];
}

static void set_days(struct vt_period *period)
{
  unsigned months = months_in(period->kind);
  unsigned first = (unsigned)(period->part - 1) * months + 1;
  unsigned after = first + months;
  period->start = vt_date_from_civil(period->year, first, 1);
  period->end =
      vt_date_from_civil(period->year + (after > 12), after > 12 ? after - 12 : after, 1) - 1;
}

bool vt_period_parse(struct vater_str text, struct vt_period *period)
{
  unsigned year;
  unsigned part = 1;
  *period = (struct vt_period){0};
  if (!fixed_digits(text, 0, 4, &year))
    return false;
  enum vt_period_kind kind = VT_PERIOD_YEAR;
  if (text.len == 7 && text.ptr[4] == '-') {
    char letter = text.ptr[5];
    bool lettered = letter == 'Q' || letter == 'T';
    kind =
        letter == 'Q' ? VT_PERIOD_QUARTER : (letter == 'T' ? VT_PERIOD_TERTIAL : VT_PERIOD_MONTH);
    if (!fixed_digits(text, lettered ? 6 : 5, lettered ? 1 : 2, &part))
      return false;
  } else if (text.len != 4) {
    return false;
  }
  if (part < 1 || part > 12 / months_in(kind))
    return false;
  *period = (struct vt_period){.kind = kind, .year = (int)year, .part = (int)part};
  set_days(period);
  return true;
}

struct vt_period vt_period_of(enum vt_period_kind kind, int64_t day)
{
  int64_t year;
  unsigned month;
  unsigned of_month;
  vt_date_to_civil(day, &year, &month, &of_month);
  struct vt_period period = {
      .kind = kind, .year = (int)year, .part = (int)((month - 1) / months_in(kind)) + 1};
  set_days(&period);
  return period;
}

struct vt_period vt_period_step(const struct vt_period *period, int steps)
{
  int parts = (int)(12 / months_in(period->kind));
  int index = period->year * parts + period->part - 1 + steps;
  int year = index / parts - (index % parts < 0);
  struct vt_period moved = {.kind = period->kind, .year = year, .part = index - year * parts + 1};
  set_days(&moved);
  return moved;
}

size_t vt_period_print(const struct vt_period *period, char out[16])
{
  int size = 0;
  switch (period->kind) {
  case VT_PERIOD_YEAR:
    size = snprintf(out, 16, "%04d", period->year);
    break;
  case VT_PERIOD_TERTIAL:
    size = snprintf(out, 16, "%04d-T%d", period->year, period->part);
    break;
  case VT_PERIOD_QUARTER:
    size = snprintf(out, 16, "%04d-Q%d", period->year, period->part);
    break;
  case VT_PERIOD_MONTH:
    size = snprintf(out, 16, "%04d-%02d", period->year, period->part);
    break;
  }
  return size < 16 ? (size_t)size : 15;
}

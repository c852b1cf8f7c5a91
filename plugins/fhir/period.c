#include "fhir.h"

/* A FHIR date, dateTime or instant as far as days go. */
struct date {
  int year, month, day; /* month and day 0: not given */
  bool timed;           /* a time of day is given … */
  bool midnight, last;  /* … and it is 00:00:00, 23:59:59 */
};

static bool digits(struct vater_str text, size_t at, size_t count, int *value)
{
  *value = 0;
  if (at + count > text.len)
    return false;
  for (size_t i = at; i < at + count; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
    *value = *value * 10 + (text.ptr[i] - '0');
  }
  return true;
}

static bool is_leap(int year)
{
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static bool parse_time(struct vater_str text, struct date *date)
{
  int hour;
  int minute;
  int second;
  if (text.len < 19 || text.ptr[10] != 'T' || !digits(text, 11, 2, &hour) ||
      !digits(text, 14, 2, &minute) || !digits(text, 17, 2, &second) || text.ptr[13] != ':' ||
      text.ptr[16] != ':')
    return false;
  date->timed = true;
  date->midnight = hour == 0 && minute == 0 && second == 0;
  date->last = hour == 23 && minute == 59 && second >= 59;
  return hour < 24 && minute < 60 && second < 61;
}

static bool parse(struct vater_str text, struct date *date)
{
  *date = (struct date){0};
  if (!digits(text, 0, 4, &date->year) || date->year == 0)
    return false;
  if (text.len == 4)
    return true;
  if (text.ptr[4] != '-' || !digits(text, 5, 2, &date->month) || date->month < 1 ||
      date->month > 12)
    return false;
  if (text.len == 7)
    return true;
  if (text.ptr[7] != '-' || !digits(text, 8, 2, &date->day) || date->day < 1 ||
      date->day > days_in(date->year, date->month))
    return false;
  return text.len == 10 || parse_time(text, date);
}

/* Days since 1970 by the proleptic Gregorian calendar; source: RFC 3339 appendix B turned round. */
static int64_t day_number(int year, int month, int day)
{
  int64_t y = month <= 2 ? (int64_t)year - 1 : year;
  int64_t era = y / 400;
  int64_t year_of_era = y - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

bool fhir_day(struct vater_str text, int64_t *day)
{
  struct date date;
  if (!parse(text, &date))
    return false;
  *day = day_number(date.year, date.month > 0 ? date.month : 1, date.day > 0 ? date.day : 1);
  return true;
}

/* Months since year 0 of the first of a month that the period begins with. */
static bool first_month(struct vater_str text, int *month)
{
  struct date date;
  if (!parse(text, &date) || date.day > 1 || (date.timed && !date.midnight))
    return false;
  *month = date.year * 12 + (date.month > 0 ? date.month - 1 : 0);
  return true;
}

/* Of the month behind the last one. A date without time includes its last day; midnight is where a
 * day begins. */
static bool end_month(struct vater_str text, bool exclusive, int *month)
{
  struct date date;
  if (!parse(text, &date) || (date.timed && !date.midnight && !date.last))
    return false;
  int first = date.year * 12 + (date.month > 0 ? date.month - 1 : 0);
  bool before = date.timed ? date.midnight : exclusive;
  if (before) {
    *month = first;
    return date.day <= 1;
  }
  *month = first + (date.month > 0 ? 1 : 12);
  return date.day == 0 || date.day == days_in(date.year, date.month);
}

static size_t put_year(char *out, int year)
{
  for (int i = 3; i >= 0; i--, year /= 10)
    out[i] = (char)('0' + year % 10);
  return 4;
}

bool fhir_period(struct vater_str start, struct vater_str end, bool exclusive_end,
                 char out[FHIR_PERIOD_ROOM])
{
  int from;
  int to;
  if (!first_month(start, &from) || !end_month(end, exclusive_end, &to))
    return false;
  int length = to - from;
  int month = from % 12;
  size_t len = put_year(out, from / 12);
  bool whole = (length == 1 || length == 3 || length == 4 || length == 12) && month % length == 0;
  if (length == 1) {
    out[len++] = '-';
    out[len++] = (char)('0' + (month + 1) / 10);
    out[len++] = (char)('0' + (month + 1) % 10);
  } else if (whole && length != 12) {
    out[len++] = '-';
    out[len++] = length == 3 ? 'Q' : 'T';
    out[len++] = (char)('1' + month / length);
  }
  out[len] = '\0';
  return whole;
}

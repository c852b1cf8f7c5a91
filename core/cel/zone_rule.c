#include "base/date.h"
#include "cel/zone.h"

/* "CET-1CEST,M3.5.0,M10.5.0/3": the rule behind the last transition of a zone (POSIX.1 TZ). */
struct rule {
  struct vater_str text;
  size_t at;
  bool failed;
};

struct change {
  char kind; /* 'M' month.week.day, 'J' day without leap day, 'N' zero-based day */
  int month, week, day;
  int32_t time;
};

static char peek(const struct rule *rule)
{
  return rule->at < rule->text.len ? rule->text.ptr[rule->at] : '\0';
}

static bool take(struct rule *rule, char c)
{
  if (peek(rule) != c)
    return false;
  rule->at++;
  return true;
}

static int number(struct rule *rule)
{
  int value = 0;
  if (peek(rule) < '0' || peek(rule) > '9')
    rule->failed = true;
  while (peek(rule) >= '0' && peek(rule) <= '9' && value < 10000)
    value = value * 10 + (rule->text.ptr[rule->at++] - '0');
  return value;
}

static void skip_name(struct rule *rule)
{
  if (take(rule, '<')) {
    while (peek(rule) != '>' && peek(rule) != '\0')
      rule->at++;
    rule->at++;
    return;
  }
  while ((peek(rule) >= 'a' && peek(rule) <= 'z') || (peek(rule) >= 'A' && peek(rule) <= 'Z'))
    rule->at++;
}

/* [+-]h[:m[:s]] in seconds */
static int32_t clock_time(struct rule *rule)
{
  bool negative = take(rule, '-');
  if (!negative)
    take(rule, '+');
  int32_t seconds = number(rule) * 3600;
  if (take(rule, ':'))
    seconds += number(rule) * 60;
  if (take(rule, ':'))
    seconds += number(rule);
  return negative ? -seconds : seconds;
}

static struct change read_change(struct rule *rule)
{
  struct change change = {.kind = 'N', .time = 7200};
  if (take(rule, 'M')) {
    change.kind = 'M';
    change.month = number(rule);
    take(rule, '.');
    change.week = number(rule);
    take(rule, '.');
    change.day = number(rule);
    if (change.month < 1 || change.month > 12)
      rule->failed = true;
  } else {
    change.kind = take(rule, 'J') ? 'J' : 'N';
    change.day = number(rule);
  }
  if (take(rule, '/'))
    change.time = clock_time(rule);
  return change;
}

/* Local seconds since 1970 of the change in that year, as if the offset were 0. */
static int64_t change_time(const struct change *change, int64_t year)
{
  int64_t days;
  if (change->kind == 'M') {
    int64_t first = vt_date_from_civil(year, (unsigned)change->month, 1);
    int64_t next = change->month == 12 ? vt_date_from_civil(year + 1, 1, 1)
                                       : vt_date_from_civil(year, (unsigned)change->month + 1, 1);
    int64_t weekday = ((first + 4) % 7 + 7) % 7;
    days = first + (change->day - weekday + 7) % 7 + (int64_t)(change->week - 1) * 7;
    while (days >= next)
      days -= 7;
  } else {
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    days = vt_date_from_civil(year, 1, 1) + change->day - (change->kind == 'J' ? 1 : 0);
    if (change->kind == 'J' && leap && change->day >= 60)
      days++;
  }
  return days * 86400 + change->time;
}

int32_t vt_cel_zone_rule(struct vater_str text, int64_t seconds, int32_t otherwise)
{
  struct rule rule = {.text = text};
  skip_name(&rule);
  int32_t standard = -clock_time(&rule);
  if (rule.failed)
    return otherwise;
  if (rule.at >= text.len)
    return standard;
  skip_name(&rule);
  int32_t summer = peek(&rule) == ',' ? standard + 3600 : -clock_time(&rule);
  take(&rule, ',');
  struct change begin = read_change(&rule);
  take(&rule, ',');
  struct change end = read_change(&rule);
  if (rule.failed)
    return otherwise;
  int64_t year;
  unsigned month, day;
  int64_t local = seconds + standard;
  vt_date_to_civil((local - (local % 86400 + 86400) % 86400) / 86400, &year, &month, &day);
  int64_t from = change_time(&begin, year) - standard, to = change_time(&end, year) - summer;
  bool is_summer = from < to ? seconds >= from && seconds < to : seconds >= from || seconds < to;
  return is_summer ? summer : standard;
}

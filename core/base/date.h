/* Proleptic Gregorian dates, RFC 3339 times and reporting periods. No time zone data, no locale. */
#ifndef VT_BASE_DATE_H
#define VT_BASE_DATE_H

#include "base/str.h"

/* Days since 1970-01-01. */
int64_t vt_date_from_civil(int64_t year, unsigned month, unsigned day);
void vt_date_to_civil(int64_t days, int64_t *year, unsigned *month, unsigned *day);
bool vt_date_parse(struct vater_str text, int64_t *days);         /* YYYY-MM-DD, a real date */
bool vt_date_parse_time(struct vater_str text, int64_t *unix_ms); /* RFC 3339 with zone */
size_t vt_date_print(int64_t days, char out[16]);                 /* YYYY-MM-DD */
size_t vt_date_print_time(int64_t unix_ms, char out[32]);         /* 2026-11-22T19:46:37Z */
bool vt_date_parse_http(struct vater_str text, int64_t *unix_ms); /* RFC 9110 IMF-fixdate */

enum vt_period_kind { VT_PERIOD_YEAR, VT_PERIOD_TERTIAL, VT_PERIOD_QUARTER, VT_PERIOD_MONTH };

/* 2026, 2026-T1 (four months), 2026-Q3, 2026-07 */
struct vt_period {
  enum vt_period_kind kind;
  int year, part;     /* part 1-based; 1 for a year */
  int64_t start, end; /* first and last day, days since 1970 */
};

bool vt_period_parse(struct vater_str text, struct vt_period *period);
/* The period of that kind that holds the day. */
struct vt_period vt_period_of(enum vt_period_kind kind, int64_t day);
/* `steps` periods later (earlier when negative). */
struct vt_period vt_period_step(const struct vt_period *period, int steps);
size_t vt_period_print(const struct vt_period *period, char out[16]);

#endif

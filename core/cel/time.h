/* Timestamps and durations: text forms, ranges, civil fields. */
#ifndef VT_CEL_TIME_H
#define VT_CEL_TIME_H

#include "cel/value.h"

enum { VT_CEL_TIME_TEXT = 48 };

/* 0001-01-01T00:00:00Z … 9999-12-31T23:59:59.999999999Z */
bool vt_cel_timestamp_in_range(struct vt_cel_time time);
/* What 64 bits of nanoseconds hold. */
bool vt_cel_duration_in_range(struct vt_cel_time time);
/* a + b with nanos 0 … 999999999 for a timestamp; seconds and nanos of one sign for a duration.
 * False: out of that range. */
bool vt_cel_time_add(struct vt_cel_time a, struct vt_cel_time b, bool duration,
                     struct vt_cel_time *sum);
struct vt_cel_time vt_cel_time_negate(struct vt_cel_time time);
/* RFC 3339 with zone and up to 9 decimals; false: wrong or out of range. */
bool vt_cel_timestamp_parse(struct vater_str text, struct vt_cel_time *time);
size_t vt_cel_timestamp_print(struct vt_cel_time time, char out[VT_CEL_TIME_TEXT]);
/* "1h30m", "-1.5s", "100ms", "2us", "3ns", "0". */
bool vt_cel_duration_parse(struct vater_str text, struct vt_cel_time *time);
/* "5400s", "-1.5s" */
size_t vt_cel_duration_print(struct vt_cel_time time, char out[VT_CEL_TIME_TEXT]);

struct vt_cel_civil {
  int64_t year;
  unsigned month, day; /* 1-based */
  unsigned hour, minute, second;
  unsigned weekday;  /* 0: Sunday */
  unsigned year_day; /* 0-based */
};
void vt_cel_civil(int64_t seconds, struct vt_cel_civil *civil);

#endif

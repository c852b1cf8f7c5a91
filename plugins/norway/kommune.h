/* Municipalities by date. The tables are made at build time from rules/codelists. */
#ifndef NORWAY_KOMMUNE_H
#define NORWAY_KOMMUNE_H

#include "vater/plugin.h"

enum { KOMMUNE_DIGITS = 4, DAY_BYTES = 10 };

/* Days as "2024-01-01"; `last` is a day of validity, "9999-12-31" where it goes on. */
struct kommune {
  char code[KOMMUNE_DIGITS + 1];
  char first[DAY_BYTES + 1], last[DAY_BYTES + 1];
};

/* One pair of a change: `from` went, wholly or in part, into `to` on that day. */
struct kommune_change {
  char day[DAY_BYTES + 1];
  char from[KOMMUNE_DIGITS + 1], to[KOMMUNE_DIGITS + 1];
};

extern const struct kommune kommune_table[]; /* by code, then by first day */
extern const uint32_t kommune_count;
extern const struct kommune_change kommune_changes[]; /* by day */
extern const uint32_t kommune_change_count;

/* Whether the text is a day, "2024-01-01". */
bool kommune_is_day(struct vater_str text);
bool kommune_is_valid(struct vater_str code, struct vater_str day);
/* Whether a municipality of that county was valid on that day; two digits. */
bool kommune_has_county(struct vater_str county, struct vater_str day);
/* The code that the municipality had or has on that day, through its successors or predecessors;
 * NULL where there is none, or not one only. */
const char *kommune_at(struct vater_str code, struct vater_str day);

#endif

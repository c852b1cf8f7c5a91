/*
 * Totals and their parts among the rows of a delivery, for plugins whose checks add up. A row is
 * the total of those that differ from it in one thing only: a dimension of the breakdown that it
 * does not have, or the area, whose parent it is (a municipality's county, a county's nation).
 */
#ifndef VATER_PARTS_H
#define VATER_PARTS_H

#include "vater/plugin.h"

struct parts;

/* One total; borrowed until parts_close(). */
struct parts_group {
  uint32_t total;
  struct vater_str dimension; /* "sex"; empty: the areas below */
  const uint32_t *rows;       /* the parts, ascending */
  uint32_t count;
};

enum parts_kind { PARTS_BREAKDOWN = 1, PARTS_AREA = 2 };

/* `kinds`: bits of enum parts_kind. VATER_OK, or negative with a text in the call. */
int parts_open(const struct vater_host *host, vater_call *call, const vater_table *rows, int kinds,
               struct parts **parts);
void parts_close(struct parts *parts); /* NULL is fine */

/* Groups in order of their total's row, then of dimension. */
uint32_t parts_count(const struct parts *parts);
struct parts_group parts_group(const struct parts *parts, uint32_t index);
/* Another row with the identity of `row` (indicator, actor, period, area, area role, breakdown)
 * that stands before it, false where there is none. */
bool parts_earlier(const struct parts *parts, uint32_t row, uint32_t *earlier);
/* Whether every declared part of the group's total is among its rows: each value of the dimension
 * that the indicator lists, each municipality or county that the code lists know of at the period's
 * end. False also where nothing is declared. */
bool parts_is_complete(const struct parts *parts, const struct parts_group *group);
/* The value of a dimension of a row's breakdown; empty where it has none. */
struct vater_str parts_dimension(struct vater_str breakdown, struct vater_str name);

#endif

/* Rows as cells and the sums that tie them; private to this folder. All memory is the arena's. */
#ifndef VT_DISCLOSURE_SUMS_H
#define VT_DISCLOSURE_SUMS_H

#include "base/arena.h"
#include "base/map.h"
#include "disclosure/disclosure.h"

/* What adds up. */
enum vt_measure {
  VT_MEASURE_NUMERATOR,
  VT_MEASURE_DENOMINATOR,
  VT_MEASURE_REST, /* denominator - numerator */
  VT_MEASURE_VALUE,
  VT_MEASURE_COUNT
};

/* A row of the table, or behind those a number that is in no row: what a total has beyond its
 * parts, what was added since. */
struct vt_cell {
  double number[VT_MEASURE_COUNT]; /* of a difference negative where it fell */
  uint8_t has, small;              /* bits of measures */
  bool hidden, row;
  bool total;    /* of others */
  uint32_t next; /* another vintage of the same identity, in a ring; itself where there is none */
};

struct vt_term {
  uint32_t cell;
  int sign;
};

/* The signed numbers of the terms add up to 0, in these measures. */
struct vt_sum {
  uint32_t first, count; /* of the terms */
  uint8_t measures;
  bool difference; /* of two vintages or periods: a term may be negative */
};

struct vt_sums {
  struct vt_arena *arena;
  const struct vt_allocator *allocator;
  const struct vt_table *table;
  struct vt_disclosure *disclosures; /* a row's, purpose NONE: not looked at */
  struct vt_cell *cells;
  uint32_t cell_count, cell_room;
  struct vt_term *terms;
  uint32_t term_count, term_room;
  struct vt_sum *sums;
  uint32_t sum_count, sum_room;
};

/* tie.c: cells are there for each row; adds the sums and the cells that are in no row. */
int vt_sums_tie(struct vt_sums *sums);
/* sums.c: a sum of these signed cells in those measures that all of them have or may have; `rest`
 * adds what the first one, the total, has beyond the others. */
int vt_sums_add(struct vt_sums *sums, const struct vt_term *terms, uint32_t count, bool difference);
/* protect.c: hides rows until no small cell can be computed. */
int vt_sums_protect(struct vt_sums *sums);
/* Of two rows that may be hidden, UINT32_MAX: none, the one whose loss costs less: a part rather
 * than a total, one that is not 0, the smaller, the first. */
uint32_t vt_sums_prefer(const struct vt_sums *sums, enum vt_measure measure, uint32_t a,
                        uint32_t b);
/* That of a sum. */
uint32_t vt_sums_choose(const struct vt_sums *sums, const struct vt_sum *sum,
                        enum vt_measure measure);
/* bound.c: what more must be hidden in one measure, since all sums together bound small cells below
 * their threshold: these rows, and all in those sums. */
struct vt_exposed {
  uint32_t *rows, *whole;
  uint32_t row_count, whole_count;
};
int vt_sums_bound(struct vt_sums *sums, enum vt_measure measure, struct vt_arena *arena,
                  struct vt_exposed *exposed);
void vt_sums_hide(struct vt_sums *sums, uint32_t cell); /* with its vintages */

#endif

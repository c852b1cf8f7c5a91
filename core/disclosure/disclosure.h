/*
 * Which numbers may leave. Small cells of indicators that count persons are kept as they are, since
 * national sums need them, and are shown to nobody; neither is what would give one away by
 * subtraction. Every exit of numbers asks here, and nowhere else is it decided.
 *
 * A cell is small from 1 to below the threshold: numerator, denominator, what lies between them,
 * and a count. A multiple of the base that numbers are rounded to is not. What an observation shows
 * is shown or hidden as a whole: numbers of one row tell each other.
 */
#ifndef VT_DISCLOSURE_DISCLOSURE_H
#define VT_DISCLOSURE_DISCLOSURE_H

#include "base/environment.h"
#include "table/table.h"

enum vt_disclosure_purpose {
  VT_DISCLOSURE_NONE,        /* counts no persons: everything may be shown */
  VT_DISCLOSURE_PUBLICATION, /* small cells arrive as they are */
  VT_DISCLOSURE_COLLECTION   /* the sender suppresses them */
};

enum { VT_DISCLOSURE_THRESHOLD = 5 }; /* of an indicator that names none */

/* What an indicator says of its cells. */
struct vt_disclosure {
  enum vt_disclosure_purpose purpose;
  double threshold; /* the smallest number that may be shown */
  double base;      /* numbers are rounded to multiples of it; 0: to none */
  bool cumulative;  /* counts ever: what was added since the period before is a cell too */
};

/* Of the indicator with that id; one that is not known protects what it might be. */
struct vt_disclosure_source {
  void (*find)(const void *context, struct vater_str indicator, struct vt_disclosure *disclosure);
  const void *context;
};

enum vt_disclosure_exit {
  /* Numbers that leave one by one, night after night, each time for other rows: findings. Nobody
   * knows what a reader has kept, so no number of an indicator that counts persons leaves. */
  VT_DISCLOSURE_TEXTS,
  /* A table that leaves as a whole and holds all that its readers get: small cells are hidden, and
   * as few others as keep them hidden. */
  VT_DISCLOSURE_TABLE
};

/* Whether a number that counts persons is fewer than may be shown. */
bool vt_disclosure_is_small(const struct vt_disclosure *disclosure, double cell);

/*
 * hidden: a byte a row of the table, set to 1 where no number of it may be shown and to 0
 * elsewhere.
 *
 * VT_DISCLOSURE_TABLE knows these sums: a total and its parts along one dimension of the breakdown,
 * or one step of the areas (nation, county, municipality, district), of the same indicator, actor,
 * period and area role; what a total has beyond its parts in the table counts as one more part. Of
 * rows with the same identity each is a vintage, in the order of the table: all are hidden where
 * one is, and what lies between two is a cell, as it is between two periods of a cumulative
 * indicator. A part that the sender suppressed is a small cell. Then no small cell can be computed
 * from what is shown: numbers that are not negative and agree with all sums exist in which it is as
 * large as the threshold (linear programming; too many hidden ones to compute hide all of theirs).
 * Which others are hidden: of such a sum the smallest part, then the smallest total, then the first
 * in the table.
 *
 * VATER_OK or VATER_E_NOMEM. The same table gives the same bytes.
 */
int vt_disclosure_mask(const struct vt_allocator *allocator, const struct vt_table *table,
                       const struct vt_disclosure_source *source, enum vt_disclosure_exit exit,
                       uint8_t *hidden);

#endif

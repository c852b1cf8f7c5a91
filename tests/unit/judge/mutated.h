/* Rows P02 and P08 for any format: a good payload cut, and each of its values made wrong in turn.
 */
#ifndef TEST_JUDGE_MUTATED_H
#define TEST_JUDGE_MUTATED_H

#include "observed.h"

/* A payload, and how it is read. */
struct mutated {
  struct judged_world *world;
  const char *format, *settings;
  struct vater_str payload;
};

/* Cut at each of `parts` parts of its length, it is refused as syntax and gives no row. */
void mutated_cuts(const struct mutated *mutated, unsigned parts);
/* What is known of a change: where it is told if not at the value itself. */
struct mutated_known {
  const char *pointer; /* of the value, as fnmatch(3) takes it */
  const char *by;      /* replacements with | between, "-" left out, "+" a member more; NULL: any */
  const char *at;      /* told there, ".." is the container; "*" anywhere, "?" there or nowhere;
                          NULL: it may be so */
};

/* Each value in turn replaced by every kind of value, null, empty, negative and huge, each member
 * left out, a member more put into each object. The change must be told exactly at the value (of a
 * member left out: at its container; of one more: at it), in all languages, and no finding of how
 * the payload is written may stand elsewhere. `known` ends with pointer NULL. Returns the number of
 * changes. */
size_t mutated_exactly(const struct mutated *mutated, const struct mutated_known *known);

#endif

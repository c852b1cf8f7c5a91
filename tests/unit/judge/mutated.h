/* Rows P08 to P11 for any format: a good payload cut, and each of its values made wrong in turn. */
#ifndef TEST_JUDGE_MUTATED_H
#define TEST_JUDGE_MUTATED_H

#include "observed.h"

/* A payload, how it is read, and the values that may be anything: their pointers, or "*" and how
 * they end. */
struct mutated {
  struct judged_world *world;
  const char *format, *settings;
  struct vater_str payload;
  const char *const *unread; /* ends with NULL */
};

/* Cut at each of `parts` parts of its length, it is refused as syntax and gives no row. */
void mutated_cuts(const struct mutated *mutated, unsigned parts);
/* Each value in turn replaced by `other` (a JSON text): a finding at its pointer, around or
 * in it. Returns how many there were. */
size_t mutated_values(const struct mutated *mutated, const char *other);
/* A member "zzz" put into each object: no crash, and a finding at it in those objects whose members
 * are known to the format. Returns in how many it was found. */
size_t mutated_extras(const struct mutated *mutated);
/* Each member left out in turn: no crash. Returns how many were found missing. */
size_t mutated_missing(const struct mutated *mutated);

#endif

/* Damaged payloads, for every format: cut at each fiftieth of the length, and each value in turn
 * replaced by what does not belong there. Whatever comes is judged without a crash, and what is
 * lost is told: a delivery that is received has as many observations as the whole one, or a
 * finding; a refused one has a finding with its place. */
#ifndef TEST_JUDGE_DAMAGE_H
#define TEST_JUDGE_DAMAGE_H

#include "judged.h"

struct damage {
  struct judged_world *world;
  struct vt_judge_job job;
  struct vater_str bytes; /* the whole payload, which is received */
  uint32_t rows;          /* its observations; filled in by damage_whole() */
  char delimiter;         /* of CSV; 0: JSON */
};

/* Judges the whole payload; it must be received, with observations. */
void damage_whole(struct damage *damage);
void damage_cuts(const struct damage *damage);
void damage_values(const struct damage *damage);

#endif

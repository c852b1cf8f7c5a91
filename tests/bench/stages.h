/* Adds up how long each stage of a piece of work takes, as it is told of them (base/watch.h). */
#ifndef BENCH_STAGES_H
#define BENCH_STAGES_H

#include "base/error.h"
#include "base/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STAGES = 512 };

struct stage {
  char name[48];
  double seconds;
};

struct stages {
  double last;
  struct stage stages[STAGES];
  unsigned count;
};

static inline double stages_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void stages_begin(struct stages *stages)
{
  stages->last = stages_now();
}

/* For a struct vt_watch. */
static inline void stages_ended(void *context, struct vater_str name)
{
  struct stages *stages = context;
  double now = stages_now();
  unsigned i = 0;
  while (i < stages->count && !vt_str_is(name, stages->stages[i].name))
    i++;
  if (i == STAGES) {
    fprintf(stderr, "too many stages\n");
    exit(2);
  }
  if (i == stages->count)
    vt_text_copy(stages->stages[stages->count++].name, sizeof stages->stages[i].name, name);
  stages->stages[i].seconds += now - stages->last;
  stages->last = stages_now();
}

/* Keeps of each stage the shorter time. */
static inline void stages_best(struct stages *best, const struct stages *other)
{
  if (best->count == 0)
    *best = *other;
  for (unsigned i = 0; i < best->count && i < other->count; i++)
    if (other->stages[i].seconds < best->stages[i].seconds)
      best->stages[i] = other->stages[i];
}

#endif

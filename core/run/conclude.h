/* An indicator's rules over time and actors, asked in a worker about what the store knows of it.
 * Internal to core/run. */
#ifndef VT_RUN_CONCLUDE_H
#define VT_RUN_CONCLUDE_H

#include "run/job.h"

struct vt_concluding {
  struct vt_running *running; /* zygote, actors, reference day; a store to read */
  int64_t run;
  struct vater_str indicator;
  /* what comes of it */
  struct vt_arena *arena;
  struct vt_table table; /* what the worker was given */
  void *block;
  uint32_t brought;
  struct vt_worker *worker;
  struct vt_worker_event event; /* its last: a result, or why there is none; lives until the end */
  bool stopped;                 /* by a signal: there is no event */
};

/* Whether the packs have such a rule for the indicator. */
bool vt_concluding_has_rules(const struct vt_running *running, struct vater_str indicator);
/* Fills what comes of it from running, run and indicator. Always end it. */
int vt_concluding_ask(struct vt_concluding *concluding, struct vt_error *error);
void vt_concluding_end(struct vt_concluding *concluding);

#endif

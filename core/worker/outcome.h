/* How a worker ended, as an error with a PLUG- code. Pure. */
#ifndef VT_WORKER_OUTCOME_H
#define VT_WORKER_OUTCOME_H

#include "worker/worker.h"

struct ending {
  bool was_reported; /* the zygote said how it ended */
  int wait_status;   /* as wait(2) gives it */
  uint64_t cpu_ms, peak_bytes;
  struct vater_str place; /* what it was at, or empty; borrowed */
};

/* It ended without a result and without a word of its own. */
int vt_ending_explain(const struct ending *ending, const struct vt_worker_limits *limits,
                      struct vt_error *error);
/* Adds what it was at, "in check 'x' of plugin 'y'", to an error of a PLUG- code that does not name
 * a plugin itself. */
void vt_ending_place(struct vater_str place, struct vt_error *error);
/* The sandbox stopped that system call: PLUG-DENIED, or PLUG-LIMIT for processes and descriptors.
 */
int vt_ending_denied(uint64_t call, struct vt_error *error);

#endif

/* The two processes behind main. Neither comes back. */
#ifndef VT_WORKER_ZYGOTE_H
#define VT_WORKER_ZYGOTE_H

#include "worker/worker.h"

#include <sys/types.h>

/* Limits with the defaults filled in. */
struct vt_worker_limits vt_worker_limits_effective(const struct vt_worker_limits *limits);

/* The freshly forked zygote: loads everything but `skipped` plugins, tells `control` about it, and
 * then forks workers until `control` is closed. */
_Noreturn void vt_zygote_main(const struct vt_zygote_options *options, const char *const *skipped,
                              size_t skipped_count, int control, pid_t parent);
/* A freshly forked, sandboxed worker, with its descriptors in place: serves one job. */
_Noreturn void vt_worker_main(const struct vt_judge_context *context,
                              const struct vt_worker_limits *limits);
/* The judge's `release`. */
void vt_worker_release(struct vater_str bytes);
/* Reports the error on WORKER_SOCKET and ends the worker. */
_Noreturn void vt_worker_give_up(const struct vt_error *error);

#endif

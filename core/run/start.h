/* What must stand before the first request, in the order that trust demands: configuration, zygote,
 * store, plan with keys, network. Internal to core/run. */
#ifndef VT_RUN_START_H
#define VT_RUN_START_H

#include "run/job.h"

/* On failure nothing was asked and nothing recorded. Always end with vt_run_end(). */
int vt_run_start(const struct vt_run_options *options, struct vt_run_summary *summary,
                 struct vt_diagnostics *diagnostics, struct vt_running *running,
                 struct vt_error *error);
/* Only what judging needs: configuration, registry, zygote; no plugins here, no keys, no network.
 */
int vt_run_start_judging(const struct vt_run_options *options, struct vt_run_summary *summary,
                         struct vt_diagnostics *diagnostics, struct vt_running *running,
                         struct vt_error *error);
/* Forks a zygote with the packs of that folder; `trusted`: as a run wants them. */
int vt_run_start_zygote(struct vt_running *running, const char *rules, bool trusted,
                        struct vt_zygote **zygote, struct vt_error *error);
void vt_run_end(struct vt_running *running);

#endif

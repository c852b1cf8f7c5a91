/*
 * How a run is getting on: on a terminal one line that is rewritten, with counts, rate and time
 * left; elsewhere a plain line now and then. Decides by the monotonic clock when to write.
 */
#ifndef VT_REPORT_PROGRESS_H
#define VT_REPORT_PROGRESS_H

#include "base/codes.h"
#include "base/environment.h"

struct vt_progress {
  struct vt_clock clock;
  enum vt_language language;
  bool live;      /* a terminal that can rewrite a line */
  unsigned width; /* of it */
  void (*write)(void *context, struct vater_str text);
  void *context;
  /* kept by the functions below */
  uint32_t total, done, failed;
  int64_t started_ms, written_ms;
  bool shown;
};

/* Call once; `total` jobs are to be done. */
void vt_progress_start(struct vt_progress *progress, uint32_t total);
/* `failed`: of those done, how many were not delivered, refused or failed here. */
void vt_progress_update(struct vt_progress *progress, uint32_t done, uint32_t failed,
                        uint32_t in_flight);
/* Removes the live line, so that other text can be written; the next update shows it again. */
void vt_progress_clear(struct vt_progress *progress);

#endif

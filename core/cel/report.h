/* Faults of an expression on their way to diagnostics. */
#ifndef VT_CEL_REPORT_H
#define VT_CEL_REPORT_H

#include "cel/cel.h"

struct vt_cel_report {
  const struct vt_cel_source *source;
  struct vt_diagnostics *diagnostics;
  uint32_t count; /* faults so far */
  bool failed;    /* out of memory */
};

/* A fault of `width` bytes at byte `offset` of the expression. */
void vt_cel_report(struct vt_cel_report *report, uint32_t offset, uint32_t width,
                   const char *format, ...) VATER_PRINTF(4, 5);

/* The same for what could take too long: the source's cost_code. */
void vt_cel_report_cost(struct vt_cel_report *report, uint32_t offset, uint32_t width,
                        const char *format, ...) VATER_PRINTF(4, 5);

#endif

/* A report as text for a terminal, and as JSON. */
#ifndef VT_REPORT_RENDER_H
#define VT_REPORT_RENDER_H

#include "base/buffer.h"
#include "report/model.h"

struct vt_report_style {
  enum vt_language language;
  bool color;
  unsigned width;   /* columns of the terminal; at least 40 are assumed */
  uint32_t samples; /* findings shown of each rule; counts are always whole */
};

/* Appends the report of a run, or of a check where report->file is set. All untrusted text passes
 * vt_encode_terminal(). Returns the buffer's status. */
int vt_report_terminal(const struct vt_report *report, const struct vt_report_style *style,
                       struct vt_buffer *out);
/* A few lines for `vater status`: run, statuses, totals. */
int vt_report_brief(const struct vt_report *report, const struct vt_report_style *style,
                    struct vt_buffer *out);
/* One JSON document by rules/schemas/report.schema.json, indented, with a newline at its end:
 * `result` (same input, same bytes) and `execution` (times, tries, host). VATER_OK,
 * VATER_E_NOMEM, VATER_E_LIMIT. */
int vt_report_json(const struct vt_report *report, struct vt_buffer *out);

#endif

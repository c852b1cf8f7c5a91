/* The result of one delivery as a report, for `vater check`. */
#ifndef VT_CLI_CHECK_MODEL_H
#define VT_CLI_CHECK_MODEL_H

#include "judge/result.h"
#include "report/model.h"

/* Fills and concludes; texts stay the result's. `file` is what was checked, `bytes` its size,
 * `today` the reference day; `asked`: for a period. Findings that only a run can have are listed as
 * skipped. VATER_OK or VATER_E_NOMEM. */
int vt_check_report(const struct vt_result *result, struct vater_str file, uint64_t bytes,
                    int64_t today, bool asked, struct vt_arena *arena, struct vt_report *report,
                    struct vt_error *error);

#endif

/* What is wrong with a page, until it is told. Internal to core/judge. */
#ifndef VT_JUDGE_COLLECTION_H
#define VT_JUDGE_COLLECTION_H

#include "judge/decode.h"

enum { COLLECTION_SEVERITIES = VATER_SEVERITY_ERROR + 1 };

/* Violations wait until the whole page is screened: only then it is known what may be shown. */
struct waiting {
  struct vt_decode_violation violation;
  struct waiting *next;
};

struct collection {
  struct vt_arena *arena;
  struct waiting *first, **last;
  uint64_t violations; /* of the structure, among those that wait */
  uint32_t page;
  uint64_t found[COLLECTION_SEVERITIES]; /* by the format's own code, by enum vater_severity */
};

/* Keeps a violation; `context` is the collection. */
int vt_judge_collect(void *context, const struct vt_decode_violation *violation);
/* For the table that a format's own code writes: one of PAY-VALUE, PAY-FORMAT, PAY-NOTE each, the
 * first of each severity; all are counted. */
int vt_judge_take_finding(void *context, int severity, uint64_t offset, struct vater_str text,
                          struct vt_error *error);

#endif

/* One breakdown in canonical form: "age=67-79;sex=F", names ascending by bytes. '%', ';' and '=' in
 * a name or value are written %25, %3B, %3D, so that two breakdowns are equal exactly when their
 * texts are. No memory of its own: fits on a stack or in a struct. */
#ifndef VT_TABLE_BREAKDOWN_H
#define VT_TABLE_BREAKDOWN_H

#include "base/error.h"
#include "base/limits.h"

enum { VT_BREAKDOWN_DIMENSIONS = 8, VT_BREAKDOWN_BYTES = 2048 };

/* Escaped text: bytes[name, value) and bytes[value, end). */
struct vt_breakdown_part {
  uint16_t name, value, end;
};

struct vt_breakdown {
  uint32_t count, used;
  struct vt_breakdown_part dimensions[VT_BREAKDOWN_DIMENSIONS];
  char bytes[VT_BREAKDOWN_BYTES];
  char canonical[VT_BREAKDOWN_BYTES + 2 * VT_BREAKDOWN_DIMENSIONS];
};

void vt_breakdown_reset(struct vt_breakdown *breakdown);
/* PAY-LIMIT (BREAKDOWN_DIMENSIONS, BREAKDOWN_BYTES); PAY-DUPKEY for a name set twice. */
int vt_breakdown_add(struct vt_breakdown *breakdown, struct vater_str name, struct vater_str value,
                     struct vt_error *error);
/* Borrowed until the next reset; empty where nothing was added. */
struct vater_str vt_breakdown_text(struct vt_breakdown *breakdown);

#endif

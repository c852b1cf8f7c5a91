#include "base/limits.h"

#include <stddef.h>

static const struct vt_limit limits[] = {
#define VT_LIMIT(name, value, unit, meaning) {#name, (value), (unit), (meaning)},
#include "base/limits.def"
#undef VT_LIMIT
};

const struct vt_limit *vt_limit_get(enum vt_limit_index index)
{
  return &limits[index];
}

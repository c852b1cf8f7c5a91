/* Every ceiling, from limits.def: VT_LIMIT_<NAME>. Exceeding one is an error with its name. */
#ifndef VT_BASE_LIMITS_H
#define VT_BASE_LIMITS_H

#include <stdint.h>

enum vt_limit_index {
#define VT_LIMIT(name, value, unit, meaning) VT_LIMIT_INDEX_##name,
#include "base/limits.def"
#undef VT_LIMIT
  VT_LIMIT_INDEX_COUNT
};

#define VT_LIMIT(name, value, unit, meaning) static const uint64_t VT_LIMIT_##name = (value);
#include "base/limits.def"
#undef VT_LIMIT

struct vt_limit {
  const char *name; /* "PAYLOAD_BYTES" */
  uint64_t value;
  const char *unit, *meaning;
};

const struct vt_limit *vt_limit_get(enum vt_limit_index index);

#endif

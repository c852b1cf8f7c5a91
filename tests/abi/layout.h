/* What one version of the header says, to compare with another. */
#ifndef VT_ABI_LAYOUT_H
#define VT_ABI_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

struct layout {
  const char *name; /* NULL ends */
  long long value;
  bool grows; /* a later version may have more */
};

extern const struct layout layout_1_0[];
extern const struct layout layout_today[];

#endif

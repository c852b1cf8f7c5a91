#include "jose/internal.h"

static const struct vt_algorithm_row rows[VT_ALGORITHM_COUNT] = {
#define VT_ALGORITHM(id, name, kind, curve, digest, bytes) \
  [VT_ALGORITHM_##id] = {name, VT_KIND_##kind, curve, digest, bytes},
#include "jose/algorithm.def"
#undef VT_ALGORITHM
};

const struct vt_algorithm_row *vt_algorithm_row(enum vt_algorithm algorithm)
{
  return &rows[algorithm < VT_ALGORITHM_COUNT ? algorithm : VT_ALGORITHM_NONE];
}

bool vt_algorithm_parse(struct vater_str name, enum vt_algorithm *algorithm)
{
  *algorithm = VT_ALGORITHM_NONE;
  for (int i = 1; i < VT_ALGORITHM_COUNT; i++)
    if (vt_str_is(name, rows[i].name))
      *algorithm = (enum vt_algorithm)i;
  return *algorithm != VT_ALGORITHM_NONE;
}

const char *vt_algorithm_name(enum vt_algorithm algorithm)
{
  const char *name = vt_algorithm_row(algorithm)->name;
  return name != NULL ? name : "none";
}

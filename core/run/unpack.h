/* A store without its configuration: what its last run was pinned to, as files again. */
#ifndef VT_RUN_UNPACK_H
#define VT_RUN_UNPACK_H

#include "base/environment.h"
#include "base/error.h"

struct vt_unpacked {
  char folder[64];
  char configuration[96]; /* "FOLDER/vater.json": registry, rules, mappings and this store */
  int64_t run;
};

/* Into a folder of its own that only we can read; always remove it. VATER_E_CONFIG where the store
 * has no run. */
int vt_run_unpack(const struct vt_environment *environment, const char *store,
                  struct vt_unpacked *unpacked, struct vt_error *error);
void vt_run_unpack_remove(const struct vt_unpacked *unpacked);

#endif

/* What the zygote loads before it serves, and how main gets to know of it. */
#ifndef VT_WORKER_LOADED_H
#define VT_WORKER_LOADED_H

#include "plugin/registry.h"
#include "worker/sandbox.h"

struct loaded {
  struct vt_arena *arena; /* for the zygote's life */
  bool pins;
  struct vt_diagnostics diagnostics;
  struct vt_registry registry;
  struct vt_rules *rules; /* NULL when something was wrong with them */
  struct vt_judge_context context;
  struct sandbox sandbox;
};

/* Plugins (but `skipped` ones, which ended an earlier zygote), rules, schemas. What is wrong with
 * them is in `diagnostics`; a negative status is for the rest. `watch` is told of each plugin
 * before it is opened and, with NULL, after. */
int vt_loaded_load(struct loaded *loaded, const struct vt_zygote_options *options,
                   const char *const *skipped, size_t skipped_count,
                   const struct vt_plugin_watch *watch, struct vt_error *error);
/* Into a sealed memfd, and back in main: info's texts live in `arena` and the mapping `bytes`. */
int vt_loaded_write(const struct loaded *loaded, int *fd, struct vt_error *error);
int vt_loaded_read(int fd, struct vt_arena *arena, struct vt_zygote_info *info,
                   struct vt_diagnostics *diagnostics, struct vater_str *bytes,
                   struct vt_error *error);

#endif

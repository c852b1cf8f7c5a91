/* From a plugin's own structs to host-owned copies, checked on the way (PLUG-ABI). */
#ifndef VT_PLUGIN_COPY_H
#define VT_PLUGIN_COPY_H

#include "plugin/registry.h"

/* Copies `theirs` and all that it names into `arena`. `path` is the file, for the texts. */
int vt_plugin_copy(const struct vater_plugin *theirs, const char *path, struct vt_arena *arena,
                   struct vt_plugin *plugin, struct vt_error *error);

/* Rules for what a plugin says about itself; also for descriptions that came from elsewhere. */
int vt_plugin_info_check(const struct vt_plugin_info *info, struct vt_error *error);

#endif

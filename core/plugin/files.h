/* What several parts of this folder need of paths. */
#ifndef VT_PLUGIN_FILES_H
#define VT_PLUGIN_FILES_H

#include "base/error.h"

/* The part behind the last '/'. */
const char *vt_plugin_file_name(const char *path);

#endif

/* `vater plugin new check NAME`: an out-of-tree plugin that builds and passes its tests. */
#ifndef VT_CLI_PLUGIN_NEW_H
#define VT_CLI_PLUGIN_NEW_H

#include "cli/cli.h"

/* Writes the folder NAME in the working directory; an exit code. */
int vt_plugin_new(struct vt_cli *cli, const char *kind, const char *name);

#endif

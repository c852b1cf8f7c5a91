/* `vater plugin check FILE`: does a plugin keep the contract of plugin.h. */
#ifndef VT_CLI_PLUGIN_CHECK_H
#define VT_CLI_PLUGIN_CHECK_H

#include "cli/cli.h"

#include <jansson.h>

/* Loads the file in a sandboxed child and tries every callback of all that it offers: help texts,
 * odd settings and input, texts of failures, the same answer twice, conversations that end, no I/O,
 * memory given back, bounded memory and time. `with` (or NULL): settings by
 * name, where made-up ones do not do. Prints one line a trial; an exit code: clean, findings
 * where the plugin broke one, or failed where there is no file to read. */
int vt_plugin_conformance(struct vt_cli *cli, const char *path, const json_t *with, bool json);

enum { VT_EXERCISE_SECONDS = 20, VT_EXERCISE_CPU_SECONDS = 15 };

/* plugin_exercise.c, in the child: writes the trials to the pipe `out` and ends the process. */
_Noreturn void vt_plugin_exercise(const struct vt_environment *environment, const char *path,
                                  const json_t *with, int out);

#endif

/*
 * `vater rules …` with plugins that the installation does not vouch for. The tool runs in a child:
 * it can write no file, and once packs are loaded and examples are judged it is in the sandbox of a
 * worker. What a plugin does there costs that child; who it was is told with a PLUG- code.
 */
#ifndef VT_CLI_RULES_GUARD_H
#define VT_CLI_RULES_GUARD_H

#include "cli/rules_frame.h"

typedef int vt_rules_tool(struct vt_cli *cli, const char *name, const struct vt_rules_asked *asked);

/* Runs the tool, in a child where `asked` names folders of plugins; returns the exit code. */
int vt_rules_guarded(struct vt_cli *cli, const char *name, const struct vt_rules_asked *asked,
                     vt_rules_tool *tool);

/* ---- in the child; outside one they do nothing ------------------------------------------------
 */

/* What is under way from now on, for the error's text. */
void vt_rules_guard_at(struct vt_cli *cli, const char *format, ...) VATER_PRINTF(2, 3);
/* All is read: from now on nothing is opened. VATER_OK, or what the kernel refused. */
int vt_rules_guard_close(struct vt_cli *cli, struct vt_error *error);
/* Told of rules and callbacks; NULL outside. */
const struct vt_watch *vt_rules_guard_watch(const struct vt_cli *cli);
/* Told of each plugin that is loaded; NULL outside. */
const struct vt_plugin_watch *vt_rules_guard_loading(const struct vt_cli *cli);
/* Has the parent write the file when the tool has ended; one file. */
int vt_rules_guard_write(struct vt_cli *cli, const char *path, struct vater_str text,
                         struct vt_error *error);

#endif

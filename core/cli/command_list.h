/* The commands, from commands.def. */
#ifndef VT_CLI_COMMAND_LIST_H
#define VT_CLI_COMMAND_LIST_H

struct vt_cli;

#define VT_COMMAND(name, summary) int vt_command_##name(struct vt_cli *cli, int argc, char **argv);
#include "cli/commands.def"
#undef VT_COMMAND

#endif

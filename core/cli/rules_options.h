/* The tools of `vater rules`: what each of them takes, and its help. */
#ifndef VT_CLI_RULES_OPTIONS_H
#define VT_CLI_RULES_OPTIONS_H

#include "cli/cli.h"

#include <getopt.h>

#define VT_RULES_TOOLS "lint, test, list, docs, coverage, diff, impact, new"

extern const struct option vt_rules_long_options[];

/* The page of one tool, or of all where `name` is NULL; returns the exit code. */
int vt_rules_help(struct vt_cli *cli, const char *name);
int vt_rules_unknown_tool(struct vt_cli *cli, const char *name);
/* VT_EXIT_CLEAN, or VT_EXIT_USAGE after a message where an option was given (by its letter) that
 * the tool does not take: nothing that was asked for is left out silently. */
int vt_rules_check_options(struct vt_cli *cli, const char *name, const bool *given);

#endif

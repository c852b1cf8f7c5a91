/* What several commands do with their options. */
#ifndef VT_CLI_OPTIONS_H
#define VT_CLI_OPTIONS_H

#include "cli/cli.h"
#include "run/configuration.h"
#include "run/run.h"

/* Says what getopt_long() did not take (its ':' or '?'); returns VT_EXIT_USAGE. */
int vt_cli_option_fault(struct vt_cli *cli, const char *command, int option, char **argv);
/* A run's options with everything from the command line's frame filled in. */
struct vt_run_options vt_cli_run_options(const struct vt_cli *cli, const char *configuration);
/* YYYY-MM-DD; false (after a message) where it is none. */
bool vt_cli_parse_day(struct vt_cli *cli, const char *command, const char *text, int64_t *day);
/* 0 to 1000; false (after a message) for anything else. */
bool vt_cli_parse_samples(struct vt_cli *cli, const char *command, const char *text,
                          uint32_t *samples);

#endif

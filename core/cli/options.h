/* What several commands do with their options. */
#ifndef VT_CLI_OPTIONS_H
#define VT_CLI_OPTIONS_H

#include "cli/cli.h"
#include "run/configuration.h"
#include "run/run.h"

enum { VT_CLI_FOLDERS = 16 };

/* Folders of plugins: the one beside this program, then those of --plugins. */
struct vt_cli_folders {
  const char *paths[VT_CLI_FOLDERS];
  uint32_t count;
};

/* VT_EXIT_CLEAN, or VT_EXIT_USAGE after a message; borrows the path. */
int vt_cli_add_folder(struct vt_cli *cli, const char *command, struct vt_cli_folders *folders,
                      const char *path);
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

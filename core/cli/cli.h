/* What every command gets, and the commands. One file a command: command_<name>.c. */
#ifndef VT_CLI_CLI_H
#define VT_CLI_CLI_H

#include "base/diagnostics.h"
#include "base/environment.h"
#include "base/log.h"

#include <stdio.h>

enum vt_exit {
  VT_EXIT_CLEAN = 0,
  VT_EXIT_FINDINGS = 1, /* findings of severity error */
  VT_EXIT_FAILED = 2,   /* something could not be done */
  VT_EXIT_REFUSED = 3,  /* refused to start */
  VT_EXIT_USAGE = 64
};

struct vt_rules_guard;

struct vt_cli {
  struct vt_environment environment;
  struct vt_log log;
  FILE *in, *out, *error;
  /* beside the binary in the build tree, under the prefix when installed */
  char plugins[512], rules[512];
  char installed[512];          /* the rules beside this program, whatever --rules says */
  unsigned mask;                /* the user's umask: for what others may read; ours is 077 */
  char binary[400];             /* this executable */
  const char *credentials;      /* $CREDENTIALS_DIRECTORY or NULL */
  bool color;                   /* a terminal, and NO_COLOR is not set */
  unsigned width;               /* of the terminal, 80 where unknown */
  struct vt_rules_guard *guard; /* NULL but in a child of cli/rules_guard.h */
};

struct vt_command {
  const char *name;
  const char *summary;                                   /* one line for `vater help` */
  int (*run)(struct vt_cli *cli, int argc, char **argv); /* argv[0] is the command's name */
};

/* "vater NAME: what; try 'vater NAME --help'" on standard error; returns VT_EXIT_USAGE. */
int vt_cli_usage(struct vt_cli *cli, const char *command, const char *format, ...)
    VATER_PRINTF(3, 4);
/* Prints the error (code, text, place) on standard error, encoded; returns `exit_code`. */
int vt_cli_error(struct vt_cli *cli, const char *command, const struct vt_error *error,
                 int exit_code);
/* What was gathered, to a stream; an empty buffer has no bytes to hand to fwrite(3). */
void vt_cli_put(FILE *out, const struct vt_buffer *buffer);
/* The folder of schemas for the packs in cli->rules: theirs, or where they have none the
 * installation's. */
void vt_cli_schemas(const struct vt_cli *cli, char *path, size_t size);
/* Writes over; readable by others as far as the user's umask lets them. */
int vt_cli_replace(struct vt_cli *cli, const char *path, const struct vt_buffer *text,
                   struct vt_error *error);
/* Prints diagnostics on standard error. */
void vt_cli_diagnostics(struct vt_cli *cli, const struct vt_diagnostics *list);

#include "cli/command_list.h"

#endif

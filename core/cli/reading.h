/* What the commands share that read the store. */
#ifndef VT_CLI_READING_H
#define VT_CLI_READING_H

#include "cli/cli.h"
#include "store/store.h"

/* Where the store is: named itself, or by the configuration. */
struct vt_cli_store {
  const char *configuration; /* "vater.json" */
  const char *path;          /* or NULL */
};

/* Opens it for reading. VT_EXIT_CLEAN, or the exit code after a message. */
int vt_cli_open_store(struct vt_cli *cli, const char *command, const struct vt_cli_store *where,
                      struct vt_arena *arena, struct vt_store **store);
/* "--run 42": a run's number; false after a message. */
bool vt_cli_parse_run(struct vt_cli *cli, const char *command, const char *text, int64_t *run);
bool vt_cli_parse_language(struct vt_cli *cli, const char *command, const char *text,
                           enum vt_language *language);
/* Writes what was rendered, or says that `status` was not VATER_OK. The exit code. */
int vt_cli_print(struct vt_cli *cli, const char *command, int status, struct vt_buffer *out);

#endif

/* `vater check --explain-mapping`: which place of the payload became which part of which
 * observation. */
#ifndef VT_CLI_CHECK_EXPLAIN_H
#define VT_CLI_CHECK_EXPLAIN_H

#include "cli/options.h"
#include "judge/judge.h"

struct vt_explain_asked {
  const struct vt_result *result;
  const struct vt_judge_job *job; /* its documents say how CSV is encoded */
  char *const *files;             /* the pages, in order */
  int file_count;
  const struct vt_cli_folders *plugins; /* that the rules need */
  bool json;
};

/* Prints; the exit code. */
int vt_check_explain(struct vt_cli *cli, const struct vt_explain_asked *asked);

#endif

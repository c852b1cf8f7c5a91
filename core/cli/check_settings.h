/* The settings of `vater check`: --settings, --mapping, and the files that they name. */
#ifndef VT_CLI_CHECK_SETTINGS_H
#define VT_CLI_CHECK_SETTINGS_H

#include "cli/options.h"
#include "run/mapping.h"

struct vt_check_settings {
  const char *settings; /* --settings, JSON; or NULL */
  const char *mapping;  /* --mapping, a path; or NULL */
};

/* Fills in the job's settings and documents, and its format where that is empty: the one that the
 * mapping names, else "auto". Everything wrong is printed. The exit code; VT_EXIT_CLEAN: done. */
int vt_check_take_settings(struct vt_cli *cli, const struct vt_check_settings *asked,
                           const struct vt_zygote_info *info, struct vt_arena *arena,
                           struct vt_judge_job *job);

#endif

/* One request of `vater cel --batch`, and its answer. */
#ifndef VT_CLI_CEL_BATCH_H
#define VT_CLI_CEL_BATCH_H

#include "base/environment.h"

/* The answer as one line of JSON, to be freed with free(); NULL without memory. */
char *vt_cli_cel_batch(const struct vt_environment *environment, struct vater_str request);

#endif

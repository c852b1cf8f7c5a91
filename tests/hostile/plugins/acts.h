/* What the parts of the hostile plugin share. */
#ifndef VT_HOSTILE_ACTS_H
#define VT_HOSTILE_ACTS_H

#include "vater/plugin.h"

/* Where the plugin was when it was told to misbehave; NULL where that callback has none. */
struct scene {
  const struct vater_host *host;
  vater_call *call;
  vater_table *table;       /* format */
  vater_findings *findings; /* check */
  int status;               /* what the callback is to return */
};

/* True: it succeeded. */
typedef bool act_function(struct scene *scene);

#define ACT(name, kind, what) act_function act_##name;
#include "acts.def"
#undef ACT

#endif

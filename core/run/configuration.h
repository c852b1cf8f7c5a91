/* vater.json: where things are and how a run behaves. */
#ifndef VT_RUN_CONFIGURATION_H
#define VT_RUN_CONFIGURATION_H

#include "base/arena.h"
#include "base/diagnostics.h"

struct vt_configuration {
  struct vater_str path, document; /* of the file itself */
  /* absolute or relative to the working directory; empty where not said */
  struct vater_str actors, store, rules, plugins, certificates;
  uint32_t in_flight, tries;
  int64_t connect_ms, job_ms, run_ms, slow_ms, retry_ms;
  uint32_t slow_bytes_per_second;
  uint64_t minimum_free_bytes;
  bool require_sandbox, allow_shrink;
};

/* Structure by configuration.schema.json in `rules_directory`/schemas; everything wrong is listed
 * (OPS-CONFIG). Texts live in the arena. VATER_OK only when no error was added; what could be read
 * is there all the same, so that the search for faults can go on. */
int vt_configuration_load(const struct vt_environment *environment, const char *path,
                          const char *rules_directory, struct vt_arena *arena,
                          struct vt_configuration *configuration,
                          struct vt_diagnostics *diagnostics);

#endif

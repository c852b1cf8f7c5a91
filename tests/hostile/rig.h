/* A zygote with the hostile plugin, and jobs for it. */
#ifndef VT_HOSTILE_RIG_H
#define VT_HOSTILE_RIG_H

#include "unit/test.h"

#include "worker/memory.h"
#include "worker/worker.h"

#define RIG_ACTOR "983974724"

struct rig {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_zygote *zygote;
  char rules[64]; /* folder of packs */
  char pack[96];  /* the one in it */
};

/* What came of one job: a copy, the worker is closed. */
struct outcome {
  bool failed;
  struct vt_error error;
  enum vt_delivery delivery;
  char code[64];    /* of the delivery, or of the error */
  char reason[64];  /* cell of the first row: the act */
  char comment[64]; /* "done" or "refused" */
  void *block;      /* the result's bytes, to be freed */
  size_t size;
  uint64_t findings;
  struct vater_str output; /* in the rig's arena */
  bool noisy;
  uint64_t cpu_ms, peak_bytes;
};

enum { RIG_WALL_MS = 3000 };

/* Tight limits, so that a test of them is short: 64 MiB, 5 s of processor, RIG_WALL_MS of waiting.
 * `rule`: the members of the pack's one rule that say what it does; NULL: one that passes. */
void rig_start(struct rig *rig, const char *rule);
void rig_stop(struct rig *rig);
/* One page through one worker. `settings` may be NULL. */
struct outcome rig_run(struct rig *rig, const char *settings, const char *payload);
void outcome_free(struct outcome *outcome);
/* The job that no act disturbs; its bytes must be the same each time. */
struct outcome rig_control(struct rig *rig);

#endif

/*
 * One run: all actors asked, judged, recorded. Main's stages in order, each one file with one
 * entry:
 *
 *   config ─► plan ─► authorize ─► fetch ─► hand to a worker ─► record
 *
 * A job (one endpoint of one actor) travels through; a stage reads earlier fields and writes its
 * own. One thread, one event loop; nobody's fault costs more than its own job. Killed at any
 * moment, the same run can be resumed: a job is recorded whole or not at all.
 */
#ifndef VT_RUN_RUN_H
#define VT_RUN_RUN_H

#include "base/diagnostics.h"
#include "base/log.h"
#include "judge/result.h"

/* How far a run is; called after each recorded job and at least once a second. */
struct vt_run_progress {
  uint32_t jobs, done, in_flight;
  uint32_t deliveries[VT_DELIVERY_COUNT];
  int64_t elapsed_ms;
};

struct vt_net_exchange;

/* What a request of a run is for. */
enum vt_run_purpose {
  VT_RUN_PROBE, /* whether the endpoint can be reached; without credentials, only where observed */
  VT_RUN_TOKEN, /* of a conversation with a token service */
  VT_RUN_KEYS,  /* public keys of signatures */
  VT_RUN_PAGE
};

/* What takes time at our end. */
enum vt_run_step {
  VT_RUN_AUTHORIZE, /* what goes along with one attempt: token, proof */
  VT_RUN_DECODE,    /* reading, screening and decoding one page, in the worker */
  VT_RUN_RULES      /* judging the delivery, in the worker */
};

struct vt_run_options {
  const struct vt_environment *environment;
  const struct vt_log *log;
  const char *configuration;    /* path of vater.json */
  const char *plugins, *rules;  /* used unless the configuration names its own */
  const char *credentials;      /* $CREDENTIALS_DIRECTORY or NULL */
  const char *binary;           /* path of the running executable, to pin it */
  const struct vater_str *only; /* orgnrs; none: all */
  uint32_t only_count;
  struct vater_str endpoint; /* only endpoints of that id; empty: all */
  const char *store;         /* path to record in, instead of the configuration's; may be NULL */
  struct vater_str period;   /* asked for instead of the last closed one; may be empty */
  int64_t reference_day;     /* days since 1970; INT64_MIN: today */
  bool resume;               /* the last run, if it was not finished */
  bool proposed;             /* proposed indicators are collected as well */
  void (*progress)(void *context, const struct vt_run_progress *progress);
  void *progress_context;
  /* Called with each answer before it is looked at; may be NULL. */
  void (*observe)(void *context, enum vt_run_purpose purpose,
                  const struct vt_net_exchange *exchange);
  /* Called after each such step of the jobs; may be NULL. */
  void (*observe_step)(void *context, enum vt_run_step step, int64_t ms);
  void *observe_context; /* of both */
};

struct vt_run_summary {
  int64_t run; /* id in the store; 0: nothing was started */
  struct vt_run_progress progress;
  bool stopped;     /* by a signal: resumable */
  bool local_fault; /* NET-LOCAL: nothing could be reached; no actor is to blame */
  bool findings;    /* a block rejected or a delivery refused */
  bool failures;    /* not delivered, internal error, undecided */
  char store[1024]; /* path */
};

/*
 * VATER_OK also when actors failed: the summary says so. Negative: the run was not started
 * (diagnostics and error say why: OPS-CONFIG, OPS-CA, OPS-KEY, OPS-RUNNING, OPS-PINNED, OPS-SHRINK,
 * OPS-DISK, RULE-*, PLUG-*, STORE-*), or could not go on (STORE-IO).
 */
int vt_run(const struct vt_run_options *options, struct vt_run_summary *summary,
           struct vt_diagnostics *diagnostics, struct vt_error *error);
/* Everything that vt_run() checks before it opens the store: configuration, registry, plugins,
 * rules, keys. *jobs: how many requests a run would begin with. */
int vt_run_verify(const struct vt_run_options *options, uint32_t *jobs,
                  struct vt_diagnostics *diagnostics, struct vt_error *error);

#endif

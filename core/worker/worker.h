/*
 * Zygote and workers, as main sees them. The zygote is forked before keys, network and threads
 * exist; it loads every plugin, compiles rules and schemas, and from then on only forks. A worker
 * is one sandboxed fork a job: pages in, one result out, both as sealed memfds. Whatever a plugin
 * does in there costs that job, and comes back as an event with a PLUG- code.
 *
 *   vt_zygote_start(&options, &zygote, &error);
 *   vt_worker_open(zygote, &job, &worker, &error);
 *   vt_worker_page(worker, fd, &head, &error);       … event VT_WORKER_PAGE: cursor, or refused
 *   vt_worker_finish(worker, &error);                … event VT_WORKER_RESULT
 *   vt_worker_close(worker);
 *
 * One descriptor to wait on: poll vt_zygote_fd() for reading, at most vt_zygote_timeout_ms(), then
 * take events by vt_zygote_next() until VATER_DONE. Single-threaded; never blocks but in
 * vt_zygote_start(), vt_zygote_wait() and vt_zygote_stop().
 */
#ifndef VT_WORKER_WORKER_H
#define VT_WORKER_WORKER_H

#include "base/diagnostics.h"
#include "base/environment.h"
#include "judge/judge.h"

enum vt_sandbox_policy {
  VT_SANDBOX_REQUIRE, /* a kernel without Landlock or seccomp: refuse to start (OPS-SANDBOX) */
  VT_SANDBOX_WARN     /* go on with what there is, and say so */
};

/* What one worker may use; zero members take the default of limits.def. */
struct vt_worker_limits {
  uint64_t memory; /* bytes beyond pages and result */
  uint64_t cpu_seconds;
  uint64_t wall_ms;      /* for one page, and for the result */
  uint64_t output_bytes; /* of what it prints */
  uint64_t result_bytes;
};

struct vt_zygote_options {
  const struct vt_environment *environment; /* borrowed until vt_zygote_stop() */
  const char *const *plugin_directories;    /* every *.so in them is loaded, in order of name */
  size_t plugin_directory_count;
  const char *rules;   /* directory of packs */
  const char *schemas; /* directory of the schemas that format plugins name */
  /* Instead of what lies in both: the files of an earlier run's vt_zygote_info; borrowed. */
  const struct vt_rules_file *pinned;
  size_t pinned_count;
  bool trusted; /* refuse plugin and rule files that others may write */
  bool pins;    /* fill sha256 and rule_files of the info: what a run pins */
  enum vt_sandbox_policy sandbox;
  struct vt_worker_limits limits;
  uint64_t plugin_load_ms; /* one plugin may take that long to load; 0: PLUGIN_LOAD_MS */
};

struct vt_zygote_plugin {
  struct vater_str name, version, summary, path;
  struct vater_str sha256; /* of the file, in hex; only with `pins` */
  bool source, auth, format, check, functions;
  const struct vater_str *document_settings; /* of type document */
  size_t document_setting_count;
  struct vater_str mapping_schema; /* that they must fit; empty: none */
};

/* What the zygote loaded; lives until vt_zygote_stop(). */
struct vt_zygote_info {
  const struct vt_zygote_plugin *plugins;
  uint32_t plugin_count;
  const struct vt_rules_file *rule_files; /* packs, code lists, schemas: what a run pins */
  size_t rule_file_count;                 /* 0 without `pins` */
  uint32_t rule_count, indicator_count;
  const struct vater_str *concluded; /* indicators that a rule over time or actors is for */
  uint32_t concluded_count;
  bool sandboxed;           /* false: a build with sanitizers */
  int landlock;             /* ABI version, 0: none */
  struct vater_str sandbox; /* one sentence for log and report */
};

struct vt_zygote;
struct vt_worker;

/* Forks, and waits until everything is loaded. Everything that is wrong with plugins (PLUG-LOAD,
 * PLUG-ABI, PLUG-TRUST), rules and schemas goes into `diagnostics`; VATER_E_CONFIG when it added
 * an error. */
int vt_zygote_start(const struct vt_zygote_options *options, struct vt_zygote **zygote,
                    struct vt_diagnostics *diagnostics, struct vt_error *error);
const struct vt_zygote_info *vt_zygote_info(const struct vt_zygote *zygote);
/* Ends workers and zygote, waits for it. NULL is fine. */
void vt_zygote_stop(struct vt_zygote *zygote);

/* Asks for a worker. `job` is copied. `tag` comes back with each event. */
int vt_worker_open(struct vt_zygote *zygote, const struct vt_judge_job *job, void *tag,
                   struct vt_worker **worker, struct vt_error *error);
/* Hands over one page: a sealed memfd, which stays the caller's. One page at a time: the next after
 * the event of the one before. */
int vt_worker_page(struct vt_worker *worker, int fd, const struct vt_judge_head *head,
                   struct vt_error *error);
/* No more pages: judge. */
int vt_worker_finish(struct vt_worker *worker, struct vt_error *error);
/* Kills it if it still runs, frees it and its result. NULL is fine. */
void vt_worker_close(struct vt_worker *worker);

enum vt_worker_event_kind {
  VT_WORKER_PAGE,   /* the page was read */
  VT_WORKER_RESULT, /* the last event of a worker that did its job */
  VT_WORKER_FAILED  /* the last event of one that did not: the delivery is internal-error */
};

/* Borrowed until the next call of vt_zygote_next(); the result until vt_worker_close(). */
struct vt_worker_event {
  enum vt_worker_event_kind kind;
  struct vt_worker *worker;
  void *tag;
  struct vt_judge_page page;      /* PAGE */
  const struct vt_result *result; /* RESULT: checked */
  /* FAILED: PLUG-CRASH, PLUG-TIMEOUT, PLUG-LIMIT, PLUG-DENIED, PLUG-PROTO, or the judge's own error
   */
  const struct vt_error *error;
  /* FAILED for wrong settings (OPS-CONFIG): all that is wrong with them, in mappings with place.
   * Empty where the error says it all. */
  const struct vt_diagnostics *faults;
  struct vater_str output;     /* what was printed, cut; raw: encode it */
  bool noisy;                  /* it printed more than the limit (PLUG-NOISE) */
  uint64_t cpu_ms, peak_bytes; /* FAILED and RESULT: what it used; 0 unknown */
};

int vt_zygote_fd(const struct vt_zygote *zygote);
/* It ended, and every worker with it: no job of theirs is to blame. */
bool vt_zygote_is_gone(const struct vt_zygote *zygote);
/* Milliseconds to the nearest deadline; -1: none. */
int vt_zygote_timeout_ms(const struct vt_zygote *zygote);
/* VATER_OK with an event, VATER_DONE where nothing is pending, VATER_E_IO when the zygote is gone
 * and all events of its workers were taken. */
int vt_zygote_next(struct vt_zygote *zygote, struct vt_worker_event *event, struct vt_error *error);
/* The same, waiting; VATER_DONE when no worker is open. */
int vt_zygote_wait(struct vt_zygote *zygote, struct vt_worker_event *event, struct vt_error *error);

#endif

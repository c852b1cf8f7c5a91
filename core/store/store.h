/*
 * What is kept: runs with what pins them, jobs, payloads, observations as vintages, outcomes,
 * findings, verdicts. The only user of SQLite. One file, one writer, many readers.
 *
 * A job and all that belongs to it is written in one transaction; killed at any moment, a job is
 * there wholly or not at all. Errors: STORE-IO (nothing of the transaction was kept; the store
 * stays usable), STORE-BUSY, STORE-CORRUPT, STORE-SCHEMA, STORE-FS, OPS-RUNNING, OPS-PINNED,
 * OPS-MEMORY.
 *
 * Texts going in are borrowed for the call. Texts coming out live in the caller's arena. Hashes are
 * SHA-256 in lower-case hexadecimal, made by the caller. Times are milliseconds since 1970 UTC.
 */
#ifndef VT_STORE_STORE_H
#define VT_STORE_STORE_H

#include "base/arena.h"
#include "base/codes.h"
#include "base/error.h"
#include "table/table.h"

struct vt_store;

enum vt_store_mode {
  VT_STORE_READ, /* an existing store, beside a writer; changes nothing */
  VT_STORE_WRITE /* makes or migrates it; holds the lock of the one run until closed */
};

/*
 * Write mode: OPS-RUNNING (VATER_E_REFUSED) while another process holds the lock "PATH-lock", which
 * dies with its holder. A file that is no store, is cut, empty or damaged (quick_check), or whose
 * WAL belongs to another store is renamed to "PATH.corrupt-TIME" with its WAL and never
 * overwritten: STORE-CORRUPT (VATER_E_REFUSED) with the new name in the text. A newer schema:
 * STORE-SCHEMA. Read mode: VATER_E_IO with OPS-FILE where there is no store.
 */
int vt_store_open(const char *path, enum vt_store_mode mode,
                  const struct vt_environment *environment, struct vt_store **store,
                  struct vt_error *error);
void vt_store_close(struct vt_store *store); /* NULL is fine */
/* The schema's version that this program writes. */
int vt_store_schema_version(void);

/* ---- runs ------------------------------------------------------------------------------------ */

/* One thing that a run is pinned to. */
struct vt_store_pin {
  struct vater_str kind; /* "binary", "plugin", "rules", "codelist", "schema", "configuration" … */
  struct vater_str name; /* unique within its kind */
  struct vater_str sha256;
  struct vater_str content; /* kept once per hash; .ptr NULL: only the hash is known */
};

struct vt_store_run {
  int64_t id;
  int64_t started_ms, finished_ms; /* 0: not finished */
  int64_t reference_day;           /* days since 1970 */
  int exit_code;                   /* of a finished run */
  uint32_t resumed;                /* how many times it was gone on with */
  struct vater_str version, host;  /* vater's version; the machine's name */
};

/* `run`: started_ms, reference_day, version and host are read. */
int vt_store_begin_run(struct vt_store *store, const struct vt_store_run *run,
                       const struct vt_store_pin *pins, size_t pin_count, int64_t *id,
                       struct vt_error *error);
int vt_store_finish_run(struct vt_store *store, int64_t run, int64_t finished_ms, int exit_code,
                        struct vt_error *error);
/* The latest run that was not finished; VATER_DONE where there is none. */
int vt_store_find_unfinished(struct vt_store *store, struct vt_arena *arena,
                             struct vt_store_run *run, struct vt_error *error);
/* OPS-PINNED (VATER_E_REFUSED) with the names of what was changed, added or removed; otherwise the
 * run counts as resumed once more. */
int vt_store_resume(struct vt_store *store, int64_t run, const struct vt_store_pin *pins,
                    size_t pin_count, struct vt_error *error);
/* By kind and name, with content. */
int vt_store_list_pins(struct vt_store *store, int64_t run, struct vt_arena *arena,
                       struct vt_store_pin **pins, size_t *count, struct vt_error *error);
/* The same without content. */
int vt_store_list_pin_names(struct vt_store *store, int64_t run, struct vt_arena *arena,
                            struct vt_store_pin **pins, size_t *count, struct vt_error *error);
/* Run `id`, 0 for the latest; VATER_DONE where there is none. */
int vt_store_find_run(struct vt_store *store, int64_t id, struct vt_arena *arena,
                      struct vt_store_run *run, struct vt_error *error);
/* The latest runs, newest first, at most `limit`. */
int vt_store_list_runs(struct vt_store *store, uint32_t limit, struct vt_arena *arena,
                       struct vt_store_run **runs, size_t *count, struct vt_error *error);

/* ---- jobs: writing --------------------------------------------------------------------------- */

/* One answer's body. */
struct vt_store_page {
  struct vater_str url; /* that was asked: an ETag holds for one URL only */
  struct vater_str sha256;
  uint64_t bytes;           /* decoded length */
  struct vater_str content; /* .ptr NULL: not to be kept, or kept already */
  struct vater_str etag, last_modified, media_type;
};

/* As struct vt_finding (rules/outcome.h), which says what the members mean. */
struct vt_store_finding {
  struct vater_str code;
  int severity;             /* enum vater_severity */
  struct vater_str outcome; /* "fail", "error" */
  int64_t row;              /* -1: not about one observation */
  struct vater_str column;  /* "numerator", or empty */
  int64_t block;            /* index into blocks; -1: the whole delivery */
  uint32_t page;
  uint64_t offset;
  uint32_t line, line_column, caret, caret_width;
  struct vater_str pointer, excerpt;
  struct vater_str message[VT_LANGUAGE_COUNT], remedy[VT_LANGUAGE_COUNT];
  uint32_t of_code; /* when read: how many of this code the job has kept */
};

struct vt_store_block {
  struct vater_str actor, indicator, period;
  struct vater_str verdict; /* "accepted", "accepted-with-notes", "rejected", "undecided" */
  uint32_t rows, errors, warnings, infos, undecided;
};

struct vt_store_rule {
  struct vater_str code, reason;
  uint64_t pass, fail, not_applicable, skipped, error;
};

/* How it went, apart from what came of it: not the same in two runs. */
struct vt_store_execution {
  int64_t started_ms, finished_ms;
  int64_t fetch_ms, judge_ms; /* durations */
  uint32_t tries;             /* requests sent, all pages */
  int http_status;            /* of the last answer; 0: none */
  uint64_t wire_bytes;        /* as received, before unpacking */
  int64_t worker_cpu_us;
  uint64_t worker_memory;   /* peak, bytes */
  int worker_signal;        /* that killed it, or 0 */
  struct vater_str address; /* peer's IP address, or empty */
};

struct vt_store_job {
  struct vater_str actor, actor_name, endpoint;
  struct vater_str language;    /* the actor's: "nb", "nn", or empty */
  struct vater_str period;      /* asked for, or empty */
  struct vater_str delivery;    /* "received", "unchanged", … */
  struct vater_str code;        /* why not received, or empty */
  struct vater_str message;     /* the error's text, or empty; one line */
  bool screened;                /* false: page contents are not kept */
  bool pii;                     /* page contents are dropped, also where they were kept before */
  const struct vt_table *table; /* NULL or the observations */
  const struct vt_store_page *pages;
  size_t page_count;
  const struct vt_store_block *blocks;
  size_t block_count;
  const struct vt_store_finding *findings;
  size_t finding_count;
  const struct vt_store_rule *rules;
  size_t rule_count;
  uint64_t finding_total, finding_errors, finding_warnings, finding_infos; /* never truncated */
  struct vt_store_execution execution;
};

/*
 * All of one job in one transaction; on any error nothing of it. The same (run, actor, endpoint)
 * twice is VATER_E_BUG (OPS-BUG).
 *
 * Observations become vintages only of a delivery "received" or "unchanged" (whose blocks may have
 * another verdict by now) that is no test. A row equal to the
 * latest vintage of its identity (indicator, actor, period, area, areaRole, breakdown) adds none;
 * any other adds one and supersedes the one before, unless its block is rejected: then it is kept
 * beside and the last good one stays. `withdraw` supersedes with nothing in its place. A "full"
 * delivery also supersedes what the same endpoint claimed before for periods within the head's
 * period and now does not mention.
 */
int vt_store_record_job(struct vt_store *store, int64_t run, const struct vt_store_job *job,
                        struct vt_error *error);

/* ---- jobs: reading --------------------------------------------------------------------------- */

/* A stored job without what belongs to it. */
struct vt_store_job_row {
  int64_t id, run;
  struct vater_str actor, actor_name, endpoint, language, period, delivery, code, message;
  bool screened, pii, test;
  uint32_t pages, rows; /* rows: observations in the delivery */
  uint64_t bytes;       /* of all pages, decoded */
  uint64_t finding_total, finding_errors, finding_warnings, finding_infos;
  struct vt_store_execution execution;
};

/* By actor and endpoint. */
int vt_store_list_jobs(struct vt_store *store, int64_t run, struct vt_arena *arena,
                       struct vt_store_job_row **jobs, size_t *count, struct vt_error *error);
/* Of one actor in all runs, newest first, at most `limit`. */
int vt_store_list_actor_jobs(struct vt_store *store, struct vater_str actor, uint32_t limit,
                             struct vt_arena *arena, struct vt_store_job_row **jobs, size_t *count,
                             struct vt_error *error);
/* What the run has of a job already: what a resumed run leaves out, and still counts. */
struct vt_store_done {
  bool found;
  char delivery[24];
  bool rejected, undecided; /* a block is rejected; a rule of one could not be evaluated */
};

int vt_store_has_job(struct vt_store *store, int64_t run, struct vater_str actor,
                     struct vater_str endpoint, struct vt_store_done *done, struct vt_error *error);
int vt_store_list_blocks(struct vt_store *store, int64_t job, struct vt_arena *arena,
                         struct vt_store_block **blocks, size_t *count, struct vt_error *error);
/* In the order recorded; at most `per_code` of one code (0: all). */
int vt_store_list_findings(struct vt_store *store, int64_t job, uint32_t per_code,
                           struct vt_arena *arena, struct vt_store_finding **findings,
                           size_t *count, struct vt_error *error);
int vt_store_list_rules(struct vt_store *store, int64_t job, struct vt_arena *arena,
                        struct vt_store_rule **rules, size_t *count, struct vt_error *error);

/* What the endpoint answered, page by page, without content. */
int vt_store_list_pages(struct vt_store *store, int64_t job, struct vt_arena *arena,
                        struct vt_store_page **pages, size_t *count, struct vt_error *error);

/* The latest received delivery of an endpoint whose payload is kept: what a conditional request
 * names, and what is judged again where it is answered with "unchanged". */
struct vt_store_last {
  int64_t job, run;
  struct vater_str etag, last_modified; /* of the first page; may be empty */
  struct vt_store_page *pages;          /* without content */
  size_t page_count;
};

/* VATER_DONE where there is none. */
int vt_store_find_last(struct vt_store *store, struct vater_str actor, struct vater_str endpoint,
                       struct vt_arena *arena, struct vt_store_last *last, struct vt_error *error);
/* ---- jobs: the same bytes as before, and as another's ---------------------------------------- */

/* A delivery of the same bytes, all pages, in an earlier run. */
struct vt_store_earlier {
  int64_t reference_day;   /* of its run */
  struct vater_str period; /* asked for, or empty */
  bool replaced;           /* one for the same period came later, still before this run */
};

/* The endpoint's newest delivery of the job's bytes in runs before `run`, with or without change:
 * asked for the job's period, or else for any other. Tests are none. VATER_DONE where there is
 * none. Costs what there is of these bytes, not what the endpoint ever delivered. */
int vt_store_find_earlier(struct vt_store *store, int64_t run, const struct vt_store_job *job,
                          bool same_period, struct vt_arena *arena,
                          struct vt_store_earlier *earlier, struct vt_error *error);

struct vt_store_copy {
  struct vater_str actor, period; /* whose delivery, and for what it was asked */
  struct vater_str other;         /* that sent the bytes before, or in the same run */
  int64_t reference_day;          /* of the run in which it did so first */
};

/* Deliveries of the run with observations that are byte for byte another actor's; by actor and
 * endpoint, whatever the order within the run. `compared`: how many there are at all; 0 where the
 * run has a conclusion about them, which is one without an indicator. */
int vt_store_list_copies(struct vt_store *store, int64_t run, struct vt_arena *arena,
                         struct vt_store_copy **copies, size_t *count, uint64_t *compared,
                         struct vt_error *error);

/* The bytes of a kept payload; VATER_DONE where it is not kept. */
int vt_store_find_payload(struct vt_store *store, struct vater_str sha256, struct vt_arena *arena,
                          struct vater_str *content, struct vt_error *error);

/* A delivery that brought a payload, on the day of its run. */
struct vt_store_delivery {
  int64_t job, run, reference_day;
  struct vater_str actor, endpoint, period, delivery, code;
  bool pii, test;
};

/* Of runs with that reference day or later, INT64_MIN: the last one of each endpoint; in order of
 * actor, endpoint, run. What was not delivered whole is none. */
int vt_store_list_deliveries(struct vt_store *store, int64_t since, struct vt_arena *arena,
                             struct vt_store_delivery **deliveries, size_t *count,
                             struct vt_error *error);
/* How many distinct actors the latest finished run had; 0 where there is none (OPS-SHRINK). */
int vt_store_count_last_actors(struct vt_store *store, uint32_t *count, struct vt_error *error);

/* ---- conclusions: rules over time and over actors, an indicator at a time -------------------- */

struct vt_store_conclusion_finding {
  struct vater_str code;
  int severity;             /* at most a warning */
  struct vater_str outcome; /* "fail", "error" */
  struct vater_str actor;   /* empty: about all actors of the period */
  struct vater_str period, area, area_role, breakdown, column; /* the rest may be empty */
  struct vater_str message[VT_LANGUAGE_COUNT], remedy[VT_LANGUAGE_COUNT];
};

struct vt_store_conclusion {
  struct vater_str indicator;     /* empty: about the deliveries of the run */
  struct vater_str code, message; /* why it could not be done, or empty */
  uint32_t brought, known; /* observations (deliveries) of the run; all that were looked at */
  struct vt_store_conclusion_finding *findings;
  size_t finding_count;
  struct vt_store_rule *rules;
  size_t rule_count;
  uint64_t finding_total, finding_warnings, finding_infos; /* never truncated */
  int64_t started_ms, finished_ms, worker_cpu_us;          /* how it went */
  uint64_t worker_memory;
};

/* Indicators that the run brought observations of, in order. */
int vt_store_list_brought(struct vt_store *store, int64_t run, struct vt_arena *arena,
                          struct vater_str **indicators, size_t *count, struct vt_error *error);
/* Those of them that it has no conclusion on yet. */
int vt_store_list_concludable(struct vt_store *store, int64_t run, struct vt_arena *arena,
                              struct vater_str **indicators, size_t *count, struct vt_error *error);
/* Adds what was known of the indicator at the end of that run: the latest accepted vintage of each
 * identity that is not withdrawn; first the `brought` rows of blocks that the run judged and did
 * not reject. The order does not depend on anything else. */
int vt_store_read_known(struct vt_store *store, int64_t run, struct vater_str indicator,
                        struct vt_table_builder *builder, uint32_t *brought,
                        struct vt_error *error);
/* In one transaction; the same (run, indicator) twice is an error. */
int vt_store_record_conclusion(struct vt_store *store, int64_t run,
                               const struct vt_store_conclusion *conclusion,
                               struct vt_error *error);
/* By indicator; at most `per_code` findings of one code in each (0: all). */
int vt_store_list_conclusions(struct vt_store *store, int64_t run, uint32_t per_code,
                              struct vt_arena *arena, struct vt_store_conclusion **conclusions,
                              size_t *count, struct vt_error *error);
/* Whether one could not be done, or a rule of one could not be evaluated. */
int vt_store_conclusion_faults(struct vt_store *store, int64_t run, bool *faults,
                               struct vt_error *error);

/* ---- observations ---------------------------------------------------------------------------- */

struct vt_store_vintage {
  struct vater_str indicator, actor, period, area, area_role, breakdown;
  struct vater_str action; /* "report", "correct", "withdraw", "unclaimed" */
  bool has_numerator, has_denominator, has_value;
  double numerator, denominator, value;
  struct vater_str unit, status, missing, reason;
  bool accepted;          /* false: its block was rejected */
  int64_t job, run;       /* that brought it */
  int64_t superseded_job; /* 0: still holds (or was rejected) */
};

/* All vintages of one actor's indicator ("" = all of them), oldest first within an identity. */
int vt_store_list_vintages(struct vt_store *store, struct vater_str actor,
                           struct vater_str indicator, struct vt_arena *arena,
                           struct vt_store_vintage **vintages, size_t *count,
                           struct vt_error *error);

#endif

/*
 * What a report says, free of how it looks: filled from the store for a run, or from one result for
 * `vater check`, then concluded (statuses, totals, findings grouped by rule), then rendered. All
 * memory is the arena's. Texts are raw: the renderers encode them.
 */
#ifndef VT_REPORT_MODEL_H
#define VT_REPORT_MODEL_H

#include "store/store.h"

/* Of an actor in a run: a view over its jobs and blocks, worst first. */
enum vt_status {
  VT_STATUS_INTERNAL_ERROR,
  VT_STATUS_REFUSED,
  VT_STATUS_REJECTED,
  VT_STATUS_PARTLY_ACCEPTED,
  VT_STATUS_NOT_DELIVERED,
  VT_STATUS_ACCEPTED_WITH_NOTES,
  VT_STATUS_ACCEPTED,
  VT_STATUS_UNCHANGED,
  VT_STATUS_NOT_DUE,
  VT_STATUS_COUNT
};

const char *vt_status_name(enum vt_status status); /* "partly-accepted" */

enum { VT_REPORT_VERDICTS = 4 }; /* accepted, accepted-with-notes, rejected, undecided */

struct vt_report_counts {
  uint64_t total, errors, warnings, infos;
};

/* A job, and what belongs to it. The row's `execution` and `message` are how it went; the rest is
 * what came of it. */
struct vt_report_job {
  struct vt_store_job_row row;
  struct vt_store_block *blocks;
  size_t block_count;
  struct vt_store_finding *findings; /* samples; all are counted in row.finding_… */
  size_t finding_count;
  struct vt_store_rule *rules;
  size_t rule_count;
};

struct vt_report_actor {
  struct vater_str orgnr, name;
  enum vt_status status;
  const struct vt_report_job *jobs;
  size_t job_count;
};

/* A finding and the job that it is of. */
struct vt_report_sample {
  const struct vt_report_job *job;
  const struct vt_store_finding *finding;
};

/* All findings of one code, in all jobs. */
struct vt_report_group {
  struct vater_str code;
  int severity;     /* the gravest of its findings */
  uint64_t count;   /* of findings, those not kept included */
  size_t job_count; /* in which it occurs */
  struct vt_report_sample *samples;
  size_t sample_count;
};

struct vt_report {
  struct vater_str file;     /* `vater check`: what was checked; empty: a run */
  struct vt_store_run run;   /* a check has only reference_day and version */
  struct vt_store_pin *pins; /* without content */
  size_t pin_count;
  struct vt_report_job *jobs; /* by actor and endpoint */
  size_t job_count;
  struct vt_store_conclusion *conclusions; /* by indicator; a check has none */
  size_t conclusion_count;
  /* from here on by vt_report_conclude() */
  struct vt_report_actor *actors; /* by status, then orgnr */
  size_t actor_count;
  struct vt_report_group *groups; /* by severity, then count, then code */
  size_t group_count;
  uint32_t statuses[VT_STATUS_COUNT];
  uint64_t verdicts[VT_REPORT_VERDICTS]; /* blocks */
  uint64_t rows;
  struct vt_report_counts findings;
};

/* Names of the four verdicts in the order of `verdicts`. */
const char *vt_report_verdict_name(int verdict);
/* Reads run `id` (0: the latest) with up to `samples` findings of each code in each job (0: all
 * that are kept) and concludes. VATER_DONE where there is no such run. */
int vt_report_load(struct vt_store *store, int64_t id, uint32_t samples, struct vt_arena *arena,
                   struct vt_report *report, struct vt_error *error);
/* Fills what is derived from jobs. VATER_OK or VATER_E_NOMEM. */
int vt_report_conclude(struct vt_report *report, struct vt_arena *arena, struct vt_error *error);
/* 2 where something could not be done (not delivered, internal error, a rule without an answer),
 * also over time and actors,
 * else 1 where there are findings of severity error or a refusal, else 0. */
int vt_report_exit(const struct vt_report *report);
/* The status of one actor from its jobs alone. */
enum vt_status vt_report_status(const struct vt_report_job *jobs, size_t count);

#endif

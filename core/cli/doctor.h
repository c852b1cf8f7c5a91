/* What `vater doctor` finds out about one endpoint: a row of steps, and a transcript. Filled from a
 * run that is recorded nowhere: from its answers as they come, then from its report. */
#ifndef VT_CLI_DOCTOR_H
#define VT_CLI_DOCTOR_H

#include "net/net.h"
#include "report/model.h"
#include "run/run.h"

enum vt_doctor_state {
  VT_DOCTOR_SKIPPED, /* the detail says why */
  VT_DOCTOR_OK,
  VT_DOCTOR_WARNED,
  VT_DOCTOR_FAILED
};

/* In the order in which they are told. */
enum vt_doctor_name {
  VT_DOCTOR_DNS,
  VT_DOCTOR_CONNECT,
  VT_DOCTOR_TLS,
  VT_DOCTOR_METADATA,
  VT_DOCTOR_TOKEN,
  VT_DOCTOR_PROOF,
  VT_DOCTOR_HTTP,
  VT_DOCTOR_DECODE,
  VT_DOCTOR_RULES,
  VT_DOCTOR_STEPS
};

struct vt_doctor_step {
  enum vt_doctor_state state;
  int64_t ms; /* -1: not measured */
  char code[24];
  struct vater_str detail;
  struct vater_str remedy[VT_LANGUAGE_COUNT]; /* of a rule; empty: that of the code */
};

struct vt_doctor {
  const struct vt_environment *environment;
  struct vt_arena *arena;
  struct vt_doctor_step steps[VT_DOCTOR_STEPS];
  struct vater_str claims;                /* of the access token, a JSON object; empty: none seen */
  struct vt_buffer transcript;            /* without secrets, tokens, payloads and person numbers */
  const struct vt_net_exchange *exchange; /* whose answer is looked at */
  bool converses;                         /* a token service was asked */
  bool proved;                            /* a DPoP proof went along */
  int64_t authorize_ms, decode_ms, rules_ms; /* what they took; -1: not done; decode of all pages */
};

const char *vt_doctor_step_name(enum vt_doctor_name name); /* "dns" */
const char *vt_doctor_state_name(enum vt_doctor_state state);

/* The arena and environment are borrowed. Free with vt_doctor_fini(). */
void vt_doctor_init(struct vt_doctor *doctor, const struct vt_environment *environment,
                    struct vt_arena *arena);
void vt_doctor_fini(struct vt_doctor *doctor);
/* For vt_run_options.observe; `context` is the doctor. */
void vt_doctor_observe(void *context, enum vt_run_purpose purpose,
                       const struct vt_net_exchange *exchange);
/* For vt_run_options.observe_step. */
void vt_doctor_observe_step(void *context, enum vt_run_step step, int64_t ms);
/* What came of the job; `job` NULL: the run did not get as far. */
void vt_doctor_conclude(struct vt_doctor *doctor, const struct vt_report_job *job);
/* The exit code: 2 a step failed before there was something to judge, 1 what was delivered is
 * refused or rejected, 0 all is well. */
int vt_doctor_exit(const struct vt_doctor *doctor);

/* transcript.c: adds one answer. */
void vt_doctor_write(struct vt_doctor *doctor, enum vt_run_purpose purpose);

#endif

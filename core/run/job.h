/* What travels through a run: the jobs, and what they share. Internal to core/run. */
#ifndef VT_RUN_JOB_H
#define VT_RUN_JOB_H

#include "net/net.h"
#include "plugin/call.h"
#include "plugin/config.h"
#include "run/actors.h"
#include "run/configuration.h"
#include "run/mapping.h"
#include "run/run.h"
#include "store/store.h"
#include "worker/worker.h"

struct vt_running;

/* One way of proving who we are, shared by all endpoints with the same plugin and settings. */
struct vt_authorization {
  struct vater_str key;             /* plugin, settings and allowance, to find it again */
  struct vater_str identity;        /* what decides the conversation, by the plugin; may be empty */
  struct vt_authorization *same_as; /* another one of that identity, which is used instead */
  uint32_t allow;                   /* enum vt_net_allow */
  vater_config *config;
  struct vt_instance instance;
  vater_session *session;
  struct vt_net_exchange *exchange; /* of the conversation under way */
  struct vt_arena *arena;           /* of one request */
  enum { VT_AUTH_NEW, VT_AUTH_TALKING, VT_AUTH_WAITING, VT_AUTH_READY, VT_AUTH_FAILED } state;
  uint32_t tries;      /* requests of this conversation that came to nothing */
  int64_t due_ms;      /* monotonic: when a WAITING one is begun anew */
  int64_t deadline_ms; /* monotonic: of the conversation with all its tries, as long as a job's */
  uint32_t generation; /* conversations that succeeded */
  bool renewing;    /* a 401 asked for the conversation: what there is is kept until it succeeds */
  bool not_renewed; /* the last such conversation failed with `error`; there is no other one */
  int64_t renewed_ms; /* monotonic: when the last such conversation succeeded; 0: it was another */
  bool skew_told;     /* clocks that differ were logged */
  struct vt_error error;
};

/* Public keys that actors sign with, fetched once for all jobs of one address. */
struct vt_keyset {
  struct vater_str url, text;
  uint32_t allow; /* enum vt_net_allow */
  enum { VT_KEYSET_NEW, VT_KEYSET_ASKED, VT_KEYSET_THERE, VT_KEYSET_FAILED } state;
  struct vt_net_exchange *exchange;
  int64_t asked_ms;    /* monotonic */
  uint32_t generation; /* answers so far */
  struct vt_error error;
};

enum vt_job_state {
  VT_JOB_PLANNED,
  VT_JOB_AUTHORIZING,
  VT_JOB_FETCHING,
  VT_JOB_KEYS,    /* a page waits for the keys that it is to be verified with */
  VT_JOB_JUDGING, /* a page or the result is with the worker */
  VT_JOB_HELD,    /* failed before any connection of the run stood: perhaps our own fault */
  VT_JOB_DONE
};

struct vt_job_page {
  int fd; /* sealed memfd; -1 once given up */
  uint64_t size;
  char sha256[65];
  struct vater_str url, etag, last_modified, media_type;
  struct vater_str signature; /* detached, as its header has it */
  enum vt_net_framing framing;
};

struct vt_job {
  struct vt_running *running;
  /* plan */
  const struct vt_actor *actor;
  const struct vt_endpoint *endpoint;
  char period[16];
  vater_config *source_config;
  struct vt_instance source;
  struct vt_authorization *authorization; /* NULL: none */
  struct vater_str format_settings;       /* JSON text for the worker */
  struct vt_config_document *documents;   /* files that they name */
  size_t document_count;
  /* authorize, fetch */
  enum vt_job_state state;
  struct vt_arena *arena; /* of the job */
  struct vt_net_exchange *exchange;
  struct vater_str url;
  struct vater_str *asked; /* URLs of the pages so far */
  struct vt_job_page *pages;
  uint32_t page_count, page_room;
  int sink;                               /* memfd of the page under way, -1 */
  struct vt_store_last last;              /* what the store has of this endpoint */
  uint32_t generation;                    /* of the authorization, when the request was prepared */
  bool expired;                           /* prepare found nothing to prepare with */
  uint32_t challenged, renewed, expiries; /* of this page */
  uint32_t keys_generation;               /* of the key set that it was verified with */
  uint32_t tries;                         /* requests sent, all pages */
  int http_status;
  char address[64];
  const struct vater_response *refusal; /* head of the last 401 of this page, or NULL */
  int64_t deadline_ms;      /* monotonic: of all requests of the job, from when it was authorized */
  int64_t waiting_since_ms; /* monotonic: for a new conversation; not of the job's own time */
  int64_t started_ms, fetch_ms, judge_started_ms, judge_ms;
  int64_t asked_ms;         /* monotonic: when the worker got what it is now at */
  uint64_t bytes;           /* as received */
  bool names_period;        /* the first request would be another one for another period */
  int64_t certificate_days; /* TLS-EXPIRING when >= 0 */
  bool unchanged;
  bool replayed; /* a stored payload: whatever signature it came with was verified then */
  /* judge */
  struct vt_worker *worker;
  const struct vt_result *result; /* the worker's, until it is closed */
  uint64_t worker_cpu_ms, worker_peak_bytes;
  bool worker_noisy; /* its plugin printed more than it may: PLUG-NOISE */
  /* outcome without a result */
  enum vt_delivery delivery;
  struct vt_error error;
};

/* Everything of one run. */
struct vt_running {
  const struct vt_run_options *options;
  const struct vt_environment *environment;
  const struct vt_log *log;
  struct vt_arena *arena;
  struct vt_configuration configuration;
  const char *rules, *plugins; /* folders */
  struct vt_actors actors;
  struct vt_zygote *zygote;
  struct vt_mapping_search mappings;
  struct vt_registry registry; /* of main: source and auth plugins only */
  struct vt_arena *plugin_arena;
  struct vater_call call;
  struct vt_store *store;
  int64_t run;
  struct vt_net *net;
  int64_t today, deadline_ms, started_ms;
  struct vt_nonces *nonces;
  struct vt_authorization *authorizations;
  uint32_t authorization_count;
  struct vt_keyset *keysets;
  uint32_t keyset_count;
  struct vt_job *jobs;
  uint32_t job_count, next_job, active;
  bool connected;          /* some connection of this run stood */
  bool stopping;           /* no new jobs; those under way are given up */
  struct vt_error failure; /* why the run cannot go on, or nothing */
  int signals;             /* signalfd */
  volatile sig_atomic_t stop;
  struct vt_run_summary *summary;
  struct vt_diagnostics *diagnostics;
};

/* Tells whoever observes the run that a step took from `since_ms` until now. */
void vt_run_took(const struct vt_running *running, enum vt_run_step step, int64_t since_ms);
int64_t vt_run_now_ms(const struct vt_running *running);  /* monotonic */
int64_t vt_run_wall_ms(const struct vt_running *running); /* since 1970 UTC */

/* plan: which endpoints are asked for what; not-due ones are recorded at once. Settings of every
 * plugin are checked, all faults listed (OPS-CONFIG, OPS-KEY); the formats are to be opened, which
 * refuses. */
int vt_run_plan(struct vt_running *running, struct vt_error *error);
/* Refuses with the number of faults that are listed. */
int vt_run_conclude_plan(const struct vt_running *running, struct vt_error *error);
/* Each format with a mapping is opened in a worker before anything is asked for, once for each of
 * its settings: what packs and plugin say against a mapping is listed, at the endpoint and in the
 * mapping. */
int vt_run_open_formats(struct vt_running *running, struct vt_error *error);
/* verify: what only shows when a source describes its first request, or a format is opened, is
 * listed as well. */
int vt_run_rehearse(struct vt_running *running, struct vt_error *error);
void vt_job_fini(struct vt_job *job);
/* Where the files are looked for that settings of formats name. */
void vt_run_search_mappings(struct vt_running *running);
/* The settings of the endpoint's format, and the files that they name, into the job. */
int vt_run_format_settings(struct vt_running *running, struct vt_job *job);

/* authorize: goes on with the conversation until it is ready or failed; fetch follows by itself. */
int vt_run_authorize(struct vt_job *job);
/* The conversation's request was answered. */
void vt_run_authorize_answer(struct vt_running *running, struct vt_authorization *authorization);
/* Begins conversations whose wait is over; milliseconds until the next one, at most `most`. */
int64_t vt_run_authorize_wake(struct vt_running *running, int64_t most);
/* refresh.c: the job's answer is a 401, or its request could not be prepared. True: it goes on, at
 * once or after a new conversation; false: *error says why it is over (untouched where the answer
 * was none of ours). */
bool vt_run_authorize_again(struct vt_job *job, struct vt_error *error);
/* The job's answer is no 401: the plugin may keep what the next request needs. */
void vt_run_authorize_answered(struct vt_job *job);
/* AUTH-CLOCK: where the answer's Date is far from our clock, that is what the error says. */
void vt_run_explain_clock(struct vt_running *running, const struct vt_net_answer *answer,
                          struct vt_error *error);
/* Their clock less ours, from the Date header; false where there is none. */
bool vt_run_clock_skew(const struct vt_running *running, const struct vt_net_answer *answer,
                       int64_t *skew_ms);
/* A new conversation, unless one is under way; `refused`: a 401 asks for it, what there is is kept
 * until there is better. */
void vt_run_authorize_renew(struct vt_running *running, struct vt_authorization *authorization,
                            bool refused);
/* The job's request is sent, or sent again, with what the conversation brought. */
void vt_run_authorize_resend(struct vt_job *job);
/* Jobs that wait for what nobody is at any more are over, once the run is stopped or its time is
 * up. */
void vt_run_end_waiting(struct vt_running *running);
/* Headers of one attempt, for vt_net_request.prepare; `user` is the job. */
int vt_run_authorize_attempt(void *user, struct vt_net_exchange *exchange, uint32_t attempt,
                             struct vt_error *error);
/* Finds or makes the shared authorization of an endpoint. */
int vt_run_authorization(struct vt_running *running, const struct vt_endpoint *endpoint,
                         struct vt_authorization **authorization);
void vt_authorization_fini(struct vt_authorization *authorization);

/* The first request of the job; fails into the job's error. */
int vt_run_describe_first(struct vt_job *job, struct vater_request *request);
/* fetch: asks for the next page (the first, when there is none yet). */
void vt_run_fetch(struct vt_job *job);
/* The job's request was answered: on to the worker, or done. */
void vt_run_fetch_answer(struct vt_job *job);

/* Ends the job with its own error, as the delivery that the code stands for. */
void vt_run_fetch_failed(struct vt_job *job);

/* The worker has read a page: ask for the next one, or finish. */
void vt_run_fetch_next(struct vt_job *job, struct vater_str cursor);
uint32_t vt_endpoint_allowance(const struct vt_endpoint *endpoint); /* enum vt_net_allow */
/* What a plugin described, as net wants it: URL, method, headers, body; borrowed, lists live in the
 * described request's arena. VATER_E_NOMEM. */
int vt_request_to_net(const struct vater_request *described, struct vt_net_request *request,
                      struct vt_error *error);
struct vt_net_header vt_header_to_net(const struct vt_request_header *header);
/* Borrows from the answer. */
int vt_answer_to_response(const struct vt_net_answer *answer, struct vt_arena *arena,
                          struct vater_response *response);

/* The same without the body, copied into the arena. VATER_E_NOMEM. */
int vt_answer_keep_head(const struct vt_net_answer *answer, struct vt_arena *arena,
                        struct vater_response *response);

/* conceal: for vt_net_request.conceal: our secrets and person numbers; `user` is the job, or the
 * authorization. */
void vt_run_conceal_job(void *job, struct vt_buffer *text);
void vt_run_conceal_conversation(void *authorization, struct vt_buffer *text);
/* As vt_answer_to_response(), but what a refusal (400 and above) says is without what it quotes of
 * ours: a plugin may repeat it. */
int vt_run_refusal(const struct vt_net_exchange *exchange, struct vt_arena *arena,
                   struct vater_response *response);

/* keysets: the public keys of a job's signatures; empty: none are needed. VATER_DONE: they are
 * being fetched, the job waits. AUTH-JWKS. */
int vt_run_keys(struct vt_job *job, struct vater_str *keys);
/* A signature names a key that the fetched set does not have: true where another set is there, on
 * its way, or to be fetched by the next vt_run_keys() since this one is older than five minutes. */
bool vt_run_keys_renew(struct vt_job *job);
/* Whose request that is, or NULL; and its answer: the jobs that wait go on. */
struct vt_keyset *vt_run_keys_of(struct vt_running *running,
                                 const struct vt_net_exchange *exchange);
void vt_run_keys_answer(struct vt_running *running, struct vt_keyset *keyset);

/* judge: asks for the job's worker; `keys` are what its signatures are verified with. */
int vt_run_open_worker(struct vt_job *job, struct vater_str keys);
/* "application/json; charset=UTF-8" into its two halves, the charset in lower case. */
void vt_run_split_media_type(struct vt_job *job, struct vater_str text, struct vt_judge_head *head);
/* Hands the newest page to the worker; no more pages. */
void vt_run_judge_page(struct vt_job *job);
void vt_run_judge_finish(struct vt_job *job);
void vt_run_judge_event(struct vt_running *running, const struct vt_worker_event *event);

/* again: VATER_OK where the answer is an earlier one once more although it was to be another: it
 * came when another period was asked for and has nothing of this one, or others came since for this
 * period. Which one, in all languages; VATER_DONE where it is not. An answer "unchanged" says that
 * itself. Looks at earlier runs alone. */
int vt_run_is_stale(struct vt_job *job, const struct vt_store_job *record,
                    struct vater_str detail[VT_LANGUAGE_COUNT], struct vt_error *error);
/* PAY-COPY: a conclusion, so that no delivery is told of another one, nor in what order they came.
 */
int vt_run_tell_copies(struct vt_running *running, struct vt_error *error);

/* record: writes the job, whole or not at all, and gives up what it holds. */
void vt_run_record(struct vt_job *job);
/* Into the summary: its delivery, and whether one of its blocks is rejected, or has a rule that
 * could not be evaluated. */
void vt_run_count(const struct vt_job *job, bool rejected, bool undecided);
/* Records those that were held back. */
void vt_run_record_held(struct vt_running *running);

/* conclude: rules over time and actors, an indicator at a time, each recorded whole or not at all;
 * those that the run has already are left out. */
int vt_run_conclude(struct vt_running *running, struct vt_error *error);
/* Looks whether a signal asks the run to stop. */
void vt_run_take_signals(struct vt_running *running);

/* pins: what the run is bound to (binary, plugins, rules, schemas, configuration), by SHA-256, with
 * contents. Texts live in the run's arena. */
int vt_run_pins(struct vt_running *running, struct vt_store_pin **pins, size_t *count,
                struct vt_error *error);

/* Ends the job without a result. */
void vt_job_fail(struct vt_job *job, enum vt_delivery delivery, const struct vt_error *error);

/* One plugin's settings from the registry's file, without what the host itself reads ("plugin", and
 * "url" of a source); faults are listed. */
int vt_run_settings(struct vt_running *running, const struct vater_setting *settings,
                    const struct vt_endpoint *endpoint, const char *role, struct vater_str plugin,
                    const struct json_t *object, vater_config **config);

#endif

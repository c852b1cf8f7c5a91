#include "run/run.h"

#include "run/job.h"
#include "run/start.h"

#include <errno.h>
#include <limits.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void report_progress(struct vt_running *running)
{
  struct vt_run_progress *progress = &running->summary->progress;
  progress->in_flight = running->active;
  progress->elapsed_ms = vt_run_now_ms(running) - running->started_ms;
  if (running->options->progress != NULL)
    running->options->progress(running->options->progress_context, progress);
}

static void stop(struct vt_running *running)
{
  if (running->stopping)
    return;
  running->stopping = true;
  running->stop = 1;
  running->summary->stopped = true;
  vt_log(running->log, VATER_LOG_WARNING, "run", NULL,
         "stopping; go on later with 'vater run --resume'");
  vt_net_stop(running->net);
}

/* What a resumed run has is left out, but counts: its exit code is that of the whole run. */
static bool is_done(struct vt_running *running, struct vt_job *job)
{
  struct vt_store_done done = {0};
  struct vt_error error = {0};
  if (running->options->resume && vt_store_has_job(running->store, running->run, job->actor->orgnr,
                                                   job->endpoint->id, &done, &error) != VATER_OK) {
    running->failure = error;
    running->stopping = true;
    return true;
  }
  if (!done.found)
    return false;
  vt_job_fini(job);
  job->state = VT_JOB_DONE;
  vt_delivery_parse(vt_str(done.delivery), &job->delivery);
  vt_run_count(job, done.rejected, done.undecided);
  return true;
}

/* An actor that is not due is recorded without being asked. */
static void start_job(struct vt_running *running, struct vt_job *job)
{
  if (is_done(running, job))
    return;
  job->arena = vt_arena_new(&running->environment->allocator, 0);
  job->started_ms = vt_run_wall_ms(running);
  if (job->arena == NULL) {
    running->stopping = true;
    vt_fail(&running->failure, VATER_E_NOMEM, NULL, "out of memory");
    return;
  }
  if (job->delivery == VT_DELIVERY_NOT_DUE) {
    vt_run_record(job);
    return;
  }
  running->active++;
  job->state = VT_JOB_AUTHORIZING;
  vt_run_fetch(job);
}

static bool can_start(const struct vt_running *running)
{
  return !running->stopping && running->next_job < running->job_count &&
         running->active < running->configuration.in_flight;
}

static void start_jobs(struct vt_running *running)
{
  while (can_start(running))
    start_job(running, &running->jobs[running->next_job++]);
}

static struct vt_authorization *conversation_of(struct vt_running *running,
                                                const struct vt_net_exchange *exchange)
{
  for (uint32_t i = 0; i < running->authorization_count; i++)
    if (running->authorizations[i].exchange == exchange)
      return &running->authorizations[i];
  return NULL;
}

static void observe(const struct vt_running *running, enum vt_run_purpose purpose,
                    const struct vt_net_exchange *exchange)
{
  const struct vt_run_options *options = running->options;
  if (options->observe != NULL)
    options->observe(options->observe_context, purpose, exchange);
}

int64_t vt_run_now_ms(const struct vt_running *running)
{
  return running->environment->clock.monotonic_ms(running->environment->clock.context);
}

int64_t vt_run_wall_ms(const struct vt_running *running)
{
  return running->environment->clock.wall_ms(running->environment->clock.context);
}

void vt_run_took(const struct vt_running *running, enum vt_run_step step, int64_t since_ms)
{
  const struct vt_run_options *options = running->options;
  if (options->observe_step != NULL)
    options->observe_step(options->observe_context, step, vt_run_now_ms(running) - since_ms);
}

/* Reaches for the first job's endpoint before anything else, so that it is known whether it can be
 * reached even where no token is to be had. */
static int probe(struct vt_running *running, struct vt_error *error)
{
  struct vt_job *job = running->job_count > 0 ? &running->jobs[0] : NULL;
  struct vater_request described;
  struct vt_net_exchange *exchange = NULL;
  if (running->options->observe == NULL || job == NULL)
    return VATER_OK;
  vt_request_init(&described, running->arena);
  int status = vt_run_describe_first(job, &described);
  const struct vt_net_request request = {.url = described.url,
                                         .method = VT_STR("OPTIONS"),
                                         .allow = vt_endpoint_allowance(job->endpoint),
                                         .body_limit = VT_LIMIT_REFUSAL_BYTES,
                                         .sink = -1,
                                         .tries = 1};
  if (status == VATER_OK)
    status = vt_net_submit(running->net, &request, &exchange, error);
  else
    *error = job->error;
  while (status == VATER_OK && vt_net_take(running->net) == NULL)
    status = vt_net_poll(running->net, 1000, NULL, 0, error);
  if (status == VATER_OK)
    observe(running, VT_RUN_PROBE, exchange);
  vt_net_exchange_free(exchange);
  vt_request_fini(&described);
  return status;
}

static void take_answers(struct vt_running *running)
{
  struct vt_net_exchange *exchange;
  while ((exchange = vt_net_take(running->net)) != NULL) {
    struct vt_authorization *authorization = conversation_of(running, exchange);
    struct vt_keyset *keyset = vt_run_keys_of(running, exchange);
    observe(running,
            authorization != NULL ? VT_RUN_TOKEN
            : keyset != NULL      ? VT_RUN_KEYS
                                  : VT_RUN_PAGE,
            exchange);
    if (authorization != NULL)
      vt_run_authorize_answer(running, authorization);
    else if (keyset != NULL)
      vt_run_keys_answer(running, keyset);
    else
      vt_run_fetch_answer(vt_net_exchange_user(exchange));
  }
}

static int take_events(struct vt_running *running, struct vt_error *error)
{
  struct vt_worker_event event;
  int status;
  while ((status = vt_zygote_next(running->zygote, &event, error)) == VATER_OK)
    vt_run_judge_event(running, &event);
  return status == VATER_DONE ? VATER_OK : status;
}

void vt_run_take_signals(struct vt_running *running)
{
  struct signalfd_siginfo info;
  if (running->signals >= 0 && read(running->signals, &info, sizeof info) == sizeof info)
    stop(running);
}

/* Jobs with the worker go on to their end; the others are cancelled by vt_net_stop(). */
static bool busy(const struct vt_running *running)
{
  if (running->failure.status != VATER_OK)
    return false;
  return running->active > 0 || (!running->stopping && running->next_job < running->job_count);
}

/* Jobs that ended since the last ones were started have made room: their like do not wait. */
static int64_t next_wake_ms(struct vt_running *running)
{
  if (can_start(running))
    return 0;
  int worker = vt_zygote_timeout_ms(running->zygote);
  return vt_run_authorize_wake(running, worker >= 0 && worker < 1000 ? worker : 1000);
}

static int loop(struct vt_running *running, struct vt_error *error)
{
  int status = VATER_OK;
  while (busy(running) && status == VATER_OK) {
    start_jobs(running);
    take_answers(running);
    status = take_events(running, error);
    if (status != VATER_OK || !busy(running))
      break;
    struct pollfd watched[] = {{.fd = vt_zygote_fd(running->zygote), .events = POLLIN},
                               {.fd = running->signals, .events = POLLIN}};
    status = vt_net_poll(running->net, next_wake_ms(running), watched, 2, error);
    vt_run_take_signals(running);
    vt_run_end_waiting(running);
    report_progress(running);
  }
  return status;
}

static int exit_code(const struct vt_run_summary *summary)
{
  if (summary->failures || summary->stopped)
    return 2;
  return summary->findings ? 1 : 0;
}

static int finish(struct vt_running *running, struct vt_error *error)
{
  if (!running->stopping)
    vt_run_record_held(running);
  if (running->failure.status != VATER_OK) {
    *error = running->failure;
    return error->status;
  }
  int status = running->stopping ? VATER_OK : vt_run_tell_copies(running, error);
  if (status == VATER_OK && !running->stopping)
    status = vt_run_conclude(running, error);
  if (status != VATER_OK || running->stopping)
    return status;
  int64_t now = vt_run_wall_ms(running);
  return vt_store_finish_run(running->store, running->run, now, exit_code(running->summary), error);
}

int vt_run(const struct vt_run_options *options, struct vt_run_summary *summary,
           struct vt_diagnostics *diagnostics, struct vt_error *error)
{
  struct vt_running running;
  *summary = (struct vt_run_summary){0};
  int status = vt_run_start(options, summary, diagnostics, &running, error);
  if (status == VATER_OK) {
    summary->run = running.run;
    summary->progress.jobs = running.job_count;
    report_progress(&running);
    status = probe(&running, error);
    if (status == VATER_OK)
      status = loop(&running, error);
    if (status == VATER_OK)
      status = finish(&running, error);
    report_progress(&running);
  }
  vt_run_end(&running);
  return status;
}

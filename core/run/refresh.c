#include "run/job.h"

#include "base/date.h"

enum { EXPIRIES_MOST = 3, CLOCKS_APART_MS = 10000 };

bool vt_run_clock_skew(const struct vt_running *running, const struct vt_net_answer *answer,
                       int64_t *skew_ms)
{
  struct vater_str value;
  int64_t theirs = 0;
  if (!vt_net_answer_header(answer, "Date", &value) || !vt_date_parse_http(value, &theirs))
    return false;
  *skew_ms = theirs - running->environment->clock.wall_ms(running->environment->clock.context);
  return true;
}

/* A scope that is not granted has nothing to do with clocks. */
void vt_run_explain_clock(struct vt_running *running, const struct vt_net_answer *answer,
                          struct vt_error *error)
{
  int64_t skew = 0;
  struct vater_str code = vt_str(error->code), text = vt_str(error->text);
  bool of_time = vt_str_is(code, "AUTH-DENIED") || vt_str_is(code, "AUTH-API");
  if (!of_time || vt_str_find(text, VT_STR("scope"), 0) < text.len ||
      !vt_run_clock_skew(running, answer, &skew) ||
      (skew <= CLOCKS_APART_MS && skew >= -CLOCKS_APART_MS))
    return;
  vt_text_copy(error->code, sizeof error->code, VT_STR("AUTH-CLOCK"));
  vt_error_prefix(error, "our clock is %lld s %s theirs (Date header)",
                  (long long)(skew < 0 ? -skew : skew) / 1000, skew < 0 ? "ahead of" : "behind");
}

static void wait_or_go(struct vt_job *job)
{
  struct vt_authorization *authorization = job->authorization;
  if (authorization->generation != job->generation && authorization->state == VT_AUTH_READY) {
    job->state = VT_JOB_FETCHING;
    vt_net_again(job->exchange);
    return;
  }
  job->state = VT_JOB_AUTHORIZING;
  vt_run_authorize_renew(job->running, authorization);
}

static bool renew_expired(struct vt_job *job, struct vt_error *error)
{
  job->expired = false;
  if (job->authorization->state == VT_AUTH_FAILED) {
    *error = job->authorization->error;
    return false;
  }
  if (job->expiries++ >= EXPIRIES_MOST)
    return false;
  wait_or_go(job);
  return true;
}

/* What the plugin is told of the job's answer; `response` is filled. */
static int describe(struct vt_job *job, struct vater_response *response,
                    struct vater_attempt *attempt, struct vt_error *error)
{
  const struct vt_net_answer *answer = vt_net_exchange_answer(job->exchange);
  *attempt = (struct vater_attempt){.size = sizeof *attempt,
                                    .number = answer->try_count,
                                    .url = vt_net_exchange_url(job->exchange),
                                    .method = vt_net_exchange_method(job->exchange),
                                    .last = response,
                                    .renewed = job->authorization->generation != job->generation};
  if (vt_answer_to_response(answer, job->arena, response) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  return VATER_OK;
}

static int ask_plugin(struct vt_job *job, struct vt_error *error)
{
  struct vt_authorization *authorization = job->authorization;
  struct vater_response response;
  struct vater_attempt attempt;
  int status = describe(job, &response, &attempt, error);
  if (status != VATER_OK)
    return status;
  return vt_auth_refused(&job->running->call, &authorization->instance, authorization->session,
                         &attempt, error);
}

void vt_run_authorize_answered(struct vt_job *job)
{
  struct vt_authorization *authorization = job->authorization;
  struct vater_response response;
  struct vater_attempt attempt;
  struct vt_error error = {0};
  if (authorization == NULL || authorization->instance.plugin->auth->answered == NULL ||
      vt_net_exchange_answer(job->exchange)->status == 0)
    return;
  int status = describe(job, &response, &attempt, &error);
  if (status == VATER_OK)
    status = vt_auth_answered(&job->running->call, &authorization->instance, authorization->session,
                              &attempt, &error);
  if (status < 0)
    vt_log(job->running->log, VATER_LOG_WARNING, "authorize", NULL, "%.*s: %s",
           VT_STR_ARGS(attempt.url), error.text);
}

static bool give_up(const struct vt_net_answer *answer, struct vt_error *error, const char *code,
                    const char *text)
{
  vt_error_clear(error);
  vt_fail(error, VATER_E_AUTH, code, "%.*s: %s", VT_STR_ARGS(answer->url), text);
  return false;
}

/* At most one challenge and one new token a page: three requests in all. */
static bool answer_refusal(struct vt_job *job, const struct vt_net_answer *answer,
                           struct vt_error *error)
{
  bool renewed = job->authorization->generation != job->generation;
  int status = ask_plugin(job, error);
  if (status < 0)
    return false;
  if (status == VATER_OK && !renewed) {
    if (job->challenged++ > 0)
      return give_up(answer, error, "AUTH-NONCE",
                     "the endpoint asked for a new nonce again, after it got the one that it gave");
    vt_net_again(job->exchange);
    return true;
  }
  if (job->renewed++ > 0)
    return give_up(answer, error, "AUTH-API",
                   "the endpoint accepts no token of ours, not even a "
                   "new one (401)");
  wait_or_go(job);
  return true;
}

bool vt_run_authorize_again(struct vt_job *job, struct vt_error *error)
{
  const struct vt_net_answer *answer = vt_net_exchange_answer(job->exchange);
  if (job->authorization == NULL || job->running->stopping)
    return false;
  if (job->expired)
    return renew_expired(job, error);
  bool asks = answer->result == VT_NET_FAILED && answer->status == 401 &&
              answer->error.status != VATER_E_CANCELLED &&
              job->authorization->instance.plugin->auth->refused != NULL;
  return asks && answer_refusal(job, answer, error);
}

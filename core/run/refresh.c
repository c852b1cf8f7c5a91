#include "run/job.h"

#include "base/date.h"

#include <jansson.h>

enum { EXPIRIES_MOST = 3, CLOCKS_APART_MS = 10000, RENEWED_LONG_AGO_MS = 60000 };

bool vt_run_clock_skew(const struct vt_running *running, const struct vt_net_answer *answer,
                       int64_t *skew_ms)
{
  struct vater_str value;
  int64_t theirs = 0;
  if (!vt_net_answer_header(answer, "Date", &value) || !vt_date_parse_http(value, &theirs))
    return false;
  *skew_ms = theirs - vt_run_wall_ms(running);
  return true;
}

/* Refusals that have nothing to do with clocks, by the errors of RFC 6749 section 5.2, RFC 8707 and
 * RFC 6750; a token that was had, or a challenge, has none in its body. */
static bool is_of_rights(const struct vt_net_answer *answer)
{
  static const char *const names[] = {"invalid_scope", "invalid_target", "unauthorized_client",
                                      "unsupported_grant_type", "insufficient_scope"};
  json_t *body = answer->body.len > 0
                     ? json_loadb(answer->body.ptr, answer->body.len, JSON_REJECT_DUPLICATES, NULL)
                     : NULL;
  struct vater_str error = vt_str(json_string_value(json_object_get(body, "error")));
  bool found = answer->status >= 200 && answer->status < 300;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    found = found || vt_str_is(error, names[i]);
  json_decref(body);
  return found;
}

void vt_run_explain_clock(struct vt_running *running, const struct vt_net_answer *answer,
                          struct vt_error *error)
{
  int64_t skew = 0;
  struct vater_str code = vt_str(error->code);
  bool of_time = vt_str_is(code, "AUTH-DENIED") || vt_str_is(code, "AUTH-API");
  if (!of_time || is_of_rights(answer) || !vt_run_clock_skew(running, answer, &skew) ||
      (skew <= CLOCKS_APART_MS && skew >= -CLOCKS_APART_MS))
    return;
  vt_text_copy(error->code, sizeof error->code, VT_STR("AUTH-CLOCK"));
  vt_error_prefix(error, "our clock is %lld s %s theirs (Date header)",
                  (long long)(skew < 0 ? -skew : skew) / 1000, skew < 0 ? "ahead of" : "behind");
}

/* False: there is nothing to wait for, *error says why. */
static bool wait_or_go(struct vt_job *job, bool refused, struct vt_error *error)
{
  struct vt_authorization *authorization = job->authorization;
  bool newer = authorization->generation != job->generation;
  if (authorization->state == VT_AUTH_FAILED ||
      (authorization->state == VT_AUTH_READY && !newer && refused && authorization->not_renewed)) {
    *error = authorization->error;
    return false;
  }
  if (authorization->state == VT_AUTH_READY && newer) {
    vt_run_authorize_resend(job);
    return true;
  }
  job->state = VT_JOB_AUTHORIZING;
  job->waiting_since_ms = vt_run_now_ms(job->running);
  vt_run_authorize_renew(job->running, authorization, refused);
  return true;
}

static bool renew_expired(struct vt_job *job, struct vt_error *error)
{
  job->expired = false;
  return job->expiries++ < EXPIRIES_MOST && wait_or_go(job, false, error);
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
  if (vt_run_refusal(job->exchange, job->arena, response) != VATER_OK)
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

/* What a 401 had renewed a moment ago and is refused again would be refused anew. */
static bool just_renewed(const struct vt_job *job)
{
  const struct vt_authorization *authorization = job->authorization;
  return authorization->state == VT_AUTH_READY && authorization->generation == job->generation &&
         authorization->renewed_ms > 0 &&
         vt_run_now_ms(job->running) - authorization->renewed_ms < RENEWED_LONG_AGO_MS;
}

/* The head is kept for the next attempt: a challenge is answered with the nonce that came with it,
 * whatever the server has told others meanwhile. */
static int keep_refusal(struct vt_job *job, struct vt_error *error)
{
  const struct vt_net_answer *answer = vt_net_exchange_answer(job->exchange);
  struct vater_response *kept = vt_arena_alloc(job->arena, sizeof *kept);
  if (kept == NULL || vt_answer_keep_head(answer, job->arena, kept) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  job->refusal = kept;
  return VATER_OK;
}

/* At most one challenge and one new token a page: three requests in all. */
static bool answer_refusal(struct vt_job *job, const struct vt_net_answer *answer,
                           struct vt_error *error)
{
  bool renewed = job->authorization->generation != job->generation;
  int status = ask_plugin(job, error);
  if (status < 0 || keep_refusal(job, error) != VATER_OK)
    return false;
  if (status == VATER_OK && !renewed) {
    if (job->challenged++ > 0)
      return give_up(answer, error, "AUTH-NONCE",
                     "the endpoint asked for a new nonce again, after it got the one that it gave");
    vt_run_authorize_resend(job);
    return true;
  }
  if (job->renewed++ > 0 || just_renewed(job))
    return give_up(answer, error, "AUTH-API",
                   "the endpoint accepts no token of ours, not even a "
                   "new one (401)");
  return wait_or_go(job, true, error);
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

void vt_run_end_waiting(struct vt_running *running)
{
  bool late = vt_run_now_ms(running) >= running->started_ms + running->configuration.run_ms;
  if ((!running->stopping && !late) || vt_net_pending(running->net) > 0)
    return;
  for (uint32_t i = 0; i < running->next_job; i++) {
    struct vt_job *job = &running->jobs[i];
    bool waits = job->state == VT_JOB_AUTHORIZING || job->state == VT_JOB_KEYS ||
                 job->state == VT_JOB_FETCHING;
    if (!waits)
      continue;
    if (running->stopping)
      vt_fail(&job->error, VATER_E_CANCELLED, "OPS-STOPPED", "the run was stopped");
    else
      vt_fail(&job->error, VATER_E_TIMEOUT, "NET-DEADLINE", "the run's time was up");
    vt_run_fetch_failed(job);
  }
}

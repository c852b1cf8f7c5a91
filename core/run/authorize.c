#include "run/job.h"

#include "base/codes.h"
#include "base/limits.h"
#include "net/retry.h"

/* Challenges may stand in several WWW-Authenticate headers; a plugin reads the first. */
static struct vater_str join_challenges(const struct vt_net_answer *answer, struct vt_arena *arena,
                                        struct vater_str first)
{
  struct vater_str joined = VT_STR_NONE;
  for (uint32_t i = 0; i < answer->header_count; i++) {
    if (!vt_str_equal_nocase(answer->headers[i].name, VT_STR("WWW-Authenticate")))
      continue;
    joined = joined.ptr == NULL ? answer->headers[i].value
                                : vt_arena_format(arena, "%.*s, %.*s", VT_STR_ARGS(joined),
                                                  VT_STR_ARGS(answer->headers[i].value));
  }
  return joined.ptr != NULL ? joined : first;
}

int vt_answer_to_response(const struct vt_net_answer *answer, struct vt_arena *arena,
                          struct vater_response *response)
{
  struct vt_response_header *headers = vt_arena_array(arena, answer->header_count, sizeof *headers);
  *response = (struct vater_response){
      .status = answer->status, .url = answer->url, .headers = headers, .body = answer->body};
  if (headers == NULL)
    return VATER_E_NOMEM;
  response->header_count = answer->header_count;
  for (uint32_t i = 0; i < answer->header_count; i++) {
    headers[i] = (struct vt_response_header){answer->headers[i].name, answer->headers[i].value};
    if (vt_str_equal_nocase(headers[i].name, VT_STR("WWW-Authenticate")))
      headers[i].value = join_challenges(answer, arena, headers[i].value);
  }
  return VATER_OK;
}

int vt_answer_keep_head(const struct vt_net_answer *answer, struct vt_arena *arena,
                        struct vater_response *response)
{
  if (vt_answer_to_response(answer, arena, response) != VATER_OK)
    return VATER_E_NOMEM;
  struct vt_response_header *headers = (struct vt_response_header *)(uintptr_t)response->headers;
  bool whole = true;
  for (uint32_t i = 0; i < response->header_count; i++) {
    headers[i].name = vt_arena_copy(arena, headers[i].name);
    headers[i].value = vt_arena_copy(arena, headers[i].value);
    whole = whole && headers[i].name.ptr != NULL && headers[i].value.ptr != NULL;
  }
  response->url = vt_arena_copy(arena, response->url);
  response->body = VT_STR_NONE;
  return whole && response->url.ptr != NULL ? VATER_OK : VATER_E_NOMEM;
}

uint32_t vt_endpoint_allowance(const struct vt_endpoint *endpoint)
{
  uint32_t allow = VT_NET_ALLOW_PUBLIC;
  if (endpoint->allow_loopback)
    allow |= VT_NET_ALLOW_LOOPBACK;
  if (endpoint->allow_private)
    allow |= VT_NET_ALLOW_PRIVATE;
  if (endpoint->allow_plain_http)
    allow |= VT_NET_ALLOW_HTTP;
  return allow;
}

struct vt_net_header vt_header_to_net(const struct vt_request_header *header)
{
  return (struct vt_net_header){header->name, vt_request_header_value(header),
                                header->secret != NULL};
}

int vt_request_to_net(const struct vater_request *described, struct vt_net_request *request,
                      struct vt_error *error)
{
  struct vt_net_header *headers =
      vt_arena_array(described->arena, described->header_count, sizeof *headers);
  if (headers == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the headers of a request");
  for (uint32_t i = 0; i < described->header_count; i++)
    headers[i] = vt_header_to_net(&described->headers[i]);
  request->url = described->url;
  request->method = described->method;
  request->headers = headers;
  request->header_count = described->header_count;
  request->body = described->body;
  request->body_type = described->media_type;
  request->secret = described->secret_body;
  if (described->certificate != NULL) {
    request->certificate = vt_secret_reveal(described->certificate);
    request->certificate_key = vt_secret_reveal(described->certificate_key);
  }
  return VATER_OK;
}

/* One try: a request of a conversation is never sent twice, since an assertion may have been used
 * up where no answer came. The conversation is begun anew instead. */
static int send_request(struct vt_running *running, struct vt_authorization *authorization,
                        const struct vater_request *described, struct vt_error *error)
{
  struct vt_net_request request = {.allow = authorization->allow,
                                   .body_limit = VT_LIMIT_REQUEST_BODY_BYTES,
                                   .sink = -1,
                                   .deadline_ms = authorization->deadline_ms,
                                   .tries = 1,
                                   .conceal = vt_run_conceal_conversation,
                                   .user = authorization};
  int status = vt_request_to_net(described, &request, error);
  request.secret = true;
  return status == VATER_OK ? vt_net_submit(running->net, &request, &authorization->exchange, error)
                            : status;
}

static void converse(struct vt_running *running, struct vt_authorization *authorization,
                     const struct vater_response *last)
{
  struct vater_request request;
  vt_request_init(&request, authorization->arena);
  authorization->state = VT_AUTH_TALKING;
  int status = vt_auth_next(&running->call, &authorization->instance, authorization->session, last,
                            &request, &authorization->error);
  if (status == VATER_DONE) {
    authorization->state = VT_AUTH_READY;
    authorization->generation++;
    authorization->tries = 0;
    authorization->not_renewed = false;
    authorization->renewed_ms = authorization->renewing ? vt_run_now_ms(running) : 0;
    authorization->renewing = false;
  } else if (status != VATER_OK ||
             send_request(running, authorization, &request, &authorization->error) != VATER_OK) {
    authorization->state = VT_AUTH_FAILED;
  }
  vt_request_fini(&request);
}

static void begin(struct vt_running *running, struct vt_authorization *authorization)
{
  authorization->tries = 0;
  authorization->deadline_ms = vt_run_now_ms(running) + running->configuration.job_ms;
  converse(running, authorization, NULL);
}

/* What failed is said once, whoever waits for it. */
static void tell(struct vt_running *running, const struct vt_authorization *authorization)
{
  const struct vt_error *error = &authorization->error;
  const struct vt_log_field fields[] = {{"code", vt_str(error->code)}, {NULL, VT_STR_NONE}};
  vt_log(running->log, VATER_LOG_ERROR, "authorize", fields, "%s", error->text);
}

void vt_run_authorize_resend(struct vt_job *job)
{
  int64_t waited_ms = 0;
  if (job->state == VT_JOB_AUTHORIZING)
    waited_ms = vt_run_now_ms(job->running) - job->waiting_since_ms;
  job->deadline_ms += waited_ms;
  job->state = VT_JOB_FETCHING;
  vt_net_again(job->exchange, waited_ms);
}

static void resume(struct vt_job *job)
{
  const struct vt_authorization *authorization = job->authorization;
  bool renewed = authorization->generation != job->generation;
  if (job->exchange == NULL) {
    vt_run_fetch(job);
  } else if (authorization->state == VT_AUTH_READY && renewed) {
    vt_run_authorize_resend(job);
  } else {
    job->error = authorization->error;
    vt_run_fetch_failed(job);
  }
}

/* What was refused to one may be good for the others. */
static void keep_last(struct vt_authorization *authorization)
{
  authorization->renewing = false;
  authorization->not_renewed = true;
  authorization->state = VT_AUTH_READY;
}

/* Those who waited go on, or fail with it. */
static void settle(struct vt_running *running, struct vt_authorization *authorization)
{
  if (authorization->state != VT_AUTH_READY && authorization->state != VT_AUTH_FAILED)
    return;
  if (authorization->state == VT_AUTH_FAILED)
    tell(running, authorization);
  if (authorization->state == VT_AUTH_FAILED && authorization->renewing)
    keep_last(authorization);
  vt_arena_reset(authorization->arena);
  for (uint32_t i = 0; i < running->next_job; i++) {
    struct vt_job *job = &running->jobs[i];
    if (job->state == VT_JOB_AUTHORIZING && job->authorization == authorization)
      resume(job);
  }
}

void vt_run_authorize_renew(struct vt_running *running, struct vt_authorization *authorization,
                            bool refused)
{
  if (authorization->state != VT_AUTH_READY)
    return;
  authorization->renewing = refused;
  begin(running, authorization);
  settle(running, authorization);
}

int vt_run_authorize(struct vt_job *job)
{
  struct vt_authorization *authorization = job->authorization;
  struct vt_running *running = job->running;
  if (authorization == NULL)
    return VATER_OK;
  if (authorization->state == VT_AUTH_NEW) {
    authorization->arena = vt_arena_new(&running->environment->allocator, 0);
    if (authorization->arena == NULL)
      return vt_fail(&job->error, VATER_E_NOMEM, NULL, "out of memory");
    begin(running, authorization);
    if (authorization->state == VT_AUTH_FAILED)
      tell(running, authorization);
  }
  if (authorization->state == VT_AUTH_FAILED) {
    job->error = authorization->error;
    return job->error.status;
  }
  return authorization->state == VT_AUTH_READY ? VATER_OK : VATER_DONE;
}

/* ---- answers ----------------------------------------------------------------------------------
 */

/* A refusal is an answer that the plugin is to see; a body that was cut, or a run that was stopped
 * while the next try was waited for, is none. */
static bool is_answer(const struct vt_net_answer *answer)
{
  if (answer->result != VT_NET_FAILED)
    return true;
  return answer->status >= 300 && answer->error.status != VATER_E_CANCELLED &&
         answer->error.status != VATER_E_TIMEOUT;
}

/* Network faults, 429 and 5xx, as for every request; what asks for too long a wait is not. */
static bool plan_retry(struct vt_running *running, struct vt_authorization *authorization,
                       const struct vt_net_answer *answer)
{
  const struct vt_environment *environment = running->environment;
  const struct vt_code *code = vt_code_find(vt_str(answer->error.code));
  struct vater_str value;
  int64_t asked = -1;
  uint32_t chance = 0;
  if (answer->result != VT_NET_FAILED || code == NULL || !code->retried || running->stopping ||
      ++authorization->tries >= running->configuration.tries)
    return false;
  if (vt_net_answer_header(answer, "Retry-After", &value) &&
      !vt_net_retry_after(value, environment->clock.wall_ms(environment->clock.context), &asked))
    asked = -1;
  environment->random.fill(environment->random.context, &chance, sizeof chance);
  authorization->due_ms =
      vt_run_now_ms(running) +
      vt_net_retry_wait(authorization->tries, running->configuration.retry_ms, asked, chance);
  return asked <= (int64_t)VT_LIMIT_RETRY_WAIT_SECONDS * 1000 &&
         authorization->due_ms < authorization->deadline_ms;
}

/* The token service's fault is not the actor's: AUTH-IDP, unless it is our own configuration's. */
static void fail_unanswered(struct vt_authorization *authorization,
                            const struct vt_net_answer *answer)
{
  static const char *const kept[] = {"NET-SSRF", "TLS-CLIENTCERT", "OPS-"};
  struct vt_error *error = &authorization->error;
  bool ours = false;
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
    ours = ours || vt_str_starts(vt_str(answer->error.code), vt_str(kept[i]));
  authorization->state = VT_AUTH_FAILED;
  *error = answer->error;
  if (ours) {
    vt_error_prefix(error, "the token service");
    return;
  }
  vt_error_prefix(error, "the token service (%s)", answer->error.code);
  vt_text_copy(error->code, sizeof error->code, VT_STR("AUTH-IDP"));
}

static void tell_skew(struct vt_running *running, struct vt_authorization *authorization,
                      const struct vt_net_answer *answer)
{
  enum { WORTH_TELLING_MS = 5000 };
  int64_t skew = 0;
  if (authorization->skew_told || !vt_run_clock_skew(running, answer, &skew) ||
      (skew <= WORTH_TELLING_MS && skew >= -WORTH_TELLING_MS))
    return;
  authorization->skew_told = true;
  vt_log(running->log, VATER_LOG_WARNING, "authorize", NULL,
         "the token service's clock is %lld s %s ours (Date header); check NTP",
         (long long)(skew < 0 ? -skew : skew) / 1000, skew < 0 ? "behind" : "ahead of");
}

void vt_run_authorize_answer(struct vt_running *running, struct vt_authorization *authorization)
{
  struct vt_net_exchange *exchange = authorization->exchange;
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  struct vater_response response;
  authorization->exchange = NULL;
  tell_skew(running, authorization, answer);
  if (plan_retry(running, authorization, answer)) {
    authorization->state = VT_AUTH_WAITING;
  } else if (!is_answer(answer)) {
    fail_unanswered(authorization, answer);
  } else if (vt_run_refusal(exchange, authorization->arena, &response) != VATER_OK) {
    authorization->state = VT_AUTH_FAILED;
    vt_fail(&authorization->error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  } else {
    converse(running, authorization, &response);
    if (authorization->state == VT_AUTH_FAILED)
      vt_run_explain_clock(running, answer, &authorization->error);
  }
  vt_net_exchange_free(exchange);
  settle(running, authorization);
}

int64_t vt_run_authorize_wake(struct vt_running *running, int64_t most)
{
  int64_t now = vt_run_now_ms(running), wait = most;
  for (uint32_t i = 0; i < running->authorization_count; i++) {
    struct vt_authorization *authorization = &running->authorizations[i];
    if (authorization->state != VT_AUTH_WAITING)
      continue;
    if (running->stopping) {
      authorization->state = VT_AUTH_FAILED;
      vt_fail(&authorization->error, VATER_E_CANCELLED, "OPS-STOPPED", "the run was stopped");
    } else if (authorization->due_ms <= now) {
      vt_error_clear(&authorization->error);
      vt_arena_reset(authorization->arena);
      converse(running, authorization, NULL);
    } else {
      wait = authorization->due_ms - now < wait ? authorization->due_ms - now : wait;
      continue;
    }
    settle(running, authorization);
    wait = 0;
  }
  return wait;
}

/* ---- one attempt ------------------------------------------------------------------------------
 */

static int hand_over(struct vt_job *job, const struct vater_request *request,
                     struct vt_net_exchange *exchange, struct vt_error *error)
{
  int status = VATER_OK;
  job->generation = job->authorization->generation;
  for (uint32_t i = 0; i < request->header_count && status == VATER_OK; i++) {
    struct vt_net_header header = vt_header_to_net(&request->headers[i]);
    status = vt_net_exchange_header(exchange, &header, error);
  }
  if (request->certificate != NULL)
    vt_net_exchange_certificate(exchange, vt_secret_reveal(request->certificate),
                                vt_secret_reveal(request->certificate_key));
  return status;
}

int vt_run_authorize_attempt(void *user, struct vt_net_exchange *exchange, uint32_t attempt,
                             struct vt_error *error)
{
  struct vt_job *job = user;
  struct vt_authorization *authorization = job->authorization;
  if (authorization == NULL)
    return VATER_OK;
  int64_t since_ms = vt_run_now_ms(job->running);
  struct vater_request request;
  vt_request_init(&request, job->arena);
  struct vater_attempt details = {.size = sizeof details,
                                  .number = attempt,
                                  .url = vt_net_exchange_url(exchange),
                                  .method = vt_net_exchange_method(exchange),
                                  .last = job->refusal};
  int status = vt_request_set_url(&request, details.url, error);
  if (status == VATER_OK)
    status = vt_auth_prepare(&job->running->call, &authorization->instance, authorization->session,
                             &details, &request, error);
  if (status == VATER_OK) {
    status = hand_over(job, &request, exchange, error);
  } else if (status == VATER_DONE) {
    job->generation = authorization->generation;
    job->expired = true;
    status = vt_fail(error, VATER_E_AUTH, "AUTH-TOKEN",
                     "each token had expired before the request could be sent with it");
  }
  vt_request_fini(&request);
  vt_run_took(job->running, VT_RUN_AUTHORIZE, since_ms);
  return status;
}

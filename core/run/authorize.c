#include "run/job.h"

int vt_answer_to_response(const struct vt_net_answer *answer, struct vt_arena *arena,
                          struct vater_response *response)
{
  struct vt_response_header *headers = vt_arena_array(arena, answer->header_count, sizeof *headers);
  *response = (struct vater_response){
      .status = answer->status, .url = answer->url, .headers = headers, .body = answer->body};
  if (headers == NULL)
    return VATER_E_NOMEM;
  response->header_count = answer->header_count;
  for (uint32_t i = 0; i < answer->header_count; i++)
    headers[i] = (struct vt_response_header){answer->headers[i].name, answer->headers[i].value};
  return VATER_OK;
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
  return VATER_OK;
}

static int send_request(struct vt_job *job, const struct vater_request *described,
                        struct vt_error *error)
{
  struct vt_running *running = job->running;
  struct vt_authorization *authorization = job->authorization;
  struct vt_net_request request = {.allow = vt_endpoint_allowance(job->endpoint),
                                   .body_limit = 1024 * 1024,
                                   .sink = -1,
                                   .tries = running->configuration.tries,
                                   .user = authorization};
  int status = vt_request_to_net(described, &request, error);
  return status == VATER_OK ? vt_net_submit(running->net, &request, &authorization->exchange, error)
                            : status;
}

static void converse(struct vt_job *job, const struct vater_response *last)
{
  struct vt_authorization *authorization = job->authorization;
  struct vt_running *running = job->running;
  struct vater_request request;
  vt_request_init(&request, authorization->arena);
  authorization->state = VT_AUTH_TALKING;
  int status = vt_auth_next(&running->call, &authorization->instance, authorization->session, last,
                            &request, &authorization->error);
  if (status == VATER_DONE)
    authorization->state = VT_AUTH_READY;
  else if (status != VATER_OK || send_request(job, &request, &authorization->error) != VATER_OK)
    authorization->state = VT_AUTH_FAILED;
  vt_request_fini(&request);
}

int vt_run_authorize(struct vt_job *job)
{
  struct vt_authorization *authorization = job->authorization;
  if (authorization == NULL)
    return VATER_OK;
  if (authorization->state == VT_AUTH_NEW) {
    authorization->arena = vt_arena_new(&job->running->environment->allocator, 0);
    if (authorization->arena == NULL)
      return vt_fail(&job->error, VATER_E_NOMEM, NULL, "out of memory");
    converse(job, NULL);
  }
  if (authorization->state == VT_AUTH_FAILED) {
    job->error = authorization->error;
    return job->error.status;
  }
  return authorization->state == VT_AUTH_READY ? VATER_OK : VATER_DONE;
}

static struct vt_job *first_waiting(struct vt_running *running,
                                    const struct vt_authorization *authorization)
{
  for (uint32_t i = 0; i < running->next_job; i++)
    if (running->jobs[i].state == VT_JOB_AUTHORIZING &&
        running->jobs[i].authorization == authorization)
      return &running->jobs[i];
  return NULL;
}

/* A refusal is an answer that the plugin is to see; a body that was cut, or a run that was stopped
 * while the next try was waited for, is none. */
static bool is_answer(const struct vt_net_answer *answer)
{
  if (answer->result != VT_NET_FAILED)
    return true;
  return answer->status >= 300 && answer->error.status != VATER_E_CANCELLED &&
         answer->error.status != VATER_E_TIMEOUT;
}

void vt_run_authorize_answer(struct vt_running *running, struct vt_authorization *authorization)
{
  struct vt_job *job = first_waiting(running, authorization);
  struct vt_net_exchange *exchange = authorization->exchange;
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  authorization->exchange = NULL;
  authorization->state = VT_AUTH_FAILED;
  struct vater_response response;
  if (!is_answer(answer))
    authorization->error = answer->error;
  else if (job == NULL ||
           vt_answer_to_response(answer, authorization->arena, &response) != VATER_OK)
    vt_fail(&authorization->error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  else
    converse(job, &response);
  vt_net_exchange_free(exchange);
  if (authorization->state == VT_AUTH_TALKING)
    return;
  vt_arena_reset(authorization->arena);
  while ((job = first_waiting(running, authorization)) != NULL)
    vt_run_fetch(job);
}

int vt_run_authorize_attempt(void *user, struct vt_net_exchange *exchange, uint32_t attempt,
                             struct vt_error *error)
{
  struct vt_job *job = user;
  struct vt_authorization *authorization = job->authorization;
  if (authorization == NULL)
    return VATER_OK;
  struct vater_request request;
  vt_request_init(&request, job->arena);
  struct vater_attempt details = {
      .size = sizeof details, .number = attempt, .url = job->url, .method = VT_STR("GET")};
  int status = vt_request_set_url(&request, job->url, error);
  if (status == VATER_OK)
    status = vt_auth_prepare(&job->running->call, &authorization->instance, authorization->session,
                             &details, &request, error);
  for (uint32_t i = 0; i < request.header_count && status == VATER_OK; i++) {
    struct vt_net_header header = vt_header_to_net(&request.headers[i]);
    status = vt_net_exchange_header(exchange, &header, error);
  }
  vt_request_fini(&request);
  return status;
}

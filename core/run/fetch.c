#include "run/job.h"

#include "base/date.h"
#include "jose/digest.h"
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

static int describe_for(struct vt_job *job, struct vater_str period, struct vater_request *request,
                        struct vt_error *error)
{
  static const char *const goals[] = {"", "1", "2", "3", "4", "5"};
  struct vater_collect collect = {.size = sizeof collect,
                                  .orgnr = job->actor->orgnr,
                                  .period = period,
                                  .goal = vt_str(goals[job->endpoint->goal]),
                                  .url = job->endpoint->url};
  return vt_source_first(&job->running->call, &job->source, &collect, request, error);
}

int vt_run_describe_first(struct vt_job *job, struct vater_request *request)
{
  return describe_for(job, vt_str(job->period), request, &job->error);
}

/* Secrets do not depend on the period. */
static bool same_request(const struct vater_request *a, const struct vater_request *b)
{
  bool same = vt_str_equal(a->url, b->url) && vt_str_equal(a->body, b->body) &&
              a->header_count == b->header_count;
  for (uint32_t i = 0; same && i < a->header_count; i++)
    same = vt_str_equal(a->headers[i].name, b->headers[i].name) &&
           vt_str_equal(a->headers[i].value, b->headers[i].value);
  return same;
}

/* An endpoint that always gives what it has is asked for no period: its request is the same for the
 * period before. The request that is sent is described last: a source may keep what it was asked
 * for. */
static int describe_first(struct vt_job *job, struct vater_request *request)
{
  struct vater_request before;
  struct vt_period period;
  struct vt_error unsaid = {0};
  char text[16];
  if (!vt_period_parse(vt_str(job->period), &period))
    return vt_run_describe_first(job, request);
  period = vt_period_step(&period, -1);
  vt_period_print(&period, text);
  vt_request_init(&before, job->arena);
  bool known = describe_for(job, vt_str(text), &before, &unsaid) == VATER_OK;
  int status = vt_run_describe_first(job, request);
  job->names_period = status == VATER_OK && !(known && same_request(request, &before));
  vt_request_fini(&before);
  return status;
}

static bool asked_before(const struct vt_job *job, struct vater_str url)
{
  for (uint32_t i = 0; i < job->page_count; i++)
    if (vt_str_equal(job->asked[i], url))
      return true;
  return false;
}

static int keep_url(struct vt_job *job, struct vater_str url)
{
  if (job->page_count >= VT_LIMIT_PAGES)
    return vt_fail(&job->error, VATER_E_LIMIT, "HTTP-PAGES", "more than %llu pages (limit PAGES)",
                   (unsigned long long)VT_LIMIT_PAGES);
  if (asked_before(job, url))
    return vt_fail(&job->error, VATER_E_DECODE, "HTTP-PAGES",
                   "the link to the next page leads to a page that was asked before: %.*s",
                   VT_STR_ARGS(url));
  if (job->page_count == job->page_room) {
    uint32_t room = job->page_room == 0 ? 4 : job->page_room * 2;
    struct vt_job_page *pages = vt_arena_array(job->arena, room, sizeof *pages);
    struct vater_str *asked = vt_arena_array(job->arena, room, sizeof *asked);
    if (pages == NULL || asked == NULL)
      return vt_fail(&job->error, VATER_E_NOMEM, NULL, "out of memory");
    if (job->page_count > 0) {
      memcpy(pages, job->pages, job->page_count * sizeof *pages);
      memcpy(asked, job->asked, job->page_count * sizeof *asked);
    }
    job->pages = pages;
    job->asked = asked;
    job->page_room = room;
  }
  job->url = vt_arena_copy(job->arena, url);
  job->asked[job->page_count] = job->url;
  return VATER_OK;
}

/* What we have of this endpoint, so that the answer may be "unchanged": only of one page, and not
 * of a signed one, whose signature is verified each time. */
static int find_last(struct vt_job *job)
{
  if (job->endpoint->signature.form != VT_SIGNATURE_NONE)
    return VATER_OK;
  int status = vt_store_find_last(job->running->store, job->actor->orgnr, job->endpoint->id,
                                  job->arena, &job->last, &job->error);
  if (status == VATER_DONE || job->last.page_count != 1 ||
      !vt_str_equal(job->last.pages[0].url, job->url))
    job->last = (struct vt_store_last){0};
  return status < 0 ? status : VATER_OK;
}

static int submit(struct vt_job *job, const struct vater_request *described)
{
  struct vt_running *running = job->running;
  if (job->page_count == 0 && find_last(job) != VATER_OK)
    return job->error.status;
  bool first = job->page_count == 0;
  job->challenged = job->renewed = job->expiries = 0;
  job->refusal = NULL;
  struct vt_net_request request = {.etag = first ? job->last.etag : VT_STR_NONE,
                                   .last_modified = first ? job->last.last_modified : VT_STR_NONE,
                                   .allow = vt_endpoint_allowance(job->endpoint),
                                   .body_limit = job->endpoint->max_bytes,
                                   .sink = job->sink,
                                   .deadline_ms = job->deadline_ms,
                                   .prepare = vt_run_authorize_attempt,
                                   .conceal = vt_run_conceal_job,
                                   .tries = running->configuration.tries,
                                   .user = job};
  int status = vt_request_to_net(described, &request, &job->error);
  return status == VATER_OK ? vt_net_submit(running->net, &request, &job->exchange, &job->error)
                            : status;
}

/* Describes the next request, or says VATER_DONE. */
static int describe(struct vt_job *job, const struct vater_page *last,
                    struct vater_request *request)
{
  if (last == NULL)
    return describe_first(job, request);
  int status = vt_source_next(&job->running->call, &job->source, last, request, &job->error);
  if (status == VATER_E_REFUSED)
    vt_text_copy(job->error.code, sizeof job->error.code, VT_STR("HTTP-PAGES"));
  return status;
}

/* The delivery that a code stands for; codes.def says so. */
static enum vt_delivery delivery_of(const struct vt_error *error)
{
  const struct vt_code *code = vt_code_find(vt_str(error->code));
  enum vt_delivery delivery = VT_DELIVERY_INTERNAL_ERROR;
  if (code != NULL)
    vt_delivery_parse(vt_str(code->delivery), &delivery);
  return delivery;
}

static void ask(struct vt_job *job, const struct vater_page *last)
{
  struct vater_request request;
  vt_request_init(&request, job->arena);
  int status = describe(job, last, &request);
  if (status == VATER_DONE) {
    vt_request_fini(&request);
    vt_run_judge_finish(job);
    return;
  }
  if (status == VATER_OK)
    status = keep_url(job, request.url);
  if (status == VATER_OK) {
    job->sink = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    status = job->sink < 0 ? vt_fail(&job->error, VATER_E_IO, NULL, "memfd: %s", strerror(errno))
                           : submit(job, &request);
  }
  vt_request_fini(&request);
  if (status == VATER_OK) {
    job->state = VT_JOB_FETCHING;
    return;
  }
  vt_job_fail(job, delivery_of(&job->error), NULL);
}

static void keep_answer(struct vt_job *job, const struct vt_net_answer *answer)
{
  job->http_status = answer->status;
  vt_text_copy(job->address, sizeof job->address, vt_str(answer->address));
  job->tries += answer->try_count;
  job->bytes += answer->wire_bytes;
  job->fetch_ms += answer->total_ms + answer->waited_ms;
  int64_t days;
  int64_t now = vt_run_wall_ms(job->running);
  if (vt_net_answer_expiring(answer, now, &days))
    job->certificate_days = days;
  if (answer->connect_ms > 0 || answer->status > 0)
    job->running->connected = true;
}

static int seal(int fd)
{
  return fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
}

static int keep_page(struct vt_job *job, const struct vt_net_answer *answer)
{
  struct vt_job_page *page = &job->pages[job->page_count];
  struct vt_digest digest;
  struct vater_str text;
  *page = (struct vt_job_page){.fd = job->sink, .url = job->url};
  job->sink = -1;
  job->page_count++;
  off_t size = lseek(page->fd, 0, SEEK_END);
  if (size < 0 || seal(page->fd) != 0)
    return vt_fail(&job->error, VATER_E_IO, NULL, "cannot seal a page: %s", strerror(errno));
  page->size = (uint64_t)size;
  if (vt_digest_of_fd(page->fd, &digest, &job->error) != VATER_OK)
    return job->error.status;
  vt_digest_print(&digest, page->sha256);
  if (vt_net_answer_header(answer, "ETag", &text))
    page->etag = vt_arena_copy(job->arena, text);
  if (vt_net_answer_header(answer, "Last-Modified", &text))
    page->last_modified = vt_arena_copy(job->arena, text);
  if (vt_net_answer_header(answer, "Content-Type", &text))
    page->media_type = vt_arena_copy(job->arena, text);
  const char *header = job->endpoint->signature.header.ptr;
  if (header != NULL && vt_net_answer_header(answer, header, &text))
    page->signature = vt_arena_copy(job->arena, text);
  page->framing = answer->framing;
  return VATER_OK;
}

/* Nothing to report, and nothing that could be signed. */
static void take_nil(struct vt_job *job)
{
  if (job->page_count > 0) {
    vt_run_judge_finish(job);
  } else if (job->endpoint->signature.required) {
    vt_fail(&job->error, VATER_E_REFUSED, "AUTH-SIGNATURE",
            "an answer without content (204) is not signed; wanted: a signed submission with "
            "\"nil\": true");
    vt_job_fail(job, delivery_of(&job->error), NULL);
  } else {
    job->delivery = VT_DELIVERY_NIL;
    vt_run_record(job);
  }
}

/* What the actor still has is what we have: judged anew, by today's rules. */
static int keep_stored_page(struct vt_job *job)
{
  struct vt_job_page *page = &job->pages[0];
  struct vater_str content;
  const struct vt_store_page *stored = &job->last.pages[0];
  int status =
      vt_store_find_payload(job->running->store, stored->sha256, job->arena, &content, &job->error);
  if (status != VATER_OK)
    return status < 0
               ? status
               : vt_fail(&job->error, VATER_E_IO, "STORE-IO",
                         "the payload that the endpoint calls unchanged is not in the store");
  *page = (struct vt_job_page){.fd = job->sink,
                               .url = job->url,
                               .size = content.len,
                               .etag = stored->etag,
                               .last_modified = stored->last_modified,
                               .media_type = stored->media_type};
  vt_text_copy(page->sha256, sizeof page->sha256, stored->sha256);
  job->sink = -1;
  job->page_count = 1;
  job->unchanged = true;
  for (size_t at = 0; at < content.len;) {
    ssize_t put = pwrite(page->fd, content.ptr + at, content.len - at, (off_t)at);
    if (put <= 0)
      return vt_fail(&job->error, VATER_E_IO, NULL, "cannot write a page: %s", strerror(errno));
    at += (size_t)put;
  }
  if (seal(page->fd) != 0)
    return vt_fail(&job->error, VATER_E_IO, NULL, "cannot seal a page: %s", strerror(errno));
  return VATER_OK;
}

void vt_run_fetch(struct vt_job *job)
{
  int status = vt_run_authorize(job);
  if (status == VATER_DONE) {
    job->state = VT_JOB_AUTHORIZING;
    return;
  }
  if (status != VATER_OK) {
    vt_job_fail(job, delivery_of(&job->error), NULL);
    return;
  }
  job->deadline_ms = vt_run_now_ms(job->running) + job->running->configuration.job_ms;
  ask(job, NULL);
}

void vt_run_fetch_failed(struct vt_job *job)
{
  vt_job_fail(job, delivery_of(&job->error), NULL);
}

static void fail_answer(struct vt_job *job, const struct vt_net_answer *answer,
                        const struct vt_error *refusal)
{
  struct vt_error error = refusal->status != VATER_OK ? *refusal : answer->error;
  vt_run_explain_clock(job->running, answer, &error);
  vt_job_fail(job, delivery_of(&error), &error);
}

void vt_run_fetch_answer(struct vt_job *job)
{
  const struct vt_net_answer *answer = vt_net_exchange_answer(job->exchange);
  struct vt_error refusal = {0};
  if (vt_run_authorize_again(job, &refusal))
    return;
  vt_run_authorize_answered(job);
  keep_answer(job, answer);
  int status = VATER_OK;
  switch (answer->result) {
  case VT_NET_FAILED:
    fail_answer(job, answer, &refusal);
    return;
  case VT_NET_NIL:
    take_nil(job);
    return;
  case VT_NET_UNCHANGED:
    status = keep_stored_page(job);
    break;
  case VT_NET_RECEIVED:
    status = keep_page(job, answer);
    break;
  }
  if (status == VATER_OK)
    vt_run_judge_page(job);
  else
    vt_job_fail(job, VT_DELIVERY_INTERNAL_ERROR, NULL);
}

void vt_run_fetch_next(struct vt_job *job, struct vater_str cursor)
{
  const struct vt_net_answer *answer = vt_net_exchange_answer(job->exchange);
  struct vater_response response;
  if (vt_answer_to_response(answer, job->arena, &response) != VATER_OK) {
    vt_fail(&job->error, VATER_E_NOMEM, NULL, "out of memory");
    vt_job_fail(job, VT_DELIVERY_INTERNAL_ERROR, NULL);
    return;
  }
  struct vater_page page = {.size = sizeof page,
                            .number = job->page_count,
                            .response = &response,
                            .cursor = vt_arena_copy(job->arena, cursor)};
  struct vt_net_exchange *before = job->exchange;
  job->exchange = NULL;
  ask(job, &page);
  vt_net_exchange_free(before);
}

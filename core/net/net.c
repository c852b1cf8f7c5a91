#include "base/codes.h"
#include "net/internal.h"
#include "net/retry.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

enum { EVENTS = 64, LANE_SHIFT = 32 };

/* libcurl's timers run on the system's clock, whatever clock was handed in. */
static int64_t system_now(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- lists ---- */

static void leave(struct vt_net_exchange *exchange)
{
  struct vt_net_list *list = exchange->list;
  if (list == NULL)
    return;
  if (exchange->before != NULL)
    exchange->before->after = exchange->after;
  else
    list->first = exchange->after;
  if (exchange->after != NULL)
    exchange->after->before = exchange->before;
  else
    list->last = exchange->before;
  list->count--;
  exchange->list = NULL;
  exchange->before = exchange->after = NULL;
}

static void enter(struct vt_net_list *list, struct vt_net_exchange *exchange)
{
  leave(exchange);
  exchange->list = list;
  exchange->before = list->last;
  if (list->last != NULL)
    list->last->after = exchange;
  else
    list->first = exchange;
  list->last = exchange;
  list->count++;
}

void vt_net_enqueue(struct vt_net_exchange *exchange)
{
  enter(&exchange->net->queued, exchange);
}

/* ---- lanes ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *user, void *socket_user)
{
  struct vt_net_lane *lane = user;
  (void)easy, (void)socket_user;
  if (what == CURL_POLL_REMOVE) {
    epoll_ctl(lane->net->epoll, EPOLL_CTL_DEL, fd, NULL);
    return 0;
  }
  uint64_t index = (uint64_t)(lane - lane->net->lanes);
  struct epoll_event event = {.data.u64 = index << LANE_SHIFT | (uint32_t)fd};
  if ((what & CURL_POLL_IN) != 0)
    event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0)
    event.events |= EPOLLOUT;
  if (epoll_ctl(lane->net->epoll, EPOLL_CTL_MOD, fd, &event) != 0 && errno == ENOENT)
    return epoll_ctl(lane->net->epoll, EPOLL_CTL_ADD, fd, &event);
  return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *user)
{
  struct vt_net_lane *lane = user;
  (void)multi;
  lane->due_ms = timeout_ms < 0 ? -1 : system_now() + timeout_ms;
  return 0;
}

static struct vt_net_lane *lane_of(struct vt_net *net, uint32_t allow)
{
  struct vt_net_lane *lane = &net->lanes[allow % VT_NET_LANES];
  if (lane->multi != NULL)
    return lane;
  lane->multi = curl_multi_init();
  if (lane->multi == NULL)
    return NULL;
  lane->net = net;
  lane->due_ms = -1;
  curl_multi_setopt(lane->multi, CURLMOPT_SOCKETFUNCTION, on_socket);
  curl_multi_setopt(lane->multi, CURLMOPT_SOCKETDATA, lane);
  curl_multi_setopt(lane->multi, CURLMOPT_TIMERFUNCTION, on_timer);
  curl_multi_setopt(lane->multi, CURLMOPT_TIMERDATA, lane);
  curl_multi_setopt(lane->multi, CURLMOPT_MAXCONNECTS, (long)net->options.in_flight * 2);
  return lane;
}

/* ---- the way of an exchange ---- */

static void log_try(const struct vt_net_exchange *exchange, const struct vt_net_try *tried)
{
  const struct vt_log_field fields[] = {
      {"url", exchange->url.text},
      {"code", vt_str(tried->code[0] != '\0' ? tried->code : "-")},
      {NULL, VT_STR_NONE},
  };
  vt_log(exchange->net->options.log, VATER_LOG_DEBUG, "fetch", fields, "try %u: status %d, %lld ms",
         exchange->answer.try_count, tried->status, (long long)tried->ms);
}

static void finish(struct vt_net_exchange *exchange)
{
  if (vt_net_answer_list(exchange) != VATER_OK) {
    exchange->answer.result = VT_NET_FAILED;
    vt_fail(&exchange->answer.error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the headers");
  }
  exchange->answer.body = vt_buffer_str(&exchange->body);
  exchange->answer.url = exchange->url.text;
  enter(&exchange->net->finished, exchange);
}

static void finish_failed(struct vt_net_exchange *exchange, int status, const char *code,
                          const char *sentence)
{
  vt_error_clear(&exchange->answer.error);
  exchange->answer.result = VT_NET_FAILED;
  vt_fail(&exchange->answer.error, status, code, "%.*s: %s", VT_STR_ARGS(exchange->url.origin),
          sentence);
  finish(exchange);
}

static bool passed(const struct vt_net_exchange *exchange, int64_t now)
{
  return exchange->deadline_ms > 0 && now >= exchange->deadline_ms;
}

static bool is_retried(const struct vt_net_exchange *exchange)
{
  const struct vt_net_answer *answer = &exchange->answer;
  const struct vt_code *code = vt_code_find(vt_str(answer->error.code));
  return answer->result == VT_NET_FAILED && code != NULL && code->retried &&
         answer->try_count < exchange->tries;
}

/* How long until the next try; false where it is not worth it. */
static bool plan_retry(struct vt_net_exchange *exchange, int64_t now, int64_t *wait_ms)
{
  const struct vt_environment *environment = exchange->net->environment;
  struct vater_str value;
  int64_t asked = -1;
  uint32_t chance = 0;
  if (!is_retried(exchange))
    return false;
  bool busy = exchange->answer.status == 429 || exchange->answer.status == 503;
  if (busy && vt_net_head_find(exchange, VT_STR("retry-after"), &value) &&
      !vt_net_retry_after(value, environment->clock.wall_ms(environment->clock.context), &asked))
    asked = -1;
  environment->random.fill(environment->random.context, &chance, sizeof chance);
  *wait_ms =
      vt_net_retry_wait(exchange->answer.try_count, exchange->net->options.retry_ms, asked, chance);
  if (asked > (int64_t)VT_LIMIT_RETRY_WAIT_SECONDS * 1000)
    return false;
  return exchange->deadline_ms == 0 || now + *wait_ms < exchange->deadline_ms;
}

static void record_try(struct vt_net_exchange *exchange, int64_t now)
{
  struct vt_net_answer *answer = &exchange->answer;
  struct vt_net_try tried = {.status = answer->status, .ms = now - exchange->begun_ms};
  vt_text_copy(tried.code, sizeof tried.code, vt_str(answer->error.code));
  if (answer->try_count < sizeof answer->tries / sizeof *answer->tries)
    answer->tries[answer->try_count] = tried;
  answer->try_count++;
  log_try(exchange, &tried);
}

static void settle(struct vt_net_lane *lane, struct vt_net_exchange *exchange, CURLcode code)
{
  struct vt_net *net = exchange->net;
  int64_t now = vt_net_now(net), wait = 0;
  vt_net_answer_judge(exchange, code);
  record_try(exchange, now);
  curl_multi_remove_handle(lane->multi, exchange->easy);
  vt_net_try_end(exchange);
  exchange->origin->active--;
  if (!plan_retry(exchange, now, &wait)) {
    finish(exchange);
    return;
  }
  exchange->answer.waited_ms += wait;
  exchange->due_ms = now + wait;
  if (net->waiting.count == 0 || exchange->due_ms < net->next_due_ms)
    net->next_due_ms = exchange->due_ms;
  enter(&net->waiting, exchange);
}

static void begin(struct vt_net_exchange *exchange)
{
  struct vt_error error = {0};
  struct vt_net_lane *lane = lane_of(exchange->net, exchange->request.allow);
  int status = lane != NULL ? vt_net_try_begin(exchange, &error) : VATER_E_NOMEM;
  if (status == VATER_OK && curl_multi_add_handle(lane->multi, exchange->easy) == CURLM_OK) {
    exchange->origin->active++;
    enter(&exchange->net->active, exchange);
    return;
  }
  vt_fail(&error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for an exchange");
  vt_net_try_end(exchange);
  exchange->answer.result = VT_NET_FAILED;
  exchange->answer.error = error;
  finish(exchange);
}

/* Those whose wait is over go to the queue. */
static void wake(struct vt_net *net, int64_t now)
{
  if (net->waiting.count == 0 || now < net->next_due_ms)
    return;
  net->next_due_ms = INT64_MAX;
  for (struct vt_net_exchange *at = net->waiting.first, *after; at != NULL; at = after) {
    after = at->after;
    if (at->due_ms <= now)
      enter(&net->queued, at);
    else if (at->due_ms < net->next_due_ms)
      net->next_due_ms = at->due_ms;
  }
}

static void admit(struct vt_net *net)
{
  int64_t now = vt_net_now(net);
  wake(net, now);
  for (struct vt_net_exchange *at = net->queued.first, *after; at != NULL; at = after) {
    after = at->after;
    if (passed(at, now))
      finish_failed(at, VATER_E_TIMEOUT, "NET-DEADLINE", "its time was up before it was asked");
    else if (net->active.count >= net->options.in_flight)
      return;
    else if (at->origin->active < net->options.per_host)
      begin(at);
  }
}

/* ---- polling ---- */

static int64_t earlier(int64_t wait, int64_t until, int64_t now)
{
  int64_t left = until > now ? until - now : 0;
  return wait < 0 || left < wait ? left : wait;
}

static int64_t wait_for(const struct vt_net *net, int64_t until)
{
  int64_t now = system_now(), wait = -1;
  if (net->finished.count > 0)
    return 0;
  if (until >= 0)
    wait = earlier(wait, until, now);
  for (size_t i = 0; i < VT_NET_LANES; i++)
    if (net->lanes[i].multi != NULL && net->lanes[i].due_ms >= 0)
      wait = earlier(wait, net->lanes[i].due_ms, now);
  if (net->waiting.count > 0)
    wait = earlier(wait, net->next_due_ms, vt_net_now(net));
  return wait;
}

static int merge(struct vt_net *net, const struct pollfd *watched, size_t count,
                 struct vt_error *error)
{
  if (count + 1 > net->merged_room) {
    struct pollfd *longer =
        vt_resize(&net->environment->allocator, net->merged, (count + 1) * 2 * sizeof *longer);
    if (longer == NULL)
      return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for descriptors");
    net->merged = longer;
    net->merged_room = (count + 1) * 2;
  }
  net->merged[0] = (struct pollfd){.fd = net->epoll, .events = POLLIN};
  if (count > 0)
    memcpy(net->merged + 1, watched, count * sizeof *watched);
  return VATER_OK;
}

static void serve_sockets(struct vt_net *net)
{
  struct epoll_event events[EVENTS];
  int running = 0;
  int count = epoll_wait(net->epoll, events, EVENTS, 0);
  for (int i = 0; i < count; i++) {
    int what = 0;
    if ((events[i].events & EPOLLIN) != 0)
      what |= CURL_CSELECT_IN;
    if ((events[i].events & EPOLLOUT) != 0)
      what |= CURL_CSELECT_OUT;
    if ((events[i].events & (EPOLLERR | EPOLLHUP)) != 0)
      what |= CURL_CSELECT_ERR;
    struct vt_net_lane *lane = &net->lanes[(events[i].data.u64 >> LANE_SHIFT) % VT_NET_LANES];
    curl_socket_t fd = (curl_socket_t)(uint32_t)events[i].data.u64;
    curl_multi_socket_action(lane->multi, fd, what, &running);
  }
}

static void serve_lane(struct vt_net_lane *lane)
{
  int running = 0, left = 0;
  CURLMsg *message = NULL;
  if (lane->due_ms >= 0 && lane->due_ms <= system_now()) {
    lane->due_ms = -1;
    curl_multi_socket_action(lane->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  }
  while ((message = curl_multi_info_read(lane->multi, &left)) != NULL) {
    struct vt_net_exchange *exchange = NULL;
    if (message->msg != CURLMSG_DONE)
      continue;
    CURLcode code = message->data.result;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
    settle(lane, exchange, code);
  }
}

/* One wait and what it brought; *ready: a watched descriptor, or a signal. */
static int turn(struct vt_net *net, int64_t until, struct pollfd *watched, size_t count,
                bool *ready, struct vt_error *error)
{
  int64_t wait = wait_for(net, until);
  int status = merge(net, watched, count, error);
  if (status != VATER_OK)
    return status;
  int found = poll(net->merged, count + 1, wait > INT32_MAX ? INT32_MAX : (int)wait);
  if (found < 0 && errno != EINTR)
    return vt_fail(error, VATER_E_IO, "OPS-BUG", "poll: %s", strerror(errno));
  *ready = found < 0;
  for (size_t i = 0; i < count; i++) {
    watched[i].revents = found > 0 ? net->merged[i + 1].revents : 0;
    *ready = *ready || watched[i].revents != 0;
  }
  if (found > 0 && net->merged[0].revents != 0)
    serve_sockets(net);
  for (size_t i = 0; i < VT_NET_LANES; i++)
    if (net->lanes[i].multi != NULL)
      serve_lane(&net->lanes[i]);
  admit(net);
  return VATER_OK;
}

int vt_net_poll(struct vt_net *net, int64_t timeout_ms, struct pollfd *watched, size_t count,
                struct vt_error *error)
{
  int64_t until = timeout_ms < 0 ? -1 : system_now() + timeout_ms;
  bool ready = false;
  admit(net);
  for (;;) {
    int status = turn(net, until, watched, count, &ready, error);
    if (status != VATER_OK || ready || net->finished.count > 0)
      return status;
    if (until >= 0 && system_now() >= until)
      return VATER_OK;
    if (until < 0 && count == 0 && vt_net_pending(net) == 0)
      return VATER_OK;
  }
}

uint32_t vt_net_pending(const struct vt_net *net)
{
  return net->queued.count + net->waiting.count + net->active.count + net->finished.count;
}

struct vt_net_exchange *vt_net_take(struct vt_net *net)
{
  struct vt_net_exchange *exchange = net->finished.first;
  if (exchange != NULL)
    enter(&net->taken, exchange);
  return exchange;
}

static void abandon(struct vt_net_exchange *exchange)
{
  struct vt_net *net = exchange->net;
  if (exchange->list == &net->active) {
    struct vt_net_lane *lane = lane_of(net, exchange->request.allow);
    curl_multi_remove_handle(lane->multi, exchange->easy);
    exchange->origin->active--;
  }
  vt_net_try_end(exchange);
}

static void wipe_secrets(const struct vt_net_request *request)
{
  for (uint32_t i = 0; i < request->header_count; i++)
    if (request->headers[i].secret && request->headers[i].value.len > 0)
      explicit_bzero((void *)(uintptr_t)request->headers[i].value.ptr,
                     request->headers[i].value.len);
  if (request->secret && request->body.len > 0)
    explicit_bzero((void *)(uintptr_t)request->body.ptr, request->body.len);
}

void vt_net_exchange_free(struct vt_net_exchange *exchange)
{
  if (exchange == NULL)
    return;
  abandon(exchange);
  wipe_secrets(&exchange->request);
  if (exchange->request.secret && exchange->body.bytes != NULL)
    explicit_bzero(exchange->body.bytes, exchange->body.len);
  leave(exchange);
  vt_buffer_fini(&exchange->head);
  vt_buffer_fini(&exchange->body);
  vt_buffer_fini(&exchange->request_head);
  vt_net_forget_credentials(exchange);
  vt_buffer_fini(&exchange->credentials);
  vt_arena_free(exchange->arena);
}

void vt_net_stop(struct vt_net *net)
{
  struct vt_net_list *lists[] = {&net->active, &net->waiting, &net->queued};
  net->stopped = true;
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    while (lists[i]->first != NULL) {
      struct vt_net_exchange *exchange = lists[i]->first;
      abandon(exchange);
      finish_failed(exchange, VATER_E_CANCELLED, "OPS-STOPPED", "the run was stopped");
    }
}

void vt_net_again(struct vt_net_exchange *exchange, int64_t waited_ms)
{
  int64_t last_ms = exchange->net->options.deadline_ms;
  if (exchange->deadline_ms > 0)
    exchange->deadline_ms += waited_ms;
  if (last_ms > 0 && exchange->deadline_ms > last_ms)
    exchange->deadline_ms = last_ms;
  if (exchange->tries <= exchange->answer.try_count)
    exchange->tries = exchange->answer.try_count + 1;
  if (exchange->net->stopped)
    finish_failed(exchange, VATER_E_CANCELLED, "OPS-STOPPED", "the run was stopped");
  else
    vt_net_enqueue(exchange);
}

struct vater_str vt_net_exchange_url(const struct vt_net_exchange *exchange)
{
  return exchange->url.text;
}

struct vater_str vt_net_exchange_method(const struct vt_net_exchange *exchange)
{
  if (exchange->request.method.len > 0)
    return exchange->request.method;
  return exchange->request.body.ptr != NULL ? VT_STR("POST") : VT_STR("GET");
}

const struct vt_net_answer *vt_net_exchange_answer(const struct vt_net_exchange *exchange)
{
  return &exchange->answer;
}

void *vt_net_exchange_user(const struct vt_net_exchange *exchange)
{
  return exchange->request.user;
}

#include "worker/main_side.h"

#include "base/limits.h"
#include "judge/screen.h"
#include "worker/memory.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <unistd.h>

/* Frames of one worker in one turn: it cannot keep main from the others. LAST: more than a socket
 * holds when its worker has ended. */
enum { READY = 64, FRAMES = 16, LAST_FRAMES = 1024 };

static int64_t now_ms(const struct vt_zygote *zygote)
{
  return zygote->environment.clock.monotonic_ms(zygote->environment.clock.context);
}

static struct vt_worker *worker_of(struct vt_zygote *zygote, uint64_t id)
{
  for (struct vt_worker *worker = zygote->workers; worker != NULL; worker = worker->next)
    if (worker->id == id)
      return worker;
  return NULL;
}

/* ---- what a worker says -----------------------------------------------------------------------
 */

static void page_read(struct vt_worker *worker, const struct frame *frame)
{
  if (worker->state != WORKER_PAGE_OUT || frame->numbers[0] > 1) {
    vt_worker_break(worker, VATER_E_REFUSED, "PLUG-PROTO", "the worker answered out of turn");
    return;
  }
  if (frame->texts[0].len > 0)
    memcpy(worker->cursor, frame->texts[0].ptr, frame->texts[0].len);
  worker->page = (struct vt_judge_page){.refused = frame->numbers[0] != 0,
                                        .unknown_key = frame->numbers[1] != 0,
                                        .cursor = {worker->cursor, frame->texts[0].len}};
  worker->page_pending = true;
  worker->state = WORKER_IDLE;
  worker->deadline_ms = 0;
}

/* Sealed by us, so that nothing the worker does can change what is checked. */
static void take_result(struct vt_worker *worker)
{
  if (worker->state != WORKER_FINISHING) {
    vt_worker_break(worker, VATER_E_REFUSED, "PLUG-PROTO", "the worker answered out of turn");
    return;
  }
  worker->state = WORKER_ENDING;
  struct vt_error error = {0};
  int status = vt_memory_seal(worker->result_fd, &error);
  if (status == VATER_OK)
    status = vt_memory_map(worker->result_fd, (size_t)worker->zygote->limits.result_bytes,
                           &worker->mapped, &error);
  if (status == VATER_OK)
    status = vt_result_open(worker->mapped.ptr, worker->mapped.len, &worker->result, &error);
  if (status == VATER_OK)
    status = vt_judge_result_belongs(&worker->job, &worker->result, &error);
  if (status != VATER_OK)
    vt_worker_break(worker, status, "PLUG-PROTO", error.text);
}

/* It has said its last word: what does not end then is killed, at once when it goes on talking. */
static void await_end(struct vt_worker *worker)
{
  if (worker->state == WORKER_ENDING) {
    vt_worker_break(worker, VATER_E_REFUSED, "PLUG-PROTO", "the worker answered out of turn");
    return;
  }
  worker->state = WORKER_ENDING;
  worker->deadline_ms = now_ms(worker->zygote) + VT_WORKER_END_MS;
}

/* The judge's own word; a code that we do not have is the status's. A plugin may quote what it
 * could not read: this is stored, so person numbers are masked here too. */
static void take_failure(struct vt_worker *worker, const struct frame *frame)
{
  int status = (int)(int64_t)frame->numbers[0];
  const char *code = "PLUG-ERROR";
  const struct vt_code *known = vt_code_find(frame->texts[0]);
  if (known != NULL)
    code = known->code;
  else if (status == VATER_E_NOMEM || status == VATER_E_LIMIT)
    code = "PLUG-LIMIT";
  else if (status == VATER_E_TIMEOUT)
    code = "PLUG-TIMEOUT";
  vt_fail(&worker->error, status < 0 ? status : VATER_E_BUG, code, "%.*s",
          VT_STR_ARGS(frame->texts[1]));
  vt_screen_mask_hits(worker->error.text, strlen(worker->error.text));
  worker->error.offset = frame->numbers[1];
  worker->error.line = (uint32_t)frame->numbers[2];
  worker->error.column = (uint32_t)frame->numbers[3];
  await_end(worker);
}

/* Before any page: nothing of a payload is in it. */
static void take_fault(struct vt_worker *worker, const struct frame *frame)
{
  struct vt_error fault = {.offset = frame->numbers[0]};
  if (worker->state == WORKER_ENDING || worker->faults.count >= VT_LIMIT_DIAGNOSTICS) {
    vt_worker_break(worker, VATER_E_REFUSED, "PLUG-PROTO", "the worker answered out of turn");
    return;
  }
  vt_fail(&fault, VATER_E_CONFIG, "OPS-CONFIG", "%.*s", VT_STR_ARGS(frame->texts[0]));
  vt_error_at(&fault, frame->texts[1], (uint32_t)frame->numbers[1], (uint32_t)frame->numbers[2]);
  vt_diagnostics_add(&worker->faults, VATER_SEVERITY_ERROR, &fault, VT_STR_NONE,
                     (uint32_t)frame->numbers[3]);
}

static void hear(struct vt_worker *worker, const struct frame *frame)
{
  if (worker->killed)
    return;
  switch (frame->kind) {
  case FRAME_READ:
    page_read(worker, frame);
    return;
  case FRAME_RESULT:
    take_result(worker);
    return;
  case FRAME_FAILED:
    take_failure(worker, frame);
    return;
  case FRAME_FAULT:
    take_fault(worker, frame);
    return;
  case FRAME_DENIED:
    vt_ending_denied(frame->numbers[0], &worker->error);
    await_end(worker);
    return;
  default:
    vt_worker_break(worker, VATER_E_REFUSED, "PLUG-PROTO", "the worker said what only others say");
  }
}

static void listen_to(struct vt_worker *worker, int most)
{
  struct frame_room room;
  struct frame frame;
  struct vt_error error = {0};
  int status = VATER_OK;
  for (int heard = 0; worker->socket >= 0 && status == VATER_OK && heard < most; heard++) {
    status = vt_frame_receive(worker->socket, &frame, &room, false, &error);
    if (status == VATER_OK)
      hear(worker, &frame);
  }
  if (status == VATER_E_REFUSED && !worker->killed)
    vt_worker_break(worker, status, "PLUG-PROTO", "the worker sent a garbled frame");
  if (status < 0)
    vt_worker_shut(&worker->socket);
}

/* Up to the limit; then nobody reads any more, and the worker's writes fail. */
static void capture(struct vt_worker *worker)
{
  char bytes[4096];
  while (worker->output >= 0) {
    ssize_t got = read(worker->output, bytes, sizeof bytes);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
      return;
    size_t left = worker->printed.limit - worker->printed.len;
    if (got > 0) {
      size_t kept = (size_t)got < left ? (size_t)got : left;
      vt_buffer_append(&worker->printed, (struct vater_str){bytes, kept});
      worker->noisy = (size_t)got > left;
    }
    if (got <= 0 || worker->noisy)
      vt_worker_shut(&worker->output);
  }
}

/* ---- what the zygote says ---------------------------------------------------------------------
 */

static void end_worker(struct vt_worker *worker, const struct ending *ending)
{
  listen_to(worker, LAST_FRAMES);
  capture(worker);
  vt_worker_shut(&worker->socket);
  vt_worker_shut(&worker->output);
  worker->ended = true;
  worker->ending = *ending;
  worker->ending.place = VT_STR_NONE;
  worker->deadline_ms = 0;
  if (worker->result.block == NULL || !ending->was_reported || ending->wait_status != 0)
    vt_ending_explain(ending, &worker->zygote->limits, &worker->error);
  vt_ending_place(ending->place, &worker->error);
}

static void take_control(struct vt_zygote *zygote, const struct frame *frame)
{
  struct vt_worker *worker = worker_of(zygote, frame->numbers[0]);
  if (worker == NULL || worker->ended)
    return;
  struct ending ending = {.was_reported = true};
  if (frame->kind == FRAME_UNBORN) {
    vt_fail(&worker->error, VATER_E_IO, "OPS-MEMORY", "no worker can be started: %s",
            strerror((int)frame->numbers[1]));
  } else {
    ending.wait_status = (int)(uint32_t)frame->numbers[1];
    ending.cpu_ms = frame->numbers[2];
    ending.peak_bytes = frame->numbers[3];
    ending.place = frame->texts[0];
  }
  end_worker(worker, &ending);
}

static void lose_zygote(struct vt_zygote *zygote)
{
  zygote->gone = true;
  vt_worker_shut(&zygote->control);
  for (struct vt_worker *worker = zygote->workers; worker != NULL; worker = worker->next)
    if (!worker->ended)
      end_worker(worker, &(struct ending){0});
}

static void listen_to_zygote(struct vt_zygote *zygote)
{
  struct frame_room room;
  struct frame frame;
  int status = VATER_OK;
  while (zygote->control >= 0 && status == VATER_OK) {
    status = vt_frame_receive(zygote->control, &frame, &room, true, NULL);
    if (status != VATER_OK)
      break;
    vt_frame_drop(&room);
    if (frame.kind == FRAME_EXITED || frame.kind == FRAME_UNBORN)
      take_control(zygote, &frame);
  }
  if (status < 0)
    lose_zygote(zygote);
}

/* ---- handing out ------------------------------------------------------------------------------
 */

static void gather(struct vt_zygote *zygote)
{
  struct epoll_event ready[READY];
  int count = epoll_wait(zygote->watch, ready, READY, 0);
  bool control = false;
  for (int i = 0; i < count; i++) {
    uint64_t data = ready[i].data.u64;
    struct vt_worker *worker = worker_of(zygote, data / 2);
    if (data == WATCH_CONTROL)
      control = true;
    else if (worker != NULL && data % 2 == 0)
      listen_to(worker, FRAMES);
    else if (worker != NULL)
      capture(worker);
  }
  if (control)
    listen_to_zygote(zygote);
}

static void enforce_deadlines(struct vt_zygote *zygote)
{
  int64_t now = now_ms(zygote);
  for (struct vt_worker *worker = zygote->workers; worker != NULL; worker = worker->next) {
    char text[100];
    if (worker->deadline_ms == 0 || now < worker->deadline_ms)
      continue;
    if (worker->killed) { /* and still no word of its end: the zygote does not answer */
      end_worker(worker, &(struct ending){0});
      continue;
    }
    snprintf(text, sizeof text, "the worker did not answer within %llu ms",
             (unsigned long long)zygote->limits.wall_ms);
    vt_worker_break(worker, VATER_E_TIMEOUT, "PLUG-TIMEOUT", text);
  }
}

static void describe(struct vt_worker *worker, struct vt_worker_event *event)
{
  *event = (struct vt_worker_event){.worker = worker,
                                    .tag = worker->tag,
                                    .output = vt_buffer_str(&worker->printed),
                                    .noisy = worker->noisy};
  if (worker->page_pending) {
    event->kind = VT_WORKER_PAGE;
    event->page = worker->page;
    worker->page_pending = false;
    return;
  }
  worker->state = WORKER_OVER;
  event->kind = worker->error.status == VATER_OK ? VT_WORKER_RESULT : VT_WORKER_FAILED;
  event->result = event->kind == VT_WORKER_RESULT ? &worker->result : NULL;
  event->error = event->kind == VT_WORKER_FAILED ? &worker->error : NULL;
  event->faults = event->kind == VT_WORKER_FAILED ? &worker->faults : NULL;
  event->cpu_ms = worker->ending.cpu_ms;
  event->peak_bytes = worker->ending.peak_bytes;
}

static bool hand_out(struct vt_zygote *zygote, struct vt_worker_event *event)
{
  for (struct vt_worker *worker = zygote->workers; worker != NULL; worker = worker->next) {
    bool last = worker->ended && worker->state != WORKER_OVER;
    if (!last && !worker->page_pending)
      continue;
    if (last && worker->error.status != VATER_OK)
      worker->page_pending = false;
    describe(worker, event);
    return true;
  }
  return false;
}

int vt_zygote_fd(const struct vt_zygote *zygote)
{
  return zygote->watch;
}

bool vt_zygote_is_gone(const struct vt_zygote *zygote)
{
  return zygote->gone;
}

static bool is_pending(const struct vt_worker *worker)
{
  return worker->page_pending || (worker->ended && worker->state != WORKER_OVER);
}

int vt_zygote_timeout_ms(const struct vt_zygote *zygote)
{
  int64_t nearest = -1;
  int64_t now = now_ms(zygote);
  for (const struct vt_worker *worker = zygote->workers; worker != NULL; worker = worker->next) {
    if (is_pending(worker))
      return 0;
    if (worker->deadline_ms == 0)
      continue;
    int64_t left = worker->deadline_ms > now ? worker->deadline_ms - now : 0;
    if (nearest < 0 || left < nearest)
      nearest = left;
  }
  return nearest > INT32_MAX ? INT32_MAX : (int)nearest;
}

int vt_zygote_next(struct vt_zygote *zygote, struct vt_worker_event *event, struct vt_error *error)
{
  *event = (struct vt_worker_event){0};
  if (hand_out(zygote, event))
    return VATER_OK;
  gather(zygote);
  enforce_deadlines(zygote);
  if (hand_out(zygote, event))
    return VATER_OK;
  return zygote->gone
             ? vt_fail(error, VATER_E_IO, "OPS-BUG", "the process that starts workers is gone")
             : VATER_DONE;
}

static bool any_under_way(const struct vt_zygote *zygote)
{
  for (const struct vt_worker *worker = zygote->workers; worker != NULL; worker = worker->next)
    if (worker->state != WORKER_OVER)
      return true;
  return false;
}

int vt_zygote_wait(struct vt_zygote *zygote, struct vt_worker_event *event, struct vt_error *error)
{
  for (;;) {
    int status = vt_zygote_next(zygote, event, error);
    if (status != VATER_DONE || !any_under_way(zygote))
      return status;
    struct pollfd watched = {.fd = zygote->watch, .events = POLLIN};
    poll(&watched, 1, vt_zygote_timeout_ms(zygote));
  }
}

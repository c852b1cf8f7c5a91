#include "worker/main_side.h"

#include "base/limits.h"
#include "worker/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int failed(struct vt_error *error, const char *what)
{
  return vt_fail(error, VATER_E_IO, "OPS-ENV", "%s: %s", what, strerror(errno));
}

static int64_t now_ms(const struct vt_zygote *zygote)
{
  return zygote->environment.clock.monotonic_ms(zygote->environment.clock.context);
}

void vt_worker_shut(int *fd)
{
  if (*fd >= 0)
    close(*fd);
  *fd = -1;
}

static uint32_t count_workers(const struct vt_zygote *zygote)
{
  uint32_t count = 0;
  for (const struct vt_worker *worker = zygote->workers; worker != NULL; worker = worker->next)
    count++;
  return count;
}

static void link_worker(struct vt_zygote *zygote, struct vt_worker *worker)
{
  worker->next = zygote->workers;
  if (worker->next != NULL)
    worker->next->previous = worker;
  zygote->workers = worker;
}

static void unlink_worker(struct vt_worker *worker)
{
  if (worker->previous != NULL)
    worker->previous->next = worker->next;
  else if (worker->zygote->workers == worker)
    worker->zygote->workers = worker->next;
  if (worker->next != NULL)
    worker->next->previous = worker->previous;
}

static int allocate(struct vt_zygote *zygote, struct vt_worker **out, struct vt_error *error)
{
  const struct vt_allocator *allocator = &zygote->environment.allocator;
  struct vt_worker *worker = vt_alloc(allocator, sizeof *worker);
  *out = worker;
  if (worker == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a worker");
  *worker = (struct vt_worker){.zygote = zygote, .socket = -1, .output = -1, .result_fd = -1};
  vt_buffer_init(&worker->printed, allocator, (size_t)zygote->limits.output_bytes);
  worker->arena = vt_arena_new(allocator, 0);
  vt_diagnostics_init(&worker->faults, worker->arena);
  if (worker->arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a worker");
  return VATER_OK;
}

/* The job as bytes in a memfd; our own copy of it is read back from there. */
static int pack_job(struct vt_worker *worker, const struct vt_judge_job *job, int *fd,
                    struct vt_error *error)
{
  struct vt_buffer bytes;
  vt_buffer_init(&bytes, &worker->zygote->environment.allocator, VT_LIMIT_CONFIG_BYTES);
  int status = vt_judge_job_write(job, &bytes);
  if (status != VATER_OK)
    vt_fail(error, status, "OPS-CONFIG", "the job of %.*s is larger than CONFIG_BYTES",
            VT_STR_ARGS(job->id));
  if (status == VATER_OK)
    status = vt_memory_of("vater-job", vt_buffer_str(&bytes), fd, error);
  if (status == VATER_OK)
    status = vt_memory_map(*fd, VT_LIMIT_CONFIG_BYTES, &worker->job_bytes, error);
  if (status == VATER_OK)
    status = vt_judge_job_read(worker->job_bytes, worker->arena, &worker->job, error);
  vt_buffer_fini(&bytes);
  return status;
}

/* theirs: socket, output */
static int make_channels(struct vt_worker *worker, int theirs[2], struct vt_error *error)
{
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return failed(error, "socketpair");
  worker->socket = pair[0];
  theirs[0] = pair[1];
  if (pipe2(pair, O_CLOEXEC) != 0)
    return failed(error, "pipe");
  worker->output = pair[0];
  theirs[1] = pair[1];
  int status = vt_zygote_watch(worker->zygote, worker->socket, worker->id * 2, error);
  if (status == VATER_OK)
    status = vt_zygote_watch(worker->zygote, worker->output, worker->id * 2 + 1, error);
  return status;
}

static int order(struct vt_worker *worker, const struct vt_judge_job *job, struct vt_error *error)
{
  int fds[FRAME_FDS] = {-1, -1, -1};
  struct frame frame = {.kind = FRAME_FORK, .numbers = {worker->id}};
  int status = make_channels(worker, fds, error);
  if (status == VATER_OK)
    status = pack_job(worker, job, &fds[2], error);
  if (status == VATER_OK) {
    status = vt_frame_send(worker->zygote->control, &frame, fds, FRAME_FDS, error);
    worker->zygote->gone = status != VATER_OK && errno == EPIPE;
  }
  for (int i = 0; i < FRAME_FDS; i++)
    vt_worker_shut(&fds[i]);
  return status;
}

int vt_worker_open(struct vt_zygote *zygote, const struct vt_judge_job *job, void *tag,
                   struct vt_worker **out, struct vt_error *error)
{
  *out = NULL;
  if (zygote->gone)
    return vt_fail(error, VATER_E_IO, "OPS-BUG", "the process that starts workers is gone");
  if (count_workers(zygote) >= VT_LIMIT_JOBS_IN_FLIGHT)
    return vt_fail(error, VATER_E_LIMIT, "OPS-BUG", "more workers than JOBS_IN_FLIGHT (%llu)",
                   (unsigned long long)VT_LIMIT_JOBS_IN_FLIGHT);
  struct vt_worker *worker;
  int status = allocate(zygote, &worker, error);
  if (worker == NULL)
    return status;
  worker->id = ++zygote->last_id;
  worker->tag = tag;
  if (status == VATER_OK)
    status = order(worker, job, error);
  if (status != VATER_OK) {
    worker->ended = true;
    vt_worker_close(worker);
    return status;
  }
  link_worker(zygote, worker);
  *out = worker;
  return VATER_OK;
}

static void start_clock(struct vt_worker *worker, enum worker_state state)
{
  worker->state = state;
  worker->deadline_ms = now_ms(worker->zygote) + (int64_t)worker->zygote->limits.wall_ms;
}

/* A worker that died meanwhile is told of by its last event, not here. */
static int request(struct vt_worker *worker, const struct frame *frame, int fd,
                   enum worker_state next, struct vt_error *error)
{
  if (worker->state != WORKER_IDLE)
    return worker->state == WORKER_ENDING
               ? VATER_OK
               : vt_fail(error, VATER_E_BUG, "OPS-BUG", "the worker was asked out of turn");
  if (worker->socket >= 0)
    vt_frame_send(worker->socket, frame, &fd, 1, NULL);
  start_clock(worker, next);
  return VATER_OK;
}

int vt_worker_page(struct vt_worker *worker, int fd, const struct vt_judge_head *head,
                   struct vt_error *error)
{
  struct frame frame = {
      .kind = FRAME_PAGE,
      .numbers = {head->framing},
      .texts = {vt_str_slice(head->media_type, 0, FRAME_TEXT_BYTES),
                vt_str_slice(head->charset, 0, FRAME_TEXT_BYTES),
                vt_str_slice(head->signature, 0, FRAME_TEXT_BYTES),
                vt_str_slice(head->signature, FRAME_TEXT_BYTES, 2 * (size_t)FRAME_TEXT_BYTES)},
  };
  return request(worker, &frame, fd, WORKER_PAGE_OUT, error);
}

int vt_worker_finish(struct vt_worker *worker, struct vt_error *error)
{
  struct frame frame = {.kind = FRAME_FINISH};
  int status = VATER_OK;
  if (worker->result_fd < 0)
    status = vt_memory_new("vater-result", &worker->result_fd, error);
  if (status == VATER_OK)
    status = request(worker, &frame, worker->result_fd, WORKER_FINISHING, error);
  return status;
}

static void kill_worker(const struct vt_worker *worker)
{
  struct frame frame = {.kind = FRAME_KILL, .numbers = {worker->id}};
  if (!worker->ended && !worker->zygote->gone)
    vt_frame_send(worker->zygote->control, &frame, NULL, 0, NULL);
}

void vt_worker_break(struct vt_worker *worker, int status, const char *code, const char *text)
{
  vt_fail(&worker->error, status, code, "%s", text);
  worker->state = WORKER_ENDING;
  worker->killed = true;
  worker->deadline_ms = now_ms(worker->zygote) + VT_WORKER_END_MS;
  kill_worker(worker);
}

void vt_worker_close(struct vt_worker *worker)
{
  if (worker == NULL)
    return;
  kill_worker(worker);
  unlink_worker(worker);
  vt_worker_shut(&worker->socket);
  vt_worker_shut(&worker->output);
  vt_worker_shut(&worker->result_fd);
  vt_memory_unmap(worker->mapped);
  vt_memory_unmap(worker->job_bytes);
  vt_buffer_fini(&worker->printed);
  vt_arena_free(worker->arena);
  vt_free(&worker->zygote->environment.allocator, worker);
}

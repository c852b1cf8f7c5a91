#include "worker/main_side.h"

#include "base/limits.h"
#include "worker/loaded.h"
#include "worker/memory.h"
#include "worker/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { RULES_LOAD_MS = 60000, STOP_MS = 2000, CULPRITS = 8 };

struct vt_worker_limits vt_worker_limits_effective(const struct vt_worker_limits *limits)
{
  return (struct vt_worker_limits){
      .memory = limits->memory != 0 ? limits->memory : VT_LIMIT_WORKER_MEMORY,
      .cpu_seconds = limits->cpu_seconds != 0 ? limits->cpu_seconds : VT_LIMIT_WORKER_CPU_SECONDS,
      .wall_ms = limits->wall_ms != 0 ? limits->wall_ms : VT_LIMIT_WORKER_WALL_SECONDS * 1000,
      .output_bytes =
          limits->output_bytes != 0 ? limits->output_bytes : VT_LIMIT_WORKER_OUTPUT_BYTES,
      .result_bytes = limits->result_bytes != 0 ? limits->result_bytes : VT_LIMIT_RESULT_BYTES,
  };
}

static int failed(struct vt_error *error, const char *what)
{
  return vt_fail(error, VATER_E_IO, "OPS-ENV", "%s: %s", what, strerror(errno));
}

int vt_zygote_watch(struct vt_zygote *zygote, int fd, uint64_t data, struct vt_error *error)
{
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = data};
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 ||
      epoll_ctl(zygote->watch, EPOLL_CTL_ADD, fd, &event) != 0)
    return failed(error, "watch a descriptor");
  return VATER_OK;
}

/* ---- one attempt ------------------------------------------------------------------------------
 */

struct attempt {
  const struct vt_zygote_options *options;
  struct vt_zygote *zygote;
  const char *skipped[CULPRITS];
  size_t skipped_count;
  char loading[4096]; /* the plugin under way, empty: none */
};

static int fork_zygote(struct attempt *attempt, struct vt_error *error)
{
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
    return failed(error, "socketpair");
  pid_t parent = getpid();
  pid_t made = fork();
  if (made == 0)
    vt_zygote_main(attempt->options, attempt->skipped, attempt->skipped_count, pair[1], parent);
  close(pair[1]);
  attempt->zygote->control = pair[0];
  attempt->zygote->process = made;
  attempt->zygote->gone = made < 0;
  return made < 0 ? failed(error, "fork") : VATER_OK;
}

/* VATER_E_TIMEOUT when nothing came in time. */
static int await_frame(int socket, uint64_t wait_ms, struct frame *frame, struct frame_room *room)
{
  struct pollfd watched = {.fd = socket, .events = POLLIN};
  int ready;
  do
    ready = poll(&watched, 1, (int)wait_ms);
  while (ready < 0 && errno == EINTR);
  return ready == 0 ? VATER_E_TIMEOUT : vt_frame_receive(socket, frame, room, true, NULL);
}

static uint64_t load_ms_of(const struct attempt *attempt)
{
  if (attempt->loading[0] == '\0')
    return RULES_LOAD_MS;
  return attempt->options->plugin_load_ms != 0 ? attempt->options->plugin_load_ms
                                               : VT_LIMIT_PLUGIN_LOAD_MS;
}

/* Until the zygote is ready, or until it is known why it never will be. */
static int follow(struct attempt *attempt, int *loaded)
{
  attempt->loading[0] = '\0';
  for (;;) {
    struct frame frame;
    struct frame_room room;
    int status = await_frame(attempt->zygote->control, load_ms_of(attempt), &frame, &room);
    if (status != VATER_OK)
      return status;
    if (frame.kind == FRAME_READY && room.fd_count == 1) {
      *loaded = room.fds[0];
      return VATER_OK;
    }
    vt_frame_drop(&room);
    if (frame.kind != FRAME_LOADING)
      return VATER_E_REFUSED;
    vt_text_copy(attempt->loading, sizeof attempt->loading, frame.texts[0]);
  }
}

/* Ends the zygote at once, and tells how it had ended if it had. */
static int end_zygote(struct vt_zygote *zygote)
{
  int status = 0;
  vt_worker_shut(&zygote->control);
  if (zygote->process <= 0)
    return 0;
  kill(zygote->process, SIGKILL);
  while (waitpid(zygote->process, &status, 0) < 0 && errno == EINTR)
    continue;
  zygote->process = 0;
  return status;
}

static void how_it_ended(int came, int status, uint64_t load_ms, char *out, size_t size)
{
  if (came == VATER_E_TIMEOUT)
    snprintf(out, size, "took more than %llu ms", (unsigned long long)load_ms);
  else if (WIFSIGNALED(status))
    snprintf(out, size, "crashed with signal %d", WTERMSIG(status));
  else
    snprintf(out, size, "ended the process with exit(%d)", WEXITSTATUS(status));
}

/* The zygote ended or hung; with a plugin under way that one is to blame, and left out next time.
 */
static int blame(struct attempt *attempt, int came, struct vt_diagnostics *diagnostics,
                 struct vt_error *error)
{
  char how[100];
  struct vt_error fault = {0};
  int status = end_zygote(attempt->zygote);
  how_it_ended(came, status, load_ms_of(attempt), how, sizeof how);
  if (attempt->loading[0] == '\0')
    return vt_fail(error, VATER_E_BUG, "OPS-BUG", "loading rules and schemas %s", how);
  vt_fail(&fault, VATER_E_REFUSED, "PLUG-LOAD",
          "'%s' %s while it was loaded; take the file out of the folder", attempt->loading, how);
  vt_error_at(&fault, vt_str(attempt->loading), 0, 0);
  vt_diagnostics_add(diagnostics, VATER_SEVERITY_ERROR, &fault, VT_STR_NONE, 0);
  struct vater_str path = vt_arena_copy(attempt->zygote->arena, vt_str(attempt->loading));
  if (path.ptr == NULL || attempt->skipped_count == CULPRITS)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-LOAD", "too many plugins cannot be loaded");
  attempt->skipped[attempt->skipped_count++] = path.ptr;
  return VATER_DONE;
}

/* VATER_DONE: try again without the plugin that was to blame. */
static int try_start(struct attempt *attempt, struct vt_diagnostics *diagnostics,
                     struct vt_error *error)
{
  struct vt_zygote *zygote = attempt->zygote;
  int loaded = -1;
  int status = fork_zygote(attempt, error);
  if (status != VATER_OK)
    return status;
  status = follow(attempt, &loaded);
  if (status != VATER_OK)
    return blame(attempt, status, diagnostics, error);
  status =
      vt_loaded_read(loaded, zygote->arena, &zygote->info, diagnostics, &zygote->loaded, error);
  close(loaded);
  return status;
}

/* ---- life -------------------------------------------------------------------------------------
 */

static int prepare(const struct vt_zygote_options *options, struct vt_zygote **out,
                   struct vt_error *error)
{
  const struct vt_allocator *allocator = &options->environment->allocator;
  struct vt_zygote *zygote = vt_alloc(allocator, sizeof *zygote);
  *out = zygote;
  if (zygote == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the zygote");
  *zygote = (struct vt_zygote){.environment = *options->environment, .control = -1, .watch = -1};
  zygote->limits = vt_worker_limits_effective(&options->limits);
  zygote->arena = vt_arena_new(allocator, 0);
  if (zygote->arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the zygote");
  return VATER_OK;
}

static int finish_start(struct vt_zygote *zygote, uint32_t faults, struct vt_error *error)
{
  if (faults > 0)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG", "plugins, rules or schemas have %u fault%s",
                   faults, faults == 1 ? "" : "s");
  zygote->watch = epoll_create1(EPOLL_CLOEXEC);
  if (zygote->watch < 0)
    return failed(error, "epoll_create1");
  return vt_zygote_watch(zygote, zygote->control, WATCH_CONTROL, error);
}

int vt_zygote_start(const struct vt_zygote_options *options, struct vt_zygote **zygote,
                    struct vt_diagnostics *diagnostics, struct vt_error *error)
{
  uint32_t before = diagnostics->errors;
  int status = prepare(options, zygote, error);
  struct attempt attempt = {.options = options, .zygote = *zygote};
  if (status == VATER_OK)
    do
      status = try_start(&attempt, diagnostics, error);
    while (status == VATER_DONE);
  if (status == VATER_OK)
    status = finish_start(*zygote, diagnostics->errors - before, error);
  if (status != VATER_OK) {
    vt_zygote_stop(*zygote);
    *zygote = NULL;
  }
  return status;
}

const struct vt_zygote_info *vt_zygote_info(const struct vt_zygote *zygote)
{
  return &zygote->info;
}

/* It ends by itself when `control` is closed, once its plugins had their unload(). */
static void await_end(const struct vt_zygote *zygote)
{
  int handle = (int)syscall(SYS_pidfd_open, zygote->process, 0);
  struct pollfd watched = {.fd = handle, .events = POLLIN};
  if (handle < 0)
    return;
  while (poll(&watched, 1, STOP_MS) < 0 && errno == EINTR)
    continue;
  close(handle);
}

void vt_zygote_stop(struct vt_zygote *zygote)
{
  if (zygote == NULL)
    return;
  while (zygote->workers != NULL)
    vt_worker_close(zygote->workers);
  vt_worker_shut(&zygote->control);
  if (zygote->process > 0)
    await_end(zygote);
  end_zygote(zygote);
  vt_worker_shut(&zygote->watch);
  vt_memory_unmap(zygote->loaded);
  vt_arena_free(zygote->arena);
  vt_free(&zygote->environment.allocator, zygote);
}

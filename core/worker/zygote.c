#include "worker/zygote.h"

#include "base/limits.h"
#include "plugin/call.h"
#include "worker/frame.h"
#include "worker/loaded.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONTROL = 3 };

struct child {
  uint64_t id;
  pid_t process;        /* 0: free */
  struct vt_note *note; /* shared with it; NULL: there was no memory for one */
};

struct process {
  int signals; /* signalfd of SIGCHLD */
  pid_t self;
  struct vt_worker_limits limits;
  struct loaded loaded;
  struct child *children; /* JOBS_IN_FLIGHT */
  struct vt_environment environment;
  struct vt_note
      *note; /* where every call notes what it is at; a worker puts its shared one there */
};

/* ---- becoming the zygote ----------------------------------------------------------------------
 */

/* No handler of main's or of a constructor's; and none of the signals by which main is ended, since
 * a service manager sends them to every process: when main ends, so do we. */
static void reset_signals(void)
{
  const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGQUIT, SIGUSR1, SIGUSR2};
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
#ifdef VATER_SANITIZED /* whose handlers are wanted */
  signal(SIGCHLD, SIG_DFL);
#else
  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_DFL);
#endif
  for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
    signal(ignored[i], SIG_IGN);
}

/* No terminal, no signals meant for main, nothing open but the control socket; dies with main. */
static void settle(int control, pid_t parent)
{
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent)
    _exit(0);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  setpgid(0, 0);
  reset_signals();
  int nothing = open("/dev/null", O_RDWR);
  if (nothing < 0)
    _exit(1);
  dup2(control, CONTROL);
  dup2(nothing, 0);
  dup2(nothing, 1);
#ifndef VATER_SANITIZED
  dup2(nothing, 2); /* with sanitizers their reports are wanted */
#endif
  dup2(nothing, WORKER_JOB); /* a worker's number: nothing of ours may have it */
  close_range(WORKER_JOB + 1, ~0U, 0);
}

static void tell_loading(void *context, const char *path)
{
  (void)context;
  struct frame frame = {.kind = FRAME_LOADING,
                        .texts = {vt_str_slice(vt_str(path), 0, FRAME_TEXT_BYTES)}};
  if (vt_frame_send(CONTROL, &frame, NULL, 0, NULL) != VATER_OK)
    _exit(0);
}

/* What could not even be listed: one diagnostic, so that main has one way to hear of faults. */
static void complain(struct loaded *loaded, const struct vt_error *error)
{
  vt_diagnostics_add(&loaded->diagnostics, VATER_SEVERITY_ERROR, error, VT_STR_NONE, 0);
}

/* Described before files are out of reach; anew where closing them off failed. */
static int describe(struct process *process, int *fd)
{
  struct loaded *loaded = &process->loaded;
  struct vt_error error = {0};
  int status = vt_loaded_write(loaded, fd, &error);
  if (status == VATER_OK)
    status = vt_sandbox_enter_zygote(&loaded->sandbox, &error);
  if (status == VATER_OK)
    return VATER_OK;
  complain(loaded, &error);
  return vt_loaded_write(loaded, fd, NULL);
}

static void load(struct process *process, const struct vt_zygote_options *options,
                 const char *const *skipped, size_t skipped_count)
{
  struct vt_error error = {0};
  const struct vt_plugin_watch watch = {tell_loading, NULL};
  struct loaded *loaded = &process->loaded;
  int status = vt_loaded_load(loaded, options, skipped, skipped_count, &watch, &error);
  if (status == VATER_OK) {
    process->children =
        vt_arena_array(loaded->arena, VT_LIMIT_JOBS_IN_FLIGHT, sizeof *process->children);
    status = process->children != NULL ? VATER_OK : VATER_E_NOMEM;
  }
  if (loaded->registry.environment == NULL)
    _exit(1);
  if (status != VATER_OK)
    complain(loaded, &error);
  int fd = -1;
  struct frame frame = {.kind = FRAME_READY};
  if (describe(process, &fd) != VATER_OK ||
      vt_frame_send(CONTROL, &frame, &fd, 1, NULL) != VATER_OK)
    _exit(1);
  close(fd);
}

/* ---- serving ----------------------------------------------------------------------------------
 */

static struct child *child_of(struct process *process, uint64_t id)
{
  for (size_t i = 0; i < VT_LIMIT_JOBS_IN_FLIGHT; i++)
    if (process->children[i].process != 0 && process->children[i].id == id)
      return &process->children[i];
  return NULL;
}

static struct child *free_child(struct process *process)
{
  for (size_t i = 0; i < VT_LIMIT_JOBS_IN_FLIGHT; i++)
    if (process->children[i].process == 0)
      return &process->children[i];
  return NULL;
}

static void tell(const struct frame *frame)
{
  if (vt_frame_send(CONTROL, frame, NULL, 0, NULL) != VATER_OK)
    _exit(0);
}

/* A page of its own for each: no worker reaches what another one notes. */
static struct vt_note *new_note(int sharing)
{
  void *page =
      mmap(NULL, sizeof(struct vt_note), PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
  return page == MAP_FAILED ? NULL : page;
}

static void free_note(struct vt_note *note)
{
  if (note != NULL)
    munmap(note, sizeof *note);
}

/* To the address that everything was told when it was loaded. */
static void move_note(const struct process *process, struct vt_note *shared)
{
  if (shared != NULL && process->note != NULL)
    mremap(shared, sizeof *shared, sizeof *shared, MREMAP_MAYMOVE | MREMAP_FIXED, process->note);
}

/* What a dead worker's note says, as far as it names what we know: it may have written anything. */
static struct vater_str read_note(const struct process *process, const struct vt_note *note,
                                  char *out, size_t room)
{
  if (note == NULL)
    return VT_STR_NONE;
  const struct vt_rules *rules = process->loaded.rules;
  const struct vt_note noted = *note;
  size_t len = vt_call_noted(&process->loaded.registry, &noted, out, room);
  for (uint32_t i = 0; rules != NULL && i < vt_rules_count(rules); i++) {
    struct vater_str code = vt_rules_info(rules, i)->code;
    if (code.ptr != noted.rule)
      continue;
    len += (size_t)snprintf(out + len, room - len, "%s rule '%.*s'", len == 0 ? "in" : " for",
                            VT_STR_ARGS(code));
    break;
  }
  return (struct vater_str){out, len < room ? len : room - 1};
}

/* The child: its descriptors where they belong, then the sandbox, then the job. */
static _Noreturn void become_worker(const struct process *process, struct vt_note *note,
                                    const int *fds)
{
  struct vt_error error = {0};
  setpgid(0, 0);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != process->self)
    _exit(0);
  move_note(process, note);
  dup2(fds[1], 1);
  dup2(fds[1], 2);
  dup2(fds[2], WORKER_JOB);
  dup2(fds[0], WORKER_SOCKET);
  if (vt_sandbox_enter_worker(&process->loaded.sandbox, &process->limits, &error) != VATER_OK)
    vt_worker_give_up(&error);
  vt_worker_main(&process->loaded.context, &process->limits);
}

static void start_worker(struct process *process, uint64_t id, const int *fds)
{
  struct child *child = free_child(process);
  pid_t made = -1;
  struct vt_note *note = new_note(MAP_SHARED);
  errno = EAGAIN;
  if (child != NULL)
    made = fork();
  if (made == 0)
    become_worker(process, note, fds);
  if (made < 0) {
    tell(&(struct frame){.kind = FRAME_UNBORN, .numbers = {id, (uint64_t)errno}});
    free_note(note);
  } else {
    *child = (struct child){id, made, note};
  }
}

static void kill_group(pid_t process)
{
  kill(-process, SIGKILL);
  kill(process, SIGKILL);
}

static uint64_t milliseconds(struct timeval user, struct timeval system)
{
  return (uint64_t)(user.tv_sec + system.tv_sec) * 1000 +
         (uint64_t)(user.tv_usec + system.tv_usec) / 1000;
}

static void forget(struct process *process, pid_t dead, int status, const struct rusage *used)
{
  for (size_t i = 0; i < VT_LIMIT_JOBS_IN_FLIGHT; i++) {
    struct child *child = &process->children[i];
    if (child->process != dead)
      continue;
    char place[400];
    tell(&(struct frame){.kind = FRAME_EXITED,
                         .numbers = {child->id, (uint64_t)(uint32_t)status,
                                     milliseconds(used->ru_utime, used->ru_stime),
                                     (uint64_t)used->ru_maxrss * 1024},
                         .texts = {read_note(process, child->note, place, sizeof place)}});
    free_note(child->note);
    *child = (struct child){0};
  }
}

/* Whatever a worker left behind in its group goes before its number is free again. */
static void reap(struct process *process)
{
  struct signalfd_siginfo ignored;
  while (read(process->signals, &ignored, sizeof ignored) > 0)
    continue;
  for (;;) {
    siginfo_t dead = {0};
    if (waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) != 0 || dead.si_pid == 0)
      return;
    kill_group(dead.si_pid);
    int status = 0;
    struct rusage used = {0};
    if (wait4(dead.si_pid, &status, 0, &used) == dead.si_pid)
      forget(process, dead.si_pid, status, &used);
  }
}

static _Noreturn void leave(struct process *process)
{
  for (size_t i = 0; i < VT_LIMIT_JOBS_IN_FLIGHT; i++)
    if (process->children[i].process != 0)
      kill_group(process->children[i].process);
  vt_registry_fini(&process->loaded.registry);
  _exit(0);
}

static void obey(struct process *process)
{
  struct frame_room room;
  struct frame frame;
  if (vt_frame_receive(CONTROL, &frame, &room, true, NULL) != VATER_OK)
    leave(process);
  struct child *child = child_of(process, frame.numbers[0]);
  if (frame.kind == FRAME_FORK && room.fd_count == FRAME_FDS && child == NULL)
    start_worker(process, frame.numbers[0], room.fds);
  else if (frame.kind == FRAME_KILL && child != NULL)
    kill_group(child->process);
  vt_frame_drop(&room);
}

/* After plugins had their say: their constructors may have changed what is inherited. */
static int watch_children(void)
{
  reset_signals();
  if (chdir("/") != 0)
    return -1;
  umask(077);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  sigprocmask(SIG_BLOCK, &set, NULL);
  return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

_Noreturn void vt_zygote_main(const struct vt_zygote_options *options, const char *const *skipped,
                              size_t skipped_count, int control, pid_t parent)
{
  struct process process = {.limits = vt_worker_limits_effective(&options->limits)};
  settle(control, parent);
  vt_allocator_keep();
  process.self = getpid();
  process.note = new_note(MAP_PRIVATE);
  process.environment = *options->environment;
  process.environment.note = process.note;
  struct vt_zygote_options noting = *options;
  noting.environment = &process.environment;
  load(&process, &noting, skipped, skipped_count);
  process.signals = watch_children();
  if (process.signals < 0)
    _exit(1);
  struct pollfd watched[] = {{.fd = CONTROL, .events = POLLIN},
                             {.fd = process.signals, .events = POLLIN}};
  for (;;) {
    if (poll(watched, 2, -1) < 0 && errno != EINTR)
      leave(&process);
    if ((watched[1].revents & POLLIN) != 0)
      reap(&process);
    if (watched[0].revents != 0)
      obey(&process);
  }
}

#include "cli/rules_guard.h"

#include "base/encode.h"
#include "base/limits.h"
#include "worker/frame.h"
#include "worker/outcome.h"
#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PLACE_BYTES = 400, NAME_BYTES = 80, PATH_ROOM = 1024, LOOK_MS = 200, CPU_SECONDS = 1800 };

/* Shared by both sides. A plugin can write here as well: what the parent reads are bounded texts
 * for a terminal, and whether the tool came to its end. */
struct board {
  _Atomic uint64_t steps;
  char place[PLACE_BYTES], rule[NAME_BYTES], plugin[NAME_BYTES], callback[NAME_BYTES];
  char loading[PATH_ROOM]; /* the plugin that is being loaded; empty: none */
  char path[PATH_ROOM];    /* of the file to be written; empty: none */
  bool ended;
  int code;
};

struct vt_rules_guard {
  struct board *board;
  struct sandbox sandbox;
  struct vt_watch watch;
  struct vt_plugin_watch loading;
  int file; /* a memfd with the text for board->path */
};

/* ---- the child --------------------------------------------------------------------------------
 */

static void rule_begun(void *context, struct vater_str rule)
{
  struct board *board = context;
  vt_text_copy(board->rule, sizeof board->rule, rule);
  board->plugin[0] = '\0';
  board->steps++;
}

static void stage_ended(void *context, struct vater_str stage)
{
  struct board *board = context;
  (void)stage;
  board->rule[0] = '\0';
  board->plugin[0] = '\0';
  board->steps++;
}

static void plugin_called(void *context, const char *plugin, const char *callback)
{
  struct board *board = context;
  vt_text_copy(board->plugin, sizeof board->plugin, vt_str(plugin));
  vt_text_copy(board->callback, sizeof board->callback, vt_str(callback));
}

const struct vt_watch *vt_rules_guard_watch(const struct vt_cli *cli)
{
  return cli->guard != NULL ? &cli->guard->watch : NULL;
}

void vt_rules_guard_at(struct vt_cli *cli, const char *format, ...)
{
  va_list arguments;
  if (cli->guard == NULL)
    return;
  struct board *board = cli->guard->board;
  fflush(cli->out);
  va_start(arguments, format);
  vsnprintf(board->place, sizeof board->place, format, arguments);
  va_end(arguments);
  stage_ended(board, VT_STR_NONE);
}

int vt_rules_guard_close(struct vt_cli *cli, struct vt_error *error)
{
  if (cli->guard == NULL)
    return VATER_OK;
  const struct vt_worker_limits limits = {
      .memory = VT_LIMIT_WORKER_MEMORY, .cpu_seconds = CPU_SECONDS, .result_bytes = RLIM_INFINITY};
  int status = vt_sandbox_enter_zygote(&cli->guard->sandbox, error);
  return status == VATER_OK ? vt_sandbox_enter_worker(&cli->guard->sandbox, &limits, error)
                            : status;
}

int vt_rules_guard_write(struct vt_cli *cli, const char *path, struct vater_str text,
                         struct vt_error *error)
{
  struct vt_rules_guard *guard = cli->guard;
  size_t done = 0;
  while (done < text.len) {
    ssize_t put = write(guard->file, text.ptr + done, text.len - done);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      return vt_fail(error, VATER_E_IO, NULL, "cannot hand over %s: %s", path, strerror(errno));
    done += (size_t)put;
  }
  vt_text_copy(guard->board->path, sizeof guard->board->path, vt_str(path));
  return VATER_OK;
}

static void plugin_loading(void *context, const char *path)
{
  struct board *board = context;
  vt_text_copy(board->loading, sizeof board->loading, vt_str(path != NULL ? path : ""));
  board->steps++;
}

const struct vt_plugin_watch *vt_rules_guard_loading(const struct vt_cli *cli)
{
  return cli->guard != NULL ? &cli->guard->loading : NULL;
}

static int work(struct vt_cli *cli, const char *name, const struct vt_rules_asked *asked,
                vt_rules_tool *tool)
{
  struct vt_error error = {0};
  if (vt_sandbox_prepare(&cli->guard->sandbox, VT_SANDBOX_WARN, &cli->environment.allocator,
                         &error) != VATER_OK)
    return vt_cli_error(cli, "rules", &error, VT_EXIT_FAILED);
  return tool(cli, name, asked);
}

/* The sandbox tells what it denied on WORKER_SOCKET, and closes what is above WORKER_JOB. */
static _Noreturn void run_child(struct vt_cli *cli, const char *name,
                                const struct vt_rules_asked *asked, vt_rules_tool *tool, int socket)
{
  struct board *board = cli->guard->board;
  int file = fcntl(cli->guard->file, F_DUPFD_CLOEXEC, WORKER_JOB + 1);
  socket = fcntl(socket, F_DUPFD_CLOEXEC, WORKER_JOB + 1);
  int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (file < 0 || socket < 0 || null < 0 || dup2(socket, WORKER_SOCKET) < 0 ||
      dup2(null, WORKER_JOB) < 0)
    _exit(126);
  close(socket);
  cli->guard->file = file;
  int code = work(cli, name, asked, tool);
  if (fflush(cli->out) != 0 || ferror(cli->out))
    code = VT_EXIT_FAILED;
  board->code = code;
  board->ended = true;
  _exit(0);
}

/* ---- the parent -------------------------------------------------------------------------------
 */

static int tell_loading(struct vt_cli *cli, struct board *board, const struct ending *ending,
                        struct vt_error *error)
{
  bool late = error->status == VATER_E_TIMEOUT;
  board->loading[PATH_ROOM - 1] = '\0';
  vt_error_clear(error);
  if (late)
    vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
            "'%s' was not loaded within %llu ms; mend it or take it out of the folder",
            board->loading, (unsigned long long)VT_LIMIT_PLUGIN_LOAD_MS);
  else if (WIFSIGNALED(ending->wait_status))
    vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
            "'%s' crashed with signal %d while it was loaded; mend it or take it out of the folder",
            board->loading, WTERMSIG(ending->wait_status));
  else
    vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
            "'%s' ended the process while it was loaded (exit status %d); mend it or take it out "
            "of the folder",
            board->loading, WEXITSTATUS(ending->wait_status));
  return vt_cli_error(cli, "rules", error, VT_EXIT_REFUSED);
}

static int tell(struct vt_cli *cli, struct board *board, struct vt_error *error)
{
  char found[sizeof error->text];
  memcpy(found, error->text, sizeof found);
  board->place[PLACE_BYTES - 1] = board->rule[NAME_BYTES - 1] = '\0';
  board->plugin[NAME_BYTES - 1] = board->callback[NAME_BYTES - 1] = '\0';
  struct vt_buffer text;
  vt_buffer_init(&text, &cli->environment.allocator, sizeof error->text);
  if (board->plugin[0] != '\0')
    vt_buffer_format(&text, "plugin '%s', %s: ", board->plugin, board->callback);
  vt_buffer_text(&text, found);
  if (board->rule[0] != '\0')
    vt_buffer_format(&text, "; asked by rule %s", board->rule);
  if (board->place[0] != '\0')
    vt_buffer_format(&text, "; at %s", board->place);
  vt_text_copy(error->text, sizeof error->text, vt_buffer_str(&text));
  vt_buffer_fini(&text);
  return vt_cli_error(cli, "rules", error, VT_EXIT_FAILED);
}

/* Waits; a child that makes no step is ended. *error: what the sandbox said, or that it was late.
 */
static void watch_child(const struct vt_cli *cli, struct board *board, pid_t child, int socket,
                        struct ending *ending, struct vt_error *error)
{
  const struct vt_clock *clock = &cli->environment.clock;
  int64_t wait_ms = (int64_t)VT_LIMIT_PLUGIN_LOAD_MS;
  int64_t moved = clock->monotonic_ms(clock->context);
  uint64_t steps = 0;
  struct rusage usage = {0};
  while (wait4(child, &ending->wait_status, WNOHANG, &usage) == 0) {
    struct pollfd watched = {.fd = socket, .events = POLLIN};
    struct frame_room room;
    struct frame frame;
    int64_t now = clock->monotonic_ms(clock->context);
    if (board->loading[0] == '\0')
      wait_ms = (int64_t)VT_LIMIT_WORKER_CPU_SECONDS * 1000;
    if (board->steps != steps) {
      steps = board->steps;
      moved = now;
    } else if (now - moved > wait_ms && error->status == VATER_OK) {
      kill(child, SIGKILL);
      vt_fail(error, VATER_E_TIMEOUT, "PLUG-TIMEOUT", "it did not come back within %lld s",
              (long long)(wait_ms / 1000));
    }
    if (poll(&watched, 1, LOOK_MS) == 1 && (watched.revents & POLLIN) != 0 &&
        vt_frame_receive(socket, &frame, &room, false, NULL) == VATER_OK &&
        frame.kind == FRAME_DENIED && error->status == VATER_OK)
      vt_ending_denied(frame.numbers[0], error);
    else if ((watched.revents & POLLHUP) != 0)
      poll(NULL, 0, 1);
  }
  ending->was_reported = true;
  ending->peak_bytes = 0;
  ending->cpu_ms = (uint64_t)usage.ru_utime.tv_sec * 1000;
}

/* What the child has handed over. */
static int write_file(struct vt_cli *cli, struct board *board, int file)
{
  struct vt_error error = {0};
  struct vt_buffer text;
  char bytes[4096];
  ssize_t got;
  board->path[PATH_ROOM - 1] = '\0';
  vt_buffer_init(&text, &cli->environment.allocator, VT_LIMIT_RULE_FILE_BYTES);
  lseek(file, 0, SEEK_SET);
  while ((got = read(file, bytes, sizeof bytes)) > 0)
    vt_buffer_append(&text, (struct vater_str){bytes, (size_t)got});
  char *slash = strrchr(board->path, '/');
  if (slash != NULL && slash != board->path) {
    mode_t ours = umask((mode_t)cli->mask);
    *slash = '\0';
    mkdir(board->path, 0755);
    *slash = '/';
    umask(ours);
  }
  int status = vt_cli_replace(cli, board->path, &text, &error);
  vt_buffer_fini(&text);
  return status == VATER_OK ? VT_EXIT_CLEAN : vt_cli_error(cli, "rules", &error, VT_EXIT_FAILED);
}

static int finish(struct vt_cli *cli, struct board *board, const struct ending *ending, int file,
                  struct vt_error *error)
{
  const struct vt_worker_limits limits = {.memory = VT_LIMIT_WORKER_MEMORY,
                                          .cpu_seconds = CPU_SECONDS};
  if (error->status == VATER_OK && board->ended && WIFEXITED(ending->wait_status)) {
    int code = board->code;
    return board->path[0] != '\0' && code == VT_EXIT_CLEAN ? write_file(cli, board, file) : code;
  }
  if (WIFSIGNALED(ending->wait_status) && WTERMSIG(ending->wait_status) == SIGPIPE) {
    signal(SIGPIPE, SIG_DFL); /* nobody reads what we say any more */
    raise(SIGPIPE);
  }
  if (error->status == VATER_OK)
    vt_ending_explain(ending, &limits, error);
  return board->loading[0] != '\0' ? tell_loading(cli, board, ending, error)
                                   : tell(cli, board, error);
}

int vt_rules_guarded(struct vt_cli *cli, const char *name, const struct vt_rules_asked *asked,
                     vt_rules_tool *tool)
{
  if (asked->plugins.count <= 1)
    return tool(cli, name, asked);
  struct vt_error error = {0};
  struct ending ending = {0};
  int ends[2] = {-1, -1};
  struct board *board =
      mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  struct vt_rules_guard guard = {
      .board = board,
      .watch = {stage_ended, rule_begun, plugin_called, board},
      .loading = {plugin_loading, board},
      .file = memfd_create("written", MFD_CLOEXEC),
  };
  fflush(NULL);
  bool ready = board != MAP_FAILED && guard.file >= 0 &&
               socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0;
  pid_t child = ready ? fork() : -1;
  if (child == 0) {
    cli->guard = &guard;
    close(ends[0]);
    run_child(cli, name, asked, tool, ends[1]);
  }
  int code = VT_EXIT_FAILED;
  if (child < 0) {
    vt_fail(&error, VATER_E_IO, "PLUG-LOAD", "cannot make a process: %s", strerror(errno));
    vt_cli_error(cli, "rules", &error, code);
  } else {
    close(ends[1]);
    ends[1] = -1;
    watch_child(cli, board, child, ends[0], &ending, &error);
    code = finish(cli, board, &ending, guard.file, &error);
  }
  for (int i = 0; i < 2; i++)
    if (ends[i] >= 0)
      close(ends[i]);
  if (guard.file >= 0)
    close(guard.file);
  if (board != MAP_FAILED)
    munmap(board, sizeof *board);
  return code;
}

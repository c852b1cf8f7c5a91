#include "base/buffer.h"
#include "base/limits.h"
#include "plugin/files.h"
#include "plugin/registry.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child says: a head, then `size` bytes of description (status OK) or of text. */
struct answer {
  int32_t status;
  uint32_t size;
  char code[16];
};

struct probe {
  const struct vt_environment *environment;
  const char *path;
  int in; /* our end */
  pid_t child;
  int64_t until; /* monotonic */
};

/* ---- the child ------------------------------------------------------------------------------ */

static void put_all(int out, const void *bytes, size_t size)
{
  const char *at = bytes;
  while (size > 0) {
    ssize_t put = write(out, at, size);
    if (put < 0 && errno == EINTR)
      continue;
    if (put <= 0)
      _exit(126);
    at += put;
    size -= (size_t)put;
  }
}

static int describe(const struct vt_environment *environment, const char *path,
                    struct vt_buffer *text, struct vt_error *error)
{
  struct vt_registry registry;
  struct vt_plugin_infos infos;
  struct vt_arena *arena = vt_arena_new(&environment->allocator, 0);
  int status =
      arena != NULL ? vt_registry_init(&registry, environment, arena, NULL) : VATER_E_NOMEM;
  if (status == VATER_OK)
    status = vt_registry_load(&registry, path, NULL, NULL, error);
  if (status == VATER_OK)
    status = vt_registry_infos(&registry, &infos);
  if (status == VATER_OK)
    status = vt_plugin_infos_write(&infos, text);
  return status;
}

/* What the parent does about crashes (handlers, a blocked mask) must not hide this one's. */
static void forget_handlers(void)
{
  sigset_t none;
  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_DFL);
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void run_child(const struct probe *probe, int out)
{
  struct vt_error error = {0};
  struct vt_buffer text;
  int silent = open("/dev/null", O_RDWR | O_CLOEXEC);
  setpgid(0, 0);
  forget_handlers();
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    if (silent < 0 || dup2(silent, fd) < 0)
      _exit(126);
  vt_buffer_init(&text, &probe->environment->allocator, VT_LIMIT_PLUGIN_INFO_BYTES);
  struct answer answer = {.size = 0};
  answer.status = describe(probe->environment, probe->path, &text, &error);
  if (answer.status != VATER_OK) {
    vt_buffer_reset(&text);
    vt_buffer_text(&text, error.text);
    memcpy(answer.code, error.code, sizeof answer.code);
  }
  answer.size = (uint32_t)text.len;
  put_all(out, &answer, sizeof answer);
  put_all(out, text.bytes, text.len);
  _exit(0);
}

/* ---- the parent ----------------------------------------------------------------------------- */

/* VATER_OK, VATER_DONE when the child closed before that, VATER_E_TIMEOUT. */
static int get_all(const struct probe *probe, void *bytes, size_t size)
{
  char *at = bytes;
  while (size > 0) {
    const struct vt_clock *clock = &probe->environment->clock;
    int64_t left = probe->until - clock->monotonic_ms(clock->context);
    struct pollfd watched = {.fd = probe->in, .events = POLLIN};
    int ready = left > 0 ? poll(&watched, 1, (int)left) : 0;
    if (ready < 0 && errno == EINTR)
      continue;
    if (ready <= 0)
      return VATER_E_TIMEOUT;
    ssize_t got = read(probe->in, at, size);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      return VATER_DONE;
    at += got;
    size -= (size_t)got;
  }
  return VATER_OK;
}

static int fail_ended(const struct probe *probe, int how, struct vt_error *error)
{
  const char *name = vt_plugin_file_name(probe->path);
  if (WIFSIGNALED(how))
    return vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
                   "'%s' crashed while it was loaded (signal %d, %s); mend it or take it out of "
                   "the folder",
                   name, WTERMSIG(how), strsignal(WTERMSIG(how)));
  return vt_fail(error, VATER_E_REFUSED, "PLUG-LOAD",
                 "'%s' ended the process that loaded it (exit status %d); mend it or take it out "
                 "of the folder",
                 name, WEXITSTATUS(how));
}

static int take_refusal(const struct probe *probe, const struct answer *answer,
                        struct vater_str text, struct vt_error *error)
{
  char code[sizeof answer->code + 1] = "";
  memcpy(code, answer->code, sizeof answer->code);
  if (strncmp(code, "PLUG-", 5) != 0 || answer->status >= 0)
    return vt_fail(error, VATER_E_BUG, "PLUG-PROTO",
                   "the process that loaded '%s' answered garbage",
                   vt_plugin_file_name(probe->path));
  return vt_fail(error, answer->status, code, "%.*s", VT_STR_ARGS(text));
}

static int take_answer(const struct probe *probe, struct vt_arena *arena,
                       struct vt_plugin_info *info, struct vt_error *error)
{
  struct answer answer;
  struct vt_plugin_infos infos;
  int status = get_all(probe, &answer, sizeof answer);
  if (status != VATER_OK)
    return status;
  if (answer.size > VT_LIMIT_PLUGIN_INFO_BYTES)
    return vt_fail(error, VATER_E_BUG, "PLUG-PROTO",
                   "the process that loaded '%s' answered garbage",
                   vt_plugin_file_name(probe->path));
  char *bytes = vt_alloc(&probe->environment->allocator, answer.size + 1);
  if (bytes == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  struct vater_str text = {bytes, answer.size};
  status = get_all(probe, bytes, answer.size);
  if (status == VATER_OK && answer.status != VATER_OK)
    status = take_refusal(probe, &answer, text, error);
  else if (status == VATER_OK)
    status = vt_plugin_infos_parse(text, arena, &infos, error);
  if (status == VATER_OK && infos.count != 1)
    status =
        vt_fail(error, VATER_E_BUG, "PLUG-PROTO", "the process that loaded '%s' answered garbage",
                vt_plugin_file_name(probe->path));
  if (status == VATER_OK)
    *info = infos.items[0];
  vt_free(&probe->environment->allocator, bytes);
  return status;
}

static int watch_child(const struct probe *probe, int timeout_ms, struct vt_arena *arena,
                       struct vt_plugin_info *info, struct vt_error *error)
{
  int how = 0;
  int status = take_answer(probe, arena, info, error);
  /* a child that closed its end is ending by itself: its own way of ending is the reason */
  if (status != VATER_DONE)
    kill(probe->child, SIGKILL);
  while (waitpid(probe->child, &how, 0) < 0 && errno == EINTR)
    continue;
  kill(-probe->child, SIGKILL);
  if (status == VATER_E_TIMEOUT)
    return vt_fail(error, status, "PLUG-LOAD",
                   "'%s' was not loaded within %d ms; mend it or take it out of the folder",
                   vt_plugin_file_name(probe->path), timeout_ms);
  return status == VATER_DONE ? fail_ended(probe, how, error) : status;
}

int vt_plugin_probe(const struct vt_environment *environment, const char *path, int timeout_ms,
                    struct vt_arena *arena, struct vt_plugin_info *info, struct vt_error *error)
{
  int ends[2];
  *info = (struct vt_plugin_info){.path = NULL};
  int status = vt_plugin_check_trust(path, error);
  if (status == VATER_OK)
    status = vt_plugin_check_file(&environment->allocator, path, error);
  if (status != VATER_OK)
    return status;
  if (pipe2(ends, O_CLOEXEC) != 0)
    return vt_fail(error, VATER_E_IO, "PLUG-LOAD", "cannot make a pipe: %s", strerror(errno));
  struct probe probe = {environment, path, ends[0], 0,
                        environment->clock.monotonic_ms(environment->clock.context) + timeout_ms};
  probe.child = fork();
  if (probe.child == 0)
    run_child(&probe, ends[1]);
  close(ends[1]);
  if (probe.child < 0)
    status = vt_fail(error, VATER_E_IO, "PLUG-LOAD", "cannot fork: %s", strerror(errno));
  else
    status = watch_child(&probe, timeout_ms, arena, info, error);
  close(ends[0]);
  if (status != VATER_OK)
    vt_error_at(error, vt_str(path), 0, 0);
  return status;
}

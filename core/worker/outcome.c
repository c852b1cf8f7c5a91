#include "worker/outcome.h"

#include "worker/sandbox.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static unsigned long long mebibytes(uint64_t bytes)
{
  return (unsigned long long)(bytes / (1024 * 1024));
}

/* A crash within a tenth of the ceiling is taken for one at the ceiling: what allocates and does
 * not look at the answer. */
static bool out_of_memory(const struct ending *ending, const struct vt_worker_limits *limits)
{
  return ending->peak_bytes >= limits->memory - limits->memory / 10;
}

static bool out_of_time(const struct ending *ending, const struct vt_worker_limits *limits)
{
  return ending->cpu_ms + 100 >= limits->cpu_seconds * 1000;
}

static int memory_error(const struct vt_worker_limits *limits, struct vt_error *error)
{
  return vt_fail(error, VATER_E_LIMIT, "PLUG-LIMIT",
                 "the worker used more than its %llu MiB of memory", mebibytes(limits->memory));
}

static int time_error(const struct vt_worker_limits *limits, struct vt_error *error)
{
  return vt_fail(error, VATER_E_TIMEOUT, "PLUG-TIMEOUT",
                 "the worker used up its %llu s of processor time",
                 (unsigned long long)limits->cpu_seconds);
}

static int explain_signal(const struct ending *ending, const struct vt_worker_limits *limits,
                          struct vt_error *error)
{
  int number = WTERMSIG(ending->wait_status);
  if (number == SIGXCPU || (number == SIGKILL && out_of_time(ending, limits)))
    return time_error(limits, error);
  if (number == SIGSYS)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-DENIED",
                   "the sandbox stopped a system call of the worker");
  if (number == SIGXFSZ)
    return vt_fail(error, VATER_E_LIMIT, "PLUG-LIMIT", "the worker wrote more than it may");
  if (number == SIGKILL)
    return vt_fail(error, VATER_E_LIMIT, "PLUG-LIMIT",
                   "the worker was killed from outside, as the system does when memory is short");
  if (out_of_memory(ending, limits))
    return memory_error(limits, error);
  const char *name = sigabbrev_np(number);
  return vt_fail(error, VATER_E_BUG, "PLUG-CRASH", "the worker crashed: signal %d (SIG%s)", number,
                 name != NULL ? name : "?");
}

int vt_ending_explain(const struct ending *ending, const struct vt_worker_limits *limits,
                      struct vt_error *error)
{
  if (!ending->was_reported)
    return vt_fail(error, VATER_E_IO, "PLUG-CRASH",
                   "the process that starts workers is gone, and this one with it");
  if (WIFSIGNALED(ending->wait_status))
    return explain_signal(ending, limits, error);
  int code = WEXITSTATUS(ending->wait_status);
  if (code != 0 && out_of_memory(ending, limits))
    return memory_error(limits, error);
  return vt_fail(error, VATER_E_BUG, "PLUG-CRASH", "the worker ended without a result: exit(%d)",
                 code);
}

void vt_ending_place(struct vater_str place, struct vt_error *error)
{
  struct vater_str text = vt_str(error->text);
  if (place.len == 0 || !vt_str_starts(vt_str(error->code), VT_STR("PLUG-")) ||
      vt_str_find(text, VT_STR("plugin '"), 0) < text.len)
    return;
  struct vt_error placed = {0};
  vt_fail(&placed, error->status, NULL, "%.*s, %.*s", VT_STR_ARGS(text), VT_STR_ARGS(place));
  vt_text_copy(error->text, sizeof error->text, vt_str(placed.text));
}

int vt_ending_denied(uint64_t call, struct vt_error *error)
{
  char *name = vt_seccomp_name(call);
  const char *shown = name != NULL ? name : "unknown";
  int status;
  if (vt_seccomp_is_limit(call))
    status = vt_fail(error, VATER_E_LIMIT, "PLUG-LIMIT",
                     "the worker asked for a process, thread or descriptor (%s); it may have none",
                     shown);
  else
    status = vt_fail(error, VATER_E_REFUSED, "PLUG-DENIED",
                     "the sandbox stopped the worker at the system call %s (%llu)", shown,
                     (unsigned long long)call);
  free(name);
  return status;
}

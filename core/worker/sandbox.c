#include "worker/sandbox.h"

#include "base/limits.h"
#include "base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
  NOBODY = 65534,
  OPEN_FILES = 32,
  BASE_BYTES = 64 * 1024 * 1024,
  STACK_BYTES = 8 * 1024 * 1024
};

#ifdef VATER_SANITIZED
static const bool wanted = false;
#else
static const bool wanted = true;
#endif

static int failed(struct vt_error *error, const char *what)
{
  return vt_fail(error, VATER_E_IO, "OPS-SANDBOX", "%s: %s", what, strerror(errno));
}

static int prepare_landlock(struct sandbox *sandbox, enum vt_sandbox_policy policy,
                            struct vt_error *error)
{
  sandbox->landlock = vt_landlock_abi();
  if (sandbox->landlock == 0 && policy == VT_SANDBOX_REQUIRE)
    return vt_fail(error, VATER_E_REFUSED, "OPS-SANDBOX",
                   "this kernel has no Landlock, and the configuration requires it; use a kernel "
                   "with CONFIG_SECURITY_LANDLOCK (lsm=landlock), or set the sandbox to warn");
  if (sandbox->landlock == 0)
    return VATER_OK;
  int status = vt_landlock_nothing(sandbox->landlock, &sandbox->ruleset, error);
  return status == VATER_OK ? vt_landlock_read_only(sandbox->landlock, error) : status;
}

static int prepare_seccomp(struct sandbox *sandbox, enum vt_sandbox_policy policy,
                           const struct vt_allocator *allocator, struct vt_error *error)
{
  /* a null program is EFAULT where filters are known, EINVAL where they are not */
  bool known = prctl(PR_SET_SECCOMP, 2 /* filter */, NULL) != 0 && errno == EFAULT;
  if (known)
    return vt_seccomp_build(allocator, &sandbox->program, error);
  if (policy == VT_SANDBOX_REQUIRE)
    return vt_fail(error, VATER_E_REFUSED, "OPS-SANDBOX",
                   "this kernel has no seccomp filters, and the configuration requires them");
  return VATER_OK;
}

int vt_sandbox_prepare(struct sandbox *sandbox, enum vt_sandbox_policy policy,
                       const struct vt_allocator *allocator, struct vt_error *error)
{
  *sandbox = (struct sandbox){.enabled = wanted, .ruleset = -1};
  if (!wanted)
    return VATER_OK;
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
    return failed(error, "no new privileges");
  int status = prepare_landlock(sandbox, policy, error);
  if (status == VATER_OK)
    status = prepare_seccomp(sandbox, policy, allocator, error);
  return status;
}

static int drop_root(struct vt_error *error)
{
  if (geteuid() != 0)
    return VATER_OK;
  if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
      setresuid(NOBODY, NOBODY, NOBODY) != 0)
    return failed(error, "become nobody");
  return VATER_OK;
}

static int drop_capabilities(struct vt_error *error)
{
  struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
  struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
  if (syscall(SYS_capset, &head, none) != 0)
    return failed(error, "drop capabilities");
  return VATER_OK;
}

/* Private writable memory of this process now: what a worker starts with from the zygote. */
static uint64_t data_bytes(void)
{
  char text[256];
  int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return BASE_BYTES; /* no /proc here */
  ssize_t got = read(fd, text, sizeof text);
  close(fd);
  struct vater_str rest = {text, got < 0 ? 0 : (size_t)got};
  uint64_t pages = 0;
  for (int field = 0; field < 6; field++) {
    size_t end = vt_str_find(rest, VT_STR(" "), 0);
    if (!vt_number_uint64(vt_str_slice(rest, 0, end), &pages))
      return BASE_BYTES;
    rest = vt_str_slice(rest, end + 1, rest.len);
  }
  return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

int vt_sandbox_enter_zygote(struct sandbox *sandbox, struct vt_error *error)
{
  if (!sandbox->enabled)
    return VATER_OK;
  sandbox->base_bytes = data_bytes();
  int status = drop_root(error);
  if (status == VATER_OK)
    status = drop_capabilities(error);
  if (status == VATER_OK && sandbox->ruleset >= 0)
    status = vt_landlock_enter(sandbox->ruleset, error);
  if (status == VATER_OK && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
    status = failed(error, "not dumpable");
  return status;
}

/* Never above what we were given ourselves. */
static int limit(int resource, uint64_t soft, uint64_t hard, struct vt_error *error)
{
  struct rlimit value;
  if (getrlimit((__rlimit_resource_t)resource, &value) != 0)
    return failed(error, "resource limit");
  if (hard < value.rlim_max)
    value.rlim_max = hard;
  value.rlim_cur = soft < value.rlim_max ? soft : value.rlim_max;
  if (setrlimit((__rlimit_resource_t)resource, &value) != 0)
    return failed(error, "resource limit");
  return VATER_OK;
}

static int set_limits(const struct sandbox *sandbox, const struct vt_worker_limits *limits,
                      struct vt_error *error)
{
  const struct {
    int resource;
    uint64_t soft, hard;
  } wanted_limits[] = {
      {RLIMIT_DATA, sandbox->base_bytes + limits->memory, sandbox->base_bytes + limits->memory},
      {RLIMIT_CPU, limits->cpu_seconds, limits->cpu_seconds + 1},
      {RLIMIT_FSIZE, limits->result_bytes, limits->result_bytes},
      {RLIMIT_STACK, STACK_BYTES, STACK_BYTES},
      {RLIMIT_NOFILE, OPEN_FILES, OPEN_FILES},
      {RLIMIT_NPROC, 0, 0},
      {RLIMIT_CORE, 0, 0},
      {RLIMIT_MEMLOCK, 0, 0},
      {RLIMIT_MSGQUEUE, 0, 0},
  };
  int status = VATER_OK;
  for (size_t i = 0; i < sizeof wanted_limits / sizeof *wanted_limits && status == VATER_OK; i++)
    status = limit(wanted_limits[i].resource, wanted_limits[i].soft, wanted_limits[i].hard, error);
  return status;
}

int vt_sandbox_enter_worker(const struct sandbox *sandbox, const struct vt_worker_limits *limits,
                            struct vt_error *error)
{
  int status = sandbox->enabled ? set_limits(sandbox, limits, error) : VATER_OK;
  if (status == VATER_OK && sandbox->ruleset >= 0)
    status = vt_landlock_enter(sandbox->ruleset, error);
  if (status == VATER_OK && close_range(WORKER_JOB + 1, ~0U, 0) != 0)
    status = failed(error, "close inherited descriptors");
  if (status == VATER_OK && sandbox->program.len > 0)
    status = vt_seccomp_enter(&sandbox->program, error);
  return status;
}

size_t vt_sandbox_print(const struct sandbox *sandbox, char out[160])
{
  int size;
  if (!sandbox->enabled)
    size = snprintf(out, 160, "off: built with sanitizers, which need what it forbids");
  else if (sandbox->landlock == 0)
    size = snprintf(out, 160, "no Landlock in this kernel; %srlimits",
                    sandbox->program.len > 0 ? "seccomp, " : "no seccomp; ");
  else
    size = snprintf(out, 160, "Landlock ABI %d, %srlimits", sandbox->landlock,
                    sandbox->program.len > 0 ? "seccomp, " : "no seccomp; ");
  return size < 0 ? 0 : (size_t)size;
}

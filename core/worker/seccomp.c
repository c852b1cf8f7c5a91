#include "worker/frame.h"
#include "worker/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Harmless whatever the arguments: on memory, time, own identity and descriptors already open. */
static const int allowed[] = {
    SCMP_SYS(read),         SCMP_SYS(write),        SCMP_SYS(readv),
    SCMP_SYS(writev),       SCMP_SYS(recvmsg),      SCMP_SYS(sendmsg),
    SCMP_SYS(close),        SCMP_SYS(lseek),        SCMP_SYS(ftruncate),
    SCMP_SYS(fstat),        SCMP_SYS(brk),          SCMP_SYS(munmap),
    SCMP_SYS(madvise),      SCMP_SYS(mremap),       SCMP_SYS(futex),
    SCMP_SYS(exit),         SCMP_SYS(exit_group),   SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time),
    SCMP_SYS(nanosleep),    SCMP_SYS(poll),         SCMP_SYS(clock_nanosleep),
    SCMP_SYS(ppoll),        SCMP_SYS(pause),        SCMP_SYS(getrandom),
    SCMP_SYS(sched_yield),  SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(sigaltstack),  SCMP_SYS(getpid),       SCMP_SYS(gettid),
    SCMP_SYS(getppid),      SCMP_SYS(getuid),       SCMP_SYS(geteuid),
    SCMP_SYS(getgid),       SCMP_SYS(getegid),      SCMP_SYS(getrusage),
    SCMP_SYS(times),        SCMP_SYS(sysinfo),      SCMP_SYS(restart_syscall),
};

/* What the C library tries on its own account and takes no for an answer: stdio asking what
 * standard output is, qsort and malloc asking for sizes. */
static const struct {
  int call;
  uint16_t number;
} refused[] = {
    {SCMP_SYS(ioctl), ENOTTY},    {SCMP_SYS(newfstatat), EACCES},
    {SCMP_SYS(prlimit64), EPERM}, {SCMP_SYS(getrlimit), EPERM},
    {SCMP_SYS(uname), EPERM},     {SCMP_SYS(sched_getaffinity), EPERM},
    {SCMP_SYS(readlink), EACCES}, {SCMP_SYS(access), EACCES},
    {SCMP_SYS(mlock), EPERM},
};

static const int limits[] = {
    SCMP_SYS(fork),      SCMP_SYS(vfork),          SCMP_SYS(clone),         SCMP_SYS(clone3),
    SCMP_SYS(dup),       SCMP_SYS(dup2),           SCMP_SYS(dup3),          SCMP_SYS(pipe),
    SCMP_SYS(pipe2),     SCMP_SYS(eventfd),        SCMP_SYS(eventfd2),      SCMP_SYS(memfd_create),
    SCMP_SYS(setrlimit), SCMP_SYS(timerfd_create), SCMP_SYS(epoll_create1),
};

enum { SHARING = MAP_SHARED | MAP_PRIVATE };
/* Private memory that grows downwards would be stack to the kernel, which RLIMIT_DATA leaves out.
 */
enum { KIND = SHARING | MAP_GROWSDOWN };

static int add_plain(scmp_filter_ctx filter)
{
  int failed = 0;
  for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
    failed |= seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
  for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
    failed |= seccomp_rule_add(filter, SCMP_ACT_ERRNO(refused[i].number), refused[i].call, 0);
  return failed;
}

static struct scmp_arg_cmp compare(unsigned argument, enum scmp_compare how, uint64_t first,
                                   uint64_t second)
{
  return (struct scmp_arg_cmp){.arg = argument, .op = how, .datum_a = first, .datum_b = second};
}

/* Memory is never executable; shared memory is a memfd's, since anonymous shared memory would not
 * count as the worker's. */
static int add_memory(scmp_filter_ctx filter)
{
  struct scmp_arg_cmp no_exec = compare(2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
  struct scmp_arg_cmp private = compare(3, SCMP_CMP_MASKED_EQ, KIND, MAP_PRIVATE);
  struct scmp_arg_cmp file = compare(3, SCMP_CMP_MASKED_EQ, SHARING | MAP_ANONYMOUS, MAP_SHARED);
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_exec) |
         seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_exec, private) |
         seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_exec, file);
}

/* Seals are read; abort() signals itself; nobody takes our handler of SIGSYS away. */
static int add_guarded(scmp_filter_ctx filter)
{
  struct scmp_arg_cmp seals = compare(1, SCMP_CMP_EQ, F_GET_SEALS, 0);
  struct scmp_arg_cmp self = compare(0, SCMP_CMP_EQ, VT_SECCOMP_SELF, 0);
  /* the kernel looks at the lower half only: a range, since "other than" could be fooled */
  struct scmp_arg_cmp others = compare(0, SCMP_CMP_LT, SIGSYS, 0);
  return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1, seals) |
         seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, self) |
         seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(rt_sigaction), 1, others);
}

/* The library writes the finished filter to a file only. */
static int export(scmp_filter_ctx filter, const struct vt_allocator *allocator,
                  struct sock_fprog *program)
{
  int fd = memfd_create("filter", MFD_CLOEXEC);
  if (fd < 0)
    return -1;
  int failed = seccomp_export_bpf(filter, fd);
  off_t size = lseek(fd, 0, SEEK_END);
  struct sock_filter *instructions = NULL;
  if (failed == 0 && size > 0 && size <= BPF_MAXINSNS * (off_t)sizeof *instructions)
    instructions = vt_alloc(allocator, (size_t)size);
  if (instructions != NULL && pread(fd, instructions, (size_t)size, 0) == size) {
    program->filter = instructions;
    program->len = (unsigned short)((size_t)size / sizeof *instructions);
  } else {
    vt_free(allocator, instructions);
  }
  close(fd);
  return program->filter == NULL ? -1 : 0;
}

int vt_seccomp_build(const struct vt_allocator *allocator, struct sock_fprog *program,
                     struct vt_error *error)
{
  *program = (struct sock_fprog){0};
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_TRAP);
  int failed = filter == NULL;
  if (failed == 0)
    failed = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS) |
             seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
  if (failed == 0)
    failed = add_plain(filter) | add_memory(filter) | add_guarded(filter);
  if (failed == 0)
    failed = export(filter, allocator, program);
  seccomp_release(filter);
  if (failed != 0)
    return vt_fail(error, VATER_E_IO, "OPS-SANDBOX", "the seccomp filter cannot be built");
  return VATER_OK;
}

/* Runs where the system call was stopped: says which one, and ends the worker. */
static void denied(int signal, siginfo_t *info, void *context)
{
  (void)signal;
  (void)context;
  struct frame frame = {.kind = FRAME_DENIED, .numbers = {(uint64_t)(uint32_t)info->si_syscall}};
  vt_frame_send(WORKER_SOCKET, &frame, NULL, 0, NULL);
  _exit(1);
}

int vt_seccomp_enter(const struct sock_fprog *program, struct vt_error *error)
{
  uint32_t self = (uint32_t)getpid();
  for (unsigned i = 0; i < program->len; i++)
    if (program->filter[i].k == VT_SECCOMP_SELF)
      program->filter[i].k = self;
  struct sigaction action = {.sa_sigaction = denied, .sa_flags = SA_SIGINFO | SA_NODEFER};
  if (sigaction(SIGSYS, &action, NULL) != 0 ||
      prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, program) != 0)
    return vt_fail(error, VATER_E_IO, "OPS-SANDBOX", "seccomp: %s", strerror(errno));
  return VATER_OK;
}

char *vt_seccomp_name(uint64_t number)
{
  if (number > INT32_MAX)
    return NULL;
  return seccomp_syscall_resolve_num_arch(seccomp_arch_native(), (int)number);
}

bool vt_seccomp_is_limit(uint64_t number)
{
  for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
    if (limits[i] >= 0 && (uint64_t)limits[i] == number)
      return true;
  return false;
}

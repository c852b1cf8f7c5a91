#include "acts.h"

#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

bool act_read_parent_memory(struct scene *scene)
{
  char mine[1] = {0};
  struct iovec here = {mine, sizeof mine};
  struct iovec there = {(void *)(uintptr_t)environ, sizeof mine};
  (void)scene;
  return process_vm_readv(getppid(), &here, 1, &there, 1, 0) == 1;
}

bool act_trace_parent(struct scene *scene)
{
  (void)scene;
  if (ptrace(PTRACE_SEIZE, getppid(), NULL, NULL) != 0)
    return false;
  ptrace(PTRACE_DETACH, getppid(), NULL, NULL);
  return true;
}

bool act_signal_parent(struct scene *scene)
{
  (void)scene;
  return kill(getppid(), SIGCONT) == 0;
}

bool act_signal_group(struct scene *scene)
{
  (void)scene;
  return kill(0, SIGCONT) == 0;
}

bool act_parent_descriptor(struct scene *scene)
{
  (void)scene;
  long parent = syscall(SYS_pidfd_open, getppid(), 0);
  return parent >= 0 && syscall(SYS_pidfd_getfd, parent, 0, 0) >= 0;
}

bool act_parent_limits(struct scene *scene)
{
  struct rlimit limit;
  (void)scene;
  return prlimit(getppid(), RLIMIT_CORE, NULL, &limit) == 0 &&
         prlimit(getppid(), RLIMIT_CORE, &limit, NULL) == 0;
}

bool act_parent_priority(struct scene *scene)
{
  (void)scene;
  return setpriority(PRIO_PROCESS, (id_t)getppid(), getpriority(PRIO_PROCESS, (id_t)getppid())) ==
         0;
}

bool act_run_program(struct scene *scene)
{
  char program[] = "/bin/true";
  char *const arguments[] = {program, NULL};
  (void)scene;
  execve(program, arguments, arguments + 1);
  return false;
}

bool act_fork_child(struct scene *scene)
{
  (void)scene;
  pid_t child = fork();
  if (child == 0)
    _exit(0);
  return child > 0 && waitpid(child, NULL, 0) == child;
}

static void *do_nothing(void *nothing)
{
  return nothing;
}

bool act_start_thread(struct scene *scene)
{
  pthread_t thread;
  (void)scene;
  return pthread_create(&thread, NULL, do_nothing, NULL) == 0 && pthread_join(thread, NULL) == 0;
}

bool act_user_namespace(struct scene *scene)
{
  (void)scene;
  return unshare(CLONE_NEWUSER) == 0;
}

bool act_mount_namespace(struct scene *scene)
{
  (void)scene;
  return unshare(CLONE_NEWNS) == 0;
}

bool act_mount_folder(struct scene *scene)
{
  (void)scene;
  if (unshare(CLONE_NEWNS) != 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
    return false;
  return mount("none", "/tmp", "tmpfs", 0, NULL) == 0;
}

bool act_change_user(struct scene *scene)
{
  uid_t real, effective, saved;
  (void)scene;
  return getresuid(&real, &effective, &saved) == 0 && setresuid(real, effective, saved) == 0;
}

bool act_change_groups(struct scene *scene)
{
  gid_t group = getgid();
  (void)scene;
  return setgroups(1, &group) == 0;
}

bool act_kernel_log(struct scene *scene)
{
  (void)scene;
  return klogctl(10, NULL, 0) >= 0;
}

bool act_host_name(struct scene *scene)
{
  char name[256] = "";
  (void)scene;
  return gethostname(name, sizeof name - 1) == 0 && sethostname(name, strlen(name)) == 0;
}

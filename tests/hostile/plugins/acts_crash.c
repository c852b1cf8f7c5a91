#include "acts.h"

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <unwind.h>

bool act_segv(struct scene *scene)
{
  volatile int *volatile nowhere = NULL;
  (void)scene;
  *nowhere = 1;
  return true;
}

bool act_abort(struct scene *scene)
{
  (void)scene;
  abort();
}

static int recurse(volatile char *above)
{
  static volatile bool deeper = true;
  volatile char space[4096];
  space[0] = above != NULL ? above[0] : 0;
  return deeper ? recurse(space) + space[0] : 0;
}

bool act_stack_overflow(struct scene *scene)
{
  (void)scene;
  return recurse(NULL) == 0;
}

bool act_exit_zero(struct scene *scene)
{
  (void)scene;
  exit(0);
}

bool act_quick_exit(struct scene *scene)
{
  (void)scene;
  _exit(0);
}

bool act_raise_kill(struct scene *scene)
{
  (void)scene;
  kill(getpid(), SIGKILL);
  return true;
}

bool act_raise_bus(struct scene *scene)
{
  (void)scene;
  raise(SIGBUS);
  return true;
}

bool act_illegal_instruction(struct scene *scene)
{
  (void)scene;
  __builtin_trap();
}

bool act_divide_by_zero(struct scene *scene)
{
#if defined(__x86_64__)
  volatile int zero = 0;
  __asm__ volatile("movl $1, %%eax\n\tcltd\n\tidivl %0" : : "m"(zero) : "eax", "edx", "cc");
#else
  raise(SIGFPE);
#endif
  (void)scene;
  return true;
}

static void __attribute__((noinline)) leave_frame(jmp_buf place)
{
  if (setjmp(place) != 0)
    abort();
}

bool act_longjmp_out(struct scene *scene)
{
  jmp_buf place;
  (void)scene;
  leave_frame(place);
  longjmp(place, 1);
}

bool act_bad_free(struct scene *scene)
{
  char space[64];
  void *volatile inside = space + 16;
  (void)scene;
  memset(space, 'x', sizeof space);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wfree-nonheap-object"
  free(inside);
#pragma GCC diagnostic pop
  return true;
}

/* What a C++ runtime does with `throw` where nobody catches. */
bool act_throw_exception(struct scene *scene)
{
  static struct _Unwind_Exception exception;
  (void)scene;
  memset(&exception, 0, sizeof exception);
  _Unwind_RaiseException(&exception);
  abort();
}

bool act_busy_loop(struct scene *scene)
{
  (void)scene;
  for (volatile unsigned long i = 0;;)
    i = i + 1;
}

bool act_sleep_long(struct scene *scene)
{
  (void)scene;
  for (unsigned left = 3600; left > 0;)
    left = sleep(left);
  return true;
}

bool act_deadlock(struct scene *scene)
{
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  (void)scene;
  pthread_mutex_lock(&mutex);
  pthread_mutex_lock(&mutex);
  return true;
}

bool act_stopped(struct scene *scene)
{
  (void)scene;
  return kill(getpid(), SIGSTOP) == 0;
}

/* bench_repeat N PROGRAM [ARGUMENT…]: the median milliseconds of N starts. */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

enum { RUNS_MAX = 1000 };

static double now(void)
{
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static int ascending(const void *left, const void *right)
{
  double a = *(const double *)left;
  double b = *(const double *)right;
  return a < b ? -1 : a > b;
}

int main(int argc, char **argv)
{
  double took[RUNS_MAX];
  int runs = argc > 2 ? (int)strtoul(argv[1], NULL, 10) : 0;
  if (runs < 1 || runs > RUNS_MAX)
    return 64;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  for (int i = 0; i < runs; i++) {
    pid_t pid;
    int status;
    double before = now();
    if (posix_spawn(&pid, argv[2], &actions, NULL, argv + 2, environ) != 0 ||
        waitpid(pid, &status, 0) != pid)
      return 1;
    took[i] = now() - before;
  }
  qsort(took, (size_t)runs, sizeof took[0], ascending);
  printf("%.2f\n", took[runs / 2]);
  return 0;
}

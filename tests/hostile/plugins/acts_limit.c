#include "acts.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* "It worked": more was taken than any job needs. */
enum { MANY_MEGABYTES = 1024, MANY_DESCRIPTORS = 5000, MANY_THREADS = 500, MANY_ROWS = 3000000 };

bool act_malloc_flood(struct scene *scene)
{
  (void)scene;
  for (int taken = 0; taken < MANY_MEGABYTES * 64; taken++) {
    char *block = malloc(1024 * 1024);
    if (block == NULL)
      return taken >= MANY_MEGABYTES;
    memset(block, taken, 1024 * 1024);
    __asm__ volatile("" : : "r"(block) : "memory");
  }
  return true;
}

/* Four times the memory of the test's worker are enough to say that it worked. */
bool act_stack_flood(struct scene *scene)
{
  enum { PIECE = 4 * 1024 * 1024, PIECES = 64 };
  (void)scene;
  for (int taken = 0; taken < PIECES; taken++) {
    char *block = mmap(NULL, PIECE, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN, -1, 0);
    if (block == MAP_FAILED)
      return false;
    memset(block, taken, PIECE);
    __asm__ volatile("" : : "r"(block) : "memory");
  }
  return true;
}

bool act_scratch_flood(struct scene *scene)
{
  for (int taken = 0; taken < MANY_MEGABYTES; taken++)
    if (scene->host->alloc(scene->call, 1024 * 1024) == NULL)
      return false;
  return true;
}

bool act_fd_leak(struct scene *scene)
{
  (void)scene;
  for (int taken = 0; taken < MANY_DESCRIPTORS; taken++)
    if (dup(STDIN_FILENO) < 0)
      return false;
  return true;
}

static void *wait_for_ever(void *nothing)
{
  for (;;)
    pause();
  return nothing;
}

bool act_thread_bomb(struct scene *scene)
{
  (void)scene;
  for (int taken = 0; taken < MANY_THREADS; taken++) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
      return false;
  }
  return true;
}

/* Bounded, so that a test outside the sandbox survives it: 64 children, each waits to be killed. */
bool act_fork_bomb(struct scene *scene)
{
  (void)scene;
  for (int taken = 0; taken < 64; taken++) {
    pid_t child = fork();
    if (child < 0)
      return false;
    if (child == 0) {
      alarm(5);
      wait_for_ever(NULL);
    }
  }
  return true;
}

bool act_row_flood(struct scene *scene)
{
  if (scene->table == NULL)
    return false;
  for (int taken = 0; taken < MANY_ROWS; taken++) {
    scene->status = scene->host->table->row(scene->call, scene->table, 0);
    if (scene->status != VATER_OK)
      return false;
  }
  return true;
}

bool act_finding_flood(struct scene *scene)
{
  if (scene->findings == NULL)
    return false;
  for (int taken = 0; taken < MANY_ROWS; taken++) {
    scene->status =
        scene->host->report->fail_all(scene->call, scene->findings, "finding %d", taken);
    if (scene->status != VATER_OK)
      return false;
  }
  return true;
}

#include "acts.h"

#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

enum { FIRST_OF_HOST = 3, LAST_OF_HOST = 255 };

/* ---- the host's descriptors ----------------------------------------------------------------- */

static void for_each_descriptor(void (*act)(int fd))
{
  for (int fd = FIRST_OF_HOST; fd <= LAST_OF_HOST; fd++)
    act(fd);
}

static void write_garbage(int fd)
{
  char garbage[4096];
  memset(garbage, 0xa5, sizeof garbage);
  int flags = fcntl(fd, F_GETFL);
  if (flags < 0)
    return;
  fcntl(fd, F_SETFL, flags | O_NONBLOCK);
  for (int i = 0; i < 16; i++)
    if (write(fd, garbage, sizeof garbage) < 0)
      break;
}

bool act_garbage_frames(struct scene *scene)
{
  (void)scene;
  for_each_descriptor(write_garbage);
  return true;
}

static void write_two(int fd)
{
  if (write(fd, "\001", 2) < 0)
    return;
}

bool act_cut_frame(struct scene *scene)
{
  (void)scene;
  for_each_descriptor(write_two);
  _exit(0);
}

static void shrink(int fd)
{
  if (ftruncate(fd, 0) != 0)
    return;
}

bool act_shrink_files(struct scene *scene)
{
  (void)scene;
  for_each_descriptor(shrink);
  return true;
}

static void grow(int fd)
{
  if (ftruncate(fd, (off_t)1 << 40) != 0)
    return;
}

bool act_grow_files(struct scene *scene)
{
  (void)scene;
  for_each_descriptor(grow);
  return true;
}

static void close_one(int fd)
{
  close(fd);
}

bool act_close_all(struct scene *scene)
{
  (void)scene;
  for_each_descriptor(close_one);
  return true;
}

/* As core/worker/frame.h lays them out: kind, six numbers, four lengths. */
enum { WORKER_SOCKET = 3, FRAME_READ = 9, FRAME_FAILED = 11, FRAME_WORDS = 18 };

static bool say(uint32_t kind)
{
  const uint32_t frame[FRAME_WORDS] = {kind};
  return write(WORKER_SOCKET, frame, sizeof frame) == (ssize_t)sizeof frame;
}

bool act_last_word(struct scene *scene)
{
  (void)scene;
  if (!say(FRAME_READ) || !say(FRAME_FAILED))
    return false;
  for (;;)
    pause();
}

bool act_frame_flood(struct scene *scene)
{
  (void)scene;
  while (say(FRAME_FAILED))
    continue;
  return false;
}

/* ---- answers that are none ------------------------------------------------------------------ */

bool act_odd_status(struct scene *scene)
{
  scene->status = 7;
  return true;
}

bool act_odd_error(struct scene *scene)
{
  scene->status = -99;
  return true;
}

bool act_silent_error(struct scene *scene)
{
  scene->status = VATER_E_IO;
  return true;
}

bool act_quote_number(struct scene *scene)
{
  scene->status = scene->host->fail(scene->call, VATER_E_IO, "cannot read '13097248022'");
  return true;
}

bool act_other_actor(struct scene *scene)
{
  static const struct vater_str other = {"974760673", 9};
  if (scene->table == NULL)
    return false;
  return scene->host->table->set_head_text(scene->call, scene->table, VATER_HEAD_REPORTER, other) ==
         VATER_OK;
}

bool act_bad_row(struct scene *scene)
{
  if (scene->findings == NULL)
    return false;
  return scene->host->report->fail_row(scene->call, scene->findings, UINT32_MAX - 1,
                                       VATER_COLUMN_VALUE, "there") == VATER_OK;
}

bool act_bad_text(struct scene *scene)
{
  static const char bytes[] = "\xff\xfe\x80\x1b[31m";
  static const struct vater_str text = {bytes, sizeof bytes - 1};
  if (scene->findings != NULL)
    return scene->host->report->fail_all(scene->call, scene->findings, "%s", bytes) == VATER_OK;
  if (scene->table == NULL)
    return false;
  return scene->host->table->set_head_text(scene->call, scene->table, VATER_HEAD_COMMENT, text) ==
         VATER_OK;
}

/* ---- what a process shares ------------------------------------------------------------------ */

static bool flood(int fd)
{
  static char block[1024 * 1024];
  memset(block, '#', sizeof block);
  for (int written = 0; written < 1024; written++)
    if (write(fd, block, sizeof block) < 0)
      return false;
  return true;
}

bool act_stdout_flood(struct scene *scene)
{
  (void)scene;
  return flood(STDOUT_FILENO);
}

bool act_stderr_flood(struct scene *scene)
{
  (void)scene;
  return flood(STDERR_FILENO);
}

bool act_change_locale(struct scene *scene)
{
  (void)scene;
  return setlocale(LC_ALL, "nb_NO.UTF-8") != NULL || setlocale(LC_ALL, "C.UTF-8") != NULL;
}

bool act_change_folder(struct scene *scene)
{
  (void)scene;
  return chdir("/") == 0;
}

bool act_change_umask(struct scene *scene)
{
  (void)scene;
  umask(0);
  return true;
}

bool act_change_environment(struct scene *scene)
{
  (void)scene;
  unsetenv("HOME");
  return setenv("PATH", "/hostile", 1) == 0 && setenv("LD_PRELOAD", "/hostile.so", 1) == 0;
}

bool act_change_signals(struct scene *scene)
{
  sigset_t all;
  (void)scene;
  for (int number = 1; number < NSIG; number++)
    signal(number, SIG_IGN);
  sigfillset(&all);
  return sigprocmask(SIG_BLOCK, &all, NULL) == 0;
}

bool act_change_rounding(struct scene *scene)
{
  (void)scene;
  return fesetround(FE_UPWARD) == 0;
}

bool act_close_standard(struct scene *scene)
{
  (void)scene;
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
    close(fd);
  return true;
}

bool act_leak_memory(struct scene *scene)
{
  (void)scene;
  for (int i = 0; i < 10; i++) {
    char *lost = malloc(1024 * 1024);
    if (lost == NULL)
      return false;
    memset(lost, i, 1024 * 1024);
    __asm__ volatile("" : : "r"(lost) : "memory");
  }
  return true;
}

bool act_set_timer(struct scene *scene)
{
  struct itimerval soon = {.it_value = {.tv_usec = 1000}};
  (void)scene;
  return setitimer(ITIMER_REAL, &soon, NULL) == 0;
}

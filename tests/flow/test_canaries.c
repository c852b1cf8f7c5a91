#include "flow/clients.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void assert_absent(const json_t *canaries, const char *bytes, size_t size, const char *where)
{
  for (size_t i = 0; i < json_array_size(canaries); i++) {
    const char *canary = json_string_value(json_array_get(canaries, i));
    if (memmem(bytes, size, canary, strlen(canary)) != NULL)
      fail_msg("canary %zu is in %s", i, where);
  }
}

static void scan_file(const json_t *canaries, const char *path)
{
  char *bytes = malloc(32 * 1024 * 1024);
  assert_non_null(bytes);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  size_t size = 0;
  for (ssize_t got; fd >= 0 && size < 32u * 1024 * 1024 &&
                    (got = read(fd, bytes + size, 32u * 1024 * 1024 - size)) > 0;)
    size += (size_t)got;
  if (fd >= 0)
    close(fd);
  assert_absent(canaries, bytes, size, path);
  free(bytes);
}

static void scan_region(const json_t *canaries, int memory, unsigned long from, unsigned long to,
                        const char *where)
{
  size_t size = to - from;
  char *bytes = size < 256ul * 1024 * 1024 ? malloc(size) : NULL;
  if (bytes == NULL)
    return;
  ssize_t got = pread(memory, bytes, size, (off_t)from);
  if (got > 0)
    assert_absent(canaries, bytes, (size_t)got, where);
  free(bytes);
}

/* What a process may read: needs the right to look at it, which root has. */
static void scan_memory(const json_t *canaries, pid_t pid)
{
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
  FILE *maps = fopen(path, "r");
  while (memory >= 0 && maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    char *end = NULL;
    unsigned long from = strtoul(line, &end, 16), to = strtoul(end + 1, &end, 16);
    if (strncmp(end, " rw", 3) == 0)
      scan_region(canaries, memory, from, to, path);
  }
  if (maps != NULL)
    fclose(maps);
  if (memory >= 0)
    close(memory);
}

static size_t children_of(pid_t pid, pid_t *list, size_t room)
{
  char path[64], text[2048];
  size_t count = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL || fgets(text, sizeof text, file) == NULL)
    text[0] = '\0';
  if (file != NULL)
    fclose(file);
  for (char *at = text, *end; count < room; at = end) {
    unsigned long child = strtoul(at, &end, 10);
    if (end == at)
      break;
    list[count++] = (pid_t)child;
  }
  return count;
}

static void scan_running(const json_t *canaries, pid_t vater)
{
  char path[64];
  pid_t zygotes[8], workers[64];
  static const char *const files[] = {"cmdline", "environ"};
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "/proc/%d/%s", (int)vater, files[i]);
    scan_file(canaries, path);
  }
  size_t count = children_of(vater, zygotes, 8);
  assert_int_equal(count, 1);
  scan_memory(canaries, zygotes[0]);
  count = children_of(zygotes[0], workers, 64);
  assert_true(count > 0);
  for (size_t i = 0; i < count; i++)
    scan_memory(canaries, workers[i]);
}

static void scan_folder(const json_t *canaries, const char *folder)
{
  static const char *const kept[] = {"out", "error", "report.json", "vater.db", "vater.db-wal"};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, kept[i]);
    scan_file(canaries, path);
  }
}

static void wait_for_workers(pid_t vater)
{
  pid_t zygotes[8], workers[8];
  for (int i = 0; i < 1500; i++) {
    if (children_of(vater, zygotes, 8) == 1 && children_of(zygotes[0], workers, 8) > 0)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
  }
  fail_msg("no worker came");
}

static const struct client_actor waiting[] = {
    {"helseid", HELSEID,
     "\"payload\": \"helse-bergen.json\", \"next\": true, \"answers\": [null, {\"delay\": 8000}]",
     NULL, NULL, NULL},
    {"maskinporten", MASKINPORTEN, NULL, NULL, NULL, NULL},
    {"generic", GENERIC("basic"), NULL, NULL, NULL, NULL}};

static void begin(struct world *world)
{
  char *text = clients_scenario("\"clock\": 0", waiting, sizeof waiting / sizeof *waiting);
  world_start(world, text);
  free(text);
}

/* Secrets, private keys, tokens, assertions and proofs are in main's memory and nowhere else. */
static void test_canaries(void **state)
{
  (void)state;
  struct world world;
  int status;
  begin(&world);
  pid_t vater = rig_vater_start(world.folder, clients_arguments);
  wait_for_workers(vater);
  nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
  json_t *seen = world_seen(&world);
  const json_t *canaries = json_object_get(seen, "canaries");
  assert_true(json_array_size(canaries) > 9);
  scan_running(canaries, vater);
  assert_int_equal(waitpid(vater, &status, 0), vater);
  json_decref(seen);
  seen = world_stop(&world);
  scan_folder(json_object_get(seen, "canaries"), world.folder);
  json_decref(seen);
  rig_remove(world.folder);
}

/* ---- cores -------------------------------------------------------------------------------------
 */

static void allow_cores(void)
{
  struct rlimit value;
  if (getrlimit(RLIMIT_CORE, &value) != 0)
    _exit(126);
  value.rlim_cur = value.rlim_max;
  if (setrlimit(RLIMIT_CORE, &value) != 0)
    _exit(126);
}

/* core, core.PID, vater.core, … */
static int count_cores(const char *folder)
{
  int count = 0;
  DIR *directory = opendir(folder);
  assert_non_null(directory);
  for (const struct dirent *entry; (entry = readdir(directory)) != NULL;)
    count += strstr(entry->d_name, "core") != NULL;
  closedir(directory);
  return count;
}

/* Whether a process that ends so leaves a core here at all; otherwise there is nothing to see. */
static bool leaves_core(const char *folder, int signal_number)
{
  int status;
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    allow_cores();
    if (chdir(folder) != 0)
      _exit(126);
    signal(signal_number, SIG_DFL);
    kill(getpid(), signal_number);
    _exit(0);
  }
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status));
  return WCOREDUMP(status);
}

/* The line of /proc/PID/limits: "Max core file size  0  0  bytes". */
static void assert_no_core_allowed(pid_t pid)
{
  char path[64], line[256];
  unsigned long soft = 1, hard = 1;
  snprintf(path, sizeof path, "/proc/%d/limits", (int)pid);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  while (fgets(line, sizeof line, file) != NULL)
    if (strncmp(line, "Max core file size", 18) == 0) {
      char *end;
      soft = strtoul(line + 18, &end, 10);
      hard = strtoul(end, NULL, 10);
    }
  fclose(file);
  assert_int_equal(soft, 0);
  assert_int_equal(hard, 0);
}

static void await_end(pid_t vater, int *status)
{
  for (int i = 0; i < 6000; i++) {
    if (waitpid(vater, status, WNOHANG) == vater)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  }
  kill(vater, SIGKILL);
  waitpid(vater, status, 0);
  fail_msg("vater did not end within a minute");
}

enum whom { MAIN, ZYGOTE, WORKER };

/* Cores of any size are allowed, and one of the processes of a run that holds keys crashes. */
static void crash(enum whom whom, int signal_number)
{
  struct world world;
  pid_t zygotes[8], workers[8];
  int status;
  begin(&world);
  if (!leaves_core(world.folder, signal_number))
    print_message("the system writes no cores here: only what the kernel says is looked at\n");
  int before = count_cores(world.folder), before_root = count_cores("/");
  pid_t vater = rig_vater_start_in(world.folder, clients_arguments, allow_cores);
  wait_for_workers(vater);
  assert_int_equal(children_of(vater, zygotes, 8), 1);
  assert_true(children_of(zygotes[0], workers, 8) > 0);
  pid_t victims[] = {vater, zygotes[0], workers[0]};
  if (whom == WORKER)
    assert_no_core_allowed(workers[0]);
  assert_int_equal(kill(victims[whom], signal_number), 0);
  await_end(vater, &status);
  if (whom == MAIN) {
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), signal_number);
    assert_false(WCOREDUMP(status));
  }
  assert_int_equal(count_cores(world.folder), before);
  assert_int_equal(count_cores("/"), before_root);
  json_decref(world_stop(&world));
  rig_remove(world.folder);
}

/* Sanitizers take a SIGSEGV for themselves. */
#ifdef __SANITIZE_ADDRESS__
#define CRASHES      \
  {                  \
    SIGABRT, SIGQUIT \
  }
#else
#define CRASHES      \
  {                  \
    SIGABRT, SIGSEGV \
  }
#endif

static void test_no_core_of_main(void **state)
{
  (void)state;
  static const int signals[] = CRASHES;
  for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
    crash(MAIN, signals[i]);
}

static void test_no_core_of_its_children(void **state)
{
  (void)state;
  crash(ZYGOTE, SIGABRT);
  crash(WORKER, SIGABRT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_canaries),
                                     cmocka_unit_test(test_no_core_of_main),
                                     cmocka_unit_test(test_no_core_of_its_children)};
  if (!world_installed())
    return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

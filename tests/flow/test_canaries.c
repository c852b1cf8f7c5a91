#include "flow/clients.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Secrets, private keys, tokens, assertions and proofs are in main's memory and nowhere else; main
 * leaves no core behind. */
static void test_canaries(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"helseid", HELSEID,
       "\"payload\": \"helse-bergen.json\", \"next\": true, \"answers\": [null, {\"delay\": 8000}]",
       NULL, NULL, NULL},
      {"maskinporten", MASKINPORTEN, NULL, NULL, NULL, NULL},
      {"generic", GENERIC("basic"), NULL, NULL, NULL, NULL}};
  struct world world;
  int status;
  char *text = clients_scenario("\"clock\": 0", actors, 3);
  world_start(&world, text);
  free(text);
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

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_canaries)};
  if (!world_installed())
    return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

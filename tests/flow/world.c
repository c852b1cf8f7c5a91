#include "flow/world.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { READY_SECONDS = 60 };

bool world_installed(void)
{
  if (access(VATER_BUILD_DIR "/oidc/node_modules/oidc-provider/package.json", R_OK) == 0)
    return true;
  print_message("skipped: no token service; './dev test' installs it\n");
  return false;
}

bool world_has_nginx(void)
{
  return access("/usr/sbin/nginx", X_OK) == 0;
}

static void run_node(const struct world *world, const char *scenario, int ready)
{
  char errors[600];
  if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() == 1)
    _exit(126);
  snprintf(errors, sizeof errors, "%s/world.log", world->folder);
  int log = open(errors, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (log < 0 || dup2(ready, 1) < 0 || dup2(log, 2) < 0)
    _exit(126);
  execlp("node", "node", VATER_BUILD_DIR "/oidc/world.mjs", world->folder, scenario,
         VATER_SOURCE_DIR "/fixtures/payloads", (char *)NULL);
  _exit(127);
}

static void wait_ready(const struct world *world, int fd)
{
  char line[8] = "";
  struct pollfd wait = {.fd = fd, .events = POLLIN};
  if (poll(&wait, 1, READY_SECONDS * 1000) != 1 || read(fd, line, 6) != 6 ||
      strcmp(line, "ready\n") != 0) {
    char *log = rig_text(world->folder, "world.log");
    fail_msg("the world did not start: %s", log);
  }
}

void world_start(struct world *world, const char *scenario)
{
  char path[600];
  int pipes[2];
  rig_folder(world->folder, sizeof world->folder);
  rig_write(world->folder, "scenario.json", scenario);
  snprintf(path, sizeof path, "%s/scenario.json", world->folder);
  assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
  world->pid = fork();
  assert_true(world->pid >= 0);
  if (world->pid == 0)
    run_node(world, path, pipes[1]);
  close(pipes[1]);
  wait_ready(world, pipes[0]);
  close(pipes[0]);
}

json_t *world_stop(struct world *world)
{
  rig_stop(world->pid);
  return rig_json(world->folder, "seen.json");
}

json_t *world_seen(const struct world *world)
{
  char path[600];
  snprintf(path, sizeof path, "%s/seen.json", world->folder);
  unlink(path);
  assert_int_equal(kill(world->pid, SIGUSR1), 0);
  for (int i = 0; i < 500 && access(path, R_OK) != 0; i++)
    nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
  return rig_json(world->folder, "seen.json");
}

static const json_t *find_job(const json_t *report, const char *orgnr)
{
  const json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  for (size_t i = 0; i < json_array_size(actors); i++) {
    const json_t *actor = json_array_get(actors, i);
    if (strcmp(json_string_value(json_object_get(actor, "actor")), orgnr) == 0)
      return json_array_get(json_object_get(actor, "jobs"), 0);
  }
  fail_msg("%s is not in the report", orgnr);
  return NULL;
}

static const char *text_or_none(const json_t *object, const char *name)
{
  const char *text = json_string_value(json_object_get(object, name));
  return text != NULL ? text : "none";
}

void world_expect(const json_t *report, const char *orgnr, const char *delivery, const char *code)
{
  const json_t *job = find_job(report, orgnr);
  const char *wanted = code != NULL ? code : "none";
  if (strcmp(text_or_none(job, "delivery"), delivery) != 0 ||
      strcmp(text_or_none(job, "code"), wanted) != 0)
    fail_msg("%s: %s %s, wanted %s %s: %s", orgnr, text_or_none(job, "delivery"),
             text_or_none(job, "code"), delivery, wanted, text_or_none(job, "message"));
}

void world_statuses(const json_t *seen, const char *actor, char *text, size_t size)
{
  const json_t *list = json_object_get(json_object_get(seen, "actors"), actor);
  size_t at = 0;
  text[0] = '\0';
  for (size_t i = 0; i < json_array_size(list) && at < size; i++)
    at += (size_t)snprintf(
        text + at, size - at, "%s%lld", i > 0 ? " " : "",
        (long long)json_integer_value(json_object_get(json_array_get(list, i), "status")));
}

size_t world_requests(const json_t *seen, const char *service)
{
  const json_t *all = json_object_get(json_object_get(seen, "issuers"), service);
  return json_array_size(json_object_get(all, "requests"));
}

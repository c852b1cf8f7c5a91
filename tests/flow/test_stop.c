#include "flow/rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

static const char *const fresh[] = {"run", "--quiet", "--today", "2026-11-22", NULL};
static const char *const again[] = {"run",         "--quiet",     "--resume",
                                    "--json-file", "report.json", NULL};

static void wait_ms(unsigned ms)
{
  nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000}, NULL);
}

/* O04: a signal ends a run within ten seconds, keeps what is done, and it can be gone on with. */
static void stopped_by(int signal)
{
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, "400", "20000");
  pid_t pid = rig_vater_start(folder, fresh);
  rig_await_begun(folder);
  wait_ms(200);
  struct timespec before;
  struct timespec after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  assert_int_equal(kill(pid, signal), 0);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  clock_gettime(CLOCK_MONOTONIC, &after);
  assert_true(after.tv_sec - before.tv_sec < 10);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 2);
  char *error = rig_text(folder, "error");
  assert_true(rig_contains(error, "OPS-STOPPED"));
  free(error);
  struct rig_run run = rig_vater(folder, again);
  if (run.exit_code != 0)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  json_t *report = rig_json(folder, "report.json");
  json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  assert_int_equal(json_array_size(actors), 400);
  json_decref(report);
  rig_stop(fixtures);
  rig_remove(folder);
}

static void test_O04_term(void **state)
{
  (void)state;
  stopped_by(SIGTERM);
}

static void test_O04_int(void **state)
{
  (void)state;
  stopped_by(SIGINT);
}

static void test_O04_hup(void **state)
{
  (void)state;
  stopped_by(SIGHUP);
}

/* O04: a pipe that nobody reads any more does not end a run. */
static void test_O04_pipe(void **state)
{
  (void)state;
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, "400", "20000");
  static const char *const arguments[] = {"run",         "--quiet",     "--today", "2026-11-22",
                                          "--json-file", "report.json", NULL};
  pid_t pid = rig_vater_start(folder, arguments);
  rig_await_begun(folder);
  wait_ms(200);
  assert_int_equal(kill(pid, SIGPIPE), 0);
  int status;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 0);
  json_t *report = rig_json(folder, "report.json");
  json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  assert_int_equal(json_array_size(actors), 400);
  json_decref(report);
  rig_stop(fixtures);
  rig_remove(folder);
}

/* S07: a second run beside the first is refused, and the lock dies with its holder. */
static void test_S07_two_runs(void **state)
{
  (void)state;
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, "400", "20000");
  pid_t first = rig_vater_start(folder, fresh);
  rig_await_begun(folder);
  wait_ms(200);
  char other[600];
  snprintf(other, sizeof other, "%s/vater.json", folder);
  char inner[512];
  rig_folder(inner, sizeof inner);
  const char *const beside[] = {"run", "--quiet", "--config", other, NULL};
  struct rig_run run = rig_vater(inner, beside);
  assert_int_equal(run.exit_code, 3);
  assert_true(rig_contains(run.error, "OPS-RUNNING"));
  rig_done(&run);
  kill(first, SIGKILL);
  int status;
  waitpid(first, &status, 0);
  run = rig_vater(folder, again);
  if (run.exit_code != 0)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  rig_stop(fixtures);
  rig_remove(inner);
  rig_remove(folder);
}

/* O06, R04: what a run is pinned to may not change under a resumed run. */
static void test_O06_changed_before_resume(void **state)
{
  (void)state;
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, "400", "20000");
  pid_t pid = rig_vater_start(folder, fresh);
  rig_await_begun(folder);
  wait_ms(200);
  kill(pid, SIGKILL);
  int status;
  waitpid(pid, &status, 0);
  char *text = rig_text(folder, "actors.json");
  char *longer = malloc(strlen(text) + 2);
  assert_non_null(longer);
  memcpy(longer, text, strlen(text));
  memcpy(longer + strlen(text), "\n", 2);
  rig_write(folder, "actors.json", longer);
  struct rig_run run = rig_vater(folder, again);
  assert_int_equal(run.exit_code, 3);
  assert_true(rig_contains(run.error, "OPS-PINNED"));
  assert_true(rig_contains(run.error, "actors.json"));
  rig_done(&run);
  rig_write(folder, "actors.json", text);
  run = rig_vater(folder, again);
  assert_int_equal(run.exit_code, 0);
  rig_done(&run);
  free(text);
  free(longer);
  rig_stop(fixtures);
  rig_remove(folder);
}

/* N10: nobody can be reached: the fault is ours, and no actor is blamed. */
static void test_N10_nobody_reached(void **state)
{
  (void)state;
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, "400", "20000");
  rig_stop(fixtures);
  struct rig_run run = rig_vater(
      folder, (const char *const[]){"run", "--quiet", "--json-file", "report.json", NULL});
  assert_int_equal(run.exit_code, 2);
  assert_true(rig_contains(run.error, "NET-LOCAL"));
  rig_done(&run);
  char *report = rig_text(folder, "report.json");
  assert_true(rig_contains(report, "\"NET-LOCAL\""));
  assert_false(rig_contains(report, "\"NET-REFUSED\""));
  free(report);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_O04_term),
      cmocka_unit_test(test_O04_int),
      cmocka_unit_test(test_O04_hup),
      cmocka_unit_test(test_O04_pipe),
      cmocka_unit_test(test_S07_two_runs),
      cmocka_unit_test(test_O06_changed_before_resume),
      cmocka_unit_test(test_N10_nobody_reached),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "flow/rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const again[] = {"run",         "--quiet",     "--resume",
                                    "--json-file", "report.json", NULL};

/* The exit code is the whole run's, and the same actors are asked, however often it was gone on
 * with: the first job is not delivered and done, the second one waits for its second try. */
static void test_O06_the_rest_of_a_run(void **state)
{
  (void)state;
  char folder[512];
  rig_folder(folder, sizeof folder);
  pid_t fixtures = rig_fixtures(folder, NULL);
  pid_t pid =
      rig_vater_start(folder, (const char *const[]){"run", "-vv", "--quiet", "--today",
                                                    "2026-11-22", "313003876", "983974899", NULL});
  rig_await_record(folder);
  kill(pid, SIGKILL);
  int status;
  waitpid(pid, &status, 0);
  assert_true(WIFSIGNALED(status));
  struct rig_run run = rig_vater(folder, again);
  assert_int_equal(run.exit_code, 3);
  assert_true(rig_contains(run.error, "configuration command line was changed"));
  rig_done(&run);
  run = rig_vater(folder, (const char *const[]){"run", "--quiet", "--resume", "--json-file",
                                                "report.json", "313003876", "983974899", NULL});
  if (run.exit_code != 2)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  json_t *report = rig_json(folder, "report.json");
  json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  assert_int_equal(json_array_size(actors), 2);
  json_decref(report);
  rig_stop(fixtures);
  rig_remove(folder);
}

/* The first process that it forked; 0: none any more. */
static pid_t zygote_of(pid_t pid)
{
  char path[64];
  long child = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL)
    return 0;
  if (fscanf(file, "%ld", &child) != 1)
    child = 0;
  fclose(file);
  return (pid_t)child;
}

/* G04: what starts the workers is killed: the run ends, and blames nobody for it. */
static void test_G04_zygote_killed(void **state)
{
  (void)state;
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, "400", "3000");
  pid_t pid = rig_vater_start(
      folder, (const char *const[]){"run", "-vv", "--quiet", "--today", "2026-11-22", NULL});
  rig_await_record(folder);
  pid_t zygote = zygote_of(pid);
  assert_true(zygote > 0);
  kill(zygote, SIGKILL);
  int status;
  waitpid(pid, &status, 0);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 2);
  char *error = rig_text(folder, "error");
  assert_true(rig_contains(error, "the process that starts workers is gone"));
  assert_false(rig_contains(error, "internal-error"));
  free(error);
  struct rig_run run = rig_vater(folder, again);
  if (run.exit_code != 0)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_O06_the_rest_of_a_run),
      cmocka_unit_test(test_G04_zygote_killed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "flow/rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

/* Sanitizers make a run five times as long; the release build does all of them. */
#ifdef VATER_SANITIZED
enum { KILLS = 40 };
static const char jobs[] = "30";
#else
enum { KILLS = 200 };
static const char jobs[] = "60";
#endif
enum { ROUNDS_MAX = 4000 };

static char *result_text(const char *folder, const char *name)
{
  json_t *report = rig_json(folder, name);
  char *text = json_dumps(json_object_get(report, "result"), JSON_SORT_KEYS | JSON_INDENT(1));
  assert_non_null(text);
  json_decref(report);
  return text;
}

static int64_t now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits for the process, but not longer than that; true when it has ended. */
static bool ends_within(pid_t pid, unsigned ms, int *status)
{
  int64_t until = now_ms() + ms;
  do {
    pid_t ended = waitpid(pid, status, WNOHANG);
    assert_true(ended == 0 || ended == pid);
    if (ended == pid)
      return true;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  } while (now_ms() < until);
  return false;
}

/* A repeatable stream: the moments of the kills. */
static unsigned next_random(uint64_t *state)
{
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (unsigned)(*state >> 33);
}

/* Starts or resumes; true when the run ended by itself. */
static bool run_for(const char *folder, bool resume, unsigned ms, int *exit_code)
{
  const char *const fresh[] = {"run",         "--quiet",     "--today", "2026-11-22",
                               "--json-file", "report.json", NULL};
  const char *const again[] = {"run",         "--quiet",     "--today",  "2026-11-22",
                               "--json-file", "report.json", "--resume", NULL};
  pid_t pid = rig_vater_start(folder, resume ? again : fresh);
  int status;
  if (!ends_within(pid, ms, &status)) {
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
  }
  *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return WIFEXITED(status);
}

/* S03: killed at 200 random moments and gone on with each time, nothing is lost and nothing is
 * there twice: every run ends with the very report of a run that nobody disturbed. */
static void test_S03_kill(void **state)
{
  (void)state;
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, jobs, "3000");
  const char *const control[] = {"run",         "--quiet",      "--today", "2026-11-22",
                                 "--json-file", "control.json", NULL};
  int64_t before = now_ms();
  struct rig_run run = rig_vater(folder, control);
  unsigned span = (unsigned)(now_ms() - before);
  if (run.exit_code != 0)
    fail_msg("control run: exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  char *wanted = result_text(folder, "control.json");
  uint64_t random = 20261122;
  unsigned kills = 0;
  unsigned finished = 0;
  bool resume = false;
  for (unsigned round = 0; kills < KILLS && round < ROUNDS_MAX; round++) {
    int exit_code;
    unsigned ms = 5 + next_random(&random) % (span + span / 2);
    if (!run_for(folder, resume, ms, &exit_code)) {
      kills++;
      resume = true;
      continue;
    }
    if (resume && exit_code == 3) {
      /* killed before the run was begun, or after its end: there is nothing to go on with */
      resume = false;
      continue;
    }
    assert_int_equal(exit_code, 0);
    char *got = result_text(folder, "report.json");
    if (strcmp(got, wanted) != 0)
      fail_msg("after %u kills the report differs:\n%s\nwanted:\n%s", kills, got, wanted);
    free(got);
    finished++;
    resume = false;
  }
  assert_int_equal(kills, KILLS);
  print_message("%u kills, %u runs gone on with to their end, span %u ms\n", kills, finished, span);
  assert_true(finished > 0);
  free(wanted);
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_S03_kill),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "fixture.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ACTORS = 400, ROWS = 25, KILLS = 220 };

/* What the run under test must come to, whatever happened on the way. */
static void record_the_rest(struct fixture *fixture, const struct vt_table *const *tables)
{
  struct vt_store_run run;
  int64_t id;
  int status = vt_store_find_unfinished(fixture->store, fixture->arena, &run, &fixture->error);
  if (status == VATER_DONE)
    id = fixture_run(fixture);
  else {
    assert_ok(fixture, status);
    id = run.id;
    assert_ok(fixture, vt_store_resume(fixture->store, id, NULL, 0, &fixture->error));
  }
  for (int i = 0; i < ACTORS; i++) {
    char actor[24];
    snprintf(actor, sizeof actor, "actor%04d", i);
    struct vt_store_finding findings[3] = {{.code = VT_STR("A-1"), .outcome = VT_STR("fail")}};
    findings[2] = findings[1] = findings[0];
    struct vt_store_job job = fixture_job(actor, tables[i]);
    job.findings = findings;
    job.finding_count = 3;
    struct vt_store_done done;
    assert_ok(fixture, vt_store_has_job(fixture->store, id, job.actor, job.endpoint, &done,
                                        &fixture->error));
    if (!done.found)
      assert_ok(fixture, vt_store_record_job(fixture->store, id, &job, &fixture->error));
  }
  assert_ok(fixture, vt_store_finish_run(fixture->store, id, 1, 0, &fixture->error));
}

static void make_tables(struct fixture *fixture, const struct vt_table **tables)
{
  for (int i = 0; i < ACTORS; i++) {
    char actor[24];
    snprintf(actor, sizeof actor, "actor%04d", i);
    tables[i] = fixture_many(fixture, actor, ROWS, i);
  }
}

static void assert_none_lost_none_double(struct fixture *fixture)
{
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM run"), 1);
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM job"), ACTORS);
  assert_int_equal(fixture_ask(fixture, "SELECT count(DISTINCT actor) FROM job"), ACTORS);
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM finding"), ACTORS * 3);
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM vintage"), ACTORS * ROWS);
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM observation"), ACTORS * ROWS);
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM vintage v JOIN observation o "
                                        "ON o.id = v.observation AND o.current = v.id"),
                   ACTORS * ROWS);
  assert_int_equal(
      fixture_ask(fixture, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}

/* Each job that is there must be there wholly, also before the run is gone on with. */
static void assert_whole(struct fixture *fixture)
{
  assert_int_equal(
      fixture_ask(fixture, "SELECT count(*) FROM job j WHERE 3 <> (SELECT count(*) FROM finding f "
                           "WHERE f.job = j.id) OR 25 <> (SELECT count(*) FROM vintage v "
                           "WHERE v.job = j.id)"),
      0);
}

static void run_child(struct fixture *fixture, const struct vt_table *const *tables)
{
  fixture_reopen(fixture, VT_STORE_WRITE);
  record_the_rest(fixture, tables);
  _exit(0);
}

static void sleep_for(int64_t microseconds)
{
  struct timespec time = {microseconds / 1000000, (microseconds % 1000000) * 1000};
  nanosleep(&time, NULL);
}

/* Kills one attempt after a random time; true when it was finished before. */
static bool kill_one(struct fixture *fixture, const struct vt_table *const *tables,
                     struct vt_random *random)
{
  uint32_t number;
  random->fill(random->context, &number, sizeof number);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0)
    run_child(fixture, tables);
  sleep_for(1000 + number % 30000);
  kill(child, SIGKILL);
  int result;
  assert_int_equal(waitpid(child, &result, 0), child);
  return !WIFSIGNALED(result);
}

static void remove_store(struct fixture *fixture)
{
  static const char *const suffixes[] = {"", "-wal", "-shm", ".new"};
  for (size_t i = 0; i < 4; i++)
    unlink(fixture_file(fixture, suffixes[i]));
}

static void S03_killed_at_random_nothing_is_lost_or_doubled(void **state)
{
  struct fixture *fixture = *state;
  vt_store_close(fixture->store);
  fixture->store = NULL;
  static const struct vt_table *tables[ACTORS];
  make_tables(fixture, tables);
  uint64_t seed = 20261122;
  struct vt_random random = vt_random_seeded(&seed);
  int kills = 0, rounds = 0;
  while (kills < KILLS) {
    remove_store(fixture);
    while (kills < KILLS && !kill_one(fixture, tables, &random))
      kills++;
    fixture_reopen(fixture, VT_STORE_WRITE);
    assert_whole(fixture);
    if (fixture_ask(fixture, "SELECT count(*) FROM run WHERE finished_ms = 1") == 0)
      record_the_rest(fixture, tables);
    assert_none_lost_none_double(fixture);
    vt_store_close(fixture->store);
    fixture->store = NULL;
    rounds++;
  }
  print_message("%d kills in %d rounds of %d actors\n", kills, rounds, ACTORS);
}

/* ---- at each commit point ---------------------------------------------------------------------
 */

static int commits_left; /* of the child alone */
static bool before;      /* kill before the commit is run, else right after */

static int at_commit(unsigned event, void *context, void *statement, void *text)
{
  (void)context;
  (void)text;
  bool commit = strcmp(sqlite3_sql(statement), "COMMIT") == 0;
  bool now = event == (before ? SQLITE_TRACE_STMT : SQLITE_TRACE_PROFILE);
  if (commit && now && --commits_left == 0)
    raise(SIGKILL);
  return 0;
}

static int install(sqlite3 *connection, const char **message, const void *api)
{
  (void)message;
  (void)api;
  return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, at_commit, NULL);
}

static void S03_killed_before_and_after_each_commit(void **state)
{
  struct fixture *fixture = *state;
  vt_store_close(fixture->store);
  fixture->store = NULL;
  static const struct vt_table *tables[ACTORS];
  make_tables(fixture, tables);
  remove_store(fixture);
  for (int attempt = 0; attempt < 60; attempt++) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
      before = attempt % 2 == 0;
      commits_left = 1 + attempt % 7;
      sqlite3_auto_extension((void (*)(void))install);
      run_child(fixture, tables);
    }
    int result;
    assert_int_equal(waitpid(child, &result, 0), child);
    assert_true(WIFSIGNALED(result));
    if (vt_store_open(fixture->path, VT_STORE_READ, &fixture->environment, &fixture->store, NULL) ==
        VATER_OK)
      assert_whole(fixture);
    vt_store_close(fixture->store);
    fixture->store = NULL;
  }
  fixture_reopen(fixture, VT_STORE_WRITE);
  record_the_rest(fixture, tables);
  assert_none_lost_none_double(fixture);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(S03_killed_at_random_nothing_is_lost_or_doubled),
      TEST(S03_killed_before_and_after_each_commit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

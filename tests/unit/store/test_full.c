#include "fixture.h"

#include "failing_disk.h"

#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <sys/resource.h>

enum { ROWS = 100 };

static const char rows[] = "SELECT count(*) FROM vintage";

/* Records a job while the n-th disk operation fails; returns whether it struck. The job is whole or
 * absent, and can be recorded when the disk is well again. */
static bool record_with_fault(struct fixture *fixture, int64_t run, const struct vt_table *table,
                              const char *actor, int nth, int code, bool lasting)
{
  struct vt_store_job job = fixture_job(actor, table);
  int64_t jobs = fixture_ask(fixture, "SELECT count(*) FROM job");
  vt_error_clear(&fixture->error);
  failing_disk_arm(nth, code, lasting);
  int status = vt_store_record_job(fixture->store, run, &job, &fixture->error);
  bool struck = failing_disk_struck();
  failing_disk_arm(0, 0, false);
  if (status != VATER_OK) {
    assert_true(struck);
    assert_int_equal(status, VATER_E_IO);
    assert_string_equal(fixture->error.code, "STORE-IO");
    assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM job"), jobs);
    assert_int_equal(fixture_ask(fixture, rows), jobs * ROWS);
    vt_error_clear(&fixture->error);
    assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
  }
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM job"), jobs + 1);
  assert_int_equal(fixture_ask(fixture, rows), (jobs + 1) * ROWS);
  return struck;
}

static void fail_each_operation(struct fixture *fixture, int code, bool lasting)
{
  int64_t run = fixture_run(fixture);
  int faults = 0;
  bool struck = true;
  for (int nth = 1; struck && nth < 500; nth++) {
    char actor[24];
    snprintf(actor, sizeof actor, "actor%05d", nth);
    const struct vt_table *table = fixture_many(fixture, actor, ROWS, nth);
    struck = record_with_fault(fixture, run, table, actor, nth, code, lasting);
    faults += struck;
  }
  assert_false(struck);
  assert_true(faults > 10);
  assert_int_equal(
      fixture_ask(fixture, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}

static void a_full_disk_once(void **state)
{
  fail_each_operation(*state, SQLITE_FULL, false);
}

static void a_full_disk_that_stays_full(void **state)
{
  fail_each_operation(*state, SQLITE_FULL, true);
}

static void a_failing_disk_once(void **state)
{
  fail_each_operation(*state, SQLITE_IOERR_WRITE, false);
}

static void a_failing_disk_that_stays_so(void **state)
{
  fail_each_operation(*state, SQLITE_IOERR_WRITE, true);
}

/* The real thing: the kernel refuses to let any file grow further. */
static void a_file_size_limit(void **state)
{
  struct fixture *fixture = *state;
  int64_t run = fixture_run(fixture);
  signal(SIGXFSZ, SIG_IGN);
  struct rlimit old, tight = {256 * 1024, RLIM_INFINITY};
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  tight.rlim_max = old.rlim_max;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
  int recorded = 0, status = VATER_OK;
  struct vt_store_job job = {.actor = {NULL, 0}};
  char actor[24];
  for (; status == VATER_OK && recorded < 1000; recorded++) {
    snprintf(actor, sizeof actor, "actor%05d", recorded);
    job = fixture_job(actor, fixture_many(fixture, actor, ROWS, 1));
    status = vt_store_record_job(fixture->store, run, &job, &fixture->error);
  }
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
  assert_int_equal(status, VATER_E_IO);
  assert_string_equal(fixture->error.code, "STORE-IO");
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM job"), recorded - 1);
  assert_int_equal(fixture_ask(fixture, rows), (recorded - 1) * ROWS);
  vt_error_clear(&fixture->error);
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
  failing_disk_install();
  const struct CMUnitTest tests[] = {
      TEST(a_full_disk_once),    TEST(a_full_disk_that_stays_full),
      TEST(a_failing_disk_once), TEST(a_failing_disk_that_stays_so),
      TEST(a_file_size_limit),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The same bytes as before, and as another actor's. */
#include "fixture.h"

#include "store/connection.h"

#include <stdio.h>

static const struct row bergen = {"G1-11", NULL, "2026-Q3", "4601", "sex=F", NULL, 1, 4, 25, NULL};

struct sent {
  const char *actor, *period, *pages[3], *delivery;
  bool test;
};

static void hash_of(const char *text, char out[65])
{
  memset(out, '0', 64);
  memcpy(out, text, strlen(text));
  out[64] = '\0';
}

static struct vt_store_job job_of(struct fixture *fixture, const struct sent *sent,
                                  struct vt_store_page pages[3], char hashes[3][65])
{
  static const struct head head[] = {{VATER_HEAD_REPORTER, "983974724"}, {0, NULL}};
  struct vt_store_job job =
      fixture_job(sent->actor, fixture_table(fixture, &bergen, 1, head, sent->test));
  job.period = vt_str(sent->period);
  job.delivery = vt_str(sent->delivery != NULL ? sent->delivery : "received");
  for (; job.page_count < 3 && sent->pages[job.page_count] != NULL; job.page_count++) {
    hash_of(sent->pages[job.page_count], hashes[job.page_count]);
    pages[job.page_count] =
        (struct vt_store_page){.sha256 = vt_str(hashes[job.page_count]), .bytes = 1};
  }
  job.pages = pages;
  return job;
}

static void record(struct fixture *fixture, int64_t run, const struct sent *sent)
{
  struct vt_store_page pages[3];
  char hashes[3][65];
  struct vt_store_job job = job_of(fixture, sent, pages, hashes);
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
}

/* "2026-08 20779 replaced", or "" where there is none. */
static void expect_earlier(struct fixture *fixture, int64_t run, const struct sent *now,
                           bool same_period, const char *wanted)
{
  struct vt_store_page pages[3];
  char hashes[3][65], got[64] = "";
  struct vt_store_earlier earlier;
  struct vt_store_job job = job_of(fixture, now, pages, hashes);
  int status = vt_store_find_earlier(fixture->store, run, &job, same_period, fixture->arena,
                                     &earlier, &fixture->error);
  if (status != VATER_DONE) {
    assert_ok(fixture, status);
    snprintf(got, sizeof got, "%.*s %lld%s", VT_STR_ARGS(earlier.period),
             (long long)earlier.reference_day, earlier.replaced ? " replaced" : "");
  }
  assert_string_equal(got, wanted);
}

/* Of the same pages in the same order, not refused, no test, of the same actor. */
static void the_newest_earlier_one_is_found(void **state)
{
  struct fixture *fixture = *state;
  static const struct sent before[] = {
      {"983974724", "2026-07", {"a", "b"}, NULL, false},
      {"983974724", "2026-08", {"a"}, NULL, false},
      {"983974724", "2026-08", {"a", "b"}, "unchanged", false},
      {"983974724", "2026-08", {"a", "b"}, "refused", false},
      {"983974724", "2026-08", {"a", "b"}, NULL, true},
      {"964338531", "2026-08", {"a", "b"}, NULL, false},
      {"983974724", "2026-08", {"b", "a"}, NULL, false},
  };
  static const struct sent september = {"983974724", "2026-09", {"a", "b"}, NULL, false};
  static const struct sent august = {"983974724", "2026-08", {"a", "b"}, NULL, false};
  static const struct sent july = {"983974724", "2026-07", {"a", "b"}, NULL, false};
  static const struct sent other = {"983974724", "2026-08", {"a", "c"}, NULL, false};
  int64_t runs[8];
  for (size_t i = 0; i < sizeof before / sizeof *before; i++)
    record(fixture, runs[i] = fixture_run(fixture), &before[i]);
  runs[7] = fixture_run(fixture);
  record(fixture, runs[7], &september);
  expect_earlier(fixture, runs[7], &september, true, "");
  expect_earlier(fixture, runs[7], &september, false, "2026-08 20779 replaced");
  expect_earlier(fixture, runs[2], &september, false, "2026-07 20779");
  expect_earlier(fixture, runs[0], &september, false, "");
  expect_earlier(fixture, runs[6], &august, true, "2026-08 20779");
  expect_earlier(fixture, runs[7], &august, true, "2026-08 20779 replaced");
  expect_earlier(fixture, runs[7], &august, false, "2026-07 20779");
  expect_earlier(fixture, runs[7], &july, true, "2026-07 20779");
  expect_earlier(fixture, runs[7], &other, true, "");
  expect_earlier(fixture, runs[7], &other, false, "");
}

/* What SQLite does to find an earlier one, in steps of its machine. */
static int64_t steps_of(struct fixture *fixture, int64_t run, const struct sent *now,
                        bool same_period, const char *wanted)
{
  sqlite3_stmt **statement = &fixture->store->statements[VT_STATEMENT_JOB_EARLIER];
  if (*statement != NULL)
    sqlite3_stmt_status(*statement, SQLITE_STMTSTATUS_VM_STEP, 1);
  expect_earlier(fixture, run, now, same_period, wanted);
  assert_int_equal(sqlite3_stmt_status(*statement, SQLITE_STMTSTATUS_FULLSCAN_STEP, 0), 0);
  assert_int_equal(sqlite3_stmt_status(*statement, SQLITE_STMTSTATUS_SORT, 0), 0);
  return sqlite3_stmt_status(*statement, SQLITE_STMTSTATUS_VM_STEP, 1);
}

/* Neither other bytes of the endpoint nor the same ones of longer ago are looked at. */
static void history_costs_nothing(void **state)
{
  struct fixture *fixture = *state;
  static const struct sent fresh = {"983974724", "2026-09", {"n"}, NULL, false};
  static const struct sent same = {"983974724", "2026-09", {"s", "t"}, NULL, false};
  int64_t first[3] = {0};
  for (int night = 0; night < 40; night++) {
    char page[16];
    snprintf(page, sizeof page, "%d", night);
    record(fixture, fixture_run(fixture),
           &(struct sent){"983974724", "2026-08", {page}, NULL, false});
    record(fixture, fixture_run(fixture), &same);
    int64_t run = fixture_run(fixture);
    const int64_t steps[3] = {steps_of(fixture, run, &fresh, true, ""),
                              steps_of(fixture, run, &fresh, false, ""),
                              steps_of(fixture, run, &same, true, "2026-09 20779")};
    for (int i = 0; i < 3; i++) {
      if (night == 0)
        first[i] = steps[i];
      assert_in_range(first[i], 1, 200);
      assert_int_equal(steps[i], first[i]);
    }
  }
}

static size_t list(struct fixture *fixture, int64_t run, struct vt_store_copy **copies)
{
  size_t count;
  uint64_t compared;
  assert_ok(fixture, vt_store_list_copies(fixture->store, run, fixture->arena, copies, &count,
                                          &compared, &fixture->error));
  return count;
}

#define A "964338531"
#define B "983974724"
#define C "983974899"

/* Whoever was first has it from nobody; in one run nobody was. */
static void copies_do_not_depend_on_order(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_copy *copies;
  for (int turn = 0; turn < 2; turn++) {
    const struct sent both[] = {{A, "", {turn == 0 ? "x" : "y"}, NULL, false},
                                {B, "", {turn == 0 ? "x" : "y"}, NULL, false}};
    int64_t run = fixture_run(fixture);
    record(fixture, run, &both[turn]);
    record(fixture, run, &both[1 - turn]);
    assert_int_equal(list(fixture, run, &copies), 2);
    assert_str(copies[0].other, B);
    assert_str(copies[1].other, A);
    assert_int_equal(list(fixture, run - 1, &copies), turn == 0 ? 0 : 2);
  }
  int64_t run = fixture_run(fixture);
  record(fixture, run, &(struct sent){A, "", {"x"}, NULL, false});
  record(fixture, run, &(struct sent){C, "", {"x"}, NULL, false});
  assert_int_equal(list(fixture, run, &copies), 2);
  assert_str(copies[0].other, B);
  assert_str(copies[1].other, A);
  run = fixture_run(fixture);
  record(fixture, run, &(struct sent){A, "", {"z"}, NULL, false});
  assert_int_equal(list(fixture, run, &copies), 0);
  run = fixture_run(fixture);
  record(fixture, run, &(struct sent){A, "", {"z"}, "unchanged", false});
  record(fixture, run, &(struct sent){B, "", {"z"}, NULL, true});
  record(fixture, run, &(struct sent){C, "", {"z", "z"}, NULL, false});
  assert_int_equal(list(fixture, run, &copies), 0);
  run = fixture_run(fixture);
  record(fixture, run, &(struct sent){A, "", {"z"}, NULL, false});
  record(fixture, run, &(struct sent){B, "", {"z"}, NULL, false});
  assert_int_equal(list(fixture, run, &copies), 1);
  assert_str(copies[0].other, A);
}

/* Told once: gone on with, there is nothing left to compare. */
static void compared_once(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_copy *copies;
  size_t count;
  uint64_t compared;
  int64_t run = fixture_run(fixture);
  record(fixture, run, &(struct sent){A, "2026-09", {"x"}, NULL, false});
  record(fixture, run, &(struct sent){B, "2026-08", {"x"}, NULL, false});
  record(fixture, run, &(struct sent){C, "", {"y"}, NULL, false});
  assert_ok(fixture, vt_store_list_copies(fixture->store, run, fixture->arena, &copies, &count,
                                          &compared, &fixture->error));
  assert_int_equal(count, 2);
  assert_int_equal(compared, 3);
  assert_str(copies[0].actor, A);
  assert_str(copies[0].period, "2026-09");
  const struct vt_store_conclusion conclusion = {.brought = 3};
  assert_ok(fixture, vt_store_record_conclusion(fixture->store, run, &conclusion, &fixture->error));
  assert_ok(fixture, vt_store_list_copies(fixture->store, run, fixture->arena, &copies, &count,
                                          &compared, &fixture->error));
  assert_int_equal(count, 0);
  assert_int_equal(compared, 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(the_newest_earlier_one_is_found, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(history_costs_nothing, fixture_setup, fixture_teardown),
      cmocka_unit_test_setup_teardown(copies_do_not_depend_on_order, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(compared_once, fixture_setup, fixture_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The same bytes as before, and as another actor's. */
#include "fixture.h"

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

static void earlier_ones_are_newest_first(void **state)
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
  static const struct sent now = {"983974724", "2026-09", {"a", "b"}, NULL, false};
  struct vt_store_page pages[3];
  char hashes[3][65];
  struct vt_store_earlier *earlier;
  size_t count;
  for (size_t i = 0; i < sizeof before / sizeof *before; i++)
    record(fixture, fixture_run(fixture), &before[i]);
  int64_t run = fixture_run(fixture);
  struct vt_store_job job = job_of(fixture, &now, pages, hashes);
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
  assert_ok(fixture, vt_store_list_earlier(fixture->store, run, &job, fixture->arena, &earlier,
                                           &count, &fixture->error));
  assert_int_equal(count, 4);
  static const bool same[] = {false, true, false, true};
  for (size_t i = 0; i < count; i++)
    assert_int_equal(earlier[i].same, same[i]);
  assert_str(earlier[3].period, "2026-07");
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
      cmocka_unit_test_setup_teardown(earlier_ones_are_newest_first, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(copies_do_not_depend_on_order, fixture_setup,
                                      fixture_teardown),
      cmocka_unit_test_setup_teardown(compared_once, fixture_setup, fixture_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

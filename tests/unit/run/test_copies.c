/* Many deliveries that are byte for byte another actor's. */
#include "unit/store/fixture.h"

#include "base/limits.h"
#include "run/job.h"

#include <stdio.h>

static const struct row bergen = {"G1-11", NULL, "2026-Q3", "4601", "sex=F", NULL, 1, 4, 25, NULL};

static void all_are_counted_and_some_are_told(void **state)
{
  struct fixture *fixture = *state;
  const struct vt_log log = {0};
  const int many = (int)VT_LIMIT_CONCLUSIONS_PER_RULE + 2;
  struct vt_store_page page = {
      .sha256 = VT_STR("a000000000000000000000000000000000000000000000000000000000000000"),
      .bytes = 1};
  struct vt_running running = {.environment = &fixture->environment,
                               .arena = fixture->arena,
                               .log = &log,
                               .store = fixture->store,
                               .run = fixture_run(fixture)};
  const struct vt_table *table = fixture_table(fixture, &bergen, 1, NULL, false);
  for (int i = 0; i < many; i++) {
    char actor[16];
    snprintf(actor, sizeof actor, "%09d", 900000000 + i);
    struct vt_store_job job = fixture_job(actor, table);
    job.pages = &page;
    job.page_count = 1;
    assert_ok(fixture, vt_store_record_job(fixture->store, running.run, &job, &fixture->error));
  }
  assert_ok(fixture, vt_run_tell_copies(&running, &fixture->error));
  assert_int_equal(fixture_ask(fixture, "SELECT count(*) FROM conclusion_finding"),
                   VT_LIMIT_CONCLUSIONS_PER_RULE);
  assert_int_equal(fixture_ask(fixture, "SELECT finding_total FROM conclusion"), many);
  assert_int_equal(fixture_ask(fixture, "SELECT finding_infos FROM conclusion"), many);
  assert_int_equal(fixture_ask(fixture, "SELECT fail FROM conclusion_outcome"), many);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(all_are_counted_and_some_are_told, fixture_setup,
                                      fixture_teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

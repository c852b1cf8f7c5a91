#include "fixture.h"

static const struct head full_q3[] = {{VATER_HEAD_REPORTER, "983974724"},
                                      {VATER_HEAD_DELIVERY, "full"},
                                      {VATER_HEAD_PERIOD_START, "2026-07-01"},
                                      {VATER_HEAD_PERIOD_END, "2026-09-30"},
                                      {0, NULL}};
static const struct head partial[] = {
    {VATER_HEAD_REPORTER, "983974724"}, {VATER_HEAD_DELIVERY, "partial"}, {0, NULL}};

static const struct row bergen = {"G1-11", NULL, "2026-Q3", "4601", "sex=F", NULL, 1, 4, 25, NULL};
static const struct row oslo = {"G1-11", NULL, "2026-Q3", "0301", "sex=F", NULL, 2, 4, 50, NULL};

static void deliver(struct fixture *fixture, const struct row *rows, size_t count,
                    const struct head *head, bool test, const char *verdict)
{
  int64_t run = fixture_run(fixture);
  struct vt_store_block block = {.actor = VT_STR("983974724"),
                                 .indicator = VT_STR("G1-11"),
                                 .period = VT_STR("2026-Q3"),
                                 .verdict = vt_str(verdict)};
  struct vt_store_job job =
      fixture_job("983974724", fixture_table(fixture, rows, count, head, test));
  job.blocks = &block;
  job.block_count = 1;
  assert_ok(fixture, vt_store_record_job(fixture->store, run, &job, &fixture->error));
}

static struct vt_store_vintage *vintages(struct fixture *fixture, size_t expected)
{
  struct vt_store_vintage *list;
  size_t count;
  assert_ok(fixture, vt_store_list_vintages(fixture->store, VT_STR("983974724"), VT_STR(""),
                                            fixture->arena, &list, &count, &fixture->error));
  assert_int_equal(count, expected);
  return list;
}

static void the_same_again_is_no_new_vintage(void **state)
{
  struct fixture *fixture = *state;
  deliver(fixture, &bergen, 1, partial, false, "accepted");
  deliver(fixture, &bergen, 1, partial, false, "accepted-with-notes");
  struct vt_store_vintage *list = vintages(fixture, 1);
  assert_str(list->actor, "983974724");
  assert_str(list->area, "4601");
  assert_str(list->breakdown, "sex=F");
  assert_str(list->action, "report");
  assert_true(list->has_value && list->value == 25);
  assert_int_equal(list->run, 1);
  assert_int_equal(list->superseded_job, 0);
}

static void another_number_supersedes(void **state)
{
  struct fixture *fixture = *state;
  deliver(fixture, &bergen, 1, partial, false, "accepted");
  struct row corrected = bergen;
  corrected.action = "correct";
  corrected.value = 26;
  deliver(fixture, &corrected, 1, partial, false, "accepted");
  struct vt_store_vintage *list = vintages(fixture, 2);
  assert_int_equal(list[0].superseded_job, 2);
  assert_str(list[1].action, "correct");
  assert_true(list[1].value == 26);
  assert_int_equal(list[1].superseded_job, 0);
}

static void a_rejected_block_leaves_the_last_good_one(void **state)
{
  struct fixture *fixture = *state;
  deliver(fixture, &bergen, 1, partial, false, "accepted");
  struct row wrong = bergen;
  wrong.value = 2500;
  deliver(fixture, &wrong, 1, partial, false, "rejected");
  deliver(fixture, &wrong, 1, partial, false, "rejected");
  struct vt_store_vintage *list = vintages(fixture, 2);
  assert_true(list[0].accepted);
  assert_int_equal(list[0].superseded_job, 0);
  assert_false(list[1].accepted);
  deliver(fixture, &wrong, 1, partial, false, "undecided");
  list = vintages(fixture, 3);
  assert_int_equal(list[0].superseded_job, 4);
  assert_true(list[2].accepted);
}

static void a_withdrawal_has_no_number(void **state)
{
  struct fixture *fixture = *state;
  deliver(fixture, &bergen, 1, partial, false, "accepted");
  struct row withdrawn = {"G1-11", NULL, "2026-Q3", "4601", "sex=F", "withdraw", -1, -1, -1, NULL};
  deliver(fixture, &withdrawn, 1, partial, false, "accepted");
  struct vt_store_vintage *list = vintages(fixture, 2);
  assert_int_equal(list[0].superseded_job, 2);
  assert_str(list[1].action, "withdraw");
  assert_false(list[1].has_value || list[1].has_numerator || list[1].has_denominator);
}

static void zero_is_a_number_and_missing_is_none(void **state)
{
  struct fixture *fixture = *state;
  struct row zero = bergen;
  zero.value = zero.numerator = 0;
  deliver(fixture, &zero, 1, partial, false, "accepted");
  struct row missing = bergen;
  missing.value = missing.numerator = missing.denominator = -1;
  missing.missing = "suppressed";
  deliver(fixture, &missing, 1, partial, false, "accepted");
  struct vt_store_vintage *list = vintages(fixture, 2);
  assert_true(list[0].has_value && list[0].value == 0);
  assert_false(list[1].has_value);
  assert_str(list[1].missing, "suppressed");
}

static void a_test_is_never_recorded_as_data(void **state)
{
  struct fixture *fixture = *state;
  deliver(fixture, &bergen, 1, partial, true, "accepted");
  vintages(fixture, 0);
  assert_int_equal(fixture_ask(fixture, "SELECT test FROM job"), 1);
}

static void a_refused_delivery_is_not_recorded_as_data(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_job job =
      fixture_job("983974724", fixture_table(fixture, &bergen, 1, partial, false));
  job.delivery = VT_STR("refused");
  job.code = VT_STR("PAY-OWNER");
  assert_ok(fixture,
            vt_store_record_job(fixture->store, fixture_run(fixture), &job, &fixture->error));
  vintages(fixture, 0);
}

static void a_full_delivery_gives_up_what_it_leaves_out(void **state)
{
  struct fixture *fixture = *state;
  struct row second_quarter = bergen;
  second_quarter.period = "2026-Q2";
  const struct row all[] = {bergen, oslo, second_quarter};
  deliver(fixture, all, 3, partial, false, "accepted");
  deliver(fixture, &bergen, 1, partial, false, "accepted");
  vintages(fixture, 3);
  deliver(fixture, &bergen, 1, full_q3, false, "accepted");
  struct vt_store_vintage *list = vintages(fixture, 4);
  assert_str(list[0].period, "2026-Q2");
  assert_int_equal(list[0].superseded_job, 0);
  assert_str(list[1].area, "0301");
  assert_int_equal(list[1].superseded_job, 3);
  assert_str(list[2].action, "unclaimed");
  assert_false(list[2].has_value);
  assert_str(list[3].area, "4601");
  assert_int_equal(list[3].superseded_job, 0);
  deliver(fixture, &bergen, 1, full_q3, false, "accepted");
  vintages(fixture, 4);
  deliver(fixture, all, 2, full_q3, false, "accepted");
  list = vintages(fixture, 5);
  assert_str(list[3].action, "report");
  assert_int_equal(list[2].superseded_job, 5);
}

static void reporting_for_another_is_the_others_observation(void **state)
{
  struct fixture *fixture = *state;
  struct row other = bergen;
  other.actor = "964338531";
  deliver(fixture, &other, 1, partial, false, "accepted");
  vintages(fixture, 0);
  struct vt_store_vintage *list;
  size_t count;
  assert_ok(fixture, vt_store_list_vintages(fixture->store, VT_STR("964338531"), VT_STR("G1-11"),
                                            fixture->arena, &list, &count, &fixture->error));
  assert_int_equal(count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      TEST(the_same_again_is_no_new_vintage),
      TEST(another_number_supersedes),
      TEST(a_rejected_block_leaves_the_last_good_one),
      TEST(a_withdrawal_has_no_number),
      TEST(zero_is_a_number_and_missing_is_none),
      TEST(a_test_is_never_recorded_as_data),
      TEST(a_refused_delivery_is_not_recorded_as_data),
      TEST(a_full_delivery_gives_up_what_it_leaves_out),
      TEST(reporting_for_another_is_the_others_observation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

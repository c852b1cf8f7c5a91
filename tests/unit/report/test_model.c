#include "fixture.h"

static enum vt_status status_of(struct vt_report_job *jobs, size_t count)
{
  return vt_report_status(jobs, count);
}

static enum vt_status status_of_blocks(const char *const *verdicts, size_t count)
{
  struct vt_store_block blocks[4];
  for (size_t i = 0; i < count; i++)
    blocks[i] = fixture_block("G1-11", verdicts[i]);
  struct vt_report_job job = fixture_job("1", "main", "received");
  job.blocks = blocks;
  job.block_count = count;
  return status_of(&job, 1);
}

#define BLOCKS(...)                                    \
  status_of_blocks((const char *const[]){__VA_ARGS__}, \
                   sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static void blocks_decide_the_status(void **state)
{
  (void)state;
  assert_int_equal(BLOCKS("accepted", "accepted"), VT_STATUS_ACCEPTED);
  assert_int_equal(BLOCKS("accepted", "accepted-with-notes"), VT_STATUS_ACCEPTED_WITH_NOTES);
  assert_int_equal(BLOCKS("accepted", "undecided"), VT_STATUS_ACCEPTED_WITH_NOTES);
  assert_int_equal(BLOCKS("accepted", "rejected"), VT_STATUS_PARTLY_ACCEPTED);
  assert_int_equal(BLOCKS("rejected", "rejected"), VT_STATUS_REJECTED);
}

static void deliveries_decide_the_status(void **state)
{
  (void)state;
  static const struct {
    const char *first, *second;
    enum vt_status status;
  } rows[] = {
      {"nil", NULL, VT_STATUS_ACCEPTED},
      {"unchanged", NULL, VT_STATUS_UNCHANGED},
      {"not-due", NULL, VT_STATUS_NOT_DUE},
      {"not-delivered", NULL, VT_STATUS_NOT_DELIVERED},
      {"refused", NULL, VT_STATUS_REFUSED},
      {"internal-error", NULL, VT_STATUS_INTERNAL_ERROR},
      {"received", "not-due", VT_STATUS_ACCEPTED},
      {"received", "unchanged", VT_STATUS_ACCEPTED},
      {"received", "not-delivered", VT_STATUS_PARTLY_ACCEPTED},
      {"unchanged", "refused", VT_STATUS_PARTLY_ACCEPTED},
      {"received", "internal-error", VT_STATUS_INTERNAL_ERROR},
      {"not-delivered", "refused", VT_STATUS_REFUSED},
      {"not-due", "not-delivered", VT_STATUS_NOT_DELIVERED},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct vt_report_job jobs[2] = {
        fixture_job("1", "a", rows[i].first),
        fixture_job("1", "b", rows[i].second != NULL ? rows[i].second : "")};
    enum vt_status status = status_of(jobs, rows[i].second != NULL ? 2 : 1);
    if (status != rows[i].status)
      fail_msg("row %zu: %s", i, vt_status_name(status));
  }
}

static void what_did_not_change_can_be_rejected_today(void **state)
{
  (void)state;
  struct vt_store_block block = fixture_block("G1-11", "rejected");
  struct vt_report_job job = fixture_job("1", "main", "unchanged");
  job.blocks = &block;
  job.block_count = 1;
  assert_int_equal(status_of(&job, 1), VT_STATUS_REJECTED);
}

static void actors_and_groups_come_in_order(void **state)
{
  struct fixture *fixture = *state;
  const struct vt_report *report = &fixture->report;
  assert_int_equal(report->actor_count, 5);
  assert_str(report->actors[0].orgnr, "987654325");
  assert_int_equal(report->actors[0].status, VT_STATUS_REFUSED);
  assert_str(report->actors[1].orgnr, "983974724");
  assert_int_equal(report->actors[1].status, VT_STATUS_PARTLY_ACCEPTED);
  assert_int_equal(report->actors[1].job_count, 2);
  assert_int_equal(report->statuses[VT_STATUS_ACCEPTED], 1);
  assert_int_equal(report->rows, 48);
  assert_int_equal(report->verdicts[0], 2);
  assert_int_equal(report->verdicts[2], 1);
  assert_int_equal(report->group_count, 2);
  assert_str(report->groups[0].code, "G1-1201");
  assert_int_equal(report->groups[0].count, 25);
  assert_int_equal(report->groups[0].sample_count, 2);
  assert_int_equal(report->groups[0].job_count, 1);
}

static void codes_without_outcomes_count_what_is_kept(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_finding findings[2] = {fixture_finding("PAY-SCHEMA", VATER_SEVERITY_ERROR, "a"),
                                         fixture_finding("PAY-SCHEMA", VATER_SEVERITY_ERROR, "b")};
  findings[0].of_code = findings[1].of_code = 20;
  struct vt_report_job jobs[2] = {fixture_job("1", "a", "refused"),
                                  fixture_job("2", "a", "refused")};
  jobs[0].findings = jobs[1].findings = findings;
  jobs[0].finding_count = jobs[1].finding_count = 2;
  fixture_report(fixture, jobs, 2);
  assert_int_equal(fixture->report.group_count, 1);
  assert_int_equal(fixture->report.groups[0].count, 40);
  assert_int_equal(fixture->report.groups[0].job_count, 2);
  assert_int_equal(fixture->report.groups[0].sample_count, 4);
}

static int exit_of(struct fixture *fixture, const char *delivery, const char *verdict)
{
  struct vt_store_block block = fixture_block("G1-11", verdict);
  struct vt_report_job job = fixture_job("1", "main", delivery);
  job.blocks = &block;
  job.block_count = 1;
  fixture_report(fixture, &job, 1);
  return vt_report_exit(&fixture->report);
}

static void the_exit_code_tells_the_worst(void **state)
{
  struct fixture *fixture = *state;
  assert_int_equal(exit_of(fixture, "received", "accepted"), 0);
  assert_int_equal(exit_of(fixture, "received", "accepted-with-notes"), 0);
  assert_int_equal(exit_of(fixture, "received", "rejected"), 1);
  assert_int_equal(exit_of(fixture, "refused", "accepted"), 1);
  assert_int_equal(exit_of(fixture, "received", "undecided"), 2);
  assert_int_equal(exit_of(fixture, "not-delivered", "accepted"), 2);
  assert_int_equal(exit_of(fixture, "internal-error", "accepted"), 2);
}

static void a_rule_without_an_answer_tells_in_a_rejected_block_too(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_block block = fixture_block("G1-11", "rejected");
  struct vt_report_job job = fixture_job("1", "main", "received");
  block.undecided = 1;
  job.blocks = &block;
  job.block_count = 1;
  fixture_report(fixture, &job, 1);
  assert_int_equal(vt_report_exit(&fixture->report), 2);
}

static void invalid_bytes_are_replaced(void **state)
{
  struct fixture *fixture = *state;
  struct vt_store_finding finding = fixture_finding("A-1", VATER_SEVERITY_ERROR, "a\xff\xc3(");
  finding.excerpt = (struct vater_str){"\x80", 1};
  struct vt_report_job job = fixture_job("1", "main", "refused");
  job.findings = &finding;
  job.finding_count = 1;
  fixture_report(fixture, &job, 1);
  assert_str(finding.message[VT_LANGUAGE_EN], "a\xef\xbf\xbd\xef\xbf\xbd(");
  assert_str(finding.excerpt, "\xef\xbf\xbd");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_decide_the_status),
      cmocka_unit_test(deliveries_decide_the_status),
      cmocka_unit_test(what_did_not_change_can_be_rejected_today),
      TEST(actors_and_groups_come_in_order),
      TEST(codes_without_outcomes_count_what_is_kept),
      TEST(the_exit_code_tells_the_worst),
      TEST(a_rule_without_an_answer_tells_in_a_rejected_block_too),
      TEST(invalid_bytes_are_replaced),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

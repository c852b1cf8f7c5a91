#include "pack.h"

#include "rules/bundle.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static void expect_counts(const struct bundle *bundle, const char *code, uint64_t pass,
                          uint64_t fail, uint64_t not_applicable, uint64_t skipped, uint64_t error)
{
  const struct vt_rule_outcomes *outcomes = bundle_rule(bundle, code);
  assert_int_equal(outcomes->counts[VT_OUTCOME_PASS], pass);
  assert_int_equal(outcomes->counts[VT_OUTCOME_FAIL], fail);
  assert_int_equal(outcomes->counts[VT_OUTCOME_NOT_APPLICABLE], not_applicable);
  assert_int_equal(outcomes->counts[VT_OUTCOME_SKIPPED], skipped);
  assert_int_equal(outcomes->counts[VT_OUTCOME_ERROR], error);
}

static void load(struct bundle *bundle, const char *rules)
{
  if (bundle_load(bundle, rules) != VATER_OK)
    fail_msg("%s", bundle_diagnostics(bundle));
}

static void expect_verdict(const struct bundle *bundle, uint32_t index, enum vt_verdict verdict)
{
  assert_true(index < bundle->told.verdict_count);
  assert_string_equal(vt_verdict_name((enum vt_verdict)bundle->told.verdicts[index].verdict),
                      vt_verdict_name(verdict));
}

/* The three policies for a missing number, in assert. */
static void test_missing_policies(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle,
       RULE("T-001", OBSERVATION ",\"missing\":\"skip\",\"assert\":\"obs.value > 1.0\"") "," RULE(
           "T-002", OBSERVATION
           ",\"missing\":\"fail\",\"assert\":\"obs.value > 1.0\"") "," RULE("T-003", OBSERVATION
                                                                            ",\"missing\":"
                                                                            "\"error\",\"assert\":"
                                                                            "\"obs.value > 1.0\""));
  bundle_row(&bundle, "value=2");
  bundle_row(&bundle, "value=0 area=01");
  bundle_row(&bundle, "missing=suppressed area=02");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 1, 1, 0, 1, 0);
  expect_counts(&bundle, "T-002", 1, 2, 0, 0, 0);
  expect_counts(&bundle, "T-003", 1, 1, 0, 0, 1);
  assert_int_equal(bundle.told.finding_count, 5);
  const struct told_finding *last = &bundle.told.findings[4];
  assert_string_equal(last->code, "T-003");
  assert_int_equal(last->outcome, VT_OUTCOME_ERROR);
  assert_int_equal(last->severity, VATER_SEVERITY_WARNING);
  assert_int_equal(last->row, 2);
  assert_non_null(strstr(last->message, "(a number is missing)"));
  assert_int_equal(bundle.told.findings[0].column, VATER_COLUMN_VALUE);
  assert_string_equal(bundle.told.findings[0].message, "Wrong 2");
  assert_string_equal(bundle.told.findings[0].remedy, "Mend it");
  bundle_free(&bundle);
}

/* A missing number that logic does not need is no reason to skip. */
static void test_missing_is_absorbed(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP
                     ",\"assert\":\"obs.value > 1.0 || obs.area == "
                     "'NO'\"") "," RULE("T-002", OBSERVATION SKIP
                                        ",\"assert\":\"obs.value > 1.0 && obs.area != 'NO'\""));
  bundle_row(&bundle, "missing=not-yet");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 1, 0, 0, 0, 0);
  expect_counts(&bundle, "T-002", 0, 1, 0, 0, 0);
  bundle_free(&bundle);
}

static void test_when(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle,
       RULE("T-001", OBSERVATION SKIP
            ",\"when\":\"obs.status == 'final'\",\"assert\":\"obs.value "
            "> 1.0\"") "," RULE("T-002", OBSERVATION
                                ",\"missing\":\"fail\",\"when\":\"obs.value > 0.0\","
                                "\"assert\":\"obs.area == 'NO'\"") "," RULE("T-003",
                                                                            OBSERVATION SKIP
                                                                            ",\"when\":\"1 / "
                                                                            "int(obs.value) > 0\","
                                                                            "\"assert\":\"true\""));
  bundle_row(&bundle, "value=0 status=preliminary");
  bundle_row(&bundle, "value=0 status=final area=01");
  bundle_row(&bundle, "missing=not-yet status=final area=02");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 0, 1, 1, 1, 0);
  expect_counts(&bundle, "T-002", 0, 0, 2, 1, 0);
  expect_counts(&bundle, "T-003", 0, 0, 0, 1, 2);
  assert_string_equal(bundle_rule(&bundle, "T-002")->reason.ptr,
                      "a value that it needs is missing");
  assert_string_equal(bundle_rule(&bundle, "T-001")->reason.ptr, "");
  bundle_free(&bundle);
}

static void test_since_and_until(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP
                     ",\"since\":\"2025-Q2\",\"until\":\"2025\",\"assert\":\"false\""));
  bundle_row(&bundle, "value=1 period=2025-03");
  bundle_row(&bundle, "value=1 period=2025-04");
  bundle_row(&bundle, "value=1 period=2025-12");
  bundle_row(&bundle, "value=1 period=2026-01");
  bundle_row(&bundle, "value=1 period=2025");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 0, 2, 3, 0, 0);
  assert_int_equal(bundle.told.findings[0].row, 1);
  assert_int_equal(bundle.told.findings[1].row, 2);
  bundle_free(&bundle);
}

static void test_actions(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP ",\"assert\":\"false\"") "," RULE(
                    "T-002", OBSERVATION SKIP ",\"actions\":[\"withdraw\"],\"assert\":\"false\""));
  bundle_row(&bundle, "value=1");
  bundle_row(&bundle, "value=1 action=correct area=01");
  bundle_row(&bundle, "action=withdraw area=02");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 0, 2, 1, 0, 0);
  expect_counts(&bundle, "T-002", 0, 1, 2, 0, 0);
  bundle_free(&bundle);
}

static void test_explain(void **state)
{
  (void)state;
  struct bundle bundle = {0};
#define WARNING ",\"scope\":\"observation\",\"severity\":\"warning\""
  load(
      &bundle,
      RULE("T-001", WARNING SKIP ",\"explain\":\"clears\",\"assert\":\"obs.value < 5.0\"") "," RULE(
          "T-002", WARNING SKIP ",\"explain\":\"required\",\"assert\":\"obs.value < 5.0\""));
  bundle_row(&bundle, "value=9");
  bundle_row(&bundle, "value=9 period=2026-02 comment.code=real-change");
  bundle_judge(&bundle);
  assert_int_equal(bundle.told.finding_count, 4);
  assert_int_equal(bundle.told.findings[0].severity, VATER_SEVERITY_WARNING);
  assert_int_equal(bundle.told.findings[1].severity, VATER_SEVERITY_INFO);
  assert_int_equal(bundle.told.findings[2].severity, VATER_SEVERITY_ERROR);
  assert_int_equal(bundle.told.findings[3].severity, VATER_SEVERITY_WARNING);
  expect_verdict(&bundle, 0, VT_VERDICT_REJECTED);
  expect_verdict(&bundle, 1, VT_VERDICT_ACCEPTED_WITH_NOTES);
  assert_int_equal(bundle.told.verdicts[1].infos, 1);
  assert_int_equal(bundle.told.verdicts[1].warnings, 1);
  bundle_free(&bundle);
}

/* R03: an expression that cannot be evaluated never counts as passed, nor against the actor. */
static void test_R03_undecided(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle,
       RULE("T-001", OBSERVATION SKIP ",\"assert\":\"10 / int(obs.value) > 1\"") "," RULE(
           "T-002", OBSERVATION SKIP
           ",\"assert\":\"obs.value < 100.0\"") "," RULE("T-003", SUBMISSION SKIP
                                                         ",\"assert\":\"rows[5].value > "
                                                         "0.0\"") "," RULE("T-004", OBSERVATION SKIP
                                                                           ",\"assert\":"
                                                                           "\"922337203685"
                                                                           "4775807 + "
                                                                           "int(obs.value)"
                                                                           " > 0\""));
  bundle_row(&bundle, "value=0");
  bundle_row(&bundle, "value=200 period=2026-02");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 0, 1, 0, 0, 1);
  expect_counts(&bundle, "T-003", 0, 0, 0, 0, 2);
  expect_counts(&bundle, "T-004", 1, 0, 0, 0, 1);
  expect_verdict(&bundle, 0, VT_VERDICT_UNDECIDED);
  expect_verdict(&bundle, 1, VT_VERDICT_REJECTED);
  assert_int_equal(bundle.told.findings[0].outcome, VT_OUTCOME_ERROR);
  assert_int_equal(bundle.told.findings[0].severity, VATER_SEVERITY_WARNING);
  bundle_free(&bundle);
}

static void test_verdicts_by_block(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP ",\"assert\":\"obs.value < 10.0\"") "," RULE(
                    "T-002", WARNING SKIP ",\"assert\":\"obs.value < 5.0\""));
  bundle_head(&bundle, VATER_HEAD_REPORTER, "983974724");
  bundle_row(&bundle, "value=1");
  bundle_row(&bundle, "value=7 period=2026-02");
  bundle_row(&bundle, "value=12 period=2026-03");
  bundle_row(&bundle, "value=1 actor=964338531");
  bundle_row(&bundle, "value=2 area=46");
  bundle_judge(&bundle);
  assert_int_equal(bundle.told.verdict_count, 4);
  expect_verdict(&bundle, 0, VT_VERDICT_ACCEPTED);
  expect_verdict(&bundle, 1, VT_VERDICT_ACCEPTED_WITH_NOTES);
  expect_verdict(&bundle, 2, VT_VERDICT_REJECTED);
  expect_verdict(&bundle, 3, VT_VERDICT_ACCEPTED);
  assert_int_equal(bundle.told.verdicts[0].rows, 2);
  assert_int_equal(bundle.told.verdicts[2].errors, 1);
  assert_int_equal(bundle.told.verdicts[2].warnings, 1);
  bundle_free(&bundle);
}

/* Scope submission: once a block, an area, a delivery. */
static void test_submission_targets(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(
      &bundle,
      RULE("T-001", SUBMISSION SKIP ",\"assert\":\"size(rows) == 2\"") "," RULE(
          "T-002", SUBMISSION SKIP
          ",\"per\":\"area\",\"assert\":\"size(rows) == 1\"") "," RULE("T-003", SUBMISSION SKIP
                                                                       ",\"per\":\"delivery\","
                                                                       "\"assert\":\"size(rows) == "
                                                                       "4\"") "," RULE("T-004",
                                                                                       SUBMISSION
                                                                                           SKIP
                                                                                       ",\"per\":"
                                                                                       "\"delivery"
                                                                                       "\","
                                                                                       "\"assert\":"
                                                                                       "\"size("
                                                                                       "rows) == "
                                                                                       "3\""));
  bundle_row(&bundle, "value=1 area=46");
  bundle_row(&bundle, "value=1 area=46 breakdown=sex=F");
  bundle_row(&bundle, "value=1 area=50 period=2026-02");
  bundle_row(&bundle, "indicator=T-2 value=1");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 1, 1, 1, 0, 0);
  expect_counts(&bundle, "T-002", 1, 1, 1, 0, 0);
  expect_counts(&bundle, "T-003", 0, 1, 0, 0, 0);
  expect_counts(&bundle, "T-004", 1, 0, 0, 0, 0);
  assert_int_equal(bundle.told.finding_count, 3);
  assert_int_equal(bundle.told.findings[0].row, 2);
  assert_int_equal(bundle.told.findings[0].verdict, 1);
  assert_int_equal(bundle.told.findings[1].row, 0);
  assert_int_equal(bundle.told.findings[1].verdict, 0);
  assert_int_equal(bundle.told.findings[2].row, VT_NO_ROW);
  assert_int_equal(bundle.told.findings[2].verdict, UINT32_MAX);
  expect_verdict(&bundle, 0, VT_VERDICT_REJECTED);
  expect_verdict(&bundle, 1, VT_VERDICT_REJECTED);
  expect_verdict(&bundle, 2, VT_VERDICT_ACCEPTED);
  bundle_free(&bundle);
}

/* What needs more than this delivery is neither judged nor forgotten. */
static void test_wider_scopes_are_skipped(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, WIDE("T-001", SERIES, "series[0].value > 0.0",
                     "m") "," WIDE("T-002", PERIOD, "size(actors) > 3", "m"));
  bundle_row(&bundle, "value=1");
  bundle_row(&bundle, "value=1 period=2026-02");
  bundle_row(&bundle, "indicator=T-2 value=1");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 0, 0, 0, 2, 0);
  expect_counts(&bundle, "T-002", 0, 0, 0, 2, 0);
  assert_string_equal(bundle_rule(&bundle, "T-001")->reason.ptr, "needs history");
  assert_string_equal(bundle_rule(&bundle, "T-002")->reason.ptr, "needs other actors");
  assert_int_equal(bundle.told.finding_count, 0);
  bundle_free(&bundle);
}

static void test_duplicates(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP ",\"assert\":\"!obs.duplicate\""));
  bundle_head(&bundle, VATER_HEAD_REPORTER, "983974724");
  bundle_row(&bundle, "value=1");
  bundle_row(&bundle, "value=1 breakdown=sex=F");
  bundle_row(&bundle, "value=1 areaRole=provider");
  bundle_row(&bundle, "value=2");
  bundle_row(&bundle, "value=1 actor=983974724");
  bundle_row(&bundle, "value=1 actor=964338531");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 4, 2, 0, 0, 0);
  assert_int_equal(bundle.told.findings[0].row, 3);
  assert_int_equal(bundle.told.findings[1].row, 4);
  bundle_free(&bundle);
}

/* An indicator in no pack meets only the rules for every indicator. */
static void test_unknown_indicator(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(
      &bundle,
      RULE(
          "T-001", OBSERVATION SKIP
          ",\"assert\":\"false\"") ","
                                   "{\"code\":\"T-002\",\"appliesTo\":[\"*\"],\"message\":" TEXTS(
                                       "No {obs.indicator}") ",\"remedy\":" TEXTS("Mend it") ",\"re"
                                                                                             "feren"
                                                                                             "ce\":"
                                                                                             "\"tes"
                                                                                             "t\","
                                                                                             "\"exa"
                                                                                             "mples"
                                                                                             "\":"
                                                                                             "{\"in"
                                                                                             "dicat"
                                                                                             "or\":"
                                                                                             "\"T-"
                                                                                             "1\""
                                                                                             "}" OBSERVATION
                                                                                                 SKIP
                                                                                             ",\"as"
                                                                                             "sert"
                                                                                             "\":"
                                                                                             "\"ind"
                                                                                             "icato"
                                                                                             "r."
                                                                                             "known"
                                                                                             "\"}");
  bundle_row(&bundle, "indicator=T-9 value=1");
  bundle_row(&bundle, "indicator=T-8 value=1");
  bundle_row(&bundle, "indicator=T-2 value=1");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 0, 0, 0, 0, 0);
  expect_counts(&bundle, "T-002", 1, 2, 0, 0, 0);
  assert_string_equal(bundle.told.findings[0].message, "No T-9");
  expect_verdict(&bundle, 0, VT_VERDICT_REJECTED);
  expect_verdict(&bundle, 1, VT_VERDICT_REJECTED);
  expect_verdict(&bundle, 2, VT_VERDICT_ACCEPTED);
  bundle_free(&bundle);
}

/* Of one rule the first findings are told, the others counted. */
static void test_findings_are_capped(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP ",\"assert\":\"obs.value > 1.0\""));
  for (int i = 0; i < 5000; i++)
    bundle_row(&bundle, i % 2 == 0 ? "value=1" : "value=2");
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 2500, 2500, 0, 0, 0);
  assert_int_equal(bundle.told.finding_count, 20);
  assert_int_equal(bundle.told.findings[19].row, 38);
  assert_int_equal(bundle.told.more, 2480);
  assert_int_equal(bundle.told.verdicts[0].errors, 2500);
  bundle_free(&bundle);
}

/* Texts and derived columns over more rows than are bound at once. */
static void test_many_rows(void **state)
{
  (void)state;
  enum { ROWS = 9001 };
  struct bundle bundle = {0};
  load(&bundle,
       RULE("T-001", OBSERVATION SKIP ",\"assert\":\"obs.area.matches('7$')\"") "," RULE(
           "T-002", OBSERVATION SKIP
           ",\"assert\":\"obs.periodStart < '2024-02-01'\"") "," RULE("T-003", OBSERVATION SKIP
                                                                      ",\"when\":\"obs.status == "
                                                                      "'final'\","
                                                                      "\"assert\":\"decimals(obs."
                                                                      "value) == 1 && "
                                                                      "obs.breakdown != ''\""));
  for (int i = 0; i < ROWS; i++) {
    char cells[128];
    snprintf(cells, sizeof cells, "area=%04d period=20%02d-01 value=1.%s status=%s%s", i,
             20 + i % 10, i % 3 == 0 ? "5" : "25", i % 2 == 0 ? "final" : "preliminary",
             i % 6 == 0 ? " breakdown=sex=F" : "");
    bundle_row(&bundle, cells);
  }
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 900, ROWS - 900, 0, 0, 0);
  expect_counts(&bundle, "T-002", 4501, ROWS - 4501, 0, 0, 0);
  expect_counts(&bundle, "T-003", 1501, 3000, 4500, 0, 0);
  bundle_free(&bundle);
}

/* R02: a pattern that tries every way to split a text is stopped; the rule is undecided. */
static void test_R02_catastrophic_pattern(void **state)
{
  (void)state;
  enum { LENGTH = 200 };
  char cells[LENGTH + 64] = "value=1 comment.text=";
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP
                     ",\"assert\":\"!obs.commentText.matches('^(a|aa|a?a)+(b|c)$')\""));
  memset(cells + strlen(cells), 'a', LENGTH);
  cells[strlen(cells)] = '!';
  bundle_row(&bundle, cells);
  struct timespec before, after;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &before);
  bundle_judge(&bundle);
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &after);
  expect_counts(&bundle, "T-001", 0, 0, 0, 0, 1);
  assert_non_null(strstr(bundle.told.findings[0].message, "REGEX_STEPS"));
  expect_verdict(&bundle, 0, VT_VERDICT_UNDECIDED);
#ifndef VATER_SANITIZED
  double spent =
      (double)(after.tv_sec - before.tv_sec) * 1e3 + (double)(after.tv_nsec - before.tv_nsec) / 1e6;
  assert_true(spent < 40); /* the rule, its message, and its text once more */
#endif
  bundle_free(&bundle);
}

static void test_nothing_to_judge(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, RULE("T-001", OBSERVATION SKIP ",\"assert\":\"false\"") "," RULE(
                    "T-002", SUBMISSION SKIP ",\"per\":\"delivery\",\"assert\":\"false\""));
  bundle_judge(&bundle);
  expect_counts(&bundle, "T-001", 0, 0, 0, 0, 0);
  expect_counts(&bundle, "T-002", 0, 0, 1, 0, 0);
  assert_int_equal(bundle.told.verdict_count, 0);
  bundle_free(&bundle);
}

/* Where numbers of persons are hidden, the limit that was met is told: it is ours. */
static void test_limit_is_told(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  assert_int_equal(bundle_load(&bundle, RULE("T-001", SUBMISSION SKIP
                                             ",\"per\":\"area\",\"assert\":\"rows.all(a, "
                                             "rows.all(b, a.value + b.value > 0.0))\"")),
                   VATER_OK);
  bundle.rules->indicators[0].disclosure =
      (struct vt_disclosure){VT_DISCLOSURE_PUBLICATION, VT_DISCLOSURE_THRESHOLD, 0, false};
  for (int i = 0; i < 1200; i++)
    bundle_row(&bundle, "value=1");
  bundle_judge(&bundle);
  assert_int_equal(bundle.told.finding_count, 1);
  assert_int_equal(bundle.told.findings[0].outcome, VT_OUTCOME_ERROR);
  assert_non_null(
      strstr(bundle.told.findings[0].message, "more than 1000000 steps (limit EXPRESSION_STEPS)"));
  bundle_free(&bundle);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_missing_policies),
      cmocka_unit_test(test_missing_is_absorbed),
      cmocka_unit_test(test_when),
      cmocka_unit_test(test_limit_is_told),
      cmocka_unit_test(test_since_and_until),
      cmocka_unit_test(test_actions),
      cmocka_unit_test(test_explain),
      cmocka_unit_test(test_R03_undecided),
      cmocka_unit_test(test_verdicts_by_block),
      cmocka_unit_test(test_submission_targets),
      cmocka_unit_test(test_wider_scopes_are_skipped),
      cmocka_unit_test(test_duplicates),
      cmocka_unit_test(test_unknown_indicator),
      cmocka_unit_test(test_findings_are_capped),
      cmocka_unit_test(test_many_rows),
      cmocka_unit_test(test_R02_catastrophic_pattern),
      cmocka_unit_test(test_nothing_to_judge),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "pack.h"

#include <stdio.h>
#include <string.h>

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
  assert_string_equal(bundle_rule(&bundle, "T-002")->reason.ptr, "missing value");
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
  load(&bundle,
       RULE("T-001",
            ",\"scope\":\"series\",\"severity\":\"warning\"" SKIP ",\"assert\":\"series[0]."
            "value > 0.0\"") "," RULE("T-002",
                                      ",\"scope\":\"indicator\",\"severity\":\"warning\"" SKIP
                                      ",\"assert\":\"size(actors) > 3\""));
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

/* Each field that rules read, by an expression that only that value satisfies. */
static const struct {
  const char *expression, *cells;
} fields[] = {
    {"obs.indicator == 'T-1'", "value=1"},
    {"obs.actor == '964338531'", "value=1 actor=964338531"},
    {"obs.actor == '983974724' && !has(obs.actorType)", "value=1"},
    {"obs.actorType == 'municipality'", "value=1 actor=964338531"},
    {"obs.period == '2026-Q1' && obs.frequency == 'quarter'", "period=2026-Q1"},
    {"obs.periodStart == '2026-05-01' && obs.periodEnd == '2026-08-31'", "period=2026-T2"},
    {"obs.frequency == 'month' && obs.periodEnd == '2024-02-29'", "period=2024-02"},
    {"obs.asOf == '2026-01-31'", "asOf=2026-01-31"},
    {"obs.area == '4601' && obs.areaRole == 'provider'", "area=4601 areaRole=provider"},
    {"obs.breakdown == 'age=67-79;sex=F' && dimension(obs.breakdown, 'sex') == 'F'",
     "breakdown=age=67-79;sex=F"},
    {"obs.breakdown == '' && dimension(obs.breakdown, 'sex') == ''", "value=1"},
    {"!obs.breakdownKnown", "breakdown=sex=X"},
    {"obs.breakdownKnown", "breakdown=sex=M"},
    {"obs.numerator == 3.0 && obs.denominator == 4.5", "numerator=3 denominator=4.5"},
    {"decimals(obs.value) == 2 && decimals(obs.numerator) == 0", "value=1.50 numerator=3"},
    {"obs.unit == 'percent' && obs.status == 'final'", "unit=percent status=final"},
    {"obs.action == 'report'", "value=1"},
    {"obs.action == 'correct' && obs.reason == 'late'", "action=correct reason=late"},
    {"obs.missing == 'not-yet' && !has(obs.value)", "missing=not-yet"},
    {"obs.sampleSize == 1608.0 && obs.sampleMargin == 2.4 && obs.sampleWeighted",
     "sample.n=1608 sample.margin=2.4 sample.weighted=true"},
    {"obs.commentCode == 'merger' && obs.commentText == 'Ja'",
     "comment.code=merger comment.text=Ja"},
    {"!obs.duplicate", "value=1"},
    {"indicator.id == 'T-1' && indicator.unit == 'percent' && indicator.goal == 1", "value=1"},
    {"indicator.min == 1.0 && indicator.max == 50.0 && indicator.factor == 100.0", "value=1"},
    {"indicator.known && indicator.collected && indicator.state == 'adopted'", "value=1"},
    {"indicator.validFrom == '2020-01-01' && !has(indicator.validTo)", "value=1"},
    {"'value' in indicator.requires && !('numerator' in indicator.requires)", "value=1"},
    {"'trust' in indicator.reportedBy && !has(indicator.areaRole)", "value=1"},
    {"submission.reporter == '983974724' && !has(submission.delivery)", "value=1"},
    {"run.date == '2026-06-15'", "value=1"},
};

enum { FIELD_CASES = sizeof fields / sizeof *fields };

/* Row by row, and with enough rows that columns are bound: the outcomes are the same. */
static void check_fields(uint32_t copies)
{
  static const struct vt_rules_actor actors[] = {
      {{"964338531", 9}, {"municipality", 12}},
  };
  for (size_t i = 0; i < FIELD_CASES; i++) {
    struct bundle bundle = {0};
    char rule[2048];
    snprintf(rule, sizeof rule, RULE("T-001", OBSERVATION SKIP ",\"assert\":\"%s\""),
             fields[i].expression);
    load(&bundle, rule);
    bundle.context.actors = actors;
    bundle.context.actor_count = 1;
    bundle_head(&bundle, VATER_HEAD_REPORTER, "983974724");
    for (uint32_t copy = 0; copy < copies; copy++) {
      char cells[256];
      bool placed = strstr(fields[i].cells, "area=") != NULL;
      snprintf(cells, sizeof cells, placed ? "%s" : "%s area=%04u", fields[i].cells, copy);
      bundle_row(&bundle, cells);
    }
    bundle_judge(&bundle);
    bool duplicates = strstr(fields[i].expression, "duplicate") != NULL;
    const struct vt_rule_outcomes *outcomes = bundle_rule(&bundle, "T-001");
    if (outcomes->counts[VT_OUTCOME_PASS] != copies && !duplicates)
      fail_msg("%s: %llu of %u rows pass", fields[i].expression,
               (unsigned long long)outcomes->counts[VT_OUTCOME_PASS], copies);
    bundle_free(&bundle);
  }
}

static void test_fields_by_row(void **state)
{
  (void)state;
  check_fields(1);
}

static void test_fields_by_column(void **state)
{
  (void)state;
  check_fields(100);
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_missing_policies),
      cmocka_unit_test(test_missing_is_absorbed),
      cmocka_unit_test(test_when),
      cmocka_unit_test(test_since_and_until),
      cmocka_unit_test(test_actions),
      cmocka_unit_test(test_explain),
      cmocka_unit_test(test_R03_undecided),
      cmocka_unit_test(test_verdicts_by_block),
      cmocka_unit_test(test_submission_targets),
      cmocka_unit_test(test_wider_scopes_are_skipped),
      cmocka_unit_test(test_fields_by_row),
      cmocka_unit_test(test_fields_by_column),
      cmocka_unit_test(test_duplicates),
      cmocka_unit_test(test_unknown_indicator),
      cmocka_unit_test(test_findings_are_capped),
      cmocka_unit_test(test_nothing_to_judge),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

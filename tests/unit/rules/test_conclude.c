#include "pack.h"

#include "rules/bundle.h"

#include <stdio.h>
#include <string.h>

static void load(struct bundle *bundle, const char *rules)
{
  if (bundle_load(bundle, rules) != VATER_OK)
    fail_msg("%s", bundle_diagnostics(bundle));
}

static void expect_counts(const struct bundle *bundle, const char *code, uint64_t pass,
                          uint64_t fail, uint64_t skipped, uint64_t error)
{
  const struct vt_rule_outcomes *outcomes = bundle_rule(bundle, code);
  const uint64_t wanted[] = {pass, fail, 0, skipped, error};
  for (int i = 0; i < VT_OUTCOME_COUNT; i++)
    if (outcomes->counts[i] != wanted[i])
      fail_msg("%s: %llu %s, wanted %llu", code, (unsigned long long)outcomes->counts[i],
               vt_outcome_name((enum vt_outcome)i), (unsigned long long)wanted[i]);
}

/* The observation before is that of the same actor, area and breakdown, whatever the row order. */
static void test_previous(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle,
       WIDE("T-001", SERIES, "obs.value - previous.value <= 5.0",
            "{previous.value} in {previous.period}, now {obs.value}, {series.size()} in all"));
  bundle_row(&bundle, "actor=1 period=2026-03 value=20");
  bundle_row(&bundle, "actor=2 period=2026-03 value=20");
  bundle_row(&bundle, "actor=1 period=2026-03 value=90 breakdown=sex=F");
  bundle_row(&bundle, "actor=1 period=2026-02 value=10");
  bundle_row(&bundle, "actor=2 period=2026-01 value=19");
  bundle_row(&bundle, "actor=1 period=2025-12 value=1");
  bundle_row(&bundle, "actor=1 period=2025 value=1");
  bundle_conclude(&bundle, &(struct vt_rules_history){.current = 3});
  expect_counts(&bundle, "T-001", 1, 1, 1, 0);
  assert_int_equal(bundle.told.finding_count, 1);
  assert_string_equal(bundle.told.findings[0].message, "10 in 2026-02, now 20, 3 in all");
  assert_int_equal(bundle.told.findings[0].row, 0);
  assert_int_equal(bundle.told.findings[0].column, VATER_COLUMN_VALUE);
  assert_int_equal(bundle.told.findings[0].severity, VATER_SEVERITY_WARNING);
  assert_int_equal(bundle.told.findings[0].verdict, 0);
  assert_int_equal(bundle.told.verdict_count, 1);
  assert_true(vt_str_is(bundle.told.verdicts[0].actor, "1"));
  assert_true(vt_str_is(bundle.told.verdicts[0].period, "2026-03"));
  assert_int_equal(bundle.told.verdicts[0].warnings, 1);
  bundle_free(&bundle);
}

/* Of an indicator that counts persons no number is told, be it of this period, of the one before,
 * of the line or of all actors. */
static void test_P13_no_number_of_persons(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(
      &bundle,
      WIDE(
          "T-001", SERIES, "obs.value - previous.value <= 5.0",
          "{previous.value} in {previous.period}, now {obs.value}, {series.size()} in all; "
          "{obs.value - previous.value} more, {series[0].value} at first") "," WIDE("T-002", PERIOD,
                                                                                    "false",
                                                                                    "{sum(actors."
                                                                                    "map(a, "
                                                                                    "a.value))} by "
                                                                                    "{actors.size()"
                                                                                    "}") "," WIDE("T-003",
                                                                                                  PEERS,
                                                                                                  "obs.value < 1.0",
                                                                                                  "{obs.area}: {median(actors.map(a, a.value))}"));
  bundle.rules->indicators[0].disclosure =
      (struct vt_disclosure){VT_DISCLOSURE_PUBLICATION, VT_DISCLOSURE_THRESHOLD, 0, false};
  bundle_row(&bundle, "actor=1 period=2026-03 value=20 area=46");
  bundle_row(&bundle, "actor=1 period=2026-02 value=10 area=46");
  bundle_conclude(&bundle, &(struct vt_rules_history){.current = 1});
  assert_int_equal(bundle.told.finding_count, 3);
  assert_string_equal(bundle.told.findings[0].message,
                      "* in 2026-02, now *, * in all; * more, * at first");
  assert_string_equal(bundle.told.findings[1].message, "* by *");
  assert_string_equal(bundle.told.findings[2].message, "46: *");
  bundle_free(&bundle);
}

/* What is not there has no fields; an error keeps its reason. */
static void test_no_previous(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle,
       WIDE("T-001", SERIES, "has(previous.value)", "m") "," WIDE(
           "T-002", SERIES, "periodsBetween(previous.period, obs.period) == 1",
           "m") "," WIDE("T-003", SERIES,
                         "median(series.filter(s, s.value > 99.0).map(s, s.value)) > 1.0", "m"));
  bundle_row(&bundle, "actor=1 period=2026-01 value=2");
  bundle_conclude(&bundle, &(struct vt_rules_history){.current = 1});
  expect_counts(&bundle, "T-001", 0, 1, 0, 0);
  expect_counts(&bundle, "T-002", 0, 0, 1, 0);
  expect_counts(&bundle, "T-003", 0, 0, 0, 1);
  assert_non_null(strstr(bundle.told.findings[1].message, "(median of an empty list)"));
  bundle_free(&bundle);
}

static void test_period(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle,
       WIDE("T-001", PERIOD, "sum(actors.map(a, has(a.value), a.value)) >= 10.0",
            "{actors.size()} of {expected.size()}, {expected[0].type}") "," WIDE("T-002", PERIOD,
                                                                                 "expected.all(e, "
                                                                                 "actors.exists(a, "
                                                                                 "a.actor == "
                                                                                 "e.orgnr))",
                                                                                 "m"));
  const struct vt_rules_actor actors[] = {{VT_STR("1"), VT_STR("trust")},
                                          {VT_STR("2"), VT_STR("trust")},
                                          {VT_STR("3"), VT_STR("region")}};
  const struct vt_rules_obligation owed[] = {
      {VT_STR("1"), VT_STR("T-1"), INT64_MIN, INT64_MAX},
      {VT_STR("2"), VT_STR("T-2"), INT64_MIN, INT64_MAX},
      {VT_STR("3"), VT_STR("T-1"), 20484, 20514}, /* 2026-01-31 to 2026-03-02 */
      {VT_STR("3"), VT_STR("T-1"), 20500, INT64_MAX}};
  bundle_row(&bundle, "actor=1 period=2026-03 value=4");
  bundle_row(&bundle, "actor=3 period=2026-03 missing=not-yet");
  bundle_row(&bundle, "actor=1 period=2026-04 value=4");
  bundle_row(&bundle, "actor=1 period=2025-12 value=1");
  bundle_row(&bundle, "actor=2 period=2026-04 value=7");
  bundle.context.actors = actors;
  bundle.context.actor_count = 3;
  const struct vt_rules_history history = {3, owed, 4};
  bundle_conclude(&bundle, &history);
  expect_counts(&bundle, "T-001", 1, 1, 0, 0);
  expect_counts(&bundle, "T-002", 1, 1, 0, 0);
  assert_string_equal(bundle.told.findings[0].message, "2 of 2, trust");
  assert_int_equal(bundle.told.findings[0].row, VT_NO_ROW);
  assert_int_equal(bundle.told.verdict_count, 2);
  assert_int_equal(bundle.told.verdicts[0].actor.len, 0);
  assert_true(vt_str_is(bundle.told.verdicts[0].period, "2026-03"));
  assert_int_equal(bundle.told.findings[1].verdict, 1);
  assert_true(vt_str_is(bundle.told.verdicts[1].period, "2026-04"));
  bundle_free(&bundle);
}

/* Comparable are those of the same period, area role and breakdown. */
static void test_peers(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle,
       WIDE("T-001", PEERS, "obs.value <= 2.0 * median(actors.map(a, has(a.value), a.value))",
            "{obs.value} of {actors.size()}"));
  bundle_row(&bundle, "actor=1 value=30");
  bundle_row(&bundle, "actor=2 value=10");
  bundle_row(&bundle, "actor=3 value=12");
  bundle_row(&bundle, "actor=3 value=1 breakdown=sex=F");
  bundle_row(&bundle, "actor=3 value=1 period=2025-12");
  bundle_conclude(&bundle, &(struct vt_rules_history){.current = 99});
  expect_counts(&bundle, "T-001", 4, 1, 0, 0);
  assert_string_equal(bundle.told.findings[0].message, "30 of 3");
  bundle_free(&bundle);
}

/* A comment clears; nothing here is worse than a warning, and rules of other scopes are not asked.
 */
static void test_severities(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  load(&bundle, WIDE("T-001", SERIES ",\"explain\":\"clears\"", "obs.value < 1.0", "m") "," WIDE(
                    "T-002", SERIES ",\"explain\":\"required\"", "obs.value < 1.0",
                    "m") "," RULE("T-003", OBSERVATION SKIP ",\"assert\":\"false\""));
  bundle_row(&bundle, "value=2 comment.code=real-change");
  bundle_row(&bundle, "value=2 area=46");
  bundle_conclude(&bundle, &(struct vt_rules_history){.current = 2});
  assert_int_equal(bundle.told.finding_count, 4);
  const int wanted[] = {VATER_SEVERITY_INFO, VATER_SEVERITY_WARNING, VATER_SEVERITY_WARNING,
                        VATER_SEVERITY_WARNING};
  for (int i = 0; i < 4; i++)
    assert_int_equal(bundle.told.findings[i].severity, wanted[i]);
  assert_int_equal(bundle.told.rule_count, 2);
  assert_true(vt_rules_conclude_on(bundle.rules, VT_STR("T-1")));
  assert_false(vt_rules_conclude_on(bundle.rules, VT_STR("T-2")));
  bundle_free(&bundle);
}

static void test_functions(void **state)
{
  (void)state;
  static const struct {
    const char *expression;
    bool holds;
  } cases[] = {
      {"sum([]) == 0.0", true},
      {"sum([1.5, 2.0]) == 3.5", true},
      {"median([3.0, 1.0, 2.0]) == 2.0", true},
      {"median([4.0, 1.0, 2.0, 3.0]) == 2.5", true},
      {"median([1.0, 1.0]) == 1.0", true},
      {"periodsBetween('2025', '2026') == 1", true},
      {"periodsBetween('2025-12', '2026-01') == 1", true},
      {"periodsBetween('2026-T1', '2025-T3') == -1", true},
      {"periodsBetween('2024-Q4', '2026-Q1') == 5", true},
      {"periodsBetween('2026-07', '2026-07') == 0", true},
      {"periodsBetween('2026', '2026-07') == 0", false},
      {"periodsBetween('x', '2026-07') == 0", false},
      {"indicator.definitionVersion == 1", true},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bundle bundle = {0};
    char rule[2048];
    snprintf(rule, sizeof rule, WIDE("T-001", SERIES, "%s", "m"), cases[i].expression);
    load(&bundle, rule);
    bundle_row(&bundle, "value=2");
    bundle_conclude(&bundle, &(struct vt_rules_history){.current = 1});
    if (bundle_rule(&bundle, "T-001")
            ->counts[cases[i].holds ? VT_OUTCOME_PASS : VT_OUTCOME_ERROR] != 1)
      fail_msg("%s", cases[i].expression);
    bundle_free(&bundle);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_previous),
      cmocka_unit_test(test_no_previous),
      cmocka_unit_test(test_P13_no_number_of_persons),
      cmocka_unit_test(test_period),
      cmocka_unit_test(test_peers),
      cmocka_unit_test(test_severities),
      cmocka_unit_test(test_functions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

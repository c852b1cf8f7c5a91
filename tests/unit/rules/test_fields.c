#include "pack.h"

#include <stdio.h>
#include <string.h>

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
    if (bundle_load(&bundle, rule) != VATER_OK)
      fail_msg("%s", bundle_diagnostics(&bundle));
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_fields_by_row),
      cmocka_unit_test(test_fields_by_column),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

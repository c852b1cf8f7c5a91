#include "pack.h"

#include "plugin/host.h"

#include <string.h>

/* A plugin with one function and two checks, as the registry would hold it. */
static int call_double(vater_call *call, const struct vater_value *arguments, uint32_t count,
                       struct vater_value *result)
{
  (void)call;
  assert_int_equal(count, 1);
  *result =
      (struct vater_value){.type = VATER_VALUE_NUMBER, .as.number = arguments[0].as.number * 2};
  return VATER_OK;
}

/* Fails on each row whose value is below `min`. */
static int run_low(vater_call *call, const vater_config *with, const vater_table *rows,
                   vater_findings *findings)
{
  const struct vater_host *host = vt_host();
  double min = 0, value;
  host->config_number(with, "min", &min);
  for (uint32_t row = 0; row < host->table->rows(rows); row++)
    if (host->table->get_number(rows, row, VATER_COLUMN_VALUE, &value) && value < min)
      host->report->fail_row(call, findings, row, VATER_COLUMN_VALUE, "%.0f is low", value);
  return VATER_OK;
}

static int run_broken(vater_call *call, const vater_config *with, const vater_table *rows,
                      vater_findings *findings)
{
  (void)with;
  (void)rows;
  (void)findings;
  return (vt_host()->fail)(call, VATER_E_BUG, "lost my way");
}

static int run_unsure(vater_call *call, const vater_config *with, const vater_table *rows,
                      vater_findings *findings)
{
  (void)with;
  (void)rows;
  (void)findings;
  return (vt_host()->fail)(call, VATER_E_CONFIG, "'min' is above 'max'");
}

static int run_odd(vater_call *call, const vater_config *with, const vater_table *rows,
                   vater_findings *findings)
{
  (void)call;
  (void)with;
  (void)rows;
  (void)findings;
  return 77;
}

static int run_silent(vater_call *call, const vater_config *with, const vater_table *rows,
                      vater_findings *findings)
{
  (void)call;
  (void)with;
  (void)rows;
  (void)findings;
  return VATER_E_IO;
}

static const struct vater_setting low_settings[] = {
    {.name = "min", .type = VATER_SETTING_NUMBER, .required = true, .help = "Lowest value."}, {0}};
static const struct vater_setting no_settings[] = {{0}};
static const struct vater_check checks[] = {
    {.name = "low", .summary = "Low values.", .settings = low_settings, .run = run_low},
    {.name = "broken", .summary = "Fails.", .settings = no_settings, .run = run_broken},
    {.name = "unsure", .summary = "Refuses.", .settings = no_settings, .run = run_unsure},
    {.name = "odd", .summary = "Returns 77.", .settings = no_settings, .run = run_odd},
    {.name = "silent", .summary = "Says nothing.", .settings = no_settings, .run = run_silent},
    {0}};
static const struct vater_function functions[] = {
    {.name = "twice", .signature = "(double) -> double", .help = "x * 2", .call = call_double},
    {0}};

static struct vt_plugin plugin = {
    .info = {.path = "sample.so", .name = "sample", .check_count = 5, .function_count = 1},
    .checks = checks,
    .functions = functions};
static struct vt_plugin *plugins[] = {&plugin};
static const struct vt_registry registry = {.plugins = plugins, .count = 1};

#define CHECK(code, name, members) RULE(code, SUBMISSION ",\"check\":\"" name "\"" members)

static void test_function(void **state)
{
  (void)state;
  struct bundle bundle = {.plugins = &registry};
  if (bundle_load(&bundle, RULE("T-001", OBSERVATION SKIP
                                ",\"assert\":\"twice(obs.value) == 5.0\"")) != VATER_OK)
    fail_msg("%s", bundle_diagnostics(&bundle));
  bundle_row(&bundle, "value=2.5");
  bundle_row(&bundle, "value=2 area=01");
  bundle_judge(&bundle);
  assert_int_equal(bundle_rule(&bundle, "T-001")->counts[VT_OUTCOME_PASS], 1);
  assert_int_equal(bundle_rule(&bundle, "T-001")->counts[VT_OUTCOME_FAIL], 1);
  bundle_free(&bundle);
}

static void test_check(void **state)
{
  (void)state;
  struct bundle bundle = {.plugins = &registry};
  if (bundle_load(&bundle, CHECK("T-001", "sample.low", ",\"with\":{\"min\":3}")) != VATER_OK)
    fail_msg("%s", bundle_diagnostics(&bundle));
  bundle_row(&bundle, "indicator=T-2 value=1");
  bundle_row(&bundle, "value=5");
  bundle_row(&bundle, "value=2 period=2026-02");
  bundle_judge(&bundle);
  const struct vt_rule_outcomes *outcomes = bundle_rule(&bundle, "T-001");
  assert_int_equal(outcomes->counts[VT_OUTCOME_PASS], 1);
  assert_int_equal(outcomes->counts[VT_OUTCOME_FAIL], 1);
  assert_int_equal(bundle.told.finding_count, 1);
  assert_int_equal(bundle.told.findings[0].row, 2);
  assert_int_equal(bundle.told.findings[0].column, VATER_COLUMN_VALUE);
  assert_string_equal(bundle.told.findings[0].message, "Wrong 2 2 is low");
  assert_int_equal(bundle.told.verdicts[2].verdict, VT_VERDICT_REJECTED);
  assert_int_equal(bundle.told.verdicts[1].verdict, VT_VERDICT_ACCEPTED);
  bundle_free(&bundle);
}

static void test_check_that_gives_up(void **state)
{
  (void)state;
  struct bundle bundle = {.plugins = &registry};
  if (bundle_load(&bundle, CHECK("T-001", "sample.broken", "")) != VATER_OK)
    fail_msg("%s", bundle_diagnostics(&bundle));
  bundle_row(&bundle, "value=5");
  bundle_judge(&bundle);
  assert_int_equal(bundle_rule(&bundle, "T-001")->counts[VT_OUTCOME_ERROR], 1);
  assert_int_equal(bundle.told.verdicts[0].verdict, VT_VERDICT_UNDECIDED);
  assert_non_null(strstr(bundle.told.findings[0].message, "lost my way"));
  bundle_free(&bundle);
}

/* What to do about it depends on whose fault it is. */
static void test_remedy_by_cause(void **state)
{
  (void)state;
  static const struct {
    const char *rule, *message, *remedy;
  } cases[] = {
      {CHECK("T-001", "sample.unsure", ""),
       "A check cannot use what the rule gives it; it does not count against the actor. (plugin "
       "'sample', unsure: 'min' is above 'max')",
       "Correct what the rule gives the check in \"with\""},
      {CHECK("T-001", "sample.odd", ""), "odd: returned 77; wanted: one of vater_status",
       "Neither the rule nor the figures are at fault"},
      {CHECK("T-001", "sample.silent", ""), "silent: gave no reason (status -",
       "Neither the rule nor the figures are at fault"},
      {RULE("T-001", OBSERVATION SKIP ",\"assert\":\"1.0 / (obs.value - obs.value) > 0.0 && "
                                      "int(obs.reason) == 1\""),
       "A rule could not be evaluated on these figures", "Mend the rule so that it copes"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bundle bundle = {.plugins = &registry};
    if (bundle_load(&bundle, cases[i].rule) != VATER_OK)
      fail_msg("%s", bundle_diagnostics(&bundle));
    bundle_row(&bundle, "value=5 reason=none");
    bundle_judge(&bundle);
    const struct told_finding *found = &bundle.told.findings[0];
    if (bundle.told.finding_count != 1 || strstr(found->message, cases[i].message) == NULL ||
        strstr(found->remedy, cases[i].remedy) == NULL)
      fail_msg("%s: %s / %s", cases[i].rule, found->message, found->remedy);
    bundle_free(&bundle);
  }
}

static void test_check_refused_at_load(void **state)
{
  (void)state;
  struct bundle bundle = {.plugins = &registry};
  assert_int_equal(bundle_load(&bundle, CHECK("T-001", "sample.lov", "") "," CHECK(
                                            "T-002", "sample.low", ",\"with\":{\"mim\":3}")),
                   VATER_E_RULE);
  const char *told = bundle_diagnostics(&bundle);
  assert_non_null(strstr(told, "no plugin has the check 'sample.lov'; did you mean 'sample.low'?"));
  assert_non_null(strstr(told, "mim"));
  assert_null(bundle.rules);
  bundle_free(&bundle);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_function),
      cmocka_unit_test(test_check),
      cmocka_unit_test(test_check_that_gives_up),
      cmocka_unit_test(test_remedy_by_cause),
      cmocka_unit_test(test_check_refused_at_load),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

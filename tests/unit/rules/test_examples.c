#include "pack.h"

#include "rules/examples.h"

#include <stdio.h>
#include <string.h>

#define HEAD                                                                             \
  "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"983974724\"},\"generatedAt\":" \
  "\"2026-06-15T08:00:00Z\",\"observations\":["
#define FIRST "{\"indicator\":\"T-1\",\"period\":\"2026-01\",\"area\":\"NO\",\"value\":"

/* A patch on the sample of T-1, and what must come of it. */
static const struct {
  const char *patch, *merged;
} cases[] = {
    {"{}", HEAD FIRST "1.50,\"unit\":\"percent\",\"status\":\"final\"}]}"},
    {"{\"observations\":[{\"value\":2.0}]}",
     HEAD FIRST "2.0,\"unit\":\"percent\",\"status\":\"final\"}]}"},
    {"{\"observations\":[{},{\"area\":\"46\",\"status\":null}]}",
     HEAD FIRST "1.50,\"unit\":\"percent\",\"status\":\"final\"},"
                "{\"indicator\":\"T-1\",\"period\":\"2026-01\",\"area\":\"46\",\"value\":1.50,"
                "\"unit\":\"percent\"}]}"},
    {"{\"observations\":[]}", HEAD "]}"},
    {"{\"observations\":[{\"breakdown\":{\"sex\":\"F\",\"age\":null},\"x\":[1,null]}]}",
     HEAD FIRST "1.50,\"unit\":\"percent\",\"status\":\"final\",\"breakdown\":{\"sex\":\"F\"},"
                "\"x\":[1,null]}]}"},
    {"{\"observations\":null,\"nil\":true}",
     "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"983974724\"},\"generatedAt\":"
     "\"2026-06-15T08:00:00Z\",\"nil\":true}"},
    {"{\"reporter\":\"\\u00e6\\n\"}",
     "{\"schemaVersion\":\"1.0.0\",\"reporter\":\"\xc3\xa6\\n\",\"generatedAt\":"
     "\"2026-06-15T08:00:00Z\",\"observations\":[" FIRST
     "1.50,\"unit\":\"percent\",\"status\":\"final\"}]}"},
};

static void test_merge(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct bundle bundle = {0};
    char rule[2048];
    snprintf(
        rule, sizeof rule,
        "{\"code\":\"T-001\",\"appliesTo\":[\"T-1\"],\"message\":" TEXTS("m") ",\"remedy\":" TEXTS(
            "r") ",\"reference\":\"t\",\"examples\":{\"fail\":[%s]}" OBSERVATION SKIP
                 ",\"assert\":\"true\"}",
        cases[i].patch);
    if (bundle_load(&bundle, rule) != VATER_OK)
      fail_msg("%s", bundle_diagnostics(&bundle));
    struct vt_example example;
    struct vt_error error = {0};
    assert_int_equal(vt_rules_example_count(bundle.rules), 1);
    assert_int_equal(vt_rules_example(bundle.rules, 0, bundle.arena, &example, &error), VATER_OK);
    assert_string_equal(example.deliveries[0].payload.ptr, cases[i].merged);
    assert_int_equal(example.expect, VT_EXAMPLE_FAIL);
    assert_int_equal(example.number, 1);
    assert_int_equal(example.deliveries[0].today, bundle.context.today);
    assert_true(vt_str_is(example.deliveries[0].reporter, "983974724"));
    assert_true(vt_str_is(example.reporter_type, "trust"));
    assert_int_equal(example.line, 2);
    bundle_free(&bundle);
  }
}

/* The day of an example that is judged on another one than the sample's. */
static void test_reference_date(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  struct vt_example example;
  struct vt_error error = {0};
#define DATED(day)                                                                                \
  "{\"code\":\"T-001\",\"appliesTo\":[\"T-1\"],\"message\":" TEXTS("m") ",\"remedy\":" TEXTS(     \
      "r") ",\"reference\":\"t\",\"examples\":{\"pass\":[{}],\"fail\":[{\"referenceDate\":\"" day \
           "\"}]}" OBSERVATION SKIP ",\"assert\":\"true\"}"
  assert_int_equal(bundle_load(&bundle, DATED("2026-06-16")), VATER_OK);
  assert_int_equal(vt_rules_example(bundle.rules, 1, bundle.arena, &example, &error), VATER_OK);
  assert_int_equal(example.deliveries[0].today, bundle.context.today + 1);
  assert_string_equal(example.deliveries[0].payload.ptr, cases[0].merged);
  bundle_free(&bundle);
  assert_int_equal(bundle_load(&bundle, DATED("2026-06-31")), VATER_E_RULE);
  assert_non_null(strstr(bundle_diagnostics(&bundle), "no such day; wanted: YYYY-MM-DD"));
  bundle_free(&bundle);
}

static void test_expectations(void **state)
{
  (void)state;
  static const struct {
    enum vt_example_expect expect;
    uint64_t counts[VT_OUTCOME_COUNT]; /* pass, fail, not-applicable, skipped, error */
    uint64_t cleared;
    bool met;
  } table[] = {
      {VT_EXAMPLE_PASS, {1, 0, 3, 1, 0}, 0, true},
      {VT_EXAMPLE_PASS, {1, 1, 0, 0, 0}, 0, false},
      {VT_EXAMPLE_PASS, {0, 0, 1, 0, 0}, 0, false},
      {VT_EXAMPLE_PASS, {1, 0, 0, 0, 1}, 0, false},
      {VT_EXAMPLE_FAIL, {3, 1, 0, 0, 0}, 0, true},
      {VT_EXAMPLE_FAIL, {0, 1, 0, 0, 0}, 1, false},
      {VT_EXAMPLE_FAIL, {0, 1, 0, 0, 1}, 0, false},
      {VT_EXAMPLE_NOT_APPLICABLE, {0, 0, 0, 0, 0}, 0, true},
      {VT_EXAMPLE_NOT_APPLICABLE, {0, 0, 2, 0, 0}, 0, true},
      {VT_EXAMPLE_NOT_APPLICABLE, {0, 0, 2, 1, 0}, 0, false},
      {VT_EXAMPLE_SKIPPED, {0, 0, 1, 1, 0}, 0, true},
      {VT_EXAMPLE_SKIPPED, {1, 0, 0, 1, 0}, 0, false},
      {VT_EXAMPLE_ERROR, {0, 0, 0, 0, 1}, 0, true},
      {VT_EXAMPLE_ERROR, {0, 1, 0, 0, 0}, 0, false},
      {VT_EXAMPLE_CLEARED, {0, 2, 0, 0, 0}, 2, true},
      {VT_EXAMPLE_CLEARED, {0, 2, 0, 0, 0}, 1, false},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    assert_int_equal(vt_example_met(table[i].expect, table[i].counts, table[i].cleared),
                     table[i].met);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_merge),
      cmocka_unit_test(test_reference_date),
      cmocka_unit_test(test_expectations),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

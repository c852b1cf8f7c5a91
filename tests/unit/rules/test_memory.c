#include "pack.h"

#include <stdlib.h>

/* An allocator that refuses the request that brings `left` to nothing, and all after it. */
struct scarce {
  struct vt_allocator real;
  int64_t left;
};

static void *resize(void *context, void *pointer, size_t size)
{
  struct scarce *scarce = context;
  if (size > 0 && scarce->left-- <= 0)
    return NULL;
  return scarce->real.resize(scarce->real.context, pointer, size);
}

static int nothing_finding(void *context, const struct vt_finding *finding, struct vt_error *error)
{
  (void)context;
  (void)finding;
  (void)error;
  return VATER_OK;
}

static int nothing_more(void *context, struct vater_str code, int severity, uint64_t count,
                        struct vt_error *error)
{
  (void)context;
  (void)code;
  (void)severity;
  (void)count;
  (void)error;
  return VATER_OK;
}

static int nothing_verdict(void *context, const struct vt_block_verdict *verdict,
                           struct vt_error *error)
{
  (void)context;
  (void)verdict;
  (void)error;
  return VATER_OK;
}

static int nothing_rule(void *context, const struct vt_rule_outcomes *outcomes,
                        struct vt_error *error)
{
  (void)context;
  (void)outcomes;
  (void)error;
  return VATER_OK;
}

/* Loading with ever more memory: refused without a leak until it is enough. */
static void test_load_without_memory(void **state)
{
  (void)state;
  static const char text[] = "{\"pack\":\"a\",\"version\":\"1\",\"title\":" TEXTS(
      "P") ",\"rules\":[{\"code\":\"A-"
           "001\",\"appliesTo\":[\"*\"],"
           "\"message\":" TEXTS("m {1}") ",\"remedy\""
                                         ":" TEXTS("r") ","
                                                        "\""
                                                        "re"
                                                        "fe"
                                                        "re"
                                                        "nc"
                                                        "e"
                                                        "\""
                                                        ":"
                                                        "\""
                                                        "t"
                                                        "\""
                                                        ","
                                                        "\""
                                                        "ex"
                                                        "am"
                                                        "pl"
                                                        "es"
                                                        "\""
                                                        ":{"
                                                        "}" OBSERVATION SKIP ","
                                                        "\""
                                                        "as"
                                                        "se"
                                                        "rt"
                                                        "\""
                                                        ":"
                                                        "\""
                                                        "ob"
                                                        "s."
                                                        "ar"
                                                        "ea"
                                                        ".m"
                                                        "at"
                                                        "ch"
                                                        "es"
                                                        "('"
                                                        "^["
                                                        "0-"
                                                        "9]"
                                                        "+$"
                                                        "')"
                                                        "\""
                                                        "}]"
                                                        "}";
  const struct vt_rules_file file = {VT_STR("a.json"), {text, sizeof text - 1}};
  bool loaded = false;
  for (int64_t left = 0; !loaded; left += 1 + left / 40) {
    struct scarce scarce = {vt_allocator_real(), left};
    struct vt_environment environment = vt_environment_real();
    struct vt_environment own = vt_environment_real();
    struct vt_arena *arena = vt_arena_new(&own.allocator, 0);
    struct vt_diagnostics diagnostics;
    struct vt_rules *rules = NULL;
    environment.allocator = (struct vt_allocator){resize, &scarce};
    vt_diagnostics_init(&diagnostics, arena);
    const struct vt_rules_options options = {
        .environment = &environment, .pinned = &file, .pinned_count = 1};
    int status = vt_rules_load(&options, &rules, &diagnostics);
    loaded = status == VATER_OK;
    assert_true(loaded == (rules != NULL));
    assert_true(loaded || status == VATER_E_NOMEM || status == VATER_E_RULE ||
                status == VATER_E_CONFIG || status == VATER_E_LIMIT);
    assert_true(left < 100000);
    vt_rules_free(rules);
    vt_arena_free(arena);
  }
}

static void test_judge_without_memory(void **state)
{
  (void)state;
  struct bundle bundle = {0};
  const struct vt_rules_sink sink = {.finding = nothing_finding,
                                     .more = nothing_more,
                                     .verdict = nothing_verdict,
                                     .rule = nothing_rule};
  assert_int_equal(
      bundle_load(
          &bundle,
          RULE("T-001", OBSERVATION SKIP ",\"assert\":\"obs.value > 1.0\"") "," RULE(
              "T-002", SUBMISSION SKIP
              ",\"per\":\"area\",\"assert\":\"size(rows) > 9\"") "," RULE("T-003", SUBMISSION SKIP
                                                                          ",\"assert\":\"size(rows)"
                                                                          " == 1\"")),
      VATER_OK);
  for (int i = 0; i < 200; i++)
    bundle_row(&bundle, i % 2 == 0 ? "value=1" : "value=2 period=2026-02");
  bundle_judge(&bundle);
  const struct vt_allocator real = bundle.environment.allocator;
  bool judged = false;
  for (int64_t left = 0; !judged; left++) {
    struct scarce scarce = {real, left};
    struct vt_error error = {0};
    bundle.environment.allocator = (struct vt_allocator){resize, &scarce};
    int status = vt_rules_judge(bundle.rules, &bundle.table, &bundle.context, &sink, &error);
    judged = status == VATER_OK;
    assert_true(judged || status == VATER_E_NOMEM);
    assert_true(left < 100000);
  }
  bundle.environment.allocator = real;
  bundle_free(&bundle);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_load_without_memory),
      cmocka_unit_test(test_judge_without_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

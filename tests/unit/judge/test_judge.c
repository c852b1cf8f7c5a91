#include "judged.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>

static struct judged_world world;

#define GOOD                                                                    \
  "{\"indicator\":\"G1-13\",\"period\":\"2025\",\"area\":\"4601\",\"value\":1," \
  "\"unit\":\"yes-no\",\"status\":\"final\"}"

static struct judged judge_rows(const char *observations)
{
  char *text = judged_submission(observations);
  struct judged judged = judged_text(&world, text);
  free(text);
  return judged;
}

static void is_refused(const struct judged *judged, const char *code)
{
  assert_int_equal(judged->result.delivery, VT_DELIVERY_REFUSED);
  assert_str(judged->result.code, code);
  assert_int_equal(judged->result.table.rows, 0);
  assert_int_equal(judged->result.verdict_count, 0);
  assert_true(judged->result.screened);
}

static void refuses(const char *text, const char *code, const char *pointer)
{
  struct judged judged = judged_text(&world, text);
  is_refused(&judged, code);
  struct vt_finding finding = judged_finding(&judged, code, 0);
  assert_str(finding.pointer, pointer);
  assert_true(finding.line >= 1 && finding.line_column >= 1);
  assert_true(judged.page.refused);
  judged_free(&judged);
}

static void test_received(void **state)
{
  (void)state;
  struct judged judged = judge_rows(GOOD);
  assert_int_equal(judged.result.delivery, VT_DELIVERY_RECEIVED);
  assert_int_equal(judged.result.code.len, 0);
  assert_int_equal(judged.result.table.rows, 1);
  assert_int_equal(judged.result.verdict_count, 1);
  assert_true(judged.result.rule_count > 0);
  assert_false(judged.page.refused);
  struct vt_block_verdict verdict;
  vt_result_verdict(&judged.result, 0, &verdict);
  assert_str(verdict.actor, ACTOR);
  assert_str(verdict.indicator, "G1-13");
  assert_str(verdict.period, "2025");
  judged_free(&judged);
}

static void test_nil(void **state)
{
  (void)state;
  struct judged judged = judged_text(
      &world, "{\"schemaVersion\":\"1.0.0\",\"nil\":true,\"reporter\":{\"orgnr\":\"" ACTOR
              "\"},\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[]}");
  assert_int_equal(judged.result.delivery, VT_DELIVERY_NIL);
  assert_int_equal(judged.result.table.rows, 0);
  judged_free(&judged);
}

static void test_same_bytes_whatever_the_seed(void **state)
{
  (void)state;
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  char *text = judged_submission(GOOD "," GOOD);
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  struct vt_judge_job job = judged_job();
  struct judged one = judged_pages(&world, &job, &head, pages);
  job.hash_seed = 0x123456789abcdef;
  struct judged two = judged_pages(&world, &job, &head, pages);
  assert_int_equal(one.size, two.size);
  assert_memory_equal(one.block, two.block, one.size);
  judged_free(&one);
  judged_free(&two);
  free(text);
}

static void test_P01_syntax(void **state)
{
  (void)state;
  refuses("", "PAY-SYNTAX", "");
  refuses("hello", "PAY-SYNTAX", "");
  refuses("\xef\xbb\xbf{}", "PAY-SYNTAX", "");
  refuses("{} {}", "PAY-SYNTAX", "");
  refuses("7", "PAY-SYNTAX", "");
}

/* P02, H08: any cut is refused; where the connection's end was the only end, as cut. */
static void test_P02_H08_every_cut(void **state)
{
  (void)state;
  char *text = judged_submission(GOOD);
  const struct vt_judge_job job = judged_job();
  for (size_t len = 0; len < strlen(text); len++) {
    const struct vater_str pages[] = {{text, len}, VT_STR_NONE};
    struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
    struct judged judged = judged_pages(&world, &job, &head, pages);
    is_refused(&judged, "PAY-SYNTAX");
    judged_free(&judged);
    head.framing = VT_FRAMING_CLOSE;
    judged = judged_pages(&world, &job, &head, pages);
    assert_str(judged.result.code, "HTTP-TRUNC");
    assert_int_not_equal(judged.result.delivery, VT_DELIVERY_RECEIVED);
    assert_int_equal(judged.result.table.rows, 0);
    judged_free(&judged);
  }
  free(text);
}

static void test_H08_a_fault_is_not_a_cut(void **state)
{
  (void)state;
  const struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.framing = VT_FRAMING_CLOSE};
  const struct vater_str pages[] = {VT_STR("{\"a\": nope, \"b\": {}}"), VT_STR_NONE};
  struct judged judged = judged_pages(&world, &job, &head, pages);
  is_refused(&judged, "PAY-SYNTAX");
  judged_free(&judged);
}

static char *nested(size_t depth)
{
  char *text = malloc(depth + 1);
  assert_non_null(text);
  memset(text, '[', depth);
  text[depth] = '\0';
  return text;
}

static void test_P03_depth(void **state)
{
  (void)state;
  static const size_t depths[] = {65, 2049, 1000000};
  for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
    char *text = nested(depths[i]);
    struct judged judged = judged_text(&world, text);
    is_refused(&judged, "PAY-DEPTH");
    judged_free(&judged);
    free(text);
  }
}

static void test_P04_P05_P06_codes(void **state)
{
  (void)state;
  refuses("{\"a\":1,\"\\u0061\":2}", "PAY-DUPKEY", "/a");
  refuses("{\"a\":1e999}", "PAY-NUMBER", "/a");
  refuses("{\"a\":\"\xff\"}", "PAY-TEXT", "/a");
}

/* P06: the excerpt of what is no UTF-8 is mended, or main would not believe it. */
static void test_P06_excerpt_is_text(void **state)
{
  (void)state;
  struct judged judged = judged_text(&world, "{\"a\":\"\xff\xfe\xc3\"}");
  struct vt_finding finding = judged_finding(&judged, "PAY-TEXT", 0);
  assert_true(vt_str_find(finding.excerpt, VT_STR("\xef\xbf\xbd"), 0) < finding.excerpt.len);
  judged_free(&judged);
}

static void test_P07_too_much(void **state)
{
  (void)state;
  enum { COUNT = 5000000 };
  char *text = malloc(COUNT * 3 + 3);
  assert_non_null(text);
  size_t len = 0;
  text[len++] = '[';
  for (int i = 0; i < COUNT; i++) {
    memcpy(text + len, i > 0 ? ",{}" : "{} ", 3);
    len += 3;
  }
  text[len++] = ']';
  text[len] = '\0';
  struct judged judged = judged_text(&world, text);
  assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
  judged_free(&judged);
  memset(text, 'x', COUNT * 3);
  memcpy(text, "{\"a\":\"", 6);
  memcpy(text + COUNT * 3 - 2, "\"}", 3);
  judged = judged_text(&world, text);
  is_refused(&judged, "PAY-LIMIT");
  judged_free(&judged);
  free(text);
}

static void test_P08_schema(void **state)
{
  (void)state;
  struct judged judged =
      judge_rows("{\"indicator\":\"G1-13\",\"period\":\"2025\",\"area\":\"4601\",\"value\":\"1\","
                 "\"unit\":\"yes-no\",\"status\":\"final\"}");
  is_refused(&judged, "PAY-SCHEMA");
  struct vt_finding finding = judged_finding(&judged, "PAY-SCHEMA", 0);
  assert_str(finding.pointer, "/observations/0/value");
  assert_int_equal(finding.line, 3);
  assert_int_equal(finding.line_column, 60);
  assert_int_equal(finding.caret_width, 3);
  assert_int_equal(finding.row, VT_NO_ROW);
  assert_str(finding.message[VT_LANGUAGE_EN], "value: must be of type number.");
  judged_free(&judged);
}

static void test_P09_version(void **state)
{
  (void)state;
  refuses("{\"schemaVersion\":\"2.0.0\",\"reporter\":{\"orgnr\":\"" ACTOR
          "\"},\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[]}",
          "PAY-VERSION", "/schemaVersion");
}

static void test_P10_reporter_is_another(void **state)
{
  (void)state;
  struct judged judged = judged_text(
      &world, "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"" OTHER
              "\"},\n\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[\n" GOOD "]}");
  is_refused(&judged, "PAY-OWNER");
  struct vt_finding finding = judged_finding(&judged, "PAY-OWNER", 0);
  assert_str(finding.pointer, "/reporter/orgnr");
  assert_int_equal(finding.line_column, 46);
  judged_free(&judged);
}

#define FOR_OTHER                                                                           \
  "{\"indicator\":\"G1-13\",\"actor\":\"" OTHER "\",\"period\":\"2025\",\"area\":\"4601\"," \
  "\"value\":1,\"unit\":\"yes-no\",\"status\":\"final\"}"

static void test_P10_row_for_another(void **state)
{
  (void)state;
  struct judged judged = judge_rows(GOOD ",\n" FOR_OTHER ",\n" FOR_OTHER);
  is_refused(&judged, "PAY-OWNER");
  assert_int_equal(judged_count(&judged, "PAY-OWNER"), 1);
  assert_str(judged_finding(&judged, "PAY-OWNER", 0).pointer, "/observations/1/actor");
  judged_free(&judged);
}

#define OF_PERIOD(period, more)                                                       \
  "{\"indicator\":\"G1-13\",\"period\":\"" period "\",\"area\":\"4601\",\"value\":1," \
  "\"unit\":\"yes-no\",\"status\":\"final\"" more "}"

static struct judged judge_asked(const char *asked, const char *rows)
{
  struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  char *text = judged_submission(rows);
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  job.period = vt_str(asked);
  struct judged judged = judged_pages(&world, &job, &head, pages);
  free(text);
  return judged;
}

/* Future, past, partial and overlapping periods against the one that was asked for: only a delivery
 * that has nothing of it is told, and taken nonetheless. */
static void test_P11_period(void **state)
{
  (void)state;
  static const struct {
    const char *asked, *rows, *told; /* told NULL: nothing is */
  } cases[] = {
      {"2025", OF_PERIOD("2024", ""), "asked for 2025, delivered 2024"},
      {"2025", OF_PERIOD("2024", "") "," OF_PERIOD("2023", ""),
       "asked for 2025, delivered 2023 to 2024"},
      {"2025", OF_PERIOD("2031", ""), "asked for 2025, delivered 2031"},
      {"2026-10", OF_PERIOD("2026-09", ""), "asked for 2026-10, delivered 2026-09"},
      {"2026-09", OF_PERIOD("2026-Q4", ""), "asked for 2026-09, delivered 2026-Q4"},
      {"2025", OF_PERIOD("2025", ""), NULL},
      {"2025", OF_PERIOD("2024", "") "," OF_PERIOD("2025", ""), NULL},
      {"2026-10", OF_PERIOD("2026-Q4", ""), NULL},
      {"2026-Q4", OF_PERIOD("2026-12", ""), NULL},
      {"2025", OF_PERIOD("2023", ",\"action\":\"correct\",\"reason\":\"Feil.\""), NULL},
      {"2025",
       OF_PERIOD("2024", "") "," OF_PERIOD("2025", ",\"action\":\"correct\",\"reason\":\"Feil.\""),
       NULL},
      {"2025", "", NULL},
      {"", OF_PERIOD("2024", ""), NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct judged judged = judge_asked(cases[i].asked, cases[i].rows);
    assert_int_equal(judged_count(&judged, "PAY-PERIOD"), cases[i].told != NULL);
    if (cases[i].told != NULL) {
      struct vt_finding finding = judged_finding(&judged, "PAY-PERIOD", 0);
      if (vt_str_find(finding.message[VT_LANGUAGE_EN], vt_str(cases[i].told), 0) >=
          finding.message[VT_LANGUAGE_EN].len)
        fail_msg("case %zu: %.*s", i, VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
      assert_int_equal(finding.severity, VATER_SEVERITY_WARNING);
      assert_str(finding.pointer, "/observations/0/period");
      assert_int_equal(judged.result.delivery, VT_DELIVERY_RECEIVED);
    }
    judged_free(&judged);
  }
}

static void test_row_for_another_with_delegation(void **state)
{
  (void)state;
  const struct vt_rules_actor actors[] = {{VT_STR(ACTOR), VT_STR("trust")},
                                          {VT_STR(OTHER), VT_STR("municipality")}};
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge_job job = judged_job();
  job.actors = actors;
  job.actor_count = 2;
  char *text = judged_submission(GOOD ",\n" FOR_OTHER);
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  struct judged judged = judged_pages(&world, &job, &head, pages);
  assert_int_equal(judged.result.delivery, VT_DELIVERY_RECEIVED);
  assert_int_equal(judged.result.verdict_count, 2);
  judged_free(&judged);
  free(text);
}

static void test_H12_wrong_type(void **state)
{
  (void)state;
  static const struct {
    const char *media_type, *charset, *body, *code;
  } cases[] = {
      {"text/html", "", "<html>", "HTTP-TYPE"},
      {"application/json", "", " <!DOCTYPE html><html>", "HTTP-TYPE"},
      {"application/json", "iso-8859-1", "{}", "HTTP-TYPE"},
      {"application/json", "utf-8", "{}", "PAY-SCHEMA"},
      {"APPLICATION/JSON", "", "{}", "PAY-SCHEMA"},
      {"", "", "<html>", "PAY-SYNTAX"},
  };
  const struct vt_judge_job job = judged_job();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct vt_judge_head head = {.media_type = vt_str(cases[i].media_type),
                                       .charset = vt_str(cases[i].charset),
                                       .framing = VT_FRAMING_WHOLE};
    const struct vater_str pages[] = {vt_str(cases[i].body), VT_STR_NONE};
    struct judged judged = judged_pages(&world, &job, &head, pages);
    is_refused(&judged, cases[i].code);
    judged_free(&judged);
  }
}

/* P14: 1e5 findings: the first of each rule are kept, all are counted, and that is said. */
static void test_P14_many_findings(void **state)
{
  (void)state;
  enum { COUNT = 100000 };
  char *rows = malloc(COUNT * 4);
  assert_non_null(rows);
  size_t len = 0;
  for (int i = 0; i < COUNT; i++) {
    memcpy(rows + len, i > 0 ? ",{}" : "{} ", 3);
    len += 3;
  }
  rows[len] = '\0';
  struct judged judged = judge_rows(rows);
  is_refused(&judged, "PAY-SCHEMA");
  assert_true(judged.result.finding_total >= COUNT);
  assert_int_equal(judged_count(&judged, "PAY-SCHEMA"), VT_LIMIT_FINDINGS_PER_RULE);
  assert_int_equal(judged_count(&judged, "PAY-MANY"), 1);
  assert_true(judged.size < 1024 * 1024);
  judged_free(&judged);
  free(rows);
}

static void test_expected_and_unknown_indicators(void **state)
{
  (void)state;
  const struct vater_str expected[] = {VT_STR("G1-13"), VT_STR("G1-11")};
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge_job job = judged_job();
  job.expected = expected;
  job.expected_count = 2;
  char *text = judged_submission(
      GOOD ",{\"indicator\":\"ZZ-99\",\"period\":\"2025\",\"area\":\"4601\",\"value\":1,"
           "\"unit\":\"count\",\"status\":\"final\"}");
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  struct judged judged = judged_pages(&world, &job, &head, pages);
  assert_int_equal(judged.result.delivery, VT_DELIVERY_RECEIVED);
  assert_int_equal(judged_count(&judged, "PAY-MISSING"), 1);
  assert_str(judged_finding(&judged, "PAY-MISSING", 0).message[VT_LANGUAGE_EN],
             "An indicator that is due now is not in the submission. (G1-11)");
  assert_str(judged_finding(&judged, "C-001", 0).pointer, "/observations/1/indicator");
  assert_int_equal(judged_count(&judged, "PAY-INDICATOR"), 0);
  judged_free(&judged);
  free(text);
}

static void test_marked_as_test(void **state)
{
  (void)state;
  struct judged judged = judged_text(
      &world, "{\"schemaVersion\":\"1.0.0\",\"test\":true,\"reporter\":{\"orgnr\":\"" ACTOR
              "\"},\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[\n" GOOD "]}");
  assert_int_equal(judged.result.delivery, VT_DELIVERY_RECEIVED);
  struct vt_finding finding = judged_finding(&judged, "PAY-TEST", 0);
  assert_int_equal(finding.severity, VATER_SEVERITY_INFO);
  assert_str(finding.pointer, "/test");
  judged_free(&judged);
}

/* Rows of a second page count on, its pointers begin anew. */
static void test_two_pages(void **state)
{
  (void)state;
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vt_judge_job job = judged_job();
  char *first = judged_submission(GOOD);
  char *second = judged_submission(
      "{\"indicator\":\"ZZ-99\",\"period\":\"2025\",\"area\":\"4601\",\"value\":1,"
      "\"unit\":\"count\",\"status\":\"final\"}");
  const struct vater_str pages[] = {vt_str(first), vt_str(second), VT_STR_NONE};
  struct judged judged = judged_pages(&world, &job, &head, pages);
  assert_int_equal(judged.result.table.rows, 2);
  struct vt_finding finding = judged_finding(&judged, "C-001", 0);
  assert_int_equal(finding.page, 1);
  assert_int_equal(finding.row, 1);
  assert_str(finding.pointer, "/observations/0/indicator");
  judged_free(&judged);
  free(first);
  free(second);
}

static void test_unknown_format_and_settings(void **state)
{
  (void)state;
  struct vt_judge *judge;
  struct vt_error error = {0};
  struct vt_judge_job job = judged_job();
  job.format = VT_STR("nothing");
  assert_int_equal(vt_judge_begin(&world.context, &job, &judge, &error), VATER_E_CONFIG);
  assert_null(judge);
  assert_string_equal(error.text,
                      "no loaded plugin reads the format 'nothing'; see 'vater plugin list'");
  job = judged_job();
  job.settings = VT_STR("{\"nonsense\": 1}");
  error = (struct vt_error){0};
  assert_int_equal(vt_judge_begin(&world.context, &job, &judge, &error), VATER_E_CONFIG);
  assert_string_equal(error.code, "OPS-CONFIG");
  job.settings = VT_STR("{");
  error = (struct vt_error){0};
  assert_int_equal(vt_judge_begin(&world.context, &job, &judge, &error), VATER_E_CONFIG);
  assert_string_equal(error.text, "the settings of format 'indicator_json' are no JSON");
}

static int setup(void **state)
{
  (void)state;
  judged_setup(&world);
  return 0;
}

static int teardown(void **state)
{
  (void)state;
  judged_teardown(&world);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_received),
      cmocka_unit_test(test_nil),
      cmocka_unit_test(test_same_bytes_whatever_the_seed),
      cmocka_unit_test(test_P01_syntax),
      cmocka_unit_test(test_P02_H08_every_cut),
      cmocka_unit_test(test_H08_a_fault_is_not_a_cut),
      cmocka_unit_test(test_P03_depth),
      cmocka_unit_test(test_P04_P05_P06_codes),
      cmocka_unit_test(test_P06_excerpt_is_text),
      cmocka_unit_test(test_P07_too_much),
      cmocka_unit_test(test_P08_schema),
      cmocka_unit_test(test_P09_version),
      cmocka_unit_test(test_P10_reporter_is_another),
      cmocka_unit_test(test_P10_row_for_another),
      cmocka_unit_test(test_P11_period),
      cmocka_unit_test(test_row_for_another_with_delegation),
      cmocka_unit_test(test_H12_wrong_type),
      cmocka_unit_test(test_P14_many_findings),
      cmocka_unit_test(test_expected_and_unknown_indicators),
      cmocka_unit_test(test_marked_as_test),
      cmocka_unit_test(test_two_pages),
      cmocka_unit_test(test_unknown_format_and_settings),
  };
  return cmocka_run_group_tests_name("judge", tests, setup, teardown);
}

#include "judged.h"

#include <string.h>

static struct judged_world world;

#define HEAD                                                             \
  "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"" ACTOR "\"}," \
  "\"generatedAt\":\"2026-10-15T08:30:00Z\""
#define ROW(area, value)                                                                \
  "{\"indicator\":\"G1-13\",\"period\":\"2025\",\"area\":\"" area "\",\"value\":" value \
  ",\"unit\":\"yes-no\",\"status\":\"final\"}"

static struct judged judge(const char *text, const char *media_type, enum vt_framing framing)
{
  const struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.media_type = vt_str(media_type), .framing = framing};
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  return judged_pages(&world, &job, &head, pages);
}

static const char lines[] = HEAD "}\n" ROW("4601", "1") "\n" ROW("0301", "0") "\n";
static const char whole[] = HEAD ",\"observations\":[" ROW("4601", "1") "," ROW("0301", "0") "]}";

static void test_same_as_one_document(void **state)
{
  (void)state;
  static const char *const types[] = {"application/x-ndjson", "application/ndjson",
                                      "Application/JSONL", ""};
  struct judged one = judge(whole, "application/json", VT_FRAMING_WHOLE);
  assert_int_equal(one.result.table.rows, 2);
  for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
    struct judged judged = judge(lines, types[i], VT_FRAMING_WHOLE);
    assert_int_equal(judged.result.delivery, VT_DELIVERY_RECEIVED);
    assert_int_equal(judged.result.table.rows, 2);
    assert_int_equal(judged.result.verdict_count, one.result.verdict_count);
    assert_int_equal(judged.result.finding_count, one.result.finding_count);
    judged_free(&judged);
  }
  judged_free(&one);
}

static void test_places(void **state)
{
  (void)state;
  struct judged judged =
      judge(HEAD "}\n" ROW("4601", "1") "\n" ROW("0301", "7") "\n" ROW("1103", "\"1\"") "\n",
            "application/x-ndjson", VT_FRAMING_WHOLE);
  struct vt_finding finding = judged_finding(&judged, "PAY-SCHEMA", 0);
  assert_str(finding.pointer, "/observations/2/value");
  assert_int_equal(finding.line, 4);
  assert_int_equal(finding.line_column, 60);
  judged_free(&judged);
  judged = judge(HEAD "}\n" ROW("4601", "1") "\n" ROW("0301", "7") "\n", "application/x-ndjson",
                 VT_FRAMING_WHOLE);
  finding = judged_finding(&judged, "C-021", 0);
  assert_str(finding.pointer, "/observations/1/value");
  assert_int_equal(finding.line, 3);
  assert_int_equal(finding.line_column, 60);
  judged_free(&judged);
}

static void test_json_stays_json(void **state)
{
  (void)state;
  struct judged judged = judge(lines, "application/json", VT_FRAMING_WHOLE);
  assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
  assert_str(judged.result.code, "PAY-SYNTAX");
  judged_free(&judged);
}

static void test_H08_has_no_end_of_its_own(void **state)
{
  (void)state;
  struct judged judged = judge(lines, "application/x-ndjson", VT_FRAMING_CLOSE);
  assert_int_equal(judged.result.delivery, VT_DELIVERY_NOT_DELIVERED);
  assert_str(judged.result.code, "HTTP-TRUNC");
  judged_free(&judged);
}

static void test_H08_every_cut(void **state)
{
  (void)state;
  size_t first = strlen(HEAD "}");
  for (size_t at = 1; at + 1 < strlen(lines); at++) {
    char cut[sizeof lines];
    memcpy(cut, lines, at);
    cut[at] = '\0';
    struct judged judged = judge(cut, "application/x-ndjson", VT_FRAMING_WHOLE);
    bool at_line = at == first || at == first + 1 || cut[at - 1] == '\n' || lines[at] == '\n';
    if (judged.result.delivery != (at_line ? VT_DELIVERY_RECEIVED : VT_DELIVERY_REFUSED))
      fail_msg("cut at %zu: %d", at, (int)judged.result.delivery);
    judged_free(&judged);
  }
}

static void test_person_number(void **state)
{
  (void)state;
  struct judged judged =
      judge(HEAD "}\n" ROW("4601", "1") "\n{\"comment\":{\"text\":\"13097248022\"}}\n",
            "application/x-ndjson", VT_FRAMING_WHOLE);
  assert_str(judged.result.code, "PAY-PII");
  struct vt_finding finding = judged_finding(&judged, "PAY-PII", 0);
  assert_str(finding.pointer, "/observations/1/comment/text");
  assert_int_equal(finding.line, 3);
  judged_free(&judged);
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
      cmocka_unit_test(test_same_as_one_document), cmocka_unit_test(test_places),
      cmocka_unit_test(test_json_stays_json),      cmocka_unit_test(test_H08_has_no_end_of_its_own),
      cmocka_unit_test(test_H08_every_cut),        cmocka_unit_test(test_person_number),
  };
  return cmocka_run_group_tests_name("ndjson", tests, setup, teardown);
}

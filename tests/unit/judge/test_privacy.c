#include "judged.h"

#include <stdio.h>
#include <stdlib.h>

static struct judged_world world;

static struct judged judge_rows(const char *observations)
{
  char *text = judged_submission(observations);
  struct judged judged = judged_text(&world, text);
  free(text);
  return judged;
}

/* Nothing of it may be stored, and the result itself shows no digit of it. */
static void is_refused(const struct judged *judged)
{
  assert_int_equal(judged->result.delivery, VT_DELIVERY_REFUSED);
  assert_str(judged->result.code, "PAY-PII");
  assert_true(judged->result.screened);
  assert_true(judged->result.pii);
  assert_int_equal(judged->result.table.rows, 0);
}

/* Eleven digits with both control digits right (Skatteetaten), made here so that none stands in the
 * tree. */
static void make_number(char out[12])
{
  char text[32];
  static const int first[] = {3, 7, 6, 1, 8, 9, 4, 5, 2};
  static const int second[] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2};
  for (int serial = 400;; serial++) {
    snprintf(text, sizeof text, "150790%03d", serial);
    memcpy(out, text, 9);
    int sum = 0;
    for (int i = 0; i < 9; i++)
      sum += (out[i] - '0') * first[i];
    int control = (11 - sum % 11) % 11;
    if (control == 10)
      continue;
    out[9] = (char)('0' + control);
    sum = 0;
    for (int i = 0; i < 10; i++)
      sum += (out[i] - '0') * second[i];
    control = (11 - sum % 11) % 11;
    if (control == 10)
      continue;
    out[10] = (char)('0' + control);
    out[11] = '\0';
    return;
  }
}

static bool holds(const struct judged *judged, const char *digits)
{
  struct vater_str block = {judged->block, judged->size};
  return vt_str_find(block, vt_str(digits), 0) < block.len;
}

static void test_P12_person_number(void **state)
{
  (void)state;
  char number[12];
  char row[400];
  make_number(number);
  snprintf(row, sizeof row,
           "{\"indicator\":\"G1-13\",\"period\":\"2025\",\"area\":\"4601\",\"value\":\"x\","
           "\"unit\":\"yes-no\",\"status\":\"final\",\"comment\":{\"code\":\"other\",\"text\":"
           "\"gjelder %s\"}}",
           number);
  struct judged judged = judge_rows(row);
  is_refused(&judged);
  assert_str(judged_finding(&judged, "PAY-PII", 0).pointer, "/observations/0/comment/text");
  assert_int_equal(judged_count(&judged, "PAY-SCHEMA"), 1);
  assert_false(holds(&judged, number));
  judged_free(&judged);
}

/* As a name, beside an unknown member: pointer and message would show it. */
static void test_P12_person_number_as_name(void **state)
{
  (void)state;
  char number[12];
  char row[400];
  make_number(number);
  snprintf(row, sizeof row, "{\"%s\":1}", number);
  struct judged judged = judge_rows(row);
  is_refused(&judged);
  assert_false(holds(&judged, number));
  judged_free(&judged);
}

/* In bytes that cannot be decoded, and behind the fault. */
static void test_P12_person_number_behind_a_fault(void **state)
{
  (void)state;
  char number[12];
  char text[100];
  make_number(number);
  snprintf(text, sizeof text, "{\"a\": nope, \"b\": \"%s\"", number);
  struct judged judged = judged_text(&world, text);
  is_refused(&judged);
  assert_false(holds(&judged, number));
  judged_free(&judged);
}

/* However far the number is from what is wrong, no window on the payload shows a part of it, or who
 * and what stands beside it: no finding has an excerpt. */
static void test_P12_no_excerpt_near_a_person_number(void **state)
{
  (void)state;
  char number[12];
  char text[600];
  make_number(number);
  for (int padding = 0; padding < 130; padding++) {
    snprintf(text, sizeof text,
             "{\"schemaVersion\": 7, \"%*s\": \"Kari, %s, ill\", \"%*s\": 1, \"observations\": 8}",
             padding + 1, "a", number, padding + 1, "b");
    struct judged judged = judged_text(&world, text);
    is_refused(&judged);
    for (uint32_t i = 0; i < judged.result.finding_count; i++) {
      struct vt_finding finding;
      vt_result_finding(&judged.result, i, &finding);
      assert_int_equal(finding.excerpt.len, 0);
      assert_int_equal(finding.caret_width, 0);
    }
    assert_false(holds(&judged, "Kari"));
    assert_false(
        holds(&judged, (char[]){number[0], number[1], number[2], number[3], number[4], 0}));
    assert_false(holds(&judged, number + 6));
    judged_free(&judged);
  }
}

/* On a page that is not even read. */
static void test_P12_person_number_on_another_type(void **state)
{
  (void)state;
  char number[12];
  char text[100];
  const struct vt_judge_head head = {.media_type = VT_STR("text/html"),
                                     .framing = VT_FRAMING_WHOLE};
  const struct vt_judge_job job = judged_job();
  make_number(number);
  snprintf(text, sizeof text, "<html>%s</html>", number);
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  struct judged judged = judged_pages(&world, &job, &head, pages);
  is_refused(&judged);
  assert_int_equal(judged_finding(&judged, "HTTP-TYPE", 0).excerpt.len, 0);
  assert_false(holds(&judged, number));
  judged_free(&judged);
}

/* A first page, and a second one with a person number. */
static struct judged judge_before_person(const char *first, char number[12])
{
  char second[100];
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vt_judge_job job = judged_job();
  make_number(number);
  snprintf(second, sizeof second, "{\"comment\": \"%s\"}", number);
  const struct vater_str pages[] = {vt_str(first), vt_str(second), VT_STR_NONE};
  return judged_pages(&world, &job, &head, pages);
}

/* On the second page, after the first was read without fault. */
static void test_P12_person_number_on_a_later_page(void **state)
{
  (void)state;
  char number[12];
  char *first = judged_submission("");
  struct judged judged = judge_before_person(first, number);
  is_refused(&judged);
  assert_int_equal(judged_finding(&judged, "PAY-PII", 0).page, 1);
  assert_false(holds(&judged, number));
  judged_free(&judged);
  free(first);
}

/* What earlier pages showed beside their faults goes as well: it is about the same person. */
static void test_P12_no_excerpt_of_the_page_before(void **state)
{
  (void)state;
  char number[12];
  struct judged judged =
      judge_before_person("{\"schemaVersion\": 7, \"comment\": \"Ola\"}", number);
  assert_true(judged.result.finding_count > 1);
  assert_false(holds(&judged, "Ola"));
  judged_free(&judged);
}

/* ---- small cells ----------------------------------------------------------------------------- */

static bool has_digit(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
      return true;
  return false;
}

/* Two areas, both with a value that their numbers do not give. */
static int print_rows(char *out, size_t size, int numerator)
{
  return snprintf(out, size,
                  "{\"indicator\":\"G1-11\",\"period\":\"2026-09\",\"area\":\"4601\","
                  "\"areaRole\":\"provider\",\"numerator\":%d,\"denominator\":40,\"value\":99.3,"
                  "\"unit\":\"percent\",\"status\":\"final\"},"
                  "{\"indicator\":\"G1-11\",\"period\":\"2026-09\",\"area\":\"4602\","
                  "\"areaRole\":\"provider\",\"numerator\":97,\"denominator\":1000,\"value\":77.1,"
                  "\"unit\":\"percent\",\"status\":\"final\"}",
                  numerator);
}

static struct judged judge_small(int numerator)
{
  char rows[700];
  print_rows(rows, sizeof rows, numerator);
  return judge_rows(rows);
}

/* No finding shows a number of an indicator that counts persons: neither a small one, nor one that
 * it could be subtracted from. */
static void test_P13_small_cells_are_in_no_finding(void **state)
{
  (void)state;
  struct judged judged = judge_small(4);
  assert_str(judged_finding(&judged, "C-016", 0).message[VT_LANGUAGE_EN],
             "The value * does not agree with numerator * and denominator *.");
  assert_str(judged_finding(&judged, "C-016", 1).message[VT_LANGUAGE_NB],
             "Verdien * stemmer ikke med teller * og nevner *.");
  assert_int_equal(judged_count(&judged, "C-051"), 1);
  for (uint32_t i = 0; i < judged.result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged.result, i, &finding);
    assert_false(has_digit(finding.excerpt));
  }
  double kept; /* it arrives as it is: national sums need it */
  assert_true(vt_table_number(&judged.result.table, 0, VATER_COLUMN_NUMERATOR, &kept));
  assert_int_equal((int)kept, 4);
  judged_free(&judged);
}

/* Today's delivery has no small cell; yesterday's may have had one. */
static void test_P13_numbers_are_hidden_whatever_their_size(void **state)
{
  (void)state;
  struct judged judged = judge_small(5);
  assert_str(judged_finding(&judged, "C-016", 0).message[VT_LANGUAGE_EN],
             "The value * does not agree with numerator * and denominator *.");
  assert_false(has_digit(judged_finding(&judged, "C-016", 0).excerpt));
  assert_int_equal(judged_count(&judged, "C-051"), 0);
  judged_free(&judged);
}

static const char of_no_persons[] =
    "{\"indicator\":\"G1-13\",\"period\":\"2025\",\"area\":\"4601\","
    "\"value\":7,\"unit\":\"yes-no\",\"status\":\"final\"}";

/* What counts no persons is shown in the same delivery; excerpts show what stands around. */
static void test_P13_other_indicators_are_shown(void **state)
{
  char rows[1000];
  (void)state;
  struct judged judged = judge_rows(of_no_persons);
  assert_str(judged_finding(&judged, "C-021", 0).message[VT_LANGUAGE_EN],
             "A yes-no answer is 7; it has to be 1 (yes) or 0 (no).");
  assert_true(has_digit(judged_finding(&judged, "C-021", 0).excerpt));
  judged_free(&judged);
  int len = print_rows(rows, sizeof rows, 4);
  snprintf(rows + len, sizeof rows - (size_t)len, ",%s", of_no_persons);
  judged = judge_rows(rows);
  assert_str(judged_finding(&judged, "C-021", 0).message[VT_LANGUAGE_EN],
             "A yes-no answer is 7; it has to be 1 (yes) or 0 (no).");
  assert_false(has_digit(judged_finding(&judged, "C-021", 0).excerpt));
  judged_free(&judged);
}

/* ---- what a reader of all findings could subtract ----------------------------------------------
 */

/* Whether the number stands in the text as one. */
static bool tells(struct vater_str text, const char *number)
{
  size_t len = strlen(number);
  for (size_t at = vt_str_find(text, vt_str(number), 0); at < text.len;
       at = vt_str_find(text, vt_str(number), at + 1)) {
    bool before = at > 0 && text.ptr[at - 1] >= '0' && text.ptr[at - 1] <= '9';
    bool behind = at + len < text.len && text.ptr[at + len] >= '0' && text.ptr[at + len] <= '9';
    if (!before && !behind)
      return true;
  }
  return false;
}

static void tells_none(const struct judged *judged, const char *const *numbers)
{
  assert_true(judged->result.finding_count > 0);
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged->result, i, &finding);
    for (size_t n = 0; numbers[n] != NULL; n++) {
      assert_false(tells(finding.excerpt, numbers[n]));
      for (int language = 0; language < VT_LANGUAGE_COUNT; language++) {
        assert_false(tells(finding.message[language], numbers[n]));
        assert_false(tells(finding.remedy[language], numbers[n]));
      }
    }
  }
}

static void add(char *out, size_t size, const char *breakdown, const char *period,
                const char *numerator, const char *denominator)
{
  size_t len = strlen(out);
  snprintf(out + len, size - len,
           "%s{\"indicator\":\"G1-11\",\"period\":\"%s\",\"area\":\"46\",\"areaRole\":\"provider\","
           "%s\"numerator\":%s,\"denominator\":%s,\"value\":99.87,\"unit\":\"percent\","
           "\"status\":\"final\",\"comment\":{\"code\":\"other\",\"text\":\"%s av %s\"}}",
           len > 0 ? ",\n" : "", period, breakdown, numerator, denominator, numerator, denominator);
}

/* Two breakdowns, a total, two periods, two vintages: rules fail on each row of each, and of all
 * that is told no number is one of theirs. So there is nothing to add or subtract. */
static void test_P13_nothing_to_subtract_from(void **state)
{
  static const char *const numbers[] = {"3",    "8",    "6101", "6104",  "6109",
                                        "3001", "3103", "7201", "7204",  "9001",
                                        "9103", "8007", "1203", "99.87", NULL};
  (void)state;
  for (int vintage = 0; vintage < 2; vintage++) {
    char rows[6000] = "";
    add(rows, sizeof rows, "", "2026-08", "6101", "9001");
    add(rows, sizeof rows, "", "2026-09", vintage == 0 ? "6104" : "6109", "9103");
    add(rows, sizeof rows, "\"breakdown\":{\"sex\":\"F\"},", "2026-09", "6101", "8007");
    add(rows, sizeof rows, "\"breakdown\":{\"sex\":\"M\"},", "2026-09", vintage == 0 ? "3" : "8",
        "1203");
    add(rows, sizeof rows, "\"breakdown\":{\"mode\":\"phone\"},", "2026-09", "3001", "7201");
    add(rows, sizeof rows, "\"breakdown\":{\"mode\":\"video\"},", "2026-09", "3103", "7204");
    struct judged judged = judge_rows(rows);
    assert_int_equal(judged_count(&judged, "C-016"), 6);
    tells_none(&judged, numbers);
    judged_free(&judged);
    strcat(rows, ",{\"numerator\":\"3\"}");
    judged = judge_rows(rows);
    assert_true(judged_count(&judged, "PAY-SCHEMA") > 0);
    tells_none(&judged, numbers);
    judged_free(&judged);
    strcat(rows, ",{\"numerator\": 3 8}");
    judged = judge_rows(rows);
    tells_none(&judged, numbers);
    judged_free(&judged);
  }
}

/* Bytes that cannot be read show what they are of. */
static void test_P13_nothing_of_another_type(void **state)
{
  (void)state;
  const struct vt_judge_head head = {.media_type = VT_STR("text/html"),
                                     .framing = VT_FRAMING_WHOLE};
  const struct vt_judge_job job = judged_job();
  const struct vater_str pages[] = {VT_STR("{\"indicator\":\"G1-11\",\"numerator\":3}"),
                                    VT_STR_NONE};
  struct judged judged = judged_pages(&world, &job, &head, pages);
  assert_str(judged_finding(&judged, "HTTP-TYPE", 0).excerpt,
             "{\"indicator\":\"G*-**\",\"numerator\":*}");
  judged_free(&judged);
}

static struct vater_str excerpt_of_html(const struct vt_judge_job *job, const char *page)
{
  static struct judged judged;
  const struct vt_judge_head head = {.media_type = VT_STR("text/html"),
                                     .framing = VT_FRAMING_WHOLE};
  const struct vater_str pages[] = {vt_str(page), VT_STR_NONE};
  judged_free(&judged);
  judged = judged_pages(&world, job, &head, pages);
  struct vater_str excerpt = judged_finding(&judged, "HTTP-TYPE", 0).excerpt;
  static char copy[200];
  snprintf(copy, sizeof copy, "%.*s", VT_STR_ARGS(excerpt));
  return vt_str(copy);
}

/* What cannot be decoded is shown only where it names indicators, none of which counts persons:
 * an escaped name, a misspelt one or none at all may be of one that does, and what the actor owes
 * may stand in any page. */
static void test_P13_nothing_of_what_is_not_decoded(void **state)
{
  static const char plain[] = "{\"indicator\":\"G1-13\",\"value\":3}";
  (void)state;
  struct vt_judge_job job = judged_job();
  assert_str(excerpt_of_html(&job, plain), plain);
  assert_str(excerpt_of_html(&job, "{\"indicator\":\"G1\\u002d11\",\"value\":3}"),
             "{\"indicator\":\"G*\\u***d**\",\"value\":*}");
  assert_str(excerpt_of_html(&job, "[\"G1-13\",{\"indicator\":\"G1\\u002d11\",\"value\":3}]"),
             "[\"G*-**\",{\"indicator\":\"G*\\u***d**\",\"value\":*}]");
  assert_str(excerpt_of_html(&job, "{\"indicator\":\"Gl-11\",\"value\":3}"),
             "{\"indicator\":\"Gl-**\",\"value\":*}");
  assert_str(excerpt_of_html(&job, "3 persons"), "* persons");
  struct vater_str owed[] = {VT_STR("G1-13"), VT_STR("G1-11")};
  job.expected = owed;
  job.expected_count = 1;
  assert_str(excerpt_of_html(&job, plain), plain);
  job.expected_count = 2;
  assert_str(excerpt_of_html(&job, plain), "{\"indicator\":\"G*-**\",\"value\":*}");
}

/* Also where the structure is at fault, before any rule. */
static void test_P13_small_cells_beside_a_fault(void **state)
{
  char rows[700];
  (void)state;
  int len = print_rows(rows, sizeof rows, 3);
  snprintf(rows + len, sizeof rows - (size_t)len, ",{\"numerator\":\"x\"}");
  struct judged judged = judge_rows(rows);
  assert_true(judged_count(&judged, "PAY-SCHEMA") > 0);
  assert_false(has_digit(judged_finding(&judged, "PAY-SCHEMA", 0).excerpt));
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
      cmocka_unit_test(test_P12_person_number),
      cmocka_unit_test(test_P12_person_number_as_name),
      cmocka_unit_test(test_P12_person_number_behind_a_fault),
      cmocka_unit_test(test_P12_person_number_on_another_type),
      cmocka_unit_test(test_P12_no_excerpt_near_a_person_number),
      cmocka_unit_test(test_P12_person_number_on_a_later_page),
      cmocka_unit_test(test_P12_no_excerpt_of_the_page_before),
      cmocka_unit_test(test_P13_small_cells_are_in_no_finding),
      cmocka_unit_test(test_P13_numbers_are_hidden_whatever_their_size),
      cmocka_unit_test(test_P13_other_indicators_are_shown),
      cmocka_unit_test(test_P13_nothing_to_subtract_from),
      cmocka_unit_test(test_P13_nothing_of_another_type),
      cmocka_unit_test(test_P13_nothing_of_what_is_not_decoded),
      cmocka_unit_test(test_P13_small_cells_beside_a_fault),
  };
  return cmocka_run_group_tests_name("judge_privacy", tests, setup, teardown);
}

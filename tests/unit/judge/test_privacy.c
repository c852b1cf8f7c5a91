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

/* On a page that is not even read: it is shown, and masked. */
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
  assert_str(judged_finding(&judged, "HTTP-TYPE", 0).excerpt, "<html>***********</html>");
  assert_false(holds(&judged, number));
  judged_free(&judged);
}

/* On the second page, after the first was read without fault. */
static void test_P12_person_number_on_a_later_page(void **state)
{
  (void)state;
  char number[12];
  char second[100];
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vt_judge_job job = judged_job();
  make_number(number);
  snprintf(second, sizeof second, "{\"comment\": \"%s\"}", number);
  char *first = judged_submission("");
  const struct vater_str pages[] = {vt_str(first), vt_str(second), VT_STR_NONE};
  struct judged judged = judged_pages(&world, &job, &head, pages);
  is_refused(&judged);
  assert_int_equal(judged_finding(&judged, "PAY-PII", 0).page, 1);
  assert_false(holds(&judged, number));
  judged_free(&judged);
  free(first);
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

/* An indicator whose numbers are published: a small cell hides every number of its delivery, so
 * that none is what is left of others. */
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

static void test_P13_at_the_threshold_numbers_are_shown(void **state)
{
  (void)state;
  struct judged judged = judge_small(5);
  assert_str(judged_finding(&judged, "C-016", 0).message[VT_LANGUAGE_EN],
             "The value 99.3 does not agree with numerator 5 and denominator 40.");
  assert_true(has_digit(judged_finding(&judged, "C-016", 0).excerpt));
  assert_int_equal(judged_count(&judged, "C-051"), 0);
  judged_free(&judged);
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
      cmocka_unit_test(test_P12_person_number_on_a_later_page),
      cmocka_unit_test(test_P13_small_cells_are_in_no_finding),
      cmocka_unit_test(test_P13_at_the_threshold_numbers_are_shown),
      cmocka_unit_test(test_P13_small_cells_beside_a_fault),
  };
  return cmocka_run_group_tests_name("judge_privacy", tests, setup, teardown);
}

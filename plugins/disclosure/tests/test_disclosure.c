#include "../../parts/tests/rows.h"

static const char collected[] = "{\"disclosure\": {\"purpose\": \"collection\", \"threshold\": 5},"
                                " \"breakdowns\": {\"sex\": [\"F\", \"M\"]}}";

/* Numerator, denominator, what lies between them, and counts, at the threshold and one below. */
static void test_P13_small_cells(void **state)
{
  static const struct {
    struct test_row row;
    const char *with;
    int column; /* VATER_COLUMN_NONE: no finding */
  } cases[] = {
      {{"46", "", "percent", "", 4, 100, 4}, "", VATER_COLUMN_NUMERATOR},
      {{"46", "", "percent", "", 1, 100, 1}, "", VATER_COLUMN_NUMERATOR},
      {{"46", "", "percent", "", 5, 100, 5}, "", VATER_COLUMN_NONE},
      {{"46", "", "percent", "", 0, 100, 0}, "", VATER_COLUMN_NONE},
      {{"46", "", "percent", "", 0, 100, 0}, ", \"zeros\": true", VATER_COLUMN_NUMERATOR},
      {{"46", "", "percent", "", 96, 100, 96}, "", VATER_COLUMN_DENOMINATOR},
      {{"46", "", "percent", "", 95, 100, 95}, "", VATER_COLUMN_NONE},
      {{"46", "", "percent", "", 100, 100, 100}, "", VATER_COLUMN_NONE},
      {{"46", "", "percent", "", 0, 4, 0}, "", VATER_COLUMN_DENOMINATOR},
      {{"46", "", "count", "", NONE, NONE, 4}, "", VATER_COLUMN_VALUE},
      {{"46", "", "count", "", NONE, NONE, 5}, "", VATER_COLUMN_NONE},
      {{"46", "", "days", "", NONE, NONE, 4}, "", VATER_COLUMN_NONE},
      {{"46", "", "count", "suppressed", NONE, NONE, NONE}, "", VATER_COLUMN_NONE},
      {{"46", "", "percent", "", 3, 99, 3}, ", \"base\": 3", VATER_COLUMN_NONE},
      {{"46", "", "percent", "", 4, 99, 4}, ", \"base\": 3", VATER_COLUMN_NUMERATOR},
      {{"46", "", "percent", "", 5, 100, 5}, ", \"base\": 5", VATER_COLUMN_NONE},
  };
  struct test_rows rows;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char with[100];
    test_open(&rows, "disclosure", collected);
    snprintf(with, sizeof with, "{\"purpose\": \"collection\"%s}", cases[i].with);
    assert_int_equal(test_check(&rows, "small_cells", with, &cases[i].row, 1), VATER_OK);
    assert_int_equal(rows.found, cases[i].column != VATER_COLUMN_NONE);
    if (rows.found > 0) {
      assert_int_equal(rows.found_columns[0], cases[i].column);
      assert_string_equal(rows.texts[0], ""); /* never a word of the number itself */
    }
    test_close(&rows);
  }
}

static void the_indicator_says_purpose_and_threshold(void **state)
{
  static const struct {
    const char *indicator;
    double numerator;
    bool found;
  } cases[] = {
      {"{\"disclosure\": {\"purpose\": \"collection\", \"threshold\": 10}}", 9, true},
      {"{\"disclosure\": {\"purpose\": \"collection\", \"threshold\": 10}}", 10, false},
      {"{\"disclosure\": {\"purpose\": \"collection\"}}", 4, true},
      {"{\"disclosure\": {\"purpose\": \"collection\"}}", 5, false},
      {"{\"disclosure\": {\"purpose\": \"publication\"}}", 4, false},
      {"{\"disclosure\": {\"purpose\": \"none\"}}", 4, false},
      {"{}", 4, false},
  };
  struct test_rows rows;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const struct test_row row = {"46", "", "percent", "", cases[i].numerator, 1000, 1};
    test_open(&rows, "disclosure", cases[i].indicator);
    assert_int_equal(test_check(&rows, "small_cells", "{\"purpose\": \"collection\"}", &row, 1),
                     VATER_OK);
    assert_int_equal(rows.found, cases[i].found);
    test_close(&rows);
  }
}

/* Total minus the part that is shown is the part that is not. */
static void test_P13_differencing(void **state)
{
  static const struct test_row by_sex[] = {
      {"46", "", "percent", "", 100, 1000, 10},
      {"46", "sex=F", "percent", "", 97, 500, 19.4},
      {"46", "sex=M", "percent", "suppressed", NONE, NONE, NONE},
  };
  static const struct test_row both_hidden[] = {
      {"46", "", "percent", "", 100, 1000, 10},
      {"46", "sex=F", "percent", "suppressed", NONE, NONE, NONE},
      {"46", "sex=M", "percent", "suppressed", NONE, NONE, NONE},
  };
  static const struct test_row large_rest[] = {
      {"46", "", "percent", "", 100, 1000, 10},
      {"46", "sex=F", "percent", "", 90, 500, 18},
      {"46", "sex=M", "percent", "suppressed", NONE, NONE, NONE},
  };
  static const struct test_row by_area[] = {
      {"46", "", "count", "", NONE, NONE, 20},
      {"4601", "", "count", "", NONE, NONE, 18},
      {"4602", "", "count", "suppressed", NONE, NONE, NONE},
  };
  struct test_rows rows;
  (void)state;
  test_open(&rows, "disclosure", collected);
  const char *with = "{\"purpose\": \"collection\"}";
  assert_int_equal(test_check(&rows, "differencing", with, by_sex, 3), VATER_OK);
  assert_int_equal(rows.found, 1);
  assert_int_equal(rows.found_rows[0], 0);
  assert_int_equal(rows.found_columns[0], VATER_COLUMN_NUMERATOR);
  test_check(&rows, "differencing", with, both_hidden, 3);
  assert_int_equal(rows.found, 0);
  test_check(&rows, "differencing", with, large_rest, 3);
  assert_int_equal(rows.found, 0);
  test_check(&rows, "differencing", with, by_area, 3);
  assert_int_equal(rows.found, 1);
  assert_int_equal(rows.found_columns[0], VATER_COLUMN_VALUE);
  test_close(&rows);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_P13_small_cells),
      cmocka_unit_test(the_indicator_says_purpose_and_threshold),
      cmocka_unit_test(test_P13_differencing),
  };
  return cmocka_run_group_tests_name("plugin_disclosure", tests, NULL, NULL);
}

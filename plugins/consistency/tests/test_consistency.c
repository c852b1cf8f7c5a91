#include "../../parts/tests/rows.h"

static const char indicator[] = "{\"breakdowns\": {\"sex\": [\"F\", \"M\"], \"age\": [\"0-17\", "
                                "\"18+\"]}}";

static uint32_t found_by(const char *check, const char *with, const struct test_row *given,
                         uint32_t count, struct test_rows *rows)
{
  test_open(rows, "consistency", indicator);
  assert_int_equal(test_check(rows, check, with, given, count), VATER_OK);
  test_close(rows);
  return rows->found;
}

static void totals_along_breakdowns(void **state)
{
  struct test_row given[] = {
      {"46", "", "percent", "", 100, 1000, 10},
      {"46", "sex=F", "percent", "", 60, 500, 12},
      {"46", "sex=M", "percent", "", 40, 500, 8},
  };
  static const char with[] = "{\"kind\": \"breakdown\"}";
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("totals", with, given, 3, &rows), 0);
  given[2].numerator = 41; /* parts are more */
  assert_int_equal(found_by("totals", with, given, 3, &rows), 1);
  assert_int_equal(rows.found_rows[0], 0);
  assert_int_equal(rows.found_columns[0], VATER_COLUMN_NUMERATOR);
  assert_string_equal(rows.texts[0], "(sex)");
  assert_int_equal(
      found_by("totals", "{\"kind\": \"breakdown\", \"tolerance\": 1}", given, 3, &rows), 0);
  given[2].numerator = 39; /* all parts are there, and less */
  assert_int_equal(found_by("totals", with, given, 3, &rows), 1);
  assert_int_equal(found_by("totals", with, given, 2, &rows), 0); /* one is not there */
  given[2].numerator = given[2].denominator = NONE;               /* suppressed: an interval */
  assert_int_equal(found_by("totals", with, given, 3, &rows), 0);
  given[1].numerator = 101;
  assert_int_equal(found_by("totals", with, given, 3, &rows), 1);
}

/* Findings of one total come in order of their dimension's name, however many there are. */
static void totals_along_many_dimensions(void **state)
{
  enum { DIMENSIONS = 20 };
  struct test_row given[DIMENSIONS + 1];
  char breakdowns[DIMENSIONS][16], wanted[16];
  struct test_rows rows;
  (void)state;
  for (uint32_t used = 2; used <= DIMENSIONS; used += DIMENSIONS - 2) {
    for (uint32_t i = 0; i < used; i++) {
      snprintf(breakdowns[i], sizeof breakdowns[i], "d%02u=x", (unsigned)(used - i));
      given[i] = (struct test_row){"46", breakdowns[i], "count", "", NONE, NONE, 11};
    }
    given[used] = (struct test_row){"46", "", "count", "", NONE, NONE, 10};
    assert_int_equal(found_by("totals", "{\"kind\": \"breakdown\"}", given, used + 1, &rows), used);
    for (uint32_t i = 0; i < used; i++) {
      snprintf(wanted, sizeof wanted, "(d%02u)", (unsigned)(i + 1));
      assert_int_equal(rows.found_rows[i], used);
      assert_string_equal(rows.texts[i], wanted);
    }
  }
}

/* Shares of one whole have its denominator each. */
static void a_shared_denominator_is_no_sum(void **state)
{
  struct test_row given[] = {
      {"46", "", "percent", "", 100, 1000, 10},
      {"46", "sex=F", "percent", "", 60, 1000, 6},
      {"46", "sex=M", "percent", "", 40, 1000, 4},
  };
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("totals", "{\"kind\": \"breakdown\"}", given, 3, &rows), 0);
  given[2].denominator = 999;
  assert_int_equal(found_by("totals", "{\"kind\": \"breakdown\"}", given, 3, &rows), 1);
  assert_int_equal(rows.found_columns[0], VATER_COLUMN_DENOMINATOR);
}

/* One person in several parts: together they may be more than the total, none alone. */
static void overlapping_parts(void **state)
{
  static const char with[] = "{\"kind\": \"breakdown\", \"overlapping\": [\"age\", \"sex\"]}";
  struct test_row given[] = {
      {"46", "", "count", "", NONE, NONE, 100},
      {"46", "sex=F", "count", "", NONE, NONE, 80},
      {"46", "sex=M", "count", "", NONE, NONE, 70},
  };
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("totals", with, given, 3, &rows), 0);
  given[1].value = 101;
  assert_int_equal(found_by("totals", with, given, 3, &rows), 1);
  given[1].value = 29;
  assert_int_equal(found_by("totals", with, given, 3, &rows), 1);
}

/* Two dimensions: each cell belongs to the totals over either. */
static void totals_within_breakdowns(void **state)
{
  struct test_row given[] = {
      {"46", "sex=F", "count", "", NONE, NONE, 60},
      {"46", "age=0-17;sex=F", "count", "", NONE, NONE, 20},
      {"46", "age=18+;sex=F", "count", "", NONE, NONE, 41},
      {"46", "age=18+", "count", "", NONE, NONE, 30},
  };
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("totals", "{\"kind\": \"breakdown\"}", given, 4, &rows), 2);
  assert_int_equal(rows.found_rows[0], 0);
  assert_string_equal(rows.texts[0], "(age)");
  assert_int_equal(rows.found_rows[1], 3);
  assert_string_equal(rows.texts[1], "(sex)");
}

static void totals_of_areas(void **state)
{
  struct test_row given[] = {
      {"NO", "", "count", "", NONE, NONE, 300},  {"03", "", "count", "", NONE, NONE, 200},
      {"46", "", "count", "", NONE, NONE, 100},  {"4601", "", "count", "", NONE, NONE, 60},
      {"4602", "", "count", "", NONE, NONE, 40},
  };
  static const char with[] = "{\"kind\": \"area\"}";
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("totals", with, given, 5, &rows), 0);
  given[4].value = 30; /* all municipalities of the county that there are: a sum */
  assert_int_equal(found_by("totals", with, given, 5, &rows), 1);
  assert_int_equal(rows.found_rows[0], 2);
  assert_string_equal(rows.texts[0], "(area)");
  assert_int_equal(found_by("totals", with, given, 4, &rows), 0); /* one is not there */
  given[1].value = 201;
  assert_int_equal(found_by("totals", with, given, 4, &rows), 1);
  assert_int_equal(rows.found_rows[0], 0);
}

static void ratios_do_not_add_up(void **state)
{
  static const struct test_row given[] = {
      {"46", "", "percent", "", NONE, NONE, 10},
      {"46", "sex=F", "percent", "", NONE, NONE, 12},
      {"46", "sex=M", "percent", "", NONE, NONE, 8},
  };
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("totals", "{\"kind\": \"breakdown\"}", given, 3, &rows), 0);
}

static void a_wrong_kind_is_said(void **state)
{
  static const struct test_row given[] = {{"46", "", "count", "", NONE, NONE, 1}};
  struct test_rows rows;
  (void)state;
  test_open(&rows, "consistency", indicator);
  assert_int_equal(test_check(&rows, "totals", "{\"kind\": \"time\"}", given, 1), VATER_E_CONFIG);
  assert_non_null(strstr(rows.rig.error.text, "kind is 'breakdown' or 'area', not 'time'"));
  test_close(&rows);
}

static void repeated_observations(void **state)
{
  static const struct test_row given[] = {
      {"46", "", "count", "", NONE, NONE, 10},       {"46", "sex=F", "count", "", NONE, NONE, 10},
      {"46", "", "count", "", NONE, NONE, 10},       {"46", "sex=F", "count", "", NONE, NONE, 11},
      {"4601", "sex=F", "count", "", NONE, NONE, 5},
  };
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("duplicates", "{}", given, 5, &rows), 1);
  assert_int_equal(rows.found_rows[0], 2);
  assert_int_equal(found_by("vintages", "{}", given, 5, &rows), 1);
  assert_int_equal(rows.found_rows[0], 3);
}

static void swapped_numbers(void **state)
{
  static const struct test_row given[] = {
      {"46", "", "percent", "", 1000, 153, 15.3}, /* 153 of 1000 */
      {"46", "", "percent", "", 153, 1000, 15.3}, {"46", "", "per1000", "", 900, 450, 500},
      {"46", "", "percent", "", 100, 100, 100},   {"46", "", "percent", "", 1000, 153, NONE},
      {"46", "", "count", "", 1000, 153, 15.3},
  };
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("swapped", "{}", given, 6, &rows), 2);
  assert_int_equal(rows.found_rows[0], 0);
  assert_int_equal(rows.found_rows[1], 2);
  assert_int_equal(rows.found_columns[0], VATER_COLUMN_NUMERATOR);
}

static void mistaken_units(void **state)
{
  static const struct test_row given[] = {
      {"46", "", "percent", "", 153, 1000, 0.153}, {"46", "", "percent", "", 153, 1000, 15.3},
      {"46", "", "percent", "", 153, 1000, 153},   {"46", "", "ratio", "", 153, 1000, 15.3},
      {"46", "", "per1000", "", 153, 1000, 0.153}, {"46", "", "percent", "", 153, 1000, 14},
  };
  static const uint32_t wanted[] = {0, 2, 3, 4};
  static const char *const texts[] = {"(1/100)", "(×10)", "(×100)", "(1/1000)"};
  struct test_rows rows;
  (void)state;
  assert_int_equal(found_by("unit", "{}", given, 6, &rows), 4);
  for (int i = 0; i < 4; i++) {
    assert_int_equal(rows.found_rows[i], wanted[i]);
    assert_string_equal(rows.texts[i], texts[i]);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(totals_along_breakdowns),  cmocka_unit_test(totals_along_many_dimensions),
      cmocka_unit_test(overlapping_parts),        cmocka_unit_test(a_shared_denominator_is_no_sum),
      cmocka_unit_test(totals_within_breakdowns), cmocka_unit_test(totals_of_areas),
      cmocka_unit_test(ratios_do_not_add_up),     cmocka_unit_test(a_wrong_kind_is_said),
      cmocka_unit_test(repeated_observations),    cmocka_unit_test(swapped_numbers),
      cmocka_unit_test(mistaken_units),
  };
  return cmocka_run_group_tests_name("plugin_consistency", tests, NULL, NULL);
}

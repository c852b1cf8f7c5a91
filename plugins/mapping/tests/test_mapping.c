#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mapping/mapping.h"

#include <string.h>

static struct vater_str of(const char *text)
{
  return (struct vater_str){text, strlen(text)};
}

static void numbers_are_read_as_agreed(void **state)
{
  static const struct {
    const char *text, *number; /* NULL: refused */
    char decimal;
    const char *thousands;
  } cases[] = {
      {"1234", "1234", '.', ""},
      {"-3", "-3", '.', ""},
      {"\xe2\x88\x92"
       "3,50",
       "-3.50", ',', ""},
      {"12,5", "12.5", ',', ""},
      {"98,20", "98.20", ',', ""},
      {"1 234 567,25", "1234567.25", ',', " "},
      {"1\xc2\xa0"
       "234",
       "1234", ',', " "},
      {"1.234", NULL, ',', ""},
      {"1.234", "1234", ',', "."},
      {"1.234", "1.234", '.', ""},
      {"12.34", NULL, ',', "."},
      {"1,5", NULL, '.', ""},
      {"1 234", NULL, ',', ""},
      {"12 34", NULL, ',', " "},
      {" 7 ", "7", '.', ""},
      {"1e5", NULL, '.', ""},
      {"NaN", NULL, '.', ""},
      {"-Inf", NULL, '.', ""},
      {"<5", NULL, '.', ""},
      {"12 %", NULL, '.', ""},
      {"+4", NULL, '.', ""},
      {"007", NULL, '.', ""},
      {"0,5", "0.5", ',', ""},
      {",5", NULL, ',', ""},
      {"5,", NULL, ',', ""},
      {"01.02.2023", NULL, ',', ""},
      {"=1+1", NULL, '.', ""},
      {"", NULL, '.', ""},
      {"tolv", NULL, '.', ""},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char out[MAPPING_NUMBER_BYTES];
    const struct mapping_dialect dialect = {cases[i].decimal, of(cases[i].thousands)};
    const char *why = mapping_number(of(cases[i].text), &dialect, out);
    if ((why == NULL) != (cases[i].number != NULL))
      fail_msg("'%s': %s", cases[i].text, why != NULL ? why : "was read");
    if (cases[i].number != NULL)
      assert_string_equal(out, cases[i].number);
  }
}

static void refusals_say_why(void **state)
{
  char out[MAPPING_NUMBER_BYTES];
  const struct mapping_dialect comma = {',', of("")}, point = {'.', of("")};
  (void)state;
  assert_string_equal(mapping_number(of("1.234"), &comma, out),
                      "is ambiguous: a point is neither the decimal sign (',') nor the thousands "
                      "separator that was agreed");
  assert_string_equal(mapping_number(of("1,5"), &point, out),
                      "has a comma; the decimal sign that was agreed is '.'");
  assert_string_equal(mapping_number(of("<5"), &point, out),
                      "is a bound, not a number; agree on it as a symbol for a missing number");
  assert_string_equal(mapping_number(of("1E5"), &point, out),
                      "is in scientific notation; write all digits");
}

static void periods_of_all_forms(void **state)
{
  static const struct {
    const char *text, *period, *why;
  } cases[] = {
      {"2026", "2026", NULL},
      {"2026-Q3", "2026-Q3", NULL},
      {"2026Q3", "2026-Q3", NULL},
      {"2026K1", "2026-Q1", NULL},
      {"2026-T1", "2026-T1", NULL},
      {"2026T3", "2026-T3", NULL},
      {"2026-07", "2026-07", NULL},
      {"2026M07", "2026-07", NULL},
      {"202607", "2026-07", NULL},
      {"2026_2026", "2026", NULL},
      {"2025_2026", NULL, "is several years"},
      {"2026Q5", NULL, "is no period of the calendar"},
      {"202613", NULL, "is no period of the calendar"},
      {"20260315", NULL, "is a day"},
      {"2026-03-15", NULL, "is a day"},
      {"2026W10", NULL, "is a week"},
      {"2026WedW5", NULL, "is a week that begins on a Wednesday"},
      {"2026ThuW5", NULL, "is a week that begins on a Thursday"},
      {"2026SatW5", NULL, "is a week that begins on a Saturday"},
      {"2026SunW5", NULL, "is a week that begins on a Sunday"},
      {"2026BiW1", NULL, "is two weeks"},
      {"202601B", NULL, "is two months"},
      {"2026S1", NULL, "is a half year"},
      {"2026AprilS1", NULL, "is a half year that begins in April"},
      {"2026April", NULL, "is a financial year that begins in April"},
      {"2026July", NULL, "is a financial year that begins in July"},
      {"2026Oct", NULL, "is a financial year that begins in October"},
      {"01.02.2026", NULL, "is a date as people write it, not a period"},
      {"", NULL, "is empty"},
      {"i fjor", NULL, "is no period that is known"},
      {"2026-", NULL, "is no period that is known"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char out[MAPPING_PERIOD_BYTES];
    const char *why = mapping_period(of(cases[i].text), out);
    if ((why == NULL) != (cases[i].why == NULL) || (why != NULL && strcmp(why, cases[i].why) != 0))
      fail_msg("'%s': %s", cases[i].text, why != NULL ? why : out);
    if (why == NULL)
      assert_string_equal(out, cases[i].period);
  }
}

static void days_are_days(void **state)
{
  (void)state;
  assert_null(mapping_day(of("2024-02-29")));
  assert_string_equal(mapping_day(of("2023-02-29")), "is no day of the calendar");
  assert_string_equal(mapping_day(of("01.02.2023")),
                      "is a date as people write it; write YYYY-MM-DD");
  assert_string_equal(mapping_day(of("20230201")), "is no day; write YYYY-MM-DD");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_read_as_agreed),
      cmocka_unit_test(refusals_say_why),
      cmocka_unit_test(periods_of_all_forms),
      cmocka_unit_test(days_are_days),
  };
  return cmocka_run_group_tests_name("mapping", tests, NULL, NULL);
}

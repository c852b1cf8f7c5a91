/* The changes of codes, on a table of the test's own: 2020 merged Ålesund (1504, 1523) into 1507
 * and renumbered Tromsø twice; 2024 divided 1507. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../kommune.h"

#include <string.h>

const struct kommune kommune_table[] = {
    {"1504", "2000-01-01", "2019-12-31"}, {"1507", "2020-01-01", "2023-12-31"},
    {"1508", "2024-01-01", "9999-12-31"}, {"1523", "2000-01-01", "2019-12-31"},
    {"1580", "2024-01-01", "9999-12-31"}, {"1902", "2000-01-01", "2019-12-31"},
    {"5401", "2020-01-01", "2023-12-31"}, {"5501", "2024-01-01", "9999-12-31"},
};
const uint32_t kommune_count = 8;
const struct kommune_change kommune_changes[] = {
    {"2020-01-01", "1504", "1507"}, {"2020-01-01", "1523", "1507"}, {"2020-01-01", "1902", "5401"},
    {"2024-01-01", "1507", "1508"}, {"2024-01-01", "1507", "1580"}, {"2024-01-01", "5401", "5501"},
};
const uint32_t kommune_change_count = 6;

static struct vater_str text(const char *bytes)
{
  return (struct vater_str){bytes, strlen(bytes)};
}

static void codes_over_time(void **state)
{
  static const struct {
    const char *code, *day, *wanted; /* NULL: none, or several */
  } cases[] = {
      {"1902", "2026-01-01", "5501"}, {"1902", "2020-01-01", "5401"},
      {"1902", "2019-12-31", "1902"}, {"5501", "2023-12-31", "5401"},
      {"5501", "2019-12-31", "1902"}, {"5401", "2024-01-01", "5501"},
      {"1504", "2022-06-01", "1507"}, {"1504", "2024-06-01", NULL},
      {"1507", "2024-01-01", NULL},   {"1580", "2023-01-01", "1507"},
      {"1507", "2019-01-01", NULL},   {"1508", "2019-01-01", NULL},
      {"9999", "2024-01-01", NULL},   {"150", "2024-01-01", NULL},
      {"1902", "1999-12-31", NULL},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *found = kommune_at(text(cases[i].code), text(cases[i].day));
    if (cases[i].wanted == NULL)
      assert_null(found);
    else
      assert_string_equal(found, cases[i].wanted);
  }
}

static void validity_and_counties(void **state)
{
  (void)state;
  assert_true(kommune_is_valid(text("1507"), text("2023-12-31")));
  assert_false(kommune_is_valid(text("1507"), text("2024-01-01")));
  assert_false(kommune_is_valid(text("1507"), text("2019-12-31")));
  assert_true(kommune_has_county(text("54"), text("2022-01-01")));
  assert_false(kommune_has_county(text("54"), text("2024-01-01")));
  assert_true(kommune_has_county(text("15"), text("2024-01-01")));
  assert_false(kommune_has_county(text("5"), text("2024-01-01")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(codes_over_time),
      cmocka_unit_test(validity_and_counties),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/test.h"

#include "base/date.h"

static void test_days_round_trip(void **state)
{
  (void)state;
  for (int64_t day = -800000; day < 800000; day += 37) {
    int64_t year;
    unsigned month;
    unsigned of_month;
    vt_date_to_civil(day, &year, &month, &of_month);
    assert_true(vt_date_from_civil(year, month, of_month) == day);
  }
  int64_t day;
  assert_true(vt_date_parse(VT_STR("1970-01-01"), &day) && day == 0);
  assert_true(vt_date_parse(VT_STR("2000-02-29"), &day) && day == 11016);
}

static void test_dates_that_are_none(void **state)
{
  (void)state;
  const char *refused[] = {"2026-02-29", "2100-02-29", "2026-13-01",  "2026-00-01",
                           "2026-01-32", "2026-1-01",  "2026-01-01 ", ""};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    int64_t day = 5;
    assert_false(vt_date_parse(vt_str(refused[i]), &day));
  }
}

static void test_times(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    int64_t ms;
  } rows[] = {{"1970-01-01T00:00:00Z", 0},
              {"2026-10-15T08:30:00Z", 1792053000000},
              {"2026-10-15T10:30:00+02:00", 1792053000000},
              {"2026-10-15T08:30:00.25Z", 1792053000250},
              {"1969-12-31T23:59:59Z", -1000}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int64_t ms;
    assert_true(vt_date_parse_time(vt_str(rows[i].text), &ms));
    assert_true(ms == rows[i].ms);
  }
  char text[32];
  vt_date_print_time(1792053000250, text);
  assert_string_equal(text, "2026-10-15T08:30:00Z");
  vt_date_print_time(-1000, text);
  assert_string_equal(text, "1969-12-31T23:59:59Z");
  int64_t ms;
  assert_false(vt_date_parse_time(VT_STR("2026-10-15T08:30:00"), &ms));
  assert_false(vt_date_parse_time(VT_STR("2026-10-15T24:30:00Z"), &ms));
  assert_true(vt_date_parse_http(VT_STR("Sun, 06 Nov 1994 08:49:37 GMT"), &ms));
  assert_true(ms == 784111777000);
}

static void test_periods(void **state)
{
  (void)state;
  static const struct {
    const char *text, *start, *end, *before;
  } rows[] = {{"2026", "2026-01-01", "2026-12-31", "2025"},
              {"2026-T1", "2026-01-01", "2026-04-30", "2025-T3"},
              {"2026-Q1", "2026-01-01", "2026-03-31", "2025-Q4"},
              {"2026-Q4", "2026-10-01", "2026-12-31", "2026-Q3"},
              {"2024-02", "2024-02-01", "2024-02-29", "2024-01"},
              {"2026-12", "2026-12-01", "2026-12-31", "2026-11"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct vt_period period;
    char text[16];
    assert_true(vt_period_parse(vt_str(rows[i].text), &period));
    vt_date_print(period.start, text);
    assert_string_equal(text, rows[i].start);
    vt_date_print(period.end, text);
    assert_string_equal(text, rows[i].end);
    struct vt_period before = vt_period_step(&period, -1);
    vt_period_print(&before, text);
    assert_string_equal(text, rows[i].before);
    struct vt_period same = vt_period_of(period.kind, period.end);
    vt_period_print(&same, text);
    assert_string_equal(text, rows[i].text);
  }
  const char *refused[] = {"", "26", "2026-", "2026-Q5", "2026-T4", "2026-13", "2026-00", "2026-1"};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    struct vt_period period;
    assert_false(vt_period_parse(vt_str(refused[i]), &period));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_days_round_trip),
      cmocka_unit_test(test_dates_that_are_none),
      cmocka_unit_test(test_times),
      cmocka_unit_test(test_periods),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/test.h"

#include "base/number.h"

#include <math.h>

static void test_integers(void **state)
{
  (void)state;
  int64_t value;
  assert_true(vt_number_int64(VT_STR("-9223372036854775808"), &value));
  assert_true(value == INT64_MIN);
  assert_true(vt_number_int64(VT_STR("9223372036854775807"), &value));
  assert_true(value == INT64_MAX);
  const char *refused[] = {"", "-", "+1", " 1", "1 ", "9223372036854775808", "1.0", "0x1"};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
    assert_false(vt_number_int64(vt_str(refused[i]), &value));
}

static void test_doubles(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    double value;
  } rows[] = {{"0", 0.0},
              {"-0", -0.0},
              {"1.5", 1.5},
              {"27.0", 27.0},
              {"0.1", 0.1},
              {"123456789012345", 123456789012345.0},
              {"1e22", 1e22},
              {"-12.34e-5", -12.34e-5},
              {"9007199254740993", 9007199254740992.0},
              {"0.30000000000000004", 0.30000000000000004}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    double value = 99;
    assert_true(vt_number_double(vt_str(rows[i].text), &value));
    assert_true(value == rows[i].value && signbit(value) == signbit(rows[i].value));
  }
  const char *refused[] = {"",    "-",   "01",       "1.",    ".5", "1e",
                           "1e+", "NaN", "Infinity", "1e999", "+1"};
  for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
    double value;
    assert_false(vt_number_double(vt_str(refused[i]), &value));
  }
}

static void test_decimals_as_written(void **state)
{
  (void)state;
  static const struct {
    const char *text;
    unsigned decimals;
  } rows[] = {{"27", 0},   {"27.0", 1},   {"1.10", 2}, {"1.50e1", 1},  {"1e2", 0},
              {"1e-3", 3}, {"1.5e-2", 3}, {"1E+1", 0}, {"1e-999", 255}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    double value;
    double read;
    unsigned decimals;
    assert_int_equal(vt_number_decimals(vt_str(rows[i].text)), rows[i].decimals);
    assert_true(vt_number_double(vt_str(rows[i].text), &value));
    assert_true(vt_number_read(vt_str(rows[i].text), &read, &decimals));
    assert_true(read == value);
    assert_int_equal(decimals, rows[i].decimals);
  }
}

static void test_print_is_shortest(void **state)
{
  (void)state;
  static const struct {
    double value;
    const char *text;
  } rows[] = {{27.0, "27"},
              {0.1, "0.1"},
              {-0.0, "-0"},
              {1e21, "1e+21"},
              {1.0 / 3, "0.3333333333333333"},
              {123456789.0, "123456789"},
              {5e-324, "5e-324"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[32];
    size_t len = vt_number_print(rows[i].value, text);
    assert_string_equal(text, rows[i].text);
    assert_int_equal(len, strlen(rows[i].text));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_integers),
      cmocka_unit_test(test_doubles),
      cmocka_unit_test(test_decimals_as_written),
      cmocka_unit_test(test_print_is_shortest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/test.h"

#include "base/diagnostics.h"
#include "base/utf8.h"

static void test_utf8(void **state)
{
  (void)state;
  assert_int_equal(vt_utf8_valid(VT_STR("hei p\xc3\xa5 deg, verden")), 19);
  static const char *const bad[] = {"\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                    "\xe2\x82", "\x80",         "\xf8\x88\x80\x80\x80",
                                    "\xc1\x81"};
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
    assert_int_equal(vt_utf8_valid(vt_str(bad[i])), 0);
  for (uint32_t c = 0; c <= 0x10ffff; c++) {
    char bytes[4];
    size_t len = vt_utf8_put(c, bytes);
    bool surrogate = c >= 0xd800 && c <= 0xdfff;
    assert_int_equal(len == 0, surrogate);
    size_t at = 0;
    if (!surrogate)
      assert_int_equal(vt_utf8_next((struct vater_str){bytes, len}, &at), c);
  }
}

static void test_nearest(void **state)
{
  (void)state;
  const struct vater_str names[] = {VT_STR("numerator"), VT_STR("denominator"), VT_STR("value")};
  assert_str(vt_str_nearest(VT_STR("numeratr"), names, 3), "numerator");
  assert_str(vt_str_nearest(VT_STR("Value"), names, 3), "value");
  assert_int_equal(vt_str_nearest(VT_STR("xyzzy"), names, 3).len, 0);
}

static void test_error_first_wins(void **state)
{
  (void)state;
  struct vt_error error = {0};
  assert_int_equal(vt_fail(&error, VATER_E_IO, "NET-DNS", "first\n%d", 1), VATER_E_IO);
  vt_fail(&error, VATER_E_BUG, "X", "second");
  vt_error_prefix(&error, "actor %d", 42);
  assert_string_equal(error.text, "actor 42: first 1");
  assert_string_equal(error.code, "NET-DNS");
  assert_int_equal(error.status, VATER_E_IO);
  assert_int_equal(vt_fail(NULL, VATER_E_IO, NULL, "nobody listens"), VATER_E_IO);
}

static void test_error_cut_at_code_point(void **state)
{
  (void)state;
  char text[6];
  vt_text_copy(text, sizeof text, VT_STR("abcd\xc3\xa5"));
  assert_string_equal(text, "abcd");
}

static void test_diagnostics(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_diagnostics list;
  struct vt_buffer out;
  struct vater_str document = VT_STR("{\n  \"p\xc3\xa5\": tru\n}\n");
  uint32_t line;
  uint32_t column;
  struct vater_str line_text;
  vt_text_place(document, 11, &line, &column, &line_text);
  assert_int_equal(line, 2);
  assert_int_equal(column, 9);
  struct vt_error error = {0};
  vt_fail(&error, VATER_E_CONFIG, "OPS-CONFIG", "'tru' is no value");
  vt_error_at(&error, VT_STR("x.json"), line, column);
  vt_diagnostics_init(&list, arena);
  vt_diagnostics_add(&list, VATER_SEVERITY_ERROR, &error, document, 3);
  vt_buffer_init(&out, &allocator, 4096);
  vt_diagnostics_print(&list, &out);
  assert_str(vt_buffer_str(&out), "x.json:2:9: error: OPS-CONFIG: 'tru' is no value\n"
                                  "    2 |   \"p\xc3\xa5\": tru\n"
                                  "      |         ^~~\n");
  vt_buffer_fini(&out);
  vt_arena_free(arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_utf8),
      cmocka_unit_test(test_nearest),
      cmocka_unit_test(test_error_first_wins),
      cmocka_unit_test(test_error_cut_at_code_point),
      cmocka_unit_test(test_diagnostics),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/test.h"

#include "base/encode.h"

static void check(int (*encode)(struct vt_buffer *, struct vater_str), struct vater_str text,
                  const char *expected)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer out;
  vt_buffer_init(&out, &allocator, 4096);
  assert_int_equal(encode(&out, text), VATER_OK);
  vt_buffer_char(&out, '\0');
  assert_string_equal(out.bytes, expected);
  vt_buffer_fini(&out);
}

/* P15: text that would do harm where it is shown. */
static void test_P15_terminal(void **state)
{
  (void)state;
  check(vt_encode_terminal, VT_STR("a\x1b[31mb\r\nc\td"), "a\\u{1B}[31mb\\u{D}\\u{A}c d");
  check(vt_encode_terminal, VT_STR("x\xe2\x80\xaey"), "x\\u{202E}y");
  check(vt_encode_terminal, VT_STR("Br\xc3\xb8nn\xc3\xb8ysund"), "Br\xc3\xb8nn\xc3\xb8ysund");
  check(vt_encode_terminal, VT_STR("bad\xff"), "bad\xef\xbf\xbd");
}

static void test_P15_html(void **state)
{
  (void)state;
  check(vt_encode_html, VT_STR("<a href=\"x\" b='y'>&"),
        "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;");
}

static void test_P15_csv(void **state)
{
  (void)state;
  check(vt_encode_csv, VT_STR("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
  check(vt_encode_csv, VT_STR("-12.5"), "-12.5");
  check(vt_encode_csv, VT_STR("-12.5 x"), "\"'-12.5 x\"");
  check(vt_encode_csv, VT_STR("say \"hi\""), "\"say \"\"hi\"\"\"");
  check(vt_encode_csv, VT_STR("plain"), "plain");
}

static void test_P15_log(void **state)
{
  (void)state;
  check(vt_encode_log, VT_STR("983974724"), "983974724");
  check(vt_encode_log, VT_STR("a\nlevel=error"), "\"a\\u{A}level=error\"");
  check(vt_encode_log, VT_STR(""), "\"\"");
}

static void test_json(void **state)
{
  (void)state;
  check(vt_encode_json, VT_STR("a\"b\\c\n\x01\xe2\x80\xa8"), "\"a\\\"b\\\\c\\n\\u0001\\u2028\"");
}

static void test_width(void **state)
{
  (void)state;
  assert_int_equal(vt_encode_width(VT_STR("abc")), 3);
  assert_int_equal(vt_encode_width(VT_STR("\xc3\xa5")), 1);
  assert_int_equal(vt_encode_width(VT_STR("a\xcc\x8a")), 1);
  assert_int_equal(vt_encode_width(VT_STR("\xe6\xbc\xa2")), 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_P15_terminal), cmocka_unit_test(test_P15_html),
      cmocka_unit_test(test_P15_csv),      cmocka_unit_test(test_P15_log),
      cmocka_unit_test(test_json),         cmocka_unit_test(test_width),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

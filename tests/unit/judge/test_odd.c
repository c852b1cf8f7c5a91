#include "unit/test.h"

#include "judge/odd.h"

static void P15_harmful_texts_are_odd(void **state)
{
  (void)state;
  const struct {
    const char *text;
    enum vt_odd odd;
  } rows[] = {
      {"", VT_ODD_NOT},
      {"Ny leverandør fra 1. mai (økning på 12 %).", VT_ODD_NOT},
      {"- punkt", VT_ODD_NOT},
      {"-12 prosent", VT_ODD_NOT},
      {"+47 55 55 55 55", VT_ODD_NOT},
      {"= uendret", VT_ODD_NOT},
      {"a < b og c > d", VT_ODD_NOT},
      {"<5", VT_ODD_NOT},
      {"a@b.example", VT_ODD_NOT},
      {"=cmd|' /C calc'!A0", VT_ODD_FORMULA},
      {"@SUM(1)", VT_ODD_FORMULA},
      {"+cmd()", VT_ODD_FORMULA},
      {"-(1)", VT_ODD_FORMULA},
      {"se <b>dette</b>", VT_ODD_MARKUP},
      {"</p>", VT_ODD_MARKUP},
      {"<!-- x", VT_ODD_MARKUP},
      {"\x1b[31mrød", VT_ODD_CONTROL},
      {"to\nlinjer", VT_ODD_CONTROL},
      {"\ttabulator", VT_ODD_CONTROL},
      {"a\x7f", VT_ODD_CONTROL},
      {"a\xc2\x9b", VT_ODD_CONTROL},
      {"a\xe2\x80\xae b", VT_ODD_DIRECTION},
      {"a\xe2\x80\x8b b", VT_ODD_DIRECTION},
      {"a\xe2\x81\xa6 b", VT_ODD_DIRECTION},
      {"\xef\xbb\xbf", VT_ODD_DIRECTION},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (vt_odd_find(vt_str(rows[i].text)) != rows[i].odd)
      fail_msg("row %zu is judged wrongly", i);
}

static void every_oddity_has_a_name(void **state)
{
  (void)state;
  assert_string_equal(vt_odd_name(VT_ODD_NOT, VT_LANGUAGE_EN), "");
  assert_string_equal(vt_odd_name(VT_ODD_FORMULA, VT_LANGUAGE_NB), "en formel");
  for (int odd = VT_ODD_CONTROL; odd <= VT_ODD_FORMULA; odd++)
    for (int language = 0; language < VT_LANGUAGE_COUNT; language++)
      assert_true(strlen(vt_odd_name((enum vt_odd)odd, (enum vt_language)language)) > 0);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(P15_harmful_texts_are_odd),
      cmocka_unit_test(every_oddity_has_a_name),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/test.h"

#include "base/codes.h"
#include "base/error.h"
#include "base/utf8.h"

static bool known_delivery(const char *delivery)
{
  static const char *const known[] = {"", "not-delivered", "refused", "internal-error"};
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
    if (strcmp(delivery, known[i]) == 0)
      return true;
  return false;
}

static void assert_sentence(const char *code, const char *text)
{
  size_t len = strlen(text);
  if (len < 10 || text[len - 1] != '.' || vt_utf8_valid(vt_str(text)) != len ||
      strchr(text, '\n') != NULL || strchr(text, '|') != NULL || strstr(text, "  ") != NULL)
    fail_msg("%s: \"%s\" is not one sentence for people", code, text);
}

static void M24_each_code_has_texts_in_three_languages(void **state)
{
  (void)state;
  size_t count;
  const struct vt_code *codes = vt_code_list(&count);
  assert_true(count >= 100);
  for (size_t i = 0; i < count; i++) {
    for (int language = 0; language < VT_LANGUAGE_COUNT; language++) {
      assert_sentence(codes[i].code, codes[i].title[language]);
      assert_sentence(codes[i].code, codes[i].remedy[language]);
    }
    if (strcmp(codes[i].title[VT_LANGUAGE_NB], codes[i].title[VT_LANGUAGE_EN]) == 0)
      fail_msg("%s: not translated", codes[i].code);
  }
}

static void each_code_is_there_once_and_fits(void **state)
{
  (void)state;
  size_t count;
  const struct vt_code *codes = vt_code_list(&count);
  for (size_t i = 0; i < count; i++) {
    assert_ptr_equal(vt_code_find(vt_str(codes[i].code)), &codes[i]);
    assert_true(strlen(codes[i].code) < sizeof((struct vt_error *)0)->code);
    assert_true(known_delivery(codes[i].delivery));
    assert_true(!codes[i].retried || strcmp(codes[i].delivery, "not-delivered") == 0);
    for (const char *at = codes[i].code; *at != '\0'; at++)
      assert_true((*at >= 'A' && *at <= 'Z') || (*at >= '0' && *at <= '9') || *at == '-');
  }
  assert_null(vt_code_find(VT_STR("NET-REFUSE")));
  assert_null(vt_code_find(VT_STR("")));
}

static void names_are_read_back(void **state)
{
  (void)state;
  assert_string_equal(vt_acts_name(VT_ACTS_OPERATOR), "operator");
  enum vt_language language;
  assert_true(vt_language_parse(VT_STR("nn"), &language));
  assert_int_equal(language, VT_LANGUAGE_NN);
  assert_false(vt_language_parse(VT_STR("no"), &language));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(M24_each_code_has_texts_in_three_languages),
      cmocka_unit_test(each_code_is_there_once_and_fits),
      cmocka_unit_test(names_are_read_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

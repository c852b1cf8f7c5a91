/* The configurations of docs/authentication.md are held against the plugins' settings. */
#include "unit/plugin/rig.h"

#include "base/file.h"

static void check(const char *text)
{
  struct rig rig;
  rig_init(&rig);
  json_error_t at;
  json_t *object = json_loads(text, JSON_REJECT_DUPLICATES, &at);
  if (object == NULL)
    fail_msg("%s\n%s", at.text, text);
  const char *name = json_string_value(json_object_get(object, "plugin"));
  assert_non_null(name);
  rig_load(&rig, name);
  json_object_del(object, "plugin");
  struct vt_config_origin origin = {.owner = name, .pointer = ""};
  vater_config *config;
  if (vt_config_parse(rig.plugin->info.settings, object, &origin, rig.arena, &rig.diagnostics,
                      &config) != VATER_OK)
    fail_msg("%s\n%s", rig.diagnostics.items[0].error.text, text);
  vt_config_free(config);
  json_decref(object);
  rig_fini(&rig);
}

static void worked_configurations_are_right(void **state)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vater_str page;
  int found = 0;
  (void)state;
  assert_int_equal(
      vt_file_load(&allocator, VATER_SOURCE_DIR "/docs/authentication.md", 1 << 20, &page, NULL),
      VATER_OK);
  for (size_t at = 0; (at = vt_str_find(page, VT_STR("```json\n"), at)) < page.len; found++) {
    size_t end = vt_str_find(page, VT_STR("\n```"), at);
    char text[2048];
    vt_text_copy(text, sizeof text, vt_str_slice(page, at + 8, end));
    check(text);
    at = end;
  }
  assert_true(found >= 8);
  vt_free(&allocator, (void *)(uintptr_t)page.ptr);
}

/* ---- what token services say -------------------------------------------------------------------
 */

static const char *const texts[][4] = {
#define OAUTH2_CODE(code, en, nb, nn) {code, en, nb, nn},
#include "../explain.def"
#undef OAUTH2_CODE
};

enum { TEXTS = sizeof texts / sizeof *texts };

/* Settings have one name in every language: a word with a capital letter inside it, as onBehalfOf.
 */
static bool is_setting(const char *word, size_t len)
{
  bool small = word[0] >= 'a' && word[0] <= 'z';
  for (size_t i = 1; small && i < len; i++)
    if (word[i] >= 'A' && word[i] <= 'Z')
      return true;
  return false;
}

static void assert_same_settings(size_t row, int language)
{
  for (const char *at = texts[row][1]; *at != '\0';) {
    size_t len = strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    char word[64];
    vt_text_copy(word, sizeof word, (struct vater_str){at, len});
    if (len > 0 && is_setting(at, len) && strstr(texts[row][language], word) == NULL)
      fail_msg("%s: %s is not in: %s", texts[row][0], word, texts[row][language]);
    at += len > 0 ? len : 1;
  }
}

/* Each code once, in three languages that say what to do (what is wrong; then what helps). */
static void codes_are_explained_in_three_languages(void **state)
{
  (void)state;
  assert_true(TEXTS >= 30);
  for (size_t i = 0; i < TEXTS; i++) {
    for (size_t j = 0; j < i; j++)
      assert_string_not_equal(texts[i][0], texts[j][0]);
    for (int language = 1; language < 4; language++) {
      assert_true(strlen(texts[i][language]) > 30);
      assert_true(strstr(texts[i][language], "; ") != NULL ||
                  strstr(texts[i][language], ": ") != NULL);
      assert_same_settings(i, language);
    }
    assert_string_not_equal(texts[i][1], texts[i][2]);
    if (strstr(texts[i][2], " ikke ") != NULL)
      assert_non_null(strstr(texts[i][3], " ikkje "));
    assert_null(strstr(texts[i][3], " ikke "));
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(worked_configurations_are_right),
                                     cmocka_unit_test(codes_are_explained_in_three_languages)};
  return cmocka_run_group_tests_name("docs authentication", tests, NULL, NULL);
}

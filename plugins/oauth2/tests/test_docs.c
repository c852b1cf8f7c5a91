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

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(worked_configurations_are_right)};
  return cmocka_run_group_tests_name("docs authentication", tests, NULL, NULL);
}

#include "unit/plugin/rig.h"

/* Each column and head field has its member, and each member of the schema its column. */
static void rows_are_complete(void **state)
{
  struct rig rig;
  bool columns[VATER_COLUMN_COUNT] = {false};
  bool fields[VATER_HEAD_COUNT] = {false};
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "indicator_json");
  const struct vater_rows *rows = rig.plugin->format->rows;
  assert_string_equal(rows->at, "/observations");
  for (const struct vater_row_member *one = rows->members; one->member != NULL; one++) {
    assert_false(columns[one->column]);
    columns[one->column] = true;
  }
  for (const struct vater_head_member *one = rows->head; one->member != NULL; one++) {
    assert_false(fields[one->field]);
    fields[one->field] = true;
  }
  for (int column = VATER_COLUMN_NONE + 1; column < VATER_COLUMN_COUNT; column++)
    assert_true(columns[column]);
  for (int field = VATER_HEAD_NONE + 1; field < VATER_HEAD_COUNT; field++)
    assert_true(fields[field]);
  rig_fini(&rig);
}

static json_t *schema_properties(void)
{
  json_t *schema =
      json_load_file(VATER_SOURCE_DIR "/rules/schemas/submission.schema.json", 0, NULL);
  assert_non_null(schema);
  return schema;
}

static bool has_member(const struct vater_rows *rows, const char *name, const char *below)
{
  char path[100];
  snprintf(path, sizeof path, "%s%s%s", name, below != NULL ? "/" : "", below != NULL ? below : "");
  for (const struct vater_row_member *one = rows->members; one->member != NULL; one++)
    if (strcmp(one->member, path) == 0)
      return true;
  return false;
}

static void members_follow_the_schema(void **state)
{
  struct rig rig;
  const char *name, *below;
  json_t *property, *inner;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "indicator_json");
  const struct vater_rows *rows = rig.plugin->format->rows;
  json_t *schema = schema_properties();
  json_t *observation = json_object_get(json_object_get(schema, "$defs"), "observation");
  json_object_foreach(json_object_get(observation, "properties"), name, property)
  {
    const json_t *nested = json_object_get(property, "properties");
    if (nested == NULL)
      assert_true(has_member(rows, name, NULL));
    json_object_foreach((json_t *)(uintptr_t)nested, below, inner)
        assert_true(has_member(rows, name, below));
  }
  json_decref(schema);
  rig_fini(&rig);
}

static void media_types_find_it(void **state)
{
  struct rig rig;
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "indicator_json");
  assert_ptr_equal(vt_registry_format(&rig.registry, VT_STR("Application/JSON; charset=utf-8")),
                   rig.plugin);
  assert_ptr_equal(
      vt_registry_format(&rig.registry, VT_STR("application/vnd.vater.submission+json")),
      rig.plugin);
  assert_null(vt_registry_format(&rig.registry, VT_STR("text/html")));
  assert_string_equal(rig.plugin->format->schema, "submission.schema.json");
  assert_string_equal(rig.plugin->format->syntax, "json");
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rows_are_complete),
      cmocka_unit_test(members_follow_the_schema),
      cmocka_unit_test(media_types_find_it),
  };
  return cmocka_run_group_tests_name("plugin indicator_json", tests, NULL, NULL);
}

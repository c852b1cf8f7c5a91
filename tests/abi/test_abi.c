#include "layout.h"

#include "doc/tree.h"
#include "unit/plugin/rig.h"

static void today_keeps_what_1_0_promised(void **state)
{
  (void)state;
  size_t i = 0;
  for (; layout_1_0[i].name != NULL; i++) {
    const struct layout *then = &layout_1_0[i];
    const struct layout *now = &layout_today[i];
    assert_string_equal(then->name, now->name);
    if (then->grows ? now->value < then->value : now->value != then->value)
      fail_msg("%s was %lld in 1.0 and is %lld", then->name, then->value, now->value);
  }
  assert_true(i > 200);
}

/* While the ABI is 1.0, its frozen copy is the header itself. */
static void frozen_copy_is_the_header_of_its_version(void **state)
{
  static char then[64 * 1024], now[64 * 1024];
  (void)state;
#if VATER_ABI_MINOR != 0
  skip();
#endif
  FILE *frozen = fopen(VATER_SOURCE_DIR "/tests/abi/1.0/plugin.h", "r");
  FILE *header = fopen(VATER_SOURCE_DIR "/core/include/vater/plugin.h", "r");
  assert_non_null(frozen);
  assert_non_null(header);
  then[fread(then, 1, sizeof then - 1, frozen)] = '\0';
  now[fread(now, 1, sizeof now - 1, header)] = '\0';
  fclose(frozen);
  fclose(header);
  assert_string_equal(then, now);
}

/* ---- samples -------------------------------------------------------------------------------- */

static const struct vt_plugin *load_sample(struct rig *rig, const char *name)
{
  char path[600];
  const struct vt_plugin *plugin;
  snprintf(path, sizeof path, "%s/abi/%s.so", VATER_BUILD_DIR, name);
  if (vt_registry_load(&rig->registry, path, NULL, &plugin, &rig->error) != VATER_OK)
    fail_msg("%s", rig->error.text);
  return plugin;
}

static void use_source(struct rig *rig, const struct vt_plugin *plugin)
{
  struct vt_instance instance;
  struct vater_request request;
  struct vater_collect collect = {.url = VT_STR("https://a.example/")};
  struct vater_response response = {.url = VT_STR("https://a.example/")};
  struct vater_page page = {.number = 1, .response = &response};
  vt_request_init(&request, rig->arena);
  assert_int_equal(
      vt_instance_open(&rig->call, plugin, VT_CAPABILITY_SOURCE, NULL, &instance, NULL), VATER_OK);
  assert_int_equal(vt_source_first(&rig->call, &instance, &collect, &request, NULL), VATER_OK);
  assert_str_is(request.url, "https://a.example/");
  assert_int_equal(vt_source_next(&rig->call, &instance, &page, &request, NULL), VATER_DONE);
  vt_instance_close(&instance);
}

static void use_auth(struct rig *rig, const struct vt_plugin *plugin)
{
  struct vt_instance instance;
  struct vater_request request;
  struct vater_attempt attempt = {.number = 1};
  vt_request_init(&request, rig->arena);
  assert_int_equal(vt_instance_open(&rig->call, plugin, VT_CAPABILITY_AUTH, NULL, &instance, NULL),
                   VATER_OK);
  assert_int_equal(vt_auth_next(&rig->call, &instance, NULL, NULL, &request, NULL), VATER_DONE);
  assert_int_equal(vt_auth_prepare(&rig->call, &instance, NULL, &attempt, &request, NULL),
                   VATER_OK);
  assert_str_is(vt_request_header(&request, "x-try")->value, "1");
  vt_instance_close(&instance);
}

static void use_format(struct rig *rig, const struct vt_plugin *plugin,
                       struct vt_table_builder *builder)
{
  struct vt_instance instance;
  struct vater_table table;
  struct vt_doc_tree *tree;
  struct vater_str payload = VT_STR("{\"indicator\": \"G1-11\"}");
  vt_plugin_table_write(&table, builder, 0, rig->arena);
  assert_int_equal(vt_doc_tree_read(&rig->environment.allocator, payload, NULL, 1, &tree, NULL),
                   VATER_OK);
  assert_int_equal(
      vt_instance_open(&rig->call, plugin, VT_CAPABILITY_FORMAT, NULL, &instance, NULL), VATER_OK);
  assert_int_equal(
      vt_format_decode(&rig->call, &instance, vt_doc_tree_root(tree), payload, &table, NULL),
      VATER_OK);
  vt_instance_close(&instance);
  vt_doc_tree_free(tree);
  assert_int_equal(vt_table_builder_rows(builder), 1);
}

static int count_finding(void *context, uint32_t row, int column, struct vater_str text,
                         struct vt_error *error)
{
  (void)error;
  assert_int_equal(row, VT_FINDINGS_ALL);
  assert_int_equal(column, VATER_COLUMN_NONE);
  assert_str_is(text, "more than 0 rows");
  ++*(int *)context;
  return VATER_OK;
}

static void use_check(struct rig *rig, const struct vt_plugin *plugin,
                      struct vt_table_builder *builder)
{
  struct vt_table rows;
  struct vater_table table;
  int count = 0;
  const vater_config *with = rig_config(rig, plugin->checks[0].settings, "{}");
  assert_int_equal(vt_table_view(builder, &rows, NULL), VATER_OK);
  vt_plugin_table_read(&table, &rows, NULL);
  struct vater_findings findings = {rows.rows, count_finding, &count};
  assert_int_equal(vt_check_run(&rig->call, plugin->info.name, &plugin->checks[0], with, &table,
                                &findings, NULL),
                   VATER_OK);
  assert_int_equal(count, 1);
}

static void use_function(struct rig *rig, const struct vt_plugin *plugin)
{
  struct vater_value given = {.type = VATER_VALUE_INTEGER, .as.integer = 21}, result;
  assert_int_equal(vt_function_call(&rig->call, plugin->info.name, &plugin->functions[0], &given, 1,
                                    &result, NULL),
                   VATER_OK);
  assert_int_equal(result.as.integer, 42);
}

static void use_sample(const char *name, int minor, bool has_functions)
{
  struct rig rig;
  struct vt_table_builder *builder;
  rig_init(&rig);
  const struct vt_plugin *plugin = load_sample(&rig, name);
  assert_string_equal(plugin->info.name, name);
  assert_int_equal(plugin->info.abi_minor, minor);
  assert_int_equal(vt_table_builder_new(&rig.environment.allocator, 1, &builder), VATER_OK);
  use_source(&rig, plugin);
  use_auth(&rig, plugin);
  use_format(&rig, plugin, builder);
  use_check(&rig, plugin, builder);
  assert_int_equal(plugin->functions != NULL, has_functions);
  if (has_functions)
    use_function(&rig, plugin);
  vt_table_builder_free(builder);
  rig_fini(&rig);
}

static void plugin_of_1_0_works(void **state)
{
  (void)state;
  use_sample("sample_1_0", 0, true);
}

static void plugin_of_a_later_minor_works(void **state)
{
  (void)state;
  use_sample("sample_longer", 7, true);
}

static void plugin_that_ends_early_works(void **state)
{
  (void)state;
  use_sample("sample_shorter", 0, false);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(today_keeps_what_1_0_promised),
      cmocka_unit_test(frozen_copy_is_the_header_of_its_version),
      cmocka_unit_test(plugin_of_1_0_works),
      cmocka_unit_test(plugin_of_a_later_minor_works),
      cmocka_unit_test(plugin_that_ends_early_works),
  };
  return cmocka_run_group_tests_name("abi", tests, NULL, NULL);
}

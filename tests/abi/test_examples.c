#include "base/file.h"
#include "doc/tree.h"
#include "unit/plugin/rig.h"

#define FOLDER VATER_BUILD_DIR "/docs-plugins/"

struct found {
  int count;
  char text[600];
};

static int keep(void *context, uint32_t row, int column, struct vater_str text,
                struct vt_error *error)
{
  struct found *found = context;
  (void)row;
  (void)column;
  (void)error;
  found->count++;
  vt_text_copy(found->text, sizeof found->text, text);
  return VATER_OK;
}

static const struct vt_plugin *load(struct rig *rig, const char *name)
{
  char path[600];
  const struct vt_plugin *plugin;
  snprintf(path, sizeof path, FOLDER "%s.so", name);
  if (vt_registry_load(&rig->registry, path, NULL, &plugin, &rig->error) != VATER_OK)
    fail_msg("%s", rig->error.text);
  return plugin;
}

static int decode(struct rig *rig, struct vater_str payload, struct vater_table *table)
{
  struct vt_instance instance;
  struct vt_doc_tree *tree;
  assert_int_equal(
      vt_doc_tree_read(&rig->environment.allocator, payload, NULL, 1, &tree, &rig->error),
      VATER_OK);
  assert_int_equal(vt_instance_open(&rig->call, load(rig, "figures"), VT_CAPABILITY_FORMAT, NULL,
                                    &instance, &rig->error),
                   VATER_OK);
  int status =
      vt_format_decode(&rig->call, &instance, vt_doc_tree_root(tree), payload, table, &rig->error);
  vt_instance_close(&instance);
  vt_doc_tree_free(tree);
  return status;
}

static void format_decodes_its_payload(void **state)
{
  struct rig rig;
  struct vt_table_builder *builder;
  struct vater_table table;
  struct vt_table rows;
  struct vater_str payload;
  double value;
  (void)state;
  rig_init(&rig);
  assert_int_equal(vt_table_builder_new(&rig.environment.allocator, 1, &builder), VATER_OK);
  vt_plugin_table_write(&table, builder, 0, rig.arena);
  assert_int_equal(
      vt_file_load(&rig.environment.allocator, FOLDER "figures.json", 10000, &payload, &rig.error),
      VATER_OK);
  assert_int_equal(decode(&rig, payload, &table), VATER_OK);
  assert_int_equal(vt_table_view(builder, &rows, NULL), VATER_OK);
  assert_int_equal(rows.rows, 4);
  assert_str_is(vt_table_head(&rows, VATER_HEAD_REPORTER), "983744516");
  assert_str_is(vt_table_cell(&rows, 1, VATER_COLUMN_AREA), "46");
  assert_str_is(vt_table_cell(&rows, 3, VATER_COLUMN_INDICATOR), "G4-16");
  assert_true(vt_table_number(&rows, 0, VATER_COLUMN_VALUE, &value));
  assert_true(value == 98.2);
  assert_int_equal(rows.columns[VATER_COLUMN_VALUE].decimals[0], 2);
  assert_false(vt_table_number(&rows, 2, VATER_COLUMN_VALUE, &value));
  assert_str_is(vt_table_cell(&rows, 2, VATER_COLUMN_MISSING), "not-available");
  assert_str_is(table.cursor, "https://register.example.no/figures?page=2");
  vt_free(&rig.environment.allocator, (void *)(uintptr_t)payload.ptr);
  vt_table_builder_free(builder);
  rig_fini(&rig);
}

static void format_says_where_it_failed(void **state)
{
  struct rig rig;
  struct vt_table_builder *builder;
  struct vater_table table;
  (void)state;
  rig_init(&rig);
  assert_int_equal(vt_table_builder_new(&rig.environment.allocator, 1, &builder), VATER_OK);
  vt_plugin_table_write(&table, builder, 0, rig.arena);
  assert_int_equal(decode(&rig, VT_STR("  {\"figures\": 3}"), &table), VATER_E_DECODE);
  assert_string_equal(rig.error.text, "there is no list 'figures'");
  assert_int_equal(rig.error.offset, 2);
  vt_table_builder_free(builder);
  rig_fini(&rig);
}

static void run_round(struct rig *rig, const struct vt_plugin *digits, int rows,
                      struct found *found)
{
  struct vt_table_builder *builder;
  struct vater_table table;
  struct vt_table view;
  const vater_config *with = rig_config(rig, digits->checks[0].settings, "{}");
  assert_int_equal(vt_table_builder_new(&rig->environment.allocator, 1, &builder), VATER_OK);
  for (int i = 0; i < rows; i++) {
    vt_table_add_row(builder, 0, 0, NULL);
    vt_table_set_number(builder, VATER_COLUMN_VALUE, i < 6 ? 120 : 121, 0, NULL);
  }
  assert_int_equal(vt_table_view(builder, &view, NULL), VATER_OK);
  vt_plugin_table_read(&table, &view, NULL);
  struct vater_findings findings = {view.rows, keep, found};
  assert_int_equal(
      vt_check_run(&rig->call, "digits", &digits->checks[0], with, &table, &findings, &rig->error),
      VATER_OK);
  vt_table_builder_free(builder);
}

static void check_reports(void **state)
{
  struct rig rig;
  struct found found = {0, ""};
  (void)state;
  rig_init(&rig);
  const struct vt_plugin *digits = load(&rig, "digits");
  run_round(&rig, digits, 12, &found);
  assert_int_equal(found.count, 0);
  run_round(&rig, digits, 11, &found);
  assert_int_equal(found.count, 1);
  assert_string_equal(found.text, "6 of 11 values end in 0");
  rig_fini(&rig);
}

static void function_answers(void **state)
{
  struct rig rig;
  struct vater_value given = {.type = VATER_VALUE_NUMBER, .as.number = 120}, result;
  (void)state;
  rig_init(&rig);
  const struct vater_function *function = &load(&rig, "digits")->functions[0];
  assert_int_equal(vt_function_call(&rig.call, "digits", function, &given, 1, &result, NULL),
                   VATER_OK);
  assert_int_equal(result.type, VATER_VALUE_TRUTH);
  assert_true(result.as.truth);
  given.as.number = 120.5;
  vt_function_call(&rig.call, "digits", function, &given, 1, &result, NULL);
  assert_false(result.as.truth);
  assert_int_equal(vt_function_call(&rig.call, "digits", function, &given, 0, &result, &rig.error),
                   VATER_E_RULE);
  assert_string_equal(rig.error.text,
                      "plugin 'digits', endsWithZero: endsWithZero takes one number");
  rig_fini(&rig);
}

static const char *ask(struct rig *rig, struct vt_instance *instance, const char *period,
                       struct vater_request *request)
{
  const struct vater_collect collect = {.url = VT_STR("https://register.example.no/years"),
                                        .period = vt_str(period)};
  vt_request_init(request, rig->arena);
  int status = vt_source_first(&rig->call, instance, &collect, request, &rig->error);
  return status == VATER_OK ? vt_arena_copy(rig->arena, request->url).ptr : rig->error.text;
}

static void source_asks_for_its_pages(void **state)
{
  struct rig rig;
  struct vt_instance instance;
  struct vater_request request;
  const struct vt_response_header link[] = {
      {VT_STR("Link"), VT_STR("<https://register.example.no/years/2025-2.json>; rel=next")}};
  struct vater_response answer = {.status = 200,
                                  .url = VT_STR("https://register.example.no/years/2025.json"),
                                  .headers = link,
                                  .header_count = 1};
  struct vater_page page = {.number = 1, .response = &answer};
  (void)state;
  rig_init(&rig);
  assert_int_equal(vt_instance_open(&rig.call, load(&rig, "yearbook"), VT_CAPABILITY_SOURCE, NULL,
                                    &instance, &rig.error),
                   VATER_OK);
  assert_string_equal(ask(&rig, &instance, "2025", &request),
                      "https://register.example.no/years/2025.json");
  vt_request_init(&request, rig.arena);
  assert_int_equal(vt_source_next(&rig.call, &instance, &page, &request, &rig.error), VATER_OK);
  assert_str_is(request.url, "https://register.example.no/years/2025-2.json");
  answer.header_count = 0;
  vt_request_init(&request, rig.arena);
  assert_int_equal(vt_source_next(&rig.call, &instance, &page, &request, &rig.error), VATER_DONE);
  assert_string_equal(
      ask(&rig, &instance, "", &request),
      "plugin 'yearbook', source.first: a yearbook is asked for by period; name one");
  vt_instance_close(&instance);
  rig_fini(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(format_decodes_its_payload),
      cmocka_unit_test(format_says_where_it_failed),
      cmocka_unit_test(check_reports),
      cmocka_unit_test(function_answers),
      cmocka_unit_test(source_asks_for_its_pages),
  };
  return cmocka_run_group_tests_name("docs plugins", tests, NULL, NULL);
}

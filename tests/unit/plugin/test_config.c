#include "base/limits.h"
#include "doc/tree.h"
#include "unit/plugin/rig.h"

static const struct vater_setting settings[] = {
    {"name", VATER_SETTING_TEXT, true, false, NULL, "A name."},
    {"count", VATER_SETTING_INTEGER, false, false, "3", "How many."},
    {"share", VATER_SETTING_NUMBER, false, false, "0.5", "A share."},
    {"loud", VATER_SETTING_BOOLEAN, false, false, "true", "Loud or not."},
    {"issuer", VATER_SETTING_URL, false, false, NULL, "Who issues."},
    {"scopes", VATER_SETTING_LIST, false, false, NULL, "What is asked for."},
    {"extra", VATER_SETTING_OBJECT, false, false, NULL, "More."},
    {"key", VATER_SETTING_TEXT, false, true, NULL, "The key."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_setting with_document[] = {
    {"name", VATER_SETTING_TEXT, true, false, NULL, "A name."},
    {"mapping", VATER_SETTING_DOCUMENT, false, false, NULL, "What fills what."},
    {NULL, 0, false, false, NULL, NULL},
};

static int setup(void **state)
{
  struct rig *rig = calloc(1, sizeof *rig);
  rig_init(rig);
  *state = rig;
  return 0;
}

static int teardown(void **state)
{
  rig_fini(*state);
  free(*state);
  return 0;
}

static void values_and_fallbacks_are_read(void **state)
{
  struct rig *rig = *state;
  struct vater_str text, key;
  int64_t count;
  double share;
  bool loud;
  const vater_config *config =
      rig_config(rig, settings,
                 "{\"name\": \"n\", \"share\": 2, \"issuer\": \"https://a/{x}\", \"scopes\": "
                 "[\"a\", \"b\"], \"extra\": {\"k\": \"v\"}}");
  assert_non_null(config);
  assert_true(vt_config_text(config, "name", &text));
  assert_str_is(text, "n");
  assert_true(vt_config_integer(config, "count", &count));
  assert_int_equal(count, 3);
  assert_true(vt_config_number(config, "share", &share));
  assert_true(share == 2.0);
  assert_true(vt_config_truth(config, "loud", &loud));
  assert_true(loud);
  assert_true(vt_config_text(config, "issuer", &text));
  assert_str_is(text, "https://a/{x}");
  assert_int_equal(vt_config_count(config, "scopes"), 2);
  assert_true(vt_config_item(config, "scopes", 1, &key, &text));
  assert_str_is(text, "b");
  assert_int_equal(key.len, 0);
  assert_true(vt_config_item(config, "extra", 0, &key, &text));
  assert_str_is(key, "k");
  assert_str_is(text, "v");
  assert_false(vt_config_item(config, "extra", 1, &key, &text));
}

static void documents_are_nodes(void **state)
{
  struct rig *rig = *state;
  struct vater_str file, bytes;
  const vater_config *inline_one =
      rig_config(rig, with_document, "{\"name\": \"n\", \"mapping\": {\"unit\": \"percent\"}}");
  const vater_node *root = vt_config_node(inline_one, "mapping");
  assert_str_is(vt_node_text(vt_node_member(root, "unit")), "percent");
  const struct vt_config_document given = {VT_STR("mapping"), VT_STR("maps/a.json"),
                                           VT_STR("{\"unit\": [1]}")};
  struct vt_config_origin origin = {
      .owner = "plugin 'test'", .documents = &given, .document_count = 1};
  json_t *object = json_loads("{\"name\": \"n\", \"mapping\": \"a.json\"}", 0, NULL);
  vater_config **config = &rig->configs[rig->config_count++];
  assert_int_equal(
      vt_config_parse(with_document, object, &origin, rig->arena, &rig->diagnostics, config),
      VATER_OK);
  json_decref(object);
  root = vt_config_node(*config, "mapping");
  assert_int_equal(vt_node_type(vt_node_member(root, "unit")), VATER_NODE_LIST);
  assert_true(vt_config_document(*config, "mapping", &file, &bytes));
  assert_str_is(file, "maps/a.json");
  assert_null(vt_config_node(*config, "name"));
  assert_null(vt_config_node(NULL, "mapping"));
}

static void a_faulty_document_has_its_own_place(void **state)
{
  struct rig *rig = *state;
  const struct vt_config_document given = {VT_STR("mapping"), VT_STR("maps/a.json"),
                                           VT_STR("{\n  \"unit\": ,\n}")};
  struct vt_config_origin origin = {
      .owner = "plugin 'test'", .documents = &given, .document_count = 1};
  json_t *object = json_loads("{\"name\": \"n\", \"mapping\": \"a.json\"}", 0, NULL);
  vater_config *config;
  assert_int_equal(
      vt_config_parse(with_document, object, &origin, rig->arena, &rig->diagnostics, &config),
      VATER_E_CONFIG);
  json_decref(object);
  const struct vt_error *error = &rig->diagnostics.items[0].error;
  assert_string_equal(error->source, "maps/a.json");
  assert_int_equal(error->line, 2);
  assert_int_equal(error->column, 11);
  assert_string_equal(error->code, "OPS-CONFIG");
}

static void absent_and_mistyped_reads_are_false(void **state)
{
  struct rig *rig = *state;
  struct vater_str text = VT_STR("x");
  int64_t count = 9;
  const vater_config *config = rig_config(rig, settings, "{\"name\": \"n\"}");
  assert_false(vt_config_text(config, "issuer", &text));
  assert_null(text.ptr);
  assert_false(vt_config_integer(config, "name", &count));
  assert_int_equal(count, 0);
  assert_false(vt_config_text(config, "count", &text));
  assert_false(vt_config_text(config, "nothing", &text));
  assert_false(vt_config_text(NULL, "name", &text));
  assert_int_equal(vt_config_count(NULL, "scopes"), 0);
}

static void assert_complaints(struct rig *rig, const char *text, const char *wanted)
{
  struct vt_buffer out;
  assert_null(rig_config(rig, settings, text));
  vt_buffer_init(&out, &rig->environment.allocator, 100000);
  vt_diagnostics_sort(&rig->diagnostics);
  vt_diagnostics_print(&rig->diagnostics, &out);
  vt_buffer_char(&out, '\0');
  assert_string_equal(out.bytes, wanted);
  vt_buffer_fini(&out);
  vt_diagnostics_init(&rig->diagnostics, rig->arena);
}

static void all_faults_are_listed_with_their_place(void **state)
{
  assert_complaints(
      *state,
      "{\"nam\": \"n\",\n \"count\": \"3\",\n \"share\": true,\n \"scopes\": [\"a\", 1],\n"
      " \"issuer\": \"ftp://x\"}",
      "actors.json:1:1: error: OPS-CONFIG: setting 'name' of plugin 'test' is missing; it is: A "
      "name.\n"
      "    1 | {\"nam\": \"n\",\n"
      "      | ^\n"
      "actors.json:1:9: error: OPS-CONFIG: plugin 'test' has no setting 'nam'; did you mean "
      "'name'? (at /nam)\n"
      "    1 | {\"nam\": \"n\",\n"
      "      |         ^~~\n"
      "actors.json:2:11: error: OPS-CONFIG: setting 'count' of plugin 'test' is a text; wanted: a "
      "whole number (at /count)\n"
      "    2 |  \"count\": \"3\",\n"
      "      |           ^~~\n"
      "actors.json:3:11: error: OPS-CONFIG: setting 'share' of plugin 'test' is true or false; "
      "wanted: a number (at /share)\n"
      "    3 |  \"share\": true,\n"
      "      |           ^~~~\n"
      "actors.json:4:18: error: OPS-CONFIG: setting 'scopes' of plugin 'test' is a whole number; "
      "wanted: a list of texts (at /scopes/1)\n"
      "    4 |  \"scopes\": [\"a\", 1],\n"
      "      |                  ^\n"
      "actors.json:5:12: error: OPS-CONFIG: setting 'issuer' of plugin 'test' is 'ftp://x'; "
      "wanted: an absolute https URL (at /issuer)\n"
      "    5 |  \"issuer\": \"ftp://x\"}\n"
      "      |            ^~~~~~~~~\n");
}

static void an_object_is_wanted(void **state)
{
  assert_complaints(*state, "[1]",
                    "actors.json:1:1: error: OPS-CONFIG: the settings of plugin 'test' are a list; "
                    "wanted: an object\n"
                    "    1 | [1]\n"
                    "      | ^~~\n");
}

static void text_of_the_limit_and_one_more(void **state)
{
  struct rig *rig = *state;
  char text[16 * 1024];
  size_t size = VT_LIMIT_SETTING_TEXT_BYTES;
  snprintf(text, sizeof text, "{\"name\": \"%0*d\"}", (int)size, 0);
  assert_non_null(rig_config(rig, settings, text));
  snprintf(text, sizeof text, "{\"name\": \"%0*d\"}", (int)size + 1, 0);
  assert_null(rig_config(rig, settings, text));
  assert_string_equal(
      rig->diagnostics.items[0].error.text,
      "setting 'name' of plugin 'test' has 8193 bytes; the limit SETTING_TEXT_BYTES is 8192");
}

static void items_of_the_limit_and_one_more(void **state)
{
  struct rig *rig = *state;
  char text[16 * 1024];
  for (unsigned more = 0; more < 2; more++) {
    size_t used = (size_t)snprintf(text, sizeof text, "{\"name\": \"n\", \"scopes\": [\"x\"");
    for (unsigned i = 1; i < VT_LIMIT_SETTING_ITEMS + more; i++)
      used += (size_t)snprintf(text + used, sizeof text - used, ", \"x\"");
    snprintf(text + used, sizeof text - used, "]}");
    const vater_config *config = rig_config(rig, settings, text);
    assert_int_equal(config != NULL, more == 0);
  }
  assert_string_equal(
      rig->diagnostics.items[0].error.text,
      "setting 'scopes' of plugin 'test' has 257 entries; the limit SETTING_ITEMS is 256");
}

/* ---- secrets -------------------------------------------------------------------------------- */

static void secrets_are_loaded_and_never_shown(void **state)
{
  struct rig *rig = *state;
  char path[64], json[200];
  struct vater_str text;
  struct vt_buffer out;
  rig_secret_file(path, sizeof path, "s3cret\n");
  snprintf(json, sizeof json, "{\"name\": \"n\", \"key\": {\"file\": \"%s\"}}", path);
  const vater_config *config = rig_config(rig, settings, json);
  unlink(path);
  assert_non_null(config);
  assert_str_is(vt_secret_reveal(vt_config_secret(config, "key")), "s3cret");
  assert_false(vt_config_text(config, "key", &text));
  vt_buffer_init(&out, &rig->environment.allocator, 1000);
  assert_int_equal(vt_config_redacted(config, &out), VATER_OK);
  assert_str_is(vt_buffer_str(&out),
                "{\"name\": \"n\", \"count\": 3, \"share\": 0.5, \"loud\": true, \"key\": "
                "\"(secret)\"}");
  vt_buffer_fini(&out);
}

static void secrets_that_cannot_be_had_are_said(void **state)
{
  struct rig *rig = *state;
  const char *text = "{\"name\": \"n\", \"key\": {\"file\": \"/nowhere/key\"}}";
  assert_null(rig_config(rig, settings, text));
  assert_string_equal(rig->diagnostics.items[0].error.code, "OPS-KEY");
  assert_string_equal(rig->diagnostics.items[0].error.pointer, "/key/file");
  assert_string_equal(rig->diagnostics.items[0].error.text,
                      "setting 'key' of plugin 'test': cannot open the secret file "
                      "'/nowhere/key': No such file or directory");
  assert_null(rig_config(rig, settings, "{\"name\": \"n\", \"key\": {\"credential\": \"../x\"}}"));
  assert_null(rig_config(rig, settings, "{\"name\": \"n\", \"key\": {\"file\": 1}}"));
  assert_null(
      rig_config(rig, settings, "{\"name\": \"n\", \"key\": {\"file\": \"a\", \"x\": \"b\"}}"));
}

static void a_worker_reads_no_secret(void **state)
{
  struct rig *rig = *state;
  struct vt_config_origin origin = {.owner = "plugin 'test'", .pointer = ""};
  vater_config *config;
  json_t *object = json_loads("{\"name\": \"n\", \"key\": {\"file\": \"/nowhere\"}}", 0, NULL);
  assert_int_equal(
      vt_config_parse(settings, object, &origin, rig->arena, &rig->diagnostics, &config), VATER_OK);
  assert_null(vt_config_secret(config, "key"));
  vt_config_free(config);
  json_decref(object);
}

static void relative_secret_files_start_from_the_base(void **state)
{
  struct rig *rig = *state;
  char path[64], json[200];
  rig_secret_file(path, sizeof path, "s3cret");
  snprintf(json, sizeof json, "{\"name\": \"n\", \"key\": {\"file\": \"%s\"}}",
           path + strlen("/tmp/"));
  struct vt_config_origin origin = {
      .owner = "plugin 'test'", .pointer = "", .base = "/tmp", .load_secrets = true};
  vater_config *config;
  json_t *object = json_loads(json, 0, NULL);
  assert_int_equal(
      vt_config_parse(settings, object, &origin, rig->arena, &rig->diagnostics, &config), VATER_OK);
  unlink(path);
  assert_str_is(vt_secret_reveal(vt_config_secret(config, "key")), "s3cret");
  vt_config_free(config);
  json_decref(object);
}

static void help_is_a_table(void **state)
{
  struct rig *rig = *state;
  struct vt_buffer out;
  vt_buffer_init(&out, &rig->environment.allocator, 10000);
  assert_int_equal(vt_settings_help(settings, &out), VATER_OK);
  assert_str_is(vt_buffer_str(&out), "  name    text     A name. Required.\n"
                                     "  count   integer  How many. Default: 3\n"
                                     "  share   number   A share. Default: 0.5\n"
                                     "  loud    boolean  Loud or not. Default: true\n"
                                     "  issuer  url      Who issues.\n"
                                     "  scopes  list     What is asked for.\n"
                                     "  extra   object   More.\n"
                                     "  key     secret   The key.\n");
  vt_buffer_fini(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(values_and_fallbacks_are_read, setup, teardown),
      cmocka_unit_test_setup_teardown(documents_are_nodes, setup, teardown),
      cmocka_unit_test_setup_teardown(a_faulty_document_has_its_own_place, setup, teardown),
      cmocka_unit_test_setup_teardown(absent_and_mistyped_reads_are_false, setup, teardown),
      cmocka_unit_test_setup_teardown(all_faults_are_listed_with_their_place, setup, teardown),
      cmocka_unit_test_setup_teardown(an_object_is_wanted, setup, teardown),
      cmocka_unit_test_setup_teardown(text_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(items_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(secrets_are_loaded_and_never_shown, setup, teardown),
      cmocka_unit_test_setup_teardown(secrets_that_cannot_be_had_are_said, setup, teardown),
      cmocka_unit_test_setup_teardown(a_worker_reads_no_secret, setup, teardown),
      cmocka_unit_test_setup_teardown(relative_secret_files_start_from_the_base, setup, teardown),
      cmocka_unit_test_setup_teardown(help_is_a_table, setup, teardown),
  };
  return cmocka_run_group_tests_name("plugin config", tests, NULL, NULL);
}

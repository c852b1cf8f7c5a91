#include "base/limits.h"
#include "plugin/copy.h"
#include "unit/plugin/rig.h"

/* Lists of the limit and one more, in structs made here. */
enum { ROOM = 300 };

static char names[ROOM][16];
static struct vater_setting settings[ROOM];
static struct vater_check checks[ROOM];
static struct vater_function functions[ROOM];
static struct vater_row_member members[ROOM];
static struct vater_head_member head[ROOM];
static const char *media_types[ROOM];

static int run_check(vater_call *call, const vater_config *with, const vater_table *rows,
                     vater_findings *findings)
{
  (void)call;
  (void)with;
  (void)rows;
  (void)findings;
  return VATER_OK;
}

static int call_function(vater_call *call, const struct vater_value *arguments, uint32_t count,
                         struct vater_value *result)
{
  (void)call;
  (void)arguments;
  (void)count;
  (void)result;
  return VATER_OK;
}

static const struct vater_check_ops check_ops = {.size = sizeof check_ops, .checks = checks};
static const struct vater_rows rows = {
    .size = sizeof rows, .at = "/rows", .members = members, .head = head};
static const struct vater_format_ops format = {
    .size = sizeof format, .syntax = "json", .media_types = media_types, .rows = &rows};

static const struct vater_plugin whole = {
    VATER_PLUGIN_HEAD,    .name = "whole",   .version = "1.0.0",  .summary = "Everything in lists.",
    .settings = settings, .format = &format, .check = &check_ops, .functions = functions,
};

/* How many entries each list has. */
struct sizes {
  uint64_t settings, checks, functions, media_types, members, head;
};

static const struct sizes one_each = {1, 1, 1, 1, 1, 1};

static void fill(struct sizes sizes)
{
  static char types[ROOM][32];
  memset(settings, 0, sizeof settings);
  memset(checks, 0, sizeof checks);
  memset(functions, 0, sizeof functions);
  memset(members, 0, sizeof members);
  memset(head, 0, sizeof head);
  memset(media_types, 0, sizeof media_types);
  for (unsigned i = 0; i < ROOM - 1; i++) {
    snprintf(names[i], sizeof names[i], "n%u", i);
    snprintf(types[i], sizeof types[i], "text/x-%u", i);
    if (i < sizes.settings)
      settings[i] = (struct vater_setting){.name = names[i], .help = "Help."};
    if (i < sizes.checks)
      checks[i] = (struct vater_check){names[i], "Summary.", NULL, run_check};
    if (i < sizes.functions)
      functions[i] = (struct vater_function){names[i], "() -> int", "Help.", call_function};
    if (i < sizes.members)
      members[i] = (struct vater_row_member){names[i], VATER_COLUMN_VALUE};
    if (i < sizes.head)
      head[i] = (struct vater_head_member){names[i], VATER_HEAD_COMMENT};
    if (i < sizes.media_types)
      media_types[i] = types[i];
  }
}

static void assert_copied(struct rig *rig, struct sizes sizes, const char *text)
{
  struct vt_plugin plugin;
  struct vt_error error = {0};
  fill(sizes);
  int status = vt_plugin_copy(&whole, "/p/whole.so", rig->arena, &plugin, &error);
  assert_string_equal(error.text, text != NULL ? text : "");
  assert_int_equal(status, text != NULL ? VATER_E_REFUSED : VATER_OK);
}

static void assert_limit(struct rig *rig, size_t member, uint64_t limit, const char *what)
{
  struct sizes sizes = one_each;
  char text[300];
  uint64_t *size = (uint64_t *)(void *)((char *)&sizes + member);
  *size = limit;
  assert_copied(rig, sizes, NULL);
  *size = limit + 1;
  snprintf(text, sizeof text,
           "'whole.so': %s has more than %llu entries, or no end (an entry whose first member is "
           "NULL)",
           what, (unsigned long long)limit);
  assert_copied(rig, sizes, text);
}

static void lists_of_the_limit_and_one_more(void **state)
{
  struct rig rig;
  (void)state;
  rig_init(&rig);
  assert_limit(&rig, offsetof(struct sizes, settings), VT_LIMIT_PLUGIN_SETTINGS, "settings");
  assert_limit(&rig, offsetof(struct sizes, checks), VT_LIMIT_PLUGIN_CHECKS, "check.checks");
  assert_limit(&rig, offsetof(struct sizes, functions), VT_LIMIT_PLUGIN_FUNCTIONS, "functions");
  assert_limit(&rig, offsetof(struct sizes, media_types), VT_LIMIT_PLUGIN_MEDIA_TYPES,
               "format.media_types");
  assert_limit(&rig, offsetof(struct sizes, members), VT_LIMIT_PLUGIN_MEMBERS,
               "format.rows.members");
  assert_limit(&rig, offsetof(struct sizes, head), VT_LIMIT_PLUGIN_MEMBERS, "format.rows.head");
  rig_fini(&rig);
}

static void empty_lists_are_refused(void **state)
{
  struct rig rig;
  struct sizes sizes = one_each;
  (void)state;
  rig_init(&rig);
  sizes.checks = 0;
  assert_copied(&rig, sizes,
                "'whole.so': the required member check.checks[0].name is NULL; set it");
  sizes = one_each;
  sizes.functions = 0;
  assert_copied(&rig, sizes, "'whole.so': the required member functions[0].name is NULL; set it");
  sizes = one_each;
  sizes.media_types = 0;
  assert_copied(&rig, sizes,
                "plugin 'whole': the list of 'format.media_types' is not right; wanted: at least "
                "one media type");
  rig_fini(&rig);
}

static void text_of_the_limit_and_one_more(void **state)
{
  struct rig rig;
  static char text[2000];
  struct vt_plugin plugin;
  struct vater_plugin theirs = whole;
  (void)state;
  rig_init(&rig);
  fill(one_each);
  theirs.summary = text;
  memset(text, 's', VT_LIMIT_PLUGIN_TEXT_BYTES);
  assert_int_equal(vt_plugin_copy(&theirs, "w.so", rig.arena, &plugin, &rig.error), VATER_OK);
  assert_string_equal(plugin.info.summary, text);
  text[VT_LIMIT_PLUGIN_TEXT_BYTES] = 's';
  assert_int_equal(vt_plugin_copy(&theirs, "w.so", rig.arena, &plugin, &rig.error),
                   VATER_E_REFUSED);
  assert_string_equal(rig.error.text,
                      "'w.so': summary is not one line of UTF-8 of at most 1000 bytes");
  vt_error_clear(&rig.error);
  theirs.summary = "two\nlines";
  assert_int_equal(vt_plugin_copy(&theirs, "w.so", rig.arena, &plugin, NULL), VATER_E_REFUSED);
  theirs.summary = "\xff";
  assert_int_equal(vt_plugin_copy(&theirs, "w.so", rig.arena, &plugin, NULL), VATER_E_REFUSED);
  rig_fini(&rig);
}

static void columns_and_fields_are_checked(void **state)
{
  struct rig rig;
  struct vt_plugin plugin;
  (void)state;
  rig_init(&rig);
  fill(one_each);
  members[0].column = VATER_COLUMN_COUNT;
  assert_int_equal(vt_plugin_copy(&whole, "w.so", rig.arena, &plugin, &rig.error), VATER_E_REFUSED);
  assert_string_equal(rig.error.text,
                      "'w.so': the row member 'n0' fills column 21, which there is not");
  vt_error_clear(&rig.error);
  fill(one_each);
  head[0].field = VATER_HEAD_NONE;
  assert_int_equal(vt_plugin_copy(&whole, "w.so", rig.arena, &plugin, &rig.error), VATER_E_REFUSED);
  assert_string_equal(rig.error.text,
                      "'w.so': the head member 'n0' fills field 0, which there is not");
  rig_fini(&rig);
}

/* The copy is whole: nothing of it points into the plugin. */
static void copy_survives_its_original(void **state)
{
  struct rig rig;
  struct vt_plugin plugin;
  (void)state;
  rig_init(&rig);
  fill(one_each);
  assert_int_equal(vt_plugin_copy(&whole, "w.so", rig.arena, &plugin, NULL), VATER_OK);
  fill((struct sizes){0, 0, 0, 0, 0, 0});
  memset(names, 'z', sizeof names);
  assert_string_equal(plugin.info.settings[0].name, "n0");
  assert_string_equal(plugin.checks[0].name, "n0");
  assert_string_equal(plugin.functions[0].name, "n0");
  assert_string_equal(plugin.format->rows->members[0].member, "n0");
  assert_string_equal(plugin.format->rows->head[0].member, "n0");
  assert_string_equal(plugin.format->media_types[0], "text/x-0");
  assert_null(plugin.format->media_types[1]);
  rig_fini(&rig);
}

/* ---- each allocation that fails -------------------------------------------------------------- */

struct scarce {
  struct vt_allocator real;
  int left;
};

static void *resize(void *context, void *pointer, size_t size)
{
  struct scarce *scarce = context;
  if (size > 0 && scarce->left-- <= 0)
    return NULL;
  return scarce->real.resize(scarce->real.context, pointer, size);
}

static void failing_memory_is_said(void **state)
{
  int status = VATER_E_NOMEM;
  (void)state;
  fill(one_each);
  for (int left = 0; status == VATER_E_NOMEM; left++) {
    struct scarce scarce = {vt_allocator_real(), left};
    struct vt_allocator allocator = {resize, &scarce};
    struct vt_error error = {0};
    struct vt_plugin plugin;
    struct vt_arena *arena = vt_arena_new(&allocator, 0);
    assert_true(left < 100);
    if (arena == NULL)
      continue;
    status = vt_plugin_copy(&whole, "w.so", arena, &plugin, &error);
    assert_int_equal(error.status, status);
    vt_arena_free(arena);
  }
  assert_int_equal(status, VATER_OK);
}

static void every_small_arena_is_survived(void **state)
{
  struct vt_allocator allocator = vt_allocator_real();
  int status = VATER_E_NOMEM;
  (void)state;
  fill(one_each);
  for (size_t limit = 1; status == VATER_E_NOMEM; limit += 8) {
    struct vt_plugin plugin;
    struct vt_arena *arena = vt_arena_new(&allocator, limit);
    assert_true(limit < 100000);
    status = vt_plugin_copy(&whole, "w.so", arena, &plugin, NULL);
    vt_arena_free(arena);
  }
  assert_int_equal(status, VATER_OK);
}

static const char settings_text[] =
    "{\"n0\": \"a\", \"n1\": \"b\", \"n2\": \"c\", \"n3\": \"d\", \"n4\": \"e\"}";

static void settings_survive_every_small_arena(void **state)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_config_origin origin = {.owner = "plugin 'test'", .pointer = ""};
  json_t *object = json_loads(settings_text, 0, NULL);
  int status = VATER_E_NOMEM;
  struct sizes sizes = one_each;
  (void)state;
  sizes.settings = 5;
  fill(sizes);
  for (size_t limit = 1; status == VATER_E_NOMEM; limit += 8) {
    struct vt_diagnostics diagnostics;
    vater_config *config;
    struct vt_arena *arena = vt_arena_new(&allocator, limit);
    assert_true(limit < 100000);
    vt_diagnostics_init(&diagnostics, arena);
    status = vt_config_parse(settings, object, &origin, arena, &diagnostics, &config);
    assert_int_equal(config != NULL, status == VATER_OK);
    vt_config_free(config);
    vt_arena_free(arena);
  }
  assert_int_equal(status, VATER_OK);
  json_decref(object);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lists_of_the_limit_and_one_more),
      cmocka_unit_test(empty_lists_are_refused),
      cmocka_unit_test(text_of_the_limit_and_one_more),
      cmocka_unit_test(columns_and_fields_are_checked),
      cmocka_unit_test(copy_survives_its_original),
      cmocka_unit_test(failing_memory_is_said),
      cmocka_unit_test(every_small_arena_is_survived),
      cmocka_unit_test(settings_survive_every_small_arena),
  };
  return cmocka_run_group_tests_name("plugin copy", tests, NULL, NULL);
}

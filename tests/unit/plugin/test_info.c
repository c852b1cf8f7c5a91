#include "base/limits.h"
#include "plugin/copy.h"
#include "unit/plugin/rig.h"

static const struct vater_setting settings[] = {
    {"act", VATER_SETTING_TEXT, true, false, NULL, "What to do."},
    {"level", VATER_SETTING_INTEGER, false, false, "3", "How much \"so\"."},
    {"key", VATER_SETTING_TEXT, false, true, NULL, "The key."},
    {NULL, 0, false, false, NULL, NULL},
};
static const struct vater_setting none[] = {{NULL, 0, false, false, NULL, NULL}};
static const char *const media_types[] = {"application/json", "text/csv", NULL};
static const struct vt_check_info checks[] = {{"small", "Small cells.", settings}};
static const struct vt_function_info functions[] = {
    {"isOdd", "(int) -> bool", "Odd."}, {"join", "(string, string) -> string", "Joined."}};

static const struct vt_plugin_info full = {
    .path = "/p/\303\246.so",
    .name = "full",
    .version = "1.2.3-rc.1",
    .summary = "Everything.",
    .abi_minor = 4,
    .capabilities =
        VT_CAPABILITY_SOURCE | VT_CAPABILITY_FORMAT | VT_CAPABILITY_CHECK | VT_CAPABILITY_FUNCTION,
    .settings = settings,
    .format = {.syntax = "json",
               .media_types = media_types,
               .schema = "x.schema.json",
               .rows_at = "/rows"},
    .checks = checks,
    .check_count = 1,
    .functions = functions,
    .function_count = 2,
};
static const struct vt_plugin_info small = {.path = "b.so",
                                            .name = "small",
                                            .version = "0.1.0",
                                            .summary = "Little.",
                                            .capabilities = VT_CAPABILITY_AUTH,
                                            .settings = none};

static void write_infos(struct rig *rig, struct vt_buffer *out)
{
  struct vt_plugin_info items[] = {full, small};
  struct vt_plugin_infos infos = {items, 2};
  vt_buffer_init(out, &rig->environment.allocator, VT_LIMIT_PLUGIN_INFO_BYTES);
  assert_int_equal(vt_plugin_infos_write(&infos, out), VATER_OK);
}

static void assert_settings_equal(const struct vater_setting *a, const struct vater_setting *b)
{
  for (; b->name != NULL; a++, b++) {
    assert_string_equal(a->name, b->name);
    assert_int_equal(a->type, b->type);
    assert_int_equal(a->required, b->required);
    assert_int_equal(a->secret, b->secret);
    assert_string_equal(a->help, b->help);
    if (b->fallback != NULL)
      assert_string_equal(a->fallback, b->fallback);
    else
      assert_null(a->fallback);
  }
  assert_null(a->name);
}

static void what_is_written_is_read_back(void **state)
{
  struct rig rig;
  struct vt_buffer text, again;
  struct vt_plugin_infos infos;
  (void)state;
  rig_init(&rig);
  write_infos(&rig, &text);
  if (vt_plugin_infos_parse(vt_buffer_str(&text), rig.arena, &infos, &rig.error) != VATER_OK)
    fail_msg("%s", rig.error.text);
  assert_int_equal(infos.count, 2);
  const struct vt_plugin_info *found = vt_plugin_info_find(&infos, VT_STR("full"));
  assert_non_null(found);
  assert_string_equal(found->path, full.path);
  assert_string_equal(found->version, full.version);
  assert_int_equal(found->abi_minor, 4);
  assert_int_equal(found->capabilities, full.capabilities);
  assert_settings_equal(found->settings, settings);
  assert_string_equal(found->format.media_types[1], "text/csv");
  assert_null(found->format.media_types[2]);
  assert_string_equal(found->format.rows_at, "/rows");
  assert_settings_equal(found->checks[0].settings, settings);
  assert_string_equal(found->functions[1].signature, "(string, string) -> string");
  assert_null(vt_plugin_info_find(&infos, VT_STR("ful")));
  vt_buffer_init(&again, &rig.environment.allocator, VT_LIMIT_PLUGIN_INFO_BYTES);
  assert_int_equal(vt_plugin_infos_write(&infos, &again), VATER_OK);
  assert_true(vt_str_equal(vt_buffer_str(&again), vt_buffer_str(&text)));
  vt_buffer_fini(&again);
  vt_buffer_fini(&text);
  rig_fini(&rig);
}

/* Each cut, and each byte changed, is refused or read: never a crash, never half. */
static void damaged_descriptions_are_refused(void **state)
{
  struct rig rig;
  struct vt_buffer text;
  struct vt_plugin_infos infos;
  (void)state;
  rig_init(&rig);
  write_infos(&rig, &text);
  struct vt_arena_mark mark = vt_arena_mark(rig.arena);
  for (size_t cut = 0; cut < text.len; cut += 7) {
    struct vater_str part = {text.bytes, cut};
    assert_int_equal(vt_plugin_infos_parse(part, rig.arena, &infos, NULL), VATER_E_BUG);
    assert_int_equal(infos.count, 0);
    vt_arena_rewind(rig.arena, mark);
  }
  for (size_t at = 0; at < text.len; at++) {
    char was = text.bytes[at];
    text.bytes[at] = (char)(was ^ 0x15);
    int status = vt_plugin_infos_parse(vt_buffer_str(&text), rig.arena, &infos, NULL);
    assert_true(status == VATER_OK || infos.count == 0);
    text.bytes[at] = was;
    vt_arena_rewind(rig.arena, mark);
  }
  vt_buffer_fini(&text);
  rig_fini(&rig);
}

static void descriptions_of_the_limit_and_one_more(void **state)
{
  struct rig rig;
  struct vt_buffer text;
  struct vt_plugin_infos infos;
  (void)state;
  rig_init(&rig);
  write_infos(&rig, &text);
  size_t room = VT_LIMIT_PLUGIN_INFO_BYTES + 1;
  char *padded = malloc(room);
  memset(padded, ' ', room);
  memcpy(padded, text.bytes, text.len);
  struct vater_str whole = {padded, room - 1};
  assert_int_equal(vt_plugin_infos_parse(whole, rig.arena, &infos, NULL), VATER_OK);
  whole.len++;
  assert_int_equal(vt_plugin_infos_parse(whole, rig.arena, &infos, &rig.error), VATER_E_BUG);
  assert_string_equal(rig.error.code, "PLUG-PROTO");
  free(padded);
  vt_buffer_fini(&text);
  rig_fini(&rig);
}

static void assert_refused(struct vt_plugin_info info, const char *text)
{
  struct vt_error error = {0};
  assert_int_equal(vt_plugin_info_check(&info, &error), VATER_E_REFUSED);
  assert_string_equal(error.code, "PLUG-ABI");
  assert_string_equal(error.text, text);
}

static void odd_descriptions_are_refused(void **state)
{
  struct vt_plugin_info info = full;
  (void)state;
  assert_int_equal(vt_plugin_info_check(&full, NULL), VATER_OK);
  info.name = "a.b";
  assert_refused(info, "plugin 'a.b': the name 'a.b' is not right; wanted: a lower-case letter, "
                       "then letters, digits, '_', at most 32");
  info = full;
  info.version = "1.2";
  assert_refused(info,
                 "plugin 'full': the version '1.2' is not right; wanted: three numbers, as in "
                 "\"1.0.0\" or \"1.0.0-rc.1\"");
  info = full;
  info.format.syntax = "xml";
  assert_refused(info, "plugin 'full': the format's syntax 'xml' is not right; wanted: json, csv, "
                       "json or csv, bytes");
  info = full;
  info.format.schema = "../x.json";
  assert_refused(info,
                 "plugin 'full': the format's schema '../x.json' is not right; wanted: a file "
                 "name without a folder");
  static const char *const bad_types[] = {"Application/JSON", NULL};
  info = full;
  info.format.media_types = bad_types;
  assert_refused(info, "plugin 'full': the media type 'Application/JSON' is not right; wanted: "
                       "lower-case type/subtype without parameters (RFC 6838)");
  struct vt_check_info twice[] = {checks[0], checks[0]};
  info = full;
  info.checks = twice;
  info.check_count = 2;
  assert_refused(info, "plugin 'full': the check 'small' is not right; wanted: each name once");
}

static void signatures_are_checked(void **state)
{
  static const struct {
    const char *signature;
    bool fits;
  } cases[] = {
      {"() -> bool", true},
      {"(int) -> bool", true},
      {"(int, string) -> double", true},
      {"int -> bool", false},
      {"(int,string) -> bool", false},
      {"(int) bool", false},
      {"(int, ) -> bool", false},
      {"(int) -> ", false},
      {"(int) -> bool ", false},
      {"", false},
      {"(", false},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct vt_function_info one = {"f", cases[i].signature, "Help."};
    struct vt_plugin_info info = small;
    info.functions = &one;
    info.function_count = 1;
    assert_int_equal(vt_plugin_info_check(&info, NULL), cases[i].fits ? VATER_OK : VATER_E_REFUSED);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read_back),
      cmocka_unit_test(damaged_descriptions_are_refused),
      cmocka_unit_test(descriptions_of_the_limit_and_one_more),
      cmocka_unit_test(odd_descriptions_are_refused),
      cmocka_unit_test(signatures_are_checked),
  };
  return cmocka_run_group_tests_name("plugin info", tests, NULL, NULL);
}

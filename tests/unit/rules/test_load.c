#include "pack.h"

#include "rules/review.h"

#include <jansson.h>

#include "plugin/registry.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PACK(name, use, rules)                                                      \
  "{\"pack\":\"" name "\",\"version\":\"1\",\"title\":" TEXTS("P") ",\"use\":[" use \
                                                                   "],\"rules\":[" rules "]}"
#define ANY(code)                                                                              \
  "{\"code\":\"" code "\",\"appliesTo\":[\"*\"],\"message\":" TEXTS("m") ",\"remedy\":" TEXTS( \
      "r") ",\"reference\":\"t\",\"examples\":{}" OBSERVATION SKIP ",\"assert\":\"true\"}"

enum { PATH_ROOM = 256 };

struct folder {
  char path[PATH_ROOM - 64];
  struct bundle bundle;
  const struct vt_registry *plugins; /* NULL: none */
};

static void folder_begin(struct folder *folder)
{
  memset(folder, 0, sizeof *folder);
  snprintf(folder->path, sizeof folder->path, "/tmp/vater-rules-XXXXXX");
  assert_non_null(mkdtemp(folder->path));
}

static void folder_write(const struct folder *folder, const char *name, const char *text)
{
  char path[PATH_ROOM];
  snprintf(path, sizeof path, "%s/%s", folder->path, name);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  fclose(file);
  assert_int_equal(chmod(path, 0644), 0);
}

static void folder_end(struct folder *folder)
{
  char command[PATH_ROOM];
  bundle_free(&folder->bundle);
  snprintf(command, sizeof command, "rm -r '%s'", folder->path);
  if (strncmp(folder->path, "/tmp/vater-rules-", 17) == 0)
    assert_int_equal(system(command), 0);
}

static int folder_load(struct folder *folder, bool trusted)
{
  struct bundle *bundle = &folder->bundle;
  bundle->environment = vt_environment_real();
  bundle->arena = vt_arena_new(&bundle->environment.allocator, 0);
  vt_diagnostics_init(&bundle->diagnostics, bundle->arena);
  const struct vt_rules_options options = {.environment = &bundle->environment,
                                           .directory = folder->path,
                                           .plugins = folder->plugins,
                                           .trusted = trusted};
  return vt_rules_load(&options, &bundle->rules, &bundle->diagnostics);
}

static void expect_told(struct folder *folder, const char *text)
{
  const char *told = bundle_diagnostics(&folder->bundle);
  if (strstr(told, text) == NULL)
    fail_msg("not told '%s' but:\n%s", text, told);
}

static void test_use(void **state)
{
  (void)state;
  struct folder folder;
  folder_begin(&folder);
  folder_write(&folder, "b.json", PACK("b", "", ANY("B-001")));
  folder_write(&folder, "a.json", PACK("a", "\"b.json\"", ANY("A-001")));
  folder_write(&folder, "calendar.json", "not a pack");
  int status = folder_load(&folder, true);
  if (status != VATER_OK)
    fail_msg("%s", bundle_diagnostics(&folder.bundle));
  assert_int_equal(vt_rules_count(folder.bundle.rules), 2);
  assert_true(vt_str_is(vt_rules_info(folder.bundle.rules, 0)->code, "B-001"));
  assert_true(vt_str_is(vt_rules_info(folder.bundle.rules, 1)->code, "A-001"));
  assert_int_equal(vt_rules_file_count(folder.bundle.rules), 2);
  assert_true(vt_str_is(vt_rules_file(folder.bundle.rules, 0)->name, "a.json"));
  folder_end(&folder);
}

/* R04: the bundle is what was read; files that change afterwards change nothing. */
static void test_R04_files_change_after_the_load(void **state)
{
  (void)state;
  struct folder folder;
  static const char text[] = PACK("a", "", ANY("A-001"));
  folder_begin(&folder);
  folder_write(&folder, "a.json", text);
  assert_int_equal(folder_load(&folder, false), VATER_OK);
  folder_write(&folder, "a.json", "{");
  const struct vt_rules_file *file = vt_rules_file(folder.bundle.rules, 0);
  assert_true(vt_str_is(file->bytes, text));
  assert_true(vt_str_is(vt_rules_find(folder.bundle.rules, VT_STR("A-001"))->message[2], "m"));
  struct bundle again = {0};
  assert_int_equal(bundle_load_files(&again, file, 1), VATER_OK);
  assert_int_equal(vt_rules_count(again.rules), 1);
  bundle_free(&again);
  folder_end(&folder);
}

/* R05 */
static void test_R05_use_outside_the_folder(void **state)
{
  (void)state;
  static const char *const names[] = {"../a.json", "/etc/passwd", "x/../../a.json",
                                      "./b.json",  "x//b.json",   ""};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct folder folder;
    char text[1024];
    folder_begin(&folder);
    snprintf(text, sizeof text, PACK("a", "\"%s\"", ANY("A-001")), names[i]);
    folder_write(&folder, "a.json", text);
    assert_int_equal(folder_load(&folder, false), VATER_E_RULE);
    expect_told(&folder, "OPS-PERM");
    expect_told(&folder, "is outside the folder of the rules");
    folder_end(&folder);
  }
}

/* R05 */
static void test_R05_symbolic_link(void **state)
{
  (void)state;
  struct folder folder;
  char path[PATH_ROOM];
  folder_begin(&folder);
  folder_write(&folder, "a.json", PACK("a", "\"lists/b.json\"", ANY("A-001")));
  snprintf(path, sizeof path, "%s/lists", folder.path);
  assert_int_equal(symlink(folder.path, path), 0);
  assert_int_equal(folder_load(&folder, false), VATER_E_RULE);
  expect_told(&folder, "OPS-PERM");
  expect_told(&folder, "lists' is a symbolic link");
  folder_end(&folder);
}

/* R05 */
static void test_R05_writable_by_others(void **state)
{
  (void)state;
  struct folder folder;
  char path[PATH_ROOM];
  folder_begin(&folder);
  folder_write(&folder, "a.json", PACK("a", "", ANY("A-001")));
  snprintf(path, sizeof path, "%s/a.json", folder.path);
  assert_int_equal(chmod(path, 0666), 0);
  assert_int_equal(folder_load(&folder, true), VATER_E_RULE);
  expect_told(&folder, "OPS-PERM");
  bundle_free(&folder.bundle);
  memset(&folder.bundle, 0, sizeof folder.bundle);
  assert_int_equal(folder_load(&folder, false), VATER_OK);
  folder_end(&folder);
}

static void test_file_is_absent(void **state)
{
  (void)state;
  struct folder folder;
  folder_begin(&folder);
  folder_write(&folder, "a.json", PACK("a", "\"gone.json\"", ANY("A-001")));
  assert_int_equal(folder_load(&folder, false), VATER_E_RULE);
  expect_told(&folder, "RULE-LOAD");
  expect_told(&folder, "gone.json");
  assert_int_equal(folder.bundle.diagnostics.errors, 1);
  folder_end(&folder);
}

/* Limit RULE_FILE_BYTES at n and n + 1. */
static void test_R06_limit_of_file_bytes(void **state)
{
  (void)state;
  static const char text[] = PACK("a", "", ANY("A-001"));
  char *padded = malloc(VT_LIMIT_RULE_FILE_BYTES + 2);
  assert_non_null(padded);
  for (int over = 0; over < 2; over++) {
    struct folder folder;
    size_t size = (size_t)VT_LIMIT_RULE_FILE_BYTES + (size_t)over;
    memset(padded, ' ', size);
    memcpy(padded, text, sizeof text - 1);
    padded[size] = '\0';
    folder_begin(&folder);
    folder_write(&folder, "a.json", padded);
    assert_int_equal(folder_load(&folder, false), over ? VATER_E_RULE : VATER_OK);
    if (over)
      expect_told(&folder, "RULE-LIMIT");
    folder_end(&folder);
  }
  free(padded);
}

/* Limit RULES at n and n + 1. */
static void test_R06_limit_of_rules(void **state)
{
  (void)state;
  size_t room = (VT_LIMIT_RULES + 2) * (sizeof ANY("A-000000") + 1) + 1000;
  char *text = malloc(room);
  assert_non_null(text);
  for (uint32_t over = 0; over < 2; over++) {
    size_t len = (size_t)snprintf(text, room, "%.*s", (int)(sizeof PACK("a", "", "") - 3),
                                  PACK("a", "", ""));
    for (uint32_t i = 0; i < VT_LIMIT_RULES + over; i++)
      len += (size_t)snprintf(text + len, room - len, "%s" ANY("A-%06u"), i == 0 ? "" : ",", i);
    len += (size_t)snprintf(text + len, room - len, "]}");
    struct bundle bundle = {0};
    const struct vt_rules_file file = {VT_STR("a.json"), {text, len}};
    assert_int_equal(bundle_load_files(&bundle, &file, 1), over ? VATER_E_RULE : VATER_OK);
    if (over)
      assert_non_null(strstr(bundle_diagnostics(&bundle), "(limit RULES)"));
    else
      assert_int_equal(vt_rules_count(bundle.rules), VT_LIMIT_RULES);
    bundle_free(&bundle);
  }
  free(text);
}

/* Those that rules of ours name checks and functions of. */
static void load_plugins(struct vt_registry *registry, const struct vt_environment *environment,
                         struct vt_arena *arena)
{
  static const char *const names[] = {"consistency", "disclosure", "norway"};
  struct vt_error error = {0};
  assert_int_equal(vt_registry_init(registry, environment, arena, NULL), VATER_OK);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    char path[PATH_ROOM];
    snprintf(path, sizeof path, "%s/lib/vater/plugins/%s.so", VATER_BUILD_DIR, names[i]);
    if (vt_registry_load(registry, path, NULL, NULL, &error) != VATER_OK)
      fail_msg("%s", error.text);
  }
}

/* What the strategy ties its goals to of the United Nations' seventeen. */
static void is_tied(const struct vt_rules *rules, uint32_t index, int goal)
{
  static const int tied[6][4] = {{0},       {3, 9, 10, 13}, {3, 9, 10, 13}, {3, 9, 12, 13},
                                 {3, 9, 0}, {3, 9, 17}};
  const json_t *sdg = json_object_get(vt_rules_indicator_json(rules, index), "sdg");
  size_t wanted = 0;
  while (wanted < 4 && tied[goal][wanted] != 0)
    wanted++;
  assert_int_equal(json_array_size(sdg), wanted);
  for (size_t i = 0; i < wanted; i++)
    assert_int_equal(json_integer_value(json_array_get(sdg, i)), tied[goal][i]);
}

enum { EVERY_SCOPE = 15 };

/* The packs of this project load, with nothing to say about them. */
static void test_own_packs(void **state)
{
  (void)state;
  struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  struct vt_registry plugins;
  load_plugins(&plugins, &environment, arena);
  struct folder folder = {.plugins = &plugins};
  snprintf(folder.path, sizeof folder.path, "%s/rules", VATER_SOURCE_DIR);
  if (folder_load(&folder, false) != VATER_OK || folder.bundle.diagnostics.warnings > 0)
    fail_msg("%s", bundle_diagnostics(&folder.bundle));
  const struct vt_rules *rules = folder.bundle.rules;
  uint32_t goals[6] = {0};
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules); i++) {
    const struct vt_indicator_info *indicator = vt_rules_indicator(rules, i);
    uint32_t own = 0;
    unsigned scopes = 0;
    for (uint32_t n = 0; n < vt_rules_count(rules); n++) {
      const struct vt_rule_info *rule = vt_rules_info(rules, n);
      for (uint32_t k = 0; k < rule->applies_count; k++)
        if (vt_str_equal(rule->applies_to[k], indicator->id)) {
          own++;
          scopes |= 1u << rule->scope;
        }
    }
    is_tied(rules, i, indicator->goal);
    if (indicator->state == VT_INDICATOR_ADOPTED && scopes != EVERY_SCOPE)
      fail_msg("%.*s has no rule of one of the four scopes", VT_STR_ARGS(indicator->id));
    assert_true(own >= (indicator->state == VT_INDICATOR_ADOPTED ? 4 : 2));
    assert_in_range(indicator->goal, 1, 5);
    goals[indicator->goal]++;
  }
  for (int goal = 1; goal <= 5; goal++)
    assert_true(goals[goal] >= 2);
  bundle_free(&folder.bundle);
  vt_registry_fini(&plugins);
  vt_arena_free(arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_use),
      cmocka_unit_test(test_R04_files_change_after_the_load),
      cmocka_unit_test(test_R05_use_outside_the_folder),
      cmocka_unit_test(test_R05_symbolic_link),
      cmocka_unit_test(test_R05_writable_by_others),
      cmocka_unit_test(test_file_is_absent),
      cmocka_unit_test(test_R06_limit_of_file_bytes),
      cmocka_unit_test(test_R06_limit_of_rules),
      cmocka_unit_test(test_own_packs),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/plugin/rig.h"

#include <signal.h>
#include <sys/wait.h>

static const char *hostile(const char *name, char *out, size_t size)
{
  snprintf(out, size, "%s/hostile-plugins/%s/%s.so", VATER_BUILD_DIR, name, name);
  return out;
}

static void assert_not_loaded(const char *name, const char *code, const char *text)
{
  struct rig rig;
  char path[600];
  const struct vt_plugin *plugin;
  rig_init(&rig);
  assert_true(vt_registry_load(&rig.registry, hostile(name, path, sizeof path), NULL, &plugin,
                               &rig.error) < 0);
  assert_string_equal(rig.error.text, text);
  assert_string_equal(rig.error.code, code);
  assert_string_equal(rig.error.source, path);
  assert_null(plugin);
  assert_int_equal(rig.registry.count, 0);
  rig_fini(&rig);
}

static void g01_structs_are_checked(void **state)
{
  (void)state;
  assert_not_loaded("broken_major_in_struct", "PLUG-ABI",
                    "'broken_major_in_struct.so' is built for ABI 2.0; wanted: 1.x; build it "
                    "against this version's vater/plugin.h");
  assert_not_loaded("broken_short_struct", "PLUG-ABI",
                    "'broken_short_struct.so': plugin.size is 24; wanted: 32 to 65536 bytes in "
                    "whole members; set it to sizeof and build against vater/plugin.h");
  assert_not_loaded("broken_huge_struct", "PLUG-ABI",
                    "'broken_huge_struct.so': plugin.size is 4294967295; wanted: 32 to 65536 bytes "
                    "in whole members; set it to sizeof and build against vater/plugin.h");
  assert_not_loaded("broken_short_table", "PLUG-ABI",
                    "'broken_short_table.so': source.size is 8; wanted: 32 to 65536 bytes in whole "
                    "members; set it to sizeof and build against vater/plugin.h");
  assert_not_loaded("broken_null_struct", "PLUG-ABI",
                    "'broken_null_struct.so': vater_plugin_1() returned NULL; wanted: the plugin's "
                    "struct");
  assert_not_loaded("broken_missing_member", "PLUG-ABI",
                    "'broken_missing_member.so': the required member source.first is NULL; set it");
  assert_not_loaded("broken_nothing_offered", "PLUG-ABI",
                    "plugin 'broken' offers nothing; wanted: at least one of source, auth, format, "
                    "check, functions");
}

static void g01_texts_are_checked(void **state)
{
  (void)state;
  assert_not_loaded("broken_null_name", "PLUG-ABI",
                    "'broken_null_name.so': the required member name is NULL; set it");
  assert_not_loaded("broken_odd_name", "PLUG-ABI",
                    "plugin 'Odd Name': the name 'Odd Name' is not right; wanted: a lower-case "
                    "letter, then letters, digits, '_', at most 32");
  assert_not_loaded("broken_version", "PLUG-ABI",
                    "plugin 'broken': the version 'latest' is not right; wanted: three numbers, as "
                    "in \"1.0.0\" or \"1.0.0-rc.1\"");
  assert_not_loaded("broken_setting", "PLUG-ABI",
                    "plugin 'broken': the fallback of setting 'limit' is not right; wanted: a text "
                    "of its type, on a setting that is not required; none on lists and objects");
  assert_not_loaded("broken_secret", "PLUG-ABI",
                    "plugin 'broken': the secret setting 'key' is not right; wanted: type text and "
                    "no fallback");
  assert_not_loaded("broken_function", "PLUG-ABI",
                    "plugin 'broken': the signature 'string -> bool' is not right; wanted: CEL "
                    "types as in \"(string, int) -> bool\"");
}

static void g01_each_name_once(void **state)
{
  struct rig rig;
  char first[600], second[600], wanted[900];
  (void)state;
  rig_init(&rig);
  hostile("broken_twin_a", first, sizeof first);
  hostile("broken_twin_b", second, sizeof second);
  assert_int_equal(vt_registry_load(&rig.registry, first, NULL, NULL, &rig.error), VATER_OK);
  assert_int_equal(vt_registry_load(&rig.registry, second, NULL, NULL, &rig.error),
                   VATER_E_REFUSED);
  snprintf(wanted, sizeof wanted,
           "'broken_twin_b.so' calls itself 'twin', as '%s' does; wanted: each name once; remove "
           "one of them",
           first);
  assert_string_equal(rig.error.text, wanted);
  assert_int_equal(rig.registry.count, 1);
  rig_fini(&rig);
}

static void g03_load_that_fails(void **state)
{
  (void)state;
  assert_not_loaded("broken_load_fails", "PLUG-LOAD",
                    "'broken_load_fails.so': its load() returned -4; wanted: 0; see the plugin's "
                    "README");
}

/* ---- probe: nothing of the file runs here ---------------------------------------------------- */

static void assert_probe_refuses(const char *name, const char *text)
{
  struct rig rig;
  struct vt_plugin_info info;
  char path[600];
  rig_init(&rig);
  rig.environment = vt_environment_real();
  assert_true(vt_plugin_probe(&rig.environment, hostile(name, path, sizeof path), 500, rig.arena,
                              &info, &rig.error) < 0);
  assert_string_equal(rig.error.text, text);
  assert_string_equal(rig.error.code, "PLUG-LOAD");
  assert_null(info.name);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
  rig_fini(&rig);
}

static void g03_constructors_hurt_only_the_probe(void **state)
{
  (void)state;
  assert_probe_refuses("broken_constructor_exit",
                       "'broken_constructor_exit.so' ended the process that loaded it (exit status "
                       "0); mend it or take it out of the folder");
  assert_probe_refuses("broken_constructor_fork",
                       "'broken_constructor_fork.so': its constructor forked; plugins start no "
                       "processes; take the file out of the folder");
  assert_probe_refuses("broken_constructor_thread",
                       "'broken_constructor_thread.so': its constructor started a thread; plugins "
                       "start none; take the file out of the folder");
  assert_probe_refuses(
      "broken_constructor_sleep",
      "'broken_constructor_sleep.so' was not loaded within 500 ms; mend it or take "
      "it out of the folder");
}

static void g03_crashes_hurt_only_the_probe(void **state)
{
  (void)state;
  assert_probe_refuses("broken_constructor_crash",
                       "'broken_constructor_crash.so' crashed while it was loaded (signal 11, "
                       "Segmentation fault); mend it or take it out of the folder");
  assert_probe_refuses(
      "broken_load_crash",
      "'broken_load_crash.so' crashed while it was loaded (signal 6, Aborted); mend "
      "it or take it out of the folder");
}

static void probe_brings_back_the_description(void **state)
{
  struct rig rig;
  struct vt_plugin_info info;
  char path[600];
  (void)state;
  rig_init(&rig);
  rig.environment = vt_environment_real();
  assert_int_equal(vt_plugin_probe(&rig.environment, hostile("hostile", path, sizeof path), 5000,
                                   rig.arena, &info, &rig.error),
                   VATER_OK);
  assert_string_equal(info.name, "hostile");
  assert_string_equal(info.path, path);
  assert_int_equal(info.check_count, 1);
  assert_string_equal(info.functions[0].signature, "(string) -> string");
  rig_fini(&rig);
}

/* ---- what a registry answers ---------------------------------------------------------------- */

struct watched {
  char seen[2][600];
  int count;
};

static void note(void *context, const char *path)
{
  struct watched *watched = context;
  assert_true(watched->count < 2);
  snprintf(watched->seen[watched->count++], sizeof *watched->seen, "%s", path != NULL ? path : "");
}

static void registry_finds_by_name_check_and_type(void **state)
{
  struct rig rig;
  struct watched watched = {.count = 0};
  struct vt_plugin_watch watch = {note, &watched};
  struct vt_plugin_infos infos;
  const struct vt_plugin *plugin, *owner = NULL;
  char path[600];
  (void)state;
  rig_init(&rig);
  rig_load(&rig, "http");
  assert_int_equal(vt_registry_load(&rig.registry, hostile("hostile", path, sizeof path), &watch,
                                    &plugin, &rig.error),
                   VATER_OK);
  assert_int_equal(watched.count, 2);
  assert_string_equal(watched.seen[0], path);
  assert_string_equal(watched.seen[1], "");
  assert_ptr_equal(vt_registry_find(&rig.registry, VT_STR("hostile")), plugin);
  assert_null(vt_registry_find(&rig.registry, VT_STR("host")));
  const struct vater_check *check = vt_registry_check(&rig.registry, VT_STR("hostile.act"), &owner);
  assert_ptr_equal(owner, plugin);
  assert_string_equal(check->name, "act");
  assert_null(vt_registry_check(&rig.registry, VT_STR("hostile.acts"), NULL));
  assert_null(vt_registry_check(&rig.registry, VT_STR("hostile"), NULL));
  assert_ptr_equal(vt_registry_format(&rig.registry, VT_STR("application/vnd.vater.hostile")),
                   plugin);
  assert_int_equal(vt_registry_infos(&rig.registry, &infos), VATER_OK);
  assert_int_equal(infos.count, 2);
  assert_string_equal(infos.items[0].name, "http");
  assert_int_equal(infos.items[0].capabilities, VT_CAPABILITY_SOURCE);
  assert_int_equal(infos.items[1].capabilities,
                   VT_CAPABILITY_FORMAT | VT_CAPABILITY_CHECK | VT_CAPABILITY_FUNCTION);
  rig_fini(&rig);
}

static void load_all_goes_on_past_bad_ones(void **state)
{
  struct rig rig;
  char path[3][600];
  const char *paths[3];
  static const char *const names[] = {"hostile", "broken_version", "broken_twin_a"};
  (void)state;
  rig_init(&rig);
  for (int i = 0; i < 3; i++)
    paths[i] = hostile(names[i], path[i], sizeof path[i]);
  struct vt_plugin_files files = {paths, 3};
  assert_int_equal(vt_registry_load_all(&rig.registry, &files, NULL, &rig.diagnostics), VATER_OK);
  assert_int_equal(rig.registry.count, 2);
  assert_int_equal(rig.diagnostics.errors, 1);
  assert_string_equal(rig.diagnostics.items[0].error.source, path[1]);
  rig_fini(&rig);
}

/* The hostile plugin's README has each act of the one list. */
static void hostile_acts_are_documented(void **state)
{
  static const char *const rows[] = {
#define ACT(name, kind, what) "| `" #name "` | " #kind " | " what " |\n",
#include "hostile/plugins/acts.def"
#undef ACT
  };
  static char readme[64 * 1024];
  (void)state;
  FILE *file = fopen(VATER_SOURCE_DIR "/tests/hostile/plugins/README.md", "r");
  assert_non_null(file);
  size_t size = fread(readme, 1, sizeof readme - 1, file);
  fclose(file);
  readme[size] = '\0';
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (strstr(readme, rows[i]) == NULL)
      fail_msg("README.md lacks: %s", rows[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(g01_structs_are_checked),
      cmocka_unit_test(g01_texts_are_checked),
      cmocka_unit_test(g01_each_name_once),
      cmocka_unit_test(g03_load_that_fails),
      cmocka_unit_test(g03_constructors_hurt_only_the_probe),
      cmocka_unit_test(g03_crashes_hurt_only_the_probe),
      cmocka_unit_test(probe_brings_back_the_description),
      cmocka_unit_test(registry_finds_by_name_check_and_type),
      cmocka_unit_test(load_all_goes_on_past_bad_ones),
      cmocka_unit_test(hostile_acts_are_documented),
  };
  return cmocka_run_group_tests_name("plugin registry", tests, NULL, NULL);
}

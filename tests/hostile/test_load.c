#include "unit/test.h"

#include "worker/worker.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

/* Faults of plugins; the packs miss checks as well, of plugins that are not in these folders. */
static unsigned culprits(const struct vt_diagnostics *diagnostics)
{
  unsigned count = 0;
  for (size_t i = 0; i < diagnostics->count; i++)
    count += strncmp(diagnostics->items[i].error.code, "PLUG-", 5) == 0;
  return count;
}

/* One broken plugin beside a good one: main lives, and says which file and why. */
static void refuses_within(uint64_t load_ms, const char *name, const char *code, const char *part)
{
  const struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_zygote *zygote;
  struct vt_error error = {0};
  char broken[512];
  static const char rules[] = VATER_SOURCE_DIR "/rules";
  vt_diagnostics_init(&diagnostics, arena);
  snprintf(broken, sizeof broken, "%s/hostile-plugins/%s", VATER_BUILD_DIR, name);
  const char *const folders[] = {broken, VATER_BUILD_DIR "/hostile-plugins/hostile"};
  const struct vt_zygote_options options = {.environment = &environment,
                                            .plugin_directories = folders,
                                            .plugin_directory_count = 2,
                                            .rules = rules,
                                            .schemas = rules,
                                            .sandbox = VT_SANDBOX_WARN,
                                            .plugin_load_ms = load_ms};
  assert_int_equal(vt_zygote_start(&options, &zygote, &diagnostics, &error), VATER_E_CONFIG);
  assert_null(zygote);
  assert_int_equal(culprits(&diagnostics), 1);
  const struct vt_error *fault = &diagnostics.items[0].error;
  if (strcmp(fault->code, code) != 0 || strstr(fault->text, part) == NULL ||
      strstr(fault->source, name) == NULL)
    fail_msg("%s: wanted %s with '%s', got %s %s (%s)", name, code, part, fault->code, fault->text,
             fault->source);
  assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* nothing is left behind */
  vt_arena_free(arena);
}

static void refuses(const char *name, const char *code, const char *part)
{
  refuses_within(700, name, code, part);
}

static void test_G03_constructor_crashes(void **state)
{
  (void)state;
  refuses("broken_constructor_crash", "PLUG-LOAD", "crashed with signal 11");
  refuses("broken_load_crash", "PLUG-LOAD", "crashed with signal 6");
}

static void test_G03_constructor_exits(void **state)
{
  (void)state;
  refuses("broken_constructor_exit", "PLUG-LOAD", "ended the process with exit(0)");
}

static void test_G03_constructor_sleeps(void **state)
{
  (void)state;
  refuses("broken_constructor_sleep", "PLUG-LOAD", "took more than 700 ms");
  refuses_within(0, "broken_constructor_sleep", "PLUG-LOAD", "took more than 5000 ms");
}

static void test_G03_constructor_forks(void **state)
{
  (void)state;
  refuses("broken_constructor_fork", "PLUG-LOAD", "forked");
  refuses("broken_constructor_thread", "PLUG-LOAD", "started a thread");
}

static void test_G01_wrong_abi(void **state)
{
  (void)state;
  refuses("broken_no_symbol", "PLUG-ABI", "vater_plugin_1");
  refuses("broken_load_fails", "PLUG-LOAD", "load() returned");
}

/* Several at once: each is named, the zygote is started again without those that ended it. */
static void test_G03_all_culprits_in_one_go(void **state)
{
  (void)state;
  const struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_zygote *zygote;
  static const char rules[] = VATER_SOURCE_DIR "/rules";
  vt_diagnostics_init(&diagnostics, arena);
  static const char *const folders[] = {VATER_BUILD_DIR "/hostile-plugins/broken_constructor_crash",
                                        VATER_BUILD_DIR "/hostile-plugins/broken_constructor_exit",
                                        VATER_BUILD_DIR "/hostile-plugins/broken_no_symbol"};
  const struct vt_zygote_options options = {.environment = &environment,
                                            .plugin_directories = folders,
                                            .plugin_directory_count = 3,
                                            .rules = rules,
                                            .schemas = rules,
                                            .sandbox = VT_SANDBOX_WARN};
  assert_int_equal(vt_zygote_start(&options, &zygote, &diagnostics, NULL), VATER_E_CONFIG);
  assert_int_equal(culprits(&diagnostics), 3);
  /* the packs want the checks of plugins that are not there: that is one line */
  assert_int_equal(diagnostics.count, 4);
  assert_non_null(strstr(diagnostics.items[3].error.text,
                         "rules want a check or function that no loaded plugin has: begin with the "
                         "plugins above"));
  vt_arena_free(arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_G03_constructor_crashes),
      cmocka_unit_test(test_G03_constructor_exits),
      cmocka_unit_test(test_G03_constructor_sleeps),
      cmocka_unit_test(test_G03_constructor_forks),
      cmocka_unit_test(test_G01_wrong_abi),
      cmocka_unit_test(test_G03_all_culprits_in_one_go),
  };
  return cmocka_run_group_tests_name("hostile_load", tests, NULL, NULL);
}

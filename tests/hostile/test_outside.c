/* The same acts without a sandbox: most succeed, so the other test is not empty. */
#include "unit/test.h"

#include "judge/judge.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const acts[] = {
#define ACT_DENIED(name) #name,
#define ACT_CRASH(name)
#define ACT_HANG(name)
#define ACT_LIMIT(name)
#define ACT_PROTO(name)
#define ACT_NOISE(name)
#define ACT(name, kind, what) ACT_##kind(name)
#include "plugins/acts.def"
#undef ACT
};

enum { ACTS = sizeof acts / sizeof *acts, SECONDS = 10, WORKED = 0, DID_NOT = 1 };

/* In a process of its own, since some acts change it for good. WORKED is also what /bin/true says.
 */
static int play_here(const struct vt_judge_context *context, const char *act)
{
  char settings[128];
  snprintf(settings, sizeof settings, "{\"at\": \"decode\", \"act\": \"%s\"}", act);
  const struct vt_judge_job job = {.id = VT_STR("outside"),
                                   .format = VT_STR("hostile"),
                                   .settings = vt_str(settings),
                                   .today = 20779};
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  struct vt_judge *judge;
  struct vt_judge_page page;
  size_t size;
  struct vt_result result;
  static _Alignas(8) char block[1024 * 1024];
  if (vt_judge_begin(context, &job, &judge, NULL) != VATER_OK ||
      vt_judge_page(judge, VT_STR("payload"), &head, &page, NULL) != VATER_OK ||
      vt_judge_finish(judge, &size, NULL) != VATER_OK || size > sizeof block)
    return DID_NOT;
  vt_judge_write(judge, block);
  if (vt_result_open(block, size, &result, NULL) != VATER_OK || result.table.rows == 0)
    return DID_NOT;
  return vt_str_is(vt_table_cell(&result.table, 0, VATER_COLUMN_COMMENT_TEXT), "done") ? WORKED
                                                                                       : DID_NOT;
}

static bool works(const struct vt_judge_context *context, const char *act)
{
  pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    alarm(SECONDS);
    _exit(play_here(context, act));
  }
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  kill(-child, SIGKILL);
  return WIFEXITED(status) && WEXITSTATUS(status) == WORKED;
}

static void test_G07_most_acts_work_outside(void **state)
{
  (void)state;
  const struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_registry registry;
  struct vt_rules *rules;
  struct vt_judge_context context;
  vt_diagnostics_init(&diagnostics, arena);
  assert_int_equal(vt_registry_init(&registry, &environment, arena, NULL), VATER_OK);
  assert_int_equal(vt_registry_load(&registry,
                                    VATER_BUILD_DIR "/hostile-plugins/hostile/hostile.so", NULL,
                                    NULL, NULL),
                   VATER_OK);
  static const char *const checks[] = {"disclosure", "consistency", "norway"};
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    char path[600];
    snprintf(path, sizeof path, "%s/lib/vater/plugins/%s.so", VATER_BUILD_DIR, checks[i]);
    assert_int_equal(vt_registry_load(&registry, path, NULL, NULL, NULL), VATER_OK);
  }
  static const char folder[] = VATER_SOURCE_DIR "/rules";
  const struct vt_rules_options options = {
      .environment = &environment, .directory = folder, .plugins = &registry};
  assert_int_equal(vt_rules_load(&options, &rules, &diagnostics), VATER_OK);
  const struct vt_judge_schemas schemas = {.directory = folder};
  assert_int_equal(
      vt_judge_context_init(&context, &environment, &registry, rules, &schemas, &diagnostics),
      VATER_OK);
  unsigned count = 0;
  for (size_t i = 0; i < ACTS; i++) {
    bool worked = works(&context, acts[i]);
    count += worked;
    if (!worked)
      print_message("not even outside: %s\n", acts[i]);
  }
  print_message("%u of %zu acts work outside the sandbox\n", count, (size_t)ACTS);
  assert_true(count >= 20);
  vt_judge_context_fini(&context);
  vt_rules_free(rules);
  vt_registry_fini(&registry);
  vt_arena_free(arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_G07_most_acts_work_outside)};
  return cmocka_run_group_tests_name("hostile_outside", tests, NULL, NULL);
}

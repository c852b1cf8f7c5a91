/* A kernel without Landlock, made by a filter that denies its system calls. */
#include "unit/test.h"

#include "worker/worker.h"

#include <errno.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *const folders[] = {VATER_BUILD_DIR "/lib/vater/plugins"};

enum { AS_WANTED = 0, NO_FILTER = 10, OTHERWISE = 11 };

static bool hide_landlock(void)
{
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  bool hidden =
      filter != NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
      seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) == 0 &&
      seccomp_load(filter) == 0;
  seccomp_release(filter);
  return hidden;
}

static int start(enum vt_sandbox_policy policy, int *landlock, char sandbox[160],
                 struct vt_error *fault)
{
  const struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_zygote *zygote;
  vt_diagnostics_init(&diagnostics, arena);
  const struct vt_zygote_options options = {.environment = &environment,
                                            .plugin_directories = folders,
                                            .plugin_directory_count = 1,
                                            .rules = VATER_SOURCE_DIR "/rules",
                                            .schemas = VATER_SOURCE_DIR "/rules/schemas",
                                            .sandbox = policy};
  int status = vt_zygote_start(&options, &zygote, &diagnostics, NULL);
  if (diagnostics.count > 0)
    *fault = diagnostics.items[0].error;
  if (status == VATER_OK) {
    *landlock = vt_zygote_info(zygote)->landlock;
    vt_text_copy(sandbox, 160, vt_zygote_info(zygote)->sandbox);
  }
  vt_zygote_stop(zygote);
  vt_arena_free(arena);
  return status;
}

static int try_without(enum vt_sandbox_policy policy)
{
  struct vt_error fault = {0};
  int landlock = -1;
  char sandbox[160];
  if (!hide_landlock())
    return NO_FILTER;
  int status = start(policy, &landlock, sandbox, &fault);
  if (policy == VT_SANDBOX_WARN)
    return status == VATER_OK && landlock == 0 &&
                   strcmp(sandbox, "no Landlock in this kernel; seccomp, rlimits") == 0
               ? AS_WANTED
               : OTHERWISE;
  return status == VATER_E_CONFIG && strcmp(fault.code, "OPS-SANDBOX") == 0 ? AS_WANTED : OTHERWISE;
}

static void in_a_child(enum vt_sandbox_policy policy)
{
  int status = 0;
  pid_t child = fork();
  if (child == 0)
    _exit(try_without(policy));
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), AS_WANTED);
}

static void test_M12_without_landlock_refused_where_required(void **state)
{
  (void)state;
  in_a_child(VT_SANDBOX_REQUIRE);
}

static void test_M12_without_landlock_said_and_gone_on(void **state)
{
  (void)state;
  in_a_child(VT_SANDBOX_WARN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_M12_without_landlock_refused_where_required),
      cmocka_unit_test(test_M12_without_landlock_said_and_gone_on),
  };
  return cmocka_run_group_tests_name("worker_sandbox", tests, NULL, NULL);
}

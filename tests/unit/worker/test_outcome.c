#include "unit/test.h"

#include "worker/outcome.h"

#include <signal.h>
#include <sys/syscall.h>

static const struct vt_worker_limits limits = {.memory = 100 << 20, .cpu_seconds = 20};

static void explains(struct ending ending, const char *code, const char *text)
{
  struct vt_error error = {0};
  ending.was_reported = true;
  assert_true(vt_ending_explain(&ending, &limits, &error) < 0);
  assert_string_equal(error.code, code);
  assert_string_equal(error.text, text);
}

static void test_endings(void **state)
{
  (void)state;
  explains((struct ending){.wait_status = SIGSEGV}, "PLUG-CRASH",
           "the worker crashed: signal 11 (SIGSEGV)");
  explains((struct ending){.wait_status = 0}, "PLUG-CRASH",
           "the worker ended without a result: exit(0)");
  explains((struct ending){.wait_status = 3 << 8}, "PLUG-CRASH",
           "the worker ended without a result: exit(3)");
  explains((struct ending){.wait_status = SIGSYS}, "PLUG-DENIED",
           "the sandbox stopped a system call of the worker");
  explains((struct ending){.wait_status = SIGXCPU}, "PLUG-TIMEOUT",
           "the worker used up its 20 s of processor time");
  explains((struct ending){.wait_status = SIGKILL, .cpu_ms = 20500}, "PLUG-TIMEOUT",
           "the worker used up its 20 s of processor time");
  explains((struct ending){.wait_status = SIGKILL}, "PLUG-LIMIT",
           "the worker was killed from outside, as the system does when memory is short");
  explains((struct ending){.wait_status = SIGXFSZ}, "PLUG-LIMIT",
           "the worker wrote more than it may");
  explains((struct ending){.wait_status = SIGSEGV, .peak_bytes = 95u << 20}, "PLUG-LIMIT",
           "the worker used more than its 100 MiB of memory");
}

static void test_lost(void **state)
{
  (void)state;
  const struct ending ending = {.was_reported = false};
  struct vt_error error = {0};
  assert_int_equal(vt_ending_explain(&ending, &limits, &error), VATER_E_IO);
  assert_string_equal(error.text, "the process that starts workers is gone, and this one with it");
}

static void test_denials(void **state)
{
  (void)state;
  struct vt_error error = {0};
  assert_int_equal(vt_ending_denied(SYS_openat, &error), VATER_E_REFUSED);
  assert_string_equal(error.code, "PLUG-DENIED");
  error = (struct vt_error){0};
  assert_int_equal(vt_ending_denied(SYS_clone, &error), VATER_E_LIMIT);
  assert_string_equal(error.code, "PLUG-LIMIT");
  error = (struct vt_error){0};
  assert_int_equal(vt_ending_denied(UINT64_MAX, &error), VATER_E_REFUSED);
  assert_string_equal(error.text, "the sandbox stopped the worker at the system call unknown "
                                  "(18446744073709551615)");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_endings),
      cmocka_unit_test(test_lost),
      cmocka_unit_test(test_denials),
  };
  return cmocka_run_group_tests_name("worker_outcome", tests, NULL, NULL);
}

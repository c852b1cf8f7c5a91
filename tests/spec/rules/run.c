/* Broken packs, and exactly what is told about them: cases/NAME/ *.json against cases/NAME.txt. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/file.h"

#include <stdio.h>
#include <unistd.h>

/* R01 and R02: everything that is wrong, in one go, with its place. */
static const char *const cases[] = {"names",    "structure", "conditions", "duplicates", "syntax",
                                    "encoding", "circle",    "cost",       "codes"};

static void check(const char *name)
{
  char directory[64], path[64];
  struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_rules *rules = NULL;
  struct vater_str expected = VT_STR_NONE;
  struct vt_buffer told;
  snprintf(directory, sizeof directory, "cases/%s", name);
  snprintf(path, sizeof path, "cases/%s.txt", name);
  vt_diagnostics_init(&diagnostics, arena);
  vt_buffer_init(&told, &environment.allocator, 1024 * 1024);
  const struct vt_rules_options options = {.environment = &environment, .directory = directory};
  assert_int_equal(vt_rules_load(&options, &rules, &diagnostics), VATER_E_RULE);
  assert_null(rules);
  assert_int_equal(vt_diagnostics_print(&diagnostics, &told), VATER_OK);
  vt_file_load(&environment.allocator, path, 1024 * 1024, &expected, NULL);
  bool same = vt_str_equal(vt_buffer_str(&told), expected);
  if (!same)
    print_error("%s: told\n%.*s", path, (int)told.len, told.bytes);
  vt_free(&environment.allocator, (void *)(uintptr_t)expected.ptr);
  vt_buffer_fini(&told);
  vt_arena_free(arena);
  assert_true(same);
}

static void test_R01_R02_broken_packs(void **state)
{
  (void)state;
  assert_int_equal(chdir(VATER_SOURCE_DIR "/tests/spec/rules"), 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check(cases[i]);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_R01_R02_broken_packs)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "base/file.h"
#include "cel/environment.h"
#include "unit/cel/cel_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static void evaluate(struct rig *rig, const char *text, struct vt_cel_value *value)
{
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  vt_diagnostics_init(&diagnostics, rig->arena);
  if (rig_compile(rig, vt_str(text), &diagnostics, &program) != VATER_OK)
    fail_msg("%s: %s", text, diagnostics.count > 0 ? diagnostics.items[0].error.text : "memory");
  vt_cel_eval(rig->run, program, rig->variables, value);
  if (value->kind == VT_CEL_ERROR)
    fail_msg("%s: %.*s", text, VT_STR_ARGS(value->as.fault->text));
}

/* Each function's example gives what functions.def says. */
static void examples(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_allocator allocator = vt_allocator_real();
  assert_int_equal(rig_open(&rig, &allocator), VATER_OK);
  for (size_t i = 0; i < vt_cel_builtin_count; i++) {
    struct vt_cel_value got, wanted;
    evaluate(&rig, vt_cel_builtins[i].example, &got);
    assert_true(vt_cel_copy(rig.arena, &got, &got));
    evaluate(&rig, vt_cel_builtins[i].result, &wanted);
    if (got.kind != wanted.kind || !vt_cel_equal(&got, &wanted))
      fail_msg("%s is not %s", vt_cel_builtins[i].example, vt_cel_builtins[i].result);
  }
  rig_close(&rig);
}

/* docs/cel.md has them all. */
static void documented(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vater_str page;
  struct vt_error error = {0};
  assert_int_equal(
      vt_file_load(&allocator, VATER_SOURCE_DIR "/docs/cel.md", 1024 * 1024, &page, &error),
      VATER_OK);
  for (size_t i = 0; i < vt_cel_builtin_count; i++) {
    struct vt_buffer row;
    vt_buffer_init(&row, &allocator, 4096);
    vt_cel_builtin_print(&vt_cel_builtins[i], &row);
    if (vt_str_find(page, vt_buffer_str(&row), 0) == page.len)
      fail_msg("docs/cel.md has no row: %.*s", VT_STR_ARGS(vt_buffer_str(&row)));
    vt_buffer_fini(&row);
  }
  vt_free(&allocator, (void *)(uintptr_t)page.ptr);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(examples), cmocka_unit_test(documented)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

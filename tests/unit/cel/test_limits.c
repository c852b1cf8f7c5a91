#include "base/limits.h"
#include "unit/cel/cel_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { TEXT_BYTES = 64 * 1024 };

static struct rig rig;
static char text[TEXT_BYTES];
static struct vt_diagnostics diagnostics;

static int open_rig(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  return rig_open(&rig, &allocator);
}

static int close_rig(void **state)
{
  (void)state;
  rig_close(&rig);
  return 0;
}

static int compile(struct vater_str expression)
{
  struct vt_cel_program *program;
  vt_diagnostics_init(&diagnostics, rig.arena);
  return rig_compile(&rig, expression, &diagnostics, &program);
}

/* `count` times `open`, a middle, `count` times `close`. */
static struct vater_str nested(const char *open, const char *middle, const char *close,
                               size_t count)
{
  size_t at = 0;
  for (size_t i = 0; i < count; i++)
    at += (size_t)snprintf(text + at, sizeof text - at, "%s", open);
  at += (size_t)snprintf(text + at, sizeof text - at, "%s", middle);
  for (size_t i = 0; i < count; i++)
    at += (size_t)snprintf(text + at, sizeof text - at, "%s", close);
  return (struct vater_str){text, at};
}

static void assert_refused(struct vater_str expression, const char *limit)
{
  assert_int_equal(compile(expression), VATER_E_RULE);
  assert_true(diagnostics.count > 0);
  if (strstr(diagnostics.items[0].error.text, limit) == NULL)
    fail_msg("%.40s…: %s", expression.ptr, diagnostics.items[0].error.text);
}

static void depth(void **state)
{
  (void)state;
  size_t most = VT_LIMIT_EXPRESSION_DEPTH;
  assert_int_equal(compile(nested("(", "1", ")", most - 1)), VATER_OK);
  assert_refused(nested("(", "1", ")", most), "EXPRESSION_DEPTH");
  assert_int_equal(compile(nested("[", "1", "]", most - 1)), VATER_OK);
  assert_refused(nested("[", "1", "]", most), "EXPRESSION_DEPTH");
  assert_int_equal(compile(nested("1+", "1", "", most)), VATER_OK);
  assert_refused(nested("1+", "1", "", most + 1), "EXPRESSION_DEPTH");
  assert_refused(nested("x.", "x", "", 2000), "EXPRESSION_DEPTH");
  assert_refused(nested("true?true:", "true", "", 1500), "EXPRESSION_DEPTH");
  assert_int_equal(compile(nested("!", "true", "", 10000)), VATER_OK);
  assert_int_equal(compile(nested("true&&", "true", "", 2000)), VATER_OK);
}

static void size_of_source(void **state)
{
  (void)state;
  size_t most = VT_LIMIT_EXPRESSION_BYTES;
  memset(text, ' ', most + 1);
  text[0] = '1';
  assert_int_equal(compile((struct vater_str){text, most}), VATER_OK);
  assert_refused((struct vater_str){text, most + 1}, "EXPRESSION_BYTES");
}

static void nodes(void **state)
{
  (void)state;
  /* a list of n items has n + 1 nodes; two bytes an item do not reach the limit in 16 kB */
  assert_true(VT_LIMIT_EXPRESSION_BYTES / 2 + 1 < VT_LIMIT_EXPRESSION_NODES ||
              VT_LIMIT_EXPRESSION_NODES < VT_LIMIT_EXPRESSION_BYTES);
  size_t items = VT_LIMIT_EXPRESSION_BYTES / 2 - 1;
  assert_int_equal(compile(nested("1,", "1", "", 0)), VATER_OK);
  text[0] = '[';
  for (size_t i = 0; i < items; i++)
    memcpy(text + 1 + 2 * i, "1,", 2);
  text[1 + 2 * items] = ']';
  assert_int_equal(compile((struct vater_str){text, 2 * items + 2}), VATER_OK);
}

static void evaluate(const char *expression, uint64_t steps, size_t memory,
                     struct vt_cel_value *value, struct vt_cel_run **run)
{
  struct vt_cel_program *program;
  vt_diagnostics_init(&diagnostics, rig.arena);
  assert_int_equal(rig_compile(&rig, vt_str(expression), &diagnostics, &program), VATER_OK);
  assert_int_equal(vt_cel_run_new(&rig.allocator, steps, memory, run), VATER_OK);
  vt_cel_eval(*run, program, rig.variables, value);
}

static void assert_limit(const char *expression, uint64_t steps, size_t memory, const char *wanted)
{
  struct vt_cel_value value;
  struct vt_cel_run *run;
  evaluate(expression, steps, memory, &value, &run);
  assert_int_equal(value.kind, VT_CEL_ERROR);
  assert_int_equal(value.as.fault->status, VATER_E_LIMIT);
  assert_string_equal(value.as.fault->text.ptr, wanted);
  vt_cel_run_free(run);
}

static void steps(void **state)
{
  (void)state;
  struct vt_cel_value value;
  struct vt_cel_run *run;
  const char *loop = "numbers.all(n, n > 0)";
  uint64_t least = 1;
  for (;; least++) {
    evaluate(loop, least, 0, &value, &run);
    bool done = value.kind == VT_CEL_BOOL;
    vt_cel_run_free(run);
    if (done)
      break;
  }
  assert_int_equal(least, 15);
  assert_limit(loop, least - 1, 0, "more than 14 steps (limit EXPRESSION_STEPS)");
  /* nothing absorbs it */
  assert_limit("numbers.all(n, n > 0) || true", least - 1, 0,
               "more than 14 steps (limit EXPRESSION_STEPS)");
  assert_limit("lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, "
               "lists.range(1000).all(d, a + b + c + d >= 0))))",
               0, 0, "more than 1000000 steps (limit EXPRESSION_STEPS)");
}

static void memory(void **state)
{
  (void)state;
  assert_limit("cel.bind(a, name + name + name + name + name + name + name + name, "
               "cel.bind(b, a + a + a + a + a + a + a + a, b + b + b + b + b + b + b + b))",
               0, 4096, "more than 4096 bytes of memory (limit EXPRESSION_MEMORY)");
  assert_limit("lists.range(999999).map(a, [a]).size()", 100000000, 0,
               "more than 16777216 bytes of memory (limit EXPRESSION_MEMORY)");
}

/* Values that share their parts are small in memory and huge when walked. */
static void doubling(void **state)
{
  (void)state;
  size_t at = 0;
  at += (size_t)snprintf(text, sizeof text, "cel.bind(v0, numbers, ");
  for (int i = 1; i < 60; i++)
    at += (size_t)snprintf(text + at, sizeof text - at, "cel.bind(v%d, [v%d, v%d], ", i, i - 1,
                           i - 1);
  at += (size_t)snprintf(text + at, sizeof text - at, "v59 == v59)");
  for (int i = 1; i < 60; i++)
    text[at++] = ')';
  struct vt_cel_program *program;
  struct vt_cel_value value;
  vt_diagnostics_init(&diagnostics, rig.arena);
  assert_int_equal(rig_compile(&rig, (struct vater_str){text, at}, &diagnostics, &program),
                   VATER_OK);
  vt_cel_eval(rig.run, program, rig.variables, &value);
  assert_int_equal(value.kind, VT_CEL_ERROR);
  assert_int_equal(value.as.fault->status, VATER_E_LIMIT);
}

/* What is done with long texts costs steps by their size, however few the parts are. */
static void long_texts(void **state)
{
  (void)state;
  static const char *const bodies[] = {
      "lists.range(50000).all(i, s == t)",
      "lists.range(50000).all(i, s <= t)",
      "lists.range(50000).all(i, s.startsWith(t))",
      "lists.range(50000).all(i, s.endsWith(t))",
      "lists.range(50000).all(i, {s: 1}[t] == 1)",
      "lists.range(50000).all(i, t in {s: 1})",
      "lists.range(50000).all(i, {s: 1} == {t: 1})",
      "lists.range(50000).all(i, !(t in ['a', 'b']))",
      "lists.range(9000).map(i, i % 2 == 0 ? s : t).sort().size() > 0"};
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    size_t at = 0;
    at += (size_t)snprintf(text, sizeof text, "cel.bind(v0, name + '%064d', ", 0);
    for (int k = 1; k <= 14; k++)
      at += (size_t)snprintf(text + at, sizeof text - at, "cel.bind(v%d, v%d + v%d, ", k, k - 1,
                             k - 1);
    at += (size_t)snprintf(text + at, sizeof text - at,
                           "cel.bind(s, v14 + v14, cel.bind(t, v14 + v14, %s))", bodies[i]);
    for (int k = 0; k <= 14; k++)
      text[at++] = ')';
    text[at] = '\0';
    assert_limit(text, 0, 0, "more than 1000000 steps (limit EXPRESSION_STEPS)");
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(depth, open_rig, close_rig),
      cmocka_unit_test_setup_teardown(size_of_source, open_rig, close_rig),
      cmocka_unit_test_setup_teardown(nodes, open_rig, close_rig),
      cmocka_unit_test_setup_teardown(steps, open_rig, close_rig),
      cmocka_unit_test_setup_teardown(memory, open_rig, close_rig),
      cmocka_unit_test_setup_teardown(doubling, open_rig, close_rig),
      cmocka_unit_test_setup_teardown(long_texts, open_rig, close_rig)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

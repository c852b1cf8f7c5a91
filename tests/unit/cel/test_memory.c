#include "unit/cel/cel_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

/* Every allocation of declaring, compiling, evaluating and binding columns fails in turn: no leak,
 * no crash, and either the right answer or "out of memory". */

struct expression {
  const char *text;
  const char *wanted; /* as printed */
};

static const struct expression expressions[] = {
    {"obs.numerator <= obs.denominator && obs.period.matches('^[0-9]{4}-Q[1-4]$')", "true"},
    {"rows.filter(r, has(r.area)).map(r, r.area).join(',')", "0301,4601,0301"},
    {"{'a': [1, 2, 3], 'b': numbers}.map(k, k).sort()", "[\"a\", \"b\"]"},
    {"'%s: %.2f %d'.format([name, limit, 7])", "Troms\303\270: 10.00 7"},
    {"cel.bind(t, name.twice(), t + t.reverse()).size()", "24"},
    {"timestamp('2026-03-31T22:30:00Z').getHours('Europe/Oslo')", "0"},
    {"optional.of(numbers).optMap(n, n[?1].orValue(0)).orValue(5)", "2"},
    {"numbers.sortBy(n, -n).transformMap(i, n, n * 2)[2]", "2"},
    {"obs.area in ['0301', '1103'] || name.replace('o', '0').split('m').size() == 2", "true"},
};

static bool is_memory(const struct vt_cel_value *value)
{
  return value->kind == VT_CEL_ERROR && value->as.fault->status == VATER_E_NOMEM;
}

static void check_value(struct rig *rig, const struct expression *expression,
                        const struct vt_cel_value *value)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer text;
  (void)rig;
  if (is_memory(value))
    return;
  vt_buffer_init(&text, &allocator, 10000);
  vt_cel_print(value, &text);
  if (!vt_str_is(vt_buffer_str(&text), expression->wanted))
    fail_msg("%s: %.*s", expression->text, VT_STR_ARGS(vt_buffer_str(&text)));
  vt_buffer_fini(&text);
}

static int run_columns(struct rig *rig, const struct vt_cel_program *program)
{
  struct vt_cel_columns *bound;
  uint8_t lanes[RIG_ROWS];
  int status = vt_cel_columns_new(&rig->allocator, program, RIG_OBS, rig_columns(), RIG_ROWS,
                                  rig->variables, &bound, NULL);
  if (status == VATER_OK)
    vt_cel_columns_eval(bound, rig->run, 0, RIG_ROWS, lanes);
  vt_cel_columns_free(bound);
  return status;
}

static int whole_way(const struct vt_allocator *allocator, const struct expression *expression)
{
  struct rig rig;
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  struct vt_cel_value value;
  int status = rig_open(&rig, allocator);
  if (status == VATER_OK) {
    vt_diagnostics_init(&diagnostics, rig.arena);
    status = rig_compile(&rig, vt_str(expression->text), &diagnostics, &program);
  }
  if (status == VATER_OK) {
    vt_cel_eval(rig.run, program, rig.variables, &value);
    check_value(&rig, expression, &value);
    status = is_memory(&value) ? VATER_E_NOMEM : VATER_OK;
    int columns = run_columns(&rig, program);
    assert_true(columns == VATER_OK || columns == VATER_DONE || columns == VATER_E_NOMEM);
  }
  rig_close(&rig);
  return status;
}

static void each_allocation(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
    struct failing counting = {.left = -1};
    struct vt_allocator allocator = failing_allocator(&counting);
    assert_int_equal(whole_way(&allocator, &expressions[i]), VATER_OK);
    assert_int_equal(counting.live, 0);
    for (long at = 0; at < counting.calls; at++) {
      for (int once = 0; once < 2; once++) {
        struct failing state_of = {.left = at, .once = once == 1};
        allocator = failing_allocator(&state_of);
        int status = whole_way(&allocator, &expressions[i]);
        if (status != VATER_OK && status != VATER_E_NOMEM)
          fail_msg("%s: allocation %ld: status %d", expressions[i].text, at, status);
        assert_int_equal(state_of.live, 0);
      }
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_allocation)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "cel/mutate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/environment.h"

#include <string.h>

enum { MOST = 8 };

/* An expression, and its mutants in order. */
static const struct {
  const char *expression;
  const char *mutants[MOST];
} cases[] = {
    {"a <= b", {"a > b", "a < b"}},
    {"a<b", {"a>=b", "a<=b"}},
    {"a > 1.0", {"a <= 1.0", "a >= 1.0"}},
    {"a >= b", {"a < b", "a > b"}},
    {"a == b && !c", {"a != b && !c", "a == b || !c", "a == b && c"}},
    {"a != '<' || b", {"a == '<' || b", "a != '<' && b"}},
    {"l.all(x, x > 1)", {"l.exists(x, x > 1)", "l.all(x, x <= 1)", "l.all(x, x >= 1)"}},
    {"l.exists(all, all)", {"l.all(all, all)"}},
    {"true // a < b", {NULL}},
    {"r'a\\<' in l", {NULL}},
    {"\xc3\xa6 == 'x'", {NULL}}, /* does not compile: its mutants end where reading does */
};

static void test_mutants(void **state)
{
  (void)state;
  struct vt_environment environment = vt_environment_real();
  struct vt_arena *arena = vt_arena_new(&environment.allocator, 0);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct vater_str text = vt_str(cases[i].expression);
    struct vt_cel_mutant *mutants;
    uint32_t count;
    assert_int_equal(vt_cel_mutants(text, arena, &mutants, &count), VATER_OK);
    for (uint32_t n = 0; n < count; n++) {
      struct vater_str made = vt_cel_mutate(text, &mutants[n], arena);
      assert_non_null(cases[i].mutants[n]);
      assert_string_equal(made.ptr, cases[i].mutants[n]);
    }
    assert_null(cases[i].mutants[count]);
  }
  vt_arena_free(arena);
}

static void test_names(void **state)
{
  (void)state;
  assert_string_equal(vt_cel_change_name(VT_CEL_CHANGE_FLIPPED), "flipped");
  assert_string_equal(vt_cel_change_name(VT_CEL_CHANGE_QUANTIFIER), "quantifier");
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_mutants), cmocka_unit_test(test_names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

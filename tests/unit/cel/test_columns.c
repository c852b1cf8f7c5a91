#include "unit/cel/cel_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Random expressions over the rig's rows: columns and the general evaluator say the same. */

enum { EXPRESSIONS = 4000, TEXT_BYTES = 6000, MANY_ROWS = 1300 };

struct maker {
  uint64_t state;
  char text[TEXT_BYTES];
  size_t len;
};

static uint32_t pick(struct maker *maker, uint32_t count)
{
  maker->state = maker->state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(maker->state >> 33) % count;
}

static void put(struct maker *maker, const char *text)
{
  size_t len = strlen(text);
  if (maker->len + len + 1 < sizeof maker->text) {
    memcpy(maker->text + maker->len, text, len + 1);
    maker->len += len;
  }
}

static void put_one(struct maker *maker, const char *const *texts, uint32_t count)
{
  put(maker, texts[pick(maker, count)]);
}

#define PUT_ONE(maker, ...)                              \
  do {                                                   \
    static const char *const texts[] = {__VA_ARGS__};    \
    put_one(maker, texts, sizeof texts / sizeof *texts); \
  } while (0)

static void make_bool(struct maker *maker, int depth);

static void make_text(struct maker *maker, int depth)
{
  PUT_ONE(maker, "obs.period", "obs.area", "obs.status", "name", "nothing", "'final'", "'0301'");
  if (depth > 0 && pick(maker, 3) == 0)
    PUT_ONE(maker, ".substring(1)", ".lowerAscii()", ".twice()", " + obs.area", ".charAt(6)");
}

static void make_int(struct maker *maker, int depth)
{
  if (depth > 0 && pick(maker, 3) == 0) {
    put(maker, "(");
    make_int(maker, depth - 1);
    PUT_ONE(maker, " + ", " - ", " * ", " / ", " % ");
    make_int(maker, depth - 1);
    put(maker, ")");
    return;
  }
  PUT_ONE(maker, "obs.count", "decimals(obs.value)", "size(obs.period)", "1", "0", "-3",
          "int(obs.area)", "size(rows)");
}

static void make_number(struct maker *maker, int depth)
{
  uint32_t kind = depth > 0 ? pick(maker, 7) : 0;
  if (kind < 3) {
    PUT_ONE(maker, "obs.numerator", "obs.denominator", "obs.value", "limit", "5.0", "0.0", "-1.5",
            "double(obs.area)", "double(obs.count)");
  } else if (kind == 3) {
    put(maker, "math.abs(");
    make_number(maker, depth - 1);
    put(maker, ")");
  } else if (kind == 4) {
    put(maker, "-(");
    make_number(maker, depth - 1);
    put(maker, ")");
  } else {
    put(maker, "(");
    make_number(maker, depth - 1);
    PUT_ONE(maker, " + ", " - ", " * ", " / ");
    make_number(maker, depth - 1);
    put(maker, ")");
  }
}

static void make_leaf(struct maker *maker, int depth)
{
  switch (pick(maker, 7)) {
  case 0:
    PUT_ONE(maker, "obs.flag", "true", "false", "has(obs.value)", "has(obs.area)", "has(obs.flag)",
            "has(obs.count)", "obs.count == 3", "1 / 0 == 1", "rows.exists(r, r.area == obs.area)",
            "nothing == ''", "obs.period == obs.area", "obs.area != obs.status",
            "obs.status in ['final', 'preliminary']", "obs.period.matches('^[0-9]{4}-Q[1-4]$')",
            "obs.area in ['0301', '1103']", "numbers.exists(n, double(n) > obs.value)");
    break;
  case 1:
    make_text(maker, depth);
    PUT_ONE(maker, " == ", " != ", " < ", " >= ");
    make_text(maker, depth);
    break;
  case 2:
    make_int(maker, depth);
    PUT_ONE(maker, " == ", " != ", " < ", " >= ");
    make_int(maker, depth);
    break;
  case 3:
    make_text(maker, depth);
    PUT_ONE(maker, ".startsWith('2026')", ".contains('0')", ".endsWith('al')", ".matches('[0-9]')");
    break;
  default:
    make_number(maker, depth);
    PUT_ONE(maker, " == ", " != ", " < ", " <= ", " > ", " >= ");
    make_number(maker, depth);
    break;
  }
}

static void make_bool(struct maker *maker, int depth)
{
  uint32_t kind = depth > 0 ? pick(maker, 5) : 4;
  put(maker, kind == 0 ? "!(" : "(");
  if (kind == 4) {
    make_leaf(maker, depth);
  } else {
    make_bool(maker, depth - 1);
    if (kind == 3) {
      put(maker, " ? ");
      make_bool(maker, depth - 1);
      put(maker, " : ");
      make_bool(maker, depth - 1);
    } else if (kind > 0) {
      put(maker, kind == 1 ? " && " : " || ");
      make_bool(maker, depth - 1);
    }
  }
  put(maker, ")");
}

static uint8_t lane_of(const struct vt_cel_value *value)
{
  if (value->kind == VT_CEL_BOOL)
    return value->as.truth ? VT_CEL_LANE_TRUE : VT_CEL_LANE_FALSE;
  return value->kind == VT_CEL_MISSING ? VT_CEL_LANE_MISSING : VT_CEL_LANE_ERROR;
}

static void compare(struct rig *rig, const struct vt_cel_program *program, const char *text)
{
  struct vt_cel_columns *bound;
  struct vt_error error = {0};
  uint8_t lanes[RIG_ROWS];
  assert_int_equal(vt_cel_columns_new(&rig->allocator, program, RIG_OBS, rig_columns(), RIG_ROWS,
                                      rig->variables, &bound, &error),
                   VATER_OK);
  assert_int_equal(vt_cel_columns_eval(bound, rig->run, 0, RIG_ROWS, lanes), VATER_OK);
  vt_cel_columns_free(bound);
  for (uint32_t row = 0; row < RIG_ROWS; row++) {
    struct vt_cel_value value;
    rig->variables[RIG_OBS].row = row;
    vt_cel_eval(rig->run, program, rig->variables, &value);
    if (lane_of(&value) != lanes[row])
      fail_msg("row %u of %s: columns %u, general %u", (unsigned)row, text, lanes[row],
               lane_of(&value));
  }
}

static void differential(void **state)
{
  (void)state;
  static struct maker maker;
  unsigned checked = 0;
  struct vt_allocator allocator = vt_allocator_real();
  for (uint64_t seed = 0; seed < EXPRESSIONS; seed++) {
    struct rig rig;
    maker = (struct maker){.state = seed};
    make_bool(&maker, 3);
    assert_int_equal(rig_open(&rig, &allocator), VATER_OK);
    struct vt_diagnostics diagnostics;
    struct vt_cel_program *program;
    vt_diagnostics_init(&diagnostics, rig.arena);
    if (rig_compile(&rig, vt_str(maker.text), &diagnostics, &program) == VATER_OK) {
      compare(&rig, program, maker.text);
      checked++;
    }
    rig_close(&rig);
  }
  assert_true(checked > EXPRESSIONS * 9 / 10);
}

/* Batches begin and end anywhere. */
static void batches(void **state)
{
  (void)state;
  static double numbers[MANY_ROWS];
  static uint8_t present[MANY_ROWS], lanes[MANY_ROWS];
  struct rig rig;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_cel_column columns[RIG_FIELDS];
  struct vt_cel_columns *bound;
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  for (uint32_t i = 0; i < MANY_ROWS; i++) {
    numbers[i] = i;
    present[i] = i % 7 != 0;
  }
  assert_int_equal(rig_open(&rig, &allocator), VATER_OK);
  memcpy(columns, rig_columns(), sizeof columns);
  for (int i = 0; i < 3; i++)
    columns[i] = (struct vt_cel_column){VT_CEL_COLUMN_DOUBLE, numbers, present, NULL};
  columns[1].present = NULL;
  columns[2].data = NULL;
  vt_diagnostics_init(&diagnostics, rig.arena);
  assert_int_equal(rig_compile(&rig, VT_STR("obs.numerator < 1000.0 && obs.denominator != 600.0"),
                               &diagnostics, &program),
                   VATER_OK);
  assert_int_equal(vt_cel_columns_new(&allocator, program, RIG_OBS, columns, MANY_ROWS,
                                      rig.variables, &bound, NULL),
                   VATER_OK);
  assert_int_equal(vt_cel_columns_slow(bound), 0);
  vt_cel_columns_eval(bound, rig.run, 3, MANY_ROWS - 3, lanes + 3);
  for (uint32_t i = 3; i < MANY_ROWS; i++) {
    uint8_t wanted = i == 600     ? VT_CEL_LANE_FALSE
                     : i % 7 == 0 ? VT_CEL_LANE_MISSING
                     : i < 1000   ? VT_CEL_LANE_TRUE
                                  : VT_CEL_LANE_FALSE;
    assert_int_equal(lanes[i], wanted);
  }
  vt_cel_columns_free(bound);
  rig_close(&rig);
}

static void refusals(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_cel_column columns[RIG_FIELDS];
  struct vt_cel_columns *bound;
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  struct vt_error error = {0};
  assert_int_equal(rig_open(&rig, &allocator), VATER_OK);
  vt_diagnostics_init(&diagnostics, rig.arena);
  assert_int_equal(rig_compile(&rig, VT_STR("obs in rows"), &diagnostics, &program), VATER_OK);
  assert_int_equal(vt_cel_columns_new(&allocator, program, RIG_OBS, rig_columns(), RIG_ROWS,
                                      rig.variables, &bound, &error),
                   VATER_DONE);
  assert_null(bound);
  memcpy(columns, rig_columns(), sizeof columns);
  columns[0].type = VT_CEL_COLUMN_INT;
  assert_int_equal(rig_compile(&rig, VT_STR("obs.numerator < 1.0"), &diagnostics, &program),
                   VATER_OK);
  assert_int_equal(vt_cel_columns_new(&allocator, program, RIG_OBS, columns, RIG_ROWS,
                                      rig.variables, &bound, &error),
                   VATER_E_RULE);
  assert_string_equal(error.text, "the column of field 'numerator' is of another type");
  rig_close(&rig);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(differential), cmocka_unit_test(batches),
                                     cmocka_unit_test(refusals)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

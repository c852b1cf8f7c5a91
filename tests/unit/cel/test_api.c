#include "unit/cel/cel_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct rig rig;
static struct vt_diagnostics diagnostics;

static int open_rig(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  int status = rig_open(&rig, &allocator);
  vt_diagnostics_init(&diagnostics, rig.arena);
  return status;
}

static int close_rig(void **state)
{
  (void)state;
  rig_close(&rig);
  return 0;
}

static struct vt_cel_program *compiled(const char *text)
{
  struct vt_cel_program *program;
  if (rig_compile(&rig, vt_str(text), &diagnostics, &program) != VATER_OK)
    fail_msg("%s: %s", text, diagnostics.items[0].error.text);
  return program;
}

/* ---- templates ---------------------------------------------------------------------------- */

static void assert_template(const char *text, const char *wanted)
{
  struct vt_cel_template *made;
  struct vt_buffer out;
  const struct vt_cel_source source = {.text = vt_str(text)};
  assert_int_equal(
      vt_cel_template_compile(rig.environment, &source, rig.arena, &diagnostics, &made), VATER_OK);
  vt_buffer_init(&out, &rig.allocator, 1000);
  assert_int_equal(vt_cel_template_eval(rig.run, made, rig.variables, &out), VATER_OK);
  vt_buffer_char(&out, '\0');
  assert_string_equal(out.bytes, wanted);
  vt_buffer_fini(&out);
}

static void templates(void **state)
{
  (void)state;
  assert_template("", "");
  assert_template("plain", "plain");
  assert_template("Teller {obs.numerator} er større enn {obs.denominator}.",
                  "Teller 5 er større enn 10.");
  assert_template("{obs.numerator / 3.0}|{obs.value}|{1 / 0}|{obs.period}",
                  "1.6666666666666667|–|?|2026-Q1");
  assert_template("{{{'}'}}} {{a}} {{'k': 1}}", "{}} {a} {'k': 1}");
  assert_template("{ {'k': 1}['k'] }", "1");
}

static void assert_template_fault(const char *text, uint32_t column, const char *wanted)
{
  struct vt_cel_template *made;
  const struct vt_cel_source source = {.text = vt_str(text)};
  vt_diagnostics_init(&diagnostics, rig.arena);
  assert_int_equal(
      vt_cel_template_compile(rig.environment, &source, rig.arena, &diagnostics, &made),
      VATER_E_RULE);
  assert_null(made);
  assert_string_equal(diagnostics.items[0].error.text, wanted);
  assert_int_equal(diagnostics.items[0].error.column, column);
}

static void template_faults(void **state)
{
  (void)state;
  assert_template_fault("a {obs.numerator", 3, "the brace that opens here is not closed");
  assert_template_fault("a } b", 3, "a closing brace without an opening one; write }} for a brace");
  assert_template_fault("æøå {obs.numeratr}", 10,
                        "Row has no field 'numeratr'; did you mean 'numerator'?");
  assert_template_fault("{}", 2, "expected a value, but the expression ends here");
}

/* ---- places ------------------------------------------------------------------------------- */

static size_t skip_escapes(const void *context, size_t offset)
{
  return *(const size_t *)context + (offset < 4 ? offset : offset + 1);
}

static void places(void **state)
{
  (void)state;
  struct vater_str document = VT_STR("{\n  \"assert\": \"obs.numeratr > 1.0\"\n}\n");
  struct vt_cel_program *program;
  struct vt_cel_source source = {.text = VT_STR("obs.numeratr > 1.0"),
                                 .code = "RULE-LOAD",
                                 .name = VT_STR("goal.json"),
                                 .pointer = VT_STR("/assert"),
                                 .document = document,
                                 .offset = 15};
  assert_int_equal(
      vt_cel_compile(rig.environment, &source, "bool", rig.arena, &diagnostics, &program),
      VATER_E_RULE);
  struct vt_buffer out;
  vt_buffer_init(&out, &rig.allocator, 1000);
  vt_diagnostics_print(&diagnostics, &out);
  vt_buffer_char(&out, '\0');
  assert_string_equal(out.bytes,
                      "goal.json:2:18: error: RULE-LOAD: Row has no field 'numeratr'; did you mean "
                      "'numerator'? (at /assert)\n"
                      "    2 |   \"assert\": \"obs.numeratr > 1.0\"\n"
                      "      |                  ^~~~~~~~\n");
  vt_buffer_fini(&out);
  assert_string_equal(diagnostics.items[0].error.pointer, "/assert");
  size_t start = 15;
  source.place = skip_escapes;
  source.context = &start;
  vt_diagnostics_init(&diagnostics, rig.arena);
  vt_cel_compile(rig.environment, &source, "bool", rig.arena, &diagnostics, &program);
  assert_int_equal(diagnostics.items[0].error.column, 19);
}

static void expected_types(void **state)
{
  (void)state;
  struct vt_cel_program *program;
  const struct vt_cel_source source = {.text = VT_STR("obs.numerator")};
  assert_int_equal(
      vt_cel_compile(rig.environment, &source, "bool", rig.arena, &diagnostics, &program),
      VATER_E_RULE);
  assert_string_equal(diagnostics.items[0].error.text,
                      "the expression must be bool, but is double");
  assert_int_equal(
      vt_cel_compile(rig.environment, &source, "double", rig.arena, &diagnostics, &program),
      VATER_OK);
}

/* ---- what a program tells ----------------------------------------------------------------- */

static void references(void **state)
{
  (void)state;
  uint32_t count;
  const struct vt_cel_reference *found = vt_cel_program_references(
      compiled("has(obs.value) && obs.value > limit || rows.exists(r, r.count > 1)"), &count);
  assert_int_equal(count, 4);
  assert_true(found[0].slot == 0 && found[0].field == 2 && found[0].read && found[0].tested);
  assert_true(found[1].slot == 6 && found[1].field == UINT32_MAX && found[1].record == NULL);
  assert_true(found[2].slot == 1 && found[2].field == UINT32_MAX);
  assert_true(found[3].slot == UINT32_MAX && found[3].field == 6 && found[3].looped);
}

static void missing_names_its_field(void **state)
{
  (void)state;
  struct vt_cel_value value;
  vt_cel_eval(rig.run, compiled("obs.numerator < obs.value"), rig.variables, &value);
  assert_int_equal(value.kind, VT_CEL_MISSING);
  assert_int_equal(value.as.missing.slot, 0);
  assert_int_equal(value.as.missing.field, 2);
  vt_cel_eval(rig.run, compiled("nothing == ''"), rig.variables, &value);
  assert_int_equal(value.as.missing.slot, 3);
  assert_int_equal(value.as.missing.field, UINT32_MAX);
}

static void costs(void **state)
{
  (void)state;
  assert_int_equal(vt_cel_program_cost(compiled("obs.numerator < 1.0")), 4);
  assert_int_equal(vt_cel_program_cost(compiled("1 + 2 + 3")), 1);
  assert_true(vt_cel_program_cost(compiled("rows.all(r, r.count > 0)")) > 300);
  assert_true(vt_cel_program_cost(compiled(
                  "rows.all(a, rows.all(b, rows.all(c, rows.all(d, rows.all(e, true)))))")) >
              UINT32_MAX);
}

static void trees(void **state)
{
  (void)state;
  struct vt_buffer out;
  vt_buffer_init(&out, &rig.allocator, 10000);
  vt_cel_program_print(compiled("numbers.exists(n, n > 1 && obs.flag)"), &out);
  vt_buffer_char(&out, '\0');
  assert_string_equal(out.bytes, "exists exists n : bool\n"
                                 "  name numbers : list(int)\n"
                                 "  call _&&_ : bool\n"
                                 "    call _>_ : bool\n"
                                 "      name n : int\n"
                                 "      constant 1 : int\n"
                                 "    select flag : bool\n"
                                 "      name obs : Row\n");
  vt_buffer_fini(&out);
}

/* ---- declarations ------------------------------------------------------------------------- */

static void declarations(void **state)
{
  (void)state;
  struct vt_error error = {0};
  const struct vt_cel_field wrong[] = {{"a", "lst(int)", NULL, NULL}};
  uint32_t slot;
  assert_int_equal(vt_cel_declare_variable(rig.environment, "obs", "int", &slot, &error),
                   VATER_E_RULE);
  assert_string_equal(error.text, "variable 'obs': not a name, or taken");
  error = (struct vt_error){0};
  assert_int_equal(vt_cel_declare_variable(rig.environment, "x", "integer", &slot, &error),
                   VATER_E_RULE);
  assert_string_equal(error.text, "type 'integer': unknown name 'integer'");
  error = (struct vt_error){0};
  assert_int_equal(vt_cel_declare_variable(rig.environment, "x", "int)", &slot, &error),
                   VATER_E_RULE);
  error = (struct vt_error){0};
  assert_int_equal(vt_cel_declare_record(rig.environment, "Row", NULL, 0, &error), VATER_E_RULE);
  assert_string_equal(error.text, "record 'Row': not a name, or taken");
  error = (struct vt_error){0};
  assert_int_equal(vt_cel_declare_record(rig.environment, "Other", wrong, 1, &error), VATER_E_RULE);
  assert_string_equal(error.text, "type 'lst(int)': unknown name 'lst'");
  error = (struct vt_error){0};
  assert_int_equal(
      vt_cel_declare_function(rig.environment, "f", "(string) bool", false, NULL, NULL, &error),
      VATER_E_RULE);
  assert_string_equal(error.text, "signature '(string) bool': expected '->' at 'bool'");
  error = (struct vt_error){0};
  assert_int_equal(vt_cel_declare_function(rig.environment, "size", "(string) -> int", false, NULL,
                                           NULL, &error),
                   VATER_E_RULE);
  assert_string_equal(error.text, "function 'size' with these parameter types is declared already");
  error = (struct vt_error){0};
  assert_int_equal(vt_cel_add_zone(rig.environment, "Europe/Olso", &error), VATER_E_RULE);
  assert_int_equal(vt_cel_add_zone(rig.environment, "Europe/Oslo", NULL), VATER_OK);
  assert_int_equal(vt_cel_declare_variable(rig.environment, "time", "timestamp", &slot, NULL),
                   VATER_OK);
  assert_int_equal(slot, vt_cel_variable_find(rig.environment, "time"));
}

/* A zone name that is computed works when it was loaded before. */
static void loaded_zones(void **state)
{
  (void)state;
  struct vt_cel_value value;
  const char *text = "timestamp('2026-07-01T00:00:00Z').getHours('Asia/' + name.substring(0, 0) "
                     "+ 'Tokyo')";
  vt_cel_eval(rig.run, compiled(text), rig.variables, &value);
  assert_int_equal(value.kind, VT_CEL_ERROR);
  assert_int_equal(vt_cel_add_zone(rig.environment, "Asia/Tokyo", NULL), VATER_OK);
  vt_cel_eval(rig.run, compiled(text), rig.variables, &value);
  assert_int_equal(value.kind, VT_CEL_INT);
  assert_int_equal(value.as.integer, 9);
}

static void maps(void **state)
{
  (void)state;
  struct vt_error error = {0};
  struct vt_cel_value map, key = vt_cel_int(1);
  struct vt_cel_entry entries[] = {{vt_cel_string(VT_STR("a")), vt_cel_int(1)},
                                   {vt_cel_uint(1), vt_cel_int(2)}};
  assert_int_equal(vt_cel_map_new(rig.arena, entries, 2, &map, NULL), VATER_OK);
  assert_int_equal(vt_cel_map_count(map.as.map), 2);
  assert_int_equal(vt_cel_map_get(map.as.map, &key)->as.integer, 2);
  entries[1].key = entries[0].key;
  assert_int_equal(vt_cel_map_new(rig.arena, entries, 2, &map, &error), VATER_E_RULE);
  assert_string_equal(error.text, "entry 2: the key is there already");
  entries[1].key = vt_cel_double(1);
  error = (struct vt_error){0};
  assert_int_equal(vt_cel_map_new(rig.arena, entries, 2, &map, &error), VATER_E_RULE);
  assert_string_equal(error.text, "entry 2: a map key is a bool, int, uint or string");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_rig, close_rig)

int main(void)
{
  const struct CMUnitTest tests[] = {TEST(templates),    TEST(template_faults),
                                     TEST(places),       TEST(expected_types),
                                     TEST(references),   TEST(missing_names_its_field),
                                     TEST(costs),        TEST(trees),
                                     TEST(declarations), TEST(loaded_zones),
                                     TEST(maps)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

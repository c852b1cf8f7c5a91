/* Faults in schemas and in files of ours: all of them, with place; memory that ends; ceilings. */
#include "unit/schema/schema_rig.h"

#include "base/limits.h"
#include "schema/pattern.h"

#include <stdio.h>
#include <stdlib.h>

static void test_schema_faults(void **state)
{
  (void)state;
  static const struct {
    const char *schema, *fault;
  } rows[] = {
      {"{'type':'text'}", "1:2 a type is null, boolean, object, array, string, number or integer"},
      {"{\n 'minLength': -1}", "2:2 \"minLength\" must be an integer of at least 0"},
      {"{'multipleOf':0}", "1:2 \"multipleOf\" must be a number above 0"},
      {"{'required':'a'}", "1:2 \"required\" must be a list of names"},
      {"{'pattern':'('}", "1:2 '(' is not a pattern: ')' is missing (at byte 1)"},
      {"{'properties':{'a':7}}", "1:16 \"properties\" takes schemas: objects, true or false"},
      {"{'allOf':[]}", "1:2 \"allOf\" must be a list with at least one schema"},
      {"{'$ref':'#/$defs/a'}", "1:2 '#/$defs/a' leads nowhere: no '#/$defs/a' in that schema"},
      {"{'$ref':'https://example.org/x'}",
       "1:2 'https://example.org/x' names no schema that is here; nothing is fetched"},
      {"{'$ref':'#'}", "1:1 the schema refers to itself for the same value, without end"},
      {"{'allOf':[{'$ref':'#/$defs/a'}],'$defs':{'a':{'anyOf':[{'$ref':'#'}]}}}",
       "1:1 the schema refers to itself for the same value, without end"},
      {"{'$schema':'https://example.org/own'}",
       "1:2 the dialect 'https://example.org/own' is not known here"},
      {"[]", "1:1 a schema is an object, true or false"},
      {"{'uniqueItems':1}", "1:2 \"uniqueItems\" must be true or false"},
  };
  char text[512];
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_string_equal(rig_fault(rows[i].schema, text, sizeof text), rows[i].fault);
}

static void test_all_schema_faults_at_once(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_schema *schema;
  char *text = rig_quotes("{'minLength':'a','maxLength':'b','items':{'type':1}}");
  vt_diagnostics_init(&diagnostics, arena);
  assert_int_equal(vt_schema_compile(vt_str(text), NULL, &allocator, &schema, &diagnostics),
                   VATER_E_CONFIG);
  assert_int_equal(diagnostics.errors, 3);
  assert_null(schema);
  free(text);
  vt_arena_free(arena);
}

/* A file of ours: every violation with file, line, column and pointer. */
static void test_check_text(void **state)
{
  (void)state;
  struct rig rig;
  rig_open(&rig,
           "{'required':['actors'],'additionalProperties':false,'properties':{'actors':{'items':"
           "{'properties':{'orgnr':{'type':'string','pattern':'^[0-9]{9}$'}}}}}}",
           NULL);
  char *text = rig_quotes("{'actors':[\n  {'orgnr': 7},\n  {'orgnr': '12'}],\n 'actor': 1}");
  int status = vt_schema_check_text(rig.schema, &rig.allocator, VT_STR("actors.json"), vt_str(text),
                                    "CONF-ACTORS", &rig.diagnostics);
  assert_int_equal(status, VATER_E_CONFIG);
  assert_int_equal(rig.diagnostics.count, 3);
  static const struct {
    unsigned line, column;
    const char *pointer, *text;
  } wanted[] = {{2, 13, "/actors/0/orgnr", "must be of type string"},
                {3, 13, "/actors/1/orgnr", "must have the form ^[0-9]{9}$"},
                {4, 2, "/actor", "this member is not allowed here"}};
  for (size_t i = 0; i < 3; i++) {
    const struct vt_error *error = &rig.diagnostics.items[i].error;
    assert_int_equal(error->line, wanted[i].line);
    assert_int_equal(error->column, wanted[i].column);
    assert_string_equal(error->pointer, wanted[i].pointer);
    assert_string_equal(error->text, wanted[i].text);
    assert_string_equal(error->source, "actors.json");
    assert_string_equal(error->code, "CONF-ACTORS");
  }
  free(text);
  rig_close(&rig);
}

static void test_check_text_syntax(void **state)
{
  (void)state;
  struct rig rig;
  rig_open(&rig, "true", NULL);
  assert_int_equal(vt_schema_check_text(rig.schema, &rig.allocator, VT_STR("a.json"),
                                        VT_STR("{\"a\":\n }"), "CONF", &rig.diagnostics),
                   VATER_E_CONFIG);
  assert_int_equal(rig.diagnostics.count, 1);
  assert_int_equal(rig.diagnostics.items[0].error.line, 2);
  assert_string_equal(rig.diagnostics.items[0].error.code, "CONF");
  assert_int_equal(vt_schema_check_text(rig.schema, &rig.allocator, VT_STR("a.json"), VT_STR("{}"),
                                        "CONF", &rig.diagnostics),
                   VATER_OK);
  rig_close(&rig);
}

static const char busy_schema[] =
    "{'$defs':{'a':{'enum':[[1],{'b':2}]}},'properties':{'x':{'$ref':'#/$defs/a'}},"
    "'patternProperties':{'^p':{'type':'string'},'q$':{'minLength':2}},"
    "'allOf':[{'properties':{'y':{'contains':{'const':1}}}}],'required':['z'],"
    "'anyOf':[{'required':['u']},{'properties':{'v':{'pattern':'^(a|b){3}$'}},'required':['v']}],"
    "'unevaluatedProperties':{'uniqueItems':true}}";
static const char busy_instance[] =
    "{'x':[1.0],'pq':'a','y':[1,2],'v':'abz','other':[{'a':1},{'a':1}]}";

/* Every allocation fails in turn: an error each time, and nothing is lost. */
static void test_memory_ends(void **state)
{
  (void)state;
  char *schema_text = rig_quotes(busy_schema), *instance = rig_quotes(busy_instance);
  struct vt_allocator plain = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&plain, 0);
  bool done = false;
  for (uint64_t fail_at = 1; !done; fail_at++) {
    struct rig_memory memory = {.fail_at = fail_at};
    struct vt_allocator allocator = rig_allocator(&memory);
    struct vt_diagnostics diagnostics;
    struct vt_schema *schema = NULL;
    struct vt_schema_validator *validator = NULL;
    struct vt_doc_reader *reader = NULL;
    struct vt_doc_event event = {.kind = VT_DOC_NULL};
    struct vt_schema_sink sink = {.cap = 100};
    bool valid = true;
    assert_true(fail_at < 5000);
    vt_diagnostics_init(&diagnostics, arena);
    int status = vt_schema_compile(vt_str(schema_text), NULL, &allocator, &schema, &diagnostics);
    if (status == VATER_OK)
      status = vt_schema_validator_new(schema, &allocator, vt_str(instance), &sink, &validator);
    if (status == VATER_OK)
      status = vt_doc_reader_new(&plain, vt_str(instance), NULL, 0, &reader);
    while (status == VATER_OK && event.kind != VT_DOC_END) {
      assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
      status = vt_schema_feed(validator, &event, NULL);
    }
    if (status == VATER_OK) {
      done = memory.calls < fail_at;
      assert_int_equal(vt_schema_finish(validator, &valid, NULL), VATER_OK);
      assert_false(valid);
    } else {
      assert_int_equal(status, VATER_E_NOMEM);
    }
    vt_doc_reader_free(reader);
    vt_schema_validator_free(validator);
    vt_schema_free(schema);
    assert_int_equal(memory.held, 0);
  }
  vt_arena_free(arena);
  free(schema_text);
  free(instance);
}

/* A plan that was not foreseen is made while validating, once. */
static void test_late_plans(void **state)
{
  (void)state;
  struct rig rig;
  char schema[4096], instance[256];
  size_t len = (size_t)snprintf(schema, sizeof schema, "{'patternProperties':{");
  for (int i = 0; i < 20; i++)
    len += (size_t)snprintf(schema + len, sizeof schema - len, "%s'%c':{'minimum':%d}",
                            i > 0 ? "," : "", 'a' + i, i);
  snprintf(schema + len, sizeof schema - len, "}}");
  rig_open(&rig, schema, NULL);
  snprintf(instance, sizeof instance, "{'at':18,'abcdefghij':9,'ta':19}");
  assert_false(rig_validate(&rig, instance));
  assert_string_equal(rig.findings, "minimum /at must be at least 19\n");
  rig_close(&rig);
}

static void test_limit_pattern_bytes(void **state)
{
  (void)state;
  size_t limit = VT_LIMIT_REGEX_PATTERN_BYTES;
  char *schema = malloc(limit + 64), *text = malloc(512);
  assert_non_null(schema);
  assert_non_null(text);
  for (size_t size = limit; size <= limit + 1; size++) {
    memcpy(schema, "{'pattern':'", 12);
    memset(schema + 12, 'a', size);
    memcpy(schema + 12 + size, "'}", 3);
    rig_fault(schema, text, 512);
    assert_int_equal(text[0] == '\0', size == limit);
    assert_true(size == limit || strstr(text, "REGEX_PATTERN_BYTES") != NULL);
  }
  free(schema);
  free(text);
}

static void test_limit_depth(void **state)
{
  (void)state;
  for (size_t depth = VT_LIMIT_SCHEMA_DEPTH - 1; depth <= VT_LIMIT_SCHEMA_DEPTH; depth++) {
    char *schema = calloc(1, 16 * (depth + 2)), text[512];
    assert_non_null(schema);
    for (size_t i = 0; i < depth; i++)
      strncat(schema, "{'items':", 10);
    strncat(schema, "{}", 3);
    for (size_t i = 0; i < depth; i++)
      strncat(schema, "}", 2);
    rig_fault(schema, text, sizeof text);
    assert_int_equal(text[0] == '\0', depth < VT_LIMIT_SCHEMA_DEPTH);
    free(schema);
  }
}

static void test_limit_number_bytes(void **state)
{
  (void)state;
  for (size_t size = VT_LIMIT_SCHEMA_NUMBER_BYTES; size <= VT_LIMIT_SCHEMA_NUMBER_BYTES + 1;
       size++) {
    char schema[2048], text[512];
    memcpy(schema, "{'const':0.", 12);
    memset(schema + 11, '1', size - 2);
    memcpy(schema + 9 + size, "}", 2);
    rig_fault(schema, text, sizeof text);
    assert_int_equal(text[0] == '\0', size == VT_LIMIT_SCHEMA_NUMBER_BYTES);
  }
}

static void test_limit_slots(void **state)
{
  (void)state;
  /* the anyOf has a slot of its own */
  for (size_t count = VT_LIMIT_SCHEMA_SLOTS - 1; count <= VT_LIMIT_SCHEMA_SLOTS; count++) {
    char *schema = malloc(count * 24 + 64), text[512];
    assert_non_null(schema);
    size_t len = (size_t)snprintf(schema, 32, "{'anyOf':[");
    for (size_t i = 0; i < count; i++)
      len += (size_t)snprintf(schema + len, 32, "%s{'const':%zu}", i > 0 ? "," : "", i);
    memcpy(schema + len, "]}", 3);
    rig_fault(schema, text, sizeof text);
    assert_int_equal(text[0] == '\0', count < VT_LIMIT_SCHEMA_SLOTS);
    assert_true(text[0] == '\0' || strstr(text, "SCHEMA_SLOTS") != NULL);
    free(schema);
  }
}

static void test_limit_bytes(void **state)
{
  (void)state;
  size_t limit = VT_LIMIT_SCHEMA_BYTES;
  char *schema = malloc(limit + 1);
  assert_non_null(schema);
  memset(schema, ' ', limit + 1);
  memcpy(schema, "true", 4);
  for (size_t size = limit; size <= limit + 1; size++) {
    struct vt_allocator allocator = vt_allocator_real();
    struct vt_arena *arena = vt_arena_new(&allocator, 0);
    struct vt_diagnostics diagnostics;
    struct vt_schema *compiled;
    vt_diagnostics_init(&diagnostics, arena);
    int status = vt_schema_compile((struct vater_str){schema, size}, NULL, &allocator, &compiled,
                                   &diagnostics);
    assert_int_equal(status, size == limit ? VATER_OK : VATER_E_LIMIT);
    vt_schema_free(compiled);
    vt_arena_free(arena);
  }
  free(schema);
}

/* A pattern whose automaton is too large is decided by base/regex, with the same answer. */
static void test_limit_automaton(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  /* states: dead, matched, and one for each number of characters read, 0 to n */
  for (unsigned n = VT_LIMIT_SCHEMA_DFA_STATES - 3; n <= VT_LIMIT_SCHEMA_DFA_STATES - 2; n++) {
    char text[32], subject[2048];
    struct vt_pattern *pattern;
    bool matched;
    snprintf(text, sizeof text, "^a{%u}$", n);
    memset(subject, 'a', n);
    assert_int_equal(vt_pattern_compile(vt_str(text), arena, &allocator, &pattern, NULL), VATER_OK);
    assert_int_equal(vt_pattern_is_automaton(pattern), n == VT_LIMIT_SCHEMA_DFA_STATES - 3);
    assert_int_equal(vt_pattern_match(pattern, (struct vater_str){subject, n}, &matched, NULL),
                     VATER_OK);
    assert_true(matched);
    assert_int_equal(vt_pattern_match(pattern, (struct vater_str){subject, n - 1}, &matched, NULL),
                     VATER_OK);
    assert_false(matched);
    vt_pattern_fini(pattern);
  }
  vt_arena_free(arena);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_schema_faults),       cmocka_unit_test(test_all_schema_faults_at_once),
      cmocka_unit_test(test_check_text),          cmocka_unit_test(test_check_text_syntax),
      cmocka_unit_test(test_memory_ends),         cmocka_unit_test(test_late_plans),
      cmocka_unit_test(test_limit_pattern_bytes), cmocka_unit_test(test_limit_depth),
      cmocka_unit_test(test_limit_number_bytes),  cmocka_unit_test(test_limit_slots),
      cmocka_unit_test(test_limit_bytes),         cmocka_unit_test(test_limit_automaton),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

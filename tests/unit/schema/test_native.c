/*
 * P08 over the native submission: each field in turn with another type, null, missing, one member
 * too many, negative and far too large; every finding has the right keyword and pointer.
 */
#include "unit/schema/schema_rig.h"

#include "base/file.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>

#define OBSERVATION "'indicator':'G1-11','period':'2026-Q3','area':'4601',"

/* Every field of the format stands in one of these. */
static const char sample[] =
    "{'schemaVersion':'1.0.0','submissionId':'2026Q3-0042','replaces':'2026Q3-0041',"
    "'test':false,'nil':false,'reporter':{'orgnr':'983974724','name':'Helse Bergen HF',"
    "'system':'EPJ'},'delivery':'full','period':{'start':'2026-07-01','end':'2026-09-30'},"
    "'generatedAt':'2026-10-15T08:30:00Z','comment':'Ny rutine','observations':["
    "{" OBSERVATION "'areaRole':'provider','breakdown':{'sex':'F','age':'67-79'},"
    "'numerator':123,'denominator':456,'unit':'percent','status':'final'},"
    "{" OBSERVATION "'actor':'964338531','asOf':'2026-12-31','value':1,'unit':'yes-no',"
    "'status':'preliminary','sample':{'n':50,'margin':1.5,'weighted':true},"
    "'comment':{'code':'new-system','text':'Ny leverand\xc3\xb8r'}},"
    "{" OBSERVATION "'unit':'percent','missing':'suppressed','status':'final'},"
    "{" OBSERVATION "'action':'withdraw','reason':'wrong-denominator'}]}";

enum { TYPE, ENUM, PATTERN, LENGTH, OPEN };

/* What holds for a field: what another type gives, what far too large gives, whether it may lack.
 */
static const struct field {
  const char *pointer;
  int other;           /* TYPE or ENUM */
  int large;           /* PATTERN, LENGTH, ENUM, or OPEN: the structure sets no bound */
  bool negative;       /* a number below 0 is refused */
  const char *lacking; /* the missing member(s) named, or NULL where it may lack */
} fields[] = {
    {"/schemaVersion", TYPE, PATTERN, false, "schemaVersion"},
    {"/submissionId", TYPE, LENGTH, false, NULL},
    {"/replaces", TYPE, LENGTH, false, NULL},
    {"/test", TYPE, OPEN, false, NULL},
    {"/nil", TYPE, OPEN, false, NULL},
    {"/reporter", TYPE, OPEN, false, "reporter"},
    {"/reporter/orgnr", TYPE, PATTERN, false, "orgnr"},
    {"/reporter/name", TYPE, LENGTH, false, NULL},
    {"/reporter/system", TYPE, LENGTH, false, NULL},
    {"/delivery", ENUM, ENUM, false, NULL},
    {"/period", TYPE, OPEN, false, NULL},
    {"/period/start", TYPE, PATTERN, false, "start"},
    {"/period/end", TYPE, PATTERN, false, "end"},
    {"/generatedAt", TYPE, PATTERN, false, "generatedAt"},
    {"/comment", TYPE, LENGTH, false, NULL},
    {"/observations", TYPE, OPEN, false, "observations"},
    {"/observations/0/indicator", TYPE, PATTERN, false, "indicator"},
    {"/observations/0/period", TYPE, PATTERN, false, "period"},
    {"/observations/0/area", TYPE, PATTERN, false, "area"},
    {"/observations/0/areaRole", ENUM, ENUM, false, NULL},
    {"/observations/0/breakdown", TYPE, OPEN, false, NULL},
    {"/observations/0/breakdown/sex", TYPE, LENGTH, false, NULL},
    {"/observations/0/breakdown/age", TYPE, LENGTH, false, NULL},
    {"/observations/0/numerator", TYPE, OPEN, false, "numerator"},
    {"/observations/0/denominator", TYPE, OPEN, false, "denominator"},
    {"/observations/0/unit", ENUM, ENUM, false, "unit"},
    {"/observations/0/status", ENUM, ENUM, false, "status"},
    {"/observations/1/actor", TYPE, PATTERN, false, NULL},
    {"/observations/1/asOf", TYPE, PATTERN, false, NULL},
    {"/observations/1/value", TYPE, OPEN, false, "missing, value"},
    {"/observations/1/unit", ENUM, ENUM, false, "unit"},
    {"/observations/1/status", ENUM, ENUM, false, "status"},
    {"/observations/1/sample", TYPE, OPEN, false, NULL},
    {"/observations/1/sample/n", TYPE, OPEN, true, NULL},
    {"/observations/1/sample/margin", TYPE, OPEN, true, NULL},
    {"/observations/1/sample/weighted", TYPE, OPEN, false, NULL},
    {"/observations/1/comment", TYPE, OPEN, false, NULL},
    {"/observations/1/comment/code", ENUM, ENUM, false, NULL},
    {"/observations/1/comment/text", TYPE, LENGTH, false, "text"},
    {"/observations/2/unit", ENUM, ENUM, false, "unit"},
    {"/observations/2/missing", ENUM, ENUM, false, "missing, value"},
    {"/observations/2/status", ENUM, ENUM, false, "status"},
    {"/observations/3/indicator", TYPE, PATTERN, false, "indicator"},
    {"/observations/3/period", TYPE, PATTERN, false, "period"},
    {"/observations/3/area", TYPE, PATTERN, false, "area"},
    {"/observations/3/action", ENUM, ENUM, false, "action"},
    {"/observations/3/reason", TYPE, LENGTH, false, "reason"},
};

struct place {
  size_t name, from, to; /* of the member's name, of its value */
  char first;            /* the value's first byte */
};

struct probe {
  struct rig rig;
  char *document;
  unsigned mutations;
};

/* The value at a pointer, found by reading: the reader's own pointers tell. */
static struct place find(struct vater_str document, const char *pointer)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  struct vt_buffer path;
  struct place place = {0, 0, 0, 0};
  uint32_t depth = 0;
  vt_buffer_init(&path, &allocator, 4096);
  assert_int_equal(vt_doc_reader_new(&allocator, document, NULL, 0, &reader), VATER_OK);
  while (event.kind != VT_DOC_END && place.to == 0) {
    assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
    vt_buffer_reset(&path);
    vt_doc_pointer(reader, &path);
    bool here = vt_str_is(vt_buffer_str(&path), pointer);
    if (place.from > 0 && event.depth == depth)
      place.to = event.end;
    else if (here && event.kind == VT_DOC_NAME)
      place.name = event.offset;
    else if (here && place.from == 0) {
      place.from = event.offset;
      place.first = document.ptr[event.offset];
      depth = event.depth;
      if (event.kind != VT_DOC_OBJECT && event.kind != VT_DOC_LIST)
        place.to = event.end;
    }
  }
  vt_doc_reader_free(reader);
  vt_buffer_fini(&path);
  assert_true(place.to > 0);
  return place;
}

/* The document with [from, to) replaced. */
static char *replaced(const struct probe *probe, size_t from, size_t to, const char *replacement)
{
  size_t len = strlen(probe->document), new_len = strlen(replacement);
  char *text = malloc(len + new_len + 1);
  assert_non_null(text);
  memcpy(text, probe->document, from);
  memcpy(text + from, replacement, new_len);
  memcpy(text + from + new_len, probe->document + to, len - to + 1);
  return text;
}

static void compare(struct probe *probe, char *text, bool valid, const char *findings)
{
  if (strcmp(probe->rig.findings, findings) != 0)
    print_error("%s\n", text);
  assert_string_equal(probe->rig.findings, findings);
  assert_int_equal(valid, findings[0] == '\0');
  probe->mutations++;
  free(text);
}

static void expect(struct probe *probe, size_t from, size_t to, const char *replacement,
                   const char *findings)
{
  char *text = replaced(probe, from, to, replacement);
  bool valid = rig_validate_text(&probe->rig, vt_str(text));
  compare(probe, text, valid, findings);
}

/* Only "keyword pointer", and what is lacking. */
static void expect_short(struct probe *probe, size_t from, size_t to, const char *replacement,
                         const char *findings)
{
  char *text = replaced(probe, from, to, replacement);
  probe->rig.terse = true;
  bool valid = rig_validate_text(&probe->rig, vt_str(text));
  probe->rig.terse = false;
  compare(probe, text, valid, findings);
}

static const char *keyword_of(int kind)
{
  static const char *const names[] = {"type", "enum", "pattern", "maxLength"};
  return names[kind];
}

static void mutate_value(struct probe *probe, const struct field *field, const struct place *place)
{
  char wanted[256], large[5003];
  bool text = place->first == '"', number = place->first >= '0' && place->first <= '9';
  snprintf(wanted, sizeof wanted, "%s %s\n", keyword_of(field->other), field->pointer);
  expect_short(probe, place->from, place->to, "null", wanted);
  expect_short(probe, place->from, place->to, text ? "17" : "\"x\"", wanted);
  expect_short(probe, place->from, place->to, place->first == '[' ? "{}" : "[]", wanted);
  expect_short(probe, place->from, place->to, place->first == '{' ? "[]" : "{}", wanted);
  if (number) {
    snprintf(wanted, sizeof wanted, "%s %s\n", "minimum", field->pointer);
    expect_short(probe, place->from, place->to, "-5", field->negative ? wanted : "");
    expect_short(probe, place->from, place->to, "1000000000000000000000000000000", "");
  }
  if (text) {
    memset(large, 'x', sizeof large);
    large[0] = large[sizeof large - 2] = '"';
    large[sizeof large - 1] = '\0';
    snprintf(wanted, sizeof wanted, "%s %s\n", keyword_of(field->large), field->pointer);
    expect_short(probe, place->from, place->to, large, wanted);
  }
}

/* The member and one comma beside it go. */
static void remove_member(struct probe *probe, const struct field *field, const struct place *place)
{
  char wanted[256] = "";
  size_t from = place->name, to = place->to;
  const char *slash = strrchr(field->pointer, '/');
  if (probe->document[to] == ',')
    to++;
  else if (probe->document[from - 1] == ',')
    from--;
  if (field->lacking != NULL)
    snprintf(wanted, sizeof wanted, "required %.*s lacks %s\n", (int)(slash - field->pointer),
             field->pointer, field->lacking);
  expect_short(probe, from, to, "", wanted);
}

static void test_p08_each_field(void **state)
{
  struct probe *probe = *state;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    struct place place = find(vt_str(probe->document), fields[i].pointer);
    mutate_value(probe, &fields[i], &place);
    remove_member(probe, &fields[i], &place);
  }
  assert_true(probe->mutations > 250);
}

static void test_p08_extra_member(void **state)
{
  struct probe *probe = *state;
  static const struct {
    const char *object, *finding;
  } objects[] = {
      {"", "additionalProperties /extra this member is not allowed here\n"},
      {"/reporter", "additionalProperties /reporter/extra this member is not allowed here\n"},
      {"/period", "additionalProperties /period/extra this member is not allowed here\n"},
      {"/observations/0",
       "additionalProperties /observations/0/extra this member is not allowed here\n"},
      {"/observations/3",
       "additionalProperties /observations/3/extra this member is not allowed here\n"},
      {"/observations/1/sample",
       "additionalProperties /observations/1/sample/extra this member is not allowed here\n"},
      {"/observations/1/comment",
       "additionalProperties /observations/1/comment/extra this member is not allowed here\n"},
      {"/observations/0/breakdown",
       "type /observations/0/breakdown/extra must be of type string\n"}};
  for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
    size_t at = 1;
    if (objects[i].object[0] != '\0')
      at = find(vt_str(probe->document), objects[i].object).from + 1;
    expect(probe, at, at, "\"extra\":1,", objects[i].finding);
  }
}

static void test_p08_whole_rows(void **state)
{
  struct probe *probe = *state;
  static const char *const values[] = {"null", "17", "\"x\"", "[]", "true"};
  struct place row = find(vt_str(probe->document), "/observations/2");
  for (size_t i = 0; i < sizeof values / sizeof *values; i++)
    expect_short(probe, row.from, row.to, values[i], "type /observations/2\n");
  expect_short(probe, 0, strlen(probe->document), "[]", "type \n");
}

/* Members that do not go together: the branch that the row seems to be is explained. */
static void test_rows_that_mix(void **state)
{
  struct probe *probe = *state;
  struct place value = find(vt_str(probe->document), "/observations/2/missing");
  expect(probe, value.name, value.name, "\"value\":5,",
         "properties /observations/2/value this member is not allowed here\n");
  value = find(vt_str(probe->document), "/observations/0/breakdown/sex");
  expect(probe, value.name, value.from - 1, "\"Sex\"",
         "propertyNames /observations/0/breakdown/Sex must have the form ^[a-z][a-zA-Z0-9]*$\n");
}

static void test_sample_is_valid(void **state)
{
  struct probe *probe = *state;
  expect(probe, 0, 0, "", "");
}

static int open_probe(void **state)
{
  struct probe *probe = calloc(1, sizeof *probe);
  struct vt_error error = {.status = VATER_OK};
  struct vater_str schema;
  struct vt_allocator allocator = vt_allocator_real();
  if (probe == NULL ||
      vt_file_load(&allocator, VATER_SOURCE_DIR "/rules/schemas/submission.schema.json",
                   VT_LIMIT_SCHEMA_BYTES, &schema, &error) != VATER_OK)
    return -1;
  rig_open_text(&probe->rig, schema, NULL);
  vt_free(&allocator, (void *)(uintptr_t)schema.ptr);
  probe->document = rig_quotes(sample);
  *state = probe;
  return 0;
}

static int close_probe(void **state)
{
  struct probe *probe = *state;
  rig_close(&probe->rig);
  free(probe->document);
  free(probe);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_sample_is_valid),  cmocka_unit_test(test_p08_each_field),
      cmocka_unit_test(test_p08_extra_member), cmocka_unit_test(test_p08_whole_rows),
      cmocka_unit_test(test_rows_that_mix),
  };
  return cmocka_run_group_tests(tests, open_probe, close_probe);
}

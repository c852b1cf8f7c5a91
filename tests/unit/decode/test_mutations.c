/* P08: each value of a complete submission in turn becomes another type, null, missing, extra,
 * negative or far too large. What the schema then says is said at the right pointer. P14: a
 * submission with more violations than are kept. */
#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "base/file.h"
#include "doc/place.h"
#include "judge/decode.h"

#include <stdio.h>
#include <stdlib.h>

static const char complete[] =
    "{\"schemaVersion\":\"1.0.0\",\"submissionId\":\"2026Q3-0042\",\"replaces\":\"2026Q3-0041\",\n"
    "\"test\":false,\"reporter\":{\"orgnr\":\"983974724\",\"name\":\"Helse Bergen HF\","
    "\"system\":\"x\"},\"delivery\":\"full\",\n\"period\":{\"start\":\"2026-07-01\",\"end\":"
    "\"2026-09-30\"},\"generatedAt\":\"2026-10-15T08:30:00Z\",\"comment\":\"c\",\"observations\":["
    "\n"
    "{\"indicator\":\"G1-11\",\"period\":\"2026-Q3\",\"area\":\"4601\",\"areaRole\":\"provider\","
    "\"breakdown\":{\"sex\":\"F\"},\"numerator\":123,\"denominator\":456,\"value\":27.0,\"unit\":"
    "\"percent\",\"status\":\"final\",\"sample\":{\"n\":5,\"margin\":0.5,\"weighted\":true},"
    "\"comment\":{\"code\":\"merger\",\"text\":\"t\"},\"asOf\":\"2026-12-31\",\"actor\":"
    "\"964338531\"}]}";

struct rig {
  struct vt_allocator allocator;
  struct vt_schema *schema;
  struct vt_decode_plan *plan;
  const char *wanted; /* a pointer that a violation must have */
  bool seen;
  uint64_t delivered;
};

static const struct vater_row_member members[] = {{"value", VATER_COLUMN_VALUE}, {NULL, 0}};
static const struct vater_rows rows = {sizeof rows, "/observations", members, NULL};

static int see(void *context, const struct vt_decode_violation *violation)
{
  struct rig *rig = context;
  rig->delivered++;
  if (rig->wanted != NULL && vt_str_is(violation->pointer, rig->wanted))
    rig->seen = true;
  return VATER_OK;
}

static int open_rig(void **state)
{
  struct rig *rig = calloc(1, sizeof *rig);
  struct vater_str text;
  rig->allocator = vt_allocator_real();
  assert_int_equal(vt_file_load(&rig->allocator,
                                VATER_SOURCE_DIR "/rules/schemas/submission.schema.json", 1 << 20,
                                &text, NULL),
                   VATER_OK);
  struct vt_arena *arena = vt_arena_new(&rig->allocator, 0);
  struct vt_diagnostics diagnostics;
  vt_diagnostics_init(&diagnostics, arena);
  assert_int_equal(vt_schema_compile(text, NULL, &rig->allocator, &rig->schema, &diagnostics),
                   VATER_OK);
  vt_arena_free(arena);
  vt_free(&rig->allocator, (void *)(uintptr_t)text.ptr);
  assert_int_equal(vt_decode_plan_new(&rig->allocator, &rows, &rig->plan, NULL), VATER_OK);
  *state = rig;
  return 0;
}

static int close_rig(void **state)
{
  struct rig *rig = *state;
  vt_decode_plan_free(rig->plan);
  vt_schema_free(rig->schema);
  free(rig);
  return 0;
}

static uint64_t judge(struct rig *rig, struct vater_str document, const char *wanted, uint64_t cap)
{
  struct vt_table_builder *table;
  struct vt_screen screen = {0};
  struct vt_decode_result result;
  struct vt_error error = {0};
  rig->wanted = wanted;
  rig->seen = false;
  rig->delivered = 0;
  assert_int_equal(vt_table_builder_new(&rig->allocator, 1, &table), VATER_OK);
  const struct vt_decode_input input = {.allocator = &rig->allocator,
                                        .bytes = document,
                                        .plan = rig->plan,
                                        .schema = rig->schema,
                                        .table = table,
                                        .screen = &screen,
                                        .violation = see,
                                        .context = rig,
                                        .cap = cap};
  assert_int_equal(vt_decode_page(&input, &result, &error), VATER_OK);
  vt_table_builder_free(table);
  return result.violations;
}

/* The document with bytes [from, to) replaced. */
static void replace(struct vt_buffer *out, size_t from, size_t to, const char *by)
{
  struct vater_str whole = {complete, sizeof complete - 1};
  vt_buffer_reset(out);
  vt_buffer_append(out, vt_str_slice(whole, 0, from));
  vt_buffer_text(out, by);
  vt_buffer_append(out, vt_str_slice(whole, to, whole.len));
}

static void the_whole_is_fine(void **state)
{
  assert_int_equal(judge(*state, (struct vater_str){complete, sizeof complete - 1}, NULL, 10), 0);
}

/* Every value, by walking the reader's events; what is put there is wrong for all types but one. */
static void p08_other_types_are_found_in_place(void **state)
{
  struct rig *rig = *state;
  static const char *const others[] = {"null", "[]", "[{}]", "{\"x\":1}"};
  struct vater_str whole = {complete, sizeof complete - 1};
  struct vt_doc_reader *reader;
  struct vt_doc_event event;
  struct vt_buffer document;
  struct vt_buffer pointer;
  size_t mutations = 0;
  vt_buffer_init(&document, &rig->allocator, 1 << 20);
  vt_buffer_init(&pointer, &rig->allocator, 1 << 20);
  assert_int_equal(vt_doc_reader_new(&rig->allocator, whole, NULL, 1, &reader), VATER_OK);
  while (vt_doc_next(reader, &event, NULL) == VATER_OK && event.kind != VT_DOC_END) {
    if (event.kind != VT_DOC_TEXT && event.kind != VT_DOC_NUMBER && event.kind != VT_DOC_TRUE &&
        event.kind != VT_DOC_FALSE)
      continue;
    vt_buffer_reset(&pointer);
    vt_doc_pointer(reader, &pointer);
    vt_buffer_char(&pointer, '\0');
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
      replace(&document, event.offset, event.end, others[i]);
      assert_true(judge(rig, vt_buffer_str(&document), pointer.bytes, 100) > 0);
      if (!rig->seen)
        print_message("%s <- %s\n", pointer.bytes, others[i]);
      assert_true(rig->seen);
      mutations++;
    }
  }
  assert_int_equal(mutations, 29 * 4);
  vt_doc_reader_free(reader);
  vt_buffer_fini(&document);
  vt_buffer_fini(&pointer);
}

static void p08_values_out_of_range_are_found_in_place(void **state)
{
  struct rig *rig = *state;
  static const struct {
    const char *pointer, *by;
  } cases[] = {
      {"/schemaVersion", "\"2.0.0\""},      {"/reporter/orgnr", "\"98397472\""},
      {"/generatedAt", "\"yesterday\""},    {"/delivery", "\"half\""},
      {"/observations/0/unit", "\"%\""},    {"/observations/0/sample/n", "-5"},
      {"/observations/0/sample/n", "0.5"},  {"/observations/0/sample/margin", "-0.1"},
      {"/observations/0/status", "\"\""},   {"/submissionId", "\"\""},
      {"/observations/0/asOf", "\"2026\""}, {"/observations/0/value", "99999999999999999999"},
  };
  struct vater_str whole = {complete, sizeof complete - 1};
  struct vt_buffer document;
  vt_buffer_init(&document, &rig->allocator, 1 << 20);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t offset;
    size_t end;
    assert_int_equal(
        vt_doc_find(&rig->allocator, whole, vt_str(cases[i].pointer), &offset, &end, NULL),
        VATER_OK);
    replace(&document, offset, end, cases[i].by);
    assert_true(judge(rig, vt_buffer_str(&document), cases[i].pointer, 100) > 0);
    if (!rig->seen)
      print_message("%s <- %s\n", cases[i].pointer, cases[i].by);
    assert_true(rig->seen);
  }
  vt_buffer_fini(&document);
}

/* A name that is not there any more is reported at its object, a new one at itself. */
static void p08_missing_and_extra_members(void **state)
{
  struct rig *rig = *state;
  static const struct {
    const char *member, *object;
  } cases[] = {
      {"/schemaVersion", ""},
      {"/generatedAt", ""},
      {"/observations", ""},
      {"/reporter/orgnr", "/reporter"},
      {"/observations/0/indicator", "/observations/0"},
      {"/observations/0/area", "/observations/0"},
      {"/observations/0/comment/text", "/observations/0/comment"},
  };
  struct vater_str whole = {complete, sizeof complete - 1};
  struct vt_buffer document;
  vt_buffer_init(&document, &rig->allocator, 1 << 20);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char extra[100];
    size_t offset;
    size_t end;
    assert_int_equal(
        vt_doc_find_name(&rig->allocator, whole, vt_str(cases[i].member), &offset, &end, NULL),
        VATER_OK);
    replace(&document, offset, end, "\"extra\"");
    assert_true(judge(rig, vt_buffer_str(&document), cases[i].object, 100) > 1);
    assert_true(rig->seen);
    snprintf(extra, sizeof extra, "%s/extra", cases[i].object);
    assert_true(judge(rig, vt_buffer_str(&document), extra, 100) > 1);
    assert_true(rig->seen);
  }
  vt_buffer_fini(&document);
}

static void p14_all_are_counted_few_delivered(void **state)
{
  struct rig *rig = *state;
  enum { MANY = 100000, CAP = 20 };
  struct vt_buffer document;
  vt_buffer_init(&document, &rig->allocator, 1 << 24);
  vt_buffer_text(&document, "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"983974724\"},"
                            "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"observations\":[0");
  for (int i = 1; i < MANY; i++)
    vt_buffer_text(&document, ",0");
  vt_buffer_text(&document, "]}");
  assert_true(judge(rig, vt_buffer_str(&document), NULL, CAP) >= MANY);
  assert_int_equal(rig->delivered, CAP);
  vt_buffer_fini(&document);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_whole_is_fine),
      cmocka_unit_test(p08_other_types_are_found_in_place),
      cmocka_unit_test(p08_values_out_of_range_are_found_in_place),
      cmocka_unit_test(p08_missing_and_extra_members),
      cmocka_unit_test(p14_all_are_counted_few_delivered),
  };
  return cmocka_run_group_tests(tests, open_rig, close_rig);
}

#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include <stdio.h>

/* Kind, depth, text and offset of each event, up to the end or the fault. */
static void trace(const char *text, struct vt_buffer *out, struct vt_error *error)
{
  static const char *const kinds[] = {"{",      "}",    "[",     "]",    "name", "text",
                                      "number", "true", "false", "null", "end"};
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  vt_buffer_init(out, &allocator, 4096);
  assert_int_equal(vt_doc_reader_new(&allocator, vt_str(text), NULL, 1, &reader), VATER_OK);
  vt_doc_reader_lines(reader, VT_STR("rows"));
  while (event.kind != VT_DOC_END && vt_doc_next(reader, &event, error) == VATER_OK)
    vt_buffer_format(out, "%s%.*s@%u:%zu-%zu ", kinds[event.kind], VT_STR_ARGS(event.text),
                     (unsigned)event.depth, event.offset, event.end);
  vt_doc_reader_free(reader);
}

static void gives(const char *text, const char *wanted)
{
  struct vt_buffer out;
  struct vt_error error = {0};
  trace(text, &out, &error);
  assert_int_equal(error.status, VATER_OK);
  if (!vt_str_is(vt_buffer_str(&out), wanted))
    fail_msg("%s: %.*s", text, VT_STR_ARGS(vt_buffer_str(&out)));
  vt_buffer_fini(&out);
}

static void events(void **state)
{
  (void)state;
  gives("{\"a\":1}\n{\"b\":[2]}\n3",
        "{@0:0-1 namea@1:1-4 number1@1:5-6 namerows@1:6-6 [@1:6-7 {@2:8-9 nameb@3:9-12 [@3:13-14 "
        "number2@4:14-15 ]@3:15-16 }@2:16-17 number3@2:18-19 ]@1:19-19 }@0:19-19 end@0:19-19 ");
  gives("\r\n {} \r\n\r\n", "{@0:3-4 namerows@1:4-4 [@1:4-5 ]@1:10-10 }@0:10-10 end@0:10-10 ");
  gives("{}", "{@0:0-1 namerows@1:1-1 [@1:1-2 ]@1:2-2 }@0:2-2 end@0:2-2 ");
}

static void pointers(void **state)
{
  (void)state;
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  struct vt_buffer pointer;
  vt_buffer_init(&pointer, &allocator, 256);
  assert_int_equal(
      vt_doc_reader_new(&allocator, VT_STR("{\"a\":{}}\n{}\n{\"b\":7}\n"), NULL, 1, &reader),
      VATER_OK);
  vt_doc_reader_lines(reader, VT_STR("rows"));
  while (event.kind != VT_DOC_NUMBER)
    assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
  assert_int_equal(vt_doc_pointer(reader, &pointer), VATER_OK);
  assert_str(vt_buffer_str(&pointer), "/rows/1/b");
  vt_buffer_fini(&pointer);
  vt_doc_reader_free(reader);
}

struct refused {
  const char *document, *code, *text, *pointer;
  uint32_t line, column;
};

static const struct refused refusals[] = {
    {"", "PAY-SYNTAX", "the document is empty", "", 1, 1},
    {"[1]\n2", "PAY-SYNTAX",
     "expected an object as the first line (the submission's head), found '['", "", 1, 1},
    {"{\"a\":1\n}\n{}", "PAY-SYNTAX",
     "the line ends where ',' or '}' should come; NDJSON has each value on one line", "/a", 1, 7},
    {"{}\n{\"a\":\n1}", "PAY-SYNTAX",
     "the line ends where a value should come; NDJSON has each value on one line", "/rows/0/a", 2,
     6},
    {"{}\n{} {}", "PAY-SYNTAX",
     "there is more behind the value of this line; NDJSON has one value a line", "/rows/0", 2, 4},
    {"{} {}\n{}", "PAY-SYNTAX",
     "there is more behind the value of this line; NDJSON has one value a line", "/rows", 1, 4},
    {"{\"rows\":[]}\n{}", "PAY-DUPKEY",
     "the object has two members of this name; which one counts is not defined", "/rows", 1, 11},
    {"{}\n{\"a\":1", "PAY-SYNTAX",
     "the document ends where ',' or '}' should come; it seems to have been cut", "/rows/0/a", 2,
     7},
    {"{}\n{\"a\":\"x\ny\"}", "PAY-SYNTAX", NULL, "/rows/0/a", 2, 8},
};

static void faults(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const struct refused *wanted = &refusals[i];
    struct vt_buffer out;
    struct vt_error error = {0};
    trace(wanted->document, &out, &error);
    print_message("%s\n", wanted->document);
    assert_string_equal(error.code, wanted->code);
    if (wanted->text != NULL)
      assert_string_equal(error.text, wanted->text);
    assert_string_equal(error.pointer, wanted->pointer);
    assert_int_equal(error.line, wanted->line);
    assert_int_equal(error.column, wanted->column);
    vt_buffer_fini(&out);
  }
}

static void looks(void **state)
{
  (void)state;
  assert_true(vt_doc_looks_like_lines(VT_STR("{\"a\":1}\n{\"b\":2}\n")));
  assert_true(vt_doc_looks_like_lines(VT_STR("\n{} \r\n\n {\n")));
  assert_false(vt_doc_looks_like_lines(VT_STR("{\"a\":1}\n")));
  assert_false(vt_doc_looks_like_lines(VT_STR("{\n\"a\":1}\n{}")));
  assert_false(vt_doc_looks_like_lines(VT_STR("[{}]\n[{}]")));
  assert_false(vt_doc_looks_like_lines(VT_STR("{}\nx")));
  assert_false(vt_doc_looks_like_lines(VT_STR("")));
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(events), cmocka_unit_test(pointers),
                                     cmocka_unit_test(faults), cmocka_unit_test(looks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "doc/place.h"

static const char text[] = "{\n"
                           "  \"a/b\": [10, {\"x~\": \"\xc3\xa6\xc3\xb8\", \"y\": {}}],\n"
                           "  \"n\\u0061me\": null, \"\": 7\n"
                           "}\n";
#define DOCUMENT ((struct vater_str){text, sizeof text - 1})

static void finds_values(void **state)
{
  (void)state;
  static const struct {
    const char *pointer, *value, *name;
    uint32_t line, column;
  } cases[] = {
      {"/a~1b", "[10, {\"x~\": \"\xc3\xa6\xc3\xb8\", \"y\": {}}]", "\"a/b\"", 2, 10},
      {"/a~1b/0", "10", "10", 2, 11},
      {"/a~1b/1/x~0", "\"\xc3\xa6\xc3\xb8\"", "\"x~\"", 2, 22},
      {"/a~1b/1/y", "{}", "\"y\"", 2, 33},
      {"/name", "null", "\"n\\u0061me\"", 3, 16},
      {"/", "7", "\"\"", 3, 26},
  };
  struct vt_allocator allocator = vt_allocator_real();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t offset;
    size_t end;
    uint32_t line;
    uint32_t column;
    struct vater_str pointer = vt_str(cases[i].pointer);
    assert_int_equal(vt_doc_find(&allocator, DOCUMENT, pointer, &offset, &end, NULL), VATER_OK);
    assert_str(vt_str_slice(DOCUMENT, offset, end), cases[i].value);
    assert_int_equal(vt_doc_find_name(&allocator, DOCUMENT, pointer, &offset, &end, NULL),
                     VATER_OK);
    assert_str(vt_str_slice(DOCUMENT, offset, end), cases[i].name);
    vt_doc_line(&allocator, DOCUMENT, pointer, &line, &column);
    assert_int_equal(line, cases[i].line);
    assert_int_equal(column, cases[i].column);
  }
}

static void finds_the_whole(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  size_t offset;
  size_t end;
  assert_int_equal(vt_doc_find(&allocator, DOCUMENT, VT_STR(""), &offset, &end, NULL), VATER_OK);
  assert_int_equal(offset, 0);
  assert_int_equal(end, sizeof text - 2);
}

static void does_not_find(void **state)
{
  (void)state;
  static const char *const pointers[] = {"/x",        "/a~1b/2", "/a~1b/00", "/a~1b/-", "/a~1b/0/1",
                                         "/a~1b/1/z", "a",       "/name/x",  "/a/b",    "/a~1b/"};
  struct vt_allocator allocator = vt_allocator_real();
  for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
    size_t offset = 1;
    size_t end = 1;
    assert_int_equal(vt_doc_find(&allocator, DOCUMENT, vt_str(pointers[i]), &offset, &end, NULL),
                     VATER_DONE);
    assert_int_equal(offset + end, 0);
  }
}

static void places_what_is_missing_at_its_parent(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  uint32_t line;
  uint32_t column;
  vt_doc_line(&allocator, DOCUMENT, VT_STR("/a~1b/1/missing/deep"), &line, &column);
  assert_int_equal(line, 2);
  assert_int_equal(column, 15);
  vt_doc_line(&allocator, VT_STR("{]"), VT_STR("/a"), &line, &column);
  assert_int_equal(line, 0);
}

static void names_what_is_at_an_offset(void **state)
{
  (void)state;
  static const struct {
    const char *at, *pointer;
  } cases[] = {
      {"{\n", ""},         {"\"a/b", "/a~1b"},    {": [", "/a~1b"},
      {"[10", "/a~1b"},    {"10", "/a~1b/0"},     {", {\"x", "/a~1b"},
      {"{\"x", "/a~1b/1"}, {"x~", "/a~1b/1/x~0"}, {"\xb8", "/a~1b/1/x~0"},
      {"}],", "/a~1b/1"},  {"],", "/a~1b"},       {"null", "/name"},
      {"}\n", ""},
  };
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer out;
  vt_buffer_init(&out, &allocator, 1000);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    size_t offset = vt_str_find(DOCUMENT, vt_str(cases[i].at), 0);
    vt_buffer_reset(&out);
    assert_true(offset < sizeof text - 1);
    assert_int_equal(vt_doc_pointer_at(&allocator, DOCUMENT, offset, &out, NULL), VATER_OK);
    assert_str(vt_buffer_str(&out), cases[i].pointer);
  }
  vt_buffer_reset(&out);
  assert_int_equal(vt_doc_pointer_at(&allocator, VT_STR("{\"a\":[1,x,2]}"), 10, &out, NULL),
                   VATER_DONE);
  vt_buffer_fini(&out);
}

static void cuts_excerpts(void **state)
{
  (void)state;
  static const struct {
    struct vater_str document;
    size_t offset, end;
    uint32_t width;
    const char *excerpt;
    uint32_t caret, caret_width;
  } cases[] = {
      {RIG_TEXT("one\ntwo words\nthree"), 8, 13, 40, "two words", 4, 5},
      {RIG_TEXT("abcdefghij"), 5, 6, 4,
       "\xe2\x80\xa6"
       "defg"
       "\xe2\x80\xa6",
       3, 1},
      {RIG_TEXT("\xc3\xa6\xc3\xb8\xc3\xa5x"), 6, 7, 4, "\xe2\x80\xa6\xc3\xb8\xc3\xa5x", 3, 1},
      {RIG_TEXT("abc"), 3, 3, 10, "abc", 3, 1},
      {RIG_TEXT("abc"), 90, 95, 10, "abc", 3, 1},
      {RIG_TEXT("a\xff\xfe"
                "b"),
       3, 4, 10,
       "a\xff\xfe"
       "b",
       3, 1},
      {RIG_TEXT("ab\r\ncd"), 0, 6, 10, "ab", 0, 2},
      {RIG_TEXT(""), 0, 0, 10, "", 0, 1},
  };
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer out;
  vt_buffer_init(&out, &allocator, 1000);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uint32_t caret;
    uint32_t caret_width;
    vt_buffer_reset(&out);
    assert_int_equal(vt_doc_excerpt(cases[i].document, cases[i].offset, cases[i].end,
                                    cases[i].width, &out, &caret, &caret_width),
                     VATER_OK);
    assert_str(vt_buffer_str(&out), cases[i].excerpt);
    assert_int_equal(caret, cases[i].caret);
    assert_int_equal(caret_width, cases[i].caret_width);
  }
  vt_buffer_fini(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(finds_values),
      cmocka_unit_test(finds_the_whole),
      cmocka_unit_test(does_not_find),
      cmocka_unit_test(places_what_is_missing_at_its_parent),
      cmocka_unit_test(names_what_is_at_an_offset),
      cmocka_unit_test(cuts_excerpts),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

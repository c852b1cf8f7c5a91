#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct refused {
  const char *row; /* of facts/reliability.md */
  struct vater_str document;
  const char *code;
  size_t offset;
  uint32_t line, column;
  const char *text;
  const char *pointer;
};

static const struct refused refusals[] = {
    {"P01", RIG_TEXT(""), "PAY-SYNTAX", 0, 1, 1, "the document is empty", ""},
    {"P01", RIG_TEXT(" \n\t "), "PAY-SYNTAX", 0, 1, 1, "the document is empty", ""},
    {"P01", RIG_TEXT("<html>"), "PAY-SYNTAX", 0, 1, 1,
     "the document begins with '<': this looks like HTML or XML, not JSON", ""},
    {"P01", RIG_TEXT("\xef\xbb\xbf{}"), "PAY-SYNTAX", 0, 1, 1,
     "the document begins with a byte order mark; JSON is sent without one", ""},
    {"P01", RIG_TEXT("\xff\xfe{\0}\0"), "PAY-SYNTAX", 0, 1, 1,
     "the document is UTF-16 or UTF-32; JSON is sent as UTF-8", ""},
    {"P01", RIG_TEXT("{\0}\0"), "PAY-SYNTAX", 0, 1, 1,
     "the document is UTF-16 or UTF-32; JSON is sent as UTF-8", ""},
    {"P01", RIG_TEXT("\0{\0}"), "PAY-SYNTAX", 0, 1, 1,
     "the document is UTF-16 or UTF-32; JSON is sent as UTF-8", ""},
    {"P01", RIG_TEXT("\0\0\0{\0\0\0}"), "PAY-SYNTAX", 0, 1, 1,
     "the document is UTF-16 or UTF-32; JSON is sent as UTF-8", ""},
    {"P01", RIG_TEXT("{} {}"), "PAY-SYNTAX", 3, 1, 4,
     "there is more behind the end of the document; send one JSON document", ""},
    {"P01", RIG_TEXT("{}\n\nx"), "PAY-SYNTAX", 4, 3, 1,
     "there is more behind the end of the document; send one JSON document", ""},
    {"P01", RIG_TEXT("hello"), "PAY-SYNTAX", 0, 1, 1, "expected a value, found 'h'", ""},
    {"P01", RIG_TEXT("{\"a\":1,}"), "PAY-SYNTAX", 7, 1, 8,
     "expected a member's name in double quotes, found '}'", "/a"},
    {"P01", RIG_TEXT("[1,]"), "PAY-SYNTAX", 3, 1, 4, "expected a value, found ']'", "/1"},
    {"P01", RIG_TEXT("[1 2]"), "PAY-SYNTAX", 3, 1, 4, "expected ',' or ']', found '2'", "/0"},
    {"P01", RIG_TEXT("{\"a\" 1}"), "PAY-SYNTAX", 5, 1, 6,
     "expected ':' behind a member's name, found '1'", "/a"},
    {"P01", RIG_TEXT("{\"a\":1 \"b\":2}"), "PAY-SYNTAX", 7, 1, 8, "expected ',' or '}', found '\"'",
     "/a"},
    {"P01", RIG_TEXT("{\"a\":1]"), "PAY-SYNTAX", 6, 1, 7, "expected ',' or '}', found ']'", "/a"},
    {"P01", RIG_TEXT("{'a':1}"), "PAY-SYNTAX", 1, 1, 2,
     "expected a member's name in double quotes, found '''", ""},
    {"P01", RIG_TEXT("['a']"), "PAY-SYNTAX", 1, 1, 2,
     "texts stand in double quotes, not in single ones", "/0"},
    {"P01", RIG_TEXT("[1, // x\n2]"), "PAY-SYNTAX", 4, 1, 5, "JSON has no comments", "/1"},
    {"P01", RIG_TEXT("[True]"), "PAY-SYNTAX", 1, 1, 2,
     "JSON writes true, false and null in lower case", "/0"},
    {"P01", RIG_TEXT("[nul]"), "PAY-SYNTAX", 1, 1, 2, "expected a value, found 'n'", "/0"},
    {"P01", RIG_TEXT("[01]"), "PAY-SYNTAX", 1, 1, 2,
     "a number may not begin with 0; codes with leading zeros are texts", "/0"},
    {"P01", RIG_TEXT("[1.]"), "PAY-SYNTAX", 3, 1, 4,
     "expected a digit behind the decimal point, found ']'", "/0"},
    {"P01", RIG_TEXT("[.5]"), "PAY-SYNTAX", 1, 1, 2, "expected a value, found '.'", "/0"},
    {"P01", RIG_TEXT("[+1]"), "PAY-SYNTAX", 1, 1, 2, "expected a value, found '+'", "/0"},
    {"P01", RIG_TEXT("[-]"), "PAY-SYNTAX", 2, 1, 3, "expected a digit, found ']'", "/0"},
    {"P01", RIG_TEXT("[1e]"), "PAY-SYNTAX", 3, 1, 4, "expected a digit of the exponent, found ']'",
     "/0"},
    {"P01", RIG_TEXT("[0x10]"), "PAY-SYNTAX", 2, 1, 3, "expected ',' or ']', found 'x'", "/0"},
    {"P01", RIG_TEXT("[\"a\nb\"]"), "PAY-SYNTAX", 3, 1, 4,
     "a text holds the control character U+000A; write it as \\u000a", "/0"},
    {"P01", RIG_TEXT("[\"\\x\"]"), "PAY-SYNTAX", 2, 1, 3,
     "a backslash is followed by one of \" \\ / b f n r t u", "/0"},
    {"P01", RIG_TEXT("[\"\\u12g4\"]"), "PAY-SYNTAX", 2, 1, 3,
     "\\u is followed by four hexadecimal digits", "/0"},
    {"P01", RIG_TEXT("{\"\xc3\xa6\xc3\xb8\": [1,\n  tru]}"), "PAY-SYNTAX", 15, 2, 3,
     "expected a value, found 't'", "/\xc3\xa6\xc3\xb8/1"},
    {"P04", RIG_TEXT("{\"a\":1,\"a\":2}"), "PAY-DUPKEY", 7, 1, 8,
     "the object has two members of this name; which one counts is not defined", "/a"},
    {"P04", RIG_TEXT("{\"a\":1,\"\\u0061\":2}"), "PAY-DUPKEY", 7, 1, 8,
     "the object has two members of this name; which one counts is not defined", "/a"},
    {"P04", RIG_TEXT("{\"\\u00e6/~\":1,\"b\":{\"c\":[]},\"\xc3\xa6\\/~\":2}"), "PAY-DUPKEY", 27, 1,
     28, "the object has two members of this name; which one counts is not defined",
     "/\xc3\xa6~1~0"},
    {"P04", RIG_TEXT("{\"\":1,\"\":2}"), "PAY-DUPKEY", 6, 1, 7,
     "the object has two members of this name; which one counts is not defined", "/"},
    {"P05", RIG_TEXT("[1e999]"), "PAY-NUMBER", 1, 1, 2,
     "the number is larger than can be kept (about 1.8e308)", "/0"},
    {"P05", RIG_TEXT("[-1e999]"), "PAY-NUMBER", 1, 1, 2,
     "the number is larger than can be kept (about 1.8e308)", "/0"},
    {"P05", RIG_TEXT("[1e-999]"), "PAY-NUMBER", 1, 1, 2,
     "the number is so small that it would become zero (below about 4.9e-324)", "/0"},
    {"P05", RIG_TEXT("[NaN]"), "PAY-NUMBER", 1, 1, 2,
     "JSON has no NaN and no Infinity; leave the member out or say why the number is missing",
     "/0"},
    {"P05", RIG_TEXT("[-Infinity]"), "PAY-NUMBER", 2, 1, 3,
     "JSON has no NaN and no Infinity; leave the member out or say why the number is missing",
     "/0"},
    {"P05", RIG_TEXT("[12345678901234567890123456789012345678901234567890123456789012345]"),
     "PAY-NUMBER", 1, 1, 2, "the number is longer than 64 characters (limit PAYLOAD_NUMBER_BYTES)",
     "/0"},
    {"P06", RIG_TEXT("[\"\xff\"]"), "PAY-TEXT", 2, 1, 3,
     "byte 0xFF is not valid UTF-8 here; send the text as UTF-8", "/0"},
    {"P06", RIG_TEXT("[\"ab\xe6r\"]"), "PAY-TEXT", 4, 1, 5,
     "byte 0xE6 is not valid UTF-8 here; send the text as UTF-8", "/0"},
    {"P06", RIG_TEXT("[\"\xc0\xaf\"]"), "PAY-TEXT", 2, 1, 3,
     "byte 0xC0 is not valid UTF-8 here; send the text as UTF-8", "/0"},
    {"P06", RIG_TEXT("[\"\xed\xa0\x80\"]"), "PAY-TEXT", 2, 1, 3,
     "byte 0xED is not valid UTF-8 here; send the text as UTF-8", "/0"},
    {"P06", RIG_TEXT("[\"\xf4\x90\x80\x80\"]"), "PAY-TEXT", 2, 1, 3,
     "byte 0xF4 is not valid UTF-8 here; send the text as UTF-8", "/0"},
    {"P06", RIG_TEXT("[\"\\ud800\"]"), "PAY-TEXT", 2, 1, 3,
     "an escape \\uD800 to \\uDFFF stands alone; a character beyond U+FFFF takes two, high before "
     "low",
     "/0"},
    {"P06", RIG_TEXT("[\"\\udc00\\ud800\"]"), "PAY-TEXT", 2, 1, 3,
     "an escape \\uD800 to \\uDFFF stands alone; a character beyond U+FFFF takes two, high before "
     "low",
     "/0"},
    {"P06", RIG_TEXT("[\"\\ud800\\u0041\"]"), "PAY-TEXT", 2, 1, 3,
     "an escape \\uD800 to \\uDFFF stands alone; a character beyond U+FFFF takes two, high before "
     "low",
     "/0"},
    {"P06", RIG_TEXT("[\"a\\u0000\"]"), "PAY-TEXT", 3, 1, 4, "\\u0000 does not belong in a text",
     "/0"},
    {"P06", RIG_TEXT("[\"\xef\xbf\xbe\"]"), "PAY-TEXT", 2, 1, 3,
     "U+FFFE is no character and does not belong in a text", "/0"},
    {"P06", RIG_TEXT("[\"\xef\xb7\x90\"]"), "PAY-TEXT", 2, 1, 3,
     "U+FDD0 is no character and does not belong in a text", "/0"},
    {"P06", RIG_TEXT("{\"\\udbff\\udfff\":1}"), "PAY-TEXT", 2, 1, 3,
     "U+10FFFF is no character and does not belong in a text", ""},
};

static void refuses_with_place(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++) {
    const struct refused *wanted = &refusals[i];
    struct vt_error error = {0};
    int status = rig_read(wanted->document, NULL, &error, NULL);
    if (status >= 0 || strcmp(error.text, wanted->text) != 0)
      print_message("%s, case %zu: %s\n", wanted->row, i, error.text);
    assert_true(status < 0);
    assert_int_equal(status, error.status);
    assert_string_equal(error.text, wanted->text);
    assert_string_equal(error.code, wanted->code);
    assert_int_equal(error.offset, wanted->offset);
    assert_int_equal(error.line, wanted->line);
    assert_int_equal(error.column, wanted->column);
    assert_string_equal(error.pointer, wanted->pointer);
  }
}

static void accepts(void **state)
{
  (void)state;
  static const struct {
    struct vater_str document;
    uint64_t events;
  } cases[] = {
      {RIG_TEXT("{}"), 3},
      {RIG_TEXT(" [ ] \r\n"), 3},
      {RIG_TEXT("null"), 2},
      {RIG_TEXT("-0"), 2},
      {RIG_TEXT("\"\""), 2},
      {RIG_TEXT("[1,-0.0,1e308,4.9e-324,0e-999,1E+2]"), 9},
      {RIG_TEXT("{\"a\":{\"a\":{\"a\":[]}},\"b\":true}"), 14},
      {RIG_TEXT("\"\xf0\x9f\x98\x80\\ud83d\\ude00\x7f\""), 2},
      {RIG_TEXT("{\"\":1,\"A\":2,\"a\":3,\"\xc3\xa5\":4,\"a\xcc\x8a\":5}"), 13},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct vt_error error = {0};
    uint64_t events;
    assert_int_equal(rig_read(cases[i].document, NULL, &error, &events), VATER_OK);
    assert_int_equal(events, cases[i].events);
    assert_int_equal(error.status, VATER_OK);
  }
}

static void expect_event(struct vt_doc_reader *reader, enum vt_doc_kind kind, const char *text,
                         size_t offset, size_t end, uint32_t depth, const char *pointer)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_event event;
  struct vt_buffer out;
  vt_buffer_init(&out, &allocator, 1000);
  assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
  assert_int_equal(event.kind, kind);
  assert_str(event.text, text);
  assert_int_equal(event.offset, offset);
  assert_int_equal(event.end, end);
  assert_int_equal(event.depth, depth);
  assert_int_equal(vt_doc_pointer(reader, &out), VATER_OK);
  assert_str(vt_buffer_str(&out), pointer);
  vt_buffer_fini(&out);
}

static void gives_events_in_order(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vater_str document =
      VT_STR("{ \"a/b\" : [1.10, \"x\\n\\u00e6\"], \"~\\u0063\":{}, \"d\":null}");
  assert_int_equal(vt_doc_reader_new(&allocator, document, NULL, 7, &reader), VATER_OK);
  expect_event(reader, VT_DOC_OBJECT, "", 0, 1, 0, "");
  expect_event(reader, VT_DOC_NAME, "a/b", 2, 7, 1, "/a~1b");
  expect_event(reader, VT_DOC_LIST, "", 10, 11, 1, "/a~1b");
  expect_event(reader, VT_DOC_NUMBER, "1.10", 11, 15, 2, "/a~1b/0");
  expect_event(reader, VT_DOC_TEXT, "x\n\xc3\xa6", 17, 28, 2, "/a~1b/1");
  expect_event(reader, VT_DOC_LIST_END, "", 28, 29, 1, "/a~1b");
  expect_event(reader, VT_DOC_NAME, "~c", 31, 40, 1, "/~0c");
  expect_event(reader, VT_DOC_OBJECT, "", 41, 42, 1, "/~0c");
  expect_event(reader, VT_DOC_OBJECT_END, "", 42, 43, 1, "/~0c");
  expect_event(reader, VT_DOC_NAME, "d", 45, 48, 1, "/d");
  expect_event(reader, VT_DOC_NULL, "", 49, 53, 1, "/d");
  expect_event(reader, VT_DOC_OBJECT_END, "", 53, 54, 0, "");
  expect_event(reader, VT_DOC_END, "", 54, 54, 0, "");
  expect_event(reader, VT_DOC_END, "", 54, 54, 0, "");
  vt_doc_reader_free(reader);
}

static void stays_failed(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vt_doc_event event;
  assert_int_equal(vt_doc_reader_new(&allocator, VT_STR("[1,x"), NULL, 7, &reader), VATER_OK);
  vt_doc_next(reader, &event, NULL);
  vt_doc_next(reader, &event, NULL);
  for (int i = 0; i < 3; i++)
    assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_E_DECODE);
  vt_doc_reader_free(reader);
}

static const char complete[] =
    "{\"schemaVersion\":\"1.0.0\",\"name\":\"B\xc3\xa6rum \xf0\x9f\x98\x80 \\ud83d\\ude00\",\n"
    "\"observations\":[{\"value\":-12.50e-1,\"ok\":true,\"no\":false,\"nil\":null,\"l\":[[],{}]}]}";

static void p02_cut_at_every_byte(void **state)
{
  (void)state;
  struct vater_str whole = {complete, sizeof complete - 1};
  struct vt_error error = {0};
  assert_int_equal(rig_read(whole, NULL, &error, NULL), VATER_OK);
  for (size_t cut = 0; cut < whole.len; cut++) {
    vt_error_clear(&error);
    assert_int_equal(rig_read((struct vater_str){complete, cut}, NULL, &error, NULL),
                     VATER_E_DECODE);
    assert_string_equal(error.code, "PAY-SYNTAX");
    assert_int_equal(error.offset, cut);
  }
}

static char *nested(size_t depth)
{
  char *text = malloc(2 * depth + 1);
  assert_non_null(text);
  memset(text, '[', depth);
  memset(text + depth, ']', depth);
  return text;
}

static void p03_depth(void **state)
{
  (void)state;
  static const size_t depths[] = {1, 64, 65, 2049, 1000000};
  for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
    char *text = nested(depths[i]);
    struct vt_error error = {0};
    int status = rig_read((struct vater_str){text, 2 * depths[i]}, NULL, &error, NULL);
    if (depths[i] <= VT_LIMIT_PAYLOAD_DEPTH) {
      assert_int_equal(status, VATER_OK);
    } else {
      assert_int_equal(status, VATER_E_LIMIT);
      assert_string_equal(error.code, "PAY-DEPTH");
      assert_int_equal(error.offset, 64);
      assert_string_equal(error.text, "lists and objects are nested deeper than 64 levels (limit "
                                      "PAYLOAD_DEPTH)");
    }
    free(text);
  }
}

static void limits_hold_at_n_and_break_at_n_plus_1(void **state)
{
  (void)state;
  static const struct {
    struct vt_doc_budget budget;
    struct vater_str fits, breaks;
    const char *code, *limit;
  } cases[] = {
      {{.nodes = 3}, RIG_TEXT("[1,2]"), RIG_TEXT("[1,2,3]"), "PAY-LIMIT", "PAYLOAD_NODES"},
      {{.members = 2},
       RIG_TEXT("{\"a\":1,\"b\":2}"),
       RIG_TEXT("{\"a\":1,\"b\":2,\"c\":3}"),
       "PAY-LIMIT",
       "PAYLOAD_MEMBERS"},
      {{.text_bytes = 3},
       RIG_TEXT("[\"abc\"]"),
       RIG_TEXT("[\"abcd\"]"),
       "PAY-LIMIT",
       "PAYLOAD_TEXT_BYTES"},
      {{.text_bytes = 3},
       RIG_TEXT("[\"\\u0061\\u0062\\u0063\"]"),
       RIG_TEXT("[\"\\u0061\\u0062\\u0063\\u0064\"]"),
       "PAY-LIMIT",
       "PAYLOAD_TEXT_BYTES"},
      {{.text_bytes = 1},
       RIG_TEXT("[\"\\u0061\"]"),
       RIG_TEXT("[\"\\u0061\\n\"]"),
       "PAY-LIMIT",
       "PAYLOAD_TEXT_BYTES"},
      {{.text_bytes = 3},
       RIG_TEXT("{\"abc\":1}"),
       RIG_TEXT("{\"abcd\":1}"),
       "PAY-LIMIT",
       "PAYLOAD_TEXT_BYTES"},
      {{.number_bytes = 4},
       RIG_TEXT("[1234]"),
       RIG_TEXT("[12345]"),
       "PAY-NUMBER",
       "PAYLOAD_NUMBER_BYTES"},
      {{.bytes = 4}, RIG_TEXT("[12]"), RIG_TEXT("[123]"), "PAY-LIMIT", "PAYLOAD_BYTES"},
      {{.depth = 2}, RIG_TEXT("[{}]"), RIG_TEXT("[{\"a\":[]}]"), "PAY-DEPTH", "PAYLOAD_DEPTH"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct vt_error error = {0};
    assert_int_equal(rig_read(cases[i].fits, &cases[i].budget, &error, NULL), VATER_OK);
    assert_int_equal(rig_read(cases[i].breaks, &cases[i].budget, &error, NULL), VATER_E_LIMIT);
    assert_string_equal(error.code, cases[i].code);
    assert_non_null(strstr(error.text, cases[i].limit));
  }
}

static void p07_many_empty_objects(void **state)
{
  (void)state;
  enum { COUNT = 5000000 };
  char *text = malloc(3 * (size_t)COUNT + 1);
  assert_non_null(text);
  for (size_t i = 0; i < COUNT; i++)
    memcpy(text + 1 + 3 * i, "{},", 3);
  text[0] = '[';
  text[3 * (size_t)COUNT] = ']';
  struct vt_error error = {0};
  assert_int_equal(rig_read((struct vater_str){text, 3 * (size_t)COUNT + 1}, NULL, &error, NULL),
                   VATER_E_LIMIT);
  assert_string_equal(error.code, "PAY-LIMIT");
  assert_string_equal(error.text, "the document has more than 4000000 values (limit "
                                  "PAYLOAD_NODES)");
  free(text);
}

/* {"k0000000":1, …}; returns its length. */
static size_t many_keys(char *text, size_t count)
{
  size_t len = 0;
  text[len++] = '{';
  for (size_t i = 0; i < count; i++)
    len += (size_t)snprintf(text + len, 16, "%s\"k%07zu\":1", i > 0 ? "," : "", i);
  text[len++] = '}';
  return len;
}

static void p07_many_keys(void **state)
{
  (void)state;
  enum { COUNT = 1000000 };
  char *text = malloc(14 * (size_t)COUNT);
  assert_non_null(text);
  size_t len = many_keys(text, COUNT);
  struct vt_error error = {0};
  assert_int_equal(rig_read((struct vater_str){text, len}, NULL, &error, NULL), VATER_E_LIMIT);
  assert_string_equal(error.code, "PAY-LIMIT");
  assert_string_equal(error.text, "an object has more than 100000 members (limit PAYLOAD_MEMBERS)");
  len = many_keys(text, VT_LIMIT_PAYLOAD_MEMBERS);
  vt_error_clear(&error);
  assert_int_equal(rig_read((struct vater_str){text, len}, NULL, &error, NULL), VATER_OK);
  memcpy(text + len - 13, "\"k0000007\":1", 12);
  assert_int_equal(rig_read((struct vater_str){text, len}, NULL, &error, NULL), VATER_E_DECODE);
  assert_string_equal(error.code, "PAY-DUPKEY");
  free(text);
}

/* One object with many members, then many with a few more than are compared one by one: each must
 * cost what it holds, not what the first one left behind. */
static void p07_large_then_small_objects(void **state)
{
  (void)state;
  enum { LARGE = 90000, SMALL = 10000, KEYS = 30 };
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer text;
  vt_buffer_init(&text, &allocator, 1u << 26);
  vt_buffer_char(&text, '[');
  for (size_t object = 0; object <= SMALL; object++) {
    vt_buffer_text(&text, object > 0 ? ",{" : "{");
    size_t keys = object == 0 ? LARGE : KEYS;
    for (size_t i = 0; i < keys; i++)
      vt_buffer_format(&text, "%s\"k%zu\":0", i > 0 ? "," : "", i);
    vt_buffer_char(&text, '}');
  }
  vt_buffer_char(&text, ']');
  struct vt_error error = {0};
  clock_t start = clock();
  assert_int_equal(rig_read(vt_buffer_str(&text), NULL, &error, NULL), VATER_OK);
  assert_true((clock() - start) / CLOCKS_PER_SEC < 2);
  vt_buffer_fini(&text);
}

/* Names that are the same in length and in first and last bytes, as many as may be. */
static void p07_alike_keys(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer text;
  vt_buffer_init(&text, &allocator, 1u << 26);
  vt_buffer_char(&text, '{');
  for (size_t i = 0; i < VT_LIMIT_PAYLOAD_MEMBERS; i++)
    vt_buffer_format(&text, "%s\"aaaaaaaa%06zxbbbbbbbb\":0", i > 0 ? "," : "", i);
  vt_buffer_char(&text, '}');
  struct vt_error error = {0};
  clock_t start = clock();
  assert_int_equal(rig_read(vt_buffer_str(&text), NULL, &error, NULL), VATER_OK);
  assert_true((clock() - start) / CLOCKS_PER_SEC < 2);
  vt_buffer_fini(&text);
}

static void p07_long_text(void **state)
{
  (void)state;
  size_t len = 10u << 20;
  char *text = malloc(len + 2);
  assert_non_null(text);
  memset(text, 'a', len + 2);
  text[0] = text[len + 1] = '"';
  struct vt_error error = {0};
  assert_int_equal(rig_read((struct vater_str){text, len + 2}, NULL, &error, NULL), VATER_E_LIMIT);
  assert_string_equal(error.text, "a text is longer than 1048576 bytes (limit PAYLOAD_TEXT_BYTES)");
  text[VT_LIMIT_PAYLOAD_TEXT_BYTES + 1] = '"';
  vt_error_clear(&error);
  struct vater_str fits = {text, VT_LIMIT_PAYLOAD_TEXT_BYTES + 2};
  assert_int_equal(rig_read(fits, NULL, &error, NULL), VATER_OK);
  free(text);
}

static void survives_each_failed_allocation(void **state)
{
  (void)state;
  struct vt_buffer text;
  struct vt_allocator real = vt_allocator_real();
  vt_buffer_init(&text, &real, 1u << 20);
  vt_buffer_text(&text, "{\"\\u00e6\":\"\\u00f8\"");
  for (int i = 0; i < 300; i++)
    vt_buffer_format(&text, ",\"\\u006b%d\":[{\"a\":1}]", i);
  vt_buffer_char(&text, '}');
  struct rig_memory memory = {.countdown = -1};
  int failures = 0;
  for (long fail_at = 0;; fail_at++) {
    memory = (struct rig_memory){.countdown = fail_at};
    struct vt_allocator allocator = rig_allocator(&memory);
    struct vt_doc_reader *reader;
    struct vt_doc_event event = {.kind = VT_DOC_NULL};
    struct vt_error error = {0};
    int status = vt_doc_reader_new(&allocator, vt_buffer_str(&text), NULL, 1, &reader);
    while (status == VATER_OK && event.kind != VT_DOC_END)
      status = vt_doc_next(reader, &event, &error);
    vt_doc_reader_free(reader);
    assert_int_equal(memory.held, 0);
    if (status == VATER_OK)
      break;
    assert_int_equal(status, VATER_E_NOMEM);
    failures++;
  }
  assert_true(failures > 8);
  vt_buffer_fini(&text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(refuses_with_place),
      cmocka_unit_test(accepts),
      cmocka_unit_test(gives_events_in_order),
      cmocka_unit_test(stays_failed),
      cmocka_unit_test(p02_cut_at_every_byte),
      cmocka_unit_test(p03_depth),
      cmocka_unit_test(limits_hold_at_n_and_break_at_n_plus_1),
      cmocka_unit_test(p07_many_empty_objects),
      cmocka_unit_test(p07_many_keys),
      cmocka_unit_test(p07_large_then_small_objects),
      cmocka_unit_test(p07_alike_keys),
      cmocka_unit_test(p07_long_text),
      cmocka_unit_test(survives_each_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

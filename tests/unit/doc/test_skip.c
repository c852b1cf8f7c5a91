#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include <stdlib.h>

/* Goes to the nth event; skips from there where `skip`, else reads to the container's end. */
static struct vt_doc_event end_of(struct vater_str document, unsigned n, bool skip)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  assert_int_equal(vt_doc_reader_new(&allocator, document, NULL, 5, &reader), VATER_OK);
  for (unsigned i = 0; i <= n; i++)
    assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
  uint32_t depth = event.depth;
  bool container = event.kind == VT_DOC_OBJECT || event.kind == VT_DOC_LIST;
  if (container && skip)
    vt_doc_skip(reader);
  if (container)
    do
      assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
    while (event.depth != depth);
  vt_doc_reader_free(reader);
  return event;
}

static unsigned count_events(struct vater_str document)
{
  uint64_t events = 0;
  assert_int_equal(rig_read(document, NULL, NULL, &events), VATER_OK);
  return (unsigned)events;
}

/* A value of everything that may confuse: brackets and quotes in texts, blocks' ends anywhere. */
static void write_value(struct vt_buffer *out, uint64_t *state, unsigned depth)
{
  static const char *const scalars[] = {"\"]}[{\"", "\"\\\"\"",    "\"\\\\\"", "-1.5e3", "true",
                                        "null",     "\"\\u005d\"", "\"ø€\"",   "\"\"",   "0"};
  uint64_t kind = rig_random(state) % 10;
  if (depth == 0 || kind < 4) {
    vt_buffer_text(out, scalars[rig_random(state) % (sizeof scalars / sizeof *scalars)]);
    return;
  }
  unsigned count = (unsigned)(rig_random(state) % 6);
  vt_buffer_char(out, kind < 7 ? '{' : '[');
  for (unsigned i = 0; i < count; i++) {
    if (i > 0)
      vt_buffer_char(out, ',');
    for (uint64_t blanks = rig_random(state) % 30; blanks > 25; blanks--)
      vt_buffer_char(out, ' ');
    if (kind < 7)
      vt_buffer_format(out, "\"n%u}%s\":", i, rig_random(state) % 3 == 0 ? "\\\"{" : "");
    write_value(out, state, depth - 1);
  }
  vt_buffer_char(out, kind < 7 ? '}' : ']');
}

static void ends_where_reading_ends(void **state)
{
  struct vt_allocator allocator = vt_allocator_real();
  uint64_t random = 7;
  (void)state;
  for (int round = 0; round < 60; round++) {
    struct vt_buffer text;
    vt_buffer_init(&text, &allocator, 1 << 20);
    vt_buffer_char(&text, '[');
    write_value(&text, &random, 6);
    vt_buffer_char(&text, ',');
    write_value(&text, &random, 6);
    vt_buffer_char(&text, ']');
    struct vater_str document = vt_buffer_str(&text);
    unsigned events = count_events(document);
    for (unsigned n = 0; n + 1 < events; n += 1 + events / 50) {
      struct vt_doc_event read = end_of(document, n, false), skipped = end_of(document, n, true);
      assert_int_equal(skipped.kind, read.kind);
      assert_int_equal(skipped.offset, read.offset);
      assert_int_equal(skipped.depth, read.depth);
    }
    vt_buffer_fini(&text);
  }
}

static void a_document_that_ends_too_early_fails_behind_it(void **state)
{
  static const char *const documents[] = {"{\"a\":[1,{\"b\":\"]}", "[", "[\"\\", "[{}", "[\"]\""};
  struct vt_allocator allocator = vt_allocator_real();
  (void)state;
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
    struct vater_str document = vt_str(documents[i]);
    char *exact = malloc(document.len); /* a read behind its end is seen */
    struct vt_doc_reader *reader;
    struct vt_doc_event event;
    struct vt_error error = {0};
    assert_non_null(exact);
    memcpy(exact, document.ptr, document.len);
    document.ptr = exact;
    assert_int_equal(vt_doc_reader_new(&allocator, document, NULL, 5, &reader), VATER_OK);
    assert_int_equal(vt_doc_next(reader, &event, NULL), VATER_OK);
    vt_doc_skip(reader);
    assert_int_equal(vt_doc_next(reader, &event, &error), VATER_E_DECODE);
    assert_string_equal(error.code, "PAY-SYNTAX");
    assert_int_equal(error.offset, document.len);
    vt_doc_reader_free(reader);
    free(exact);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ends_where_reading_ends),
      cmocka_unit_test(a_document_that_ends_too_early_fails_behind_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

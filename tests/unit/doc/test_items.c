#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "base/buffer.h"
#include "doc/tree.h"

#include <stdio.h>
#include <stdlib.h>

/* Items in place of events: the same values in the same order, and the same fault at the same
 * place, wherever the document is cut. */

enum { ROOM = 7 };

static const char padding[] = "                                                                ";

struct reading {
  struct vt_buffer values; /* "offset:length " of each scalar */
  int status;
  size_t offset; /* of the fault */
  uint32_t in_bulk;
};

static int read_next(struct vt_doc_reader *reader, struct reading *reading, size_t until,
                     struct vt_doc_event *event, struct vt_error *error)
{
  struct vt_doc_item items[ROOM];
  uint32_t count = until > 0 ? vt_doc_next_items(reader, until, items, ROOM) : 0;
  for (uint32_t i = 0; i < count; i++)
    vt_buffer_format(&reading->values, "%u:%u ", items[i].offset, items[i].length);
  reading->in_bulk += count;
  int status = vt_doc_next(reader, event, error);
  bool scalar = event->kind == VT_DOC_NUMBER || event->kind == VT_DOC_NULL;
  if (status == VATER_OK && scalar)
    vt_buffer_format(&reading->values, "%zu:%zu ", event->offset, event->text.len);
  return status;
}

/* until 0: events only. */
static void read_all(struct vater_str document, size_t until, struct reading *reading)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  struct vt_error error = {0};
  *reading = (struct reading){.status = VATER_OK};
  vt_buffer_init(&reading->values, &allocator, 1u << 20);
  assert_int_equal(vt_doc_reader_new(&allocator, document, NULL, 1, &reader), VATER_OK);
  do
    reading->status = read_next(reader, reading, until, &event, &error);
  while (reading->status == VATER_OK && event.kind != VT_DOC_END);
  reading->offset = error.offset;
  vt_doc_reader_free(reader);
}

static uint32_t compare(struct vater_str document, size_t until)
{
  struct reading events, items;
  read_all(document, 0, &events);
  read_all(document, until, &items);
  assert_int_equal(items.status, events.status);
  assert_int_equal(items.offset, events.offset);
  struct vater_str wanted = vt_buffer_str(&events.values);
  struct vater_str got = vt_buffer_str(&items.values);
  assert_int_equal(got.len, wanted.len);
  assert_memory_equal(got.ptr, wanted.ptr, wanted.len);
  vt_buffer_fini(&events.values);
  vt_buffer_fini(&items.values);
  return items.in_bulk;
}

/* In memory of its own size, so that a sanitizer sees whoever looks further. */
static uint32_t compare_alone(struct vater_str document, size_t until)
{
  char *copy = malloc(document.len);
  memcpy(copy, document.ptr, document.len);
  uint32_t in_bulk = compare((struct vater_str){copy, document.len}, until);
  free(copy);
  return in_bulk;
}

static const char *const documents[] = {
    "[1,null,2.5,-3,0,-0.25,12345678901,123456789.1,99]",
    "[ 1 , null ,\n2 ,\r\n 3\t, 4 ]",
    "[null,nul,1]",
    "[1,2,,3]",
    "[1,2 3]",
    "[01,2]",
    "[1,-,2]",
    "[1.,2]",
    "[1,.5]",
    "[1.2.3,4]",
    "[1,2e3,4]",
    "[1,123456789012,2]",
    "[1,12345678.123456789,2]",
    "[1,\"a\",2,{\"b\":[3,null,4]},5,[6],[],7]",
    "{\"a\":[1,2,3],\"b\":[null,null],\"c\":4}",
    "[true,1,false,2]",
    "[1,2",
    "[",
};

static void reads_what_events_read(void **state)
{
  (void)state;
  uint32_t in_bulk = 0;
  for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
    char text[256];
    int len = snprintf(text, sizeof text, "%s%s", documents[i], padding);
    for (int cut = 1; cut <= len; cut++)
      for (size_t until = 1; until <= (size_t)cut; until += 5)
        in_bulk += compare_alone((struct vater_str){text, (size_t)cut}, until);
  }
  assert_true(in_bulk > 10000);
}

static void stops_at_the_limit_of_values(void **state)
{
  (void)state;
  char text[128];
  snprintf(text, sizeof text, "[1,2,3,4]%s", padding);
  struct vt_allocator allocator = vt_allocator_real();
  const struct vt_doc_budget budget = {.nodes = 3};
  struct vt_doc_item items[ROOM];
  struct vt_doc_reader *reader;
  struct vt_doc_event event;
  struct vt_error error = {0};
  vt_doc_reader_new(&allocator, vt_str(text), &budget, 1, &reader);
  assert_int_equal(vt_doc_next(reader, &event, &error), VATER_OK);
  assert_int_equal(vt_doc_next_items(reader, SIZE_MAX, items, ROOM), 2);
  assert_int_equal(items[1].offset, 3);
  assert_int_equal(vt_doc_next(reader, &event, &error), VATER_E_LIMIT);
  assert_string_equal(error.code, "PAY-LIMIT");
  assert_int_equal(error.offset, 5);
  vt_doc_reader_free(reader);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_what_events_read),
      cmocka_unit_test(stops_at_the_limit_of_values),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Any bytes: the reader ends, its events are in order and in place, the tree says the same, and a
 * value found by its pointer is the value. */
#include "doc/place.h"
#include "doc/tree.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static size_t count_nodes(const struct vater_node *root)
{
  /* without recursion: a node's sibling, else its parent's, is on a small stack */
  const struct vater_node *stack[80];
  size_t depth = 0;
  size_t count = 0;
  stack[depth++] = root;
  while (depth > 0) {
    const struct vater_node *node = stack[--depth];
    count++;
    if (vt_node_next(node) != NULL)
      stack[depth++] = vt_node_next(node);
    if (vt_node_first(node) != NULL)
      stack[depth++] = vt_node_first(node);
    require(depth < 79);
  }
  return count;
}

static void check_place(struct vater_str document, const struct vt_doc_reader *reader,
                        const struct vt_doc_event *event)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer pointer;
  size_t offset;
  size_t end;
  vt_buffer_init(&pointer, &allocator, 1 << 20);
  if (vt_doc_pointer(reader, &pointer) == VATER_OK) {
    int status = vt_doc_find(&allocator, document, vt_buffer_str(&pointer), &offset, &end, NULL);
    require(status < 0 || (offset == event->offset && end >= event->end));
  }
  vt_buffer_fini(&pointer);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vater_str document = {(const char *)bytes, size};
  struct vt_doc_reader *reader;
  struct vt_doc_tree *tree;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  struct vt_error error = {0};
  size_t at = 0;
  size_t values = 0;
  require(vt_doc_reader_new(&allocator, document, NULL, size, &reader) == VATER_OK);
  int status = vt_doc_next(reader, &event, &error);
  for (; status == VATER_OK && event.kind != VT_DOC_END;
       status = vt_doc_next(reader, &event, &error)) {
    require(event.offset >= at && event.end > event.offset && event.end <= size);
    at = event.end;
    bool value = event.kind != VT_DOC_NAME && event.kind != VT_DOC_OBJECT_END &&
                 event.kind != VT_DOC_LIST_END;
    values += value;
    if (value && values % 16 == 1)
      check_place(document, reader, &event);
  }
  require(status == VATER_OK || (error.status == status && error.offset <= size));
  require(status == VATER_OK || error.code[0] != '\0');
  int again = vt_doc_tree_read(&allocator, document, NULL, 1, &tree, NULL);
  require(again == status);
  require(status != VATER_OK || count_nodes(vt_doc_tree_root(tree)) == values);
  vt_doc_tree_free(tree);
  vt_doc_reader_free(reader);
  return 0;
}

#include "doc/tree_parts.h"

int vt_doc_tree_new(const struct vt_allocator *allocator, struct vater_str bytes,
                    struct vt_doc_tree **tree)
{
  *tree = NULL;
  if (bytes.len >= UINT32_MAX)
    return VATER_E_LIMIT;
  struct vt_doc_tree *fresh = vt_alloc(allocator, sizeof *fresh);
  if (fresh == NULL)
    return VATER_E_NOMEM;
  *fresh = (struct vt_doc_tree){.allocator = *allocator, .bytes = bytes};
  vt_buffer_init(&fresh->text, allocator, bytes.len);
  *tree = fresh;
  return VATER_OK;
}

void vt_doc_tree_free(struct vt_doc_tree *tree)
{
  if (tree == NULL)
    return;
  struct vt_allocator allocator = tree->allocator;
  for (uint32_t i = 0; i < tree->slab_count; i++)
    vt_free(&allocator, tree->slabs[i]);
  vt_free(&allocator, tree->slabs);
  vt_free(&allocator, tree->chunks);
  vt_free(&allocator, tree->decoded);
  vt_free(&allocator, tree->open);
  vt_buffer_fini(&tree->text);
  vt_free(&allocator, tree);
}

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory while reading the document");
}

/* Room for one more element of `size` bytes behind `count`. */
static bool grow(const struct vt_allocator *allocator, void **array, uint32_t count, uint32_t *room,
                 size_t size)
{
  if (count < *room)
    return true;
  uint32_t wanted = *room == 0 ? 64 : *room * 2;
  void *fresh =
      wanted > UINT32_MAX / 4 ? NULL : vt_resize(allocator, *array, (size_t)wanted * size);
  if (fresh == NULL)
    return false;
  *array = fresh;
  *room = wanted;
  return true;
}

static bool keep_decoded(struct vt_doc_tree *tree, size_t offset, struct vater_str text)
{
  void *array = tree->decoded;
  bool room = grow(&tree->allocator, &array, tree->decoded_count, &tree->decoded_room,
                   sizeof *tree->decoded);
  tree->decoded = array;
  size_t at = tree->text.len;
  if (!room || vt_buffer_append(&tree->text, text) != VATER_OK)
    return false;
  tree->decoded[tree->decoded_count++] = (struct decoded){(uint32_t)offset, (uint32_t)text.len, at};
  return true;
}

/* ---- building -------------------------------------------------------------------------------- */

static bool new_slab(struct vt_doc_tree *tree)
{
  void *array = tree->slabs;
  bool room =
      grow(&tree->allocator, &array, tree->slab_count, &tree->slab_room, sizeof *tree->slabs);
  tree->slabs = array;
  uint32_t chunks = tree->slab_count == 0 ? 1 : tree->slab_chunks * 2;
  chunks = chunks > SLAB_CHUNKS ? SLAB_CHUNKS : chunks;
  size_t size = ((size_t)chunks + 1) * CHUNK_BYTES;
  void *slab = room ? vt_alloc(&tree->allocator, size) : NULL;
  if (slab == NULL)
    return false;
  tree->slabs[tree->slab_count++] = slab;
  tree->slab_left = tree->slab_chunks = chunks;
  tree->slab_bytes += size;
  return true;
}

static bool new_chunk(struct vt_doc_tree *tree)
{
  void *array = tree->chunks;
  bool room =
      grow(&tree->allocator, &array, tree->chunk_count, &tree->chunk_room, sizeof *tree->chunks);
  tree->chunks = array;
  if (!room || tree->chunk_count >= UINT32_MAX / CHUNK_UNITS ||
      (tree->slab_left == 0 && !new_slab(tree)))
    return false;
  char *slab = tree->slabs[tree->slab_count - 1];
  char *first = slab + (CHUNK_BYTES - (uintptr_t)slab % CHUNK_BYTES) % CHUNK_BYTES;
  char *at = first + (size_t)(tree->slab_chunks - tree->slab_left--) * CHUNK_BYTES;
  uint64_t *chunk = (uint64_t *)(void *)at;
  memcpy(chunk, &tree, sizeof tree);
  chunk[1] = tree->chunk_count;
  tree->chunks[tree->chunk_count++] = chunk;
  tree->at = chunk + CHUNK_FIRST;
  tree->end = chunk + CHUNK_UNITS;
  return true;
}

/* Room for `count` units in one chunk; NULL: no memory. */
static inline uint64_t *take_units(struct vt_doc_tree *tree, uint32_t count)
{
  if (tree->end - tree->at < (ptrdiff_t)count) {
    if (tree->at < tree->end)
      *tree->at = PADDING;
    if (!new_chunk(tree))
      return NULL;
  }
  uint64_t *units = tree->at;
  tree->at += count;
  return units;
}

/* Of the newest unit: its chunk's number and its place there. */
static uint64_t newest_address(const struct vt_doc_tree *tree)
{
  const uint64_t *chunk = tree->end - CHUNK_UNITS;
  return chunk[1] * CHUNK_UNITS + (uint64_t)(tree->at - 1 - chunk);
}

static bool was_escaped(const struct vt_doc_event *event)
{
  return event->text.len + 2 != event->end - event->offset;
}

static int feed_name(struct vt_doc_tree *tree, const struct vt_doc_event *event,
                     struct vt_error *error)
{
  if (event->text.len >= UINT32_MAX >> 1)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT", "a member's name is too long");
  tree->name = (uint64_t)event->offset << HIGH | (uint64_t)event->text.len << 1;
  tree->named = true;
  if (!was_escaped(event))
    return VATER_OK;
  tree->name |= NAME_DECODED;
  return keep_decoded(tree, event->offset, event->text) ? VATER_OK : no_memory(error);
}

static uint64_t type_of(enum vt_doc_kind kind)
{
  static const uint8_t types[] = {
      [VT_DOC_OBJECT] = VATER_NODE_OBJECT,      [VT_DOC_LIST] = VATER_NODE_LIST,
      [VT_DOC_TEXT] = VATER_NODE_TEXT,          [VT_DOC_NUMBER] = VATER_NODE_NUMBER,
      [VT_DOC_TRUE] = VATER_NODE_TRUTH | TRUTH, [VT_DOC_FALSE] = VATER_NODE_TRUTH,
      [VT_DOC_NULL] = VATER_NODE_NULL};
  return types[kind];
}

static bool open_container(struct vt_doc_tree *tree, uint64_t *more)
{
  void *array = tree->open;
  bool room = grow(&tree->allocator, &array, tree->depth, &tree->open_room, sizeof *tree->open);
  tree->open = array;
  if (room)
    tree->open[tree->depth++] = (struct open_container){more, NULL};
  *more = 0;
  return room;
}

static void link_parent(struct vt_doc_tree *tree, uint64_t *head)
{
  if (tree->depth == 0) {
    tree->root = head;
    return;
  }
  struct open_container *parent = &tree->open[tree->depth - 1];
  parent->last = head;
  ++*parent->more;
}

static int feed_value(struct vt_doc_tree *tree, const struct vt_doc_event *event,
                      struct vt_error *error)
{
  bool container = event->kind == VT_DOC_OBJECT || event->kind == VT_DOC_LIST;
  bool wide = event->text.len >= LENGTH_MAX;
  uint64_t *head = take_units(tree, 1u + tree->named + (container || wide));
  if (head == NULL)
    return no_memory(error);
  uint64_t flags = type_of(event->kind);
  uint64_t length = wide ? LENGTH_MAX : event->text.len;
  uint64_t *more = head + 1;
  if (tree->named) {
    flags |= NAMED;
    *more++ = tree->name;
    tree->named = false;
  }
  if (wide) {
    flags |= WIDE;
    *more = event->text.len;
  }
  if (event->kind == VT_DOC_TEXT && was_escaped(event)) {
    flags |= DECODED;
    if (!keep_decoded(tree, event->offset, event->text))
      return no_memory(error);
  }
  *head = (uint64_t)event->offset << HIGH | length << LENGTH_SHIFT | flags;
  link_parent(tree, head);
  return container && !open_container(tree, more) ? no_memory(error) : VATER_OK;
}

int vt_doc_tree_feed_items(struct vt_doc_tree *tree, const struct vt_doc_item *items,
                           uint32_t count, struct vt_error *error)
{
  struct open_container *parent = &tree->open[tree->depth - 1];
  *parent->more += count;
  while (count > 0) {
    uint64_t *head = take_units(tree, 1);
    if (head == NULL)
      return no_memory(error);
    size_t room = (size_t)(tree->end - head);
    uint32_t taken = count < room ? count : (uint32_t)room;
    for (uint32_t i = 0; i < taken; i++) {
      uint64_t type = items[i].length == 0 ? VATER_NODE_NULL : VATER_NODE_NUMBER;
      head[i] =
          (uint64_t)items[i].offset << HIGH | (uint64_t)items[i].length << LENGTH_SHIFT | type;
    }
    parent->last = head + taken - 1;
    tree->at = head + taken;
    items += taken;
    count -= taken;
  }
  return VATER_OK;
}

static void feed_end(struct vt_doc_tree *tree)
{
  struct open_container *closed = &tree->open[--tree->depth];
  if (closed->last != NULL)
    *closed->last |= LAST;
  *closed->more |= newest_address(tree) << HIGH;
}

int vt_doc_tree_feed(struct vt_doc_tree *tree, const struct vt_doc_event *event,
                     struct vt_error *error)
{
  switch (event->kind) {
  case VT_DOC_NAME:
    return feed_name(tree, event, error);
  case VT_DOC_OBJECT_END:
  case VT_DOC_LIST_END:
    feed_end(tree);
    return VATER_OK;
  case VT_DOC_END:
    *tree->root |= LAST;
    tree->done = true;
    return VATER_OK;
  default:
    return feed_value(tree, event, error);
  }
}

static int read_all(struct vt_doc_reader *reader, struct vt_doc_tree *tree, struct vt_error *error)
{
  struct vt_doc_event event;
  int status;
  do {
    status = vt_doc_next(reader, &event, error);
    if (status == VATER_OK)
      status = vt_doc_tree_feed(tree, &event, error);
  } while (status == VATER_OK && event.kind != VT_DOC_END);
  return status;
}

int vt_doc_tree_read(const struct vt_allocator *allocator, struct vater_str bytes,
                     const struct vt_doc_budget *budget, uint64_t hash_seed,
                     struct vt_doc_tree **tree, struct vt_error *error)
{
  struct vt_doc_reader *reader = NULL;
  int status = vt_doc_tree_new(allocator, bytes, tree);
  if (status == VATER_OK)
    status = vt_doc_reader_new(allocator, bytes, budget, hash_seed, &reader);
  if (status != VATER_OK)
    vt_fail(error, status, status == VATER_E_LIMIT ? "PAY-LIMIT" : NULL,
            "no room to read the document");
  else
    status = read_all(reader, *tree, error);
  vt_doc_reader_free(reader);
  if (status != VATER_OK) {
    vt_doc_tree_free(*tree);
    *tree = NULL;
  }
  return status;
}

const struct vater_node *vt_doc_tree_root(const struct vt_doc_tree *tree)
{
  return tree->done ? (const struct vater_node *)(const void *)tree->root : NULL;
}

size_t vt_doc_tree_memory(const struct vt_doc_tree *tree)
{
  return sizeof *tree + tree->slab_bytes + tree->slab_room * sizeof *tree->slabs +
         tree->chunk_room * sizeof *tree->chunks + tree->decoded_room * sizeof *tree->decoded +
         tree->text.room + tree->open_room * sizeof *tree->open;
}

#include "doc/tree.h"

#include "base/buffer.h"
#include "base/number.h"

enum { TYPE_MASK = 7, TRUTH = 8, TEXT_DECODED = 16, NAME_DECODED = 32, NAME_SHIFT = 6 };

struct vater_node {
  uint32_t self, next; /* index of this node, of its sibling (0: none) */
  uint32_t offset;     /* of the value's token in the payload */
  uint32_t length;     /* bytes of a text or number, items, members */
  uint32_t name;       /* offset of the name's token */
  uint32_t meta;       /* bytes of the name << NAME_SHIFT | flags | enum vater_node_type */
};

/* The first cell leads from any node to its tree; its first child, where there is one, is the cell
 * behind a node. */
union cell {
  struct vater_node node;
  struct vt_doc_tree *tree;
};

/* A text that was written with escapes, by the offset of its token; in ascending order. */
struct decoded {
  uint32_t offset, length;
  size_t at;
};

struct open_container {
  uint32_t node, last;
};

struct vt_doc_tree {
  struct vt_allocator allocator;
  struct vater_str bytes;
  union cell *cells;
  uint32_t count, room; /* cells */
  struct decoded *decoded;
  uint32_t decoded_count, decoded_room;
  struct vt_buffer text;
  struct open_container *open;
  uint32_t depth, open_room;
  uint32_t name, name_meta; /* of the member whose value comes */
  bool done;
};

int vt_doc_tree_new(const struct vt_allocator *allocator, struct vater_str bytes,
                    struct vt_doc_tree **tree)
{
  *tree = NULL;
  if (bytes.len >= UINT32_MAX)
    return VATER_E_LIMIT;
  struct vt_doc_tree *fresh = vt_alloc(allocator, sizeof *fresh);
  if (fresh == NULL)
    return VATER_E_NOMEM;
  *fresh = (struct vt_doc_tree){.allocator = *allocator, .bytes = bytes, .count = 1};
  vt_buffer_init(&fresh->text, allocator, bytes.len);
  *tree = fresh;
  return VATER_OK;
}

void vt_doc_tree_free(struct vt_doc_tree *tree)
{
  if (tree == NULL)
    return;
  struct vt_allocator allocator = tree->allocator;
  vt_free(&allocator, tree->cells);
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

static bool was_escaped(const struct vt_doc_event *event)
{
  return event->text.len + 2 != event->end - event->offset;
}

static int feed_name(struct vt_doc_tree *tree, const struct vt_doc_event *event,
                     struct vt_error *error)
{
  if (event->text.len >= UINT32_MAX >> NAME_SHIFT)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT", "a member's name is too long");
  tree->name = (uint32_t)event->offset;
  tree->name_meta = (uint32_t)event->text.len << NAME_SHIFT;
  if (!was_escaped(event))
    return VATER_OK;
  tree->name_meta |= NAME_DECODED;
  return keep_decoded(tree, event->offset, event->text) ? VATER_OK : no_memory(error);
}

static uint32_t type_of(enum vt_doc_kind kind)
{
  switch (kind) {
  case VT_DOC_OBJECT:
    return VATER_NODE_OBJECT;
  case VT_DOC_LIST:
    return VATER_NODE_LIST;
  case VT_DOC_TEXT:
    return VATER_NODE_TEXT;
  case VT_DOC_NUMBER:
    return VATER_NODE_NUMBER;
  case VT_DOC_TRUE:
    return VATER_NODE_TRUTH | TRUTH;
  case VT_DOC_FALSE:
    return VATER_NODE_TRUTH;
  default:
    return VATER_NODE_NULL;
  }
}

static void link_sibling(struct vt_doc_tree *tree, uint32_t index)
{
  if (tree->depth == 0)
    return;
  struct open_container *parent = &tree->open[tree->depth - 1];
  if (parent->last != 0)
    tree->cells[parent->last].node.next = index;
  parent->last = index;
  tree->cells[parent->node].node.length++;
}

static bool open_container(struct vt_doc_tree *tree, uint32_t index)
{
  void *array = tree->open;
  bool room = grow(&tree->allocator, &array, tree->depth, &tree->open_room, sizeof *tree->open);
  tree->open = array;
  if (room)
    tree->open[tree->depth++] = (struct open_container){index, 0};
  return room;
}

static int feed_value(struct vt_doc_tree *tree, const struct vt_doc_event *event,
                      struct vt_error *error)
{
  void *array = tree->cells;
  bool room = grow(&tree->allocator, &array, tree->count, &tree->room, sizeof *tree->cells);
  tree->cells = array;
  if (!room)
    return no_memory(error);
  uint32_t index = tree->count++;
  uint32_t meta = tree->name_meta | type_of(event->kind);
  bool text = event->kind == VT_DOC_TEXT;
  if (text && was_escaped(event)) {
    meta |= TEXT_DECODED;
    if (!keep_decoded(tree, event->offset, event->text))
      return no_memory(error);
  }
  tree->cells[index].node = (struct vater_node){.self = index,
                                                .offset = (uint32_t)event->offset,
                                                .length = (uint32_t)event->text.len,
                                                .name = tree->name,
                                                .meta = meta};
  tree->name = tree->name_meta = 0;
  link_sibling(tree, index);
  if ((event->kind == VT_DOC_OBJECT || event->kind == VT_DOC_LIST) && !open_container(tree, index))
    return no_memory(error);
  return VATER_OK;
}

int vt_doc_tree_feed(struct vt_doc_tree *tree, const struct vt_doc_event *event,
                     struct vt_error *error)
{
  switch (event->kind) {
  case VT_DOC_NAME:
    return feed_name(tree, event, error);
  case VT_DOC_OBJECT_END:
  case VT_DOC_LIST_END:
    tree->depth--;
    return VATER_OK;
  case VT_DOC_END:
    tree->cells[0].tree = tree;
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
  return tree->done ? &tree->cells[1].node : NULL;
}

size_t vt_doc_tree_memory(const struct vt_doc_tree *tree)
{
  return sizeof *tree + tree->room * sizeof *tree->cells +
         tree->decoded_room * sizeof *tree->decoded + tree->text.room +
         tree->open_room * sizeof *tree->open;
}

static const struct vt_doc_tree *tree_of(const struct vater_node *node)
{
  const union cell *cell = (const union cell *)(const void *)node;
  return (cell - node->self)->tree;
}

static struct vater_str find_decoded(const struct vt_doc_tree *tree, uint32_t offset)
{
  uint32_t from = 0;
  uint32_t to = tree->decoded_count;
  while (to - from > 1) {
    uint32_t middle = from + (to - from) / 2;
    if (tree->decoded[middle].offset <= offset)
      from = middle;
    else
      to = middle;
  }
  const struct decoded *found = &tree->decoded[from];
  return (struct vater_str){tree->text.bytes + found->at, found->length};
}

int vt_node_type(const struct vater_node *node)
{
  return node != NULL ? (int)(node->meta & TYPE_MASK) : VATER_NODE_NULL;
}

struct vater_str vt_node_text(const struct vater_node *node)
{
  int type = vt_node_type(node);
  if (type != VATER_NODE_TEXT && type != VATER_NODE_NUMBER)
    return VT_STR_NONE;
  const struct vt_doc_tree *tree = tree_of(node);
  if ((node->meta & TEXT_DECODED) != 0)
    return find_decoded(tree, node->offset);
  size_t quote = type == VATER_NODE_TEXT ? 1 : 0;
  return (struct vater_str){tree->bytes.ptr + node->offset + quote, node->length};
}

bool vt_node_number(const struct vater_node *node, double *value)
{
  *value = 0;
  return vt_node_type(node) == VATER_NODE_NUMBER &&
         vt_number_double_checked(vt_node_text(node), value);
}

bool vt_node_integer(const struct vater_node *node, int64_t *value)
{
  *value = 0;
  return vt_node_type(node) == VATER_NODE_NUMBER && vt_number_int64(vt_node_text(node), value);
}

bool vt_node_truth(const struct vater_node *node, bool *value)
{
  bool is_truth = vt_node_type(node) == VATER_NODE_TRUTH;
  *value = is_truth && (node->meta & TRUTH) != 0;
  return is_truth;
}

static bool is_container(const struct vater_node *node)
{
  int type = vt_node_type(node);
  return type == VATER_NODE_LIST || type == VATER_NODE_OBJECT;
}

uint32_t vt_node_length(const struct vater_node *node)
{
  return is_container(node) ? node->length : 0;
}

static const struct vater_node *cell_at(const struct vater_node *node, uint32_t index)
{
  const union cell *cell = (const union cell *)(const void *)node;
  return &(cell - node->self + index)->node;
}

const struct vater_node *vt_node_first(const struct vater_node *node)
{
  return vt_node_length(node) > 0 ? cell_at(node, node->self + 1) : NULL;
}

const struct vater_node *vt_node_next(const struct vater_node *node)
{
  return node != NULL && node->next != 0 ? cell_at(node, node->next) : NULL;
}

struct vater_str vt_node_name(const struct vater_node *node)
{
  if (node == NULL || node->meta >> NAME_SHIFT == 0)
    return VT_STR_NONE;
  const struct vt_doc_tree *tree = tree_of(node);
  if ((node->meta & NAME_DECODED) != 0)
    return find_decoded(tree, node->name);
  return (struct vater_str){tree->bytes.ptr + node->name + 1, node->meta >> NAME_SHIFT};
}

const struct vater_node *vt_node_find(const struct vater_node *object, struct vater_str name)
{
  if (vt_node_type(object) != VATER_NODE_OBJECT)
    return NULL;
  const struct vater_node *member = vt_node_first(object);
  while (member != NULL && !vt_str_equal(vt_node_name(member), name))
    member = vt_node_next(member);
  return member;
}

const struct vater_node *vt_node_member(const struct vater_node *node, const char *name)
{
  return vt_node_find(node, vt_str(name));
}

const struct vater_node *vt_node_item(const struct vater_node *node, uint32_t index)
{
  if (index >= vt_node_length(node))
    return NULL;
  const struct vater_node *item = vt_node_first(node);
  for (uint32_t i = 0; i < index; i++)
    item = vt_node_next(item);
  return item;
}

uint64_t vt_node_offset(const struct vater_node *node)
{
  return node != NULL ? node->offset : 0;
}

/* Behind the text whose opening quote stands at `at`. */
static size_t behind_text(struct vater_str bytes, size_t at)
{
  for (at++; at < bytes.len && bytes.ptr[at] != '"'; at++)
    at += bytes.ptr[at] == '\\';
  return at < bytes.len ? at + 1 : bytes.len;
}

/* Behind the container whose opening bracket stands at `at`. */
static size_t behind_container(struct vater_str bytes, size_t at)
{
  uint32_t depth = 0;
  while (at < bytes.len) {
    char c = bytes.ptr[at];
    if (c == '"') {
      at = behind_text(bytes, at);
      continue;
    }
    at++;
    depth += c == '{' || c == '[';
    depth -= c == '}' || c == ']';
    if (depth == 0)
      break;
  }
  return at;
}

struct vater_str vt_node_source(const struct vater_node *node)
{
  if (node == NULL)
    return VT_STR_NONE;
  struct vater_str bytes = tree_of(node)->bytes;
  size_t end = node->offset;
  if (is_container(node))
    end = behind_container(bytes, end);
  else if (vt_node_type(node) == VATER_NODE_TEXT)
    end = behind_text(bytes, end);
  else if (vt_node_type(node) == VATER_NODE_NUMBER)
    end += node->length;
  else
    end += bytes.ptr[end] == 'f' ? 5 : 4;
  return vt_str_slice(bytes, node->offset, end);
}

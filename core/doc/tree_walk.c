#include "base/number.h"
#include "doc/tree_parts.h"

static inline const uint64_t *chunk_of(const void *unit)
{
  const char *at = unit;
  return (const uint64_t *)(const void *)(at - (uintptr_t)at % CHUNK_BYTES);
}

static inline const struct vt_doc_tree *tree_of(const struct vater_node *node)
{
  const struct vt_doc_tree *tree;
  memcpy(&tree, chunk_of(node), sizeof tree);
  return tree;
}

static inline const struct vater_node *node_at(const uint64_t *unit)
{
  return (const struct vater_node *)(const void *)unit;
}

/* The node that begins at `unit` of `chunk`, or in the chunk behind where there was no room. */
static inline const struct vater_node *settle(const uint64_t *chunk, const uint64_t *unit)
{
  if (unit < chunk + CHUNK_UNITS && (*unit & TYPE_MASK) != PADDING)
    return node_at(unit);
  const struct vt_doc_tree *tree = tree_of(node_at(chunk));
  return node_at(tree->chunks[chunk[1] + 1] + CHUNK_FIRST);
}

/* The same, of a unit behind another one in its chunk. */
static inline const struct vater_node *settle_behind(const uint64_t *unit)
{
  if ((uintptr_t)unit % CHUNK_BYTES != 0 && (*unit & TYPE_MASK) != PADDING)
    return node_at(unit);
  return settle(chunk_of(unit - 1), unit);
}

static inline bool is_container(const struct vater_node *node)
{
  uint64_t type = node->head & TYPE_MASK;
  return type == VATER_NODE_LIST || type == VATER_NODE_OBJECT;
}

/* Behind head and name. */
static inline const uint64_t *more_of(const struct vater_node *node)
{
  return &node->head + 1 + ((node->head & NAMED) != 0);
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
  return node != NULL ? (int)(node->head & TYPE_MASK) : VATER_NODE_NULL;
}

struct vater_str vt_node_text(const struct vater_node *node)
{
  int type = vt_node_type(node);
  if (type != VATER_NODE_TEXT && type != VATER_NODE_NUMBER)
    return VT_STR_NONE;
  const struct vt_doc_tree *tree = tree_of(node);
  uint32_t offset = (uint32_t)(node->head >> HIGH);
  if ((node->head & DECODED) != 0)
    return find_decoded(tree, offset);
  size_t quote = type == VATER_NODE_TEXT ? 1 : 0;
  size_t length = node->head >> LENGTH_SHIFT & LENGTH_MAX;
  if ((node->head & WIDE) != 0)
    length = *more_of(node);
  return (struct vater_str){tree->bytes.ptr + offset + quote, length};
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
  *value = is_truth && (node->head & TRUTH) != 0;
  return is_truth;
}

uint32_t vt_node_length(const struct vater_node *node)
{
  return node != NULL && is_container(node) ? (uint32_t)*more_of(node) : 0;
}

const struct vater_node *vt_node_first(const struct vater_node *node)
{
  return vt_node_length(node) > 0 ? settle(chunk_of(node), more_of(node) + 1) : NULL;
}

const struct vater_node *vt_node_next(const struct vater_node *node)
{
  if (node == NULL || (node->head & LAST) != 0)
    return NULL;
  const uint64_t *more = more_of(node);
  if (!is_container(node))
    return settle_behind(more + ((node->head & WIDE) != 0));
  uint64_t address = *more >> HIGH;
  const uint64_t *chunk = tree_of(node)->chunks[address / CHUNK_UNITS];
  return settle(chunk, chunk + address % CHUNK_UNITS + 1);
}

struct vater_str vt_node_name(const struct vater_node *node)
{
  if (node == NULL || (node->head & NAMED) == 0)
    return VT_STR_NONE;
  const struct vt_doc_tree *tree = tree_of(node);
  uint64_t name = *(&node->head + 1);
  if ((name & NAME_DECODED) != 0)
    return find_decoded(tree, (uint32_t)(name >> HIGH));
  return (struct vater_str){tree->bytes.ptr + (name >> HIGH) + 1, (uint32_t)name >> 1};
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
  return node != NULL ? node->head >> HIGH : 0;
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
  size_t start = node->head >> HIGH;
  size_t end = start;
  if (is_container(node))
    end = behind_container(bytes, end);
  else if (vt_node_type(node) == VATER_NODE_TEXT)
    end = behind_text(bytes, end);
  else if (vt_node_type(node) == VATER_NODE_NUMBER)
    return vt_node_text(node);
  else
    end += bytes.ptr[end] == 'f' ? 5 : 4;
  return vt_str_slice(bytes, start, end);
}

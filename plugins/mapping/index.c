#include "mapping/mapping.h"

#include <stdlib.h>
#include <string.h>

bool mapping_equal(struct vater_str a, struct vater_str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool mapping_is(struct vater_str text, const char *word)
{
  return mapping_equal(text, (struct vater_str){word, strlen(word)});
}

static char lower(char c)
{
  return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* A byte of a letter in lower case: ASCII, and behind 0xc3 the letters of Latin-1 (U+00C0 to
 * U+00DE), so æ, ø and å. */
static char lower_at(struct vater_str text, size_t at)
{
  unsigned char c = (unsigned char)text.ptr[at];
  bool latin = at > 0 && (unsigned char)text.ptr[at - 1] == 0xc3;
  return latin && c >= 0x80 && c <= 0x9e && c != 0x97 ? (char)(c + 0x20) : lower(text.ptr[at]);
}

bool mapping_equal_nocase(struct vater_str a, struct vater_str b)
{
  if (a.len != b.len)
    return false;
  for (size_t i = 0; i < a.len; i++)
    if (lower_at(a, i) != lower_at(b, i))
      return false;
  return true;
}

/* Bytes of the space that `at` begins with: ' ', U+00A0, U+202F; 0: none. */
static size_t space_at(struct vater_str text, size_t at)
{
  const unsigned char *p = (const unsigned char *)text.ptr + at;
  size_t left = text.len - at;
  if (left >= 1 && (p[0] == ' ' || p[0] == '\t'))
    return 1;
  if (left >= 2 && p[0] == 0xc2 && p[1] == 0xa0)
    return 2;
  return left >= 3 && p[0] == 0xe2 && p[1] == 0x80 && p[2] == 0xaf ? 3 : 0;
}

struct vater_str mapping_trim(struct vater_str text)
{
  size_t size;
  while (text.len > 0 && (size = space_at(text, 0)) > 0) {
    text.ptr += size;
    text.len -= size;
  }
  for (size = 1; text.len >= size && size <= 3;) {
    if (space_at(text, text.len - size) == size) {
      text.len -= size;
      size = 1;
    } else {
      size++;
    }
  }
  return text;
}

/* The names are ours, not the payload's: ends and length tell most of them apart. */
static uint32_t hash(struct vater_str text)
{
  uint64_t first = 0;
  uint64_t last = 0;
  if (text.len >= sizeof first) {
    memcpy(&first, text.ptr, sizeof first);
    memcpy(&last, text.ptr + text.len - sizeof last, sizeof last);
  } else {
    for (size_t i = 0; i < text.len; i++)
      first = first << 8 | (unsigned char)text.ptr[i];
  }
  uint64_t mixed = (first * 0x9e3779b97f4a7c15u ^ (last + text.len)) * 0xff51afd7ed558ccdu;
  return (uint32_t)(mixed >> 32);
}

int mapping_index_init(const struct vater_host *host, vater_call *call, const vater_node *object,
                       struct mapping_index *index)
{
  const struct vater_node_api *node = host->node;
  *index = (struct mapping_index){.members = NULL};
  uint32_t count = node->type(object) == VATER_NODE_OBJECT ? node->length(object) : 0;
  if (count == 0)
    return VATER_OK;
  uint32_t size = 4;
  while (size < count * 2)
    size *= 2;
  index->members = calloc(count, sizeof *index->members);
  index->slots = calloc(size, sizeof *index->slots);
  if (index->members == NULL || index->slots == NULL) {
    mapping_index_fini(index);
    return host->fail(call, VATER_E_NOMEM, "out of memory for a mapping of %u names", count);
  }
  index->mask = size - 1;
  for (const vater_node *one = node->first(object); one != NULL; one = node->next(one)) {
    uint32_t at = hash(node->name(one)) & index->mask;
    while (index->slots[at] != 0)
      at = (at + 1) & index->mask;
    index->members[index->count++] = one;
    index->slots[at] = index->count;
  }
  return VATER_OK;
}

void mapping_index_fini(struct mapping_index *index)
{
  free((void *)index->members);
  free(index->slots);
  *index = (struct mapping_index){.members = NULL};
}

uint32_t mapping_index_find(const struct vater_host *host, const struct mapping_index *index,
                            struct vater_str name)
{
  if (index->count == 0)
    return UINT32_MAX;
  for (uint32_t at = hash(name) & index->mask; index->slots[at] != 0; at = (at + 1) & index->mask) {
    uint32_t member = index->slots[at] - 1;
    if (mapping_equal(host->node->name(index->members[member]), name))
      return member;
  }
  return UINT32_MAX;
}

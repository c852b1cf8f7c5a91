/* Text as (pointer, length): borrowed UTF-8, may hold NUL, not terminated. */
#ifndef VT_BASE_STR_H
#define VT_BASE_STR_H

#include "vater/plugin.h"

#include <string.h>

#define VT_STR(literal) ((struct vater_str){(literal), sizeof(literal) - 1})
#define VT_STR_NONE ((struct vater_str){NULL, 0})
/* for printf: "%.*s" */
#define VT_STR_ARGS(s) (int)((s).len > 4096 ? 4096 : (s).len), (s).ptr != NULL ? (s).ptr : ""

static inline struct vater_str vt_str(const char *text)
{
  return (struct vater_str){text, text != NULL ? strlen(text) : 0};
}

/* Short texts, by far the most, are compared without a call. */
static inline bool vt_str_equal(struct vater_str a, struct vater_str b)
{
  if (a.len != b.len || a.len > 16)
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
  if (a.len >= 8) {
    uint64_t words[4];
    memcpy(&words[0], a.ptr, 8);
    memcpy(&words[1], b.ptr, 8);
    memcpy(&words[2], a.ptr + a.len - 8, 8);
    memcpy(&words[3], b.ptr + b.len - 8, 8);
    return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
  }
  if (a.len >= 4) {
    uint32_t words[4];
    memcpy(&words[0], a.ptr, 4);
    memcpy(&words[1], b.ptr, 4);
    memcpy(&words[2], a.ptr + a.len - 4, 4);
    memcpy(&words[3], b.ptr + b.len - 4, 4);
    return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
  }
  for (size_t i = 0; i < a.len; i++)
    if (a.ptr[i] != b.ptr[i])
      return false;
  return true;
}

static inline bool vt_str_is(struct vater_str a, const char *text)
{
  return vt_str_equal(a, vt_str(text));
}

/* -1, 0, 1 by bytes, which for UTF-8 is by code points. */
int vt_str_compare(struct vater_str a, struct vater_str b);
bool vt_str_starts(struct vater_str a, struct vater_str prefix);
bool vt_str_ends(struct vater_str a, struct vater_str suffix);
/* Index of the first occurrence of `part` at or after `from`; a.len where there is none. */
size_t vt_str_find(struct vater_str a, struct vater_str part, size_t from);
/* Bytes [from, to), clamped. */
struct vater_str vt_str_slice(struct vater_str a, size_t from, size_t to);
struct vater_str vt_str_trim(struct vater_str a);
bool vt_str_equal_nocase(struct vater_str a, struct vater_str b); /* ASCII */
uint64_t vt_str_hash(struct vater_str a, uint64_t seed);
/* The nearest of `names` by edit distance, for "did you mean"; none where nothing is near. */
struct vater_str vt_str_nearest(struct vater_str word, const struct vater_str *names, size_t count);

#endif

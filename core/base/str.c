#include "base/str.h"

int vt_str_compare(struct vater_str a, struct vater_str b)
{
  size_t shorter = a.len < b.len ? a.len : b.len;
  int order = shorter > 0 ? memcmp(a.ptr, b.ptr, shorter) : 0;
  if (order != 0)
    return order < 0 ? -1 : 1;
  return a.len == b.len ? 0 : (a.len < b.len ? -1 : 1);
}

bool vt_str_starts(struct vater_str a, struct vater_str prefix)
{
  return a.len >= prefix.len && (prefix.len == 0 || memcmp(a.ptr, prefix.ptr, prefix.len) == 0);
}

bool vt_str_ends(struct vater_str a, struct vater_str suffix)
{
  return a.len >= suffix.len &&
         (suffix.len == 0 || memcmp(a.ptr + a.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

size_t vt_str_find(struct vater_str a, struct vater_str part, size_t from)
{
  if (from > a.len || part.len > a.len - from)
    return a.len;
  if (part.len == 0)
    return from;
  const char *hit = memmem(a.ptr + from, a.len - from, part.ptr, part.len);
  return hit != NULL ? (size_t)(hit - a.ptr) : a.len;
}

struct vater_str vt_str_slice(struct vater_str a, size_t from, size_t to)
{
  if (to > a.len)
    to = a.len;
  if (from > to)
    from = to;
  return (struct vater_str){a.ptr != NULL ? a.ptr + from : NULL, to - from};
}

static bool is_space(char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

struct vater_str vt_str_trim(struct vater_str a)
{
  size_t from = 0;
  size_t to = a.len;
  while (from < to && is_space(a.ptr[from]))
    from++;
  while (to > from && is_space(a.ptr[to - 1]))
    to--;
  return vt_str_slice(a, from, to);
}

static unsigned char lower(char c)
{
  return (unsigned char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

bool vt_str_equal_nocase(struct vater_str a, struct vater_str b)
{
  if (a.len != b.len)
    return false;
  for (size_t i = 0; i < a.len; i++)
    if (lower(a.ptr[i]) != lower(b.ptr[i]))
      return false;
  return true;
}

static inline uint64_t turn(uint64_t word, unsigned bits)
{
  return word << bits | word >> (64 - bits);
}

static inline void sip_round(uint64_t v[4])
{
  v[0] += v[1];
  v[2] += v[3];
  v[1] = turn(v[1], 13) ^ v[0];
  v[3] = turn(v[3], 16) ^ v[2];
  v[0] = turn(v[0], 32) + v[3];
  v[2] += v[1];
  v[3] = turn(v[3], 21) ^ v[0];
  v[1] = turn(v[1], 17) ^ v[2];
  v[2] = turn(v[2], 32);
}

/* Fewer than 8 bytes, the first one lowest, without a call to copy them. */
static inline uint64_t last_word(const char *bytes, size_t count)
{
  uint32_t first;
  uint32_t last;
  if (count >= sizeof first) {
    memcpy(&first, bytes, sizeof first);
    memcpy(&last, bytes + count - sizeof last, sizeof last);
    return first | (uint64_t)last << 8 * (count - sizeof last);
  }
  uint64_t word = 0;
  for (size_t i = 0; i < count; i++)
    word |= (uint64_t)(unsigned char)bytes[i] << 8 * i;
  return word;
}

/* SipHash-1-3: nobody who does not know the seed can make texts that collide. */
uint64_t vt_str_hash(struct vater_str a, uint64_t seed)
{
  const uint64_t other = turn(seed, 29) ^ 0x9e3779b97f4a7c15u;
  uint64_t v[4] = {seed ^ 0x736f6d6570736575u, other ^ 0x646f72616e646f6du,
                   seed ^ 0x6c7967656e657261u, other ^ 0x7465646279746573u};
  size_t i = 0;
  for (; i + 8 <= a.len; i += 8) {
    uint64_t word;
    memcpy(&word, a.ptr + i, 8);
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
  }
  uint64_t tail = (i < a.len ? last_word(a.ptr + i, a.len - i) : 0) | (uint64_t)a.len << 56;
  v[3] ^= tail;
  sip_round(v);
  v[0] ^= tail;
  v[2] ^= 0xff;
  for (int round = 0; round < 3; round++)
    sip_round(v);
  return v[0] ^ v[1] ^ v[2] ^ v[3];
}

enum { NEAREST_MAX = 48 };

static size_t edit_distance(struct vater_str a, struct vater_str b)
{
  size_t row[NEAREST_MAX + 1];
  for (size_t j = 0; j <= b.len; j++)
    row[j] = j;
  for (size_t i = 1; i <= a.len; i++) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.len; j++) {
      size_t keep = row[j];
      size_t best = diagonal + (lower(a.ptr[i - 1]) == lower(b.ptr[j - 1]) ? 0 : 1);
      if (row[j] + 1 < best)
        best = row[j] + 1;
      if (row[j - 1] + 1 < best)
        best = row[j - 1] + 1;
      row[j] = best;
      diagonal = keep;
    }
  }
  return row[b.len];
}

struct vater_str vt_str_nearest(struct vater_str word, const struct vater_str *names, size_t count)
{
  struct vater_str nearest = VT_STR_NONE;
  if (word.len == 0 || word.len > NEAREST_MAX)
    return nearest;
  size_t best = word.len / 3 + 1;
  for (size_t i = 0; i < count; i++) {
    if (names[i].len > NEAREST_MAX)
      continue;
    size_t distance = edit_distance(word, names[i]);
    if (distance <= best && distance < names[i].len) {
      best = distance - (distance > 0 ? 1 : 0);
      nearest = names[i];
      if (distance == 0)
        break;
    }
  }
  return nearest;
}

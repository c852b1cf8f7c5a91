#include "schema/hash.h"

#include "schema/decimal.h"

struct sip {
  uint64_t v0, v1, v2, v3;
};

static uint64_t rotate(uint64_t x, unsigned bits)
{
  return x << bits | x >> (64 - bits);
}

static void sip_round(struct sip *s)
{
  s->v0 += s->v1;
  s->v1 = rotate(s->v1, 13) ^ s->v0;
  s->v0 = rotate(s->v0, 32);
  s->v2 += s->v3;
  s->v3 = rotate(s->v3, 16) ^ s->v2;
  s->v0 += s->v3;
  s->v3 = rotate(s->v3, 21) ^ s->v0;
  s->v2 += s->v1;
  s->v1 = rotate(s->v1, 17) ^ s->v2;
  s->v2 = rotate(s->v2, 32);
}

static void sip_word(struct sip *s, uint64_t word)
{
  s->v3 ^= word;
  sip_round(s);
  sip_round(s);
  s->v0 ^= word;
}

struct vt_hash vt_hash_bytes(const uint64_t seed[2], uint8_t tag, struct vater_str bytes)
{
  struct sip s = {seed[0] ^ 0x736f6d6570736575u, seed[1] ^ 0x646f72616e646f6du ^ 0xee,
                  seed[0] ^ 0x6c7967656e657261u, seed[1] ^ 0x7465646279746573u};
  size_t at = 0;
  uint64_t word;
  sip_word(&s, tag);
  for (; at + 8 <= bytes.len; at += 8) {
    memcpy(&word, bytes.ptr + at, 8);
    sip_word(&s, word);
  }
  word = (uint64_t)bytes.len << 56;
  for (unsigned shift = 0; at < bytes.len; at++, shift += 8)
    word |= (uint64_t)(unsigned char)bytes.ptr[at] << shift;
  sip_word(&s, word);
  struct vt_hash hash;
  s.v2 ^= 0xee;
  for (int i = 0; i < 4; i++)
    sip_round(&s);
  hash.low = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  s.v1 ^= 0xdd;
  for (int i = 0; i < 4; i++)
    sip_round(&s);
  hash.high = s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
  return hash;
}

static struct vt_hash hash_words(const uint64_t seed[2], uint8_t tag, const uint64_t *words,
                                 size_t count)
{
  return vt_hash_bytes(seed, tag, (struct vater_str){(const char *)words, count * 8});
}

static struct vt_hash hash_number(const uint64_t seed[2], struct vater_str text)
{
  struct vt_decimal decimal;
  vt_decimal_read(text, &decimal);
  /* digits run through a fixed window, so that the point leaves no trace */
  char window[64];
  size_t used = 0;
  struct vt_hash all = {0, 0};
  for (size_t i = 0; i < decimal.digits.len; i++) {
    if (decimal.digits.ptr[i] == '.')
      continue;
    window[used++] = decimal.digits.ptr[i];
    if (used == sizeof window) {
      vt_hash_item(seed, &all, vt_hash_bytes(seed, 2, (struct vater_str){window, used}));
      used = 0;
    }
  }
  vt_hash_item(seed, &all, vt_hash_bytes(seed, 2, (struct vater_str){window, used}));
  uint64_t words[4] = {all.low, all.high, (uint64_t)decimal.exponent, decimal.negative};
  return hash_words(seed, VT_DOC_NUMBER, words, 4);
}

struct vt_hash vt_hash_scalar(const uint64_t seed[2], enum vt_doc_kind kind, struct vater_str text)
{
  if (kind == VT_DOC_NUMBER)
    return hash_number(seed, text);
  return vt_hash_bytes(seed, (uint8_t)kind, kind == VT_DOC_TEXT ? text : VT_STR_NONE);
}

void vt_hash_item(const uint64_t seed[2], struct vt_hash *list, struct vt_hash item)
{
  uint64_t words[4] = {list->low, list->high, item.low, item.high};
  *list = hash_words(seed, 101, words, 4);
}

void vt_hash_member(const uint64_t seed[2], struct vt_hash *object, struct vt_hash name,
                    struct vt_hash value)
{
  uint64_t words[4] = {name.low, name.high, value.low, value.high};
  struct vt_hash member = hash_words(seed, 102, words, 4);
  object->low += member.low;
  object->high += member.high;
}

struct vt_hash vt_hash_compound(const uint64_t seed[2], enum vt_doc_kind kind, struct vt_hash parts,
                                uint64_t count)
{
  uint64_t words[3] = {parts.low, parts.high, count};
  return hash_words(seed, (uint8_t)(110 + kind), words, 3);
}

struct vt_hash vt_hash_value(const uint64_t seed[2], const struct vt_schema_value *value)
{
  struct vt_hash parts = {0, 0};
  if (value->kind != VT_DOC_OBJECT && value->kind != VT_DOC_LIST)
    return vt_hash_scalar(seed, value->kind, value->text);
  for (const struct vt_schema_value *child = value->first; child != NULL; child = child->next) {
    struct vt_hash hash = vt_hash_value(seed, child);
    if (value->kind == VT_DOC_LIST)
      vt_hash_item(seed, &parts, hash);
    else
      vt_hash_member(seed, &parts, vt_hash_bytes(seed, VT_DOC_NAME, child->name), hash);
  }
  return vt_hash_compound(seed, value->kind, parts, value->count);
}

/*
 * Equality of compound values without holding them: a keyed 128-bit hash of the canonical form,
 * built while events pass. Numbers hash by value (1.0 is 1), members of an object in any order.
 * SipHash-2-4 with 128-bit output (Aumasson, Bernstein 2012): without the key nobody can aim at a
 * collision.
 */
#ifndef VT_SCHEMA_HASH_H
#define VT_SCHEMA_HASH_H

#include "doc/reader.h"
#include "schema/value.h"

struct vt_hash {
  uint64_t low, high;
};

struct vt_hash vt_hash_bytes(const uint64_t seed[2], uint8_t tag, struct vater_str bytes);
/* TEXT, NUMBER, TRUE, FALSE, NULL */
struct vt_hash vt_hash_scalar(const uint64_t seed[2], enum vt_doc_kind kind, struct vater_str text);
/* Adds an item to a list's or a member to an object's hash; start with zero. */
void vt_hash_item(const uint64_t seed[2], struct vt_hash *list, struct vt_hash item);
void vt_hash_member(const uint64_t seed[2], struct vt_hash *object, struct vt_hash name,
                    struct vt_hash value);
/* Closes a list or object of `count` parts. */
struct vt_hash vt_hash_compound(const uint64_t seed[2], enum vt_doc_kind kind, struct vt_hash parts,
                                uint64_t count);
struct vt_hash vt_hash_value(const uint64_t seed[2], const struct vt_schema_value *value);
static inline bool vt_hash_equal(struct vt_hash a, struct vt_hash b)
{
  return a.low == b.low && a.high == b.high;
}

#endif

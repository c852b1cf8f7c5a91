/* Values inside: comparison, hashing, maps, copies. */
#ifndef VT_CEL_VALUE_H
#define VT_CEL_VALUE_H

#include "cel/type.h"

struct vt_cel_map {
  uint32_t count;
  const struct vt_cel_entry *entries; /* in the order of insertion */
  const uint32_t *slots;              /* entry index + 1, open addressing */
  uint32_t mask;
  bool quick; /* of constants: hashed without a guard against chosen keys */
};

static inline bool vt_cel_is_value(const struct vt_cel_value *value)
{
  return value->kind < VT_CEL_MISSING;
}

static inline bool vt_cel_is_number(const struct vt_cel_value *value)
{
  return value->kind >= VT_CEL_INT && value->kind <= VT_CEL_DOUBLE;
}

static inline bool vt_cel_is_list(const struct vt_cel_value *value)
{
  return value->kind == VT_CEL_LIST || value->kind == VT_CEL_RECORDS;
}

static inline uint32_t vt_cel_list_count(const struct vt_cel_value *list)
{
  return list->kind == VT_CEL_RECORDS ? list->row : list->as.list->count;
}

/* Item `index`, below the count. */
static inline struct vt_cel_value vt_cel_list_item(const struct vt_cel_value *list, uint32_t index)
{
  if (list->kind == VT_CEL_RECORDS)
    return vt_cel_record(list->as.record.type, list->as.record.getter, index);
  return list->as.list->items[index];
}

/* Compares two numbers of any types: -1, 0, 1, or 2 where one is NaN. */
int vt_cel_compare_numbers(const struct vt_cel_value *a, const struct vt_cel_value *b);
int vt_cel_compare_times(struct vt_cel_time a, struct vt_cel_time b);
/* Texts below cost nothing beyond their part. */
enum { VT_CEL_SHORT_TEXT = 64 };
/* ==, where each pair of parts costs one of *budget, long texts more; false and *budget 0 when it
 * is spent. */
bool vt_cel_equal_within(const struct vt_cel_value *a, const struct vt_cel_value *b,
                         uint64_t *budget);
/* Of what may be a map key or a member of a set of constants; equal values hash alike. */
uint64_t vt_cel_hash(const struct vt_cel_value *value);
/* Of a text, without a guard against chosen ones: where a collision costs nothing but a look-up. */
uint64_t vt_cel_hash_quickly(struct vater_str text);
bool vt_cel_is_key(const struct vt_cel_value *value);

enum vt_cel_map_fault { VT_CEL_MAP_FINE, VT_CEL_MAP_KEY, VT_CEL_MAP_REPEATED, VT_CEL_MAP_MEMORY };
/* Borrows entries. *at: which entry is at fault. */
enum vt_cel_map_fault vt_cel_map_build(struct vt_arena *arena, const struct vt_cel_entry *entries,
                                       uint32_t count, struct vt_cel_value *map, uint32_t *at);
/* A set of the list's items, as a map to them, for `in`: repeated items are fine. NULL with *count
 * UINT32_MAX without memory, NULL where an item cannot be a key. `entries` has room for all. */
struct vt_cel_map *vt_cel_set_build(struct vt_arena *arena, const struct vt_cel_list *list,
                                    struct vt_cel_entry *entries, uint32_t *count);
/* A deep copy into the arena; false without memory. */
bool vt_cel_copy(struct vt_arena *arena, const struct vt_cel_value *from, struct vt_cel_value *to);
/* The number as an index of a list: an int, a uint, or a double without fraction. */
bool vt_cel_as_index(const struct vt_cel_value *value, int64_t *index);
/* Whether the value may be an argument of a parameter of that type. */
bool vt_cel_fits(const struct vt_cel_value *value, const struct vt_cel_type *type);

#endif

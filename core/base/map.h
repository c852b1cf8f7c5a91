/* Text to number, open addressing, keys borrowed (the caller keeps them alive). Iterates in the
 * order of insertion, so that output is deterministic. */
#ifndef VT_BASE_MAP_H
#define VT_BASE_MAP_H

#include "base/environment.h"

struct vt_map_entry {
  struct vater_str key;
  uint64_t hash;
  uint64_t value;
};

struct vt_map {
  struct vt_allocator allocator;
  struct vt_map_entry *entries; /* count of them, in order of insertion */
  uint32_t *slots;              /* entry index + 1; 0 = empty */
  uint32_t count, room, slot_mask, limit;
  uint64_t seed;
};

/* `limit`: the largest number of keys. `seed` from the environment's randomness where keys are
 * untrusted. */
void vt_map_init(struct vt_map *map, const struct vt_allocator *allocator, uint32_t limit,
                 uint64_t seed);
void vt_map_fini(struct vt_map *map);
void vt_map_clear(struct vt_map *map);
/* NULL where absent. The pointer lives until the next put. */
uint64_t *vt_map_get(const struct vt_map *map, struct vater_str key);
/* The value's place, 0 when new; *added says so. NULL: memory or limit. */
uint64_t *vt_map_put(struct vt_map *map, struct vater_str key, bool *added);

#endif

#include "base/map.h"

void vt_map_init(struct vt_map *map, const struct vt_allocator *allocator, uint32_t limit,
                 uint64_t seed)
{
  *map = (struct vt_map){.allocator = *allocator, .limit = limit, .seed = seed};
}

void vt_map_fini(struct vt_map *map)
{
  vt_free(&map->allocator, map->entries);
  vt_free(&map->allocator, map->slots);
  map->entries = NULL;
  map->slots = NULL;
  map->count = map->room = map->slot_mask = 0;
}

void vt_map_clear(struct vt_map *map)
{
  map->count = 0;
  if (map->slots != NULL)
    memset(map->slots, 0, ((size_t)map->slot_mask + 1) * sizeof *map->slots);
}

/* The slot that holds the key, or the empty one where it belongs. */
static uint32_t *find_slot(const struct vt_map *map, struct vater_str key, uint64_t hash)
{
  for (uint32_t at = (uint32_t)hash & map->slot_mask;; at = (at + 1) & map->slot_mask) {
    uint32_t index = map->slots[at];
    if (index == 0)
      return &map->slots[at];
    const struct vt_map_entry *entry = &map->entries[index - 1];
    if (entry->hash == hash && vt_str_equal(entry->key, key))
      return &map->slots[at];
  }
}

uint64_t *vt_map_get(const struct vt_map *map, struct vater_str key)
{
  if (map->count == 0)
    return NULL;
  uint32_t index = *find_slot(map, key, vt_str_hash(key, map->seed));
  return index != 0 ? &map->entries[index - 1].value : NULL;
}

static bool grow(struct vt_map *map)
{
  if (map->room > UINT32_MAX / 4)
    return false;
  uint32_t room = map->room == 0 ? 8 : map->room * 2;
  struct vt_map_entry *entries =
      vt_resize(&map->allocator, map->entries, (size_t)room * sizeof *entries);
  if (entries == NULL)
    return false;
  map->entries = entries;
  size_t slots = (size_t)room * 2;
  uint32_t *fresh = vt_alloc(&map->allocator, slots * sizeof *fresh);
  if (fresh == NULL)
    return false;
  memset(fresh, 0, slots * sizeof *fresh);
  vt_free(&map->allocator, map->slots);
  map->slots = fresh;
  map->slot_mask = (uint32_t)slots - 1;
  map->room = room;
  for (uint32_t i = 0; i < map->count; i++)
    *find_slot(map, map->entries[i].key, map->entries[i].hash) = i + 1;
  return true;
}

uint64_t *vt_map_put(struct vt_map *map, struct vater_str key, bool *added)
{
  *added = false;
  uint64_t hash = vt_str_hash(key, map->seed);
  if (map->count > 0) {
    uint32_t index = *find_slot(map, key, hash);
    if (index != 0)
      return &map->entries[index - 1].value;
  }
  if (map->count >= map->limit || (map->count == map->room && !grow(map)))
    return NULL;
  map->entries[map->count] = (struct vt_map_entry){key, hash, 0};
  *find_slot(map, key, hash) = map->count + 1;
  *added = true;
  return &map->entries[map->count++].value;
}

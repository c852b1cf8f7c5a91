#include "texts.h"

#include <stdlib.h>
#include <string.h>

/* The finalizer of MurmurHash3 (Austin Appleby, public domain). */
uint64_t texts_mix(uint64_t key)
{
  key = (key ^ key >> 33) * 0xff51afd7ed558ccdu;
  key = (key ^ key >> 33) * 0xc4ceb9fe1a85ec53u;
  return key ^ key >> 33;
}

int texts_compare(struct vater_str a, struct vater_str b)
{
  size_t len = a.len < b.len ? a.len : b.len;
  int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* FNV-1a, begun with the seed. */
static uint64_t hash_text(const struct texts *texts, struct vater_str text)
{
  uint64_t hash = 0xcbf29ce484222325u ^ texts->seed;
  for (size_t i = 0; i < text.len; i++)
    hash = (hash ^ (unsigned char)text.ptr[i]) * 0x100000001b3u;
  return texts_mix(hash);
}

static bool is_equal(struct vater_str a, struct vater_str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* The slot of the text, or the empty one where it belongs. */
static uint32_t *slot_of(const struct texts *texts, struct vater_str text, uint64_t hash)
{
  uint32_t at = (uint32_t)hash & texts->mask;
  for (; texts->slots[at] != 0; at = (at + 1) & texts->mask) {
    const struct texts_entry *entry = &texts->entries[texts->slots[at] - 1];
    if (entry->hash == hash && is_equal(entry->text, text))
      break;
  }
  return &texts->slots[at];
}

static bool grow(struct texts *texts)
{
  uint32_t room = texts->room == 0 ? 256 : texts->room * 2;
  struct texts_entry *entries = realloc(texts->entries, room * sizeof *entries);
  if (entries == NULL)
    return false;
  texts->entries = entries;
  uint32_t *slots = calloc((size_t)room * 2, sizeof *slots);
  if (slots == NULL)
    return false;
  free(texts->slots);
  texts->slots = slots;
  texts->room = room;
  texts->mask = room * 2 - 1;
  for (uint32_t i = 0; i < texts->count; i++) {
    uint32_t at = (uint32_t)entries[i].hash & texts->mask;
    while (slots[at] != 0)
      at = (at + 1) & texts->mask;
    slots[at] = i + 1;
  }
  return true;
}

bool texts_put(struct texts *texts, struct vater_str text, uint32_t *number)
{
  uint64_t address = texts_mix((uint64_t)(uintptr_t)text.ptr);
  uint32_t *recent = &texts->recent[address % TEXTS_RECENT];
  if (*recent != 0 && texts->entries[*recent - 1].text.ptr == text.ptr &&
      texts->entries[*recent - 1].text.len == text.len) {
    *number = *recent - 1;
    return true;
  }
  if (texts->count == texts->room && !grow(texts))
    return false;
  uint64_t hash = hash_text(texts, text);
  uint32_t *slot = slot_of(texts, text, hash);
  if (*slot == 0) {
    texts->entries[texts->count++] = (struct texts_entry){text, hash};
    *slot = texts->count;
  }
  *recent = *slot;
  *number = *slot - 1;
  return true;
}

uint32_t texts_find(const struct texts *texts, struct vater_str text)
{
  if (texts->count == 0)
    return TEXTS_NONE;
  return *slot_of(texts, text, hash_text(texts, text)) - 1; /* an empty slot's 0 - 1 is NONE */
}

void texts_free(struct texts *texts)
{
  free(texts->entries);
  free(texts->slots);
}

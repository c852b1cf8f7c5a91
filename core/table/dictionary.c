#include "table/dictionary.h"

#include "base/limits.h"

enum { FIRST_TEXTS = 64, FIRST_BYTES = 1024 };

void vt_dictionary_init(struct vt_dictionary *dictionary, const struct vt_allocator *allocator,
                        uint64_t seed)
{
  *dictionary = (struct vt_dictionary){.allocator = *allocator, .seed = seed};
}

void vt_dictionary_fini(struct vt_dictionary *dictionary)
{
  struct vt_allocator allocator = dictionary->allocator;
  vt_free(&allocator, dictionary->bytes);
  vt_free(&allocator, dictionary->starts);
  vt_free(&allocator, dictionary->hashes);
  vt_free(&allocator, dictionary->slots);
  vt_dictionary_init(dictionary, &allocator, dictionary->seed);
}

static uint32_t *find_slot(const struct vt_dictionary *dictionary, struct vater_str text,
                           uint32_t hash)
{
  for (uint32_t at = hash & dictionary->slot_mask;; at = (at + 1) & dictionary->slot_mask) {
    uint32_t id = dictionary->slots[at];
    if (id == 0)
      return &dictionary->slots[at];
    if (dictionary->hashes[id] == hash && vt_str_equal(vt_dictionary_text(dictionary, id), text))
      return &dictionary->slots[at];
  }
}

static bool resize_ids(struct vt_dictionary *dictionary, uint32_t room)
{
  const struct vt_allocator *allocator = &dictionary->allocator;
  uint32_t *starts = vt_resize(allocator, dictionary->starts, ((size_t)room + 2) * sizeof *starts);
  if (starts == NULL)
    return false;
  dictionary->starts = starts;
  uint32_t *hashes = vt_resize(allocator, dictionary->hashes, ((size_t)room + 1) * sizeof *hashes);
  if (hashes == NULL)
    return false;
  dictionary->hashes = hashes;
  return true;
}

static bool more_ids(struct vt_dictionary *dictionary)
{
  if (dictionary->count < dictionary->room)
    return true;
  uint32_t room = dictionary->room == 0 ? FIRST_TEXTS : dictionary->room * 2;
  if (room > UINT32_MAX / 8 || !resize_ids(dictionary, room))
    return false;
  size_t slot_count = (size_t)room * 2;
  uint32_t *slots = vt_alloc(&dictionary->allocator, slot_count * sizeof *slots);
  if (slots == NULL)
    return false;
  memset(slots, 0, slot_count * sizeof *slots);
  vt_free(&dictionary->allocator, dictionary->slots);
  dictionary->slots = slots;
  dictionary->slot_mask = (uint32_t)slot_count - 1;
  if (dictionary->room == 0)
    dictionary->starts[0] = dictionary->starts[1] = 0;
  dictionary->room = room;
  for (uint32_t id = 1; id <= dictionary->count; id++) {
    uint32_t at = dictionary->hashes[id] & dictionary->slot_mask;
    while (slots[at] != 0)
      at = (at + 1) & dictionary->slot_mask;
    slots[at] = id;
  }
  return true;
}

static int more_bytes(struct vt_dictionary *dictionary, size_t size, struct vt_error *error)
{
  if (size > VT_LIMIT_DICTIONARY_BYTES || dictionary->byte_count > VT_LIMIT_DICTIONARY_BYTES - size)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT",
                   "the distinct texts take more than %llu bytes (limit DICTIONARY_BYTES)",
                   (unsigned long long)VT_LIMIT_DICTIONARY_BYTES);
  size_t wanted = dictionary->byte_count + size;
  if (wanted <= dictionary->byte_room && dictionary->bytes != NULL)
    return VATER_OK;
  size_t room = dictionary->byte_room == 0 ? FIRST_BYTES : dictionary->byte_room * 2;
  if (room < wanted)
    room = wanted;
  char *bytes = vt_resize(&dictionary->allocator, dictionary->bytes, room);
  if (bytes == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for the texts of a delivery");
  dictionary->bytes = bytes;
  dictionary->byte_room = room;
  return VATER_OK;
}

static int add(struct vt_dictionary *dictionary, struct vater_str text, uint32_t hash, uint32_t *id,
               struct vt_error *error)
{
  int status = more_bytes(dictionary, text.len, error);
  if (status != VATER_OK)
    return status;
  if (!more_ids(dictionary))
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for the texts of a delivery");
  if (text.len > 0)
    memcpy(dictionary->bytes + dictionary->byte_count, text.ptr, text.len);
  uint32_t *slot = find_slot(dictionary, text, hash);
  uint32_t fresh = ++dictionary->count;
  dictionary->byte_count += text.len;
  dictionary->starts[fresh + 1] = (uint32_t)dictionary->byte_count;
  dictionary->hashes[fresh] = hash;
  *slot = *id = fresh;
  return VATER_OK;
}

static uint32_t cheap_hash(struct vater_str text)
{
  uint64_t a = 0;
  uint64_t b = 0;
  if (text.len >= 8) {
    memcpy(&a, text.ptr, 8);
    memcpy(&b, text.ptr + text.len - 8, 8);
  } else if (text.len >= 4) {
    memcpy(&a, text.ptr, 4);
    memcpy(&b, text.ptr + text.len - 4, 4);
  } else if (text.len > 0) {
    a = (unsigned char)text.ptr[0];
    b = (unsigned char)text.ptr[text.len - 1];
  }
  return (uint32_t)((a * 0x9e3779b97f4a7c15u ^ (b + text.len) * 0xff51afd7ed558ccdu) >> 40);
}

int vt_dictionary_intern(struct vt_dictionary *dictionary, struct vater_str text, uint32_t *id,
                         struct vt_error *error)
{
  uint32_t *recent = &dictionary->recent[cheap_hash(text) % VT_DICTIONARY_RECENT];
  if (*recent != 0 && vt_str_equal(vt_dictionary_text(dictionary, *recent), text)) {
    *id = *recent;
    return VATER_OK;
  }
  *id = 0;
  uint32_t hash = (uint32_t)vt_str_hash(text, dictionary->seed);
  if (dictionary->count > 0)
    *id = *find_slot(dictionary, text, hash);
  int status = *id != 0 ? VATER_OK : add(dictionary, text, hash, id, error);
  if (status == VATER_OK)
    *recent = *id;
  return status;
}

/* Distinct texts of one table, numbered from 1 in the order they came. */
#ifndef VT_TABLE_DICTIONARY_H
#define VT_TABLE_DICTIONARY_H

#include "base/environment.h"
#include "base/error.h"

enum { VT_DICTIONARY_RECENT = 1024 };

struct vt_dictionary {
  struct vt_allocator allocator;
  uint64_t seed;
  char *bytes;
  uint32_t *starts; /* count + 2 */
  uint32_t *hashes; /* by id */
  uint32_t *slots;  /* id; 0 = empty */
  size_t byte_count, byte_room;
  uint32_t count, room, slot_mask;
  uint32_t recent[VT_DICTIONARY_RECENT]; /* ids by a cheap hash; spares the keyed one */
};

void vt_dictionary_init(struct vt_dictionary *dictionary, const struct vt_allocator *allocator,
                        uint64_t seed);
void vt_dictionary_fini(struct vt_dictionary *dictionary);
/* The text's id. PAY-LIMIT (DICTIONARY_BYTES). */
int vt_dictionary_intern(struct vt_dictionary *dictionary, struct vater_str text, uint32_t *id,
                         struct vt_error *error);
/* id 1 … count */
static inline struct vater_str vt_dictionary_text(const struct vt_dictionary *dictionary,
                                                  uint32_t id)
{
  uint32_t from = dictionary->starts[id];
  return (struct vater_str){dictionary->bytes + from, dictionary->starts[id + 1] - from};
}

#endif

/* Reading whole documents in tests. */
#ifndef VT_TEST_DOC_RIG_H
#define VT_TEST_DOC_RIG_H

#include "base/buffer.h"
#include "doc/reader.h"

/* A text in a static table. */
#define RIG_TEXT(literal)          \
  {                                \
    (literal), sizeof(literal) - 1 \
  }

/* Reads to the end or the first fault. The document is copied into memory of exactly its size, so
 * that a read behind its end is seen. `events` may be NULL. */
int rig_read(struct vater_str document, const struct vt_doc_budget *budget, struct vt_error *error,
             uint64_t *events);
/* Fails `countdown` allocations on; < 0 never. */
struct rig_memory {
  long countdown, count;
  size_t held, peak;
};
struct vt_allocator rig_allocator(struct rig_memory *memory);
uint64_t rig_random(uint64_t *state);

#endif

/* JSON Pointers of many places in a document, in one walk over it. */
#ifndef VT_CLI_EXPLAIN_POINTERS_H
#define VT_CLI_EXPLAIN_POINTERS_H

#include "base/arena.h"

struct vt_explain_place {
  uint64_t offset;
  struct vater_str pointer; /* out: of the value that begins there; .ptr NULL: none does */
};

/* Fills the pointers, texts in `arena`; the places are in any order and are sorted by offset. What
 * is no JSON has none. VATER_E_NOMEM. */
int vt_explain_pointers(const struct vt_allocator *allocator, struct vt_arena *arena,
                        struct vater_str document, struct vt_explain_place *places, size_t count);
/* The pointer at that offset among sorted places. */
struct vater_str vt_explain_pointer(const struct vt_explain_place *places, size_t count,
                                    uint64_t offset);

#endif

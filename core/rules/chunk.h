/* The fields of `obs` for up to VT_CHUNK_ROWS observations of one group, as columns; filled again
 * for the next rows, so that programs bound to them stay bound. Private to this folder. */
#ifndef VT_RULES_CHUNK_H
#define VT_RULES_CHUNK_H

#include "rules/judging.h"

enum { VT_CHUNK_ROWS = 4096 };

struct vt_chunk {
  const struct vt_judging *judging;
  struct vt_cel_column columns[VT_FIELD_COUNT];
  void *data[VT_FIELD_COUNT]; /* of the columns that are wanted */
  uint8_t *present[VT_FIELD_COUNT];
  uint8_t *breakdowns_known; /* by dictionary id: 0 not looked at, 1 no, 2 yes */
  uint32_t group;
  struct vt_cel_dictionary texts, breakdowns, actions, frequencies, starts, ends, types;
};

/* Columns for the fields in `fields` (bits of enum vt_field), room for `rows`, in `arena`. */
int vt_chunk_init(struct vt_chunk *chunk, const struct vt_judging *judging, uint32_t group,
                  uint32_t fields, uint32_t rows, struct vt_arena *arena);
void vt_chunk_fill(struct vt_chunk *chunk, const uint32_t *rows, uint32_t count);

#endif

/* Numbers and texts as flat bytes for the other side of a process border: native byte order, each
 * text with its length before it. The reader checks every length and fails for good at the first
 * fault, so that its user asks once, at the end. */
#ifndef VT_BASE_PACK_H
#define VT_BASE_PACK_H

#include "base/buffer.h"

/* Appending; the buffer's own `failed` says whether all fitted. */
void vt_pack_number(struct vt_buffer *out, uint64_t number);
void vt_pack_text(struct vt_buffer *out, struct vater_str text);

struct vt_unpack {
  struct vater_str rest;
  bool failed;
};

uint64_t vt_unpack_number(struct vt_unpack *from); /* 0 when failed */
/* Borrowed from the bytes; empty when failed. */
struct vater_str vt_unpack_text(struct vt_unpack *from);
/* How many items of at least `least` bytes each (not 0) follow; 0 and failed when they cannot. */
size_t vt_unpack_count(struct vt_unpack *from, size_t least);
/* Nothing failed and nothing is left. */
bool vt_unpack_done(const struct vt_unpack *from);

#endif

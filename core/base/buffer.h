/* Bytes that grow up to a ceiling. A failed append leaves the buffer `failed` until reset; every
 * later append fails too, so a writer checks once at its end. */
#ifndef VT_BASE_BUFFER_H
#define VT_BASE_BUFFER_H

#include "base/environment.h"

struct vt_buffer {
  struct vt_allocator allocator;
  char *bytes;
  size_t len, room, limit;
  bool failed, starved; /* starved: failed for want of memory, not of room */
};

/* `limit` is the largest len; it is not optional. */
void vt_buffer_init(struct vt_buffer *buffer, const struct vt_allocator *allocator, size_t limit);
void vt_buffer_fini(struct vt_buffer *buffer);
void vt_buffer_reset(struct vt_buffer *buffer);
int vt_buffer_append(struct vt_buffer *buffer, struct vater_str text); /* OK, NOMEM or LIMIT */
int vt_buffer_char(struct vt_buffer *buffer, char c);
int vt_buffer_text(struct vt_buffer *buffer, const char *text);
int vt_buffer_format(struct vt_buffer *buffer, const char *format, ...) VATER_PRINTF(2, 3);
/* Room for `size` more bytes at the end, uninitialised; NULL when full. */
char *vt_buffer_extend(struct vt_buffer *buffer, size_t size);
struct vater_str vt_buffer_str(const struct vt_buffer *buffer);

#endif

/* Bump memory for one lifetime (process, run, job, evaluation): freed as a whole, with a ceiling.
 */
#ifndef VT_BASE_ARENA_H
#define VT_BASE_ARENA_H

#include "base/environment.h"

struct vt_arena;

/* `limit` in bytes, 0 = none. NULL without memory. */
struct vt_arena *vt_arena_new(const struct vt_allocator *allocator, size_t limit);
void vt_arena_free(struct vt_arena *arena); /* NULL is fine */
/* Forgets everything, keeps the first chunk. */
void vt_arena_reset(struct vt_arena *arena);
/* Zeroed, aligned for any type; NULL when out of memory or over the limit. */
void *vt_arena_alloc(struct vt_arena *arena, size_t size);
/* count * size, checked for overflow. */
void *vt_arena_array(struct vt_arena *arena, size_t count, size_t size);
/* Unaligned, not zeroed: for bytes. */
char *vt_arena_bytes(struct vt_arena *arena, size_t size);
/* A copy with a NUL behind it; .ptr NULL without memory. */
struct vater_str vt_arena_copy(struct vt_arena *arena, struct vater_str text);
/* A formatted copy; .ptr NULL without memory. */
struct vater_str vt_arena_format(struct vt_arena *arena, const char *format, ...)
    VATER_PRINTF(2, 3);
/* Bytes handed out so far. */
size_t vt_arena_used(const struct vt_arena *arena);
/* A mark to go back to, freeing what came after. */
struct vt_arena_mark {
  void *chunk;
  size_t used, total;
};
struct vt_arena_mark vt_arena_mark(const struct vt_arena *arena);
void vt_arena_rewind(struct vt_arena *arena, struct vt_arena_mark mark);

#endif

#include "base/arena.h"

#include "base/pages.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>

enum { FIRST_CHUNK = 4096, LARGEST_STEP = 1024 * 1024 };

struct chunk {
  struct chunk *before;
  size_t size, used;
  alignas(max_align_t) char bytes[];
};

struct vt_arena {
  struct vt_allocator allocator;
  struct chunk *chunk;
  size_t limit, total;
};

struct vt_arena *vt_arena_new(const struct vt_allocator *allocator, size_t limit)
{
  struct vt_arena *arena = vt_alloc(allocator, sizeof *arena);
  if (arena != NULL)
    *arena = (struct vt_arena){.allocator = *allocator, .limit = limit};
  return arena;
}

static void drop_chunks(struct vt_arena *arena, struct chunk *keep)
{
  while (arena->chunk != NULL && arena->chunk != keep) {
    struct chunk *before = arena->chunk->before;
    vt_free(&arena->allocator, arena->chunk);
    arena->chunk = before;
  }
}

void vt_arena_free(struct vt_arena *arena)
{
  if (arena == NULL)
    return;
  drop_chunks(arena, NULL);
  vt_free(&arena->allocator, arena);
}

void vt_arena_reset(struct vt_arena *arena)
{
  struct chunk *first = arena->chunk;
  while (first != NULL && first->before != NULL)
    first = first->before;
  drop_chunks(arena, first);
  if (first != NULL)
    first->used = 0;
  arena->total = 0;
}

static bool add_chunk(struct vt_arena *arena, size_t size)
{
  size_t wanted = arena->chunk == NULL ? FIRST_CHUNK : arena->chunk->size * 2;
  if (wanted > LARGEST_STEP)
    wanted = LARGEST_STEP;
  if (wanted < size)
    wanted = size;
  if (wanted > SIZE_MAX - sizeof(struct chunk))
    return false;
  struct chunk *chunk = vt_alloc(&arena->allocator, sizeof *chunk + wanted);
  if (chunk == NULL)
    return false;
  vt_pages_expect(chunk, sizeof *chunk + wanted);
  *chunk = (struct chunk){.before = arena->chunk, .size = wanted};
  arena->chunk = chunk;
  return true;
}

static char *take(struct vt_arena *arena, size_t size, size_t align)
{
  if (size == 0)
    size = 1;
  if (arena->limit != 0 && (size > arena->limit || arena->total > arena->limit - size))
    return NULL;
  struct chunk *chunk = arena->chunk;
  size_t at = chunk != NULL ? (chunk->used + align - 1) & ~(align - 1) : 0;
  if (chunk == NULL || at > chunk->size || size > chunk->size - at) {
    if (!add_chunk(arena, size))
      return NULL;
    chunk = arena->chunk;
    at = 0;
  }
  chunk->used = at + size;
  arena->total += size;
  return chunk->bytes + at;
}

void *vt_arena_alloc(struct vt_arena *arena, size_t size)
{
  char *bytes = take(arena, size, alignof(max_align_t));
  if (bytes != NULL)
    memset(bytes, 0, size);
  return bytes;
}

void *vt_arena_array(struct vt_arena *arena, size_t count, size_t size)
{
  if (size != 0 && count > SIZE_MAX / size)
    return NULL;
  return vt_arena_alloc(arena, count * size);
}

char *vt_arena_bytes(struct vt_arena *arena, size_t size)
{
  return take(arena, size, 1);
}

struct vater_str vt_arena_copy(struct vt_arena *arena, struct vater_str text)
{
  if (text.len == SIZE_MAX)
    return VT_STR_NONE;
  char *bytes = take(arena, text.len + 1, 1);
  if (bytes == NULL)
    return VT_STR_NONE;
  if (text.len > 0)
    memcpy(bytes, text.ptr, text.len);
  bytes[text.len] = '\0';
  return (struct vater_str){bytes, text.len};
}

struct vater_str vt_arena_format(struct vt_arena *arena, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  int size = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  char *bytes = size >= 0 ? take(arena, (size_t)size + 1, 1) : NULL;
  if (bytes != NULL)
    vsnprintf(bytes, (size_t)size + 1, format, again);
  va_end(again);
  return bytes != NULL ? (struct vater_str){bytes, (size_t)size} : VT_STR_NONE;
}

size_t vt_arena_used(const struct vt_arena *arena)
{
  return arena->total;
}

struct vt_arena_mark vt_arena_mark(const struct vt_arena *arena)
{
  return (struct vt_arena_mark){arena->chunk, arena->chunk != NULL ? arena->chunk->used : 0,
                                arena->total};
}

void vt_arena_rewind(struct vt_arena *arena, struct vt_arena_mark mark)
{
  drop_chunks(arena, mark.chunk);
  if (arena->chunk != NULL)
    arena->chunk->used = mark.used;
  arena->total = mark.total;
}

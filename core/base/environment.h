/*
 * What a deterministic test replaces: clock, randomness and memory are handed in, never reached
 * for. One environment per process, built in cli/main.c; a test builds its own.
 */
#ifndef VT_BASE_ENVIRONMENT_H
#define VT_BASE_ENVIRONMENT_H

#include "base/note.h"
#include "base/str.h"

/* resize(ctx, NULL, n) allocates, resize(ctx, p, 0) frees and returns NULL. NULL on failure leaves
 * `pointer` as it was. */
struct vt_allocator {
  void *(*resize)(void *context, void *pointer, size_t size);
  void *context;
};

struct vt_clock {
  int64_t (*wall_ms)(void *context);      /* milliseconds since 1970 UTC */
  int64_t (*monotonic_ms)(void *context); /* for deadlines */
  void *context;
};

struct vt_random {
  void (*fill)(void *context, void *bytes, size_t count);
  void *context;
};

struct vt_environment {
  struct vt_allocator allocator;
  struct vt_clock clock;
  struct vt_random random;
  struct vt_note *note; /* NULL: nobody asks what we are at */
};

/* The real ones: malloc, CLOCK_REALTIME and CLOCK_MONOTONIC, getrandom(2). */
struct vt_environment vt_environment_real(void);
/* malloc alone, for callers that need no clock */
struct vt_allocator vt_allocator_real(void);
/* For a process that ends soon: malloc keeps what it gets back for what comes next, and does not
 * return it to the system, which would have to clear it and map it again page by page. */
void vt_allocator_keep(void);
/* A clock that stands still at `ms`. The context must outlive it. */
struct vt_clock vt_clock_fixed(int64_t *ms);
/* A repeatable stream from a seed. The context must outlive it. */
struct vt_random vt_random_seeded(uint64_t *state);

void *vt_alloc(const struct vt_allocator *allocator, size_t size);
void *vt_resize(const struct vt_allocator *allocator, void *pointer, size_t size);
void vt_free(const struct vt_allocator *allocator, void *pointer); /* NULL is fine */

#endif

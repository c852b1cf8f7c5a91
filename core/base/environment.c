#include "base/environment.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <time.h>

/* A page that is touched first costs a fault, and in a virtual machine far more than what is done
 * with it: blocks of HUGE bytes and more are aligned so that the kernel may give them whole huge
 * pages. Up to KEPT freed bytes stay with the process instead of being faulted in again. */
enum { HUGE = 2 << 20, KEPT = 8 << 20 };

static void *huge_block(size_t size)
{
  void *block = NULL;
  int kept = errno;
  if (posix_memalign(&block, HUGE, size) != 0)
    return NULL;
  madvise(block, size, MADV_HUGEPAGE); /* a wish only */
  errno = kept;
  return block;
}

static void *resize_huge(void *pointer, size_t size)
{
  size_t held = pointer != NULL ? malloc_usable_size(pointer) : 0;
  if (held >= size && held / 2 < size)
    return pointer;
  void *block = huge_block(size);
  if (block == NULL || pointer == NULL)
    return block;
  memcpy(block, pointer, held < size ? held : size);
  free(pointer);
  return block;
}

static void *real_resize(void *context, void *pointer, size_t size)
{
  (void)context;
  if (size == 0) {
    free(pointer);
    return NULL;
  }
  return size >= HUGE ? resize_huge(pointer, size) : realloc(pointer, size);
}

static int64_t read_clock(clockid_t id)
{
  struct timespec now = {0};
  clock_gettime(id, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t real_wall(void *context)
{
  (void)context;
  return read_clock(CLOCK_REALTIME);
}

static int64_t real_monotonic(void *context)
{
  (void)context;
  return read_clock(CLOCK_MONOTONIC);
}

static void real_fill(void *context, void *bytes, size_t count)
{
  (void)context;
  char *at = bytes;
  while (count > 0) {
    ssize_t got = getrandom(at, count, 0);
    if (got < 0 && errno == EINTR)
      continue;
    if (got <= 0)
      abort();
    at += got;
    count -= (size_t)got;
  }
}

struct vt_allocator vt_allocator_real(void)
{
  return (struct vt_allocator){real_resize, NULL};
}

void vt_allocator_keep(void)
{
  enum { LARGEST_THAT_MALLOC_TAKES = 32 * 1024 * 1024 };
  mallopt(M_MMAP_THRESHOLD, LARGEST_THAT_MALLOC_TAKES);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
}

struct vt_environment vt_environment_real(void)
{
  mallopt(M_MMAP_THRESHOLD, HUGE / 2);
  mallopt(M_TRIM_THRESHOLD, KEPT);
  mallopt(M_TOP_PAD, HUGE / 2);
  return (struct vt_environment){
      .allocator = vt_allocator_real(),
      .clock = {real_wall, real_monotonic, NULL},
      .random = {real_fill, NULL},
  };
}

static int64_t fixed_ms(void *context)
{
  return *(const int64_t *)context;
}

struct vt_clock vt_clock_fixed(int64_t *ms)
{
  return (struct vt_clock){fixed_ms, fixed_ms, ms};
}

static void seeded_fill(void *context, void *bytes, size_t count)
{
  uint64_t *state = context;
  unsigned char *at = bytes;
  for (size_t i = 0; i < count; i++) {
    *state += 0x9e3779b97f4a7c15u;
    uint64_t mixed = *state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    at[i] = (unsigned char)(mixed >> 56);
  }
}

struct vt_random vt_random_seeded(uint64_t *state)
{
  return (struct vt_random){seeded_fill, state};
}

void *vt_alloc(const struct vt_allocator *allocator, size_t size)
{
  return allocator->resize(allocator->context, NULL, size > 0 ? size : 1);
}

void *vt_resize(const struct vt_allocator *allocator, void *pointer, size_t size)
{
  return allocator->resize(allocator->context, pointer, size > 0 ? size : 1);
}

void vt_free(const struct vt_allocator *allocator, void *pointer)
{
  if (pointer != NULL)
    allocator->resize(allocator->context, pointer, 0);
}

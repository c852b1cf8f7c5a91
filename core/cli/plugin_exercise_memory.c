/*
 * The host's own memory while a plugin is exercised, apart from the C library's: what grows there
 * is then the plugin's. Blocks of powers of two from the kernel, kept for the next of their size.
 */
#include "cli/plugin_exercise.h"

#include <sys/mman.h>

enum { SMALLEST = 5, SHARED = 16, REGION = 1 << 20 }; /* powers of two; larger ones are alone */

struct block {
  size_t size; /* of the whole, a power of two or whole pages */
  struct block *next;
};

_Static_assert(sizeof(struct block) == 16, "what follows a block's head is aligned as malloc's is");

static struct block *from_kernel(size_t size)
{
  void *made = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return made == MAP_FAILED ? NULL : made;
}

static struct block *carve(struct vt_exercise_memory *memory, size_t size)
{
  if (memory->left < size) {
    memory->region = (char *)from_kernel(REGION);
    memory->left = memory->region == NULL ? 0 : REGION;
  }
  if (memory->region == NULL)
    return NULL;
  struct block *made = (struct block *)(void *)memory->region;
  memory->region += size;
  memory->left -= size;
  return made;
}

static struct block *take(struct vt_exercise_memory *memory, size_t wanted)
{
  unsigned power = SMALLEST;
  while (power <= SHARED && ((size_t)1 << power) < wanted)
    power++;
  size_t size = power <= SHARED ? (size_t)1 << power : (wanted + 4095) / 4096 * 4096;
  struct block *made;
  if (power > SHARED) {
    made = from_kernel(size);
  } else if (memory->kept[power] != NULL) {
    made = memory->kept[power];
    memory->kept[power] = made->next;
  } else {
    made = carve(memory, size);
  }
  if (made != NULL)
    *made = (struct block){.size = size};
  return made;
}

static void give(struct vt_exercise_memory *memory, struct block *block)
{
  unsigned power = SMALLEST;
  while (power <= SHARED && ((size_t)1 << power) < block->size)
    power++;
  if (power > SHARED) {
    munmap(block, block->size);
    return;
  }
  block->next = memory->kept[power];
  memory->kept[power] = block;
}

static void *resize(void *context, void *pointer, size_t size)
{
  struct block *old = pointer == NULL ? NULL : (struct block *)pointer - 1;
  if (old != NULL && size > 0 && size + sizeof *old <= old->size)
    return pointer;
  struct block *made = NULL;
  if (size > 0 && size < SIZE_MAX / 2)
    made = take(context, size + sizeof *made);
  if (size > 0 && made == NULL)
    return NULL;
  if (made != NULL && old != NULL)
    memcpy(made + 1, old + 1, old->size - sizeof *old);
  if (old != NULL)
    give(context, old);
  return made == NULL ? NULL : made + 1;
}

struct vt_allocator vt_exercise_allocator(struct vt_exercise_memory *memory)
{
  return (struct vt_allocator){resize, memory};
}

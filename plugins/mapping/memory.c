#include "mapping/mapping.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { HUGE_PAGE = 2 * 1024 * 1024 };

void *mapping_grow(void *block, size_t held, size_t size)
{
  void *fresh = NULL;
  if (size < HUGE_PAGE)
    return realloc(block, size);
  if (posix_memalign(&fresh, HUGE_PAGE, size) != 0)
    return NULL;
  madvise(fresh, size, MADV_HUGEPAGE); /* a wish only */
  if (held > 0)
    memcpy(fresh, block, held);
  free(block);
  return fresh;
}

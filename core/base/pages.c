#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* A call for less takes longer than it saves. */
enum { WORTH_IT = 16 * 4096 };

void vt_pages_expect(void *bytes, size_t size)
{
#ifdef MADV_POPULATE_WRITE
  if (bytes == NULL || size < WORTH_IT)
    return;
  const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = ((uintptr_t)bytes + page - 1) / page * page;
  uintptr_t end = ((uintptr_t)bytes + size) / page * page;
  if (end > start)
    (void)madvise((void *)start, end - start, MADV_POPULATE_WRITE);
#else
  (void)bytes;
  (void)size;
#endif
}

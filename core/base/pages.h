/* Memory that is about to be filled: asked of the system at once, since page by page takes longer
 * than the filling. */
#ifndef VT_BASE_PAGES_H
#define VT_BASE_PAGES_H

#include <stddef.h>

/* Writable memory, nothing of whose content changes. A system that cannot (before Linux 5.14)
 * brings the pages one by one, as always. */
void vt_pages_expect(void *bytes, size_t size);

#endif

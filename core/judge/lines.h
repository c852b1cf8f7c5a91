/* Line and column of many offsets in one page: counted once, up to the last one that was asked for,
 * then looked up in a bounded window, so that a thousand findings in a page of one line cost one
 * pass. */
#ifndef VT_JUDGE_LINES_H
#define VT_JUDGE_LINES_H

#include "base/environment.h"

struct vt_lines;

/* NULL without memory. `bytes` is borrowed; `release` (may be NULL) is told of parts that were
 * counted and need not stay in memory. */
struct vt_lines *vt_lines_new(const struct vt_allocator *allocator, struct vater_str bytes,
                              void (*release)(struct vater_str bytes));
void vt_lines_free(struct vt_lines *lines); /* NULL is fine */
/* 1-based; the column counts code points (bytes that begin one). */
void vt_lines_place(struct vt_lines *lines, size_t offset, uint32_t *line, uint32_t *column);

#endif

/* Finding again, on demand, what is named by offset or pointer: positions cost nothing until asked.
 * For payloads, and for our own configuration and rule files. */
#ifndef VT_DOC_PLACE_H
#define VT_DOC_PLACE_H

#include "base/buffer.h"
#include "base/error.h"

/* The value at an RFC 6901 pointer: bytes [offset, end). VATER_DONE where there is none. */
int vt_doc_find(const struct vt_allocator *allocator, struct vater_str document,
                struct vater_str pointer, size_t *offset, size_t *end, struct vt_error *error);
/* The same for the member's name, quotes included; for an item or the whole document the value. */
int vt_doc_find_name(const struct vt_allocator *allocator, struct vater_str document,
                     struct vater_str pointer, size_t *offset, size_t *end, struct vt_error *error);
/* 1-based line and column (code points) of the value at `pointer`, or of its nearest ancestor that
 * exists (a missing member is reported at its object); 0 and 0 where the document cannot be read.
 */
void vt_doc_line(const struct vt_allocator *allocator, struct vater_str document,
                 struct vater_str pointer, uint32_t *line, uint32_t *column);
/* The pointer of the innermost value that starts at or holds `offset`, appended to `out`. A
 * document with a fault behind `offset` is fine; before it: VATER_DONE with the container that was
 * open. */
int vt_doc_pointer_at(const struct vt_allocator *allocator, struct vater_str document,
                      size_t offset, struct vt_buffer *out, struct vt_error *error);
/* A window of the line around [offset, end), at most `width` code points, with the caret's place in
 * it: 0-based code points into the excerpt. Minified files are one line: "…" stands where the line
 * was cut. Appends the excerpt (raw text, not encoded) to `out`. */
int vt_doc_excerpt(struct vater_str document, size_t offset, size_t end, uint32_t width,
                   struct vt_buffer *out, uint32_t *caret_column, uint32_t *caret_width);

#endif

/* Lines of a file, in memory that does not grow with the file. */
#ifndef VT_CLI_LINE_READER_H
#define VT_CLI_LINE_READER_H

#include "base/buffer.h"
#include "base/error.h"

#include <stdio.h>

struct vt_line_reader {
  FILE *file;    /* borrowed */
  uint64_t line; /* number of the line just read, from 1 */
  struct vt_buffer text;
  char *chunk;
  size_t at, len;
};

/* VATER_E_NOMEM. A line is at most LINE_BYTES long. */
int vt_line_reader_init(struct vt_line_reader *reader, const struct vt_allocator *allocator,
                        FILE *file);
void vt_line_reader_fini(struct vt_line_reader *reader);
/* The next line without its end, until the next call. VATER_DONE at the end of the file,
 * VATER_E_LIMIT for a longer line (nothing more can be read then), VATER_E_IO. */
int vt_line_reader_next(struct vt_line_reader *reader, struct vater_str *line,
                        struct vt_error *error);

#endif

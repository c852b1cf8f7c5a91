/*
 * Everything wrong with a file in one go: errors with place, printed as compilers do,
 *   rules/goal-4.json:31:15: error: RULE-LOAD: unknown name 'numeratr'; did you mean 'numerator'?
 *     31 |   "assert": "obs.numeratr <= obs.denominator",
 *        |                  ^~~~~~~~
 */
#ifndef VT_BASE_DIAGNOSTICS_H
#define VT_BASE_DIAGNOSTICS_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

struct vt_diagnostic {
  int severity; /* enum vater_severity */
  struct vt_error error;
  struct vater_str line_text; /* the whole source line, or empty */
  const char *document;       /* that the line is of; only compared */
  size_t line_offset;         /* of the line in its document */
  uint32_t width;             /* code points to mark, at least 1 */
};

struct vt_hidden; /* what no excerpt shows */

struct vt_diagnostics {
  struct vt_arena *arena;
  struct vt_hidden *hidden;
  struct vt_diagnostic *items;
  uint32_t count, room;
  uint32_t errors, warnings; /* counts go on when the list is full (VT_LIMIT_DIAGNOSTICS) */
};

void vt_diagnostics_init(struct vt_diagnostics *list, struct vt_arena *arena);
/* Copies. `document` is the whole source when the error has line and column, or empty. */
void vt_diagnostics_add(struct vt_diagnostics *list, int severity, const struct vt_error *error,
                        struct vater_str document, uint32_t width);
/* No excerpt of a line of that document shows the words of these bytes, neither of what was added
 * nor of what will be: a secret stands there. The document's address is its name, as in what is
 * added. */
void vt_diagnostics_hide(struct vt_diagnostics *list, struct vater_str document, size_t from,
                         size_t to);
/* In order of source, line, column. */
void vt_diagnostics_sort(struct vt_diagnostics *list);
int vt_diagnostics_print(const struct vt_diagnostics *list, struct vt_buffer *out);
/* 1-based line and column (code points) of a byte offset, and the line's text. */
void vt_text_place(struct vater_str document, size_t offset, uint32_t *line, uint32_t *column,
                   struct vater_str *line_text);

#endif

/* Inside report/: lines for a terminal of a given width. Untrusted text is encoded on its way. */
#ifndef VT_REPORT_LAYOUT_H
#define VT_REPORT_LAYOUT_H

#include "base/buffer.h"
#include "report/render.h"
#include "report/texts.h"

enum vt_ink {
  VT_INK_PLAIN,
  VT_INK_BOLD,
  VT_INK_DIM,
  VT_INK_RED,
  VT_INK_YELLOW,
  VT_INK_GREEN,
  VT_INK_BLUE
};

struct vt_layout {
  struct vt_buffer *out;
  struct vt_buffer scratch; /* of the text being laid out */
  const struct vt_report_style *style;
  unsigned width;
  unsigned at;   /* column */
  unsigned hang; /* where what does not fit on this line goes on */
};

void vt_layout_init(struct vt_layout *layout, const struct vt_report_style *style,
                    struct vt_buffer *out);
int vt_layout_fini(struct vt_layout *layout); /* the status of the whole */
const char *vt_layout_word(const struct vt_layout *layout, enum vt_report_text which);
void vt_layout_ink(struct vt_layout *layout, enum vt_ink ink); /* from here on; PLAIN ends it */
/* Our own words, formatted: a part of a line. Where it does not fit it begins the next line,
 * without the ", ", " · " or " " that it begins with. */
void vt_layout_say(struct vt_layout *layout, const char *format, ...) VATER_PRINTF(2, 3);
void vt_layout_indent(struct vt_layout *layout, unsigned columns);
void vt_layout_end(struct vt_layout *layout); /* of the line */
/* `before`, the count, and the word for one or, the next of texts.def, for several. */
void vt_layout_count(struct vt_layout *layout, const char *before, uint64_t count,
                     enum vt_report_text one);
/* Untrusted text on one line, cut with "…" to at most `columns`, padded to `pad` columns; on the
 * next line where it does not fit. */
void vt_layout_cut(struct vt_layout *layout, struct vater_str text, unsigned columns, unsigned pad);
/* The same after `between`, which is left out where a new line has to be begun. */
void vt_layout_join(struct vt_layout *layout, const char *between, struct vater_str text,
                    unsigned columns);
/* Untrusted text broken at spaces into lines that begin at `indent`; the first goes on where the
 * line is. Ends the line. */
void vt_layout_wrap(struct vt_layout *layout, unsigned indent, struct vater_str text);
/* The offending line with its number and a caret below it, begun at `indent`. */
void vt_layout_excerpt(struct vt_layout *layout, unsigned indent,
                       const struct vt_store_finding *finding);

/* conclusions.c: their section of a run's report; nothing where there are none. */
void vt_report_put_conclusions(struct vt_layout *layout, const struct vt_report *report);

#endif

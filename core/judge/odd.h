/* Text that would do harm where it is not encoded, or that shows otherwise than it reads. */
#ifndef VT_JUDGE_ODD_H
#define VT_JUDGE_ODD_H

#include "base/codes.h"

enum vt_odd {
  VT_ODD_NOT,
  VT_ODD_CONTROL,   /* control characters, line breaks and ESC included */
  VT_ODD_DIRECTION, /* marks that turn the direction of text, or have no width */
  VT_ODD_MARKUP,    /* begins a tag of HTML */
  VT_ODD_FORMULA    /* what a spreadsheet takes for a formula */
};

/* The first that is found. `text` is valid UTF-8. */
enum vt_odd vt_odd_find(struct vater_str text);
/* What it is, in that language; empty for VT_ODD_NOT. */
const char *vt_odd_name(enum vt_odd odd, enum vt_language language);

#endif

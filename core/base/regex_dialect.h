/* Patterns of other dialects in PCRE2's words; what a dialect does not have is refused. */
#ifndef VT_BASE_REGEX_DIALECT_H
#define VT_BASE_REGEX_DIALECT_H

#include "base/buffer.h"

struct vt_regex_fault {
  size_t offset;
  const char *text;
};

/* VATER_OK, VATER_E_RULE with the fault, or the buffer's status. */
int vt_regex_translate_re2(struct vater_str pattern, struct vt_buffer *out,
                           struct vt_regex_fault *fault);
int vt_regex_translate_ecma(struct vater_str pattern, struct vt_buffer *out,
                            struct vt_regex_fault *fault);

#endif

/* UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. */
#ifndef VT_BASE_UTF8_H
#define VT_BASE_UTF8_H

#include "base/str.h"

/* Length of the valid part; text.len when all is valid. */
size_t vt_utf8_valid(struct vater_str text);
/* Code points in a valid text. */
size_t vt_utf8_count(struct vater_str text);
/* The code point at *at, which moves behind it; invalid bytes give U+FFFD and move by one. */
uint32_t vt_utf8_next(struct vater_str text, size_t *at);
/* Writes up to 4 bytes, returns how many; 0 for a surrogate or a number above U+10FFFF. */
size_t vt_utf8_put(uint32_t code_point, char out[4]);

#endif

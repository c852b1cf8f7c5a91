/* Candidates in bytes: digits that stand as a person number does, whatever they are. */
#ifndef VT_JUDGE_SCREEN_DIGITS_H
#define VT_JUDGE_SCREEN_DIGITS_H

#include "base/str.h"

enum { VT_SCREEN_DIGITS = 11, VT_SCREEN_DATE_DIGITS = 6 };

/* ASCII, or full width (U+FF10 to U+FF19); -1 where there is none. */
static inline int vt_screen_digit(struct vater_str text, size_t at)
{
  unsigned char c = (unsigned char)text.ptr[at];
  if (c >= '0' && c <= '9')
    return c - '0';
  if (c != 0xef || text.len - at < 3 || (unsigned char)text.ptr[at + 1] != 0xbc)
    return -1;
  unsigned char last = (unsigned char)text.ptr[at + 2];
  return last >= 0x90 && last <= 0x99 ? last - 0x90 : -1;
}

/* Bytes of the digit at `at`. */
static inline size_t vt_screen_digit_size(struct vater_str text, size_t at)
{
  return (unsigned char)text.ptr[at] == 0xef ? 3 : 1;
}

/* Bytes of the separator at `at`, 0 where there is none: space, '-', '.', no-break spaces, hyphens,
 * also the no-break space of Latin-1. */
size_t vt_screen_separator_size(struct vater_str text, size_t at);

/* The next candidate that begins at or after *from; *from moves behind what was looked at. */
bool vt_screen_candidate(struct vater_str bytes, size_t *from, size_t *start, size_t *end,
                         uint8_t digits[VT_SCREEN_DIGITS]);

#endif

/* Candidates in bytes: digits that stand as a person number does, whatever they are. */
#ifndef VT_JUDGE_SCREEN_DIGITS_H
#define VT_JUDGE_SCREEN_DIGITS_H

#include "base/str.h"

enum {
  VT_SCREEN_DIGITS = 11,
  VT_SCREEN_DUF_DIGITS = 12,
  VT_SCREEN_DATE_DIGITS = 6,
  VT_SCREEN_TAIL_DIGITS = 5
};

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

/* Bytes of the separator at `at`, 0 where there is none: space, '-', '.', no-break and other
 * spaces, hyphens and dashes, the soft hyphen, also the no-break space of Latin-1. */
size_t vt_screen_separator_size(struct vater_str text, size_t at);

/* A place with eleven or twelve digits. */
struct vt_screen_candidate {
  size_t start, end;
  uint8_t digits[VT_SCREEN_DUF_DIGITS];
  size_t count; /* VT_SCREEN_DIGITS or VT_SCREEN_DUF_DIGITS */
  bool padded;  /* ten were there, or nine: leading zeros are added */
};

/* The next candidate whose last run of digits begins at or after *from; *from moves behind what was
 * looked at. `padded` ones only where asked for. */
bool vt_screen_candidate(struct vater_str bytes, size_t *from, bool padded,
                         struct vt_screen_candidate *candidate);

#endif

/*
 * Person numbers in payloads: found before anything of a payload is stored, on any bytes, whether
 * they can be decoded or not. What is kept of a hit is its class and its place, never a digit.
 *
 * Candidates are runs of exactly 11 digits bounded by non-digits, and 6 digits, one separator (a
 * space, '-', '.', a no-break space) and 5 digits; full-width digits count. A candidate is a hit
 * when a class of the table in screen.c takes it. Source of forms and control digits: the Norwegian
 * Tax Administration on national identity numbers and D-numbers.
 */
#ifndef VT_JUDGE_SCREEN_H
#define VT_JUDGE_SCREEN_H

#include "base/buffer.h"

enum vt_screen_class { VT_SCREEN_NONE, VT_SCREEN_FNR, VT_SCREEN_DNR, VT_SCREEN_CLASS_COUNT };

enum { VT_SCREEN_KEPT = 16, VT_SCREEN_POINTER = 200 };

struct vt_screen_hit {
  enum vt_screen_class class;
  uint32_t page;
  uint64_t offset; /* bytes in the page */
  uint64_t end;
  char pointer[VT_SCREEN_POINTER]; /* masked; empty where the payload could not be read so far */
};

/* What screening of all pages of a delivery found. Zeroed: nothing yet. */
struct vt_screen {
  uint64_t count;
  uint32_t kept; /* the first VT_SCREEN_KEPT */
  struct vt_screen_hit hits[VT_SCREEN_KEPT];
};

const char *vt_screen_class_name(enum vt_screen_class class); /* "fnr", "dnr" */
/* The next hit at or after *from in any bytes: true with its place, *from moves behind it. */
bool vt_screen_next(struct vater_str bytes, size_t *from, struct vt_screen_hit *hit);
/* Counts and keeps; `pointer` is masked. */
void vt_screen_add(struct vt_screen *screen, const struct vt_screen_hit *hit,
                   struct vater_str pointer);
/* All hits at or after `from`, without pointers: for what cannot be decoded. Bytes with NULs
 * (UTF-16, UTF-32) or escapes \u00XX are read once more from their start, NULs left out, escapes
 * decoded. */
void vt_screen_bytes(struct vt_screen *screen, uint32_t page, struct vater_str bytes, size_t from);
/* Whether a decoded text holds one. */
bool vt_screen_text(struct vater_str text, struct vt_screen_hit *hit);
/* Members that hold figures ("value", "count" …), where 11 digits are an amount; for formats that
 * declare no number columns. */
bool vt_screen_figure_name(struct vater_str name);
/* Writes '*' over the digits of every hit; what may not leave with a pointer or a message. */
void vt_screen_mask_hits(char *text, size_t len);
/* Appends `text` with every digit replaced by '*' in runs of 6 and more digits, single separators
 * inside a run not counted; everything that could be screened is masked. */
int vt_screen_mask(struct vt_buffer *out, struct vater_str text);

#endif

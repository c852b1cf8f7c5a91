/*
 * Person numbers in payloads: found before anything of a payload is stored, on any bytes, whether
 * they can be decoded or not. What is kept of a hit is its class and its place, never a digit.
 *
 * Candidates are runs of exactly 11 digits bounded by non-digits, and their written forms with one
 * separator between groups (a space, a hyphen, a dot, their no-break and typographic kin):
 * DDMMYY NNNNN, DDMMYY NNN NN, DD MM YY NNNNN; 12 digits, and YYYY NNNNNN NN, of a DUF number.
 * Full-width digits count; hashes and UUIDs do not. In fields whose names speak of persons, ten
 * digits are looked at with the zero that a numeric parser dropped, and a number with an exponent
 * as what it comes to. A candidate is a hit when screen_class.c gives it a class. Source of forms
 * and control digits: the Norwegian Tax Administration (with the rule for numbers from 2032 on) and
 * Statistics Norway (KOSTRA placeholders, DUF numbers).
 */
#ifndef VT_JUDGE_SCREEN_H
#define VT_JUDGE_SCREEN_H

#include "base/buffer.h"

enum vt_screen_class {
  VT_SCREEN_NONE,
  VT_SCREEN_FNR,         /* national identity number */
  VT_SCREEN_DNR,         /* D-number: day + 40 */
  VT_SCREEN_HNR,         /* local help number: month + 40; synthetic numbers of one series too */
  VT_SCREEN_FHNR,        /* common help number: begins with 8 or 9, no date */
  VT_SCREEN_SYNTHETIC,   /* test numbers: month + 80 or + 65 */
  VT_SCREEN_PLACEHOLDER, /* a birth date and 00100, 00200 or 99999 */
  VT_SCREEN_DUF,         /* of the immigration authorities */
  VT_SCREEN_CLASS_COUNT
};

enum { VT_SCREEN_KEPT = 16, VT_SCREEN_POINTER = 200 };

struct vt_screen_hit {
  enum vt_screen_class class;
  uint32_t page;
  uint64_t offset; /* bytes in the page */
  uint64_t end;
  bool padded;                     /* with zeros put before it: one only in a field of persons */
  char pointer[VT_SCREEN_POINTER]; /* masked; empty where the payload could not be read so far */
};

/* What screening of all pages of a delivery found. Zeroed: nothing yet. */
struct vt_screen {
  uint64_t count;
  uint32_t kept; /* the first VT_SCREEN_KEPT */
  struct vt_screen_hit hits[VT_SCREEN_KEPT];
};

const char *vt_screen_class_name(enum vt_screen_class class); /* "fnr", "dnr" … */
/* The next hit at or after *from in any bytes: true with its place, *from moves behind it. */
bool vt_screen_next(struct vater_str bytes, size_t *from, struct vt_screen_hit *hit);
/* The same with padded ones among them. */
bool vt_screen_next_any(struct vater_str bytes, size_t *from, struct vt_screen_hit *hit);
/* Counts and keeps; `pointer` is masked. */
void vt_screen_add(struct vt_screen *screen, const struct vt_screen_hit *hit,
                   struct vater_str pointer);
/* All hits at or after `from`, without pointers: for what cannot be decoded. Bytes with NULs
 * (UTF-16, UTF-32), escapes \uXXXX or %3X are read once more from their start, decoded. */
void vt_screen_bytes(struct vt_screen *screen, uint32_t page, struct vater_str bytes, size_t from);
/* Those behind percent-encoding (%31), for bytes whose texts were looked at otherwise. */
void vt_screen_urls(struct vt_screen *screen, uint32_t page, struct vater_str bytes);
/* Whether a decoded text holds one. */
bool vt_screen_text(struct vater_str text, struct vt_screen_hit *hit);
/* ---- names of fields (screen_field.c) --------------------------------------------------------
 */

/* Members that hold figures ("value", "count" …), where 11 digits are an amount; for formats that
 * declare no number columns. */
bool vt_screen_figure_name(struct vater_str name);
/* Names that speak of persons: "fnr", "pasient_id", "personnummer" … */
bool vt_screen_person_name(struct vater_str name);

/* Members or columns that hold account numbers or other identifiers of eleven digits, by name: a
 * value that is nothing but such a number is let through there. Zeroed: none. */
struct vt_screen_accounts {
  const struct vater_str *names;
  size_t count;
};
/* Whether a hit in the value of a field counts; `value` is the field's text, `hit` in it. */
bool vt_screen_counts(const struct vt_screen_accounts *accounts, struct vater_str name,
                      struct vater_str value, const struct vt_screen_hit *hit);
/* Whether the number in a field of persons is one, whatever way it is written ("1.3097248022E10").
 */
bool vt_screen_number(struct vater_str written, struct vt_screen_hit *hit);

/* Writes '*' over the digits of every hit; what may not leave with a pointer or a message. */
void vt_screen_mask_hits(char *text, size_t len);
/* Appends `text` with every digit replaced by '*' in runs of 6 and more digits, single separators
 * inside a run not counted, and every digit of a text with escapes: everything that could be
 * screened is masked. */
int vt_screen_mask(struct vt_buffer *out, struct vater_str text);

#endif

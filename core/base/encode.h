/*
 * The ways out: untrusted text reaches a terminal, HTML, CSV, log or JSON only through one of
 * these. Each appends to a buffer and returns the buffer's status. Invalid UTF-8 becomes U+FFFD.
 */
#ifndef VT_BASE_ENCODE_H
#define VT_BASE_ENCODE_H

#include "base/buffer.h"

/* One line for a terminal: control characters, ESC, bidi marks and zero-width characters become
 * visible as \u{…}; TAB becomes a space. */
int vt_encode_terminal(struct vt_buffer *out, struct vater_str text);
/* Text and attribute values: & < > " ' escaped, control characters as U+FFFD. */
int vt_encode_html(struct vt_buffer *out, struct vater_str text);
/* One RFC 4180 cell, always quoted when needed; a leading = + - @ TAB CR gets an apostrophe before
 * it unless the whole cell is a number. */
int vt_encode_csv(struct vt_buffer *out, struct vater_str text);
/* A value in `key=value` log lines: quoted when it has anything but [A-Za-z0-9_.:/@%+,-]. */
int vt_encode_log(struct vt_buffer *out, struct vater_str text);
/* A JSON string with its quotes, ASCII controls and U+2028/2029 escaped. */
int vt_encode_json(struct vt_buffer *out, struct vater_str text);
/* Columns a text takes on a terminal (combining 0, wide 2). */
size_t vt_encode_width(struct vater_str text);

#endif

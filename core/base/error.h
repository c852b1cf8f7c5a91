/*
 * An error: the job could not be done. (A finding is data that breaks a rule; a bug is an assert.)
 * Caller-owned, NULL allowed everywhere; the first message wins; callers may put context before it.
 * Functions that take one return enum vater_status.
 */
#ifndef VT_BASE_ERROR_H
#define VT_BASE_ERROR_H

#include "base/str.h"

#include <stdarg.h>

struct vt_error {
  int status;       /* enum vater_status; VATER_OK: nothing recorded */
  char code[24];    /* "NET-REFUSED", one of codes.def, or empty */
  char stage[16];   /* "fetch" */
  char source[200]; /* file, URL or expression that it is about, or empty */
  char pointer[200];
  char text[640]; /* what, why and what to do next; UTF-8 */
  uint64_t offset;
  uint32_t line, column; /* 1-based, 0 = unknown */
};

/* Records (unless something is recorded) and returns status. `code` may be NULL. Every control
 * character that reaches the text is replaced, so that a message is one line. */
int vt_fail(struct vt_error *error, int status, const char *code, const char *format, ...)
    VATER_PRINTF(4, 5);
int vt_fail_v(struct vt_error *error, int status, const char *code, const char *format,
              va_list arguments) VATER_PRINTF(4, 0);
/* "%s: %s" of context and text. */
void vt_error_prefix(struct vt_error *error, const char *format, ...) VATER_PRINTF(2, 3);
void vt_error_at(struct vt_error *error, struct vater_str source, uint32_t line, uint32_t column);
void vt_error_pointer(struct vt_error *error, struct vater_str pointer);
/* Forgets, for a second attempt. */
void vt_error_clear(struct vt_error *error);
/* Copies with a terminating NUL, cut at a whole code point. */
void vt_text_copy(char *to, size_t size, struct vater_str from);

#endif

/*
 * Regular expressions with bounded cost: the one owner of PCRE2. A pattern is compiled once; a
 * match has a step limit (VT_LIMIT_REGEX_STEPS) over all places where it could begin, so that no
 * pattern and no text can hang a run. A step is an item of the pattern that is tried; 16 characters
 * that are passed over cost one too.
 */
#ifndef VT_BASE_REGEX_H
#define VT_BASE_REGEX_H

#include "base/environment.h"
#include "base/error.h"

struct vt_regex;

enum vt_regex_dialect {
  VT_REGEX_RE2,     /* CEL's matches(): unanchored, no back-references, no look-around */
  VT_REGEX_ECMA_262 /* JSON Schema's pattern: unanchored, unicode */
};

/* VATER_E_RULE: not a pattern; error has the offset of the fault in it. VATER_E_LIMIT: too long
 * (REGEX_PATTERN_BYTES) or too large. */
int vt_regex_compile(struct vater_str pattern, enum vt_regex_dialect dialect,
                     const struct vt_allocator *allocator, struct vt_regex **regex,
                     struct vt_error *error);
void vt_regex_free(struct vt_regex *regex); /* NULL is fine */
/* Translates to machine code where the system allows it; before the sandbox only, which forbids
 * executable memory. Worth it for patterns that meet many texts. */
void vt_regex_prepare(struct vt_regex *regex);
/* One match at a time on a regex. VATER_OK with *matched, or VATER_E_LIMIT. `text` is valid UTF-8.
 */
int vt_regex_match(const struct vt_regex *regex, struct vater_str text, bool *matched,
                   struct vt_error *error);
/* The same, with how many steps it took. */
int vt_regex_match_counted(const struct vt_regex *regex, struct vater_str text, uint32_t *steps,
                           bool *matched, struct vt_error *error);
/* The leftmost match at or after byte `from`: [start, end) and `count` group pairs (SIZE_MAX where
 * unset) in `groups`, group 0 first. VATER_DONE where there is none. */
int vt_regex_find(const struct vt_regex *regex, struct vater_str text, size_t from, size_t *groups,
                  uint32_t group_count, struct vt_error *error);
uint32_t vt_regex_groups(const struct vt_regex *regex); /* with group 0 */

#endif

/* URI references: split and resolved as RFC 3986 section 5 says. */
#ifndef VT_SCHEMA_URI_H
#define VT_SCHEMA_URI_H

#include "base/arena.h"

/* Absent parts have .ptr NULL; `path` is never absent. Borrowed from the text. */
struct vt_uri {
  struct vater_str scheme, authority, path, query, fragment;
};

void vt_uri_split(struct vater_str text, struct vt_uri *uri);
/* The reference made absolute, in the arena; .ptr NULL without memory. */
struct vater_str vt_uri_resolve(struct vt_arena *arena, struct vater_str base,
                                struct vater_str reference);
/* What stands before '#', and behind it (.ptr NULL where there is none). */
struct vater_str vt_uri_without_fragment(struct vater_str uri, struct vater_str *fragment);
/* %XX undone; .ptr NULL without memory. */
struct vater_str vt_uri_decode(struct vt_arena *arena, struct vater_str text);

#endif

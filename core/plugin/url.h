/* URLs by the letter of RFC 3986: slices and resolution, no network, no normalising. */
#ifndef VT_PLUGIN_URL_H
#define VT_PLUGIN_URL_H

#include "base/arena.h"
#include "base/error.h"

/* Slices of the text; `has_` tells an empty part from an absent one. */
struct vt_url {
  struct vater_str scheme, authority, path, query, fragment;
  bool has_scheme, has_authority, has_query, has_fragment;
};

/* Splits (appendix B). False where a character may not stand in a URI or an escape is broken. */
bool vt_url_split(struct vater_str text, struct vt_url *url);
/* `reference` against `base` (section 5.2, strict), dot segments removed, copied into the arena.
 * VATER_E_DECODE where one of them is malformed. */
int vt_url_resolve(struct vt_arena *arena, struct vater_str base, struct vater_str reference,
                   struct vater_str *url, struct vt_error *error);
/* Same scheme, host (any case) and port (default ports filled in): RFC 6454. */
bool vt_url_same_origin(struct vater_str a, struct vater_str b);

#endif

/* URLs of endpoints and of next pages (RFC 3986, RFC 8288), without touching the network. */
#ifndef VT_NET_URL_H
#define VT_NET_URL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"

struct vt_net_url {
  struct vater_str text;   /* normalised, without fragment */
  struct vater_str scheme; /* "https", "http" */
  struct vater_str host;   /* lower case; an IPv6 address in brackets */
  struct vater_str origin; /* "https://host:port", port always there */
};

/* Absolute http or https URL without user name: else VATER_E_CONFIG, OPS-CONFIG. Texts are in the
 * arena. */
int vt_net_url_parse(struct vater_str text, struct vt_arena *arena, struct vt_net_url *url,
                     struct vt_error *error);
/* `reference` as seen from `base`, normalised. */
int vt_net_url_resolve(struct vater_str base, struct vater_str reference, struct vt_arena *arena,
                       struct vt_net_url *url, struct vt_error *error);

/* The target of the first link with that relation in one Link header's value; false where absent.
 */
bool vt_net_link_find(struct vater_str header, const char *relation, struct vater_str *target);

/* The pages of one delivery: which were asked. */
struct vt_net_pages {
  struct vt_arena *arena;
  struct vt_map asked;
  struct vater_str origin; /* of the first page */
};

void vt_net_pages_init(struct vt_net_pages *pages, struct vt_arena *arena,
                       const struct vt_environment *environment);
void vt_net_pages_fini(struct vt_net_pages *pages);
/* HTTP-PAGES: another origin than the first page, a page asked before, or more than VT_LIMIT_PAGES.
 */
int vt_net_pages_admit(struct vt_net_pages *pages, struct vater_str url, struct vt_error *error);

#endif

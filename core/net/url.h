/* URLs as libcurl reads them (RFC 3986), without touching the network. */
#ifndef VT_NET_URL_H
#define VT_NET_URL_H

#include "base/arena.h"
#include "base/error.h"

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

#endif

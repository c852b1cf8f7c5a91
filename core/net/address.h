/* The address guard: which addresses may be asked, judged when the socket is made. */
#ifndef VT_NET_ADDRESS_H
#define VT_NET_ADDRESS_H

#include "base/str.h"

#include <sys/socket.h>

enum vt_net_address {
  VT_NET_ADDRESS_PUBLIC,
  VT_NET_ADDRESS_LOOPBACK, /* 127.0.0.0/8, ::1 */
  VT_NET_ADDRESS_PRIVATE,  /* RFC 1918, RFC 4193, RFC 6598 */
  VT_NET_ADDRESS_SPECIAL   /* anything else of the IANA special-purpose registries: never asked */
};

/* An IPv4 address inside an IPv6 one (mapped, compatible, NAT64, 6to4) is judged as itself where
 * the kernel would send there, and as special otherwise. Unknown families are special. */
enum vt_net_address vt_net_address_judge(const struct sockaddr *address, socklen_t len);
/* `allow`: enum vt_net_allow. */
bool vt_net_address_allowed(enum vt_net_address judged, uint32_t allow);
const char *vt_net_address_name(enum vt_net_address judged); /* "loopback" */
/* "127.0.0.1", "::1"; empty for other families. */
void vt_net_address_print(const struct sockaddr *address, socklen_t len, char out[64]);

#endif

#include "net/address.h"

#include "net/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>

struct range {
  uint8_t bytes[16];
  uint8_t bits;
  enum vt_net_address judged;
};

/* IANA IPv4 Special-Purpose Address Registry, with multicast and the reserved block. */
static const struct range ranges_4[] = {
    {{0}, 8, VT_NET_ADDRESS_SPECIAL},
    {{10}, 8, VT_NET_ADDRESS_PRIVATE},
    {{100, 64}, 10, VT_NET_ADDRESS_PRIVATE},
    {{127}, 8, VT_NET_ADDRESS_LOOPBACK},
    {{169, 254}, 16, VT_NET_ADDRESS_SPECIAL},
    {{172, 16}, 12, VT_NET_ADDRESS_PRIVATE},
    {{192, 0, 0}, 24, VT_NET_ADDRESS_SPECIAL},
    {{192, 0, 2}, 24, VT_NET_ADDRESS_SPECIAL},
    {{192, 88, 99}, 24, VT_NET_ADDRESS_SPECIAL},
    {{192, 168}, 16, VT_NET_ADDRESS_PRIVATE},
    {{198, 18}, 15, VT_NET_ADDRESS_SPECIAL},
    {{198, 51, 100}, 24, VT_NET_ADDRESS_SPECIAL},
    {{203, 0, 113}, 24, VT_NET_ADDRESS_SPECIAL},
    {{224}, 4, VT_NET_ADDRESS_SPECIAL},
    {{240}, 4, VT_NET_ADDRESS_SPECIAL},
};

/* IANA IPv6 Special-Purpose Address Registry; what is not global unicast (2000::/3) is special. */
static const struct range ranges_6[] = {
    {{[15] = 1}, 128, VT_NET_ADDRESS_LOOPBACK},
    {{0xfc}, 7, VT_NET_ADDRESS_PRIVATE},
    {{0x20, 0x01}, 23, VT_NET_ADDRESS_SPECIAL},             /* protocol assignments, Teredo */
    {{0x20, 0x01, 0x0d, 0xb8}, 32, VT_NET_ADDRESS_SPECIAL}, /* documentation */
    {{0x20, 0x02}, 16, VT_NET_ADDRESS_SPECIAL},             /* 6to4 */
    {{0x3f, 0xff}, 20, VT_NET_ADDRESS_SPECIAL},             /* documentation */
};

static bool in_range(const uint8_t *bytes, const struct range *range)
{
  size_t whole = range->bits / 8u;
  unsigned rest = range->bits % 8u;
  if (memcmp(bytes, range->bytes, whole) != 0)
    return false;
  if (rest == 0)
    return true;
  unsigned mask = (0xffu << (8u - rest)) & 0xffu;
  return (bytes[whole] & mask) == (range->bytes[whole] & mask);
}

static enum vt_net_address judge_4(const uint8_t *bytes)
{
  for (size_t i = 0; i < sizeof ranges_4 / sizeof *ranges_4; i++)
    if (in_range(bytes, &ranges_4[i]))
      return ranges_4[i].judged;
  return VT_NET_ADDRESS_PUBLIC;
}

static enum vt_net_address judge_6(const uint8_t *bytes)
{
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  if (memcmp(bytes, mapped, sizeof mapped) == 0)
    return judge_4(bytes + 12);
  for (size_t i = 0; i < sizeof ranges_6 / sizeof *ranges_6; i++)
    if (in_range(bytes, &ranges_6[i]))
      return ranges_6[i].judged;
  return (bytes[0] & 0xe0) == 0x20 ? VT_NET_ADDRESS_PUBLIC : VT_NET_ADDRESS_SPECIAL;
}

enum vt_net_address vt_net_address_judge(const struct sockaddr *address, socklen_t len)
{
  if (address->sa_family == AF_INET && len >= (socklen_t)sizeof(struct sockaddr_in)) {
    struct sockaddr_in in;
    memcpy(&in, address, sizeof in);
    uint8_t bytes[4];
    memcpy(bytes, &in.sin_addr, sizeof bytes);
    return judge_4(bytes);
  }
  if (address->sa_family == AF_INET6 && len >= (socklen_t)sizeof(struct sockaddr_in6)) {
    struct sockaddr_in6 in;
    memcpy(&in, address, sizeof in);
    return judge_6(in.sin6_addr.s6_addr);
  }
  return VT_NET_ADDRESS_SPECIAL;
}

bool vt_net_address_allowed(enum vt_net_address judged, uint32_t allow)
{
  switch (judged) {
  case VT_NET_ADDRESS_PUBLIC:
    return true;
  case VT_NET_ADDRESS_LOOPBACK:
    return (allow & VT_NET_ALLOW_LOOPBACK) != 0;
  case VT_NET_ADDRESS_PRIVATE:
    return (allow & VT_NET_ALLOW_PRIVATE) != 0;
  case VT_NET_ADDRESS_SPECIAL:
    return false;
  }
  return false;
}

const char *vt_net_address_name(enum vt_net_address judged)
{
  static const char *const names[] = {"public", "loopback", "private", "special-purpose"};
  return names[judged];
}

void vt_net_address_print(const struct sockaddr *address, socklen_t len, char out[64])
{
  out[0] = '\0';
  if (address->sa_family == AF_INET && len >= (socklen_t)sizeof(struct sockaddr_in)) {
    struct sockaddr_in in;
    memcpy(&in, address, sizeof in);
    inet_ntop(AF_INET, &in.sin_addr, out, 64);
  } else if (address->sa_family == AF_INET6 && len >= (socklen_t)sizeof(struct sockaddr_in6)) {
    struct sockaddr_in6 in;
    memcpy(&in, address, sizeof in);
    inet_ntop(AF_INET6, &in.sin6_addr, out, 64);
  }
}

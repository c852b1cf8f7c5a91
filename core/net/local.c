#include "net/net.h"

enum { FEWEST_HOSTS = 3 };

bool vt_net_before_connection(struct vater_str code)
{
  static const char *const codes[] = {"NET-DNS", "NET-UNREACHABLE", "NET-REFUSED",
                                      "NET-CONNECT-TIMEOUT"};
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (vt_str_is(code, codes[i]))
      return true;
  return false;
}

bool vt_net_failed_locally(const struct vater_str *hosts, const struct vater_str *codes,
                           size_t count)
{
  struct vater_str seen[FEWEST_HOSTS];
  size_t different = 0;
  for (size_t i = 0; i < count; i++) {
    bool known = false;
    if (!vt_net_before_connection(codes[i]))
      return false;
    for (size_t k = 0; k < different && !known; k++)
      known = vt_str_equal(seen[k], hosts[i]);
    if (!known && different < FEWEST_HOSTS)
      seen[different++] = hosts[i];
  }
  return different == FEWEST_HOSTS;
}

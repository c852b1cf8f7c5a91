#include "unit/test.h"

#include "net/address.h"
#include "net/net.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

struct row {
  const char *address;
  enum vt_net_address judged;
};

#define P VT_NET_ADDRESS_PUBLIC
#define L VT_NET_ADDRESS_LOOPBACK
#define I VT_NET_ADDRESS_PRIVATE
#define S VT_NET_ADDRESS_SPECIAL

/* IANA's special-purpose registries: the first and last address of each block, and those beside. */
static const struct row rows[] = {
    {"0.0.0.0", S},
    {"0.255.255.255", S},
    {"1.0.0.0", P},
    {"9.255.255.255", P},
    {"10.0.0.0", I},
    {"10.255.255.255", I},
    {"11.0.0.0", P},
    {"100.63.255.255", P},
    {"100.64.0.0", I},
    {"100.127.255.255", I},
    {"100.128.0.0", P},
    {"126.255.255.255", P},
    {"127.0.0.0", L},
    {"127.0.0.1", L},
    {"127.255.255.255", L},
    {"128.0.0.0", P},
    {"169.253.255.255", P},
    {"169.254.0.0", S},
    {"169.254.169.254", S},
    {"169.254.255.255", S},
    {"169.255.0.0", P},
    {"172.15.255.255", P},
    {"172.16.0.0", I},
    {"172.31.255.255", I},
    {"172.32.0.0", P},
    {"192.0.0.0", S},
    {"192.0.0.255", S},
    {"192.0.1.0", P},
    {"192.0.2.1", S},
    {"192.88.99.1", S},
    {"192.167.255.255", P},
    {"192.168.0.0", I},
    {"192.168.255.255", I},
    {"192.169.0.0", P},
    {"198.17.255.255", P},
    {"198.18.0.0", S},
    {"198.19.255.255", S},
    {"198.20.0.0", P},
    {"198.51.100.7", S},
    {"203.0.113.7", S},
    {"203.0.114.0", P},
    {"223.255.255.255", P},
    {"224.0.0.1", S},
    {"239.255.255.255", S},
    {"240.0.0.0", S},
    {"255.255.255.255", S},
    {"::", S},
    {"::1", L},
    {"::2", S},
    {"::7f00:1", S}, /* compatible form of 127.0.0.1: no address any more */
    {"::ffff:127.0.0.1", L},
    {"::ffff:10.1.2.3", I},
    {"::ffff:0.0.0.0", S},
    {"::ffff:169.254.169.254", S},
    {"::ffff:185.125.160.1", P},
    {"64:ff9b::7f00:1", S}, /* NAT64 */
    {"64:ff9b:1::1", S},
    {"100::1", S},  /* discard only */
    {"2001::1", S}, /* Teredo */
    {"2001:1ff::1", S},
    {"2001:200::1", P},
    {"2001:db8::1", S},
    {"2001:db9::1", P},
    {"2002:7f00:1::1", S}, /* 6to4 of 127.0.0.1 */
    {"2003::1", P},
    {"2a00:1450::1", P},
    {"3ffe:ffff::1", P},
    {"3fff::1", S},
    {"4000::1", S},
    {"fbff::1", S},
    {"fc00::1", I},
    {"fdff::1", I},
    {"fe00::1", S},
    {"fe80::1", S},
    {"febf::1", S},
    {"fec0::1", S},
    {"ff02::1", S},
};

static socklen_t read_address(const char *text, struct sockaddr_storage *storage)
{
  memset(storage, 0, sizeof *storage);
  struct sockaddr_in *in = (struct sockaddr_in *)(void *)storage;
  struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)storage;
  if (strchr(text, ':') == NULL) {
    in->sin_family = AF_INET;
    assert_int_equal(inet_pton(AF_INET, text, &in->sin_addr), 1);
    return sizeof *in;
  }
  in6->sin6_family = AF_INET6;
  assert_int_equal(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
  return sizeof *in6;
}

static void N08_every_block_is_judged(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct sockaddr_storage storage;
    socklen_t len = read_address(rows[i].address, &storage);
    enum vt_net_address judged =
        vt_net_address_judge((const struct sockaddr *)(const void *)&storage, len);
    if (judged != rows[i].judged)
      fail_msg("%s is %s, expected %s", rows[i].address, vt_net_address_name(judged),
               vt_net_address_name(rows[i].judged));
  }
}

static void N08_other_families_are_refused(void **state)
{
  (void)state;
  struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
  struct sockaddr_in cut = {.sin_family = AF_INET};
  assert_int_equal(vt_net_address_judge((struct sockaddr *)&name, sizeof name), S);
  assert_int_equal(vt_net_address_judge((struct sockaddr *)&cut, 4), S);
}

static void N08_allowances_open_one_kind_each(void **state)
{
  (void)state;
  assert_true(vt_net_address_allowed(P, 0));
  assert_false(vt_net_address_allowed(L, 0));
  assert_false(vt_net_address_allowed(I, 0));
  assert_false(vt_net_address_allowed(S, 0));
  assert_true(vt_net_address_allowed(L, VT_NET_ALLOW_LOOPBACK));
  assert_false(vt_net_address_allowed(I, VT_NET_ALLOW_LOOPBACK));
  assert_true(vt_net_address_allowed(I, VT_NET_ALLOW_PRIVATE));
  assert_false(vt_net_address_allowed(L, VT_NET_ALLOW_PRIVATE | VT_NET_ALLOW_HTTP));
  assert_false(vt_net_address_allowed(S, 7));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(N08_every_block_is_judged),
      cmocka_unit_test(N08_other_families_are_refused),
      cmocka_unit_test(N08_allowances_open_one_kind_each),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

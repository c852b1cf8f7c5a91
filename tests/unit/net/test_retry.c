#include "unit/test.h"

#include "net/net.h"
#include "net/retry.h"

/* 2026-11-22T20:00:00Z */
static const int64_t now_ms = 1795377600000;

static void H04_retry_after_is_seconds_or_a_date(void **state)
{
  (void)state;
  const struct {
    const char *value;
    bool readable;
    int64_t wait_ms;
  } rows[] = {
      {"0", true, 0},
      {"5", true, 5000},
      {" 86400 ", true, 86400000},
      {"99999999999", true, 31622400000}, /* a year is as good as never */
      {"Sun, 22 Nov 2026 20:00:07 GMT", true, 7000},
      {"Sun, 22 Nov 2026 19:00:00 GMT", true, 0},
      {"", false, 0},
      {"-1", false, 0},
      {"1.5", false, 0},
      {"soon", false, 0},
      {"5 seconds", false, 0},
      {"99999999999999999999999", false, 0},
      {"2026-11-22T20:00:07Z", false, 0},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    int64_t wait = -1;
    if (vt_net_retry_after(vt_str(rows[i].value), now_ms, &wait) != rows[i].readable)
      fail_msg("'%s' is read wrongly", rows[i].value);
    assert_int_equal(wait, rows[i].wait_ms);
  }
}

static void the_wait_doubles_between_half_and_all(void **state)
{
  (void)state;
  assert_int_equal(vt_net_retry_wait(1, 1000, -1, 0), 500);
  assert_int_equal(vt_net_retry_wait(1, 1000, -1, UINT32_MAX), 999);
  assert_int_equal(vt_net_retry_wait(2, 1000, -1, 0), 1000);
  assert_int_equal(vt_net_retry_wait(3, 1000, -1, 0), 2000);
  assert_int_equal(vt_net_retry_wait(3, 1000, -1, UINT32_MAX / 2), 2999);
  assert_int_equal(vt_net_retry_wait(1000, 1000, -1, 0), 512000);
  assert_int_equal(vt_net_retry_wait(1, 0, -1, UINT32_MAX), 0);
}

static void the_server_is_never_asked_before_it_wished(void **state)
{
  (void)state;
  assert_int_equal(vt_net_retry_wait(1, 1000, 5000, 0), 5000);
  assert_int_equal(vt_net_retry_wait(2, 1000, 5000, UINT32_MAX), 5999);
  assert_int_equal(vt_net_retry_wait(3, 1000, 0, 0), 0);
}

static bool local(const char *const *hosts, const char *const *codes, size_t count)
{
  struct vater_str host_list[8], code_list[8];
  for (size_t i = 0; i < count; i++) {
    host_list[i] = vt_str(hosts[i]);
    code_list[i] = vt_str(codes[i]);
  }
  return vt_net_failed_locally(host_list, code_list, count);
}

static void N10_all_hosts_out_of_reach_is_our_fault(void **state)
{
  (void)state;
  const char *hosts[] = {"a", "b", "a", "c"};
  const char *unreached[] = {"NET-DNS", "NET-UNREACHABLE", "NET-REFUSED", "NET-CONNECT-TIMEOUT"};
  const char *one_well[] = {"NET-DNS", "NET-DNS", "", "NET-DNS"};
  const char *one_reached[] = {"NET-DNS", "TLS-CERT-EXPIRED", "NET-DNS", "NET-DNS"};
  const char *same[] = {"a", "a", "a", "a"};
  assert_true(local(hosts, unreached, 4));
  assert_false(local(hosts, unreached, 3)); /* two hosts only */
  assert_false(local(same, unreached, 4));
  assert_false(local(hosts, one_well, 4));
  assert_false(local(hosts, one_reached, 4));
  assert_false(local(hosts, unreached, 0));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(H04_retry_after_is_seconds_or_a_date),
      cmocka_unit_test(the_wait_doubles_between_half_and_all),
      cmocka_unit_test(the_server_is_never_asked_before_it_wished),
      cmocka_unit_test(N10_all_hosts_out_of_reach_is_our_fault),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

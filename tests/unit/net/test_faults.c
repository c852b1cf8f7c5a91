#include "live.h"

#include "base/limits.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* A name that a resolver cannot know (RFC 2606). */
static void N01_the_name_does_not_exist(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = {.url = VT_STR("https://no-such-host.invalid/"), .sink = -1};
  int64_t begun = live_now();
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  assert_string_equal(answer->error.code, "NET-DNS");
  assert_non_null(strstr(answer->error.text, "no-such-host.invalid:443: the name"));
  assert_int_equal(answer->try_count, 3);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  /* three tries of at most connect_ms, and a resolver thread that nobody waits for */
  assert_true(live_now() - begun < 4000);
}

static void N02_the_connection_is_refused(void **state)
{
  (void)state;
  live_assert_fails("refused", "NET-REFUSED", 3, "the connection was refused");
}

static void N03_connections_are_dropped(void **state)
{
  (void)state;
  int64_t begun = live_now();
  live_assert_fails("dropped", "NET-CONNECT-TIMEOUT", 3, "no connection in time");
  assert_in_range(live_now() - begun, 3 * 700, 3 * 700 * 11 / 10 + 300);
}

static void N04_the_connection_is_reset(void **state)
{
  (void)state;
  live_assert_fails("reset-accept", "NET-RESET", 3, "the connection was");
  live_assert_fails("reset", "NET-RESET", 3, "the connection was reset");
  live_assert_fails("reset-head", "NET-RESET", 3, "the connection was reset");
  live_assert_fails("reset-body", "NET-RESET", 3, "the connection was reset");
  live_assert_fails("nothing", "NET-RESET", 3, "closed without an answer");
}

static void N04_partial_bytes_never_reach_the_reader(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("reset-body");
  request.sink = memfd_create("page", MFD_CLOEXEC);
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_string_equal(vt_net_exchange_answer(exchange)->error.code, "NET-RESET");
  assert_int_equal(lseek(request.sink, 0, SEEK_END), 0);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  close(request.sink);
}

static void N05_the_request_is_never_answered(void **state)
{
  (void)state;
  live_assert_fails("silent", "NET-TIMEOUT", 3, "no answer in time");
}

static void N06_the_answer_drips(void **state)
{
  (void)state;
  live_assert_fails("drip", "NET-SLOW", 1, "the answer came too slowly");
  live_assert_fails("drip-head", "NET-SLOW", 1, "the answer came too slowly");
}

static void N06_a_steady_drip_ends_with_the_try(void **state)
{
  (void)state;
  int64_t begun = live_now();
  live_assert_fails("steady", "NET-SLOW", 1, "the answer came too slowly");
  assert_in_range(live_now() - begun, 3900, 4600);
}

static void N07_the_other_address_family_is_used(void **state)
{
  (void)state;
  char url[256], resolve[128];
  snprintf(resolve, sizeof resolve, "localhost:%u:[::1],127.0.0.13", live_port());
  const char *const list[] = {resolve, NULL};
  live_url_at("bergen-kommune", "localhost", url);
  struct vt_net *net = live_net(list, 0);
  struct vt_net_request request = live_request("bergen-kommune");
  request.url = vt_str(url);
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  assert_int_equal(answer->result, VT_NET_RECEIVED);
  assert_string_equal(answer->address, "127.0.0.13");
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void assert_guarded(const char *host, uint32_t allow, const char *const *resolve)
{
  char url[256];
  live_url_at("etag", host, url);
  struct vt_net *net = live_net(resolve, 0);
  struct vt_net_request request = {.url = vt_str(url), .sink = -1, .allow = allow};
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  if (strcmp(answer->error.code, "NET-SSRF") != 0 || answer->try_count != 1)
    fail_msg("%s: %s, %s", host, answer->error.code, answer->error.text);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void N08_inner_addresses_are_refused_however_spelled(void **state)
{
  (void)state;
  static const char *const hosts[] = {
      "127.0.0.1",
      "127.1",
      "127.0.1",
      "2130706433",
      "0x7f000001",
      "0x7f.0.0.1",
      "0x7f.1",
      "017700000001",
      "0177.0.0.1",
      "0177.1",
      "127.255.255.254",
      "[::1]",
      "[0:0:0:0:0:0:0:1]",
      "[::ffff:127.0.0.1]",
      "[::ffff:7f00:1]",
      "[::ffff:10.0.0.1]",
      "0",
      "0.0.0.0",
      "0x0",
      "10.0.0.1",
      "0xa.1",
      "167772161",
      "012.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.0.1",
      "0xc0a80001",
      "3232235521",
      "169.254.169.254",
      "2852039166",
      "100.64.0.1",
      "192.0.0.1",
      "192.0.2.1",
      "198.18.0.1",
      "198.51.100.1",
      "203.0.113.1",
      "224.0.0.1",
      "239.255.255.255",
      "240.0.0.1",
      "255.255.255.255",
      "[::]",
      "[fe80::1]",
      "[fc00::1]",
      "[fd12:3456::1]",
      "[fec0::1]",
      "[ff02::1]",
      "[2001:db8::1]",
      "[2002:7f00:1::1]",
      "[64:ff9b::7f00:1]",
      "[64:ff9b::a00:1]",
      "[2001::1]",
      "[100::1]",
      "[::127.0.0.1]",
      "[3fff::1]",
      "localhost",
      "LOCALHOST",
      "127.0.0.2",
      "127.8.8.8",
      "0300.0250.0.1",
      "0251.0376.0251.0376",
      "[::ffff:a9fe:a9fe]",
      "[::ffff:c0a8:1]",
  };
  assert_true(sizeof hosts / sizeof *hosts >= 60);
  int before = live_counter("etag", "connections");
  for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
    assert_guarded(hosts[i], 0, NULL);
  assert_guarded("10.0.0.1", VT_NET_ALLOW_LOOPBACK, NULL);
  assert_guarded("127.0.0.1", VT_NET_ALLOW_PRIVATE, NULL);
  assert_guarded("169.254.169.254", VT_NET_ALLOW_PRIVATE | VT_NET_ALLOW_LOOPBACK, NULL);
  assert_int_equal(live_counter("etag", "connections"), before);
}

static void N08_a_name_that_leads_inside_is_refused(void **state)
{
  (void)state;
  char resolve[128];
  snprintf(resolve, sizeof resolve, "inner.example:%u:127.0.0.13", live_port());
  const char *const list[] = {resolve, NULL};
  assert_guarded("inner.example", 0, list);
}

/* The connection of the first exchange stays open, but is of another allowance. */
static void N09_a_connection_is_not_lent_to_another_allowance(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("etag");
  struct vt_net_exchange *first = live_run(net, &request);
  assert_int_equal(vt_net_exchange_answer(first)->result, VT_NET_RECEIVED);
  request.allow = 0;
  struct vt_net_exchange *second = live_run(net, &request);
  assert_string_equal(vt_net_exchange_answer(second)->error.code, "NET-SSRF");
  assert_non_null(strstr(vt_net_exchange_answer(second)->error.text, "is a loopback address"));
  vt_net_exchange_free(first);
  vt_net_exchange_free(second);
  vt_net_free(net);
}

static void T01_each_certificate_fault_has_its_code(void **state)
{
  (void)state;
  live_assert_fails("expired", "TLS-CERT-EXPIRED", 1, "has expired");
  live_assert_fails("not-yet", "TLS-CERT-NOTYET", 1, "is not valid yet");
  live_assert_fails("wrong-name", "TLS-CERT-NAME", 1, "is for another name");
  live_assert_fails("unknown-ca", "TLS-CERT-CA", 1, "of an issuer that we do not know");
  live_assert_fails("self-signed", "TLS-CERT-SELF", 1, "is signed by itself");
  static const char *const ids[] = {"expired", "not-yet", "wrong-name", "unknown-ca",
                                    "self-signed"};
  for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
    assert_int_equal(live_counter(ids[i], "requests"), 0);
}

static void T02_weak_tls_is_refused(void **state)
{
  (void)state;
  live_assert_fails("old-tls", "TLS-WEAK", 1, "only TLS older than 1.2");
  live_assert_fails("weak-key", "TLS-WEAK", 1, "too short");
}

static void T03_the_handshake_stalls(void **state)
{
  (void)state;
  live_assert_fails("tls-stall", "TLS-TIMEOUT", 3, "the TLS handshake took too long");
  live_assert_fails("tls-stall-late", "TLS-TIMEOUT", 3, "the TLS handshake took too long");
  live_assert_fails("tls-cut", "NET-RESET", 3, "in the TLS handshake");
}

static void T05_the_certificate_ends_soon(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("innlandet");
  int64_t now = vt_environment_real().clock.wall_ms(NULL), days = 0;
  /* the second exchange is on the connection of the first, which alone saw the certificate */
  for (int i = 0; i < 2; i++) {
    struct vt_net_exchange *exchange = live_run(net, &request);
    const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
    assert_int_equal(answer->result, VT_NET_RECEIVED);
    assert_true(vt_net_answer_expiring(answer, now, &days));
    assert_in_range(days, 11, 12);
    vt_net_exchange_free(exchange);
  }
  request = live_request("etag");
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_false(vt_net_answer_expiring(vt_net_exchange_answer(exchange), now, &days));
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void T06_the_CA_file_must_hold_certificates(void **state)
{
  (void)state;
  struct vt_net_options options = live_options();
  struct vt_net *net = NULL;
  struct vt_error error = {0};
  options.ca_file = "/nonexistent/ca.pem";
  assert_int_equal(vt_net_new(&options, &net, &error), VATER_E_CONFIG);
  assert_null(net);
  assert_string_equal(error.code, "OPS-CA");
  vt_error_clear(&error);
  options.ca_file = "/dev/null";
  assert_int_equal(vt_net_new(&options, &net, &error), VATER_E_CONFIG);
  assert_string_equal(error.code, "OPS-CA");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(N01_the_name_does_not_exist),
      cmocka_unit_test(N02_the_connection_is_refused),
      cmocka_unit_test(N03_connections_are_dropped),
      cmocka_unit_test(N04_the_connection_is_reset),
      cmocka_unit_test(N04_partial_bytes_never_reach_the_reader),
      cmocka_unit_test(N05_the_request_is_never_answered),
      cmocka_unit_test(N06_the_answer_drips),
      cmocka_unit_test(N06_a_steady_drip_ends_with_the_try),
      cmocka_unit_test(N07_the_other_address_family_is_used),
      cmocka_unit_test(N08_inner_addresses_are_refused_however_spelled),
      cmocka_unit_test(N08_a_name_that_leads_inside_is_refused),
      cmocka_unit_test(N09_a_connection_is_not_lent_to_another_allowance),
      cmocka_unit_test(T01_each_certificate_fault_has_its_code),
      cmocka_unit_test(T02_weak_tls_is_refused),
      cmocka_unit_test(T03_the_handshake_stalls),
      cmocka_unit_test(T05_the_certificate_ends_soon),
      cmocka_unit_test(T06_the_CA_file_must_hold_certificates),
  };
  return cmocka_run_group_tests(tests, live_start, live_stop);
}

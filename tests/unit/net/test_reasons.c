#include "unit/test.h"

#include "base/codes.h"
#include "base/limits.h"
#include "net/reasons.h"

#include <curl/curl.h>
#include <errno.h>

enum {
  NAME = VT_NET_PHASE_NAME,
  CONNECT = VT_NET_PHASE_CONNECT,
  TLS = VT_NET_PHASE_TLS,
  ASK = VT_NET_PHASE_ASK,
  HEAD = VT_NET_PHASE_HEAD,
  BODY = VT_NET_PHASE_BODY
};

static void transfers_have_one_code_each(void **state)
{
  (void)state;
  const struct {
    int phase, curl;
    long verify;
    int system;
    const char *message, *code;
  } rows[] = {
      {NAME, CURLE_COULDNT_RESOLVE_HOST, 0, 0, "Could not resolve host", "NET-DNS"},
      {NAME, CURLE_OPERATION_TIMEDOUT, 0, 0, "Resolving timed out", "NET-DNS"},
      {CONNECT, CURLE_COULDNT_CONNECT, 0, ECONNREFUSED, "", "NET-REFUSED"},
      {CONNECT, CURLE_COULDNT_CONNECT, 0, EHOSTUNREACH, "", "NET-UNREACHABLE"},
      {CONNECT, CURLE_COULDNT_CONNECT, 0, ENETUNREACH, "", "NET-UNREACHABLE"},
      {CONNECT, CURLE_COULDNT_CONNECT, 0, ETIMEDOUT, "", "NET-CONNECT-TIMEOUT"},
      {CONNECT, CURLE_COULDNT_CONNECT, 0, 0, "", "NET-REFUSED"},
      {CONNECT, CURLE_OPERATION_TIMEDOUT, 0, 0, "", "NET-CONNECT-TIMEOUT"},
      {TLS, CURLE_OPERATION_TIMEDOUT, 0, 0, "", "TLS-TIMEOUT"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 9, 0, "", "TLS-CERT-NOTYET"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 10, 0, "", "TLS-CERT-EXPIRED"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 18, 0, "", "TLS-CERT-SELF"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 19, 0, "", "TLS-CERT-CA"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 20, 0, "", "TLS-CERT-CA"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 1, 0, "no alternative name", "TLS-CERT-NAME"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 66, 0, "", "TLS-WEAK"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 68, 0, "", "TLS-WEAK"},
      {TLS, CURLE_PEER_FAILED_VERIFICATION, 23, 0, "SSL certificate problem: revoked",
       "TLS-HANDSHAKE"},
      {TLS, CURLE_SSL_CONNECT_ERROR, 0, 0, "unsupported protocol", "TLS-WEAK"},
      {TLS, CURLE_SSL_CONNECT_ERROR, 0, 0, "alert protocol version", "TLS-WEAK"},
      {TLS, CURLE_SSL_CONNECT_ERROR, 0, 0, "Connection reset by peer", "NET-RESET"},
      {TLS, CURLE_SSL_CONNECT_ERROR, 0, 0, "internal error", "TLS-HANDSHAKE"},
      {ASK, CURLE_RECV_ERROR, 0, 0, "alert certificate required", "TLS-CLIENTCERT"},
      {ASK, CURLE_OPERATION_TIMEDOUT, 0, 0, "", "NET-TIMEOUT"},
      {ASK, CURLE_GOT_NOTHING, 0, 0, "", "NET-RESET"},
      {ASK, CURLE_UNSUPPORTED_PROTOCOL, 0, 0, "Received HTTP/0.9", "HTTP-PROTOCOL"},
      {HEAD, CURLE_OPERATION_TIMEDOUT, 0, 0, "", "NET-SLOW"},
      {HEAD, CURLE_RECV_ERROR, 0, 0, "", "NET-RESET"},
      {HEAD, CURLE_OUT_OF_MEMORY, 0, 0, "", "HTTP-HEADERS"},
      {BODY, CURLE_OPERATION_TIMEDOUT, 0, 0, "", "NET-SLOW"},
      {BODY, CURLE_PARTIAL_FILE, 0, 0, "", "HTTP-TRUNC"},
      {BODY, CURLE_HTTP2_STREAM, 0, 0, "", "HTTP-TRUNC"},
      {ASK, CURLE_HTTP2_STREAM, 0, 0, "", "NET-RESET"},
      {BODY, CURLE_RECV_ERROR, 0, 0, "Connection reset by peer", "NET-RESET"},
      {BODY, CURLE_RECV_ERROR, 0, 0, "SSL_read: unexpected eof while reading", "HTTP-TRUNC"},
      {BODY, CURLE_BAD_CONTENT_ENCODING, 0, 0, "", "HTTP-BOMB"},
      {BODY, CURLE_OUT_OF_MEMORY, 0, 0, "", "OPS-MEMORY"},
      {BODY, CURLE_LDAP_CANNOT_BIND, 0, 0, "", "HTTP-PROTOCOL"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_net_reason reason =
        vt_net_reason_transfer((enum vt_net_phase)rows[i].phase, rows[i].curl, rows[i].verify,
                               rows[i].system, rows[i].message);
    if (strcmp(reason.code, rows[i].code) != 0)
      fail_msg("row %zu gives %s, expected %s", i, reason.code, rows[i].code);
    assert_non_null(vt_code_find(vt_str(reason.code)));
  }
}

static void statuses_have_one_code_each(void **state)
{
  (void)state;
  const struct {
    int status;
    const char *code;
  } rows[] = {
      {200, NULL},
      {201, NULL},
      {204, NULL},
      {205, "HTTP-EMPTY"},
      {206, "HTTP-STATUS"},
      {299, "HTTP-STATUS"},
      {300, "HTTP-REDIRECT"},
      {302, "HTTP-REDIRECT"},
      {304, "HTTP-REDIRECT"},
      {400, "HTTP-4XX"},
      {401, "AUTH-API"},
      {403, "AUTH-API"},
      {404, "HTTP-4XX"},
      {410, "HTTP-4XX"},
      {429, "HTTP-BUSY"},
      {499, "HTTP-4XX"},
      {500, "HTTP-5XX"},
      {502, "HTTP-5XX"},
      {503, "HTTP-BUSY"},
      {504, "HTTP-5XX"},
      {600, "HTTP-STATUS"},
      {999, "HTTP-STATUS"},
      {0, "HTTP-STATUS"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct vt_net_reason reason = vt_net_reason_status(rows[i].status);
    if (rows[i].code == NULL) {
      assert_null(reason.code);
      continue;
    }
    assert_string_equal(reason.code, rows[i].code);
    assert_non_null(vt_code_find(vt_str(reason.code)));
  }
}

static void every_code_of_the_table_is_known(void **state)
{
  (void)state;
  static const char *const codes[] = {
#define VT_NET_TEXT(phases, part, code, sentence) code,
#define VT_NET_VERIFY(number, code, sentence) code,
#define VT_NET_SYSTEM(number, code, sentence) code,
#define VT_NET_CURL(phases, number, code, sentence) code,
#define VT_NET_STATUS(first, last, code, sentence) code,
#include "net/reasons.def"
  };
  for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
    if (vt_code_find(vt_str(codes[i])) == NULL)
      fail_msg("%s is not in codes.def", codes[i]);
}

static void H12_only_accepted_types_in_utf8_pass(void **state)
{
  (void)state;
  static const char *const accepted[] = {"application/json", "application/vater+json", NULL};
  const struct {
    const char *type;
    bool passes;
  } rows[] = {
      {"application/json", true},
      {"Application/JSON; charset=UTF-8", true},
      {"application/json;charset=\"utf-8\"", true},
      {"application/json; profile=x; charset=us-ascii", true},
      {"application/vater+json", true},
      {"", true},
      {"text/html", false},
      {"text/html; charset=utf-8", false},
      {"application/json; charset=iso-8859-1", false},
      {"application/json; x=1; charset=\"utf-16\"", false},
      {"application/jsonx", false},
      {"application", false},
      {";", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (vt_net_type_accepted(vt_str(rows[i].type), accepted) != rows[i].passes)
      fail_msg("'%s' is judged wrongly", rows[i].type);
  assert_true(vt_net_type_accepted(VT_STR("text/html"), NULL));
}

static void limit_GZIP_RATIO_at_n_and_one_more(void **state)
{
  (void)state;
  const uint64_t wire = 10000;
  assert_false(vt_net_is_bomb(wire * VT_LIMIT_GZIP_RATIO, wire));
  assert_true(vt_net_is_bomb(wire * VT_LIMIT_GZIP_RATIO + 1, wire));
  assert_false(vt_net_is_bomb(1024 * 1024, 1));
  assert_true(vt_net_is_bomb(1024 * 1024 + 1, 1));
  assert_false(vt_net_is_bomb(UINT64_MAX, 0));
}

static void H03_excerpts_are_capped_encoded_and_masked(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer out;
  char long_text[500];
  vt_buffer_init(&out, &allocator, 4096);
  assert_int_equal(vt_net_excerpt(VT_STR("no \x1b[31m 13097248022\r\n\r\n  and 12345"), &out),
                   VATER_OK);
  struct vater_str text = vt_buffer_str(&out);
  assert_true(vt_str_find(text, VT_STR("\x1b"), 0) == text.len);
  assert_true(vt_str_find(text, VT_STR("###########"), 0) < text.len);
  assert_true(vt_str_find(text, VT_STR("1309"), 0) == text.len);
  assert_true(vt_str_ends(text, VT_STR(" and 12345")));
  memset(long_text, 'x', sizeof long_text);
  vt_buffer_reset(&out);
  assert_int_equal(vt_net_excerpt((struct vater_str){long_text, sizeof long_text}, &out), VATER_OK);
  assert_int_equal(out.len, 160);
  vt_buffer_fini(&out);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(transfers_have_one_code_each),
      cmocka_unit_test(statuses_have_one_code_each),
      cmocka_unit_test(every_code_of_the_table_is_known),
      cmocka_unit_test(H12_only_accepted_types_in_utf8_pass),
      cmocka_unit_test(limit_GZIP_RATIO_at_n_and_one_more),
      cmocka_unit_test(H03_excerpts_are_capped_encoded_and_masked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

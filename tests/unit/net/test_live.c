#include "live.h"

#include "base/limits.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* Asks once and asserts that it went well; free both. */
static struct vt_net_exchange *ask_well(struct vt_net *net, const char *id, uint32_t tries)
{
  struct vt_net_request request = live_request(id);
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  if (answer->result == VT_NET_FAILED || answer->try_count != tries)
    fail_msg("%s: %s after %u tries, expected %u: %s", id, answer->error.code, answer->try_count,
             tries, answer->error.text);
  return exchange;
}

static void a_good_answer_is_told_whole(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_exchange *exchange = ask_well(net, "etag", 1);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  struct vater_str value;
  assert_int_equal(answer->result, VT_NET_RECEIVED);
  assert_int_equal(answer->status, 200);
  assert_str(answer->body, "{\"ok\": true}");
  assert_int_equal(answer->body_bytes, 12);
  assert_int_equal(answer->framing, VT_NET_FRAMING_LENGTH);
  assert_int_equal(answer->http_version, 11);
  assert_true(vt_net_answer_header(answer, "etag", &value));
  assert_str(value, "\"v1\"");
  assert_false(vt_net_answer_header(answer, "x-absent", &value));
  assert_str(answer->url, live_url("etag"));
  assert_string_equal(answer->tries[0].code, "");
  assert_int_equal(answer->tries[0].status, 200);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void gzip_is_decoded_into_the_sink(void **state)
{
  (void)state;
  char begin[16] = {0};
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("vestfold");
  request.sink = memfd_create("page", MFD_CLOEXEC);
  assert_int_equal(write(request.sink, "left over", 9), 9);
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  assert_int_equal(answer->result, VT_NET_RECEIVED);
  assert_int_equal(lseek(request.sink, 0, SEEK_END), answer->body_bytes);
  assert_true(answer->wire_bytes < answer->body_bytes);
  assert_int_equal(pread(request.sink, begin, 15, 0), 15);
  assert_string_equal(begin, "{\"schemaVersion");
  assert_int_equal(answer->body.len, 0);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  close(request.sink);
}

static void a_known_answer_is_unchanged(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("etag");
  request.etag = VT_STR("\"v1\"");
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_int_equal(vt_net_exchange_answer(exchange)->result, VT_NET_UNCHANGED);
  assert_int_equal(vt_net_exchange_answer(exchange)->status, 304);
  vt_net_exchange_free(exchange);
  request.etag = VT_STR("\"v0\"");
  exchange = live_run(net, &request);
  assert_int_equal(vt_net_exchange_answer(exchange)->result, VT_NET_RECEIVED);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  live_assert_fails("not-asked-304", "HTTP-REDIRECT", 1, "304");
}

static void H01_a_redirect_is_told_and_not_followed(void **state)
{
  (void)state;
  const struct vt_net_header secret = {VT_STR("DPoP"), VT_STR("proof"), true};
  char target[64];
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("found-itself");
  request.headers = &secret;
  request.header_count = 1;
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  assert_string_equal(answer->error.code, "HTTP-REDIRECT");
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  assert_int_equal(live_counter("found-itself", "requests"), 1);
  snprintf(target, sizeof target, "302 to https://127.0.0.");
  live_assert_fails("found-itself", "HTTP-REDIRECT", 1, target);
  assert_int_equal(live_counter("elsewhere", "connections"), 0);
}

static void H02_no_scheme_is_followed(void **state)
{
  (void)state;
  live_assert_fails("found-http", "HTTP-REDIRECT", 1, "301 to http://elsewhere.example:80");
  live_assert_fails("found-ftp", "HTTP-REDIRECT", 1, "307 to ftp://elsewhere.example/x");
  live_assert_fails("found-file", "HTTP-REDIRECT", 1, "308 to file:///etc/passwd");
}

static void H03_a_refusal_carries_a_masked_excerpt(void **state)
{
  (void)state;
  live_assert_fails("missing", "HTTP-4XX", 1, "the server refuses the request (status 404: Fant");
  live_assert_fails("missing", "HTTP-4XX", 1, "###########");
  live_assert_fails("gone", "HTTP-4XX", 1, "status 410");
  /* a word that long is a token or no text at all */
  live_assert_fails("bad-request", "HTTP-4XX", 1, "(status 400: ...)");
}

static void H04_busy_servers_are_asked_again_as_they_wish(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 60000);
  int64_t begun = live_now();
  struct vt_net_exchange *exchange = ask_well(net, "busy-once", 2);
  assert_string_equal(vt_net_exchange_answer(exchange)->tries[0].code, "HTTP-BUSY");
  assert_in_range(live_now() - begun, 1000, 2500);
  assert_in_range(vt_net_exchange_answer(exchange)->waited_ms, 1000, 1020);
  vt_net_exchange_free(exchange);
  begun = live_now();
  vt_net_exchange_free(ask_well(net, "busy-past", 2));
  vt_net_exchange_free(ask_well(net, "busy-garbage", 2));
  assert_true(live_now() - begun < 1000);
  vt_net_free(net);
  begun = live_now();
  live_assert_fails("busy-day", "HTTP-BUSY", 1, "status 429");
  assert_true(live_now() - begun < 1000);
}

static void H04_the_wait_is_bounded_by_the_deadline(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 600);
  struct vt_net_request request = live_request("busy");
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_string_equal(vt_net_exchange_answer(exchange)->error.code, "HTTP-BUSY");
  assert_int_equal(vt_net_exchange_answer(exchange)->try_count, 1);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void H05_server_errors_are_tried_again(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_exchange *exchange = ask_well(net, "gateway", 3);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  assert_int_equal(answer->tries[0].status, 502);
  assert_int_equal(answer->tries[1].status, 504);
  assert_int_equal(answer->tries[2].status, 200);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  live_assert_fails("failing", "HTTP-5XX", 3, "status 500");
}

static void H06_empty_and_204(void **state)
{
  (void)state;
  live_assert_fails("empty", "HTTP-EMPTY", 1, "the answer has no body");
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_exchange *exchange = ask_well(net, "oslo-kommune", 1);
  assert_int_equal(vt_net_exchange_answer(exchange)->result, VT_NET_NIL);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void H07_a_cut_that_shows_is_tried_again(void **state)
{
  (void)state;
  live_assert_fails("cut-length", "HTTP-TRUNC", 3, "the answer ended before its end");
  live_assert_fails("cut-length-rude", "HTTP-TRUNC", 3, "the answer ended before its end");
  live_assert_fails("cut-chunk", "HTTP-TRUNC", 3, "the answer ended before its end");
}

static void H07_an_HTTP2_stream_that_is_reset_is_tried_again(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_exchange *exchange = ask_well(net, "http2", 1);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  assert_int_equal(answer->http_version, 20);
  assert_int_equal(answer->framing, VT_NET_FRAMING_LENGTH);
  assert_str(answer->body, "{\"ok\": true}");
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  live_assert_fails("http2-reset", "HTTP-TRUNC", 3, "ended before");
  live_assert_fails("http2-cut", "HTTP-TRUNC", 3, "ended before");
}

static void H08_an_HTTP2_stream_without_length_proves_nothing(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("http2-reset-open");
  struct vt_net_exchange *exchange = live_run(net, &request);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  if (answer->result != VT_NET_FAILED)
    assert_int_equal(answer->framing, VT_NET_FRAMING_CLOSE);
  else
    assert_string_equal(answer->error.code, "HTTP-TRUNC");
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void H08_a_cut_that_does_not_show_is_told_by_the_framing(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  for (unsigned i = 1; i < 20; i++) {
    char id[16];
    snprintf(id, sizeof id, "cut-%02u", i);
    struct vt_net_exchange *exchange = ask_well(net, id, 1);
    assert_int_equal(vt_net_exchange_answer(exchange)->framing, VT_NET_FRAMING_CLOSE);
    assert_int_equal(vt_net_exchange_answer(exchange)->body_bytes, i * 40);
    vt_net_exchange_free(exchange);
  }
  struct vt_net_exchange *plain = ask_well(net, "close-plain", 1);
  assert_int_equal(vt_net_exchange_answer(plain)->framing, VT_NET_FRAMING_CLOSE);
  vt_net_exchange_free(plain);
  vt_net_free(net);
}

static void H09_too_large_bodies_stop_at_the_cap(void **state)
{
  (void)state;
  struct rusage before, after;
  live_assert_fails("too-big", "HTTP-TOOBIG", 1, "limit PAYLOAD_BYTES");
  getrusage(RUSAGE_SELF, &before);
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("too-big-chunked");
  request.sink = memfd_create("page", MFD_CLOEXEC);
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_string_equal(vt_net_exchange_answer(exchange)->error.code, "HTTP-TOOBIG");
  assert_true(vt_net_exchange_answer(exchange)->body_bytes <= VT_LIMIT_PAYLOAD_BYTES + 65536);
  assert_int_equal(lseek(request.sink, 0, SEEK_END), 0);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  close(request.sink);
  getrusage(RUSAGE_SELF, &after);
#ifndef VATER_SANITIZED /* whose quarantine keeps what was freed */
  assert_true(after.ru_maxrss - before.ru_maxrss < 1024);
#endif
}

static void limit_of_the_body_at_n_and_one_more(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("close-whole");
  struct vt_net_exchange *whole = live_run(net, &request);
  uint64_t size = vt_net_exchange_answer(whole)->body_bytes;
  vt_net_exchange_free(whole);
  request.body_limit = size;
  struct vt_net_exchange *fits = live_run(net, &request);
  assert_int_equal(vt_net_exchange_answer(fits)->result, VT_NET_RECEIVED);
  vt_net_exchange_free(fits);
  request.body_limit = size - 1;
  struct vt_net_exchange *over = live_run(net, &request);
  assert_string_equal(vt_net_exchange_answer(over)->error.code, "HTTP-TOOBIG");
  vt_net_exchange_free(over);
  vt_net_free(net);
}

static void H10_bombs_and_odd_encodings_are_refused(void **state)
{
  (void)state;
  live_assert_fails("bomb", "HTTP-BOMB", 1, "limit GZIP_RATIO");
  live_assert_fails("gzip-ratio", "HTTP-BOMB", 1, "limit GZIP_RATIO");
  live_assert_fails("gzip-corrupt", "HTTP-BOMB", 1, "the compressed body is corrupt");
  live_assert_fails("gzip-twice", "HTTP-BOMB", 1, "(gzip, gzip)");
  live_assert_fails("gzip-twice-lines", "HTTP-BOMB", 1, "otherwise than once by gzip");
  live_assert_fails("brotli", "HTTP-BOMB", 1, "(br)");
}

static void H11_headers_are_bounded_and_kept_as_sent(void **state)
{
  (void)state;
  struct vater_str value;
  live_assert_fails("large-headers", "HTTP-HEADERS", 1, "limit HEADER_BYTES");
  live_assert_fails("long-header", "HTTP-HEADERS", 1, "too l");
  live_assert_fails("interim", "HTTP-HEADERS", 1, "limit INTERIM_ANSWERS");
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_exchange *exchange = ask_well(net, "odd-headers", 1);
  const struct vt_net_answer *answer = vt_net_exchange_answer(exchange);
  assert_true(vt_net_answer_header(answer, "X-Escape", &value));
  assert_str(value, "\x1b[31mred");
  assert_true(vt_net_answer_header(answer, "X-Byte", &value));
  assert_str(value, "\xe6\xf8\xe5");
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void limits_of_the_head_at_n_and_one_more(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  vt_net_exchange_free(ask_well(net, "interim-most", 1));
  vt_net_exchange_free(ask_well(net, "headers-most", 1));
  vt_net_free(net);
  live_assert_fails("interim-over", "HTTP-HEADERS", 1, "limit INTERIM_ANSWERS");
  live_assert_fails("headers-over", "HTTP-HEADERS", 1, "limit HEADER_BYTES");
}

static void limit_RETRY_WAIT_SECONDS_at_n_and_one_more(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("busy-longest");
  struct vt_net_exchange *exchange;
  assert_int_equal(vt_net_submit(net, &request, &exchange, NULL), VATER_OK);
  assert_int_equal(vt_net_poll(net, 500, NULL, 0, NULL), VATER_OK);
  assert_null(vt_net_take(net)); /* it waits */
  assert_int_equal(live_counter("busy-longest", "requests"), 1);
  vt_net_free(net);
  live_assert_fails("busy-longer", "HTTP-BUSY", 1, "status 429");
}

static void limit_REFUSAL_BYTES(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("bad-request");
  request.sink = memfd_create("page", MFD_CLOEXEC);
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_int_equal(vt_net_exchange_answer(exchange)->body.len, VT_LIMIT_REFUSAL_BYTES);
  assert_int_equal(lseek(request.sink, 0, SEEK_END), 0);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
  close(request.sink);
}

static void H12_other_types_are_refused_before_their_body(void **state)
{
  (void)state;
  live_assert_fails("html", "HTTP-TYPE", 1, "(text/html; charset=utf-8)");
  live_assert_fails("latin-1", "HTTP-TYPE", 1, "(application/json; charset=iso-8859-1)");
  live_assert_fails("not-http", "HTTP-PROTOCOL", 1, "does not begin as HTTP does");
}

static void refused_credentials_are_told(void **state)
{
  (void)state;
  live_assert_fails("unauthorized", "AUTH-API", 1, "does not accept our credentials");
  live_assert_fails("forbidden", "AUTH-API", 1, "does not let us in (403)");
}

struct prepared {
  uint32_t attempts;
  int status;
};

static int prepare(void *user, struct vt_net_exchange *exchange, uint32_t attempt,
                   struct vt_error *error)
{
  struct prepared *prepared = user;
  const struct vt_net_header header = {VT_STR("Authorization"), VT_STR("Bearer x"), true};
  prepared->attempts = attempt;
  if (prepared->status != VATER_OK)
    return vt_fail(error, prepared->status, "AUTH-TOKEN", "no token");
  return vt_net_exchange_header(exchange, &header, error);
}

static void every_try_is_prepared(void **state)
{
  (void)state;
  struct prepared prepared = {0, VATER_OK};
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("failing");
  request.prepare = prepare;
  request.user = &prepared;
  int before = live_counter("failing", "authorized");
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_ptr_equal(vt_net_exchange_user(exchange), &prepared);
  assert_int_equal(prepared.attempts, 3);
  assert_int_equal(live_counter("failing", "authorized"), before + 3);
  vt_net_exchange_free(exchange);
  prepared.status = VATER_E_AUTH;
  exchange = live_run(net, &request);
  assert_string_equal(vt_net_exchange_answer(exchange)->error.code, "AUTH-TOKEN");
  assert_int_equal(vt_net_exchange_answer(exchange)->try_count, 0);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void headers_cannot_be_smuggled(void **state)
{
  (void)state;
  const struct vt_net_header bad[] = {{VT_STR("X"), VT_STR("a\r\nY: b"), false},
                                      {VT_STR("X Y"), VT_STR("a"), false},
                                      {VT_STR(""), VT_STR("a"), false}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct vt_net *net = live_net(NULL, 0);
    struct vt_net_request request = live_request("etag");
    request.headers = &bad[i];
    request.header_count = 1;
    struct vt_net_exchange *exchange = live_run(net, &request);
    assert_string_equal(vt_net_exchange_answer(exchange)->error.code, "OPS-CONFIG");
    vt_net_exchange_free(exchange);
    vt_net_free(net);
  }
}

static void http_is_spoken_to_loopback_only(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("close-plain");
  struct vt_net_exchange *exchange = NULL;
  struct vt_error error = {0};
  request.allow = VT_NET_ALLOW_LOOPBACK;
  assert_int_equal(vt_net_submit(net, &request, &exchange, &error), VATER_E_CONFIG);
  assert_string_equal(error.code, "OPS-CONFIG");
  assert_null(exchange);
  request.allow = 7;
  request.url = VT_STR("http://192.168.0.1/");
  exchange = live_run(net, &request);
  assert_string_equal(vt_net_exchange_answer(exchange)->error.code, "NET-SSRF");
  assert_non_null(
      strstr(vt_net_exchange_answer(exchange)->error.text, "http is spoken to loopback only"));
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

static void a_slow_actor_does_not_hold_up_others(void **state)
{
  (void)state;
  static const char *const ids[] = {"silent", "busy-day", "drip", "etag", "dropped", "etag"};
  enum { COUNT = sizeof ids / sizeof *ids };
  struct vt_net *net = live_net(NULL, 0);
  int64_t begun = live_now();
  uint32_t good = 0;
  for (size_t i = 0; i < COUNT; i++) {
    struct vt_net_request request = live_request(ids[i]);
    struct vt_net_exchange *exchange;
    request.user = (void *)(uintptr_t)ids[i];
    assert_int_equal(vt_net_submit(net, &request, &exchange, NULL), VATER_OK);
  }
  assert_int_equal(vt_net_pending(net), COUNT);
  while (good < 2) {
    assert_int_equal(vt_net_poll(net, 1000, NULL, 0, NULL), VATER_OK);
    for (struct vt_net_exchange *at; (at = vt_net_take(net)) != NULL; vt_net_exchange_free(at))
      good += vt_net_exchange_answer(at)->result == VT_NET_RECEIVED;
  }
  assert_true(live_now() - begun < 900);
  vt_net_free(net); /* the others are under way still */
}

static void the_run_ends_at_its_deadline(void **state)
{
  (void)state;
  static const char *const ids[] = {"silent", "drip", "dropped"};
  struct vt_net *net = live_net(NULL, 500);
  int64_t begun = live_now();
  for (size_t i = 0; i < 3; i++) {
    struct vt_net_request request = live_request(ids[i]);
    struct vt_net_exchange *exchange;
    assert_int_equal(vt_net_submit(net, &request, &exchange, NULL), VATER_OK);
  }
  for (uint32_t done = 0; done < 3;) {
    assert_int_equal(vt_net_poll(net, 5000, NULL, 0, NULL), VATER_OK);
    for (struct vt_net_exchange *at; (at = vt_net_take(net)) != NULL; vt_net_exchange_free(at)) {
      assert_string_equal(vt_net_exchange_answer(at)->error.code, "NET-DEADLINE");
      done++;
    }
  }
  assert_in_range(live_now() - begun, 490, 900);
  vt_net_free(net);
}

static void stopping_ends_all(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("silent");
  struct vt_net_exchange *exchange;
  assert_int_equal(vt_net_submit(net, &request, &exchange, NULL), VATER_OK);
  assert_int_equal(vt_net_poll(net, 100, NULL, 0, NULL), VATER_OK);
  vt_net_stop(net);
  assert_ptr_equal(vt_net_take(net), exchange);
  assert_string_equal(vt_net_exchange_answer(exchange)->error.code, "OPS-STOPPED");
  assert_int_equal(vt_net_pending(net), 0);
  vt_net_exchange_free(exchange);
  struct vt_error error = {0};
  assert_int_equal(vt_net_submit(net, &request, &exchange, &error), VATER_E_CANCELLED);
  assert_null(exchange);
  assert_string_equal(error.code, "OPS-STOPPED");
  vt_net_free(net);
}

static void watched_descriptors_end_the_wait(void **state)
{
  (void)state;
  int ends[2];
  struct vt_net *net = live_net(NULL, 0);
  assert_int_equal(pipe(ends), 0);
  struct pollfd watched[] = {{.fd = -1, .events = POLLIN}, {.fd = ends[0], .events = POLLIN}};
  int64_t begun = live_now();
  assert_int_equal(vt_net_poll(net, 50, watched, 2, NULL), VATER_OK);
  assert_int_equal(watched[1].revents, 0);
  assert_in_range(live_now() - begun, 49, 500);
  assert_int_equal(write(ends[1], "x", 1), 1);
  assert_int_equal(vt_net_poll(net, -1, watched, 2, NULL), VATER_OK);
  assert_int_equal(watched[1].revents, POLLIN);
  assert_int_equal(watched[0].revents, 0);
  close(ends[0]);
  close(ends[1]);
  vt_net_free(net);
}

static void a_body_is_posted(void **state)
{
  (void)state;
  struct vt_net *net = live_net(NULL, 0);
  struct vt_net_request request = live_request("etag");
  request.body = VT_STR("grant_type=client_credentials");
  request.body_type = VT_STR("application/x-www-form-urlencoded");
  struct vt_net_exchange *exchange = live_run(net, &request);
  assert_int_equal(vt_net_exchange_answer(exchange)->status, 200);
  vt_net_exchange_free(exchange);
  vt_net_free(net);
}

/* Hundreds of exchanges to few hosts: connections are kept, and never more than allowed. */
static void connections_are_reused_and_few(void **state)
{
  (void)state;
  enum { COUNT = 300 };
  struct vt_net_options options = live_options();
  struct vt_net *net = NULL;
  options.per_host = 4;
  assert_int_equal(vt_net_new(&options, &net, NULL), VATER_OK);
  int before = live_counter("etag", "connections");
  for (int i = 0; i < COUNT; i++) {
    struct vt_net_request request = live_request("etag");
    struct vt_net_exchange *exchange;
    assert_int_equal(vt_net_submit(net, &request, &exchange, NULL), VATER_OK);
  }
  for (int done = 0; done < COUNT;) {
    assert_int_equal(vt_net_poll(net, 5000, NULL, 0, NULL), VATER_OK);
    for (struct vt_net_exchange *at; (at = vt_net_take(net)) != NULL; vt_net_exchange_free(at)) {
      assert_int_equal(vt_net_exchange_answer(at)->result, VT_NET_RECEIVED);
      done++;
    }
  }
  assert_in_range(live_counter("etag", "connections") - before, 1, 4);
  vt_net_free(net);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_good_answer_is_told_whole),
      cmocka_unit_test(gzip_is_decoded_into_the_sink),
      cmocka_unit_test(a_known_answer_is_unchanged),
      cmocka_unit_test(H01_a_redirect_is_told_and_not_followed),
      cmocka_unit_test(H02_no_scheme_is_followed),
      cmocka_unit_test(H03_a_refusal_carries_a_masked_excerpt),
      cmocka_unit_test(H04_busy_servers_are_asked_again_as_they_wish),
      cmocka_unit_test(H04_the_wait_is_bounded_by_the_deadline),
      cmocka_unit_test(H05_server_errors_are_tried_again),
      cmocka_unit_test(H06_empty_and_204),
      cmocka_unit_test(H07_a_cut_that_shows_is_tried_again),
      cmocka_unit_test(H07_an_HTTP2_stream_that_is_reset_is_tried_again),
      cmocka_unit_test(H08_an_HTTP2_stream_without_length_proves_nothing),
      cmocka_unit_test(H08_a_cut_that_does_not_show_is_told_by_the_framing),
      cmocka_unit_test(H09_too_large_bodies_stop_at_the_cap),
      cmocka_unit_test(limit_of_the_body_at_n_and_one_more),
      cmocka_unit_test(H10_bombs_and_odd_encodings_are_refused),
      cmocka_unit_test(H11_headers_are_bounded_and_kept_as_sent),
      cmocka_unit_test(limits_of_the_head_at_n_and_one_more),
      cmocka_unit_test(limit_RETRY_WAIT_SECONDS_at_n_and_one_more),
      cmocka_unit_test(limit_REFUSAL_BYTES),
      cmocka_unit_test(H12_other_types_are_refused_before_their_body),
      cmocka_unit_test(refused_credentials_are_told),
      cmocka_unit_test(every_try_is_prepared),
      cmocka_unit_test(headers_cannot_be_smuggled),
      cmocka_unit_test(http_is_spoken_to_loopback_only),
      cmocka_unit_test(a_slow_actor_does_not_hold_up_others),
      cmocka_unit_test(the_run_ends_at_its_deadline),
      cmocka_unit_test(stopping_ends_all),
      cmocka_unit_test(watched_descriptors_end_the_wait),
      cmocka_unit_test(a_body_is_posted),
      cmocka_unit_test(connections_are_reused_and_few),
  };
  return cmocka_run_group_tests(tests, live_start, live_stop);
}

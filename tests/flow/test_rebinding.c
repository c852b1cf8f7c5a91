#include "flow/clients.h"
#include "flow/names.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

/* Rows N08 and N09 of the fault table for endpoints, token services and metadata: an address inside
 * is not called, however it is named, and whatever a name said before. */

static const struct client_actor helseid[] = {{"helseid", HELSEID, NULL, "nil", NULL, NULL}};
static const struct client_actor named[] = {
    {"maskinporten", MASKINPORTEN, "\"url\": \"https://api.world.test:{apiport}/a0/{period}\"",
     "nil", NULL, NULL}};

static struct world world;
static int inner = -1;

/* By whom nothing guards. */
static void assert_callable(void)
{
  struct sockaddr_in there;
  socklen_t len = sizeof there;
  assert_int_equal(getsockname(inner, (struct sockaddr *)&there, &len), 0);
  int caller = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_int_equal(connect(caller, (const struct sockaddr *)&there, sizeof there), 0);
  close(caller);
  assert_int_equal(names_callers(inner), 1);
}

/* `place`: whose port the listener inside has. */
static void begin_for(const char *head, const struct client_actor *actor, const char *place)
{
  char *text = clients_scenario(head, actor, 1);
  world_start(&world, text);
  free(text);
  json_t *places = rig_json(world.folder, "places.json");
  const char *url = json_string_value(json_object_get(places, place));
  inner = names_listen((unsigned)strtoul(strrchr(url, ':') + 1, NULL, 10));
  json_decref(places);
  assert_callable();
}

static void begin(const char *head)
{
  begin_for(head, helseid, "helseid");
}

/* One run: what came of the actor. An address inside was not called. */
static void expect_run(const char *delivery, const char *code, const char *text)
{
  char orgnr[10];
  clients_orgnr(0, orgnr);
  struct rig_run run = rig_vater(world.folder, clients_arguments);
  json_t *report = rig_json(world.folder, "report.json");
  world_expect(report, orgnr, delivery, code);
  if (text != NULL && !rig_contains(run.error, text))
    fail_msg("not told: %s: %s", text, run.error);
  json_decref(report);
  rig_done(&run);
  assert_int_equal(names_callers(inner), 0);
}

static void end(size_t metadata, size_t requests)
{
  json_t *seen = world_stop(&world);
  const json_t *service = json_object_get(json_object_get(seen, "issuers"), "helseid");
  assert_int_equal(json_integer_value(json_object_get(service, "metadata")), metadata);
  assert_int_equal(world_requests(seen, "helseid"), requests);
  json_decref(seen);
  close(inner);
  rig_remove(world.folder);
}

/* N08: what metadata names is guarded as what the registry names. */
static void test_N08_named_by_metadata(void **state)
{
  (void)state;
  static const char *const endpoints[] = {
      "https://" NAMES_INNER ":{port}/connect/token",
      "https://167772161:{port}/connect/token",
      "https://0xa.1:{port}/connect/token",
      "https://[::ffff:10.0.0.1]:{port}/connect/token",
      "https://inner.world.test:{port}/connect/token",
      "https://169.254.169.254/latest",
  };
  enum { COUNT = sizeof endpoints / sizeof *endpoints };
  char head[2048];
  size_t at = (size_t)snprintf(head, sizeof head,
                               "\"issuers\": {\"helseid\": {"
                               "\"metadataAnswers\": [");
  for (size_t i = 0; i < COUNT; i++)
    at += (size_t)snprintf(head + at, sizeof head - at,
                           "%s{\"change\": {\"token_endpoint\": \"%s\"}}", i > 0 ? ", " : "",
                           endpoints[i]);
  snprintf(head + at, sizeof head - at, "]}}");
  names_are(NAMES_INNER);
  begin(head);
  for (size_t i = 0; i < COUNT; i++)
    expect_run("not-delivered", "NET-SSRF", "the token service: ");
  end(COUNT, 0);
}

/* N09: the name of an actor's endpoint led outside, and then inside, first or second: the token,
 * which was had, is not sent there. */
static void test_N09_endpoint(void **state)
{
  char statuses[64];
  (void)state;
  begin_for("\"clock\": 0", named, "api");
  names_are("127.0.2.10");
  expect_run("nil", NULL, NULL);
  names_are(NAMES_INNER);
  expect_run("not-delivered", "NET-SSRF", NULL);
  names_are("127.0.2.99 " NAMES_INNER);
  expect_run("not-delivered", "NET-SSRF", NULL);
  names_are("127.0.2.10");
  expect_run("nil", NULL, NULL);
  json_t *seen = world_stop(&world);
  world_statuses(seen, "a0", statuses, sizeof statuses);
  assert_string_equal(statuses, "204 204");
  json_decref(seen);
  close(inner);
  rig_remove(world.folder);
}

/* N09: the name of the issuer, which its metadata is asked of, led outside, and then inside; or
 * leads inside with its second address, after the first does not answer. */
static void test_N09_metadata(void **state)
{
  (void)state;
  begin("\"issuers\": {\"helseid\": {\"name\": \"token.world.test\"}}");
  names_are("127.0.2.1");
  expect_run("nil", NULL, NULL);
  names_are(NAMES_INNER);
  expect_run("not-delivered", "NET-SSRF", NAMES_INNER " is a private address");
  names_are("127.0.2.99 " NAMES_INNER);
  expect_run("not-delivered", "NET-SSRF", NAMES_INNER " is a private address");
  names_are("127.0.2.1");
  expect_run("nil", NULL, NULL);
  end(2, 4);
}

/* N09: the same with the token endpoint, whose name is not the issuer's: no assertion and no proof
 * is sent inside. */
static void test_N09_token_endpoint(void **state)
{
  (void)state;
  begin("\"issuers\": {\"helseid\": {\"metadataAnswers\": [{\"change\": {\"token_endpoint\":"
        " \"https://token.world.test:{port}/connect/token\"}}]}}");
  names_are("127.0.2.1");
  expect_run("nil", NULL, NULL);
  names_are(NAMES_INNER);
  expect_run("not-delivered", "NET-SSRF", NAMES_INNER " is a private address");
  names_are("127.0.2.99 " NAMES_INNER);
  expect_run("not-delivered", "NET-SSRF", NAMES_INNER " is a private address");
  end(3, 2);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_N08_named_by_metadata), cmocka_unit_test(test_N09_endpoint),
      cmocka_unit_test(test_N09_metadata), cmocka_unit_test(test_N09_token_endpoint)};
  if (!world_installed() || !names_enter())
    return 77;
  names_serve();
  return cmocka_run_group_tests(tests, NULL, NULL);
}

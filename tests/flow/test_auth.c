#include "flow/clients.h"

#include <stdio.h>
#include <stdlib.h>

/* Token services and APIs as strict as the national ones, in whole runs. Rows A01 to A06 and T04 of
 * the fault table are here by their ids. */

/* Everybody in one run, each let in the way it wants; one token for all who share a client. */
static void test_everybody(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"helseid", HELSEID, NULL, "nil", NULL, "204"},
      {"helseid", HELSEID, NULL, "nil", NULL, "204"},
      {"helseid", HELSEID, "\"nonce\": true", "nil", NULL, "401 204"},
      {"maskinporten", MASKINPORTEN, NULL, "nil", NULL, "204"},
      {"maskinporten", MASKINPORTEN, NULL, "nil", NULL, "204"},
      {"generic", GENERIC("basic"), NULL, "nil", NULL, "204"},
      {"generic", GENERIC("post"), NULL, "nil", NULL, "204"},
      {"bearer", "{\"plugin\": \"bearer\", \"token\": {\"file\": \"secret\"}}", NULL, "nil", NULL,
       "204"},
      {"basic",
       "{\"plugin\": \"basic\", \"user\": \"vater\", \"password\": {\"file\": \"secret\"}}", NULL,
       "nil", NULL, "204"},
      {"nothing", NULL, NULL, "nil", NULL, "204"},
      {"maskinporten", HELSEID, NULL, "not-delivered", "AUTH-API", NULL}};
  json_t *seen = clients_run("\"clock\": 0", actors, sizeof actors / sizeof *actors);
  assert_int_equal(world_requests(seen, "maskinporten"), 1);
  assert_int_equal(world_requests(seen, "generic"), 2);
  json_decref(seen);
}

/* T04, the other way round: with our certificate we are let in, by Node.js in the handshake, by
 * nginx, and with a token that is bound to the certificate (RFC 8705). */
static void test_T04_client_certificate(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"nothing", MTLS, "\"at\": \"demanding\"", "nil", NULL, "204"},
      {"generic", BOUND, "\"at\": \"demanding\"", "nil", NULL, "204"},
      {"nothing", NULL, "\"at\": \"demanding\"", "not-delivered", "TLS-CLIENTCERT", ""},
      {"nothing", MTLS, "\"at\": \"nginx\"", "nil", NULL, "204"},
      {"generic", BOUND, "\"at\": \"nginx\"", "nil", NULL, "204"}};
  json_decref(clients_run("\"nginx\": true", actors, world_has_nginx() ? 5 : 3));
}

/* Five actors behind one token service that answers so; how often it may be asked. */
static void one_service(const char *answers, const char *auth, const char *delivery,
                        const char *code, size_t most)
{
  char head[1024];
  struct client_actor actors[5];
  const char *service = strstr(auth, "{maskinporten}") != NULL ? "maskinporten" : "helseid";
  for (size_t i = 0; i < 5; i++)
    actors[i] = (struct client_actor){service, auth, NULL, delivery, code, NULL};
  snprintf(head, sizeof head, "\"issuers\": {\"%s\": %s}", service, answers);
  json_t *seen = clients_run(head, actors, 5);
  if (world_requests(seen, service) > most)
    fail_msg("%s: asked %zu times, at most %zu", answers, world_requests(seen, service), most);
  json_decref(seen);
}

/* A01: a token service that does not answer as it should is asked for all at once, not by each. */
static void test_A01_service(void **state)
{
  (void)state;
  static const struct {
    const char *answers, *code;
    size_t most;
  } rows[] = {
      {"{\"answers\": [{\"status\": 500}]}", "AUTH-IDP", 3},
      {"{\"answers\": [{\"body\": \"<html>\"}]}", "AUTH-IDP", 1},
      {"{\"answers\": [{\"body\": \"[]\"}]}", "AUTH-IDP", 1},
      {"{\"answers\": [{\"body\": \"0123456789abcdef\", \"repeat\": 80000}]}", "AUTH-IDP", 3},
      {"{\"answers\": [{\"body\": \"{\\\"access_token\\\": \\\"x\\\"}\"}]}", "AUTH-TOKEN", 1},
      {"{\"answers\": [{\"body\": \"{\\\"access_token\\\": \\\"x\\\", \\\"token_type\\\":"
       " \\\"Bearer\\\"}\"}]}",
       "AUTH-TOKEN", 1},
      {"{\"metadataAnswers\": [{\"status\": 404}]}", "AUTH-IDP", 0},
      {"{\"metadataAnswers\": [{\"body\": \"{}\"}]}", "AUTH-IDP", 0}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    one_service(rows[i].answers, HELSEID, "not-delivered", rows[i].code, rows[i].most);
}

/* A02: what is wrong in the registration is told, and not asked again. */
static void test_A02_denied(void **state)
{
  (void)state;
  static const char *const wrong[] = {
      "{\"plugin\": \"oauth2\", \"profile\": \"helseid\", \"issuer\": \"{helseid}\","
      " \"clientId\": \"nobody\", \"key\": {\"file\": \"ps256.jwk\"}, \"keyId\": \"vater-ps256\","
      " \"algorithm\": \"PS256\", \"scope\": [\"nhn:vater/collect\"]}",
      "{\"plugin\": \"oauth2\", \"profile\": \"helseid\", \"issuer\": \"{helseid}\","
      " \"clientId\": \"a\", \"key\": {\"file\": \"es512.jwk\"}, \"keyId\": \"vater-ps256\","
      " \"algorithm\": \"ES512\", \"scope\": [\"nhn:vater/collect\"]}",
      "{\"plugin\": \"oauth2\", \"profile\": \"helseid\", \"issuer\": \"{helseid}\","
      " \"clientId\": \"a\", \"key\": {\"file\": \"ps256.jwk\"}, \"keyId\": \"vater-ps256\","
      " \"algorithm\": \"PS256\", \"scope\": [\"nhn:other/thing\"]}",
      "{\"plugin\": \"oauth2\", \"profile\": \"maskinporten\", \"issuer\": \"{maskinporten}\","
      " \"clientId\": \"b\", \"key\": {\"file\": \"rs256.pem\"}, \"keyId\": \"vater-rs256\","
      " \"scope\": [\"other\"]}"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    one_service("{}", wrong[i], "not-delivered", "AUTH-DENIED", 2);
}

/* A03: a nonce is answered; one that is asked for again and again is given up. */
static void test_A03_nonce(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"helseid", HELSEID, "\"nonce\": true", "nil", NULL, "401 204"},
      {"helseid", HELSEID, "\"nonce\": \"always\"", "not-delivered", "AUTH-NONCE", NULL}};
  json_t *seen = clients_run("\"clock\": 0", actors, 2);
  const json_t *asked = json_object_get(json_object_get(seen, "actors"), "a1");
  assert_in_range(json_array_size(asked), 2, 3);
  json_decref(seen);
  one_service("{\"answers\": [{\"status\": 400, \"nonce\": true,"
              " \"body\": \"{\\\"error\\\": \\\"use_dpop_nonce\\\"}\"}]}",
              HELSEID, "not-delivered", "AUTH-NONCE", 3);
}

/* A04: lifetimes that are none; one that is absurdly long does no harm; a token that is refused in
 * the middle of a run is renewed once. */
static void test_A04_lifetime(void **state)
{
  (void)state;
  static const struct {
    const char *answers, *delivery, *code;
  } rows[] = {
      {"{\"answers\": [{\"change\": {\"expires_in\": 0}}]}", "not-delivered", "AUTH-TOKEN"},
      {"{\"answers\": [{\"change\": {\"expires_in\": -5}}]}", "not-delivered", "AUTH-TOKEN"},
      {"{\"answers\": [{\"change\": {\"expires_in\": \"soon\"}}]}", "not-delivered", "AUTH-TOKEN"},
      {"{\"answers\": [{\"change\": {\"expires_in\": 1e12}}]}", "nil", NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    one_service(rows[i].answers, MASKINPORTEN, rows[i].delivery, rows[i].code, 1);
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"revoke\": true}]", "nil", NULL, "401 204"}};
  json_t *seen = clients_run("\"clock\": 0", actors, 1);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

/* A05: an API that refuses a good token: one renewal, one more try, no third; 403 is final. */
static void test_A05_refused(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN,
       "\"answers\": [{\"status\": 401}, {\"status\": 401}, {\"status\": 401}, {\"status\": 401}]",
       "not-delivered", "AUTH-API", "401 401"},
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"status\": 403}]", "not-delivered",
       "AUTH-API", "403"}};
  json_t *seen = clients_run("\"clock\": 0", actors, 2);
  assert_in_range(world_requests(seen, "maskinporten"), 1, 2);
  json_decref(seen);
}

/* A06: the other side's clock, from its Date header. */
static void test_A06_clock(void **state)
{
  (void)state;
  static const int clocks[] = {3, 30, -30, 90, -90, 600, -600};
  for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
    char head[64];
    bool near = clocks[i] == 3;
    const char *delivery = near ? "nil" : "not-delivered";
    const char *code = near ? NULL : "AUTH-CLOCK";
    const struct client_actor actors[] = {
        {"helseid", HELSEID, NULL, delivery, code, NULL},
        {"maskinporten", MASKINPORTEN, NULL, delivery, code, NULL}};
    snprintf(head, sizeof head, "\"clock\": %d", clocks[i]);
    json_decref(clients_run(head, actors, 2));
  }
}

/* ---- single flight -----------------------------------------------------------------------------
 */

enum { MANY = 1000 };

/* A thousand actors, one client: one token, after the one challenge for a nonce. */
static void test_single_flight(void **state)
{
  (void)state;
  struct client_actor *actors = calloc(MANY, sizeof *actors);
  assert_non_null(actors);
  for (size_t i = 0; i < MANY; i++)
    actors[i] = (struct client_actor){"helseid", "\"{shared}\"", NULL, "nil", NULL, "204"};
  json_t *seen =
      clients_run("\"shared\": " HELSEID ", \"configuration\": {\"inFlight\": 64}", actors, MANY);
  const json_t *issuer = json_object_get(json_object_get(seen, "issuers"), "helseid");
  assert_int_equal(json_integer_value(json_object_get(issuer, "metadata")), 1);
  assert_int_equal(json_integer_value(json_object_get(issuer, "issued")), 1);
  assert_int_equal(world_requests(seen, "helseid"), 2);
  json_decref(seen);
  free(actors);
}

/* With an argument, only the tests of that name ("test_A0*"). */
int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_everybody),    cmocka_unit_test(test_T04_client_certificate),
      cmocka_unit_test(test_A01_service),  cmocka_unit_test(test_A02_denied),
      cmocka_unit_test(test_A03_nonce),    cmocka_unit_test(test_A04_lifetime),
      cmocka_unit_test(test_A05_refused),  cmocka_unit_test(test_A06_clock),
      cmocka_unit_test(test_single_flight)};
  if (!world_installed())
    return 77;
  if (argc > 1)
    cmocka_set_test_filter(argv[1]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "flow/clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Token services and APIs as strict as the national ones, in whole runs. Rows A01 to A04, A06 and
 * T04 of the fault table are here by their ids; A05 is in test_auth_renewal.c. */

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

/* Five actors behind one token service that answers so; how often it is to be asked. What is wrong
 * is told once, and says so. */
struct service {
  const char *answers, *auth;
  const char *delivery, *code, *told; /* told: NULL where all goes well */
  size_t requests;
};

static void run_service(const struct service *row, const char *configuration)
{
  char head[2048];
  struct client_actor actors[5];
  const char *service = strstr(row->auth, "{maskinporten}") != NULL ? "maskinporten" : "helseid";
  for (size_t i = 0; i < 5; i++)
    actors[i] = (struct client_actor){service, row->auth, NULL, row->delivery, row->code, NULL};
  snprintf(head, sizeof head, "\"configuration\": {%s}, \"issuers\": {\"%s\": %s}", configuration,
           service, row->answers);
  char *error = NULL;
  json_t *seen = clients_run_told(head, actors, 5, &error);
  if (world_requests(seen, service) != row->requests)
    fail_msg("%s: asked %zu times, not %zu", row->answers, world_requests(seen, service),
             row->requests);
  const char *line = strstr(error, "level=error stage=authorize");
  if ((line != NULL) != (row->told != NULL) ||
      (row->told != NULL && !rig_contains(line, row->told)))
    fail_msg("%s: told: %s", row->answers, error);
  if (line != NULL && strstr(line + 1, "level=error stage=authorize") != NULL)
    fail_msg("%s: told twice: %s", row->answers, error);
  free(error);
  json_decref(seen);
}

static void run_services(const struct service *rows, size_t count)
{
  for (size_t i = 0; i < count; i++)
    run_service(&rows[i], "");
}

#define TOKEN(more) "{\"answers\": [{\"body\": \"{\\\"access_token\\\": \\\"x\\\"" more "}\"}]}"

/* A01: a token service that does not answer as it should is asked for all at once, not by each. */
static void test_A01_service(void **state)
{
  (void)state;
  static const struct service rows[] = {
      {"{\"answers\": [{\"status\": 500}]}", HELSEID, "not-delivered", "AUTH-IDP",
       "the token service answered 500", 3},
      {"{\"answers\": [{\"status\": 500}, {\"status\": 503}, null]}", MASKINPORTEN, "nil", NULL,
       NULL, 3},
      {"{\"answers\": [{\"body\": \"\\u0000\\u0001garbage\"}]}", HELSEID, "not-delivered",
       "AUTH-IDP", "200 with something that is no JSON object", 1},
      {"{\"answers\": [{\"body\": \"<html>Log in</html>\", \"headers\": {\"Content-Type\":"
       " \"text/html\"}}]}",
       HELSEID, "not-delivered", "AUTH-IDP", "200 with something that is no JSON object", 1},
      {"{\"answers\": [{\"body\": \"[]\"}]}", HELSEID, "not-delivered", "AUTH-IDP",
       "200 with something that is no JSON object", 1},
      {"{\"answers\": [{\"body\": \"\"}]}", HELSEID, "not-delivered", "AUTH-IDP", "", 1},
      {"{\"answers\": [{\"body\": \"0123456789abcdef\", \"repeat\": 80000}]}", HELSEID,
       "not-delivered", "AUTH-IDP", "the token service (HTTP-TOOBIG)", 1},
      {TOKEN(""), HELSEID, "not-delivered", "AUTH-TOKEN", "its token_type is not DPoP", 1},
      {TOKEN(", \\\"token_type\\\": \\\"Bearer\\\""), HELSEID, "not-delivered", "AUTH-TOKEN",
       "its token_type is not DPoP: it is not bound to our key", 1},
      {TOKEN(", \\\"token_type\\\": \\\"DPoP\\\""), MASKINPORTEN, "not-delivered", "AUTH-TOKEN",
       "its token_type is DPoP; set dpop to true", 1},
      {TOKEN(", \\\"token_type\\\": \\\"mac\\\""), MASKINPORTEN, "not-delivered", "AUTH-TOKEN",
       "its token_type is neither Bearer nor DPoP", 1},
      {"{\"answers\": [{\"body\": \"{\\\"token_type\\\": \\\"Bearer\\\"}\"}]}", MASKINPORTEN,
       "not-delivered", "AUTH-TOKEN", "the answer has no access_token", 1},
      {"{\"answers\": [{\"body\": \"{\\\"access_token\\\": \\\"a\\\\r\\\\nX-Evil: 1\\\","
       " \\\"token_type\\\": \\\"Bearer\\\"}\"}]}",
       MASKINPORTEN, "not-delivered", "AUTH-TOKEN", "it holds a character that no token may have",
       1},
      {"{\"metadataAnswers\": [{\"status\": 404}]}", HELSEID, "not-delivered", "AUTH-IDP",
       "answers 404; check issuer", 0},
      {"{\"metadataAnswers\": [{\"body\": \"{}\"}]}", HELSEID, "not-delivered", "AUTH-IDP",
       "the metadata is of issuer ''", 0},
      {"{\"metadataAnswers\": [{\"status\": 503}, {\"status\": 503}, null]}", MASKINPORTEN, "nil",
       NULL, NULL, 1}};
  run_services(rows, sizeof rows / sizeof *rows);
}

/* A01: nobody listens there. It is the service that is down, not the five actors behind it. */
static void test_A01_down(void **state)
{
  (void)state;
  static const struct service row = {
      "{}",
      "{\"plugin\": \"oauth2\", \"profile\": \"maskinporten\", \"issuer\": \"{maskinporten}\","
      " \"tokenEndpoint\": \"https://127.0.2.99:9/token\", \"clientId\": \"b\","
      " \"key\": {\"file\": \"rs256.pem\"}, \"keyId\": \"vater-rs256\","
      " \"scope\": [\"nhn:vater/collect\"]}",
      "not-delivered",
      "AUTH-IDP",
      "the token service (NET-REFUSED)",
      0};
  run_service(&row, "");
}

/* A01: it says itself when to come again; what it asks for beyond reason is not waited for. */
static void test_A01_busy(void **state)
{
  (void)state;
  static const struct service rows[] = {
      {"{\"answers\": [{\"status\": 429, \"headers\": {\"Retry-After\": \"1\"}}, null]}",
       MASKINPORTEN, "nil", NULL, NULL, 2},
      {"{\"answers\": [{\"status\": 429, \"headers\": {\"Retry-After\": \"86400\"}}]}",
       MASKINPORTEN, "not-delivered", "AUTH-IDP", "the token service answered 429", 1},
      {"{\"answers\": [{\"status\": 429, \"headers\": {\"Retry-After\": \"soon\"}}]}", MASKINPORTEN,
       "not-delivered", "AUTH-IDP", "the token service answered 429", 3}};
  run_services(rows, sizeof rows / sizeof *rows);
}

/* A01: silence, and a body that drips: all of it within the time that one job has. */
static void test_A01_slow(void **state)
{
  (void)state;
  static const struct service rows[] = {
      {"{\"answers\": [{\"body\": \"{}\", \"after\": 60000}]}", MASKINPORTEN, "not-delivered",
       "AUTH-IDP", "the token service (NET-TIMEOUT)", 1},
      {"{\"answers\": [{\"body\": \"{        }\", \"drip\": 2000}]}", MASKINPORTEN, "not-delivered",
       "AUTH-IDP", "the token service (NET-", 1}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct timespec begun, ended;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    run_service(&rows[i], "\"jobSeconds\": 4, \"slowSeconds\": 5");
    clock_gettime(CLOCK_MONOTONIC, &ended);
    assert_in_range(ended.tv_sec - begun.tv_sec, 4, 30);
  }
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
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    /* the nonce is asked for once the client is known */
    const struct service row = {
        "{}", wrong[i], "not-delivered", "AUTH-DENIED", "was refused a token (", i == 2 ? 2 : 1};
    run_service(&row, "");
  }
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
  static const struct service again[] = {
      {"{\"answers\": [{\"status\": 400, \"nonce\": true,"
       " \"body\": \"{\\\"error\\\": \\\"use_dpop_nonce\\\"}\"}]}",
       HELSEID, "not-delivered", "AUTH-NONCE", "the token service asked for a new nonce again", 2},
      {"{\"answers\": [{\"status\": 400, \"body\": \"{\\\"error\\\": \\\"use_dpop_nonce\\\"}\"}]}",
       HELSEID, "not-delivered", "AUTH-NONCE", "and gives none (DPoP-Nonce)", 1}};
  run_services(again, 2);
}

/* A03: a nonce that comes with any answer (RFC 9449 section 8.2) is that of the next request: one
 * challenge at each server, however many requests follow, of pages and of tokens. */
static void test_A03_nonce_of_a_good_answer(void **state)
{
  (void)state;
  char statuses[64];
  struct world world;
  world_start(&world, "{" CLIENTS ", \"issuers\": {\"helseid\": {\"rotate\": true}}, \"actors\": ["
                      "{\"id\": \"one\", \"orgnr\": \"983974724\", \"type\": \"trust\", \"wants\":"
                      " \"helseid\", \"nonce\": \"rotate\", \"payload\": \"helse-bergen.json\","
                      " \"next\": true, \"answers\": [null, null, {\"revoke\": true}],"
                      " \"auth\": " HELSEID "}]}");
  struct rig_run run = rig_vater(world.folder, clients_arguments);
  json_t *seen = world_stop(&world), *report = rig_json(world.folder, "report.json");
  world_expect(report, "983974724", "received", NULL);
  world_statuses(seen, "one", statuses, sizeof statuses);
  assert_string_equal(statuses, "401 200 401 204");
  json_t *nonces =
      json_object_get(json_object_get(json_object_get(seen, "issuers"), "helseid"), "nonces");
  char *taken = json_dumps(nonces, JSON_COMPACT);
  assert_string_equal(taken, "[false,true,true]");
  free(taken);
  json_decref(report);
  json_decref(seen);
  rig_done(&run);
  rig_remove(world.folder);
}

/* A04: lifetimes that are none; one that is absurdly long does no harm; a token that is refused in
 * the middle of a run is renewed once. */
static void test_A04_lifetime(void **state)
{
  (void)state;
  static const char none[] = "its expires_in is no number of seconds above 0";
  static const struct service rows[] = {
      {"{\"answers\": [{\"change\": {\"expires_in\": 0}}]}", MASKINPORTEN, "not-delivered",
       "AUTH-TOKEN", none, 1},
      {"{\"answers\": [{\"change\": {\"expires_in\": -5}}]}", MASKINPORTEN, "not-delivered",
       "AUTH-TOKEN", none, 1},
      {"{\"answers\": [{\"change\": {\"expires_in\": \"soon\"}}]}", MASKINPORTEN, "not-delivered",
       "AUTH-TOKEN", none, 1},
      {"{\"answers\": [{\"change\": {\"expires_in\": null}}]}", MASKINPORTEN, "not-delivered",
       "AUTH-TOKEN", none, 1},
      {"{\"answers\": [{\"change\": {\"expires_in\": 1e12}}]}", MASKINPORTEN, "nil", NULL, NULL, 1},
      {"{\"answers\": [{\"drop\": [\"expires_in\"], \"change\": {}}]}", MASKINPORTEN, "nil", NULL,
       NULL, 1}};
  run_services(rows, sizeof rows / sizeof *rows);
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"revoke\": true}]", "nil", NULL, "401 204"}};
  json_t *seen = clients_run("\"clock\": 0", actors, 1);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
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

/* A06: what a refusal is about is told from its code, not from its words. */
static void test_A06_by_code(void **state)
{
  (void)state;
  static const struct {
    const char *error, *code;
  } rows[] = {{"invalid_client", "AUTH-CLOCK"},
              {"invalid_grant", "AUTH-CLOCK"},
              {"invalid_scope", "AUTH-DENIED"},
              {"unauthorized_client", "AUTH-DENIED"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char head[512];
    const struct client_actor actors[] = {
        {"maskinporten", MASKINPORTEN, NULL, "not-delivered", rows[i].code, ""}};
    snprintf(head, sizeof head,
             "\"clock\": 600, \"issuers\": {\"maskinporten\": {\"answers\": [{\"status\": 400,"
             " \"body\": \"{\\\"error\\\": \\\"%s\\\", \\\"error_description\\\": \\\"client of"
             " scope x\\\"}\"}]}}",
             rows[i].error);
    json_decref(clients_run(head, actors, 1));
  }
}

/* A06: assertions are made when they are sent: a minute at most, each with an id of its own. */
static void test_A06_assertions(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"helseid", HELSEID, "\"answers\": [{\"revoke\": true}]", "nil", NULL, "401 204"},
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"revoke\": true}]", "nil", NULL, "401 204"}};
  static const char *const services[] = {"helseid", "maskinporten"};
  int64_t before = time(NULL);
  json_t *seen = clients_run("\"clock\": 0", actors, 2), *ids = json_object();
  int64_t after = time(NULL);
  for (size_t i = 0; i < 2; i++) {
    const json_t *issuer = json_object_get(json_object_get(seen, "issuers"), services[i]);
    const json_t *requests = json_object_get(issuer, "requests");
    assert_in_range(json_array_size(requests), 2, 3);
    for (size_t j = 0; j < json_array_size(requests); j++) {
      const json_t *claims = json_object_get(json_array_get(requests, j), "claims");
      json_int_t made = json_integer_value(json_object_get(claims, "iat"));
      json_int_t ends = json_integer_value(json_object_get(claims, "exp"));
      const char *id = json_string_value(json_object_get(claims, "jti"));
      assert_in_range(made, before, after);
      assert_in_range(ends - made, 5, 60);
      assert_non_null(id);
      assert_null(json_object_get(ids, id));
      json_object_set_new(ids, id, json_true());
    }
  }
  json_decref(ids);
  json_decref(seen);
}

/* ---- single flight -----------------------------------------------------------------------------
 */

enum { MANY = 1000 };

/* Scopes in another order, or twice, are the same token. */
static void test_order_of_scopes(void **state)
{
  (void)state;
#define SCOPED(list)                                                                        \
  "{\"plugin\": \"oauth2\", \"profile\": \"maskinporten\", \"issuer\": \"{maskinporten}\"," \
  " \"clientId\": \"b\", \"key\": {\"file\": \"rs256.pem\"}, \"keyId\": \"vater-rs256\","   \
  " \"scope\": [" list "]}"
  static const struct client_actor actors[] = {
      {"maskinporten", SCOPED("\"nhn:vater/collect\", \"nhn:vater/other\""), NULL, "nil", NULL,
       "204"},
      {"maskinporten", SCOPED("\"nhn:vater/other\", \"nhn:vater/collect\""), NULL, "nil", NULL,
       "204"},
      {"maskinporten", SCOPED("\"nhn:vater/other\", \"nhn:vater/collect\", \"nhn:vater/other\""),
       NULL, "nil", NULL, "204"},
      {"maskinporten", SCOPED("\"nhn:vater/collect\""), NULL, "nil", NULL, "204"}};
  json_t *seen = clients_run("\"clock\": 0", actors, 4);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

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
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_everybody),
                                     cmocka_unit_test(test_T04_client_certificate),
                                     cmocka_unit_test(test_A01_service),
                                     cmocka_unit_test(test_A01_down),
                                     cmocka_unit_test(test_A01_busy),
                                     cmocka_unit_test(test_A01_slow),
                                     cmocka_unit_test(test_A02_denied),
                                     cmocka_unit_test(test_A03_nonce),
                                     cmocka_unit_test(test_A03_nonce_of_a_good_answer),
                                     cmocka_unit_test(test_A04_lifetime),
                                     cmocka_unit_test(test_A06_clock),
                                     cmocka_unit_test(test_A06_by_code),
                                     cmocka_unit_test(test_A06_assertions),
                                     cmocka_unit_test(test_order_of_scopes),
                                     cmocka_unit_test(test_single_flight)};
  if (!world_installed())
    return 77;
  if (argc > 1)
    cmocka_set_test_filter(argv[1]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

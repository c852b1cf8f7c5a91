#include "flow/world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

/* Signed deliveries in whole runs, signed by another maker (the jose package). */

struct row {
  const char *id, *sign, *signature; /* JSON: how the actor signs, what the registry says */
  const char *delivery, *code;
};

#define KEYS "\"keys\": {\"file\": \"public.jwks\"}"

static const struct row rows[] = {
    {"es256", "{\"key\": \"es256\"}", "{" KEYS "}", "received", NULL},
    {"ps256", "{\"key\": \"ps256\"}", "{" KEYS "}", "received", NULL},
    {"rs256", "{\"key\": \"rs256\"}", "{" KEYS "}", "received", NULL},
    {"es512", "{\"key\": \"es512\", \"mediaType\": \"application/json\"}", "{" KEYS "}", "received",
     NULL},
    {"eddsa", "{\"key\": \"eddsa\"}", "{\"keys\": {\"file\": \"eddsa.pub.pem\"}}", "received",
     NULL},
    {"pem", "{\"key\": \"ps256\"}",
     "{\"algorithm\": \"PS256\", \"keys\": {\"file\": \"ps256.pub.pem\"}}", "received", NULL},
    {"detached", "{\"key\": \"es384\", \"form\": \"detached\"}",
     "{\"form\": \"detached\", " KEYS "}", "received", NULL},
    {"unencoded",
     "{\"key\": \"es256\", \"form\": \"detached\","
     " \"header\": {\"b64\": false, \"crit\": [\"b64\"]}}",
     "{\"form\": \"detached\", " KEYS "}", "received", NULL},
    {"published", "{\"key\": \"es256\"}", "{\"jwks\": \"{api}/jwks\"}", "received", NULL},
    {"again", "{\"key\": \"es384\"}", "{\"jwks\": \"{api}/jwks\"}", "received", NULL},
    {"unknown", "{\"key\": \"es256\", \"header\": {\"kid\": \"other\"}}",
     "{\"jwks\": \"{api}/jwks\"}", "refused", "AUTH-KID"},
    {"unsigned", "null", "{" KEYS "}", "refused", "AUTH-SIGNATURE"},
    {"optional", "null", "{\"required\": false, " KEYS "}", "received", NULL},
    {"tampered", "{\"key\": \"es256\", \"tamper\": true}", "{" KEYS "}", "refused",
     "AUTH-SIGNATURE"},
    {"overother", "{\"key\": \"es256\", \"tamper\": true, \"form\": \"detached\"}",
     "{\"form\": \"detached\", " KEYS "}", "refused", "AUTH-SIGNATURE"},
    {"none", "{\"key\": \"es256\", \"none\": true}", "{" KEYS "}", "refused", "AUTH-SIGNATURE"},
    {"hmac", "{\"key\": \"rs256\", \"hmac\": true}",
     "{\"algorithm\": \"RS256\", \"keys\": {\"file\": \"rs256.pub.pem\"}}", "refused", "AUTH-ALG"},
    {"wrongkey", "{\"key\": \"es256\", \"header\": {\"kid\": \"vater-eddsa\"}}", "{" KEYS "}",
     "refused", "AUTH-ALG"},
    {"claims",
     "{\"key\": \"es256\", \"header\": {\"iss\": \"a\", \"aud\": \"vater\", \"exp\": 4000000000}}",
     "{\"issuer\": \"a\", \"audience\": \"vater\", " KEYS "}", "received", NULL},
    {"expired",
     "{\"key\": \"es256\", \"header\": {\"iss\": \"a\", \"aud\": \"vater\", \"exp\": 1700000000}}",
     "{\"issuer\": \"a\", \"audience\": \"vater\", " KEYS "}", "refused", "AUTH-CLAIMS"},
};

enum { ROWS = sizeof rows / sizeof *rows, TEXT = 64 * 1024 };

/* A submission of that actor, valid as long as its year is. */
static void write_payload(const char *folder, const char *id, const char *orgnr)
{
  char name[100], text[1000];
  snprintf(name, sizeof name, "%s.json", id);
  snprintf(text, sizeof text,
           "{\"schemaVersion\": \"1.0.0\", \"submissionId\": \"%s-1\",\n"
           " \"reporter\": {\"orgnr\": \"%s\", \"name\": \"%s\"}, \"delivery\": \"partial\",\n"
           " \"period\": {\"start\": \"2025-01-01\", \"end\": \"2025-12-31\"},\n"
           " \"generatedAt\": \"2026-10-15T08:30:00Z\", \"observations\": [\n"
           "  {\"indicator\": \"G1-13\", \"period\": \"2025\", \"asOf\": \"2025-12-31\",\n"
           "   \"area\": \"1804\", \"value\": 1, \"unit\": \"yes-no\", \"status\": \"final\"}]}\n",
           orgnr, orgnr, id);
  rig_write(folder, name, text);
}

static char *scenario_of(const char *payloads, const char *jwks, const struct row *list,
                         size_t count)
{
  char *text = malloc(TEXT);
  assert_non_null(text);
  size_t at = (size_t)snprintf(text, TEXT, "{\"jwks\": %s, \"actors\": [\n", jwks);
  for (size_t i = 0; i < count; i++) {
    char orgnr[10];
    rig_orgnr(91000000 + (unsigned)i * 10, orgnr);
    write_payload(payloads, list[i].id, orgnr);
    at += (size_t)snprintf(
        text + at, TEXT - at,
        "%s{\"id\": \"%s\", \"orgnr\": \"%s\", \"wants\": \"nothing\", \"frequency\": \"year\",\n"
        "  \"payload\": \"%s/%s.json\", \"sign\": %s, \"endpoint\": {\"signature\": %s}}",
        i > 0 ? ",\n" : "", list[i].id, orgnr, payloads, list[i].id, list[i].sign,
        list[i].signature);
  }
  snprintf(text + at, TEXT - at, "]}\n");
  return text;
}

static const char *const arguments[] = {"run",         "--quiet",     "--today", "2026-11-22",
                                        "--json-file", "report.json", NULL};

/* Runs the rows; what the world has seen. */
static json_t *run_rows(const char *jwks, const struct row *list, size_t count)
{
  struct world world;
  char payloads[512];
  rig_folder(payloads, sizeof payloads);
  char *text = scenario_of(payloads, jwks, list, count);
  world_start(&world, text);
  free(text);
  struct rig_run run = rig_vater(world.folder, arguments);
  json_t *seen = world_stop(&world);
  if (run.exit_code > 2)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  json_t *report = rig_json(world.folder, "report.json");
  for (size_t i = 0; i < count; i++) {
    char orgnr[10];
    rig_orgnr(91000000 + (unsigned)i * 10, orgnr);
    world_expect(report, orgnr, list[i].delivery, list[i].code);
  }
  json_decref(report);
  rig_done(&run);
  rig_remove(world.folder);
  rig_remove(payloads);
  return seen;
}

/* Signed right, signed wrong, not signed: the delivery says so. A key set is fetched once for all
 * who sign with it, and an unknown kid does not fetch it again so soon (A11). */
static void test_signed_deliveries(void **state)
{
  (void)state;
  json_t *seen = run_rows("{}", rows, ROWS);
  assert_int_equal(json_integer_value(json_object_get(seen, "jwks")), 1);
  json_decref(seen);
}

/* A11: a key set that is down, too large, none, or one that wants a password: nobody is asked. */
static void test_A11_key_set(void **state)
{
  (void)state;
  static const struct row row[] = {
      {"down", "{\"key\": \"es256\"}", "{\"jwks\": \"{api}/jwks\"}", "refused", "AUTH-JWKS"}};
  static const char *const sets[] = {"{\"status\": 404}",
                                     "{\"body\": \"0123456789\", \"repeat\": 1048576}",
                                     "{\"body\": \"no keys\"}", "{\"body\": \"\"}",
                                     "{\"body\": \"-----BEGIN CERTIFICATE-----\\nProc-Type: 4,"
                                     "ENCRYPTED\\nDEK-Info: AES-128-CBC,"
                                     "00112233445566778899AABBCCDDEEFF\\n\\nAAAA\\n"
                                     "-----END CERTIFICATE-----\\n\"}"};
  for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
    json_t *seen = run_rows(sets[i], row, 1);
    assert_int_equal(json_integer_value(json_object_get(seen, "jwks")), 1);
    json_decref(seen);
  }
}

/* N08: an address that the endpoint may not have is not asked for keys either. */
static void test_N08_key_set(void **state)
{
  (void)state;
  static const struct row row[] = {
      {"inner", "{\"key\": \"es256\"}", "{\"jwks\": \"https://10.0.0.1/jwks\"}", "refused",
       "AUTH-JWKS"},
      {"mapped", "{\"key\": \"es256\"}", "{\"jwks\": \"https://[::ffff:10.0.0.1]/jwks\"}",
       "refused", "AUTH-JWKS"},
      {"decimal", "{\"key\": \"es256\"}", "{\"jwks\": \"https://167772161/jwks\"}", "refused",
       "AUTH-JWKS"}};
  json_t *seen = run_rows("{}", row, 3);
  assert_int_equal(json_integer_value(json_object_get(seen, "jwks")), 0);
  json_decref(seen);
}

/* Nothing to report without content cannot be signed. */
static void test_nil(void **state)
{
  (void)state;
  struct world world;
  world_start(&world, "{\"actors\": [{\"id\": \"nil\", \"orgnr\": \"958935420\", \"wants\": "
                      "\"nothing\", \"endpoint\": {\"signature\": {" KEYS "}}}]}");
  struct rig_run run = rig_vater(world.folder, arguments);
  json_decref(world_stop(&world));
  json_t *report = rig_json(world.folder, "report.json");
  world_expect(report, "958935420", "refused", "AUTH-SIGNATURE");
  json_decref(report);
  rig_done(&run);
  rig_remove(world.folder);
}

static void write_registry(const char *folder, const char *signature)
{
  json_t *root = rig_json(folder, "actors.json");
  json_t *actor = json_array_get(json_object_get(root, "actors"), 0);
  json_t *endpoint = json_array_get(json_object_get(actor, "endpoints"), 0);
  json_object_set_new(endpoint, "signature", json_loads(signature, 0, NULL));
  char *text = json_dumps(root, JSON_INDENT(1));
  rig_write(folder, "actors.json", text);
  free(text);
  json_decref(root);
}

/* The registry says what is wrong with a key before anybody is asked. */
static void test_registry(void **state)
{
  (void)state;
  static const struct {
    const char *signature, *text;
  } faults[] = {{"{}", "wanted: either 'keys' or 'jwks'"},
                {"{\"jwks\": \"https://a.example/\", " KEYS "}", "wanted: either 'keys' or 'jwks'"},
                {"{\"keys\": {\"file\": \"nowhere\"}}", "nowhere"},
                {"{\"keys\": {\"file\": \"es256.jwk\"}}", "private"},
                {"{\"keys\": {\"file\": \"ps256.pub.pem\"}}", "alg"},
                {"{\"algorithm\": \"ES384\", \"keys\": {\"file\": \"es256.pub.pem\"}}", "key"},
                {"{\"algorithm\": \"HS256\", " KEYS "}", "algorithm"}};
  struct world world;
  world_start(&world, "{\"actors\": [{\"id\": \"one\", \"orgnr\": \"958935420\","
                      " \"wants\": \"nothing\"}]}");
  json_decref(world_stop(&world));
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    write_registry(world.folder, faults[i].signature);
    struct rig_run run = rig_vater(world.folder, (const char *const[]){"actor", "verify", NULL});
    if (run.exit_code != 3 || !rig_contains(run.error, faults[i].text))
      fail_msg("row %zu: exit %d: %s%s", i, run.exit_code, run.out, run.error);
    rig_done(&run);
  }
  rig_remove(world.folder);
}

static void write_signature(const struct world *world, const char *compact, const char *detached)
{
  char *token = rig_text(world->folder, compact);
  char *first = strchr(token, '.');
  char *second = strrchr(token, '.');
  memmove(first + 1, second, strlen(second) + 1);
  rig_write(world->folder, detached, token);
  free(token);
}

/* An actor can try what it signed, compact and detached. */
static void test_check(void **state)
{
  (void)state;
  static const struct {
    const char *arguments[12];
    int exit_code;
    const char *text;
  } tries[] = {
      {{"check", "--json", "--key", "es256.pub.pem", "signed.jws"}, 0, "\"accepted\""},
      {{"check", "--json", "--key", "public.jwks", "signed.jws"}, 0, "\"accepted\""},
      {{"check", "--json", "--key", "public.jwks", "--signature", "signed.sig", "one.json"},
       0,
       "\"accepted\""},
      {{"check", "--key", "es384.pub.pem", "signed.jws"}, 1, "AUTH-ALG"},
      {{"check", "--key", "public.jwks", "one.json"}, 1, "AUTH-SIGNATURE"},
      {{"check", "--language", "nb", "--key", "public.jwks", "one.json"},
       1,
       "(innsendingen er ikke"},
      {{"check", "--key", "es256.pem", "signed.jws"}, 3, "private"},
      {{"check", "--key", "ps256.pub.pem", "signed.jws"}, 3, "alg"},
      {{"check", "--key", "public.jwks", "--algorithm", "HS256", "signed.jws"}, 64, "HS256"},
      {{"check", "--signature", "signed.sig", "one.json"}, 64, "need --key"}};
  struct world world;
  world_start(&world, "{\"signed\": {\"key\": \"es256\"}, \"actors\": [{\"id\": \"one\","
                      " \"orgnr\": \"958935420\", \"wants\": \"nothing\"}]}");
  json_decref(world_stop(&world));
  write_signature(&world, "signed.jws", "signed.sig");
  for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
    struct rig_run run = rig_vater(world.folder, tries[i].arguments);
    if (run.exit_code != tries[i].exit_code ||
        !(rig_contains(run.out, tries[i].text) || rig_contains(run.error, tries[i].text)))
      fail_msg("row %zu: exit %d: %s%s", i, run.exit_code, run.out, run.error);
    rig_done(&run);
  }
  rig_remove(world.folder);
}

/* Until the actor was asked: the run has its place in the store then. */
static void await_request(const struct world *world, const char *actor)
{
  for (int i = 0; i < 200; i++) {
    json_t *seen = world_seen(world);
    const json_t *asked = json_object_get(json_object_get(seen, "actors"), actor);
    bool found = json_array_size(asked) > 0;
    json_decref(seen);
    if (found)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
  }
  fail_msg("%s was never asked", actor);
}

/* A run goes on with the keys that it began with, or not at all. */
static void test_O06_key_file(void **state)
{
  (void)state;
  static const char *const begin[] = {"run", "--quiet", "--today", "2026-11-22", NULL};
  static const char *const again[] = {"run", "--quiet", "--resume", NULL};
  struct world world;
  int status;
  world_start(&world,
              "{\"actors\": [{\"id\": \"one\", \"orgnr\": \"983974724\","
              " \"wants\": \"nothing\", \"type\": \"trust\", \"payload\": \"helse-bergen.json\","
              " \"sign\": {\"key\": \"es256\"}, \"answers\": [{\"delay\": 10000}],"
              " \"endpoint\": {\"signature\": {\"keys\": {\"file\":"
              " \"es256.pub.pem\"}}}}]}");
  pid_t vater = rig_vater_start(world.folder, begin);
  await_request(&world, "one");
  kill(vater, SIGKILL);
  assert_int_equal(waitpid(vater, &status, 0), vater);
  char *key = rig_text(world.folder, "es256.pub.pem");
  char *other = rig_text(world.folder, "es384.pub.pem");
  rig_write(world.folder, "es256.pub.pem", other);
  struct rig_run run = rig_vater(world.folder, again);
  assert_int_equal(run.exit_code, 3);
  if (!rig_contains(run.error,
                    "OPS-PINNED: run 1 cannot go on: key file es256.pub.pem was changed"))
    fail_msg("not told: %s", run.error);
  rig_done(&run);
  rig_write(world.folder, "es256.pub.pem", key);
  run = rig_vater(world.folder, again);
  if (run.exit_code != 0)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  free(key);
  free(other);
  json_decref(world_stop(&world));
  rig_remove(world.folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_signed_deliveries), cmocka_unit_test(test_A11_key_set),
      cmocka_unit_test(test_N08_key_set),       cmocka_unit_test(test_nil),
      cmocka_unit_test(test_registry),          cmocka_unit_test(test_check),
      cmocka_unit_test(test_O06_key_file)};
  if (!world_installed())
    return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

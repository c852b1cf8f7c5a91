#include "flow/clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* `vater doctor`: one actor for each step that can fail. */

static const char scenario[] =
    "{\"actors\": [\n"
    " {\"id\": \"good\", \"orgnr\": \"983974724\", \"wants\": \"bearer\", \"type\": \"trust\",\n"
    "  \"payload\": \"helse-bergen.json\",\n"
    "  \"auth\": {\"plugin\": \"bearer\", \"token\": {\"file\": \"{folder}/secret\"}}},\n"
    " {\"id\": \"name\", \"orgnr\": \"964338531\", \"url\": \"https://nowhere.invalid/x\"},\n"
    " {\"id\": \"port\", \"orgnr\": \"940101808\", \"url\": \"https://127.0.0.9:1/x\"},\n"
    " {\"id\": \"inner\", \"orgnr\": \"974760673\", \"url\": \"https://10.0.0.1/x\"},\n"
    " {\"id\": \"tls\", \"orgnr\": \"942110464\", \"at\": \"demanding\", \"wants\": \"nothing\"},\n"
    " {\"id\": \"door\", \"orgnr\": \"972418013\", \"wants\": \"bearer\",\n"
    "  \"auth\": {\"plugin\": \"bearer\", \"token\": {\"file\": \"{folder}/wrong-secret\"}}},\n"
    " {\"id\": \"owner\", \"orgnr\": \"958935420\", \"wants\": \"nothing\",\n"
    "  \"payload\": \"helse-bergen.json\"},\n"
    " {\"id\": \"rules\", \"orgnr\": \"983974899\", \"wants\": \"nothing\", \"type\": \"trust\",\n"
    "  \"payload\": \"{payloads}/rules.json\"}]}\n";

static const char rejected[] =
    "{\"schemaVersion\": \"1.0.0\", \"submissionId\": \"r-1\",\n"
    " \"reporter\": {\"orgnr\": \"983974899\", \"name\": \"UNN\"}, \"delivery\": \"full\",\n"
    " \"period\": {\"start\": \"2026-07-01\", \"end\": \"2026-09-30\"},\n"
    " \"generatedAt\": \"2026-10-15T08:30:00Z\", \"observations\": [\n"
    "  {\"indicator\": \"G1-11\", \"period\": \"2026-07\", \"area\": \"5501\",\n"
    "   \"areaRole\": \"provider\", \"numerator\": 200, \"denominator\": 100, \"value\": 200.0,\n"
    "   \"unit\": \"percent\", \"status\": \"final\"}]}\n";

static struct world world;

/* Scenario text with the folder of payloads filled in. */
static char *fill(const char *folder)
{
  char *text = malloc(sizeof scenario + 600);
  const char *hole = strstr(scenario, "{payloads}");
  assert_non_null(text);
  assert_non_null(hole);
  snprintf(text, sizeof scenario + 600, "%.*s%s%s", (int)(hole - scenario), scenario, folder,
           hole + strlen("{payloads}"));
  return text;
}

static const json_t *step_of(const json_t *list, const char *name)
{
  const json_t *steps = json_object_get(json_array_get(list, 0), "steps");
  for (size_t i = 0; i < json_array_size(steps); i++)
    if (strcmp(json_string_value(json_object_get(json_array_get(steps, i), "step")), name) == 0)
      return json_array_get(steps, i);
  fail_msg("there is no step %s", name);
  return NULL;
}

static void expect_step(const json_t *list, const char *name, const char *state, const char *code)
{
  const json_t *step = step_of(list, name);
  const char *got = json_string_value(json_object_get(step, "code"));
  if (strcmp(json_string_value(json_object_get(step, "state")), state) != 0 ||
      (code != NULL && (got == NULL || strcmp(got, code) != 0))) {
    char *text = json_dumps(list, JSON_INDENT(1));
    fail_msg("%s is not %s %s: %s", name, state, code != NULL ? code : "", text);
  }
  if (code != NULL)
    assert_true(strlen(json_string_value(json_object_get(step, "remedy"))) > 10);
}

/* It went well, and took its time. */
static void expect_timed(const json_t *list, const char *name)
{
  const json_t *ms = json_object_get(step_of(list, name), "ms");
  expect_step(list, name, "ok", NULL);
  if (!json_is_integer(ms))
    fail_msg("%s has no time", name);
  assert_in_range(json_integer_value(ms), 0, 100000);
}

static void test_steps(void **state)
{
  (void)state;
  static const struct {
    const char *orgnr;
    int exit_code;
    const char *before, *failed, *code, *after; /* steps; NULL: not looked at */
  } rows[] = {{"983974724", 0, "rules", NULL, NULL, NULL},
              {"964338531", 2, NULL, "dns", "NET-DNS", "connect"},
              {"940101808", 2, "dns", "connect", "NET-REFUSED", "tls"},
              {"974760673", 2, "dns", "connect", "NET-SSRF", "tls"},
              {"942110464", 2, "connect", "tls", "TLS-CLIENTCERT", "http"},
              {"972418013", 2, "tls", "http", "AUTH-API", "decode"},
              {"958935420", 1, "http", "decode", "PAY-OWNER", "rules"},
              {"983974899", 1, "decode", "rules", "C-015", NULL}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct rig_run run =
        rig_vater(world.folder, (const char *const[]){"doctor", "--json", "--today", "2026-11-22",
                                                      rows[i].orgnr, NULL});
    if (run.exit_code != rows[i].exit_code)
      fail_msg("%s: exit %d: %s%s", rows[i].orgnr, run.exit_code, run.out, run.error);
    json_t *list = json_loads(run.out, 0, NULL);
    assert_int_equal(json_array_size(list), 1);
    if (rows[i].before != NULL)
      expect_step(list, rows[i].before, "ok", NULL);
    if (rows[i].failed != NULL)
      expect_step(list, rows[i].failed, "failed", rows[i].code);
    if (rows[i].after != NULL)
      expect_step(list, rows[i].after, "skipped", NULL);
    json_decref(list);
    rig_done(&run);
  }
}

/* Nothing is left behind: no store where the configuration has it. */
static void test_nothing_is_recorded(void **state)
{
  (void)state;
  char path[600];
  snprintf(path, sizeof path, "%s/vater.db", world.folder);
  struct stat info;
  assert_int_equal(stat(path, &info), -1);
}

/* What can be mailed: who was asked what and answered what, without what is secret. */
static void test_transcript(void **state)
{
  (void)state;
  struct rig_run run =
      rig_vater(world.folder, (const char *const[]){"doctor", "--transcript", "seen.txt", "--today",
                                                    "2026-11-22", "983974724", NULL});
  assert_int_equal(run.exit_code, 0);
  assert_true(rig_contains(run.out, "the certificate has"));
  assert_true(rig_contains(run.out, "vater test world < vater test world CA"));
  char *text = rig_text(world.folder, "seen.txt");
  char *secret = rig_text(world.folder, "secret");
  secret[strcspn(secret, "\n")] = '\0';
  assert_true(rig_contains(text, "> Authorization (39 bytes)"));
  assert_true(rig_contains(text, "< HTTP/1.1 200 from 127.0.2.10"));
  assert_false(rig_contains(text, secret));
  assert_false(rig_contains(run.out, secret));
  assert_false(rig_contains(run.error, secret));
  assert_false(rig_contains(text, "observations"));
  free(text);
  free(secret);
  rig_done(&run);
}

static void test_usage(void **state)
{
  (void)state;
  static const struct {
    const char *arguments[5];
    int exit_code;
    const char *text;
  } rows[] = {{{"doctor"}, 64, "organisation number"},
              {{"doctor", "999999999"}, 3, "is not in the registry; see 'vater actor list'"},
              {{"doctor", "983974724", "other"}, 3, "has no enabled endpoint other"},
              {{"doctor", "--config", "none.json", "983974724"}, 3, "none.json"},
              {{"doctor", "--help"}, 0, "usage: vater doctor"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct rig_run run = rig_vater(world.folder, rows[i].arguments);
    if (run.exit_code != rows[i].exit_code ||
        !(rig_contains(run.error, rows[i].text) || rig_contains(run.out, rows[i].text)))
      fail_msg("row %zu: exit %d: %s%s", i, run.exit_code, run.out, run.error);
    rig_done(&run);
  }
}

/* What a token service says, explained in each language. */
static void test_explain(void **state)
{
  (void)state;
  static const struct {
    const char *arguments[6], *text;
    int exit_code;
  } rows[] = {
      {{"explain", "HID-1010"}, "HID-1010 (HelseID): the client's registration does not", 0},
      {{"explain", "-l", "nb", "MP-251"},
       "MP-251 (Maskinporten): det finnes ingen delegering i Altinn fra consumerOrg til oss",
       0},
      {{"explain", "-l", "nn", "invalid_client"},
       "invalid_client (OAuth 2.0): klienten eller autentiseringa blir ikkje godteken",
       0},
      {{"explain", "--json", "MP-121"}, "\"nn\": \"den registrerte nøkkelen har gått ut", 0},
      {{"explain", "MP-25"}, "there is no code or indicator 'MP-25'; did you mean 'MP-250'?", 2}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    struct rig_run run = rig_vater(world.folder, rows[i].arguments);
    if (run.exit_code != rows[i].exit_code ||
        !(rig_contains(run.error, rows[i].text) || rig_contains(run.out, rows[i].text)))
      fail_msg("row %zu: exit %d: %s%s", i, run.exit_code, run.out, run.error);
    rig_done(&run);
  }
}

/* The world is started by the first test, which is skipped where it cannot be. */
static void test_begin(void **state)
{
  (void)state;
  static char payloads[512];
  rig_folder(payloads, sizeof payloads);
  rig_write(payloads, "rules.json", rejected);
  char *text = fill(payloads);
  world_start(&world, text);
  free(text);
  rig_remove(payloads);
}

static void test_end(void **state)
{
  (void)state;
  json_decref(world_stop(&world));
  rig_remove(world.folder);
}

/* ---- with a token service ----------------------------------------------------------------------
 */

#define AS(id, client, key)                                              \
  "{\"plugin\": \"oauth2\", \"profile\": \"helseid\", \"issuer\": \"" id \
  "\", \"clientId\": \"" client "\", \"key\": {\"file\": \"" key         \
  "\"}, \"keyId\": \"vater-ps256\","                                     \
  " \"algorithm\": \"PS256\", \"scope\": [\"nhn:vater/collect\"]}"

/* orgnr, auth, what else of the actor */
static const char *const clients[][3] = {
    {"983974724", HELSEID, "\"payload\": \"helse-bergen.json\", \"type\": \"trust\""},
    {"964338531", HELSEID, "\"nonce\": true"},
    {"940101808", HELSEID, "\"nonce\": \"always\""},
    {"974760673", AS("{helseid}", "nobody", "ps256.pem"), "\"nonce\": false"},
    {"942110464", AS("{helseid}/none", "a", "ps256.pem"), "\"nonce\": false"},
    {"972418013", AS("{helseid}", "a", "rs256.pem"), "\"nonce\": false"},
    {"958935420", AS("{helseid}/", "a", "ps256.pem"), "\"nonce\": false"},
    {"983974899", AS("https://127.0.2.77:1", "a", "ps256.pem"), "\"nonce\": false"}};

static void begin_clients(int clock)
{
  enum { ROOM = 16 * 1024 };
  char *text = malloc(ROOM);
  assert_non_null(text);
  size_t at = (size_t)snprintf(text, ROOM, "{\"clock\": %d, " CLIENTS ", \"actors\": [", clock);
  for (size_t i = 0; i < sizeof clients / sizeof *clients; i++)
    at += (size_t)snprintf(text + at, ROOM - at,
                           "%s{\"id\": \"d%zu\", \"orgnr\": \"%s\", \"wants\": \"helseid\","
                           " \"auth\": %s, %s}",
                           i > 0 ? ",\n" : "", i, clients[i][0], clients[i][1], clients[i][2]);
  snprintf(text + at, ROOM - at, "]}");
  world_start(&world, text);
  free(text);
}

static void assert_secretless(const char *text, const char *where)
{
  json_t *seen = world_seen(&world);
  const json_t *canaries = json_object_get(seen, "canaries");
  assert_true(json_array_size(canaries) > 7);
  for (size_t i = 0; i < json_array_size(canaries); i++)
    if (rig_contains(text, json_string_value(json_array_get(canaries, i))))
      fail_msg("canary %zu is in %s", i, where);
  json_decref(seen);
}

/* What the doctor finds with that actor; its standard output and transcript have no secret. */
static json_t *examine(const char *orgnr, int exit_code)
{
  struct rig_run run =
      rig_vater(world.folder, (const char *const[]){"doctor", "--json", "--transcript", "seen.txt",
                                                    "--today", "2026-11-22", orgnr, NULL});
  if (run.exit_code != exit_code)
    fail_msg("%s: exit %d: %s%s", orgnr, run.exit_code, run.out, run.error);
  char *transcript = rig_text(world.folder, "seen.txt");
  assert_secretless(transcript, "the transcript");
  assert_secretless(run.out, "standard output");
  assert_secretless(run.error, "standard error");
  json_t *list = json_loads(run.out, 0, NULL);
  assert_int_equal(json_array_size(list), 1);
  free(transcript);
  rig_done(&run);
  return list;
}

static const char *detail_of(const json_t *list, const char *name)
{
  return json_string_value(json_object_get(step_of(list, name), "detail"));
}

static void assert_detail(const json_t *list, const char *name, const char *part)
{
  if (!rig_contains(detail_of(list, name), part))
    fail_msg("%s does not say '%s': %s", name, part, detail_of(list, name));
}

/* Every step goes well, with its time; the token's claims are shown, the token is not. */
static void test_token(void **state)
{
  (void)state;
  static const char *const all[] = {"dns",   "connect", "tls",    "metadata", "token",
                                    "proof", "http",    "decode", "rules"};
  begin_clients(0);
  json_t *list = examine("983974724", 0);
  for (size_t i = 0; i < sizeof all / sizeof *all; i++)
    expect_timed(list, all[i]);
  assert_detail(list, "metadata", "/.well-known/openid-configuration");
  assert_detail(list, "token", "DPoP token for 300 s, scope nhn:vater/collect");
  assert_detail(list, "proof", "DPoP proof made for this request");
  assert_detail(list, "decode", "received, 3 observations");
  assert_detail(list, "rules", "3 blocks, 0 rejected");
  const json_t *claims = json_object_get(json_array_get(list, 0), "claims");
  assert_string_equal(json_string_value(json_object_get(claims, "client_id")), "a");
  assert_int_equal(
      strlen(json_string_value(json_object_get(json_object_get(claims, "cnf"), "jkt"))), 43);
  json_decref(list);
  list = examine("964338531", 0);
  expect_step(list, "proof", "ok", NULL);
  expect_step(list, "http", "ok", NULL);
  json_decref(list);
}

static void test_token_failures(void **state)
{
  (void)state;
  static const struct {
    const char *orgnr, *before, *failed, *code, *after, *said;
  } rows[] = {
      {"974760673", "metadata", "token", "AUTH-DENIED", "proof",
       "client 'nobody' was refused a token (invalid_client): the client or its authentication is "
       "not accepted; check clientId, key and keyId against the registration, and whether test and "
       "production are mixed up"},
      {"942110464", "tls", "metadata", "AUTH-IDP", "token",
       "/none answers 404; check issuer, and metadata (openid or oauth)"},
      {"972418013", "metadata", "token", "AUTH-DENIED", "proof", "(invalid_client): "},
      {"958935420", "tls", "metadata", "AUTH-IDP", "token",
       "compared letter by letter, a last slash too"},
      {"983974899", "tls", "metadata", "AUTH-IDP", "token",
       "the token service (NET-REFUSED): 127.0.2.77:1: the connection was refused"},
      {"940101808", "token", "proof", "AUTH-NONCE", "http", "asked for a new nonce again"}};
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    json_t *list = examine(rows[i].orgnr, 2);
    expect_step(list, rows[i].before, "ok", NULL);
    expect_step(list, rows[i].failed, "failed", rows[i].code);
    expect_step(list, rows[i].after, "skipped", NULL);
    assert_detail(list, rows[i].failed, rows[i].said);
    json_decref(list);
  }
  json_decref(world_stop(&world));
  rig_remove(world.folder);
}

/* Ten minutes apart: the clock is what is named. */
static void test_token_clock(void **state)
{
  (void)state;
  begin_clients(600);
  json_t *list = examine("983974724", 2);
  expect_step(list, "metadata", "ok", NULL);
  expect_step(list, "token", "failed", "AUTH-CLOCK");
  assert_detail(list, "token", " s behind theirs (Date header)");
  assert_true(
      rig_contains(json_string_value(json_object_get(step_of(list, "token"), "remedy")), "NTP"));
  json_decref(list);
  json_decref(world_stop(&world));
  rig_remove(world.folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_begin),
                                     cmocka_unit_test(test_steps),
                                     cmocka_unit_test(test_transcript),
                                     cmocka_unit_test(test_nothing_is_recorded),
                                     cmocka_unit_test(test_usage),
                                     cmocka_unit_test(test_explain),
                                     cmocka_unit_test(test_end),
                                     cmocka_unit_test(test_token),
                                     cmocka_unit_test(test_token_failures),
                                     cmocka_unit_test(test_token_clock)};
  if (!world_installed())
    return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

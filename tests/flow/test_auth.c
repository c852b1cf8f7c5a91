#include "flow/world.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Token services and APIs as strict as the national ones, in whole runs. Rows A01 to A06, T04, N08
 * of the fault table are here by their ids. */

enum { TEXT = 512 * 1024 };

#define CLIENTS                                                                                  \
  "\"clients\": {\"a\": {\"at\": \"helseid\", \"dpop\": true, \"keys\": [\"ps256\", \"es256\","  \
  " \"es384\"]}, \"b\": {\"at\": \"maskinporten\", \"method\": \"none\", \"keys\": [\"rs256\"]," \
  " \"grant\": \"urn:ietf:params:oauth:grant-type:jwt-bearer\"},"                                \
  " \"basic\": {\"at\": \"generic\", \"method\": \"client_secret_basic\"},"                      \
  " \"post\": {\"at\": \"generic\", \"method\": \"client_secret_post\"},"                        \
  " \"tls\": {\"at\": \"generic\", \"method\": \"tls_client_auth\", \"bound\": true}}"
#define HELSEID                                                                           \
  "{\"plugin\": \"oauth2\", \"profile\": \"helseid\", \"issuer\": \"{helseid}\","         \
  " \"clientId\": \"a\", \"key\": {\"file\": \"ps256.jwk\"}, \"keyId\": \"vater-ps256\"," \
  " \"algorithm\": \"PS256\", \"scope\": [\"nhn:vater/collect\"]}"
#define MASKINPORTEN                                                                        \
  "{\"plugin\": \"oauth2\", \"profile\": \"maskinporten\", \"issuer\": \"{maskinporten}\"," \
  " \"clientId\": \"b\", \"key\": {\"file\": \"rs256.pem\"}, \"keyId\": \"vater-rs256\","   \
  " \"scope\": [\"nhn:vater/collect\"]}"
#define GENERIC(method)                                                                    \
  "{\"plugin\": \"oauth2\", \"profile\": \"generic\", \"issuer\": \"{generic}\","          \
  " \"clientId\": \"" method "\", \"clientAuthentication\": \"client_secret_" method "\"," \
  " \"secret\": {\"file\": \"secret\"}, \"scope\": [\"nhn:vater/collect\"]}"
#define BOUND                                                                                     \
  "{\"plugin\": \"oauth2\", \"profile\": \"generic\", \"issuer\": \"{generic}\","                 \
  " \"clientId\": \"tls\", \"clientAuthentication\": \"tls_client_auth\","                        \
  " \"certificate\": {\"file\": \"client.crt\"}, \"certificateKey\": {\"file\": \"client.key\"}," \
  " \"scope\": [\"nhn:vater/collect\"]}"
#define MTLS                                                            \
  "{\"plugin\": \"mtls\", \"certificate\": {\"file\": \"client.crt\"}," \
  " \"key\": {\"file\": \"client.key\"}}"

struct actor {
  const char *wants, *auth, *more; /* more: members of the scenario's actor, or NULL */
  const char *delivery, *code;     /* what is expected */
  const char *statuses;            /* that the API gave; NULL: not looked at */
};

/* Nine digits whose last is the control digit. */
static void make_orgnr(unsigned number, char orgnr[10])
{
  static const unsigned weights[] = {3, 2, 7, 6, 5, 4, 3, 2};
  for (unsigned tried = 92000000 + number * 10;; tried++) {
    unsigned sum = 0;
    snprintf(orgnr, 10, "%08u", tried % 100000000);
    for (int i = 0; i < 8; i++)
      sum += (unsigned)(orgnr[i] - '0') * weights[i];
    unsigned control = (11 - sum % 11) % 11;
    if (control == 10)
      continue;
    orgnr[8] = (char)('0' + control);
    orgnr[9] = '\0';
    return;
  }
}

/* `head`: members of the scenario before its actors. Free it. */
static char *scenario_of(const char *head, const struct actor *actors, size_t count)
{
  char *text = malloc(TEXT);
  assert_non_null(text);
  size_t at = (size_t)snprintf(text, TEXT, "{%s, " CLIENTS ", \"actors\": [\n", head);
  for (size_t i = 0; i < count; i++) {
    char orgnr[10];
    make_orgnr((unsigned)i, orgnr);
    at += (size_t)snprintf(
        text + at, TEXT - at, "%s{\"id\": \"a%zu\", \"orgnr\": \"%s\", \"wants\": \"%s\"%s%s%s%s}",
        i > 0 ? ",\n" : "", i, orgnr, actors[i].wants, actors[i].auth != NULL ? ", \"auth\": " : "",
        actors[i].auth != NULL ? actors[i].auth : "", actors[i].more != NULL ? ", " : "",
        actors[i].more != NULL ? actors[i].more : "");
    assert_true(at < TEXT);
  }
  snprintf(text + at, TEXT - at, "]}\n");
  return text;
}

static const char *const arguments[] = {"run",         "--quiet",     "--today", "2026-11-22",
                                        "--json-file", "report.json", NULL};

static void expect(const struct world *world, const json_t *seen, const struct actor *actors,
                   size_t count)
{
  json_t *report = rig_json(world->folder, "report.json");
  for (size_t i = 0; i < count; i++) {
    char orgnr[10], id[32], statuses[64];
    make_orgnr((unsigned)i, orgnr);
    snprintf(id, sizeof id, "a%zu", i);
    world_statuses(seen, id, statuses, sizeof statuses);
    world_expect(report, orgnr, actors[i].delivery, actors[i].code);
    if (actors[i].statuses != NULL && strcmp(statuses, actors[i].statuses) != 0)
      fail_msg("a%zu saw %s, wanted %s", i, statuses, actors[i].statuses);
  }
  json_decref(report);
}

/* Runs them, holds the report against what is expected; what the world has seen. */
static json_t *run_actors(const char *head, const struct actor *actors, size_t count)
{
  struct world world;
  char *text = scenario_of(head, actors, count);
  world_start(&world, text);
  free(text);
  struct rig_run run = rig_vater(world.folder, arguments);
  json_t *seen = world_stop(&world);
  if (run.exit_code < 0 || run.exit_code > 2)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  expect(&world, seen, actors, count);
  rig_done(&run);
  rig_remove(world.folder);
  return seen;
}

/* Everybody in one run, each let in the way it wants; one token for all who share a client. */
static void test_everybody(void **state)
{
  (void)state;
  static const struct actor actors[] = {
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
  json_t *seen = run_actors("\"clock\": 0", actors, sizeof actors / sizeof *actors);
  assert_int_equal(world_requests(seen, "maskinporten"), 1);
  assert_int_equal(world_requests(seen, "generic"), 2);
  json_decref(seen);
}

/* T04, the other way round: with our certificate we are let in, by Node.js in the handshake, by
 * nginx, and with a token that is bound to the certificate (RFC 8705). */
static void test_T04_client_certificate(void **state)
{
  (void)state;
  static const struct actor actors[] = {
      {"nothing", MTLS, "\"at\": \"demanding\"", "nil", NULL, "204"},
      {"generic", BOUND, "\"at\": \"demanding\"", "nil", NULL, "204"},
      {"nothing", NULL, "\"at\": \"demanding\"", "not-delivered", "TLS-CLIENTCERT", ""},
      {"nothing", MTLS, "\"at\": \"nginx\"", "nil", NULL, "204"},
      {"generic", BOUND, "\"at\": \"nginx\"", "nil", NULL, "204"}};
  json_decref(run_actors("\"nginx\": true", actors, world_has_nginx() ? 5 : 3));
}

/* Five actors behind one token service that answers so; how often it may be asked. */
static void one_service(const char *answers, const char *auth, const char *delivery,
                        const char *code, size_t most)
{
  char head[1024];
  struct actor actors[5];
  const char *service = strstr(auth, "{maskinporten}") != NULL ? "maskinporten" : "helseid";
  for (size_t i = 0; i < 5; i++)
    actors[i] = (struct actor){service, auth, NULL, delivery, code, NULL};
  snprintf(head, sizeof head, "\"issuers\": {\"%s\": %s}", service, answers);
  json_t *seen = run_actors(head, actors, 5);
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
  static const struct actor actors[] = {
      {"helseid", HELSEID, "\"nonce\": true", "nil", NULL, "401 204"},
      {"helseid", HELSEID, "\"nonce\": \"always\"", "not-delivered", "AUTH-NONCE", NULL}};
  json_t *seen = run_actors("\"clock\": 0", actors, 2);
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
  static const struct actor actors[] = {
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"revoke\": true}]", "nil", NULL, "401 204"}};
  json_t *seen = run_actors("\"clock\": 0", actors, 1);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

/* A05: an API that refuses a good token: one renewal, one more try, no third; 403 is final. */
static void test_A05_refused(void **state)
{
  (void)state;
  static const struct actor actors[] = {
      {"maskinporten", MASKINPORTEN,
       "\"answers\": [{\"status\": 401}, {\"status\": 401}, {\"status\": 401}, {\"status\": 401}]",
       "not-delivered", "AUTH-API", "401 401"},
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"status\": 403}]", "not-delivered",
       "AUTH-API", "403"}};
  json_t *seen = run_actors("\"clock\": 0", actors, 2);
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
    const struct actor actors[] = {{"helseid", HELSEID, NULL, delivery, code, NULL},
                                   {"maskinporten", MASKINPORTEN, NULL, delivery, code, NULL}};
    snprintf(head, sizeof head, "\"clock\": %d", clocks[i]);
    json_decref(run_actors(head, actors, 2));
  }
}

/* N08: a token service at an address that the endpoint may not have, said by the registry or by
 * metadata. */
static void test_N08_token_service(void **state)
{
  (void)state;
  static const char inner[] =
      "{\"plugin\": \"oauth2\", \"profile\": \"generic\", \"tokenEndpoint\":"
      " \"https://10.0.0.1/token\", \"issuer\": \"https://10.0.0.1\", \"clientId\": \"basic\","
      " \"clientAuthentication\": \"client_secret_basic\", \"secret\": {\"file\": \"secret\"}}";
  static const struct actor actors[] = {{"generic", inner, NULL, "not-delivered", "NET-SSRF", ""}};
  json_decref(run_actors("\"clock\": 0", actors, 1));
}

/* ---- single flight -----------------------------------------------------------------------------
 */

enum { MANY = 1000 };

/* A thousand actors, one client: one token, after the one challenge for a nonce. */
static void test_single_flight(void **state)
{
  (void)state;
  struct actor *actors = calloc(MANY, sizeof *actors);
  assert_non_null(actors);
  for (size_t i = 0; i < MANY; i++)
    actors[i] = (struct actor){"helseid", "\"{shared}\"", NULL, "nil", NULL, "204"};
  json_t *seen =
      run_actors("\"shared\": " HELSEID ", \"configuration\": {\"inFlight\": 64}", actors, MANY);
  const json_t *issuer = json_object_get(json_object_get(seen, "issuers"), "helseid");
  assert_int_equal(json_integer_value(json_object_get(issuer, "metadata")), 1);
  assert_int_equal(json_integer_value(json_object_get(issuer, "issued")), 1);
  assert_int_equal(world_requests(seen, "helseid"), 2);
  json_decref(seen);
  free(actors);
}

/* ---- canaries ----------------------------------------------------------------------------------
 */

static void assert_absent(const json_t *canaries, const char *bytes, size_t size, const char *where)
{
  for (size_t i = 0; i < json_array_size(canaries); i++) {
    const char *canary = json_string_value(json_array_get(canaries, i));
    if (memmem(bytes, size, canary, strlen(canary)) != NULL)
      fail_msg("canary %zu is in %s", i, where);
  }
}

static void scan_file(const json_t *canaries, const char *path)
{
  char *bytes = malloc(32 * 1024 * 1024);
  assert_non_null(bytes);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  size_t size = 0;
  for (ssize_t got; fd >= 0 && size < 32u * 1024 * 1024 &&
                    (got = read(fd, bytes + size, 32u * 1024 * 1024 - size)) > 0;)
    size += (size_t)got;
  if (fd >= 0)
    close(fd);
  assert_absent(canaries, bytes, size, path);
  free(bytes);
}

static void scan_region(const json_t *canaries, int memory, unsigned long from, unsigned long to,
                        const char *where)
{
  size_t size = to - from;
  char *bytes = size < 256ul * 1024 * 1024 ? malloc(size) : NULL;
  if (bytes == NULL)
    return;
  ssize_t got = pread(memory, bytes, size, (off_t)from);
  if (got > 0)
    assert_absent(canaries, bytes, (size_t)got, where);
  free(bytes);
}

/* What a process may read: needs the right to look at it, which root has. */
static void scan_memory(const json_t *canaries, pid_t pid)
{
  char path[64], line[512];
  snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
  int memory = open(path, O_RDONLY | O_CLOEXEC);
  snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
  FILE *maps = fopen(path, "r");
  while (memory >= 0 && maps != NULL && fgets(line, sizeof line, maps) != NULL) {
    char *end = NULL;
    unsigned long from = strtoul(line, &end, 16), to = strtoul(end + 1, &end, 16);
    if (strncmp(end, " rw", 3) == 0)
      scan_region(canaries, memory, from, to, path);
  }
  if (maps != NULL)
    fclose(maps);
  if (memory >= 0)
    close(memory);
}

static size_t children_of(pid_t pid, pid_t *list, size_t room)
{
  char path[64], text[2048];
  size_t count = 0;
  snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
  FILE *file = fopen(path, "r");
  if (file == NULL || fgets(text, sizeof text, file) == NULL)
    text[0] = '\0';
  if (file != NULL)
    fclose(file);
  for (char *at = text, *end; count < room; at = end) {
    unsigned long child = strtoul(at, &end, 10);
    if (end == at)
      break;
    list[count++] = (pid_t)child;
  }
  return count;
}

static void scan_running(const json_t *canaries, pid_t vater)
{
  char path[64];
  pid_t zygotes[8], workers[64];
  static const char *const files[] = {"cmdline", "environ"};
  for (size_t i = 0; i < 2; i++) {
    snprintf(path, sizeof path, "/proc/%d/%s", (int)vater, files[i]);
    scan_file(canaries, path);
  }
  size_t count = children_of(vater, zygotes, 8);
  assert_int_equal(count, 1);
  scan_memory(canaries, zygotes[0]);
  count = children_of(zygotes[0], workers, 64);
  assert_true(count > 0);
  for (size_t i = 0; i < count; i++)
    scan_memory(canaries, workers[i]);
}

static void scan_folder(const json_t *canaries, const char *folder)
{
  static const char *const kept[] = {"out", "error", "report.json", "vater.db", "vater.db-wal"};
  for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
    char path[700];
    snprintf(path, sizeof path, "%s/%s", folder, kept[i]);
    scan_file(canaries, path);
  }
}

static void wait_for_workers(pid_t vater)
{
  pid_t zygotes[8], workers[8];
  for (int i = 0; i < 1500; i++) {
    if (children_of(vater, zygotes, 8) == 1 && children_of(zygotes[0], workers, 8) > 0)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
  }
  fail_msg("no worker came");
}

/* Secrets, private keys, tokens, assertions and proofs are in main's memory and nowhere else; main
 * leaves no core behind. */
static void test_canaries(void **state)
{
  (void)state;
  static const struct actor actors[] = {
      {"helseid", HELSEID,
       "\"payload\": \"helse-bergen.json\", \"next\": true, \"answers\": [null, {\"delay\": 8000}]",
       NULL, NULL, NULL},
      {"maskinporten", MASKINPORTEN, NULL, NULL, NULL, NULL},
      {"generic", GENERIC("basic"), NULL, NULL, NULL, NULL}};
  struct world world;
  int status;
  char *text = scenario_of("\"clock\": 0", actors, 3);
  world_start(&world, text);
  free(text);
  pid_t vater = rig_vater_start(world.folder, arguments);
  wait_for_workers(vater);
  nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
  json_t *seen = world_seen(&world);
  const json_t *canaries = json_object_get(seen, "canaries");
  assert_true(json_array_size(canaries) > 9);
  scan_running(canaries, vater);
  assert_int_equal(waitpid(vater, &status, 0), vater);
  json_decref(seen);
  seen = world_stop(&world);
  scan_folder(json_object_get(seen, "canaries"), world.folder);
  json_decref(seen);
  rig_remove(world.folder);
}

/* With an argument, only the tests of that name ("test_A0*"). */
int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_everybody),         cmocka_unit_test(test_T04_client_certificate),
      cmocka_unit_test(test_A01_service),       cmocka_unit_test(test_A02_denied),
      cmocka_unit_test(test_A03_nonce),         cmocka_unit_test(test_A04_lifetime),
      cmocka_unit_test(test_A05_refused),       cmocka_unit_test(test_A06_clock),
      cmocka_unit_test(test_N08_token_service), cmocka_unit_test(test_single_flight),
      cmocka_unit_test(test_canaries)};
  if (!world_installed())
    return 77;
  if (argc > 1)
    cmocka_set_test_filter(argv[1]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

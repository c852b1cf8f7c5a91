#include "flow/clients.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Servers that quote in their refusals what they were sent: secrets, assertions, proofs and tokens
 * of ours, and a person number. None of it is shown or kept. */

#define ECHO "\"answers\": [{\"status\": 400, \"echo\": true}]"
#define ECHO_401 \
  "\"answers\": [{\"status\": 401, \"echo\": true}, {\"status\": 401, \"echo\": true}]"
#define BASIC "{\"plugin\": \"basic\", \"user\": \"vater\", \"password\": {\"file\": \"secret\"}}"
#define BEARER "{\"plugin\": \"bearer\", \"token\": {\"file\": \"secret\"}}"

static size_t load(const char *folder, const char *name, char **bytes)
{
  char path[700];
  enum { ROOM = 8 * 1024 * 1024 };
  snprintf(path, sizeof path, "%s/%s", folder, name);
  *bytes = malloc(ROOM);
  assert_non_null(*bytes);
  FILE *file = fopen(path, "r");
  size_t size = file != NULL ? fread(*bytes, 1, ROOM, file) : 0;
  if (file != NULL)
    fclose(file);
  return size;
}

static void assert_clean(const json_t *canaries, const char *folder, const char *name)
{
  char *bytes;
  size_t size = load(folder, name, &bytes);
  for (size_t i = 0; i < json_array_size(canaries); i++) {
    const char *canary = json_string_value(json_array_get(canaries, i));
    if (memmem(bytes, size, canary, strlen(canary)) != NULL)
      fail_msg("canary %zu is in %s", i, name);
    /* not cut in the middle either */
    if (memmem(bytes, size, canary, strlen(canary) > 16 ? 16 : strlen(canary)) != NULL &&
        strncmp(canary, "eyJ", 3) != 0)
      fail_msg("the beginning of canary %zu is in %s", i, name);
  }
  const char *person = memmem(bytes, size, "15076500565", 11);
  if (person != NULL)
    fail_msg("a person number is in %s", name);
  static const char *const begins[] = {"eyJhbGci", "eyJ0eXAi"}; /* {"alg, {"typ */
  for (size_t i = 0; i < 2; i++)
    if (memmem(bytes, size, begins[i], strlen(begins[i])) != NULL)
      fail_msg("a token begins in %s", name);
  free(bytes);
}

static void add_encoded_password(json_t *canaries, const char *folder)
{
  static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *secret, plain[256], text[400];
  size_t size = load(folder, "secret", &secret), at = 0;
  while (size > 0 && secret[size - 1] == '\n')
    size--;
  size_t len = (size_t)snprintf(plain, sizeof plain, "vater:%.*s", (int)size, secret);
  for (size_t i = 0; i + 2 < len; i += 3) {
    unsigned word = (unsigned)(unsigned char)plain[i] << 16 |
                    (unsigned)(unsigned char)plain[i + 1] << 8 | (unsigned char)plain[i + 2];
    for (int shift = 18; shift >= 0; shift -= 6)
      text[at++] = base64[word >> shift & 63];
  }
  text[at] = '\0';
  json_array_append_new(canaries, json_string(text));
  free(secret);
}

static void run_echoing(const char *head, const struct client_actor *actors, size_t count)
{
  static const char *const kept[] = {"error",    "out",          "report.json",
                                     "vater.db", "vater.db-wal", "transcript.txt"};
  static const char *const doctor[] = {"doctor", NULL, "--transcript", "transcript.txt", NULL};
  struct world world;
  char *text = clients_scenario(head, actors, count);
  world_start(&world, text);
  free(text);
  struct rig_run run = rig_vater(world.folder, clients_arguments);
  assert_int_equal(run.exit_code, 2);
  rig_done(&run);
  char *report = rig_text(world.folder, "report.json");
  assert_true(rig_contains(report, "(secret)"));
  free(report);
  json_t *seen = world_seen(&world);
  clients_expect(&world, seen, actors, count);
  json_t *canaries = json_object_get(seen, "canaries");
  add_encoded_password(canaries, world.folder);
  for (size_t j = 0; j < sizeof kept / sizeof *kept; j++)
    assert_clean(canaries, world.folder, kept[j]);
  json_decref(seen);
  for (size_t i = 0; i < count; i++) {
    char orgnr[10];
    const char *arguments[5];
    memcpy(arguments, doctor, sizeof arguments);
    clients_orgnr((unsigned)i, orgnr);
    arguments[1] = orgnr;
    run = rig_vater(world.folder, arguments);
    rig_done(&run);
    seen = world_seen(&world);
    canaries = json_object_get(seen, "canaries");
    add_encoded_password(canaries, world.folder);
    for (size_t j = 0; j < sizeof kept / sizeof *kept; j++)
      assert_clean(canaries, world.folder, kept[j]);
    json_decref(seen);
  }
  json_decref(world_stop(&world));
  rig_remove(world.folder);
}

static void test_endpoints_that_quote(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, ECHO, "not-delivered", "HTTP-4XX", NULL},
      {"helseid", HELSEID, ECHO, "not-delivered", "HTTP-4XX", NULL},
      {"maskinporten", MASKINPORTEN, ECHO_401, "not-delivered", "AUTH-API", NULL},
      {"basic", BASIC, ECHO, "not-delivered", "HTTP-4XX", NULL},
      {"bearer", BEARER, ECHO, "not-delivered", "HTTP-4XX", NULL}};
  run_echoing("\"clock\": 0", actors, sizeof actors / sizeof *actors);
}

static void test_token_services_that_quote(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, NULL, "not-delivered", "AUTH-DENIED", ""},
      {"helseid", HELSEID, NULL, "not-delivered", "AUTH-DENIED", ""},
      {"generic", GENERIC("basic"), NULL, "not-delivered", "AUTH-DENIED", ""},
      {"generic", GENERIC("post"), NULL, "not-delivered", "AUTH-DENIED", ""}};
  run_echoing("\"issuers\": {\"maskinporten\": {\"answers\": [{\"echo\": true}]},"
              " \"helseid\": {\"answers\": [{\"echo\": true}]},"
              " \"generic\": {\"answers\": [{\"echo\": true}]}}",
              actors, sizeof actors / sizeof *actors);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_endpoints_that_quote),
                                     cmocka_unit_test(test_token_services_that_quote)};
  if (!world_installed())
    return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "flow/clients.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Tokens that are renewed in the middle of a run: what one actor's refusal costs the others
 * (nothing), how often a service is asked, and that a run ends whatever a job waits for. */

#define ALONE "\"configuration\": {\"inFlight\": 1}"
#define REFUSING "\"answers\": [{\"status\": 401}, {\"status\": 401}, {\"status\": 401}]"
#define DENIED "{\"status\": 401, \"body\": \"{\\\"error\\\": \\\"invalid_client\\\"}\"}"
#define BUSY(seconds) \
  "{\"status\": 429, \"headers\": {\"Retry-After\": \"" #seconds "\"}, \"body\": \"{}\"}"

/* The renewal is denied before the second actor's 401 is there. */
static void test_late_refusal(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, REFUSING, "not-delivered", "AUTH-DENIED", "401"},
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"delay\": 2000, \"status\": 401}]",
       "not-delivered", "AUTH-DENIED", "401"}};
  json_t *seen =
      clients_run("\"issuers\": {\"maskinporten\": {\"answers\": [null, " DENIED "]}}", actors, 2);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

/* No new token is to be had: the old one goes on for those who take it. */
static void test_refused_alone(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, REFUSING, "not-delivered", "AUTH-IDP", "401"},
      {"maskinporten", MASKINPORTEN, NULL, "nil", NULL, "204"},
      {"maskinporten", MASKINPORTEN, REFUSING, "not-delivered", "AUTH-IDP", "401"},
      {"maskinporten", MASKINPORTEN, NULL, "nil", NULL, "204"}};
  json_t *seen = clients_run(
      ALONE ", \"issuers\": {\"maskinporten\": {\"answers\": [null, " BUSY(3600) "]}}", actors, 4);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

/* Twenty who take no token at all: one renewal tells that. */
static void test_storm(void **state)
{
  (void)state;
  char more[20][96];
  struct client_actor actors[21];
  for (int i = 0; i < 20; i++) {
    snprintf(more[i], sizeof more[i],
             "\"answers\": [{\"delay\": %d, \"status\": 401},"
             " {\"status\": 401}, {\"status\": 401}]",
             100 * i);
    actors[i] = (struct client_actor){"maskinporten",  MASKINPORTEN, more[i],
                                      "not-delivered", "AUTH-API",   NULL};
  }
  actors[20] = (struct client_actor){
      "maskinporten", MASKINPORTEN, "\"answers\": [{\"delay\": 3000}]", "nil", NULL, "204"};
  json_t *seen = clients_run("\"clock\": 0", actors, 21);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

/* A05: an API that refuses a good token: one renewal, one more try, no third; 403 is final. */
static void test_A05_refused(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, REFUSING, "not-delivered", "AUTH-API", "401 401"},
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"status\": 403}]", "not-delivered",
       "AUTH-API", "403"}};
  json_t *seen = clients_run(ALONE, actors, 2);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

/* A03: ten actors behind one name, each with nonces of its own: a challenge is answered with the
 * nonce that it gave, not with what another one said meanwhile. */
static void test_A03_nonces_of_one_origin(void **state)
{
  (void)state;
  struct client_actor actors[10];
  for (int i = 0; i < 10; i++)
    actors[i] =
        (struct client_actor){"helseid", HELSEID, "\"nonce\": true", "nil", NULL, "401 204"};
  json_decref(clients_run("\"clock\": 0", actors, 10));
}

/* ---- time --------------------------------------------------------------------------------------
 */

/* A04: a token that ends while the run goes on is renewed before it ends, between jobs and between
 * the pages of one. */
static void test_A04_ends_by_time(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"delay\": 3000}]", "nil", NULL, "204"},
      {"maskinporten", MASKINPORTEN, NULL, "nil", NULL, "204"}};
  json_t *seen =
      clients_run(ALONE ", \"issuers\": {\"maskinporten\": {\"lifetime\": 2}}", actors, 2);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
  struct world world;
  char statuses[64];
  world_start(&world,
              "{" CLIENTS ", \"issuers\": {\"maskinporten\": {\"lifetime\": 2}},"
              " \"actors\": [{\"id\": \"one\", \"orgnr\": \"983974724\", \"type\": \"trust\","
              " \"wants\": \"maskinporten\", \"payload\": \"helse-bergen.json\","
              " \"next\": true, \"answers\": [{\"delay\": 3000}],"
              " \"auth\": " MASKINPORTEN "}]}");
  struct rig_run run = rig_vater(world.folder, clients_arguments);
  seen = world_stop(&world);
  json_t *report = rig_json(world.folder, "report.json");
  world_expect(report, "983974724", "received", NULL);
  world_statuses(seen, "one", statuses, sizeof statuses);
  assert_string_equal(statuses, "200 204");
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(report);
  json_decref(seen);
  rig_done(&run);
  rig_remove(world.folder);
}

/* A04: and where no other one is to be had, nobody is asked without one. */
static void test_A04_ends_for_good(void **state)
{
  (void)state;
  static const struct client_actor actors[] = {
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"delay\": 3000}]", "nil", NULL, "204"},
      {"maskinporten", MASKINPORTEN, NULL, "not-delivered", "AUTH-DENIED", ""},
      {"maskinporten", MASKINPORTEN, NULL, "not-delivered", "AUTH-DENIED", ""}};
  json_t *seen = clients_run(ALONE ", \"issuers\": {\"maskinporten\": {\"answers\":"
                                   " [{\"change\": {\"expires_in\": 2}}, " DENIED "]}}",
                             actors, 3);
  assert_int_equal(world_requests(seen, "maskinporten"), 2);
  json_decref(seen);
}

/* The time that a slow token service takes is not the actor's, at the start and in a renewal. */
static void test_time_of_the_service(void **state)
{
  (void)state;
#define SHORT "\"configuration\": {\"jobSeconds\": 5}, "
  static const struct client_actor starts[] = {
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"delay\": 2500}]", "nil", NULL, "204"}};
  json_decref(clients_run(
      SHORT "\"issuers\": {\"maskinporten\": {\"answers\": [" BUSY(3) ", null]}}", starts, 1));
  static const struct client_actor renews[] = {
      {"maskinporten", MASKINPORTEN, "\"answers\": [{\"revoke\": true}, {\"delay\": 2500}]", "nil",
       NULL, "401 204"}};
  json_decref(
      clients_run(SHORT "\"issuers\": {\"maskinporten\": {\"answers\": [null, " BUSY(3) ", null]}}",
                  renews, 1));
}

/* ---- the end of a run --------------------------------------------------------------------------
 */

static char *waiting_scenario(const char *configuration, const char *seconds)
{
  static const struct client_actor actors[] = {{"maskinporten", MASKINPORTEN,
                                                "\"answers\": [{\"delay\": 2500, \"status\": 401}]",
                                                NULL, NULL, NULL}};
  char head[512];
  snprintf(head, sizeof head,
           "\"configuration\": {%s}, \"issuers\": {\"maskinporten\": {\"answers\":"
           " [null, {\"status\": 429, \"headers\": {\"Retry-After\": \"%s\"}}]}}",
           configuration, seconds);
  return clients_scenario(head, actors, 1);
}

static void await_requests(const struct world *world, size_t wanted)
{
  for (int i = 0; i < 300; i++) {
    json_t *seen = world_seen(world);
    size_t count = world_requests(seen, "maskinporten");
    json_decref(seen);
    if (count >= wanted)
      return;
    nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
  }
  fail_msg("the token service was not asked %zu times", wanted);
}

static int64_t now_seconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec;
}

/* A job that waits for a token that comes in a minute is no reason to stay. */
static void test_signal_while_waiting(void **state)
{
  (void)state;
  static const char *const arguments[] = {"run", "--quiet", "--today", "2026-11-22", NULL};
  struct world world;
  char *scenario = waiting_scenario("", "60");
  world_start(&world, scenario);
  free(scenario);
  pid_t pid = rig_vater_start(world.folder, arguments);
  await_requests(&world, 2);
  int64_t begun = now_seconds();
  int status;
  assert_int_equal(kill(pid, SIGTERM), 0);
  assert_int_equal(waitpid(pid, &status, 0), pid);
  assert_in_range(now_seconds() - begun, 0, 10);
  assert_true(WIFEXITED(status));
  assert_int_equal(WEXITSTATUS(status), 2);
  json_decref(world_stop(&world));
  rig_remove(world.folder);
}

static void test_deadline_while_waiting(void **state)
{
  (void)state;
  struct world world;
  char orgnr[10];
  char *scenario = waiting_scenario("\"runSeconds\": 8", "7");
  world_start(&world, scenario);
  free(scenario);
  int64_t begun = now_seconds();
  struct rig_run run = rig_vater(world.folder, clients_arguments);
  assert_in_range(now_seconds() - begun, 0, 30);
  json_decref(world_stop(&world));
  json_t *report = rig_json(world.folder, "report.json");
  clients_orgnr(0, orgnr);
  world_expect(report, orgnr, "not-delivered", "NET-DEADLINE");
  json_decref(report);
  rig_done(&run);
  rig_remove(world.folder);
}

/* With an argument, only the tests of that name ("test_A0*"). */
int main(int argc, char **argv)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_late_refusal),
                                     cmocka_unit_test(test_refused_alone),
                                     cmocka_unit_test(test_storm),
                                     cmocka_unit_test(test_A05_refused),
                                     cmocka_unit_test(test_A03_nonces_of_one_origin),
                                     cmocka_unit_test(test_A04_ends_by_time),
                                     cmocka_unit_test(test_A04_ends_for_good),
                                     cmocka_unit_test(test_time_of_the_service),
                                     cmocka_unit_test(test_signal_while_waiting),
                                     cmocka_unit_test(test_deadline_while_waiting)};
  if (!world_installed())
    return 77;
  if (argc > 1)
    cmocka_set_test_filter(argv[1]);
  return cmocka_run_group_tests(tests, NULL, NULL);
}

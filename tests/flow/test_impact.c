/* `vater rules impact`: two nights in a real store, replayed against changed rules. */
#include "flow/packs.h"
#include "flow/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define RULE(code, indicator, scope, severity, expression)                         \
  "{\"code\":\"" code "\",\"appliesTo\":[\"" indicator "\"],\"scope\":\"" scope    \
  "\",\"severity\":\"" severity "\",\"missing\":\"skip\",\"assert\":\"" expression \
  "\",\"message\":" TEXTS("m") ",\"remedy\":" TEXTS("r") ",\"reference\":\"t\",\"examples\":{}}"
/* Upper bound (error), lower bound (warning), one for an indicator that nobody reports, one over
 * time. */
#define PACK(most, least)                                                                                                                     \
  "{\"pack\":\"p\",\"version\":\"1\",\"title\":" TEXTS("P") ",\"indicators\":[" INDICATOR("T-01") "," INDICATOR("T-02") "],\"rules\":[" RULE( \
      "S-001", "T-01", "observation", "error",                                                                                                \
      "obs.value <= " most) "," RULE("S-002", "T-01", "observation", "warning",                                                               \
                                     "obs.value >= " least) "," RULE("S-003", "T-02",                                                         \
                                                                     "observation", "error",                                                  \
                                                                     "obs.value >= "                                                          \
                                                                     "0.0") "," RULE("S-004",                                                 \
                                                                                     "T-01",                                                  \
                                                                                     "series",                                                \
                                                                                     "warning",                                               \
                                                                                     "obs.value "                                             \
                                                                                     ">= "                                                    \
                                                                                     "previous."                                              \
                                                                                     "value") "]}"

/* A published test number, as in the fixtures. */
#define PERSON "13097248022"

static const struct {
  const char *orgnr, *first, *second; /* values of the two nights */
} actors[] = {{"974749025", "10", "10"}, {"974767880", "20", "20"}, {"983971709", "45", "45"},
              {"983974724", "48", "48"}, {"983974732", "60", "60"}, {"983974880", "30", "55"}};
enum { ACTORS = sizeof actors / sizeof *actors };
#define LEAKING "983974899"
#define GONE "983975240"

static json_t *answer_of(const char *orgnr, const char *extra, const char *period,
                         const char *value)
{
  char text[600];
  snprintf(text, sizeof text,
           "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"%s\"},%s\"generatedAt\":"
           "\"2026-10-02T08:00:00Z\",\"observations\":[{\"indicator\":\"T-01\",\"period\":\"%s\","
           "\"area\":\"46\",\"value\":%s,\"unit\":\"count\",\"status\":\"final\"}]}",
           orgnr, extra, period, value);
  return json_pack("{s:[{s:s}]}", "body", "text", text);
}

static void add_actor(json_t *list, const char *orgnr, const char *extra, const char *first,
                      const char *second)
{
  char address[32], name[32];
  snprintf(address, sizeof address, "127.0.0.%d", 11 + (int)json_array_size(list));
  snprintf(name, sizeof name, "Trust %d", 1 + (int)json_array_size(list));
  json_array_append_new(
      list, json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:[]},s:{s:s},s:{s:s,s:[o,o]},s:{}}",
                      "id", orgnr, "about", "two nights", "address", address, "actor", "orgnr",
                      orgnr, "name", name, "type", "trust", "language", "nb", "contact",
                      "x@trust.example", "obligations", "endpoint", "url", "{origin}/{period}",
                      "serve", "by", "web", "answers", answer_of(orgnr, extra, "2026-09", first),
                      answer_of(orgnr, extra, "2026-10", second), "expect"));
}

static void write_json(const char *folder, const char *name, json_t *value)
{
  char *text = json_dumps(value, JSON_INDENT(1));
  rig_write(folder, name, text);
  free(text);
  json_decref(value);
}

static void write_table(const char *folder)
{
  json_t *list = json_array();
  for (size_t i = 0; i < ACTORS; i++)
    add_actor(list, actors[i].orgnr, "", actors[i].first, actors[i].second);
  add_actor(list, LEAKING, "\"comment\":\"" PERSON "\",", "20", "20");
  add_actor(list, GONE, "", "20", "20");
  write_json(folder, "table.json", json_pack("{s:o}", "actors", list));
}

static void make_packs(const char *folder, const char *name, const char *pack, bool schemas)
{
  char command[1600], file[64];
  snprintf(command, sizeof command, "%s/%s", folder, name);
  assert_int_equal(mkdir(command, 0755), 0);
  snprintf(command, sizeof command, "cp -r %s/rules/schemas %s/%s/", VATER_SOURCE_DIR, folder,
           name);
  if (schemas)
    assert_int_equal(system(command), 0);
  snprintf(file, sizeof file, "%s/p.json", name);
  rig_write(folder, file, pack);
}

static void run_night(const char *folder, const char *today)
{
  struct rig_run run =
      rig_vater(folder, (const char *const[]){"run", "--quiet", "--today", today, NULL});
  if (run.exit_code != 1)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
}

static void forget_actor(const char *folder, const char *orgnr)
{
  json_t *registry = rig_json(folder, "actors.json");
  json_t *list = json_object_get(registry, "actors");
  for (size_t i = 0; i < json_array_size(list); i++)
    if (strcmp(json_string_value(json_object_get(json_array_get(list, i), "orgnr")), orgnr) == 0)
      json_array_remove(list, i--);
  write_json(folder, "actors.json", registry);
}

/* Two nights by a pack whose bounds are 15 and 50; then one actor leaves. */
static int begin(void **state)
{
  static char folder[512];
  rig_folder(folder, sizeof folder);
  char table[600], option[] = "--table";
  write_table(folder);
  snprintf(table, sizeof table, "%s/table.json", folder);
  pid_t fixtures = rig_fixtures(folder, (char *const[]){option, table, NULL});
  make_packs(folder, "packs", PACK("50.0", "15.0"), true);
  json_t *configuration = rig_json(folder, "vater.json");
  json_object_set_new(configuration, "rules", json_string("packs"));
  write_json(folder, "vater.json", configuration);
  run_night(folder, "2026-10-05");
  run_night(folder, "2026-11-05");
  rig_stop(fixtures);
  forget_actor(folder, GONE);
  make_packs(folder, "changed", PACK("44.0", "5.0"), false);
  *state = folder;
  return 0;
}

static int end(void **state)
{
  rig_remove(*state);
  return 0;
}

static void expect_run(const char *folder, const char *const *arguments, int exit_code,
                       const char *out, const char *error)
{
  struct rig_run run = rig_vater(folder, arguments);
  if (out != NULL)
    assert_string_equal(run.out, out);
  if (!rig_contains(run.error, error))
    fail_msg("no '%s' in '%s'", error, run.error);
  if (run.exit_code != exit_code)
    fail_msg("exit %d, wanted %d: %s%s", run.exit_code, exit_code, run.out, run.error);
  rig_done(&run);
}

/* Both the upper bound that is lowered and the lower one tell whom they hit, by name. */
static void test_bounds(void **state)
{
  expect_run(*state, (const char *const[]){"rules", "impact", "--rules", "changed", NULL}, 0,
             "6 deliveries of 6 actors judged by both, 2 not judged\n"
             "verdicts: newly rejected 2 of 4 (50.0 %), no longer rejected 0\n"
             "  newly rejected       983971709 Trust 3, T-01 2026-10\n"
             "  newly rejected       983974724 Trust 4, T-01 2026-10\n"
             "S-001 (error): newly fails 2 of 4 (50.0 %), newly passes 0\n"
             "  newly fails    983971709 Trust 3, T-01 2026-10\n"
             "  newly fails    983974724 Trust 4, T-01 2026-10\n"
             "S-002 (warning): newly fails 0 of 5 (0.0 %), newly passes 1\n"
             "  newly passes   974749025 Trust 1, T-01 2026-10\n"
             "decided nothing in these deliveries (1): S-003\n"
             "not judged (2):\n"
             "  983974899/indicators of run 2: its payload was dropped: person numbers (PAY-PII)\n"
             "  983975240/indicators of run 2: the actor is not in the registry any more\n",
             "");
}

/* Rules over time and actors are asked about what the nights brought, and what was known then: of
 * the last night five trusts' figures were taken, none of which had risen. */
static void test_over_time_and_actors(void **state)
{
  static const char wide[] =
      "{\"pack\":\"p\",\"version\":\"1\",\"title\":" TEXTS("P") ",\"indicators\":[" INDICATOR(
          "T-"
          "01") "," INDICATOR("T-02") "],\"rules\":[" RULE("S-001", "T-01", "observation", "error",
                                                           "obs.value <= 50.0") "," RULE("S-002",
                                                                                         "T-01",
                                                                                         "observati"
                                                                                         "on",
                                                                                         "warning",
                                                                                         "obs."
                                                                                         "value >= "
                                                                                         "15.0") "," RULE("S-004",
                                                                                                          "T-01",
                                                                                                          "series",
                                                                                                          "warning",
                                                                                                          "obs.value > "
                                                                                                          "previous.value "
                                                                                                          "|| obs.value > "
                                                                                                          "40.0") "," RULE("S-005",
                                                                                                                           "T-01",
                                                                                                                           "indicator",
                                                                                                                           "warning",
                                                                                                                           "actors.size() < 10 - 5") "]}";
  make_packs(*state, "wide", wide, false);
  expect_run(*state, (const char *const[]){"rules", "impact", "--rules", "wide", NULL}, 1,
             "6 deliveries of 6 actors judged by both, 2 not judged\n"
             "verdicts: newly rejected 0 of 4 (0.0 %), no longer rejected 0\n"
             "S-004 (warning): newly fails 3 of 5 observations (60.0 %), newly passes 0\n"
             "  newly fails    974749025 Trust 1, T-01 2026-10 46\n"
             "  newly fails    974767880 Trust 2, T-01 2026-10 46\n"
             "  newly fails    983975240, T-01 2026-10 46\n"
             "  RULE-MASSFAIL: more than 50 % of those that it did not fail before\n"
             "S-005 (warning): newly fails 1 of 1 period (100.0 %), newly passes 0\n"
             "  newly fails    T-01 2026-10\n"
             "  RULE-MASSFAIL: more than 50 % of those that it did not fail before\n"
             "not judged (2):\n"
             "  983974899/indicators of run 2: its payload was dropped: person numbers (PAY-PII)\n"
             "  983975240/indicators of run 2: the actor is not in the registry any more\n"
             "beyond the threshold of 50 %\n",
             "");
  struct rig_run run =
      rig_vater(*state, (const char *const[]){"rules", "impact", "--rules", "wide", "--since",
                                              "2026-10-05", "--json", NULL});
  assert_int_equal(run.exit_code, 1);
  json_t *told = json_loads(run.out, 0, NULL);
  json_t *rule = json_array_get(json_object_get(told, "rules"), 0);
  assert_string_equal(json_string_value(json_object_get(rule, "code")), "S-004");
  assert_string_equal(json_string_value(json_object_get(rule, "of")), "observations");
  /* of the first night the two above 40, which need no earlier figure */
  assert_int_equal(json_integer_value(json_object_get(rule, "decided")), 5 + 2);
  json_decref(told);
  rig_done(&run);
}

/* A store alone knows the actors and the rules of its last run: also the actor who has left. */
static void test_store_alone(void **state)
{
  char elsewhere[600], store[600], changed[600];
  snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", (const char *)*state);
  snprintf(store, sizeof store, "%s/vater.db", (const char *)*state);
  snprintf(changed, sizeof changed, "%s/changed", (const char *)*state);
  assert_int_equal(mkdir(elsewhere, 0755), 0);
  struct rig_run run = rig_vater(elsewhere, (const char *const[]){"rules", "impact", "--rules",
                                                                  changed, "--store", store, NULL});
  assert_int_equal(run.exit_code, 0);
  assert_true(rig_contains(run.error, "actors and rules in force are those of run 2"));
  assert_true(rig_contains(run.out, "7 deliveries of 7 actors judged by both, 1 not judged\n"
                                    "verdicts: newly rejected 2 of 5 (40.0 %)"));
  rig_done(&run);
  expect_run(
      elsewhere,
      (const char *const[]){"rules", "impact", "--rules", changed, "--store", "none.db", NULL}, 2,
      "", "none.db");
}

/* A rule that newly fails more of those that passed than the threshold allows is flagged. */
static void test_R07_RULE_MASSFAIL(void **state)
{
  struct rig_run run =
      rig_vater(*state, (const char *const[]){"rules", "impact", "--rules", "changed",
                                              "--threshold", "49.9", NULL});
  assert_int_equal(run.exit_code, 1);
  assert_true(rig_contains(
      run.out, "  RULE-MASSFAIL: more than 49.9 % of those that it did not fail before\nS-002"));
  assert_true(rig_contains(run.out, "\nbeyond the threshold of 49.9 %\n"));
  rig_done(&run);
  expect_run(
      *state,
      (const char *const[]){"rules", "impact", "--rules", "changed", "--threshold", "50", NULL}, 0,
      NULL, "");
}

/* A rule that was never executed is told; one that can never fire is lint's (tools.md). */
static void test_R08_never_executed(void **state)
{
  struct rig_run run = rig_vater(
      *state, (const char *const[]){"rules", "impact", "--rules", "changed", "--json", NULL});
  json_t *told = json_loads(run.out, 0, NULL);
  json_t *silent = json_object_get(told, "decidedNothing");
  assert_int_equal(json_array_size(silent), 1);
  assert_string_equal(json_string_value(json_array_get(silent, 0)), "S-003");
  json_decref(told);
  rig_done(&run);
}

/* All since a day, repeated payloads once: 983974880 delivered 30, then 55. */
static void test_since(void **state)
{
  struct rig_run run =
      rig_vater(*state, (const char *const[]){"rules", "impact", "--rules", "packs", "--since",
                                              "2026-10-05", "--json", NULL});
  assert_int_equal(run.exit_code, 0);
  json_t *told = json_loads(run.out, 0, NULL);
  assert_int_equal(json_integer_value(json_object_get(told, "deliveries")), 2 * ACTORS);
  assert_int_equal(json_integer_value(json_object_get(told, "actors")), ACTORS);
  assert_int_equal(json_array_size(json_object_get(told, "rules")), 0);
  assert_int_equal(json_array_size(json_object_get(told, "notJudged")), 4);
  json_decref(told);
  rig_done(&run);
}

/* The same bytes whichever worker is ready first. */
static void test_json(void **state)
{
  const char *const arguments[] = {"rules",   "impact",     "--rules", "changed",
                                   "--since", "2026-10-05", "--json",  NULL};
  struct rig_run first = rig_vater(*state, arguments);
  assert_int_equal(first.exit_code, 0);
  for (int i = 0; i < 3; i++) {
    struct rig_run again = rig_vater(*state, arguments);
    assert_string_equal(again.out, first.out);
    rig_done(&again);
  }
  json_t *told = json_loads(first.out, 0, NULL);
  json_t *rule = json_array_get(json_object_get(told, "rules"), 0);
  char *text = json_dumps(rule, JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(3));
  assert_string_equal(text,
                      "{\"beyondThreshold\":false,\"code\":\"S-001\",\"decided\":6,\"newlyFail\":["
                      "{\"name\":\"Trust 3\",\"orgnr\":\"983971709\",\"where\":\"T-01 2026-09\"},"
                      "{\"name\":\"Trust 4\",\"orgnr\":\"983974724\",\"where\":\"T-01 2026-09\"}],"
                      "\"newlyFailing\":2,\"newlyPass\":[],\"newlyPassing\":0,\"newlyUndecided\":0,"
                      "\"of\":\"actors\",\"passedBefore\":4,\"severity\":\"error\",\"share\":0.5}");
  free(text);
  json_decref(told);
  rig_done(&first);
}

static void test_refused(void **state)
{
  expect_run(*state, (const char *const[]){"rules", "impact", NULL}, 64, "",
             "impact wants the folder of changed packs: --rules NEW");
  expect_run(
      *state,
      (const char *const[]){"rules", "impact", "--rules", "changed", "--threshold", "x", NULL}, 64,
      "", "'x' is no threshold; wanted: percent, 0 to 100");
  expect_run(
      *state,
      (const char *const[]){"rules", "impact", "--rules", "changed", "--since", "2027-01-01", NULL},
      2, NULL, "no stored payload could be judged");
  make_packs(*state, "broken", PACK("'a'", "5.0"), false);
  expect_run(*state, (const char *const[]){"rules", "impact", "--rules", "broken", NULL}, 3, "",
             "RULE-LOAD");
}

/* The console block of docs/rules.md, with what it prints. */
static void test_page(void **state)
{
  static const char fence[] = "\n```text\n";
  char command[1200];
  char *page = rig_text(VATER_SOURCE_DIR "/docs", "rules.md");
  char *block = strstr(page, "\n## Whom a change would hit\n");
  assert_non_null(block);
  block = strstr(block, fence);
  assert_non_null(block);
  block += strlen(fence);
  char *fenced = strstr(block, "```");
  assert_non_null(fenced);
  *fenced = '\0';
  rig_write(*state, "steps", block);
  snprintf(command, sizeof command,
           "cd %s && vater() { %s \"$@\"; } && grep '^\\$ ' steps | while IFS= read -r line; "
           "do printf '%%s\\n' \"$line\"; eval \"${line#??}\"; done >told; diff -u steps told",
           (const char *)*state, VATER_BINARY);
  assert_int_equal(system(command), 0);
  free(page);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_bounds),
                                     cmocka_unit_test(test_over_time_and_actors),
                                     cmocka_unit_test(test_store_alone),
                                     cmocka_unit_test(test_R07_RULE_MASSFAIL),
                                     cmocka_unit_test(test_R08_never_executed),
                                     cmocka_unit_test(test_since),
                                     cmocka_unit_test(test_json),
                                     cmocka_unit_test(test_refused),
                                     cmocka_unit_test(test_page)};
  return cmocka_run_group_tests(tests, begin, end);
}

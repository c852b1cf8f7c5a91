#include "flow/packs.h"
#include "flow/rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define RULE(code, scope, expression, message)                                  \
  "{\"code\":\"" code "\",\"appliesTo\":[\"T-01\",\"T-02\"],\"scope\":\"" scope \
  ",\"severity\":\"warning\",\"missing\":\"skip\",\"assert\":\"" expression     \
  "\",\"message\":" TEXTS(message) ",\"remedy\":" TEXTS(                        \
      "Look") ",\"reference\":\"t\",\"examples\":{}}"
#define PACK(rules)                                                                           \
  "{\"pack\":\"wide\",\"version\":\"1\",\"title\":" TEXTS("P") ",\"indicators\":[" INDICATOR( \
      "T-01") "," INDICATOR("T-02") "],\"rules\":[" rules "]}"

static const char three_rules[] = PACK(RULE(
    "S-001", "series\"", "obs.value - previous.value <= 20.0",
    "{previous.value} to {obs.value}") "," RULE("S-002", "indicator\"",
                                                "expected.all(e, actors.exists(a, a.actor == "
                                                "e.orgnr))",
                                                "{actors.size()} of {expected.size()} in "
                                                "{actors[0].period}") "," RULE("S-003",
                                                                               "indicator\","
                                                                               "\"per\":"
                                                                               "\"observation\"",
                                                                               "obs.value <= 1.9 * "
                                                                               "median(actors.map("
                                                                               "a, a.value))",
                                                                               "{obs.value} of "
                                                                               "{actors.size()}"));

/* One observation of each indicator; `extra` goes before them. */
#define ROW(id, period, value)                                                           \
  "{\"indicator\":\"" id "\",\"period\":\"" period "\",\"area\":\"46\",\"value\":" value \
  ",\"unit\":\"count\",\"status\":\"final\"}"
#define DELIVERY(orgnr, extra, period, value)                                            \
  "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"" orgnr "\"},\"generatedAt\":" \
  "\"2026-10-02T08:00:00Z\",\"observations\":[" extra ROW("T-01", period,                \
                                                          value) "," ROW("T-02", period, "1") "]}"
#define WITHDRAW                                                                            \
  "{\"indicator\":\"T-01\",\"period\":\"2026-09\",\"area\":\"46\",\"action\":\"withdraw\"," \
  "\"reason\":"                                                                             \
  "\"Feil.\"},"

#define FIRST "983974724"
#define SECOND "983974899"
#define THIRD "983971709"

/* What the actors answer, one after the other. */
static const struct {
  const char *orgnr, *answers[2];
} actors[] = {
    {FIRST, {DELIVERY(FIRST, "", "2026-09", "50"), DELIVERY(FIRST, "", "2026-10", "90")}},
    {SECOND, {DELIVERY(SECOND, "", "2026-09", "10"), DELIVERY(SECOND, WITHDRAW, "2026-10", "15")}},
    {THIRD, {NULL, NULL}},
};

static json_t *answers_of(size_t actor)
{
  json_t *list = json_array();
  for (int i = 0; i < 2; i++)
    json_array_append_new(list,
                          actors[actor].answers[i] == NULL
                              ? json_pack("{s:i}", "status", 204)
                              : json_pack("{s:[{s:s}]}", "body", "text", actors[actor].answers[i]));
  return list;
}

static void write_table(const char *folder)
{
  json_t *list = json_array();
  for (size_t i = 0; i < sizeof actors / sizeof *actors; i++) {
    char address[16];
    snprintf(address, sizeof address, "127.0.0.%d", 11 + (int)i);
    json_array_append_new(
        list,
        json_pack("{s:s,s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s,s:[{s:s}]},s:{s:s},s:{s:s,s:o},s:{s:s,s:s}}",
                  "id", actors[i].orgnr, "about", "two rounds", "address", address, "actor",
                  "orgnr", actors[i].orgnr, "name", "Trust", "type", "trust", "language", "nb",
                  "contact", "x@trust.example", "obligations", "indicator", "T-01", "endpoint",
                  "url", "{origin}/{period}", "serve", "by", "web", "answers", answers_of(i),
                  "expect", "status", "accepted", "delivery", "received"));
  }
  json_t *root = json_pack("{s:o}", "actors", list);
  char *text = json_dumps(root, 0);
  rig_write(folder, "table.json", text);
  free(text);
  json_decref(root);
}

/* The fixture server, a pack of its own, and a configuration that names it. */
static pid_t begin(char *folder, size_t size, const char *pack)
{
  char command[1600], table[600];
  rig_folder(folder, size);
  write_table(folder);
  snprintf(table, sizeof table, "%s/table.json", folder);
  char option[] = "--table";
  pid_t fixtures = rig_fixtures(folder, (char *const[]){option, table, NULL});
  snprintf(command, sizeof command, "%s/packs", folder);
  assert_int_equal(mkdir(command, 0755), 0);
  snprintf(command, sizeof command, "cp -r %s/rules/schemas %s/packs/", VATER_SOURCE_DIR, folder);
  assert_int_equal(system(command), 0);
  rig_write(folder, "packs/wide.json", pack);
  json_t *configuration = rig_json(folder, "vater.json");
  json_object_set_new(configuration, "rules", json_string("packs"));
  char *text = json_dumps(configuration, 0);
  rig_write(folder, "vater.json", text);
  free(text);
  json_decref(configuration);
  return fixtures;
}

static void run_round(const char *folder, const char *today, int exit_code)
{
  struct rig_run run = rig_vater(folder, (const char *const[]){"run", "--quiet", "--today", today,
                                                               "--json-file", "report.json", NULL});
  if (run.exit_code != exit_code)
    fail_msg("exit %d, wanted %d: %s", run.exit_code, exit_code, run.error);
  rig_done(&run);
}

/* Compact, the members in order of name. */
static char *conclusions(const char *folder, size_t *count)
{
  json_t *report = rig_json(folder, "report.json");
  json_t *list = json_object_get(json_object_get(report, "result"), "conclusions");
  *count = json_array_size(list);
  char *text = json_dumps(list, JSON_COMPACT | JSON_SORT_KEYS);
  json_decref(report);
  return text;
}

static void expect(const char *text, const char *part)
{
  if (!rig_contains(text, part))
    fail_msg("no %s in %s", part, text);
}

static void test_two_rounds(void **state)
{
  (void)state;
  char folder[512];
  size_t count;
  pid_t fixtures = begin(folder, sizeof folder, three_rules);
  run_round(folder, "2026-10-05", 0);
  char *first = conclusions(folder, &count);
  assert_int_equal(count, 2);
  expect(first, "\"known\":2,\"observations\":2,");
  expect(first, "{\"code\":\"S-001\",\"error\":0,\"fail\":0,\"notApplicable\":0,\"pass\":0,"
                "\"reason\":\"a value that it needs is missing\",\"skipped\":2}");
  expect(first, "\"message\":{\"en\":\"2 of 3 in 2026-09\"");
  expect(first, "{\"code\":\"S-003\",\"error\":0,\"fail\":0,\"notApplicable\":0,\"pass\":2,"
                "\"skipped\":0}");
  run_round(folder, "2026-11-05", 0);
  char *second = conclusions(folder, &count);
  /* the withdrawn number is nobody's history */
  expect(second, "\"known\":3,\"observations\":2,");
  expect(second, "{\"actor\":\"" FIRST "\",\"area\":\"46\",\"code\":\"S-001\",\"field\":\"value\","
                 "\"message\":{\"en\":\"50 to 90\"");
  expect(second, "{\"code\":\"S-001\",\"error\":0,\"fail\":1,\"notApplicable\":0,\"pass\":0,"
                 "\"skipped\":1}");
  expect(second, "\"counts\":{\"error\":0,\"info\":0,\"total\":2,\"warning\":2}");
  json_t *report = rig_json(folder, "report.json");
  json_t *summary = json_object_get(json_object_get(report, "result"), "summary");
  json_t *verdicts = json_object_get(summary, "verdicts");
  assert_int_equal(json_integer_value(json_object_get(verdicts, "accepted")), 5);
  assert_int_equal(json_integer_value(json_object_get(verdicts, "accepted-with-notes")), 0);
  json_decref(report);
  struct rig_run run = rig_vater(
      folder, (const char *const[]){"report", "--run", "1", "--json", "--samples", "0", NULL});
  json_t *again = json_loads(run.out, 0, NULL);
  char *stored = json_dumps(json_object_get(json_object_get(again, "result"), "conclusions"),
                            JSON_COMPACT | JSON_SORT_KEYS);
  assert_string_equal(stored, first);
  rig_done(&run);
  run = rig_vater(folder, (const char *const[]){"report", NULL});
  expect(run.out,
         "Over time and between actors\nT-01: 2 observations, 2 findings\n  S-001, 1 of 1");
  rig_done(&run);
  json_decref(again);
  free(stored);
  free(first);
  free(second);
  rig_stop(fixtures);
  rig_remove(folder);
}

/* Killed after the first conclusion, the rest follows when it is gone on with; nothing twice. */
static void test_killed(void **state)
{
  (void)state;
  char folder[512], path[600];
  size_t count;
  pid_t fixtures = begin(folder, sizeof folder, three_rules);
  pid_t pid = rig_vater_start(
      folder, (const char *const[]){"run", "-vv", "--quiet", "--today", "2026-10-05", NULL});
  snprintf(path, sizeof path, "%s/error", folder);
  bool concluded = false;
  for (int i = 0; i < 3000 && !concluded; i++) {
    char *error = access(path, R_OK) == 0 ? rig_text(folder, "error") : NULL;
    concluded = error != NULL && rig_contains(error, "stage=conclude");
    free(error);
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
  assert_true(concluded);
  kill(pid, SIGKILL);
  int status;
  waitpid(pid, &status, 0);
  if (WIFSIGNALED(status)) {
    struct rig_run run = rig_vater(
        folder, (const char *const[]){"run", "--quiet", "--resume", "--today", "2026-10-05", NULL});
    if (run.exit_code != 0 && !rig_contains(run.error, "no run"))
      fail_msg("exit %d: %s", run.exit_code, run.error);
    rig_done(&run);
  }
  struct rig_run run =
      rig_vater(folder, (const char *const[]){"report", "--json", "--samples", "0", NULL});
  rig_write(folder, "report.json", run.out);
  rig_done(&run);
  char *text = conclusions(folder, &count);
  assert_int_equal(count, 2);
  expect(text, "\"indicator\":\"T-01\"");
  expect(text, "\"indicator\":\"T-02\"");
  free(text);
  rig_stop(fixtures);
  rig_remove(folder);
}

/* A rule that has no answer is told, and the exit code says so. */
static void test_no_answer(void **state)
{
  (void)state;
  char folder[512];
  size_t count;
  pid_t fixtures =
      begin(folder, sizeof folder,
            PACK(RULE("S-001", "indicator\"", "1 / (actors.size() - actors.size()) == 1", "m")));
  run_round(folder, "2026-10-05", 2);
  char *text = conclusions(folder, &count);
  expect(text, "\"outcome\":\"error\"");
  expect(text, "(division by zero)");
  free(text);
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_two_rounds),
                                     cmocka_unit_test(test_killed),
                                     cmocka_unit_test(test_no_answer)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

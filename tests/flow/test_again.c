/* The same bytes again: from the same actor (row P11) and from another one (row P10). */
#include "flow/rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FIRST "983974724"
#define SECOND "983974899"
#define THIRD "983971709"
#define MAPPING                                                                            \
  "{\"plugin\":\"csv\",\"mapping\":{\"format\":\"csv\",\"dialect\":{\"delimiter\":\";\"}," \
  "\"indicator\":{\"fixed\":\"G1-11\"},\"period\":\"P\",\"area\":{\"fixed\":\"4601\"},"    \
  "\"areaRole\":{\"fixed\":\"provider\"},\"unit\":{\"fixed\":\"percent\"},"                \
  "\"status\":{\"fixed\":\"final\"},\"numerator\":\"N\",\"denominator\":\"D\"}}"
#define TABLE(rows) "P;N;D\n" rows

/* What an actor answers, one after the other; the last for ever. */
struct actor {
  const char *orgnr, *url, *etag, *answers[8];
};

static json_t *answers_of(const struct actor *actor)
{
  json_t *list = json_array();
  for (int i = 0; i < 8 && actor->answers[i] != NULL; i++) {
    json_t *answer = json_pack("{s:[{s:s}],s:{s:s}}", "body", "text", actor->answers[i], "headers",
                               "Content-Type", "text/csv");
    if (actor->etag != NULL)
      json_object_set_new(json_object_get(answer, "headers"), "ETag", json_string(actor->etag));
    json_array_append_new(list, answer);
  }
  return list;
}

static json_t *row_of(const struct actor *actor, size_t index)
{
  char address[16];
  snprintf(address, sizeof address, "127.0.0.%d", 11 + (int)index);
  return json_pack(
      "{s:s,s:s,s:s,s:{s:s,s:s,s:s,s:s,s:s},s:{s:s,s:o,s:s},s:{s:s,s:o},s:{s:s,s:s}}", "id",
      actor->orgnr, "about", "again", "address", address, "actor", "orgnr", actor->orgnr, "name",
      "Trust", "type", "trust", "language", "nb", "contact", "x@trust.example", "endpoint", "url",
      actor->url, "format", json_loads(MAPPING, 0, NULL), "frequency", "month", "serve", "by",
      "web", "answers", answers_of(actor), "expect", "status", "accepted", "delivery", "received");
}

static pid_t begin(char *folder, size_t size, const struct actor *actors, size_t count)
{
  char table[600];
  char option[] = "--table";
  json_t *list = json_array();
  rig_folder(folder, size);
  for (size_t i = 0; i < count; i++)
    json_array_append_new(list, row_of(&actors[i], i));
  json_t *root = json_pack("{s:o}", "actors", list);
  char *text = json_dumps(root, 0);
  rig_write(folder, "table.json", text);
  free(text);
  json_decref(root);
  snprintf(table, sizeof table, "%s/table.json", folder);
  return rig_fixtures(folder, (char *const[]){option, table, NULL});
}

static void run_on(const char *folder, const char *day)
{
  struct rig_run run = rig_vater(folder, (const char *const[]){"run", "--quiet", "--today", day,
                                                               "--json-file", "report.json", NULL});
  if (run.exit_code != 0)
    fail_msg("%s: exit %d: %s", day, run.exit_code, run.error);
  rig_done(&run);
}

/* "; PAY-STALE (2026-10-16)" of each finding of the engine about the payload. */
static void add_findings(const json_t *job, char *out, size_t size)
{
  size_t index;
  json_t *finding;
  json_array_foreach(json_object_get(job, "findings"), index, finding)
  {
    const char *code = json_string_value(json_object_get(finding, "code"));
    const json_t *texts = json_object_get(finding, "message");
    const char *message = json_string_value(json_object_get(texts, "en"));
    const char *detail = strrchr(message, '(');
    size_t used = strlen(out);
    if (strncmp(code, "PAY-", 4) == 0)
      snprintf(out + used, size - used, "; %s %s", code, detail != NULL ? detail : message);
  }
}

/* Nothing is booked on another. */
static void expect_own_blocks(const json_t *job, const char *orgnr)
{
  size_t index;
  json_t *block;
  json_array_foreach(json_object_get(job, "blocks"), index, block)
  {
    assert_string_equal(json_string_value(json_object_get(block, "actor")), orgnr);
    assert_string_not_equal(json_string_value(json_object_get(block, "verdict")), "rejected");
  }
  assert_int_equal(index, 1);
}

/* The delivery of an actor's job, and its findings. */
static void expect(const char *folder, const char *orgnr, const char *day, const char *wanted)
{
  json_t *report = rig_json(folder, "report.json");
  json_t *actor;
  char got[1000] = "";
  size_t index;
  json_array_foreach(json_object_get(json_object_get(report, "result"), "actors"), index, actor)
  {
    json_t *job = json_array_get(json_object_get(actor, "jobs"), 0);
    if (strcmp(json_string_value(json_object_get(actor, "actor")), orgnr) != 0)
      continue;
    snprintf(got, sizeof got, "%s", json_string_value(json_object_get(job, "delivery")));
    add_findings(job, got, sizeof got);
    expect_own_blocks(job, orgnr);
  }
  json_decref(report);
  if (strcmp(got, wanted) != 0)
    fail_msg("%s, %s:\n%s\nwanted\n%s", orgnr, day, got, wanted);
}

#define SEPTEMBER TABLE("2026-09;6100;40000\n")
#define OCTOBER TABLE("2026-10;6200;40000\n")
#define MENDED TABLE("2026-10;6300;40000\n")

/* FIRST is asked for a period, SECOND and THIRD give what they have, THIRD with an ETag. */
static void test_P11_same_as_before(void **state)
{
  (void)state;
  static const struct actor actors[] = {
      {FIRST,
       "{origin}/{period}",
       NULL,
       {SEPTEMBER, SEPTEMBER, SEPTEMBER, SEPTEMBER, OCTOBER, MENDED, OCTOBER}},
      {SECOND, "{origin}/", NULL, {TABLE("2026-09;5;7\n")}},
      {THIRD, "{origin}/", "\"3\"", {TABLE("2026-09;5;8\n")}},
  };
#define OLD "PAY-STALE (2026-10-16, asked for 2026-09)"
#define OTHER_PERIOD "PAY-PERIOD (asked for 2026-10, delivered 2026-09)"
  static const struct {
    const char *day, *first, *second, *third;
  } nights[] = {
      {"2026-10-15", "received", "received", "received"},
      {"2026-10-16", "received", "received", "unchanged"},
      {"2026-11-01", "received; " OTHER_PERIOD "; " OLD, "received; " OLD, "unchanged"},
      {"2026-11-02", "received; " OTHER_PERIOD "; " OLD, "received; " OLD, "unchanged"},
      {"2026-11-03", "received", "received; " OLD, "unchanged"},
      {"2026-11-04", "received", "received; " OLD, "unchanged"},
      {"2026-11-05", "received; PAY-STALE (2026-11-03, asked for 2026-10)", "received; " OLD,
       "unchanged"},
      {"2026-11-06", "received", "received; " OLD, "unchanged"},
  };
  char folder[512];
  pid_t fixtures = begin(folder, sizeof folder, actors, 3);
  for (size_t i = 0; i < sizeof nights / sizeof *nights; i++) {
    run_on(folder, nights[i].day);
    expect(folder, FIRST, nights[i].day, nights[i].first);
    expect(folder, SECOND, nights[i].day, nights[i].second);
    expect(folder, THIRD, nights[i].day, nights[i].third);
  }
  rig_stop(fixtures);
  rig_remove(folder);
}

#define COPIED TABLE("2026-09;6100;40000\n")
#define OWN TABLE("2026-09;6101;40000\n")
#define UNLIKE TABLE("2026-09;7;40\n")
#define COPY(orgnr, other, day) orgnr " (organisation number " other ", " day "); "

/* Who is told of whom: "983974724 (organisation number 983974899, 2026-10-15); ". */
static void expect_copies(const char *folder, const char *day, const char *wanted)
{
  json_t *report = rig_json(folder, "report.json");
  json_t *list = json_object_get(json_object_get(report, "result"), "conclusions");
  json_t *conclusion, *finding;
  char got[1000] = "";
  size_t i, j;
  json_array_foreach(list, i, conclusion)
  {
    if (json_object_get(conclusion, "indicator") != NULL)
      continue;
    assert_int_equal(json_integer_value(json_object_get(conclusion, "deliveries")), 3);
    json_array_foreach(json_object_get(conclusion, "findings"), j, finding)
    {
      const json_t *texts = json_object_get(finding, "message");
      const char *message = json_string_value(json_object_get(texts, "en"));
      size_t used = strlen(got);
      assert_string_equal(json_string_value(json_object_get(finding, "code")), "PAY-COPY");
      snprintf(got + used, sizeof got - used, "%s %s; ",
               json_string_value(json_object_get(finding, "actor")), strrchr(message, '('));
    }
  }
  json_decref(report);
  if (strcmp(got, wanted) != 0)
    fail_msg("%s:\n%s\nwanted\n%s", day, got, wanted);
}

static const struct actor copying[] = {{FIRST, "{origin}/", NULL, {COPIED, OWN}},
                                       {SECOND, "{origin}/", NULL, {COPIED}},
                                       {THIRD, "{origin}/", NULL, {UNLIKE, UNLIKE, OWN}}};

/* FIRST and SECOND bring the same on the first night: both are told, whoever is faster. On the
 * second FIRST has its own, on the third THIRD brings that. What is recorded of each delivery knows
 * nothing of the others. */
static void test_P10_same_as_another(void **state)
{
  (void)state;
  static const struct {
    const char *day, *wanted;
  } nights[] = {
      {"2026-10-15", COPY(FIRST, SECOND, "2026-10-15") COPY(SECOND, FIRST, "2026-10-15")},
      {"2026-10-16", COPY(SECOND, FIRST, "2026-10-15")},
      {"2026-10-17", COPY(THIRD, FIRST, "2026-10-16") COPY(SECOND, FIRST, "2026-10-15")},
  };
  char folder[512];
  pid_t fixtures = begin(folder, sizeof folder, copying, 3);
  for (size_t i = 0; i < sizeof nights / sizeof *nights; i++) {
    run_on(folder, nights[i].day);
    expect(folder, FIRST, nights[i].day, "received");
    expect(folder, SECOND, nights[i].day, "received");
    expect(folder, THIRD, nights[i].day, "received");
    expect_copies(folder, nights[i].day, nights[i].wanted);
  }
  struct rig_run run = rig_vater(folder, (const char *const[]){"report", NULL});
  if (!rig_contains(run.out, "3 deliveries, 2 findings\n  PAY-COPY, 2 of 3\n"))
    fail_msg("%s%s", run.out, run.error);
  rig_done(&run);
  rig_stop(fixtures);
  rig_remove(folder);
}

static void await_stage(const char *folder, const char *stage)
{
  char path[600];
  bool reached = false;
  snprintf(path, sizeof path, "%s/error", folder);
  for (int i = 0; i < 5000 && !reached; i++) {
    char *error = access(path, R_OK) == 0 ? rig_text(folder, "error") : NULL;
    reached = error != NULL && rig_contains(error, stage);
    free(error);
    nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
  }
  assert_true(reached);
}

/* Killed when it has been told, and gone on with: told once. */
static void test_P10_resumed(void **state)
{
  (void)state;
  static const char *const start[] = {"run", "-vv", "--quiet", "--today", "2026-10-15", NULL};
  static const char *const resume[] = {"run", "--quiet", "--resume", "--today", "2026-10-15", NULL};
  char folder[512];
  int status;
  pid_t fixtures = begin(folder, sizeof folder, copying, 3);
  pid_t pid = rig_vater_start(folder, start);
  await_stage(folder, "stage=compare");
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  struct rig_run run = rig_vater(folder, resume);
  if (run.exit_code != 0 && !rig_contains(run.error, "no unfinished run"))
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  run = rig_vater(folder, (const char *const[]){"report", "--json", NULL});
  rig_write(folder, "report.json", run.out);
  rig_done(&run);
  expect_copies(folder, "resumed",
                COPY(FIRST, SECOND, "2026-10-15") COPY(SECOND, FIRST, "2026-10-15"));
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_P11_same_as_before),
                                     cmocka_unit_test(test_P10_same_as_another),
                                     cmocka_unit_test(test_P10_resumed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

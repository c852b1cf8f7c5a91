#include "flow/world.h"

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
              {"983974899", 1, "decode", "rules", NULL, NULL}};
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

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_begin),      cmocka_unit_test(test_steps),
      cmocka_unit_test(test_transcript), cmocka_unit_test(test_nothing_is_recorded),
      cmocka_unit_test(test_usage),      cmocka_unit_test(test_end)};
  if (!world_installed())
    return 77;
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "flow/rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* A folder with a registry of one actor that nobody will be asked for. */
static void prepare(char *folder, size_t size)
{
  rig_folder(folder, size);
  rig_write(folder, "vater.json", "{\"actors\": \"actors.json\", \"store\": \"vater.db\"}");
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
            "  \"endpoints\": [{\"id\": \"main\", \"allow\": [\"loopback\"],\n"
            "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.9:1/\"},\n"
            "    \"format\": {\"plugin\": \"indicator_json\"}}]}]}\n");
}

static void expect_refusal(const char *folder, const char *const *arguments, const char *code)
{
  struct rig_run run = rig_vater(folder, arguments);
  if (run.exit_code != 3 || !rig_contains(run.error, code))
    fail_msg("exit %d, wanted 3 and %s in: %s", run.exit_code, code, run.error);
  rig_done(&run);
}

static const char *const run_arguments[] = {"run", "--quiet", NULL};

/* O01: every fault of the registry in one go, settings of plugins included. */
static void test_O01_configuration(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(
      folder, "actors.json",
      "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
      "  \"endpoints\": [{\"id\": \"main\",\n"
      "    \"source\": {\"plugin\": \"htp\", \"url\": \"https://127.0.0.9/\"},\n"
      "    \"format\": {\"plugin\": \"indicator_json\"}},\n"
      "   {\"id\": \"other\",\n"
      "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.9/\", \"hedaers\": {}},\n"
      "    \"format\": {\"plugin\": \"indicator_jsn\"}}]}]}\n");
  struct rig_run run = rig_vater(folder, run_arguments);
  assert_int_equal(run.exit_code, 3);
  static const char *const expected[] = {
      "actors.json:3:26: error: OPS-CONFIG: there is no source plugin 'htp'; did you mean 'http'?",
      "has no setting 'hedaers'; did you mean 'headers'?",
      "there is no format plugin 'indicator_jsn'; did you mean"};
  rig_says(run.error, expected, sizeof expected / sizeof *expected);
  rig_done(&run);
  rig_remove(folder);
}

/* A plugin of another kind is no misspelling, and hides no other fault of its endpoint. */
static void test_O01_plugin_of_another_kind(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
            "  \"endpoints\": [{\"id\": \"main\",\n"
            "    \"source\": {\"plugin\": \"bearer\", \"url\": \"https://127.0.0.9/\"},\n"
            "    \"auth\": {\"plugin\": \"norway\"},\n"
            "    \"format\": {\"plugin\": \"http\"}}]}]}\n");
  struct rig_run run = rig_vater(folder, run_arguments);
  assert_int_equal(run.exit_code, 3);
  static const char *const expected[] = {
      "actors.json:3:26: error: OPS-CONFIG: 'bearer' is an auth plugin; wanted: a source plugin, "
      "see "
      "'vater plugin list'",
      "'norway' is a plugin of checks and functions for rules; wanted: an auth plugin",
      "'http' is a source plugin; wanted: a format plugin"};
  rig_says(run.error, expected, sizeof expected / sizeof *expected);
  rig_done(&run);
  rig_remove(folder);
}

/* O01: faults of every kind in both files, in one go: structure, meaning, plugins. */
static void test_O01_all_stages_at_once(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(folder, "vater.json",
            "{\"actors\": \"actors.json\", \"store\": \"vater.db\", \"inFlight\": 0}");
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974725\", \"name\": \"A\", \"typ\": \"trust\",\n"
            "  \"endpoints\": [{\"id\": \"main\",\n"
            "    \"source\": {\"plugin\": \"htp\", \"url\": \"https://127.0.0.9/\"},\n"
            "    \"format\": {\"plugin\": \"indicator_json\"}},\n"
            "   {\"id\": 7, \"source\": 8}]}]}\n");
  struct rig_run run = rig_vater(folder, run_arguments);
  assert_int_equal(run.exit_code, 3);
  static const char *const expected[] = {
      "vater.json:1:60: error: OPS-CONFIG: ",
      "actors.json:1:23: error: OPS-CONFIG: the control digit of organisation number",
      "actors.json:1:49: error: OPS-CONFIG: this member is not allowed here",
      "actors.json:3:26: error: OPS-CONFIG: there is no source plugin 'htp'",
      "actors.json:5:11: error: OPS-CONFIG: "};
  rig_says(run.error, expected, sizeof expected / sizeof *expected);
  rig_done(&run);
  rig_remove(folder);
}

static void test_O01_plain_http_url(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
            "  \"endpoints\": [{\"id\": \"main\",\n"
            "    \"source\": {\"plugin\": \"http\", \"url\": \"ftp://127.0.0.9/\"},\n"
            "    \"format\": {\"plugin\": \"indicator_json\"}}]}]}\n");
  expect_refusal(folder, run_arguments, "OPS-CONFIG");
  rig_remove(folder);
}

/* What only a night would show: verify rehearses the first request and looks beyond it. */
static void test_O01_verify(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  static const char *const arguments[] = {"actor", "verify", NULL};
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
            "  \"endpoints\": [{\"id\": \"one\",\n"
            "    \"source\": {\"plugin\": \"http\", \"url\": \"http://data.example.org/\"},\n"
            "    \"format\": {\"plugin\": \"indicator_json\"}},\n"
            "   {\"id\": \"two\",\n"
            "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.9/{perod}\"},\n"
            "    \"format\": {\"plugin\": \"indicator_json\"}}]}]}\n");
  expect_refusal(folder, arguments, "actors.json:3:41: error: OPS-CONFIG: only https:// is asked");
  expect_refusal(folder, arguments, "'{perod}' is not a placeholder");
  rig_write(folder, "vater.json", "{\"actors\": \"actors.json\", \"store\": \"nowhere/vater.db\"}");
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
            "  \"obligations\": [{\"indicator\": \"G1-111\"}], \"endpoints\": []}]}\n");
  struct rig_run run = rig_vater(folder, arguments);
  assert_int_equal(run.exit_code, 0);
  assert_true(rig_contains(run.error,
                           "actors.json:2:33: warning: OPS-CONFIG: the indicator 'G1-111' "
                           "is in no rule pack; did you mean 'G1-11'?"));
  assert_true(rig_contains(run.error, "nowhere' cannot be written now"));
  rig_done(&run);
  rig_remove(folder);
}

/* A07 as far as bearer goes: a secret that others can read, and one that is not there. */
static void test_A07_secret_file(void **state)
{
  (void)state;
  char folder[512];
  char path[600];
  prepare(folder, sizeof folder);
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
            "  \"endpoints\": [{\"id\": \"main\",\n"
            "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.9/\"},\n"
            "    \"auth\": {\"plugin\": \"bearer\", \"token\": {\"file\": \"a.token\"}},\n"
            "    \"format\": {\"plugin\": \"indicator_json\"}}]}]}\n");
  expect_refusal(folder, run_arguments, "OPS-KEY");
  rig_write(folder, "a.token", "canary-5f1d\n");
  snprintf(path, sizeof path, "%s/a.token", folder);
  assert_int_equal(chmod(path, 0644), 0);
  struct rig_run run = rig_vater(folder, run_arguments);
  assert_int_equal(run.exit_code, 3);
  assert_true(rig_contains(run.error, "OPS-KEY"));
  assert_true(rig_contains(run.error, "chmod 600"));
  assert_false(rig_contains(run.error, "canary-5f1d"));
  rig_done(&run);
  rig_remove(folder);
}

/* A secret that stands in the registry itself: no message shows it, whatever else is wrong on its
 * line. */
static void test_A07_inline_secret(void **state)
{
  (void)state;
  static const char *const verify[] = {"actor", "verify", NULL};
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(folder, "actors.json",
            "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\", "
            "\"endpoints\": [{\"id\": \"main\",\n"
            " \"auth\": {\"plugin\": \"bearer\", \"token\": \"canary-9c2e\", \"tokn\": 1},\n"
            " \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.9/\"},\n"
            " \"format\": {\"plugin\": \"indicator_json\"}}]}]}\n");
  struct rig_run run = rig_vater(folder, verify);
  assert_int_equal(run.exit_code, 3);
  assert_true(rig_contains(run.error, "never the value itself"));
  assert_true(rig_contains(run.error, "has no setting 'tokn'; did you mean 'token'?"));
  assert_true(rig_contains(run.error, "\"token\": \"***********\", \"tokn\": 1}"));
  assert_false(rig_contains(run.error, "canary-9c2e"));
  assert_false(rig_contains(run.out, "canary-9c2e"));
  rig_done(&run);
  rig_remove(folder);
}

/* T06: no certificate authorities to trust. */
static void test_T06_certificates(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(folder, "vater.json",
            "{\"actors\": \"actors.json\", \"store\": \"vater.db\", \"certificates\": \"ca.pem\"}");
  expect_refusal(folder, run_arguments, "OPS-CA");
  rig_write(folder, "ca.pem", "");
  expect_refusal(folder, run_arguments, "OPS-CA");
  rig_remove(folder);
}

/* R01: a broken rule refuses the run before the first request. */
static void test_R01_rules(void **state)
{
  (void)state;
  char folder[512];
  char path[600];
  prepare(folder, sizeof folder);
  rig_write(folder, "vater.json",
            "{\"actors\": \"actors.json\", \"store\": \"vater.db\", \"rules\": \"rules\"}");
  snprintf(path, sizeof path, "%s/rules", folder);
  assert_int_equal(mkdir(path, 0755), 0);
  rig_write(folder, "rules/goal-1.json", "{\"pack\": \"goal-1\", \"goal\": }");
  expect_refusal(folder, run_arguments, "RULE-LOAD");
  rig_remove(folder);
}

/* A listener that somebody might ask, and its address as an endpoint of the folder's registry. */
static int listen_as_endpoint(const char *folder)
{
  char registry[600];
  unsigned port;
  int fd = rig_listen(&port);
  snprintf(registry, sizeof registry,
           "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
           "  \"endpoints\": [{\"id\": \"main\", \"allow\": [\"loopback\"],\n"
           "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.1:%u/\"},\n"
           "    \"format\": {\"plugin\": \"indicator_json\"}}]}]}\n",
           port);
  rig_write(folder, "actors.json", registry);
  return fd;
}

/* R01: several broken files; every fault of each is told, nobody is asked, nothing is stored. */
static void test_R01_all_faults_of_all_files(void **state)
{
  (void)state;
  char folder[512];
  char path[600];
  prepare(folder, sizeof folder);
  int listener = listen_as_endpoint(folder);
  rig_write(folder, "vater.json",
            "{\"actors\": \"actors.json\", \"store\": \"vater.db\", \"rules\": \"rules\"}");
  snprintf(path, sizeof path, "%s/rules", folder);
  assert_int_equal(mkdir(path, 0755), 0);
#define TITLE "\"title\": {\"nb\": \"T\", \"nn\": \"T\", \"en\": \"T\"}"
  rig_write(folder, "rules/a.json", "{\"pack\": \"a\", \"goal\": }");
  rig_write(folder, "rules/b.json",
            "{\"pack\": \"b\", \"version\": \"1\", " TITLE ", \"packk\": 1,\n \"rules\": [\n"
            "  {\"code\": \"B-001\", \"appliesTo\": [\"B-1\"], \"scope\": \"nowhere\"}]}");
  rig_write(folder, "rules/c.json",
            "{\"pack\": \"c\", \"version\": \"1\", " TITLE ",\n \"use\": [\"absent.json\"]}");
  struct rig_run run = rig_vater(folder, run_arguments);
  assert_int_equal(run.exit_code, 3);
  static const char *const expected[] = {"rules/a.json:1:23: error: RULE-LOAD: ", "(at /packk)",
                                         "(at /rules/0/scope)", "absent.json"};
  rig_says(run.error, expected, sizeof expected / sizeof *expected);
  rig_unasked(listener, folder);
  rig_done(&run);
  rig_remove(folder);
}

/* G02: a plugin folder that others may write to. */
static void test_G02_plugin_folder(void **state)
{
  (void)state;
  char folder[512];
  char path[600];
  prepare(folder, sizeof folder);
  rig_write(folder, "vater.json",
            "{\"actors\": \"actors.json\", \"store\": \"vater.db\", \"plugins\": \"plugins\"}");
  snprintf(path, sizeof path, "%s/plugins", folder);
  assert_int_equal(mkdir(path, 0777), 0);
  assert_int_equal(chmod(path, 0777), 0);
  expect_refusal(folder, run_arguments, "PLUG-TRUST");
  rig_remove(folder);
}

/* S05: something else stands where the store should be: set aside, never overwritten. */
static void test_S05_store(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(folder, "vater.db", "this is not a database, whatever it is called, and it is long");
  expect_refusal(folder, run_arguments, "STORE-CORRUPT");
  rig_remove(folder);
}

/* O07: less space than the reserve. */
static void test_O07_space(void **state)
{
  (void)state;
  char folder[512];
  prepare(folder, sizeof folder);
  rig_write(folder, "vater.json",
            "{\"actors\": \"actors.json\", \"store\": \"vater.db\",\n"
            " \"minimumFreeBytes\": 9000000000000000}");
  expect_refusal(folder, run_arguments, "OPS-DISK");
  rig_remove(folder);
}

static void test_resume_without_a_run(void **state)
{
  (void)state;
  char folder[512];
  const char *const arguments[] = {"run", "--resume", "--quiet", NULL};
  prepare(folder, sizeof folder);
  expect_refusal(folder, arguments, "there is no unfinished run to resume");
  rig_remove(folder);
}

static void test_usage(void **state)
{
  (void)state;
  static const struct {
    const char *arguments[4];
    const char *text;
  } rows[] = {
      {{NULL}, "vater: no command given"},
      {{"chek"}, "there is no command 'chek'; did you mean 'check'?"},
      {{"run", "--perod"}, "vater run: there is no option '--perod'"},
      {{"run", "--period"}, "vater run: option '--period' wants a value"},
      {{"run", "--period", "2026-Q9"}, "vater run: '2026-Q9' is not a period"},
      {{"run", "--today", "2026-02-30"}, "vater run: '2026-02-30' is not a date (YYYY-MM-DD)"},
      {{"check"}, "vater check: no file given; '-' is standard input"},
      {{"check", "-a", "abc"}, "vater check: 'abc' is not an organisation number; wanted: nine"},
      {{"check", "-a", "98397472"}, "'98397472' is not an organisation number"},
      {{"check", "-a", "983974725"}, "'983974725' is not an organisation number"},
      {{"check", "-l", "de"}, "vater check: 'de' is none of nb, nn, en"},
      {{"actor", "delete"}, "vater actor: 'delete' is neither list nor verify"},
  };
  char folder[512];
  rig_folder(folder, sizeof folder);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct rig_run run = rig_vater(folder, rows[i].arguments);
    assert_int_equal(run.exit_code, 64);
    if (!rig_contains(run.error, rows[i].text))
      fail_msg("missing: %s\nin: %s", rows[i].text, run.error);
    rig_done(&run);
  }
  rig_remove(folder);
}

/* Every command explains itself. */
static void test_help(void **state)
{
  (void)state;
  static const char *const commands[] = {"check", "run",   "status", "report", "history", "explain",
                                         "actor", "rules", "plugin", "schema", "cel"};
  char folder[512];
  rig_folder(folder, sizeof folder);
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    const char *const arguments[] = {commands[i], "--help", NULL};
    struct rig_run run = rig_vater(folder, arguments);
    char usage[64];
    snprintf(usage, sizeof usage, "usage: vater %s", commands[i]);
    assert_int_equal(run.exit_code, 0);
    if (!rig_contains(run.out, usage) || !rig_contains(run.out, "--help"))
      fail_msg("%s --help says: %s", commands[i], run.out);
    rig_done(&run);
  }
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_O01_configuration),
      cmocka_unit_test(test_O01_plugin_of_another_kind),
      cmocka_unit_test(test_O01_all_stages_at_once),
      cmocka_unit_test(test_O01_plain_http_url),
      cmocka_unit_test(test_O01_verify),
      cmocka_unit_test(test_A07_secret_file),
      cmocka_unit_test(test_A07_inline_secret),
      cmocka_unit_test(test_T06_certificates),
      cmocka_unit_test(test_R01_rules),
      cmocka_unit_test(test_R01_all_faults_of_all_files),
      cmocka_unit_test(test_G02_plugin_folder),
      cmocka_unit_test(test_S05_store),
      cmocka_unit_test(test_O07_space),
      cmocka_unit_test(test_resume_without_a_run),
      cmocka_unit_test(test_usage),
      cmocka_unit_test(test_help),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

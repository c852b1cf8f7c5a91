/* Mappings of endpoints: what is wrong with one is told before anything is asked for, and a run
 * goes on only with those that it began with. */
#include "flow/rig.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#define REGISTRY(format)                                                             \
  "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n" \
  "  \"endpoints\": [{\"id\": \"main\", \"allow\": [\"loopback\"],\n"                \
  "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.9:1/\"},\n"     \
  "    \"format\": " format "}]}]}\n"
#define CSV(members)                                                               \
  "{\"format\": \"csv\", \"period\": \"P\", \"unit\": {\"fixed\": \"percent\"},\n" \
  " \"status\": {\"fixed\": \"final\"}, \"value\": \"V\",\n " members "}\n"
#define DHIS2(members) \
  "{\"format\": \"dhis2\", \"status\": {\"fixed\": \"final\"},\n " members "}\n"

static void prepare(char *folder, size_t size, const char *registry, const char *mapping)
{
  rig_folder(folder, size);
  rig_write(folder, "vater.json", "{\"actors\": \"actors.json\", \"store\": \"vater.db\"}");
  rig_write(folder, "actors.json", registry);
  rig_write(folder, "mapping.json", mapping);
}

static void expect(const char *folder, const char *const *arguments, const char *wanted)
{
  struct rig_run run = rig_vater(folder, arguments);
  if (run.exit_code != 3 || !rig_contains(run.error, wanted))
    fail_msg("exit %d, wanted 3 and %s in: %s", run.exit_code, wanted, run.error);
  assert_false(rig_contains(run.error, "NET-"));
  rig_done(&run);
}

static const char *const run_arguments[] = {"run", "--quiet", NULL};
static const char *const verify_arguments[] = {"actor", "verify", NULL};

#define DHIS2_HELD                                                                                \
  "{\"plugin\": \"dhis2\", \"mapping\": {\"format\": \"dhis2\", \"status\": {\"fixed\":"          \
  " \"final\"}, \"dataElements\": {\"a\": {\"indicator\": \"G1-111\", \"as\": \"value\"}, \"b\":" \
  " {\"indicator\": \"G1-113\", \"as\": \"value\"}}}}"
#define NAMED(plugin) REGISTRY("{\"plugin\": \"" plugin "\", \"mapping\": \"mapping.json\"}")

static void unknown_names_are_told_at_once(void **state)
{
  (void)state;
  static const struct {
    const char *registry, *mapping, *wanted;
  } rows[] = {
      {NAMED("csv"), CSV("\"indicator\": {\"fixed\": \"G1-111\"}, \"area\": {\"fixed\": \"NO\"}"),
       "mapping.json:3:25: error: OPS-CONFIG: no pack knows the indicator 'G1-111'; did you mean "
       "'G1-11'?"},
      {NAMED("csv"), CSV("\"indicator\": {\"fixed\": \"G1-11\"}, \"area\": {\"fixed\": \"4600\"}"),
       "mapping.json:3:53: error: OPS-CONFIG: no code list has the area '4600'; did you mean "
       "'4601'?"},
      {NAMED("csv"),
       CSV("\"indicator\": {\"fixed\": \"G1-11\"}, \"area\": {\"from\": \"A\", \"codes\":\n"
           " {\"Vest\": \"H02\"}}"),
       "mapping.json:4:11: error: OPS-CONFIG: no code list has the area 'H02'; did you mean 'H0"},
      {NAMED("csv"),
       CSV("\"indicator\": {\"fixed\": \"G1-11\"}, \"area\": {\"fixed\": \"NO\"},\n"
           " \"breakdown\": {\"sexx\": \"S\"}"),
       "mapping.json:4:16: error: OPS-CONFIG: no mapped indicator is reported by 'sexx'; did you "
       "mean 'sex'?"},
      {NAMED("dhis2"),
       DHIS2("\"dataElements\": {\"abc\": {\"indicator\": \"G1-111\", \"as\": \"value\"}}"),
       "mapping.json:2:40: error: OPS-CONFIG: no pack knows the indicator 'G1-111'; did you mean "
       "'G1-11'?"},
      {NAMED("dhis2"),
       DHIS2("\"dataElements\": {\"abc\": {\"indicator\": \"G1-11\", \"as\": \"value\"}},\n"
             " \"orgUnits\": {\"u\": {\"area\": \"4600\"}}"),
       "mapping.json:3:29: error: OPS-CONFIG: no code list has the area '4600'; did you mean "
       "'4601'?"},
      {NAMED("dhis2"),
       DHIS2("\"dataElements\": {\"abc\": {\"indicator\": \"G1-11\", \"as\": \"value\"}},\n"
             " \"categoryOptionCombos\": {\"c\": {\"sex\": \"X\"}}"),
       "mapping.json:3:40: error: OPS-CONFIG: no mapped indicator is reported by 'sex' with the "
       "value 'X'"},
      {REGISTRY("{\"plugin\": \"auto\", \"csv\": {\"mapping\": \"mapping.json\"}}"),
       CSV("\"indicator\": {\"fixed\": \"G1-111\"}, \"area\": {\"fixed\": \"NO\"}"),
       "mapping.json:3:25: error: OPS-CONFIG: no pack knows the indicator 'G1-111'"},
      {REGISTRY(
           "{\"plugin\": \"dhis2\", \"mapping\": {\"format\": \"dhis2\", \"status\": {\"fixed\":"
           " \"final\"}, \"dataElements\": {\"abc\": {\"indicator\": \"G1-111\", \"as\":"
           " \"value\"}}}}"),
       "{}",
       "actors.json:4:15: error: OPS-CONFIG: no pack knows the indicator 'G1-111'; did you mean"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    char folder[512];
    prepare(folder, sizeof folder, rows[i].registry, rows[i].mapping);
    expect(folder, run_arguments, rows[i].wanted);
    if (strcmp(rows[i].mapping, "{}") != 0) /* there is a file to point into */
      expect(folder, run_arguments,
             "actors.json:4:15: info: OPS-CONFIG: this endpoint's mapping is");
    expect(folder, verify_arguments, rows[i].wanted);
    rig_remove(folder);
  }
}

/* An endpoint for each of the formats, on a line of its own from the second on. */
static void write_registry(char *out, size_t size)
{
  static const char *const formats[] = {
      "{\"plugin\": \"csv\", \"mapping\": \"mapping.json\"}",
      "{\"plugin\": \"dhis2\", \"mapping\": \"other.json\"}",
      "{\"plugin\": \"csv\", \"mapping\": \"none.json\"}",
      "{\"plugin\": \"csv\", \"mapping\": \"mapping.json\", \"accounts\": [\"K\"]}", DHIS2_HELD};
  size_t used = (size_t)snprintf(out, size,
                                 "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\","
                                 " \"type\": \"trust\",\n\"endpoints\": [");
  for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
    used += (size_t)snprintf(out + used, size - used,
                             "%s{\"id\": \"%zu\", \"allow\": [\"loopback\"],"
                             " \"source\": {\"plugin\": \"http\","
                             " \"url\": \"https://127.0.0.9:1/\"}, \"format\": %s}",
                             i > 0 ? ",\n" : "", i, formats[i]);
  snprintf(out + used, size - used, "]}]}\n");
}

/* All that is wrong with all of them in one go, before the first request: structure and meaning,
 * files and objects, each fault once. */
static void all_faults_are_told(void **state)
{
  (void)state;
  static const char *const faults[] = {
      "mapping.json:3:2: error: OPS-CONFIG: there is no member 'perod' here; did you mean",
      "mapping.json:3:39: error: OPS-CONFIG: no pack knows the indicator 'G1-111'",
      "mapping.json:4:20: error: OPS-CONFIG: no code list has the area '4600'",
      "other.json:2:40: error: OPS-CONFIG: no pack knows the indicator 'G1-111'",
      "other.json:3:29: error: OPS-CONFIG: no code list has the area '4600'",
      "error: OPS-CONFIG: there is no mapping 'none.json'",
      "actors.json:6:107: error: OPS-CONFIG: no pack knows the indicator 'G1-111'",
      "actors.json:6:107: error: OPS-CONFIG: no pack knows the indicator 'G1-113'",
      "the configuration has 8 faults"};
  static const char *const *const commands[] = {run_arguments, verify_arguments};
  char folder[512];
  char registry[4096];
  write_registry(registry, sizeof registry);
  prepare(folder, sizeof folder, registry,
          CSV("\"perod\": \"Q\", \"indicator\": {\"fixed\": \"G1-111\"},\n"
              " \"area\": {\"fixed\": \"4600\"}"));
  rig_write(folder, "other.json",
            DHIS2("\"dataElements\": {\"abc\": {\"indicator\": \"G1-111\", \"as\": \"value\"}},\n"
                  " \"orgUnits\": {\"u\": {\"area\": \"4600\"}}"));
  for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
    for (size_t j = 0; j < sizeof faults / sizeof *faults; j++)
      expect(folder, commands[i], faults[j]);
  rig_remove(folder);
}

/* The fixtures' registry, with that format for the endpoint of one actor. */
static void give_format(const char *folder, const char *orgnr, const char *format)
{
  json_t *registry = rig_json(folder, "actors.json");
  json_t *actors = json_object_get(registry, "actors"), *actor;
  size_t index;
  json_array_foreach(actors, index, actor)
  {
    json_t *endpoint = json_array_get(json_object_get(actor, "endpoints"), 0);
    if (strcmp(json_string_value(json_object_get(actor, "orgnr")), orgnr) == 0)
      json_object_set_new(endpoint, "format", json_loads(format, 0, NULL));
  }
  char *text = json_dumps(registry, JSON_INDENT(1));
  rig_write(folder, "actors.json", text);
  free(text);
  json_decref(registry);
}

/* O06: the mapping is pinned like rules are. The first actor is done at once,
 * the other one answers at its second try only. */
static void a_changed_mapping_is_refused(void **state)
{
  (void)state;
  static const char mapping[] =
      CSV("\"indicator\": {\"fixed\": \"G1-11\"}, \"area\": {\"fixed\": \"NO\"}");
  static const char other[] =
      CSV("\"indicator\": {\"fixed\": \"G1-11\"}, \"area\": {\"fixed\": \"46\"}");
  static const char *const start[] = {"run",        "-vv",       "--quiet",   "--today",
                                      "2026-11-22", "313003876", "983974899", NULL};
  static const char *const resume[] = {"run",       "--quiet",   "--resume",
                                       "313003876", "983974899", NULL};
  char folder[512];
  int status;
  rig_folder(folder, sizeof folder);
  pid_t fixtures = rig_fixtures(folder, NULL);
  give_format(folder, "983974899", "{\"plugin\": \"csv\", \"mapping\": \"mapping.json\"}");
  rig_write(folder, "mapping.json", mapping);
  pid_t pid = rig_vater_start(folder, start);
  rig_await_record(folder);
  kill(pid, SIGKILL);
  waitpid(pid, &status, 0);
  assert_true(WIFSIGNALED(status));
  rig_write(folder, "mapping.json", other);
  struct rig_run run = rig_vater(folder, resume);
  if (run.exit_code != 3 || !rig_contains(run.error, "OPS-PINNED") ||
      !rig_contains(run.error, "mapping mapping.json was changed"))
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  rig_write(folder, "mapping.json", mapping);
  run = rig_vater(folder, resume);
  if (run.exit_code == 3 || rig_contains(run.error, "OPS-PINNED"))
    fail_msg("exit %d: %s", run.exit_code, run.error);
  rig_done(&run);
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unknown_names_are_told_at_once),
      cmocka_unit_test(all_faults_are_told),
      cmocka_unit_test(a_changed_mapping_is_refused),
  };
  return cmocka_run_group_tests_name("mappings", tests, NULL, NULL);
}

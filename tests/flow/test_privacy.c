/* P12 of whole runs: sixteen actors, each with a person number of another kind and form hidden in
 * its delivery. All are refused, and no file that the run leaves shows one. */
#include "flow/rig.h"

#include "unit/decode/persons.h"

#include <dirent.h>
#include <stdlib.h>

enum { ACTORS = PERSON_KINDS };

static struct person person_of(unsigned n)
{
  return person_make(n + PERSON_KINDS * (n % (PERSON_FORMS - 1)));
}

static json_t *actor_of(unsigned n)
{
  char id[16], orgnr[16], address[20], body[600];
  struct person person = person_of(n);
  snprintf(id, sizeof id, "p%u", n);
  rig_orgnr(90000000 + n * 100, orgnr);
  snprintf(address, sizeof address, "127.0.0.%u", 40 + n);
  snprintf(body, sizeof body,
           "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"%s\"},\"comment\":\"om %s her\","
           "\"generatedAt\":\"2026-10-15T08:30:00Z\",\"nil\":true,\"observations\":[]}",
           orgnr, person.written);
  return json_pack("{s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s}, s:{s:s, s:[{s:[{s:s}]}]}, s:{}}", "id",
                   id, "address", address, "actor", "orgnr", orgnr, "name", id, "type",
                   "municipality", "endpoint", "url", "{origin}/x", "serve", "by", "web", "answers",
                   "body", "text", body, "expect");
}

static void write_table(const char *folder)
{
  json_t *actors = json_array();
  for (unsigned n = 0; n < ACTORS; n++) {
    json_t *actor = actor_of(n);
    assert_non_null(actor);
    json_array_append_new(actors, actor);
  }
  json_t *table = json_pack("{s:o}", "actors", actors);
  char *text = json_dumps(table, JSON_INDENT(1));
  rig_write(folder, "table.json", text);
  free(text);
  json_decref(table);
}

static void assert_refused(const json_t *report)
{
  const json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  assert_int_equal(json_array_size(actors), ACTORS);
  for (size_t i = 0; i < ACTORS; i++) {
    const json_t *job = json_array_get(json_object_get(json_array_get(actors, i), "jobs"), 0);
    assert_string_equal(json_string_value(json_object_get(job, "delivery")), "refused");
    assert_string_equal(json_string_value(json_object_get(job, "code")), "PAY-PII");
  }
}

static bool holds(const char *bytes, size_t len, const char *text)
{
  return memmem(bytes, len, text, strlen(text)) != NULL;
}

static void assert_clean(const char *where, const char *bytes, size_t len)
{
  for (unsigned n = 0; n < ACTORS; n++) {
    struct person person = person_of(n);
    if (holds(bytes, len, person.digits) || holds(bytes, len, person.written))
      fail_msg("%s holds number %u, %s", where, n, person.form);
  }
}

static void assert_file_is_clean(const char *folder, const char *name)
{
  char path[900];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  char *bytes = malloc(64 * 1024 * 1024);
  size_t len = fread(bytes, 1, 64 * 1024 * 1024, file);
  fclose(file);
  assert_clean(name, bytes, len);
  free(bytes);
}

static void test_P12_person_numbers_of_a_run_are_nowhere(void **state)
{
  static const char *const arguments[] = {"run",         "--today",     "2026-11-22",
                                          "--json-file", "report.json", NULL};
  char folder[500], other[500], table[600];
  (void)state;
  rig_folder(folder, sizeof folder);
  rig_folder(other, sizeof other);
  write_table(other);
  snprintf(table, sizeof table, "%s/table.json", other);
  char *extra[] = {(char *)(uintptr_t) "--table", table, NULL};
  pid_t fixtures = rig_fixtures(folder, extra);
  struct rig_run run = rig_vater(folder, arguments);
  rig_stop(fixtures);
  if (run.exit_code > 2)
    fail_msg("exit %d: %s%s", run.exit_code, run.out, run.error);
  json_t *report = rig_json(folder, "report.json");
  assert_refused(report);
  json_decref(report);
  assert_clean("standard output", run.out, run.out_len);
  assert_clean("standard error", run.error, run.error_len);
  DIR *listed = opendir(folder);
  unsigned files = 0;
  for (struct dirent *one; (one = readdir(listed)) != NULL;)
    if (strncmp(one->d_name, "vater.db", 8) == 0 || strcmp(one->d_name, "report.json") == 0) {
      assert_file_is_clean(folder, one->d_name);
      files++;
    }
  closedir(listed);
  assert_true(files >= 2);
  rig_done(&run);
  rig_remove(folder);
  rig_remove(other);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_P12_person_numbers_of_a_run_are_nowhere),
  };
  return cmocka_run_group_tests_name("flow_privacy", tests, NULL, NULL);
}

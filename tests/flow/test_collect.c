#include "flow/rig.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FAULTS_MAX = 64 * 1024, ACTORS_MAX = 300 };

static const char *const run_all[] = {"run",        "--quiet",     "--verbose",   "--today",
                                      "2026-11-22", "--json-file", "report.json", NULL};

/* What does not hold is gathered, so that one run of the test shows all of it. */
struct faults {
  char text[FAULTS_MAX];
  size_t len;
};

static void fault(struct faults *faults, const char *id, const char *what, const char *got,
                  const char *wanted)
{
  int size = snprintf(faults->text + faults->len, sizeof faults->text - faults->len,
                      "%s: %s is %s, wanted %s\n", id, what, got != NULL ? got : "(absent)",
                      wanted != NULL ? wanted : "(absent)");
  if (size > 0 && faults->len + (size_t)size < sizeof faults->text)
    faults->len += (size_t)size;
}

static const char *text_of(const json_t *object, const char *name)
{
  return json_string_value(json_object_get(object, name));
}

static void compare_text(struct faults *faults, const char *id, const char *what, const char *got,
                         const char *wanted)
{
  if (strcmp(got != NULL ? got : "", wanted != NULL ? wanted : "") != 0)
    fault(faults, id, what, got, wanted);
}

static const json_t *find_block(const json_t *job, const json_t *wanted, const char *orgnr)
{
  const json_t *blocks = json_object_get(job, "blocks");
  const char *actor = text_of(wanted, "actor");
  for (size_t i = 0; i < json_array_size(blocks); i++) {
    const json_t *block = json_array_get(blocks, i);
    if (strcmp(text_of(block, "indicator"), text_of(wanted, "indicator")) == 0 &&
        strcmp(text_of(block, "period"), text_of(wanted, "period")) == 0 &&
        strcmp(text_of(block, "actor"), actor != NULL ? actor : orgnr) == 0)
      return block;
  }
  return NULL;
}

static void compare_verdicts(struct faults *faults, const char *id, const json_t *job,
                             const json_t *expected, const char *orgnr)
{
  const json_t *verdicts = json_object_get(expected, "verdicts");
  for (size_t i = 0; i < json_array_size(verdicts); i++) {
    const json_t *wanted = json_array_get(verdicts, i);
    const json_t *block = find_block(job, wanted, orgnr);
    char what[128];
    snprintf(what, sizeof what, "block %s %s", text_of(wanted, "indicator"),
             text_of(wanted, "period"));
    compare_text(faults, id, what, block != NULL ? text_of(block, "verdict") : NULL,
                 text_of(wanted, "verdict"));
  }
  size_t blocks = json_array_size(json_object_get(job, "blocks"));
  if (blocks != json_array_size(verdicts)) {
    char got[32];
    char wanted[32];
    snprintf(got, sizeof got, "%zu", blocks);
    snprintf(wanted, sizeof wanted, "%zu", json_array_size(verdicts));
    fault(faults, id, "number of blocks", got, wanted);
  }
}

static bool has_code(const json_t *list, const char *code)
{
  for (size_t i = 0; i < json_array_size(list); i++) {
    const json_t *item = json_array_get(list, i);
    const char *text = json_is_string(item) ? json_string_value(item) : text_of(item, "code");
    if (strcmp(text, code) == 0)
      return true;
  }
  return false;
}

/* The codes of the findings are these and no others. */
static void compare_findings(struct faults *faults, const char *id, const json_t *job,
                             const json_t *expected)
{
  const json_t *wanted = json_object_get(expected, "findings");
  const json_t *found = json_object_get(job, "findings");
  if (wanted == NULL)
    return;
  for (size_t i = 0; i < json_array_size(wanted); i++)
    if (!has_code(found, json_string_value(json_array_get(wanted, i))))
      fault(faults, id, "a finding", NULL, json_string_value(json_array_get(wanted, i)));
  for (size_t i = 0; i < json_array_size(found); i++) {
    const json_t *finding = json_array_get(found, i);
    if (!has_code(wanted, text_of(finding, "code")))
      fault(faults, id, "a finding", text_of(finding, "code"), NULL);
  }
}

static const json_t *find_actor(const json_t *report, const char *orgnr)
{
  const json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  for (size_t i = 0; i < json_array_size(actors); i++)
    if (strcmp(text_of(json_array_get(actors, i), "actor"), orgnr) == 0)
      return json_array_get(actors, i);
  return NULL;
}

static const json_t *find_execution(const json_t *report, const char *orgnr)
{
  const json_t *jobs = json_object_get(json_object_get(report, "execution"), "jobs");
  for (size_t i = 0; i < json_array_size(jobs); i++)
    if (strcmp(text_of(json_array_get(jobs, i), "actor"), orgnr) == 0)
      return json_array_get(jobs, i);
  return NULL;
}

static void compare_tries(struct faults *faults, const char *id, const json_t *report,
                          const char *orgnr, const json_t *expected)
{
  const json_t *wanted = json_object_get(expected, "tries");
  const json_t *got = json_object_get(find_execution(report, orgnr), "tries");
  char texts[2][32];
  if (wanted == NULL || json_integer_value(got) == json_integer_value(wanted))
    return;
  snprintf(texts[0], sizeof texts[0], "%lld", json_integer_value(got));
  snprintf(texts[1], sizeof texts[1], "%lld", json_integer_value(wanted));
  fault(faults, id, "tries", texts[0], texts[1]);
}

static void compare_actor(struct faults *faults, const json_t *report, const char *orgnr,
                          const json_t *expected)
{
  const char *id = text_of(expected, "id");
  const json_t *actor = find_actor(report, orgnr);
  const json_t *job = json_array_get(json_object_get(actor, "jobs"), 0);
  if (job == NULL) {
    fault(faults, id, "the job", NULL, orgnr);
    return;
  }
  compare_text(faults, id, "status", text_of(actor, "status"), text_of(expected, "status"));
  compare_text(faults, id, "delivery", text_of(job, "delivery"), text_of(expected, "delivery"));
  compare_text(faults, id, "code", text_of(job, "code"), text_of(expected, "code"));
  compare_verdicts(faults, id, job, expected, orgnr);
  compare_findings(faults, id, job, expected);
  compare_tries(faults, id, report, orgnr, expected);
}

/* A code that stands for a refusal or a failure is among the findings too, with texts. */
static void check_codes_are_findings(const json_t *report)
{
  const json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  for (size_t i = 0; i < json_array_size(actors); i++) {
    const json_t *job = json_array_get(json_object_get(json_array_get(actors, i), "jobs"), 0);
    const char *code = text_of(job, "code");
    if (code != NULL && !has_code(json_object_get(job, "findings"), code))
      fail_msg("%s: %s is no finding", text_of(json_array_get(actors, i), "actor"), code);
  }
}

static void compare_all(const char *folder, const json_t *report)
{
  static struct faults faults;
  json_t *expected = rig_json(folder, "expected.json");
  const char *orgnr;
  json_t *entry;
  faults.len = 0;
  json_object_foreach(expected, orgnr, entry)
  {
    compare_actor(&faults, report, orgnr, entry);
  }
  size_t actors = json_array_size(json_object_get(json_object_get(report, "result"), "actors"));
  assert_true(actors >= 24);
  assert_true(actors >= json_object_size(expected));
  json_decref(expected);
  if (faults.len > 0)
    fail_msg("%s", faults.text);
}

/* I5: no secret stands anywhere: log, report, store. */
static void check_no_secret_leaked(const char *folder)
{
  static const char *const names[] = {"report.json", "vater.db", "out", "error"};
  DIR *directory = opendir(folder);
  struct dirent *entry;
  assert_non_null(directory);
  while ((entry = readdir(directory)) != NULL) {
    size_t len = strlen(entry->d_name);
    if (len < 7 || strcmp(entry->d_name + len - 7, ".secret") != 0)
      continue;
    char *secret = rig_text(folder, entry->d_name);
    secret[strcspn(secret, "\n")] = '\0';
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
      char path[1024];
      snprintf(path, sizeof path, "%s/%s", folder, names[i]);
      FILE *file = fopen(path, "rb");
      assert_non_null(file);
      char *content = malloc(64u << 20);
      assert_non_null(content);
      size_t size = fread(content, 1, 64u << 20, file);
      fclose(file);
      if (memmem(content, size, secret, strlen(secret)) != NULL)
        fail_msg("the secret %s stands in %s", entry->d_name, names[i]);
      free(content);
    }
    free(secret);
  }
  closedir(directory);
}

/* The table's `second` says what differs when everything is asked again. */
static void check_unchanged_again(const char *folder)
{
  static struct faults faults;
  struct rig_run run = rig_vater(folder, run_all);
  json_t *report = rig_json(folder, "report.json");
  json_t *expected = rig_json(folder, "expected.json");
  const char *orgnr;
  json_t *entry;
  size_t seen = 0;
  faults.len = 0;
  json_object_foreach(expected, orgnr, entry)
  {
    const json_t *second = json_object_get(entry, "second");
    if (second == NULL)
      continue;
    json_t *merged = json_copy(entry);
    assert_int_equal(json_object_update(merged, (json_t *)(uintptr_t)second), 0);
    compare_actor(&faults, report, orgnr, merged);
    json_decref(merged);
    seen++;
  }
  json_decref(expected);
  json_decref(report);
  rig_done(&run);
  assert_true(seen > 0);
  if (faults.len > 0)
    fail_msg("%s", faults.text);
}

/* Every fixture actor has the status, delivery, code, verdicts and findings that the table says; a
 * second run finds unchanged what did not change. Rows N, H, T, A, P of the fault table, by actor.
 */
static void test_every_actor_as_expected(void **state)
{
  (void)state;
  char folder[512];
  rig_folder(folder, sizeof folder);
  pid_t fixtures = rig_fixtures(folder, NULL);
  struct rig_run run = rig_vater(folder, run_all);
  if (run.exit_code != 2)
    fail_msg("exit %d, wanted 2: %s", run.exit_code, run.error);
  json_t *report = rig_json(folder, "report.json");
  compare_all(folder, report);
  check_codes_are_findings(report);
  check_no_secret_leaked(folder);
  json_decref(report);
  rig_done(&run);
  check_unchanged_again(folder);
  rig_stop(fixtures);
  rig_remove(folder);
}

static bool is_good(const json_t *expected)
{
  const char *status = text_of(expected, "status");
  return strcmp(status, "accepted") == 0 || strcmp(status, "accepted-with-notes") == 0;
}

/* I3: the faults of others change nothing for an actor: asked alone, the good ones have the very
 * same results. */
static void test_I3_others_do_not_matter(void **state)
{
  (void)state;
  char folder[512];
  rig_folder(folder, sizeof folder);
  pid_t fixtures = rig_fixtures(folder, NULL);
  struct rig_run run = rig_vater(folder, run_all);
  json_t *all = rig_json(folder, "report.json");
  rig_done(&run);
  json_t *expected = rig_json(folder, "expected.json");
  const char *arguments[30] = {"run",      "--quiet",    "--today",     "2026-11-22",
                               "--config", "alone.json", "--json-file", "alone-report.json"};
  size_t count = 8;
  const char *orgnr;
  json_t *entry;
  json_object_foreach(expected, orgnr, entry)
  {
    if (is_good(entry) && json_object_get(entry, "tries") == NULL && count < 28 &&
        json_object_get(entry, "second") == NULL)
      arguments[count++] = orgnr;
  }
  assert_true(count > 15);
  rig_write(folder, "alone.json",
            "{\"actors\": \"actors.json\", \"store\": \"alone.db\", \"certificates\": \"ca.pem\"}");
  run = rig_vater(folder, arguments);
  if (run.exit_code != 0)
    fail_msg("exit %d: %s", run.exit_code, run.error);
  json_t *alone = rig_json(folder, "alone-report.json");
  for (size_t i = 8; i < count; i++) {
    char *with_others = json_dumps(find_actor(all, arguments[i]), JSON_SORT_KEYS);
    char *by_itself = json_dumps(find_actor(alone, arguments[i]), JSON_SORT_KEYS);
    assert_non_null(with_others);
    assert_non_null(by_itself);
    assert_string_equal(with_others, by_itself);
    free(with_others);
    free(by_itself);
  }
  json_decref(all);
  json_decref(alone);
  json_decref(expected);
  rig_done(&run);
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_every_actor_as_expected),
      cmocka_unit_test(test_I3_others_do_not_matter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

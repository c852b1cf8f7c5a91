#include "flow/rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Rows of the fault table that need a whole run and that no room can show alone. */

enum { PAGES = 1000, DOCUMENT = 512 };

static const char nil[] =
    "{\\\"schemaVersion\\\":\\\"1.0.0\\\",\\\"reporter\\\":{\\\"orgnr\\\":\\\"942110464\\\","
    "\\\"name\\\":\\\"Trondheim kommune\\\"},\\\"delivery\\\":\\\"full\\\","
    "\\\"period\\\":{\\\"start\\\":\\\"2026-07-01\\\",\\\"end\\\":\\\"2026-09-30\\\"},"
    "\\\"generatedAt\\\":\\\"2026-10-15T08:30:00Z\\\",\\\"nil\\\":true,\\\"observations\\\":[]}";

static const char head[] =
    "{\"actors\": [\n"
    " {\"id\": \"good\", \"address\": \"127.0.0.17\",\n"
    "  \"actor\": {\"orgnr\": \"958935420\", \"name\": \"A\", \"type\": \"municipality\"},\n"
    "  \"endpoint\": {\"url\": \"{origin}/{period}\"},\n"
    "  \"serve\": {\"by\": \"web\", \"answers\": [{\"status\": 204}]}, \"expect\": {}},\n"
    " {\"id\": \"long\", \"address\": \"127.0.0.18\",\n"
    "  \"actor\": {\"orgnr\": \"942110464\", \"name\": \"B\", \"type\": \"municipality\"},\n"
    "  \"endpoint\": {\"url\": \"{origin}/0\"},\n"
    "  \"serve\": {\"by\": \"web\", \"answers\": [\n";

/* A table of one good actor, and one whose delivery has so many pages, each linking to the next. */
static char *table_of_pages(unsigned pages)
{
  size_t room = sizeof head + (size_t)pages * DOCUMENT * 2 + DOCUMENT;
  char *text = malloc(room);
  assert_non_null(text);
  size_t at = (size_t)snprintf(text, room, "%s", head);
  for (unsigned page = 1; page <= pages; page++) {
    at += (size_t)snprintf(text + at, room - at, "%s{\"body\": [{\"text\": \"%s\"}]",
                           page > 1 ? ",\n" : "", nil);
    if (page < pages)
      at += (size_t)snprintf(text + at, room - at,
                             ", \"headers\": {\"Link\": \"</%u>; rel=\\\"next\\\"\"}", page);
    at += (size_t)snprintf(text + at, room - at, "}");
  }
  snprintf(text + at, room - at, "]}, \"expect\": {}}]}\n");
  return text;
}

static const json_t *find_job(const json_t *report, const char *orgnr)
{
  const json_t *actors = json_object_get(json_object_get(report, "result"), "actors");
  for (size_t i = 0; i < json_array_size(actors); i++) {
    const json_t *actor = json_array_get(actors, i);
    if (strcmp(json_string_value(json_object_get(actor, "actor")), orgnr) == 0)
      return json_array_get(json_object_get(actor, "jobs"), 0);
  }
  fail_msg("%s is not in the report", orgnr);
  return NULL;
}

static long long tries_of(const json_t *report, const char *orgnr)
{
  const json_t *jobs = json_object_get(json_object_get(report, "execution"), "jobs");
  for (size_t i = 0; i < json_array_size(jobs); i++) {
    const json_t *job = json_array_get(jobs, i);
    if (strcmp(json_string_value(json_object_get(job, "actor")), orgnr) == 0)
      return json_integer_value(json_object_get(job, "tries"));
  }
  return -1;
}

static void assert_text(const json_t *object, const char *name, const char *wanted)
{
  const char *got = json_string_value(json_object_get(object, name));
  if (got == NULL || strcmp(got, wanted) != 0)
    fail_msg("%s is %s, wanted %s", name, got != NULL ? got : "(absent)", wanted);
}

static json_t *run_pages(char *folder, unsigned pages)
{
  static char path[600];
  static const char *const arguments[] = {"run",         "--quiet",     "--today", "2026-11-22",
                                          "--json-file", "report.json", NULL};
  char *table = table_of_pages(pages);
  rig_write(folder, "table.json", table);
  free(table);
  snprintf(path, sizeof path, "%s/table.json", folder);
  char *extra[] = {(char *)(uintptr_t) "--table", path, NULL};
  pid_t fixtures = rig_fixtures(folder, extra);
  struct rig_run run = rig_vater(folder, arguments);
  rig_stop(fixtures);
  if (run.exit_code > 2)
    fail_msg("exit %d, signal %d: %s", run.exit_code, run.signal, run.error);
  rig_done(&run);
  return rig_json(folder, "report.json");
}

/* H13: pages without end are given up at the limit, refused, and nobody else notices; as many as
 * the limit are read. */
static void test_H13_pages(void **state)
{
  (void)state;
  static const struct {
    unsigned pages;
    const char *delivery, *code;
  } rows[] = {{PAGES, "nil", NULL}, {PAGES + 1, "refused", "HTTP-PAGES"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char folder[512];
    rig_folder(folder, sizeof folder);
    json_t *report = run_pages(folder, rows[i].pages);
    const json_t *job = find_job(report, "942110464");
    assert_text(job, "delivery", rows[i].delivery);
    if (rows[i].code != NULL)
      assert_text(job, "code", rows[i].code);
    assert_text(find_job(report, "958935420"), "delivery", "nil");
    json_decref(report);
    rig_remove(folder);
  }
}

/* Asks these fixture actors only; at most six. */
static json_t *run_actors(const char *const *orgnr, size_t count)
{
  const char *arguments[16] = {"run",        "--quiet",     "--today",
                               "2026-11-22", "--json-file", "report.json"};
  char folder[512];
  assert_true(count <= 6);
  for (size_t i = 0; i < count; i++)
    arguments[6 + i] = orgnr[i];
  rig_folder(folder, sizeof folder);
  pid_t fixtures = rig_fixtures(folder, NULL);
  struct rig_run run = rig_vater(folder, arguments);
  rig_stop(fixtures);
  rig_done(&run);
  json_t *report = rig_json(folder, "report.json");
  rig_remove(folder);
  return report;
}

/* H13: a next page that was asked before, and one at another host. */
static void test_H13_links(void **state)
{
  (void)state;
  static const char *const orgnr[] = {"313004996", "313005062"};
  json_t *report = run_actors(orgnr, 2);
  for (size_t i = 0; i < 2; i++) {
    assert_text(find_job(report, orgnr[i]), "delivery", "refused");
    assert_text(find_job(report, orgnr[i]), "code", "HTTP-PAGES");
  }
  json_decref(report);
}

/* A05, and A02 as far as bearer and basic go: 401 and 403 are the actor's answer: asked once, never
 * again, and others are let in. */
static void test_A02_A05_not_let_in(void **state)
{
  (void)state;
  static const char *const orgnr[] = {"313003736", "313003809", "994598759", "983544622"};
  json_t *report = run_actors(orgnr, 4);
  for (size_t i = 0; i < 2; i++) {
    assert_text(find_job(report, orgnr[i]), "delivery", "not-delivered");
    assert_text(find_job(report, orgnr[i]), "code", "AUTH-API");
    assert_int_equal(tries_of(report, orgnr[i]), 1);
  }
  assert_text(find_job(report, orgnr[2]), "delivery", "received");
  assert_text(find_job(report, orgnr[3]), "delivery", "received");
  json_decref(report);
}

static void write_registry(const char *folder, const char *plugin, const char *secret)
{
  char text[1500];
  rig_write(folder, "vater.json", "{\"actors\": \"actors.json\", \"store\": \"vater.db\"}");
  snprintf(text, sizeof text,
           "{\"actors\": [{\"orgnr\": \"983974724\", \"name\": \"A\", \"type\": \"trust\",\n"
           "  \"endpoints\": [\n"
           "   {\"id\": \"one\", \"allow\": [\"loopback\"],\n"
           "    \"source\": {\"plugin\": \"http\", \"url\": \"https://127.0.0.9:1/\"},\n"
           "    \"auth\": {\"plugin\": \"%s\", %s: {\"file\": \"secret\"}},\n"
           "    \"format\": {\"plugin\": \"indicator_json\"}}]}]}\n",
           plugin, secret);
  rig_write(folder, "actors.json", text);
}

/* A01, as far as bearer and basic go: what should give the secret gives none, which is known before
 * anybody is asked; or one that cannot be sent, for which no actor is blamed. It is never shown. */
static void test_A01_no_usable_secret(void **state)
{
  (void)state;
  static const struct {
    const char *plugin, *secret, *content;
    int exit_code;
    const char *text;
  } rows[] = {
      {"bearer", "\"token\"", "", 3, "is empty"},
      {"bearer", "\"token\"", "\n", 3, "is empty"},
      {"basic", "\"user\": \"u\", \"password\"", "", 3, "is empty"},
      {"bearer", "\"token\"", "canary-77\r\nX: y", 2,
       "delivery=internal-error code=PLUG-ERROR msg=\"plugin 'bearer', auth.prepare: the value of "
       "header 'Authorization' holds a line break"}};
  char folder[512];
  char path[600];
  rig_folder(folder, sizeof folder);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    write_registry(folder, rows[i].plugin, rows[i].secret);
    rig_write(folder, "secret", rows[i].content);
    snprintf(path, sizeof path, "%s/secret", folder);
    assert_int_equal(chmod(path, 0600), 0);
    struct rig_run run = rig_vater(folder, (const char *const[]){"run", "--quiet", NULL});
    if (run.exit_code != rows[i].exit_code || !rig_contains(run.error, rows[i].text))
      fail_msg("row %zu: exit %d: %s", i, run.exit_code, run.error);
    assert_false(rig_contains(run.error, "canary-77"));
    rig_done(&run);
  }
  rig_remove(folder);
}

/* The registry without its first actors. */
static void leave_out(const char *folder, size_t count)
{
  json_t *registry = rig_json(folder, "actors.json");
  json_t *actors = json_object_get(registry, "actors");
  for (size_t i = 0; i < count; i++)
    assert_int_equal(json_array_remove(actors, 0), 0);
  char *text = json_dumps(registry, JSON_INDENT(1));
  assert_non_null(text);
  rig_write(folder, "actors.json", text);
  free(text);
  json_decref(registry);
}

/* O01: a registry that has lost more than a fifth of its actors is refused, until it is said to be
 * meant; a fifth is taken. */
static void test_O01_shrink(void **state)
{
  (void)state;
  static const char *const arguments[] = {"run", "--quiet", "--today", "2026-11-22", NULL};
  static const struct {
    size_t left_out;
    int exit_code;
  } rows[] = {{0, 0}, {2, 0}, {2, 3}};
  char folder[512];
  pid_t fixtures = rig_bulk(folder, sizeof folder, "10", "3000");
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    leave_out(folder, rows[i].left_out);
    struct rig_run run = rig_vater(folder, arguments);
    if (run.exit_code != rows[i].exit_code)
      fail_msg("row %zu: exit %d: %s", i, run.exit_code, run.error);
    assert_int_equal(rig_contains(run.error, "OPS-SHRINK"), rows[i].exit_code == 3);
    rig_done(&run);
  }
  json_t *settings = rig_json(folder, "vater.json");
  json_object_set_new(settings, "allowShrink", json_true());
  char *text = json_dumps(settings, JSON_INDENT(1));
  rig_write(folder, "vater.json", text);
  free(text);
  json_decref(settings);
  struct rig_run run = rig_vater(folder, arguments);
  assert_int_equal(run.exit_code, 0);
  rig_done(&run);
  rig_stop(fixtures);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_H13_pages),          cmocka_unit_test(test_H13_links),
      cmocka_unit_test(test_A02_A05_not_let_in), cmocka_unit_test(test_A01_no_usable_secret),
      cmocka_unit_test(test_O01_shrink),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* docs/formats.md: its files, its commands, and what comes out. */
#include "flow/rig.h"

#include <stdlib.h>
#include <string.h>

enum { WORDS = 32, NAME_BYTES = 100 };

/* What stands between the fences behind `at`; `at` moves behind them. */
static char *take_block(char **at)
{
  char *open = strstr(*at, "```");
  assert_non_null(open);
  char *start = strchr(open, '\n') + 1;
  char *end = strstr(start, "```\n");
  assert_non_null(end);
  char *text = strndup(start, (size_t)(end - start));
  assert_non_null(text);
  *at = end + 4;
  return text;
}

static void write_file(const char *folder, char *mark, char **at)
{
  char name[NAME_BYTES];
  char *text = take_block(at);
  assert_int_equal(sscanf(mark, "<!-- file: %99[a-z.-] -->", name), 1);
  rig_write(folder, name, text);
  free(text);
}

static void run_block(const char *folder, char **at)
{
  const char *words[WORDS];
  size_t count = 0;
  char *command = take_block(at);
  char *rest = NULL;
  char *out = strstr(*at, "<!-- out -->");
  assert_non_null(out);
  *at = out;
  char *wanted = take_block(at);
  char *word = strtok_r(command, " \n", &rest);
  assert_string_equal(word, "vater");
  while ((word = strtok_r(NULL, " \n", &rest)) != NULL && count + 1 < WORDS)
    words[count++] = word;
  words[count] = NULL;
  struct rig_run run = rig_vater(folder, words);
  if (strcmp(run.out, wanted) != 0)
    fail_msg("exit %d: %s%s\nwanted: %s", run.exit_code, run.out, run.error, wanted);
  rig_done(&run);
  free(command);
  free(wanted);
}

static void the_page_is_right(void **state)
{
  (void)state;
  char folder[512];
  unsigned runs = 0;
  rig_folder(folder, sizeof folder);
  char *page = rig_text(VATER_SOURCE_DIR "/docs", "formats.md");
  for (char *at = page; (at = strstr(at, "<!-- ")) != NULL;) {
    char *mark = at;
    if (strncmp(mark, "<!-- file: ", 11) == 0)
      write_file(folder, mark, &at);
    else if (strncmp(mark, "<!-- run -->", 12) == 0)
      run_block(folder, &at), runs++;
    else
      at += 5;
  }
  assert_true(runs >= 3);
  free(page);
  rig_remove(folder);
}

/* Each line of a faulty table has its own finding, at its cell. */
static void check_faults(const char *indicator, const char *const *wanted)
{
  char mapping[600];
  char folder[512];
  rig_folder(folder, sizeof folder);
  snprintf(mapping, sizeof mapping,
           "{\"format\": \"csv\", \"dialect\": {\"delimiter\": \";\", \"decimal\": \",\"},"
           " \"indicator\": {\"fixed\": \"%s\"}, \"period\": \"Måned\","
           " \"area\": {\"from\": \"Kommune\", \"digits\": 4}, \"unit\": {\"fixed\": \"percent\"},"
           " \"status\": {\"fixed\": \"final\"}, \"value\": \"Andel\"}",
           indicator);
  rig_write(folder, "mapping.json", mapping);
  rig_write(folder, "faulty.csv",
            "Måned;Kommune;Andel\n"
            "2026-09;301;15,3\n"
            "2026-09;0301;1.234\n"
            "2026W10;0301;1\n"
            "2026-09;0301\n"
            "2026-09;0301;1E5\n"
            "2026-09;0301;\n");
  static const char *const arguments[] = {"check",     "--actor",      "983974724",
                                          "--mapping", "mapping.json", "--samples",
                                          "50",        "faulty.csv",   NULL};
  struct rig_run run = rig_vater(folder, arguments);
  assert_int_equal(run.exit_code, 1);
  for (size_t i = 0; wanted[i] != NULL; i++)
    if (!rig_contains(run.out, wanted[i]))
      fail_msg("no '%s' in: %s%s", wanted[i], run.out, run.error);
  rig_done(&run);
  rig_remove(folder);
}

static void faults_have_places(void **state)
{
  (void)state;
  static const char *const figures[] = {
      "line 2:9\n",  "column 'Kommune': '301' has lost its leading zero, as a spreadsheet does;",
      "line 3:14\n", "column 'Andel': '1.234' is ambiguous",
      "line 4:1\n",  "column 'Måned': '2026W10' is a week",
      "line 5:1\n",  "the row has 2 cells; the first row has 3",
      "line 6:14\n", "column 'Andel': '1E5' is in scientific notation",
      "line 7:14\n", "column 'Andel': '' is empty",
      NULL};
  /* codes and periods are told of any indicator, figures of one that counts no persons */
  static const char *const persons[] = {
      "line 2:9\n",  "column 'Kommune': '301' has lost its leading zero, as a spreadsheet does;",
      "line 3:14\n", "column 'Andel': '*.***' is ambiguous",
      "line 4:1\n",  "column 'Måned': '2026W10' is a week",
      "line 5:1\n",  "the row has 2 cells; the first row has 3",
      "line 6:14\n", "column 'Andel': '*E*' is in scientific notation",
      NULL};
  check_faults("G1-03", figures);
  check_faults("G1-11", persons);
}

static void check_place(const json_t *cell, const char *member, const char *value, int line,
                        int column, const char *pointer)
{
  assert_string_equal(json_string_value(json_object_get(cell, "member")), member);
  assert_string_equal(json_string_value(json_object_get(cell, "value")), value);
  assert_int_equal(json_integer_value(json_object_get(cell, "line")), line);
  assert_int_equal(json_integer_value(json_object_get(cell, "column")), column);
  const char *found = json_string_value(json_object_get(cell, "pointer"));
  assert_string_equal(found != NULL ? found : "none", pointer);
}

/* A cell of CSV has line and column; a second page counts on, with places of its own. */
static void explanations_are_json(void **state)
{
  (void)state;
  char folder[512];
  rig_folder(folder, sizeof folder);
  rig_write(folder, "mapping.json",
            "{\"format\": \"csv\", \"indicator\": {\"fixed\": \"G1-03\"}, \"period\": \"P\","
            " \"area\": {\"fixed\": \"NO\"}, \"unit\": {\"fixed\": \"percent\"},"
            " \"status\": {\"fixed\": \"final\"}, \"value\": \"V\"}");
  rig_write(folder, "a.csv", "P,V\n2026,12.5\n");
  rig_write(folder, "b.csv", "V,P\n\"7\",2025\n");
  static const char *const arguments[] = {
      "check",  "--actor", "983974724", "--mapping", "mapping.json", "--explain-mapping",
      "--json", "a.csv",   "b.csv",     NULL};
  struct rig_run run = rig_vater(folder, arguments);
  json_t *root = json_loads(run.out, 0, NULL);
  json_t *list = json_object_get(root, "observations");
  if (json_array_size(list) != 2)
    fail_msg("exit %d: %s%s", run.exit_code, run.out, run.error);
  json_t *second = json_array_get(list, 1);
  assert_int_equal(run.exit_code, 0);
  assert_int_equal(json_integer_value(json_object_get(second, "observation")), 2);
  assert_int_equal(json_integer_value(json_object_get(second, "page")), 2);
  assert_string_equal(json_string_value(json_object_get(second, "file")), "b.csv");
  json_t *cells = json_object_get(json_array_get(list, 0), "cells");
  check_place(json_array_get(cells, 1), "period", "2026", 2, 1, "none");
  check_place(json_array_get(cells, 3), "value", "12.5", 2, 6, "none");
  cells = json_object_get(second, "cells");
  check_place(json_array_get(cells, 1), "period", "2025", 2, 5, "none");
  check_place(json_array_get(cells, 3), "value", "7", 2, 1, "none");
  json_decref(root);
  rig_done(&run);
  rig_remove(folder);
}

/* What is wrong with the mapping is told in one go, of structure and meaning, as lint does. */
static void faults_of_the_mapping_are_told(void **state)
{
  (void)state;
  static const char *const wanted[] = {
      "mapping.json:2:2: error: OPS-CONFIG: there is no member 'perod' here; did you mean",
      "did you mean 'period'?",
      "mapping.json:4:25: error: OPS-CONFIG: no pack knows the indicator 'G1-111'",
      "mapping.json:4:54: error: OPS-CONFIG: no code list has the area '4600'"};
  static const char *const commands[][8] = {
      {"check", "--actor", "983974724", "--mapping", "mapping.json", "x.csv", NULL},
      {"rules", "lint", "mapping.json", NULL}};
  static const int codes[] = {3, 1};
  char folder[512];
  rig_folder(folder, sizeof folder);
  rig_write(folder, "mapping.json",
            "{\"format\": \"csv\", \"period\": \"P\", \"unit\": {\"fixed\": \"percent\"},\n"
            " \"perod\": \"Q\",\n \"status\": {\"fixed\": \"final\"}, \"value\": \"V\",\n"
            " \"indicator\": {\"fixed\": \"G1-111\"}, \"area\": {\"fixed\": \"4600\"}}\n");
  rig_write(folder, "x.csv", "P,V\n2026,1\n");
  for (size_t i = 0; i < 2; i++) {
    struct rig_run run = rig_vater(folder, commands[i]);
    assert_int_equal(run.exit_code, codes[i]);
    rig_says(run.error, wanted, sizeof wanted / sizeof *wanted);
    rig_done(&run);
  }
  rig_remove(folder);
}

/* A Bundle's next page is not fetched here, and that is said. */
static void a_page_that_is_not_given_is_told(void **state)
{
  (void)state;
  char folder[512];
  rig_folder(folder, sizeof folder);
#define BUNDLE(link)                                           \
  "{\"resourceType\":\"Bundle\",\"type\":\"collection\"," link \
  "\"entry\":[{\"resource\":{\"resourceType\":\"Device\"}}]}"
  rig_write(folder, "mapping.json",
            "{\"format\":\"fhir\",\"area\":{\"fixed\":\"46\"},\"measures\":{\"M\":{\"indicator\":"
            "\"G1-11\",\"unit\":\"percent\"}}}");
  rig_write(folder, "one.json",
            BUNDLE("\"link\":[{\"relation\":\"next\",\"url\":\"https://x.example/2\"}],"));
  rig_write(folder, "two.json", BUNDLE(""));
  const char *arguments[] = {"check",        "--actor",  "983974724", "--mapping",
                             "mapping.json", "one.json", "two.json",  NULL};
  struct rig_run run = rig_vater(folder, arguments);
  assert_false(rig_contains(run.error, "names one behind it"));
  rig_done(&run);
  arguments[6] = NULL;
  run = rig_vater(folder, arguments);
  assert_true(rig_contains(run.error, "the last page names one behind it"));
  rig_done(&run);
  rig_remove(folder);
}

/* Names that nobody knows, with the nearest that somebody does. */
static void mappings_are_linted(void **state)
{
  (void)state;
  char folder[512];
  rig_folder(folder, sizeof folder);
  rig_write(folder, "mapping.json",
            "{\n \"format\": \"csv\",\n \"perid\": \"Måned\",\n \"period\": \"Måned\",\n"
            " \"area\": \"Kommune\",\n \"status\": {\"fixed\": \"final\"}\n}\n");
  rig_write(folder, "names.json",
            "{\n \"format\": \"csv\",\n \"indicator\": {\"fixed\": \"G1-11\"},\n"
            " \"period\": \"Måned\",\n \"area\": \"Kommune\",\n"
            " \"status\": {\"fixed\": \"final\"},\n \"breakdown\": {\"sx\": \"Kjønn\"}\n}\n");
  static const char *const members[] = {"rules", "lint", "mapping.json", NULL};
  static const char *const names[] = {"rules", "lint", "names.json", NULL};
  struct rig_run run = rig_vater(folder, members);
  assert_int_equal(run.exit_code, 1);
  if (!rig_contains(run.error, "mapping.json:3:") || !rig_contains(run.error, "'period'"))
    fail_msg("%s%s", run.out, run.error);
  rig_done(&run);
  run = rig_vater(folder, names);
  assert_int_equal(run.exit_code, 1);
  if (!rig_contains(run.error,
                    "names.json:7:16: error: OPS-CONFIG: no mapped indicator is reported "
                    "by 'sx'; did you mean 'sex'?"))
    fail_msg("%s%s", run.out, run.error);
  rig_done(&run);
  rig_remove(folder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_page_is_right),
      cmocka_unit_test(faults_have_places),
      cmocka_unit_test(explanations_are_json),
      cmocka_unit_test(faults_of_the_mapping_are_told),
      cmocka_unit_test(a_page_that_is_not_given_is_told),
      cmocka_unit_test(mappings_are_linted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "jsonstat_rig.h"

/* One value a month, all of it fixed but the period. */
#define SINGLE(more)                                                                               \
  "{\"mapping\":{\"format\":\"jsonstat\",\"indicator\":{\"fixed\":\"G1-11\"},\"unit\":{\"fixed\":" \
  "\"percent\"},\"status\":{\"fixed\":\"final\"},\"area\":{\"fixed\":\"46\"},\"period\":"          \
  "\"T\"" more "}}"
static const char single[] = SINGLE("");

#define DATASET(id, size, dimension, rest)                                  \
  "{\"version\":\"2.0\",\"class\":\"dataset\",\"id\":" id ",\"size\":" size \
  ",\"dimension\":{" dimension "}," rest "}"
#define MONTHS(rest) \
  DATASET("[\"T\"]", "[2]", "\"T\":{\"category\":{\"index\":[\"2026M06\",\"2026M07\"]}}", rest)
#define OF_T(category, size, values) \
  DATASET("[\"T\"]", size, "\"T\":{\"category\":" category "}", "\"value\":" values)

static void check(const char *settings, struct vater_str payload, const char *rows,
                  const char *findings)
{
  struct judged judged = observed_payload(&world, "jsonstat", settings, payload);
  char *got_rows = observed_rows(&judged);
  char *got_findings = observed_findings(&judged, "PAY-");
  assert_string_equal(got_findings, findings);
  assert_string_equal(got_rows, rows);
  free(got_rows);
  free(got_findings);
  judged_free(&judged);
}

static void check_text(const char *settings, const char *payload, const char *rows,
                       const char *findings)
{
  check(settings, vt_str(payload), rows, findings);
}

/* ---- what comes out ------------------------------------------------------------------------- */

static void measures_are_joined(void **state)
{
  (void)state;
  struct vater_str payload = observed_fixture("jsonstat-dataset.json");
  check(own, payload,
        "G1-11 2026-06 NO num=2500 den=10000 val=25.0 percent final\n"
        "G1-11 2026-07 NO num=2640 den=10000 val=26.4 percent final\n"
        "G1-11 2026-06 NO sex=M num=1100 den=4800 val=22.9 percent final\n"
        "G1-11 2026-07 NO sex=M num=1200 den=4800 val=25.0 percent final\n"
        "G1-11 2026-06 NO sex=F num=1400 den=5200 val=26.9 percent final\n"
        "G1-11 2026-07 NO sex=F num=1440 den=5200 val=27.7 percent final\n"
        "G1-11 2026-06 46 num=310 den=1200 val=25.8 percent final\n"
        "G1-11 2026-07 46 num=330 den=1200 val=27.5 percent preliminary\n"
        "G1-11 2026-06 46 sex=M num=130 den=530 val=24.5 percent final\n"
        "G1-11 2026-07 46 sex=M num=140 den=530 val=26.4 percent final\n"
        "G1-11 2026-06 46 sex=F percent final missing=suppressed\n"
        "G1-11 2026-07 46 sex=F num=190 den=670 val=28.4 percent final\n",
        "");
  free((void *)(uintptr_t)payload.ptr);
}

static void a_cell_keeps_its_place(void **state)
{
  (void)state;
  static const char payload[] = MONTHS("\"value\":[10.5,\n 150.25]");
  struct judged judged = observed_payload(&world, "jsonstat", single, vt_str(payload));
  const struct vt_table *table = &judged.result.table;
  uint64_t offset;
  assert_int_equal(table->rows, 2);
  assert_true(vt_table_place(table, 1, VATER_COLUMN_VALUE, &offset));
  assert_memory_equal(payload + offset, "150.25", 6);
  assert_true(vt_table_place(table, 1, VATER_COLUMN_PERIOD, &offset));
  assert_memory_equal(payload + offset, "\"2026M07\"", 9);
  judged_free(&judged);
}

static void values_may_be_sparse(void **state)
{
  (void)state;
  check_text(single, MONTHS("\"value\":{\"1\":7.5}"), "G1-11 2026-07 46 val=7.5 percent final\n",
             "");
  check_text(single, MONTHS("\"value\":{\"1\":7.5},\"status\":{\"0\":\"..\"}"),
             "G1-11 2026-06 46 percent final missing=not-available\n"
             "G1-11 2026-07 46 val=7.5 percent final\n",
             "");
  check_text(single, MONTHS("\"value\":{\"0\":null}"),
             "G1-11 2026-06 46 percent final missing=not-available\n", "");
}

static void statuses_say_why_there_is_no_number(void **state)
{
  (void)state;
  static const char *const cases[][2] = {
      {".", "not-applicable"}, {"..", "not-available"}, {"...", "not-yet"}, {":", "suppressed"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[600];
    char rows[200];
    snprintf(payload, sizeof payload, MONTHS("\"value\":[null,1.5],\"status\":[\"%s\",null]"),
             cases[i][0]);
    snprintf(rows, sizeof rows,
             "G1-11 2026-06 46 percent final missing=%s\nG1-11 2026-07 46 val=1.5 percent final\n",
             cases[i][1]);
    check_text(single, payload, rows, "");
  }
  check_text(single, MONTHS("\"value\":[null,null],\"status\":\":\""),
             "G1-11 2026-06 46 percent final missing=suppressed\n"
             "G1-11 2026-07 46 percent final missing=suppressed\n",
             "");
  check_text(single, MONTHS("\"value\":[0,null],\"status\":[\":\",\"q\"]"),
             "G1-11 2026-06 46 percent final missing=suppressed\n"
             "G1-11 2026-07 46 percent final missing=not-available\n",
             "PAY-FORMAT /status/1: the status 'q' is not in the mapping; it is taken as "
             "not-available.\n");
  /* each once, at the first cell that has it */
  check_text(single, MONTHS("\"value\":[null,null],\"status\":\"q\""),
             "G1-11 2026-06 46 percent final missing=not-available\n"
             "G1-11 2026-07 46 percent final missing=not-available\n",
             "PAY-FORMAT /status: the status 'q' is not in the mapping; it is taken as "
             "not-available.\n");
  check_text(single, MONTHS("\"value\":[1,2],\"status\":[\"q\",\"q\"]"),
             "G1-11 2026-06 46 val=1 percent final\nG1-11 2026-07 46 val=2 percent final\n",
             "PAY-NOTE /status/0: the status 'q' is not in the mapping; the number is taken as it "
             "is.\n");
  check_text(single, MONTHS("\"value\":[1,null],\"status\":[\"q\",\"q\"]"),
             "G1-11 2026-06 46 val=1 percent final\n"
             "G1-11 2026-07 46 percent final missing=not-available\n",
             "PAY-NOTE /status/0: the status 'q' is not in the mapping; the number is taken as it "
             "is.\nPAY-FORMAT /status/1: the status 'q' is not in the mapping; it is taken as "
             "not-available.\n");
  check_text(single, MONTHS("\"value\":[1,2],\"aa\":1,\"bb\":2"),
             "G1-11 2026-06 46 val=1 percent final\nG1-11 2026-07 46 val=2 percent final\n",
             "PAY-FORMAT /aa: JSON-stat has no member 'aa' here; it is not read.\n"
             "PAY-FORMAT /bb: JSON-stat has no member 'bb' here; it is not read.\n");
  check_text(SINGLE(",\"missing\":{\"x\":\"collection-error\",\"-\":\"zero\"}"),
             MONTHS("\"value\":[null,null],\"status\":[\"x\",\"-\"]"),
             "G1-11 2026-06 46 percent final missing=collection-error\n"
             "G1-11 2026-07 46 val=0 percent final\n",
             "");
}

static void periods_are_read_in_many_forms(void **state)
{
  (void)state;
  static const char *const cases[][2] = {
      {"2023", "2023"},       {"2020_2020", "2020"}, {"2023K1", "2023-Q1"},  {"2023Q4", "2023-Q4"},
      {"2023-Q2", "2023-Q2"}, {"2023T3", "2023-T3"}, {"2023M07", "2023-07"}, {"2023-07", "2023-07"},
      {"202312", "2023-12"},  {"2020-2020", "2020"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[400];
    char rows[100];
    snprintf(payload, sizeof payload, OF_T("{\"index\":[\"%s\"]}", "[1]", "[1]"), cases[i][0]);
    snprintf(rows, sizeof rows, "G1-11 %s 46 val=1 percent final\n", cases[i][1]);
    check_text(single, payload, rows, "");
  }
  static const char *const others[][2] = {{"2023K5", "is no period of the calendar"},
                                          {"2023M13", "is no period of the calendar"},
                                          {"2023M00", "is no period of the calendar"},
                                          {"2023T4", "is no period of the calendar"},
                                          {"202", "is no period that is known"},
                                          {"2020_2021", "is several years"},
                                          {"20230101", "is a day"},
                                          {"2023U10", "is a week"},
                                          {"x", "is no period that is known"},
                                          {"0000", "is no period of the calendar"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
    char payload[400];
    char finding[200];
    snprintf(payload, sizeof payload, OF_T("{\"index\":[\"%s\"]}", "[1]", "[1]"), others[i][0]);
    snprintf(finding, sizeof finding, "PAY-VALUE /dimension/T/category/index/0: T: '%s' %s.\n",
             others[i][0], others[i][1]);
    check_text(single, payload, "", finding);
  }
}

static void shapes_differ(void **state)
{
  (void)state;
  static const char rows[] =
      "G1-11 2026-06 46 val=1 percent final\nG1-11 2026-07 46 val=2 percent final\n";
  check_text(single, OF_T("{\"label\":{\"2026M07\":\"July\"}}", "[1]", "[1]"),
             "G1-11 2026-07 46 val=1 percent final\n", "");
  check_text(single,
             "{\"dataset\":{\"dimension\":{\"id\":[\"T\"],\"size\":[2],\"role\":{\"time\":[\"T\"]},"
             "\"T\":{\"category\":{\"index\":{\"2026M07\":1,\"2026M06\":0}}}},\"value\":[1,2]}}",
             rows,
             "PAY-NOTE : BUNDLE_DEPRECATED: a bundle of JSON-stat 1.x; send a data set of version "
             "2.0.\n");
  check_text(
      single,
      "{\"version\":\"2.0\",\"class\":\"collection\",\"link\":{\"item\":[{\"class\":\"dataset\","
      "\"href\":\"https://x\"}," MONTHS("\"value\":[1,2]") "]}}",
      rows, "");
  /* FHI writes null where the standard leaves members out, and an empty status */
  check_text(
      single,
      "{\"version\":\"2.0\",\"class\":\"dataset\",\"href\":null,\"source\":null,\"label\":\"x\","
      "\"note\":null,\"extension\":null,\"error\":null,\"status\":\"\",\"role\":{\"time\":null,"
      "\"geo\":null,\"metric\":[\"M\"]},\"id\":[\"T\",\"M\"],\"size\":[2,1],\"dimension\":{\"T\":"
      "{\"label\":null,\"category\":{\"index\":[\"2026M06\",\"2026M07\"],\"label\":null,\"unit\":"
      "null}},\"M\":{\"category\":{\"index\":[\"A\"],\"unit\":{\"A\":{\"decimals\":null}}}}},"
      "\"value\":[1,2]}",
      rows, "");
}

static void areas_get_their_zeros_back_and_cells_may_be_skipped(void **state)
{
  (void)state;
  check_text(
      "{\"mapping\":{\"format\":\"jsonstat\",\"indicator\":{\"fixed\":\"G1-11\"},\"area\":{"
      "\"from\":\"G\",\"digits\":4},\"period\":{\"fixed\":\"2026-07\"},\"breakdown\":{\"sex\":{"
      "\"from\":\"S\",\"codes\":{\"1\":\"M\"},\"otherwise\":\"skip\"}}}}",
      DATASET("[\"G\",\"S\"]", "[2,2]",
              "\"G\":{\"category\":{\"index\":[\"301\",\"4601\"]}},\"S\":{\"category\":{"
              "\"index\":[\"0\",\"1\"]}}",
              "\"value\":[1,2,3,4]"),
      "G1-11 2026-07 0301 sex=M val=2\nG1-11 2026-07 4601 sex=M val=4\n", "");
}

/* ---- what is wrong -------------------------------------------------------------------------- */

#define INDEX(rest) OF_T("{\"index\":[\"2026\"]," rest "}", "[1]", "[1]")

static const char *const faults[][2] = {
    {DATASET("[\"T\"]", "[1,2]", "\"T\":{}", "\"value\":[]"),
     "/size: ID_SIZE_LEN_MISMATCH: 'id' has 1 items, 'size' 2."},
    {DATASET("[\"T\"]", "[1]", "\"U\":{}", "\"value\":[]"),
     "/id/0: DIM_KEY_ID_MISMATCH: 'dimension' does not describe 'T'."},
    {DATASET("[\"T\"]", "[1]", "\"T\":{},\"U\":{}", "\"value\":[]"),
     "/dimension/U: DIM_KEY_ID_MISMATCH: 'id' does not name 'U'."},
    {MONTHS("\"value\":[1]"), "/value: VALUE_LEN_MISMATCH: 1 values, and the sizes make 2 cells."},
    {MONTHS("\"value\":{\"2\":1}"),
     "/value/2: SPARSE_KEY_OUT_OF_RANGE: '2' is no position from 0 to 1."},
    {MONTHS("\"value\":{\"01\":1}"),
     "/value/01: SPARSE_KEY_OUT_OF_RANGE: '01' is no position from 0 to 1."},
    {MONTHS("\"value\":[1,2],\"role\":{\"time\":[\"U\"]}"),
     "/role/time/0: ROLE_ID_UNKNOWN: a role names no dimension of 'id'."},
    {MONTHS("\"value\":[1,2],\"status\":[\"a\",\"b\",\"c\"]"),
     "/status: STATUS_LEN_MISMATCH: 3 statuses, and the sizes make 2 cells."},
    {MONTHS("\"value\":[1,2],\"status\":{\"x\":\"a\"}"),
     "/status/x: STATUS_KEY_OUT_OF_RANGE: 'x' is no position from 0 to 1."},
    {OF_T("{\"index\":[\"2026\"]}", "[2]", "[1,2]"),
     "/dimension/T/category/index: INDEX_COUNT_MISMATCH: 1 categories, and the size is 2."},
    {OF_T("{}", "[2]", "[1,2]"),
     "/dimension/T/category: INDEX_COUNT_MISMATCH: only a dimension of one category does without "
     "'index'."},
    {OF_T("{\"index\":{\"2026\":0,\"2027\":0}}", "[2]", "[1,2]"),
     "/dimension/T/category/index/2027: INDEX_POSITIONS_INVALID: positions are 0 to 1, each once."},
    {OF_T("{\"index\":{\"2026\":0,\"2027\":2}}", "[2]", "[1,2]"),
     "/dimension/T/category/index/2027: INDEX_POSITIONS_INVALID: positions are 0 to 1, each once."},
    {OF_T("{\"index\":[\"2026\",\"2026\"]}", "[2]", "[1,2]"),
     "/dimension/T/category/index/1: the code '2026' stands twice in its dimension."},
    {INDEX("\"label\":{\"x\":\"y\"}"),
     "/dimension/T/category/label/x: LABEL_KEY_UNKNOWN: 'x' is no code of the dimension."},
    {INDEX("\"unit\":{\"x\":{}}"),
     "/dimension/T/category/unit/x: UNIT_KEY_UNKNOWN: 'x' is no code of the dimension."},
    {INDEX("\"coordinates\":{\"x\":[1,2]}"),
     "/dimension/T/category/coordinates/x: COORD_KEY_UNKNOWN: 'x' is no code of the dimension."},
    {INDEX("\"note\":{\"x\":[\"y\"]}"),
     "/dimension/T/category/note/x: NOTE_KEY_UNKNOWN: 'x' is no code of the dimension."},
    {INDEX("\"child\":{\"2026\":[\"x\"]}"),
     "/dimension/T/category/child/2026/0: CHILD_ID_UNKNOWN: a child is no code of the dimension."},
    {OF_T("{\"index\":[\"2026\",\"2027\",\"2028\"],\"child\":{\"2026\":[\"2027\"],\"2027\":["
          "\"2028\"],"
          "\"2028\":[\"2026\"]}}",
          "[3]", "[1,2,3]"),
     "/dimension/T/category/child/2028/0: CHILD_CYCLE: '2026' is its own descendant."},
    {INDEX("\"child\":{\"2026\":[\"2026\"]}"),
     "/dimension/T/category/child/2026/0: CHILD_CYCLE: '2026' is its own descendant."},
    {MONTHS("\"value\":[1,\"2\"]"), "/value/1: a value is a number or null."},
    {"{\"version\":\"3.0\",\"class\":\"dataset\"}", "/version: 'version' is neither 2.0 nor 1.x."},
    {"{\"class\":\"dimension\",\"category\":{\"index\":[\"a\"]}}",
     ": a dimension has no figures; send the data set."},
    {"{\"class\":\"collection\",\"link\":{\"item\":[{\"class\":\"dataset\",\"href\":\"x\"}]}}",
     ": there is no data set in the document; a collection that only links to data sets has no "
     "figures."},
    {"{\"error\":[{\"label\":\"no such table\"}],\"class\":\"dataset\"}",
     "/error: the source says that it failed ('error')."},
    {DATASET("[\"T\",\"S\"]", "[1,2]",
             "\"T\":{\"category\":{\"index\":[\"2026\"]}},\"S\":{\"category\":{\"index\":[\"a\","
             "\"b\"]}}",
             "\"value\":[1,2]"),
     "/dimension/S: the dimension 'S' has 2 categories, and the mapping does not say what they "
     "are."},
    /* cells are counted before they get room: 5 000 000 are read, one more is not */
    {DATASET("[\"T\"]", "[5000001]", "\"T\":{}", "\"value\":{}"),
     "/size/0: CUBE_SIZE_OVERFLOW: more than 5000000 cells."},
    {DATASET("[\"T\"]", "[9223372036854775807]", "\"T\":{}", "\"value\":{}"),
     "/size/0: CUBE_SIZE_OVERFLOW: more than 5000000 cells."},
    {DATASET("[\"T\"]", "[18446744073709551616]", "\"T\":{}", "\"value\":{}"),
     "/size/0: a size is a whole number, 0 or more."},
    {DATASET("[\"A\",\"B\",\"C\",\"D\"]", "[65536,65536,65536,65536]",
             "\"A\":{},\"B\":{},\"C\":{},\"D\":{}", "\"value\":{}"),
     "/size: CUBE_SIZE_OVERFLOW: more than 5000000 cells."},
    {DATASET("[\"A\",\"B\"]", "[2500001,2]", "\"A\":{},\"B\":{}", "\"value\":{}"),
     "/size: CUBE_SIZE_OVERFLOW: more than 5000000 cells."},
    {DATASET("[\"A\",\"B\"]", "[2500000,2]", "\"A\":{},\"B\":{}", "\"value\":{}"),
     "/dimension/A: a dimension has the object 'category'."},
};

static void rules_of_the_format_are_told_by_their_ids(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char finding[300];
    snprintf(finding, sizeof finding, "PAY-VALUE %s\n", faults[i][1]);
    check_text(single, faults[i][0], "", finding);
  }
}

static void units_of_measures_may_be_missing(void **state)
{
  (void)state;
  check_text(single,
             DATASET("[\"T\",\"M\"]", "[1,1]",
                     "\"T\":{\"category\":{\"index\":[\"2026\"]}},\"M\":{\"category\":{\"index\":["
                     "\"a\"]}}",
                     "\"role\":{\"metric\":[\"M\"]},\"value\":[1]"),
             "G1-11 2026 46 val=1 percent final\n",
             "PAY-FORMAT /dimension/M/category: METRIC_UNIT_MISSING: 1 of 1 measures have no "
             "unit.\n");
}

static void findings_are_told_in_three_languages(void **state)
{
  (void)state;
  struct judged judged =
      observed_payload(&world, "jsonstat", single, VT_STR(MONTHS("\"value\":[1]")));
  struct vt_finding finding = judged_finding(&judged, "PAY-VALUE", 0);
  assert_str(finding.message[VT_LANGUAGE_NB],
             "VALUE_LEN_MISMATCH: 1 verdier, og størrelsene gir 2 celler.");
  assert_str(finding.message[VT_LANGUAGE_NN],
             "VALUE_LEN_MISMATCH: 1 verdiar, og storleikane gir 2 celler.");
  judged_free(&judged);
}

/* ---- real files ----------------------------------------------------------------------------- */

#define FINAL(rest) \
  "{\"mapping\":{\"format\":\"jsonstat\",\"status\":{\"fixed\":\"final\"}," rest "}}"

static const struct sample {
  const char *name, *settings;
  uint32_t rows, missing;
  const char *first_row, *other_row, *findings;
} samples[] = {
    {"jsonstat/canada.json",
     FINAL("\"measures\":{\"PERCENT\":{\"indicator\":\"G1-11\",\"as\":\"value\",\"unit\":"
           "\"percent\"}},"
           "\"area\":{\"from\":\"country\",\"codes\":{\"CA\":\"NO\"}},\"breakdown\":{\"age\":{"
           "\"from\":"
           "\"age\",\"codes\":{\"T\":null},\"otherwise\":\"keep\"},\"sex\":{\"from\":\"sex\","
           "\"codes\":{"
           "\"T\":null},\"otherwise\":\"keep\"}}"),
     60, 0, "G1-11 2012 NO val=100.0 percent final\n",
     "G1-11 2012 NO age=older;sex=F val=1.0 percent final\n",
     "PAY-FORMAT /status: STATUS_LEN_MISMATCH: one status in a list is taken for all cells; write "
     "it "
     "as a text.\n"},
    {"jsonstat/galicia.json",
     FINAL("\"measures\":{\"pop\":{\"indicator\":\"G1-01\",\"as\":\"value\"}},\"area\":{\"from\":"
           "\"residence\",\"codes\":{\"T\":\"NO\"},\"otherwise\":\"keep\"},\"areaRole\":{\"from\":"
           "\"birth\",\"codes\":{\"T\":\"residence\"},\"otherwise\":\"skip\"},\"actor\":{\"from\":"
           "\"gender\",\"codes\":{\"T\":\"983974724\"},\"otherwise\":\"skip\"},\"unit\":{\"from\":"
           "\"age\","
           "\"codes\":{\"T\":\"count\"},\"otherwise\":\"skip\"}"),
     10, 0, "G1-01 983974724 2001 NO residence val=2695880 count final\n",
     "G1-01 983974724 2011 36 residence val=954877 count final\n", NULL},
    {"jsonstat/ssb-29843.json",
     FINAL("\"measures\":{\"PeriodeRa\":{\"indicator\":\"G1-11\",\"as\":\"value\",\"unit\":"
           "\"percent\"}},"
           "\"area\":{\"fixed\":\"NO\"},\"breakdown\":{\"age\":\"PKoder\"}"),
     6240, 1200, "G1-11 1990-01 NO age=P1021 percent final missing=not-applicable\n",
     "G1-11 2015-12 NO age=P", NULL},
    {"jsonstat/cso_ie-NQQ25.json",
     FINAL("\"indicator\":{\"fixed\":\"G1-11\"},\"area\":{\"fixed\":\"NO\"},\"breakdown\":{\"age\":"
           "\"Sector\",\"sex\":\"Statistic\"}"),
     1216, 0, "G1-11 1997-Q1 NO age=0;sex=", "G1-11 2015-Q4 NO age=08;sex=", NULL},
    {"jsonstat/order.json", FINAL("\"indicator\":{\"fixed\":\"G1-11\"}"), 0, 0, "", "",
     "PAY-VALUE /value/0: a value is a number or null.\n"},
    {"jsonstat/hierarchy.json",
     FINAL(
         "\"indicator\":{\"fixed\":\"G1-11\"},\"period\":{\"fixed\":\"2011\"},\"area\":{\"fixed\":"
         "\"NO\"},\"breakdown\":{\"age\":\"commodity\"}"),
     1, 1, "G1-11 2011 NO age=T final missing=not-available\n", "", ""},
    {"jsonstat/collection.json", FINAL("\"indicator\":{\"fixed\":\"G1-11\"}"), 0, 0, "", "",
     "PAY-VALUE : there is no data set in the document; a collection that only links to data sets "
     "has "
     "no figures.\n"},
};

static void check_sample(const struct sample *sample, struct vater_str payload)
{
  struct judged judged = observed_payload(&world, "jsonstat", sample->settings, payload);
  char *rows = observed_rows(&judged);
  char *findings = observed_findings(&judged, "PAY-");
  uint32_t missing = 0;
  for (uint32_t row = 0; row < judged.result.table.rows; row++)
    missing += vt_table_cell(&judged.result.table, row, VATER_COLUMN_MISSING).ptr != NULL;
  if (sample->findings != NULL) /* PAY-MANY, of the rules' findings, may follow */
    assert_memory_equal(findings, sample->findings, strlen(sample->findings));
  assert_int_equal(judged.result.table.rows, sample->rows);
  assert_int_equal(missing, sample->missing);
  assert_memory_equal(rows, sample->first_row, strlen(sample->first_row));
  assert_non_null(strstr(rows, sample->other_row));
  free(rows);
  free(findings);
  judged_free(&judged);
}

static void real_files_give_their_figures(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    struct vater_str payload = observed_sample(samples[i].name);
    if (payload.ptr == NULL) {
      print_message("skipped: the sample %s is not here\n", samples[i].name);
      skip();
    }
    check_sample(&samples[i], payload);
    const struct mutated mutated = {&world, "jsonstat", samples[i].settings, payload};
    mutated_cuts(&mutated, 50);
    free((void *)(uintptr_t)payload.ptr);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(measures_are_joined),
      cmocka_unit_test(a_cell_keeps_its_place),
      cmocka_unit_test(values_may_be_sparse),
      cmocka_unit_test(statuses_say_why_there_is_no_number),
      cmocka_unit_test(periods_are_read_in_many_forms),
      cmocka_unit_test(shapes_differ),
      cmocka_unit_test(areas_get_their_zeros_back_and_cells_may_be_skipped),
      cmocka_unit_test(rules_of_the_format_are_told_by_their_ids),
      cmocka_unit_test(units_of_measures_may_be_missing),
      cmocka_unit_test(findings_are_told_in_three_languages),
      cmocka_unit_test(real_files_give_their_figures),
  };
  return cmocka_run_group_tests_name("plugin jsonstat", tests, setup, teardown);
}

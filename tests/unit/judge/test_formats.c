/* Formats with mappings, damaged in every way. */
#include "damage.h"
#include "mutated.h"

static struct judged_world world;

static const char csv_mapping[] =
    "{\"mapping\": {\"format\": \"csv\","
    " \"dialect\": {\"delimiter\": \";\", \"decimal\": \",\", \"thousands\": \" \"},"
    " \"indicator\": {\"fixed\": \"G1-11\"}, \"period\": \"M\\u00e5ned\","
    " \"area\": {\"from\": \"Kommune\", \"digits\": 4}, \"areaRole\": {\"fixed\": \"provider\"},"
    " \"unit\": {\"fixed\": \"percent\"}, \"status\": {\"fixed\": \"final\"},"
    " \"breakdown\": {\"sex\": {\"from\": \"Kj\\u00f8nn\","
    " \"codes\": {\"Kvinne\": \"F\", \"Mann\": \"M\", \"I alt\": null}}},"
    " \"numerator\": \"Digitale\", \"denominator\": \"Alle\", \"value\": \"Andel\","
    " \"missing\": {\":\": \"suppressed\"}}}";

static const char csv_text[] = "Måned;Kjønn;Kommune;Digitale;Alle;Andel\n"
                               "2026-09;Kvinne;4601;3 120;20 000;15,6\n"
                               "2026-09;Mann;4601;:;:;:\n"
                               "2026-09;I alt;4601;6 100;40 000;15,3\n";

static const char dhis2_mapping[] =
    "{\"mapping\": {\"format\": \"dhis2\","
    " \"orgUnits\": {\"HlbHus00001\": {\"actor\": \"" ACTOR "\", \"area\": \"4601\"}},"
    " \"dataElements\": {\"num\": {\"indicator\": \"G1-11\", \"as\": \"numerator\","
    " \"unit\": \"percent\"}, \"den\": {\"indicator\": \"G1-11\", \"as\": \"denominator\"}},"
    " \"categoryOptionCombos\": {\"women\": {\"sex\": \"F\"}},"
    " \"areaRole\": {\"fixed\": \"provider\"}, \"status\": {\"fixed\": \"final\"}}}";

static const char dhis2_json[] =
    "{\"orgUnit\": \"HlbHus00001\", \"dataValues\": [\n"
    "{\"dataElement\": \"num\", \"period\": \"202609\", \"value\": \"6100\"},\n"
    "{\"dataElement\": \"den\", \"period\": \"202609\", \"value\": \"40000\"},\n"
    "{\"dataElement\": \"num\", \"period\": \"202609\", \"categoryOptionCombo\": \"women\","
    " \"value\": \"3120\", \"comment\": null, \"followup\": false},\n"
    "{\"dataElement\": \"den\", \"period\": \"202609\", \"categoryOptionCombo\": \"women\","
    " \"value\": \"20000\"}]}\n";

static const char dhis2_csv[] =
    "\"dataelement\",\"period\",\"orgunit\",\"catoptcombo\",\"attroptcombo\",\"value\"\n"
    "num,202609,HlbHus00001,,,6100\n"
    "den,202609,HlbHus00001,,,40000\n"
    "num,202609,HlbHus00001,women,,3120\n"
    "den,202609,HlbHus00001,women,,20000\n";

static const struct damage_known csv_known[] = {
    {"\"", 0, -1, 0}, /* never closed */
    {"a\"b\"", 0, -1, 1},
    {"\xe6", 0, -1, 0},
    {"x;x", 1, -1, DAMAGE_FOLLOWS},
    {"*", 1, -1, DAMAGE_ROW},
    {"x;x", 0, -1, DAMAGE_IN_ROW}, /* at the first cell too many */
    {"-1", 0, 3, DAMAGE_IN_ROW},   /* rules say where */
    {"-1", 0, 4, DAMAGE_IN_ROW},
    {"-1", 3, 5, DAMAGE_IN_ROW}, /* beside a number that is suppressed */
    {"99999999999999999999999999", 3, -1, DAMAGE_IN_ROW},
    {NULL, 0, 0, 0}};

static const struct damage_known dhis2_known[] = {
    {"*", 1, 3, DAMAGE_FOLLOWS},   /* women are no longer told from all */
    {"\"", 1, -1, DAMAGE_FOLLOWS}, /* runs up to the next quote */
    {"a\"b\"", 0, -1, 1},
    {"x,x", 1, -1, DAMAGE_FOLLOWS},
    {"\xe6", 0, -1, 0},
    {"*", 1, -1, DAMAGE_IN_ROW},
    {"x,x", 0, -1, DAMAGE_IN_ROW}, /* at the first cell too many */
    {"", 4, 3, DAMAGE_IN_ROW},
    {"", 0, 3, DAMAGE_FREE},
    {"", 0, 4, DAMAGE_FREE},
    {"-1", 0, 5, DAMAGE_IN_ROW}, /* rules say where */
    {NULL, 0, 0, 0}};

static struct damage damage_of(const char *format, const char *settings, const char *text,
                               char delimiter, const struct damage_known *known)
{
  struct damage damage = {.world = &world,
                          .job = judged_job(),
                          .bytes = vt_str(text),
                          .delimiter = delimiter,
                          .known = known};
  damage.job.format = vt_str(format);
  damage.job.settings = vt_str(settings);
  damage_whole(&damage);
  return damage;
}

static void csv(void **state)
{
  (void)state;
  const struct damage damage = damage_of("csv", csv_mapping, csv_text, ';', csv_known);
  assert_int_equal(damage.rows, 3);
  damage_cuts(&damage);
  damage_cells(&damage);
}

static void dhis2_as_json(void **state)
{
  (void)state;
  const struct damage damage = damage_of("dhis2", dhis2_mapping, dhis2_json, '\0', NULL);
  assert_int_equal(damage.rows, 2);
  damage_cuts(&damage);
  static const struct mutated_known known[] = {
      {"/orgUnit", "-", "*"},
      {"/dataValues", "[{\"x\":1}]", "*"},
      {"*/categoryOptionCombo", "null", "*"}, /* the same value twice, then */
      {"*/categoryOptionCombo", "\"\"", "*"},
      {"*/categoryOptionCombo", "-", "*"},
      {"*/comment", NULL, NULL},
      {"*/followup", NULL, NULL},
      {NULL, NULL, NULL}};
  const struct mutated mutated = {&world, "dhis2", dhis2_mapping, vt_str(dhis2_json)};
  mutated_exactly(&mutated, known);
}

static void dhis2_as_csv(void **state)
{
  (void)state;
  const struct damage damage = damage_of("dhis2", dhis2_mapping, dhis2_csv, ',', dhis2_known);
  assert_int_equal(damage.rows, 2);
  damage_cuts(&damage);
  damage_cells(&damage);
}

/* A person number is found behind another encoding and doubled quotes too. */
static void person_numbers_are_found(void **state)
{
  static const char text[] = "M\xe5ned;Kj\xf8nn;Kommune;Digitale;Alle;Andel\n"
                             "2026-09;\"x \"\"13097248022\"\"\";4601;1;2;50\n";
  char settings[2048];
  (void)state;
  struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  snprintf(settings, sizeof settings, "%s", csv_mapping);
  char *at = strstr(settings, "\"delimiter\"");
  memmove(at + 27, at, strlen(at) + 1);
  memcpy(at, "\"encoding\":\"windows-1252\", ", 27);
  job.format = VT_STR("csv");
  job.settings = vt_str(settings);
  struct judged judged = judged_pages(&world, &job, &head, pages);
  struct vt_finding finding = judged_finding(&judged, "PAY-PII", 0);
  assert_int_equal(finding.line, 2);
  assert_true(judged.result.pii);
  judged_free(&judged);
}

static void another_separator_is_named(void **state)
{
  static const char text[] = "Måned,Kjønn,Kommune,Digitale,Alle,Andel\n"
                             "2026-09,Kvinne,4601,1,2,50\n";
  (void)state;
  struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vater_str pages[] = {vt_str(text), VT_STR_NONE};
  job.format = VT_STR("csv");
  job.settings = vt_str(csv_mapping);
  struct judged judged = judged_pages(&world, &job, &head, pages);
  struct vt_finding finding = judged_finding(&judged, "PAY-CSV", 0);
  assert_true(vt_str_is(finding.message[VT_LANGUAGE_EN],
                        "the first row is one cell; the separator that was agreed is ';', this "
                        "looks like ','."));
  assert_int_equal(judged.result.finding_count, 1);
  judged_free(&judged);
}

/* A cell is marked to its end, whatever stands in it; a question is a sentence. */
static void whole_cells_are_marked(void **state)
{
  (void)state;
  static const struct {
    const char *text, *message;
    uint32_t column, width;
  } cases[] = {
      {"Måned;Kjønn;Kommune;Digitale;Alle;Andel\n2026-09;Kvinne;4601;1,234,5;20 000;15,6\n",
       "column 'Digitale': '*,***,*' is not a number.", 21, 7},
      {"Måned;Kjønn;Kommune;Digitale;Alle;Andel\n2026-09;Kvinne;4601;\"x \"\"y;z\";20 000;15,6\n",
       "column 'Digitale': 'x \"y;z' is not a number.", 21, 9},
      {"måned;Kjønn;Kommune;Digitale;Alle;Andel\n2026-09;Kvinne;4601;1;2;50\n",
       "column 'Måned' is not in the header; is it 'måned'?", 1, 5},
      {"MÅNED;Kjønn;Kommune;Digitale;Alle;Andel\n2026-09;Kvinne;4601;1;2;50\n",
       "column 'Måned' is not in the header; is it 'MÅNED'?", 1, 5},
      {"Periode;Kjønn;Kommune;Digitale;Alle;Andel\n2026-09;Kvinne;4601;1;2;50\n",
       "column 'Måned' is not in the header, which has: Periode, Kjønn, Kommune, Digitale, Alle, "
       "Andel.",
       1, 7},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct judged judged = observed_payload(&world, "csv", csv_mapping, vt_str(cases[i].text));
    struct vt_finding finding = judged_finding(&judged, "PAY-VALUE", 0);
    if (!vt_str_is(finding.message[VT_LANGUAGE_EN], cases[i].message))
      fail_msg("%.*s", VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
    assert_int_equal(finding.line_column, cases[i].column);
    assert_int_equal(finding.caret_width, cases[i].width);
    judged_free(&judged);
  }
}

/* Where another encoding was agreed, UTF-8 would be read as other letters. */
static void utf8_is_recognized(void **state)
{
  (void)state;
  char settings[2048];
  snprintf(settings, sizeof settings, "%s", csv_mapping);
  char *at = strstr(settings, "\"delimiter\"");
  memmove(at + 27, at, strlen(at) + 1);
  memcpy(at, "\"encoding\":\"windows-1252\", ", 27);
  struct judged judged = observed_payload(&world, "csv", settings, vt_str(csv_text));
  struct vt_finding finding = judged_finding(&judged, "PAY-CSV", 0);
  struct vater_str said = finding.message[VT_LANGUAGE_EN];
  assert_int_equal(judged.result.finding_count, 1);
  assert_int_equal(finding.line, 1);
  assert_int_equal(finding.line_column, 2);
  if (vt_str_find(said, VT_STR("the text is UTF-8; another encoding was agreed"), 0) >= said.len)
    fail_msg("%.*s", VT_STR_ARGS(said));
  judged_free(&judged);
}

/* Sets repeat identifiers: each that is not in the mapping is told once, at its first value. */
static void unmapped_identifiers_are_told_once(void **state)
{
  (void)state;
  static const char payload[] =
      "{\"orgUnit\": \"HlbHus00001\", \"dataValues\": [\n"
      "{\"dataElement\": \"a\", \"period\": \"202608\", \"value\": \"1\"},\n"
      "{\"dataElement\": \"b\", \"period\": \"202608\", \"value\": \"1\"},\n"
      "{\"dataElement\": \"a\", \"period\": \"202609\", \"value\": \"1\"},\n"
      "{\"dataElement\": \"num\", \"period\": \"202609\", \"orgUnit\": \"a\", \"value\": \"1\"},\n"
      "{\"dataElement\": \"den\", \"period\": \"202609\", \"orgUnit\": \"a\", \"value\": "
      "\"1\"},\n"
      "{\"dataElement\": \"num\", \"period\": \"202607\", \"value\": \"true\"}]}\n";
  struct judged judged = observed_payload(&world, "dhis2", dhis2_mapping, vt_str(payload));
  char *got = observed_findings(&judged, "PAY-");
  assert_string_equal(
      got, "PAY-VALUE /dataValues/0/dataElement: dataElement: 'a' is not in the mapping.\n"
           "PAY-VALUE /dataValues/1/dataElement: dataElement: 'b' is not in the mapping.\n"
           "PAY-VALUE /dataValues/3/orgUnit: orgUnit: 'a' is not in the mapping.\n"
           "PAY-VALUE /dataValues/5/value: value: 'true' is not a number.\n");
  free(got);
  judged_free(&judged);
}

/* What people send in place of a table is called by its name. */
static void other_files_are_named(void **state)
{
  (void)state;
  static const struct {
    const char *bytes, *what;
  } cases[] = {
      {"PK\x03\x04zzz",
       "(the body is a zip archive, as spreadsheets (.xlsx) are; save them as CSV)"},
      {"\xd0\xcf\x11\xe0\xa1", "(the body is a file of an office program (.xls); save it as CSV)"},
      {"%PDF-1.7\n", "(the body is a PDF)"},
      {"\x1f\x8b\x08", "(the body is packed with gzip, and its Content-Encoding does not say so)"},
      {" <!DOCTYPE html>\n<html>", "(the body is an HTML page)"},
      {"<?xml version=\"1.0\"?><a/>", "(the body is XML; wanted: JSON or CSV)"},
      {"\n<dataValueSet xmlns=\"x\"/>", "(the body is XML; wanted: JSON or CSV)"}};
  static const struct {
    const char *format, *settings;
  } formats[] = {{"csv", csv_mapping}, {"auto", ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    for (size_t k = 0; k < 2; k++) {
      struct judged judged =
          observed_payload(&world, formats[k].format, formats[k].settings, vt_str(cases[i].bytes));
      struct vt_finding finding = judged_finding(&judged, "HTTP-TYPE", 0);
      struct vater_str said = finding.message[VT_LANGUAGE_EN];
      if (vt_str_find(said, vt_str(cases[i].what), 0) >= said.len)
        fail_msg("%s %zu: %.*s", formats[k].format, i, VT_STR_ARGS(said));
      assert_int_equal(judged.result.finding_count, 1);
      assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
      judged_free(&judged);
    }
}

/* Nothing came of it, and nobody said why: told, once. */
static void no_observation_is_told(void **state)
{
  (void)state;
  static const struct {
    const char *format, *settings, *text;
    unsigned told;
  } cases[] = {
      {"dhis2", dhis2_mapping, "{\"orgUnit\": \"HlbHus00001\", \"dataValues\": []}", 0},
      {"jsonstat",
       "{\"mapping\": {\"format\": \"jsonstat\", \"measures\": {\"A\": {\"indicator\": \"G1-03\", "
       "\"as\":"
       " \"value\", \"unit\": \"percent\"}}, \"area\": {\"from\": \"GEO\", \"codes\": {\"18\": "
       "\"18\"},"
       " \"otherwise\": \"skip\"}, \"areaRole\": {\"fixed\": \"provider\"}, \"status\": {\"fixed\":"
       " \"final\"}}}",
       "{\"version\":\"2.0\",\"class\":\"dataset\",\"id\":[\"GEO\",\"T\",\"M\"],\"size\":[1,1,1],"
       "\"role\":{\"time\":[\"T\"],\"geo\":[\"GEO\"],\"metric\":[\"M\"]},\"dimension\":{\"GEO\":"
       "{\"category\":{\"index\":[\"46\"]}},\"T\":{\"category\":{\"index\":[\"2025\"]}},\"M\":{"
       "\"category\":"
       "{\"index\":[\"A\"],\"unit\":{\"A\":{\"symbol\":\"%\"}}}}},\"value\":[5]}",
       1},
      {"csv", csv_mapping, "Måned;Kjønn;Kommune;Digitale;Alle;Andel\n", 0}, /* says so itself */
      {"indicator_json", "",
       "{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":\"" ACTOR
       "\"},\"generatedAt\":\"2026-10-15T08:30:00Z\",\"nil\":true,\"observations\":[]}",
       0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct judged judged =
        observed_payload(&world, cases[i].format, cases[i].settings, vt_str(cases[i].text));
    assert_true(judged.result.delivery != VT_DELIVERY_REFUSED);
    if (judged_count(&judged, "PAY-EMPTY") != cases[i].told)
      fail_msg("case %zu", i);
    judged_free(&judged);
  }
}

/* P01: as of every format. */
static void nothing_is_no_csv(void **state)
{
  (void)state;
  static const struct {
    const char *format, *settings;
  } formats[] = {{"csv", csv_mapping}, {"dhis2", dhis2_mapping}};
  static const char *const texts[] = {"", " \r\n\n", "\xef\xbb\xbf\n"};
  for (size_t i = 0; i < 2; i++)
    for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
      struct judged judged =
          observed_payload(&world, formats[i].format, formats[i].settings, vt_str(texts[k]));
      assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
      assert_str(judged.result.code, "PAY-SYNTAX");
      assert_int_equal(judged.result.finding_count, 1);
      judged_free(&judged);
    }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(csv),
      cmocka_unit_test(dhis2_as_json),
      cmocka_unit_test(dhis2_as_csv),
      cmocka_unit_test(person_numbers_are_found),
      cmocka_unit_test(whole_cells_are_marked),
      cmocka_unit_test(nothing_is_no_csv),
      cmocka_unit_test(no_observation_is_told),
      cmocka_unit_test(other_files_are_named),
      cmocka_unit_test(utf8_is_recognized),
      cmocka_unit_test(unmapped_identifiers_are_told_once),
      cmocka_unit_test(another_separator_is_named),
  };
  judged_setup(&world);
  int failed = cmocka_run_group_tests_name("formats", tests, NULL, NULL);
  judged_teardown(&world);
  return failed;
}

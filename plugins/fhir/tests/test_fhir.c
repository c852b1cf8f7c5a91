#include "fhir_rig.h"

/* ---- what comes out ------------------------------------------------------------------------- */

static void a_report_becomes_total_and_strata(void **state)
{
  (void)state;
  struct vater_str payload = observed_fixture("fhir-report.json");
  check(own, payload,
        "G1-11 983974724 2026-07 46 provider num=330 den=1200 val=27.5 percent final\n"
        "G1-11 983974724 2026-07 46 provider sex=F num=190 den=670 val=28.4 percent final\n"
        "G1-11 983974724 2026-07 46 provider sex=M num=140 den=530 val=26.4 percent final\n",
        "");
  free((void *)(uintptr_t)payload.ptr);
}

static void counts_are_given_as_the_mapping_says(void **state)
{
  (void)state;
  static const char payload[] =
      REPORT("{\"population\":[" POPULATION("denominator", "500") "," POPULATION(
          "denominator-exclusion",
          "60") "," POPULATION("denominator-exception",
                               "40") "," POPULATION("numerator",
                                                    "210") "," POPULATION("numerator-exclusion",
                                                                          "10") "],"
                                                                                "\"measureScore\":{"
                                                                                "\"value\":0.5000}"
                                                                                "}");
  check_text(plain, payload, "G1-11 2026-07 46 num=200 den=400 val=50.00 percent final\n", "");
  check_text(MAPPING(",\"counts\":\"reported\"") "}}}", payload,
             "G1-11 2026-07 46 num=210 den=500 percent final\n", "");
}

static void scores_come_in_the_unit_of_the_indicator(void **state)
{
  (void)state;
  static const struct {
    const char *score, *written;
  } cases[] = {{"{\"value\":0.125}", "val=12.5"},
               {"{\"value\":1}", "val=100"},
               {"{\"value\":0}", "val=0"},
               {"{\"value\":1.25e-1}", "val=12.5"},
               {"{\"value\":0.00125,\"unit\":\"1\"}", "val=0.125"},
               {"{\"value\":12.50,\"unit\":\"%\"}", "val=12.50"},
               {"{\"value\":12.5,\"code\":\"%\",\"unit\":\"percent\"}", "val=12.5"},
               {"{\"value\":-0.05}", "val=-5"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[1000];
    char rows[200];
    snprintf(payload, sizeof payload, REPORT("{\"measureScore\":%s}"), cases[i].score);
    snprintf(rows, sizeof rows, "G1-11 2026-07 46 %s percent final\n", cases[i].written);
    check_text(plain, payload, rows, "");
  }
  check_text(plain, REPORT("{\"measureScore\":{\"value\":5,\"unit\":\"d\"}}"), "",
             "PAY-VALUE /group/0/measureScore: measureScore is in 'd', which cannot be read as "
             "percent.\n");
}

static void continuous_variables_and_cohorts_have_a_value_only(void **state)
{
  (void)state;
  static const char payload[] =
      REPORT("{\"population\":[" POPULATION("initial-population", "70") "," POPULATION(
          "numerator", "1") "],\"measureScore\":{\"value\":5}}");
  check_text("{\"mapping\":{\"format\":\"fhir\",\"area\":{\"fixed\":\"NO\"},\"measures\":{\"M\":{"
             "\"indicator\":\"G3-03\",\"unit\":\"days\",\"scoring\":\"continuous-variable\"}}}}",
             payload, "G3-03 2026-07 NO val=5 days final\n", "");
  check_text("{\"mapping\":{\"format\":\"fhir\",\"area\":{\"fixed\":\"NO\"},\"measures\":{\"M\":{"
             "\"indicator\":\"G1-01\",\"unit\":\"count\",\"scoring\":\"cohort\"}}}}",
             payload, "G1-01 2026-07 NO val=70 count final\n", "");
}

static void populations_go_by_their_coding_system(void **state)
{
  (void)state;
  static const char payload[] = REPORT(
      "{\"population\":[{\"code\":{\"coding\":[{\"system\":\"http://example.org/\",\"code\":"
      "\"numerator\"},{\"system\":\"http://terminology.hl7.org/CodeSystem/measure-population\","
      "\"code\":\"denominator\"}]},\"count\":100},{\"code\":{\"coding\":[{\"system\":\"http://"
      "example.org/\",\"code\":\"used\"}]},\"count\":60},{\"code\":{\"coding\":[{\"code\":"
      "\"measure-observation\"}]},\"count\":9},{\"code\":{\"coding\":[{\"code\":"
      "\"measure-observation\"}]},\"count\":1}]}");
  check_text(plain, payload, "G1-11 2026-07 46 den=100 percent final\n", "");
  check_text(MAPPING("") "},\"populations\":[{\"system\":\"http://example.org/\",\"code\":\"used\","
                         "\"population\":\"numerator\"}]}}",
             payload, "G1-11 2026-07 46 num=60 den=100 percent final\n", "");
}

static void absent_data_has_a_reason(void **state)
{
  (void)state;
  static const struct {
    const char *code, *missing;
  } cases[] = {{"masked", "suppressed"},
               {"not-applicable", "not-applicable"},
               {"temp-unknown", "not-yet"},
               {"unknown", "not-available"},
               {"error", "collection-error"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[1400];
    char rows[200], findings[300];
    snprintf(payload, sizeof payload,
             REPORT("{\"population\":[" POPULATION(
                 "denominator", "20") ",{\"code\":{\"coding\":[{\"code\":\"numerator\"}]},"
                                      "\"_count\":{\"extension\":[{\"url\":\"http://hl7.org/fhir/"
                                      "StructureDefinition/data-absent-reason\",\"valueCode\":"
                                      "\"%s\"}]}}]}"),
             cases[i].code);
    snprintf(rows, sizeof rows, "G1-11 2026-07 46 percent final missing=%s\n", cases[i].missing);
    snprintf(
        findings, sizeof findings,
        "PAY-FORMAT /group/0/population/1/_count: a number of the observation is missing (%s); "
        "its other numbers are not read.\n",
        cases[i].missing);
    check_text(plain, payload, rows, findings);
  }
}

static void pending_and_error_say_why_there_is_no_figure(void **state)
{
  (void)state;
  check_text(plain,
             "{\"resourceType\":\"MeasureReport\",\"status\":\"pending\",\"type\":\"summary\","
             "\"measure\":\"M|2\",\"period\":{\"start\":\"2026-07-01\",\"end\":\"2026-07-31\"}}",
             "G1-11 2026-07 46 percent final missing=not-yet\n", "");
  check_text(plain,
             "{\"resourceType\":\"MeasureReport\",\"status\":\"error\",\"type\":\"summary\","
             "\"measure\":\"M\",\"period\":{\"start\":\"2026-07-01\",\"end\":\"2026-07-31\"}}",
             "G1-11 2026-07 46 percent final missing=collection-error\n", "");
}

static void strata_may_have_components_or_parts(void **state)
{
  (void)state;
  static const char settings[] =
      MAPPING("") "},\"breakdown\":{\"age\":[{\"from\":\"AGE:SEX\",\"part\":1,\"separator\":\":\"},"
                  "\"AGE\"],\"sex\":[{\"from\":\"AGE:SEX\",\"part\":2,\"separator\":\":\"},"
                  "\"SEX\"]},\"ignoredStratifiers\":[\"other\"]}}";
  check_text(
      settings,
      REPORT(
          "{\"stratifier\":[{\"code\":[{\"coding\":[{\"code\":\"AGE:SEX\"}]}],\"stratum\":[{"
          "\"value\":{\"coding\":[{\"code\":\"0-17:F\"}]},\"measureScore\":{\"value\":0.25}}]},{"
          "\"code\":[{\"text\":\"AGE\"},{\"text\":\"SEX\"}],\"stratum\":[{\"component\":[{\"code\":"
          "{\"text\":\"AGE\"},\"value\":{\"text\":\"80+\"}},{\"code\":{\"text\":\"SEX\"},\"value\":"
          "{\"text\":\"M\"}}],\"measureScore\":{\"value\":0.5}}]},{\"code\":[{\"text\":\"other\"}],"
          "\"stratum\":[{\"value\":{\"text\":\"x\"},\"measureScore\":{\"value\":0.5}}]},{\"code\":["
          "{\"text\":\"No name\"}],\"stratum\":[{\"value\":{\"text\":\"x\"},\"measureScore\":{"
          "\"value\":0.5}}]}]}"),
      "G1-11 2026-07 46 age=0-17;sex=F val=25 percent final\n"
      "G1-11 2026-07 46 age=80+;sex=M val=50 percent final\n",
      "PAY-FORMAT /group/0/stratifier/3: the stratifier 'No name' is not in the mapping; its "
      "strata "
      "are left out.\n");
}

static void groups_of_one_measure_may_be_indicators_of_their_own(void **state)
{
  (void)state;
  static const char settings[] =
      "{\"mapping\":{\"format\":\"fhir\",\"area\":{\"fixed\":\"NO\"},\"measures\":{\"M#a\":{"
      "\"indicator\":\"G1-11\",\"unit\":\"percent\"},\"M#b\":{\"indicator\":\"G1-10\",\"unit\":"
      "\"percent\"}}}}";
  check_text(settings,
             REPORT("{\"code\":{\"text\":\"b\"},\"measureScore\":{\"value\":0.10}},{\"code\":{"
                    "\"coding\":[{\"code\":\"a\"}]},\"measureScore\":{\"value\":0.20}},{\"code\":{"
                    "\"text\":\"c\"},\"measureScore\":{\"value\":0.30}}"),
             "G1-10 2026-07 NO val=10 percent final\nG1-11 2026-07 NO val=20 percent final\n",
             "PAY-FORMAT /group/2: the group 'c' of the measure is not in the mapping; it is left "
             "out.\n");
}

static void periods_are_whole(void **state)
{
  (void)state;
  static const struct {
    const char *start, *end, *period;
  } cases[] = {{"2026", "2026", "2026"},
               {"2026-01", "2026-12", "2026"},
               {"2026-01-01", "2026-12-31", "2026"},
               {"2026-07", "2026-07", "2026-07"},
               {"2026-02-01", "2026-02-28", "2026-02"},
               {"2024-02-01", "2024-02-29", "2024-02"},
               {"2026-04-01", "2026-06-30", "2026-Q2"},
               {"2026-05-01", "2026-08-31", "2026-T2"},
               {"2026-07-01T00:00:00+02:00", "2026-08-01T00:00:00+02:00", "2026-07"},
               {"2026-07-01T00:00:00+02:00", "2026-07-31T23:59:59.999+02:00", "2026-07"},
               {"2026-07-01", "2026-08-01", NULL},
               {"2026-02-01", "2026-04-30", NULL},
               {"2026-07-02", "2026-07-31", NULL},
               {"2026-07-01", "2026-07-30", NULL},
               {"2026-08", "2026-07", NULL},
               {"2025-12-01", "2026-02-28", NULL},
               {"2026-13-01", "2026-13-31", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[1000];
    char rows[200] = "";
    snprintf(
        payload, sizeof payload,
        REPORT_FROM("{\"start\":\"%s\",\"end\":\"%s\"}", "{\"measureScore\":{\"value\":0.50}}"),
        cases[i].start, cases[i].end);
    if (cases[i].period != NULL)
      snprintf(rows, sizeof rows, "G1-11 %s 46 val=50 percent final\n", cases[i].period);
    check_text(plain, payload, rows, cases[i].period != NULL ? "" : NULL);
  }
}

static void an_exclusive_end_is_declared(void **state)
{
  (void)state;
  check_text(MAPPING("") "},\"periodEnd\":\"exclusive\"}}",
             REPORT_FROM("{\"start\":\"2026-07-01\",\"end\":\"2026-08-01\"}",
                         "{\"measureScore\":{\"value\":0.50}}"),
             "G1-11 2026-07 46 val=50 percent final\n", "");
}

/* ---- who reports ---------------------------------------------------------------------------- */

static void reporters_are_told_in_many_ways(void **state)
{
  (void)state;
  static const char settings[] = MAPPING(
      "") "},\"actors\":[{\"system\":\"urn:oid:2.16.578.1.12.4.1.4.102\",\"value\":\"4001\","
          "\"orgnr\":\"983974724\",\"area\":\"50\"},{\"reference\":\"Organization/7\","
          "\"orgnr\":\"983974724\"}]}}";
  static const struct {
    const char *reporter, *rows;
  } cases[] = {
      {"{\"identifier\":{\"system\":\"urn:oid:2.16.578.1.12.4.1.4.101\",\"value\":\"983974724\"}}",
       "G1-11 983974724 2026-07 50 val=50 percent final\n"},
      {"{\"identifier\":{\"system\":\"urn:oid:2.16.578.1.12.4.1.4.102\",\"value\":\"4001\"}}",
       "G1-11 983974724 2026-07 50 val=50 percent final\n"},
      {"{\"reference\":\"Organization/7\"}", "G1-11 983974724 2026-07 46 val=50 percent final\n"},
      {"{\"reference\":\"Organization/8\"}", ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char payload[1000];
    snprintf(payload, sizeof payload,
             "{\"resourceType\":\"MeasureReport\",\"status\":\"complete\",\"type\":\"summary\","
             "\"measure\":\"M\",\"reporter\":%s,\"period\":{\"start\":\"2026-07\",\"end\":\"2026-07"
             "\"},\"group\":[{\"measureScore\":{\"value\":0.50}}]}",
             cases[i].reporter);
    check_text(
        settings, payload, cases[i].rows,
        cases[i].rows[0] != '\0'
            ? ""
            : "PAY-VALUE /reporter: the reporter is not in the mapping's list of actors, and "
              "gives no organisation number.\n");
  }
}

static void a_bundle_has_reports_reporters_and_a_next_page(void **state)
{
  (void)state;
  struct vt_judge_job job = judged_job();
  const struct vt_judge_head head = {.media_type = VT_STR("application/fhir+json"),
                                     .framing = VT_FRAMING_WHOLE};
  struct vater_str payload = observed_fixture("fhir-bundle.json");
  struct vt_judge *judge;
  struct vt_judge_page page;
  struct vt_error error = {0};
  job.format = VT_STR("fhir");
  job.settings = vt_str(own);
  assert_int_equal(vt_judge_begin(&world.context, &job, &judge, &error), VATER_OK);
  assert_int_equal(vt_judge_page(judge, payload, &head, &page, &error), VATER_OK);
  assert_str(page.cursor, "https://fhir.example.no/MeasureReport?page=2");
  assert_false(page.refused);
  vt_judge_free(judge);
  check(own, payload,
        "G1-11 983974724 2026-05 46 provider num=12 den=40 percent final\n"
        "G1-11 983974724 2026-06 46 provider percent final missing=not-yet\n",
        "PAY-FORMAT /entry/3/resource/measure: the measure "
        "'https://fhir.example.no/Measure/other' is not in the mapping; the report is left out.\n");
  free((void *)(uintptr_t)payload.ptr);
}

/* ---- what does not add up ------------------------------------------------------------------- */

static void check_finding(const char *group, const char *findings)
{
  char payload[4000];
  snprintf(payload, sizeof payload, REPORT("%s"), group);
  struct judged judged = observed_payload(&world, "fhir", strata, vt_str(payload));
  char *got = observed_findings(&judged, "PAY-");
  assert_string_equal(got, findings);
  free(got);
  judged_free(&judged);
}

static void arithmetic_is_checked(void **state)
{
  (void)state;
  check_finding(
      "{\"population\":[" POPULATION("initial-population", "10") "," POPULATION(
          "denominator", "11") "," POPULATION("numerator", "5") "]}",
      "PAY-FORMAT /group/0/population/1/count: the denominator is larger than the initial "
      "population (** of **).\n");
  check_finding(
      "{\"population\":[" POPULATION("denominator", "10") "," POPULATION(
          "denominator-exclusion", "11") "," POPULATION("numerator", "0") "]}",
      "PAY-FORMAT /group/0/population/1/count: more is excluded from the denominator than "
      "it counts (** of **).\n");
  check_finding("{\"population\":[" POPULATION("denominator", "10") "," POPULATION(
                    "denominator-exclusion", "4") "," POPULATION("denominator-exception", "7") "]}",
                "PAY-FORMAT /group/0/population/2/count: more exceptions are taken from the "
                "denominator than it counts (* of *).\n");
  check_finding("{\"population\":[" POPULATION("denominator", "10") "," POPULATION(
                    "denominator-exclusion", "4") "," POPULATION("numerator", "7") "]}",
                "PAY-FORMAT /group/0/population/2/count: the numerator is larger than the "
                "denominator without exclusions and exceptions (* of *).\n");
  check_finding(
      "{\"population\":[" POPULATION("denominator", "10") "," POPULATION(
          "numerator", "2") "," POPULATION("numerator-exclusion", "3") "]}",
      "PAY-FORMAT /group/0/population/2/count: more is excluded from the numerator than it "
      "counts (* of *).\n");
}

static void scores_are_held_against_counts(void **state)
{
  (void)state;
  static const struct {
    const char *score, *finding;
  } cases[] = {
      {"0.6667", ""},
      {"0.667", ""},
      {"0.7", ""},
      {"66.7,\"unit\":\"%\"", ""},
      {"0.666", "measureScore is cut, not rounded: the counts give *.******.\n"},
      {"66,\"unit\":\"%\"", "measureScore is cut, not rounded: the counts give **.****.\n"},
      {"0.65", "measureScore does not fit the counts, which give *.******.\n"},
      {"66.7", "measureScore does not fit the counts, which give *.******.\n"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char group[1000];
    char finding[300] = "";
    snprintf(group, sizeof group,
             "{\"population\":[" POPULATION("denominator", "90") "," POPULATION(
                 "numerator", "60") "],\"measureScore\":{\"value\":%s}}",
             cases[i].score);
    if (cases[i].finding[0] != '\0')
      snprintf(finding, sizeof finding, "PAY-FORMAT /group/0/measureScore/value: %s",
               cases[i].finding);
    check_finding(group, finding);
  }
  check_finding("{\"population\":[" POPULATION("denominator", "0") "," POPULATION(
                    "numerator", "0") "],\"measureScore\":{\"value\":0.00}}",
                "PAY-FORMAT /group/0/measureScore/value: there is a measureScore, and the "
                "denominator is 0.\n");
}

static void strata_add_up_to_their_group(void **state)
{
  (void)state;
  check_finding(
      "{\"population\":[" POPULATION("denominator", "10") "," POPULATION(
          "numerator", "5") "],"
                            "\"stratifier\":[{\"code\":[{\"text\":\"gender\"}],\"stratum\":[{"
                            "\"value\":{\"text\":\"male\"},"
                            "\"population\":[" POPULATION("denominator", "6") "," POPULATION(
                                "numerator",
                                "3") "]},{"
                                     "\"value\":{\"text\":\"female\"},\"population\":[" POPULATION(
                                         "denominator", "4") "," POPULATION("numerator",
                                                                            "1") "]}]}]}",
      "PAY-FORMAT /group/0/stratifier/0: the strata do not add up to the group's numerator (*, not "
      "*).\n");
  check_finding(
      "{\"population\":[" POPULATION(
          "denominator",
          "10") "],\"stratifier\":[{\"code\":[{\"text\":"
                "\"gender\"}],\"stratum\":[{\"value\":{\"text\":\"male\"},\"population\":[{"
                "\"code\":{\"coding\":["
                "{\"code\":\"denominator\"}]},\"_count\":{\"extension\":[{\"url\":\"http://hl7.org/"
                "fhir/"
                "StructureDefinition/data-absent-reason\",\"valueCode\":\"masked\"}]}}]}]}]}",
      "");
}

static void what_fhir_does_not_allow_is_told(void **state)
{
  (void)state;
  check_finding(
      "{\"population\":[" POPULATION("numerator", "1") "," POPULATION("numerator", "2") "]}",
      "PAY-VALUE /group/0/population/1: the same population is given twice; which count "
      "holds is not defined.\n");
  check_finding("{\"measureScore\":{\"value\":0.5,\"comparator\":\"<\"}}",
                "PAY-VALUE /group/0/measureScore/comparator: measureScore says only more or less "
                "than a number; give the number, or data-absent-reason masked.\n");
  check_finding(
      "{\"stratifier\":[{\"code\":[{\"text\":\"gender\"}],\"stratum\":[{\"value\":{\"text\":"
      "\"male\"},\"component\":[{\"code\":{\"text\":\"a\"},\"value\":{\"text\":\"b\"}}]}]}]}",
      "PAY-VALUE /group/0/stratifier/0/stratum/0: a stratum has either value or component "
      "(mrp-2).\n");
  check_finding(
      "{\"stratifier\":[{\"code\":[{\"text\":\"gender\"}],\"stratum\":[{\"value\":{\"text\":"
      "\"m\"},\"measureScore\":{\"value\":0.50}}]}]}",
      "PAY-VALUE /group/0/stratifier/0/stratum/0/value: 'm' is not among the mapping's "
      "codes of sex.\n");
  check_finding("{\"measureScore\":{\"value\":0.50},\"extension\":[{\"url\":null}]}",
                "PAY-VALUE /group/0/extension/0/url: FHIR has no null; leave the member out.\n");
  check_finding(
      "{\"measureScore\":{\"value\":0.50},\"colour\":\"red\"}",
      "PAY-FORMAT /group/0/colour: FHIR R4 has no member 'colour' here; it is not read.\n");
}

/* At any depth; what FHIR lets stand everywhere is no finding. */
static void what_fhir_does_not_know_is_told(void **state)
{
  (void)state;
#define WITH(members)                                                                             \
  "{\"resourceType\":\"MeasureReport\",\"status\":\"complete\",\"type\":\"summary\",\"measure\":" \
  "\"M\"," members ",\"group\":[{\"measureScore\":{\"value\":0.5}}]}"
#define PERIOD(members) "\"period\":{\"start\":\"2026-07\",\"end\":\"2026-07\"" members "}"
#define UNKNOWN(at, name) \
  "PAY-FORMAT " at ": FHIR R4 has no member '" name "' here; it is not read.\n"
  static const struct {
    const char *payload, *findings;
  } cases[] = {
      {WITH(PERIOD(",\"until\":\"x\"")), UNKNOWN("/period/until", "until")},
      {WITH(PERIOD(",\"_group\":{\"id\":\"a\"}")), UNKNOWN("/period/_group", "_group")},
      {WITH(PERIOD(",\"_end\":{\"id\":\"a\",\"value\":1}")),
       UNKNOWN("/period/_end/value", "value")},
      {WITH(PERIOD(",\"modifierExtension\":[{\"url\":\"u\"}]")),
       UNKNOWN("/period/modifierExtension", "modifierExtension")},
      {WITH(PERIOD(
           "") ",\"reporter\":{\"identifier\":{\"system\":\"urn:oid:2.16.578.1.12.4.1.4.101\","
               "\"value\":\"983974724\",\"valu\":\"1\",\"type\":{\"coding\":[{\"cod\":\"b\"}]}}}"),
       UNKNOWN("/reporter/identifier/valu", "valu")
           UNKNOWN("/reporter/identifier/type/coding/0/cod", "cod")},
      {WITH(PERIOD("") ",\"extension\":[{\"url\":\"u\",\"valueCode\":\"c\",\"vlue\":1}]"),
       UNKNOWN("/extension/0/vlue", "vlue")},
      {WITH(PERIOD("") ",\"modifierExtension\":[{\"url\":\"u\"}]"),
       "PAY-FORMAT /modifierExtension: a modifierExtension may change what it stands in; it is not "
       "read.\n"},
      {WITH(
           "\"id\":\"a\",\"_status\":{\"id\":\"s\",\"extension\":[{\"url\":\"u\",\"valueString\":"
           "\"x\"}]},"
           "\"meta\":{\"profile\":[\"p\"],\"tag\":[{\"system\":\"s\",\"code\":\"c\"}]},"
           "\"text\":{\"status\":\"generated\",\"div\":\"<div/>\"},"
           "\"contained\":[{\"resourceType\":\"Organization\",\"id\":\"o\",\"telecom\":[{\"x\":1}],"
           "\"identifier\":[{\"use\":\"official\",\"system\":\"urn:oid:2.16.578.1.12.4.1.4.101\","
           "\"value\":\"983974724\",\"_value\":{\"extension\":[{\"url\":\"u\",\"_valueCode\":"
           "{\"id\":\"v\"}}]}}]}],\"reporter\":{\"reference\":\"#o\",\"display\":\"D\",\"id\":"
           "\"r\"}," PERIOD(
               ",\"extension\":[{\"url\":\"u\",\"extension\":[{\"url\":\"v\",\"valuePeriod\":"
               "{\"start\":\"2026\"}}]}]")),
       ""},
      {"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"totl\":1,\"link\":[{\"relation\":"
       "\"self\",\"url\":\"u\",\"rel\":\"x\"}],\"entry\":[{\"fulUrl\":\"u\",\"resource\":"
       "{\"resourceType\":\"Organization\",\"nam\":\"x\"}},{\"fullUrl\":\"u\",\"resource\":" WITH(
           PERIOD(",\"x\":1")) "},{\"resource\":{\"resourceType\":\"Device\",\"x\":1}}]}",
       UNKNOWN("/totl", "totl") UNKNOWN("/link/0/rel", "rel") UNKNOWN("/entry/0/fulUrl", "fulUrl")
           UNKNOWN("/entry/0/resource/nam", "nam") UNKNOWN("/entry/1/resource/period/x", "x")},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct judged judged = observed_payload(&world, "fhir", plain, vt_str(cases[i].payload));
    char *got = observed_findings(&judged, "PAY-FORMAT");
    assert_string_equal(got, cases[i].findings);
    free(got);
    judged_free(&judged);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_report_becomes_total_and_strata),
      cmocka_unit_test(counts_are_given_as_the_mapping_says),
      cmocka_unit_test(scores_come_in_the_unit_of_the_indicator),
      cmocka_unit_test(continuous_variables_and_cohorts_have_a_value_only),
      cmocka_unit_test(populations_go_by_their_coding_system),
      cmocka_unit_test(absent_data_has_a_reason),
      cmocka_unit_test(pending_and_error_say_why_there_is_no_figure),
      cmocka_unit_test(strata_may_have_components_or_parts),
      cmocka_unit_test(groups_of_one_measure_may_be_indicators_of_their_own),
      cmocka_unit_test(periods_are_whole),
      cmocka_unit_test(an_exclusive_end_is_declared),
      cmocka_unit_test(reporters_are_told_in_many_ways),
      cmocka_unit_test(a_bundle_has_reports_reporters_and_a_next_page),
      cmocka_unit_test(arithmetic_is_checked),
      cmocka_unit_test(scores_are_held_against_counts),
      cmocka_unit_test(strata_add_up_to_their_group),
      cmocka_unit_test(what_fhir_does_not_allow_is_told),
      cmocka_unit_test(what_fhir_does_not_know_is_told),
  };
  return cmocka_run_group_tests_name("plugin fhir", tests, setup, teardown);
}

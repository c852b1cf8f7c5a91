#include "fhir_rig.h"

/* ---- persons -------------------------------------------------------------------------------- */

static bool holds(const struct judged *judged, const char *text)
{
  struct vater_str block = {judged->block, judged->size};
  return vt_str_find(block, vt_str(text), 0) < block.len;
}

static void check_person(const char *settings, const char *payload, const char *pointer)
{
  struct judged judged = observed_payload(&world, "fhir", settings, vt_str(payload));
  assert_int_equal(judged.result.delivery, VT_DELIVERY_REFUSED);
  assert_str(judged.result.code, "PAY-PERSON");
  assert_true(judged.result.pii);
  assert_int_equal(judged.result.table.rows, 0);
  assert_int_equal(judged.result.finding_count, 1);
  struct vt_finding finding = judged_finding(&judged, "PAY-PERSON", 0);
  assert_str(finding.pointer, pointer);
  assert_int_equal(finding.excerpt.len, 0);
  assert_false(holds(&judged, "s3cret"));
  judged_free(&judged);
}

static void content_about_persons_is_refused_and_dropped(void **state)
{
  (void)state;
#define WITH(type, members)                                                                        \
  "{\"resourceType\":\"MeasureReport\",\"id\":\"s3cret\",\"status\":\"complete\",\"type\":\"" type \
  "\",\"measure\":\"M\",\"period\":{\"start\":\"2026\",\"end\":\"2026\"}" members "}"
  check_person(plain, WITH("individual", ""), "/type");
  check_person(plain, WITH("subject-list", ""), "/type");
  check_person(plain, WITH("data-collection", ""), "/type");
  check_person(plain, WITH("summary", ",\"subject\":{\"reference\":\"Patient/s3cret\"}"),
               "/subject/reference");
  check_person(
      plain,
      WITH("summary", ",\"subject\":{\"reference\":\"https://x/Patient/s3cret/_history/1\"}"),
      "/subject/reference");
  check_person(plain, WITH("summary", ",\"subject\":{\"reference\":\"\\u0050atient/s3cret\"}"),
               "/subject/reference");
  check_person(plain, WITH("summary", ",\"subject\":{\"type\":\"Patient\",\"display\":\"s3cret\"}"),
               "/subject/type");
  check_person(plain, WITH("summary", ",\"subject\":{\"reference\":\"Practitioner/s3cret\"}"),
               "/subject/reference");
  check_person(plain,
               WITH("summary", ",\"evaluatedResource\":[{\"reference\":\"Condition/s3cret\"}]"),
               "/evaluatedResource");
  check_person(plain,
               WITH("summary", ",\"group\":[{\"population\":[{\"subjectResults\":{\"reference\":"
                               "\"List/s3cret\"}}]}]"),
               "/group/0/population/0/subjectResults");
  check_person(plain,
               WITH("summary", ",\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"s3cret\"}]"),
               "/contained/0/resourceType");
  static const char *const systems[] = {"1", "2", "3"};
  for (size_t i = 0; i < 3; i++) {
    char payload[600];
    snprintf(payload, sizeof payload,
             WITH("summary",
                  ",\"reporter\":{\"identifier\":{\"system\":\"urn:oid:2.16.578.1.12.4.1."
                  "4.%s\",\"value\":\"s3cret\"}}"),
             systems[i]);
    check_person(plain, payload, "/reporter/identifier/system");
  }
  check_person(plain,
               "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":{"
               "\"resourceType\":\"Patient\",\"id\":\"s3cret\"}}]}",
               "/entry/0/resource/resourceType");
  /* what else is wrong with it does not matter */
  check_person(plain,
               "{\"resourceType\":\"MeasureReport\",\"type\":\"individual\",\"s3cret\":null}",
               "/type");
  check_person(
      plain, "{\"resourceType\":\"MeasureReport\",\"subject\":{\"reference\":\"Patient/s3cret", "");
}

static void content_about_persons_is_told_in_three_languages(void **state)
{
  (void)state;
  struct judged judged = observed_payload(&world, "fhir", plain, VT_STR(WITH("individual", "")));
  struct vt_finding finding = judged_finding(&judged, "PAY-PERSON", 0);
  assert_str(finding.message[VT_LANGUAGE_NB],
             "Innsendingen gjelder enkeltpersoner; bare tall for grupper samles inn. (rapporten er "
             "ikke av typen summary)");
  assert_str(
      finding.message[VT_LANGUAGE_NN],
      "Innsendinga gjeld enkeltpersonar; berre tal for grupper blir samla inn. (rapporten er "
      "ikkje av typen summary)");
  judged_free(&judged);
}

/* ---- bad input ------------------------------------------------------------------------------ */

/* What only others read is free; codes of other systems are others'; figures that a change leaves
 * out make the score, or the sum of the strata, wrong as well. */
static const struct mutated_known known[] = {
    {"/id", "\"zzz\"|-", NULL},
    {"/contained", "-", "/reporter/reference"},
    {"/contained", "[{\"x\":1}]", "*"},
    {"/contained/0/resourceType", "\"zzz\"", NULL},
    {"/contained/0/id", "\"zzz\"|-", "/reporter/reference"},
    {"/contained/0/identifier", "-", "/reporter"},
    {"/contained/0/identifier/0/*", "\"zzz\"|-", "/reporter"},
    {"/contained/0/identifier/0/*", "[{\"x\":1}]", "*"},
    {"/date", "-", NULL},
    {"/reporter", "-", NULL},
    {"/reporter/reference", "\"zzz\"|-", "/reporter"},
    {"*/coding", "[{\"x\":1}]", "?"},
    {"*", "[{\"x\":1}]", "*"},
    {"*/measureScore/*", "\"zzz\"|-", "?"},
    {"/group/0/code*", "\"zzz\"|-", NULL},
    {"*/code/coding/0/system", "\"zzz\"|-", "?"},
    {"*/code/coding/0/code", "\"zzz\"|-", "?"},
    {"*/code", "-", "*"},
    {"*/count", "-", "*"},
    {"*/population", "-", "?"},
    {"*/measureScore", "-", NULL},
    {"*/stratifier", "-", NULL},
    {"*/stratifier/0/code/0/text", "\"zzz\"", NULL},
    {"*/stratum", "-", NULL},
    {"*/stratum/?/value", "-", "*"},
    {"*/stratum/?/value/coding/0/system", "\"zzz\"|-", NULL},
    {"*/stratum/?/value/coding/0/code", "\"zzz\"|-", "*"},
    {NULL, NULL, NULL}};

static void each_wrong_value_is_found_at_its_place(void **state)
{
  (void)state;
  struct vater_str payload = observed_fixture("fhir-report.json");
  const struct mutated mutated = {&world, "fhir", own, payload};
  assert_true(mutated_exactly(&mutated, known) > 1500);
  mutated_cuts(&mutated, 50);
  free((void *)(uintptr_t)payload.ptr);
}

/* ---- real files ----------------------------------------------------------------------------- */

static const char samples_mapping[] =
    "{\"mapping\":{\"format\":\"fhir\",\"area\":{\"fixed\":\"NO\"},\"periodEnd\":\"%s\","
    "\"measures\":{"
    "\"http://ohie.org/Measure/hiv-indicators\":{\"indicator\":\"G1-11\",\"unit\":\"percent\","
    "\"scoring\":\"continuous-variable\"},\"Measure/CMS146\":{\"indicator\":\"G1-10\",\"unit\":"
    "\"percent\",\"counts\":\"reported\"},\"http://hl7.org/fhir/uv/deqm/Measure/"
    "FHIRPath-example\":{"
    "\"indicator\":\"G1-11\",\"unit\":\"percent\"},\"http://hl7.org/fhir/uv/deqm/Measure/"
    "measure-pi-example\":{\"indicator\":\"G1-11\",\"unit\":\"percent\"},\"http://hl7.org/fhir/uv/"
    "deqm/"
    "Measure/measure-mrp-example|1.0.0-ballot\":{\"indicator\":\"G1-11\",\"unit\":\"percent\"}},"
    "\"breakdown\":{\"age\":[{\"from\":\"AGE_GROUP:SEX\",\"part\":1,\"separator\":\":\"},"
    "\"AGE_GROUP\"],\"sex\":[{\"from\":\"AGE_GROUP:SEX\",\"part\":2,\"separator\":\":\"},\"SEX\",{"
    "\"from\":\"stratifier-gender\",\"codes\":{\"male\":\"M\",\"female\":\"F\"},\"otherwise\":"
    "\"keep\"}]},\"ignoredStratifiers\":[\"stratifier-ages-up-to-9\",\"stratifier-ages-10-plus\"]}"
    "}";

/* Reporters of other countries have no Norwegian number. */
static const char unnamed[] =
    "PAY-FORMAT /reporter: the reporter gives no organisation number; it is "
    "taken for the actor of the endpoint.\n";

static const struct {
  const char *name, *end, *first_rows;
  uint32_t rows;
  const char *findings;
} samples[] = {
    {"fhir/deqm-MeasureReport-non-cql.json", "exclusive",
     "G1-11 2018-08 NO num=60 den=100 percent final\n", 1, unnamed},
    {"fhir/deqm-MeasureReport-summ-PI.json", "exclusive",
     "G1-11 2018-08 NO num=70 den=100 percent final\n", 1, unnamed},
    {"fhir/deqm-MeasureReport-summ-measurereport01.json", "exclusive",
     "G1-11 2018-08 NO num=80 den=100 percent final\n", 1, unnamed},
    {"fhir/MeasureReport-hiv-indicators.json", "inclusive",
     "G1-11 2018-01 NO val=0 percent final\n"
     "G1-11 2018-01 NO age=P0Y--P1Y;sex=F val=0 percent final\n",
     19, unnamed},
    {"fhir/MeasureReport-measurereport-cms146-cat3-example.json", "inclusive",
     "G1-10 2014-Q1 NO num=200 den=500 percent final\n"
     "G1-10 2014-Q1 NO sex=M num=100 den=250 percent final\n"
     "G1-10 2014-Q1 NO sex=F num=100 den=250 percent final\n"
     "G1-10 2014-Q1 NO sex=other num=0 den=0 percent final\n"
     "G1-10 2014-Q1 NO sex=unknown num=0 den=0 percent final\n",
     5, unnamed},
    {"fhir/MeasureReport-measurereport-cms146-cat1-example.json", "inclusive", "", 0, ""},
    {"fhir/deqm-MeasureReport-ratio-measurereport01.json", "inclusive", "", 0, ""},
};

static void real_files_give_their_figures(void **state)
{
  (void)state;
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
    char settings[4096];
    struct vater_str payload = observed_sample(samples[i].name);
    if (payload.ptr == NULL) {
      print_message("skipped: the sample %s is not here\n", samples[i].name);
      skip();
    }
    snprintf(settings, sizeof settings, samples_mapping, samples[i].end);
    struct judged judged = observed_payload(&world, "fhir", settings, payload);
    char *rows = observed_rows(&judged);
    char *findings = observed_findings(&judged, "PAY-");
    assert_int_equal(judged.result.table.rows, samples[i].rows);
    assert_memory_equal(rows, samples[i].first_rows, strlen(samples[i].first_rows));
    if (samples[i].rows > 0)
      assert_string_equal(findings, samples[i].findings);
    else
      assert_str(judged.result.code, "PAY-PERSON");
    free(rows);
    free(findings);
    judged_free(&judged);
    const struct mutated mutated = {&world, "fhir", settings, payload};
    mutated_cuts(&mutated, 50);
    free((void *)(uintptr_t)payload.ptr);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(content_about_persons_is_refused_and_dropped),
      cmocka_unit_test(content_about_persons_is_told_in_three_languages),
      cmocka_unit_test(each_wrong_value_is_found_at_its_place),
      cmocka_unit_test(real_files_give_their_figures),
  };
  return cmocka_run_group_tests_name("plugin fhir, what it refuses", tests, setup, teardown);
}

/* Real files of DHIS2 and of code lists as CSV, from the folder beside the project. */
#include "damage.h"
#include "mutated.h"

#include <stdlib.h>
#include <string.h>

static struct judged_world world;

static const char malaria[] =
    "{\"mapping\": {\"format\": \"dhis2\", \"orgUnits\": {"
    " \"DiszpKrYNg8\": {\"actor\": \"" ACTOR "\", \"area\": \"46\"},"
    " \"BdfsJfj87js\": {\"actor\": \"" ACTOR "\", \"area\": \"4601\"}},"
    " \"dataElements\": {\"f7n9E0hX8qk\": {\"indicator\": \"G1-11\", \"as\": \"numerator\","
    " \"unit\": \"percent\"}, \"Ix2HsbDMLea\": {\"indicator\": \"G1-11\", \"as\": "
    "\"denominator\"}},"
    " \"ignore\": [\"eY5ehpbEsB7\"], \"status\": {\"fixed\": \"final\"}}}";

/* A code that begins with 0 is no number; all other rows, 0301 among them, are fine. */
static const char municipalities[] =
    "{\"mapping\": {\"format\": \"csv\", \"indicator\": {\"fixed\": \"G1-03\"},"
    " \"period\": {\"fixed\": \"2026-09\"}, \"area\": {\"from\": \"kommunenummer\", \"digits\": 4},"
    " \"unit\": {\"fixed\": \"percent\"}, \"status\": {\"fixed\": \"final\"},"
    " \"value\": \"fylkesnummer\", \"ignore\": [\"navn\"]}}";

#define ROW(period, area, numbers) "G1-11 " ACTOR " " period " " area " " numbers "percent final\n"

static const struct sample {
  const char *name, *format, *settings;
  uint32_t rows;
  const char *first_rows, *findings;
} samples[] = {
    {"dhis2/dataValueSetB.csv", "dhis2", malaria, 4,
     ROW("2012-01", "46", "num=10001 den=10005 ") ROW("2012-01", "4601", "num=10002 den=10006 ")
         ROW("2012-02", "46", "num=10003 den=10007 ")
             ROW("2012-02", "4601", "num=10004 den=10008 "),
     ""},
    {"dhis2/dataValueSetWithDataSetHeader.csv", "dhis2", malaria, 3,
     ROW("2012-01", "46", "num=10001 ") ROW("2012-01", "4601", "num=10002 ")
         ROW("2012-02", "46", "num=10003 "),
     ""},
    {"dhis2/dataValueSetJ.json", "dhis2", malaria, 1, ROW("2012-01", "46", "num=10 "), ""},
    {"dhis2/dataValueSetCreateDate.json", "dhis2", malaria, 1, ROW("2012-01", "46", "num=20 "), ""},
    {"codes/kommuner-2024.csv", "csv", municipalities, 0, "",
     "PAY-VALUE : column 'fylkesnummer': '03' begins with 0.\n"},
};

static void check_sample(const struct sample *sample, struct vater_str payload)
{
  struct judged judged = observed_payload(&world, sample->format, sample->settings, payload);
  char *rows = observed_rows(&judged);
  char *findings = observed_findings(&judged, "PAY-");
  assert_string_equal(findings, sample->findings);
  assert_memory_equal(rows, sample->first_rows, strlen(sample->first_rows));
  assert_int_equal(judged.result.table.rows, sample->rows);
  free(rows);
  free(findings);
  judged_free(&judged);
}

static void cut(const struct sample *sample, struct vater_str payload)
{
  const struct mutated mutated = {&world, sample->format, sample->settings, payload};
  if (payload.ptr[0] == '{') {
    mutated_cuts(&mutated, 50);
    return;
  }
  struct damage damage = {.world = &world,
                          .job = judged_job(),
                          .bytes = payload,
                          .rows = sample->rows,
                          .delimiter = ','};
  damage.job.format = vt_str(sample->format);
  damage.job.settings = vt_str(sample->settings);
  damage_cuts(&damage);
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
    cut(&samples[i], payload);
    free((void *)(uintptr_t)payload.ptr);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(real_files_give_their_figures)};
  judged_setup(&world);
  int failed = cmocka_run_group_tests_name("samples", tests, NULL, NULL);
  judged_teardown(&world);
  return failed;
}

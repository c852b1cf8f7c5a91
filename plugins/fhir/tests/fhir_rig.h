/* What the tests of the format fhir share. */
#ifndef FHIR_RIG_H
#define FHIR_RIG_H

#include "unit/judge/mutated.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct judged_world world;

#define POPULATION(code, count)                                                        \
  "{\"code\":{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/measure" \
  "-population\",\"code\":\"" code "\"}]},\"count\":" count "}"
#define REPORT_FROM(period, group)                                                                \
  "{\"resourceType\":\"MeasureReport\",\"status\":\"complete\",\"type\":\"summary\",\"measure\":" \
  "\"M\",\"period\":" period ",\"group\":[" group "]}"
#define REPORT(group) REPORT_FROM("{\"start\":\"2026-07\",\"end\":\"2026-07\"}", group)
#define MAPPING(members)                                                                \
  "{\"mapping\":{\"format\":\"fhir\",\"area\":{\"fixed\":\"46\"},\"measures\":{\"M\":{" \
  "\"indicator\":"                                                                      \
  "\"G1-11\",\"unit\":\"percent\"" members "}"

__attribute__((unused)) static const char plain[] = MAPPING("") "}}}";
__attribute__((unused)) static const char strata[] =
    MAPPING("") "},\"breakdown\":{\"sex\":{\"from\":\"gender\",\"codes\":{"
                "\"female\":\"F\",\"male\":\"M\"}}}}}";
__attribute__((unused)) static const char own[] =
    "{\"mapping\":{\"format\":\"fhir\",\"area\":{\"fixed\":\"46\"},\"areaRole\":{\"fixed\":"
    "\"provider\"},\"measures\":{\"https://fhir.example.no/Measure/digital-consultations\":{"
    "\"indicator\":\"G1-11\",\"unit\":\"percent\"}},\"breakdown\":{\"sex\":{\"from\":\"gender\","
    "\"codes\":{\"female\":\"F\",\"male\":\"M\"}}}}}";

/* The rows, and findings whose code begins with PAY-, as lines. */
static inline void check(const char *settings, struct vater_str payload, const char *rows,
                         const char *findings)
{
  struct judged judged = observed_payload(&world, "fhir", settings, payload);
  char *got_rows = observed_rows(&judged);
  char *got_findings = observed_findings(&judged, "PAY-");
  if (findings != NULL)
    assert_string_equal(got_findings, findings);
  assert_string_equal(got_rows, rows);
  free(got_rows);
  free(got_findings);
  judged_free(&judged);
}

static inline void check_text(const char *settings, const char *payload, const char *rows,
                              const char *findings)
{
  check(settings, vt_str(payload), rows, findings);
}

static inline int setup(void **state)
{
  (void)state;
  judged_setup(&world);
  return 0;
}

static inline int teardown(void **state)
{
  (void)state;
  judged_teardown(&world);
  return 0;
}

#endif

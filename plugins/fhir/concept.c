#include "fhir.h"

static const char absent_url[] = "http://hl7.org/fhir/StructureDefinition/data-absent-reason";

struct vater_str fhir_concept(const vater_node *concept)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *coding = node->first(node->member(concept, "coding")); coding != NULL;
       coding = node->next(coding)) {
    struct vater_str code = fhir_text(coding, "code");
    if (code.len > 0)
      return code;
  }
  return fhir_text(concept, "text");
}

bool fhir_concept_is(const vater_node *concept, struct vater_str code)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *coding = node->first(node->member(concept, "coding")); coding != NULL;
       coding = node->next(coding))
    if (fhir_equal(fhir_text(coding, "code"), code))
      return true;
  return fhir_equal(fhir_text(concept, "text"), code);
}

/* ValueSet data-absent-reason, and what an observation says instead. */
static const char *reason_of(struct vater_str code)
{
  static const struct {
    const char *code, *missing;
  } reasons[] = {
      {"masked", "suppressed"},
      {"not-permitted", "suppressed"},
      {"not-applicable", "not-applicable"},
      {"temp-unknown", "not-yet"},
      {"error", "collection-error"},
      {"not-a-number", "collection-error"},
      {"negative-infinity", "collection-error"},
      {"positive-infinity", "collection-error"},
  };
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (fhir_is(code, reasons[i].code))
      return reasons[i].missing;
  return "not-available";
}

const char *fhir_absent(const vater_node *element)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *one = node->first(node->member(element, "extension")); one != NULL;
       one = node->next(one))
    if (fhir_is(fhir_text(one, "url"), absent_url))
      return reason_of(fhir_text(one, "valueCode"));
  return NULL;
}

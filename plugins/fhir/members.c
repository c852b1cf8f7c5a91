#include "fhir.h"

/* Members that the standard does not know, at any depth: HL7 FHIR 4.0.1, pages "MeasureReport",
 * "Organization", "Location", "Bundle", "Resource", "Datatypes", "References", "Extensibility". */

enum type {
  PRIMITIVE, /* its sibling `_name` is an ELEMENT */
  ANYTHING,  /* not looked into */
  ELEMENT,
  EXTENSION,
  REPORT,
  GROUP,
  POPULATION,
  STRATIFIER,
  STRATUM,
  COMPONENT,
  CONCEPT,
  CODING,
  QUANTITY,
  REFERENCE,
  IDENTIFIER,
  PERIOD,
  META,
  NARRATIVE,
  ORGANIZATION,
  LOCATION,
  BUNDLE,
  LINK,
  ENTRY,
  CONTAINED, /* a resource of whatever type it says; reports are looked at one by one */
  TYPES
};

struct member {
  const char *name;
  enum type type;
};

#define END         \
  {                 \
    NULL, PRIMITIVE \
  }
#define RESOURCE                                                             \
  {"resourceType", PRIMITIVE}, {"meta", META}, {"implicitRules", PRIMITIVE}, \
  {                                                                          \
    "language", PRIMITIVE                                                    \
  }
#define DOMAIN_RESOURCE          \
  RESOURCE, {"text", NARRATIVE}, \
  {                              \
    "contained", CONTAINED       \
  }

static const struct member none[] = {END};
static const struct member of_extension[] = {{"url", PRIMITIVE}, END}; /* and value[x] */
static const struct member of_report[] = {DOMAIN_RESOURCE,
                                          {"identifier", IDENTIFIER},
                                          {"status", PRIMITIVE},
                                          {"type", PRIMITIVE},
                                          {"measure", PRIMITIVE},
                                          {"subject", REFERENCE},
                                          {"date", PRIMITIVE},
                                          {"reporter", REFERENCE},
                                          {"period", PERIOD},
                                          {"improvementNotation", CONCEPT},
                                          {"group", GROUP},
                                          {"evaluatedResource", REFERENCE},
                                          END};
static const struct member of_group[] = {{"code", CONCEPT},
                                         {"population", POPULATION},
                                         {"measureScore", QUANTITY},
                                         {"stratifier", STRATIFIER},
                                         END};
static const struct member of_population[] = {
    {"code", CONCEPT}, {"count", PRIMITIVE}, {"subjectResults", REFERENCE}, END};
static const struct member of_stratifier[] = {{"code", CONCEPT}, {"stratum", STRATUM}, END};
static const struct member of_stratum[] = {{"value", CONCEPT},
                                           {"component", COMPONENT},
                                           {"population", POPULATION},
                                           {"measureScore", QUANTITY},
                                           END};
static const struct member of_component[] = {{"code", CONCEPT}, {"value", CONCEPT}, END};
static const struct member of_concept[] = {{"coding", CODING}, {"text", PRIMITIVE}, END};
static const struct member of_coding[] = {{"system", PRIMITIVE},       {"version", PRIMITIVE},
                                          {"code", PRIMITIVE},         {"display", PRIMITIVE},
                                          {"userSelected", PRIMITIVE}, END};
static const struct member of_quantity[] = {{"value", PRIMITIVE}, {"comparator", PRIMITIVE},
                                            {"unit", PRIMITIVE},  {"system", PRIMITIVE},
                                            {"code", PRIMITIVE},  END};
static const struct member of_reference[] = {{"reference", PRIMITIVE},
                                             {"type", PRIMITIVE},
                                             {"identifier", IDENTIFIER},
                                             {"display", PRIMITIVE},
                                             END};
static const struct member of_identifier[] = {{"use", PRIMITIVE},
                                              {"type", CONCEPT},
                                              {"system", PRIMITIVE},
                                              {"value", PRIMITIVE},
                                              {"period", PERIOD},
                                              {"assigner", REFERENCE},
                                              END};
static const struct member of_period[] = {{"start", PRIMITIVE}, {"end", PRIMITIVE}, END};
static const struct member of_meta[] = {{"versionId", PRIMITIVE},
                                        {"lastUpdated", PRIMITIVE},
                                        {"source", PRIMITIVE},
                                        {"profile", PRIMITIVE},
                                        {"security", CODING},
                                        {"tag", CODING},
                                        END};
static const struct member of_narrative[] = {{"status", PRIMITIVE}, {"div", PRIMITIVE}, END};
static const struct member of_organization[] = {
    DOMAIN_RESOURCE,       {"identifier", IDENTIFIER}, {"active", PRIMITIVE},
    {"type", CONCEPT},     {"name", PRIMITIVE},        {"alias", PRIMITIVE},
    {"telecom", ANYTHING}, {"address", ANYTHING},      {"partOf", REFERENCE},
    {"contact", ANYTHING}, {"endpoint", REFERENCE},    END};
static const struct member of_location[] = {DOMAIN_RESOURCE,
                                            {"identifier", IDENTIFIER},
                                            {"status", PRIMITIVE},
                                            {"operationalStatus", CODING},
                                            {"name", PRIMITIVE},
                                            {"alias", PRIMITIVE},
                                            {"description", PRIMITIVE},
                                            {"mode", PRIMITIVE},
                                            {"type", CONCEPT},
                                            {"telecom", ANYTHING},
                                            {"address", ANYTHING},
                                            {"physicalType", CONCEPT},
                                            {"position", ANYTHING},
                                            {"managingOrganization", REFERENCE},
                                            {"partOf", REFERENCE},
                                            {"hoursOfOperation", ANYTHING},
                                            {"availabilityExceptions", PRIMITIVE},
                                            {"endpoint", REFERENCE},
                                            END};

static const struct member of_bundle[] = {RESOURCE,
                                          {"identifier", IDENTIFIER},
                                          {"type", PRIMITIVE},
                                          {"timestamp", PRIMITIVE},
                                          {"total", PRIMITIVE},
                                          {"link", LINK},
                                          {"entry", ENTRY},
                                          {"signature", ANYTHING},
                                          END};
static const struct member of_link[] = {{"relation", PRIMITIVE}, {"url", PRIMITIVE}, END};
static const struct member of_entry[] = {{"link", LINK},
                                         {"fullUrl", PRIMITIVE},
                                         {"resource", CONTAINED},
                                         {"search", ANYTHING},
                                         {"request", ANYTHING},
                                         {"response", ANYTHING},
                                         END};

static const struct member *const members_of[TYPES] = {[ELEMENT] = none,
                                                       [EXTENSION] = of_extension,
                                                       [REPORT] = of_report,
                                                       [GROUP] = of_group,
                                                       [POPULATION] = of_population,
                                                       [STRATIFIER] = of_stratifier,
                                                       [STRATUM] = of_stratum,
                                                       [COMPONENT] = of_component,
                                                       [CONCEPT] = of_concept,
                                                       [CODING] = of_coding,
                                                       [QUANTITY] = of_quantity,
                                                       [REFERENCE] = of_reference,
                                                       [IDENTIFIER] = of_identifier,
                                                       [PERIOD] = of_period,
                                                       [META] = of_meta,
                                                       [NARRATIVE] = of_narrative,
                                                       [ORGANIZATION] = of_organization,
                                                       [LOCATION] = of_location,
                                                       [BUNDLE] = of_bundle,
                                                       [LINK] = of_link,
                                                       [ENTRY] = of_entry};

static bool starts(struct vater_str text, const char *start)
{
  size_t len = strlen(start);
  return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

/* Resources and what they are made of, as against data types, may have modifiers. */
static bool has_modifiers(enum type type)
{
  return (type >= REPORT && type <= COMPONENT) || type == ORGANIZATION || type == LOCATION ||
         type == LINK || type == ENTRY;
}

static enum type type_of(const vater_node *resource)
{
  struct vater_str named = fhir_text(resource, "resourceType");
  return fhir_is(named, "Organization") ? ORGANIZATION
         : fhir_is(named, "Location")   ? LOCATION
                                        : ANYTHING;
}

/* Whether an element of that type has such a member, and what that one is. */
static bool find(enum type type, struct vater_str name, enum type *found)
{
  bool beside = name.len > 1 && name.ptr[0] == '_';
  if (beside)
    name = (struct vater_str){name.ptr + 1, name.len - 1};
  *found = PRIMITIVE;
  if (fhir_is(name, "extension")) {
    *found = EXTENSION;
    return !beside;
  }
  if (type == EXTENSION && starts(name, "value")) {
    *found = beside ? ELEMENT : ANYTHING;
    return true;
  }
  const struct member *member = members_of[type];
  while (member->name != NULL && !fhir_is(name, member->name))
    member++;
  bool known = member->name != NULL || fhir_is(name, "id");
  if (member->name != NULL)
    *found = member->type;
  if (!beside)
    return known;
  known = known && *found == PRIMITIVE;
  *found = ELEMENT;
  return known;
}

static int check(const struct fhir_out *out, const vater_node *value, enum type type);

static int check_object(const struct fhir_out *out, const vater_node *object, enum type type)
{
  const struct vater_node_api *node = fhir_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(object); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    struct vater_str name = node->name(one);
    enum type found;
    if (fhir_is(name, "modifierExtension") && has_modifiers(type))
      status = fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(one), "%s",
                         "a modifierExtension may change what it stands in; it is not read");
    else if (find(type, name, &found))
      status = check(out, one, found);
    else
      status = fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(one),
                         "FHIR R4 has no member '%.*s' here; it is not read", FHIR_SHOWN(name, 60));
  }
  return status;
}

static int check(const struct fhir_out *out, const vater_node *value, enum type type)
{
  const struct vater_node_api *node = fhir_host->node;
  int status = VATER_OK;
  if (node->type(value) == VATER_NODE_LIST)
    for (const vater_node *one = node->first(value); one != NULL && status == VATER_OK;
         one = node->next(one))
      status = check(out, one, type);
  if (node->type(value) != VATER_NODE_OBJECT)
    return status;
  type = type == CONTAINED ? type_of(value) : type;
  return type == PRIMITIVE || type == ANYTHING ? VATER_OK : check_object(out, value, type);
}

int fhir_check_members(const struct fhir_out *out, const vater_node *report)
{
  return check(out, report, REPORT);
}

int fhir_check_bundle(const struct fhir_out *out, const vater_node *bundle)
{
  return check(out, bundle, BUNDLE);
}

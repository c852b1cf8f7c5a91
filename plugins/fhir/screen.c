#include "fhir.h"

/* Systems of persons' identifiers: national identity number, D-number, common help number. */
static const char *const person_systems[] = {"urn:oid:2.16.578.1.12.4.1.4.1",
                                             "urn:oid:2.16.578.1.12.4.1.4.2",
                                             "urn:oid:2.16.578.1.12.4.1.4.3"};

static const char *const person_types[] = {"Patient", "Person", "RelatedPerson"};

static bool is_one_of(struct vater_str text, const char *const *list, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (fhir_is(text, list[i]))
      return true;
  return false;
}

static bool is_person(struct vater_str type)
{
  return is_one_of(type, person_types, sizeof person_types / sizeof *person_types);
}

/* "Patient/123", absolute or with a version behind it: the type is what stands before an id. */
static bool refers_to(struct vater_str reference, const char *type)
{
  size_t len = strlen(type);
  for (size_t at = 0; at + len < reference.len; at++) {
    bool begins = at == 0 || reference.ptr[at - 1] == '/';
    if (begins && reference.ptr[at + len] == '/' && memcmp(reference.ptr + at, type, len) == 0)
      return true;
  }
  return false;
}

static bool refers_to_person(struct vater_str reference)
{
  for (size_t i = 0; i < sizeof person_types / sizeof *person_types; i++)
    if (refers_to(reference, person_types[i]))
      return true;
  return false;
}

/* Why a member is about single persons; NULL: it is not. */
static const char *text_reason(struct vater_str name, struct vater_str text)
{
  if (fhir_is(name, "reference") && refers_to_person(text))
    return "a reference points at a person";
  if (fhir_is(name, "system") &&
      is_one_of(text, person_systems, sizeof person_systems / sizeof *person_systems))
    return "an identifier is that of a person";
  if ((fhir_is(name, "resourceType") || fhir_is(name, "type")) && is_person(text))
    return fhir_is(name, "type") ? "a reference points at a person"
                                 : "there is a resource about a person";
  return NULL;
}

static const char *member_reason(const vater_node *member)
{
  const struct vater_node_api *node = fhir_host->node;
  struct vater_str name = node->name(member);
  if (name.len < 4)
    return NULL;
  if (node->type(member) == VATER_NODE_TEXT)
    return text_reason(name, node->text(member));
  if (fhir_is(name, "evaluatedResource"))
    return "evaluatedResource points at clinical data";
  if (fhir_is(name, "subjectResults"))
    return "subjectResults points at lists of persons";
  return NULL;
}

static int refuse(vater_call *call, const vater_node *at, const char *reason)
{
  return fhir_host->fail_at(call, VATER_E_REFUSED, fhir_host->node->offset(at), "%s", reason);
}

/* What only a MeasureReport says by its own members. */
static int screen_report(vater_call *call, const vater_node *report)
{
  static const char *const singles[] = {"individual", "subject-list", "data-collection"};
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *type = node->member(report, "type");
  const vater_node *reference = node->member(node->member(report, "subject"), "reference");
  if (node->type(type) == VATER_NODE_TEXT &&
      is_one_of(node->text(type), singles, sizeof singles / sizeof *singles))
    return refuse(call, type, "the report's type is not summary");
  if (node->type(reference) == VATER_NODE_TEXT &&
      (refers_to(node->text(reference), "Practitioner") ||
       refers_to(node->text(reference), "PractitionerRole")))
    return refuse(call, reference, "the report's subject is a person");
  return VATER_OK;
}

static int screen_node(vater_call *call, const vater_node *container)
{
  const struct vater_node_api *node = fhir_host->node;
  int status = VATER_OK;
  if (fhir_is(fhir_text(container, "resourceType"), "MeasureReport"))
    status = screen_report(call, container);
  for (const vater_node *one = node->first(container); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    const char *reason = member_reason(one);
    int type = node->type(one);
    if (reason != NULL)
      status = refuse(call, one, reason);
    else if (type == VATER_NODE_OBJECT || type == VATER_NODE_LIST)
      status = screen_node(call, one);
  }
  return status;
}

/* What cannot be read is searched: better one refusal too many than a person's data kept. */
static int screen_bytes(vater_call *call, struct vater_str bytes)
{
  static const char *const marks[] = {"\"individual\"",
                                      "\"subject-list\"",
                                      "\"data-collection\"",
                                      "evaluatedResource",
                                      "subjectResults",
                                      "\"Patient\"",
                                      "\"Person\"",
                                      "\"RelatedPerson\"",
                                      "Patient/",
                                      "Person/",
                                      "\"urn:oid:2.16.578.1.12.4.1.4.1\"",
                                      "\"urn:oid:2.16.578.1.12.4.1.4.2\"",
                                      "\"urn:oid:2.16.578.1.12.4.1.4.3\""};
  for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
    const char *found = memmem(bytes.ptr, bytes.len, marks[i], strlen(marks[i]));
    if (found != NULL)
      return fhir_host->fail_at(call, VATER_E_REFUSED, (uint64_t)(found - bytes.ptr),
                                "the page cannot be read, and it names persons");
  }
  return VATER_OK;
}

int fhir_screen(vater_call *call, void *self, const vater_node *root, struct vater_str bytes)
{
  (void)self;
  return root != NULL ? screen_node(call, root) : screen_bytes(call, bytes);
}

#include "fhir.h"

/* ---- FHIR's JSON, section "JSON" of the standard: no null but as padding beside `_name`, nothing
 * empty ------------------------------------------------------------------------------------------
 */

static const char *fault_of(const vater_node *value)
{
  const struct vater_node_api *node = fhir_host->node;
  switch (node->type(value)) {
  case VATER_NODE_NULL:
    return node->name(value).len > 0 ? "FHIR has no null; leave the member out" : NULL;
  case VATER_NODE_TEXT:
    return node->text(value).len == 0 ? "FHIR has no empty text; leave the member out" : NULL;
  case VATER_NODE_OBJECT:
  case VATER_NODE_LIST:
    return node->length(value) == 0 ? "FHIR has no empty list or object; leave the member out"
                                    : NULL;
  default:
    return NULL;
  }
}

int fhir_strict(const struct fhir_out *out, const vater_node *container)
{
  const struct vater_node_api *node = fhir_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(container); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    const char *fault = fault_of(one);
    if (fault != NULL)
      status =
          fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(one), "%s", fault);
    else if (node->first(one) != NULL)
      status = fhir_strict(out, one);
  }
  return status;
}

/* ---- members that the standard does not know ----------------------------------------------------
 */

static const char *const every[] = {"id", "extension", "modifierExtension", NULL};
static const char *const of_report[] = {"resourceType",
                                        "meta",
                                        "implicitRules",
                                        "language",
                                        "text",
                                        "contained",
                                        "identifier",
                                        "status",
                                        "type",
                                        "measure",
                                        "subject",
                                        "date",
                                        "reporter",
                                        "period",
                                        "improvementNotation",
                                        "group",
                                        "evaluatedResource",
                                        NULL};
static const char *const of_group[] = {"code", "population", "measureScore", "stratifier", NULL};
static const char *const of_population[] = {"code", "count", "subjectResults", NULL};
static const char *const of_stratifier[] = {"code", "stratum", NULL};
static const char *const of_stratum[] = {"value", "component", "population", "measureScore", NULL};
static const char *const of_quantity[] = {"value", "comparator", "unit", "system", "code", NULL};

static const char *const *const elements[] = {
    [FHIR_ELEMENT_REPORT] = of_report,         [FHIR_ELEMENT_GROUP] = of_group,
    [FHIR_ELEMENT_POPULATION] = of_population, [FHIR_ELEMENT_STRATIFIER] = of_stratifier,
    [FHIR_ELEMENT_STRATUM] = of_stratum,       [FHIR_ELEMENT_QUANTITY] = of_quantity,
};

static bool is_among(struct vater_str name, const char *const *names)
{
  for (; *names != NULL; names++)
    if (fhir_is(name, *names))
      return true;
  return false;
}

int fhir_check_members(const struct fhir_out *out, const vater_node *object,
                       enum fhir_element element)
{
  const struct vater_node_api *node = fhir_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(object); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    struct vater_str name = node->name(one);
    if (name.len > 1 && name.ptr[0] == '_')
      name = (struct vater_str){name.ptr + 1, name.len - 1};
    if (!is_among(name, elements[element]) && !is_among(name, every))
      status = fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(one),
                         "FHIR R4 has no member '%.*s' here; it is not read", FHIR_SHOWN(name, 60));
  }
  return status;
}

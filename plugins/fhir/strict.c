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

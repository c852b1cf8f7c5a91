#include "fhir.h"

/* A breakdown's dimension as observations name it. */
static bool is_name(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!letter && !(c >= '0' && c <= '9'))
      return false;
  }
  return text.len > 0 && text.ptr[0] >= 'a' && text.ptr[0] <= 'z';
}

static bool is_mapped(const struct fhir_mapping *mapping, const vater_node *code)
{
  for (uint32_t i = 0; i < mapping->dimension_count; i++)
    if (fhir_concept_is(code, mapping->dimensions[i].from))
      return true;
  return false;
}

/* ---- putting -------------------------------------------------------------------------------- */

/* Part `wanted` (1 …) of a text between separators; false where there are fewer. */
static bool find_part(struct vater_str text, struct vater_str separator, int64_t wanted,
                      struct vater_str *part)
{
  for (int64_t number = 1;; number++) {
    const char *end =
        separator.len > 0 ? memmem(text.ptr, text.len, separator.ptr, separator.len) : NULL;
    *part = (struct vater_str){text.ptr, end != NULL ? (size_t)(end - text.ptr) : text.len};
    if (number == wanted)
      return true;
    if (end == NULL)
      return false;
    text = (struct vater_str){end + separator.len, text.len - part->len - separator.len};
  }
}

static int put_dimension(const struct fhir_out *out, const struct fhir_dimension *dimension,
                         const vater_node *at, struct vater_str said)
{
  const struct vater_node_api *node = fhir_host->node;
  struct vater_str part = said;
  if (dimension->part > 0 && !find_part(said, dimension->separator, dimension->part, &part))
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(at),
                     "the stratum '%.*s' has no part %lld", FHIR_SHOWN(said, 60),
                     (long long)dimension->part);
  const vater_node *ours = node->first(dimension->codes);
  while (ours != NULL && !fhir_equal(node->name(ours), part))
    ours = node->next(ours);
  if (ours != NULL && node->type(ours) == VATER_NODE_NULL)
    return VATER_OK;
  if (ours == NULL && !dimension->keep)
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(at),
                     "'%.*s' is not among the mapping's codes of %.*s", FHIR_SHOWN(part, 60),
                     FHIR_SHOWN(dimension->name, 60));
  return fhir_host->table->set_breakdown(out->call, out->table, dimension->name,
                                         ours != NULL ? node->text(ours) : part);
}

/* One coded part of a stratum: a component, or the stratifier itself. */
static int put_coded(const struct fhir_out *out, const vater_node *code, const vater_node *value)
{
  const struct fhir_mapping *mapping = out->mapping;
  struct vater_str said = fhir_concept(value);
  int status = VATER_OK;
  if (said.len == 0)
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, fhir_host->node->offset(value),
                     "a stratum's value has neither code nor text");
  if (!is_mapped(mapping, code))
    return fhir_host->table->set_breakdown(out->call, out->table, fhir_concept(code), said);
  for (uint32_t i = 0; i < mapping->dimension_count && status == VATER_OK; i++)
    if (fhir_concept_is(code, mapping->dimensions[i].from))
      status = put_dimension(out, &mapping->dimensions[i], value, said);
  return status;
}

int fhir_breakdown_put(const struct fhir_out *out, const vater_node *code,
                       const vater_node *stratum)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *components = node->member(stratum, "component");
  int status = VATER_OK;
  if (components == NULL)
    return put_coded(out, code, node->member(stratum, "value"));
  for (const vater_node *one = node->first(components); one != NULL && status == VATER_OK;
       one = node->next(one))
    status = put_coded(out, node->member(one, "code"), node->member(one, "value"));
  return status;
}

/* ---- which are read ------------------------------------------------------------------------- */

enum naming { NAMED, IGNORED, UNKNOWN };

static enum naming naming_of(const struct fhir_mapping *mapping, const vater_node *code)
{
  if (fhir_mapping_lists(mapping->ignored, code))
    return IGNORED;
  return is_mapped(mapping, code) || is_name(fhir_concept(code)) ? NAMED : UNKNOWN;
}

int fhir_breakdown_named(const struct fhir_out *out, const vater_node *stratifier,
                         const vater_node *code, bool *named)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *components =
      node->member(node->first(node->member(stratifier, "stratum")), "component");
  enum naming naming = components == NULL ? naming_of(out->mapping, code) : NAMED;
  for (const vater_node *one = node->first(components); one != NULL && naming == NAMED;
       one = node->next(one)) {
    code = node->member(one, "code");
    naming = naming_of(out->mapping, code);
  }
  struct vater_str said = fhir_concept(code);
  *named = naming == NAMED;
  if (naming != UNKNOWN)
    return VATER_OK;
  return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(stratifier),
                   "the stratifier '%.*s' is not in the mapping; its strata are left out",
                   FHIR_SHOWN(said, 60));
}

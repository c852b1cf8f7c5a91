#include "fhir.h"

/* Organisation number in the Norwegian register of legal entities (Enhetsregisteret). */
static const char orgnr_system[] = "urn:oid:2.16.578.1.12.4.1.4.101";

static bool is_orgnr(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  return text.len == 9;
}

static const struct fhir_actor *by_identifier(const struct fhir_mapping *mapping,
                                              struct vater_str system, struct vater_str value)
{
  for (uint32_t i = 0; i < mapping->actor_count; i++)
    if (mapping->actors[i].value.len > 0 && fhir_equal(mapping->actors[i].value, value) &&
        fhir_equal(mapping->actors[i].system, system))
      return &mapping->actors[i];
  return NULL;
}

static const struct fhir_actor *by_orgnr(const struct fhir_mapping *mapping, struct vater_str orgnr)
{
  for (uint32_t i = 0; i < mapping->actor_count; i++)
    if (fhir_equal(mapping->actors[i].orgnr, orgnr))
      return &mapping->actors[i];
  return NULL;
}

static bool take(const struct fhir_actor *actor, struct fhir_reporter *reporter)
{
  if (actor == NULL)
    return false;
  reporter->orgnr = actor->orgnr;
  reporter->area = actor->area;
  return true;
}

static bool take_identifier(const struct fhir_mapping *mapping, const vater_node *identifier,
                            struct fhir_reporter *reporter)
{
  struct vater_str system = fhir_text(identifier, "system");
  struct vater_str value = fhir_text(identifier, "value");
  if (take(by_identifier(mapping, system, value), reporter))
    return true;
  if (!fhir_is(system, orgnr_system) || !is_orgnr(value))
    return false;
  if (!take(by_orgnr(mapping, value), reporter))
    reporter->orgnr = value;
  return true;
}

static bool take_resource(const struct fhir_mapping *mapping, const vater_node *resource,
                          struct fhir_reporter *reporter)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *one = node->first(node->member(resource, "identifier")); one != NULL;
       one = node->next(one))
    if (take_identifier(mapping, one, reporter))
      return true;
  return false;
}

static const vater_node *find_contained(const vater_node *report, struct vater_str id)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *one = node->first(node->member(report, "contained"));
  while (one != NULL && !fhir_equal(fhir_text(one, "id"), id))
    one = node->next(one);
  return one;
}

static bool is_contained(const vater_node *report, struct vater_str reference)
{
  return find_contained(report, (struct vater_str){reference.ptr + 1, reference.len - 1}) != NULL;
}

/* "Organization/1" of a resource with that type and id, or its entry's full URL. */
static bool is_entry(const vater_node *entry, struct vater_str reference)
{
  const vater_node *resource = fhir_host->node->member(entry, "resource");
  struct vater_str type = fhir_text(resource, "resourceType");
  struct vater_str id = fhir_text(resource, "id");
  if (fhir_equal(fhir_text(entry, "fullUrl"), reference))
    return true;
  return id.len > 0 && reference.len == type.len + 1 + id.len && reference.ptr[type.len] == '/' &&
         memcmp(reference.ptr, type.ptr, type.len) == 0 &&
         memcmp(reference.ptr + type.len + 1, id.ptr, id.len) == 0;
}

static const vater_node *find_entry(const struct fhir_places *places, struct vater_str reference)
{
  for (uint32_t i = 0; i < places->count; i++)
    if (is_entry(places->entries[i], reference))
      return fhir_host->node->member(places->entries[i], "resource");
  return NULL;
}

static bool take_reference(const struct fhir_out *out, const struct fhir_places *places,
                           const vater_node *report, struct vater_str reference,
                           struct fhir_reporter *reporter)
{
  for (uint32_t i = 0; i < out->mapping->actor_count && reference.len > 0; i++)
    if (fhir_equal(out->mapping->actors[i].reference, reference))
      return take(&out->mapping->actors[i], reporter);
  const vater_node *resource = NULL;
  if (reference.len > 1 && reference.ptr[0] == '#')
    resource = find_contained(report, (struct vater_str){reference.ptr + 1, reference.len - 1});
  else if (reference.len > 0)
    resource = find_entry(places, reference);
  return take_resource(out->mapping, resource, reporter);
}

int fhir_reporter_find(const struct fhir_out *out, const struct fhir_places *places,
                       const vater_node *report, struct fhir_reporter *reporter)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *from = node->member(report, "reporter");
  const vater_node *identifier = node->member(from, "identifier");
  *reporter = (struct fhir_reporter){.area = out->mapping->area};
  bool found = take_identifier(out->mapping, identifier, reporter) ||
               take_reference(out, places, report, fhir_text(from, "reference"), reporter);
  if (reporter->area.len == 0)
    reporter->area = out->mapping->area;
  if (found || from == NULL)
    return VATER_OK;
  if (fhir_is(fhir_text(identifier, "system"), orgnr_system))
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR,
                     node->offset(node->member(identifier, "value")),
                     "an organisation number has nine digits");
  struct vater_str reference = fhir_text(from, "reference");
  if (reference.len > 0 && reference.ptr[0] == '#' && !is_contained(report, reference))
    return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR,
                     node->offset(node->member(from, "reference")),
                     "the reference '%.*s' leads nowhere: no contained resource has that id",
                     FHIR_SHOWN(reference, 60));
  if (out->mapping->actor_count == 0)
    return fhir_note(out->call, out->table, VATER_SEVERITY_WARNING, node->offset(from),
                     "the reporter gives no organisation number; it is taken for the actor of the "
                     "endpoint");
  return fhir_note(out->call, out->table, VATER_SEVERITY_ERROR, node->offset(from),
                   "the reporter is not in the mapping's list of actors, and gives no organisation "
                   "number");
}

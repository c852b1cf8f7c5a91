#include "fhir.h"

#include <stdlib.h>

static const char measure_population[] = "http://terminology.hl7.org/CodeSystem/measure-population";

static const struct {
  const char *code;
  enum fhir_population population;
} populations[] = {
    {"initial-population", FHIR_INITIAL},
    {"numerator", FHIR_NUMERATOR},
    {"numerator-exclusion", FHIR_NUMERATOR_EXCLUSION},
    {"denominator", FHIR_DENOMINATOR},
    {"denominator-exclusion", FHIR_DENOMINATOR_EXCLUSION},
    {"denominator-exception", FHIR_DENOMINATOR_EXCEPTION},
};

static enum fhir_population population_of(struct vater_str code)
{
  for (size_t i = 0; i < sizeof populations / sizeof *populations; i++)
    if (fhir_is(code, populations[i].code))
      return populations[i].population;
  return FHIR_POPULATIONS;
}

/* ---- reading -------------------------------------------------------------------------------- */

static enum fhir_scoring scoring_of(struct vater_str text)
{
  if (fhir_is(text, "ratio"))
    return FHIR_RATIO;
  if (fhir_is(text, "continuous-variable"))
    return FHIR_CONTINUOUS;
  return fhir_is(text, "cohort") ? FHIR_COHORT : FHIR_PROPORTION;
}

static void read_measure(const vater_node *entry, struct fhir_measure *measure)
{
  measure->canonical = fhir_host->node->name(entry);
  const char *mark = memrchr(measure->canonical.ptr, '#', measure->canonical.len);
  if (mark != NULL) {
    size_t len = (size_t)(mark - measure->canonical.ptr);
    measure->group = (struct vater_str){mark + 1, measure->canonical.len - len - 1};
    measure->canonical.len = len;
  }
  measure->indicator = fhir_text(entry, "indicator");
  measure->unit = fhir_text(entry, "unit");
  measure->scoring = scoring_of(fhir_text(entry, "scoring"));
  measure->net = !fhir_is(fhir_text(entry, "counts"), "reported");
  measure->shift = fhir_is(measure->unit, "percent") ? 2 : 0;
  if (fhir_is(measure->unit, "per1000"))
    measure->shift = 3;
}

static void read_source(const vater_node *entry, struct vater_str name,
                        struct fhir_dimension *dimension)
{
  const struct vater_node_api *node = fhir_host->node;
  dimension->name = name;
  if (node->type(entry) == VATER_NODE_TEXT) {
    dimension->from = node->text(entry);
    dimension->keep = true;
    return;
  }
  dimension->from = fhir_text(entry, "from");
  dimension->separator = fhir_text(entry, "separator");
  node->integer(node->member(entry, "part"), &dimension->part);
  dimension->codes = node->member(entry, "codes");
  dimension->keep = dimension->codes == NULL || fhir_is(fhir_text(entry, "otherwise"), "keep");
}

/* A dimension has one source, or several in a list. */
static uint32_t count_sources(const vater_node *dimensions)
{
  const struct vater_node_api *node = fhir_host->node;
  uint32_t count = 0;
  for (const vater_node *one = node->first(dimensions); one != NULL; one = node->next(one))
    count += node->type(one) == VATER_NODE_LIST ? node->length(one) : 1;
  return count;
}

static void read_dimensions(const vater_node *dimensions, struct fhir_dimension *out)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *one = node->first(dimensions); one != NULL; one = node->next(one)) {
    if (node->type(one) != VATER_NODE_LIST)
      read_source(one, node->name(one), out++);
    else
      for (const vater_node *source = node->first(one); source != NULL; source = node->next(source))
        read_source(source, node->name(one), out++);
  }
}

static void read_actor(const vater_node *entry, struct fhir_actor *actor)
{
  actor->system = fhir_text(entry, "system");
  actor->value = fhir_text(entry, "value");
  actor->reference = fhir_text(entry, "reference");
  actor->orgnr = fhir_text(entry, "orgnr");
  actor->area = fhir_text(entry, "area");
}

static bool read_lists(const vater_node *root, struct fhir_mapping *mapping)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *measures = node->member(root, "measures");
  const vater_node *dimensions = node->member(root, "breakdown");
  const vater_node *actors = node->member(root, "actors");
  mapping->measure_count = node->length(measures);
  mapping->dimension_count = count_sources(dimensions);
  mapping->actor_count = node->length(actors);
  mapping->measures = calloc((size_t)mapping->measure_count + 1, sizeof *mapping->measures);
  mapping->dimensions = calloc((size_t)mapping->dimension_count + 1, sizeof *mapping->dimensions);
  mapping->actors = calloc((size_t)mapping->actor_count + 1, sizeof *mapping->actors);
  if (mapping->measures == NULL || mapping->dimensions == NULL || mapping->actors == NULL)
    return false;
  const vater_node *entry = node->first(measures);
  for (uint32_t i = 0; i < mapping->measure_count; i++, entry = node->next(entry))
    read_measure(entry, &mapping->measures[i]);
  read_dimensions(dimensions, mapping->dimensions);
  entry = node->first(actors);
  for (uint32_t i = 0; i < mapping->actor_count; i++, entry = node->next(entry))
    read_actor(entry, &mapping->actors[i]);
  return true;
}

static struct vater_str fixed(const vater_node *root, const char *name)
{
  return fhir_text(fhir_host->node->member(root, name), "fixed");
}

int fhir_mapping_read(vater_call *call, const vater_node *root, struct fhir_mapping *mapping)
{
  const struct vater_node_api *node = fhir_host->node;
  *mapping = (struct fhir_mapping){0};
  mapping->area = fixed(root, "area");
  mapping->area_role = fixed(root, "areaRole");
  mapping->status = fixed(root, "status");
  if (mapping->status.len == 0)
    mapping->status = FHIR_STR("final");
  mapping->exclusive_end = fhir_is(fhir_text(root, "periodEnd"), "exclusive");
  mapping->populations = node->member(root, "populations");
  mapping->ignored = node->member(root, "ignoredStratifiers");
  mapping->overlapping = node->member(root, "overlappingStratifiers");
  if (!read_lists(root, mapping))
    return fhir_host->fail(call, VATER_E_NOMEM, "out of memory for the mapping");
  return VATER_OK;
}

void fhir_mapping_free(struct fhir_mapping *mapping)
{
  free(mapping->measures);
  free(mapping->dimensions);
  free(mapping->actors);
  *mapping = (struct fhir_mapping){0};
}

/* ---- looking up ----------------------------------------------------------------------------- */

/* "url|version" against "url" (any version) or "url|version". */
static bool is_canonical(struct vater_str accepted, struct vater_str found)
{
  if (fhir_equal(accepted, found))
    return true;
  return accepted.len < found.len && found.ptr[accepted.len] == '|' &&
         memcmp(accepted.ptr, found.ptr, accepted.len) == 0 &&
         memchr(accepted.ptr, '|', accepted.len) == NULL;
}

bool fhir_mapping_accepts(const struct fhir_measure *measure, struct vater_str canonical)
{
  return is_canonical(measure->canonical, canonical);
}

bool fhir_mapping_knows(const struct fhir_mapping *mapping, struct vater_str canonical)
{
  for (uint32_t i = 0; i < mapping->measure_count; i++)
    if (fhir_mapping_accepts(&mapping->measures[i], canonical))
      return true;
  return false;
}

/* An entry for the very group goes before one for any. */
const struct fhir_measure *fhir_mapping_measure(const struct fhir_mapping *mapping,
                                                struct vater_str canonical,
                                                const vater_node *group_code)
{
  const struct fhir_measure *any = NULL;
  for (uint32_t i = 0; i < mapping->measure_count; i++) {
    const struct fhir_measure *measure = &mapping->measures[i];
    if (!fhir_mapping_accepts(measure, canonical))
      continue;
    if (measure->group.len == 0)
      any = any != NULL ? any : measure;
    else if (fhir_concept_is(group_code, measure->group))
      return measure;
  }
  return any;
}

bool fhir_mapping_lists(const vater_node *codes, const vater_node *concept)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *one = node->first(codes); one != NULL; one = node->next(one))
    if (fhir_concept_is(concept, node->text(one)))
      return true;
  return false;
}

static enum fhir_population local_population(const struct fhir_mapping *mapping,
                                             struct vater_str system, struct vater_str code)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *entry = node->first(mapping->populations); entry != NULL;
       entry = node->next(entry))
    if (fhir_equal(fhir_text(entry, "code"), code) &&
        fhir_equal(fhir_text(entry, "system"), system))
      return population_of(fhir_text(entry, "population"));
  return FHIR_POPULATIONS;
}

enum fhir_population fhir_mapping_population(const struct fhir_mapping *mapping,
                                             const vater_node *concept)
{
  const struct vater_node_api *node = fhir_host->node;
  enum fhir_population found = FHIR_POPULATIONS;
  for (const vater_node *coding = node->first(node->member(concept, "coding")); coding != NULL;
       coding = node->next(coding)) {
    struct vater_str system = fhir_text(coding, "system");
    struct vater_str code = fhir_text(coding, "code");
    if (fhir_is(system, measure_population))
      return population_of(code);
    enum fhir_population local = local_population(mapping, system, code);
    if (local == FHIR_POPULATIONS && system.len == 0)
      local = population_of(code);
    if (found == FHIR_POPULATIONS)
      found = local;
  }
  return found;
}

#include "jsonstat.h"

#include <stdlib.h>

/* SSB, Notater 2016/16, "Standardtegn i tabeller". */
static const struct {
  const char *status, *missing;
} standard[] = {
    {".", "not-applicable"}, {"..", "not-available"}, {"...", "not-yet"}, {":", "suppressed"}};

static struct jsonstat_source read_source(const vater_node *entry)
{
  const struct vater_node_api *node = jsonstat_host->node;
  struct jsonstat_source source = {.name = node->name(entry)};
  if (node->type(entry) == VATER_NODE_TEXT) {
    source.from = node->text(entry);
    source.keep = true;
    return source;
  }
  struct vater_str otherwise = jsonstat_text(entry, "otherwise");
  source.from = jsonstat_text(entry, "from");
  source.fixed = jsonstat_text(entry, "fixed");
  source.codes = node->member(entry, "codes");
  source.keep = source.codes == NULL || jsonstat_is(otherwise, "keep");
  source.skip = jsonstat_is(otherwise, "skip");
  node->integer(node->member(entry, "digits"), &source.digits);
  return source;
}

static void read_measure(const vater_node *entry, struct jsonstat_measure *measure)
{
  struct vater_str as = jsonstat_text(entry, "as");
  measure->code = jsonstat_host->node->name(entry);
  measure->indicator = jsonstat_text(entry, "indicator");
  measure->unit = jsonstat_text(entry, "unit");
  measure->as = JSONSTAT_VALUE;
  if (jsonstat_is(as, "numerator"))
    measure->as = JSONSTAT_NUMERATOR;
  else if (jsonstat_is(as, "denominator"))
    measure->as = JSONSTAT_DENOMINATOR;
}

static bool read_lists(const vater_node *root, struct jsonstat_mapping *mapping)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *measures = node->member(root, "measures");
  const vater_node *breakdown = node->member(root, "breakdown");
  mapping->measure_count = node->length(measures);
  mapping->breakdown_count = node->length(breakdown);
  mapping->measures = calloc((size_t)mapping->measure_count + 1, sizeof *mapping->measures);
  mapping->breakdown = calloc((size_t)mapping->breakdown_count + 1, sizeof *mapping->breakdown);
  if (mapping->measures == NULL || mapping->breakdown == NULL)
    return false;
  const vater_node *entry = node->first(measures);
  for (uint32_t i = 0; i < mapping->measure_count; i++, entry = node->next(entry))
    read_measure(entry, &mapping->measures[i]);
  entry = node->first(breakdown);
  for (uint32_t i = 0; i < mapping->breakdown_count; i++, entry = node->next(entry))
    mapping->breakdown[i] = read_source(entry);
  return true;
}

int jsonstat_mapping_read(vater_call *call, const vater_node *root,
                          struct jsonstat_mapping *mapping)
{
  const struct vater_node_api *node = jsonstat_host->node;
  *mapping = (struct jsonstat_mapping){0};
  mapping->metric = jsonstat_text(root, "metric");
  mapping->indicator = read_source(node->member(root, "indicator"));
  mapping->actor = read_source(node->member(root, "actor"));
  mapping->period = read_source(node->member(root, "period"));
  mapping->area = read_source(node->member(root, "area"));
  mapping->area_role = read_source(node->member(root, "areaRole"));
  mapping->unit = read_source(node->member(root, "unit"));
  mapping->status = read_source(node->member(root, "status"));
  mapping->missing = node->member(root, "missing");
  mapping->preliminary = node->member(root, "preliminary");
  if (!read_lists(root, mapping))
    return jsonstat_host->fail(call, VATER_E_NOMEM, "out of memory for the mapping");
  return VATER_OK;
}

void jsonstat_mapping_free(struct jsonstat_mapping *mapping)
{
  free(mapping->measures);
  free(mapping->breakdown);
  *mapping = (struct jsonstat_mapping){0};
}

bool jsonstat_mapping_missing(const struct jsonstat_mapping *mapping, struct vater_str status,
                              struct vater_str *reason)
{
  const struct vater_node_api *node = jsonstat_host->node;
  for (const vater_node *one = node->first(mapping->missing); one != NULL; one = node->next(one))
    if (jsonstat_equal(node->name(one), status)) {
      *reason = node->text(one);
      return reason->len > 0;
    }
  for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
    if (jsonstat_is(status, standard[i].status)) {
      *reason = (struct vater_str){standard[i].missing, strlen(standard[i].missing)};
      return true;
    }
  return false;
}

bool jsonstat_mapping_preliminary(const struct jsonstat_mapping *mapping, struct vater_str status)
{
  const struct vater_node_api *node = jsonstat_host->node;
  if (status.len == 0)
    return false;
  for (const vater_node *one = node->first(mapping->preliminary); one != NULL;
       one = node->next(one))
    if (jsonstat_equal(node->text(one), status))
      return true;
  return false;
}

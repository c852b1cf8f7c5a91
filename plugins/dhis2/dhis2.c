#include "dhis2.h"

#include <stdlib.h>

static const struct vater_host *host;

const struct dhis2_part dhis2_parts[DHIS2_PARTS] = {
    {"numerator", VATER_COLUMN_NUMERATOR},
    {"denominator", VATER_COLUMN_DENOMINATOR},
    {"value", VATER_COLUMN_VALUE},
    {"sampleSize", VATER_COLUMN_SAMPLE_SIZE},
    {"sampleMargin", VATER_COLUMN_SAMPLE_MARGIN},
};

const char *const dhis2_members[DHIS2_MEMBERS] = {
    [DHIS2_DATA_ELEMENT] = "dataElement",
    [DHIS2_PERIOD] = "period",
    [DHIS2_ORG_UNIT] = "orgUnit",
    [DHIS2_CATEGORY] = "categoryOptionCombo",
    [DHIS2_ATTRIBUTE] = "attributeOptionCombo",
    [DHIS2_VALUE] = "value",
    [DHIS2_DELETED] = "deleted",
};

static bool same_breakdown(const vater_node *a, const vater_node *b)
{
  const struct vater_node_api *node = host->node;
  if (node->length(a) != node->length(b))
    return false;
  for (const vater_node *one = node->first(a); one != NULL; one = node->next(one)) {
    bool found = false;
    for (const vater_node *other = node->first(b); other != NULL; other = node->next(other))
      found |= mapping_equal(node->name(one), node->name(other)) &&
               mapping_equal(node->text(one), node->text(other));
    if (!found)
      return false;
  }
  return true;
}

static uint32_t group_of(struct dhis2 *dhis2, const vater_node *measure)
{
  struct vater_str indicator = host->node->text(host->node->member(measure, "indicator"));
  struct vater_str unit = host->node->text(host->node->member(measure, "unit"));
  const vater_node *breakdown = host->node->member(measure, "breakdown");
  uint32_t index = 0;
  while (index < dhis2->group_count && !(mapping_equal(dhis2->groups[index].indicator, indicator) &&
                                         same_breakdown(dhis2->groups[index].breakdown, breakdown)))
    index++;
  if (index == dhis2->group_count)
    dhis2->groups[dhis2->group_count++] = (struct dhis2_group){indicator, unit, breakdown};
  if (unit.len > 0)
    dhis2->groups[index].unit = unit;
  return index;
}

static int open_measures(vater_call *call, struct dhis2 *dhis2)
{
  int status = mapping_index_init(host, call, host->node->member(dhis2->root, "dataElements"),
                                  &dhis2->elements);
  if (status != VATER_OK)
    return status;
  uint32_t count = dhis2->elements.count;
  dhis2->measures = calloc((size_t)count + 1, sizeof *dhis2->measures);
  dhis2->groups = calloc((size_t)count + 1, sizeof *dhis2->groups);
  if (dhis2->measures == NULL || dhis2->groups == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory for %u data elements", count);
  for (uint32_t i = 0; i < count; i++) {
    struct vater_str as = host->node->text(host->node->member(dhis2->elements.members[i], "as"));
    dhis2->measures[i].group = group_of(dhis2, dhis2->elements.members[i]);
    for (int part = 0; part < DHIS2_PARTS; part++)
      if (mapping_is(as, dhis2_parts[part].name))
        dhis2->measures[i].part = part;
  }
  return VATER_OK;
}

static int open_texts(vater_call *call, struct dhis2 *dhis2)
{
  static const char *const names[DHIS2_TEXTS] = {"asOf", "area",   "areaRole",
                                                 "unit", "status", "reason"};
  int status = VATER_OK;
  for (int i = 0; i < DHIS2_TEXTS && status == VATER_OK; i++)
    status = mapping_source_init(host, call, host->node->member(dhis2->root, names[i]),
                                 &dhis2->texts[i]);
  return status;
}

/* "orgnr", or {"actor": …, "area": …}. */
static int open_units(vater_call *call, struct dhis2 *dhis2)
{
  const struct vater_node_api *node = host->node;
  int status = mapping_index_init(host, call, node->member(dhis2->root, "orgUnits"), &dhis2->units);
  if (status != VATER_OK)
    return status;
  dhis2->org_units = calloc((size_t)dhis2->units.count + 1, sizeof *dhis2->org_units);
  if (dhis2->org_units == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory for %u units", dhis2->units.count);
  for (uint32_t i = 0; i < dhis2->units.count; i++) {
    const vater_node *unit = dhis2->units.members[i];
    bool alone = node->type(unit) == VATER_NODE_TEXT;
    dhis2->org_units[i].actor = node->text(alone ? unit : node->member(unit, "actor"));
    dhis2->org_units[i].area = node->text(node->member(unit, "area"));
  }
  return VATER_OK;
}

static void close_format(void *self)
{
  struct dhis2 *dhis2 = self;
  if (dhis2 == NULL)
    return;
  dhis2_forget(dhis2);
  for (int i = 0; i < DHIS2_TEXTS; i++)
    mapping_source_fini(&dhis2->texts[i]);
  mapping_index_fini(&dhis2->elements);
  mapping_index_fini(&dhis2->units);
  mapping_index_fini(&dhis2->categories);
  free(dhis2->org_units);
  free(dhis2->measures);
  free(dhis2->groups);
  free(dhis2);
}

static int open_format(vater_call *call, const vater_config *config, void **self)
{
  const struct vater_node_api *node = host->node;
  struct dhis2 *dhis2 = calloc(1, sizeof *dhis2);
  if (dhis2 == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory");
  dhis2->host = host;
  dhis2->root = host->config_node(config, "mapping");
  mapping_dialect_read(host, node->member(dhis2->root, "dialect"), &dhis2->dialect);
  int status = open_measures(call, dhis2);
  if (status == VATER_OK)
    status = open_units(call, dhis2);
  if (status == VATER_OK)
    status = mapping_index_init(host, call, node->member(dhis2->root, "categoryOptionCombos"),
                                &dhis2->categories);
  if (status == VATER_OK)
    status = open_texts(call, dhis2);
  if (status != VATER_OK)
    close_format(dhis2);
  else
    *self = dhis2;
  return status;
}

static int decode(vater_call *call, void *self, const vater_node *root, struct vater_str bytes,
                  vater_table *table)
{
  struct dhis2 *dhis2 = self;
  (void)bytes;
  int status = dhis2_read_json(call, dhis2, root, table);
  if (status == VATER_OK)
    status = dhis2_emit(call, dhis2, table);
  dhis2_forget(dhis2);
  return status;
}

static int record(vater_call *call, void *self, const struct vater_record *one, vater_table *table)
{
  struct dhis2 *dhis2 = self;
  if (one != NULL)
    return dhis2_read_record(call, dhis2, one, table);
  int status = VATER_OK;
  if (dhis2->records == 0)
    status = host->table->finding(call, table, VATER_SEVERITY_ERROR, 0, "the document is empty");
  if (status == VATER_OK)
    status = dhis2_emit(call, dhis2, table);
  dhis2_forget(dhis2);
  return status;
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const char *const media_types[] = {"application/json", "text/csv", "application/csv", NULL};
static const char *const marks[] = {"dataValues", "dataelement", NULL};

static const struct vater_setting settings[] = {
    {"mapping", VATER_SETTING_DOCUMENT, true, false, NULL,
     "Which data element fills what: a mapping file, or the object itself."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_format_ops format = {
    .size = sizeof format,
    .syntax = "json or csv",
    .media_types = media_types,
    .open = open_format,
    .close = close_format,
    .decode = decode,
    .mapping_schema = "mapping.schema.json",
    .marks = marks,
    .record = record,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "dhis2",
    .version = "1.0.0",
    .summary = "Data value sets of DHIS2, as JSON or CSV, numerators and denominators joined.",
    .settings = settings,
    .load = load,
    .format = &format,
};

VATER_PLUGIN(plugin)

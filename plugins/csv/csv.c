#include "csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct vater_host *host;

const struct csv_text csv_texts[] = {
    {"indicator", VATER_COLUMN_INDICATOR},
    {"actor", VATER_COLUMN_ACTOR},
    {"period", VATER_COLUMN_PERIOD},
    {"asOf", VATER_COLUMN_AS_OF},
    {"area", VATER_COLUMN_AREA},
    {"areaRole", VATER_COLUMN_AREA_ROLE},
    {"unit", VATER_COLUMN_UNIT},
    {"status", VATER_COLUMN_STATUS},
    {"action", VATER_COLUMN_ACTION},
    {"reason", VATER_COLUMN_REASON},
    {"commentCode", VATER_COLUMN_COMMENT_CODE},
    {"commentText", VATER_COLUMN_COMMENT_TEXT},
    {NULL, VATER_COLUMN_NONE},
};

const struct csv_text csv_numbers[CSV_NUMBERS] = {
    {"numerator", VATER_COLUMN_NUMERATOR},
    {"denominator", VATER_COLUMN_DENOMINATOR},
    {"value", VATER_COLUMN_VALUE},
    {"sampleSize", VATER_COLUMN_SAMPLE_SIZE},
    {"sampleMargin", VATER_COLUMN_SAMPLE_MARGIN},
};

enum { TEXTS = sizeof csv_texts / sizeof *csv_texts - 1 };

static int name_field(vater_call *call, struct csv_field *field, const vater_node *node)
{
  int status = mapping_source_init(host, call, node, &field->source);
  field->index = CSV_NONE;
  if (field->source.number > 0)
    snprintf(field->what, sizeof field->what, "column %lld", (long long)field->source.number);
  else
    snprintf(field->what, sizeof field->what, "column '%.*s'",
             (int)(field->source.from.len < 60 ? field->source.from.len : 60),
             field->source.from.ptr != NULL ? field->source.from.ptr : "");
  return status;
}

static void name_column(struct csv_field *field, struct vater_str name)
{
  field->source = (struct mapping_source){.given = true, .from = name};
  field->index = CSV_NONE;
  snprintf(field->what, sizeof field->what, "column '%.*s'", (int)(name.len < 60 ? name.len : 60),
           name.ptr);
}

static int open_fields(vater_call *call, struct csv *csv, const vater_node *root)
{
  int status = VATER_OK;
  csv->texts = calloc(TEXTS, sizeof *csv->texts);
  if (csv->texts == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory");
  for (int i = 0; i < TEXTS && status == VATER_OK; i++)
    status = name_field(call, &csv->texts[i], host->node->member(root, csv_texts[i].member));
  const vater_node *breakdown = host->node->member(root, "breakdown");
  for (const vater_node *one = host->node->first(breakdown);
       one != NULL && status == VATER_OK && csv->dimension_count < CSV_DIMENSIONS;
       one = host->node->next(one)) {
    struct csv_dimension *dimension = &csv->dimensions[csv->dimension_count++];
    dimension->name = host->node->name(one);
    status = name_field(call, &dimension->field, one);
  }
  return status;
}

static int part_of(struct vater_str as)
{
  for (int i = 0; i < CSV_NUMBERS; i++)
    if (mapping_is(as, csv_numbers[i].member))
      return i;
  return CSV_NONE;
}

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

/* Measures of the same indicator and breakdown are one observation. */
static struct csv_group *group_of(struct csv *csv, const vater_node *measure)
{
  struct vater_str indicator = host->node->text(host->node->member(measure, "indicator"));
  const vater_node *breakdown = host->node->member(measure, "breakdown");
  for (uint32_t i = 0; i < csv->group_count; i++)
    if (mapping_equal(csv->groups[i].indicator, indicator) &&
        same_breakdown(csv->groups[i].breakdown, breakdown))
      return &csv->groups[i];
  struct csv_group *fresh = &csv->groups[csv->group_count++];
  *fresh = (struct csv_group){.indicator = indicator, .breakdown = breakdown};
  for (int i = 0; i < CSV_NUMBERS; i++)
    fresh->numbers[i].index = CSV_NONE;
  return fresh;
}

static int open_measures(vater_call *call, struct csv *csv, const vater_node *measures)
{
  const struct vater_node_api *node = host->node;
  for (const vater_node *one = node->first(measures); one != NULL; one = node->next(one)) {
    struct csv_group *group = group_of(csv, one);
    int part = part_of(node->text(node->member(one, "as")));
    struct vater_str unit = node->text(node->member(one, "unit"));
    if (part == CSV_NONE)
      continue;
    if (group->numbers[part].source.given)
      return host->fail(call, VATER_E_CONFIG, "the mapping has two columns for the same %s of %.*s",
                        csv_numbers[part].member, (int)group->indicator.len, group->indicator.ptr);
    name_column(&group->numbers[part], node->name(one));
    if (unit.len > 0)
      group->unit = unit;
  }
  return VATER_OK;
}

static int open_numbers(vater_call *call, struct csv *csv, const vater_node *root)
{
  const vater_node *measures = host->node->member(root, "measures");
  uint32_t count = host->node->length(measures) + 1;
  csv->groups = calloc(count, sizeof *csv->groups);
  if (csv->groups == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory");
  if (measures != NULL)
    return open_measures(call, csv, measures);
  int status = VATER_OK;
  csv->group_count = 1;
  for (int i = 0; i < CSV_NUMBERS && status == VATER_OK; i++)
    status = name_field(call, &csv->groups[0].numbers[i],
                        host->node->member(root, csv_numbers[i].member));
  return status;
}

static void close_format(void *self)
{
  struct csv *csv = self;
  if (csv == NULL)
    return;
  for (int i = 0; csv->texts != NULL && i < TEXTS; i++)
    mapping_source_fini(&csv->texts[i].source);
  for (uint32_t i = 0; i < csv->dimension_count; i++)
    mapping_source_fini(&csv->dimensions[i].field.source);
  for (uint32_t i = 0; csv->groups != NULL && i < csv->group_count; i++)
    for (int part = 0; part < CSV_NUMBERS; part++)
      mapping_source_fini(&csv->groups[i].numbers[part].source);
  mapping_index_fini(&csv->missing);
  free(csv->texts);
  free(csv->groups);
  free(csv);
}

static int open_format(vater_call *call, const vater_config *config, void **self)
{
  struct csv *csv = calloc(1, sizeof *csv);
  const vater_node *root = host->config_node(config, "mapping");
  bool header = true;
  if (csv == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory");
  csv->host = host;
  mapping_dialect_read(host, host->node->member(root, "dialect"), &csv->dialect);
  csv->ignored = host->node->member(root, "ignore");
  csv->accounts = host->node->member(root, "accounts");
  csv->provisional = host->node->text(host->node->member(root, "provisional"));
  host->node->truth(host->node->member(host->node->member(root, "dialect"), "header"), &header);
  csv->has_header =
      header || host->node->member(host->node->member(root, "dialect"), "header") == NULL;
  int status = open_fields(call, csv, root);
  if (status == VATER_OK)
    status = open_numbers(call, csv, root);
  if (status == VATER_OK)
    status = mapping_index_init(host, call, host->node->member(root, "missing"), &csv->missing);
  if (status != VATER_OK)
    close_format(csv);
  else
    *self = csv;
  return status;
}

static int end_page(vater_call *call, struct csv *csv, vater_table *table)
{
  int status = VATER_OK;
  if (csv->width == 0)
    status = host->table->finding(call, table, VATER_SEVERITY_ERROR, 0, "the document is empty");
  else if (csv->rows == 0 && !csv->dead)
    status = host->table->finding(call, table, VATER_SEVERITY_WARNING, 0,
                                  "there is a header, and no row behind it");
  csv->width = 0;
  csv->rows = 0;
  csv->dead = false;
  return status;
}

static int record(vater_call *call, void *self, const struct vater_record *one, vater_table *table)
{
  struct csv *csv = self;
  if (one == NULL)
    return end_page(call, csv, table);
  if (one->number == 1) {
    csv->width = one->count;
    int status = csv_read_header(call, csv, one, table);
    if (status != VATER_OK || csv->has_header)
      return status;
  }
  csv->rows++;
  return csv->dead ? VATER_OK : csv_read_row(call, csv, one, table);
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const char *const media_types[] = {"text/csv", "application/csv", "text/plain",
                                          "application/vnd.ms-excel", NULL};

static const struct vater_setting settings[] = {
    {"mapping", VATER_SETTING_DOCUMENT, true, false, NULL,
     "Which column fills what: a mapping file, or the object itself."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_format_ops format = {
    .size = sizeof format,
    .syntax = "csv",
    .media_types = media_types,
    .open = open_format,
    .close = close_format,
    .mapping_schema = "mapping.schema.json",
    .record = record,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "csv",
    .version = "1.0.0",
    .summary = "Tables as CSV, in the dialect and by the mapping that were agreed.",
    .settings = settings,
    .load = load,
    .format = &format,
};

VATER_PLUGIN(plugin)

#include "fhir.h"

#include <stdlib.h>

const struct vater_host *fhir_host;

/* Collects what references of a Bundle may point at. */
static int find_places(vater_call *call, const vater_node *entries, struct fhir_places *places)
{
  const struct vater_node_api *node = fhir_host->node;
  *places = (struct fhir_places){0};
  for (const vater_node *entry = node->first(entries); entry != NULL; entry = node->next(entry)) {
    struct vater_str type = fhir_text(node->member(entry, "resource"), "resourceType");
    if (!fhir_is(type, "Organization") && !fhir_is(type, "Location"))
      continue;
    if (places->entries == NULL)
      places->entries = fhir_host->alloc(call, FHIR_PLACES * sizeof *places->entries);
    if (places->entries == NULL)
      return fhir_host->fail(call, VATER_E_NOMEM, "out of memory for a Bundle's organisations");
    if (places->count == FHIR_PLACES)
      break;
    places->entries[places->count++] = entry;
  }
  return VATER_OK;
}

static int set_cursor(const struct fhir_out *out, const vater_node *bundle)
{
  const struct vater_node_api *node = fhir_host->node;
  for (const vater_node *link = node->first(node->member(bundle, "link")); link != NULL;
       link = node->next(link))
    if (fhir_is(fhir_text(link, "relation"), "next") && fhir_text(link, "url").len > 0)
      return fhir_host->table->set_cursor(out->call, out->table, fhir_text(link, "url"));
  return VATER_OK;
}

static int read_bundle(const struct fhir_out *out, const vater_node *bundle)
{
  const struct vater_node_api *node = fhir_host->node;
  const vater_node *entries = node->member(bundle, "entry");
  struct fhir_places places;
  struct fhir_reporter reporter;
  int status = find_places(out->call, entries, &places);
  if (status == VATER_OK)
    status = fhir_check_bundle(out, bundle);
  for (const vater_node *entry = node->first(entries); entry != NULL && status == VATER_OK;
       entry = node->next(entry)) {
    const vater_node *resource = node->member(entry, "resource");
    if (fhir_is(fhir_text(resource, "resourceType"), "MeasureReport"))
      status = fhir_report_read(out, &places, resource, &reporter);
    if (fhir_host->cancelled(out->call))
      return fhir_host->fail(out->call, VATER_E_TIMEOUT, "out of time in a Bundle");
  }
  return status == VATER_OK ? set_cursor(out, bundle) : status;
}

/* A report alone is a whole submission: its head is known. */
static int read_single(const struct fhir_out *out, const vater_node *report)
{
  const struct fhir_places none = {0};
  struct fhir_reporter reporter;
  struct vater_str date = fhir_text(report, "date");
  int status = fhir_report_read(out, &none, report, &reporter);
  if (status == VATER_OK && reporter.orgnr.len > 0)
    status =
        fhir_host->table->set_head_text(out->call, out->table, VATER_HEAD_REPORTER, reporter.orgnr);
  if (status == VATER_OK && date.len >= 20)
    status = fhir_host->table->set_head_text(out->call, out->table, VATER_HEAD_GENERATED_AT, date);
  return status;
}

static int decode(vater_call *call, void *self, const vater_node *root, struct vater_str bytes,
                  vater_table *table)
{
  const struct fhir_out out = {call, table, self};
  struct vater_str type = fhir_text(root, "resourceType");
  (void)bytes;
  if (fhir_is(type, "Bundle"))
    return read_bundle(&out, root);
  if (fhir_is(type, "MeasureReport"))
    return read_single(&out, root);
  return fhir_host->fail_at(call, VATER_E_DECODE, fhir_host->node->offset(root),
                            "the resource is neither a MeasureReport nor a Bundle");
}

static int open_format(vater_call *call, const vater_config *config, void **self)
{
  struct fhir_mapping *mapping = calloc(1, sizeof *mapping);
  if (mapping == NULL)
    return fhir_host->fail(call, VATER_E_NOMEM, "out of memory for the mapping");
  int status = fhir_mapping_read(call, fhir_host->config_node(config, "mapping"), mapping);
  if (status == VATER_OK) {
    *self = mapping;
    return VATER_OK;
  }
  fhir_mapping_free(mapping);
  free(mapping);
  return status;
}

static void close_format(void *self)
{
  fhir_mapping_free(self);
  free(self);
}

static int load(const struct vater_host *given)
{
  fhir_host = given;
  return VATER_OK;
}

static const struct vater_setting settings[] = {
    {"mapping", VATER_SETTING_DOCUMENT, true, false, NULL,
     "Which measures are which indicators, and who the reporters are (docs/formats.md)."},
    {NULL, 0, false, false, NULL, NULL},
};

static const char *const media_types[] = {"application/fhir+json", "application/json", NULL};
static const char *const marks[] = {"resourceType=MeasureReport", "resourceType=Bundle", NULL};

static const struct vater_format_ops format = {
    .size = sizeof format,
    .syntax = "json",
    .media_types = media_types,
    .schema = "fhir-measurereport.schema.json",
    .open = open_format,
    .close = close_format,
    .decode = decode,
    .mapping_schema = "mapping.schema.json",
    .marks = marks,
    .screen = fhir_screen,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "fhir",
    .version = "1.0.0",
    .summary = "FHIR R4: MeasureReports of type summary, alone or in Bundles.",
    .settings = settings,
    .load = load,
    .format = &format,
};

VATER_PLUGIN(plugin)

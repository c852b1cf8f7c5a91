#include "jsonstat.h"

#include <stdlib.h>

const struct vater_host *jsonstat_host;

/* ---- finding the data sets ------------------------------------------------------------------ */

static int read_dataset(struct jsonstat_out *out, const vater_node *at)
{
  struct jsonstat_dataset dataset;
  int status = jsonstat_dataset_read(out, at, &dataset);
  if (status == VATER_OK && !out->faulty)
    status = jsonstat_rows_put(out, &dataset);
  jsonstat_dataset_fini(&dataset);
  if (status == VATER_OK && jsonstat_host->cancelled(out->call))
    return jsonstat_host->fail(out->call, VATER_E_TIMEOUT, "out of time in a data set");
  return status;
}

static bool is_dataset(const vater_node *object)
{
  return jsonstat_member(object, "value") != NULL || jsonstat_member(object, "dimension") != NULL ||
         jsonstat_is(jsonstat_text(object, "class"), "dataset");
}

/* Data sets that stand in the document itself, also in collections in it. */
static int read_collection(struct jsonstat_out *out, const vater_node *collection, uint32_t depth,
                           uint32_t *found)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *items = jsonstat_member(jsonstat_member(collection, "link"), "item");
  int status = jsonstat_check_members(out, collection);
  if (items != NULL && node->type(items) != VATER_NODE_LIST)
    return jsonstat_fault(out, items, "'item' is not a list");
  for (const vater_node *item = node->first(items); item != NULL && status == VATER_OK;
       item = node->next(item)) {
    if (jsonstat_member(item, "value") != NULL) {
      (*found)++;
      status = read_dataset(out, item);
    } else if (depth < JSONSTAT_NESTING && jsonstat_member(item, "link") != NULL) {
      status = read_collection(out, item, depth + 1, found);
    }
  }
  return status;
}

/* 1.x: data sets by name. */
static int read_bundle(struct jsonstat_out *out, const vater_node *bundle, uint32_t *found)
{
  const struct vater_node_api *node = jsonstat_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(bundle); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    if (!is_dataset(one))
      continue;
    if ((*found)++ == 0)
      status = jsonstat_host->table->finding(
          out->call, out->table, VATER_SEVERITY_INFO, node->offset(bundle),
          "BUNDLE_DEPRECATED: a bundle of JSON-stat 1.x; send a data set of version 2.0");
    if (status == VATER_OK)
      status = read_dataset(out, one);
  }
  return status;
}

static int check_version(struct jsonstat_out *out, const vater_node *root)
{
  const vater_node *version = jsonstat_member(root, "version");
  struct vater_str text = jsonstat_host->node->text(version);
  bool known = text.len >= 1 && (text.ptr[0] == '1' || text.ptr[0] == '2') &&
               (text.len == 1 || text.ptr[1] == '.');
  if (version == NULL || known)
    return VATER_OK;
  return jsonstat_fault(out, version, "'version' is neither 2.0 nor 1.x");
}

static int read_root(struct jsonstat_out *out, const vater_node *root)
{
  struct vater_str class = jsonstat_text(root, "class");
  uint32_t found = 0;
  int status = check_version(out, root);
  if (status != VATER_OK || out->faulty)
    return status;
  if (jsonstat_is(class, "dimension"))
    return jsonstat_fault(out, root, "a dimension has no figures; send the data set");
  if (class.len > 0 && !jsonstat_is(class, "dataset") && !jsonstat_is(class, "collection"))
    return jsonstat_fault(out, jsonstat_member(root, "class"),
                          "'class' is neither dataset nor collection");
  if (jsonstat_is(class, "collection"))
    status = read_collection(out, root, 0, &found);
  else if (is_dataset(root))
    return read_dataset(out, root);
  else
    status = read_bundle(out, root, &found);
  if (status != VATER_OK || found > 0 || out->faulty)
    return status;
  return jsonstat_fault(out, root,
                        "there is no data set in the document; a collection that only links to "
                        "data sets has no figures");
}

/* When a single data set was made. */
static int set_head(const struct jsonstat_out *out, const vater_node *root)
{
  struct vater_str updated = jsonstat_text(root, "updated");
  if (updated.len < 20)
    return VATER_OK;
  return jsonstat_host->table->set_head_text(out->call, out->table, VATER_HEAD_GENERATED_AT,
                                             updated);
}

static int decode(vater_call *call, void *self, const vater_node *root, struct vater_str bytes,
                  vater_table *table)
{
  struct jsonstat_out out = {.call = call, .table = table, .mapping = self};
  (void)bytes;
  if (jsonstat_host->node->type(root) != VATER_NODE_OBJECT)
    return jsonstat_host->fail_at(call, VATER_E_DECODE, jsonstat_host->node->offset(root),
                                  "a JSON-stat document is an object");
  int status = read_root(&out, root);
  return status == VATER_OK ? set_head(&out, root) : status;
}

/* ---- the plugin ----------------------------------------------------------------------------- */

static int open_format(vater_call *call, const vater_config *config, void **self)
{
  struct jsonstat_mapping *mapping = calloc(1, sizeof *mapping);
  if (mapping == NULL)
    return jsonstat_host->fail(call, VATER_E_NOMEM, "out of memory for the mapping");
  int status = jsonstat_mapping_read(call, jsonstat_host->config_node(config, "mapping"), mapping);
  if (status == VATER_OK) {
    *self = mapping;
    return VATER_OK;
  }
  jsonstat_mapping_free(mapping);
  free(mapping);
  return status;
}

static void close_format(void *self)
{
  jsonstat_mapping_free(self);
  free(self);
}

static int load(const struct vater_host *given)
{
  jsonstat_host = given;
  return VATER_OK;
}

static const struct vater_setting settings[] = {
    {"mapping", VATER_SETTING_DOCUMENT, true, false, NULL,
     "Which dimensions and measures are which parts of an observation (docs/formats.md)."},
    {NULL, 0, false, false, NULL, NULL},
};

static const char *const media_types[] = {"application/json", "application/vnd.json-stat+json",
                                          "text/json", NULL};
static const char *const marks[] = {"class=dataset", "class=collection", "dataset", NULL};

static const struct vater_format_ops format = {
    .size = sizeof format,
    .syntax = "json",
    .media_types = media_types,
    .open = open_format,
    .close = close_format,
    .decode = decode,
    .mapping_schema = "mapping.schema.json",
    .marks = marks,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "jsonstat",
    .version = "1.0.0",
    .summary =
        "JSON-stat 2.0 data sets and collections, 1.x bundles, as SSB, FHI and Eurostat send.",
    .settings = settings,
    .load = load,
    .format = &format,
};

VATER_PLUGIN(plugin)

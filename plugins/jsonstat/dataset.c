#include "jsonstat.h"

#include <stdlib.h>

/* ---- members and their types ---------------------------------------------------------------- */

enum {
  TEXT = 1 << VATER_NODE_TEXT,
  NUMBER = 1 << VATER_NODE_NUMBER,
  LIST = 1 << VATER_NODE_LIST,
  OBJECT = 1 << VATER_NODE_OBJECT
};

static const struct member {
  const char *name;
  int types;
  const char *expected;
} members[] = {
    {"version", TEXT | NUMBER, "a text"},
    {"class", TEXT, "a text"},
    {"href", TEXT, "a text"},
    {"label", TEXT, "a text"},
    {"source", TEXT, "a text"},
    {"updated", TEXT, "a text"},
    {"note", LIST | TEXT, "a list of texts"},
    {"id", LIST, "a list of dimension ids"},
    {"size", LIST, "a list of sizes"},
    {"dimension", OBJECT, "an object of dimensions"},
    {"value", LIST | OBJECT, "a list of numbers, or an object of them by position"},
    {"status", LIST | OBJECT | TEXT, "a list, an object by position, or a text"},
    {"role", OBJECT, "an object of lists"},
    {"link", OBJECT, "an object of lists"},
    {"extension", OBJECT, "an object"},
    {"error", LIST | OBJECT | TEXT, "a list"},
};

int jsonstat_check_members(struct jsonstat_out *out, const vater_node *object)
{
  const struct vater_node_api *node = jsonstat_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(object); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    size_t i = 0;
    while (i < sizeof members / sizeof *members && !jsonstat_is(node->name(one), members[i].name))
      i++;
    bool known = i < sizeof members / sizeof *members && node->type(one) != VATER_NODE_NULL;
    if (known && (members[i].types & (1 << node->type(one))) == 0)
      status = jsonstat_fault(out, one, "'%s' is not %s", members[i].name, members[i].expected);
  }
  const vater_node *error = jsonstat_member(object, "error");
  if (status == VATER_OK && (node->length(error) > 0 || node->text(error).len > 0))
    status = jsonstat_fault(out, error, "the source says that it failed ('error')");
  return status;
}

int jsonstat_check_known(struct jsonstat_out *out, const vater_node *object,
                         const char *const *names)
{
  const struct vater_node_api *node = jsonstat_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(object); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    const char *const *name = names;
    while (*name != NULL && !jsonstat_is(node->name(one), *name))
      name++;
    if (*name == NULL)
      status = jsonstat_warn(out, one, "JSON-stat has no member '%.*s' here; it is not read",
                             JSONSTAT_SHOWN(node->name(one), 60));
  }
  return status;
}

/* ---- shape ---------------------------------------------------------------------------------- */

/* 2.0 has id, size and role beside dimension, 1.x inside it. */
static const vater_node *layout_of(const vater_node *at)
{
  const vater_node *dimension = jsonstat_member(at, "dimension");
  bool inside = jsonstat_member(at, "id") == NULL && jsonstat_member(dimension, "id") != NULL &&
                jsonstat_host->node->type(jsonstat_member(dimension, "id")) == VATER_NODE_LIST;
  return inside ? dimension : at;
}

static int read_size(struct jsonstat_out *out, const vater_node *at,
                     struct jsonstat_dimension *dimension)
{
  int64_t size;
  if (!jsonstat_host->node->integer(at, &size) || size < 0)
    return jsonstat_fault(out, at, "a size is a whole number, 0 or more");
  if (size > JSONSTAT_CELLS)
    return jsonstat_fault(out, at, "CUBE_SIZE_OVERFLOW: more than %d cells", JSONSTAT_CELLS);
  dimension->size = (uint32_t)size;
  return VATER_OK;
}

static int read_dimension(struct jsonstat_out *out, struct jsonstat_dataset *dataset,
                          const vater_node *id, const vater_node *size, uint32_t number)
{
  const struct vater_node_api *node = jsonstat_host->node;
  struct jsonstat_dimension *dimension = &dataset->dimensions[number];
  if (node->type(id) != VATER_NODE_TEXT || node->text(id).len == 0)
    return jsonstat_fault(out, id, "the id of a dimension is a text");
  dimension->id = node->text(id);
  for (uint32_t i = 0; i < number; i++)
    if (jsonstat_equal(dataset->dimensions[i].id, dimension->id))
      return jsonstat_fault(out, id, "the dimension '%.*s' stands twice in 'id'",
                            JSONSTAT_SHOWN(dimension->id, 60));
  const vater_node *one = node->first(jsonstat_member(dataset->at, "dimension"));
  while (one != NULL && !jsonstat_equal(node->name(one), dimension->id))
    one = node->next(one);
  dimension->at = one;
  if (node->type(one) != VATER_NODE_OBJECT)
    return jsonstat_fault(out, one != NULL ? one : id,
                          "DIM_KEY_ID_MISMATCH: 'dimension' does not describe '%.*s'",
                          JSONSTAT_SHOWN(dimension->id, 60));
  return read_size(out, size, dimension);
}

/* Members of "dimension" that "id" does not name; 1.x keeps its own members there. */
static int check_names(struct jsonstat_out *out, const struct jsonstat_dataset *dataset)
{
  const struct vater_node_api *node = jsonstat_host->node;
  bool inside = dataset->layout != dataset->at;
  int status = VATER_OK;
  for (const vater_node *one = node->first(jsonstat_member(dataset->at, "dimension"));
       one != NULL && status == VATER_OK; one = node->next(one)) {
    struct vater_str name = node->name(one);
    bool known = inside && (jsonstat_is(name, "id") || jsonstat_is(name, "size") ||
                            jsonstat_is(name, "role"));
    for (uint32_t i = 0; i < dataset->dimension_count && !known; i++)
      known = jsonstat_equal(name, dataset->dimensions[i].id);
    if (!known)
      status = jsonstat_fault(out, one, "DIM_KEY_ID_MISMATCH: 'id' does not name '%.*s'",
                              JSONSTAT_SHOWN(name, 60));
  }
  return status;
}

/* The cells are counted before anything is allocated for them. */
static int count_cells(struct jsonstat_out *out, struct jsonstat_dataset *dataset)
{
  dataset->cells = 1;
  for (uint32_t i = 0; i < dataset->dimension_count; i++) {
    dataset->cells *= dataset->dimensions[i].size;
    if (dataset->cells > JSONSTAT_CELLS)
      return jsonstat_fault(out, jsonstat_member(dataset->layout, "size"),
                            "CUBE_SIZE_OVERFLOW: more than %d cells", JSONSTAT_CELLS);
  }
  return VATER_OK;
}

static int read_shape(struct jsonstat_out *out, struct jsonstat_dataset *dataset)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *ids = jsonstat_member(dataset->layout, "id");
  const vater_node *sizes = jsonstat_member(dataset->layout, "size");
  if (node->type(ids) != VATER_NODE_LIST || node->type(sizes) != VATER_NODE_LIST)
    return jsonstat_fault(out, dataset->layout, "a data set has the lists 'id' and 'size'");
  uint32_t count = node->length(ids);
  if (count != node->length(sizes))
    return jsonstat_fault(out, sizes, "ID_SIZE_LEN_MISMATCH: 'id' has %u items, 'size' %u",
                          (unsigned)count, (unsigned)node->length(sizes));
  if (count > JSONSTAT_DIMENSIONS)
    return jsonstat_fault(out, ids, "more than %d dimensions", JSONSTAT_DIMENSIONS);
  dataset->dimensions = calloc(count + 1, sizeof *dataset->dimensions);
  if (dataset->dimensions == NULL)
    return jsonstat_host->fail(out->call, VATER_E_NOMEM, "out of memory for the dimensions");
  dataset->dimension_count = count;
  const vater_node *id = node->first(ids);
  const vater_node *size = node->first(sizes);
  int status = VATER_OK;
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    status = read_dimension(out, dataset, id, size, i);
    id = node->next(id);
    size = node->next(size);
  }
  if (status == VATER_OK && !out->faulty)
    status = check_names(out, dataset);
  return status == VATER_OK && !out->faulty ? count_cells(out, dataset) : status;
}

/* ---- roles ---------------------------------------------------------------------------------- */

static int read_role(struct jsonstat_out *out, struct jsonstat_dataset *dataset,
                     const vater_node *list, enum jsonstat_role role)
{
  const struct vater_node_api *node = jsonstat_host->node;
  int status = VATER_OK;
  if (list != NULL && node->type(list) != VATER_NODE_LIST)
    return jsonstat_fault(out, list, "a role is a list of dimension ids");
  for (const vater_node *one = node->first(list); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    uint32_t i = 0;
    while (i < dataset->dimension_count &&
           (node->type(one) != VATER_NODE_TEXT ||
            !jsonstat_equal(node->text(one), dataset->dimensions[i].id)))
      i++;
    if (i == dataset->dimension_count)
      status = jsonstat_fault(out, one, "ROLE_ID_UNKNOWN: a role names no dimension of 'id'");
    else
      dataset->dimensions[i].role = role;
  }
  return status;
}

static int read_roles(struct jsonstat_out *out, struct jsonstat_dataset *dataset)
{
  const vater_node *roles = jsonstat_member(dataset->layout, "role");
  if (roles != NULL && jsonstat_host->node->type(roles) != VATER_NODE_OBJECT)
    return jsonstat_fault(out, roles, "'role' is not an object of lists");
  static const char *const known[] = {"time", "geo", "metric", NULL};
  int status = jsonstat_check_known(out, roles, known);
  if (status == VATER_OK)
    status = read_role(out, dataset, jsonstat_member(roles, "time"), JSONSTAT_TIME);
  if (status == VATER_OK)
    status = read_role(out, dataset, jsonstat_member(roles, "geo"), JSONSTAT_GEO);
  if (status == VATER_OK)
    status = read_role(out, dataset, jsonstat_member(roles, "metric"), JSONSTAT_METRIC);
  return status;
}

/* ---- all ------------------------------------------------------------------------------------ */

int jsonstat_dataset_read(struct jsonstat_out *out, const vater_node *at,
                          struct jsonstat_dataset *dataset)
{
  *dataset = (struct jsonstat_dataset){.at = at, .layout = layout_of(at)};
  out->faulty = false;
  static const char *const known[] = {
      "version",   "class", "href",   "label", "source", "updated",   "note",  "id", "size",
      "dimension", "value", "status", "role",  "link",   "extension", "error", NULL};
  int status = jsonstat_check_members(out, at);
  if (status == VATER_OK && !out->faulty)
    status = jsonstat_check_known(out, at, known);
  if (status == VATER_OK && !out->faulty)
    status = read_shape(out, dataset);
  if (status == VATER_OK && !out->faulty)
    status = read_roles(out, dataset);
  for (uint32_t i = 0; i < dataset->dimension_count && status == VATER_OK && !out->faulty; i++)
    status = jsonstat_category_read(out, &dataset->dimensions[i]);
  if (status == VATER_OK && !out->faulty)
    status = jsonstat_values_read(out, dataset);
  return status;
}

void jsonstat_dataset_fini(struct jsonstat_dataset *dataset)
{
  for (uint32_t i = 0; i < dataset->dimension_count; i++) {
    free(dataset->dimensions[i].codes);
    free(dataset->dimensions[i].code_at);
    free(dataset->dimensions[i].sorted);
  }
  free(dataset->dimensions);
  free(dataset->values);
  free(dataset->status);
  *dataset = (struct jsonstat_dataset){0};
}

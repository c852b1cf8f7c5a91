#include "jsonstat.h"

#include <stdlib.h>

/* ---- codes by text -------------------------------------------------------------------------- */

static int compare(const void *a, const void *b, void *context)
{
  const struct jsonstat_dimension *dimension = context;
  struct vater_str left = dimension->codes[*(const uint32_t *)a];
  struct vater_str right = dimension->codes[*(const uint32_t *)b];
  size_t len = left.len < right.len ? left.len : right.len;
  int order = len > 0 ? memcmp(left.ptr, right.ptr, len) : 0;
  return order != 0 ? order : (left.len > right.len) - (left.len < right.len);
}

bool jsonstat_category_find(const struct jsonstat_dimension *dimension, struct vater_str code,
                            uint32_t *position)
{
  uint32_t from = 0;
  uint32_t to = dimension->size;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    struct vater_str other = dimension->codes[dimension->sorted[middle]];
    size_t len = code.len < other.len ? code.len : other.len;
    int order = len > 0 ? memcmp(code.ptr, other.ptr, len) : 0;
    if (order == 0)
      order = (code.len > other.len) - (code.len < other.len);
    if (order == 0) {
      *position = dimension->sorted[middle];
      return true;
    }
    if (order < 0)
      to = middle;
    else
      from = middle + 1;
  }
  return false;
}

static int sort(struct jsonstat_out *out, struct jsonstat_dimension *dimension)
{
  for (uint32_t i = 0; i < dimension->size; i++)
    dimension->sorted[i] = i;
  qsort_r(dimension->sorted, dimension->size, sizeof *dimension->sorted, compare, dimension);
  for (uint32_t i = 1; i < dimension->size; i++)
    if (jsonstat_equal(dimension->codes[dimension->sorted[i - 1]],
                       dimension->codes[dimension->sorted[i]]))
      return jsonstat_fault(out, dimension->code_at[dimension->sorted[i]],
                            "the code '%.*s' stands twice in its dimension",
                            JSONSTAT_SHOWN(dimension->codes[dimension->sorted[i]], 60));
  return VATER_OK;
}

/* ---- index ---------------------------------------------------------------------------------- */

static int read_list(struct jsonstat_out *out, struct jsonstat_dimension *dimension,
                     const vater_node *index)
{
  const struct vater_node_api *node = jsonstat_host->node;
  uint32_t position = 0;
  for (const vater_node *one = node->first(index); one != NULL; one = node->next(one)) {
    if (node->type(one) != VATER_NODE_TEXT)
      return jsonstat_fault(out, one, "a category's code is a text");
    dimension->codes[position] = node->text(one);
    dimension->code_at[position++] = one;
  }
  return VATER_OK;
}

/* Positions are a permutation of 0 … n-1. */
static int read_object(struct jsonstat_out *out, struct jsonstat_dimension *dimension,
                       const vater_node *index)
{
  const struct vater_node_api *node = jsonstat_host->node;
  for (const vater_node *one = node->first(index); one != NULL; one = node->next(one)) {
    int64_t position;
    if (!node->integer(one, &position) || position < 0 || position >= dimension->size ||
        dimension->code_at[position] != NULL)
      return jsonstat_fault(out, one, "INDEX_POSITIONS_INVALID: positions are 0 to %u, each once",
                            (unsigned)dimension->size - 1);
    dimension->codes[position] = node->name(one);
    dimension->code_at[position] = one;
  }
  return VATER_OK;
}

/* Without an index there is one category, and its label names it. */
static int read_single(struct jsonstat_out *out, struct jsonstat_dimension *dimension,
                       const vater_node *category)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *label = node->first(jsonstat_member(category, "label"));
  if (dimension->size != 1 || node->length(jsonstat_member(category, "label")) != 1)
    return jsonstat_fault(out, category,
                          "INDEX_COUNT_MISMATCH: only a dimension of one category does without "
                          "'index'");
  dimension->codes[0] = node->name(label);
  dimension->code_at[0] = label;
  return VATER_OK;
}

static int read_index(struct jsonstat_out *out, struct jsonstat_dimension *dimension,
                      const vater_node *category)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *index = jsonstat_member(category, "index");
  int type = node->type(index);
  if (index == NULL)
    return read_single(out, dimension, category);
  if (type != VATER_NODE_LIST && type != VATER_NODE_OBJECT)
    return jsonstat_fault(out, index, "'index' is neither a list of codes nor an object");
  if (node->length(index) != dimension->size)
    return jsonstat_fault(out, index, "INDEX_COUNT_MISMATCH: %u categories, and the size is %u",
                          (unsigned)node->length(index), (unsigned)dimension->size);
  return type == VATER_NODE_LIST ? read_list(out, dimension, index)
                                 : read_object(out, dimension, index);
}

/* ---- what is said of categories ------------------------------------------------------------- */

static int check_keys(struct jsonstat_out *out, const struct jsonstat_dimension *dimension,
                      const vater_node *category, const char *name, const char *rule)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *object = jsonstat_member(category, name);
  uint32_t position;
  if (object != NULL && node->type(object) != VATER_NODE_OBJECT)
    return jsonstat_fault(out, object, "'%s' is not an object by code", name);
  for (const vater_node *one = node->first(object); one != NULL; one = node->next(one))
    if (!jsonstat_category_find(dimension, node->name(one), &position))
      return jsonstat_fault(out, one, "%s: '%.*s' is no code of the dimension", rule,
                            JSONSTAT_SHOWN(node->name(one), 60));
  return VATER_OK;
}

/* Labels are texts. */
static int check_labels(struct jsonstat_out *out, const vater_node *labels)
{
  const struct vater_node_api *node = jsonstat_host->node;
  for (const vater_node *one = node->first(labels); one != NULL; one = node->next(one))
    if (node->type(one) != VATER_NODE_TEXT && node->type(one) != VATER_NODE_NULL)
      return jsonstat_fault(out, one, "a label is a text");
  return VATER_OK;
}

/* What a unit says of itself: decimals a number, all else texts. */
static int check_unit(struct jsonstat_out *out, const vater_node *unit)
{
  const struct vater_node_api *node = jsonstat_host->node;
  for (const vater_node *one = node->first(unit); one != NULL; one = node->next(one)) {
    bool decimals = jsonstat_is(node->name(one), "decimals");
    int64_t count = 0;
    if (node->type(one) == VATER_NODE_NULL)
      continue;
    if (decimals && (!node->integer(one, &count) || count < 0))
      return jsonstat_fault(out, one, "the decimals of a unit are a whole number, 0 or more");
    bool other = jsonstat_is(node->name(one), "multiplier") && node->type(one) == VATER_NODE_NUMBER;
    if (!decimals && !other && node->type(one) != VATER_NODE_TEXT)
      return jsonstat_fault(out, one, "what a unit says of itself is a text");
  }
  return VATER_OK;
}

static int check_units(struct jsonstat_out *out, const struct jsonstat_dimension *dimension,
                       const vater_node *category)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *units = jsonstat_member(category, "unit");
  uint32_t count = 0;
  for (const vater_node *one = node->first(units); one != NULL; one = node->next(one)) {
    if (node->type(one) != VATER_NODE_OBJECT && node->type(one) != VATER_NODE_NULL)
      return jsonstat_fault(out, one, "a unit is an object");
    count += node->type(one) == VATER_NODE_OBJECT;
    int status = check_unit(out, one);
    if (status != VATER_OK || out->faulty)
      return status;
  }
  if (dimension->role != JSONSTAT_METRIC || count >= dimension->size)
    return VATER_OK;
  return jsonstat_warn(out, category, "METRIC_UNIT_MISSING: %u of %u measures have no unit",
                       (unsigned)(dimension->size - count), (unsigned)dimension->size);
}

static int check_category(struct jsonstat_out *out, const struct jsonstat_dimension *dimension,
                          const vater_node *category)
{
  static const char *const keyed[][2] = {{"label", "LABEL_KEY_UNKNOWN"},
                                         {"unit", "UNIT_KEY_UNKNOWN"},
                                         {"coordinates", "COORD_KEY_UNKNOWN"},
                                         {"note", "NOTE_KEY_UNKNOWN"}};
  static const char *const known[] = {"index", "label", "unit",      "coordinates",
                                      "note",  "child", "extension", NULL};
  int status = jsonstat_check_known(out, category, known);
  for (size_t i = 0; i < sizeof keyed / sizeof *keyed && status == VATER_OK && !out->faulty; i++)
    status = check_keys(out, dimension, category, keyed[i][0], keyed[i][1]);
  if (status == VATER_OK && !out->faulty)
    status = check_labels(out, jsonstat_member(category, "label"));
  if (status == VATER_OK && !out->faulty)
    status = check_units(out, dimension, category);
  const vater_node *child = jsonstat_member(category, "child");
  return status == VATER_OK && !out->faulty && child != NULL
             ? jsonstat_children_check(out, dimension, child)
             : status;
}

int jsonstat_category_read(struct jsonstat_out *out, struct jsonstat_dimension *dimension)
{
  const vater_node *category = jsonstat_member(dimension->at, "category");
  size_t room = (size_t)dimension->size + 1;
  const vater_node *label = jsonstat_member(dimension->at, "label");
  static const char *const known[] = {"category", "label",     "class", "version",
                                      "updated",  "source",    "href",  "note",
                                      "link",     "extension", NULL};
  int status = jsonstat_check_known(out, dimension->at, known);
  if (status != VATER_OK)
    return status;
  if (label != NULL && jsonstat_host->node->type(label) != VATER_NODE_TEXT)
    return jsonstat_fault(out, label, "a label is a text");
  if (jsonstat_host->node->type(category) != VATER_NODE_OBJECT)
    return jsonstat_fault(out, category != NULL ? category : dimension->at,
                          "a dimension has the object 'category'");
  dimension->codes = calloc(room, sizeof *dimension->codes);
  dimension->code_at = calloc(room, sizeof *dimension->code_at);
  dimension->sorted = calloc(room, sizeof *dimension->sorted);
  if (dimension->codes == NULL || dimension->code_at == NULL || dimension->sorted == NULL)
    return jsonstat_host->fail(out->call, VATER_E_NOMEM, "out of memory for the categories");
  status = read_index(out, dimension, category);
  if (status == VATER_OK && !out->faulty)
    status = sort(out, dimension);
  return status == VATER_OK && !out->faulty ? check_category(out, dimension, category) : status;
}

#include "jsonstat.h"

#include <stdlib.h>

/* ---- positions ------------------------------------------------------------------------------ */

/* "12": decimal, no sign, no leading zero. */
static bool parse_position(struct vater_str text, uint64_t cells, uint64_t *position)
{
  *position = 0;
  if (text.len == 0 || text.len > 10 || (text.len > 1 && text.ptr[0] == '0'))
    return false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
    *position = *position * 10 + (uint64_t)(text.ptr[i] - '0');
  }
  return *position < cells;
}

static void fill_list(const vater_node *list, const vater_node **cells)
{
  const vater_node *(*next)(const vater_node *) = jsonstat_host->node->next;
  for (const vater_node *one = jsonstat_host->node->first(list); one != NULL; one = next(one))
    *cells++ = one;
}

static int fill_object(struct jsonstat_out *out, const vater_node *object, uint64_t count,
                       const vater_node **cells, const char *rule)
{
  const struct vater_node_api *node = jsonstat_host->node;
  for (const vater_node *one = node->first(object); one != NULL; one = node->next(one)) {
    uint64_t position;
    if (!parse_position(node->name(one), count, &position))
      return jsonstat_fault(out, one, "%s: '%.*s' is no position from 0 to %llu", rule,
                            JSONSTAT_SHOWN(node->name(one), 20), (unsigned long long)count - 1);
    cells[position] = one;
  }
  return VATER_OK;
}

/* ---- value ---------------------------------------------------------------------------------- */

/* A number, or null. */
static int check_value(struct jsonstat_out *out, const vater_node *value)
{
  int type = jsonstat_host->node->type(value);
  if (type == VATER_NODE_NUMBER || type == VATER_NODE_NULL)
    return VATER_OK;
  return jsonstat_fault(out, value, "a value is a number or null");
}

static int fill_values(struct jsonstat_out *out, const vater_node *list, const vater_node **cells)
{
  const struct vater_node_api *node = jsonstat_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(list); one != NULL && status == VATER_OK && !out->faulty;
       one = node->next(one)) {
    status = check_value(out, one);
    *cells++ = one;
  }
  return status;
}

static int check_values(struct jsonstat_out *out, const vater_node *object)
{
  const struct vater_node_api *node = jsonstat_host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(object);
       one != NULL && status == VATER_OK && !out->faulty; one = node->next(one))
    status = check_value(out, one);
  return status;
}

static int read_values(struct jsonstat_out *out, struct jsonstat_dataset *dataset)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *values = jsonstat_member(dataset->at, "value");
  bool list = node->type(values) == VATER_NODE_LIST;
  if (values == NULL)
    return jsonstat_fault(out, dataset->at, "a data set has 'value'");
  if (list && node->length(values) != dataset->cells)
    return jsonstat_fault(out, values,
                          "VALUE_LEN_MISMATCH: %u values, and the sizes make %llu cells",
                          (unsigned)node->length(values), (unsigned long long)dataset->cells);
  size_t room = (dataset->cells + 1) * sizeof *dataset->values;
  dataset->values = list ? malloc(room) : calloc(1, room); /* a list fills them all */
  if (dataset->values == NULL)
    return jsonstat_host->fail(out->call, VATER_E_NOMEM, "out of memory for the cells");
  if (list)
    return fill_values(out, values, dataset->values);
  int status = check_values(out, values);
  if (status == VATER_OK && node->length(values) == 0 && dataset->cells > 0)
    status = jsonstat_warn(out, values, "'value' is empty: no cell has a number");
  if (status != VATER_OK || out->faulty)
    return status;
  return fill_object(out, values, dataset->cells, dataset->values, "SPARSE_KEY_OUT_OF_RANGE");
}

/* ---- status --------------------------------------------------------------------------------- */

static int check_texts(struct jsonstat_out *out, const vater_node *states)
{
  const struct vater_node_api *node = jsonstat_host->node;
  for (const vater_node *one = node->first(states); one != NULL; one = node->next(one)) {
    int type = node->type(one);
    if (type != VATER_NODE_TEXT && type != VATER_NODE_NULL)
      return jsonstat_fault(out, one, "a status is a text");
  }
  return VATER_OK;
}

/* One status for all in a list is what older files write. */
static int read_status_list(struct jsonstat_out *out, struct jsonstat_dataset *dataset,
                            const vater_node *states)
{
  const struct vater_node_api *node = jsonstat_host->node;
  if (node->length(states) == 1 && dataset->cells > 1) {
    dataset->one_status = node->first(states);
    return jsonstat_warn(out, states,
                         "STATUS_LEN_MISMATCH: one status in a list is taken for all cells; write "
                         "it as a text");
  }
  if (node->length(states) != dataset->cells)
    return jsonstat_fault(out, states,
                          "STATUS_LEN_MISMATCH: %u statuses, and the sizes make %llu cells",
                          (unsigned)node->length(states), (unsigned long long)dataset->cells);
  fill_list(states, dataset->status);
  return VATER_OK;
}

static int read_status(struct jsonstat_out *out, struct jsonstat_dataset *dataset)
{
  const struct vater_node_api *node = jsonstat_host->node;
  const vater_node *states = jsonstat_member(dataset->at, "status");
  if (node->type(states) == VATER_NODE_TEXT)
    dataset->one_status = states;
  if (node->length(states) == 0)
    return VATER_OK;
  int status = check_texts(out, states);
  if (status != VATER_OK || out->faulty)
    return status;
  dataset->status = calloc(dataset->cells + 1, sizeof *dataset->status);
  if (dataset->status == NULL)
    return jsonstat_host->fail(out->call, VATER_E_NOMEM, "out of memory for the cells' statuses");
  if (node->type(states) == VATER_NODE_LIST)
    return read_status_list(out, dataset, states);
  return fill_object(out, states, dataset->cells, dataset->status, "STATUS_KEY_OUT_OF_RANGE");
}

int jsonstat_values_read(struct jsonstat_out *out, struct jsonstat_dataset *dataset)
{
  int status = read_values(out, dataset);
  return status == VATER_OK && !out->faulty ? read_status(out, dataset) : status;
}

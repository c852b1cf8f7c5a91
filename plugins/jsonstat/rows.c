#include "plan.h"

static const int as_columns[JSONSTAT_AS_COUNT] = {VATER_COLUMN_VALUE, VATER_COLUMN_NUMERATOR,
                                                  VATER_COLUMN_DENOMINATOR};

/* ---- one row -------------------------------------------------------------------------------- */

/* The cells of a target at the place under way, by enum jsonstat_as. */
struct cells {
  const vater_node *values[JSONSTAT_AS_COUNT];   /* NULL: not there */
  const vater_node *statuses[JSONSTAT_AS_COUNT]; /* NULL: none said */
  bool zero[JSONSTAT_AS_COUNT];                  /* no number, and its status says nil */
  bool given;                                    /* at least one says something */
};

static void find_cells(const struct plan *plan, const struct target *target, uint64_t base,
                       struct cells *cells)
{
  const struct jsonstat_dataset *dataset = plan->dataset;
  *cells = (struct cells){.given = false};
  for (uint32_t i = 0; i < target->count; i++) {
    int as = target->as[i];
    uint64_t number = base + target->ahead[i];
    const vater_node *one =
        dataset->one_status == NULL && dataset->status != NULL ? dataset->status[number] : NULL;
    cells->values[as] = dataset->values[number];
    cells->statuses[as] = dataset->one_status != NULL ? dataset->one_status : one;
    cells->given |= cells->values[as] != NULL || jsonstat_host->node->text(one).len > 0;
  }
}

static bool was_told(struct jsonstat_out *out, struct vater_str status, bool number)
{
  uint32_t *count = &out->told_count[number];
  for (uint32_t i = 0; i < *count; i++)
    if (jsonstat_equal(out->told[number][i], status))
      return true;
  if (*count < JSONSTAT_TOLD)
    out->told[number][(*count)++] = status;
  return false;
}

/* A symbol that nobody agreed on, at the first cell that has it. */
static int tell_status(struct jsonstat_out *out, const vater_node *at, bool number)
{
  struct vater_str status = jsonstat_host->node->text(at);
  if (was_told(out, status, number))
    return VATER_OK;
  if (!number)
    return jsonstat_warn(out, at,
                         "the status '%.*s' is not in the mapping; it is taken as not-available",
                         JSONSTAT_SHOWN(status, 20));
  return jsonstat_host->table->finding(
      out->call, out->table, VATER_SEVERITY_INFO, jsonstat_host->node->offset(at),
      "the status '%.*s' is not in the mapping; the number is taken as it is",
      JSONSTAT_SHOWN(status, 20));
}

/* Why the observation has no number; false where it has. `at`: the cell or status that says so. */
static int find_missing(const struct plan *plan, const struct target *target, struct cells *cells,
                        struct vater_str *reason, const vater_node **at)
{
  const struct vater_node_api *node = jsonstat_host->node;
  bool has_value = node->type(cells->values[JSONSTAT_VALUE]) == VATER_NODE_NUMBER;
  *reason = (struct vater_str){NULL, 0};
  for (uint32_t i = 0; i < target->count; i++) {
    int as = target->as[i];
    const vater_node *said = cells->statuses[as];
    struct vater_str status = node->text(said);
    bool number = node->type(cells->values[as]) == VATER_NODE_NUMBER;
    *at = said != NULL ? said : cells->values[as];
    bool mapped = status.len > 0 && jsonstat_mapping_missing(plan->out->mapping, status, reason);
    cells->zero[as] = mapped && jsonstat_is(*reason, "zero");
    if (mapped && !cells->zero[as])
      return VATER_OK;
    *reason = (struct vater_str){NULL, 0};
    if (number && status.len > 0 && !mapped &&
        !jsonstat_mapping_preliminary(plan->out->mapping, status)) {
      int told = tell_status(plan->out, said, true);
      if (told != VATER_OK)
        return told;
    }
    number |= cells->zero[as];
    if (number || has_value)
      continue;
    *reason = (struct vater_str){"not-available", 13};
    if (status.len == 0)
      return VATER_OK;
    return tell_status(plan->out, said, false);
  }
  return VATER_OK;
}

static bool is_preliminary(const struct plan *plan, const struct target *target,
                           const struct cells *cells)
{
  if (plan->out->mapping->preliminary == NULL)
    return false;
  for (uint32_t i = 0; i < target->count; i++)
    if (jsonstat_mapping_preliminary(plan->out->mapping,
                                     jsonstat_host->node->text(cells->statuses[target->as[i]])))
      return true;
  return false;
}

/* A number whose status says that there is none: tables write 0 there. */
static bool is_missing(const struct plan *plan, const struct cells *cells, int as)
{
  struct vater_str reason, status = jsonstat_host->node->text(cells->statuses[as]);
  return status.len > 0 && jsonstat_mapping_missing(plan->out->mapping, status, &reason);
}

/* Numbers do not stand beside the reason why there is none: what is lost by that is told. */
static int put_missing(const struct plan *plan, const struct cells *cells, struct vater_str reason,
                       const vater_node *at)
{
  const struct vater_node_api *node = jsonstat_host->node;
  struct jsonstat_out *out = plan->out;
  bool other = false;
  int status = VATER_OK;
  for (int as = 0; as < JSONSTAT_AS_COUNT && status == VATER_OK; as++) {
    bool number = node->type(cells->values[as]) == VATER_NODE_NUMBER;
    bool missing = number && is_missing(plan, cells, as);
    other |= number && !missing;
    if (missing && !jsonstat_is(node->text(cells->values[as]), "0"))
      status = jsonstat_warn(out, cells->values[as],
                             "the status says that there is no number (%.*s), and there is one; it "
                             "is not read",
                             JSONSTAT_SHOWN(reason, 20));
  }
  if (status == VATER_OK && other)
    status = jsonstat_warn(out, at,
                           "a number of the observation is missing (%.*s); its other numbers are "
                           "not read",
                           JSONSTAT_SHOWN(reason, 20));
  if (status == VATER_OK)
    status = jsonstat_host->table->set_text_at(out->call, out->table, VATER_COLUMN_MISSING, reason,
                                               node->offset(at));
  return status;
}

static int put_numbers(const struct plan *plan, const struct target *target, struct cells *cells)
{
  const struct vater_node_api *node = jsonstat_host->node;
  struct jsonstat_out *out = plan->out;
  struct vater_str reason;
  const vater_node *at = NULL;
  int status = find_missing(plan, target, cells, &reason, &at);
  if (status == VATER_OK && reason.len > 0)
    return put_missing(plan, cells, reason, at);
  for (uint32_t i = 0; i < target->count && status == VATER_OK; i++) {
    int as = target->as[i];
    bool number = node->type(cells->values[as]) == VATER_NODE_NUMBER;
    struct vater_str written = number ? node->text(cells->values[as]) : (struct vater_str){"0", 1};
    if (number || cells->zero[as])
      status = jsonstat_host->table->set_number_at(out->call, out->table, as_columns[as], written,
                                                   node->offset(cells->values[as]));
    else if (cells->values[as] != NULL)
      status = jsonstat_warn(out, cells->values[as],
                             "the %s is empty, and the observation has other numbers",
                             jsonstat_as_names[as]);
  }
  return status;
}

static int put_field(const struct plan *plan, const struct field *field)
{
  struct jsonstat_out *out = plan->out;
  uint32_t position = plan->at[field->number];
  const struct category *category = &field->categories[position];
  if (category->meaning == TOTAL)
    return VATER_OK;
  return jsonstat_host->table->set_text_at(
      out->call, out->table, field->column, category->text,
      jsonstat_host->node->offset(field->dimension->code_at[position]));
}

static int put_dimension(const struct plan *plan, const struct field *field)
{
  struct jsonstat_out *out = plan->out;
  struct vater_str text = field->source->fixed;
  if (field->dimension != NULL) {
    const struct category *category = &field->categories[plan->at[field->number]];
    if (category->meaning == TOTAL)
      return VATER_OK;
    text = category->text;
  }
  return jsonstat_host->table->set_breakdown(out->call, out->table, field->source->name, text);
}

static bool same_breakdown(struct plan *plan)
{
  bool same = plan->put;
  for (uint32_t i = plan->breakdown_from; i < plan->field_count; i++) {
    const struct field *field = &plan->fields[i];
    if (field->dimension == NULL)
      continue;
    same = same && plan->before[field->number] == plan->at[field->number];
    plan->before[field->number] = plan->at[field->number];
  }
  plan->put = true;
  return same;
}

static int put_fields(struct plan *plan)
{
  struct jsonstat_out *out = plan->out;
  int status = VATER_OK;
  for (uint32_t i = 0; i < plan->breakdown_from && status == VATER_OK; i++)
    if (plan->fields[i].dimension != NULL)
      status = put_field(plan, &plan->fields[i]);
  if (status != VATER_OK || plan->breakdown_from == plan->field_count)
    return status;
  if (same_breakdown(plan))
    return jsonstat_host->table->repeat_breakdown(out->call, out->table);
  for (uint32_t i = plan->breakdown_from; i < plan->field_count && status == VATER_OK; i++)
    status = put_dimension(plan, &plan->fields[i]);
  return status;
}

/* What is the same in all rows of the data set. */
static int put_fixed(const struct plan *plan)
{
  const struct vater_table_api *table = jsonstat_host->table;
  struct jsonstat_out *out = plan->out;
  const struct target *only = plan->target_count == 1 ? &plan->targets[0] : NULL;
  int status = VATER_OK;
  static const int columns[] = {VATER_COLUMN_INDICATOR, VATER_COLUMN_ACTOR,     VATER_COLUMN_PERIOD,
                                VATER_COLUMN_AREA,      VATER_COLUMN_AREA_ROLE, VATER_COLUMN_UNIT,
                                VATER_COLUMN_STATUS};
  for (int c = 0; c < (int)(sizeof columns / sizeof *columns) && status == VATER_OK; c++) {
    int column = columns[c];
    struct vater_str text = {NULL, 0};
    for (uint32_t i = 0; i < plan->breakdown_from; i++)
      if (plan->fields[i].column == column && plan->fields[i].dimension == NULL)
        text = plan->fields[i].source->fixed;
    if (only != NULL && column == VATER_COLUMN_INDICATOR && only->indicator.len > 0)
      text = only->indicator;
    if (only != NULL && column == VATER_COLUMN_UNIT && only->unit.len > 0)
      text = only->unit;
    status = table->set_otherwise(out->call, out->table, column, text);
  }
  return status;
}

static int put_row(struct plan *plan, const struct target *target, uint64_t base)
{
  const struct vater_table_api *table = jsonstat_host->table;
  struct jsonstat_out *out = plan->out;
  struct cells cells;
  find_cells(plan, target, base, &cells);
  if (!cells.given)
    return VATER_OK;
  const vater_node *at = plan->dataset->at;
  for (uint32_t i = target->count; i > 0; i--)
    at = cells.values[target->as[i - 1]] != NULL ? cells.values[target->as[i - 1]] : at;
  int status = table->row(out->call, out->table, jsonstat_host->node->offset(at));
  if (status == VATER_OK)
    status = put_fields(plan);
  bool several = plan->target_count > 1;
  if (status == VATER_OK && several && target->indicator.len > 0)
    status = table->set_text(out->call, out->table, VATER_COLUMN_INDICATOR, target->indicator);
  if (status == VATER_OK && several && target->unit.len > 0)
    status = table->set_text(out->call, out->table, VATER_COLUMN_UNIT, target->unit);
  if (status == VATER_OK && is_preliminary(plan, target, &cells))
    status = table->set_text(out->call, out->table, VATER_COLUMN_STATUS,
                             (struct vater_str){"preliminary", 11});
  return status == VATER_OK ? put_numbers(plan, target, &cells) : status;
}

/* ---- all rows ------------------------------------------------------------------------------- */

static bool is_skipped(const struct plan *plan)
{
  for (uint32_t i = 0; plan->skips && i < plan->field_count; i++)
    if (plan->fields[i].dimension != NULL &&
        plan->fields[i].categories[plan->at[plan->fields[i].number]].meaning == SKIPPED)
      return true;
  return false;
}

/* The last dimension varies fastest; the metric one is joined. False behind the last place. */
static bool next_place(struct plan *plan, uint64_t *base)
{
  for (int64_t i = (int64_t)plan->dataset->dimension_count - 1; i >= 0; i--) {
    if (i == plan->metric)
      continue;
    *base += plan->strides[i];
    if (++plan->at[i] < plan->dataset->dimensions[i].size)
      return true;
    *base -= plan->strides[i] * plan->at[i];
    plan->at[i] = 0;
  }
  return false;
}

static void count_parts(const struct plan *plan, struct target *target)
{
  uint64_t stride = plan->metric >= 0 ? plan->strides[plan->metric] : 0;
  for (int as = 0; as < JSONSTAT_AS_COUNT; as++) {
    if (target->positions[as] < 0)
      continue;
    target->as[target->count] = as;
    target->ahead[target->count++] = (uint64_t)target->positions[as] * stride;
  }
}

static int put_all(struct plan *plan)
{
  const struct jsonstat_dataset *dataset = plan->dataset;
  uint64_t base = 0;
  uint64_t stride = 1;
  int status = VATER_OK;
  for (int64_t i = (int64_t)dataset->dimension_count - 1; i >= 0; i--) {
    plan->strides[i] = stride;
    stride *= dataset->dimensions[i].size;
  }
  if (dataset->cells == 0)
    return VATER_OK;
  for (uint32_t i = 0; i < plan->target_count; i++)
    count_parts(plan, &plan->targets[i]);
  status = put_fixed(plan);
  do {
    for (uint32_t i = 0; i < plan->target_count && status == VATER_OK && !is_skipped(plan); i++)
      status = put_row(plan, &plan->targets[i], base);
  } while (status == VATER_OK && next_place(plan, &base));
  return status;
}

int jsonstat_rows_put(struct jsonstat_out *out, const struct jsonstat_dataset *dataset)
{
  struct plan plan = {.out = out, .dataset = dataset, .metric = -1};
  int status = jsonstat_plan_bind(&plan);
  if (status == VATER_OK && !out->faulty)
    status = put_all(&plan);
  jsonstat_plan_fini(&plan);
  return status;
}

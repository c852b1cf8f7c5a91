#include "jsonstat.h"

#include <stdlib.h>

/* What a category is called in an observation. */
enum meaning { TEXT, TOTAL, SKIPPED };

struct category {
  struct vater_str text;
  enum meaning meaning;
};

/* One field or dimension of the breakdown, bound to what fills it. */
struct field {
  int column; /* VATER_COLUMN_BREAKDOWN: see source->name */
  const struct jsonstat_source *source;
  const struct jsonstat_dimension *dimension; /* NULL: fixed */
  uint32_t number;                            /* of the dimension */
  struct category *categories;                /* by position */
  char (*periods)[JSONSTAT_PERIOD_ROOM];
};

/* Measures of one indicator: which position of the metric dimension fills which number. */
struct target {
  struct vater_str indicator, unit;
  int64_t positions[JSONSTAT_AS_COUNT]; /* -1: none */
};

enum { FIXED_FIELDS = 7 };

struct plan {
  struct jsonstat_out *out;
  const struct jsonstat_dataset *dataset;
  struct field *fields;
  uint32_t field_count;
  struct target *targets;
  uint32_t target_count;
  int64_t metric; /* number of the metric dimension; -1: none */
  uint64_t strides[JSONSTAT_DIMENSIONS];
  uint32_t at[JSONSTAT_DIMENSIONS]; /* the categories under way */
};

static const char *const as_names[JSONSTAT_AS_COUNT] = {"value", "numerator", "denominator"};
static const int as_columns[JSONSTAT_AS_COUNT] = {VATER_COLUMN_VALUE, VATER_COLUMN_NUMERATOR,
                                                  VATER_COLUMN_DENOMINATOR};

/* ---- binding: fields to dimensions ---------------------------------------------------------- */

static int64_t find_dimension(const struct jsonstat_dataset *dataset, struct vater_str id)
{
  for (uint32_t i = 0; i < dataset->dimension_count && id.len > 0; i++)
    if (jsonstat_equal(dataset->dimensions[i].id, id))
      return i;
  return -1;
}

static int64_t find_role(const struct jsonstat_dataset *dataset, enum jsonstat_role role)
{
  for (uint32_t i = 0; i < dataset->dimension_count; i++)
    if (dataset->dimensions[i].role == role)
      return i;
  return -1;
}

/* Leading zeros that a number lost: 301 is 0301. */
static struct vater_str padded(struct plan *plan, const struct jsonstat_source *source,
                               struct vater_str code)
{
  if (source->digits <= (int64_t)code.len || source->digits > 20)
    return code;
  for (size_t i = 0; i < code.len; i++)
    if (code.ptr[i] < '0' || code.ptr[i] > '9')
      return code;
  char *room = jsonstat_host->alloc(plan->out->call, (size_t)source->digits);
  if (room == NULL)
    return code;
  size_t zeros = (size_t)source->digits - code.len;
  memset(room, '0', zeros);
  memcpy(room + zeros, code.ptr, code.len);
  return (struct vater_str){room, (size_t)source->digits};
}

static int translate(struct plan *plan, struct field *field, uint32_t position)
{
  const struct vater_node_api *node = jsonstat_host->node;
  struct vater_str code = field->dimension->codes[position];
  struct category *category = &field->categories[position];
  const vater_node *ours = node->first(field->source->codes);
  while (ours != NULL && !jsonstat_equal(node->name(ours), code))
    ours = node->next(ours);
  category->meaning = TEXT;
  category->text = ours != NULL ? node->text(ours) : padded(plan, field->source, code);
  if (ours != NULL && node->type(ours) == VATER_NODE_NULL)
    category->meaning = TOTAL;
  if (ours != NULL || field->source->keep)
    return VATER_OK;
  category->meaning = SKIPPED;
  if (field->source->skip)
    return VATER_OK;
  return jsonstat_fault(plan->out, field->dimension->code_at[position],
                        "'%.*s' is not among the mapping's codes of %.*s", JSONSTAT_SHOWN(code, 60),
                        JSONSTAT_SHOWN(field->dimension->id, 60));
}

static int write_period(struct plan *plan, struct field *field, uint32_t position)
{
  struct category *category = &field->categories[position];
  if (category->meaning != TEXT)
    return VATER_OK;
  if (!jsonstat_period(category->text, field->periods[position]))
    return jsonstat_fault(plan->out, field->dimension->code_at[position],
                          "'%.*s' is no period that is known (2026, 2026K3, 2026M07)",
                          JSONSTAT_SHOWN(category->text, 60));
  category->text = (struct vater_str){field->periods[position], strlen(field->periods[position])};
  return VATER_OK;
}

static int bind_categories(struct plan *plan, struct field *field)
{
  uint32_t size = field->dimension->size;
  bool period = field->column == VATER_COLUMN_PERIOD;
  int status = VATER_OK;
  field->categories = calloc((size_t)size + 1, sizeof *field->categories);
  if (period)
    field->periods = calloc((size_t)size + 1, sizeof *field->periods);
  if (field->categories == NULL || (period && field->periods == NULL))
    return jsonstat_host->fail(plan->out->call, VATER_E_NOMEM, "out of memory for the categories");
  for (uint32_t i = 0; i < size && status == VATER_OK; i++) {
    status = translate(plan, field, i);
    if (status == VATER_OK && period && !plan->out->faulty)
      status = write_period(plan, field, i);
  }
  return status;
}

/* `role`: what to take where the mapping names no dimension. */
static int bind(struct plan *plan, int column, const struct jsonstat_source *source,
                enum jsonstat_role role)
{
  const struct jsonstat_dataset *dataset = plan->dataset;
  int64_t number = find_dimension(dataset, source->from);
  if (source->from.len > 0 && number < 0)
    return jsonstat_fault(plan->out, dataset->at,
                          "the data set has no dimension '%.*s', which the mapping names",
                          JSONSTAT_SHOWN(source->from, 60));
  if (number < 0 && source->fixed.len == 0 && role != JSONSTAT_NO_ROLE)
    number = find_role(dataset, role);
  if (number < 0 && source->fixed.len == 0)
    return VATER_OK;
  struct field *field = &plan->fields[plan->field_count++];
  field->column = column;
  field->source = source;
  if (number < 0)
    return VATER_OK;
  field->number = (uint32_t)number;
  field->dimension = &dataset->dimensions[number];
  return bind_categories(plan, field);
}

static int bind_fields(struct plan *plan)
{
  const struct jsonstat_mapping *mapping = plan->out->mapping;
  const struct {
    int column;
    const struct jsonstat_source *source;
    enum jsonstat_role role;
  } fixed[FIXED_FIELDS] = {{VATER_COLUMN_INDICATOR, &mapping->indicator, JSONSTAT_NO_ROLE},
                           {VATER_COLUMN_ACTOR, &mapping->actor, JSONSTAT_NO_ROLE},
                           {VATER_COLUMN_PERIOD, &mapping->period, JSONSTAT_TIME},
                           {VATER_COLUMN_AREA, &mapping->area, JSONSTAT_GEO},
                           {VATER_COLUMN_AREA_ROLE, &mapping->area_role, JSONSTAT_NO_ROLE},
                           {VATER_COLUMN_UNIT, &mapping->unit, JSONSTAT_NO_ROLE},
                           {VATER_COLUMN_STATUS, &mapping->status, JSONSTAT_NO_ROLE}};
  plan->fields = calloc((size_t)mapping->breakdown_count + FIXED_FIELDS, sizeof *plan->fields);
  if (plan->fields == NULL)
    return jsonstat_host->fail(plan->out->call, VATER_E_NOMEM, "out of memory for the mapping");
  int status = VATER_OK;
  for (int i = 0; i < FIXED_FIELDS && status == VATER_OK; i++)
    status = bind(plan, fixed[i].column, fixed[i].source, fixed[i].role);
  for (uint32_t i = 0; i < mapping->breakdown_count && status == VATER_OK; i++)
    status = bind(plan, VATER_COLUMN_BREAKDOWN, &mapping->breakdown[i], JSONSTAT_NO_ROLE);
  return status;
}

/* Every dimension with a choice must mean something, or cells would look alike. */
static int check_bound(struct plan *plan)
{
  const struct jsonstat_dataset *dataset = plan->dataset;
  int status = VATER_OK;
  for (uint32_t i = 0; i < dataset->dimension_count && status == VATER_OK; i++) {
    const struct jsonstat_dimension *dimension = &dataset->dimensions[i];
    bool bound = dimension->size <= 1 || plan->metric == i;
    for (uint32_t j = 0; j < plan->field_count && !bound; j++)
      bound = plan->fields[j].dimension == dimension;
    if (!bound)
      status = jsonstat_fault(plan->out, dimension->at,
                              "the dimension '%.*s' has %u categories, and the mapping does not "
                              "say what they are",
                              JSONSTAT_SHOWN(dimension->id, 60), (unsigned)dimension->size);
  }
  return status;
}

/* ---- binding: measures to targets ----------------------------------------------------------- */

static struct target *target_of(struct plan *plan, struct vater_str indicator)
{
  for (uint32_t i = 0; i < plan->target_count; i++)
    if (jsonstat_equal(plan->targets[i].indicator, indicator))
      return &plan->targets[i];
  struct target *target = &plan->targets[plan->target_count++];
  *target = (struct target){.indicator = indicator, .positions = {-1, -1, -1}};
  return target;
}

static int bind_measure(struct plan *plan, const struct jsonstat_measure *measure)
{
  const struct jsonstat_dimension *metric = &plan->dataset->dimensions[plan->metric];
  uint32_t position;
  if (!jsonstat_category_find(metric, measure->code, &position))
    return jsonstat_warn(plan->out, metric->at,
                         "the data set has no measure '%.*s', which the mapping names",
                         JSONSTAT_SHOWN(measure->code, 60));
  struct target *target = target_of(plan, measure->indicator);
  if (target->positions[measure->as] >= 0)
    return jsonstat_fault(plan->out, metric->code_at[position],
                          "the mapping names two measures as %s of %.*s", as_names[measure->as],
                          JSONSTAT_SHOWN(measure->indicator, 20));
  target->positions[measure->as] = position;
  if (measure->unit.len > 0)
    target->unit = measure->unit;
  return VATER_OK;
}

static int bind_measures(struct plan *plan)
{
  const struct jsonstat_mapping *mapping = plan->out->mapping;
  plan->metric = find_dimension(plan->dataset, mapping->metric);
  if (mapping->metric.len > 0 && plan->metric < 0)
    return jsonstat_fault(plan->out, plan->dataset->at,
                          "the data set has no dimension '%.*s', which the mapping names",
                          JSONSTAT_SHOWN(mapping->metric, 60));
  if (plan->metric < 0 && mapping->measure_count > 0)
    plan->metric = find_role(plan->dataset, JSONSTAT_METRIC);
  plan->targets = calloc((size_t)mapping->measure_count + 1, sizeof *plan->targets);
  if (plan->targets == NULL)
    return jsonstat_host->fail(plan->out->call, VATER_E_NOMEM, "out of memory for the measures");
  if (mapping->measure_count == 0) { /* each cell is a value */
    struct target *target = target_of(plan, (struct vater_str){NULL, 0});
    target->positions[JSONSTAT_VALUE] = 0;
    return VATER_OK;
  }
  if (plan->metric < 0)
    return jsonstat_fault(plan->out, plan->dataset->at,
                          "no dimension has the role metric; name it in the mapping ('metric')");
  int status = VATER_OK;
  for (uint32_t i = 0; i < mapping->measure_count && status == VATER_OK; i++)
    status = bind_measure(plan, &mapping->measures[i]);
  if (status == VATER_OK && plan->target_count == 0)
    return jsonstat_fault(plan->out, plan->dataset->dimensions[plan->metric].at,
                          "the data set has none of the measures that the mapping names");
  return status;
}

/* ---- one row -------------------------------------------------------------------------------- */

/* The cells of a target at the place under way. */
struct cells {
  const vater_node *values[JSONSTAT_AS_COUNT]; /* NULL: not there */
  uint64_t numbers[JSONSTAT_AS_COUNT];
  bool zero[JSONSTAT_AS_COUNT]; /* no number, and its status says nil */
  bool given;                   /* at least one says something */
};

static void find_cells(const struct plan *plan, const struct target *target, uint64_t base,
                       struct cells *cells)
{
  const vater_node *at;
  *cells = (struct cells){.given = false};
  for (int as = 0; as < JSONSTAT_AS_COUNT; as++) {
    if (target->positions[as] < 0)
      continue;
    uint64_t stride = plan->metric >= 0 ? plan->strides[plan->metric] : 0;
    uint64_t number = base + (uint64_t)target->positions[as] * stride;
    cells->numbers[as] = number;
    cells->values[as] = plan->dataset->values[number];
    bool spoken =
        plan->dataset->one_status == NULL && jsonstat_status(plan->dataset, number, &at).len > 0;
    cells->given |= cells->values[as] != NULL || spoken;
  }
}

/* Why the observation has no number; false where it has. `at`: the cell or status that says so. */
static int find_missing(const struct plan *plan, const struct target *target, struct cells *cells,
                        struct vater_str *reason, const vater_node **at)
{
  const struct vater_node_api *node = jsonstat_host->node;
  bool has_value = node->type(cells->values[JSONSTAT_VALUE]) == VATER_NODE_NUMBER;
  *reason = (struct vater_str){NULL, 0};
  for (int as = 0; as < JSONSTAT_AS_COUNT; as++) {
    if (target->positions[as] < 0)
      continue;
    const vater_node *said;
    struct vater_str status = jsonstat_status(plan->dataset, cells->numbers[as], &said);
    bool number = node->type(cells->values[as]) == VATER_NODE_NUMBER;
    *at = said != NULL ? said : cells->values[as];
    bool mapped = status.len > 0 && jsonstat_mapping_missing(plan->out->mapping, status, reason);
    cells->zero[as] = mapped && jsonstat_is(*reason, "zero");
    if (mapped && !cells->zero[as])
      return VATER_OK;
    *reason = (struct vater_str){NULL, 0};
    if (number && status.len > 0 && !mapped &&
        !jsonstat_mapping_preliminary(plan->out->mapping, status)) {
      int told = jsonstat_host->table->finding(
          plan->out->call, plan->out->table, VATER_SEVERITY_INFO, node->offset(said),
          "the status '%.*s' is not in the mapping; the number is taken as it is",
          JSONSTAT_SHOWN(status, 20));
      if (told != VATER_OK)
        return told;
    }
    number |= cells->zero[as];
    if (number || has_value)
      continue;
    *reason = (struct vater_str){"not-available", 13};
    if (status.len == 0)
      return VATER_OK;
    return jsonstat_warn(plan->out, said,
                         "the status '%.*s' is not in the mapping; it is taken as not-available",
                         JSONSTAT_SHOWN(status, 20));
  }
  return VATER_OK;
}

static bool is_preliminary(const struct plan *plan, const struct target *target,
                           const struct cells *cells)
{
  const vater_node *at;
  for (int as = 0; as < JSONSTAT_AS_COUNT && plan->out->mapping->preliminary != NULL; as++)
    if (target->positions[as] >= 0 &&
        jsonstat_mapping_preliminary(plan->out->mapping,
                                     jsonstat_status(plan->dataset, cells->numbers[as], &at)))
      return true;
  return false;
}

/* A number whose status says that there is none: tables write 0 there. */
static bool is_missing(const struct plan *plan, const struct cells *cells, int as)
{
  const vater_node *at;
  struct vater_str reason, status = jsonstat_status(plan->dataset, cells->numbers[as], &at);
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
  for (int as = 0; as < JSONSTAT_AS_COUNT && status == VATER_OK; as++) {
    bool number = node->type(cells->values[as]) == VATER_NODE_NUMBER;
    struct vater_str written = number ? node->text(cells->values[as]) : (struct vater_str){"0", 1};
    if (number || cells->zero[as])
      status = jsonstat_host->table->set_number_at(out->call, out->table, as_columns[as], written,
                                                   node->offset(cells->values[as]));
    else if (cells->values[as] != NULL)
      status =
          jsonstat_warn(out, cells->values[as],
                        "the %s is empty, and the observation has other numbers", as_names[as]);
  }
  return status;
}

static int put_field(const struct plan *plan, const struct field *field)
{
  const struct vater_table_api *table = jsonstat_host->table;
  struct jsonstat_out *out = plan->out;
  if (field->dimension == NULL)
    return field->column == VATER_COLUMN_BREAKDOWN
               ? table->set_breakdown(out->call, out->table, field->source->name,
                                      field->source->fixed)
               : table->set_text(out->call, out->table, field->column, field->source->fixed);
  uint32_t position = plan->at[field->number];
  const struct category *category = &field->categories[position];
  if (category->meaning == TOTAL)
    return VATER_OK;
  if (field->column == VATER_COLUMN_BREAKDOWN)
    return table->set_breakdown(out->call, out->table, field->source->name, category->text);
  return table->set_text_at(out->call, out->table, field->column, category->text,
                            jsonstat_host->node->offset(field->dimension->code_at[position]));
}

static int put_row(const struct plan *plan, const struct target *target, uint64_t base)
{
  const struct vater_table_api *table = jsonstat_host->table;
  struct jsonstat_out *out = plan->out;
  struct cells cells;
  find_cells(plan, target, base, &cells);
  if (!cells.given)
    return VATER_OK;
  const vater_node *at = plan->dataset->at;
  for (int as = JSONSTAT_AS_COUNT - 1; as >= 0; as--)
    at = cells.values[as] != NULL ? cells.values[as] : at;
  int status = table->row(out->call, out->table, jsonstat_host->node->offset(at));
  for (uint32_t i = 0; i < plan->field_count && status == VATER_OK; i++)
    status = put_field(plan, &plan->fields[i]);
  if (status == VATER_OK && target->indicator.len > 0)
    status = table->set_text(out->call, out->table, VATER_COLUMN_INDICATOR, target->indicator);
  if (status == VATER_OK && target->unit.len > 0)
    status = table->set_text(out->call, out->table, VATER_COLUMN_UNIT, target->unit);
  if (status == VATER_OK && is_preliminary(plan, target, &cells))
    status = table->set_text(out->call, out->table, VATER_COLUMN_STATUS,
                             (struct vater_str){"preliminary", 11});
  return status == VATER_OK ? put_numbers(plan, target, &cells) : status;
}

/* ---- all rows ------------------------------------------------------------------------------- */

static bool is_skipped(const struct plan *plan)
{
  for (uint32_t i = 0; i < plan->field_count; i++)
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
  do {
    for (uint32_t i = 0; i < plan->target_count && status == VATER_OK && !is_skipped(plan); i++)
      status = put_row(plan, &plan->targets[i], base);
  } while (status == VATER_OK && next_place(plan, &base));
  return status;
}

int jsonstat_rows_put(struct jsonstat_out *out, const struct jsonstat_dataset *dataset)
{
  struct plan plan = {.out = out, .dataset = dataset, .metric = -1};
  int status = bind_measures(&plan);
  if (status == VATER_OK && !out->faulty)
    status = bind_fields(&plan);
  if (status == VATER_OK && !out->faulty)
    status = check_bound(&plan);
  if (status == VATER_OK && !out->faulty)
    status = put_all(&plan);
  for (uint32_t i = 0; i < plan.field_count; i++) {
    free(plan.fields[i].categories);
    free(plan.fields[i].periods);
  }
  free(plan.fields);
  free(plan.targets);
  return status;
}

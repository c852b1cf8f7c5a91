#include "plan.h"

#include <stdlib.h>

const char *const jsonstat_as_names[JSONSTAT_AS_COUNT] = {"value", "numerator", "denominator"};

enum { FIXED_FIELDS = 7 };

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
  plan->skips = true;
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
  const char *why = mapping_period(category->text, field->periods[position]);
  if (why != NULL)
    return jsonstat_fault(plan->out, field->dimension->code_at[position], "%.*s: '%.*s' %s",
                          JSONSTAT_SHOWN(field->dimension->id, 60),
                          JSONSTAT_SHOWN(category->text, 60), why);
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
  plan->breakdown_from = plan->field_count;
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
                          "the mapping names two measures as %s of %.*s",
                          jsonstat_as_names[measure->as], JSONSTAT_SHOWN(measure->indicator, 20));
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

int jsonstat_plan_bind(struct plan *plan)
{
  int status = bind_measures(plan);
  if (status == VATER_OK && !plan->out->faulty)
    status = bind_fields(plan);
  return status == VATER_OK && !plan->out->faulty ? check_bound(plan) : status;
}

void jsonstat_plan_fini(struct plan *plan)
{
  for (uint32_t i = 0; i < plan->field_count; i++) {
    free(plan->fields[i].categories);
    free(plan->fields[i].periods);
  }
  free(plan->fields);
  free(plan->targets);
}

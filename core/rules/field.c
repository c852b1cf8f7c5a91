#include "rules/function.h"
#include "rules/judging.h"
#include "rules/review.h"

/* Fields that are a column of the table as it stands. */
static const uint8_t plain_columns[VT_FIELD_COUNT] = {
    [VT_FIELD_INDICATOR] = VATER_COLUMN_INDICATOR,
    [VT_FIELD_PERIOD] = VATER_COLUMN_PERIOD,
    [VT_FIELD_AS_OF] = VATER_COLUMN_AS_OF,
    [VT_FIELD_AREA] = VATER_COLUMN_AREA,
    [VT_FIELD_AREA_ROLE] = VATER_COLUMN_AREA_ROLE,
    [VT_FIELD_NUMERATOR] = VATER_COLUMN_NUMERATOR,
    [VT_FIELD_DENOMINATOR] = VATER_COLUMN_DENOMINATOR,
    [VT_FIELD_VALUE] = VATER_COLUMN_VALUE,
    [VT_FIELD_UNIT] = VATER_COLUMN_UNIT,
    [VT_FIELD_STATUS] = VATER_COLUMN_STATUS,
    [VT_FIELD_REASON] = VATER_COLUMN_REASON,
    [VT_FIELD_MISSING] = VATER_COLUMN_MISSING,
    [VT_FIELD_SAMPLE_SIZE] = VATER_COLUMN_SAMPLE_SIZE,
    [VT_FIELD_SAMPLE_MARGIN] = VATER_COLUMN_SAMPLE_MARGIN,
    [VT_FIELD_SAMPLE_WEIGHTED] = VATER_COLUMN_SAMPLE_WEIGHTED,
    [VT_FIELD_COMMENT_CODE] = VATER_COLUMN_COMMENT_CODE,
    [VT_FIELD_COMMENT_TEXT] = VATER_COLUMN_COMMENT_TEXT,
    [VT_FIELD_NUMERATOR_DECIMALS] = VATER_COLUMN_NUMERATOR,
    [VT_FIELD_DENOMINATOR_DECIMALS] = VATER_COLUMN_DENOMINATOR,
    [VT_FIELD_VALUE_DECIMALS] = VATER_COLUMN_VALUE,
};

static const char *const frequencies[] = {
    [VT_PERIOD_YEAR] = "year",
    [VT_PERIOD_TERTIAL] = "tertial",
    [VT_PERIOD_QUARTER] = "quarter",
    [VT_PERIOD_MONTH] = "month",
};

int vt_judging_column(uint32_t field)
{
  return plain_columns[field];
}

const char *vt_judging_frequency(enum vt_period_kind kind)
{
  return frequencies[kind];
}

const char *vt_judging_action(uint8_t bit)
{
  if (bit == VT_ACTION_CORRECT)
    return "correct";
  return bit == VT_ACTION_WITHDRAW ? "withdraw" : "report";
}

const struct vt_period_days *vt_judging_period(const struct vt_judging *judging, uint32_t row)
{
  const uint32_t *ids = judging->table->columns[VATER_COLUMN_PERIOD].ids;
  uint32_t index = ids == NULL ? 0 : judging->facts[ids[row]].period;
  return index == 0 || index == UINT32_MAX ? NULL : &judging->periods[index - 1];
}

/* Whether the list of a dimension's values holds this one; empty: any. */
static bool is_value(const struct vater_node *values, struct vater_str value)
{
  const struct vater_node *item = vt_node_first(values);
  while (item != NULL && value.len > 0 && !vt_str_equal(vt_rules_item_text(item), value))
    item = vt_node_next(item);
  return item != NULL;
}

static bool dimension_known(const struct vater_node *allowed, struct vater_str part)
{
  size_t equals = vt_str_find(part, VT_STR("="), 0);
  struct vater_str value = vt_str_slice(part, equals + 1, part.len);
  return value.len > 0 && is_value(vt_node_find(allowed, vt_str_slice(part, 0, equals)), value);
}

size_t vt_rules_breakdown_names(const struct vt_rules *rules, uint32_t indicator,
                                struct vater_str dimension, struct vater_str *names, size_t room)
{
  const struct vater_node *allowed =
      vt_node_member(rules->indicators[indicator].node, "breakdowns");
  bool dimensions = dimension.len == 0;
  const struct vater_node *item =
      vt_node_first(dimensions ? allowed : vt_node_find(allowed, dimension));
  size_t count = 0;
  for (; item != NULL && count < room; item = vt_node_next(item))
    names[count++] = dimensions ? vt_node_name(item) : vt_rules_item_text(item);
  return count;
}

bool vt_rules_breakdown_known(const struct vt_rules *rules, uint32_t indicator,
                              struct vater_str dimension, struct vater_str value)
{
  const struct vater_node *allowed =
      vt_node_member(rules->indicators[indicator].node, "breakdowns");
  return is_value(vt_node_find(allowed, dimension), value);
}

bool vt_rules_requires(const struct vt_rules *rules, uint32_t indicator, struct vater_str number)
{
  const struct vater_node *list = vt_node_member(rules->indicators[indicator].node, "requires");
  const struct vater_node *item = vt_node_first(list);
  while (item != NULL && !vt_str_equal(vt_node_text(item), number))
    item = vt_node_next(item);
  return item != NULL;
}

bool vt_judging_breakdown_known(const struct vt_judging *judging, uint32_t group, uint32_t text)
{
  const struct vt_indicator *indicator = judging->groups[group].indicator;
  if (indicator == NULL || text == VT_TABLE_NO_TEXT)
    return true;
  const struct vater_node *allowed = vt_node_member(indicator->node, "breakdowns");
  struct vater_str breakdown = vt_table_text(judging->table, text);
  for (size_t start = 0; start < breakdown.len;) {
    size_t end = vt_str_find(breakdown, VT_STR(";"), start);
    if (!dimension_known(allowed, vt_str_slice(breakdown, start, end)))
      return false;
    start = end + 1;
  }
  return true;
}

static struct vt_cel_value text_value(struct vater_str text)
{
  return text.ptr == NULL ? vt_cel_missing() : vt_cel_string(text);
}

static struct vt_cel_value plain_value(const struct vt_table *table, uint32_t row, uint32_t field)
{
  const struct vt_column *column = &table->columns[plain_columns[field]];
  double number;
  bool truth;
  if (column->type == VT_COLUMN_TEXT)
    return text_value(vt_table_cell(table, row, plain_columns[field]));
  if (column->type == VT_COLUMN_TRUTH)
    return vt_table_truth(table, row, plain_columns[field], &truth) ? vt_cel_bool(truth)
                                                                    : vt_cel_missing();
  if (!vt_table_number(table, row, plain_columns[field], &number))
    return vt_cel_missing();
  if (field >= VT_FIELD_NUMERATOR_DECIMALS)
    return vt_cel_int(column->decimals[row]);
  return vt_cel_double(number);
}

static struct vt_cel_value derived_value(const struct vt_judging *judging, uint32_t row,
                                         uint32_t field)
{
  const struct vt_table *table = judging->table;
  const struct vt_period_days *days = vt_judging_period(judging, row);
  const uint32_t *breakdowns = table->columns[VATER_COLUMN_BREAKDOWN].ids;
  uint32_t breakdown = breakdowns == NULL ? VT_TABLE_NO_TEXT : breakdowns[row];
  uint32_t type;
  switch (field) {
  case VT_FIELD_ACTOR:
    return text_value(vt_table_actor(table, row));
  case VT_FIELD_ACTOR_TYPE:
    type = judging->facts[vt_judging_actor(judging, row)].actor_type;
    return type == 0 ? vt_cel_missing() : vt_cel_string(judging->context->actors[type - 1].type);
  case VT_FIELD_FREQUENCY:
    return days == NULL ? vt_cel_missing() : vt_cel_string(vt_str(frequencies[days->period.kind]));
  case VT_FIELD_PERIOD_START:
    return days == NULL ? vt_cel_missing() : vt_cel_string(vt_str(days->start));
  case VT_FIELD_PERIOD_END:
    return days == NULL ? vt_cel_missing() : vt_cel_string(vt_str(days->end));
  case VT_FIELD_BREAKDOWN:
    return vt_cel_string(breakdown == VT_TABLE_NO_TEXT ? VT_STR("")
                                                       : vt_table_text(table, breakdown));
  case VT_FIELD_BREAKDOWN_KNOWN:
    return vt_cel_bool(vt_judging_breakdown_known(judging, judging->row_group[row], breakdown));
  case VT_FIELD_ACTION:
    return vt_cel_string(vt_str(vt_judging_action(judging->actions[row])));
  case VT_FIELD_DUPLICATE:
    return vt_cel_bool(judging->duplicates[row] != 0);
  default:
    return vt_cel_missing();
  }
}

void vt_judging_field(const void *judging, uint32_t row, uint32_t field, struct vt_cel_value *value)
{
  const struct vt_judging *from = judging;
  if (plain_columns[field] != VATER_COLUMN_NONE)
    *value = plain_value(from->table, row, field);
  else
    *value = derived_value(from, row, field);
}

bool vt_judging_applies(const struct vt_judging *judging, const struct vt_rule *rule, uint32_t row)
{
  if ((rule->actions & judging->actions[row]) == 0)
    return false;
  if (rule->since == INT64_MIN && rule->until == INT64_MAX)
    return true;
  const struct vt_period_days *days = vt_judging_period(judging, row);
  return days != NULL && days->period.start >= rule->since && days->period.end <= rule->until;
}

void vt_judging_variables(const struct vt_judging *judging, const struct vt_rules_scope *scope,
                          const struct vt_cel_getter *indicator, struct vt_cel_value *values)
{
  for (uint32_t i = 0; i < scope->variable_count; i++)
    values[i] = vt_cel_missing();
  if (scope->indicator != VT_SLOT_NONE)
    values[scope->indicator] = vt_cel_record(scope->indicator_type, indicator, 0);
  if (scope->submission != VT_SLOT_NONE)
    values[scope->submission] = vt_cel_record(scope->submission_type, &judging->submission, 0);
  if (scope->run != VT_SLOT_NONE)
    values[scope->run] = vt_cel_record(scope->run_type, &judging->reference, 0);
  for (uint32_t i = 0; i < judging->rules->list_count * VT_CODELIST_MAPS; i++)
    values[scope->list_slots[i]] =
        judging->rules->lists[i / VT_CODELIST_MAPS].maps[i % VT_CODELIST_MAPS];
}

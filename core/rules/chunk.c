#include "rules/chunk.h"

static struct vater_str table_text(const void *context, uint32_t id)
{
  return vt_table_text(context, id);
}

/* One id more than the table has: no breakdown, which expressions see as "". */
static struct vater_str breakdown_text(const void *context, uint32_t id)
{
  const struct vt_table *table = context;
  return id > table->texts ? VT_STR("") : vt_table_text(table, id);
}

static struct vater_str action_text(const void *context, uint32_t id)
{
  (void)context;
  return vt_str(vt_judging_action((uint8_t)id));
}

static struct vater_str frequency_text(const void *context, uint32_t id)
{
  (void)context;
  return vt_str(vt_judging_frequency((enum vt_period_kind)(id - 1)));
}

static struct vater_str start_text(const void *context, uint32_t id)
{
  const struct vt_judging *judging = context;
  return vt_str(judging->periods[id - 1].start);
}

static struct vater_str end_text(const void *context, uint32_t id)
{
  const struct vt_judging *judging = context;
  return vt_str(judging->periods[id - 1].end);
}

static struct vater_str type_text(const void *context, uint32_t id)
{
  const struct vt_judging *judging = context;
  return judging->context->actors[id - 1].type;
}

static void make_dictionaries(struct vt_chunk *chunk, const struct vt_judging *judging)
{
  const struct vt_table *table = judging->table;
  chunk->texts = (struct vt_cel_dictionary){table->texts, table_text, table};
  chunk->breakdowns = (struct vt_cel_dictionary){table->texts + 1, breakdown_text, table};
  chunk->actions = (struct vt_cel_dictionary){VT_ACTION_WITHDRAW, action_text, NULL};
  chunk->frequencies = (struct vt_cel_dictionary){VT_PERIOD_MONTH + 1, frequency_text, NULL};
  chunk->starts = (struct vt_cel_dictionary){judging->period_count, start_text, judging};
  chunk->ends = (struct vt_cel_dictionary){judging->period_count, end_text, judging};
  chunk->types =
      (struct vt_cel_dictionary){(uint32_t)judging->context->actor_count, type_text, judging};
}

static const struct vt_cel_dictionary *dictionary_of(const struct vt_chunk *chunk, uint32_t field)
{
  switch (field) {
  case VT_FIELD_ACTOR_TYPE:
    return &chunk->types;
  case VT_FIELD_FREQUENCY:
    return &chunk->frequencies;
  case VT_FIELD_PERIOD_START:
    return &chunk->starts;
  case VT_FIELD_PERIOD_END:
    return &chunk->ends;
  case VT_FIELD_BREAKDOWN:
    return &chunk->breakdowns;
  case VT_FIELD_ACTION:
    return &chunk->actions;
  default:
    return &chunk->texts;
  }
}

static enum vt_cel_column_type type_of(const struct vt_table *table, uint32_t field)
{
  int column = vt_judging_column(field);
  if (field >= VT_FIELD_NUMERATOR_DECIMALS)
    return VT_CEL_COLUMN_BYTE;
  if (field == VT_FIELD_BREAKDOWN_KNOWN || field == VT_FIELD_DUPLICATE)
    return VT_CEL_COLUMN_BOOL;
  if (column == VATER_COLUMN_NONE)
    return VT_CEL_COLUMN_TEXT;
  switch (table->columns[column].type) {
  case VT_COLUMN_NUMBER:
    return VT_CEL_COLUMN_DOUBLE;
  case VT_COLUMN_TRUTH:
    return VT_CEL_COLUMN_BOOL;
  default:
    return VT_CEL_COLUMN_TEXT;
  }
}

/* A column of the table that no row has stays without data: missing in every row. */
static bool has_data(const struct vt_table *table, uint32_t field)
{
  int number = vt_judging_column(field);
  if (number == VATER_COLUMN_NONE)
    return true;
  const struct vt_column *column = &table->columns[number];
  if (column->type == VT_COLUMN_TEXT)
    return column->ids != NULL;
  return column->present != NULL;
}

static int make_column(struct vt_chunk *chunk, uint32_t field, uint32_t rows,
                       struct vt_arena *arena)
{
  struct vt_cel_column *column = &chunk->columns[field];
  const struct vt_table *table = chunk->judging->table;
  column->type = type_of(table, field);
  bool text = column->type == VT_CEL_COLUMN_TEXT;
  bool number = column->type == VT_CEL_COLUMN_DOUBLE;
  size_t width = number ? sizeof(double) : text ? sizeof(uint32_t) : 1;
  if (text)
    column->dictionary = dictionary_of(chunk, field);
  if (!has_data(table, field))
    return VATER_OK;
  chunk->data[field] = vt_arena_array(arena, rows, width);
  column->data = chunk->data[field];
  if (!text && vt_judging_column(field) != VATER_COLUMN_NONE) {
    chunk->present[field] = vt_arena_array(arena, rows, 1);
    column->present = chunk->present[field];
    if (column->present == NULL)
      return VATER_E_NOMEM;
  }
  return column->data == NULL ? VATER_E_NOMEM : VATER_OK;
}

int vt_chunk_init(struct vt_chunk *chunk, const struct vt_judging *judging, uint32_t group,
                  uint32_t fields, uint32_t rows, struct vt_arena *arena)
{
  *chunk = (struct vt_chunk){.judging = judging, .group = group};
  make_dictionaries(chunk, judging);
  int status = VATER_OK;
  for (uint32_t field = 0; field < VT_FIELD_COUNT && status == VATER_OK; field++) {
    chunk->columns[field].type = type_of(judging->table, field);
    if (chunk->columns[field].type == VT_CEL_COLUMN_TEXT)
      chunk->columns[field].dictionary = dictionary_of(chunk, field);
    if ((fields & 1u << field) != 0)
      status = make_column(chunk, field, rows, arena);
  }
  if (status == VATER_OK && (fields & 1u << VT_FIELD_BREAKDOWN_KNOWN) != 0) {
    chunk->breakdowns_known = vt_arena_array(arena, (size_t)judging->table->texts + 1, 1);
    if (chunk->breakdowns_known == NULL)
      status = VATER_E_NOMEM;
  }
  return status;
}

static void fill_ids(const uint32_t *from, const uint32_t *rows, uint32_t count, uint32_t *to)
{
  for (uint32_t i = 0; i < count; i++)
    to[i] = from[rows[i]];
}

static void fill_plain(struct vt_chunk *chunk, uint32_t field, const uint32_t *rows, uint32_t count)
{
  const struct vt_column *column = &chunk->judging->table->columns[vt_judging_column(field)];
  if (column->type == VT_COLUMN_TEXT) {
    fill_ids(column->ids, rows, count, chunk->data[field]);
    return;
  }
  uint8_t *present = chunk->present[field];
  for (uint32_t i = 0; i < count; i++)
    present[i] = column->present[rows[i]];
  if (chunk->columns[field].type == VT_CEL_COLUMN_DOUBLE) {
    double *numbers = chunk->data[field];
    for (uint32_t i = 0; i < count; i++)
      numbers[i] = column->numbers[rows[i]];
    return;
  }
  const uint8_t *from = field >= VT_FIELD_NUMERATOR_DECIMALS ? column->decimals : column->truths;
  uint8_t *bytes = chunk->data[field];
  for (uint32_t i = 0; i < count; i++)
    bytes[i] = from[rows[i]];
}

static uint8_t breakdown_known(struct vt_chunk *chunk, uint32_t text)
{
  uint8_t *known = &chunk->breakdowns_known[text];
  if (*known == 0)
    *known = vt_judging_breakdown_known(chunk->judging, chunk->group, text) ? 2 : 1;
  return *known == 2;
}

static void fill_bool(struct vt_chunk *chunk, uint32_t field, const uint32_t *rows, uint32_t count)
{
  const struct vt_judging *judging = chunk->judging;
  const uint32_t *breakdowns = judging->table->columns[VATER_COLUMN_BREAKDOWN].ids;
  uint8_t *to = chunk->data[field];
  for (uint32_t i = 0; i < count; i++) {
    if (field == VT_FIELD_DUPLICATE)
      to[i] = judging->duplicates[rows[i]];
    else
      to[i] = breakdown_known(chunk, breakdowns == NULL ? 0 : breakdowns[rows[i]]);
  }
}

static uint32_t derived_id(const struct vt_judging *judging, uint32_t field, uint32_t row)
{
  const struct vt_table *table = judging->table;
  const uint32_t *breakdowns = table->columns[VATER_COLUMN_BREAKDOWN].ids;
  if (field == VT_FIELD_ACTOR)
    return vt_judging_actor(judging, row);
  if (field == VT_FIELD_ACTOR_TYPE)
    return judging->facts[vt_judging_actor(judging, row)].actor_type;
  if (field == VT_FIELD_ACTION)
    return judging->actions[row];
  if (field == VT_FIELD_BREAKDOWN)
    return breakdowns == NULL || breakdowns[row] == 0 ? table->texts + 1 : breakdowns[row];
  const struct vt_period_days *days = vt_judging_period(judging, row);
  if (days == NULL)
    return VT_TABLE_NO_TEXT;
  if (field == VT_FIELD_FREQUENCY)
    return (uint32_t)days->period.kind + 1;
  return (uint32_t)(days - judging->periods) + 1;
}

void vt_chunk_fill(struct vt_chunk *chunk, const uint32_t *rows, uint32_t count)
{
  for (uint32_t field = 0; field < VT_FIELD_COUNT; field++) {
    uint32_t *ids = chunk->data[field];
    if (ids == NULL)
      continue;
    if (vt_judging_column(field) != VATER_COLUMN_NONE)
      fill_plain(chunk, field, rows, count);
    else if (chunk->columns[field].type == VT_CEL_COLUMN_BOOL)
      fill_bool(chunk, field, rows, count);
    else
      for (uint32_t i = 0; i < count; i++)
        ids[i] = derived_id(chunk->judging, field, rows[i]);
  }
}

#include "base/utf8.h"
#include "table/builder.h"

#include <math.h>

static int refuse(struct vt_table *table, struct vt_error *error, const char *what)
{
  *table = (struct vt_table){0};
  return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO", "a table of observations is damaged: %s",
                 what);
}

/* The section's start, NULL where it does not lie in the block. */
static const void *section(const struct vt_table *table, uint64_t at, uint64_t count, size_t width)
{
  if (at % 8 != 0 || at < sizeof(struct vt_table_header) || at > table->size)
    return NULL;
  if (count > (table->size - at) / width)
    return NULL;
  return (const char *)table->block + at;
}

static bool open_texts(struct vt_table *table, const struct vt_table_header *header)
{
  table->text_starts =
      section(table, header->text_starts, (uint64_t)header->texts + 2, sizeof(uint32_t));
  table->text_bytes = section(table, header->text_bytes, header->text_length, 1);
  if (table->text_starts == NULL || table->text_bytes == NULL)
    return false;
  const uint32_t *starts = table->text_starts;
  if (starts[0] != 0 || starts[1] != 0 || starts[(size_t)header->texts + 1] != header->text_length)
    return false;
  for (size_t id = 1; id <= header->texts; id++)
    if (starts[id] > starts[id + 1])
      return false;
  for (size_t id = 1; id <= header->texts; id++)
    if (starts[id] < header->text_length &&
        ((unsigned char)table->text_bytes[starts[id]] & 0xc0) == 0x80)
      return false;
  struct vater_str all = {table->text_bytes, (size_t)header->text_length};
  return vt_utf8_valid(all) == all.len;
}

static bool are_flags(const uint8_t *flags, uint32_t count)
{
  uint8_t seen = 0;
  for (uint32_t i = 0; i < count; i++)
    seen |= flags[i];
  return seen <= 1;
}

static bool open_text_column(struct vt_table *table, struct vt_column *column, uint64_t at)
{
  column->ids = section(table, at, table->rows, sizeof(uint32_t));
  uint32_t largest = 0;
  for (uint32_t row = 0; column->ids != NULL && row < table->rows; row++)
    if (column->ids[row] > largest)
      largest = column->ids[row];
  return column->ids != NULL && largest <= table->texts;
}

static bool open_number_column(struct vt_table *table, struct vt_column *column, uint64_t data,
                               uint64_t decimals, uint64_t present)
{
  column->numbers = section(table, data, table->rows, sizeof(double));
  column->decimals = section(table, decimals, table->rows, 1);
  column->present = section(table, present, table->rows, 1);
  if (column->numbers == NULL || column->decimals == NULL || column->present == NULL)
    return false;
  for (uint32_t row = 0; row < table->rows; row++)
    if (!isfinite(column->numbers[row]))
      return false;
  return are_flags(column->present, table->rows);
}

static bool open_truth_column(struct vt_table *table, struct vt_column *column, uint64_t data,
                              uint64_t present)
{
  column->truths = section(table, data, table->rows, 1);
  column->present = section(table, present, table->rows, 1);
  return column->truths != NULL && column->present != NULL &&
         are_flags(column->truths, table->rows) && are_flags(column->present, table->rows);
}

static bool open_column(struct vt_table *table, const struct vt_table_header *header, int index)
{
  struct vt_column *column = &table->columns[index];
  column->type = vt_column_type(index);
  uint64_t data = header->data[index];
  if (data == 0)
    return header->decimals[index] == 0 && header->present[index] == 0 &&
           header->places[index] == 0;
  if (header->places[index] != 0) {
    column->places = section(table, header->places[index], table->rows, sizeof(uint32_t));
    if (column->places == NULL)
      return false;
  }
  if (column->type == VT_COLUMN_TEXT)
    return open_text_column(table, column, data);
  if (column->type == VT_COLUMN_NUMBER)
    return open_number_column(table, column, data, header->decimals[index], header->present[index]);
  return open_truth_column(table, column, data, header->present[index]);
}

static bool open_head(struct vt_table *table, const struct vt_table_header *header)
{
  memcpy(table->head_texts, header->head_texts, sizeof table->head_texts);
  memcpy(table->head_truths, header->head_truths, sizeof table->head_truths);
  for (int field = 0; field < VT_TABLE_HEADS; field++)
    if (header->head_texts[field] > header->texts || header->head_truths[field] > VT_HEAD_ABSENT)
      return false;
  return true;
}

int vt_table_open(const void *block, size_t size, struct vt_table *table, struct vt_error *error)
{
  *table = (struct vt_table){.block = block, .size = size};
  struct vt_table_header header;
  if (size < sizeof header || (uintptr_t)block % 8 != 0)
    return refuse(table, error, "it is too short");
  memcpy(&header, block, sizeof header);
  if (header.magic != VT_TABLE_MAGIC || header.head_truth_count != VT_TABLE_HEADS) {
    *table = (struct vt_table){0};
    return vt_fail(error, VATER_E_REFUSED, "PLUG-PROTO",
                   "a table of observations is of another version of vater, and is not read");
  }
  if (header.size > size)
    return refuse(table, error, "it was cut");
  table->size = (size_t)header.size;
  table->rows = header.rows;
  table->texts = header.texts;
  if (!open_texts(table, &header) || !open_head(table, &header))
    return refuse(table, error, "its texts");
  table->offsets = section(table, header.offsets, header.rows, sizeof(uint32_t));
  if (table->offsets == NULL)
    return refuse(table, error, "its row offsets");
  if (header.pages != 0) {
    table->pages = section(table, header.pages, header.rows, sizeof(uint16_t));
    if (table->pages == NULL)
      return refuse(table, error, "its pages");
  }
  for (int column = 1; column < VT_TABLE_COLUMNS; column++)
    if (!open_column(table, &header, column))
      return refuse(table, error, vt_column_name(column));
  return VATER_OK;
}

static const struct vt_column *column_at(const struct vt_table *table, uint32_t row, int column)
{
  bool inside = row < table->rows && column > VATER_COLUMN_NONE && column < VT_TABLE_COLUMNS;
  return inside ? &table->columns[column] : NULL;
}

struct vater_str vt_table_cell(const struct vt_table *table, uint32_t row, int column)
{
  const struct vt_column *from = column_at(table, row, column);
  if (from == NULL || from->ids == NULL || from->ids[row] == VT_TABLE_NO_TEXT)
    return VT_STR_NONE;
  return vt_table_text(table, from->ids[row]);
}

bool vt_table_number(const struct vt_table *table, uint32_t row, int column, double *value)
{
  const struct vt_column *from = column_at(table, row, column);
  bool there = from != NULL && from->numbers != NULL && from->present[row] != 0;
  *value = there ? from->numbers[row] : 0;
  return there;
}

bool vt_table_truth(const struct vt_table *table, uint32_t row, int column, bool *value)
{
  const struct vt_column *from = column_at(table, row, column);
  bool there = from != NULL && from->truths != NULL && from->present[row] != 0;
  *value = there && from->truths[row] != 0;
  return there;
}

bool vt_table_place(const struct vt_table *table, uint32_t row, int column, uint64_t *offset)
{
  const struct vt_column *from = column_at(table, row, column);
  bool there = from != NULL && from->places != NULL && from->places[row] != 0;
  *offset = there ? from->places[row] - 1 : 0;
  return there;
}

struct vater_str vt_table_head(const struct vt_table *table, int field)
{
  if (field <= VATER_HEAD_NONE || field >= VT_TABLE_HEADS ||
      table->head_texts[field] == VT_TABLE_NO_TEXT)
    return VT_STR_NONE;
  return vt_table_text(table, table->head_texts[field]);
}

bool vt_table_head_truth(const struct vt_table *table, int field, bool *value)
{
  bool there = field > VATER_HEAD_NONE && field < VT_TABLE_HEADS &&
               table->head_truths[field] != VT_HEAD_ABSENT;
  *value = there && table->head_truths[field] == VT_HEAD_TRUE;
  return there;
}

struct vater_str vt_table_actor(const struct vt_table *table, uint32_t row)
{
  struct vater_str own = vt_table_cell(table, row, VATER_COLUMN_ACTOR);
  return own.ptr != NULL ? own : vt_table_head(table, VATER_HEAD_REPORTER);
}

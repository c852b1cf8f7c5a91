#include "csv.h"

#include <stdio.h>
#include <string.h>

/* A row on its way into the table. */
struct row {
  vater_call *call;
  struct csv *csv;
  const struct vater_record *record;
  vater_table *table;
  bool bad; /* a finding was reported about it */
};

/* The numbers of one observation. */
struct numbers {
  char text[CSV_NUMBERS][MAPPING_NUMBER_BYTES]; /* empty: none */
  uint64_t offset[CSV_NUMBERS];
  struct vater_str missing; /* a reason, or empty */
  uint64_t missing_offset;
  bool provisional, any;
};

static int shown(struct vater_str text)
{
  return (int)(text.len < 60 ? text.len : 60);
}

static int complain(struct row *row, const struct csv_field *field, const struct vater_cell *cell,
                    const char *why)
{
  row->bad = true;
  return row->csv->host->table->finding(row->call, row->table, VATER_SEVERITY_ERROR, cell->offset,
                                        "%s: '%.*s' %s", field->what, shown(cell->text),
                                        cell->text.ptr != NULL ? cell->text.ptr : "", why);
}

/* ---- numbers ------------------------------------------------------------------------------------
 */

static bool drop_suffix(struct vater_str *text, struct vater_str suffix)
{
  if (suffix.len == 0 || text->len <= suffix.len ||
      memcmp(text->ptr + text->len - suffix.len, suffix.ptr, suffix.len) != 0)
    return false;
  text->len -= suffix.len;
  *text = mapping_trim(*text);
  return true;
}

static int read_number(struct row *row, const struct csv_field *field, int part,
                       struct numbers *numbers)
{
  struct csv *csv = row->csv;
  if (field->index == CSV_NONE)
    return VATER_OK;
  const struct vater_cell *cell = &row->record->cells[field->index];
  struct vater_str text = mapping_trim(cell->text);
  uint32_t symbol = mapping_index_find(csv->host, &csv->missing, text);
  numbers->offset[part] = cell->offset;
  numbers->any = true;
  if (symbol != UINT32_MAX) {
    struct vater_str reason = csv->host->node->text(csv->missing.members[symbol]);
    if (mapping_is(reason, "zero")) {
      memcpy(numbers->text[part], "0", 2);
    } else if (numbers->missing.len == 0) {
      numbers->missing = reason;
      numbers->missing_offset = cell->offset;
    }
    return VATER_OK;
  }
  numbers->provisional |= drop_suffix(&text, csv->provisional);
  const char *why = mapping_number(text, &csv->dialect, numbers->text[part]);
  return why == NULL ? VATER_OK : complain(row, field, cell, why);
}

static int read_numbers(struct row *row, const struct csv_group *group, struct numbers *numbers)
{
  int status = VATER_OK;
  *numbers = (struct numbers){.any = false};
  for (int part = 0; part < CSV_NUMBERS && status == VATER_OK; part++)
    status = read_number(row, &group->numbers[part], part, numbers);
  return status;
}

/* Numbers do not stand beside the reason why there is none: what is lost by that is told. */
static int put_missing(struct row *row, const struct numbers *numbers)
{
  const struct vater_table_api *api = row->csv->host->table;
  bool other = false;
  for (int part = 0; part < CSV_NUMBERS; part++)
    other |= numbers->text[part][0] != '\0';
  int status = VATER_OK;
  if (other)
    status = api->finding(
        row->call, row->table, VATER_SEVERITY_WARNING, numbers->missing_offset,
        "a number of the observation is missing (%.*s); its other numbers are not read",
        shown(numbers->missing), numbers->missing.ptr);
  if (status == VATER_OK)
    status = api->set_text_at(row->call, row->table, VATER_COLUMN_MISSING, numbers->missing,
                              numbers->missing_offset);
  return status;
}

static int put_numbers(struct row *row, const struct numbers *numbers)
{
  const struct vater_table_api *api = row->csv->host->table;
  if (numbers->missing.len > 0)
    return put_missing(row, numbers);
  int status = VATER_OK;
  for (int part = 0; part < CSV_NUMBERS && status == VATER_OK; part++) {
    struct vater_str text = {numbers->text[part], strlen(numbers->text[part])};
    if (text.len > 0)
      status = api->set_number_at(row->call, row->table, csv_numbers[part].column, text,
                                  numbers->offset[part]);
  }
  return status;
}

/* ---- texts --------------------------------------------------------------------------------------
 */

/* The field's text as the mapping has it; .ptr NULL: absent. */
static int read_text(struct row *row, const struct csv_field *field, struct vater_str *text,
                     uint64_t *offset)
{
  struct vater_str given = {NULL, 0};
  *offset = row->record->offset;
  if (field->index != CSV_NONE) {
    given = row->record->cells[field->index].text;
    *offset = row->record->cells[field->index].offset;
  }
  int status = mapping_translate(row->csv->host, row->call, row->table, &field->source, field->what,
                                 given, *offset, text);
  if (text->len == 0)
    *text = (struct vater_str){NULL, 0};
  return status;
}

static bool all_digits(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  return text.len > 0;
}

/* Counties have two digits, municipalities four, districts six: an odd number lost a zero. */
static const char *area_fault(const struct csv_field *field, struct vater_str text)
{
  if (field->source.digits == 0 && all_digits(text) && text.len % 2 == 1 && text.len < 6)
    return "has lost its leading zero, as a spreadsheet does; codes of areas have 2, 4 or 6 digits";
  return NULL;
}

/* What every observation has must not be left open, unless the codes say what that means. */
static bool is_empty(const struct row *row, const struct csv_field *field, int column)
{
  static const int needed[] = {VATER_COLUMN_INDICATOR, VATER_COLUMN_PERIOD, VATER_COLUMN_AREA,
                               VATER_COLUMN_UNIT, VATER_COLUMN_STATUS};
  if (field->index == CSV_NONE || field->source.coded ||
      mapping_trim(row->record->cells[field->index].text).len > 0)
    return false;
  for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
    if (needed[i] == column)
      return true;
  return false;
}

static int put_text(struct row *row, const struct csv_field *field, int column)
{
  struct vater_str text;
  uint64_t offset;
  char period[MAPPING_PERIOD_BYTES];
  const char *why = NULL;
  if (is_empty(row, field, column))
    return complain(row, field, &row->record->cells[field->index], "is empty");
  int status = read_text(row, field, &text, &offset);
  if (status != VATER_OK || text.ptr == NULL)
    return status;
  const struct vater_cell cell = {text, offset, false};
  if (column == VATER_COLUMN_PERIOD) {
    why = mapping_period(mapping_trim(text), period);
    text = (struct vater_str){period, strlen(period)};
  } else if (column == VATER_COLUMN_AS_OF) {
    why = mapping_day(text);
  } else if (column == VATER_COLUMN_AREA) {
    why = area_fault(field, text);
  }
  if (why != NULL)
    return complain(row, field, &cell, why);
  if (field->index == CSV_NONE)
    return row->csv->host->table->set_text(row->call, row->table, column, text);
  return row->csv->host->table->set_text_at(row->call, row->table, column, text, offset);
}

static int put_dimension(struct row *row, const struct csv_dimension *dimension)
{
  struct vater_str text;
  uint64_t offset;
  int status = read_text(row, &dimension->field, &text, &offset);
  if (status != VATER_OK || text.ptr == NULL)
    return status;
  return row->csv->host->table->set_breakdown(row->call, row->table, dimension->name, text);
}

/* ---- observations -------------------------------------------------------------------------------
 */

static int put_group(struct row *row, const struct csv_group *group, const struct numbers *numbers)
{
  const struct vater_host *host = row->csv->host;
  const struct vater_table_api *api = host->table;
  int status = VATER_OK;
  if (group->indicator.len > 0)
    status = api->set_text(row->call, row->table, VATER_COLUMN_INDICATOR, group->indicator);
  if (status == VATER_OK && group->unit.len > 0)
    status = api->set_text(row->call, row->table, VATER_COLUMN_UNIT, group->unit);
  if (status == VATER_OK && numbers->provisional)
    status = api->set_text(row->call, row->table, VATER_COLUMN_STATUS,
                           (struct vater_str){"preliminary", 11});
  for (const vater_node *one = host->node->first(group->breakdown);
       one != NULL && status == VATER_OK; one = host->node->next(one))
    status =
        api->set_breakdown(row->call, row->table, host->node->name(one), host->node->text(one));
  return status == VATER_OK ? put_numbers(row, numbers) : status;
}

/* A group whose numbers this row does not have at all is no observation of it. */
static int put_observation(struct row *row, const struct csv_group *group)
{
  struct csv *csv = row->csv;
  struct numbers numbers;
  int status = read_numbers(row, group, &numbers);
  if (status == VATER_OK)
    status = csv->host->table->row(row->call, row->table, row->record->offset);
  for (int i = 0; csv_texts[i].member != NULL && status == VATER_OK; i++)
    status = put_text(row, &csv->texts[i], csv_texts[i].column);
  for (uint32_t i = 0; i < csv->dimension_count && status == VATER_OK; i++)
    status = put_dimension(row, &csv->dimensions[i]);
  return status == VATER_OK ? put_group(row, group, &numbers) : status;
}

int csv_read_row(vater_call *call, struct csv *csv, const struct vater_record *record,
                 vater_table *table)
{
  struct row row = {call, csv, record, table, false};
  bool empty = record->count == 1 && record->cells[0].text.len == 0 && !record->cells[0].quoted;
  if (record->count != csv->width && empty)
    return csv->host->table->finding(call, table, VATER_SEVERITY_ERROR, record->offset,
                                     "the row is empty");
  if (record->count != csv->width)
    return csv->host->table->finding(
        call, table, VATER_SEVERITY_ERROR,
        record->count > csv->width ? record->cells[csv->width].offset : record->offset,
        "the row has %u cells; the first row has %u", record->count, csv->width);
  int status = VATER_OK;
  for (uint32_t i = 0; i < csv->group_count && status == VATER_OK; i++)
    status = put_observation(&row, &csv->groups[i]);
  return status;
}

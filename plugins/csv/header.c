#include "csv.h"

#include <stdio.h>

enum { HEADER_BYTES = 240 };

static int shown(struct vater_str text)
{
  return (int)(text.len < 60 ? text.len : 60);
}

/* Every field of the mapping, one after the other; NULL behind the last. */
static struct csv_field *field_at(struct csv *csv, uint32_t index)
{
  uint32_t texts = 0;
  while (csv_texts[texts].member != NULL)
    texts++;
  if (index < texts)
    return &csv->texts[index];
  index -= texts;
  if (index < csv->dimension_count)
    return &csv->dimensions[index].field;
  index -= csv->dimension_count;
  uint32_t group = index / CSV_NUMBERS;
  return group < csv->group_count ? &csv->groups[group].numbers[index % CSV_NUMBERS] : NULL;
}

static bool is_asked(const struct csv_field *field)
{
  return field->source.given && field->source.fixed.ptr == NULL;
}

/* Rows would only repeat what is said here. */
static int complain(vater_call *call, struct csv *csv, vater_table *table, uint64_t offset,
                    const char *why, const struct csv_field *field)
{
  csv->dead = true;
  return csv->host->table->finding(call, table, VATER_SEVERITY_ERROR, offset, "%s %s", field->what,
                                   why);
}

static struct vater_str nearly(const struct vater_record *record, struct vater_str wanted)
{
  for (uint32_t i = 0; i < record->count; i++)
    if (mapping_equal_nocase(mapping_trim(record->cells[i].text), mapping_trim(wanted)))
      return record->cells[i].text;
  return (struct vater_str){NULL, 0};
}

/* "Kvartal, Fylke, Lest", cut where it is long. */
static void list_names(const struct vater_record *record, char *text, size_t size)
{
  size_t len = 0;
  text[0] = '\0';
  for (uint32_t i = 0; i < record->count; i++) {
    struct vater_str name = mapping_trim(record->cells[i].text);
    if (len + (size_t)shown(name) + sizeof ", …" > size) {
      snprintf(text + len, size - len, " …");
      return;
    }
    int put = snprintf(text + len, size - len, "%s%.*s", i > 0 ? ", " : "", shown(name),
                       name.ptr != NULL ? name.ptr : "");
    len += put > 0 ? (size_t)put : 0;
  }
}

static int find_named(vater_call *call, struct csv *csv, const struct vater_record *record,
                      vater_table *table, struct csv_field *field)
{
  field->index = CSV_NONE;
  for (uint32_t i = 0; i < record->count; i++) {
    if (!mapping_equal(record->cells[i].text, field->source.from))
      continue;
    if (field->index != CSV_NONE)
      return complain(call, csv, table, record->cells[i].offset, "stands twice in the header",
                      field);
    field->index = (int)i;
  }
  if (field->index != CSV_NONE)
    return VATER_OK;
  struct vater_str near = nearly(record, field->source.from);
  csv->dead = true;
  if (near.ptr == NULL) {
    char names[HEADER_BYTES];
    list_names(record, names, sizeof names);
    return csv->host->table->finding(call, table, VATER_SEVERITY_ERROR, record->offset,
                                     "%s is not in the header, which has: %s", field->what, names);
  }
  return csv->host->table->finding(call, table, VATER_SEVERITY_ERROR, record->offset,
                                   "%s is not in the header; is it '%.*s'?", field->what,
                                   shown(near), near.ptr);
}

static int find_numbered(vater_call *call, struct csv *csv, const struct vater_record *record,
                         vater_table *table, struct csv_field *field)
{
  field->index = (int)field->source.number - 1;
  if (field->source.number <= record->count)
    return VATER_OK;
  return complain(call, csv, table, record->offset, "is not there: the first row has fewer cells",
                  field);
}

static bool is_used(struct csv *csv, uint32_t column)
{
  for (uint32_t i = 0;; i++) {
    const struct csv_field *field = field_at(csv, i);
    if (field == NULL)
      return false;
    if (field->index == (int)column)
      return true;
  }
}

static bool is_ignored(const struct csv *csv, struct vater_str name)
{
  const struct vater_node_api *node = csv->host->node;
  const vater_node *const lists[] = {csv->ignored, csv->accounts};
  for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
    for (const vater_node *one = node->first(lists[i]); one != NULL; one = node->next(one))
      if (mapping_equal(node->text(one), name))
        return true;
  return false;
}

/* Once a page: a column that nobody reads may be a misspelt one. */
static int warn_of_unknown(vater_call *call, struct csv *csv, const struct vater_record *record,
                           vater_table *table)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < record->count && status == VATER_OK; i++) {
    struct vater_str name = record->cells[i].text;
    if (!is_used(csv, i) && !is_ignored(csv, name))
      status =
          csv->host->table->finding(call, table, VATER_SEVERITY_WARNING, record->cells[i].offset,
                                    "column '%.*s' is not in the mapping and is not read",
                                    shown(name), name.ptr != NULL ? name.ptr : "");
  }
  return status;
}

int csv_read_header(vater_call *call, struct csv *csv, const struct vater_record *record,
                    vater_table *table)
{
  int status = VATER_OK;
  for (uint32_t i = 0; status == VATER_OK; i++) {
    struct csv_field *field = field_at(csv, i);
    if (field == NULL)
      break;
    field->index = CSV_NONE;
    if (!is_asked(field))
      continue;
    if (field->source.number > 0)
      status = find_numbered(call, csv, record, table, field);
    else if (csv->has_header)
      status = find_named(call, csv, record, table, field);
    else
      status =
          complain(call, csv, table, record->offset,
                   "has no place: without a header the mapping gives columns by number", field);
  }
  if (status == VATER_OK && csv->has_header && !csv->dead)
    status = warn_of_unknown(call, csv, record, table);
  return status;
}

#include "dhis2.h"

#include <string.h>

/* Names of the columns as documentation and exports write them, in any case. */
static int member_of(struct vater_str name)
{
  static const struct {
    const char *name;
    int member;
  } names[] = {{"dataelement", DHIS2_DATA_ELEMENT}, {"period", DHIS2_PERIOD},
               {"orgunit", DHIS2_ORG_UNIT},         {"categoryoptioncombo", DHIS2_CATEGORY},
               {"catoptcombo", DHIS2_CATEGORY},     {"attributeoptioncombo", DHIS2_ATTRIBUTE},
               {"attroptcombo", DHIS2_ATTRIBUTE},   {"value", DHIS2_VALUE},
               {"deleted", DHIS2_DELETED}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct vater_str known = {names[i].name, 0};
    while (known.ptr[known.len] != '\0')
      known.len++;
    if (mapping_equal_nocase(name, known))
      return names[i].member;
  }
  return -1;
}

/* Columns that say nothing about the figures. */
static bool is_other(struct vater_str name)
{
  static const char *const others[] = {"storedby",    "timestamp", "created",
                                       "lastupdated", "comment",   "followup"};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (mapping_equal_nocase(name, (struct vater_str){others[i], strlen(others[i])}))
      return true;
  return false;
}

static int tell(vater_call *call, struct dhis2 *dhis2, vater_table *table, int severity,
                const struct vater_cell *cell, const char *why)
{
  struct vater_str name = cell->text;
  dhis2->dead |= severity == VATER_SEVERITY_ERROR;
  return dhis2->host->table->finding(call, table, severity, cell->offset, "the column '%.*s' %s",
                                     name.len < 60 ? (int)name.len : 60,
                                     name.ptr != NULL ? name.ptr : "", why);
}

/* By order where there is no header: the order counts, names vary. */
static bool is_header(struct dhis2 *dhis2, const struct vater_record *record)
{
  bool named = false;
  for (uint32_t i = 0; i < record->count; i++)
    named |= member_of(record->cells[i].text) == DHIS2_DATA_ELEMENT;
  for (int i = 0; i < DHIS2_MEMBERS; i++)
    dhis2->columns[i] = i <= DHIS2_VALUE && !named ? i : -1;
  dhis2->width = record->count;
  return named;
}

static int read_header(vater_call *call, struct dhis2 *dhis2, const struct vater_record *record,
                       vater_table *table)
{
  static const int needed[] = {DHIS2_DATA_ELEMENT, DHIS2_PERIOD, DHIS2_ORG_UNIT, DHIS2_VALUE};
  int status = VATER_OK;
  for (uint32_t i = 0; i < record->count && status == VATER_OK; i++) {
    int member = member_of(record->cells[i].text);
    if (member < 0 && !is_other(record->cells[i].text))
      status = tell(call, dhis2, table, VATER_SEVERITY_WARNING, &record->cells[i],
                    "is not known and not read");
    if (member >= 0 && dhis2->columns[member] >= 0)
      status = tell(call, dhis2, table, VATER_SEVERITY_ERROR, &record->cells[i], "stands twice");
    if (member >= 0)
      dhis2->columns[member] = (int)i;
  }
  for (size_t i = 0; i < sizeof needed / sizeof *needed && status == VATER_OK; i++) {
    if (dhis2->columns[needed[i]] >= 0)
      continue;
    dhis2->dead = true;
    status = dhis2->host->table->finding(call, table, VATER_SEVERITY_ERROR, record->offset,
                                         "the header has no column %s", dhis2_members[needed[i]]);
  }
  return status;
}

int dhis2_read_record(vater_call *call, struct dhis2 *dhis2, const struct vater_record *record,
                      vater_table *table)
{
  dhis2->records++;
  if (record->number == 1 && is_header(dhis2, record))
    return read_header(call, dhis2, record, table);
  if (dhis2->dead)
    return VATER_OK;
  if (record->count > dhis2->width)
    return dhis2->host->table->finding(
        call, table, VATER_SEVERITY_ERROR, record->cells[dhis2->width].offset,
        "the row has %u cells; the first row has %u", record->count, dhis2->width);
  int value = dhis2->columns[DHIS2_VALUE];
  if (value < 0 || record->count <= (uint32_t)value)
    return dhis2->host->table->finding(
        call, table, VATER_SEVERITY_ERROR, record->offset,
        "the row has %u cells and no value; wanted: data element, period, organisation unit, two "
        "combinations, value",
        record->count);
  struct dhis2_item item = {.offset = record->offset};
  for (int i = 0; i < DHIS2_MEMBERS; i++) {
    int column = dhis2->columns[i];
    if (column < 0 || (uint32_t)column >= record->count)
      continue;
    item.members[i].text = record->cells[column].text;
    item.members[i].offset = record->cells[column].offset;
  }
  return dhis2_take(call, dhis2, &item, table);
}

#include "dhis2.h"

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

/* By order where there is no header: the order counts, names vary. */
static bool read_header(struct dhis2 *dhis2, const struct vater_record *record)
{
  bool named = member_of(record->cells[0].text) == DHIS2_DATA_ELEMENT;
  for (int i = 0; i < DHIS2_MEMBERS; i++)
    dhis2->columns[i] = i <= DHIS2_VALUE && !named ? i : -1;
  for (uint32_t i = 0; named && i < record->count; i++) {
    int member = member_of(record->cells[i].text);
    if (member >= 0)
      dhis2->columns[member] = (int)i;
  }
  return named;
}

int dhis2_read_record(vater_call *call, struct dhis2 *dhis2, const struct vater_record *record,
                      vater_table *table)
{
  dhis2->records++;
  if (record->number == 1 && read_header(dhis2, record))
    return VATER_OK;
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

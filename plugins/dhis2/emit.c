#include "dhis2.h"

#include <string.h>

static struct vater_str of(const char *text)
{
  return (struct vater_str){text, strlen(text)};
}

static int put_texts(vater_call *call, struct dhis2 *dhis2, vater_table *table)
{
  static const int columns[DHIS2_TEXTS] = {VATER_COLUMN_AS_OF,     VATER_COLUMN_AREA,
                                           VATER_COLUMN_AREA_ROLE, VATER_COLUMN_UNIT,
                                           VATER_COLUMN_STATUS,    VATER_COLUMN_REASON};
  int status = VATER_OK;
  for (int i = 0; i < DHIS2_TEXTS && status == VATER_OK; i++)
    if (dhis2->texts[i].fixed.ptr != NULL)
      status = dhis2->host->table->set_otherwise(call, table, columns[i], dhis2->texts[i].fixed);
  return status;
}

static int put_unit(vater_call *call, struct dhis2 *dhis2, const struct dhis2_slot *slot,
                    vater_table *table)
{
  const struct vater_table_api *api = dhis2->host->table;
  if (slot->org_unit == UINT32_MAX)
    return VATER_OK;
  const struct dhis2_unit *unit = &dhis2->org_units[slot->org_unit];
  int status = VATER_OK;
  if (unit->actor.len > 0)
    status = api->set_text_at(call, table, VATER_COLUMN_ACTOR, unit->actor, slot->org_offset);
  if (status == VATER_OK && unit->area.len > 0)
    status = api->set_text_at(call, table, VATER_COLUMN_AREA, unit->area, slot->org_offset);
  return status;
}

/* Taken as a period when it was joined. */
static int put_period(vater_call *call, struct dhis2 *dhis2, const struct dhis2_slot *slot,
                      vater_table *table)
{
  char period[MAPPING_PERIOD_BYTES];
  mapping_period((struct vater_str){dhis2->pool + slot->key, slot->period_len}, period);
  return dhis2->host->table->set_text_at(call, table, VATER_COLUMN_PERIOD, of(period),
                                         slot->period_offset);
}

static int put_breakdown(vater_call *call, struct dhis2 *dhis2, const vater_node *dimensions,
                         vater_table *table)
{
  const struct vater_node_api *node = dhis2->host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(dimensions); one != NULL && status == VATER_OK;
       one = node->next(one))
    status = dhis2->host->table->set_breakdown(call, table, node->name(one), node->text(one));
  return status;
}

/* Values that came without a number are told: beside others, and where they are all there is. */
static int put_empty(vater_call *call, struct dhis2 *dhis2, const struct dhis2_slot *slot, int part,
                     bool any, vater_table *table)
{
  const struct vater_table_api *api = dhis2->host->table;
  if (any)
    return api->finding(call, table, VATER_SEVERITY_WARNING, slot->offsets[part],
                        "the %s is empty, and the observation has other numbers",
                        dhis2_parts[part].name);
  int status = api->finding(call, table, VATER_SEVERITY_INFO, slot->offsets[part],
                            "the value is empty: the number is taken as not-available");
  if (status == VATER_OK)
    status = api->set_text_at(call, table, VATER_COLUMN_MISSING, of("not-available"),
                              slot->offsets[part]);
  return status;
}

static int put_numbers(vater_call *call, struct dhis2 *dhis2, const struct dhis2_slot *slot,
                       vater_table *table)
{
  const struct vater_table_api *api = dhis2->host->table;
  bool any = false;
  int status = VATER_OK;
  for (int part = 0; part < DHIS2_PARTS && status == VATER_OK; part++) {
    if (slot->numbers[part] == 0)
      continue;
    any = true;
    status = api->set_number_at(call, table, dhis2_parts[part].column,
                                of(dhis2->pool + slot->numbers[part] - 1), slot->offsets[part]);
  }
  for (int part = 0; part < DHIS2_PARTS && status == VATER_OK; part++)
    if ((slot->have & 1u << part) != 0 && slot->numbers[part] == 0)
      status = put_empty(call, dhis2, slot, part, any, table);
  return status;
}

static int put_slot(vater_call *call, struct dhis2 *dhis2, const struct dhis2_slot *slot,
                    vater_table *table)
{
  const struct vater_table_api *api = dhis2->host->table;
  const struct dhis2_group *group = &dhis2->groups[slot->group];
  int status = api->row(call, table, slot->offset);
  if (status == VATER_OK)
    status = api->set_text(call, table, VATER_COLUMN_INDICATOR, group->indicator);
  if (status == VATER_OK && group->unit.len > 0)
    status = api->set_text(call, table, VATER_COLUMN_UNIT, group->unit);
  if (status == VATER_OK)
    status = put_period(call, dhis2, slot, table);
  if (status == VATER_OK)
    status = put_unit(call, dhis2, slot, table);
  if (status == VATER_OK)
    status = put_breakdown(call, dhis2, group->breakdown, table);
  if (status == VATER_OK && slot->category != UINT32_MAX)
    status = put_breakdown(call, dhis2, dhis2->categories.members[slot->category], table);
  return status == VATER_OK ? put_numbers(call, dhis2, slot, table) : status;
}

int dhis2_emit(vater_call *call, struct dhis2 *dhis2, vater_table *table)
{
  int status = put_texts(call, dhis2, table);
  for (uint32_t i = 0; i < dhis2->slot_count && status == VATER_OK; i++)
    if ((dhis2->slots[i].have & DHIS2_FAULTY) == 0)
      status = put_slot(call, dhis2, &dhis2->slots[i], table);
  return status;
}

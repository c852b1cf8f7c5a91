#include "dhis2.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_SLOTS = 256, KEY_BYTES = 512, POOL_BYTES_MAX = 128 * 1024 * 1024 };

static int shown(struct vater_str text)
{
  return (int)(text.len < 60 ? text.len : 60);
}

static const char *start(struct vater_str text)
{
  return text.ptr != NULL ? text.ptr : "";
}

static int no_memory(vater_call *call, struct dhis2 *dhis2)
{
  return dhis2->host->fail(call, VATER_E_NOMEM, "out of memory for %u observations",
                           dhis2->slot_count);
}

void dhis2_forget(struct dhis2 *dhis2)
{
  free(dhis2->slots);
  free(dhis2->table);
  free(dhis2->pool);
  dhis2->slots = NULL;
  dhis2->table = NULL;
  dhis2->pool = NULL;
  dhis2->slot_count = dhis2->slot_room = dhis2->table_size = 0;
  dhis2->pool_len = dhis2->pool_room = 0;
  dhis2->likely = 0;
  dhis2->records = 0;
  dhis2->told_count = 0;
  dhis2->dead = false;
}

/* ---- memory -------------------------------------------------------------------------------------
 */

static bool pool_room(struct dhis2 *dhis2, size_t wanted)
{
  size_t room = dhis2->pool_room == 0 ? 64 * 1024 : dhis2->pool_room;
  while (room < dhis2->pool_len + wanted)
    room *= 2;
  if (room == dhis2->pool_room)
    return true;
  char *fresh = room > POOL_BYTES_MAX ? NULL : mapping_grow(dhis2->pool, dhis2->pool_len, room);
  if (fresh == NULL)
    return false;
  dhis2->pool = fresh;
  dhis2->pool_room = room;
  return true;
}

/* With a NUL behind it. */
static bool pool_put(struct dhis2 *dhis2, struct vater_str text, size_t *at)
{
  if (!pool_room(dhis2, text.len + 1))
    return false;
  *at = dhis2->pool_len;
  if (text.len > 0)
    memcpy(dhis2->pool + *at, text.ptr, text.len);
  dhis2->pool[*at + text.len] = '\0';
  dhis2->pool_len += text.len + 1;
  return true;
}

/* Both halves of the product: what goes in cannot be chosen so that nothing remains of it. */
static uint64_t fold(uint64_t a, uint64_t b)
{
  __uint128_t product = (__uint128_t)a * b;
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* `seed`: where the instance lies in memory, which no payload knows. */
static uint32_t hash(const char *key, size_t len, uint64_t seed)
{
  uint64_t value = fold(seed ^ 0x9e3779b97f4a7c15u, len ^ 0xff51afd7ed558ccdu);
  uint64_t word;
  for (; len >= sizeof word; key += sizeof word, len -= sizeof word) {
    memcpy(&word, key, sizeof word);
    value = fold(value ^ word, seed ^ 0xc4ceb9fe1a85ec53u);
  }
  word = 0;
  memcpy(&word, key, len);
  value = fold(value ^ word, seed ^ 0x9fb21c651e98df25u);
  return (uint32_t)(value ^ value >> 32);
}

static bool grow_table(struct dhis2 *dhis2)
{
  uint32_t size = dhis2->table_size == 0 ? 4 * FIRST_SLOTS : dhis2->table_size * 2;
  struct dhis2_entry *fresh = mapping_grow(NULL, 0, size * sizeof *fresh);
  if (fresh == NULL)
    return false;
  memset(fresh, 0, size * sizeof *fresh);
  for (uint32_t i = 0; i < dhis2->table_size; i++) {
    const struct dhis2_entry *entry = &dhis2->table[i];
    uint32_t at = entry->hash & (size - 1);
    while (entry->slot != 0 && fresh[at].slot != 0)
      at = (at + 1) & (size - 1);
    if (entry->slot != 0)
      fresh[at] = *entry;
  }
  free(dhis2->table);
  dhis2->table = fresh;
  dhis2->table_size = size;
  return true;
}

static bool grow_slots(struct dhis2 *dhis2)
{
  if (dhis2->slot_count == dhis2->slot_room) {
    uint32_t room = dhis2->slot_room == 0 ? FIRST_SLOTS : dhis2->slot_room * 2;
    struct dhis2_slot *fresh =
        mapping_grow(dhis2->slots, dhis2->slot_count * sizeof *fresh, room * sizeof *fresh);
    if (fresh == NULL)
      return false;
    dhis2->slots = fresh;
    dhis2->slot_room = room;
  }
  return dhis2->table_size / 4 * 3 > dhis2->slot_count + 1 || grow_table(dhis2);
}

/* ---- what is joined by --------------------------------------------------------------------------
 */

/* Period, unit and combinations, each with a separator that no identifier holds, and the group. */
static size_t make_key(const struct dhis2_item *item, uint32_t group, char key[KEY_BYTES])
{
  static const enum dhis2_member by[] = {DHIS2_PERIOD, DHIS2_ORG_UNIT, DHIS2_CATEGORY,
                                         DHIS2_ATTRIBUTE};
  size_t used = 0;
  for (size_t i = 0; i < sizeof by / sizeof *by; i++) {
    struct vater_str text = item->members[by[i]].text;
    if (used + text.len + 1 + sizeof group > KEY_BYTES)
      return 0;
    if (text.len > 0)
      memcpy(key + used, text.ptr, text.len);
    used += text.len;
    key[used++] = '\x1f';
  }
  memcpy(key + used, &group, sizeof group);
  return used + sizeof group;
}

static bool has_key(const struct dhis2 *dhis2, const struct dhis2_slot *slot, const char *key,
                    size_t len)
{
  return slot->key_len == len && memcmp(dhis2->pool + slot->key, key, len) == 0;
}

/* Data values of one element mostly stand in the order of those of another: the slot after the last
 * one found is looked at first, which lies beside it in memory. */
static int find_slot(vater_call *call, struct dhis2 *dhis2, const char *key, size_t len,
                     struct dhis2_slot **slot, bool *fresh)
{
  if (!grow_slots(dhis2))
    return no_memory(call, dhis2);
  *fresh = false;
  if (dhis2->likely < dhis2->slot_count && has_key(dhis2, &dhis2->slots[dhis2->likely], key, len)) {
    *slot = &dhis2->slots[dhis2->likely++];
    return VATER_OK;
  }
  uint32_t mask = dhis2->table_size - 1;
  uint32_t hashed = hash(key, len, (uint64_t)(uintptr_t)dhis2);
  uint32_t at = hashed & mask;
  for (; dhis2->table[at].slot != 0; at = (at + 1) & mask) {
    *slot = &dhis2->slots[dhis2->table[at].slot - 1];
    if (dhis2->table[at].hash == hashed && has_key(dhis2, *slot, key, len)) {
      dhis2->likely = dhis2->table[at].slot;
      return VATER_OK;
    }
  }
  size_t place;
  *slot = &dhis2->slots[dhis2->slot_count];
  if (!pool_put(dhis2, (struct vater_str){key, len}, &place))
    return no_memory(call, dhis2);
  **slot = (struct dhis2_slot){.key = (uint32_t)place, .key_len = (uint16_t)len};
  dhis2->table[at] = (struct dhis2_entry){hashed, ++dhis2->slot_count};
  dhis2->likely = dhis2->slot_count;
  *fresh = true;
  return VATER_OK;
}

/* ---- one data value -----------------------------------------------------------------------------
 */

static bool is_ignored(const struct dhis2 *dhis2, struct vater_str element)
{
  const struct vater_node_api *node = dhis2->host->node;
  const vater_node *list = node->member(dhis2->root, "ignore");
  for (const vater_node *one = node->first(list); one != NULL; one = node->next(one))
    if (mapping_equal(node->text(one), element))
      return true;
  return false;
}

/* Where the member stands, or the data value that does not have it; no member stands at 0. */
static uint64_t place_of(const struct dhis2_item *item, enum dhis2_member member)
{
  return item->members[member].offset != 0 ? item->members[member].offset : item->offset;
}

static int complain(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                    const struct dhis2_item *item, enum dhis2_member member, const char *why)
{
  const struct dhis2_text *text = &item->members[member];
  return dhis2->host->table->finding(call, table, VATER_SEVERITY_ERROR, place_of(item, member),
                                     "%s: '%.*s' %s", dhis2_members[member], shown(text->text),
                                     start(text->text), why);
}

/* The members that must be there; *whole says whether they are. */
static int check_whole(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                       const struct dhis2_item *item, bool *whole)
{
  static const enum dhis2_member needed[] = {DHIS2_DATA_ELEMENT, DHIS2_PERIOD, DHIS2_ORG_UNIT};
  *whole = true;
  for (size_t i = 0; i < sizeof needed / sizeof *needed && *whole; i++) {
    if (item->members[needed[i]].text.len > 0)
      continue;
    *whole = false;
    return dhis2->host->table->finding(call, table, VATER_SEVERITY_ERROR, place_of(item, needed[i]),
                                       "the data value has no %s, nor has its set",
                                       dhis2_members[needed[i]]);
  }
  return VATER_OK;
}

static bool was_told(const struct dhis2 *dhis2, enum dhis2_member member, struct vater_str text)
{
  for (uint32_t i = 0; i < dhis2->told_count; i++)
    if (dhis2->told[i].member == member &&
        mapping_equal((struct vater_str){dhis2->pool + dhis2->told[i].at, dhis2->told[i].len},
                      text))
      return true;
  return false;
}

/* Each identifier once, at the first value that has it: sets repeat few of them very often. */
static int complain_unmapped(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                             const struct dhis2_item *item, enum dhis2_member member)
{
  struct vater_str text = item->members[member].text;
  struct dhis2_told *fresh = &dhis2->told[dhis2->told_count];
  if (was_told(dhis2, member, text))
    return VATER_OK;
  if (dhis2->told_count < DHIS2_TOLD) {
    if (!pool_put(dhis2, text, &fresh->at))
      return no_memory(call, dhis2);
    fresh->member = member;
    fresh->len = text.len;
    dhis2->told_count++;
  }
  return complain(call, dhis2, table, item, member, "is not in the mapping");
}

static bool attribute_fits(const struct dhis2 *dhis2, struct vater_str attribute)
{
  if (attribute.len == 0)
    return true;
  const struct vater_node_api *node = dhis2->host->node;
  const vater_node *list = node->member(dhis2->root, "attributeOptionCombo");
  for (const vater_node *one = node->first(list); one != NULL; one = node->next(one))
    if (mapping_equal(node->text(one), attribute))
      return true;
  return false;
}

/* What the mapping makes of the identifiers; *known says whether it knows them all. */
static int look_up(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                   const struct dhis2_item *item, struct dhis2_slot *found, bool *known)
{
  const struct vater_host *host = dhis2->host;
  struct vater_str category = item->members[DHIS2_CATEGORY].text;
  *known = false;
  found->org_unit = mapping_index_find(host, &dhis2->units, item->members[DHIS2_ORG_UNIT].text);
  if (dhis2->units.count > 0 && found->org_unit == UINT32_MAX)
    return complain_unmapped(call, dhis2, table, item, DHIS2_ORG_UNIT);
  found->category = mapping_index_find(host, &dhis2->categories, category);
  if (category.len > 0 && found->category == UINT32_MAX)
    return complain_unmapped(call, dhis2, table, item, DHIS2_CATEGORY);
  if (!attribute_fits(dhis2, item->members[DHIS2_ATTRIBUTE].text))
    return complain_unmapped(call, dhis2, table, item, DHIS2_ATTRIBUTE);
  char period[MAPPING_PERIOD_BYTES];
  const char *why = mapping_period(item->members[DHIS2_PERIOD].text, period);
  if (why != NULL)
    return complain(call, dhis2, table, item, DHIS2_PERIOD, why);
  *known = true;
  return VATER_OK;
}

static int put_number(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                      const struct dhis2_item *item, int part, struct dhis2_slot *slot)
{
  char number[MAPPING_NUMBER_BYTES];
  uint32_t bit = 1u << part;
  if ((slot->have & bit) != 0)
    return complain(call, dhis2, table, item, DHIS2_DATA_ELEMENT,
                    "stands twice for the same period, orgUnit and combinations");
  slot->have |= bit;
  slot->offsets[part] = (uint32_t)place_of(item, DHIS2_VALUE);
  if (item->members[DHIS2_VALUE].text.len == 0)
    return VATER_OK; /* absent: not zero */
  const char *why = mapping_number(item->members[DHIS2_VALUE].text, &dhis2->dialect, number);
  if (why != NULL) {
    slot->have |= DHIS2_FAULTY;
    return complain(call, dhis2, table, item, DHIS2_VALUE, why);
  }
  size_t at;
  if (!pool_put(dhis2, (struct vater_str){number, strlen(number)}, &at))
    return no_memory(call, dhis2);
  slot->numbers[part] = (uint32_t)at + 1; /* 0: none */
  return VATER_OK;
}

static int join(vater_call *call, struct dhis2 *dhis2, vater_table *table,
                const struct dhis2_item *item, const struct dhis2_measure *measure)
{
  char key[KEY_BYTES];
  bool fresh, known;
  struct dhis2_slot *slot = NULL, found = {0};
  int status = look_up(call, dhis2, table, item, &found, &known);
  if (status != VATER_OK || !known)
    return status;
  size_t len = make_key(item, measure->group, key);
  if (len == 0)
    return complain(call, dhis2, table, item, DHIS2_ORG_UNIT, "has identifiers that are too long");
  status = find_slot(call, dhis2, key, len, &slot, &fresh);
  if (status != VATER_OK)
    return status;
  if (fresh) {
    slot->group = measure->group;
    slot->org_unit = found.org_unit;
    slot->category = found.category;
    slot->period_len = (uint16_t)item->members[DHIS2_PERIOD].text.len;
    slot->offset = (uint32_t)item->offset;
    slot->period_offset = (uint32_t)item->members[DHIS2_PERIOD].offset;
    slot->org_offset = (uint32_t)item->members[DHIS2_ORG_UNIT].offset;
  }
  return put_number(call, dhis2, table, item, measure->part, slot);
}

int dhis2_take(vater_call *call, struct dhis2 *dhis2, const struct dhis2_item *item,
               vater_table *table)
{
  bool whole;
  int status = check_whole(call, dhis2, table, item, &whole);
  if (status != VATER_OK || !whole)
    return status;
  struct vater_str element = item->members[DHIS2_DATA_ELEMENT].text;
  uint32_t index = mapping_index_find(dhis2->host, &dhis2->elements, element);
  struct vater_str deleted = item->members[DHIS2_DELETED].text;
  bool gone = mapping_equal_nocase(deleted, (struct vater_str){"true", 4});
  if (!gone && deleted.len > 0 && !mapping_equal_nocase(deleted, (struct vater_str){"false", 5}))
    return complain(call, dhis2, table, item, DHIS2_DELETED, "is neither true nor false");
  if (gone)
    return dhis2->host->table->finding(call, table, VATER_SEVERITY_INFO, item->offset,
                                       "a data value that is marked as deleted is not read");
  if (index != UINT32_MAX)
    return join(call, dhis2, table, item, &dhis2->measures[index]);
  if (is_ignored(dhis2, element))
    return VATER_OK;
  return complain_unmapped(call, dhis2, table, item, DHIS2_DATA_ELEMENT);
}

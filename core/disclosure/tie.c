#include "disclosure/sums.h"

#include "base/buffer.h"
#include "base/limits.h"

#include <stdio.h>

/*
 * Identities are numbered in order of their first row. A group is a total and its parts along one
 * way; a line is an identity through the periods.
 */

enum { KEY_BYTES = 4096, WAY_BYTES = 64 };

/* In how many ways a row can be a part: each dimension, and the area. */
static const uint64_t ways = VT_LIMIT_BREAKDOWN_DIMENSIONS + 1;

struct identity {
  uint32_t first, last, vintages; /* rows, along struct vt_cell.next */
  uint32_t period;                /* dictionary id */
};

struct members {
  uint32_t *list;
  uint32_t count, room;
};

struct tying {
  struct vt_sums *sums;
  struct vt_map identities, groups, lines;
  struct identity *identity;
  struct members *group, *line; /* of identities; a group's first one is the total */
  struct vt_buffer key;
  bool starved;
};

/* What tells rows of one indicator, actor and role apart. */
struct name {
  struct vater_str area, breakdown, period;
};

static struct name name_of(const struct vt_table *table, uint32_t row)
{
  return (struct name){vt_table_cell(table, row, VATER_COLUMN_AREA),
                       vt_table_cell(table, row, VATER_COLUMN_BREAKDOWN),
                       vt_table_cell(table, row, VATER_COLUMN_PERIOD)};
}

static struct vater_str key_of(struct tying *tying, uint32_t row, const struct name *name)
{
  const struct vt_table *table = tying->sums->table;
  const struct vater_str parts[] = {vt_table_cell(table, row, VATER_COLUMN_INDICATOR),
                                    vt_table_actor(table, row),
                                    vt_table_cell(table, row, VATER_COLUMN_AREA_ROLE),
                                    name->area,
                                    name->breakdown,
                                    name->period};
  vt_buffer_reset(&tying->key);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    vt_buffer_append(&tying->key, parts[i]);
    vt_buffer_char(&tying->key, '\n');
  }
  tying->starved |= tying->key.failed;
  return vt_buffer_str(&tying->key);
}

/* The number of the key in `map`, a new one where it was not there. */
static uint32_t number_of(struct tying *tying, struct vt_map *map, struct vater_str key)
{
  bool added = false;
  const uint64_t *known = vt_map_get(map, key);
  if (known != NULL)
    return (uint32_t)*known;
  struct vater_str kept = vt_arena_copy(tying->sums->arena, key);
  uint64_t *place = kept.ptr == NULL ? NULL : vt_map_put(map, kept, &added);
  tying->starved |= place == NULL;
  if (place == NULL)
    return 0;
  *place = map->count - 1;
  return map->count - 1;
}

static bool number_known(const struct vt_map *map, struct vater_str key, uint32_t *number)
{
  const uint64_t *known = vt_map_get(map, key);
  *number = known == NULL ? 0 : (uint32_t)*known;
  return known != NULL;
}

static void add_member(struct tying *tying, struct members *members, uint32_t member)
{
  if (members->count == members->room) {
    uint32_t room = members->room == 0 ? 8 : members->room * 2;
    uint32_t *list = vt_arena_array(tying->sums->arena, room, sizeof *list);
    tying->starved |= list == NULL;
    if (list == NULL)
      return;
    if (members->count > 0)
      memcpy(list, members->list, members->count * sizeof *list);
    *members = (struct members){list, members->count, room};
  }
  members->list[members->count++] = member;
}

/* ---- identities and vintages ------------------------------------------------------------------
 */

/* Vintages are a ring, and all are hidden where one is. */
static void add_row(struct tying *tying, uint32_t row)
{
  struct vt_cell *cells = tying->sums->cells;
  const struct name name = name_of(tying->sums->table, row);
  uint32_t before = tying->identities.count;
  uint32_t number = number_of(tying, &tying->identities, key_of(tying, row, &name));
  if (tying->starved)
    return;
  struct identity *identity = &tying->identity[number];
  if (tying->identities.count > before) {
    *identity = (struct identity){.first = row, .last = row, .vintages = 1};
    return;
  }
  cells[identity->last].next = row;
  cells[row].next = identity->first;
  if (cells[row].hidden != cells[identity->first].hidden)
    for (uint32_t at = identity->first, i = 0; i <= identity->vintages; i++, at = cells[at].next)
      cells[at].hidden = true;
  identity->last = row;
  identity->vintages++;
}

/* ---- totals -----------------------------------------------------------------------------------
 */

static void add_part(struct tying *tying, uint32_t total, uint32_t part, struct vater_str way)
{
  char key[16 + WAY_BYTES];
  int len =
      snprintf(key, sizeof key, "%u %.*s", total, VT_STR_ARGS(vt_str_slice(way, 0, WAY_BYTES)));
  uint32_t before = tying->groups.count;
  uint32_t number = number_of(tying, &tying->groups, (struct vater_str){key, (size_t)len});
  tying->starved |= number >= ways * tying->sums->table->rows;
  if (tying->starved)
    return;
  if (tying->groups.count > before)
    add_member(tying, &tying->group[number], total);
  add_member(tying, &tying->group[number], part);
}

/* The totals over each dimension, "age=67-79;sex=F" without one. */
static void tie_breakdown(struct tying *tying, uint32_t part, uint32_t row)
{
  const struct name name = name_of(tying->sums->table, row);
  struct vater_str breakdown = name.breakdown;
  char without[KEY_BYTES];
  size_t end;
  if (breakdown.len >= sizeof without)
    return;
  for (size_t at = 0; at < breakdown.len; at = end + 1) {
    end = vt_str_find(breakdown, VT_STR(";"), at);
    size_t before = at > 0 && end == breakdown.len ? at - 1 : at;
    size_t behind = end < breakdown.len ? end + 1 : end;
    memcpy(without, breakdown.ptr, before);
    memcpy(without + before, breakdown.ptr + behind, breakdown.len - behind);
    struct name total = name;
    total.breakdown = (struct vater_str){without, before + breakdown.len - behind};
    struct vater_str way = vt_str_slice(breakdown, at, vt_str_find(breakdown, VT_STR("="), at));
    uint32_t found;
    if (number_known(&tying->identities, key_of(tying, row, &total), &found))
      add_part(tying, found, part, way);
  }
}

/* The nearest area above that is there: district, municipality, county, nation; region, nation. */
static void tie_area(struct tying *tying, uint32_t part, uint32_t row)
{
  struct name name = name_of(tying->sums->table, row);
  struct vater_str area = name.area;
  bool region = area.len == 3 && area.ptr[0] == 'H';
  bool digit = area.len > 0 && area.ptr[0] >= '0' && area.ptr[0] <= '9';
  if (!region && (!digit || area.len % 2 != 0 || area.len > 6))
    return;
  for (size_t len = region ? 2 : area.len; len >= 2; len -= 2) {
    uint32_t found;
    name.area = len > 2 ? (struct vater_str){area.ptr, len - 2} : VT_STR("NO");
    if (!number_known(&tying->identities, key_of(tying, row, &name), &found))
      continue;
    add_part(tying, found, part, region ? VT_STR("=region") : VT_STR("=area"));
    return;
  }
}

static int add_group(struct tying *tying, const struct members *group)
{
  uint32_t vintages = 1;
  int status = VATER_OK;
  struct vt_term *terms = vt_arena_array(tying->sums->arena, group->count, sizeof *terms);
  if (terms == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < group->count; i++) {
    const struct identity *one = &tying->identity[group->list[i]];
    vintages = one->vintages > vintages ? one->vintages : vintages;
    terms[i] = (struct vt_term){one->first, i == 0 ? 1 : -1};
  }
  for (uint32_t number = 0; number < vintages && status == VATER_OK; number++) {
    status = vt_sums_add(tying->sums, terms, group->count, false);
    /* to the next vintage, or the last one where there are fewer */
    for (uint32_t i = 0; i < group->count; i++)
      if (terms[i].cell != tying->identity[group->list[i]].last)
        terms[i].cell = tying->sums->cells[terms[i].cell].next;
  }
  return status;
}

/* ---- differences ------------------------------------------------------------------------------
 */

static int add_difference(struct tying *tying, uint32_t later, uint32_t earlier)
{
  const struct vt_term terms[] = {{later, 1}, {earlier, -1}};
  return vt_sums_add(tying->sums, terms, 2, true);
}

static int add_vintages(struct tying *tying, const struct identity *identity)
{
  int status = VATER_OK;
  for (uint32_t row = identity->first; row != identity->last && status == VATER_OK;) {
    uint32_t next = tying->sums->cells[row].next;
    status = add_difference(tying, next, row);
    row = next;
  }
  return status;
}

static int compare_periods(const struct tying *tying, uint32_t a, uint32_t b)
{
  const struct vt_table *table = tying->sums->table;
  return vt_str_compare(vt_table_cell(table, tying->identity[a].first, VATER_COLUMN_PERIOD),
                        vt_table_cell(table, tying->identity[b].first, VATER_COLUMN_PERIOD));
}

/* Periods of one frequency are in order as texts; few to a line. */
static int add_line(struct tying *tying, struct members *line)
{
  int status = VATER_OK;
  for (uint32_t i = 1; i < line->count; i++) {
    uint32_t moved = line->list[i];
    uint32_t to = i;
    for (; to > 0 && compare_periods(tying, line->list[to - 1], moved) > 0; to--)
      line->list[to] = line->list[to - 1];
    line->list[to] = moved;
  }
  for (uint32_t i = 1; i < line->count && status == VATER_OK; i++)
    status = add_difference(tying, tying->identity[line->list[i]].last,
                            tying->identity[line->list[i - 1]].last);
  return status;
}

/* ---- all --------------------------------------------------------------------------------------
 */

static void read_rows(struct tying *tying)
{
  const struct vt_sums *sums = tying->sums;
  for (uint32_t row = 0; row < sums->table->rows && !tying->starved; row++)
    if (sums->disclosures[row].purpose != VT_DISCLOSURE_NONE)
      add_row(tying, row);
  for (uint32_t i = 0; i < tying->identities.count && !tying->starved; i++) {
    uint32_t row = tying->identity[i].first;
    tie_breakdown(tying, i, row);
    tie_area(tying, i, row);
    struct name name = name_of(sums->table, row);
    name.period = VT_STR_NONE;
    if (sums->disclosures[row].cumulative)
      add_member(tying, &tying->line[number_of(tying, &tying->lines, key_of(tying, row, &name))],
                 i);
  }
}

static int add_all(struct tying *tying)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < tying->groups.count && status == VATER_OK; i++)
    status = add_group(tying, &tying->group[i]);
  for (uint32_t i = 0; i < tying->identities.count && status == VATER_OK; i++)
    status = add_vintages(tying, &tying->identity[i]);
  for (uint32_t i = 0; i < tying->lines.count && status == VATER_OK; i++)
    status = add_line(tying, &tying->line[i]);
  return status;
}

int vt_sums_tie(struct vt_sums *sums)
{
  struct tying tying = {.sums = sums};
  size_t rows = (size_t)sums->table->rows + 1;
  vt_map_init(&tying.identities, sums->allocator, UINT32_MAX / 2, 0);
  vt_map_init(&tying.groups, sums->allocator, UINT32_MAX / 2, 0);
  vt_map_init(&tying.lines, sums->allocator, UINT32_MAX / 2, 0);
  vt_buffer_init(&tying.key, sums->allocator, SIZE_MAX);
  tying.identity = vt_arena_array(sums->arena, rows, sizeof *tying.identity);
  tying.group = vt_arena_array(sums->arena, rows * ways, sizeof *tying.group);
  tying.line = vt_arena_array(sums->arena, rows, sizeof *tying.line);
  tying.starved = tying.identity == NULL || tying.group == NULL || tying.line == NULL;
  if (!tying.starved)
    read_rows(&tying);
  int status = tying.starved ? VATER_E_NOMEM : add_all(&tying);
  vt_buffer_fini(&tying.key);
  vt_map_fini(&tying.identities);
  vt_map_fini(&tying.groups);
  vt_map_fini(&tying.lines);
  return status;
}

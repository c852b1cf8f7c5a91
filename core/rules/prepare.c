#include "rules/judging.h"

#include <stdlib.h>

/* Which of the words the action is; the schema or format has refused any other. */
static uint8_t action_bit(struct vater_str word)
{
  if (vt_str_is(word, "correct"))
    return VT_ACTION_CORRECT;
  return vt_str_is(word, "withdraw") ? VT_ACTION_WITHDRAW : VT_ACTION_REPORT;
}

uint32_t vt_judging_actor(const struct vt_judging *judging, uint32_t row)
{
  const struct vt_table *table = judging->table;
  const uint32_t *ids = table->columns[VATER_COLUMN_ACTOR].ids;
  uint32_t id = ids == NULL ? VT_TABLE_NO_TEXT : ids[row];
  return id != VT_TABLE_NO_TEXT ? id : table->head_texts[VATER_HEAD_REPORTER];
}

static uint32_t text_id(const struct vt_table *table, uint32_t row, int column)
{
  const uint32_t *ids = table->columns[column].ids;
  return ids == NULL ? VT_TABLE_NO_TEXT : ids[row];
}

static void note_period(struct vt_judging *judging, uint32_t id)
{
  struct vt_text_fact *fact = &judging->facts[id];
  if (id == VT_TABLE_NO_TEXT || fact->period != 0)
    return;
  struct vt_period_days *days = &judging->periods[judging->period_count];
  fact->period = UINT32_MAX;
  if (!vt_period_parse(vt_table_text(judging->table, id), &days->period))
    return;
  vt_date_print(days->period.start, days->start);
  vt_date_print(days->period.end, days->end);
  fact->period = ++judging->period_count;
}

/* Distinct periods are counted before there is room for them. */
static int find_periods(struct vt_judging *judging)
{
  const struct vt_table *table = judging->table;
  uint32_t distinct = 0;
  for (uint32_t row = 0; row < table->rows; row++) {
    struct vt_text_fact *fact = &judging->facts[text_id(table, row, VATER_COLUMN_PERIOD)];
    distinct += fact->period == 0;
    fact->period = 1;
  }
  judging->periods = vt_arena_array(judging->arena, distinct + 1, sizeof *judging->periods);
  if (judging->periods == NULL)
    return VATER_E_NOMEM;
  for (uint32_t row = 0; row < table->rows; row++)
    judging->facts[text_id(table, row, VATER_COLUMN_PERIOD)].period = 0;
  for (uint32_t row = 0; row < table->rows; row++)
    note_period(judging, text_id(table, row, VATER_COLUMN_PERIOD));
  return VATER_OK;
}

static int find_actor_types(struct vt_judging *judging)
{
  const struct vt_rules_context *context = judging->context;
  const struct vt_table *table = judging->table;
  struct vt_map map;
  vt_map_init(&map, &judging->rules->environment->allocator, UINT32_MAX - 1, judging->rules->seed);
  int status = VATER_OK;
  for (size_t i = 0; i < context->actor_count && status == VATER_OK; i++) {
    bool added;
    uint64_t *value = vt_map_put(&map, context->actors[i].orgnr, &added);
    if (value == NULL)
      status = VATER_E_NOMEM;
    else if (added)
      *value = i + 1;
  }
  uint32_t before = UINT32_MAX;
  for (uint32_t row = 0; row < table->rows && context->actor_count > 0 && status == VATER_OK;
       row++) {
    uint32_t id = vt_judging_actor(judging, row);
    if (id == before)
      continue;
    before = id;
    uint64_t *value = vt_map_get(&map, vt_table_text(table, id));
    judging->facts[id].actor_type = value == NULL ? 0 : (uint32_t)*value;
  }
  vt_map_fini(&map);
  return status;
}

static uint16_t group_of(struct vt_judging *judging, uint32_t id, uint32_t *unknown)
{
  struct vt_text_fact *fact = &judging->facts[id];
  if (fact->group != 0)
    return (uint16_t)(fact->group - 1);
  const struct vt_rules *rules = judging->rules;
  const uint64_t *index = vt_map_get(&rules->ids, vt_table_text(judging->table, id));
  if (index == NULL && *unknown != UINT32_MAX) {
    fact->group = *unknown + 1;
    return (uint16_t)*unknown;
  }
  struct vt_group *group = &judging->groups[judging->group_count];
  group->indicator = index == NULL ? NULL : &rules->indicators[*index];
  group->collected =
      group->indicator != NULL &&
      (group->indicator->info.state == VT_INDICATOR_ADOPTED ||
       (judging->context->proposed && group->indicator->info.state == VT_INDICATOR_PROPOSED));
  if (index == NULL)
    *unknown = judging->group_count;
  fact->group = ++judging->group_count;
  return (uint16_t)(judging->group_count - 1);
}

static void find_groups(struct vt_judging *judging)
{
  const struct vt_table *table = judging->table;
  uint32_t unknown = UINT32_MAX, before = UINT32_MAX;
  uint8_t bit = VT_ACTION_REPORT;
  for (uint32_t row = 0; row < table->rows; row++) {
    judging->row_group[row] =
        group_of(judging, text_id(table, row, VATER_COLUMN_INDICATOR), &unknown);
    uint32_t action = text_id(table, row, VATER_COLUMN_ACTION);
    if (action != before)
      bit = action_bit(vt_table_text(table, action));
    before = action;
    judging->actions[row] = bit;
  }
}

/* ---- sets of rows by the ids of some columns ----------------------------------------------- */

enum { KEY_MAX = 6 };

struct row_key {
  uint32_t ids[KEY_MAX];
};

struct row_set {
  uint32_t *slots; /* number + 1; 0: empty */
  uint64_t mask, seed;
};

static int set_init(const struct vt_judging *judging, struct row_set *set)
{
  uint64_t room = 16;
  while (room < (uint64_t)judging->table->rows * 2)
    room *= 2;
  set->mask = room - 1;
  set->seed = judging->rules->seed;
  set->slots = vt_alloc(&judging->rules->environment->allocator, room * sizeof *set->slots);
  if (set->slots == NULL)
    return VATER_E_NOMEM;
  memset(set->slots, 0, room * sizeof *set->slots);
  return VATER_OK;
}

static uint64_t hash_key(const struct row_key *key, uint64_t seed)
{
  uint64_t hash = seed;
  for (int i = 0; i < KEY_MAX; i += 2) {
    hash ^= (uint64_t)key->ids[i] << 32 | key->ids[i + 1];
    hash *= 0x9e3779b97f4a7c15u;
    hash ^= hash >> 29;
  }
  hash *= 0xbf58476d1ce4e5b9u;
  return hash ^ hash >> 32;
}

typedef void key_maker(const struct vt_judging *, uint32_t number, struct row_key *key);

/* The number that an equal key was put under, or `number` itself, now put. */
static uint32_t set_put(struct row_set *set, const struct vt_judging *judging, key_maker *make,
                        const struct row_key *key, uint32_t number)
{
  uint64_t at = hash_key(key, set->seed) & set->mask;
  for (; set->slots[at] != 0; at = (at + 1) & set->mask) {
    struct row_key other;
    make(judging, set->slots[at] - 1, &other);
    if (memcmp(&other, key, sizeof other) == 0)
      return set->slots[at] - 1;
  }
  set->slots[at] = number + 1;
  return number;
}

static void block_key(const struct vt_judging *judging, uint32_t number, struct row_key *key)
{
  const struct vt_block *block = &judging->blocks[number];
  *key = (struct row_key){{block->actor, block->indicator, block->period}};
}

static void identity_key(const struct vt_judging *judging, uint32_t row, struct row_key *key)
{
  const struct vt_table *table = judging->table;
  *key = (struct row_key){{judging->row_block[row], text_id(table, row, VATER_COLUMN_AREA),
                           text_id(table, row, VATER_COLUMN_AREA_ROLE),
                           text_id(table, row, VATER_COLUMN_BREAKDOWN)}};
}

static void area_key(const struct vt_judging *judging, uint32_t row, struct row_key *key)
{
  identity_key(judging, row, key);
  key->ids[3] = 0;
}

int vt_judging_add_block(struct vt_judging *judging, uint32_t actor, uint32_t indicator,
                         uint32_t period, uint32_t row)
{
  if (judging->block_count == judging->block_room) {
    uint32_t room = judging->block_room == 0 ? 64 : judging->block_room * 2;
    struct vt_block *larger = vt_resize(&judging->rules->environment->allocator, judging->blocks,
                                        room * sizeof *judging->blocks);
    if (larger == NULL)
      return VATER_E_NOMEM;
    judging->blocks = larger;
    judging->block_room = room;
  }
  judging->blocks[judging->block_count++] =
      (struct vt_block){.actor = actor, .indicator = indicator, .period = period, .first_row = row};
  return VATER_OK;
}

static int find_blocks(struct vt_judging *judging)
{
  const struct vt_table *table = judging->table;
  struct row_set set;
  int status = set_init(judging, &set);
  struct row_key before = {{UINT32_MAX}};
  uint32_t block = 0;
  for (uint32_t row = 0; row < table->rows && status == VATER_OK; row++) {
    struct row_key key = {{vt_judging_actor(judging, row),
                           text_id(table, row, VATER_COLUMN_INDICATOR),
                           text_id(table, row, VATER_COLUMN_PERIOD)}};
    if (memcmp(&key, &before, sizeof key) != 0) {
      block = set_put(&set, judging, block_key, &key, judging->block_count);
      if (block == judging->block_count)
        status = vt_judging_add_block(judging, key.ids[0], key.ids[1], key.ids[2], row);
      before = key;
    }
    if (status != VATER_OK)
      break;
    judging->row_block[row] = block;
    judging->blocks[block].rows++;
  }
  vt_free(&judging->rules->environment->allocator, set.slots);
  return status;
}

static int find_duplicates(struct vt_judging *judging)
{
  struct row_set set;
  int status = set_init(judging, &set);
  for (uint32_t row = 0; row < judging->table->rows && status == VATER_OK; row++) {
    struct row_key key;
    identity_key(judging, row, &key);
    judging->duplicates[row] = set_put(&set, judging, identity_key, &key, row) != row;
  }
  vt_free(&judging->rules->environment->allocator, set.slots);
  return status;
}

/* ---- partitions ------------------------------------------------------------------------------ */

typedef uint32_t part_of(const struct vt_judging *judging, const uint32_t *numbers, uint32_t row);

static int cut(struct vt_judging *judging, const uint32_t *numbers, part_of *part, uint32_t parts,
               struct vt_partition *partition)
{
  uint32_t rows = judging->table->rows;
  partition->parts = parts;
  partition->starts = vt_arena_array(judging->arena, (size_t)parts + 2, sizeof(uint32_t));
  partition->rows = vt_arena_array(judging->arena, (size_t)rows + 1, sizeof(uint32_t));
  if (partition->starts == NULL || partition->rows == NULL)
    return VATER_E_NOMEM;
  uint32_t *starts = partition->starts;
  for (uint32_t row = 0; row < rows; row++)
    starts[part(judging, numbers, row) + 2]++;
  for (uint32_t i = 2; i <= parts; i++)
    starts[i] += starts[i - 1];
  for (uint32_t row = 0; row < rows; row++)
    partition->rows[starts[part(judging, numbers, row) + 1]++] = row;
  return VATER_OK;
}

static uint32_t part_is_group(const struct vt_judging *judging, const uint32_t *numbers,
                              uint32_t row)
{
  (void)numbers;
  return judging->row_group[row];
}

static uint32_t part_is_block(const struct vt_judging *judging, const uint32_t *numbers,
                              uint32_t row)
{
  (void)numbers;
  return judging->row_block[row];
}

static uint32_t part_is_numbered(const struct vt_judging *judging, const uint32_t *numbers,
                                 uint32_t row)
{
  (void)judging;
  return numbers[row];
}

int vt_judging_by_block(struct vt_judging *judging)
{
  if (judging->by_block.rows != NULL)
    return VATER_OK;
  return cut(judging, NULL, part_is_block, judging->block_count, &judging->by_block);
}

/* Rows with equal keys are a part; parts in order of their first row. */
static int cut_by(struct vt_judging *judging, key_maker *make, struct vt_partition *partition)
{
  uint32_t rows = judging->table->rows, parts = 0;
  const struct vt_allocator *allocator = &judging->rules->environment->allocator;
  uint32_t *numbers = vt_arena_array(judging->arena, (size_t)rows + 1, sizeof *numbers);
  struct row_set set = {0};
  int status = numbers == NULL ? VATER_E_NOMEM : set_init(judging, &set);
  for (uint32_t row = 0; row < rows && status == VATER_OK; row++) {
    struct row_key key;
    make(judging, row, &key);
    uint32_t first = set_put(&set, judging, make, &key, row);
    numbers[row] = first == row ? parts++ : numbers[first];
  }
  if (status == VATER_OK)
    status = cut(judging, numbers, part_is_numbered, parts, partition);
  partition->part = numbers;
  vt_free(allocator, set.slots);
  return status;
}

int vt_judging_by_area(struct vt_judging *judging)
{
  return judging->by_area.rows != NULL ? VATER_OK : cut_by(judging, area_key, &judging->by_area);
}

/* ---- over time and actors ---------------------------------------------------------------------
 */

static void period_key(const struct vt_judging *judging, uint32_t row, struct row_key *key)
{
  *key = (struct row_key){{judging->row_group[row],
                           text_id(judging->table, row, VATER_COLUMN_INDICATOR),
                           text_id(judging->table, row, VATER_COLUMN_PERIOD)}};
}

static void peers_key(const struct vt_judging *judging, uint32_t row, struct row_key *key)
{
  period_key(judging, row, key);
  key->ids[3] = text_id(judging->table, row, VATER_COLUMN_AREA_ROLE);
  key->ids[4] = text_id(judging->table, row, VATER_COLUMN_BREAKDOWN);
}

static void series_key(const struct vt_judging *judging, uint32_t row, struct row_key *key)
{
  const struct vt_table *table = judging->table;
  const struct vt_period_days *days = vt_judging_period(judging, row);
  *key = (struct row_key){
      {vt_judging_actor(judging, row), text_id(table, row, VATER_COLUMN_INDICATOR),
       text_id(table, row, VATER_COLUMN_AREA), text_id(table, row, VATER_COLUMN_AREA_ROLE),
       text_id(table, row, VATER_COLUMN_BREAKDOWN),
       days == NULL ? UINT32_MAX : (uint32_t)days->period.kind}};
}

struct dated_row {
  int64_t start;
  uint32_t row;
};

static int compare_dated(const void *left, const void *right)
{
  const struct dated_row *a = left, *b = right;
  if (a->start != b->start)
    return a->start < b->start ? -1 : 1;
  return (a->row > b->row) - (a->row < b->row);
}

static int sort_series(struct vt_judging *judging)
{
  struct vt_partition *series = &judging->wide->by_series;
  uint32_t rows = judging->table->rows;
  struct dated_row *dated = vt_arena_array(judging->arena, (size_t)rows + 1, sizeof *dated);
  judging->wide->places = vt_arena_array(judging->arena, (size_t)rows + 1, sizeof(uint32_t));
  if (dated == NULL || judging->wide->places == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < rows; i++) {
    const struct vt_period_days *days = vt_judging_period(judging, series->rows[i]);
    dated[i] = (struct dated_row){days == NULL ? INT64_MIN : days->period.start, series->rows[i]};
  }
  for (uint32_t part = 0; part < series->parts; part++)
    qsort(dated + series->starts[part], series->starts[part + 1] - series->starts[part],
          sizeof *dated, compare_dated);
  for (uint32_t i = 0; i < rows; i++) {
    series->rows[i] = dated[i].row;
    judging->wide->places[dated[i].row] = i;
  }
  return VATER_OK;
}

int vt_judging_by_wide(struct vt_judging *judging)
{
  struct vt_wide *wide = judging->wide;
  int status = cut_by(judging, series_key, &wide->by_series);
  if (status == VATER_OK)
    status = sort_series(judging);
  if (status == VATER_OK)
    status = cut_by(judging, period_key, &wide->by_period);
  return status == VATER_OK ? cut_by(judging, peers_key, &wide->by_peers) : status;
}

static bool make_room(struct vt_judging *judging)
{
  size_t rows = (size_t)judging->table->rows + 1, texts = (size_t)judging->table->texts + 1;
  struct vt_arena *arena = judging->arena;
  const struct vt_rules *rules = judging->rules;
  judging->facts = vt_arena_array(arena, texts, sizeof *judging->facts);
  judging->actions = vt_arena_array(arena, rows, sizeof *judging->actions);
  judging->row_block = vt_arena_array(arena, rows, sizeof *judging->row_block);
  judging->row_group = vt_arena_array(arena, rows, sizeof *judging->row_group);
  judging->duplicates = vt_arena_array(arena, rows, sizeof *judging->duplicates);
  judging->groups =
      vt_arena_array(arena, (size_t)rules->indicator_count + 1, sizeof *judging->groups);
  judging->states = vt_arena_array(arena, (size_t)rules->rule_count + 1, sizeof *judging->states);
  return judging->facts != NULL && judging->actions != NULL && judging->row_block != NULL &&
         judging->row_group != NULL && judging->duplicates != NULL && judging->groups != NULL &&
         judging->states != NULL;
}

int vt_judging_prepare(struct vt_judging *judging)
{
  if (!make_room(judging))
    return VATER_E_NOMEM;
  int status = find_periods(judging);
  if (status == VATER_OK)
    status = find_actor_types(judging);
  if (status == VATER_OK) {
    find_groups(judging);
    status = find_blocks(judging);
  }
  if (status == VATER_OK)
    status = find_duplicates(judging);
  if (status == VATER_OK)
    status = cut(judging, NULL, part_is_group, judging->group_count, &judging->by_group);
  return status;
}

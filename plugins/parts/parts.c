#include "parts.h"

#include "edges.h"
#include "texts.h"

#include <stdlib.h>
#include <string.h>

enum { IDENTITY = 6, BREAKDOWN_AT = 5, AREA_AT = 3, KEY_BYTES = 2048 };

static const int identity_columns[IDENTITY] = {VATER_COLUMN_INDICATOR, VATER_COLUMN_ACTOR,
                                               VATER_COLUMN_PERIOD,    VATER_COLUMN_AREA,
                                               VATER_COLUMN_AREA_ROLE, VATER_COLUMN_BREAKDOWN};

/* What tells an observation from others: the numbers of its texts, of which an absent one is empty.
 */
struct identity {
  uint32_t text[IDENTITY];
};

/* One dimension of a breakdown, and the breakdown without it: TEXTS_NONE where no row has that. */
struct step {
  uint32_t dimension, rest;
};

/* The steps of a breakdown, or of an area the one to its parent; count UNKNOWN: not looked at. */
struct steps {
  uint32_t first, count;
};

#define UNKNOWN UINT32_MAX

struct parts {
  const struct vater_host *host;
  const vater_table *rows;
  uint32_t row_count;
  struct texts texts;
  struct identity *identities; /* by row */
  uint32_t *slots;             /* first row of an identity, + 1; 0: empty */
  uint64_t mask;
  struct steps *breakdowns;
  struct step *steps;
  size_t step_count, step_room;
  struct edges edges;
};

/* Room for one more item behind `count`. */
static bool make_room(void **items, size_t count, size_t *room, size_t width)
{
  if (count < *room)
    return true;
  size_t wanted = *room == 0 ? 256 : *room * 2;
  void *grown = realloc(*items, wanted * width);
  if (grown == NULL)
    return false;
  *items = grown;
  *room = wanted;
  return true;
}

/* ---- identities ------------------------------------------------------------------------------ */

static uint64_t hash_identity(const struct parts *parts, const struct identity *identity)
{
  uint64_t hash = parts->texts.seed;
  for (int i = 0; i < IDENTITY; i += 2)
    hash = texts_mix(hash ^ ((uint64_t)identity->text[i] << 32 | identity->text[i + 1]));
  return hash;
}

/* The slot of the identity, or the empty one where it belongs. */
static uint32_t *slot_of(const struct parts *parts, const struct identity *wanted)
{
  uint64_t at = hash_identity(parts, wanted) & parts->mask;
  while (parts->slots[at] != 0 &&
         memcmp(&parts->identities[parts->slots[at] - 1], wanted, sizeof *wanted) != 0)
    at = (at + 1) & parts->mask;
  return &parts->slots[at];
}

/* The first row of that identity. */
static bool find(const struct parts *parts, const struct identity *wanted, uint32_t *row)
{
  uint32_t found = *slot_of(parts, wanted);
  *row = found - 1;
  return found != 0;
}

/* Most texts of a row are those of the row before. */
static bool read_identities(struct parts *parts)
{
  const struct vater_table_api *table = parts->host->table;
  struct vater_str before[IDENTITY] = {{NULL, 0}};
  for (uint32_t row = 0; row < parts->row_count; row++)
    for (int i = 0; i < IDENTITY; i++) {
      uint32_t *number = &parts->identities[row].text[i];
      struct vater_str text;
      if (!table->get_text(parts->rows, row, identity_columns[i], &text))
        text = (struct vater_str){"", 0};
      if (text.ptr == before[i].ptr && text.len == before[i].len)
        *number = parts->identities[row - 1].text[i];
      else if (!texts_put(&parts->texts, text, number))
        return false;
      before[i] = text;
    }
  return true;
}

static bool make_places(struct parts *parts)
{
  uint64_t room = 16;
  while (room < (uint64_t)parts->row_count * 2)
    room *= 2;
  parts->mask = room - 1;
  parts->identities = calloc((size_t)parts->row_count + 1, sizeof *parts->identities);
  parts->slots = calloc(room, sizeof *parts->slots);
  if (parts->identities == NULL || parts->slots == NULL || !read_identities(parts))
    return false;
  for (uint32_t row = 0; row < parts->row_count; row++) {
    uint32_t *slot = slot_of(parts, &parts->identities[row]);
    if (*slot == 0)
      *slot = row + 1;
  }
  return true;
}

bool parts_earlier(const struct parts *parts, uint32_t row, uint32_t *earlier)
{
  return find(parts, &parts->identities[row], earlier) && *earlier != row;
}

/* ---- totals ---------------------------------------------------------------------------------- */

/* The end of the dimension that begins at `at`, "age=67-79;sex=F". */
static size_t dimension_end(struct vater_str breakdown, size_t at)
{
  while (at < breakdown.len && breakdown.ptr[at] != ';')
    at++;
  return at;
}

static size_t name_length(struct vater_str dimension)
{
  const char *sign = memchr(dimension.ptr, '=', dimension.len);
  return sign == NULL ? dimension.len : (size_t)(sign - dimension.ptr);
}

struct vater_str parts_dimension(struct vater_str breakdown, struct vater_str name)
{
  size_t end;
  for (size_t at = 0; at < breakdown.len; at = end + 1) {
    end = dimension_end(breakdown, at);
    struct vater_str one = {breakdown.ptr + at, end - at};
    if (name_length(one) == name.len && memcmp(one.ptr, name.ptr, name.len) == 0 &&
        one.len > name.len)
      return (struct vater_str){one.ptr + name.len + 1, one.len - name.len - 1};
  }
  return (struct vater_str){"", 0};
}

/* The step over the dimension at [at, end). */
static bool add_step(struct parts *parts, struct vater_str breakdown, size_t at, size_t end)
{
  char without[KEY_BYTES];
  size_t before = at > 0 && end == breakdown.len ? at - 1 : at;
  size_t behind = end < breakdown.len ? end + 1 : end;
  memcpy(without, breakdown.ptr, before);
  memcpy(without + before, breakdown.ptr + behind, breakdown.len - behind);
  struct vater_str rest = {without, before + breakdown.len - behind};
  struct vater_str dimension = {breakdown.ptr + at, end - at};
  dimension.len = name_length(dimension);
  struct step step = {0, texts_find(&parts->texts, rest)};
  void *steps = parts->steps;
  bool room = make_room(&steps, parts->step_count, &parts->step_room, sizeof step);
  parts->steps = steps;
  if (!room || !texts_put(&parts->texts, dimension, &step.dimension))
    return false;
  parts->steps[parts->step_count++] = step;
  return true;
}

static bool find_steps(struct parts *parts, uint32_t number)
{
  struct vater_str breakdown = parts->texts.entries[number].text;
  struct steps *steps = &parts->breakdowns[number];
  *steps = (struct steps){(uint32_t)parts->step_count, 0};
  size_t end;
  for (size_t at = 0; at < breakdown.len && breakdown.len < KEY_BYTES; at = end + 1) {
    end = dimension_end(breakdown, at);
    if (!add_step(parts, breakdown, at, end))
      return false;
    steps->count++;
  }
  return true;
}

/* The totals of a row over each of its dimensions. */
static bool add_dimensions(struct parts *parts, uint32_t row)
{
  struct identity total = parts->identities[row];
  uint32_t breakdown = total.text[BREAKDOWN_AT];
  if (parts->breakdowns[breakdown].count == UNKNOWN && !find_steps(parts, breakdown))
    return false;
  const struct steps steps = parts->breakdowns[breakdown];
  for (uint32_t i = 0; i < steps.count; i++) {
    const struct step step = parts->steps[steps.first + i];
    uint32_t found;
    total.text[BREAKDOWN_AT] = step.rest;
    if (step.rest != TEXTS_NONE && find(parts, &total, &found) &&
        !edges_add(&parts->edges, found, row, step.dimension))
      return false;
  }
  return true;
}

/* The number of the area that holds this one; TEXTS_NONE where no row has it. */
static uint32_t parent_of(const struct parts *parts, uint32_t number)
{
  struct vater_str area = parts->texts.entries[number].text;
  bool digit = area.len > 0 && area.ptr[0] >= '0' && area.ptr[0] <= '9';
  if (!digit || (area.len != 2 && area.len != 4 && area.len != 6))
    return TEXTS_NONE;
  return texts_find(&parts->texts, area.len == 2 ? (struct vater_str){"NO", 2}
                                                 : (struct vater_str){area.ptr, area.len - 2});
}

static bool add_area(struct parts *parts, uint32_t row, uint32_t nothing)
{
  struct identity total = parts->identities[row];
  uint32_t found;
  total.text[AREA_AT] = parent_of(parts, total.text[AREA_AT]);
  return total.text[AREA_AT] == TEXTS_NONE || !find(parts, &total, &found) ||
         edges_add(&parts->edges, found, row, nothing);
}

static bool make_edges(struct parts *parts, int kinds)
{
  uint32_t known = parts->texts.count, nothing;
  if (!texts_put(&parts->texts, (struct vater_str){"", 0}, &nothing))
    return false;
  parts->breakdowns = calloc((size_t)known + 1, sizeof *parts->breakdowns);
  if (parts->breakdowns == NULL)
    return false;
  for (uint32_t i = 0; i < known; i++)
    parts->breakdowns[i].count = UNKNOWN;
  for (uint32_t row = 0; row < parts->row_count; row++) {
    if ((kinds & PARTS_BREAKDOWN) != 0 && !add_dimensions(parts, row))
      return false;
    if ((kinds & PARTS_AREA) != 0 && !add_area(parts, row, nothing))
      return false;
  }
  return true;
}

/* What a first look tells of the rows: breakdowns, and levels of areas. */
enum {
  SEEN_BREAKDOWN = 1,
  SEEN_NATION = 2,
  SEEN_COUNTY = 4,
  SEEN_MUNICIPALITY = 8,
  SEEN_DISTRICT = 16
};

static int level_of(struct vater_str area)
{
  if (area.len == 2)
    return area.ptr[0] == 'N' ? SEEN_NATION : SEEN_COUNTY;
  return area.len == 4 ? SEEN_MUNICIPALITY : area.len == 6 ? SEEN_DISTRICT : 0;
}

/* Whether any row can be the total of another: mostly none is. */
static bool may_have_totals(const struct parts *parts, int kinds)
{
  int seen = 0;
  for (uint32_t row = 0; row < parts->row_count; row++) {
    struct vater_str text;
    if (parts->host->table->get_text(parts->rows, row, VATER_COLUMN_BREAKDOWN, &text))
      seen |= SEEN_BREAKDOWN;
    if (parts->host->table->get_text(parts->rows, row, VATER_COLUMN_AREA, &text))
      seen |= level_of(text);
  }
  int levels = seen >> 1;
  bool areas = (levels & levels >> 1) != 0;
  return ((kinds & PARTS_BREAKDOWN) != 0 && (seen & SEEN_BREAKDOWN) != 0) ||
         ((kinds & PARTS_AREA) != 0 && areas);
}

int parts_open(const struct vater_host *host, vater_call *call, const vater_table *rows, int kinds,
               struct parts **out)
{
  struct parts *parts = calloc(1, sizeof *parts);
  *out = NULL;
  if (parts == NULL)
    return host->fail(call, VATER_E_NOMEM, "no memory for totals");
  parts->host = host;
  parts->rows = rows;
  parts->row_count = parts->edges.rows = host->table->rows(rows);
  *out = parts;
  if (kinds != 0 && !may_have_totals(parts, kinds))
    return VATER_OK;
  parts->texts.seed = texts_mix((uint64_t)(uintptr_t)parts); /* nobody outside knows addresses */
  if (!make_places(parts) ||
      (kinds != 0 && (!make_edges(parts, kinds) || !edges_group(&parts->edges, &parts->texts)))) {
    *out = NULL;
    parts_close(parts);
    return host->fail(call, VATER_E_NOMEM, "no memory for totals of %u rows",
                      (unsigned)host->table->rows(rows));
  }
  return VATER_OK;
}

void parts_close(struct parts *parts)
{
  if (parts == NULL)
    return;
  texts_free(&parts->texts);
  free(parts->identities);
  free(parts->slots);
  free(parts->breakdowns);
  free(parts->steps);
  edges_free(&parts->edges);
  free(parts);
}

uint32_t parts_count(const struct parts *parts)
{
  return parts->edges.group_count;
}

struct parts_group parts_group(const struct parts *parts, uint32_t index)
{
  const struct edge_group *group = &parts->edges.groups[index];
  return (struct parts_group){group->total, parts->texts.entries[group->dimension].text,
                              &parts->edges.parts[group->first], group->count};
}

/* ---- what belongs to a total ------------------------------------------------------------------
 */

static bool has_value(const struct parts *parts, const struct parts_group *group, int column,
                      struct vater_str wanted)
{
  for (uint32_t i = 0; i < group->count; i++) {
    struct vater_str text;
    if (!parts->host->table->get_text(parts->rows, group->rows[i], column, &text))
      continue;
    if (column == VATER_COLUMN_BREAKDOWN)
      text = parts_dimension(text, group->dimension);
    if (texts_compare(text, wanted) == 0)
      return true;
  }
  return false;
}

static bool all_values(const struct parts *parts, const struct parts_group *group)
{
  struct vater_str value;
  char member[256];
  size_t head = sizeof "breakdowns/" - 1;
  if (group->dimension.len > 64)
    return false;
  memcpy(member, "breakdowns/", head);
  memcpy(member + head, group->dimension.ptr, group->dimension.len);
  head += group->dimension.len;
  for (uint32_t i = 0; i < 100; i++) {
    size_t at = head;
    member[at++] = '/';
    if (i >= 10)
      member[at++] = (char)('0' + i / 10);
    member[at++] = (char)('0' + i % 10);
    member[at] = '\0';
    if (!parts->host->table->indicator_text(parts->rows, group->total, member, &value))
      return i > 0;
    if (!has_value(parts, group, VATER_COLUMN_BREAKDOWN, value))
      return false;
  }
  return false;
}

/* The last day of a period's text: the days of a code's validity are compared with it. Months and
 * quarters end in theirs; a month's day 31 sorts behind its last. */
static void period_end(struct vater_str period, char day[11])
{
  static const char quarters[][3] = {"03", "06", "09", "12"};
  static const char tertials[][3] = {"04", "08", "12"};
  memcpy(day, "0000-12-31", 11);
  if (period.len < 4)
    return;
  memcpy(day, period.ptr, 4);
  if (period.len < 7)
    return;
  char kind = period.ptr[5];
  int number = period.ptr[6] - '1';
  if (kind == 'Q' && number >= 0 && number < 4)
    memcpy(day + 5, quarters[number], 2);
  else if (kind == 'T' && number >= 0 && number < 3)
    memcpy(day + 5, tertials[number], 2);
  else
    memcpy(day + 5, period.ptr + 5, 2);
}

static bool all_areas(const struct parts *parts, const struct parts_group *group)
{
  struct vater_str area, period, code, first, last;
  const struct vater_table_api *table = parts->host->table;
  char day[11];
  if (!table->get_text(parts->rows, group->total, VATER_COLUMN_AREA, &area) ||
      !table->get_text(parts->rows, group->total, VATER_COLUMN_PERIOD, &period) || area.len != 2)
    return false;
  bool nation = memcmp(area.ptr, "NO", 2) == 0;
  const char *list = nation ? "counties" : "municipalities";
  bool any = false;
  period_end(period, day);
  for (uint32_t i = 0; table->code(parts->rows, list, i, &code, &first, &last); i++) {
    bool below = nation || (code.len == 4 && memcmp(code.ptr, area.ptr, 2) == 0);
    bool valid = texts_compare(first, (struct vater_str){day, 10}) <= 0 &&
                 texts_compare((struct vater_str){day, 10}, last) <= 0;
    if (!below || !valid)
      continue;
    any = true;
    if (!has_value(parts, group, VATER_COLUMN_AREA, code))
      return false;
  }
  return any;
}

bool parts_is_complete(const struct parts *parts, const struct parts_group *group)
{
  return group->dimension.len > 0 ? all_values(parts, group) : all_areas(parts, group);
}

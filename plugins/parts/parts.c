#include "parts.h"

#include <stdlib.h>
#include <string.h>

enum { IDENTITY = 6, BREAKDOWN_AT = 5, AREA_AT = 3, KEY_BYTES = 2048 };

static const int identity_columns[IDENTITY] = {VATER_COLUMN_INDICATOR, VATER_COLUMN_ACTOR,
                                               VATER_COLUMN_PERIOD,    VATER_COLUMN_AREA,
                                               VATER_COLUMN_AREA_ROLE, VATER_COLUMN_BREAKDOWN};

/* What tells an observation from others. */
struct identity {
  struct vater_str text[IDENTITY];
  uint64_t hash;
};

struct place {
  uint64_t hash;
  uint32_t row;
};

/* A part of a total. */
struct edge {
  uint32_t total, part;
  struct vater_str dimension;
};

struct parts {
  const struct vater_host *host;
  const vater_table *rows;
  struct place *places; /* by identity, then by row */
  uint32_t row_count;
  struct edge *edges;
  size_t edge_count, edge_room;
  uint32_t *part_rows;
  struct parts_group *groups;
  uint32_t group_count;
};

static int compare_texts(struct vater_str a, struct vater_str b)
{
  size_t len = a.len < b.len ? a.len : b.len;
  int order = len == 0 ? 0 : memcmp(a.ptr, b.ptr, len);
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* ---- sorting: no library's, which may ask the system for its memory ------------------------- */

typedef int compare_fn(const struct parts *parts, const void *a, const void *b);

static void merge(const struct parts *parts, const char *from, char *to, size_t width, size_t left,
                  size_t middle, size_t right, compare_fn *compare)
{
  size_t a = left;
  size_t b = middle;
  for (size_t i = left; i < right; i++) {
    bool first =
        a < middle && (b >= right || compare(parts, from + a * width, from + b * width) <= 0);
    memcpy(to + i * width, from + (first ? a++ : b++) * width, width);
  }
}

static bool sort(const struct parts *parts, void *items, size_t count, size_t width,
                 compare_fn *compare)
{
  char *other = malloc((count + 1) * width);
  char *from = items;
  char *to = other;
  if (other == NULL)
    return false;
  for (size_t run = 1; run < count; run *= 2) {
    for (size_t left = 0; left < count; left += 2 * run) {
      size_t middle = left + run < count ? left + run : count;
      size_t right = left + 2 * run < count ? left + 2 * run : count;
      merge(parts, from, to, width, left, middle, right, compare);
    }
    char *swap = from;
    from = to;
    to = swap;
  }
  if (from != (char *)items)
    memcpy(items, from, count * width);
  free(other);
  return true;
}

/* ---- identities ------------------------------------------------------------------------------ */

static const uint64_t no_hash = 0xcbf29ce484222325u;

/* FNV-1a over the texts from `from` on, a byte between them, going on from `hash`. */
static uint64_t hash_texts(const struct identity *identity, int from, int to, uint64_t hash)
{
  for (int i = from; i < to; i++) {
    for (size_t n = 0; n < identity->text[i].len; n++)
      hash = (hash ^ (unsigned char)identity->text[i].ptr[n]) * 0x100000001b3u;
    hash = (hash ^ 0xff) * 0x100000001b3u;
  }
  return hash;
}

static void set_hash(struct identity *identity)
{
  identity->hash = hash_texts(identity, 0, IDENTITY, no_hash);
}

static void read_identity(const struct parts *parts, uint32_t row, struct identity *identity)
{
  for (int i = 0; i < IDENTITY; i++)
    if (!parts->host->table->get_text(parts->rows, row, identity_columns[i], &identity->text[i]))
      identity->text[i] = (struct vater_str){"", 0};
}

static int compare_identity(const struct parts *parts, uint64_t hash, uint32_t row,
                            const struct identity *wanted)
{
  struct identity found;
  if (hash != wanted->hash)
    return hash < wanted->hash ? -1 : 1;
  read_identity(parts, row, &found);
  int order = 0;
  for (int i = 0; i < IDENTITY && order == 0; i++)
    order = compare_texts(found.text[i], wanted->text[i]);
  return order;
}

static int compare_places(const struct parts *parts, const void *a, const void *b)
{
  const struct place *left = a;
  const struct place *right = b;
  struct identity wanted;
  if (left->hash != right->hash)
    return left->hash < right->hash ? -1 : 1;
  read_identity(parts, right->row, &wanted);
  wanted.hash = right->hash;
  int order = compare_identity(parts, left->hash, left->row, &wanted);
  return order != 0 ? order : (left->row > right->row) - (left->row < right->row);
}

/* Hashes are spread evenly: the place is near its share of the rows, wherever nobody meddled. */
static void narrow(const struct parts *parts, uint64_t hash, uint32_t *from, uint32_t *to)
{
  enum { NEAR = 64 };
  uint32_t guess = (uint32_t)((hash >> 32) * parts->row_count >> 32);
  uint32_t low = guess > NEAR ? guess - NEAR : 0;
  uint32_t high = parts->row_count - guess > NEAR ? guess + NEAR : parts->row_count;
  *from = low > 0 && parts->places[low - 1].hash < hash ? low : 0;
  *to = high < parts->row_count && parts->places[high].hash > hash ? high : parts->row_count;
}

/* The first row of that identity, whose hash is set. */
static bool find(const struct parts *parts, const struct identity *wanted, uint32_t *row)
{
  uint32_t from, to;
  narrow(parts, wanted->hash, &from, &to);
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    const struct place *place = &parts->places[middle];
    if (compare_identity(parts, place->hash, place->row, wanted) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  if (from == parts->row_count ||
      compare_identity(parts, parts->places[from].hash, parts->places[from].row, wanted) != 0)
    return false;
  *row = parts->places[from].row;
  return true;
}

static bool make_places(struct parts *parts)
{
  parts->places = calloc((size_t)parts->row_count + 1, sizeof *parts->places);
  if (parts->places == NULL)
    return false;
  for (uint32_t row = 0; row < parts->row_count; row++) {
    struct identity identity;
    read_identity(parts, row, &identity);
    set_hash(&identity);
    parts->places[row] = (struct place){identity.hash, row};
  }
  return sort(parts, parts->places, parts->row_count, sizeof *parts->places, compare_places);
}

bool parts_earlier(const struct parts *parts, uint32_t row, uint32_t *earlier)
{
  struct identity identity;
  read_identity(parts, row, &identity);
  set_hash(&identity);
  return find(parts, &identity, earlier) && *earlier != row;
}

/* ---- totals ---------------------------------------------------------------------------------- */

static bool add_edge(struct parts *parts, uint32_t total, uint32_t part, struct vater_str dimension)
{
  if (parts->edge_count == parts->edge_room) {
    size_t room = parts->edge_room == 0 ? 256 : parts->edge_room * 2;
    struct edge *edges = realloc(parts->edges, room * sizeof *edges);
    if (edges == NULL)
      return false;
    parts->edges = edges;
    parts->edge_room = room;
  }
  parts->edges[parts->edge_count++] = (struct edge){total, part, dimension};
  return true;
}

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

/* The totals of a row over each of its dimensions. */
static bool add_dimensions(struct parts *parts, uint32_t row, const struct identity *identity)
{
  struct vater_str breakdown = identity->text[BREAKDOWN_AT];
  char without[KEY_BYTES];
  size_t end;
  if (breakdown.len >= sizeof without)
    return true;
  uint64_t others = breakdown.len == 0 ? 0 : hash_texts(identity, 0, BREAKDOWN_AT, no_hash);
  for (size_t at = 0; at < breakdown.len; at = end + 1) {
    end = dimension_end(breakdown, at);
    size_t before = at > 0 && end == breakdown.len ? at - 1 : at;
    size_t behind = end < breakdown.len ? end + 1 : end;
    memcpy(without, breakdown.ptr, before);
    memcpy(without + before, breakdown.ptr + behind, breakdown.len - behind);
    struct identity total = *identity;
    total.text[BREAKDOWN_AT] = (struct vater_str){without, before + breakdown.len - behind};
    total.hash = hash_texts(&total, BREAKDOWN_AT, IDENTITY, others);
    struct vater_str dimension = {breakdown.ptr + at, end - at};
    dimension.len = name_length(dimension);
    uint32_t found;
    if (find(parts, &total, &found) && !add_edge(parts, found, row, dimension))
      return false;
  }
  return true;
}

static bool add_area(struct parts *parts, uint32_t row, const struct identity *identity)
{
  struct vater_str area = identity->text[AREA_AT];
  struct identity total = *identity;
  uint32_t found;
  bool digit = area.len > 0 && area.ptr[0] >= '0' && area.ptr[0] <= '9';
  if (!digit || (area.len != 2 && area.len != 4 && area.len != 6))
    return true;
  total.text[AREA_AT] =
      area.len == 2 ? (struct vater_str){"NO", 2} : (struct vater_str){area.ptr, area.len - 2};
  set_hash(&total);
  return !find(parts, &total, &found) || add_edge(parts, found, row, (struct vater_str){"", 0});
}

static int compare_edges(const struct parts *parts, const void *a, const void *b)
{
  const struct edge *left = a;
  const struct edge *right = b;
  (void)parts;
  if (left->total != right->total)
    return left->total < right->total ? -1 : 1;
  int order = compare_texts(left->dimension, right->dimension);
  return order != 0 ? order : (left->part > right->part) - (left->part < right->part);
}

static bool make_groups(struct parts *parts)
{
  if (!sort(parts, parts->edges, parts->edge_count, sizeof *parts->edges, compare_edges))
    return false;
  parts->part_rows = calloc(parts->edge_count + 1, sizeof *parts->part_rows);
  parts->groups = calloc(parts->edge_count + 1, sizeof *parts->groups);
  if (parts->part_rows == NULL || parts->groups == NULL)
    return false;
  for (size_t i = 0; i < parts->edge_count; i++) {
    const struct edge *edge = &parts->edges[i];
    struct parts_group *group = &parts->groups[parts->group_count];
    bool same = i > 0 && edge->total == edge[-1].total &&
                compare_texts(edge->dimension, edge[-1].dimension) == 0;
    parts->part_rows[i] = edge->part;
    if (same)
      group[-1].count++;
    else
      parts->groups[parts->group_count++] =
          (struct parts_group){edge->total, edge->dimension, &parts->part_rows[i], 1};
  }
  return true;
}

static bool make_edges(struct parts *parts, int kinds)
{
  for (uint32_t row = 0; row < parts->row_count; row++) {
    struct identity identity;
    read_identity(parts, row, &identity);
    if ((kinds & PARTS_BREAKDOWN) != 0 && !add_dimensions(parts, row, &identity))
      return false;
    if ((kinds & PARTS_AREA) != 0 && !add_area(parts, row, &identity))
      return false;
  }
  return make_groups(parts);
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
  parts->row_count = host->table->rows(rows);
  *out = parts;
  if (kinds != 0 && !may_have_totals(parts, kinds))
    return VATER_OK;
  if (!make_places(parts) || !make_edges(parts, kinds)) {
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
  free(parts->places);
  free(parts->edges);
  free(parts->part_rows);
  free(parts->groups);
  free(parts);
}

const struct parts_group *parts_groups(const struct parts *parts, uint32_t *count)
{
  *count = parts->group_count;
  return parts->groups;
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
    if (compare_texts(text, wanted) == 0)
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
    bool valid = compare_texts(first, (struct vater_str){day, 10}) <= 0 &&
                 compare_texts((struct vater_str){day, 10}, last) <= 0;
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

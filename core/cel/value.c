#include "cel/value.h"

#include <math.h>

/* ---- numbers and times -------------------------------------------------------------------- */

static int order(bool less, bool greater)
{
  return less ? -1 : greater ? 1 : 0;
}

/* An integer is compared with a double as the double nearest to it, as other implementations do. */
static int compare_doubles(double a, double b)
{
  return isnan(a) || isnan(b) ? 2 : order(a<b, a> b);
}

static int compare_int_uint(int64_t a, uint64_t b)
{
  if (a < 0)
    return -1;
  return order((uint64_t)a<b, (uint64_t)a> b);
}

static double as_double(const struct vt_cel_value *number)
{
  if (number->kind == VT_CEL_DOUBLE)
    return number->as.number;
  return number->kind == VT_CEL_INT ? (double)number->as.integer : (double)number->as.natural;
}

int vt_cel_compare_numbers(const struct vt_cel_value *a, const struct vt_cel_value *b)
{
  if (a->kind == VT_CEL_DOUBLE || b->kind == VT_CEL_DOUBLE)
    return compare_doubles(as_double(a), as_double(b));
  if (a->kind == VT_CEL_INT && b->kind == VT_CEL_INT)
    return order(a->as.integer<b->as.integer, a->as.integer> b->as.integer);
  if (a->kind == VT_CEL_INT)
    return compare_int_uint(a->as.integer, b->as.natural);
  if (b->kind == VT_CEL_INT)
    return -compare_int_uint(b->as.integer, a->as.natural);
  return order(a->as.natural<b->as.natural, a->as.natural> b->as.natural);
}

int vt_cel_compare_times(struct vt_cel_time a, struct vt_cel_time b)
{
  if (a.seconds != b.seconds)
    return order(a.seconds < b.seconds, true);
  return order(a.nanos<b.nanos, a.nanos> b.nanos);
}

bool vt_cel_as_index(const struct vt_cel_value *value, int64_t *index)
{
  if (value->kind == VT_CEL_INT)
    *index = value->as.integer;
  else if (value->kind == VT_CEL_UINT)
    *index = value->as.natural > INT64_MAX ? INT64_MAX : (int64_t)value->as.natural;
  else if (value->kind == VT_CEL_DOUBLE && fabs(value->as.number) < 9e15 &&
           floor(value->as.number) == value->as.number)
    *index = (int64_t)value->as.number;
  else
    return false;
  return true;
}

/* ---- equality ----------------------------------------------------------------------------- */

static bool equal_lists(const struct vt_cel_value *a, const struct vt_cel_value *b,
                        uint64_t *budget)
{
  uint32_t count = vt_cel_list_count(a);
  if (count != vt_cel_list_count(b))
    return false;
  for (uint32_t i = 0; i < count; i++) {
    struct vt_cel_value x = vt_cel_list_item(a, i), y = vt_cel_list_item(b, i);
    if (!vt_cel_equal_within(&x, &y, budget))
      return false;
  }
  return true;
}

/* Takes from the budget; false: it is spent. */
static bool spend(uint64_t *budget, uint64_t price)
{
  *budget = *budget > price ? *budget - price : 0;
  return *budget > 0;
}

static bool equal_texts(struct vater_str a, struct vater_str b, uint64_t *budget)
{
  if (a.len != b.len)
    return false;
  if (a.len >= VT_CEL_SHORT_TEXT && !spend(budget, a.len / 64))
    return false;
  return vt_str_equal(a, b);
}

static bool equal_maps(const struct vt_cel_map *a, const struct vt_cel_map *b, uint64_t *budget)
{
  if (a->count != b->count)
    return false;
  for (uint32_t i = 0; i < a->count; i++) {
    const struct vt_cel_value *key = &a->entries[i].key;
    if (key->kind == VT_CEL_STRING && key->as.text.len >= VT_CEL_SHORT_TEXT &&
        !spend(budget, key->as.text.len / 16))
      return false;
    const struct vt_cel_value *other = vt_cel_map_get(b, key);
    if (other == NULL || !vt_cel_equal_within(&a->entries[i].value, other, budget))
      return false;
  }
  return true;
}

static bool equal_networks(const struct vt_cel_network *a, const struct vt_cel_network *b)
{
  return a->family == b->family && a->range == b->range && a->prefix == b->prefix &&
         memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static bool equal_optionals(const struct vt_cel_value *a, const struct vt_cel_value *b,
                            uint64_t *budget)
{
  if (a->as.inner == NULL || b->as.inner == NULL)
    return a->as.inner == b->as.inner;
  return vt_cel_equal_within(a->as.inner, b->as.inner, budget);
}

bool vt_cel_equal_within(const struct vt_cel_value *a, const struct vt_cel_value *b,
                         uint64_t *budget)
{
  if (*budget == 0)
    return false;
  --*budget;
  if (vt_cel_is_number(a) && vt_cel_is_number(b))
    return vt_cel_compare_numbers(a, b) == 0;
  if (vt_cel_is_list(a) && vt_cel_is_list(b))
    return equal_lists(a, b, budget);
  if (a->kind != b->kind)
    return false;
  switch ((enum vt_cel_kind)a->kind) {
  case VT_CEL_NULL:
    return true;
  case VT_CEL_BOOL:
    return a->as.truth == b->as.truth;
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
  case VT_CEL_TYPE:
    return equal_texts(a->as.text, b->as.text, budget);
  case VT_CEL_TIMESTAMP:
  case VT_CEL_DURATION:
    return vt_cel_compare_times(a->as.time, b->as.time) == 0;
  case VT_CEL_MAP:
    return equal_maps(a->as.map, b->as.map, budget);
  case VT_CEL_OPTIONAL:
    return equal_optionals(a, b, budget);
  case VT_CEL_RECORD:
    return a->as.record.getter == b->as.record.getter && a->row == b->row;
  case VT_CEL_NETWORK:
    return equal_networks(a->as.network, b->as.network);
  default:
    return false;
  }
}

bool vt_cel_equal(const struct vt_cel_value *a, const struct vt_cel_value *b)
{
  uint64_t budget = UINT32_MAX;
  return vt_cel_equal_within(a, b, &budget);
}

/* ---- maps --------------------------------------------------------------------------------- */

bool vt_cel_is_key(const struct vt_cel_value *value)
{
  return value->kind == VT_CEL_BOOL || value->kind == VT_CEL_INT || value->kind == VT_CEL_UINT ||
         value->kind == VT_CEL_STRING;
}

static uint64_t mix(uint64_t bits)
{
  bits *= 0x9e3779b97f4a7c15u;
  return bits ^ (bits >> 29);
}

/* Numbers that compare equal hash alike: all as doubles, with one zero. */
static uint64_t hash_number(const struct vt_cel_value *value)
{
  double number = as_double(value) + 0.0;
  uint64_t bits;
  memcpy(&bits, &number, sizeof bits);
  return mix(bits ^ bits >> 32);
}

uint64_t vt_cel_hash(const struct vt_cel_value *value)
{
  switch ((enum vt_cel_kind)value->kind) {
  case VT_CEL_BOOL:
    return mix(value->as.truth ? 3 : 5) ^ 1;
  case VT_CEL_INT:
  case VT_CEL_UINT:
  case VT_CEL_DOUBLE:
    return hash_number(value);
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
  case VT_CEL_TYPE:
    return vt_str_hash(value->as.text, value->kind);
  case VT_CEL_TIMESTAMP:
  case VT_CEL_DURATION:
    return mix((uint64_t)value->as.time.seconds ^ ((uint64_t)value->as.time.nanos << 32));
  default:
    return value->kind;
  }
}

uint32_t vt_cel_map_count(const struct vt_cel_map *map)
{
  return map->count;
}

const struct vt_cel_entry *vt_cel_map_entries(const struct vt_cel_map *map)
{
  return map->entries;
}

uint64_t vt_cel_hash_quickly(struct vater_str text)
{
  uint64_t hash = text.len, word = 0;
  uint32_t low, high;
  if (text.len >= 8) {
    for (size_t at = 0; at + 8 < text.len; at += 8) {
      memcpy(&word, text.ptr + at, 8);
      hash = mix(hash ^ word);
    }
    memcpy(&word, text.ptr + text.len - 8, 8);
  } else if (text.len >= 4) {
    memcpy(&low, text.ptr, 4);
    memcpy(&high, text.ptr + text.len - 4, 4);
    word = (uint64_t)high << 32 | low;
  } else {
    for (size_t at = 0; at < text.len; at++)
      word = word << 8 | (unsigned char)text.ptr[at];
  }
  return mix(mix(hash ^ word));
}

static uint64_t hash_key(const struct vt_cel_value *key, bool quick)
{
  return quick && key->kind == VT_CEL_STRING ? vt_cel_hash_quickly(key->as.text) : vt_cel_hash(key);
}

static bool same_key(const struct vt_cel_value *a, const struct vt_cel_value *b)
{
  if (a->kind == VT_CEL_STRING && b->kind == VT_CEL_STRING)
    return vt_str_equal(a->as.text, b->as.text);
  uint64_t budget = 1;
  return vt_cel_equal_within(a, b, &budget);
}

const struct vt_cel_value *vt_cel_map_get(const struct vt_cel_map *map,
                                          const struct vt_cel_value *key)
{
  if (map->count == 0 || (!vt_cel_is_key(key) && key->kind != VT_CEL_DOUBLE))
    return NULL;
  for (uint32_t at = (uint32_t)hash_key(key, map->quick) & map->mask;; at = (at + 1) & map->mask) {
    uint32_t index = map->slots[at];
    if (index == 0)
      return NULL;
    if (same_key(&map->entries[index - 1].key, key))
      return &map->entries[index - 1].value;
  }
}

static bool put_slot(uint32_t *slots, uint32_t mask, const struct vt_cel_entry *entries,
                     uint32_t index, bool quick)
{
  const struct vt_cel_value *key = &entries[index].key;
  uint32_t at = (uint32_t)hash_key(key, quick) & mask;
  for (; slots[at] != 0; at = (at + 1) & mask)
    if (same_key(&entries[slots[at] - 1].key, key))
      return false;
  slots[at] = index + 1;
  return true;
}

enum vt_cel_map_fault vt_cel_map_build(struct vt_arena *arena, const struct vt_cel_entry *entries,
                                       uint32_t count, struct vt_cel_value *map, uint32_t *at)
{
  uint32_t room = 4;
  while (room / 2 < count)
    room *= 2;
  struct vt_cel_map *made = vt_arena_alloc(arena, sizeof *made);
  uint32_t *slots = vt_arena_array(arena, room, sizeof *slots);
  if (made == NULL || slots == NULL)
    return VT_CEL_MAP_MEMORY;
  for (*at = 0; *at < count; ++*at) {
    if (!vt_cel_is_key(&entries[*at].key))
      return VT_CEL_MAP_KEY;
    if (!put_slot(slots, room - 1, entries, *at, false))
      return VT_CEL_MAP_REPEATED;
  }
  *made = (struct vt_cel_map){count, entries, slots, room - 1, false};
  *map = (struct vt_cel_value){.kind = VT_CEL_MAP, .as.map = made};
  return VT_CEL_MAP_FINE;
}

struct vt_cel_map *vt_cel_set_build(struct vt_arena *arena, const struct vt_cel_list *list,
                                    struct vt_cel_entry *entries, uint32_t *count)
{
  uint32_t room = 4;
  while (room / 2 < list->count)
    room *= 2;
  struct vt_cel_map *made = vt_arena_alloc(arena, sizeof *made);
  uint32_t *slots = vt_arena_array(arena, room, sizeof *slots);
  *count = UINT32_MAX;
  if (made == NULL || slots == NULL)
    return NULL;
  *count = 0;
  for (uint32_t i = 0; i < list->count; i++) {
    if (!vt_cel_is_key(&list->items[i]) && list->items[i].kind != VT_CEL_DOUBLE)
      return NULL;
    entries[*count] = (struct vt_cel_entry){list->items[i], list->items[i]};
    *count += put_slot(slots, room - 1, entries, *count, true) ? 1 : 0;
  }
  *made = (struct vt_cel_map){*count, entries, slots, room - 1, true};
  return made;
}

int vt_cel_map_new(struct vt_arena *arena, const struct vt_cel_entry *entries, uint32_t count,
                   struct vt_cel_value *map, struct vt_error *error)
{
  *map = (struct vt_cel_value){0};
  struct vt_cel_entry *copy = vt_arena_array(arena, count, sizeof *copy);
  if (copy == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a map");
  if (count > 0)
    memcpy(copy, entries, count * sizeof *copy);
  uint32_t at = 0;
  switch (vt_cel_map_build(arena, copy, count, map, &at)) {
  case VT_CEL_MAP_FINE:
    return VATER_OK;
  case VT_CEL_MAP_KEY:
    return vt_fail(error, VATER_E_RULE, NULL, "entry %u: a map key is a bool, int, uint or string",
                   (unsigned)at + 1);
  case VT_CEL_MAP_REPEATED:
    return vt_fail(error, VATER_E_RULE, NULL, "entry %u: the key is there already",
                   (unsigned)at + 1);
  default:
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a map");
  }
}

struct vt_cel_value vt_cel_list_new(struct vt_arena *arena, const struct vt_cel_value *items,
                                    uint32_t count)
{
  static const struct vt_cel_fault no_memory = {.status = VATER_E_NOMEM,
                                                .text = {"out of memory", 13}};
  struct vt_cel_list *list = vt_arena_alloc(arena, sizeof *list);
  if (list == NULL)
    return (struct vt_cel_value){.kind = VT_CEL_ERROR, .as.fault = &no_memory};
  *list = (struct vt_cel_list){count, items};
  return (struct vt_cel_value){.kind = VT_CEL_LIST, .as.list = list};
}

/* ---- copies ------------------------------------------------------------------------------- */

static bool copy_list(struct vt_arena *arena, const struct vt_cel_list *from,
                      struct vt_cel_value *to)
{
  struct vt_cel_value *items = vt_arena_array(arena, from->count, sizeof *items);
  if (items == NULL)
    return false;
  for (uint32_t i = 0; i < from->count; i++)
    if (!vt_cel_copy(arena, &from->items[i], &items[i]))
      return false;
  *to = vt_cel_list_new(arena, items, from->count);
  return to->kind == VT_CEL_LIST;
}

static bool copy_map(struct vt_arena *arena, const struct vt_cel_map *from, struct vt_cel_value *to)
{
  struct vt_cel_entry *entries = vt_arena_array(arena, from->count, sizeof *entries);
  if (entries == NULL)
    return false;
  for (uint32_t i = 0; i < from->count; i++)
    if (!vt_cel_copy(arena, &from->entries[i].key, &entries[i].key) ||
        !vt_cel_copy(arena, &from->entries[i].value, &entries[i].value))
      return false;
  uint32_t at;
  return vt_cel_map_build(arena, entries, from->count, to, &at) == VT_CEL_MAP_FINE;
}

bool vt_cel_copy(struct vt_arena *arena, const struct vt_cel_value *from, struct vt_cel_value *to)
{
  *to = *from;
  switch ((enum vt_cel_kind)from->kind) {
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
  case VT_CEL_TYPE:
    to->as.text = vt_arena_copy(arena, from->as.text);
    return to->as.text.ptr != NULL;
  case VT_CEL_LIST:
    return copy_list(arena, from->as.list, to);
  case VT_CEL_MAP:
    return copy_map(arena, from->as.map, to);
  case VT_CEL_OPTIONAL: {
    if (from->as.inner == NULL)
      return true;
    struct vt_cel_value *inner = vt_arena_alloc(arena, sizeof *inner);
    to->as.inner = inner;
    return inner != NULL && vt_cel_copy(arena, from->as.inner, inner);
  }
  case VT_CEL_NETWORK: {
    struct vt_cel_network *network = vt_arena_alloc(arena, sizeof *network);
    to->as.network = network;
    if (network != NULL)
      *network = *from->as.network;
    return network != NULL;
  }
  default:
    return true;
  }
}

/* ---- types of values ---------------------------------------------------------------------- */

static const char *const kind_names[] = {"null_type",
                                         "bool",
                                         "int",
                                         "uint",
                                         "double",
                                         "string",
                                         "bytes",
                                         "list",
                                         "map",
                                         "google.protobuf.Timestamp",
                                         "google.protobuf.Duration",
                                         "type",
                                         "optional_type",
                                         "record",
                                         "list",
                                         "net.IP",
                                         "missing",
                                         "error"};

struct vater_str vt_cel_kind_name(const struct vt_cel_value *value)
{
  if (value->kind == VT_CEL_RECORD)
    return value->as.record.type->name;
  if (value->kind == VT_CEL_NETWORK && value->as.network->range)
    return VT_STR("net.CIDR");
  return vt_str(kind_names[value->kind]);
}

bool vt_cel_fits(const struct vt_cel_value *value, const struct vt_cel_type *type)
{
  switch (type->kind) {
  case VT_CEL_TYPE_NULL:
    return value->kind == VT_CEL_NULL;
  case VT_CEL_TYPE_BOOL:
    return value->kind == VT_CEL_BOOL;
  case VT_CEL_TYPE_INT:
    return value->kind == VT_CEL_INT;
  case VT_CEL_TYPE_UINT:
    return value->kind == VT_CEL_UINT;
  case VT_CEL_TYPE_DOUBLE:
    return value->kind == VT_CEL_DOUBLE;
  case VT_CEL_TYPE_STRING:
    return value->kind == VT_CEL_STRING;
  case VT_CEL_TYPE_BYTES:
    return value->kind == VT_CEL_BYTES;
  case VT_CEL_TYPE_TIMESTAMP:
    return value->kind == VT_CEL_TIMESTAMP;
  case VT_CEL_TYPE_DURATION:
    return value->kind == VT_CEL_DURATION;
  case VT_CEL_TYPE_LIST:
    return vt_cel_is_list(value);
  case VT_CEL_TYPE_MAP:
    return value->kind == VT_CEL_MAP;
  case VT_CEL_TYPE_OPTIONAL:
    return value->kind == VT_CEL_OPTIONAL;
  case VT_CEL_TYPE_TYPE:
    return value->kind == VT_CEL_TYPE;
  case VT_CEL_TYPE_RECORD:
    return value->kind == VT_CEL_RECORD && value->as.record.type == type->record;
  case VT_CEL_TYPE_NAMED:
    return vt_str_equal(vt_cel_kind_name(value), type->name);
  default:
    return true;
  }
}

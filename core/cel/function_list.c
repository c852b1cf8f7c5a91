#include "cel/function.h"

#include <math.h>

#define FUNCTION(name)                                                                \
  void vt_cel_fn_##name(struct vt_cel_run *run, const struct vt_cel_value *arguments, \
                        uint32_t count, struct vt_cel_value *out)

enum { LARGEST_RANGE = 1000000 };

/* Room for the items and the steps for them; NULL with *out an error. */
static struct vt_cel_value *new_items(struct vt_cel_run *run, uint64_t count,
                                      struct vt_cel_value *out)
{
  if (!vt_cel_charge(run, count, out))
    return NULL;
  return vt_cel_alloc(run, count, sizeof(struct vt_cel_value), out);
}

FUNCTION(slice)
{
  struct vt_cel_value list = arguments[0];
  int64_t from = arguments[1].as.integer, to = arguments[2].as.integer;
  int64_t all = vt_cel_list_count(&list);
  (void)count;
  if (from < 0 || to < from || to > all) {
    vt_cel_raise(run, out, "slice(%lld, %lld) of a list of %lld items", (long long)from,
                 (long long)to, (long long)all);
    return;
  }
  struct vt_cel_value *items = new_items(run, (uint64_t)(to - from), out);
  if (items == NULL)
    return;
  for (int64_t i = from; i < to; i++)
    items[i - from] = vt_cel_list_item(&list, (uint32_t)i);
  vt_cel_give_list(run, out, items, (uint32_t)(to - from));
}

/* ---- flatten ------------------------------------------------------------------------------ */

struct flat {
  struct vt_cel_run *run;
  struct vt_cel_value *items; /* NULL while counting */
  uint64_t count;
  struct vt_cel_value *out;
};

static bool flatten_into(struct flat *flat, const struct vt_cel_value *list, int64_t depth)
{
  uint32_t count = vt_cel_list_count(list);
  if (!vt_cel_charge(flat->run, 1, flat->out))
    return false;
  for (uint32_t i = 0; i < count; i++) {
    struct vt_cel_value item = vt_cel_list_item(list, i);
    if (depth > 0 && vt_cel_is_list(&item)) {
      if (!flatten_into(flat, &item, depth - 1))
        return false;
      continue;
    }
    if (flat->items != NULL)
      flat->items[flat->count] = item;
    else if (!vt_cel_charge(flat->run, 1, flat->out))
      return false;
    flat->count++;
  }
  return true;
}

FUNCTION(flatten)
{
  struct vt_cel_value list = arguments[0];
  int64_t depth = count == 2 ? arguments[1].as.integer : 1;
  struct flat flat = {.run = run, .out = out};
  if (depth < 0) {
    vt_cel_raise(run, out, "flatten() to a negative depth");
    return;
  }
  if (!flatten_into(&flat, &list, depth))
    return;
  flat.items = new_items(run, flat.count, out);
  flat.count = 0;
  if (flat.items != NULL && flatten_into(&flat, &list, depth))
    vt_cel_give_list(run, out, flat.items, (uint32_t)flat.count);
}

/* ---- membership --------------------------------------------------------------------------- */

static bool has_item(struct vt_cel_run *run, const struct vt_cel_value *list, uint32_t count,
                     const struct vt_cel_value *wanted, bool *found, struct vt_cel_value *out)
{
  *found = false;
  for (uint32_t i = 0; i < count && !*found; i++) {
    struct vt_cel_value item = vt_cel_list_item(list, i);
    if (!vt_cel_run_equal(run, &item, wanted, found, out))
      return false;
  }
  return true;
}

FUNCTION(distinct)
{
  struct vt_cel_value list = arguments[0];
  uint32_t all = vt_cel_list_count(&list), kept = 0;
  struct vt_cel_value *items = new_items(run, all, out);
  (void)count;
  if (items == NULL)
    return;
  for (uint32_t i = 0; i < all; i++) {
    struct vt_cel_value item = vt_cel_list_item(&list, i);
    const struct vt_cel_list so_far = {kept, items};
    const struct vt_cel_value before = {.kind = VT_CEL_LIST, .as.list = &so_far};
    bool found;
    if (!has_item(run, &before, kept, &item, &found, out))
      return;
    if (!found)
      items[kept++] = item;
  }
  vt_cel_give_list(run, out, items, kept);
}

/* Whether each item of `some` is in `all`; false: *out is an error. */
static bool contains_all(struct vt_cel_run *run, const struct vt_cel_value *all,
                         const struct vt_cel_value *some, bool *contains, struct vt_cel_value *out)
{
  *contains = true;
  for (uint32_t i = 0; i < vt_cel_list_count(some) && *contains; i++) {
    struct vt_cel_value item = vt_cel_list_item(some, i);
    if (!has_item(run, all, vt_cel_list_count(all), &item, contains, out))
      return false;
  }
  return true;
}

FUNCTION(sets_contains)
{
  const struct vt_cel_value all = arguments[0], some = arguments[1];
  bool contains;
  (void)count;
  if (contains_all(run, &all, &some, &contains, out))
    *out = vt_cel_bool(contains);
}

FUNCTION(sets_equivalent)
{
  const struct vt_cel_value a = arguments[0], b = arguments[1];
  bool one, other = false;
  (void)count;
  if (contains_all(run, &a, &b, &one, out) && (!one || contains_all(run, &b, &a, &other, out)))
    *out = vt_cel_bool(one && other);
}

FUNCTION(sets_intersects)
{
  const struct vt_cel_value a = arguments[0], b = arguments[1];
  bool found = false;
  (void)count;
  for (uint32_t i = 0; i < vt_cel_list_count(&b) && !found; i++) {
    struct vt_cel_value item = vt_cel_list_item(&b, i);
    if (!has_item(run, &a, vt_cel_list_count(&a), &item, &found, out))
      return;
  }
  *out = vt_cel_bool(found);
}

/* ---- order -------------------------------------------------------------------------------- */

FUNCTION(reverse_list)
{
  struct vt_cel_value list = arguments[0];
  uint32_t all = vt_cel_list_count(&list);
  struct vt_cel_value *items = new_items(run, all, out);
  (void)count;
  if (items == NULL)
    return;
  for (uint32_t i = 0; i < all; i++)
    items[all - 1 - i] = vt_cel_list_item(&list, i);
  vt_cel_give_list(run, out, items, all);
}

static bool sortable(const struct vt_cel_value *value)
{
  switch ((enum vt_cel_kind)value->kind) {
  case VT_CEL_BOOL:
  case VT_CEL_INT:
  case VT_CEL_UINT:
  case VT_CEL_DOUBLE:
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
  case VT_CEL_TIMESTAMP:
  case VT_CEL_DURATION:
    return true;
  default:
    return false;
  }
}

static int compare_keys(const struct vt_cel_value *a, const struct vt_cel_value *b)
{
  switch ((enum vt_cel_kind)a->kind) {
  case VT_CEL_BOOL:
    return (int)a->as.truth - (int)b->as.truth;
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
    return vt_str_compare(a->as.text, b->as.text);
  case VT_CEL_TIMESTAMP:
  case VT_CEL_DURATION:
    return vt_cel_compare_times(a->as.time, b->as.time);
  default:
    return vt_cel_compare_numbers(a, b);
  }
}

/* Merges two sorted runs of [from, to) of `in` into `to_items`; NaN keeps its place. */
static void merge(const struct vt_cel_entry *in, struct vt_cel_entry *to_items, uint32_t from,
                  uint32_t middle, uint32_t to)
{
  uint32_t left = from, right = middle;
  for (uint32_t at = from; at < to; at++) {
    bool take_left =
        left < middle && (right >= to || compare_keys(&in[right].key, &in[left].key) != -1);
    if (left < middle && right < to && in[left].key.kind >= VT_CEL_STRING)
      take_left = compare_keys(&in[left].key, &in[right].key) <= 0;
    to_items[at] = take_left ? in[left++] : in[right++];
  }
}

static void sort_pairs(struct vt_cel_run *run, struct vt_cel_entry *pairs, uint32_t all,
                       struct vt_cel_value *out)
{
  struct vt_cel_entry *other = vt_cel_alloc(run, all, sizeof *other, out);
  uint64_t round = all;
  if (other == NULL)
    return;
  for (uint32_t i = 0; i < all; i++)
    if (pairs[i].key.kind == VT_CEL_STRING || pairs[i].key.kind == VT_CEL_BYTES)
      round += pairs[i].key.as.text.len / 64;
  for (uint64_t width = 1; width < all; width *= 2) {
    if (!vt_cel_charge(run, round, out))
      return;
    for (uint64_t from = 0; from < all; from += 2 * width) {
      uint64_t middle = from + width < all ? from + width : all;
      uint64_t to = from + 2 * width < all ? from + 2 * width : all;
      merge(pairs, other, (uint32_t)from, (uint32_t)middle, (uint32_t)to);
    }
    struct vt_cel_entry *swap = pairs;
    pairs = other;
    other = swap;
  }
  struct vt_cel_value *items = new_items(run, all, out);
  if (items == NULL)
    return;
  for (uint32_t i = 0; i < all; i++)
    items[i] = pairs[i].value;
  vt_cel_give_list(run, out, items, all);
}

FUNCTION(sort_by)
{
  struct vt_cel_value list = arguments[0], keys = arguments[count - 1];
  uint32_t all = vt_cel_list_count(&list);
  struct vt_cel_entry *pairs = vt_cel_alloc(run, all, sizeof *pairs, out);
  if (pairs == NULL)
    return;
  for (uint32_t i = 0; i < all; i++) {
    pairs[i].key = vt_cel_list_item(&keys, i);
    pairs[i].value = vt_cel_list_item(&list, i);
    if (!sortable(&pairs[i].key) || pairs[i].key.kind != pairs[0].key.kind) {
      vt_cel_raise(run, out, "sort() wants items of one type that has an order, not %.*s",
                   VT_STR_ARGS(vt_cel_kind_name(&pairs[i].key)));
      return;
    }
  }
  sort_pairs(run, pairs, all, out);
}

FUNCTION(sort)
{
  vt_cel_fn_sort_by(run, arguments, count, out);
}

FUNCTION(first)
{
  struct vt_cel_value list = arguments[0], item;
  bool any = vt_cel_list_count(&list) > 0;
  (void)count;
  if (any)
    item = vt_cel_list_item(&list, 0);
  vt_cel_give_optional(run, out, any ? &item : NULL);
}

FUNCTION(last)
{
  struct vt_cel_value list = arguments[0], item;
  uint32_t all = vt_cel_list_count(&list);
  (void)count;
  if (all > 0)
    item = vt_cel_list_item(&list, all - 1);
  vt_cel_give_optional(run, out, all > 0 ? &item : NULL);
}

FUNCTION(range)
{
  int64_t to = arguments[0].as.integer;
  (void)count;
  if (to > LARGEST_RANGE) {
    vt_cel_raise(run, out, "lists.range() of more than %d items", LARGEST_RANGE);
    return;
  }
  uint32_t all = to > 0 ? (uint32_t)to : 0;
  struct vt_cel_value *items = new_items(run, all, out);
  if (items == NULL)
    return;
  for (uint32_t i = 0; i < all; i++)
    items[i] = vt_cel_int(i);
  vt_cel_give_list(run, out, items, all);
}

/* ---- optional values ---------------------------------------------------------------------- */

static bool is_zero(const struct vt_cel_value *value)
{
  switch ((enum vt_cel_kind)value->kind) {
  case VT_CEL_NULL:
    return true;
  case VT_CEL_BOOL:
    return !value->as.truth;
  case VT_CEL_INT:
  case VT_CEL_UINT:
    return value->as.natural == 0;
  case VT_CEL_DOUBLE:
    return value->as.number == 0;
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
    return value->as.text.len == 0;
  case VT_CEL_LIST:
  case VT_CEL_RECORDS:
    return vt_cel_list_count(value) == 0;
  case VT_CEL_MAP:
    return value->as.map->count == 0;
  case VT_CEL_TIMESTAMP:
  case VT_CEL_DURATION:
    return value->as.time.seconds == 0 && value->as.time.nanos == 0;
  case VT_CEL_OPTIONAL:
    return value->as.inner == NULL;
  default:
    return false;
  }
}

FUNCTION(optional_of)
{
  (void)count;
  vt_cel_give_optional(run, out, &arguments[0]);
}

FUNCTION(optional_non_zero)
{
  (void)count;
  vt_cel_give_optional(run, out, is_zero(&arguments[0]) ? NULL : &arguments[0]);
}

FUNCTION(optional_none)
{
  (void)arguments;
  (void)count;
  vt_cel_give_optional(run, out, NULL);
}

FUNCTION(has_value)
{
  (void)run;
  (void)count;
  *out = vt_cel_bool(arguments[0].as.inner != NULL);
}

FUNCTION(optional_value)
{
  (void)count;
  if (arguments[0].as.inner != NULL)
    *out = *arguments[0].as.inner;
  else
    vt_cel_raise(run, out, "optional.none() has no value");
}

/* Called only where another overload of the name is declared: vt_cel_step_or_else else. */
FUNCTION(optional_or)
{
  (void)run;
  (void)count;
  *out = arguments[0].as.inner != NULL ? arguments[0] : arguments[1];
}

FUNCTION(optional_or_value)
{
  (void)run;
  (void)count;
  *out = arguments[0].as.inner != NULL ? *arguments[0].as.inner : arguments[1];
}

FUNCTION(unwrap)
{
  struct vt_cel_value list = arguments[0];
  uint32_t all = vt_cel_list_count(&list), kept = 0;
  struct vt_cel_value *items = new_items(run, all, out);
  (void)count;
  if (items == NULL)
    return;
  for (uint32_t i = 0; i < all; i++) {
    struct vt_cel_value item = vt_cel_list_item(&list, i);
    if (item.kind != VT_CEL_OPTIONAL) {
      vt_cel_raise_overload(run, out, VT_STR("unwrap"), &item, 1);
      return;
    }
    if (item.as.inner != NULL)
      items[kept++] = *item.as.inner;
  }
  vt_cel_give_list(run, out, items, kept);
}

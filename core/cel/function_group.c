#include "cel/function.h"
#include "cel/step.h"

/* The places of the keys, in order of key, equal ones as they stand; false: *out is an error. */
static bool order_of(struct vt_cel_run *run, const struct vt_cel_value *keys, uint32_t all,
                     struct vt_cel_value *order, struct vt_cel_value *out)
{
  struct vt_cel_value *places = vt_cel_alloc(run, all, sizeof *places, out);
  if (places == NULL)
    return false;
  for (uint32_t i = 0; i < all; i++)
    places[i] = vt_cel_int(i);
  struct vt_cel_value list = {0};
  vt_cel_give_list(run, &list, places, all);
  const struct vt_cel_value both[] = {list, *keys};
  if (list.kind == VT_CEL_LIST)
    vt_cel_fn_sort_by(run, both, 2, order);
  else
    *order = list;
  *out = *order;
  return order->kind == VT_CEL_LIST;
}

/* Items of equal keys as one list, by key: what nested loops over two lists look for, found in one
 * pass. */
void vt_cel_fn_group(struct vt_cel_run *run, const struct vt_cel_value *arguments, uint32_t count,
                     struct vt_cel_value *out)
{
  const struct vt_cel_value keys = arguments[0], items = arguments[1];
  uint32_t all = vt_cel_list_count(&keys), groups = 0;
  struct vt_cel_value order;
  (void)count;
  if (vt_cel_list_count(&items) != all) {
    vt_cel_raise(run, out, "lists.group() of %u keys and %u items", (unsigned)all,
                 (unsigned)vt_cel_list_count(&items));
    return;
  }
  if (!vt_cel_charge(run, all, out) || !order_of(run, &keys, all, &order, out))
    return;
  struct vt_cel_value *sorted = vt_cel_alloc(run, all, sizeof *sorted, out);
  struct vt_cel_list *lists = vt_cel_alloc(run, all, sizeof *lists, out);
  struct vt_cel_entry *entries = vt_cel_alloc(run, all, sizeof *entries, out);
  if (sorted == NULL || lists == NULL || entries == NULL)
    return;
  for (uint32_t i = 0; i < all; i++) {
    uint32_t place = (uint32_t)vt_cel_list_item(&order, i).as.integer;
    const struct vt_cel_value key = vt_cel_list_item(&keys, place);
    sorted[i] = vt_cel_list_item(&items, place);
    if (groups == 0 || !vt_cel_equal(&entries[groups - 1].key, &key)) {
      lists[groups] = (struct vt_cel_list){0, &sorted[i]};
      entries[groups] =
          (struct vt_cel_entry){key, {.kind = VT_CEL_LIST, .as.list = &lists[groups]}};
      groups++;
    }
    lists[groups - 1].count++;
  }
  vt_cel_finish_map(run, entries, groups, out);
}

#include "schema/plan.h"

#include "base/limits.h"

#include <stdlib.h>

void *vt_planner_alloc(struct vt_planner *planner, size_t count, size_t size)
{
  void *memory = vt_arena_array(planner->arena, count > 0 ? count : 1, size);
  if (memory == NULL && planner->status == VATER_OK)
    planner->status = VATER_E_NOMEM;
  return memory;
}

static bool plain(const struct vt_node *node)
{
  bool bounds = false;
  for (int i = 0; i < VT_BOUND_COUNT; i++)
    bounds |= node->has_bound[i];
  for (int i = 0; i < VT_SIZE_COUNT; i++)
    bounds |= node->has_size[i] && i != VT_SIZE_MIN_CONTAINS && i != VT_SIZE_MAX_CONTAINS;
  return node->kind == VT_NODE_PLAIN && !bounds && !node->never && !node->unique &&
         (node->types & VT_TYPE_ALL) == VT_TYPE_ALL && node->properties == NULL &&
         node->patterns == NULL && node->additional == NULL && node->names == NULL &&
         node->unevaluated_properties == NULL && node->required == NULL &&
         node->prefix_count == 0 && node->items == NULL && node->contains == NULL &&
         node->unevaluated_items == NULL && node->choices == NULL && node->pattern == NULL &&
         node->format == NULL && !node->format_regex;
}

const struct vt_node *vt_node_meant(const struct vt_node *node)
{
  while (plain(node) && node->part_count == 1)
    node = node->parts[0];
  return node;
}

bool vt_node_trivial(const struct vt_node *node)
{
  return plain(node) && node->part_count == 0;
}

int vt_planner_init(struct vt_planner *planner, struct vt_arena *arena,
                    const struct vt_allocator *allocator, const struct vt_planner *base,
                    uint32_t node_count, uint64_t plan_limit)
{
  *planner = (struct vt_planner){.arena = arena,
                                 .base = base,
                                 .node_count = node_count,
                                 .plan_limit = plan_limit,
                                 .status = VATER_OK};
  vt_map_init(&planner->plans, allocator, UINT32_MAX / 8, 0);
  vt_map_init(&planner->late, allocator, UINT32_MAX / 8, 0);
  planner->slot_of = vt_planner_alloc(planner, node_count, sizeof *planner->slot_of);
  planner->stack = vt_planner_alloc(planner, node_count, sizeof(const struct vt_node *));
  planner->found = vt_planner_alloc(planner, node_count, sizeof(const struct vt_node *));
  return planner->status;
}

void vt_planner_fini(struct vt_planner *planner)
{
  vt_map_fini(&planner->plans);
  vt_map_fini(&planner->late);
}

static int by_node(const void *a, const void *b)
{
  const struct vt_entry *left = a, *right = b;
  return (left->node->id > right->node->id) - (left->node->id < right->node->id);
}

void vt_entries_merge(struct vt_entry *entries, uint32_t *count)
{
  uint32_t kept = 0;
  if (*count == 0)
    return;
  qsort(entries, *count, sizeof *entries, by_node);
  for (uint32_t i = 1; i < *count; i++) {
    if (entries[i].node != entries[kept].node)
      entries[++kept] = entries[i];
    else if (entries[i].mode > entries[kept].mode)
      entries[kept].mode = entries[i].mode;
  }
  *count = kept + 1;
}

static int by_order(const void *a, const void *b)
{
  const struct vt_node *const *left = a, *const *right = b;
  return ((*left)->order > (*right)->order) - ((*left)->order < (*right)->order);
}

static uint8_t part_mode(const struct vt_node *whole, uint32_t part, uint8_t mode)
{
  if (whole->kind == VT_NODE_NOT || (whole->kind == VT_NODE_IF && part == 0))
    return VT_MODE_SILENT;
  bool certain = whole->kind == VT_NODE_PLAIN || whole->part_count == 1;
  if (whole->kind == VT_NODE_DEPENDENT)
    certain = false;
  return mode == VT_MODE_DEFINITE && !certain ? VT_MODE_TENTATIVE : mode;
}

/* Depth first; each node is pushed once, so the stack never outgrows the list of nodes. */
static uint32_t gather(struct vt_planner *planner, const struct vt_entry *entries, uint32_t count,
                       const struct vt_node **found)
{
  uint32_t depth = 0, gathered = 0;
  for (uint32_t i = 0; i < count; i++) {
    planner->slot_of[entries[i].node->id] = 1;
    planner->stack[depth++] = entries[i].node;
  }
  while (depth > 0) {
    const struct vt_node *node = planner->stack[--depth];
    found[gathered++] = node;
    for (uint32_t i = 0; i < node->part_count; i++) {
      const struct vt_node *part = node->parts[i] != NULL ? vt_node_meant(node->parts[i]) : NULL;
      if (part == NULL || planner->slot_of[part->id] != 0)
        continue;
      planner->slot_of[part->id] = 1;
      planner->stack[depth++] = part;
    }
  }
  return gathered;
}

static void spread_modes(struct vt_planner *planner, const struct vt_plan *plan,
                         const struct vt_entry *entries, uint32_t count)
{
  for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
    planner->slot_of[plan->nodes[slot]->id] = slot + 1;
    plan->modes[slot] = VT_MODE_SILENT;
  }
  for (uint32_t i = 0; i < count; i++)
    plan->modes[planner->slot_of[entries[i].node->id] - 1] = (uint8_t)entries[i].mode;
  for (uint32_t slot = plan->slot_count; slot-- > 0;) {
    const struct vt_node *node = plan->nodes[slot];
    for (uint32_t i = 0; i < node->part_count; i++) {
      if (node->parts[i] == NULL)
        continue;
      uint8_t *mode = &plan->modes[planner->slot_of[vt_node_meant(node->parts[i])->id] - 1];
      uint8_t wanted = part_mode(node, i, plan->modes[slot]);
      if (wanted > *mode)
        *mode = wanted;
    }
  }
}

static bool close_plan(struct vt_planner *planner, struct vt_plan *plan,
                       const struct vt_entry *entries, uint32_t count)
{
  plan->slot_count = gather(planner, entries, count, planner->found);
  qsort(planner->found, plan->slot_count, sizeof(const struct vt_node *), by_order);
  plan->nodes = vt_planner_alloc(planner, plan->slot_count, sizeof(const struct vt_node *));
  plan->words = (plan->slot_count + 63) / 64;
  plan->modes = vt_planner_alloc(planner, plan->slot_count, 1);
  plan->slot_of_entry = vt_planner_alloc(planner, count, sizeof *plan->slot_of_entry);
  plan->entry_count = count;
  if (plan->nodes == NULL || plan->modes == NULL || plan->slot_of_entry == NULL)
    return false;
  memcpy(plan->nodes, planner->found, plan->slot_count * sizeof(const struct vt_node *));
  return true;
}

static struct vt_plan *make_plan(struct vt_planner *planner, const struct vt_entry *entries,
                                 uint32_t count)
{
  struct vt_plan *plan = vt_planner_alloc(planner, 1, sizeof *plan);
  if (plan == NULL || !close_plan(planner, plan, entries, count))
    return NULL;
  if (plan->slot_count > VT_LIMIT_SCHEMA_SLOTS)
    planner->status = VATER_E_LIMIT;
  spread_modes(planner, plan, entries, count);
  for (uint32_t i = 0; i < count; i++)
    plan->slot_of_entry[i] = planner->slot_of[entries[i].node->id] - 1;
  bool made = planner->status == VATER_OK && vt_plan_members(planner, plan) &&
              vt_plan_items(planner, plan) && vt_plan_checks(planner, plan);
  for (uint32_t slot = 0; slot < plan->slot_count; slot++)
    planner->slot_of[plan->nodes[slot]->id] = 0;
  return made ? plan : NULL;
}

static const struct vt_plan *known_plan(const struct vt_planner *planner, struct vater_str key)
{
  for (; planner != NULL; planner = planner->base) {
    const uint64_t *known = vt_map_get(&planner->plans, key);
    if (known != NULL)
      return (const struct vt_plan *)(uintptr_t)*known;
  }
  return NULL;
}

/* The identity of a set: node and mode of each entry. */
static struct vater_str key_of(struct vt_planner *planner, const struct vt_entry *entries,
                               uint32_t count)
{
  uint32_t *key = vt_planner_alloc(planner, (size_t)count * 2, sizeof *key);
  if (key == NULL)
    return VT_STR_NONE;
  for (uint32_t i = 0; i < count; i++) {
    key[2 * i] = entries[i].node->id;
    key[2 * i + 1] = entries[i].mode;
  }
  return (struct vater_str){(const char *)key, (size_t)count * 2 * sizeof *key};
}

const struct vt_plan *vt_planner_plan(struct vt_planner *planner, struct vt_entry *entries,
                                      uint32_t *count)
{
  vt_entries_merge(entries, count);
  struct vt_arena_mark mark = vt_arena_mark(planner->arena);
  struct vater_str key = key_of(planner, entries, *count);
  if (key.ptr == NULL)
    return NULL;
  const struct vt_plan *known = known_plan(planner, key);
  if (known != NULL) {
    vt_arena_rewind(planner->arena, mark);
    return known;
  }
  if (planner->plan_count >= planner->plan_limit) {
    planner->status = VATER_E_LIMIT;
    return NULL;
  }
  struct vt_plan *plan = make_plan(planner, entries, *count);
  bool added;
  uint64_t *slot = plan != NULL ? vt_map_put(&planner->plans, key, &added) : NULL;
  if (plan != NULL && slot == NULL && planner->status == VATER_OK)
    planner->status = VATER_E_NOMEM;
  if (slot == NULL)
    return NULL;
  *slot = (uint64_t)(uintptr_t)plan;
  planner->plan_count++;
  return plan;
}

static bool resolve(struct vt_planner *planner, struct vt_way *way)
{
  if (way->plan != NULL || way->entry_count == 0)
    return true;
  way->plan = vt_planner_plan(planner, way->entries, &way->entry_count);
  return way->plan != NULL;
}

int vt_planner_foresee(struct vt_planner *planner)
{
  for (uint32_t i = 0; i < planner->way_count; i++) {
    if (resolve(planner, planner->ways[i]))
      continue;
    if (planner->status == VATER_E_LIMIT && planner->plan_count >= planner->plan_limit)
      planner->status = VATER_OK; /* the rest is made when it is needed */
    break;
  }
  return planner->status;
}

static uint64_t *late_slot(struct vt_planner *planner, const void *what, uint64_t mask)
{
  uint64_t key[2] = {(uint64_t)(uintptr_t)what, mask};
  struct vater_str probe = {(const char *)key, sizeof key};
  uint64_t *slot = vt_map_get(&planner->late, probe);
  if (slot != NULL)
    return slot;
  struct vater_str copy = vt_arena_copy(planner->arena, probe);
  bool added;
  slot = copy.ptr != NULL ? vt_map_put(&planner->late, copy, &added) : NULL;
  if (slot == NULL)
    planner->status = VATER_E_NOMEM;
  return slot;
}

int vt_planner_follow(struct vt_planner *planner, const struct vt_way *way,
                      const struct vt_plan **plan)
{
  *plan = way->plan;
  if (way->plan != NULL || way->entry_count == 0)
    return VATER_OK;
  uint64_t *slot = late_slot(planner, way, 0);
  if (slot == NULL)
    return planner->status;
  if (*slot == 0) {
    struct vt_entry *entries = vt_planner_alloc(planner, way->entry_count, sizeof *entries);
    uint32_t count = way->entry_count;
    if (entries == NULL)
      return planner->status;
    memcpy(entries, way->entries, count * sizeof *entries);
    const struct vt_plan *made = vt_planner_plan(planner, entries, &count);
    if (made == NULL)
      return planner->status;
    slot = late_slot(planner, way, 0);
    *slot = (uint64_t)(uintptr_t)made;
  }
  *plan = (const struct vt_plan *)(uintptr_t)*slot;
  return VATER_OK;
}

int vt_planner_masked(struct vt_planner *planner, const struct vt_plan *plan, uint64_t mask,
                      const struct vt_way **way)
{
  *way = plan->other;
  if (mask == 0)
    return VATER_OK;
  for (const struct vt_masked_way *each = plan->by_mask; each != NULL; each = each->next) {
    if (each->mask == mask) {
      *way = each->way;
      return VATER_OK;
    }
  }
  uint64_t *slot = late_slot(planner, plan, mask);
  if (slot == NULL)
    return planner->status;
  if (*slot == 0)
    *slot = (uint64_t)(uintptr_t)vt_plan_member_way(planner, plan, NULL, mask);
  *way = (const struct vt_way *)(uintptr_t)*slot;
  return planner->status;
}

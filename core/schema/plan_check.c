#include "schema/plan.h"

static const uint8_t kind_types[VT_KIND_COUNT] = {
    VT_TYPE_NULL,   VT_TYPE_BOOLEAN, VT_TYPE_NUMBER | VT_TYPE_INTEGER,
    VT_TYPE_STRING, VT_TYPE_OBJECT,  VT_TYPE_ARRAY};

struct list {
  struct vt_planner *planner;
  struct vt_plan *plan;
  struct vt_checks *checks;
  uint32_t room, slot;
};

static struct vt_check *add(struct list *list, enum vt_check_code code, uint32_t which)
{
  struct vt_checks *checks = list->checks;
  if (checks->count == list->room) {
    uint32_t room = list->room == 0 ? 4 : list->room * 2;
    struct vt_check *items = vt_planner_alloc(list->planner, room, sizeof *items);
    if (items == NULL)
      return NULL;
    if (checks->count > 0)
      memcpy(items, checks->items, checks->count * sizeof *items);
    checks->items = items;
    list->room = room;
  }
  struct vt_check *check = &checks->items[checks->count++];
  *check = (struct vt_check){.code = code,
                             .mode = list->plan->modes[list->slot],
                             .slot = list->slot,
                             .which = which,
                             .node = list->plan->nodes[list->slot]};
  return check;
}

static void add_bounds(struct list *list, const struct vt_node *node)
{
  for (uint32_t i = 0; i < VT_BOUND_COUNT; i++)
    if (node->has_bound[i])
      add(list, VT_CHECK_BOUND, i);
}

static void add_text(struct list *list, const struct vt_node *node)
{
  if (node->has_size[VT_SIZE_MIN_LENGTH] && node->size[VT_SIZE_MIN_LENGTH] > 0)
    add(list, VT_CHECK_LENGTH, VT_SIZE_MIN_LENGTH);
  if (node->has_size[VT_SIZE_MAX_LENGTH])
    add(list, VT_CHECK_LENGTH, VT_SIZE_MAX_LENGTH);
  if (node->pattern != NULL) {
    struct vt_check *check = add(list, VT_CHECK_PATTERN, 0);
    if (check != NULL)
      check->table = vt_pattern_table(node->pattern);
  }
  if (node->format != NULL || node->format_regex)
    add(list, VT_CHECK_FORMAT, 0);
}

static void add_choices(struct list *list, const struct vt_node *node, bool at_end)
{
  for (const struct vt_choices *each = node->choices; each != NULL; each = each->next) {
    struct vt_check *check = add(list, VT_CHECK_CHOICES, 0);
    if (check != NULL)
      check->choices = each;
    list->plan->hashes |= at_end && each->compound;
  }
}

static uint32_t name_index(const struct vt_plan *plan, struct vater_str name)
{
  return vt_plan_name(plan, name);
}

static void add_required(struct list *list, const struct vt_node *node)
{
  for (const struct vt_required *each = node->required; each != NULL; each = each->next) {
    uint64_t *names = vt_planner_alloc(list->planner, list->plan->name_words, sizeof *names);
    uint32_t owner = each->owner.ptr != NULL ? name_index(list->plan, each->owner) + 1 : 0;
    struct vt_check *check = add(list, VT_CHECK_REQUIRED, owner);
    if (names == NULL || check == NULL)
      return;
    for (uint32_t i = 0; i < each->count; i++)
      vt_plan_set(names, name_index(list->plan, each->names[i]));
    check->required = each;
    check->names = names;
  }
}

static void add_counts(struct list *list, const struct vt_node *node, uint32_t least, uint32_t most)
{
  if (node->has_size[least] && node->size[least] > 0)
    add(list, VT_CHECK_COUNT, least);
  if (node->has_size[most])
    add(list, VT_CHECK_COUNT, most);
}

static void start_checks(struct list *list, enum vt_part_kind kind)
{
  const struct vt_node *node = list->plan->nodes[list->slot];
  bool compound = kind == VT_KIND_OBJECT || kind == VT_KIND_ARRAY;
  if (node->kind != VT_NODE_PLAIN)
    return;
  if (node->never)
    add(list, VT_CHECK_NEVER, 0);
  if ((node->types & kind_types[kind]) == 0)
    add(list, VT_CHECK_TYPE, 0);
  else if (kind == VT_KIND_NUMBER && (node->types & VT_TYPE_NUMBER) == 0)
    add(list, VT_CHECK_INTEGER, 0);
  if (!compound)
    add_choices(list, node, false);
  if (kind == VT_KIND_NUMBER)
    add_bounds(list, node);
  if (kind == VT_KIND_STRING)
    add_text(list, node);
}

static void end_checks(struct list *list, enum vt_part_kind kind, uint32_t *counter)
{
  const struct vt_node *node = list->plan->nodes[list->slot];
  if (node->kind != VT_NODE_PLAIN)
    return;
  add_choices(list, node, true);
  if (kind == VT_KIND_OBJECT) {
    add_required(list, node);
    add_counts(list, node, VT_SIZE_MIN_PROPERTIES, VT_SIZE_MAX_PROPERTIES);
    return;
  }
  add_counts(list, node, VT_SIZE_MIN_ITEMS, VT_SIZE_MAX_ITEMS);
  if (node->contains != NULL)
    add(list, VT_CHECK_CONTAINS, (*counter)++);
  if (node->unique)
    add(list, VT_CHECK_UNIQUE, 0);
}

static bool slot_combine(struct vt_planner *planner, struct vt_plan *plan, uint32_t slot)
{
  const struct vt_node *node = plan->nodes[slot];
  bool unevaluated = node->unevaluated_items != NULL || node->unevaluated_properties != NULL;
  if (node->part_count == 0 && !unevaluated)
    return true;
  struct vt_combine *combine = &plan->combines[plan->combine_count++];
  *combine = (struct vt_combine){.kind = node->kind,
                                 .mode = plan->modes[slot],
                                 .unevaluated = unevaluated,
                                 .slot = slot,
                                 .part_count = node->part_count,
                                 .node = node};
  combine->parts = vt_planner_alloc(planner, node->part_count, sizeof *combine->parts);
  if (combine->parts == NULL)
    return false;
  for (uint32_t i = 0; i < node->part_count; i++)
    combine->parts[i] = node->parts[i] != NULL
                            ? planner->slot_of[vt_node_meant(node->parts[i])->id] - 1
                            : VT_SLOT_NONE;
  for (uint32_t i = 0; i < node->part_count && plan->words == 1; i++) {
    uint64_t bit = combine->parts[i] != VT_SLOT_NONE ? (uint64_t)1 << combine->parts[i] : 0;
    if (bit == 0 || (combine->mask & bit) != 0) {
      combine->mask = 0;
      break;
    }
    combine->mask |= bit;
  }
  if (node->kind == VT_NODE_DEPENDENT)
    combine->name = name_index(plan, node->name);
  return true;
}

bool vt_plan_checks(struct vt_planner *planner, struct vt_plan *plan)
{
  for (uint32_t kind = 0; kind < VT_KIND_COUNT; kind++) {
    struct list starts = {.planner = planner, .plan = plan, .checks = &plan->starts[kind]};
    struct list ends = {.planner = planner, .plan = plan, .checks = &plan->ends[kind]};
    uint32_t counter = 0;
    for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
      starts.slot = ends.slot = slot;
      start_checks(&starts, (enum vt_part_kind)kind);
      if (kind == VT_KIND_OBJECT || kind == VT_KIND_ARRAY)
        end_checks(&ends, (enum vt_part_kind)kind, &counter);
    }
  }
  plan->combines = vt_planner_alloc(planner, plan->slot_count, sizeof *plan->combines);
  if (plan->combines == NULL)
    return false;
  for (uint32_t slot = 0; slot < plan->slot_count; slot++)
    if (!slot_combine(planner, plan, slot))
      return false;
  plan->fast = plan->words == 1 && plan->combine_count == 0;
  for (uint32_t slot = 0; slot < plan->slot_count && plan->words == 1; slot++)
    plan->definite |= (uint64_t)(plan->modes[slot] == VT_MODE_DEFINITE) << slot;
  return planner->status == VATER_OK;
}

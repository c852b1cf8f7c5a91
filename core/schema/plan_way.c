#include "schema/plan.h"

#define PATTERN_CEILING 64 /* bits of a mask */

/* A way while it is put together: the parts are as many as the plan has slots, and few. */
struct draft {
  struct vt_planner *planner;
  const struct vt_plan *plan;
  struct vt_way *way;
  uint32_t entry_room, edge_room, bar_room;
};

static void *grown(struct vt_planner *planner, void *items, uint32_t count, uint32_t *room,
                   size_t size)
{
  if (count < *room)
    return items;
  uint32_t wanted = *room == 0 ? 4 : *room * 2;
  void *fresh = vt_planner_alloc(planner, wanted, size);
  if (fresh == NULL)
    return NULL;
  if (count > 0)
    memcpy(fresh, items, count * size);
  *room = wanted;
  return fresh;
}

static void add_bar(struct draft *draft, uint32_t slot, const char *keyword)
{
  struct vt_way *way = draft->way;
  struct vt_bar *bars =
      grown(draft->planner, way->bars, way->bar_count, &draft->bar_room, sizeof *bars);
  if (bars == NULL)
    return;
  way->bars = bars;
  bars[way->bar_count++] = (struct vt_bar){slot, draft->plan->modes[slot], keyword};
}

static void add_edge(struct draft *draft, struct vt_edge edge)
{
  struct vt_way *way = draft->way;
  struct vt_edge *edges =
      grown(draft->planner, way->edges, way->edge_count, &draft->edge_room, sizeof *edges);
  if (edges == NULL)
    return;
  way->edges = edges;
  edges[way->edge_count++] = edge;
}

static void add_entry(struct draft *draft, const struct vt_node *node, uint8_t mode)
{
  struct vt_way *way = draft->way;
  struct vt_entry *entries =
      grown(draft->planner, way->entries, way->entry_count, &draft->entry_room, sizeof *entries);
  if (entries == NULL)
    return;
  way->entries = entries;
  entries[way->entry_count++] = (struct vt_entry){node, mode};
}

static void add_child(struct draft *draft, uint32_t slot, const struct vt_node *node,
                      const char *keyword)
{
  if (node == NULL)
    return;
  node = vt_node_meant(node);
  if (vt_node_trivial(node))
    return;
  if (node->never) {
    add_bar(draft, slot, keyword);
    return;
  }
  add_entry(draft, node, draft->plan->modes[slot]);
  add_edge(draft, (struct vt_edge){.kind = VT_EDGE_CHILD, .parent = slot, .node = node});
}

static void add_unevaluated(struct draft *draft, uint32_t slot, const struct vt_node *node)
{
  node = vt_node_meant(node);
  if (vt_node_trivial(node))
    return;
  uint8_t mode = draft->plan->modes[slot];
  if (!node->never)
    add_entry(draft, node, mode == VT_MODE_DEFINITE ? VT_MODE_TENTATIVE : mode);
  add_edge(draft, (struct vt_edge){.kind = VT_EDGE_UNEVALUATED,
                                   .child = node->never ? VT_SLOT_NONE : 0,
                                   .parent = slot,
                                   .node = node});
}

static void claim(struct draft *draft, uint32_t slot)
{
  if (draft->way->claims != NULL)
    vt_plan_set(draft->way->claims, slot);
}

static bool begin(struct draft *draft, struct vt_planner *planner, const struct vt_plan *plan,
                  bool tracked)
{
  *draft = (struct draft){.planner = planner, .plan = plan};
  draft->way = vt_planner_alloc(planner, 1, sizeof *draft->way);
  if (draft->way != NULL && tracked)
    draft->way->claims = vt_planner_alloc(planner, plan->words, sizeof(uint64_t));
  return draft->way != NULL && (!tracked || draft->way->claims != NULL);
}

static bool remember(struct vt_planner *planner, struct vt_way *way)
{
  uint32_t room = planner->way_room;
  struct vt_way **ways =
      grown(planner, planner->ways, planner->way_count, &room, sizeof(struct vt_way *));
  if (ways == NULL)
    return false;
  planner->ways = ways;
  planner->way_room = room;
  ways[planner->way_count++] = way;
  return true;
}

/* Entries are merged, and the edges told where theirs went. */
static struct vt_way *finish(struct draft *draft)
{
  struct vt_way *way = draft->way;
  if (draft->planner->status != VATER_OK)
    return NULL;
  way->quiet = true;
  for (uint32_t i = 0; i < way->bar_count; i++)
    way->quiet &= way->bars[i].mode != VT_MODE_DEFINITE;
  for (uint32_t i = 0; i < way->bar_count && draft->plan->words == 1; i++)
    way->bar_mask |= (uint64_t)1 << way->bars[i].slot;
  vt_entries_merge(way->entries, &way->entry_count);
  for (uint32_t i = 0; i < way->edge_count; i++) {
    struct vt_edge *edge = &way->edges[i];
    if (edge->child == VT_SLOT_NONE)
      continue;
    edge->child = 0;
    while (way->entries[edge->child].node != edge->node)
      edge->child++;
  }
  return remember(draft->planner, way) ? way : NULL;
}

static uint32_t pattern_index(const struct vt_plan *plan, const struct vt_pattern *pattern)
{
  uint32_t index = 0;
  while (index < plan->pattern_count && plan->patterns[index] != pattern)
    index++;
  return index;
}

static void member_of_slot(struct draft *draft, uint32_t slot, const struct vater_str *name,
                           uint64_t mask)
{
  const struct vt_node *node = draft->plan->nodes[slot];
  bool known = false;
  for (const struct vt_named_node *each = node->properties; each != NULL && name != NULL;
       each = each->next) {
    if (vt_str_equal(each->name, *name)) {
      known = true;
      add_child(draft, slot, each->node, "properties");
    }
  }
  for (const struct vt_pattern_node *each = node->patterns; each != NULL; each = each->next) {
    if (mask >> pattern_index(draft->plan, each->pattern) & 1) {
      known = true;
      add_child(draft, slot, each->node, "patternProperties");
    }
  }
  if (!known && node->additional != NULL) {
    known = true;
    add_child(draft, slot, node->additional, "additionalProperties");
  }
  if (known || node->unevaluated_properties != NULL)
    claim(draft, slot);
  if (!known && node->unevaluated_properties != NULL)
    add_unevaluated(draft, slot, node->unevaluated_properties);
}

struct vt_way *vt_plan_member_way(struct vt_planner *planner, const struct vt_plan *plan,
                                  const struct vater_str *name, uint64_t mask)
{
  struct draft draft;
  if (!begin(&draft, planner, plan, plan->track_object))
    return NULL;
  for (uint32_t slot = 0; slot < plan->slot_count; slot++)
    member_of_slot(&draft, slot, name, mask);
  return finish(&draft);
}

static void add_name(struct vt_planner *planner, struct vt_plan *plan, uint32_t *room,
                     struct vater_str name)
{
  for (uint32_t i = 0; i < plan->name_count; i++)
    if (vt_str_equal(plan->names[i], name))
      return;
  struct vater_str *names = grown(planner, plan->names, plan->name_count, room, sizeof *names);
  if (names == NULL)
    return;
  plan->names = names;
  names[plan->name_count++] = name;
}

static void gather_names(struct vt_planner *planner, struct vt_plan *plan)
{
  uint32_t room = 0;
  /* wholes first: the order of the outermost schema is the likeliest in documents */
  for (uint32_t slot = plan->slot_count; slot-- > 0;) {
    const struct vt_node *node = plan->nodes[slot];
    for (const struct vt_named_node *each = node->properties; each != NULL; each = each->next)
      add_name(planner, plan, &room, each->name);
    for (const struct vt_required *each = node->required; each != NULL; each = each->next) {
      if (each->owner.ptr != NULL)
        add_name(planner, plan, &room, each->owner);
      for (uint32_t i = 0; i < each->count; i++)
        add_name(planner, plan, &room, each->names[i]);
    }
    if (node->kind == VT_NODE_DEPENDENT)
      add_name(planner, plan, &room, node->name);
  }
}

static void gather_patterns(struct vt_planner *planner, struct vt_plan *plan)
{
  uint32_t room = 0;
  for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
    for (const struct vt_pattern_node *each = plan->nodes[slot]->patterns; each != NULL;
         each = each->next) {
      if (each->pattern == NULL || pattern_index(plan, each->pattern) < plan->pattern_count)
        continue;
      if (plan->pattern_count == PATTERN_CEILING) {
        planner->status = VATER_E_LIMIT;
        return;
      }
      const struct vt_pattern **patterns = grown(planner, plan->patterns, plan->pattern_count,
                                                 &room, sizeof(const struct vt_pattern *));
      if (patterns == NULL)
        return;
      plan->patterns = patterns;
      patterns[plan->pattern_count++] = each->pattern;
    }
  }
}

static bool fill_name_table(struct vt_planner *planner, struct vt_plan *plan)
{
  uint32_t size = 4;
  while (size < plan->name_count * 4)
    size *= 2;
  plan->name_table = vt_planner_alloc(planner, size, sizeof *plan->name_table);
  plan->name_mask = size - 1;
  plan->name_words = (plan->name_count + 63) / 64;
  if (plan->name_table == NULL)
    return false;
  for (uint32_t i = 0; i < plan->name_count; i++) {
    uint32_t at = vt_plan_name_hash(plan->names[i]) & plan->name_mask;
    while (plan->name_table[at] != 0)
      at = (at + 1) & plan->name_mask;
    plan->name_table[at] = i + 1;
  }
  return true;
}

static bool name_ways(struct vt_planner *planner, struct vt_plan *plan)
{
  plan->name_ways = vt_planner_alloc(planner, plan->name_count, sizeof(struct vt_way *));
  for (uint32_t i = 0; plan->name_ways != NULL && i < plan->name_count; i++) {
    uint64_t mask = 0;
    for (uint32_t j = 0; j < plan->pattern_count; j++) {
      bool matched;
      planner->status = vt_pattern_match(plan->patterns[j], plan->names[i], &matched, NULL);
      if (planner->status != VATER_OK)
        return false;
      mask |= (uint64_t)matched << j;
    }
    plan->name_ways[i] = vt_plan_member_way(planner, plan, &plan->names[i], mask);
  }
  return planner->status == VATER_OK;
}

static bool masked_ways(struct vt_planner *planner, struct vt_plan *plan)
{
  plan->other = vt_plan_member_way(planner, plan, NULL, 0);
  for (uint32_t i = 0; i < plan->pattern_count; i++) {
    struct vt_masked_way *masked = vt_planner_alloc(planner, 1, sizeof *masked);
    if (masked == NULL)
      return false;
    masked->mask = (uint64_t)1 << i;
    masked->way = vt_plan_member_way(planner, plan, NULL, masked->mask);
    masked->next = plan->by_mask;
    plan->by_mask = masked;
  }
  return planner->status == VATER_OK;
}

static bool way_of_names(struct vt_planner *planner, struct vt_plan *plan)
{
  struct draft draft;
  bool any = false;
  if (!begin(&draft, planner, plan, false))
    return false;
  for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
    any |= plan->nodes[slot]->names != NULL;
    add_child(&draft, slot, plan->nodes[slot]->names, "propertyNames");
  }
  struct vt_way *way = finish(&draft);
  if (any && way != NULL && (way->entry_count > 0 || way->bar_count > 0))
    plan->name_way = way;
  return way != NULL;
}

bool vt_plan_members(struct vt_planner *planner, struct vt_plan *plan)
{
  for (uint32_t slot = 0; slot < plan->slot_count; slot++)
    plan->track_object |= plan->nodes[slot]->unevaluated_properties != NULL;
  gather_names(planner, plan);
  gather_patterns(planner, plan);
  return planner->status == VATER_OK && fill_name_table(planner, plan) &&
         name_ways(planner, plan) && masked_ways(planner, plan) && way_of_names(planner, plan);
}

static void item_of_slot(struct draft *draft, uint32_t slot, uint32_t position)
{
  const struct vt_node *node = draft->plan->nodes[slot];
  bool known = position < node->prefix_count || node->items != NULL;
  if (position < node->prefix_count)
    add_child(draft, slot, node->prefix[position], "prefixItems");
  else
    add_child(draft, slot, node->items, "items");
  if (known || node->unevaluated_items != NULL)
    claim(draft, slot);
  if (!known && node->unevaluated_items != NULL)
    add_unevaluated(draft, slot, node->unevaluated_items);
}

static void contains_of_slot(struct draft *draft, uint32_t slot, uint32_t *counter)
{
  const struct vt_node *node = draft->plan->nodes[slot];
  if (node->contains == NULL)
    return;
  const struct vt_node *meant = vt_node_meant(node->contains);
  add_entry(draft, meant, VT_MODE_SILENT);
  add_edge(draft,
           (struct vt_edge){
               .kind = VT_EDGE_CONTAINS, .parent = slot, .counter = (*counter)++, .node = meant});
}

static struct vt_way *item_way(struct vt_planner *planner, const struct vt_plan *plan,
                               uint32_t position)
{
  struct draft draft;
  uint32_t counter = 0;
  if (!begin(&draft, planner, plan, plan->track_list))
    return NULL;
  for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
    item_of_slot(&draft, slot, position);
    contains_of_slot(&draft, slot, &counter);
  }
  return finish(&draft);
}

bool vt_plan_items(struct vt_planner *planner, struct vt_plan *plan)
{
  for (uint32_t slot = 0; slot < plan->slot_count; slot++) {
    const struct vt_node *node = plan->nodes[slot];
    plan->track_list |= node->unevaluated_items != NULL;
    plan->contains_count += node->contains != NULL;
    plan->unique |= node->unique;
    if (node->prefix_count > plan->prefix_count)
      plan->prefix_count = node->prefix_count;
  }
  plan->positions = vt_planner_alloc(planner, plan->prefix_count, sizeof(struct vt_way *));
  for (uint32_t i = 0; plan->positions != NULL && i < plan->prefix_count; i++)
    plan->positions[i] = item_way(planner, plan, i);
  plan->rest = item_way(planner, plan, UINT32_MAX);
  return planner->status == VATER_OK;
}

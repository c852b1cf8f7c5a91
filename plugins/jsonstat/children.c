#include "jsonstat.h"

#include <stdlib.h>

/* A walk over the hierarchy without recursion: it may be as deep as there are codes. */
enum state { NEW, OPEN, DONE };

struct walk {
  const struct jsonstat_dimension *dimension;
  const vater_node **lists; /* by position: the code's children, or NULL */
  uint8_t *states;          /* enum state, by position */
  uint32_t *open;           /* codes under way, outermost first */
  const vater_node **next;  /* the child of each that comes next */
};

static int read_lists(struct jsonstat_out *out, struct walk *walk, const vater_node *child)
{
  const struct vater_node_api *node = jsonstat_host->node;
  uint32_t position;
  for (const vater_node *list = node->first(child); list != NULL; list = node->next(list)) {
    if (!jsonstat_category_find(walk->dimension, node->name(list), &position))
      return jsonstat_fault(out, list, "CHILD_ID_UNKNOWN: '%.*s' is no code of the dimension",
                            JSONSTAT_SHOWN(node->name(list), 60));
    if (node->type(list) != VATER_NODE_LIST)
      return jsonstat_fault(out, list, "children are a list of codes");
    walk->lists[position] = list;
  }
  return VATER_OK;
}

static int enter(struct walk *walk, uint32_t position, uint32_t depth)
{
  walk->states[position] = OPEN;
  walk->open[depth] = position;
  walk->next[depth] = jsonstat_host->node->first(walk->lists[position]);
  return VATER_OK;
}

/* From one code down to its last descendant. */
static int follow(struct jsonstat_out *out, struct walk *walk, uint32_t root)
{
  const struct vater_node_api *node = jsonstat_host->node;
  uint32_t depth = 0;
  uint32_t position;
  enter(walk, root, depth);
  for (;;) {
    const vater_node *child = walk->next[depth];
    if (child == NULL) {
      walk->states[walk->open[depth]] = DONE;
      if (depth-- == 0)
        return VATER_OK;
      continue;
    }
    walk->next[depth] = node->next(child);
    if (node->type(child) != VATER_NODE_TEXT ||
        !jsonstat_category_find(walk->dimension, node->text(child), &position))
      return jsonstat_fault(out, child, "CHILD_ID_UNKNOWN: a child is no code of the dimension");
    if (walk->states[position] == OPEN)
      return jsonstat_fault(out, child, "CHILD_CYCLE: '%.*s' is its own descendant",
                            JSONSTAT_SHOWN(node->text(child), 60));
    if (walk->states[position] == NEW)
      enter(walk, position, ++depth);
  }
}

static int check(struct jsonstat_out *out, struct walk *walk, const vater_node *child)
{
  int status = read_lists(out, walk, child);
  for (uint32_t i = 0; i < walk->dimension->size && status == VATER_OK && !out->faulty; i++)
    if (walk->states[i] == NEW && walk->lists[i] != NULL)
      status = follow(out, walk, i);
  return status;
}

int jsonstat_children_check(struct jsonstat_out *out, const struct jsonstat_dimension *dimension,
                            const vater_node *child)
{
  size_t room = (size_t)dimension->size + 1;
  if (jsonstat_host->node->type(child) != VATER_NODE_OBJECT)
    return jsonstat_fault(out, child, "'%s' is not an object by code", "child");
  struct walk walk = {.dimension = dimension,
                      .lists = calloc(room, sizeof *walk.lists),
                      .states = calloc(room, sizeof *walk.states),
                      .open = calloc(room, sizeof *walk.open),
                      .next = calloc(room, sizeof *walk.next)};
  int status;
  if (walk.lists == NULL || walk.states == NULL || walk.open == NULL || walk.next == NULL)
    status = jsonstat_host->fail(out->call, VATER_E_NOMEM, "out of memory for the hierarchy");
  else
    status = check(out, &walk, child);
  free(walk.lists);
  free(walk.states);
  free(walk.open);
  free(walk.next);
  return status;
}

/* A format's declared rows as a tree of member names. */
#ifndef VT_JUDGE_DECODE_PLAN_H
#define VT_JUDGE_DECODE_PLAN_H

#include "judge/decode.h"

#define VT_PLAN_NONE 0u /* index 0: whatever the declaration does not name */

struct vt_plan_node {
  struct vater_str name;
  bool rows;                /* the list of rows; its items are plan->row */
  int column, field;        /* of a leaf; 0 otherwise */
  enum vt_column_type type; /* of the column */
  uint32_t first, next;     /* child, sibling */
};

struct vt_decode_plan {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_plan_node *nodes;
  uint32_t count, room;
  uint32_t root, row;
};

/* The child of that name, looking from *expected on; *expected becomes the one behind it. */
static inline uint32_t vt_plan_child(const struct vt_decode_plan *plan, uint32_t parent,
                                     struct vater_str name, uint32_t *expected)
{
  uint32_t start = *expected != VT_PLAN_NONE ? *expected : plan->nodes[parent].first;
  uint32_t at = start;
  while (at != VT_PLAN_NONE) {
    const struct vt_plan_node *node = &plan->nodes[at];
    uint32_t next = node->next != VT_PLAN_NONE ? node->next : plan->nodes[parent].first;
    if (vt_str_equal(node->name, name)) {
      *expected = next;
      return at;
    }
    at = next != start ? next : VT_PLAN_NONE;
  }
  return VT_PLAN_NONE;
}

#endif

/*
 * Plans: which nodes hold for one value at once, worked out before the value comes. A plan is a set
 * of nodes closed over "applies to the same value"; each node has a slot, parts before wholes. Per
 * member name, name pattern or list position a `way` leads to the plan of that part, so that one
 * look-up serves every schema that looks at the object. Plans are the states of a tree automaton
 * (subset construction); those not foreseen when compiling are made, and kept, by the validator.
 */
#ifndef VT_SCHEMA_PLAN_H
#define VT_SCHEMA_PLAN_H

#include "schema/node.h"

/* What a failing slot means: nothing by itself, perhaps, certainly. */
enum vt_mode { VT_MODE_SILENT, VT_MODE_TENTATIVE, VT_MODE_DEFINITE };

enum vt_part_kind {
  VT_KIND_NULL,
  VT_KIND_BOOLEAN,
  VT_KIND_NUMBER,
  VT_KIND_STRING,
  VT_KIND_OBJECT,
  VT_KIND_ARRAY,
  VT_KIND_COUNT
};

enum vt_check_code {
  VT_CHECK_NEVER,
  VT_CHECK_TYPE,    /* the kind is known to be wrong */
  VT_CHECK_INTEGER, /* a number that must be one */
  VT_CHECK_CHOICES,
  VT_CHECK_BOUND,
  VT_CHECK_LENGTH,
  VT_CHECK_PATTERN,
  VT_CHECK_FORMAT,
  VT_CHECK_REQUIRED,
  VT_CHECK_COUNT, /* members or items */
  VT_CHECK_CONTAINS,
  VT_CHECK_UNIQUE
};

struct vt_check {
  enum vt_check_code code;
  uint8_t mode; /* enum vt_mode */
  uint32_t slot;
  uint32_t which; /* BOUND, LENGTH, COUNT: index; CONTAINS: counter; REQUIRED: owner's name + 1 */
  const struct vt_node *node;
  const struct vt_choices *choices;
  const struct vt_required *required;
  const struct vt_pattern_table *table; /* PATTERN, where there is one */
  const uint64_t *names;                /* REQUIRED: bits of the plan's names */
};

struct vt_checks {
  struct vt_check *items;
  uint32_t count;
};

/* How a slot follows from those of its parts; UINT32_MAX: no such part. */
struct vt_combine {
  enum vt_node_kind kind;
  uint8_t mode;
  bool unevaluated; /* then the slot's unevaluatedItems or unevaluatedProperties are looked at */
  uint32_t slot;
  uint32_t *parts;
  uint32_t part_count;
  uint64_t mask; /* the parts, where they are distinct and the plan has one word; else 0 */
  uint32_t name; /* DEPENDENT: index in the plan's names */
  const struct vt_node *node;
};

struct vt_plan;

struct vt_entry {
  const struct vt_node *node;
  uint32_t mode;
};

enum vt_edge_kind { VT_EDGE_CHILD, VT_EDGE_CONTAINS, VT_EDGE_UNEVALUATED };

#define VT_SLOT_NONE UINT32_MAX

struct vt_edge {
  enum vt_edge_kind kind;
  uint32_t child;   /* index of the way's entry; NONE: the schema false (UNEVALUATED) */
  uint32_t parent;  /* slot in this plan */
  uint32_t counter; /* CONTAINS */
  const struct vt_node *node;
};

/* A slot that fails because the part is there at all. */
struct vt_bar {
  uint32_t slot;
  uint8_t mode;
  const char *keyword;
};

struct vt_way {
  const struct vt_plan *plan; /* NULL with entries: not made yet */
  struct vt_entry *entries;
  struct vt_edge *edges;
  struct vt_bar *bars;
  uint64_t *claims; /* slots that have evaluated the part if they are valid; tracking plans only */
  uint32_t entry_count, edge_count, bar_count;
  bool quiet;        /* no bar is of certain mode */
  uint64_t bar_mask; /* the bars' slots, of a plan with one word */
};

struct vt_masked_way {
  uint64_t mask;
  struct vt_way *way;
  struct vt_masked_way *next;
};

struct vt_plan {
  const struct vt_node **nodes; /* of the slots, parts first */
  uint8_t *modes;
  uint32_t *slot_of_entry; /* in the order of the way's entries */
  uint32_t slot_count, words, entry_count;
  struct vt_checks starts[VT_KIND_COUNT], ends[VT_KIND_COUNT];
  struct vt_combine *combines;
  uint32_t combine_count;
  bool fast;                     /* one word of slots, nothing to combine: fast.c */
  uint64_t definite;             /* slots of certain mode, of a plan with one word */
  bool hashes;                   /* a compound const or enum: the value's hash is needed */
  bool unique;                   /* items are compared: their hashes are needed */
  bool track_object, track_list; /* something is unevaluated: parts are remembered */
  uint32_t contains_count;
  /* members */
  struct vater_str *names;
  struct vt_way **name_ways;
  uint32_t *name_table; /* index + 1 by hash, 0: free */
  uint32_t name_count, name_mask, name_words;
  const struct vt_pattern **patterns;
  uint32_t pattern_count;
  struct vt_way *other;          /* a name that nothing knows and no pattern fits */
  struct vt_masked_way *by_mask; /* a name that fits these patterns */
  struct vt_way *name_way;       /* the names themselves; NULL: anything goes */
  /* items */
  struct vt_way **positions; /* prefix_count ways */
  uint32_t prefix_count;
  struct vt_way *rest;
};

struct vt_planner {
  struct vt_arena *arena;
  const struct vt_planner *base; /* frozen, looked into first */
  uint32_t node_count;
  uint64_t plan_limit;
  struct vt_map plans;  /* entries -> struct vt_plan * */
  struct vt_map late;   /* (way) or (plan, mask) of the base -> plan or way */
  struct vt_way **ways; /* of plans made here, for resolving them all */
  uint32_t way_count, way_room, plan_count;
  uint32_t *slot_of; /* node id -> slot + 1, while a plan is made */
  const struct vt_node **stack, **found;
  int status;
};

int vt_planner_init(struct vt_planner *planner, struct vt_arena *arena,
                    const struct vt_allocator *allocator, const struct vt_planner *base,
                    uint32_t node_count, uint64_t plan_limit);
void vt_planner_fini(struct vt_planner *planner);
/* The plan of a set of nodes; NULL: planner->status. Entries are sorted and merged in place. */
const struct vt_plan *vt_planner_plan(struct vt_planner *planner, struct vt_entry *entries,
                                      uint32_t *count);
/* Makes the plans of all ways, theirs too, until the limit is reached. */
int vt_planner_foresee(struct vt_planner *planner);
/* Where a way leads; NULL with status OK: nothing to check. */
int vt_planner_follow(struct vt_planner *planner, const struct vt_way *way,
                      const struct vt_plan **plan);
/* The way for a name that fits the patterns of `mask`. */
int vt_planner_masked(struct vt_planner *planner, const struct vt_plan *plan, uint64_t mask,
                      const struct vt_way **way);

/* plan_way.c */
struct vt_way *vt_plan_member_way(struct vt_planner *planner, const struct vt_plan *plan,
                                  const struct vater_str *name, uint64_t mask);
bool vt_plan_members(struct vt_planner *planner, struct vt_plan *plan);
bool vt_plan_items(struct vt_planner *planner, struct vt_plan *plan);
/* plan_check.c */
bool vt_plan_checks(struct vt_planner *planner, struct vt_plan *plan);

/* Sorts, and leaves each node once with its strongest mode. */
void vt_entries_merge(struct vt_entry *entries, uint32_t *count);
void *vt_planner_alloc(struct vt_planner *planner, size_t count, size_t size);
/* Index in plan->names, or name_count. */
static inline uint32_t vt_plan_name(const struct vt_plan *plan, struct vater_str name);
/* A node that only passes on is what it passes on to. */
const struct vt_node *vt_node_meant(const struct vt_node *node);
bool vt_node_trivial(const struct vt_node *node); /* true for every value, claims nothing */

static inline uint64_t vt_plan_load(const char *bytes, size_t count)
{
  uint64_t word = 0;
  memcpy(&word, bytes, count);
  return word;
}

/* Names are short: two overlapping loads see all of up to 16 bytes. */
static inline uint32_t vt_plan_name_hash(struct vater_str name)
{
  uint64_t a, b;
  if (name.len >= 8) {
    a = vt_plan_load(name.ptr, 8);
    b = vt_plan_load(name.ptr + name.len - 8, 8);
  } else if (name.len >= 4) {
    a = vt_plan_load(name.ptr, 4);
    b = vt_plan_load(name.ptr + name.len - 4, 4);
  } else if (name.len > 0) {
    a = (unsigned char)name.ptr[0];
    b = (uint64_t)(unsigned char)name.ptr[name.len / 2] << 8 |
        (unsigned char)name.ptr[name.len - 1];
  } else {
    return 0;
  }
  uint64_t mixed = (a ^ name.len * 0x9E3779B97F4A7C15u) * 0xC2B2AE3D27D4EB4Fu;
  mixed = (mixed ^ b ^ mixed >> 29) * 0x165667B19E3779F9u;
  return (uint32_t)(mixed >> 32);
}

/* Equality of short texts without a call. */
static inline bool vt_plan_same(struct vater_str a, struct vater_str b)
{
  if (a.len != b.len)
    return false;
  if (a.len > 16)
    return memcmp(a.ptr, b.ptr, a.len) == 0;
  if (a.len >= 8)
    return vt_plan_load(a.ptr, 8) == vt_plan_load(b.ptr, 8) &&
           vt_plan_load(a.ptr + a.len - 8, 8) == vt_plan_load(b.ptr + b.len - 8, 8);
  if (a.len >= 4)
    return vt_plan_load(a.ptr, 4) == vt_plan_load(b.ptr, 4) &&
           vt_plan_load(a.ptr + a.len - 4, 4) == vt_plan_load(b.ptr + b.len - 4, 4);
  for (size_t i = 0; i < a.len; i++)
    if (a.ptr[i] != b.ptr[i])
      return false;
  return true;
}

static inline uint32_t vt_plan_name(const struct vt_plan *plan, struct vater_str name)
{
  if (plan->name_count == 0)
    return 0;
  for (uint32_t at = vt_plan_name_hash(name) & plan->name_mask;; at = (at + 1) & plan->name_mask) {
    uint32_t index = plan->name_table[at];
    if (index == 0)
      return plan->name_count;
    if (vt_plan_same(plan->names[index - 1], name))
      return index - 1;
  }
}

/* `guess` is tried first: members often come in the order of the schema. */
static inline uint32_t vt_plan_name_near(const struct vt_plan *plan, struct vater_str name,
                                         uint32_t guess)
{
  if (guess < plan->name_count && vt_plan_same(plan->names[guess], name))
    return guess;
  return vt_plan_name(plan, name);
}

static inline bool vt_plan_bit(const uint64_t *words, uint32_t index)
{
  return words[index >> 6] >> (index & 63) & 1;
}

static inline void vt_plan_set(uint64_t *words, uint32_t index)
{
  words[index >> 6] |= (uint64_t)1 << (index & 63);
}

#endif

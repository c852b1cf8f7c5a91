/* The validator's insides, shared by the files that make it up. */
#ifndef VT_SCHEMA_RUN_H
#define VT_SCHEMA_RUN_H

#include "schema/plan.h"

struct vt_schema {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_planner planner; /* frozen */
  struct vt_way root;        /* to the document's value */
  const struct vt_plan *empty;
  uint32_t node_count;
  uint64_t hash_seed[2];
  struct vt_pattern **patterns; /* for giving back */
  uint32_t pattern_count;
};

enum vt_text {
#define VT_TEXT(name, keyword, en, nb, nn) VT_TEXT_##name,
#include "schema/text.def"
#undef VT_TEXT
  VT_TEXT_COUNT
};

/* An open list or object. Words: failed slots, seen names, counters of contains. */
struct vt_frame {
  const struct vt_plan *plan;
  const struct vt_way *way;  /* that led to this value */
  const struct vt_way *part; /* to the current member or item */
  uint32_t name;             /* of the current member: index in the plan's names, or the count: */
  size_t name_at, name_len;  /* in validator->names */
  size_t offset;             /* of the value */
  size_t part_offset;        /* of the current part's value */
  uint64_t count;
  struct vt_hash parts, name_hash;
  size_t words_at;
  size_t items_at;
  size_t names_at;
  bool list, hashing;
  bool simple; /* an object of which no part is hashed, remembered or explained */
};

/* A part that uniqueItems or unevaluated… must remember. */
struct vt_item {
  const struct vt_way *way;
  uint64_t passes; /* bit per edge of the way: that node was valid */
  struct vt_hash hash;
  uint64_t index;
  size_t offset, end;
  size_t name_at, name_len;
};

/* A violation that counts only if the branch it is in is the likeliest (collect mode). */
struct vt_record {
  enum vt_text text;
  const char *keyword;
  uint32_t level; /* depth of the value whose slot it is about */
  uint32_t slot;
  uint32_t depth; /* of the offending value */
  size_t offset, end;
  struct vater_str pointer, expected;
};

struct vt_records {
  struct vt_record *items;
  uint32_t count, room;
};

#define VT_SCHEMA_REPORTED 32 /* remembered places of findings */

struct vt_schema_validator {
  const struct vt_schema *schema;
  struct vt_allocator allocator;
  struct vater_str document;
  const struct vt_schema_sink *sink;
  struct vt_way root;
  struct vt_entry root_entry; /* of an explainer */
  struct vt_edge root_edge;
  bool ended, valid, collect;
  uint64_t skip; /* open lists and objects of a part that nothing looks at */
  uint64_t findings;
  struct vt_frame *frames;
  uint32_t depth, frame_room;
  uint64_t *words;
  size_t word_count, word_room;
  struct vt_item *items;
  size_t item_count, item_room;
  char *names;
  size_t name_count, name_room;
  struct vt_planner planner;
  struct vt_arena *plan_arena; /* NULL until a plan was not foreseen */
  uint64_t *reach;             /* slots whose claims count, per slot */
  size_t reach_room;
  struct {
    size_t offset;
    bool type;
  } reported[VT_SCHEMA_REPORTED];
  uint32_t reported_count;
  /* explaining */
  struct vt_schema_validator *explainer;
  struct vt_arena *scratch;
  struct vt_records records, carried;
  uint32_t *picked;
  uint32_t picked_count, picked_room;
  struct vt_buffer pointer;
};

/* What one violation is about. `depth`: of the offending value; `expected` may be empty. */
struct vt_problem {
  enum vt_text text;
  const char *keyword; /* NULL: the text's */
  uint8_t mode;
  uint32_t level, slot, depth;
  size_t offset, end;
  struct vater_str expected;
  const struct vater_str *name; /* a member that is not the current one; NULL: the frames' path */
  uint64_t index;               /* with `indexed`: an item that is not the current one */
  bool indexed;
};

/* finding.c: counts, delivers or records, according to mode. */
int vt_run_report(struct vt_schema_validator *validator, const struct vt_problem *problem,
                  struct vt_error *error);
int vt_run_deliver(struct vt_schema_validator *validator, enum vt_text text, const char *keyword,
                   size_t offset, size_t end, struct vater_str pointer, struct vater_str expected,
                   struct vt_error *error);
/* Appends the pointer of the value at that depth. */
int vt_run_pointer(const struct vt_schema_validator *validator, uint32_t depth,
                   struct vt_buffer *out);

/* expected.c: into a buffer of `size`, cut with … */
struct vater_str vt_expected_types(uint8_t types, char *out, size_t size);
struct vater_str vt_expected_choices(const struct vt_choices *choices, char *out, size_t size);
struct vater_str vt_expected_number(uint64_t number, char *out, size_t size);

/* A value while its checks run. `frame` NULL: no list or object. */
struct vt_subject {
  const struct vt_plan *plan;
  uint64_t *failed;
  enum vt_part_kind kind;
  struct vater_str text; /* TEXT decoded, NUMBER as written */
  size_t offset, end;
  uint32_t depth;
  struct vt_frame *frame;
  struct vt_hash hash; /* of a list or object, where the plan wants it */
  const char *keyword; /* replaces that of the check: "propertyNames" */
};

/* check.c */
int vt_run_checks(struct vt_schema_validator *validator, const struct vt_subject *subject,
                  const struct vt_checks *checks, struct vt_error *error);
/* fast.c: the slots of a scalar that fail, where the plan is fast. False: take the long way, which
 * also reports. */
bool vt_run_fast(const struct vt_plan *plan, enum vt_part_kind kind, struct vater_str text,
                 uint64_t *failed);
/* combine.c: slots from their parts, unevaluated… */
int vt_run_combine(struct vt_schema_validator *validator, const struct vt_subject *subject,
                   struct vt_error *error);
/* explain.c */
int vt_run_explain(struct vt_schema_validator *validator, const struct vt_node *node,
                   uint32_t depth, size_t offset, size_t end, const struct vt_problem *otherwise,
                   struct vt_error *error);
/* Whether a finding was about the value at that offset; `type`: one that its type is wrong. */
bool vt_run_told(const struct vt_schema_validator *validator, size_t offset, bool type);
/* Collect mode: what explains the failed parts of a value that ends moves up to its whole. */
int vt_run_carry(struct vt_schema_validator *validator, const struct vt_subject *subject,
                 const struct vt_way *way, struct vt_error *error);
/* late.c: plans that were not foreseen */
int vt_run_follow(struct vt_schema_validator *validator, const struct vt_way *way,
                  const struct vt_plan **plan, struct vt_error *error);
int vt_run_member_way(struct vt_schema_validator *validator, const struct vt_plan *plan,
                      struct vater_str name, const struct vt_way **way, struct vt_error *error);
void *vt_run_enlarge(struct vt_schema_validator *validator, void *items, size_t count, size_t more,
                     size_t *room, size_t size, struct vt_error *error);
/* Room in one of the validator's stacks for `more` beyond `count`; NULL without memory. */
static inline void *vt_run_grow(struct vt_schema_validator *validator, void *items, size_t count,
                                size_t more, size_t *room, size_t size, struct vt_error *error)
{
  if (items != NULL && more <= *room - count)
    return items;
  return vt_run_enlarge(validator, items, count, more, room, size, error);
}

#endif

/* The syntax tree: macros expanded, and after checking each node resolved and typed. */
#ifndef VT_CEL_NODE_H
#define VT_CEL_NODE_H

#include "cel/type.h"

enum vt_cel_node_kind {
  VT_CEL_NODE_CONSTANT, /* value */
  VT_CEL_NODE_NAME,     /* name, absolute */
  VT_CEL_NODE_SELECT,   /* items[0].name; `optional` for .?name, `test` for has() */
  VT_CEL_NODE_CALL,     /* name(items …); `member`: items[0] is the receiver. Operators too */
  VT_CEL_NODE_LIST,     /* items; an item may be `entry_optional` */
  VT_CEL_NODE_MAP,      /* items: key, value, key, value …; the key may be `entry_optional` */
  VT_CEL_NODE_LOOP,     /* loop over items[0]; items[1] the condition or NULL, [2] the result */
  VT_CEL_NODE_BIND,     /* items[0] as `first` in items[1] */
  VT_CEL_NODE_OPTIONAL  /* items[0].optMap(first, items[1]); `flat`: optFlatMap */
};

enum vt_cel_loop {
  VT_CEL_LOOP_ALL,
  VT_CEL_LOOP_EXISTS,
  VT_CEL_LOOP_EXISTS_ONE,
  VT_CEL_LOOP_LIST,   /* map, filter, transformList */
  VT_CEL_LOOP_MAP,    /* transformMap */
  VT_CEL_LOOP_ENTRIES /* transformMapEntry */
};

enum vt_cel_resolved {
  VT_CEL_RESOLVED_NOTHING,
  VT_CEL_RESOLVED_VARIABLE, /* slot */
  VT_CEL_RESOLVED_LOCAL,    /* slot in the frame of locals */
  VT_CEL_RESOLVED_CONSTANT, /* value */
  VT_CEL_RESOLVED_FIELD     /* field of record */
};

struct vt_cel_overload;
struct vt_cel_step;

struct vt_cel_node {
  uint8_t kind;     /* enum vt_cel_node_kind */
  uint8_t loop;     /* enum vt_cel_loop */
  uint8_t resolved; /* enum vt_cel_resolved */
  bool absolute, optional, test, member, entry_optional, flat, quoted;
  uint16_t depth;         /* of the tree below */
  uint32_t offset, width; /* bytes to point at */
  uint32_t count;
  struct vt_cel_node **items;
  struct vater_str name, first, second; /* loop variables; second empty: one variable */
  struct vt_cel_value value;
  /* filled by the checker */
  const struct vt_cel_type *type;
  uint32_t slot, second_slot;
  uint32_t field;
  const struct vt_cel_record *record;
  const struct vt_cel_overload *const *overloads; /* that may apply */
  uint32_t overload_count;
  /* filled by the compiler */
  const struct vt_cel_step *step;
};

#endif

/*
 * The compiled form of a subschema. A node is a (schema, dynamic scope) pair: the dynamic anchors
 * that hold are known when it is made, so that $dynamicRef is an ordinary reference afterwards.
 * What applies to the same value hangs in `all` (allOf, $ref) or in nodes of its own (anyOf, oneOf,
 * not, if, dependentSchemas); these edges have no cycle.
 */
#ifndef VT_SCHEMA_NODE_H
#define VT_SCHEMA_NODE_H

#include "schema/decimal.h"
#include "schema/format.h"
#include "schema/hash.h"
#include "schema/pattern.h"
#include "schema/registry.h"

enum vt_node_kind {
  VT_NODE_PLAIN,     /* own assertions, and all of `parts` hold */
  VT_NODE_ANY,       /* at least one of `parts` */
  VT_NODE_ONE,       /* exactly one */
  VT_NODE_NOT,       /* not parts[0] */
  VT_NODE_IF,        /* parts: if, then, else */
  VT_NODE_DEPENDENT, /* parts[0] where member `name` is there */
};

/* Bits of types; an integer is a number without fraction. */
enum vt_type_bit {
  VT_TYPE_NULL = 1,
  VT_TYPE_BOOLEAN = 2,
  VT_TYPE_OBJECT = 4,
  VT_TYPE_ARRAY = 8,
  VT_TYPE_STRING = 16,
  VT_TYPE_NUMBER = 32,
  VT_TYPE_INTEGER = 64,
  VT_TYPE_ALL = 63
};

struct vt_node;

struct vt_named_node {
  struct vater_str name;
  struct vt_node *node;
  struct vt_named_node *next;
};

struct vt_pattern_node {
  const struct vt_pattern *pattern;
  struct vt_node *node;
  struct vt_pattern_node *next;
};

/* Names in order; `owner`: the member that asks for the others, or .ptr NULL for "required". */
struct vt_required {
  struct vater_str owner;
  struct vater_str *names;
  uint32_t count;
  struct vt_required *next;
};

/* const and enum: hashes for compound values, texts for the rest */
struct vt_choice {
  enum vt_doc_kind kind;
  struct vater_str text; /* TEXT decoded, NUMBER as written */
  struct vt_decimal number;
  struct vt_hash hash;
  const struct vt_schema_value *value;
};

struct vt_choices {
  const char *keyword; /* "const" or "enum" */
  const struct vt_schema_value *value;
  struct vt_choice *items;
  uint32_t count;
  bool compound; /* a list or object is among them */
  struct vt_choices *next;
};

enum vt_bound {
  VT_BOUND_MINIMUM,
  VT_BOUND_EXCLUSIVE_MINIMUM,
  VT_BOUND_MAXIMUM,
  VT_BOUND_EXCLUSIVE_MAXIMUM,
  VT_BOUND_MULTIPLE,
  VT_BOUND_COUNT
};

enum vt_size_bound {
  VT_SIZE_MIN_LENGTH,
  VT_SIZE_MAX_LENGTH,
  VT_SIZE_MIN_ITEMS,
  VT_SIZE_MAX_ITEMS,
  VT_SIZE_MIN_PROPERTIES,
  VT_SIZE_MAX_PROPERTIES,
  VT_SIZE_MIN_CONTAINS,
  VT_SIZE_MAX_CONTAINS,
  VT_SIZE_COUNT
};

struct vt_node {
  enum vt_node_kind kind;
  uint32_t id;      /* index in the schema's list */
  uint32_t order;   /* nodes that hold for the same value come after those they are made of */
  uint32_t pending; /* while ordering */
  struct vt_schema_value *value;
  const struct vt_scope *scope;
  struct vt_node **parts;
  uint32_t part_count;
  bool never; /* the schema false */
  bool unique;
  uint8_t types;         /* enum vt_type_bit */
  struct vater_str name; /* DEPENDENT */
  /* objects */
  struct vt_named_node *properties;
  struct vt_pattern_node *patterns;
  struct vt_node *additional, *names, *unevaluated_properties;
  struct vt_required *required;
  /* lists */
  struct vt_node **prefix;
  uint32_t prefix_count;
  struct vt_node *items, *contains, *unevaluated_items;
  /* scalars */
  struct vt_choices *choices;
  bool has_bound[VT_BOUND_COUNT];
  struct vt_decimal bound[VT_BOUND_COUNT];
  struct vater_str bound_text[VT_BOUND_COUNT];
  bool has_size[VT_SIZE_COUNT];
  uint64_t size[VT_SIZE_COUNT];
  const struct vt_pattern *pattern;
  struct vater_str examples; /* "2026, 2026-Q3": the schema's, for who is told of the pattern */
  vt_format_check *format;   /* with format_regex: NULL */
  bool format_regex;
  struct vater_str format_name;
};

/* The dynamic anchors in force: name -> schema, the outermost resource wins. Interned. */
struct vt_scope {
  const struct vt_scope *outer;
  struct vater_str name;
  struct vt_schema_value *target;
};

#endif

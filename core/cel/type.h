/* Static types: their text form, and assignability with type parameters as the checker needs it. */
#ifndef VT_CEL_TYPE_H
#define VT_CEL_TYPE_H

#include "cel/cel.h"

enum vt_cel_type_kind {
  VT_CEL_TYPE_DYN,
  VT_CEL_TYPE_ERROR, /* of an expression that is already reported */
  VT_CEL_TYPE_NULL,
  VT_CEL_TYPE_BOOL,
  VT_CEL_TYPE_INT,
  VT_CEL_TYPE_UINT,
  VT_CEL_TYPE_DOUBLE,
  VT_CEL_TYPE_STRING,
  VT_CEL_TYPE_BYTES,
  VT_CEL_TYPE_TIMESTAMP,
  VT_CEL_TYPE_DURATION,
  VT_CEL_TYPE_LIST,     /* arguments[0] */
  VT_CEL_TYPE_MAP,      /* arguments[0], [1] */
  VT_CEL_TYPE_OPTIONAL, /* arguments[0] */
  VT_CEL_TYPE_TYPE,     /* arguments[0], or none */
  VT_CEL_TYPE_RECORD,
  VT_CEL_TYPE_NAMED, /* known by its name alone: net.IP */
  VT_CEL_TYPE_PARAMETER
};

struct vt_cel_type {
  enum vt_cel_type_kind kind;
  uint32_t parameter; /* 0 … 25 in a signature; an index into the unifier while checking */
  uint32_t count;
  const struct vt_cel_type *const *arguments;
  struct vater_str name;
  const struct vt_cel_record *record;
  bool open;     /* has type parameters */
  uint32_t size; /* parts; a type of more than VT_CEL_TYPE_PARTS becomes dyn */
};

enum { VT_CEL_TYPE_PARTS = 500 };

struct vt_cel_record_field {
  struct vater_str name;
  const struct vt_cel_type *type;
  struct vater_str function, of; /* empty for an ordinary field */
};

struct vt_cel_record {
  struct vater_str name;
  uint32_t count;
  const struct vt_cel_record_field *fields;
  const struct vt_cel_type *type;
};

const struct vt_cel_type *vt_cel_type_simple(enum vt_cel_type_kind kind);
const struct vt_cel_type *vt_cel_type_list(struct vt_arena *arena, const struct vt_cel_type *item);
const struct vt_cel_type *vt_cel_type_map(struct vt_arena *arena, const struct vt_cel_type *key,
                                          const struct vt_cel_type *value);
const struct vt_cel_type *vt_cel_type_optional(struct vt_arena *arena,
                                               const struct vt_cel_type *inner);
const struct vt_cel_type *vt_cel_type_type(struct vt_arena *arena, const struct vt_cel_type *inner);
const struct vt_cel_type *vt_cel_type_make(struct vt_arena *arena, enum vt_cel_type_kind kind,
                                           struct vater_str name,
                                           const struct vt_cel_type *const *arguments,
                                           uint32_t count);

/* What type() gives for values of a type of that name, and the names that expressions may use for
 * them: NULL where there is none. */
const struct vt_cel_type *vt_cel_type_by_name(struct vater_str name);

struct vt_cel_environment;
/* Reads one type from text at *at, which moves behind it. */
int vt_cel_type_parse(struct vt_cel_environment *environment, struct vater_str text, size_t *at,
                      const struct vt_cel_type **type, struct vt_error *error);
/* The text form into a buffer; parameters that are not bound are "dyn". */
int vt_cel_type_print(const struct vt_cel_type *type, struct vt_buffer *out);
struct vater_str vt_cel_type_text(struct vt_arena *arena, const struct vt_cel_type *type);
bool vt_cel_type_equal(const struct vt_cel_type *a, const struct vt_cel_type *b);

static inline bool vt_cel_type_is_dyn(const struct vt_cel_type *type)
{
  return type->kind == VT_CEL_TYPE_DYN || type->kind == VT_CEL_TYPE_ERROR;
}

/* ---- unification -------------------------------------------------------------------------- */

struct vt_cel_unifier {
  struct vt_arena *arena;
  const struct vt_cel_type **bound; /* by parameter; NULL: free */
  uint32_t count, room;
  uint32_t *trail_index; /* what to undo */
  const struct vt_cel_type **trail_old;
  uint32_t trail_count, trail_room;
  uint32_t work; /* comparisons so far */
  bool failed;   /* out of memory, or of VT_CEL_UNIFIER_WORK */
};

enum { VT_CEL_UNIFIER_WORK = 2000000 };

void vt_cel_unifier_init(struct vt_cel_unifier *unifier, struct vt_arena *arena);
const struct vt_cel_type *vt_cel_unifier_fresh(struct vt_cel_unifier *unifier);
/* The signature type with its parameters replaced by fresh[parameter], 26 of them, made when NULL.
 */
const struct vt_cel_type *vt_cel_unifier_instance(struct vt_cel_unifier *unifier,
                                                  const struct vt_cel_type *type,
                                                  const struct vt_cel_type **fresh);
/* Whether `a` can stand where `b` is wanted; binds parameters only when it can. */
bool vt_cel_unifier_assign(struct vt_cel_unifier *unifier, const struct vt_cel_type *const *a,
                           const struct vt_cel_type *const *b, uint32_t count);
/* The type of two alternatives: the more general, or dyn. */
const struct vt_cel_type *vt_cel_unifier_join(struct vt_cel_unifier *unifier,
                                              const struct vt_cel_type *a,
                                              const struct vt_cel_type *b);
/* With bound parameters replaced; `close`: free ones become dyn. */
const struct vt_cel_type *vt_cel_unifier_resolve(struct vt_cel_unifier *unifier,
                                                 const struct vt_cel_type *type, bool close);

#endif

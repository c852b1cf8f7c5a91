/* A JSON document of ours as a tree: schemas keep number text, positions and member order. */
#ifndef VT_SCHEMA_VALUE_H
#define VT_SCHEMA_VALUE_H

#include "base/arena.h"
#include "doc/reader.h"

struct vt_schema_resource;

/* `kind` is one of OBJECT, LIST, TEXT, NUMBER, TRUE, FALSE, NULL. */
struct vt_schema_value {
  enum vt_doc_kind kind;
  uint32_t count;                 /* members or items */
  struct vater_str name;          /* as a member */
  struct vater_str text;          /* TEXT decoded, NUMBER as written */
  struct vt_schema_value *parent; /* NULL for the document's value */
  struct vt_schema_value *first, *last, *next;
  struct vt_schema_resource *resource; /* where a schema begins or stands; the registry's */
  size_t offset, end;                  /* bytes in the document, whole value */
  size_t name_offset, name_end;        /* of the member's name token */
};

/* Everything lives in the arena; `text` need not outlive the call. Error with offset. */
int vt_schema_value_parse(struct vater_str text, struct vt_arena *arena,
                          const struct vt_allocator *allocator, struct vt_schema_value **root,
                          struct vt_error *error);
/* NULL where absent or not an object. */
struct vt_schema_value *vt_schema_value_member(const struct vt_schema_value *object,
                                               const char *name);
struct vt_schema_value *vt_schema_value_find(const struct vt_schema_value *object,
                                             struct vater_str name);
/* One reference token of a JSON Pointer, still with ~ escapes; NULL where absent. */
struct vt_schema_value *vt_schema_value_step(struct vt_schema_value *value, struct vater_str token);

#endif

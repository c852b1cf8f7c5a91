/*
 * Where references lead: resources by URI, their anchors, the dialect of each. Documents are the
 * root, the given remotes (read when first named) and the built-in meta-schemas.
 */
#ifndef VT_SCHEMA_REGISTRY_H
#define VT_SCHEMA_REGISTRY_H

#include "base/map.h"
#include "schema/schema.h"
#include "schema/uri.h"
#include "schema/value.h"

/* Which vocabularies hold; `legacy`: 2019-09 and before, as far as references across drafts go. */
struct vt_schema_dialect {
  bool applicator, unevaluated, validation, format_assertion, legacy;
};

struct vt_schema_anchor {
  struct vater_str name;
  struct vt_schema_value *value;
  bool dynamic;
  struct vt_schema_anchor *next;
};

struct vt_schema_resource {
  struct vater_str uri;          /* absolute where the schema says so, without fragment */
  struct vater_str source, text; /* of the document: its name and its bytes, for places */
  struct vt_schema_value *root;
  struct vt_schema_dialect dialect;
  struct vt_schema_anchor *anchors;
};

struct vt_schema_registry {
  struct vt_arena *arena;
  const struct vt_allocator *allocator;
  const struct vt_schema_options *options;
  struct vt_diagnostics *diagnostics;
  struct vt_map resources; /* URI -> struct vt_schema_resource * */
  int status;              /* the first failure that is not a fault of the schema */
  uint32_t faults;
};

void vt_schema_registry_init(struct vt_schema_registry *registry, struct vt_arena *arena,
                             const struct vt_allocator *allocator,
                             const struct vt_schema_options *options,
                             struct vt_diagnostics *diagnostics);
void vt_schema_registry_fini(struct vt_schema_registry *registry);
/* Parses and enters the root document; NULL after a fault. */
struct vt_schema_value *vt_schema_registry_root(struct vt_schema_registry *registry,
                                                struct vater_str text);
/* The resource and document that a schema stands in. */
struct vt_schema_resource *vt_schema_resource_of(struct vt_schema_registry *registry,
                                                 struct vt_schema_value *value);
/* The schema that `reference` means inside `value`; NULL with a fault added. *anchor: the anchor it
 * was found by, or NULL. */
struct vt_schema_value *vt_schema_resolve(struct vt_schema_registry *registry,
                                          struct vt_schema_value *value, struct vater_str reference,
                                          struct vt_schema_value *place,
                                          struct vt_schema_anchor **anchor);
/* A fault at a value (its name where it is a member). */
void vt_schema_fault(struct vt_schema_registry *registry, const struct vt_schema_value *place,
                     const char *format, ...) VATER_PRINTF(3, 4);
/* Remembers that memory or a limit ended it. */
void vt_schema_stop(struct vt_schema_registry *registry, int status);

/* The built-in document of that URI; empty where there is none. */
struct vater_str vt_schema_builtin(struct vater_str uri);

#endif

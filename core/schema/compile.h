/* Schema text to nodes; inside core/schema. */
#ifndef VT_SCHEMA_COMPILE_H
#define VT_SCHEMA_COMPILE_H

#include "schema/node.h"

struct vt_compiler {
  struct vt_schema_registry *registry;
  struct vt_arena *arena;
  const struct vt_schema_options *options;
  struct vt_map nodes; /* (value, scope) -> node */
  struct vt_node **list;
  uint32_t count, room, done;
  const struct vt_scope **scopes;
  uint32_t scope_count, scope_room;
  struct vt_map patterns; /* text -> struct vt_pattern * */
};

/* All nodes reachable from `entry`, in order; faults go to the registry's diagnostics. */
int vt_compile_nodes(struct vt_compiler *compiler, struct vt_schema_value *entry,
                     struct vt_node **start);
void vt_compiler_fini(struct vt_compiler *compiler);

/* compile_keyword.c: fills `node` from its schema. */
void vt_compile_node(struct vt_compiler *compiler, struct vt_node *node);
/* compile_value.c: keywords that hold no schema. False: the keyword is none of them. */
bool vt_compile_assertion(struct vt_compiler *compiler, struct vt_node *node,
                          struct vt_schema_value *keyword);
struct vt_node *vt_compile_child(struct vt_compiler *compiler, struct vt_node *from,
                                 struct vt_schema_value *value);
struct vt_node *vt_compile_new_node(struct vt_compiler *compiler, enum vt_node_kind kind,
                                    struct vt_schema_value *value);
const struct vt_pattern *vt_compile_pattern(struct vt_compiler *compiler, struct vater_str text,
                                            const struct vt_schema_value *place);
void *vt_compile_alloc(struct vt_compiler *compiler, size_t count, size_t size);

#endif

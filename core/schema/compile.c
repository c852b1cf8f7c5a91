#include "schema/compile.h"

#include "base/limits.h"

void *vt_compile_alloc(struct vt_compiler *compiler, size_t count, size_t size)
{
  void *memory = vt_arena_array(compiler->arena, count > 0 ? count : 1, size);
  if (memory == NULL)
    vt_schema_stop(compiler->registry, VATER_E_NOMEM);
  return memory;
}

static bool list_room(struct vt_compiler *compiler)
{
  if (compiler->count < compiler->room)
    return true;
  if (compiler->count >= VT_LIMIT_SCHEMA_NODES) {
    vt_schema_stop(compiler->registry, VATER_E_LIMIT);
    return false;
  }
  uint32_t room = compiler->room == 0 ? 64 : compiler->room * 2;
  struct vt_node **list = vt_compile_alloc(compiler, room, sizeof(struct vt_node *));
  if (list == NULL)
    return false;
  if (compiler->count > 0)
    memcpy(list, compiler->list, compiler->count * sizeof(struct vt_node *));
  compiler->list = list;
  compiler->room = room;
  return true;
}

struct vt_node *vt_compile_new_node(struct vt_compiler *compiler, enum vt_node_kind kind,
                                    struct vt_schema_value *value)
{
  if (!list_room(compiler))
    return NULL;
  struct vt_node *node = vt_compile_alloc(compiler, 1, sizeof *node);
  if (node == NULL)
    return NULL;
  node->kind = kind;
  node->value = value;
  node->types = VT_TYPE_ALL;
  node->id = compiler->count;
  compiler->list[compiler->count++] = node;
  return node;
}

static struct vt_schema_value *bound_anchor(const struct vt_scope *scope, struct vater_str name)
{
  for (; scope != NULL; scope = scope->outer)
    if (vt_str_equal(scope->name, name))
      return scope->target;
  return NULL;
}

/* One object per (outer, name, target), so that scopes compare by address. */
static const struct vt_scope *intern_scope(struct vt_compiler *compiler,
                                           const struct vt_scope *outer,
                                           const struct vt_schema_anchor *anchor)
{
  for (uint32_t i = 0; i < compiler->scope_count; i++) {
    const struct vt_scope *scope = compiler->scopes[i];
    if (scope->outer == outer && scope->target == anchor->value &&
        vt_str_equal(scope->name, anchor->name))
      return scope;
  }
  if (compiler->scope_count == compiler->scope_room) {
    uint32_t room = compiler->scope_room == 0 ? 16 : compiler->scope_room * 2;
    const struct vt_scope **scopes =
        vt_compile_alloc(compiler, room, sizeof(const struct vt_scope *));
    if (scopes == NULL)
      return outer;
    if (compiler->scope_count > 0)
      memcpy(scopes, compiler->scopes, compiler->scope_count * sizeof *scopes);
    compiler->scopes = scopes;
    compiler->scope_room = room;
  }
  struct vt_scope *scope = vt_compile_alloc(compiler, 1, sizeof *scope);
  if (scope == NULL)
    return outer;
  *scope = (struct vt_scope){outer, anchor->name, anchor->value};
  compiler->scopes[compiler->scope_count++] = scope;
  return scope;
}

static const struct vt_scope *enter_resource(struct vt_compiler *compiler,
                                             const struct vt_scope *scope,
                                             const struct vt_schema_resource *resource)
{
  for (const struct vt_schema_anchor *anchor = resource->anchors; anchor != NULL;
       anchor = anchor->next)
    if (anchor->dynamic && bound_anchor(scope, anchor->name) == NULL)
      scope = intern_scope(compiler, scope, anchor);
  return scope;
}

static struct vt_node *node_of(struct vt_compiler *compiler, struct vt_schema_value *value,
                               const struct vt_scope *scope)
{
  struct vt_schema_resource *resource = vt_schema_resource_of(compiler->registry, value);
  if (resource == NULL)
    return NULL;
  scope = enter_resource(compiler, scope, resource);
  const void *key[2] = {value, scope};
  struct vater_str found =
      vt_arena_copy(compiler->arena, (struct vater_str){(const char *)key, sizeof key});
  bool added;
  uint64_t *slot = found.ptr != NULL ? vt_map_put(&compiler->nodes, found, &added) : NULL;
  if (slot == NULL) {
    vt_schema_stop(compiler->registry, VATER_E_NOMEM);
    return NULL;
  }
  if (!added)
    return (struct vt_node *)(uintptr_t)*slot;
  struct vt_node *node = vt_compile_new_node(compiler, VT_NODE_PLAIN, value);
  if (node != NULL)
    node->scope = scope;
  *slot = (uint64_t)(uintptr_t)node;
  return node;
}

struct vt_node *vt_compile_child(struct vt_compiler *compiler, struct vt_node *from,
                                 struct vt_schema_value *value)
{
  return node_of(compiler, value, from->scope);
}

const struct vt_pattern *vt_compile_pattern(struct vt_compiler *compiler, struct vater_str text,
                                            const struct vt_schema_value *place)
{
  bool added;
  uint64_t *slot = vt_map_put(&compiler->patterns, text, &added);
  if (slot == NULL) {
    vt_schema_stop(compiler->registry, VATER_E_NOMEM);
    return NULL;
  }
  if (!added)
    return (const struct vt_pattern *)(uintptr_t)*slot;
  struct vt_error error = {.status = VATER_OK};
  struct vt_pattern *pattern;
  int status =
      vt_pattern_compile(text, compiler->arena, compiler->registry->allocator, &pattern, &error);
  if (status == VATER_E_NOMEM)
    vt_schema_stop(compiler->registry, status);
  else if (status != VATER_OK)
    vt_schema_fault(compiler->registry, place, "'%.*s'%s is not a pattern: %s",
                    text.len > 100 ? 100 : (int)text.len, text.ptr, text.len > 100 ? "…" : "",
                    error.text);
  *slot = (uint64_t)(uintptr_t)pattern;
  return pattern;
}

/* Parts before wholes (Kahn 1962); what remains refers to itself without consuming anything. */
static void order_nodes(struct vt_compiler *compiler)
{
  uint32_t count = compiler->count, done = 0, filled = 0, edges = 0;
  for (uint32_t i = 0; i < count; i++)
    edges += compiler->list[i]->part_count;
  struct vt_node **queue = vt_compile_alloc(compiler, count, sizeof(struct vt_node *));
  uint32_t *first = vt_compile_alloc(compiler, (size_t)count + 1, sizeof *first);
  struct vt_node **wholes = vt_compile_alloc(compiler, edges, sizeof(struct vt_node *));
  if (queue == NULL || first == NULL || wholes == NULL)
    return;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t j = 0; j < compiler->list[i]->part_count; j++)
      if (compiler->list[i]->parts[j] != NULL)
        first[compiler->list[i]->parts[j]->id]++;
  for (uint32_t i = 0, sum = 0; i <= count; i++) {
    uint32_t own = first[i];
    first[i] = sum;
    sum += own;
  }
  uint32_t *at = vt_compile_alloc(compiler, (size_t)count + 1, sizeof *at);
  if (at == NULL)
    return;
  memcpy(at, first, ((size_t)count + 1) * sizeof *at);
  for (uint32_t i = 0; i < count; i++) {
    struct vt_node *node = compiler->list[i];
    for (uint32_t j = 0; j < node->part_count; j++) {
      if (node->parts[j] == NULL)
        continue;
      wholes[at[node->parts[j]->id]++] = node;
      node->pending++;
    }
    if (node->pending == 0)
      queue[filled++] = node;
  }
  for (; done < filled; done++) {
    queue[done]->order = done;
    for (uint32_t i = first[queue[done]->id]; i < first[queue[done]->id + 1]; i++)
      if (--wholes[i]->pending == 0)
        queue[filled++] = wholes[i];
  }
  for (uint32_t i = 0; filled < count && i < count; i++) {
    if (compiler->list[i]->pending > 0) {
      vt_schema_fault(compiler->registry, compiler->list[i]->value,
                      "the schema refers to itself for the same value, without end");
      return;
    }
  }
}

int vt_compile_nodes(struct vt_compiler *compiler, struct vt_schema_value *entry,
                     struct vt_node **start)
{
  struct vt_schema_registry *registry = compiler->registry;
  vt_map_init(&compiler->nodes, registry->allocator, (uint32_t)VT_LIMIT_SCHEMA_NODES, 0);
  vt_map_init(&compiler->patterns, registry->allocator, (uint32_t)VT_LIMIT_SCHEMA_NODES, 0);
  struct vt_schema_resource *root = vt_schema_resource_of(registry, entry);
  *start = root != NULL ? node_of(compiler, entry, NULL) : NULL;
  while (compiler->done < compiler->count && registry->status == VATER_OK) {
    struct vt_node *node = compiler->list[compiler->done++];
    if (node->kind == VT_NODE_PLAIN)
      vt_compile_node(compiler, node);
  }
  if (registry->status == VATER_OK && registry->faults == 0)
    order_nodes(compiler);
  if (registry->status != VATER_OK)
    return registry->status;
  return registry->faults > 0 || *start == NULL ? VATER_E_CONFIG : VATER_OK;
}

void vt_compiler_fini(struct vt_compiler *compiler)
{
  vt_map_fini(&compiler->nodes);
  vt_map_fini(&compiler->patterns);
}

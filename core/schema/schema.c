#include "schema/schema.h"

#include "base/limits.h"
#include "schema/compile.h"
#include "schema/run.h"

/* The subschema that the options name; the whole without. */
static struct vt_schema_value *entry_of(struct vt_schema_registry *registry,
                                        struct vt_schema_value *root)
{
  struct vt_schema_anchor *anchor;
  if (root == NULL || registry->options->entry.len == 0)
    return root;
  return vt_schema_resolve(registry, root, registry->options->entry, root, &anchor);
}

static int make_plans(struct vt_schema *schema, const struct vt_node *start)
{
  uint32_t none = 0;
  int status = vt_planner_init(&schema->planner, schema->arena, &schema->allocator, NULL,
                               schema->node_count, VT_LIMIT_SCHEMA_PLANS);
  if (status != VATER_OK)
    return status;
  struct vt_entry *entry = vt_planner_alloc(&schema->planner, 1, sizeof *entry);
  struct vt_edge *edge = vt_planner_alloc(&schema->planner, 1, sizeof *edge);
  if (entry == NULL || edge == NULL)
    return VATER_E_NOMEM;
  start = vt_node_meant(start);
  *entry = (struct vt_entry){start, VT_MODE_DEFINITE};
  *edge = (struct vt_edge){.kind = VT_EDGE_CHILD, .node = start};
  schema->root =
      (struct vt_way){.entries = entry, .edges = edge, .entry_count = 1, .edge_count = 1};
  schema->root.plan = vt_planner_plan(&schema->planner, entry, &schema->root.entry_count);
  schema->empty = vt_planner_plan(&schema->planner, entry, &none);
  if (schema->root.plan == NULL || schema->empty == NULL)
    return schema->planner.status;
  return vt_planner_foresee(&schema->planner);
}

static void keep_patterns(struct vt_schema *schema, const struct vt_compiler *compiler)
{
  schema->patterns = vt_arena_array(schema->arena, (size_t)compiler->patterns.count + 1,
                                    sizeof(struct vt_pattern *));
  for (uint32_t i = 0; i < compiler->patterns.count; i++) {
    struct vt_pattern *pattern =
        (struct vt_pattern *)(uintptr_t)compiler->patterns.entries[i].value;
    if (schema->patterns != NULL)
      schema->patterns[schema->pattern_count++] = pattern;
    else
      vt_pattern_fini(pattern);
  }
}

static int compile(struct vt_schema *schema, struct vater_str text,
                   const struct vt_schema_options *options, struct vt_diagnostics *diagnostics)
{
  struct vt_schema_registry registry;
  struct vt_node *start = NULL;
  vt_schema_registry_init(&registry, schema->arena, &schema->allocator, options, diagnostics);
  struct vt_compiler compiler = {.registry = &registry, .arena = schema->arena, .options = options};
  struct vt_schema_value *entry = entry_of(&registry, vt_schema_registry_root(&registry, text));
  int status = registry.status != VATER_OK ? registry.status : VATER_E_CONFIG;
  if (entry != NULL && registry.status == VATER_OK)
    status = vt_compile_nodes(&compiler, entry, &start);
  if (entry != NULL) {
    schema->node_count = compiler.count;
    keep_patterns(schema, &compiler);
    vt_compiler_fini(&compiler);
  }
  if (status == VATER_OK)
    status = schema->patterns != NULL ? make_plans(schema, start) : VATER_E_NOMEM;
  vt_schema_registry_fini(&registry);
  return status;
}

static void add_failure(struct vt_diagnostics *diagnostics, int status,
                        const struct vt_schema_options *options)
{
  struct vt_error error = {.status = VATER_OK};
  if (status == VATER_E_CONFIG)
    return;
  vt_fail(&error, status, "SCHEMA-LOAD",
          status == VATER_E_LIMIT
              ? "the schema is larger than SCHEMA_NODES, SCHEMA_PLANS or SCHEMA_SLOTS allow"
              : "out of memory");
  vt_error_at(&error, options->source, 0, 0);
  vt_diagnostics_add(diagnostics, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 1);
}

int vt_schema_compile(struct vater_str text, const struct vt_schema_options *options,
                      const struct vt_allocator *allocator, struct vt_schema **schema,
                      struct vt_diagnostics *diagnostics)
{
  static const struct vt_schema_options defaults = {.remote_count = 0};
  struct vt_schema *made = vt_alloc(allocator, sizeof *made);
  *schema = NULL;
  if (made == NULL)
    return VATER_E_NOMEM;
  options = options != NULL ? options : &defaults;
  *made = (struct vt_schema){.allocator = *allocator,
                             .hash_seed = {options->hash_seed[0], options->hash_seed[1]}};
  made->arena = vt_arena_new(allocator, VT_LIMIT_SCHEMA_MEMORY);
  int status = VATER_E_NOMEM;
  if (made->arena != NULL)
    status = text.len > VT_LIMIT_SCHEMA_BYTES ? VATER_E_LIMIT
                                              : compile(made, text, options, diagnostics);
  if (status == VATER_OK) {
    *schema = made;
    return VATER_OK;
  }
  add_failure(diagnostics, status, options);
  vt_schema_free(made);
  return status;
}

void vt_schema_free(struct vt_schema *schema)
{
  if (schema == NULL)
    return;
  struct vt_allocator allocator = schema->allocator;
  for (uint32_t i = 0; i < schema->pattern_count; i++)
    vt_pattern_fini(schema->patterns[i]);
  if (schema->planner.arena != NULL)
    vt_planner_fini(&schema->planner);
  vt_arena_free(schema->arena);
  vt_free(&allocator, schema);
}

#include "schema/compile.h"

/* Appends to the parts of a node; parts are few. */
static void add_part(struct vt_compiler *compiler, struct vt_node *node, struct vt_node *part)
{
  if (part == NULL)
    return;
  struct vt_node **parts =
      vt_compile_alloc(compiler, (size_t)node->part_count + 1, sizeof(struct vt_node *));
  if (parts == NULL)
    return;
  if (node->part_count > 0)
    memcpy(parts, node->parts, node->part_count * sizeof(struct vt_node *));
  parts[node->part_count++] = part;
  node->parts = parts;
}

static bool is_schema(struct vt_compiler *compiler, const struct vt_schema_value *value,
                      const struct vt_schema_value *keyword)
{
  if (value->kind == VT_DOC_OBJECT || value->kind == VT_DOC_TRUE || value->kind == VT_DOC_FALSE)
    return true;
  vt_schema_fault(compiler->registry, value, "\"%.*s\" takes schemas: objects, true or false",
                  VT_STR_ARGS(keyword->name));
  return false;
}

static struct vt_node *child(struct vt_compiler *compiler, struct vt_node *node,
                             struct vt_schema_value *value, const struct vt_schema_value *keyword)
{
  return is_schema(compiler, value, keyword) ? vt_compile_child(compiler, node, value) : NULL;
}

static bool is_list(struct vt_compiler *compiler, const struct vt_schema_value *keyword)
{
  if (keyword->kind == VT_DOC_LIST && keyword->count > 0)
    return true;
  vt_schema_fault(compiler->registry, keyword, "\"%.*s\" must be a list with at least one schema",
                  VT_STR_ARGS(keyword->name));
  return false;
}

static bool is_object(struct vt_compiler *compiler, const struct vt_schema_value *keyword)
{
  if (keyword->kind == VT_DOC_OBJECT)
    return true;
  vt_schema_fault(compiler->registry, keyword, "\"%.*s\" must be an object",
                  VT_STR_ARGS(keyword->name));
  return false;
}

static void keyword_all(struct vt_compiler *compiler, struct vt_node *node,
                        struct vt_schema_value *keyword)
{
  if (!is_list(compiler, keyword))
    return;
  for (struct vt_schema_value *each = keyword->first; each != NULL; each = each->next)
    add_part(compiler, node, child(compiler, node, each, keyword));
}

static void keyword_choice(struct vt_compiler *compiler, struct vt_node *node,
                           struct vt_schema_value *keyword, enum vt_node_kind kind)
{
  if (!is_list(compiler, keyword))
    return;
  struct vt_node *choice = vt_compile_new_node(compiler, kind, keyword);
  if (choice == NULL)
    return;
  for (struct vt_schema_value *each = keyword->first; each != NULL; each = each->next)
    add_part(compiler, choice, child(compiler, node, each, keyword));
  add_part(compiler, node, choice);
}

static void keyword_any(struct vt_compiler *compiler, struct vt_node *node,
                        struct vt_schema_value *keyword)
{
  keyword_choice(compiler, node, keyword, VT_NODE_ANY);
}

static void keyword_one(struct vt_compiler *compiler, struct vt_node *node,
                        struct vt_schema_value *keyword)
{
  keyword_choice(compiler, node, keyword, VT_NODE_ONE);
}

static void keyword_not(struct vt_compiler *compiler, struct vt_node *node,
                        struct vt_schema_value *keyword)
{
  struct vt_node *inner = child(compiler, node, keyword, keyword);
  struct vt_node *negation = vt_compile_new_node(compiler, VT_NODE_NOT, keyword);
  if (inner == NULL || negation == NULL)
    return;
  add_part(compiler, negation, inner);
  add_part(compiler, node, negation);
}

/* A missing then or else is the part NULL. */
static void keyword_if(struct vt_compiler *compiler, struct vt_node *node,
                       struct vt_schema_value *keyword)
{
  struct vt_schema_value *then = vt_schema_value_member(node->value, "then");
  struct vt_schema_value *otherwise = vt_schema_value_member(node->value, "else");
  struct vt_node *condition = vt_compile_new_node(compiler, VT_NODE_IF, keyword);
  struct vt_node **parts = vt_compile_alloc(compiler, 3, sizeof(struct vt_node *));
  if (condition == NULL || parts == NULL)
    return;
  parts[0] = child(compiler, node, keyword, keyword);
  parts[1] = then != NULL ? child(compiler, node, then, then) : NULL;
  parts[2] = otherwise != NULL ? child(compiler, node, otherwise, otherwise) : NULL;
  condition->parts = parts;
  condition->part_count = parts[0] != NULL ? 3 : 0;
  if (parts[0] != NULL)
    add_part(compiler, node, condition);
}

static void dependent(struct vt_compiler *compiler, struct vt_node *node,
                      struct vt_schema_value *member, const struct vt_schema_value *keyword)
{
  struct vt_node *inner = child(compiler, node, member, keyword);
  struct vt_node *condition = vt_compile_new_node(compiler, VT_NODE_DEPENDENT, member);
  if (inner == NULL || condition == NULL)
    return;
  condition->name = member->name;
  add_part(compiler, condition, inner);
  add_part(compiler, node, condition);
}

static void keyword_dependent_schemas(struct vt_compiler *compiler, struct vt_node *node,
                                      struct vt_schema_value *keyword)
{
  if (!is_object(compiler, keyword))
    return;
  for (struct vt_schema_value *each = keyword->first; each != NULL; each = each->next)
    dependent(compiler, node, each, keyword);
}

static void keyword_dependencies(struct vt_compiler *compiler, struct vt_node *node,
                                 struct vt_schema_value *keyword)
{
  if (!is_object(compiler, keyword))
    return;
  for (struct vt_schema_value *each = keyword->first; each != NULL; each = each->next)
    if (each->kind != VT_DOC_LIST)
      dependent(compiler, node, each, keyword);
  vt_compile_assertion(compiler, node, keyword);
}

static void keyword_properties(struct vt_compiler *compiler, struct vt_node *node,
                               struct vt_schema_value *keyword)
{
  struct vt_named_node **end = &node->properties;
  if (!is_object(compiler, keyword))
    return;
  for (struct vt_schema_value *each = keyword->first; each != NULL; each = each->next) {
    struct vt_named_node *named = vt_compile_alloc(compiler, 1, sizeof *named);
    if (named == NULL)
      return;
    named->name = each->name;
    named->node = child(compiler, node, each, keyword);
    *end = named;
    end = &named->next;
  }
}

static void keyword_patterns(struct vt_compiler *compiler, struct vt_node *node,
                             struct vt_schema_value *keyword)
{
  struct vt_pattern_node **end = &node->patterns;
  if (!is_object(compiler, keyword))
    return;
  for (struct vt_schema_value *each = keyword->first; each != NULL; each = each->next) {
    struct vt_pattern_node *entry = vt_compile_alloc(compiler, 1, sizeof *entry);
    if (entry == NULL)
      return;
    entry->pattern = vt_compile_pattern(compiler, each->name, each);
    entry->node = child(compiler, node, each, keyword);
    *end = entry;
    end = &entry->next;
  }
}

static void set_prefix(struct vt_compiler *compiler, struct vt_node *node,
                       struct vt_schema_value *keyword)
{
  node->prefix = vt_compile_alloc(compiler, keyword->count, sizeof(struct vt_node *));
  if (node->prefix == NULL)
    return;
  for (struct vt_schema_value *each = keyword->first; each != NULL; each = each->next)
    node->prefix[node->prefix_count++] = child(compiler, node, each, keyword);
}

static void keyword_prefix(struct vt_compiler *compiler, struct vt_node *node,
                           struct vt_schema_value *keyword)
{
  if (!node->value->resource->dialect.legacy && is_list(compiler, keyword))
    set_prefix(compiler, node, keyword);
}

static void keyword_items(struct vt_compiler *compiler, struct vt_node *node,
                          struct vt_schema_value *keyword)
{
  struct vt_schema_value *rest = vt_schema_value_member(node->value, "additionalItems");
  if (!node->value->resource->dialect.legacy || keyword->kind != VT_DOC_LIST) {
    node->items = child(compiler, node, keyword, keyword);
    return;
  }
  set_prefix(compiler, node, keyword);
  if (rest != NULL)
    node->items = child(compiler, node, rest, rest);
}

static void keyword_ref(struct vt_compiler *compiler, struct vt_node *node,
                        struct vt_schema_value *keyword)
{
  struct vt_schema_anchor *anchor;
  if (keyword->kind != VT_DOC_TEXT) {
    vt_schema_fault(compiler->registry, keyword, "\"%.*s\" must be a string",
                    VT_STR_ARGS(keyword->name));
    return;
  }
  struct vt_schema_value *target =
      vt_schema_resolve(compiler->registry, node->value, keyword->text, keyword, &anchor);
  if (target == NULL)
    return;
  if (anchor != NULL && anchor->dynamic && vt_str_is(keyword->name, "$dynamicRef"))
    for (const struct vt_scope *scope = node->scope; scope != NULL; scope = scope->outer)
      if (vt_str_equal(scope->name, anchor->name))
        target = scope->target;
  add_part(compiler, node, child(compiler, node, target, keyword));
}

#define SINGLE(member)                                                             \
  static void keyword_##member(struct vt_compiler *compiler, struct vt_node *node, \
                               struct vt_schema_value *keyword)                    \
  {                                                                                \
    node->member = child(compiler, node, keyword, keyword);                        \
  }
SINGLE(additional)
SINGLE(names)
SINGLE(contains)
SINGLE(unevaluated_properties)
SINGLE(unevaluated_items)

enum vocabulary { CORE, APPLICATOR, UNEVALUATED };

static const struct applicator {
  const char *name;
  enum vocabulary vocabulary;
  void (*compile)(struct vt_compiler *, struct vt_node *, struct vt_schema_value *);
} applicators[] = {
    {"$ref", CORE, keyword_ref},
    {"$dynamicRef", CORE, keyword_ref},
    {"allOf", APPLICATOR, keyword_all},
    {"anyOf", APPLICATOR, keyword_any},
    {"oneOf", APPLICATOR, keyword_one},
    {"not", APPLICATOR, keyword_not},
    {"if", APPLICATOR, keyword_if},
    {"dependentSchemas", APPLICATOR, keyword_dependent_schemas},
    {"dependencies", APPLICATOR, keyword_dependencies},
    {"properties", APPLICATOR, keyword_properties},
    {"patternProperties", APPLICATOR, keyword_patterns},
    {"additionalProperties", APPLICATOR, keyword_additional},
    {"propertyNames", APPLICATOR, keyword_names},
    {"prefixItems", APPLICATOR, keyword_prefix},
    {"items", APPLICATOR, keyword_items},
    {"contains", APPLICATOR, keyword_contains},
    {"unevaluatedProperties", UNEVALUATED, keyword_unevaluated_properties},
    {"unevaluatedItems", UNEVALUATED, keyword_unevaluated_items},
};

static const struct applicator *find_applicator(struct vater_str name)
{
  for (size_t i = 0; i < sizeof applicators / sizeof *applicators; i++)
    if (vt_str_is(name, applicators[i].name))
      return &applicators[i];
  return NULL;
}

void vt_compile_node(struct vt_compiler *compiler, struct vt_node *node)
{
  struct vt_schema_value *schema = node->value;
  if (schema->kind != VT_DOC_OBJECT) {
    node->never = schema->kind == VT_DOC_FALSE;
    if (schema->kind != VT_DOC_TRUE && schema->kind != VT_DOC_FALSE)
      vt_schema_fault(compiler->registry, schema, "a schema is an object, true or false");
    return;
  }
  const struct vt_schema_dialect *dialect = &schema->resource->dialect;
  for (struct vt_schema_value *each = schema->first; each != NULL; each = each->next) {
    const struct applicator *applicator = find_applicator(each->name);
    if (applicator == NULL) {
      vt_compile_assertion(compiler, node, each);
      continue;
    }
    if ((applicator->vocabulary == APPLICATOR && !dialect->applicator) ||
        (applicator->vocabulary == UNEVALUATED && !dialect->unevaluated))
      continue;
    applicator->compile(compiler, node, each);
  }
}

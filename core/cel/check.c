#include "cel/check.h"

static const struct vt_cel_type *simple(enum vt_cel_type_kind kind)
{
  return vt_cel_type_simple(kind);
}

/* A type that could not be made is an error type; the caller sees no_memory. */
static const struct vt_cel_type *made(struct vt_cel_checker *checker,
                                      const struct vt_cel_type *type)
{
  if (type != NULL)
    return type;
  checker->no_memory = true;
  return simple(VT_CEL_TYPE_ERROR);
}

struct vater_str vt_cel_type_words(struct vt_cel_checker *checker, const struct vt_cel_type *type)
{
  struct vater_str text = vt_cel_type_text(
      checker->arena, made(checker, vt_cel_unifier_resolve(&checker->unifier, type, true)));
  if (text.ptr == NULL)
    checker->no_memory = true;
  return text;
}

bool vt_cel_check_assign(struct vt_cel_checker *checker, const struct vt_cel_type *a,
                         const struct vt_cel_type *b)
{
  return vt_cel_unifier_assign(&checker->unifier, &a, &b, 1);
}

static const struct vt_cel_type *resolved(struct vt_cel_checker *checker,
                                          const struct vt_cel_type *type)
{
  return vt_cel_unifier_resolve(&checker->unifier, type, false);
}

static const struct vt_cel_type *dyn_when_free(const struct vt_cel_type *type)
{
  return type->kind == VT_CEL_TYPE_PARAMETER ? simple(VT_CEL_TYPE_DYN) : type;
}

/* ---- constants, lists, maps --------------------------------------------------------------- */

static const struct vt_cel_type *constant_type(const struct vt_cel_value *value)
{
  static const enum vt_cel_type_kind kinds[] = {
      [VT_CEL_NULL] = VT_CEL_TYPE_NULL,     [VT_CEL_BOOL] = VT_CEL_TYPE_BOOL,
      [VT_CEL_INT] = VT_CEL_TYPE_INT,       [VT_CEL_UINT] = VT_CEL_TYPE_UINT,
      [VT_CEL_DOUBLE] = VT_CEL_TYPE_DOUBLE, [VT_CEL_STRING] = VT_CEL_TYPE_STRING,
      [VT_CEL_BYTES] = VT_CEL_TYPE_BYTES};
  return simple(kinds[value->kind]);
}

static const struct vt_cel_type *join(struct vt_cel_checker *checker,
                                      const struct vt_cel_type *before,
                                      const struct vt_cel_type *type)
{
  return before == NULL ? type : vt_cel_unifier_join(&checker->unifier, before, type);
}

/* What an entry `?e` contributes: the type inside the optional. */
static const struct vt_cel_type *entry_type(struct vt_cel_checker *checker, bool optional,
                                            const struct vt_cel_node *value)
{
  const struct vt_cel_type *type = resolved(checker, value->type);
  if (!optional || vt_cel_type_is_dyn(type))
    return type;
  if (type->kind == VT_CEL_TYPE_OPTIONAL)
    return type->arguments[0];
  vt_cel_report(checker->report, value->offset, value->width,
                "'?' wants an optional value here, not %.*s",
                VT_STR_ARGS(vt_cel_type_words(checker, type)));
  return simple(VT_CEL_TYPE_ERROR);
}

static void check_list(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  const struct vt_cel_type *item = NULL;
  for (uint32_t i = 0; i < node->count; i++) {
    vt_cel_check_node(checker, node->items[i]);
    item = join(checker, item, entry_type(checker, node->items[i]->entry_optional, node->items[i]));
  }
  if (item == NULL)
    item = vt_cel_unifier_fresh(&checker->unifier);
  node->type = made(checker, vt_cel_type_list(checker->arena, item));
}

static void check_map(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  const struct vt_cel_type *key = NULL, *value = NULL;
  for (uint32_t i = 0; i < node->count; i += 2) {
    vt_cel_check_node(checker, node->items[i]);
    vt_cel_check_node(checker, node->items[i + 1]);
    key = join(checker, key, resolved(checker, node->items[i]->type));
    value = join(checker, value,
                 entry_type(checker, node->items[i]->entry_optional, node->items[i + 1]));
  }
  if (key == NULL) {
    key = vt_cel_unifier_fresh(&checker->unifier);
    value = vt_cel_unifier_fresh(&checker->unifier);
  }
  node->type = made(checker, vt_cel_type_map(checker->arena, key, value));
}

/* ---- loops and binds ---------------------------------------------------------------------- */

static void open_local(struct vt_cel_checker *checker, struct vt_cel_local *local,
                       struct vater_str name, const struct vt_cel_type *type)
{
  *local = (struct vt_cel_local){name, type, checker->local_depth++, checker->scope};
  checker->scope = local;
  if (checker->local_depth > checker->local_count)
    checker->local_count = checker->local_depth;
}

static void close_local(struct vt_cel_checker *checker)
{
  checker->scope = checker->scope->outer;
  checker->local_depth--;
}

static void loop_types(struct vt_cel_checker *checker, const struct vt_cel_node *node,
                       const struct vt_cel_type **first, const struct vt_cel_type **second)
{
  const struct vt_cel_type *range = resolved(checker, node->items[0]->type);
  bool two = node->second.len > 0;
  *first = *second = simple(VT_CEL_TYPE_DYN);
  if (range->kind == VT_CEL_TYPE_LIST) {
    *first = two ? simple(VT_CEL_TYPE_INT) : range->arguments[0];
    *second = range->arguments[0];
  } else if (range->kind == VT_CEL_TYPE_MAP) {
    *first = range->arguments[0];
    *second = range->arguments[1];
  } else if (!vt_cel_type_is_dyn(range) && range->kind != VT_CEL_TYPE_PARAMETER) {
    vt_cel_report(checker->report, node->offset, node->width,
                  "%.*s() loops over a list or a map, not over %.*s", VT_STR_ARGS(node->name),
                  VT_STR_ARGS(vt_cel_type_words(checker, range)));
    *first = *second = simple(VT_CEL_TYPE_ERROR);
  }
}

static void want_bool(struct vt_cel_checker *checker, const struct vt_cel_node *node,
                      const char *what)
{
  if (checker->unchecked || vt_cel_check_assign(checker, node->type, simple(VT_CEL_TYPE_BOOL)))
    return;
  vt_cel_report(checker->report, node->offset, node->width, "%s must be bool, but is %.*s", what,
                VT_STR_ARGS(vt_cel_type_words(checker, node->type)));
}

static const struct vt_cel_type *loop_result(struct vt_cel_checker *checker,
                                             const struct vt_cel_node *node,
                                             const struct vt_cel_type *first)
{
  const struct vt_cel_type *result =
      node->items[2] != NULL ? resolved(checker, node->items[2]->type) : NULL;
  switch ((enum vt_cel_loop)node->loop) {
  case VT_CEL_LOOP_LIST:
    return vt_cel_type_list(checker->arena, result);
  case VT_CEL_LOOP_MAP:
    return vt_cel_type_map(checker->arena, first, result);
  case VT_CEL_LOOP_ENTRIES:
    if (result->kind == VT_CEL_TYPE_MAP || vt_cel_type_is_dyn(result))
      return result;
    vt_cel_report(checker->report, node->items[2]->offset, node->items[2]->width,
                  "transformMapEntry() wants a map as its result, not %.*s",
                  VT_STR_ARGS(vt_cel_type_words(checker, result)));
    return simple(VT_CEL_TYPE_ERROR);
  default:
    return simple(VT_CEL_TYPE_BOOL);
  }
}

static void check_loop(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  struct vt_cel_local first, second;
  const struct vt_cel_type *first_type, *second_type;
  bool two = node->second.len > 0;
  vt_cel_check_node(checker, node->items[0]);
  loop_types(checker, node, &first_type, &second_type);
  open_local(checker, &first, node->first, first_type);
  node->slot = first.slot;
  if (two) {
    open_local(checker, &second, node->second, second_type);
    node->second_slot = second.slot;
  }
  if (node->items[1] != NULL) {
    vt_cel_check_node(checker, node->items[1]);
    want_bool(checker, node->items[1], "the condition");
  }
  if (node->items[2] != NULL)
    vt_cel_check_node(checker, node->items[2]);
  node->type = made(checker, loop_result(checker, node, first_type));
  if (two)
    close_local(checker);
  close_local(checker);
}

static void check_bind(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  struct vt_cel_local local;
  vt_cel_check_node(checker, node->items[0]);
  open_local(checker, &local, node->first, resolved(checker, node->items[0]->type));
  node->slot = local.slot;
  vt_cel_check_node(checker, node->items[1]);
  node->type = node->items[1]->type;
  close_local(checker);
}

static void check_optional(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  const char *name = node->flat ? "optFlatMap" : "optMap";
  struct vt_cel_local local;
  vt_cel_check_node(checker, node->items[0]);
  const struct vt_cel_type *from = dyn_when_free(resolved(checker, node->items[0]->type));
  const struct vt_cel_type *inner = simple(VT_CEL_TYPE_DYN);
  if (from->kind == VT_CEL_TYPE_OPTIONAL)
    inner = from->arguments[0];
  else if (!vt_cel_type_is_dyn(from))
    vt_cel_report(checker->report, node->offset, node->width,
                  "%s() wants an optional value before it, not %.*s", name,
                  VT_STR_ARGS(vt_cel_type_words(checker, from)));
  open_local(checker, &local, node->first, inner);
  node->slot = local.slot;
  vt_cel_check_node(checker, node->items[1]);
  close_local(checker);
  const struct vt_cel_type *result = resolved(checker, node->items[1]->type);
  if (!node->flat)
    result = made(checker, vt_cel_type_optional(checker->arena, result));
  else if (result->kind != VT_CEL_TYPE_OPTIONAL && !vt_cel_type_is_dyn(result))
    vt_cel_report(checker->report, node->items[1]->offset, node->items[1]->width,
                  "optFlatMap() wants an optional result, not %.*s",
                  VT_STR_ARGS(vt_cel_type_words(checker, result)));
  node->type = result;
}

void vt_cel_check_node(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  switch ((enum vt_cel_node_kind)node->kind) {
  case VT_CEL_NODE_CONSTANT:
    node->type = constant_type(&node->value);
    break;
  case VT_CEL_NODE_NAME:
    vt_cel_check_name(checker, node);
    break;
  case VT_CEL_NODE_SELECT:
    vt_cel_check_select(checker, node);
    break;
  case VT_CEL_NODE_CALL:
    vt_cel_check_call(checker, node);
    break;
  case VT_CEL_NODE_LIST:
    check_list(checker, node);
    break;
  case VT_CEL_NODE_MAP:
    check_map(checker, node);
    break;
  case VT_CEL_NODE_LOOP:
    check_loop(checker, node);
    break;
  case VT_CEL_NODE_BIND:
    check_bind(checker, node);
    break;
  case VT_CEL_NODE_OPTIONAL:
    check_optional(checker, node);
    break;
  }
  if (checker->unchecked)
    node->type = simple(VT_CEL_TYPE_DYN);
}

/* Parameters that nothing bound are dyn. */
static void close_types(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  if (node == NULL)
    return;
  node->type = made(checker, vt_cel_unifier_resolve(&checker->unifier, node->type, true));
  for (uint32_t i = 0; i < node->count; i++)
    close_types(checker, node->items[i]);
}

void vt_cel_check(struct vt_cel_checker *checker, struct vt_cel_node *root,
                  const struct vt_cel_type *expected)
{
  vt_cel_unifier_init(&checker->unifier, checker->arena);
  vt_cel_check_node(checker, root);
  close_types(checker, root);
  if (expected != NULL && !checker->unchecked && checker->report->count == 0 &&
      !vt_cel_check_assign(checker, root->type, expected))
    vt_cel_report(checker->report, root->offset, root->width,
                  "the expression must be %.*s, but is %.*s",
                  VT_STR_ARGS(vt_cel_type_words(checker, expected)),
                  VT_STR_ARGS(vt_cel_type_words(checker, root->type)));
  if (checker->unifier.failed && checker->unifier.work > VT_CEL_UNIFIER_WORK)
    vt_cel_report(checker->report, root->offset, root->width,
                  "the types of the expression are too large to check");
  else if (checker->unifier.failed)
    checker->no_memory = true;
}

#include "cel/parse.h"

#include "base/limits.h"

static bool is_plain_name(const struct vt_cel_node *node)
{
  return node->kind == VT_CEL_NODE_NAME && !node->absolute;
}

static bool variable_of(struct vt_cel_parser *parser, const struct vt_cel_node *call,
                        const struct vt_cel_node *node, struct vater_str *name)
{
  if (is_plain_name(node)) {
    *name = node->name;
    return true;
  }
  vt_cel_parse_fail(parser, node->offset, node->width, "%.*s() wants the name of a variable here",
                    VT_STR_ARGS(call->name));
  return false;
}

/* ---- loops -------------------------------------------------------------------------------- */

struct loop_macro {
  const char *name;
  uint32_t arguments;
  enum vt_cel_loop loop;
  uint8_t variables;
  bool condition, result; /* which of them stand in the call, in this order */
};

static const struct loop_macro loop_macros[] = {
    {"all", 2, VT_CEL_LOOP_ALL, 1, true, false},
    {"exists", 2, VT_CEL_LOOP_EXISTS, 1, true, false},
    {"exists_one", 2, VT_CEL_LOOP_EXISTS_ONE, 1, true, false},
    {"existsOne", 2, VT_CEL_LOOP_EXISTS_ONE, 1, true, false},
    {"filter", 2, VT_CEL_LOOP_LIST, 1, true, false},
    {"map", 2, VT_CEL_LOOP_LIST, 1, false, true},
    {"map", 3, VT_CEL_LOOP_LIST, 1, true, true},
    {"all", 3, VT_CEL_LOOP_ALL, 2, true, false},
    {"exists", 3, VT_CEL_LOOP_EXISTS, 2, true, false},
    {"exists_one", 3, VT_CEL_LOOP_EXISTS_ONE, 2, true, false},
    {"existsOne", 3, VT_CEL_LOOP_EXISTS_ONE, 2, true, false},
    {"transformList", 3, VT_CEL_LOOP_LIST, 2, false, true},
    {"transformList", 4, VT_CEL_LOOP_LIST, 2, true, true},
    {"transformMap", 3, VT_CEL_LOOP_MAP, 2, false, true},
    {"transformMap", 4, VT_CEL_LOOP_MAP, 2, true, true},
    {"transformMapEntry", 3, VT_CEL_LOOP_ENTRIES, 2, false, true},
    {"transformMapEntry", 4, VT_CEL_LOOP_ENTRIES, 2, true, true},
};

static struct vt_cel_node *expand_loop(struct vt_cel_parser *parser, struct vt_cel_node *call,
                                       const struct loop_macro *macro)
{
  struct vt_cel_node *node =
      vt_cel_node_new(parser, VT_CEL_NODE_LOOP, call->offset, call->width, 3);
  if (node == NULL)
    return NULL;
  node->loop = (uint8_t)macro->loop;
  node->name = call->name;
  node->items[0] = call->items[0];
  uint32_t at = 1;
  if (!variable_of(parser, call, call->items[at++], &node->first))
    return NULL;
  if (macro->variables == 2) {
    if (!variable_of(parser, call, call->items[at++], &node->second))
      return NULL;
    if (vt_str_equal(node->first, node->second))
      return vt_cel_parse_fail(parser, call->items[2]->offset, call->items[2]->width,
                               "the two variables of %.*s() have the same name",
                               VT_STR_ARGS(call->name));
  }
  if (macro->condition)
    node->items[1] = call->items[at++];
  if (macro->result)
    node->items[2] = call->items[at];
  if (vt_str_is(call->name, "filter")) {
    node->items[2] =
        vt_cel_node_new(parser, VT_CEL_NODE_NAME, call->items[1]->offset, call->items[1]->width, 0);
    if (node->items[2] == NULL)
      return NULL;
    node->items[2]->name = node->first;
  }
  return node;
}

static const struct loop_macro *find_loop(const struct vt_cel_node *call)
{
  for (size_t i = 0; i < sizeof loop_macros / sizeof *loop_macros; i++)
    if (vt_str_is(call->name, loop_macros[i].name) && call->count == loop_macros[i].arguments + 1)
      return &loop_macros[i];
  return NULL;
}

/* ---- has, bind, optMap -------------------------------------------------------------------- */

static struct vt_cel_node *expand_has(struct vt_cel_parser *parser, struct vt_cel_node *call)
{
  struct vt_cel_node *select = call->items[0];
  if (select->kind != VT_CEL_NODE_SELECT || select->test || select->optional)
    return vt_cel_parse_fail(parser, select->offset, select->width,
                             "has() wants a field, as in has(record.field)");
  select->test = true;
  return select;
}

static struct vt_cel_node *bind(struct vt_cel_parser *parser, const struct vt_cel_node *at,
                                struct vater_str name, struct vt_cel_node *value,
                                struct vt_cel_node *body)
{
  struct vt_cel_node *node = vt_cel_node_new(parser, VT_CEL_NODE_BIND, at->offset, at->width, 2);
  if (node == NULL)
    return NULL;
  node->first = name;
  node->items[0] = value;
  node->items[1] = body;
  return vt_cel_node_finish(parser, node);
}

static struct vt_cel_node *expand_optional(struct vt_cel_parser *parser, struct vt_cel_node *call,
                                           bool flat)
{
  struct vater_str name;
  if (!variable_of(parser, call, call->items[1], &name))
    return NULL;
  struct vt_cel_node *node = bind(parser, call, name, call->items[0], call->items[2]);
  if (node == NULL)
    return NULL;
  node->kind = VT_CEL_NODE_OPTIONAL;
  node->flat = flat;
  return node;
}

/* ---- cel.block ---------------------------------------------------------------------------- */

static bool small_number(const struct vt_cel_node *node, int64_t *value)
{
  *value = node->value.as.integer;
  return node->kind == VT_CEL_NODE_CONSTANT && node->value.kind == VT_CEL_INT && *value >= 0 &&
         *value <= (int64_t)VT_LIMIT_EXPRESSION_NODES;
}

static struct vt_cel_node *numbered_name(struct vt_cel_parser *parser, struct vt_cel_node *call)
{
  int64_t first, second = 0;
  bool fine = small_number(call->items[1], &first) &&
              (call->count == 2 || small_number(call->items[2], &second));
  if (!fine)
    return vt_cel_parse_fail(parser, call->offset, call->width,
                             "cel.%.*s() wants small constant numbers", VT_STR_ARGS(call->name));
  struct vt_cel_node *node =
      vt_cel_node_new(parser, VT_CEL_NODE_NAME, call->offset, call->width, 0);
  if (node == NULL)
    return NULL;
  node->name = vt_arena_format(parser->arena, call->count == 2 ? "@index%lld" : "@it:%lld:%lld",
                               (long long)first, (long long)second);
  if (node->name.ptr == NULL)
    parser->broken = parser->no_memory = true;
  return parser->broken ? NULL : node;
}

static struct vt_cel_node *expand_block(struct vt_cel_parser *parser, struct vt_cel_node *call)
{
  const struct vt_cel_node *list = call->items[1];
  if (list->kind != VT_CEL_NODE_LIST)
    return vt_cel_parse_fail(parser, list->offset, list->width, "cel.block() wants a list");
  struct vt_cel_node *body = call->items[2];
  for (uint32_t i = list->count; i > 0 && body != NULL; i--) {
    struct vater_str name = vt_arena_format(parser->arena, "@index%u", (unsigned)(i - 1));
    if (name.ptr == NULL)
      parser->broken = parser->no_memory = true;
    body = bind(parser, call, name, list->items[i - 1], body);
  }
  return body;
}

static struct vt_cel_node *expand_cel(struct vt_cel_parser *parser, struct vt_cel_node *call)
{
  if (vt_str_is(call->name, "bind") && call->count == 4) {
    struct vater_str name;
    if (!variable_of(parser, call, call->items[1], &name))
      return NULL;
    return bind(parser, call, name, call->items[2], call->items[3]);
  }
  if (!parser->blocks)
    return call;
  if (vt_str_is(call->name, "block") && call->count == 3)
    return expand_block(parser, call);
  if ((vt_str_is(call->name, "index") && call->count == 2) ||
      (vt_str_is(call->name, "iterVar") && call->count == 3))
    return numbered_name(parser, call);
  return call;
}

/* math.greatest(a, b, c …) takes them as one list. */
static struct vt_cel_node *gather_arguments(struct vt_cel_parser *parser, struct vt_cel_node *call)
{
  struct vt_cel_node *list =
      vt_cel_node_new(parser, VT_CEL_NODE_LIST, call->offset, call->width, call->count - 1);
  if (list == NULL)
    return NULL;
  memcpy(list->items, call->items + 1, (call->count - 1) * sizeof *list->items);
  call->items[1] = list;
  call->count = 2;
  return vt_cel_node_finish(parser, list) != NULL ? call : NULL;
}

/* list.sortBy(e, key) as cel.bind(@sorted, list, @sorted.@sortBy(@sorted.map(e, key))). */
static struct vt_cel_node *expand_sort_by(struct vt_cel_parser *parser, struct vt_cel_node *call)
{
  static const struct loop_macro map = {"sortBy", 2, VT_CEL_LOOP_LIST, 1, false, true};
  struct vt_cel_node *names[2];
  struct vt_cel_node *list = call->items[0];
  for (size_t i = 0; i < 2; i++) {
    names[i] = vt_cel_node_new(parser, VT_CEL_NODE_NAME, call->offset, call->width, 0);
    if (names[i] == NULL)
      return NULL;
    names[i]->name = VT_STR("@sorted");
  }
  call->items[0] = names[0];
  struct vt_cel_node *keys = expand_loop(parser, call, &map);
  if (keys == NULL || vt_cel_node_finish(parser, keys) == NULL)
    return NULL;
  struct vt_cel_node *sort =
      vt_cel_node_new(parser, VT_CEL_NODE_CALL, call->offset, call->width, 2);
  if (sort == NULL)
    return NULL;
  sort->name = VT_STR("@sortBy");
  sort->member = true;
  sort->items[0] = names[1];
  sort->items[1] = keys;
  if (vt_cel_node_finish(parser, sort) == NULL)
    return NULL;
  return bind(parser, call, VT_STR("@sorted"), list, sort);
}

struct vt_cel_node *vt_cel_expand(struct vt_cel_parser *parser, struct vt_cel_node *call)
{
  if (!call->member)
    return vt_str_is(call->name, "has") && call->count == 1 ? expand_has(parser, call) : call;
  if (is_plain_name(call->items[0]) && vt_str_is(call->items[0]->name, "cel"))
    return expand_cel(parser, call);
  if (is_plain_name(call->items[0]) && vt_str_is(call->items[0]->name, "math") && call->count > 3 &&
      (vt_str_is(call->name, "greatest") || vt_str_is(call->name, "least")))
    return gather_arguments(parser, call);
  if (vt_str_is(call->name, "optMap") && call->count == 3)
    return expand_optional(parser, call, false);
  if (vt_str_is(call->name, "optFlatMap") && call->count == 3)
    return expand_optional(parser, call, true);
  if (vt_str_is(call->name, "sortBy") && call->count == 3)
    return expand_sort_by(parser, call);
  const struct loop_macro *loop = find_loop(call);
  return loop != NULL ? expand_loop(parser, call, loop) : call;
}

#include "cel/parse.h"

#include "base/limits.h"
#include "base/utf8.h"

static struct vt_cel_node *parse_expression(struct vt_cel_parser *parser);

/* ---- tokens ------------------------------------------------------------------------------- */

void vt_cel_parse_advance(struct vt_cel_parser *parser)
{
  vt_cel_lex(&parser->lexer, &parser->token);
  if (parser->token.kind == VT_CEL_TOKEN_BAD)
    parser->broken = true;
}

static bool at_sign(const struct vt_cel_parser *parser, int sign)
{
  return parser->token.kind == VT_CEL_TOKEN_SIGN && parser->token.sign == sign;
}

static bool at_word(const struct vt_cel_parser *parser, const char *word)
{
  return parser->token.kind == VT_CEL_TOKEN_NAME && vt_str_is(parser->token.text, word);
}

static bool take(struct vt_cel_parser *parser, int sign)
{
  if (parser->broken || !at_sign(parser, sign))
    return false;
  vt_cel_parse_advance(parser);
  return true;
}

static struct vt_cel_node *unexpected(struct vt_cel_parser *parser, const char *wanted)
{
  const struct vt_cel_token *token = &parser->token;
  if (token->kind == VT_CEL_TOKEN_END)
    return vt_cel_parse_fail(parser, token->offset, 1, "expected %s, but the expression ends here",
                             wanted);
  struct vater_str text =
      vt_str_slice(parser->lexer.text, token->offset, (size_t)token->offset + token->width);
  return vt_cel_parse_fail(parser, token->offset, token->width, "expected %s, found '%.*s'", wanted,
                           VT_STR_ARGS(vt_str_slice(text, 0, 60)));
}

static bool want(struct vt_cel_parser *parser, int sign, const char *wanted)
{
  if (take(parser, sign))
    return true;
  unexpected(parser, wanted);
  return false;
}

/* ---- nodes -------------------------------------------------------------------------------- */

static struct vt_cel_node *operation(struct vt_cel_parser *parser, const char *name,
                                     const struct vt_cel_token *token, struct vt_cel_node *left,
                                     struct vt_cel_node *right)
{
  struct vt_cel_node *node =
      vt_cel_node_new(parser, VT_CEL_NODE_CALL, token->offset, token->width, right != NULL ? 2 : 1);
  if (node == NULL || left == NULL)
    return NULL;
  node->name = vt_str(name);
  node->items[0] = left;
  if (right != NULL)
    node->items[1] = right;
  return vt_cel_node_finish(parser, node);
}

/* ---- lists of parts ----------------------------------------------------------------------- */

struct parts {
  struct vt_cel_node **items;
  uint32_t count, room;
};

static bool add_part(struct vt_cel_parser *parser, struct parts *parts, struct vt_cel_node *item)
{
  if (item == NULL || parser->broken)
    return false;
  if (parts->count == parts->room) {
    uint32_t room = parts->room == 0 ? 4 : parts->room * 2;
    struct vt_cel_node **grown = vt_arena_array(parser->arena, room, sizeof *grown);
    if (grown == NULL) {
      vt_cel_parse_no_memory(parser);
      return false;
    }
    if (parts->count > 0)
      memcpy(grown, parts->items, parts->count * sizeof *grown);
    parts->items = grown;
    parts->room = room;
  }
  parts->items[parts->count++] = item;
  return true;
}

static struct vt_cel_node *node_of_parts(struct vt_cel_parser *parser, enum vt_cel_node_kind kind,
                                         const struct vt_cel_token *token,
                                         const struct parts *parts)
{
  struct vt_cel_node *node =
      vt_cel_node_new(parser, kind, token->offset, token->width, parts->count);
  if (node == NULL)
    return NULL;
  if (parts->count > 0)
    memcpy(node->items, parts->items, parts->count * sizeof *node->items);
  return vt_cel_node_finish(parser, node);
}

/* Arguments up to and with ')'. */
static bool parse_arguments(struct vt_cel_parser *parser, struct parts *parts)
{
  if (take(parser, ')'))
    return true;
  do {
    if (!add_part(parser, parts, parse_expression(parser)))
      return false;
  } while (take(parser, ','));
  return want(parser, ')', "',' or ')'");
}

static struct vt_cel_node *parse_list(struct vt_cel_parser *parser)
{
  struct vt_cel_token token = parser->token;
  struct parts parts = {0};
  vt_cel_parse_advance(parser);
  while (!parser->broken && !at_sign(parser, ']')) {
    bool optional = take(parser, '?');
    if (!add_part(parser, &parts, parse_expression(parser)))
      return NULL;
    parts.items[parts.count - 1]->entry_optional = optional;
    if (!take(parser, ','))
      break;
  }
  if (!want(parser, ']', "',' or ']'"))
    return NULL;
  return node_of_parts(parser, VT_CEL_NODE_LIST, &token, &parts);
}

static struct vt_cel_node *parse_map(struct vt_cel_parser *parser)
{
  struct vt_cel_token token = parser->token;
  struct parts parts = {0};
  vt_cel_parse_advance(parser);
  while (!parser->broken && !at_sign(parser, '}')) {
    bool optional = take(parser, '?');
    if (!add_part(parser, &parts, parse_expression(parser)))
      return NULL;
    parts.items[parts.count - 1]->entry_optional = optional;
    if (!want(parser, ':', "':' between key and value") ||
        !add_part(parser, &parts, parse_expression(parser)))
      return NULL;
    if (!take(parser, ','))
      break;
  }
  if (!want(parser, '}', "',' or '}'"))
    return NULL;
  return node_of_parts(parser, VT_CEL_NODE_MAP, &token, &parts);
}

/* ---- primaries and members ---------------------------------------------------------------- */

static struct vt_cel_node *parse_call(struct vt_cel_parser *parser, const struct vt_cel_token *name,
                                      struct vt_cel_node *receiver, bool absolute)
{
  struct parts parts = {0};
  if (receiver != NULL && !add_part(parser, &parts, receiver))
    return NULL;
  vt_cel_parse_advance(parser);
  if (!parse_arguments(parser, &parts))
    return NULL;
  struct vt_cel_node *node = node_of_parts(parser, VT_CEL_NODE_CALL, name, &parts);
  if (node == NULL)
    return NULL;
  node->name = name->text;
  node->member = receiver != NULL;
  node->absolute = absolute;
  return vt_cel_node_finish(parser, vt_cel_expand(parser, node));
}

static struct vt_cel_node *parse_name(struct vt_cel_parser *parser, bool absolute)
{
  struct vt_cel_token name = parser->token;
  if (name.kind != VT_CEL_TOKEN_NAME || vt_cel_is_keyword(name.text))
    return unexpected(parser, "a name");
  if (vt_cel_is_reserved(name.text))
    return vt_cel_parse_fail(parser, name.offset, name.width, "'%.*s' is a reserved word",
                             VT_STR_ARGS(name.text));
  vt_cel_parse_advance(parser);
  if (at_sign(parser, '('))
    return parse_call(parser, &name, NULL, absolute);
  struct vt_cel_node *node = vt_cel_node_new(parser, VT_CEL_NODE_NAME, name.offset, name.width, 0);
  if (node == NULL)
    return NULL;
  node->name = name.text;
  node->absolute = absolute;
  return node;
}

static struct vt_cel_node *parse_text(struct vt_cel_parser *parser)
{
  struct vt_cel_token token = parser->token;
  vt_cel_parse_advance(parser);
  struct vt_cel_value value = vt_cel_string(token.text);
  if (token.kind == VT_CEL_TOKEN_BYTES)
    value.kind = VT_CEL_BYTES;
  return vt_cel_parse_constant(parser, &token, value);
}

static struct vt_cel_node *parse_word(struct vt_cel_parser *parser)
{
  struct vt_cel_token token = parser->token;
  struct vt_cel_value value;
  if (at_word(parser, "true") || at_word(parser, "false"))
    value = vt_cel_bool(at_word(parser, "true"));
  else if (at_word(parser, "null"))
    value = (struct vt_cel_value){.kind = VT_CEL_NULL};
  else
    return parse_name(parser, false);
  vt_cel_parse_advance(parser);
  return vt_cel_parse_constant(parser, &token, value);
}

static struct vt_cel_node *parse_primary(struct vt_cel_parser *parser)
{
  switch (parser->token.kind) {
  case VT_CEL_TOKEN_NAME:
    return parse_word(parser);
  case VT_CEL_TOKEN_INT:
  case VT_CEL_TOKEN_UINT:
  case VT_CEL_TOKEN_DOUBLE:
    return vt_cel_parse_number(parser, NULL);
  case VT_CEL_TOKEN_STRING:
  case VT_CEL_TOKEN_BYTES:
    return parse_text(parser);
  default:
    break;
  }
  if (at_sign(parser, '['))
    return parse_list(parser);
  if (at_sign(parser, '{'))
    return parse_map(parser);
  if (take(parser, '.'))
    return parse_name(parser, true);
  if (!take(parser, '('))
    return unexpected(parser, "a value");
  struct vt_cel_node *inner = parse_expression(parser);
  return want(parser, ')', "')'") ? inner : NULL;
}

static struct vt_cel_node *parse_select(struct vt_cel_parser *parser, struct vt_cel_node *operand)
{
  bool optional = take(parser, '?');
  struct vt_cel_token name = parser->token;
  bool quoted = name.kind == VT_CEL_TOKEN_QUOTED_NAME;
  if (!quoted && (name.kind != VT_CEL_TOKEN_NAME || vt_cel_is_keyword(name.text)))
    return unexpected(parser, "a field name behind '.'");
  vt_cel_parse_advance(parser);
  if (at_sign(parser, '(') && !optional && !quoted)
    return parse_call(parser, &name, operand, false);
  struct vt_cel_node *node =
      vt_cel_node_new(parser, VT_CEL_NODE_SELECT, name.offset, name.width, 1);
  if (node == NULL)
    return NULL;
  node->name = name.text;
  node->items[0] = operand;
  node->optional = optional;
  node->quoted = quoted;
  return vt_cel_node_finish(parser, node);
}

static struct vt_cel_node *parse_index(struct vt_cel_parser *parser,
                                       const struct vt_cel_token *bracket,
                                       struct vt_cel_node *operand)
{
  bool optional = take(parser, '?');
  struct vt_cel_node *index = parse_expression(parser);
  if (!want(parser, ']', "']'") || index == NULL)
    return NULL;
  return operation(parser, optional ? "_[?_]" : "_[_]", bracket, operand, index);
}

static struct vt_cel_node *parse_member(struct vt_cel_parser *parser, struct vt_cel_node *node)
{
  while (!parser->broken && node != NULL) {
    struct vt_cel_token token = parser->token;
    if (take(parser, '.')) {
      node = parse_select(parser, node);
    } else if (take(parser, '[')) {
      node = parse_index(parser, &token, node);
    } else if (at_sign(parser, '{') &&
               (node->kind == VT_CEL_NODE_NAME || node->kind == VT_CEL_NODE_SELECT)) {
      return vt_cel_parse_fail(parser, node->offset, node->width,
                               "records cannot be built in an expression");
    } else {
      break;
    }
  }
  return parser->broken ? NULL : node;
}

/* ---- operators ---------------------------------------------------------------------------- */

/* A row of '!' or of '-'; an even one is two of them, so that depth stays bounded. */
static struct vt_cel_node *parse_signs(struct vt_cel_parser *parser, int sign)
{
  struct vt_cel_token token = parser->token, last = token;
  uint32_t count = 0;
  while (!parser->broken && at_sign(parser, sign)) {
    last = parser->token;
    count++;
    vt_cel_parse_advance(parser);
  }
  struct vt_cel_node *node;
  if (sign == '-' &&
      (parser->token.kind == VT_CEL_TOKEN_INT || parser->token.kind == VT_CEL_TOKEN_DOUBLE)) {
    count--;
    node = parse_member(parser, vt_cel_parse_number(parser, &last));
  } else {
    node = parse_member(parser, parse_primary(parser));
  }
  for (count = count > 2 ? 2 - count % 2 : count; count > 0 && node != NULL; count--)
    node = operation(parser, sign == '-' ? "-_" : "!_", &token, node, NULL);
  return node;
}

static struct vt_cel_node *parse_unary(struct vt_cel_parser *parser)
{
  if (at_sign(parser, '!') || at_sign(parser, '-'))
    return parse_signs(parser, parser->token.sign);
  return parse_member(parser, parse_primary(parser));
}

struct binary {
  const char *name;
  int sign, level;
};

static const struct binary *binary_operator(const struct vt_cel_parser *parser)
{
  static const struct binary operators[] = {
      {"_==_", VT_CEL_SIGN_EQUAL, 1},
      {"_!=_", VT_CEL_SIGN_NOT_EQUAL, 1},
      {"_<_", '<', 1},
      {"_<=_", VT_CEL_SIGN_LESS_EQUAL, 1},
      {"_>_", '>', 1},
      {"_>=_", VT_CEL_SIGN_GREATER_EQUAL, 1},
      {"_+_", '+', 2},
      {"_-_", '-', 2},
      {"_*_", '*', 3},
      {"_/_", '/', 3},
      {"_%_", '%', 3},
  };
  static const struct binary in = {"@in", 0, 1};
  if (at_word(parser, "in"))
    return &in;
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
    if (at_sign(parser, operators[i].sign))
      return &operators[i];
  return NULL;
}

static struct vt_cel_node *parse_binary(struct vt_cel_parser *parser, int level)
{
  struct vt_cel_node *left = parse_unary(parser);
  while (!parser->broken && left != NULL) {
    const struct binary *found = binary_operator(parser);
    if (found == NULL || found->level < level)
      break;
    struct vt_cel_token token = parser->token;
    vt_cel_parse_advance(parser);
    struct vt_cel_node *right = parse_binary(parser, found->level + 1);
    left = right != NULL ? operation(parser, found->name, &token, left, right) : NULL;
  }
  return parser->broken ? NULL : left;
}

/* `a && b && c` as one call of three. */
static struct vt_cel_node *parse_logic(struct vt_cel_parser *parser, bool is_or)
{
  struct vt_cel_node *first = is_or ? parse_logic(parser, false) : parse_binary(parser, 1);
  int sign = is_or ? VT_CEL_SIGN_OR : VT_CEL_SIGN_AND;
  if (parser->broken || !at_sign(parser, sign))
    return first;
  struct vt_cel_token token = parser->token;
  struct parts parts = {0};
  if (!add_part(parser, &parts, first))
    return NULL;
  while (take(parser, sign))
    if (!add_part(parser, &parts, is_or ? parse_logic(parser, false) : parse_binary(parser, 1)))
      return NULL;
  struct vt_cel_node *node = node_of_parts(parser, VT_CEL_NODE_CALL, &token, &parts);
  if (node != NULL)
    node->name = is_or ? VT_STR("_||_") : VT_STR("_&&_");
  return node;
}

static struct vt_cel_node *parse_conditional(struct vt_cel_parser *parser)
{
  struct vt_cel_node *condition = parse_logic(parser, true);
  struct vt_cel_token token = parser->token;
  if (parser->broken || !take(parser, '?'))
    return condition;
  struct parts parts = {0};
  if (!add_part(parser, &parts, condition) || !add_part(parser, &parts, parse_logic(parser, true)))
    return NULL;
  if (!want(parser, ':', "':' of the conditional") ||
      !add_part(parser, &parts, parse_expression(parser)))
    return NULL;
  struct vt_cel_node *node = node_of_parts(parser, VT_CEL_NODE_CALL, &token, &parts);
  if (node != NULL)
    node->name = VT_STR("_?_:_");
  return node;
}

static struct vt_cel_node *parse_expression(struct vt_cel_parser *parser)
{
  if (parser->broken)
    return NULL;
  if (++parser->depth > VT_LIMIT_EXPRESSION_DEPTH)
    return vt_cel_parse_fail(
        parser, parser->token.offset, 1,
        "the expression is nested more than %llu levels deep (limit EXPRESSION_DEPTH)",
        (unsigned long long)VT_LIMIT_EXPRESSION_DEPTH);
  struct vt_cel_node *node = parse_conditional(parser);
  parser->depth--;
  return parser->broken ? NULL : node;
}

static bool readable(struct vt_cel_report *report, struct vater_str text)
{
  if (text.len > VT_LIMIT_EXPRESSION_BYTES) {
    vt_cel_report(report, 0, 1,
                  "the expression has %zu bytes, more than %llu (limit EXPRESSION_BYTES)", text.len,
                  (unsigned long long)VT_LIMIT_EXPRESSION_BYTES);
    return false;
  }
  size_t valid = vt_utf8_valid(text);
  if (valid == text.len)
    return true;
  vt_cel_report(report, (uint32_t)valid, 1, "the expression is not valid UTF-8");
  return false;
}

struct vt_cel_node *vt_cel_parse(struct vt_arena *arena, struct vt_cel_report *report,
                                 struct vater_str text, bool blocks, bool *no_memory)
{
  *no_memory = false;
  if (!readable(report, text))
    return NULL;
  struct vt_cel_parser parser = {.arena = arena, .report = report, .blocks = blocks};
  parser.lexer = (struct vt_cel_lexer){
      .text = text, .decoded = vt_arena_bytes(arena, text.len + 1), .report = report};
  if (parser.lexer.decoded == NULL) {
    *no_memory = true;
    return NULL;
  }
  vt_cel_parse_advance(&parser);
  struct vt_cel_node *node = parse_expression(&parser);
  if (!parser.broken && parser.token.kind != VT_CEL_TOKEN_END)
    unexpected(&parser, "an operator or the end");
  *no_memory = parser.no_memory;
  return parser.broken ? NULL : node;
}

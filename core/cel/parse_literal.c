#include "cel/parse.h"

#include "base/number.h"

static bool is_word_of(struct vater_str name, const char *const *words, size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (vt_str_is(name, words[i]))
      return true;
  return false;
}

bool vt_cel_is_keyword(struct vater_str name)
{
  static const char *const words[] = {"true", "false", "null", "in"};
  return is_word_of(name, words, sizeof words / sizeof *words);
}

bool vt_cel_is_reserved(struct vater_str name)
{
  static const char *const words[] = {
      "as",  "break", "const",   "continue",  "else",   "for", "function", "if",   "import",
      "let", "loop",  "package", "namespace", "return", "var", "void",     "while"};
  return is_word_of(name, words, sizeof words / sizeof *words);
}

struct vt_cel_node *vt_cel_parse_constant(struct vt_cel_parser *parser,
                                          const struct vt_cel_token *token,
                                          struct vt_cel_value value)
{
  struct vt_cel_node *node =
      vt_cel_node_new(parser, VT_CEL_NODE_CONSTANT, token->offset, token->width, 0);
  if (node != NULL)
    node->value = value;
  return node;
}

static bool natural_from(struct vater_str digits, uint64_t *value)
{
  unsigned base = 10;
  if (digits.len > 2 && (digits.ptr[1] == 'x' || digits.ptr[1] == 'X')) {
    base = 16;
    digits = vt_str_slice(digits, 2, digits.len);
  }
  *value = 0;
  for (size_t i = 0; i < digits.len; i++) {
    char c = (char)(digits.ptr[i] | 0x20);
    unsigned digit =
        digits.ptr[i] <= '9' ? (unsigned)(digits.ptr[i] - '0') : (unsigned)(c - 'a') + 10;
    if (*value > (UINT64_MAX - digit) / base)
      return false;
    *value = *value * base + digit;
  }
  return true;
}

static struct vt_cel_node *integer_constant(struct vt_cel_parser *parser,
                                            const struct vt_cel_token *token, bool negative)
{
  uint64_t value;
  bool fits = natural_from(token->text, &value);
  if (token->kind == VT_CEL_TOKEN_UINT)
    return fits ? vt_cel_parse_constant(parser, token, vt_cel_uint(value))
                : vt_cel_parse_fail(parser, token->offset, token->width,
                                    "the number does not fit in a uint (64 bits)");
  uint64_t most = (uint64_t)INT64_MAX + (negative ? 1 : 0);
  if (!fits || value > most)
    return vt_cel_parse_fail(parser, token->offset, token->width,
                             "the number does not fit in an int (64 bits)");
  int64_t integer = negative ? (int64_t)(0 - value) : (int64_t)value;
  return vt_cel_parse_constant(parser, token, vt_cel_int(integer));
}

static struct vt_cel_node *double_constant(struct vt_cel_parser *parser,
                                           const struct vt_cel_token *token, bool negative)
{
  struct vater_str text = token->text;
  while (text.len > 1 && text.ptr[0] == '0' && text.ptr[1] >= '0' && text.ptr[1] <= '9')
    text = vt_str_slice(text, 1, text.len);
  if (text.ptr[0] == '.')
    text = vt_arena_format(parser->arena, "0%.*s", VT_STR_ARGS(text));
  double value;
  if (text.ptr == NULL)
    return vt_cel_parse_no_memory(parser);
  if (!vt_number_double(text, &value))
    return vt_cel_parse_fail(parser, token->offset, token->width,
                             "the number does not fit in a double");
  return vt_cel_parse_constant(parser, token, vt_cel_double(negative ? -value : value));
}

struct vt_cel_node *vt_cel_parse_number(struct vt_cel_parser *parser,
                                        const struct vt_cel_token *minus)
{
  struct vt_cel_token token = parser->token;
  if (minus != NULL) {
    token.width += token.offset - minus->offset;
    token.offset = minus->offset;
  }
  vt_cel_parse_advance(parser);
  if (token.kind == VT_CEL_TOKEN_DOUBLE)
    return double_constant(parser, &token, minus != NULL);
  return integer_constant(parser, &token, minus != NULL);
}

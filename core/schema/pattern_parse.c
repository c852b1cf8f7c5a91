#include "base/utf8.h"
#include "schema/pattern_parts.h"

#define GROUP_DEPTH 100
#define NO_CHARACTER UINT32_MAX

struct parser {
  struct vater_str text;
  size_t at;
  struct vt_arena *arena;
  struct vt_error *error;
  int status;
  uint32_t depth, groups, highest_reference;
  bool irregular, named_reference;
};

static struct vt_syntax *parse_choice(struct parser *parser);

static void *fault(struct parser *parser, const char *text)
{
  if (parser->status == VATER_OK) {
    parser->status =
        vt_fail(parser->error, VATER_E_CONFIG, NULL, "%s (at byte %zu)", text, parser->at);
    if (parser->error != NULL)
      parser->error->offset = parser->at;
  }
  return NULL;
}

static void *no_memory(struct parser *parser)
{
  if (parser->status == VATER_OK)
    parser->status = vt_fail(parser->error, VATER_E_NOMEM, NULL, "out of memory");
  return NULL;
}

static bool ended(const struct parser *parser)
{
  return parser->at >= parser->text.len;
}

static char peek(const struct parser *parser)
{
  return ended(parser) ? '\0' : parser->text.ptr[parser->at];
}

static bool looking_at(const struct parser *parser, const char *text)
{
  return vt_str_starts(vt_str_slice(parser->text, parser->at, parser->text.len), vt_str(text));
}

static bool take(struct parser *parser, const char *text)
{
  if (!looking_at(parser, text))
    return false;
  parser->at += strlen(text);
  return true;
}

static struct vt_syntax *make(struct parser *parser, enum vt_syntax_kind kind, struct vt_syntax *a,
                              struct vt_syntax *b)
{
  struct vt_syntax *syntax = vt_arena_alloc(parser->arena, sizeof *syntax);
  if (syntax == NULL)
    return no_memory(parser);
  syntax->kind = kind;
  syntax->a = a;
  syntax->b = b;
  return syntax;
}

static int hex_value(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static uint32_t take_hex(struct parser *parser, size_t digits)
{
  uint32_t value = 0;
  for (size_t i = 0; i < digits; i++, parser->at++) {
    int digit = ended(parser) ? -1 : hex_value(peek(parser));
    if (digit < 0) {
      fault(parser, "hexadecimal digits are missing");
      return NO_CHARACTER;
    }
    value = value << 4 | (uint32_t)digit;
  }
  return value;
}

static uint32_t take_unicode(struct parser *parser)
{
  if (take(parser, "{")) {
    uint32_t value = 0;
    size_t digits = 0;
    for (; !ended(parser) && hex_value(peek(parser)) >= 0 && value <= 0x10FFFF; digits++)
      value = value << 4 | (uint32_t)hex_value(parser->text.ptr[parser->at++]);
    if (digits == 0 || value > 0x10FFFF || !take(parser, "}")) {
      fault(parser, "\\u{…} needs a code point");
      return NO_CHARACTER;
    }
    return value;
  }
  uint32_t high = take_hex(parser, 4);
  if (high < 0xD800 || high > 0xDBFF || !looking_at(parser, "\\u"))
    return high;
  size_t back = parser->at;
  parser->at += 2;
  uint32_t low = peek(parser) == '{' ? 0 : take_hex(parser, 4);
  if (low >= 0xDC00 && low <= 0xDFFF)
    return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
  parser->at = back;
  return high;
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What follows a backslash and stands for one character. */
static uint32_t take_character_escape(struct parser *parser)
{
  static const char letters[] = "fnrtv", values[] = "\f\n\r\t\v";
  char c = peek(parser);
  const char *found = c != '\0' ? strchr(letters, c) : NULL;
  if (ended(parser)) {
    fault(parser, "the pattern ends in a backslash");
    return NO_CHARACTER;
  }
  parser->at++;
  if (found != NULL)
    return (uint32_t)values[found - letters];
  if (c == 'x')
    return take_hex(parser, 2);
  if (c == 'u')
    return take_unicode(parser);
  if (c == 'c' && is_letter(peek(parser)))
    return (uint32_t)(parser->text.ptr[parser->at++] & 31);
  if (c == '0' && !is_digit(peek(parser)))
    return 0;
  if (c != '\0' && strchr("^$\\.*+?()[]{}|/", c) != NULL)
    return (uint32_t)(unsigned char)c;
  parser->at--;
  fault(parser, "no such escape");
  return NO_CHARACTER;
}

/* \p{…}: names are checked by base/regex, which matches it. */
static bool take_property(struct parser *parser)
{
  size_t end = vt_str_find(parser->text, VT_STR("}"), parser->at);
  if (peek(parser) != '{' || end == parser->text.len || end == parser->at + 1) {
    fault(parser, "\\p needs a property in braces");
    return false;
  }
  parser->at = end + 1;
  parser->irregular = true;
  return true;
}

static bool is_class_escape(char c)
{
  return c != '\0' && strchr("dDsSwW", c) != NULL;
}

/* One member of [...]: a character, or NO_CHARACTER after a set was added. */
static uint32_t take_class_atom(struct parser *parser, struct vt_set *set)
{
  if (!take(parser, "\\"))
    return vt_utf8_next(parser->text, &parser->at);
  char c = peek(parser);
  if (is_class_escape(c)) {
    parser->at++;
    if (!vt_set_add_escape(parser->arena, set, c))
      no_memory(parser);
    return NO_CHARACTER;
  }
  if (c == 'p' || c == 'P') {
    parser->at++;
    take_property(parser);
    return NO_CHARACTER;
  }
  if (take(parser, "b"))
    return 8;
  if (take(parser, "-"))
    return '-';
  return take_character_escape(parser);
}

static void take_class_range(struct parser *parser, struct vt_set *set)
{
  uint32_t from = take_class_atom(parser, set), to = from;
  bool range = looking_at(parser, "-") && !looking_at(parser, "-]");
  if (range && parser->status == VATER_OK) {
    parser->at++;
    to = ended(parser) ? NO_CHARACTER : take_class_atom(parser, set);
    if (from == NO_CHARACTER || to == NO_CHARACTER || from > to)
      fault(parser, "not a range of characters");
  }
  if (parser->status == VATER_OK && from != NO_CHARACTER &&
      !vt_set_add(parser->arena, set, from, to))
    no_memory(parser);
}

static struct vt_syntax *parse_class(struct parser *parser)
{
  struct vt_syntax *syntax = make(parser, VT_SYNTAX_SET, NULL, NULL);
  bool inverted = take(parser, "^");
  while (syntax != NULL && parser->status == VATER_OK && peek(parser) != ']') {
    if (ended(parser))
      return fault(parser, "']' is missing");
    take_class_range(parser, &syntax->set);
  }
  parser->at++;
  if (syntax == NULL || parser->status != VATER_OK)
    return NULL;
  vt_set_close(&syntax->set);
  if (inverted && !vt_set_invert(parser->arena, &syntax->set))
    return no_memory(parser);
  return syntax;
}

static struct vt_syntax *single(struct parser *parser, uint32_t character)
{
  struct vt_syntax *syntax = make(parser, VT_SYNTAX_SET, NULL, NULL);
  if (syntax != NULL && !vt_set_add(parser->arena, &syntax->set, character, character))
    return no_memory(parser);
  return syntax;
}

static struct vt_syntax *parse_dot(struct parser *parser)
{
  struct vt_syntax *syntax = make(parser, VT_SYNTAX_SET, NULL, NULL);
  if (syntax == NULL)
    return NULL;
  struct vt_set *set = &syntax->set;
  if (!vt_set_add(parser->arena, set, '\n', '\n') || !vt_set_add(parser->arena, set, '\r', '\r') ||
      !vt_set_add(parser->arena, set, 0x2028, 0x2029) || !vt_set_invert(parser->arena, set))
    return no_memory(parser);
  return syntax;
}

static bool take_group_name(struct parser *parser)
{
  size_t end = vt_str_find(parser->text, VT_STR(">"), parser->at);
  struct vater_str name = vt_str_slice(parser->text, parser->at, end);
  bool good = end < parser->text.len && name.len > 0 && !is_digit(name.ptr[0]);
  for (size_t i = 0; i < name.len && good; i++)
    good = is_letter(name.ptr[i]) || is_digit(name.ptr[i]) || name.ptr[i] == '_' ||
           name.ptr[i] == '$' || (unsigned char)name.ptr[i] >= 0x80;
  if (!good) {
    fault(parser, "not the name of a group");
    return false;
  }
  parser->at = end + 1;
  return true;
}

static struct vt_syntax *parse_escape(struct parser *parser)
{
  char c = peek(parser);
  if (c >= '1' && c <= '9') {
    uint32_t reference = 0;
    while (is_digit(peek(parser)) && reference < 100000)
      reference = reference * 10 + (uint32_t)(parser->text.ptr[parser->at++] - '0');
    if (reference > parser->highest_reference)
      parser->highest_reference = reference;
    parser->irregular = true;
    return make(parser, VT_SYNTAX_EMPTY, NULL, NULL);
  }
  if (take(parser, "k")) {
    parser->irregular = parser->named_reference = true;
    if (!take(parser, "<"))
      return fault(parser, "\\k needs a group's name");
    return take_group_name(parser) ? make(parser, VT_SYNTAX_EMPTY, NULL, NULL) : NULL;
  }
  if (c == 'p' || c == 'P') {
    parser->at++;
    return take_property(parser) ? make(parser, VT_SYNTAX_EMPTY, NULL, NULL) : NULL;
  }
  if (is_class_escape(c)) {
    struct vt_syntax *syntax = make(parser, VT_SYNTAX_SET, NULL, NULL);
    parser->at++;
    if (syntax != NULL && !vt_set_add_escape(parser->arena, &syntax->set, c))
      return no_memory(parser);
    if (syntax != NULL)
      vt_set_close(&syntax->set);
    return syntax;
  }
  uint32_t character = take_character_escape(parser);
  return character != NO_CHARACTER ? single(parser, character) : NULL;
}

/* Behind '('. *assertion: it was a look-ahead or look-behind. */
static struct vt_syntax *parse_group(struct parser *parser, bool *assertion)
{
  if (parser->depth >= GROUP_DEPTH)
    return fault(parser, "groups are nested too deeply");
  if (take(parser, "?=") || take(parser, "?!") || take(parser, "?<=") || take(parser, "?<!")) {
    *assertion = parser->irregular = true;
  } else if (take(parser, "?<")) {
    parser->groups++;
    if (!take_group_name(parser))
      return NULL;
  } else if (!take(parser, "?:")) {
    if (peek(parser) == '?')
      return fault(parser, "no such kind of group");
    parser->groups++;
  }
  parser->depth++;
  struct vt_syntax *inner = parse_choice(parser);
  parser->depth--;
  if (inner != NULL && !take(parser, ")"))
    return fault(parser, "')' is missing");
  return inner;
}

static bool take_number(struct parser *parser, uint32_t *number)
{
  size_t start = parser->at;
  *number = 0;
  for (; is_digit(peek(parser)); parser->at++)
    if (*number < 1000000)
      *number = *number * 10 + (uint32_t)(peek(parser) - '0');
  return parser->at > start;
}

static struct vt_syntax *parse_quantifier(struct parser *parser, struct vt_syntax *atom,
                                          bool assertion)
{
  uint32_t least = 0, most = VT_REPEAT_ENDLESS;
  if (atom == NULL)
    return NULL;
  if (take(parser, "+")) {
    least = 1;
  } else if (take(parser, "?")) {
    most = 1;
  } else if (take(parser, "{")) {
    if (!take_number(parser, &least))
      return fault(parser, "a number is missing behind '{'");
    most = least;
    if (take(parser, ",") && !take_number(parser, &most))
      most = VT_REPEAT_ENDLESS;
    if (!take(parser, "}") || most < least)
      return fault(parser, "not a number of times");
  } else if (!take(parser, "*")) {
    return atom;
  }
  take(parser, "?"); /* lazy or greedy: the same texts match */
  if (assertion)
    return fault(parser, "an assertion cannot be repeated");
  struct vt_syntax *repeat = make(parser, VT_SYNTAX_REPEAT, atom, NULL);
  if (repeat != NULL) {
    repeat->least = least;
    repeat->most = most;
  }
  return repeat;
}

static struct vt_syntax *parse_term(struct parser *parser)
{
  bool assertion = false;
  struct vt_syntax *atom;
  if (take(parser, "^")) {
    assertion = true;
    atom = make(parser, VT_SYNTAX_BEGIN, NULL, NULL);
  } else if (take(parser, "$")) {
    assertion = true;
    atom = make(parser, VT_SYNTAX_END, NULL, NULL);
  } else if (take(parser, "\\b") || take(parser, "\\B")) {
    assertion = parser->irregular = true;
    atom = make(parser, VT_SYNTAX_EMPTY, NULL, NULL);
  } else if (take(parser, ".")) {
    atom = parse_dot(parser);
  } else if (take(parser, "[")) {
    atom = parse_class(parser);
  } else if (take(parser, "(")) {
    atom = parse_group(parser, &assertion);
  } else if (take(parser, "\\")) {
    atom = parse_escape(parser);
  } else if (strchr("*+?{}]", peek(parser)) != NULL && peek(parser) != '\0') {
    return fault(parser, "this character must be escaped, or there is nothing to repeat");
  } else {
    atom = single(parser, vt_utf8_next(parser->text, &parser->at));
  }
  return parse_quantifier(parser, atom, assertion);
}

static struct vt_syntax *parse_sequence(struct parser *parser)
{
  struct vt_syntax *sequence = make(parser, VT_SYNTAX_EMPTY, NULL, NULL);
  while (sequence != NULL && !ended(parser) && peek(parser) != '|' && peek(parser) != ')') {
    struct vt_syntax *term = parse_term(parser);
    if (term == NULL)
      return NULL;
    sequence =
        sequence->kind == VT_SYNTAX_EMPTY ? term : make(parser, VT_SYNTAX_JOIN, sequence, term);
  }
  return sequence;
}

static struct vt_syntax *parse_choice(struct parser *parser)
{
  struct vt_syntax *choice = parse_sequence(parser);
  while (choice != NULL && take(parser, "|")) {
    struct vt_syntax *other = parse_sequence(parser);
    choice = other != NULL ? make(parser, VT_SYNTAX_EITHER, choice, other) : NULL;
  }
  return choice;
}

int vt_syntax_parse(struct vater_str text, struct vt_arena *arena, struct vt_syntax_result *result,
                    struct vt_error *error)
{
  struct parser parser = {.text = text, .arena = arena, .error = error, .status = VATER_OK};
  *result = (struct vt_syntax_result){.tree = parse_choice(&parser)};
  result->irregular = parser.irregular;
  if (parser.status == VATER_OK && !ended(&parser))
    fault(&parser, "')' without '('");
  if (parser.status == VATER_OK && parser.highest_reference > parser.groups)
    fault(&parser, "a reference to a group that is not there");
  return parser.status;
}

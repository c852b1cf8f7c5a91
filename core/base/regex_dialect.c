#include "base/regex_dialect.h"

#include "base/utf8.h"

struct translation {
  struct vater_str pattern;
  size_t at;
  bool in_class;
  struct vt_buffer *out;
  struct vt_regex_fault *fault;
  bool refused;
};

static char peek(const struct translation *in, size_t ahead)
{
  return in->at + ahead < in->pattern.len ? in->pattern.ptr[in->at + ahead] : '\0';
}

static bool any_of(char c, const char *set)
{
  return c != '\0' && strchr(set, c) != NULL;
}

static void refuse(struct translation *in, const char *text)
{
  if (!in->refused)
    *in->fault = (struct vt_regex_fault){in->at, text};
  in->refused = true;
}

static void copy(struct translation *in, size_t count)
{
  vt_buffer_append(in->out, vt_str_slice(in->pattern, in->at, in->at + count));
  in->at += count;
}

static int outcome(const struct translation *in)
{
  if (in->refused)
    return VATER_E_RULE;
  return in->out->failed ? VATER_E_NOMEM : VATER_OK;
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static int hex_value(char c)
{
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* ---- RE2 ---------------------------------------------------------------------------------- */

static void re2_escape(struct translation *in)
{
  char c = peek(in, 1);
  if (c == '\0' && in->at + 1 >= in->pattern.len)
    refuse(in, "a trailing backslash");
  else if (c >= '1' && c <= '9')
    refuse(in, "back-references are not supported");
  else if (c == 'v') {
    vt_buffer_text(in->out, "\\x0b");
    in->at += 2;
  } else if (c == 'Q') {
    size_t end = vt_str_find(in->pattern, VT_STR("\\E"), in->at);
    copy(in, (end < in->pattern.len ? end + 2 : end) - in->at);
  } else if (is_letter(c) && !any_of(c, "AaBbDdfnrSstWwxzpP"))
    refuse(in, "an escape sequence that is not supported");
  else
    copy(in, any_of(c, "pPx") && peek(in, 2) == '{'
                 ? vt_str_find(in->pattern, VT_STR("}"), in->at) + 1 - in->at
                 : 2);
}

/* Flags up to ':' or ')': i, m, s and U, as in (?i-s:a). */
static void re2_flags(struct translation *in)
{
  size_t end = 2;
  while (any_of(peek(in, end), "imsU-"))
    end++;
  if (peek(in, end) != ':' && peek(in, end) != ')')
    refuse(in, "this kind of group is not supported");
  else
    copy(in, end);
}

static void re2_group(struct translation *in)
{
  if (peek(in, 1) == '*') {
    refuse(in, "(* is not supported");
    return;
  }
  if (peek(in, 1) != '?') {
    copy(in, 1);
    return;
  }
  if (peek(in, 2) == '<' && (peek(in, 3) == '=' || peek(in, 3) == '!'))
    refuse(in, "look-behind is not supported");
  else if (any_of(peek(in, 2), "=!"))
    refuse(in, "look-ahead is not supported");
  else if (peek(in, 2) == '<' || (peek(in, 2) == 'P' && peek(in, 3) == '<'))
    copy(in, 3);
  else
    re2_flags(in);
}

static void re2_quantifier(struct translation *in)
{
  copy(in, 1);
  if (peek(in, 0) == '+')
    refuse(in, "possessive quantifiers are not supported");
}

int vt_regex_translate_re2(struct vater_str pattern, struct vt_buffer *out,
                           struct vt_regex_fault *fault)
{
  struct translation in = {.pattern = pattern, .out = out, .fault = fault};
  size_t class_start = 0;
  while (in.at < pattern.len && !in.refused) {
    char c = peek(&in, 0);
    if (c == '\\') {
      re2_escape(&in);
    } else if (in.in_class) {
      size_t named = c == '[' && peek(&in, 1) == ':' ? vt_str_find(pattern, VT_STR(":]"), in.at + 2)
                                                     : pattern.len;
      if (c == ']' && in.at > class_start)
        in.in_class = false;
      copy(&in, named < pattern.len ? named + 2 - in.at : 1);
    } else if (c == '[') {
      in.in_class = true;
      copy(&in, peek(&in, 1) == '^' ? 2 : 1);
      class_start = in.at;
    } else if (c == '(') {
      re2_group(&in);
    } else if (any_of(c, "*+?}")) {
      re2_quantifier(&in);
    } else {
      copy(&in, 1);
    }
  }
  return outcome(&in);
}

/* ---- ECMA-262 ----------------------------------------------------------------------------- */

#define ECMA_SPACE                                                                        \
  "\\x09-\\x0d\\x20\\xa0\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}" \
  "\\x{3000}\\x{feff}"

/* Code units of \uXXXX at `ahead` behind in->at; -1 where there is none. */
static int32_t four_digits(const struct translation *in, size_t ahead)
{
  int32_t value = 0;
  for (size_t i = 0; i < 4; i++) {
    int digit = hex_value(peek(in, ahead + i));
    if (digit < 0)
      return -1;
    value = value * 16 + digit;
  }
  return value;
}

static void ecma_unicode(struct translation *in)
{
  int32_t value = four_digits(in, 2);
  size_t size = 6;
  if (peek(in, 2) == '{') {
    value = 0;
    size = 3;
    for (; hex_value(peek(in, size)) >= 0 && value <= 0x10ffff; size++)
      value = value * 16 + hex_value(peek(in, size));
    if (peek(in, size) != '}' || size == 3 || value > 0x10ffff)
      value = -1;
    size++;
  } else if (value >= 0xd800 && value < 0xdc00 && peek(in, 6) == '\\' && peek(in, 7) == 'u') {
    int32_t low = four_digits(in, 8);
    if (low >= 0xdc00 && low < 0xe000) {
      value = 0x10000 + ((value - 0xd800) << 10) + (low - 0xdc00);
      size = 12;
    }
  }
  if (value < 0 || (value >= 0xd800 && value < 0xe000)) {
    refuse(in, "\\u without a code point");
    return;
  }
  vt_buffer_format(in->out, "\\x{%x}", (unsigned)value);
  in->at += size;
}

/* \p{Letter}, \p{Script=Greek}, \p{gc=Lu}: PCRE2 knows short categories and script names. */
static void ecma_property(struct translation *in)
{
  static const char *const names[][2] = {
      {"Letter", "L"},
      {"Cased_Letter", "L&"},
      {"Lowercase_Letter", "Ll"},
      {"Uppercase_Letter", "Lu"},
      {"Titlecase_Letter", "Lt"},
      {"Modifier_Letter", "Lm"},
      {"Other_Letter", "Lo"},
      {"Mark", "M"},
      {"Nonspacing_Mark", "Mn"},
      {"Spacing_Mark", "Mc"},
      {"Enclosing_Mark", "Me"},
      {"Number", "N"},
      {"Decimal_Number", "Nd"},
      {"digit", "Nd"},
      {"Letter_Number", "Nl"},
      {"Other_Number", "No"},
      {"Punctuation", "P"},
      {"punct", "P"},
      {"Connector_Punctuation", "Pc"},
      {"Dash_Punctuation", "Pd"},
      {"Open_Punctuation", "Ps"},
      {"Close_Punctuation", "Pe"},
      {"Initial_Punctuation", "Pi"},
      {"Final_Punctuation", "Pf"},
      {"Other_Punctuation", "Po"},
      {"Symbol", "S"},
      {"Math_Symbol", "Sm"},
      {"Currency_Symbol", "Sc"},
      {"Modifier_Symbol", "Sk"},
      {"Other_Symbol", "So"},
      {"Separator", "Z"},
      {"Space_Separator", "Zs"},
      {"Line_Separator", "Zl"},
      {"Paragraph_Separator", "Zp"},
      {"Other", "C"},
      {"Control", "Cc"},
      {"Format", "Cf"},
      {"Surrogate", "Cs"},
      {"Private_Use", "Co"},
      {"Unassigned", "Cn"},
  };
  size_t end = vt_str_find(in->pattern, VT_STR("}"), in->at);
  if (peek(in, 2) != '{' || end >= in->pattern.len) {
    refuse(in, "\\p without a property in braces");
    return;
  }
  struct vater_str name = vt_str_slice(in->pattern, in->at + 3, end);
  size_t equals = vt_str_find(name, VT_STR("="), 0);
  if (equals < name.len)
    name = vt_str_slice(name, equals + 1, name.len);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (vt_str_is(name, names[i][0]))
      name = vt_str(names[i][1]);
  vt_buffer_format(in->out, "\\%c{%.*s}", peek(in, 1), VT_STR_ARGS(name));
  in->at = end + 1;
}

static void ecma_letter(struct translation *in, char c)
{
  if (c == 'u') {
    ecma_unicode(in);
  } else if (c == 'p' || c == 'P') {
    ecma_property(in);
  } else if (c == 's' || (c == 'S' && !in->in_class)) {
    vt_buffer_text(in->out, in->in_class ? ECMA_SPACE
                            : c == 's'   ? "[" ECMA_SPACE "]"
                                         : "[^" ECMA_SPACE "]");
    in->at += 2;
  } else if (c == 'v') {
    vt_buffer_text(in->out, "\\x0b");
    in->at += 2;
  } else if (c == 'c' && is_letter(peek(in, 2))) {
    vt_buffer_format(in->out, "\\x%02x", (unsigned)peek(in, 2) & 31u);
    in->at += 3;
  } else if (c == 'x' && hex_value(peek(in, 2)) >= 0 && hex_value(peek(in, 3)) >= 0) {
    copy(in, 4);
  } else if (any_of(c, "dDwWbBfnrtS") || (c == 'k' && peek(in, 2) == '<')) {
    copy(in, 2);
  } else {
    refuse(in, "an escape sequence that ECMA-262 does not have");
  }
}

static void ecma_escape(struct translation *in)
{
  char c = peek(in, 1);
  if (in->at + 1 >= in->pattern.len) {
    refuse(in, "a trailing backslash");
  } else if (is_letter(c)) {
    ecma_letter(in, c);
  } else if (c == '0' && !is_digit(peek(in, 2))) {
    vt_buffer_text(in->out, "\\x00");
    in->at += 2;
  } else if (is_digit(c) && in->in_class) {
    refuse(in, "a number behind a backslash in a class");
  } else {
    copy(in, (unsigned char)c < 128 ? 2 : 1);
    if ((unsigned char)c >= 128)
      copy(in, 1);
  }
}

static void ecma_open_class(struct translation *in)
{
  if (peek(in, 1) == '^' && peek(in, 2) == ']') {
    vt_buffer_text(in->out, "[\\x00-\\x{10ffff}]");
    in->at += 3;
    return;
  }
  in->in_class = true;
  copy(in, peek(in, 1) == '^' ? 2 : 1);
  if (peek(in, 0) == ']') {
    in->in_class = false;
    copy(in, 1);
  }
}

static void ecma_group(struct translation *in)
{
  char kind = peek(in, 2);
  if (peek(in, 1) == '*' || (peek(in, 1) == '?' && !any_of(kind, ":=!<")))
    refuse(in, "a kind of group that ECMA-262 does not have");
  else
    copy(in, 1);
}

int vt_regex_translate_ecma(struct vater_str pattern, struct vt_buffer *out,
                            struct vt_regex_fault *fault)
{
  struct translation in = {.pattern = pattern, .out = out, .fault = fault};
  while (in.at < pattern.len && !in.refused) {
    char c = peek(&in, 0);
    if (c == '\\') {
      ecma_escape(&in);
    } else if (in.in_class) {
      if (c == '[')
        vt_buffer_char(out, '\\');
      in.in_class = c != ']';
      copy(&in, 1);
    } else if (c == '[') {
      ecma_open_class(&in);
    } else if (c == '(') {
      ecma_group(&in);
    } else if (c == '.') {
      vt_buffer_text(out, "[^\\n\\r\\x{2028}\\x{2029}]");
      in.at++;
    } else {
      copy(&in, 1);
      if (any_of(c, "*+?}") && peek(&in, 0) == '+')
        refuse(&in, "nothing to repeat");
    }
  }
  return outcome(&in);
}

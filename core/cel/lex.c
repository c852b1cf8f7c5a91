#include "cel/lex.h"

#include "base/utf8.h"

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_name_start(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static int hex_value(char c)
{
  if (is_digit(c))
    return c - '0';
  if (c >= 'a' && c <= 'f')
    return c - 'a' + 10;
  if (c >= 'A' && c <= 'F')
    return c - 'A' + 10;
  return -1;
}

static char peek(const struct vt_cel_lexer *lexer, size_t ahead)
{
  return lexer->at + ahead < lexer->text.len ? lexer->text.ptr[lexer->at + ahead] : '\0';
}

static void skip_blank(struct vt_cel_lexer *lexer)
{
  for (;;) {
    char c = peek(lexer, 0);
    if (lexer->at >= lexer->text.len)
      return;
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
      lexer->at++;
    } else if (c == '/' && peek(lexer, 1) == '/') {
      while (lexer->at < lexer->text.len && lexer->text.ptr[lexer->at] != '\n')
        lexer->at++;
    } else {
      return;
    }
  }
}

/* ---- literals ----------------------------------------------------------------------------- */

struct quoted {
  struct vt_cel_lexer *lexer;
  bool raw, bytes, triple;
  char quote;
  char *out;
  size_t len;
  bool failed;
};

static void bad_escape(struct quoted *in, size_t from, const char *what)
{
  struct vt_cel_lexer *lexer = in->lexer;
  size_t width = lexer->at > from ? lexer->at - from : 1;
  vt_cel_report(lexer->report, (uint32_t)from, (uint32_t)width, "%s in a %s literal", what,
                in->bytes ? "bytes" : "string");
  in->failed = true;
}

static void put_code_point(struct quoted *in, uint32_t value, size_t from)
{
  char utf8[4];
  size_t size = vt_utf8_put(value, utf8);
  if (size == 0) {
    bad_escape(in, from, "not a Unicode code point");
    return;
  }
  memcpy(in->out + in->len, utf8, size);
  in->len += size;
}

static void number_escape(struct quoted *in, size_t from, unsigned digits, unsigned base,
                          uint32_t value)
{
  for (unsigned i = 0; i < digits; i++) {
    int digit = hex_value(peek(in->lexer, 0));
    if (digit < 0 || digit >= (int)base) {
      bad_escape(in, from, "incomplete escape sequence");
      return;
    }
    value = value * base + (uint32_t)digit;
    in->lexer->at++;
  }
  if (!in->bytes)
    put_code_point(in, value, from);
  else if (value > 255)
    bad_escape(in, from, "escape above \\377");
  else
    in->out[in->len++] = (char)value;
}

static void escape(struct quoted *in)
{
  static const char letters[] = "abfnrtv\\?\"'`";
  static const char meant[] = "\a\b\f\n\r\t\v\\?\"'`";
  struct vt_cel_lexer *lexer = in->lexer;
  size_t from = lexer->at++;
  char c = peek(lexer, 0);
  lexer->at++;
  const char *found = c != '\0' ? strchr(letters, c) : NULL;
  if (found != NULL)
    in->out[in->len++] = meant[found - letters];
  else if (c == 'x' || c == 'X')
    number_escape(in, from, 2, 16, 0);
  else if (c == 'u' && !in->bytes)
    number_escape(in, from, 4, 16, 0);
  else if (c == 'U' && !in->bytes)
    number_escape(in, from, 8, 16, 0);
  else if (c >= '0' && c <= '3')
    number_escape(in, from, 2, 8, (uint32_t)(c - '0'));
  else
    bad_escape(in, from, "unknown escape sequence");
}

static bool at_closing(const struct quoted *in)
{
  const struct vt_cel_lexer *lexer = in->lexer;
  if (peek(lexer, 0) != in->quote)
    return false;
  return !in->triple || (peek(lexer, 1) == in->quote && peek(lexer, 2) == in->quote);
}

static bool read_content(struct quoted *in)
{
  struct vt_cel_lexer *lexer = in->lexer;
  while (lexer->at < lexer->text.len) {
    if (at_closing(in)) {
      lexer->at += in->triple ? 3 : 1;
      return true;
    }
    char c = peek(lexer, 0);
    if (!in->triple && (c == '\n' || c == '\r'))
      return false;
    if (c == '\\' && !in->raw) {
      escape(in);
      continue;
    }
    in->out[in->len++] = c;
    lexer->at++;
    if (c == '\r' && peek(lexer, 0) == '\n' && in->triple)
      lexer->at++;
    if (c == '\r' && in->triple)
      in->out[in->len - 1] = '\n';
  }
  return false;
}

static void lex_quoted(struct vt_cel_lexer *lexer, struct vt_cel_token *token, struct quoted *in)
{
  in->lexer = lexer;
  in->quote = peek(lexer, 0);
  in->triple = peek(lexer, 1) == in->quote && peek(lexer, 2) == in->quote;
  lexer->at += in->triple ? 3 : 1;
  in->out = lexer->decoded + lexer->decoded_len;
  if (!read_content(in)) {
    vt_cel_report(lexer->report, token->offset, 1, "the text that begins here is not closed");
    lexer->at = lexer->text.len;
    in->failed = true;
  }
  token->kind = in->failed  ? VT_CEL_TOKEN_BAD
                : in->bytes ? VT_CEL_TOKEN_BYTES
                            : VT_CEL_TOKEN_STRING;
  token->text = (struct vater_str){in->out, in->len};
  lexer->decoded_len += in->len;
}

/* Whether a string literal with its prefix letters starts here. */
static bool quoted_start(struct vt_cel_lexer *lexer, struct quoted *in)
{
  size_t prefix = 0;
  for (; prefix < 2; prefix++) {
    char c = peek(lexer, prefix);
    if ((c == 'r' || c == 'R') && !in->raw)
      in->raw = true;
    else if ((c == 'b' || c == 'B') && !in->bytes)
      in->bytes = true;
    else
      break;
  }
  char quote = peek(lexer, prefix);
  if (quote != '"' && quote != '\'')
    return false;
  lexer->at += prefix;
  return true;
}

static size_t digits_from(const struct vt_cel_lexer *lexer, size_t ahead)
{
  while (is_digit(peek(lexer, ahead)))
    ahead++;
  return ahead;
}

static size_t exponent_from(const struct vt_cel_lexer *lexer, size_t ahead)
{
  char c = peek(lexer, ahead);
  if (c != 'e' && c != 'E')
    return ahead;
  size_t sign = peek(lexer, ahead + 1) == '+' || peek(lexer, ahead + 1) == '-' ? 1 : 0;
  return is_digit(peek(lexer, ahead + 1 + sign)) ? digits_from(lexer, ahead + 1 + sign) : ahead;
}

static void lex_number(struct vt_cel_lexer *lexer, struct vt_cel_token *token)
{
  token->kind = VT_CEL_TOKEN_INT;
  size_t end;
  if (peek(lexer, 0) == '0' && (peek(lexer, 1) == 'x' || peek(lexer, 1) == 'X') &&
      hex_value(peek(lexer, 2)) >= 0) {
    end = 2;
    while (hex_value(peek(lexer, end)) >= 0)
      end++;
  } else {
    size_t whole = digits_from(lexer, 0);
    end = whole;
    if (peek(lexer, end) == '.' && is_digit(peek(lexer, end + 1)))
      end = digits_from(lexer, end + 1);
    end = exponent_from(lexer, end);
    if (end != whole)
      token->kind = VT_CEL_TOKEN_DOUBLE;
  }
  token->text = vt_str_slice(lexer->text, lexer->at, lexer->at + end);
  lexer->at += end;
  if (token->kind == VT_CEL_TOKEN_INT && (peek(lexer, 0) == 'u' || peek(lexer, 0) == 'U')) {
    token->kind = VT_CEL_TOKEN_UINT;
    lexer->at++;
  }
}

static void lex_quoted_name(struct vt_cel_lexer *lexer, struct vt_cel_token *token)
{
  size_t start = ++lexer->at;
  for (char c = peek(lexer, 0);
       is_name_start(c) || is_digit(c) || c == '.' || c == '-' || c == '/' || c == ' ';
       c = peek(lexer, 0))
    lexer->at++;
  token->text = vt_str_slice(lexer->text, start, lexer->at);
  token->kind = VT_CEL_TOKEN_QUOTED_NAME;
  if (peek(lexer, 0) != '`' || token->text.len == 0) {
    vt_cel_report(lexer->report, token->offset, 1,
                  "a quoted name is letters, digits and "
                  "'_', '.', '-', '/', ' ' between backticks");
    token->kind = VT_CEL_TOKEN_BAD;
  }
  lexer->at++;
}

static void lex_sign(struct vt_cel_lexer *lexer, struct vt_cel_token *token)
{
  static const struct {
    char text[3];
    int sign;
  } pairs[] = {{"==", VT_CEL_SIGN_EQUAL},      {"!=", VT_CEL_SIGN_NOT_EQUAL},
               {"<=", VT_CEL_SIGN_LESS_EQUAL}, {">=", VT_CEL_SIGN_GREATER_EQUAL},
               {"&&", VT_CEL_SIGN_AND},        {"||", VT_CEL_SIGN_OR}};
  char c = peek(lexer, 0);
  token->kind = VT_CEL_TOKEN_SIGN;
  for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
    if (c == pairs[i].text[0] && peek(lexer, 1) == pairs[i].text[1]) {
      token->sign = pairs[i].sign;
      lexer->at += 2;
      return;
    }
  }
  if (c != '\0' && strchr("()[]{}.,:?+-*/%<>!", c) != NULL) {
    token->sign = c;
    lexer->at++;
    return;
  }
  size_t start = lexer->at;
  vt_utf8_next(lexer->text, &lexer->at);
  token->kind = VT_CEL_TOKEN_BAD;
  const char *hint = c == '='   ? "; equality is '=='"
                     : c == '&' ? "; and is '&&'"
                     : c == '|' ? "; or is '||'"
                                : "";
  vt_cel_report(lexer->report, token->offset, (uint32_t)(lexer->at - start),
                "'%.*s' cannot stand here%s",
                VT_STR_ARGS(vt_str_slice(lexer->text, start, lexer->at)), hint);
}

void vt_cel_lex(struct vt_cel_lexer *lexer, struct vt_cel_token *token)
{
  skip_blank(lexer);
  *token = (struct vt_cel_token){.offset = (uint32_t)lexer->at};
  char c = peek(lexer, 0);
  struct quoted quoted = {0};
  if (lexer->at >= lexer->text.len) {
    token->kind = VT_CEL_TOKEN_END;
  } else if (quoted_start(lexer, &quoted)) {
    lex_quoted(lexer, token, &quoted);
  } else if (is_name_start(c)) {
    size_t start = lexer->at;
    while (is_name_start(peek(lexer, 0)) || is_digit(peek(lexer, 0)))
      lexer->at++;
    token->kind = VT_CEL_TOKEN_NAME;
    token->text = vt_str_slice(lexer->text, start, lexer->at);
  } else if (is_digit(c) || (c == '.' && is_digit(peek(lexer, 1)))) {
    lex_number(lexer, token);
  } else if (c == '`') {
    lex_quoted_name(lexer, token);
  } else {
    lex_sign(lexer, token);
  }
  if (lexer->at > lexer->text.len)
    lexer->at = lexer->text.len;
  token->width = (uint32_t)(lexer->at - token->offset);
}

#include "cel/mutate.h"

#include "cel/lex.h"

static const char *const change_names[] = {"flipped", "boundary", "connective", "negation",
                                           "quantifier"};

static const struct {
  int sign;
  enum vt_cel_change change;
  const char *with;
} signs[] = {
    {'<', VT_CEL_CHANGE_FLIPPED, ">="},
    {'<', VT_CEL_CHANGE_BOUNDARY, "<="},
    {'>', VT_CEL_CHANGE_FLIPPED, "<="},
    {'>', VT_CEL_CHANGE_BOUNDARY, ">="},
    {VT_CEL_SIGN_LESS_EQUAL, VT_CEL_CHANGE_FLIPPED, ">"},
    {VT_CEL_SIGN_LESS_EQUAL, VT_CEL_CHANGE_BOUNDARY, "<"},
    {VT_CEL_SIGN_GREATER_EQUAL, VT_CEL_CHANGE_FLIPPED, "<"},
    {VT_CEL_SIGN_GREATER_EQUAL, VT_CEL_CHANGE_BOUNDARY, ">"},
    {VT_CEL_SIGN_EQUAL, VT_CEL_CHANGE_FLIPPED, "!="},
    {VT_CEL_SIGN_NOT_EQUAL, VT_CEL_CHANGE_FLIPPED, "=="},
    {VT_CEL_SIGN_AND, VT_CEL_CHANGE_CONNECTIVE, "||"},
    {VT_CEL_SIGN_OR, VT_CEL_CHANGE_CONNECTIVE, "&&"},
    {'!', VT_CEL_CHANGE_NEGATION, ""},
};

enum { SIGNS = sizeof signs / sizeof *signs, PER_TOKEN = 2 };

const char *vt_cel_change_name(enum vt_cel_change change)
{
  return (unsigned)change < sizeof change_names / sizeof *change_names ? change_names[change] : "?";
}

static uint32_t change_sign(const struct vt_cel_token *token, struct vt_cel_mutant *made)
{
  uint32_t count = 0;
  for (int i = 0; i < SIGNS; i++)
    if (signs[i].sign == token->sign)
      made[count++] =
          (struct vt_cel_mutant){signs[i].change, token->offset, token->width, signs[i].with};
  return count;
}

/* "rows.all(": a name behind a point. */
static uint32_t change_name(const struct vt_cel_token *token, struct vt_cel_mutant *made)
{
  bool all = vt_str_is(token->text, "all");
  if (!all && !vt_str_is(token->text, "exists"))
    return 0;
  *made = (struct vt_cel_mutant){VT_CEL_CHANGE_QUANTIFIER, token->offset, token->width,
                                 all ? "exists" : "all"};
  return 1;
}

int vt_cel_mutants(struct vater_str text, struct vt_arena *arena, struct vt_cel_mutant **mutants,
                   uint32_t *count)
{
  struct vt_diagnostics diagnostics;
  struct vt_cel_source source = {.text = text};
  struct vt_cel_report report = {.source = &source, .diagnostics = &diagnostics};
  struct vt_cel_lexer lexer = {
      .text = text, .decoded = vt_arena_bytes(arena, text.len + 1), .report = &report};
  struct vt_cel_token token = {0};
  bool selects = false;
  *count = 0;
  vt_diagnostics_init(&diagnostics, arena);
  *mutants = vt_arena_array(arena, text.len * PER_TOKEN + 1, sizeof **mutants);
  if (lexer.decoded == NULL || *mutants == NULL)
    return VATER_E_NOMEM;
  do {
    vt_cel_lex(&lexer, &token);
    if (token.kind == VT_CEL_TOKEN_SIGN)
      *count += change_sign(&token, *mutants + *count);
    else if (token.kind == VT_CEL_TOKEN_NAME && selects)
      *count += change_name(&token, *mutants + *count);
    selects = token.kind == VT_CEL_TOKEN_SIGN && token.sign == '.';
  } while (token.kind != VT_CEL_TOKEN_END && token.kind != VT_CEL_TOKEN_BAD);
  return VATER_OK;
}

struct vater_str vt_cel_mutate(struct vater_str text, const struct vt_cel_mutant *mutant,
                               struct vt_arena *arena)
{
  struct vater_str rest = vt_str_slice(text, mutant->offset + mutant->width, text.len);
  return vt_arena_format(arena, "%.*s%s%.*s", (int)mutant->offset, text.ptr, mutant->with,
                         VT_STR_ARGS(rest));
}

#include "schema/pattern.h"

#include "base/limits.h"
#include "base/regex.h"
#include "schema/pattern_parts.h"

struct vt_pattern {
  struct vater_str text;
  struct vt_automaton automaton; /* states 0: `regex` decides */
  struct vt_pattern_table table;
  struct vt_regex *regex;
};

#define SCRATCH_BYTES ((size_t)64 * 1024 * 1024)

/* `pattern` NULL: only the grammar is of interest. */
static int compile(struct vater_str text, struct vt_arena *keep,
                   const struct vt_allocator *allocator, struct vt_pattern *pattern,
                   struct vt_error *error)
{
  struct vt_syntax_result syntax;
  if (text.len > VT_LIMIT_REGEX_PATTERN_BYTES)
    return vt_fail(error, VATER_E_LIMIT, NULL, "longer than REGEX_PATTERN_BYTES");
  struct vt_arena *scratch = vt_arena_new(allocator, SCRATCH_BYTES);
  if (scratch == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  int status = vt_syntax_parse(text, scratch, &syntax, error);
  if (status == VATER_OK && pattern != NULL) {
    int built = syntax.irregular ? VATER_E_LIMIT
                                 : vt_automaton_build(syntax.tree, scratch, allocator, keep,
                                                      &pattern->automaton);
    if (built == VATER_E_NOMEM)
      status = vt_fail(error, built, NULL, "out of memory");
    else if (built != VATER_OK)
      status = vt_regex_compile(text, VT_REGEX_ECMA_262, allocator, &pattern->regex, error);
    if (built != VATER_OK)
      pattern->automaton.states = 0;
  }
  vt_arena_free(scratch);
  return status;
}

int vt_pattern_compile(struct vater_str text, struct vt_arena *arena,
                       const struct vt_allocator *allocator, struct vt_pattern **pattern,
                       struct vt_error *error)
{
  struct vt_pattern *made = vt_arena_alloc(arena, sizeof *made);
  *pattern = NULL;
  if (made == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  made->text = text;
  int status = compile(text, arena, allocator, made, error);
  made->table = (struct vt_pattern_table){made->automaton.direct, made->automaton.accepts,
                                          made->automaton.start};
  if (status == VATER_OK)
    *pattern = made;
  else
    vt_regex_free(made->regex);
  return status;
}

const struct vt_pattern_table *vt_pattern_table(const struct vt_pattern *pattern)
{
  return pattern->table.next != NULL ? &pattern->table : NULL;
}

void vt_pattern_fini(struct vt_pattern *pattern)
{
  if (pattern != NULL)
    vt_regex_free(pattern->regex);
}

struct vater_str vt_pattern_text(const struct vt_pattern *pattern)
{
  return pattern->text;
}

bool vt_pattern_is_automaton(const struct vt_pattern *pattern)
{
  return pattern->automaton.states > 0;
}

int vt_pattern_match(const struct vt_pattern *pattern, struct vater_str text, bool *matched,
                     struct vt_error *error)
{
  const struct vt_automaton *automaton = &pattern->automaton;
  if (automaton->states == 0)
    return vt_regex_match(pattern->regex, text, matched, error);
  uint32_t state = automaton->start;
  for (size_t i = 0; i < text.len && state > 1; i++)
    state =
        automaton
            ->next[state * automaton->classes + automaton->class_of[(unsigned char)text.ptr[i]]];
  *matched = automaton->accepts[state];
  return VATER_OK;
}

bool vt_pattern_valid(struct vater_str text, const struct vt_allocator *allocator)
{
  return compile(text, NULL, allocator, NULL, NULL) == VATER_OK;
}

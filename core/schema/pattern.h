/*
 * `pattern` in the ECMA-262 sense, unicode mode, unanchored. What is regular becomes a table-driven
 * automaton over bytes: one step a byte, nothing to allocate. The rest (look-around, references
 * back, property escapes) goes to base/regex, which counts its steps.
 */
#ifndef VT_SCHEMA_PATTERN_H
#define VT_SCHEMA_PATTERN_H

#include "base/arena.h"
#include "base/error.h"

struct vt_pattern;

/* In the arena, but for what vt_pattern_fini gives back. VATER_E_CONFIG: not a pattern; the text
 * says why, offset where. */
int vt_pattern_compile(struct vater_str text, struct vt_arena *arena,
                       const struct vt_allocator *allocator, struct vt_pattern **pattern,
                       struct vt_error *error);
void vt_pattern_fini(struct vt_pattern *pattern);
struct vater_str vt_pattern_text(const struct vt_pattern *pattern);
bool vt_pattern_is_automaton(const struct vt_pattern *pattern);
/* VATER_OK with *matched; VATER_E_LIMIT, VATER_E_NOMEM only where it is no automaton. */
int vt_pattern_match(const struct vt_pattern *pattern, struct vater_str text, bool *matched,
                     struct vt_error *error);
/* The automaton of few states, for whoever cannot afford a call: the state after a byte is
 * next[state * 256 + byte]. NULL where there is none. */
struct vt_pattern_table {
  const uint8_t *next, *accepts;
  uint32_t start;
};
const struct vt_pattern_table *vt_pattern_table(const struct vt_pattern *pattern);
static inline bool vt_pattern_run(const struct vt_pattern_table *table, struct vater_str text)
{
  uint32_t state = table->start;
  for (size_t i = 0; i < text.len; i++)
    state = table->next[state << 8 | (unsigned char)text.ptr[i]];
  return table->accepts[state];
}
/* Only the grammar, for the format "regex". */
bool vt_pattern_valid(struct vater_str text, const struct vt_allocator *allocator);

#endif

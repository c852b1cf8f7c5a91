#include "base/limits.h"
#include "base/map.h"
#include "schema/pattern_parts.h"

#include <stdlib.h>

#define DIRECT_STATES 64
#define WORK_CEILING 500000 /* steps looked at; a pattern that takes more is left to base/regex */

enum { DEAD = 0, MATCHED = 1, FIRST_FREE = 2 };

/* Subset construction (Rabin, Scott 1959): a state of the automaton is a sorted set of steps. */
struct subset {
  uint32_t *members;
  uint32_t count;
  bool matched; /* holds MATCH */
  bool at_end;  /* reaches MATCH where the text ends */
};

struct construction {
  const struct vt_steps *steps;
  struct vt_arena *scratch;
  struct vt_map map; /* members -> state */
  struct subset *subsets;
  uint32_t count, room;
  uint32_t *mark, epoch, *stack, *found;
  uint32_t found_count;
  uint64_t work;
  uint8_t sample[256]; /* one byte of each class */
};

/* Steps reachable from `start` without reading; `begin`, `end`: the text begins or ends here. */
static void close_over(struct construction *c, uint32_t start, bool begin, bool end)
{
  uint32_t depth = 0;
  c->stack[depth++] = start;
  while (depth > 0) {
    uint32_t at = c->stack[--depth];
    if (c->mark[at] == c->epoch)
      continue;
    c->mark[at] = c->epoch;
    const struct vt_step_state *state = &c->steps->states[at];
    if (state->kind == VT_STEP_SPLIT) {
      c->stack[depth++] = state->other;
      c->stack[depth++] = state->next;
    } else if ((state->kind == VT_STEP_BEGIN && begin) || (state->kind == VT_STEP_END && end)) {
      c->stack[depth++] = state->next;
    } else if (state->kind != VT_STEP_BEGIN) {
      c->found[c->found_count++] = at;
    }
  }
}

static int by_number(const void *a, const void *b)
{
  const uint32_t *left = a, *right = b;
  return (*left > *right) - (*left < *right);
}

static bool holds_match(const struct construction *c)
{
  for (uint32_t i = 0; i < c->found_count; i++)
    if (c->steps->states[c->found[i]].kind == VT_STEP_MATCH)
      return true;
  return false;
}

static bool matches_at_end(struct construction *c, const struct subset *subset, bool begin)
{
  c->epoch++;
  c->found_count = 0;
  for (uint32_t i = 0; i < subset->count; i++)
    close_over(c, subset->members[i], begin, true);
  return holds_match(c);
}

/* The state of what was found; UINT32_MAX without memory or beyond the limit. */
static uint32_t intern(struct construction *c, bool begin)
{
  c->work += c->found_count;
  if (c->work > WORK_CEILING)
    return UINT32_MAX;
  if (holds_match(c))
    return MATCHED;
  if (c->found_count == 0)
    return DEAD;
  qsort(c->found, c->found_count, sizeof *c->found, by_number);
  /* the first state differs from a later one with the same steps: the text can be empty there */
  struct vater_str key = {(const char *)c->found, c->found_count * sizeof *c->found};
  if (!begin) {
    const uint64_t *known = vt_map_get(&c->map, key);
    if (known != NULL)
      return (uint32_t)*known;
  }
  if (c->count >= VT_LIMIT_SCHEMA_DFA_STATES)
    return UINT32_MAX;
  struct vater_str copy = vt_arena_copy(c->scratch, key);
  uint32_t *members = vt_arena_array(c->scratch, c->found_count, sizeof *members);
  if (copy.ptr == NULL || members == NULL)
    return UINT32_MAX;
  struct subset *subset = &c->subsets[c->count];
  memcpy(members, c->found, c->found_count * sizeof *members);
  *subset = (struct subset){members, c->found_count, false, false};
  subset->at_end = matches_at_end(c, subset, begin);
  if (!begin) {
    bool added;
    uint64_t *slot = vt_map_put(&c->map, copy, &added);
    if (slot == NULL)
      return UINT32_MAX;
    *slot = c->count;
  }
  return c->count++;
}

static uint32_t advance(struct construction *c, uint32_t from, uint8_t byte)
{
  c->epoch++;
  c->found_count = 0;
  c->work += c->subsets[from].count;
  for (uint32_t i = 0; i < c->subsets[from].count; i++) {
    const struct vt_step_state *state = &c->steps->states[c->subsets[from].members[i]];
    if (state->kind == VT_STEP_BYTES && byte >= state->from && byte <= state->to)
      close_over(c, state->next, false, false);
  }
  /* unanchored: the pattern may begin at any byte; inside a code point no step fits */
  close_over(c, c->steps->start, false, false);
  return intern(c, false);
}

static void classify(const struct vt_steps *steps, struct vt_automaton *automaton,
                     uint8_t sample[256])
{
  bool cut[257] = {false};
  for (uint32_t i = 0; i < steps->count; i++) {
    if (steps->states[i].kind == VT_STEP_BYTES && steps->states[i].from <= steps->states[i].to) {
      cut[steps->states[i].from] = true;
      cut[steps->states[i].to + 1] = true;
    }
  }
  uint32_t class = 0;
  for (uint32_t byte = 0; byte < 256; byte++) {
    if (byte > 0 && cut[byte])
      class ++;
    automaton->class_of[byte] = (uint8_t) class;
    sample[class] = (uint8_t)byte;
  }
  automaton->classes = class + 1;
}

static bool construct(struct construction *c, struct vt_automaton *automaton, uint16_t *next)
{
  c->epoch++;
  c->found_count = 0;
  close_over(c, c->steps->start, true, false);
  automaton->start = intern(c, true);
  for (uint32_t class = 0; class < automaton->classes; class ++) {
    next[DEAD * automaton->classes + class] = DEAD;
    next[MATCHED * automaton->classes + class] = MATCHED;
  }
  if (automaton->start == UINT32_MAX)
    return false;
  for (uint32_t state = FIRST_FREE; state < c->count; state++) {
    for (uint32_t class = 0; class < automaton->classes; class ++) {
      uint32_t to = advance(c, state, c->sample[class]);
      if (to == UINT32_MAX)
        return false;
      next[state * automaton->classes + class] = (uint16_t)to;
    }
  }
  return true;
}

static int keep_table(const struct construction *c, struct vt_arena *keep,
                      struct vt_automaton *automaton, const uint16_t *next)
{
  size_t cells = (size_t)c->count * automaton->classes;
  automaton->states = c->count;
  automaton->next = vt_arena_array(keep, cells, sizeof *automaton->next);
  automaton->accepts = vt_arena_array(keep, c->count, sizeof *automaton->accepts);
  if (automaton->next == NULL || automaton->accepts == NULL)
    return VATER_E_NOMEM;
  memcpy(automaton->next, next, cells * sizeof *next);
  automaton->accepts[MATCHED] = 1;
  for (uint32_t state = FIRST_FREE; state < c->count; state++)
    automaton->accepts[state] = c->subsets[state].at_end;
  if (c->count > DIRECT_STATES)
    return VATER_OK;
  automaton->direct = vt_arena_array(keep, c->count, 256);
  if (automaton->direct == NULL)
    return VATER_E_NOMEM;
  for (uint32_t state = 0; state < c->count; state++)
    for (uint32_t byte = 0; byte < 256; byte++)
      automaton->direct[state * 256 + byte] =
          (uint8_t)next[state * automaton->classes + automaton->class_of[byte]];
  return VATER_OK;
}

int vt_automaton_build(const struct vt_syntax *tree, struct vt_arena *scratch,
                       const struct vt_allocator *allocator, struct vt_arena *keep,
                       struct vt_automaton *automaton)
{
  struct vt_steps steps;
  struct construction c = {.steps = &steps, .scratch = scratch, .count = FIRST_FREE};
  size_t room = VT_LIMIT_SCHEMA_DFA_STATES;
  *automaton = (struct vt_automaton){.classes = 0};
  int status = vt_steps_build(tree, scratch, &steps);
  if (status != VATER_OK)
    return status;
  classify(&steps, automaton, c.sample);
  c.mark = vt_arena_array(scratch, steps.count, sizeof *c.mark);
  c.stack = vt_arena_array(scratch, 2 * (size_t)steps.count + 2, sizeof *c.stack);
  c.found = vt_arena_array(scratch, steps.count, sizeof *c.found);
  c.subsets = vt_arena_array(scratch, room, sizeof *c.subsets);
  uint16_t *next = vt_arena_array(scratch, room * automaton->classes, sizeof *next);
  if (c.mark == NULL || c.stack == NULL || c.found == NULL || c.subsets == NULL || next == NULL)
    return VATER_E_NOMEM;
  vt_map_init(&c.map, allocator, (uint32_t)room, 0);
  if (construct(&c, automaton, next))
    status = keep_table(&c, keep, automaton, next);
  else
    status = VATER_E_LIMIT;
  vt_map_fini(&c.map);
  return status;
}

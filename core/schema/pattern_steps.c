#include "schema/pattern_parts.h"

#include "base/utf8.h"

#define STEP_CEILING 20000

/* States are built backwards: each piece is given what follows it. */
static uint32_t add(struct vt_steps *steps, struct vt_step_state state)
{
  if (steps->count == steps->room) {
    uint32_t room = steps->room == 0 ? 64 : steps->room * 2;
    struct vt_step_state *states = NULL;
    if (room <= 2 * STEP_CEILING)
      states = vt_arena_array(steps->arena, room, sizeof *states);
    if (states == NULL)
      return UINT32_MAX;
    if (steps->count > 0)
      memcpy(states, steps->states, steps->count * sizeof *states);
    steps->states = states;
    steps->room = room;
  }
  if (steps->count >= STEP_CEILING)
    return UINT32_MAX;
  steps->states[steps->count] = state;
  return steps->count++;
}

static uint32_t add_either(struct vt_steps *steps, uint32_t a, uint32_t b)
{
  if (a == UINT32_MAX || b == UINT32_MAX)
    return UINT32_MAX;
  return add(steps, (struct vt_step_state){.kind = VT_STEP_SPLIT, .next = a, .other = b});
}

/* The byte sequences from `from` to `to`, which have the same length and differ in no byte before
 * those that run over the full range. */
static uint32_t add_sequence(struct vt_steps *steps, const char *from, const char *to,
                             size_t length, uint32_t next)
{
  for (size_t i = length; i-- > 0 && next != UINT32_MAX;)
    next = add(steps, (struct vt_step_state){.kind = VT_STEP_BYTES,
                                             .from = (uint8_t)from[i],
                                             .to = (uint8_t)to[i],
                                             .next = next});
  return next;
}

/* The largest code point up to `to` such that [from, it] is one add_sequence(). */
static uint32_t chunk_end(uint32_t from, uint32_t to)
{
  static const uint32_t length_ends[] = {0x7F, 0x7FF, 0xFFFF, 0x10FFFF};
  for (size_t i = 0; i < 4; i++) {
    if (from <= length_ends[i]) {
      to = to < length_ends[i] ? to : length_ends[i];
      break;
    }
  }
  if (from <= 0x7F)
    return to;
  for (uint32_t low = 0x3F; low <= 0x3FFFF; low = low << 6 | 0x3F) {
    if ((from & ~low) == (to & ~low))
      break;
    if ((from & low) != 0)
      return from | low;
    if ((to & low) != low && (to & ~low) > 0)
      to = (to & ~low) - 1;
  }
  return to;
}

static uint32_t add_range(struct vt_steps *steps, uint32_t from, uint32_t to, uint32_t next,
                          uint32_t others)
{
  while (from <= to) {
    if (from >= 0xD800 && from <= 0xDFFF) {
      from = 0xE000;
      continue;
    }
    uint32_t end = chunk_end(from, from < 0xD800 && to >= 0xD800 ? 0xD7FF : to);
    char first[4], last[4];
    size_t length = vt_utf8_put(from, first);
    vt_utf8_put(end, last);
    uint32_t sequence = add_sequence(steps, first, last, length, next);
    others = others == UINT32_MAX - 1 ? sequence : add_either(steps, sequence, others);
    if (others == UINT32_MAX)
      break;
    from = end + 1;
  }
  return others;
}

static uint32_t build(struct vt_steps *steps, const struct vt_syntax *tree, uint32_t next);

static uint32_t build_set(struct vt_steps *steps, const struct vt_set *set, uint32_t next)
{
  const uint32_t none = UINT32_MAX - 1;
  uint32_t all = none;
  for (uint32_t i = 0; i < set->count && all != UINT32_MAX; i++)
    all = add_range(steps, set->ranges[i].from, set->ranges[i].to, next, all);
  if (all == none) /* the empty class matches nothing */
    return add(steps, (struct vt_step_state){.kind = VT_STEP_BYTES, .from = 1, .to = 0});
  return all;
}

static uint32_t build_repeat(struct vt_steps *steps, const struct vt_syntax *tree, uint32_t next)
{
  if (tree->most == VT_REPEAT_ENDLESS) {
    uint32_t loop = add(steps, (struct vt_step_state){.kind = VT_STEP_SPLIT, .other = next});
    if (loop == UINT32_MAX)
      return loop;
    uint32_t body = build(steps, tree->a, loop);
    if (body == UINT32_MAX)
      return body;
    steps->states[loop].next = body;
    next = loop;
  } else {
    uint32_t end = next;
    for (uint32_t i = tree->least; i < tree->most && next != UINT32_MAX; i++)
      next = add_either(steps, build(steps, tree->a, next), end);
  }
  for (uint32_t i = 0; i < tree->least && next != UINT32_MAX; i++) {
    uint32_t before = steps->count;
    next = build(steps, tree->a, next);
    if (steps->count == before) /* nothing to repeat: (){1000000} */
      break;
  }
  return next;
}

static uint32_t build(struct vt_steps *steps, const struct vt_syntax *tree, uint32_t next)
{
  switch (tree->kind) {
  case VT_SYNTAX_EMPTY:
    return next;
  case VT_SYNTAX_SET:
    return build_set(steps, &tree->set, next);
  case VT_SYNTAX_JOIN:
    /* the left side is the long one: a loop, not a recursion */
    while (tree->kind == VT_SYNTAX_JOIN && next != UINT32_MAX) {
      next = build(steps, tree->b, next);
      tree = tree->a;
    }
    return next != UINT32_MAX ? build(steps, tree, next) : next;
  case VT_SYNTAX_EITHER: {
    uint32_t end = next, all = build(steps, tree->b, end);
    for (tree = tree->a; tree->kind == VT_SYNTAX_EITHER && all != UINT32_MAX; tree = tree->a)
      all = add_either(steps, build(steps, tree->b, end), all);
    return all != UINT32_MAX ? add_either(steps, build(steps, tree, end), all) : all;
  }
  case VT_SYNTAX_REPEAT:
    return build_repeat(steps, tree, next);
  case VT_SYNTAX_BEGIN:
    return add(steps, (struct vt_step_state){.kind = VT_STEP_BEGIN, .next = next});
  case VT_SYNTAX_END:
    return add(steps, (struct vt_step_state){.kind = VT_STEP_END, .next = next});
  }
  return UINT32_MAX;
}

int vt_steps_build(const struct vt_syntax *tree, struct vt_arena *arena, struct vt_steps *steps)
{
  *steps = (struct vt_steps){.arena = arena};
  uint32_t match = add(steps, (struct vt_step_state){.kind = VT_STEP_MATCH});
  steps->start = match != UINT32_MAX ? build(steps, tree, match) : match;
  return steps->start != UINT32_MAX ? VATER_OK : VATER_E_LIMIT;
}

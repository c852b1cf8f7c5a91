#include "schema/pattern_parts.h"

#include <stdlib.h>

bool vt_set_add(struct vt_arena *arena, struct vt_set *set, uint32_t from, uint32_t to)
{
  if (set->count == set->room) {
    uint32_t room = set->room == 0 ? 4 : set->room * 2;
    struct vt_range *ranges = vt_arena_array(arena, room, sizeof *ranges);
    if (ranges == NULL)
      return false;
    if (set->count > 0)
      memcpy(ranges, set->ranges, set->count * sizeof *ranges);
    set->ranges = ranges;
    set->room = room;
  }
  set->ranges[set->count++] = (struct vt_range){from, to};
  return true;
}

static int by_start(const void *a, const void *b)
{
  const struct vt_range *left = a, *right = b;
  return (left->from > right->from) - (left->from < right->from);
}

void vt_set_close(struct vt_set *set)
{
  uint32_t kept = 0;
  if (set->count == 0)
    return;
  qsort(set->ranges, set->count, sizeof *set->ranges, by_start);
  for (uint32_t i = 1; i < set->count; i++) {
    struct vt_range *last = &set->ranges[kept];
    if (set->ranges[i].from > last->to + 1)
      set->ranges[++kept] = set->ranges[i];
    else if (set->ranges[i].to > last->to)
      last->to = set->ranges[i].to;
  }
  set->count = kept + 1;
}

bool vt_set_invert(struct vt_arena *arena, struct vt_set *set)
{
  struct vt_set inverse = {.count = 0};
  uint32_t from = 0;
  vt_set_close(set);
  for (uint32_t i = 0; i < set->count; i++) {
    if (set->ranges[i].from > from && !vt_set_add(arena, &inverse, from, set->ranges[i].from - 1))
      return false;
    from = set->ranges[i].to + 1;
  }
  if (from <= 0x10FFFF && !vt_set_add(arena, &inverse, from, 0x10FFFF))
    return false;
  *set = inverse;
  return true;
}

/* ECMA-262 WhiteSpace and LineTerminator */
static const struct vt_range space[] = {
    {9, 13},          {32, 32},         {0xA0, 0xA0},     {0x1680, 0x1680}, {0x2000, 0x200A},
    {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F}, {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};
static const struct vt_range digit[] = {{'0', '9'}};
static const struct vt_range word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};

bool vt_set_add_escape(struct vt_arena *arena, struct vt_set *set, char letter)
{
  struct vt_set wanted = {.count = 0};
  char small = (char)(letter | 0x20);
  const struct vt_range *ranges = small == 'd' ? digit : small == 's' ? space : word;
  size_t count = small == 'd'   ? sizeof digit / sizeof *digit
                 : small == 's' ? sizeof space / sizeof *space
                                : sizeof word / sizeof *word;
  for (size_t i = 0; i < count; i++)
    if (!vt_set_add(arena, &wanted, ranges[i].from, ranges[i].to))
      return false;
  if (letter != small && !vt_set_invert(arena, &wanted))
    return false;
  for (uint32_t i = 0; i < wanted.count; i++)
    if (!vt_set_add(arena, set, wanted.ranges[i].from, wanted.ranges[i].to))
      return false;
  return true;
}

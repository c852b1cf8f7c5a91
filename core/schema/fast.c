#include "schema/run.h"

/*
 * Nearly every scalar is checked here: the outcome of each slot and nothing else. Where a finding
 * is due, or the check is not a simple one, the long way does it all again.
 */

static bool same_text(const struct vt_choices *choices, struct vater_str text)
{
  for (uint32_t i = 0; i < choices->count; i++)
    if (choices->items[i].kind == VT_DOC_TEXT && vt_plan_same(choices->items[i].text, text))
      return true;
  return false;
}

static bool is_plain_integer(struct vater_str text)
{
  for (size_t i = text.ptr[0] == '-'; i < text.len; i++)
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  return true;
}

/* 1: passes, 0: fails, -1: not decided here */
static int decide(const struct vt_check *check, enum vt_part_kind kind, struct vater_str text)
{
  switch (check->code) {
  case VT_CHECK_TYPE:
  case VT_CHECK_NEVER:
    return 0;
  case VT_CHECK_INTEGER:
    return is_plain_integer(text) ? 1 : -1;
  case VT_CHECK_CHOICES:
    return kind == VT_KIND_STRING ? same_text(check->choices, text) : -1;
  case VT_CHECK_PATTERN:
    return check->table != NULL ? vt_pattern_run(check->table, text) : -1;
  case VT_CHECK_LENGTH:
    if (check->which == VT_SIZE_MAX_LENGTH)
      return text.len <= check->node->size[VT_SIZE_MAX_LENGTH] ? 1 : -1;
    return text.len / 4 >= check->node->size[VT_SIZE_MIN_LENGTH] ||
                   (text.len > 0 && check->node->size[VT_SIZE_MIN_LENGTH] == 1)
               ? 1
               : -1;
  default:
    return -1;
  }
}

bool vt_run_fast(const struct vt_plan *plan, enum vt_part_kind kind, struct vater_str text,
                 uint64_t *failed)
{
  const struct vt_checks *checks = &plan->starts[kind];
  *failed = 0;
  for (uint32_t i = 0; i < checks->count; i++) {
    const struct vt_check *check = &checks->items[i];
    int outcome = decide(check, kind, text);
    if (outcome < 0)
      return false;
    *failed |= (uint64_t)(outcome == 0) << check->slot;
  }
  return (*failed & plan->definite) == 0;
}

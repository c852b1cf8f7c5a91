#include "kommune.h"

#include <string.h>

bool kommune_is_day(struct vater_str text)
{
  if (text.len != DAY_BYTES)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    bool dash = i == 4 || i == 7;
    if (dash ? text.ptr[i] != '-' : text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  }
  int month = (text.ptr[5] - '0') * 10 + (text.ptr[6] - '0');
  int day = (text.ptr[8] - '0') * 10 + (text.ptr[9] - '0');
  return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

static bool covers(const struct kommune *one, struct vater_str day)
{
  return memcmp(one->first, day.ptr, DAY_BYTES) <= 0 && memcmp(day.ptr, one->last, DAY_BYTES) <= 0;
}

/* The first entry whose first `digits` are not below those of `code`. */
static uint32_t find(const char *code, size_t digits)
{
  uint32_t from = 0;
  uint32_t to = kommune_count;
  while (from < to) {
    uint32_t middle = from + (to - from) / 2;
    if (memcmp(kommune_table[middle].code, code, digits) < 0)
      from = middle + 1;
    else
      to = middle;
  }
  return from;
}

static bool any_covers(const char *code, size_t digits, struct vater_str day)
{
  for (uint32_t i = find(code, digits);
       i < kommune_count && memcmp(kommune_table[i].code, code, digits) == 0; i++)
    if (covers(&kommune_table[i], day))
      return true;
  return false;
}

bool kommune_is_valid(struct vater_str code, struct vater_str day)
{
  return code.len == KOMMUNE_DIGITS && any_covers(code.ptr, KOMMUNE_DIGITS, day);
}

bool kommune_has_county(struct vater_str county, struct vater_str day)
{
  return county.len == 2 && any_covers(county.ptr, 2, day);
}

/* The one code on the other side of the earliest change of `code` (its successors), or of the
 * latest one (its predecessors), that lies on the way to `day`; NULL: none, or several. */
static const char *step(const char *code, struct vater_str day, bool forward)
{
  const struct kommune_change *found = NULL;
  for (uint32_t n = 0; n < kommune_change_count; n++) {
    const struct kommune_change *change =
        &kommune_changes[forward ? n : kommune_change_count - 1 - n];
    bool on_the_way = (memcmp(change->day, day.ptr, DAY_BYTES) <= 0) == forward;
    const char *here = forward ? change->from : change->to;
    if (!on_the_way || memcmp(here, code, KOMMUNE_DIGITS) != 0)
      continue;
    if (found != NULL && memcmp(found->day, change->day, DAY_BYTES) == 0)
      return NULL;
    if (found != NULL)
      break;
    found = change;
  }
  if (found == NULL)
    return NULL;
  return forward ? found->to : found->from;
}

static const char *walk(struct vater_str code, struct vater_str day, bool forward)
{
  const char *at = code.ptr;
  for (uint32_t steps = 0; steps < kommune_change_count; steps++) {
    at = step(at, day, forward);
    if (at == NULL)
      return NULL;
    if (any_covers(at, KOMMUNE_DIGITS, day))
      return at;
  }
  return NULL;
}

const char *kommune_at(struct vater_str code, struct vater_str day)
{
  if (code.len != KOMMUNE_DIGITS)
    return NULL;
  if (any_covers(code.ptr, KOMMUNE_DIGITS, day))
    return kommune_table[find(code.ptr, KOMMUNE_DIGITS)].code;
  const char *later = walk(code, day, true);
  return later != NULL ? later : walk(code, day, false);
}

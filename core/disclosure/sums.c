#include "disclosure/sums.h"

#include <math.h>

/* Room for `more` items of `size` behind `count`; the list moves. */
static bool grow(const struct vt_allocator *allocator, void *list, uint32_t *room, uint32_t count,
                 uint32_t more, size_t size)
{
  void **items = list;
  if (more > UINT32_MAX / 4 - count || *room > UINT32_MAX / 4)
    return false;
  if (count + more <= *room)
    return true;
  uint32_t wanted = (*room + more) * 2;
  void *moved = vt_resize(allocator, *items, wanted * size);
  if (moved == NULL)
    return false;
  *items = moved;
  *room = wanted;
  return true;
}

/* What the terms leave in a measure, in the unit of the first one's sign: 0 where they add up. */
static double left_over(const struct vt_sums *sums, const struct vt_term *terms, uint32_t count,
                        enum vt_measure measure, uint32_t *without)
{
  double left = 0;
  *without = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct vt_cell *cell = &sums->cells[terms[i].cell];
    if ((cell->has >> measure & 1) != 0)
      left += terms[i].sign * cell->number[measure];
    else
      *without += 1;
  }
  return left;
}

/* The total comes first: without its number, or with less than its parts, a measure does not add
 * up. Beside parts without a number what is left over is theirs. */
static void weigh(const struct vt_sums *sums, const struct vt_term *terms, uint32_t count,
                  struct vt_sum *sum, struct vt_cell *rest)
{
  const struct vt_disclosure *disclosure = &sums->disclosures[terms[0].cell];
  const struct vt_cell *total = &sums->cells[terms[0].cell];
  for (int measure = 0; measure < VT_MEASURE_COUNT; measure++) {
    uint32_t without;
    double left = left_over(sums, terms, count, (enum vt_measure)measure, &without);
    unsigned bit = 1u << measure;
    if ((total->has & bit) == 0 || (sum->difference ? without > 0 : left < 0))
      continue;
    sum->measures |= (uint8_t)bit;
    if (without > 0 || left == 0)
      continue;
    rest->number[measure] = left;
    rest->has |= (uint8_t)bit;
    if (vt_disclosure_is_small(disclosure, fabs(left)))
      rest->small |= (uint8_t)bit;
  }
}

int vt_sums_add(struct vt_sums *sums, const struct vt_term *terms, uint32_t count, bool difference)
{
  struct vt_sum sum = {.first = sums->term_count, .count = count, .difference = difference};
  struct vt_cell rest = {.hidden = true, .next = sums->cell_count};
  weigh(sums, terms, count, &sum, &rest);
  if (sum.measures == 0)
    return VATER_OK;
  if (!grow(sums->allocator, &sums->terms, &sums->term_room, sums->term_count, count + 1,
            sizeof *sums->terms) ||
      !grow(sums->allocator, &sums->sums, &sums->sum_room, sums->sum_count, 1,
            sizeof *sums->sums) ||
      !grow(sums->allocator, &sums->cells, &sums->cell_room, sums->cell_count, 1,
            sizeof *sums->cells))
    return VATER_E_NOMEM;
  memcpy(sums->terms + sum.first, terms, count * sizeof *terms);
  if (rest.has != 0) {
    sums->terms[sum.first + count] = (struct vt_term){sums->cell_count, -1};
    sums->cells[sums->cell_count++] = rest;
    sum.count++;
  }
  if (!difference)
    sums->cells[terms[0].cell].total = true;
  sums->term_count = sum.first + sum.count;
  sums->sums[sums->sum_count++] = sum;
  return VATER_OK;
}

void vt_sums_hide(struct vt_sums *sums, uint32_t cell)
{
  for (uint32_t at = cell; !sums->cells[at].hidden; at = sums->cells[at].next)
    sums->cells[at].hidden = true;
}

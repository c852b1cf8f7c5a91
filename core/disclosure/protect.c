#include "disclosure/sums.h"

/* What the reader of the shown rows knows of the others in a sum. */
struct known {
  double rest;      /* what the hidden ones add up to, in the sign of `sign` */
  uint32_t unknown; /* how many are hidden */
  uint32_t small;   /* a small cell among them; UINT32_MAX: none */
  int sign;
  bool mixed; /* hidden ones of both signs: nothing bounds them */
};

static struct known look_at(const struct vt_sums *sums, const struct vt_sum *sum, unsigned measure)
{
  struct known known = {.small = UINT32_MAX};
  for (uint32_t i = 0; i < sum->count; i++) {
    const struct vt_term *term = &sums->terms[sum->first + i];
    const struct vt_cell *cell = &sums->cells[term->cell];
    bool has = (cell->has >> measure & 1) != 0;
    if (has && !cell->hidden) {
      known.rest -= term->sign * cell->number[measure];
      continue;
    }
    known.mixed |= known.unknown > 0 && known.sign != term->sign;
    known.sign = term->sign;
    known.unknown++;
    if ((cell->small >> measure & 1) != 0)
      known.small = term->cell;
  }
  known.rest *= known.sign;
  return known;
}

/* One hidden number is what the others leave; several are at most what they leave together. */
static bool gives_away(const struct vt_sums *sums, const struct vt_sum *sum, unsigned measure)
{
  const struct vt_disclosure *disclosure = &sums->disclosures[sums->terms[sum->first].cell];
  struct known known = look_at(sums, sum, measure);
  if (known.small == UINT32_MAX || (known.mixed && !sum->difference) ||
      (sum->difference && known.unknown != 1))
    return false;
  double most = known.rest < 0 && sum->difference ? -known.rest : known.rest;
  return most > 0 && most < disclosure->threshold;
}

uint32_t vt_sums_prefer(const struct vt_sums *sums, enum vt_measure measure, uint32_t a, uint32_t b)
{
  if (a == UINT32_MAX || b == UINT32_MAX)
    return a == UINT32_MAX ? b : a;
  const struct vt_cell *left = &sums->cells[a], *right = &sums->cells[b];
  double one = left->number[measure], other = right->number[measure];
  if (left->total != right->total)
    return right->total ? a : b;
  if ((one == 0) != (other == 0))
    return other == 0 ? a : b;
  if (one != other)
    return one < other ? a : b;
  return a < b ? a : b;
}

uint32_t vt_sums_choose(const struct vt_sums *sums, const struct vt_sum *sum,
                        enum vt_measure measure)
{
  uint32_t chosen = UINT32_MAX;
  for (uint32_t i = 0; i < sum->count; i++) {
    uint32_t at = sums->terms[sum->first + i].cell;
    const struct vt_cell *cell = &sums->cells[at];
    if (!cell->hidden && cell->row && (cell->has >> measure & 1) != 0)
      chosen = vt_sums_prefer(sums, measure, chosen, at);
  }
  return chosen;
}

static bool hide_one(struct vt_sums *sums, const struct vt_sum *sum, unsigned measure)
{
  uint32_t row = vt_sums_choose(sums, sum, (enum vt_measure)measure);
  if (row != UINT32_MAX)
    vt_sums_hide(sums, row);
  return row != UINT32_MAX;
}

/* Sum by sum, until none gives anything away. */
static bool protect_sums(struct vt_sums *sums)
{
  bool changed = false;
  for (bool again = true; again;) {
    again = false;
    for (uint32_t i = 0; i < sums->sum_count; i++)
      for (unsigned measure = 0; measure < VT_MEASURE_COUNT; measure++)
        while ((sums->sums[i].measures >> measure & 1) != 0 &&
               gives_away(sums, &sums->sums[i], measure) && hide_one(sums, &sums->sums[i], measure))
          again = changed = true;
  }
  return changed;
}

static bool hide_exposed(struct vt_sums *sums, unsigned measure, const struct vt_exposed *exposed)
{
  bool changed = exposed->row_count > 0;
  for (uint32_t i = 0; i < exposed->row_count; i++)
    vt_sums_hide(sums, exposed->rows[i]);
  for (uint32_t i = 0; i < exposed->whole_count; i++)
    while (hide_one(sums, &sums->sums[exposed->whole[i]], measure))
      changed = true;
  return changed;
}

int vt_sums_protect(struct vt_sums *sums)
{
  struct vt_arena *arena = vt_arena_new(sums->allocator, 0);
  int status = arena == NULL ? VATER_E_NOMEM : VATER_OK;
  bool again = true;
  while (again && status == VATER_OK) {
    again = protect_sums(sums);
    for (unsigned measure = 0; measure < VT_MEASURE_COUNT && status == VATER_OK; measure++) {
      struct vt_exposed exposed;
      status = vt_sums_bound(sums, (enum vt_measure)measure, arena, &exposed);
      if (status == VATER_OK)
        again |= hide_exposed(sums, measure, &exposed);
      vt_arena_reset(arena);
    }
  }
  vt_arena_free(arena);
  return status;
}

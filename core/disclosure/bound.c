#include "disclosure/sums.h"

#include <math.h>

/* Beyond this many hidden numbers that hang together, all that they hang together with is hidden.
 */
enum { UNKNOWNS_MAX = 256, STEPS_MAX = 20000 };

#define TINY 1e-9

/* Sums that hang together by hidden cells, in one measure. */
struct part {
  const uint32_t *sums, *unknowns; /* indices; cells */
  uint32_t sum_count, unknown_count;
};

struct system {
  const struct vt_sums *of;
  enum vt_measure measure;
  uint32_t *root;  /* a cell: another of its part */
  uint32_t *order; /* a cell: its column */
  double *tableau; /* a row for each sum and one of costs */
  uint32_t width;  /* of a row: unknowns, a variable of each sum, what the shown ones leave */
  uint32_t *basis; /* a row: the column that it gives */
  struct part part;
};

static bool is_unknown(const struct system *system, uint32_t cell)
{
  const struct vt_cell *of = &system->of->cells[cell];
  return of->hidden || (of->has >> system->measure & 1) == 0;
}

static uint32_t root_of(const struct system *system, uint32_t cell)
{
  while (system->root[cell] != cell)
    cell = system->root[cell] = system->root[system->root[cell]];
  return cell;
}

static bool in_measure(const struct system *system, const struct vt_sum *sum)
{
  return (sum->measures >> system->measure & 1) != 0;
}

/* The first hidden cell of a sum; UINT32_MAX where all are shown. */
static uint32_t first_unknown(const struct system *system, const struct vt_sum *sum)
{
  for (uint32_t i = 0; in_measure(system, sum) && i < sum->count; i++)
    if (is_unknown(system, system->of->terms[sum->first + i].cell))
      return system->of->terms[sum->first + i].cell;
  return UINT32_MAX;
}

static void join(struct system *system)
{
  for (uint32_t cell = 0; cell < system->of->cell_count; cell++)
    system->root[cell] = cell;
  for (uint32_t i = 0; i < system->of->sum_count; i++) {
    const struct vt_sum *sum = &system->of->sums[i];
    uint32_t first = first_unknown(system, sum);
    for (uint32_t n = 0; first != UINT32_MAX && n < sum->count; n++) {
      uint32_t cell = system->of->terms[sum->first + n].cell;
      if (is_unknown(system, cell))
        system->root[root_of(system, cell)] = root_of(system, first);
    }
  }
}

/* ---- one part ---------------------------------------------------------------------------------
 */

static double *row_of(const struct system *system, uint32_t row)
{
  return system->tableau + (size_t)row * system->width;
}

static double *costs_of(const struct system *system)
{
  return row_of(system, system->part.sum_count);
}

/* The sums as rows, what the shown ones leave at the end of each and not negative; a variable of
 * its own makes each true, and the costs are the sum of those. */
static void fill(struct system *system)
{
  const struct part *part = &system->part;
  uint32_t end = part->unknown_count + part->sum_count;
  system->width = end + 1;
  memset(system->tableau, 0, (part->sum_count + 1) * system->width * sizeof *system->tableau);
  for (uint32_t i = 0; i < part->unknown_count; i++)
    system->order[part->unknowns[i]] = i;
  for (uint32_t i = 0; i < part->sum_count; i++) {
    const struct vt_sum *sum = &system->of->sums[part->sums[i]];
    double *row = row_of(system, i);
    for (uint32_t n = 0; n < sum->count; n++) {
      const struct vt_term *term = &system->of->terms[sum->first + n];
      const struct vt_cell *cell = &system->of->cells[term->cell];
      if (is_unknown(system, term->cell))
        row[system->order[term->cell]] +=
            cell->number[system->measure] < 0 ? -term->sign : term->sign;
      else
        row[end] -= term->sign * cell->number[system->measure];
    }
    for (uint32_t n = 0; row[end] < 0 && n <= end; n++)
      row[n] = -row[n];
    row[end] = fabs(row[end]);
    for (uint32_t n = 0; n <= end; n++)
      costs_of(system)[n] -= row[n];
    row[part->unknown_count + i] = 1;
    system->basis[i] = part->unknown_count + i;
  }
}

static void pivot(struct system *system, uint32_t at, uint32_t column)
{
  double *row = row_of(system, at);
  double lead = row[column];
  for (uint32_t i = 0; i < system->width; i++)
    row[i] /= lead;
  for (uint32_t other = 0; other <= system->part.sum_count; other++) {
    double *to = row_of(system, other);
    double factor = to[column];
    for (uint32_t i = 0; other != at && factor != 0 && i < system->width; i++)
      to[i] -= factor * row[i];
  }
  system->basis[at] = column;
}

/* The row that bounds the column first; sum_count where none does. */
static uint32_t leaving(const struct system *system, uint32_t column)
{
  uint32_t found = system->part.sum_count;
  double least = 0;
  for (uint32_t i = 0; i < system->part.sum_count; i++) {
    const double *row = row_of(system, i);
    if (row[column] < TINY)
      continue;
    double most = row[system->width - 1] / row[column];
    bool less = found == system->part.sum_count || most < least - TINY ||
                (most < least + TINY && system->basis[i] < system->basis[found]);
    found = less ? i : found;
    least = less ? most : least;
  }
  return found;
}

/* Until the costs cannot fall, or have come to `enough` (Dantzig's simplex, by Bland's rule, which
 * ends). False: nothing bounds them, or there were too many steps. */
static bool minimise(struct system *system, double enough, bool *bounded)
{
  *bounded = true;
  for (uint32_t step = 0; step < STEPS_MAX; step++) {
    const double *costs = costs_of(system);
    uint32_t column = 0;
    while (column < system->part.unknown_count && costs[column] > -TINY)
      column++;
    if (column == system->part.unknown_count || costs[system->width - 1] >= enough)
      return true;
    uint32_t row = leaving(system, column);
    *bounded = row < system->part.sum_count;
    if (!*bounded)
      return true;
    pivot(system, row, column);
  }
  return false;
}

/* Rows that only repeat others keep their own variable, at 0, and no unknown. */
static void drop_own(struct system *system)
{
  for (uint32_t i = 0; i < system->part.sum_count; i++) {
    const double *row = row_of(system, i);
    if (system->basis[i] < system->part.unknown_count)
      continue;
    for (uint32_t column = 0; column < system->part.unknown_count; column++)
      if (fabs(row[column]) > TINY) {
        pivot(system, i, column);
        break;
      }
  }
}

/* Whether the unknown can be as large as the threshold, the others being no less than 0. */
static bool can_be_large(struct system *system, uint32_t unknown, double threshold)
{
  double *costs = costs_of(system);
  bool bounded;
  memset(costs, 0, system->width * sizeof *costs);
  costs[unknown] = -1;
  for (uint32_t i = 0; i < system->part.sum_count; i++)
    for (uint32_t n = 0; system->basis[i] == unknown && n < system->width; n++)
      costs[n] += row_of(system, i)[n];
  if (!minimise(system, threshold - 1e-6, &bounded))
    return false;
  return !bounded || costs[system->width - 1] >= threshold - 1e-6;
}

/* Of all sums of the part the row that is hidden with the least loss. */
static uint32_t choose(const struct system *system)
{
  uint32_t chosen = UINT32_MAX;
  for (uint32_t i = 0; i < system->part.sum_count; i++) {
    const struct vt_sum *sum = &system->of->sums[system->part.sums[i]];
    uint32_t row = vt_sums_choose(system->of, sum, system->measure);
    chosen = vt_sums_prefer(system->of, system->measure, chosen, row);
  }
  return chosen;
}

static bool is_small(const struct system *system, uint32_t unknown)
{
  uint32_t cell = system->part.unknowns[unknown];
  return (system->of->cells[cell].small >> system->measure & 1) != 0;
}

static bool is_exposed(struct system *system)
{
  const struct vt_sum *first = &system->of->sums[system->part.sums[0]];
  double threshold = system->of->disclosures[system->of->terms[first->first].cell].threshold;
  bool bounded;
  fill(system);
  if (!minimise(system, INFINITY, &bounded))
    return true;
  drop_own(system);
  for (uint32_t i = 0; i < system->part.unknown_count; i++)
    if (is_small(system, i) && !can_be_large(system, i, threshold))
      return true;
  return false;
}

static bool is_large(const struct system *system)
{
  return system->part.unknown_count > UNKNOWNS_MAX || system->part.sum_count > UNKNOWNS_MAX;
}

/* Most parts have no small cell at all. */
static bool has_small(const struct system *system)
{
  for (uint32_t i = 0; i < system->part.unknown_count; i++)
    if (is_small(system, i))
      return true;
  return false;
}

static void judge_part(struct system *system, struct vt_exposed *exposed)
{
  if (system->part.sum_count == 0 || !has_small(system))
    return;
  uint32_t row = choose(system);
  if (row == UINT32_MAX)
    return;
  if (is_large(system)) {
    for (uint32_t i = 0; i < system->part.sum_count; i++)
      exposed->whole[exposed->whole_count++] = system->part.sums[i];
  } else if (is_exposed(system)) {
    exposed->rows[exposed->row_count++] = row;
  }
}

/* ---- all parts --------------------------------------------------------------------------------
 */

/* Items in order of their part's root; starts has one more than there are cells. */
struct sorted {
  uint32_t *items, *starts;
};

static bool sort(struct vt_arena *arena, const uint32_t *roots, uint32_t count, uint32_t cells,
                 struct sorted *sorted)
{
  sorted->items = vt_arena_array(arena, (size_t)count + 1, sizeof *sorted->items);
  sorted->starts = vt_arena_array(arena, (size_t)cells + 2, sizeof *sorted->starts);
  if (sorted->items == NULL || sorted->starts == NULL)
    return false;
  for (uint32_t i = 0; i < count; i++)
    if (roots[i] != UINT32_MAX)
      sorted->starts[roots[i] + 2]++;
  for (uint32_t i = 0; i < cells; i++)
    sorted->starts[i + 2] += sorted->starts[i + 1];
  for (uint32_t i = 0; i < count; i++)
    if (roots[i] != UINT32_MAX)
      sorted->items[sorted->starts[roots[i] + 1]++] = i;
  return true;
}

static bool cut(struct system *system, struct vt_arena *arena, struct sorted *by_sum,
                struct sorted *by_cell)
{
  const struct vt_sums *of = system->of;
  uint32_t room = of->sum_count > of->cell_count ? of->sum_count : of->cell_count;
  uint32_t *roots = vt_arena_array(arena, (size_t)room + 1, sizeof *roots);
  if (roots == NULL)
    return false;
  for (uint32_t i = 0; i < of->sum_count; i++) {
    uint32_t first = first_unknown(system, &of->sums[i]);
    roots[i] = first == UINT32_MAX ? UINT32_MAX : root_of(system, first);
  }
  if (!sort(arena, roots, of->sum_count, of->cell_count, by_sum))
    return false;
  for (uint32_t i = 0; i < of->cell_count; i++)
    roots[i] = is_unknown(system, i) ? root_of(system, i) : UINT32_MAX;
  return sort(arena, roots, of->cell_count, of->cell_count, by_cell);
}

/* Room for the largest part that is computed. */
static bool make_room(struct system *system, struct vt_arena *arena, const struct sorted *by_sum,
                      const struct sorted *by_cell)
{
  size_t sums = 0, unknowns = 0;
  for (uint32_t root = 0; root < system->of->cell_count; root++) {
    size_t one = by_sum->starts[root + 1] - by_sum->starts[root];
    size_t other = by_cell->starts[root + 1] - by_cell->starts[root];
    if (one == 0 || one > UNKNOWNS_MAX || other > UNKNOWNS_MAX)
      continue;
    sums = one > sums ? one : sums;
    unknowns = other > unknowns ? other : unknowns;
  }
  system->tableau =
      vt_arena_array(arena, (sums + 1) * (sums + unknowns + 1), sizeof *system->tableau);
  system->basis = vt_arena_array(arena, sums + 1, sizeof *system->basis);
  return system->tableau != NULL && system->basis != NULL;
}

int vt_sums_bound(struct vt_sums *sums, enum vt_measure measure, struct vt_arena *arena,
                  struct vt_exposed *exposed)
{
  struct system system = {.of = sums, .measure = measure};
  struct sorted by_sum, by_cell;
  size_t cells = (size_t)sums->cell_count + 1;
  *exposed = (struct vt_exposed){.row_count = 0};
  system.root = vt_arena_array(arena, cells, sizeof *system.root);
  system.order = vt_arena_array(arena, cells, sizeof *system.order);
  exposed->rows = vt_arena_array(arena, (size_t)sums->sum_count + 1, sizeof(uint32_t));
  exposed->whole = vt_arena_array(arena, (size_t)sums->sum_count + 1, sizeof(uint32_t));
  if (system.root == NULL || system.order == NULL || exposed->rows == NULL ||
      exposed->whole == NULL)
    return VATER_E_NOMEM;
  join(&system);
  if (!cut(&system, arena, &by_sum, &by_cell) || !make_room(&system, arena, &by_sum, &by_cell))
    return VATER_E_NOMEM;
  for (uint32_t root = 0; root < sums->cell_count; root++) {
    const uint32_t *of_sum = &by_sum.starts[root], *of_cell = &by_cell.starts[root];
    system.part = (struct part){by_sum.items + of_sum[0], by_cell.items + of_cell[0],
                                of_sum[1] - of_sum[0], of_cell[1] - of_cell[0]};
    judge_part(&system, exposed);
  }
  return VATER_OK;
}

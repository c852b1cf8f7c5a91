#include "disclosure/disclosure.h"

#include "disclosure/sums.h"

#include <math.h>

bool vt_disclosure_is_small(const struct vt_disclosure *disclosure, double cell)
{
  if (disclosure->purpose == VT_DISCLOSURE_NONE || !(cell > 0 && cell < disclosure->threshold))
    return false;
  return disclosure->base < 2 || fmod(cell, disclosure->base) != 0;
}

/* Rows of one indicator follow each other: it is looked up once. */
static void find_all(const struct vt_table *table, const struct vt_disclosure_source *source,
                     struct vt_disclosure *disclosures, uint8_t *counts)
{
  const uint32_t *ids = table->columns[VATER_COLUMN_INDICATOR].ids;
  struct vt_disclosure found = {.purpose = VT_DISCLOSURE_NONE};
  uint32_t last = UINT32_MAX;
  for (uint32_t row = 0; row < table->rows; row++) {
    uint32_t id = ids == NULL ? VT_TABLE_NO_TEXT : ids[row];
    if (id != last)
      source->find(source->context, vt_table_text(table, id), &found);
    last = id;
    counts[row] = found.purpose != VT_DISCLOSURE_NONE;
    if (disclosures != NULL)
      disclosures[row] = found;
  }
}

static void set(struct vt_cell *cell, const struct vt_disclosure *disclosure, enum vt_measure which,
                double number)
{
  cell->number[which] = number;
  cell->has |= (uint8_t)(1u << which);
  if (vt_disclosure_is_small(disclosure, number))
    cell->small |= (uint8_t)(1u << which);
}

/* A part that the sender suppressed is small in whatever it would have had. */
static void read_cell(const struct vt_sums *sums, uint32_t row, struct vt_cell *cell)
{
  const struct vt_table *table = sums->table;
  const struct vt_disclosure *disclosure = &sums->disclosures[row];
  double numerator, denominator, value;
  bool above = vt_table_number(table, row, VATER_COLUMN_NUMERATOR, &numerator);
  bool below = vt_table_number(table, row, VATER_COLUMN_DENOMINATOR, &denominator);
  *cell = (struct vt_cell){.row = true, .next = row};
  if (disclosure->purpose == VT_DISCLOSURE_NONE)
    return;
  if (above)
    set(cell, disclosure, VT_MEASURE_NUMERATOR, numerator);
  if (below)
    set(cell, disclosure, VT_MEASURE_DENOMINATOR, denominator);
  if (above && below && denominator >= numerator)
    set(cell, disclosure, VT_MEASURE_REST, denominator - numerator);
  if (vt_str_is(vt_table_cell(table, row, VATER_COLUMN_UNIT), "count") &&
      vt_table_number(table, row, VATER_COLUMN_VALUE, &value))
    set(cell, disclosure, VT_MEASURE_VALUE, value);
  if (vt_str_is(vt_table_cell(table, row, VATER_COLUMN_MISSING), "suppressed"))
    cell->small = (uint8_t)~cell->has;
  cell->hidden = cell->small != 0;
}

static int mask_table(struct vt_sums *sums, uint8_t *hidden)
{
  uint32_t rows = sums->table->rows;
  sums->cell_room = rows + 64;
  sums->cells = vt_alloc(sums->allocator, sums->cell_room * sizeof *sums->cells);
  if (sums->cells == NULL)
    return VATER_E_NOMEM;
  for (uint32_t row = 0; row < rows; row++)
    read_cell(sums, row, &sums->cells[row]);
  sums->cell_count = rows;
  int status = vt_sums_tie(sums);
  if (status == VATER_OK)
    status = vt_sums_protect(sums);
  for (uint32_t row = 0; row < rows && status == VATER_OK; row++)
    hidden[row] = sums->cells[row].hidden;
  return status;
}

int vt_disclosure_mask(const struct vt_allocator *allocator, const struct vt_table *table,
                       const struct vt_disclosure_source *source, enum vt_disclosure_exit exit,
                       uint8_t *hidden)
{
  struct vt_sums sums = {.allocator = allocator, .table = table};
  if (exit == VT_DISCLOSURE_TEXTS) {
    find_all(table, source, NULL, hidden);
    return VATER_OK;
  }
  sums.arena = vt_arena_new(allocator, 0);
  if (sums.arena != NULL)
    sums.disclosures =
        vt_arena_array(sums.arena, (size_t)table->rows + 1, sizeof *sums.disclosures);
  int status = sums.disclosures == NULL ? VATER_E_NOMEM : VATER_OK;
  if (status == VATER_OK) {
    find_all(table, source, sums.disclosures, hidden);
    status = mask_table(&sums, hidden);
  }
  vt_free(allocator, sums.cells);
  vt_free(allocator, sums.terms);
  vt_free(allocator, sums.sums);
  vt_arena_free(sums.arena);
  return status;
}

#include "damage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES = 50 };

static struct judged judge(const struct damage *damage, struct vater_str bytes)
{
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  char *exact = malloc(bytes.len > 0 ? bytes.len : 1); /* reads beyond are found */
  if (bytes.len > 0)
    memcpy(exact, bytes.ptr, bytes.len);
  const struct vater_str pages[] = {{exact, bytes.len}, VT_STR_NONE};
  struct judged judged = judged_pages(damage->world, &damage->job, &head, pages);
  free(exact);
  return judged;
}

static bool has_place(const struct judged *judged)
{
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged->result, i, &finding);
    if (finding.line > 0 && finding.line_column > 0)
      return true;
  }
  return false;
}

/* At that column, or, with column 0, anywhere in the line. */
static bool is_told_at(const struct judged *judged, uint32_t line, uint32_t column)
{
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged->result, i, &finding);
    if (finding.line == line && (column == 0 || finding.line_column == column))
      return true;
  }
  return false;
}

/* A finding of how it is written that is in another row than the damage. */
static bool is_told_elsewhere(const struct judged *judged, uint32_t line, char *shown, size_t size)
{
  static const char *const codes[] = {"PAY-VALUE", "PAY-FORMAT", "PAY-CSV", "PAY-TEXT"};
  for (uint32_t i = 0; i < judged->result.finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(&judged->result, i, &finding);
    for (size_t k = 0; k < sizeof codes / sizeof *codes; k++)
      if (vt_str_is(finding.code, codes[k]) && finding.line != line) {
        snprintf(shown, size, "%u:%u %.*s", finding.line, finding.line_column,
                 VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
        return true;
      }
  }
  return false;
}

void damage_whole(struct damage *damage)
{
  struct judged judged = judge(damage, damage->bytes);
  if (judged.result.delivery != VT_DELIVERY_RECEIVED) {
    struct vt_finding finding;
    vt_result_finding(&judged.result, 0, &finding);
    fail_msg("%.*s", VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
  }
  damage->rows = judged.result.table.rows;
  assert_true(damage->rows > 0);
  judged_free(&judged);
}

/* Rows of CSV before the cut are whole deliveries of their own. */
static bool is_shorter_table(const struct damage *damage, size_t cut)
{
  if (damage->delimiter == '\0')
    return false;
  char before = cut > 0 ? damage->bytes.ptr[cut - 1] : '\n';
  return before == '\n' || damage->bytes.ptr[cut] == '\n' || damage->bytes.ptr[cut] == '\r';
}

void damage_cuts(const struct damage *damage)
{
  for (size_t i = 0; i < PIECES; i++) {
    size_t cut = damage->bytes.len * i / PIECES;
    struct judged judged = judge(damage, vt_str_slice(damage->bytes, 0, cut));
    bool refused = judged.result.delivery != VT_DELIVERY_RECEIVED;
    if (refused && !has_place(&judged))
      fail_msg("cut at %zu: refused without a place", cut);
    if (!refused && damage->delimiter == '\0')
      fail_msg("cut at %zu: received", cut);
    if (!refused && !is_shorter_table(damage, cut) && judged.result.table.rows > damage->rows)
      fail_msg("cut at %zu: %u observations", cut, judged.result.table.rows);
    judged_free(&judged);
  }
}

struct cell {
  size_t from, to;
  uint32_t line, column; /* as people count characters */
  uint32_t number;       /* in its row, from 0 */
};

static bool next_cell(const struct damage *damage, struct cell *cell)
{
  struct vater_str bytes = damage->bytes;
  if (cell->to + 1 >= bytes.len && cell->to > 0)
    return false;
  for (size_t at = cell->from; at < cell->to; at++)
    cell->column += (bytes.ptr[at] & 0xc0) != 0x80;
  bool row = cell->to > 0 && bytes.ptr[cell->to] == '\n';
  cell->line += row;
  cell->column = row ? 1 : cell->column + (cell->to > 0);
  cell->number = row ? 0 : cell->number + (cell->to > 0);
  cell->from = cell->to + (cell->to > 0);
  for (cell->to = cell->from;
       bytes.ptr[cell->to] != damage->delimiter && bytes.ptr[cell->to] != '\n';)
    cell->to++;
  return true;
}

static const struct damage_known *find_known(const struct damage *damage, const struct cell *cell,
                                             const char *by)
{
  for (const struct damage_known *one = damage->known; one->by != NULL; one++)
    if ((one->line == 0 || one->line == cell->line) &&
        (strcmp(one->by, "*") == 0 || strcmp(one->by, by) == 0) &&
        (one->number < 0 || one->number == (int)cell->number))
      return one;
  return NULL;
}

/* Whether what came of it is told where it should be, and nothing else. */
static bool check_told(const struct damage *damage, const struct judged *judged,
                       const struct cell *cell, const char *by)
{
  const struct damage_known *known = find_known(damage, cell, by);
  int at = known != NULL ? known->at : 0;
  uint32_t column = at == DAMAGE_ROW ? 1 : (at < 0 ? 0 : cell->column + (uint32_t)at);
  char shown[400] = "";
  bool told = at == DAMAGE_FREE || is_told_at(judged, cell->line, column);
  bool elsewhere = is_told_elsewhere(judged, cell->line, shown, sizeof shown);
  if (at == DAMAGE_FOLLOWS) {
    told = told || elsewhere;
    elsewhere = false;
  }
  if (!told || elsewhere)
    print_message("cell %u:%u <- %s: %s at column %u; %s\n", cell->line, cell->column, by,
                  told ? "told" : "not told", column, shown);
  return told && !elsewhere;
}

static bool try_cell(const struct damage *damage, const struct cell *cell, const char *by)
{
  struct vater_str bytes = damage->bytes;
  size_t len = strlen(by);
  char *copy = malloc(bytes.len + len + 1);
  memcpy(copy, bytes.ptr, cell->from);
  memcpy(copy + cell->from, by, len);
  memcpy(copy + cell->from + len, bytes.ptr + cell->to, bytes.len - cell->to);
  struct judged judged =
      judge(damage, (struct vater_str){copy, cell->from + len + bytes.len - cell->to});
  bool good = check_told(damage, &judged, cell, by);
  judged_free(&judged);
  free(copy);
  return good;
}

size_t damage_cells(const struct damage *damage)
{
  char extra[] = {'x', damage->delimiter, 'x', '\0'};
  const char *const others[] = {"",     "null", "-1",     "99999999999999999999999999",
                                "x",    "\"",   "1e9",    "NaN",
                                "=1+1", "\xe6", "a\"b\"", extra};
  struct cell cell = {.line = 1, .column = 1};
  size_t count = 0, bad = 0;
  while (next_cell(damage, &cell))
    for (size_t i = 0; i < sizeof others / sizeof *others; i++, count++)
      bad += !try_cell(damage, &cell, others[i]);
  assert_int_equal(bad, 0);
  return count;
}

/* Small cells: which numbers of a delivery tell too much of too few. See README.md. */
#include "parts.h"

#include <string.h>

static const struct vater_host *host;

enum { THRESHOLD = 5 };

/* What the rule wants, and what the indicator of the rows at hand says; rows of one indicator
 * follow each other, so that its members are read once. */
struct disclosure {
  struct vater_str purpose;
  int64_t base;
  bool zeros;
  const char *last; /* the indicator's text, that of the row before */
  bool looked_at;
  double threshold;
};

static bool same(struct vater_str a, struct vater_str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static void read_with(const vater_config *with, struct disclosure *wanted)
{
  *wanted = (struct disclosure){.base = 0};
  host->config_text(with, "purpose", &wanted->purpose);
  host->config_integer(with, "base", &wanted->base);
  host->config_truth(with, "zeros", &wanted->zeros);
}

/* Whether cells of the row's indicator are looked at. */
static bool concerns(struct disclosure *wanted, const vater_table *rows, uint32_t row)
{
  struct vater_str indicator, purpose;
  if (!host->table->get_text(rows, row, VATER_COLUMN_INDICATOR, &indicator))
    return false;
  if (indicator.ptr == wanted->last)
    return wanted->looked_at;
  wanted->last = indicator.ptr;
  wanted->looked_at = host->table->indicator_text(rows, row, "disclosure/purpose", &purpose) &&
                      same(purpose, wanted->purpose);
  if (!host->table->indicator_number(rows, row, "disclosure/threshold", &wanted->threshold))
    wanted->threshold = THRESHOLD;
  return wanted->looked_at;
}

/* A number of people or events that is fewer than may be shown. A multiple of the base of rounding
 * does not tell the number itself. */
static bool is_small(const struct disclosure *wanted, double cell)
{
  if (cell < 0 || cell >= wanted->threshold || (cell < 1 && cell > 0))
    return false;
  if (cell == 0)
    return wanted->zeros;
  return wanted->base < 2 || (int64_t)cell % wanted->base != 0;
}

static bool is_count(const vater_table *rows, uint32_t row)
{
  struct vater_str unit;
  return host->table->get_text(rows, row, VATER_COLUMN_UNIT, &unit) &&
         same(unit, (struct vater_str){"count", 5});
}

static int check_cells(vater_call *call, const struct disclosure *wanted, const vater_table *rows,
                       uint32_t row, vater_findings *findings)
{
  const struct vater_table_api *table = host->table;
  double numerator, denominator, value;
  bool has_numerator = table->get_number(rows, row, VATER_COLUMN_NUMERATOR, &numerator);
  bool has_denominator = table->get_number(rows, row, VATER_COLUMN_DENOMINATOR, &denominator);
  int column = VATER_COLUMN_NONE;
  if (is_count(rows, row) && table->get_number(rows, row, VATER_COLUMN_VALUE, &value) &&
      is_small(wanted, value))
    column = VATER_COLUMN_VALUE;
  if (has_denominator && is_small(wanted, denominator))
    column = VATER_COLUMN_DENOMINATOR;
  if (has_numerator && has_denominator && numerator < denominator &&
      is_small(wanted, denominator - numerator))
    column = VATER_COLUMN_DENOMINATOR;
  if (has_numerator && is_small(wanted, numerator))
    column = VATER_COLUMN_NUMERATOR;
  return column == VATER_COLUMN_NONE
             ? VATER_OK
             : host->report->fail_row(call, findings, row, column, "%s", "");
}

static int small_cells(vater_call *call, const vater_config *with, const vater_table *rows,
                       vater_findings *findings)
{
  struct disclosure wanted;
  int status = VATER_OK;
  read_with(with, &wanted);
  uint32_t count = host->table->rows(rows);
  for (uint32_t row = 0; row < count && status == VATER_OK; row++)
    if (concerns(&wanted, rows, row))
      status = check_cells(call, &wanted, rows, row, findings);
  return status;
}

/* ---- what a total gives away ------------------------------------------------------------------
 */

static const int added[] = {VATER_COLUMN_NUMERATOR, VATER_COLUMN_DENOMINATOR, VATER_COLUMN_VALUE};

static bool read_added(const vater_table *rows, uint32_t row, int column, double *number)
{
  if (column == VATER_COLUMN_VALUE && !is_count(rows, row))
    return false;
  return host->table->get_number(rows, row, column, number);
}

/* The total minus its parts that are shown, where one part alone is not. */
static bool gives_away(const struct disclosure *wanted, const vater_table *rows,
                       const struct parts_group *group, int column)
{
  static const struct vater_str suppressed = {"suppressed", 10};
  double rest;
  uint32_t hidden = 0;
  if (!read_added(rows, group->total, column, &rest))
    return false;
  for (uint32_t i = 0; i < group->count; i++) {
    struct vater_str missing;
    double part;
    if (read_added(rows, group->rows[i], column, &part))
      rest -= part;
    else if (host->table->get_text(rows, group->rows[i], VATER_COLUMN_MISSING, &missing) &&
             same(missing, suppressed))
      hidden++;
    else
      return false;
  }
  return hidden == 1 && is_small(wanted, rest);
}

static bool concerns_any(struct disclosure *wanted, const vater_table *rows)
{
  uint32_t count = host->table->rows(rows);
  for (uint32_t row = 0; row < count; row++)
    if (concerns(wanted, rows, row))
      return true;
  return false;
}

static int differencing(vater_call *call, const vater_config *with, const vater_table *rows,
                        vater_findings *findings)
{
  struct disclosure wanted;
  struct parts *parts;
  read_with(with, &wanted);
  if (!concerns_any(&wanted, rows))
    return VATER_OK;
  int status = parts_open(host, call, rows, PARTS_BREAKDOWN | PARTS_AREA, &parts);
  if (status != VATER_OK)
    return status;
  for (uint32_t i = 0; i < parts_count(parts) && status == VATER_OK; i++) {
    const struct parts_group group = parts_group(parts, i);
    bool concerned = concerns(&wanted, rows, group.total);
    for (size_t n = 0; concerned && n < sizeof added / sizeof *added; n++)
      if (gives_away(&wanted, rows, &group, added[n])) {
        status = host->report->fail_row(call, findings, group.total, added[n], "%s", "");
        break;
      }
  }
  parts_close(parts);
  return status;
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_setting with_purpose[] = {
    {"purpose", VATER_SETTING_TEXT, true, false, NULL,
     "Indicators with this disclosure purpose are looked at: publication or collection."},
    {"base", VATER_SETTING_INTEGER, false, false, "0",
     "Multiples of it count as rounded and may be shown: 3 or 5; 0: none."},
    {"zeros", VATER_SETTING_BOOLEAN, false, false, "false", "Whether a zero tells too much too."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_check checks[] = {
    {"small_cells",
     "A numerator, denominator, their difference or a count is below the indicator's threshold.",
     with_purpose, small_cells},
    {"differencing", "A suppressed small cell is the total minus the parts that are shown.",
     with_purpose, differencing},
    {NULL, NULL, NULL, NULL},
};

static const struct vater_check_ops check = {.size = sizeof check, .checks = checks};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,  .name = "disclosure",
    .version = "1.0.0", .summary = "Small cells, and totals that give them away.",
    .load = load,       .check = &check,
};

VATER_PLUGIN(plugin)

/* Numbers of one delivery that contradict each other. See README.md. */
#include "parts.h"

#include <math.h>
#include <string.h>

static const struct vater_host *host;

static bool is_text(struct vater_str text, const char *wanted)
{
  return text.len == strlen(wanted) && (text.len == 0 || memcmp(text.ptr, wanted, text.len) == 0);
}

static bool number_at(const vater_table *rows, uint32_t row, int column, double *number)
{
  return host->table->get_number(rows, row, column, number);
}

static bool has_unit(const vater_table *rows, uint32_t row, const char *wanted)
{
  struct vater_str unit;
  return host->table->get_text(rows, row, VATER_COLUMN_UNIT, &unit) && is_text(unit, wanted);
}

/* ---- totals -----------------------------------------------------------------------------------
 */

static const int added[] = {VATER_COLUMN_NUMERATOR, VATER_COLUMN_DENOMINATOR, VATER_COLUMN_VALUE};

/* Ratios do not add up; counts do, and the numerators and denominators of ratios. */
static bool read_added(const vater_table *rows, uint32_t row, int column, double *number)
{
  if (column == VATER_COLUMN_VALUE && !has_unit(rows, row, "count") && !has_unit(rows, row, "nok"))
    return false;
  return number_at(rows, row, column, number);
}

struct sum {
  double of_parts, largest, total;
  uint32_t absent; /* parts without a number */
  bool repeated;   /* each part has the total's number: it is a whole that all share */
};

static bool add_up(const vater_table *rows, const struct parts_group *group, int column,
                   struct sum *sum)
{
  *sum = (struct sum){.repeated = true};
  if (!read_added(rows, group->total, column, &sum->total))
    return false;
  for (uint32_t i = 0; i < group->count; i++) {
    double part;
    if (!read_added(rows, group->rows[i], column, &part)) {
      sum->absent++;
      continue;
    }
    sum->of_parts += part;
    sum->largest = part > sum->largest ? part : sum->largest;
    sum->repeated = sum->repeated && part == sum->total;
  }
  return sum->absent < group->count;
}

struct wanted {
  const vater_config *with;
  double tolerance;
};

/* Dimensions where one person may be in several parts: technologies, roles. */
static bool overlaps(const struct wanted *wanted, struct vater_str dimension)
{
  struct vater_str key, name;
  uint32_t count = host->config_count(wanted->with, "overlapping");
  for (uint32_t i = 0; i < count; i++)
    if (host->config_item(wanted->with, "overlapping", i, &key, &name) &&
        name.len == dimension.len && memcmp(name.ptr, dimension.ptr, name.len) == 0)
      return true;
  return false;
}

/* Parts that are suppressed or not there leave an interval: what is shown may not be more than the
 * total. Where parts overlap, no single one may. */
static bool contradicts(const struct parts *parts, const struct parts_group *group,
                        const struct sum *sum, const struct wanted *wanted)
{
  double most = overlaps(wanted, group->dimension) ? sum->largest : sum->of_parts;
  if (sum->repeated && group->dimension.len > 0)
    return false;
  if (most - sum->total > wanted->tolerance)
    return true;
  return sum->total - sum->of_parts > wanted->tolerance && sum->absent == 0 &&
         parts_is_complete(parts, group);
}

static int check_group(vater_call *call, const struct parts *parts, const struct parts_group *group,
                       const struct wanted *wanted, const vater_table *rows,
                       vater_findings *findings)
{
  for (size_t n = 0; n < sizeof added / sizeof *added; n++) {
    struct sum sum;
    if (!add_up(rows, group, added[n], &sum) || !contradicts(parts, group, &sum, wanted))
      continue;
    struct vater_str by = group->dimension;
    return host->report->fail_row(call, findings, group->total, added[n], "(%.*s)",
                                  by.len == 0 ? 4 : (int)(by.len < 64 ? by.len : 64),
                                  by.len == 0 ? "area" : by.ptr);
  }
  return VATER_OK;
}

static int totals(vater_call *call, const vater_config *with, const vater_table *rows,
                  vater_findings *findings)
{
  struct vater_str kind = {"", 0};
  struct wanted wanted = {.with = with};
  struct parts *parts;
  host->config_number(with, "tolerance", &wanted.tolerance);
  bool areas = host->config_text(with, "kind", &kind) && is_text(kind, "area");
  if (!areas && !is_text(kind, "breakdown"))
    return host->fail(call, VATER_E_CONFIG, "kind is 'breakdown' or 'area', not '%.*s'",
                      (int)(kind.len < 40 ? kind.len : 40), kind.ptr);
  int status = parts_open(host, call, rows, areas ? PARTS_AREA : PARTS_BREAKDOWN, &parts);
  if (status != VATER_OK)
    return status;
  for (uint32_t i = 0; i < parts_count(parts) && status == VATER_OK; i++) {
    const struct parts_group group = parts_group(parts, i);
    status = check_group(call, parts, &group, &wanted, rows, findings);
  }
  parts_close(parts);
  return status;
}

/* ---- the same observation twice ----------------------------------------------------------------
 */

static bool same_numbers(const vater_table *rows, uint32_t a, uint32_t b)
{
  for (size_t n = 0; n < sizeof added / sizeof *added; n++) {
    double left = 0;
    double right = 0;
    bool has_left = number_at(rows, a, added[n], &left);
    bool has_right = number_at(rows, b, added[n], &right);
    if (has_left != has_right || left != right)
      return false;
  }
  return true;
}

static int check_repeated(vater_call *call, const vater_table *rows, bool same,
                          vater_findings *findings)
{
  struct parts *parts;
  uint32_t earlier;
  int status = parts_open(host, call, rows, 0, &parts);
  if (status != VATER_OK)
    return status;
  uint32_t count = host->table->rows(rows);
  for (uint32_t row = 0; row < count && status == VATER_OK; row++)
    if (parts_earlier(parts, row, &earlier) && same_numbers(rows, row, earlier) == same)
      status = host->report->fail_row(call, findings, row, VATER_COLUMN_NONE, "%s", "");
  parts_close(parts);
  return status;
}

static int duplicates(vater_call *call, const vater_config *with, const vater_table *rows,
                      vater_findings *findings)
{
  (void)with;
  return check_repeated(call, rows, true, findings);
}

static int vintages(vater_call *call, const vater_config *with, const vater_table *rows,
                    vater_findings *findings)
{
  (void)with;
  return check_repeated(call, rows, false, findings);
}

/* ---- numerator, denominator and value -----------------------------------------------------------
 */

struct ratio {
  double numerator, denominator, value, factor;
};

/* Numbers of a row whose unit is a ratio's: percent is 100 times, per1000 1000 times. */
static bool read_ratio(const vater_table *rows, uint32_t row, struct ratio *ratio)
{
  ratio->factor = has_unit(rows, row, "percent")   ? 100
                  : has_unit(rows, row, "per1000") ? 1000
                  : has_unit(rows, row, "ratio")   ? 1
                                                   : 0;
  return ratio->factor > 0 && number_at(rows, row, VATER_COLUMN_NUMERATOR, &ratio->numerator) &&
         number_at(rows, row, VATER_COLUMN_DENOMINATOR, &ratio->denominator) &&
         number_at(rows, row, VATER_COLUMN_VALUE, &ratio->value) && ratio->numerator > 0 &&
         ratio->denominator > 0 && ratio->value > 0;
}

/* Within one percent: rounding of a value to two digits is less. */
static bool is_about(double value, double wanted)
{
  return fabs(value - wanted) <= wanted * 0.01;
}

static int swapped(vater_call *call, const vater_config *with, const vater_table *rows,
                   vater_findings *findings)
{
  uint32_t count = host->table->rows(rows);
  int status = VATER_OK;
  (void)with;
  for (uint32_t row = 0; row < count && status == VATER_OK; row++) {
    struct ratio ratio;
    if (!read_ratio(rows, row, &ratio) || ratio.numerator == ratio.denominator)
      continue;
    bool other = is_about(ratio.value, ratio.factor * ratio.denominator / ratio.numerator);
    if (other && !is_about(ratio.value, ratio.factor * ratio.numerator / ratio.denominator))
      status = host->report->fail_row(call, findings, row, VATER_COLUMN_NUMERATOR, "%s", "");
  }
  return status;
}

static int unit(vater_call *call, const vater_config *with, const vater_table *rows,
                vater_findings *findings)
{
  static const struct {
    double factor;
    const char *text;
  } mistakes[] = {{0.01, "(1/100)"}, {100, "(×100)"}, {0.001, "(1/1000)"},
                  {1000, "(×1000)"}, {0.1, "(1/10)"}, {10, "(×10)"}};
  uint32_t count = host->table->rows(rows);
  int status = VATER_OK;
  (void)with;
  for (uint32_t row = 0; row < count && status == VATER_OK; row++) {
    struct ratio ratio;
    if (!read_ratio(rows, row, &ratio))
      continue;
    double right = ratio.factor * ratio.numerator / ratio.denominator;
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
      if (is_about(ratio.value, right * mistakes[i].factor)) {
        status =
            host->report->fail_row(call, findings, row, VATER_COLUMN_VALUE, "%s", mistakes[i].text);
        break;
      }
  }
  return status;
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_setting with_totals[] = {
    {"kind", VATER_SETTING_TEXT, true, false, NULL, "Along the breakdown or the area."},
    {"tolerance", VATER_SETTING_NUMBER, false, false, "0",
     "How far total and sum may lie apart, for rounded numbers."},
    {"overlapping", VATER_SETTING_LIST, false, false, NULL,
     "Dimensions where one person may be counted in several parts."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_setting nothing[] = {{NULL, 0, false, false, NULL, NULL}};

static const struct vater_check checks[] = {
    {"totals", "A total is less than its parts, or not their sum where all of them are there.",
     with_totals, totals},
    {"duplicates", "The same observation stands twice, with the same numbers.", nothing,
     duplicates},
    {"vintages", "The same observation stands twice, with other numbers.", nothing, vintages},
    {"swapped", "The value is that of numerator and denominator in each other's place.", nothing,
     swapped},
    {"unit", "The value is 10, 100 or 1000 times what numerator and denominator give, or a part.",
     nothing, unit},
    {NULL, NULL, NULL, NULL},
};

static const struct vater_check_ops check = {.size = sizeof check, .checks = checks};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "consistency",
    .version = "1.0.0",
    .summary = "Totals, repeated observations, swapped numbers and mistaken units.",
    .load = load,
    .check = &check,
};

VATER_PLUGIN(plugin)

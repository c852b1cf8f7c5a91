#include "plugin/host_tables.h"

#include "base/limits.h"
#include "base/number.h"
#include "base/utf8.h"
#include "doc/tree.h"
#include "plugin/host.h"

#include <stdio.h>

void vt_plugin_table_write(struct vater_table *table, struct vt_table_builder *builder,
                           uint32_t page, struct vt_arena *arena)
{
  *table = (struct vater_table){.builder = builder, .page = page, .arena = arena};
  vt_breakdown_reset(&table->breakdown);
}

void vt_plugin_table_read(struct vater_table *table, const struct vt_table *rows,
                          const struct vt_row_facts *facts)
{
  *table = (struct vater_table){.rows = rows, .facts = facts};
}

int vt_plugin_table_flush(struct vater_table *table, struct vt_error *error)
{
  struct vater_str text = vt_breakdown_text(&table->breakdown);
  int status = VATER_OK;
  if (text.len > 0)
    status = vt_table_set_text(table->builder, VATER_COLUMN_BREAKDOWN, text, error);
  vt_breakdown_reset(&table->breakdown);
  return status;
}

int vt_plugin_table_end(struct vater_table *table, struct vt_error *error)
{
  int status = vt_plugin_table_flush(table, error);
  return status == VATER_OK ? vt_table_end_page(table->builder, error) : status;
}

/* ---- writing -------------------------------------------------------------------------------- */

static int check_writable(vater_call *call, const vater_table *table)
{
  if (table->builder != NULL)
    return VATER_OK;
  return vt_fail(&call->error, VATER_E_BUG, NULL, "this table can only be read");
}

static int check_cell(vater_call *call, const vater_table *table, int column,
                      enum vt_column_type type)
{
  int status = check_writable(call, table);
  if (status != VATER_OK)
    return status;
  if (vt_table_builder_rows(table->builder) == 0)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "a cell was set before table->row()");
  if (column <= VATER_COLUMN_NONE || column >= VATER_COLUMN_COUNT)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "there is no column %d", column);
  if (column == VATER_COLUMN_BREAKDOWN)
    return vt_fail(&call->error, VATER_E_BUG, NULL,
                   "a breakdown is set with table->set_breakdown()");
  if (vt_column_type(column) != type)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "column %d ('%s') is of another type", column,
                   vt_column_name(column));
  return VATER_OK;
}

static int check_text(vater_call *call, struct vater_str text)
{
  size_t valid = vt_utf8_valid(text);
  if (valid == text.len && (text.len == 0 || memchr(text.ptr, '\0', text.len) == NULL))
    return VATER_OK;
  return vt_fail(&call->error, VATER_E_DECODE, "PAY-TEXT",
                 valid < text.len ? "a text is not UTF-8" : "a text holds a NUL character");
}

static int add_row(vater_call *call, vater_table *table, uint64_t offset)
{
  int status = check_writable(call, table);
  if (status == VATER_OK)
    status = vt_plugin_table_flush(table, &call->error);
  if (status == VATER_OK)
    status = vt_table_add_row(table->builder, table->page, offset, &call->error);
  return status;
}

/* What is wrong with a cell is wrong there. */
static int fail_there(vater_call *call, int status, uint64_t offset)
{
  if (call->error.offset == 0)
    call->error.offset = offset;
  return status;
}

static int set_text(vater_call *call, vater_table *table, int column, struct vater_str text)
{
  if (table->builder != NULL && column != VATER_COLUMN_BREAKDOWN &&
      vt_table_repeat_text(table->builder, column, text))
    return VATER_OK;
  int status = check_cell(call, table, column, VT_COLUMN_TEXT);
  if (status == VATER_OK)
    status = check_text(call, text);
  if (status == VATER_OK)
    status = vt_table_set_text(table->builder, column, text, &call->error);
  return status;
}

static int set_number(vater_call *call, vater_table *table, int column, struct vater_str written)
{
  double value;
  unsigned decimals;
  int status = check_cell(call, table, column, VT_COLUMN_NUMBER);
  if (status != VATER_OK)
    return status;
  if (written.len > VT_LIMIT_PAYLOAD_NUMBER_BYTES || !vt_number_json(written, &value, &decimals))
    return vt_fail(&call->error, VATER_E_DECODE, "PAY-NUMBER",
                   "'%.*s' is not a number that can be kept (%s)",
                   written.len > 80 ? 80 : VT_STR_ARGS(written), vt_column_name(column));
  return vt_table_set_number(table->builder, column, value, decimals, &call->error);
}

static int set_text_at(vater_call *call, vater_table *table, int column, struct vater_str text,
                       uint64_t offset)
{
  int status = set_text(call, table, column, text);
  if (status != VATER_OK)
    return fail_there(call, status, offset);
  return vt_table_set_place(table->builder, column, offset, &call->error);
}

/* Refused where it stands: decoding goes on. */
static int report_inexact(vater_call *call, vater_table *table, uint64_t offset)
{
  if (table->finding == NULL)
    return VATER_OK;
  return table->finding(table->context, VATER_SEVERITY_ERROR, offset,
                        VT_STR("the whole number is beyond 2^53 and cannot be kept exactly"),
                        &call->error);
}

static int set_number_at(vater_call *call, vater_table *table, int column, struct vater_str written,
                         uint64_t offset)
{
  double value;
  int status = set_number(call, table, column, written);
  if (status == VATER_OK && written.len >= 16 && vt_number_double(written, &value) &&
      vt_number_inexact(written, value))
    return report_inexact(call, table, offset);
  if (status != VATER_OK)
    return fail_there(call, status, offset);
  return vt_table_set_place(table->builder, column, offset, &call->error);
}

static int set_truth(vater_call *call, vater_table *table, int column, bool value)
{
  int status = check_cell(call, table, column, VT_COLUMN_TRUTH);
  if (status != VATER_OK)
    return status;
  return vt_table_set_truth(table->builder, column, value, &call->error);
}

static int set_breakdown(vater_call *call, vater_table *table, struct vater_str name,
                         struct vater_str value)
{
  int status = check_cell(call, table, VATER_COLUMN_INDICATOR, VT_COLUMN_TEXT);
  if (status == VATER_OK)
    status = check_text(call, name);
  if (status == VATER_OK)
    status = check_text(call, value);
  if (status == VATER_OK)
    status = vt_breakdown_add(&table->breakdown, name, value, &call->error);
  return status;
}

static int set_otherwise(vater_call *call, vater_table *table, int column, struct vater_str text)
{
  int status = check_writable(call, table);
  if (status == VATER_OK && (column == VATER_COLUMN_BREAKDOWN || column >= VATER_COLUMN_COUNT))
    return vt_fail(&call->error, VATER_E_BUG, NULL, "column %d holds nothing otherwise", column);
  if (status == VATER_OK)
    status = check_text(call, text);
  if (status == VATER_OK)
    status = vt_table_set_otherwise(table->builder, column, text, &call->error);
  return status;
}

static int repeat_breakdown(vater_call *call, vater_table *table)
{
  int status = check_writable(call, table);
  if (status == VATER_OK && table->breakdown.count > 0)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "the row has a breakdown already");
  return status == VATER_OK ? vt_table_repeat_breakdown(table->builder, &call->error) : status;
}

static int check_head(vater_call *call, const vater_table *table, int field, bool truth)
{
  int status = check_writable(call, table);
  if (status != VATER_OK)
    return status;
  if (field <= VATER_HEAD_NONE || field >= VATER_HEAD_COUNT || vt_head_is_truth(field) != truth)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "head field %d is not there or of another type",
                   field);
  return VATER_OK;
}

static int set_head_text(vater_call *call, vater_table *table, int field, struct vater_str text)
{
  int status = check_head(call, table, field, false);
  if (status == VATER_OK)
    status = check_text(call, text);
  if (status == VATER_OK)
    status = vt_table_set_head_text(table->builder, field, text, &call->error);
  return status;
}

static int set_head_truth(vater_call *call, vater_table *table, int field, bool value)
{
  int status = check_head(call, table, field, true);
  if (status != VATER_OK)
    return status;
  return vt_table_set_head_truth(table->builder, field, value, &call->error);
}

static int set_cursor(vater_call *call, vater_table *table, struct vater_str cursor)
{
  int status = check_writable(call, table);
  if (status == VATER_OK)
    status = check_text(call, cursor);
  if (status != VATER_OK)
    return status;
  if (cursor.len > VT_LIMIT_CURSOR_BYTES)
    return vt_fail(&call->error, VATER_E_LIMIT, "PAY-LIMIT",
                   "the cursor has %zu bytes; the limit CURSOR_BYTES is %llu", cursor.len,
                   (unsigned long long)VT_LIMIT_CURSOR_BYTES);
  if (table->cursor.ptr != NULL)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "the cursor was set twice on one page");
  table->cursor = vt_arena_copy(table->arena, cursor);
  return table->cursor.ptr != NULL
             ? VATER_OK
             : vt_fail(&call->error, VATER_E_NOMEM, NULL, "out of memory for the cursor");
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool is_cell(const vater_table *table, uint32_t row, int column, enum vt_column_type type)
{
  return table->rows != NULL && row < table->rows->rows && column > VATER_COLUMN_NONE &&
         column < VATER_COLUMN_COUNT && vt_column_type(column) == type;
}

static uint32_t rows(const vater_table *table)
{
  return table->rows != NULL ? table->rows->rows : vt_table_builder_rows(table->builder);
}

static bool get_text(const vater_table *table, uint32_t row, int column, struct vater_str *text)
{
  *text = VT_STR_NONE;
  if (is_cell(table, row, column, VT_COLUMN_TEXT))
    *text = vt_table_cell(table->rows, row, column);
  return text->ptr != NULL;
}

static bool get_number(const vater_table *table, uint32_t row, int column, double *value)
{
  *value = 0;
  return is_cell(table, row, column, VT_COLUMN_NUMBER) &&
         vt_table_number(table->rows, row, column, value);
}

static bool get_truth(const vater_table *table, uint32_t row, int column, bool *value)
{
  *value = false;
  return is_cell(table, row, column, VT_COLUMN_TRUTH) &&
         vt_table_truth(table->rows, row, column, value);
}

/* "disclosure/threshold" in an object; NULL where it is not there. */
static const struct vater_node *walk(const struct vater_node *at, const char *member)
{
  while (at != NULL && *member != '\0') {
    size_t len = strcspn(member, "/");
    const struct vater_str name = {member, len};
    uint64_t index;
    if (vt_node_type(at) != VATER_NODE_LIST)
      at = vt_node_find(at, name);
    else
      at = vt_number_uint64(name, &index) && index <= UINT32_MAX ? vt_node_item(at, (uint32_t)index)
                                                                 : NULL;
    member += len + (member[len] == '/');
  }
  return at;
}

static const struct vater_node *indicator_member(const vater_table *table, uint32_t row,
                                                 const char *member)
{
  if (table->facts == NULL || table->rows == NULL || row >= table->rows->rows)
    return NULL;
  return walk(table->facts->indicator(table->facts->context, row), member);
}

static bool indicator_text(const vater_table *table, uint32_t row, const char *member,
                           struct vater_str *text)
{
  const struct vater_node *found = indicator_member(table, row, member);
  *text = VT_STR_NONE;
  if (vt_node_type(found) == VATER_NODE_TEXT)
    *text = vt_node_text(found);
  return text->ptr != NULL;
}

static bool indicator_number(const vater_table *table, uint32_t row, const char *member,
                             double *value)
{
  const struct vater_node *found = indicator_member(table, row, member);
  return vt_node_number(found, value);
}

static bool code(const vater_table *table, const char *list, uint32_t index, struct vater_str *text,
                 struct vater_str *first, struct vater_str *last)
{
  struct vater_str entry[3] = {VT_STR_NONE, VT_STR_NONE, VT_STR_NONE};
  bool found =
      table->facts != NULL && table->facts->code(table->facts->context, list, index, entry);
  *text = entry[0];
  *first = entry[1];
  *last = entry[2];
  return found;
}

/* One line of valid UTF-8 of at most CHECK_TEXT_BYTES. */
static size_t clean(struct vater_str raw, char *out)
{
  size_t used = 0;
  for (size_t at = 0; at < raw.len;) {
    char bytes[4];
    uint32_t code_point = vt_utf8_next(raw, &at);
    size_t size = vt_utf8_put(code_point < 0x20 || code_point == 0x7f ? ' ' : code_point, bytes);
    if (used + size > VT_LIMIT_CHECK_TEXT_BYTES)
      break;
    memcpy(out + used, bytes, size);
    used += size;
  }
  return used;
}

static int VATER_PRINTF(5, 6) finding(vater_call *call, vater_table *table, int severity,
                                      uint64_t offset, const char *format, ...)
{
  char raw[2048];
  char text[2048];
  int status = check_writable(call, table);
  if (status != VATER_OK || table->finding == NULL)
    return status;
  if (severity < VATER_SEVERITY_INFO || severity > VATER_SEVERITY_ERROR)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "there is no severity %d", severity);
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(raw, sizeof raw, format, arguments);
  va_end(arguments);
  if (size < 0)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "a finding's text cannot be formatted");
  struct vater_str shown = {text, clean(vt_str(raw), text)};
  return table->finding(table->context, severity, offset, shown, &call->error);
}

const struct vater_table_api vt_host_table_api = {
    .size = sizeof vt_host_table_api,
    .row = add_row,
    .set_text = set_text,
    .set_number = set_number,
    .set_truth = set_truth,
    .set_breakdown = set_breakdown,
    .set_head_text = set_head_text,
    .set_head_truth = set_head_truth,
    .set_cursor = set_cursor,
    .rows = rows,
    .get_text = get_text,
    .get_number = get_number,
    .get_truth = get_truth,
    .indicator_text = indicator_text,
    .indicator_number = indicator_number,
    .code = code,
    .set_text_at = set_text_at,
    .set_number_at = set_number_at,
    .finding = finding,
    .set_otherwise = set_otherwise,
    .repeat_breakdown = repeat_breakdown,
};

/* ---- reporting ------------------------------------------------------------------------------ */

static int VATER_PRINTF(5, 0) report(vater_call *call, vater_findings *findings, uint32_t row,
                                     int column, const char *format, va_list arguments)
{
  char raw[2048];
  char text[2048];
  int size = vsnprintf(raw, sizeof raw, format, arguments);
  if (size < 0)
    return vt_fail(&call->error, VATER_E_BUG, NULL, "a finding's text cannot be formatted");
  struct vater_str given = {raw, strlen(raw)};
  struct vater_str shown = {text, clean(given, text)};
  return findings->fail(findings->context, row, column, shown, &call->error);
}

static int VATER_PRINTF(5, 6) fail_row(vater_call *call, vater_findings *findings, uint32_t row,
                                       int column, const char *format, ...)
{
  if (row >= findings->rows || column < VATER_COLUMN_NONE || column >= VATER_COLUMN_COUNT)
    return vt_fail(&call->error, VATER_E_BUG, NULL,
                   "a finding names row %u, column %d; there are %u rows and %d columns",
                   (unsigned)row, column, (unsigned)findings->rows, (int)VATER_COLUMN_COUNT - 1);
  va_list arguments;
  va_start(arguments, format);
  int status = report(call, findings, row, column, format, arguments);
  va_end(arguments);
  return status;
}

static int VATER_PRINTF(3, 4)
    fail_all(vater_call *call, vater_findings *findings, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  int status = report(call, findings, VT_FINDINGS_ALL, VATER_COLUMN_NONE, format, arguments);
  va_end(arguments);
  return status;
}

const struct vater_report_api vt_host_report_api = {
    .size = sizeof vt_host_report_api,
    .fail_row = fail_row,
    .fail_all = fail_all,
};

/* Rows for tests of checks, with what the rules know beside them. */
#ifndef TEST_PARTS_ROWS_H
#define TEST_PARTS_ROWS_H

#include "doc/tree.h"
#include "unit/plugin/rig.h"

#include <math.h>

#define NONE NAN

struct test_row {
  const char *area, *breakdown, *unit, *missing;
  double numerator, denominator, value;
};

struct test_rows {
  struct rig rig;
  struct vt_doc_tree *indicator;
  uint32_t found_rows[64];
  int found_columns[64];
  char texts[64][100];
  uint32_t found;
};

static inline const struct vater_node *test_indicator(const void *context, uint32_t row)
{
  (void)row;
  return vt_doc_tree_root(((const struct test_rows *)context)->indicator);
}

/* Two counties; 46 has two municipalities, and had another until 2019. */
static inline bool test_code(const void *context, const char *list, uint32_t index,
                             struct vater_str entry[3])
{
  static const char *const counties[][3] = {{"03", "2000-01-01", "9999-12-31"},
                                            {"46", "2020-01-01", "9999-12-31"}};
  static const char *const municipalities[][3] = {{"0301", "2000-01-01", "9999-12-31"},
                                                  {"4601", "2020-01-01", "9999-12-31"},
                                                  {"4602", "2020-01-01", "9999-12-31"},
                                                  {"4699", "2000-01-01", "2019-12-31"}};
  const char *const(*codes)[3] = strcmp(list, "counties") == 0 ? counties : municipalities;
  (void)context;
  if (index >= (codes == counties ? 2 : 4))
    return false;
  for (int i = 0; i < 3; i++)
    entry[i] = vt_str(codes[index][i]);
  return true;
}

static inline int test_keep(void *context, uint32_t row, int column, struct vater_str text,
                            struct vt_error *error)
{
  struct test_rows *rows = context;
  (void)error;
  assert_true(rows->found < 64);
  rows->found_rows[rows->found] = row;
  rows->found_columns[rows->found] = column;
  vt_text_copy(rows->texts[rows->found++], sizeof rows->texts[0], text);
  return VATER_OK;
}

static inline void test_open(struct test_rows *rows, const char *plugin, const char *indicator)
{
  memset(rows, 0, sizeof *rows);
  rig_init(&rows->rig);
  rig_load(&rows->rig, plugin);
  assert_int_equal(vt_doc_tree_read(&rows->rig.environment.allocator, vt_str(indicator), NULL, 0,
                                    &rows->indicator, NULL),
                   VATER_OK);
}

static inline void test_close(struct test_rows *rows)
{
  vt_doc_tree_free(rows->indicator);
  rig_fini(&rows->rig);
}

static inline void test_number(struct vt_table_builder *builder, int column, double number)
{
  if (!isnan(number))
    assert_int_equal(vt_table_set_number(builder, column, number, 0, NULL), VATER_OK);
}

static inline void test_text(struct vt_table_builder *builder, int column, const char *text)
{
  if (text != NULL && text[0] != '\0')
    assert_int_equal(vt_table_set_text(builder, column, vt_str(text), NULL), VATER_OK);
}

static inline int test_check(struct test_rows *rows, const char *name, const char *with,
                             const struct test_row *given, uint32_t count)
{
  struct vt_table_builder *builder;
  struct vater_table table;
  struct vt_table view;
  const struct vater_check *check = rows->rig.plugin->checks;
  const struct vt_row_facts facts = {rows, test_indicator, test_code};
  while (strcmp(check->name, name) != 0)
    check++;
  assert_int_equal(vt_table_builder_new(&rows->rig.environment.allocator, 1, &builder), VATER_OK);
  for (uint32_t i = 0; i < count; i++) {
    assert_int_equal(vt_table_add_row(builder, 0, i, NULL), VATER_OK);
    test_text(builder, VATER_COLUMN_INDICATOR, "G1-11");
    test_text(builder, VATER_COLUMN_PERIOD, "2026-09");
    test_text(builder, VATER_COLUMN_AREA, given[i].area);
    test_text(builder, VATER_COLUMN_BREAKDOWN, given[i].breakdown);
    test_text(builder, VATER_COLUMN_UNIT, given[i].unit);
    test_text(builder, VATER_COLUMN_MISSING, given[i].missing);
    test_number(builder, VATER_COLUMN_NUMERATOR, given[i].numerator);
    test_number(builder, VATER_COLUMN_DENOMINATOR, given[i].denominator);
    test_number(builder, VATER_COLUMN_VALUE, given[i].value);
  }
  assert_int_equal(vt_table_view(builder, &view, NULL), VATER_OK);
  vt_plugin_table_read(&table, &view, &facts);
  struct vater_findings findings = {view.rows, test_keep, rows};
  rows->found = 0;
  int status = vt_check_run(&rows->rig.call, rows->rig.plugin->info.name, check,
                            rig_config(&rows->rig, check->settings, with), &table, &findings,
                            &rows->rig.error);
  vt_table_builder_free(builder);
  return status;
}

#endif

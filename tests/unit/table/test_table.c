#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "base/limits.h"
#include "table/breakdown.h"
#include "table/table.h"

#include <stdio.h>
#include <stdlib.h>

static struct vt_table_builder *new_builder(void)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_table_builder *builder;
  assert_int_equal(vt_table_builder_new(&allocator, 5, &builder), VATER_OK);
  return builder;
}

static int build(struct vt_table_builder *builder)
{
  int status = vt_table_set_head_text(builder, VATER_HEAD_REPORTER, VT_STR("983974724"), NULL);
  if (status == VATER_OK)
    status = vt_table_set_head_truth(builder, VATER_HEAD_TEST, false, NULL);
  for (uint32_t row = 0; row < 200 && status == VATER_OK; row++) {
    char area[8];
    size_t len = (size_t)snprintf(area, sizeof area, "%04u", 301 + row % 7);
    status = vt_table_add_row(builder, row / 150, 10 * row, NULL);
    if (status == VATER_OK)
      status = vt_table_set_text(builder, VATER_COLUMN_AREA, (struct vater_str){area, len}, NULL);
    if (status == VATER_OK && row % 3 == 1)
      status = vt_table_set_number(builder, VATER_COLUMN_VALUE, row / 2.0, 1, NULL);
    if (status == VATER_OK && row == 5)
      status = vt_table_set_truth(builder, VATER_COLUMN_SAMPLE_WEIGHTED, true, NULL);
    if (status == VATER_OK && row == 7)
      status = vt_table_set_text(builder, VATER_COLUMN_ACTOR, VT_STR("964338531"), NULL);
    if (status == VATER_OK && row == 8)
      status = vt_table_set_text(builder, VATER_COLUMN_COMMENT_TEXT, VT_STR(""), NULL);
  }
  return status;
}

/* Rows a page begins with say how many will come; wrong guesses cost room, never rows. */
static void grows_by_what_is_expected(void **state)
{
  (void)state;
  enum { ROWS = 5000 };
  static const uint64_t page_bytes[] = {0, 1, 10 * ROWS, 1000000000000};
  for (size_t i = 0; i < sizeof page_bytes / sizeof *page_bytes; i++) {
    struct vt_table_builder *builder = new_builder();
    struct vt_table table;
    double number;
    vt_table_begin_page(builder, page_bytes[i]);
    for (uint32_t row = 0; row < ROWS; row++) {
      assert_int_equal(vt_table_add_row(builder, 0, 10 * row, NULL), VATER_OK);
      assert_int_equal(vt_table_set_number(builder, VATER_COLUMN_VALUE, row, 0, NULL), VATER_OK);
    }
    assert_int_equal(vt_table_view(builder, &table, NULL), VATER_OK);
    assert_int_equal(table.rows, ROWS);
    assert_true(vt_table_number(&table, ROWS - 1, VATER_COLUMN_VALUE, &number));
    assert_true(number == ROWS - 1);
    vt_table_builder_free(builder);
  }
}

static void check_rows(const struct vt_table *table)
{
  double number;
  bool truth;
  assert_int_equal(table->rows, 200);
  assert_str(vt_table_cell(table, 0, VATER_COLUMN_AREA), "0301");
  assert_str(vt_table_cell(table, 199, VATER_COLUMN_AREA), "0304");
  assert_null(vt_table_cell(table, 0, VATER_COLUMN_UNIT).ptr);
  assert_null(vt_table_cell(table, 0, VATER_COLUMN_ACTOR).ptr);
  assert_null(vt_table_cell(table, 200, VATER_COLUMN_AREA).ptr);
  assert_null(vt_table_cell(table, 0, 99).ptr);
  assert_non_null(vt_table_cell(table, 8, VATER_COLUMN_COMMENT_TEXT).ptr);
  assert_int_equal(vt_table_cell(table, 8, VATER_COLUMN_COMMENT_TEXT).len, 0);
  assert_null(vt_table_cell(table, 9, VATER_COLUMN_COMMENT_TEXT).ptr);
  assert_false(vt_table_number(table, 0, VATER_COLUMN_VALUE, &number));
  assert_true(vt_table_number(table, 199, VATER_COLUMN_VALUE, &number));
  assert_true(number == 99.5);
  assert_int_equal(table->columns[VATER_COLUMN_VALUE].decimals[199], 1);
  assert_true(vt_table_truth(table, 5, VATER_COLUMN_SAMPLE_WEIGHTED, &truth));
  assert_true(truth);
  assert_false(vt_table_truth(table, 6, VATER_COLUMN_SAMPLE_WEIGHTED, &truth));
  assert_str(vt_table_actor(table, 7), "964338531");
  assert_str(vt_table_actor(table, 8), "983974724");
  assert_true(vt_table_head_truth(table, VATER_HEAD_TEST, &truth));
  assert_false(truth);
  assert_false(vt_table_head_truth(table, VATER_HEAD_NIL, &truth));
  assert_null(vt_table_head(table, VATER_HEAD_COMMENT).ptr);
  assert_int_equal(vt_table_page(table, 149), 0);
  assert_int_equal(vt_table_page(table, 150), 1);
  assert_int_equal(table->offsets[42], 420);
  assert_null(table->columns[VATER_COLUMN_NUMERATOR].numbers);
}

static void keeps_what_was_set(void **state)
{
  (void)state;
  struct vt_table_builder *builder = new_builder();
  struct vt_table table;
  assert_int_equal(build(builder), VATER_OK);
  size_t size = vt_table_size(builder);
  char *early = malloc(size);
  vt_table_write(builder, early);
  assert_int_equal(vt_table_open(early, size, &table, NULL), VATER_OK);
  check_rows(&table);
  assert_int_equal(vt_table_view(builder, &table, NULL), VATER_OK);
  check_rows(&table);
  assert_int_equal(vt_table_size(builder), size);
  char *late = malloc(size);
  memset(late, 0xaa, size);
  vt_table_move(builder, late);
  assert_memory_equal(early, late, size);
  assert_int_equal(vt_table_builder_rows(builder), 0);
  free(early);
  free(late);
  vt_table_builder_free(builder);
}

static void the_seed_does_not_show(void **state)
{
  (void)state;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_table_builder *one = new_builder();
  struct vt_table_builder *other;
  assert_int_equal(vt_table_builder_new(&allocator, 77777, &other), VATER_OK);
  assert_int_equal(build(one), VATER_OK);
  assert_int_equal(build(other), VATER_OK);
  size_t size = vt_table_size(one);
  char *blocks = malloc(2 * size);
  vt_table_write(one, blocks);
  vt_table_write(other, blocks + size);
  assert_memory_equal(blocks, blocks + size, size);
  free(blocks);
  vt_table_builder_free(one);
  vt_table_builder_free(other);
}

static void opens_an_empty_table(void **state)
{
  (void)state;
  struct vt_table_builder *builder = new_builder();
  struct vt_table table;
  size_t size = vt_table_size(builder);
  void *block = malloc(size);
  vt_table_write(builder, block);
  assert_int_equal(vt_table_open(block, size, &table, NULL), VATER_OK);
  assert_int_equal(table.rows, 0);
  assert_null(vt_table_head(&table, VATER_HEAD_REPORTER).ptr);
  assert_int_equal(vt_table_view(builder, &table, NULL), VATER_OK);
  assert_int_equal(vt_table_text(&table, VT_TABLE_NO_TEXT).len, 0);
  free(block);
  vt_table_builder_free(builder);
}

/* Whatever a byte is changed to, opening refuses, or gives a table that can be read everywhere. */
static void damaged_blocks_are_refused_or_harmless(void **state)
{
  (void)state;
  struct vt_table_builder *builder = new_builder();
  assert_int_equal(build(builder), VATER_OK);
  size_t size = vt_table_size(builder);
  char *good = malloc(size);
  char *bad = malloc(size);
  vt_table_write(builder, good);
  size_t refused = 0;
  uint64_t random = 1;
  for (size_t i = 0; i < size; i++) {
    memcpy(bad, good, size);
    bad[i] = (char)((unsigned char)bad[i] ^ (unsigned char)(1 + rig_random(&random) % 255));
    struct vt_table table;
    struct vt_error error = {0};
    if (vt_table_open(bad, size, &table, &error) != VATER_OK) {
      assert_string_equal(error.code, "PLUG-PROTO");
      assert_null(table.block);
      refused++;
      continue;
    }
    volatile size_t sum = 0;
    double number;
    for (uint32_t row = 0; row < table.rows; row++) {
      for (int column = 0; column < VT_TABLE_COLUMNS; column++) {
        sum += vt_table_cell(&table, row, column).len;
        sum += vt_table_number(&table, row, column, &number);
      }
      sum += vt_table_page(&table, row) + table.offsets[row] + vt_table_actor(&table, row).len;
    }
    (void)sum;
  }
  assert_true(refused > 100);
  for (size_t cut = 0; cut < size; cut++) {
    struct vt_table table;
    char *exact = malloc(cut > 0 ? cut : 1);
    memcpy(exact, good, cut);
    assert_int_equal(vt_table_open(exact, cut, &table, NULL), VATER_E_REFUSED);
    free(exact);
  }
  free(good);
  free(bad);
  vt_table_builder_free(builder);
}

static void refuses_wrong_cells(void **state)
{
  (void)state;
  struct vt_table_builder *builder = new_builder();
  struct vt_error error = {0};
  assert_int_equal(vt_table_set_text(builder, VATER_COLUMN_AREA, VT_STR("x"), &error),
                   VATER_E_CONFIG);
  assert_string_equal(error.text, "a cell was set before the first row");
  vt_error_clear(&error);
  assert_int_equal(vt_table_add_row(builder, 0, 0, NULL), VATER_OK);
  assert_int_equal(vt_table_set_number(builder, VATER_COLUMN_AREA, 1, 0, &error), VATER_E_CONFIG);
  assert_string_equal(error.text, "the column 'area' takes a text");
  vt_error_clear(&error);
  assert_int_equal(vt_table_set_text(builder, 0, VT_STR("x"), &error), VATER_E_CONFIG);
  assert_string_equal(error.text, "there is no column 0");
  vt_error_clear(&error);
  assert_int_equal(vt_table_set_text(builder, VATER_COLUMN_COUNT, VT_STR("x"), &error),
                   VATER_E_CONFIG);
  assert_string_equal(error.text, "there is no column 21");
  vt_error_clear(&error);
  assert_int_equal(vt_table_set_head_truth(builder, VATER_HEAD_COMMENT, true, &error),
                   VATER_E_CONFIG);
  assert_string_equal(error.text, "the head field 'comment' takes a text");
  vt_table_builder_free(builder);
}

static void pages_must_agree_about_the_head(void **state)
{
  (void)state;
  struct vt_table_builder *builder = new_builder();
  struct vt_error error = {0};
  for (int page = 0; page < 2; page++) {
    assert_int_equal(vt_table_set_head_text(builder, VATER_HEAD_REPORTER, VT_STR("1"), NULL),
                     VATER_OK);
    assert_int_equal(vt_table_set_head_truth(builder, VATER_HEAD_NIL, false, NULL), VATER_OK);
  }
  assert_int_equal(vt_table_set_head_text(builder, VATER_HEAD_REPORTER, VT_STR("2"), &error),
                   VATER_E_REFUSED);
  assert_string_equal(error.text, "the pages of the delivery do not agree about 'reporter.orgnr'");
  assert_int_equal(vt_table_set_head_truth(builder, VATER_HEAD_NIL, true, NULL), VATER_E_REFUSED);
  vt_table_builder_free(builder);
}

static void a_cell_set_twice_keeps_the_last(void **state)
{
  (void)state;
  struct vt_table_builder *builder = new_builder();
  struct vt_table table;
  double number;
  vt_table_add_row(builder, 0, 0, NULL);
  vt_table_set_text(builder, VATER_COLUMN_AREA, VT_STR("a"), NULL);
  vt_table_set_text(builder, VATER_COLUMN_AREA, VT_STR("b"), NULL);
  vt_table_set_number(builder, VATER_COLUMN_VALUE, 1, 0, NULL);
  vt_table_set_number(builder, VATER_COLUMN_VALUE, 2, 999, NULL);
  assert_int_equal(vt_table_view(builder, &table, NULL), VATER_OK);
  assert_str(vt_table_cell(&table, 0, VATER_COLUMN_AREA), "b");
  assert_true(vt_table_number(&table, 0, VATER_COLUMN_VALUE, &number));
  assert_true(number == 2);
  assert_int_equal(table.columns[VATER_COLUMN_VALUE].decimals[0], 255);
  vt_table_builder_free(builder);
}

static void limits_hold_at_n_and_break_at_n_plus_1(void **state)
{
  (void)state;
  struct vt_table_builder *builder = new_builder();
  struct vt_error error = {0};
  for (uint64_t row = 0; row < VT_LIMIT_ROWS; row++)
    assert_int_equal(vt_table_add_row(builder, 0, 0, NULL), VATER_OK);
  assert_int_equal(vt_table_add_row(builder, 0, 0, &error), VATER_E_LIMIT);
  assert_string_equal(error.text, "the delivery has more than 2000000 observations (limit ROWS)");
  vt_table_builder_free(builder);
  builder = new_builder();
  assert_int_equal(vt_table_add_row(builder, (uint32_t)VT_LIMIT_PAGES - 1, 0, NULL), VATER_OK);
  assert_int_equal(vt_table_add_row(builder, (uint32_t)VT_LIMIT_PAGES, 0, NULL), VATER_E_LIMIT);
  size_t piece = VT_LIMIT_DICTIONARY_BYTES / 64;
  char *text = calloc(piece, 1);
  for (int i = 0; i < 64; i++) {
    text[0] = (char)i;
    assert_int_equal(
        vt_table_set_text(builder, VATER_COLUMN_AREA, (struct vater_str){text, piece}, NULL),
        VATER_OK);
  }
  vt_error_clear(&error);
  assert_int_equal(vt_table_set_text(builder, VATER_COLUMN_AREA, VT_STR("x"), &error),
                   VATER_E_LIMIT);
  assert_string_equal(error.text,
                      "the distinct texts take more than 67108864 bytes (limit DICTIONARY_BYTES)");
  free(text);
  vt_table_builder_free(builder);
}

static void survives_each_failed_allocation(void **state)
{
  (void)state;
  for (long fail_at = 0;; fail_at++) {
    struct rig_memory memory = {.countdown = fail_at};
    struct vt_allocator allocator = rig_allocator(&memory);
    struct vt_table_builder *builder;
    struct vt_table table;
    int status = vt_table_builder_new(&allocator, 5, &builder);
    if (status == VATER_OK)
      status = build(builder);
    if (status == VATER_OK)
      status = vt_table_view(builder, &table, NULL);
    vt_table_builder_free(builder);
    assert_int_equal(memory.held, 0);
    if (status == VATER_OK)
      break;
    assert_int_equal(status, VATER_E_NOMEM);
  }
}

static void names_columns(void **state)
{
  (void)state;
  for (int column = 1; column < VT_TABLE_COLUMNS; column++)
    assert_true(strlen(vt_column_name(column)) > 0);
  for (int field = 1; field < VT_TABLE_HEADS; field++)
    assert_true(strlen(vt_head_name(field)) > 0);
  assert_string_equal(vt_column_name(VATER_COLUMN_SAMPLE_SIZE), "sample.n");
  assert_string_equal(vt_column_name(-1), "");
  assert_string_equal(vt_head_name(VATER_HEAD_REPORTER), "reporter.orgnr");
}

static void writes_breakdowns_canonically(void **state)
{
  (void)state;
  struct vt_breakdown breakdown;
  vt_breakdown_reset(&breakdown);
  assert_str(vt_breakdown_text(&breakdown), "");
  assert_int_equal(vt_breakdown_add(&breakdown, VT_STR("sex"), VT_STR("F"), NULL), VATER_OK);
  assert_int_equal(vt_breakdown_add(&breakdown, VT_STR("age"), VT_STR("67-79"), NULL), VATER_OK);
  assert_int_equal(vt_breakdown_add(&breakdown, VT_STR("kind"), VT_STR("a;b=c%"), NULL), VATER_OK);
  assert_str(vt_breakdown_text(&breakdown), "age=67-79;kind=a%3Bb%3Dc%25;sex=F");
  struct vt_error error = {0};
  assert_int_equal(vt_breakdown_add(&breakdown, VT_STR("kind"), VT_STR("x"), &error),
                   VATER_E_DECODE);
  assert_string_equal(error.code, "PAY-DUPKEY");
}

static void breakdowns_have_limits(void **state)
{
  (void)state;
  struct vt_breakdown breakdown;
  struct vt_error error = {0};
  static char text[VT_BREAKDOWN_BYTES];
  assert_int_equal(VT_BREAKDOWN_DIMENSIONS, VT_LIMIT_BREAKDOWN_DIMENSIONS);
  assert_int_equal(VT_BREAKDOWN_BYTES, VT_LIMIT_BREAKDOWN_BYTES);
  vt_breakdown_reset(&breakdown);
  for (size_t i = 0; i < VT_BREAKDOWN_DIMENSIONS; i++) {
    char name = (char)('h' - (char)i);
    assert_int_equal(vt_breakdown_add(&breakdown, (struct vater_str){&name, 1}, VT_STR("1"), NULL),
                     VATER_OK);
  }
  assert_str(vt_breakdown_text(&breakdown), "a=1;b=1;c=1;d=1;e=1;f=1;g=1;h=1");
  assert_int_equal(vt_breakdown_add(&breakdown, VT_STR("z"), VT_STR("1"), &error), VATER_E_LIMIT);
  assert_string_equal(error.text,
                      "a breakdown has more than 8 dimensions (limit BREAKDOWN_DIMENSIONS)");
  memset(text, 'x', sizeof text);
  vt_breakdown_reset(&breakdown);
  assert_int_equal(
      vt_breakdown_add(&breakdown, VT_STR("n"), (struct vater_str){text, sizeof text - 1}, NULL),
      VATER_OK);
  assert_int_equal(vt_breakdown_text(&breakdown).len, sizeof text + 1);
  vt_breakdown_reset(&breakdown);
  vt_error_clear(&error);
  assert_int_equal(
      vt_breakdown_add(&breakdown, VT_STR("n"), (struct vater_str){text, sizeof text}, &error),
      VATER_E_LIMIT);
  assert_string_equal(error.text, "a breakdown is longer than 2048 bytes (limit BREAKDOWN_BYTES)");
}

/* A block lives as long as its run: one of an older or a newer layout is told as that. */
static void other_versions_are_told(void **state)
{
  (void)state;
  struct vt_table table;
  struct vt_table_builder *builder = new_builder();
  assert_int_equal(build(builder), VATER_OK);
  size_t size = vt_table_size(builder);
  char *block = malloc(size);
  vt_table_write(builder, block);
  for (int by = -1; by <= 1; by += 2) {
    struct vt_error error = {0};
    uint32_t magic;
    memcpy(&magic, block, sizeof magic);
    magic += (uint32_t)by << 24; /* VTB1, VTB3 */
    memcpy(block, &magic, sizeof magic);
    assert_int_equal(vt_table_open(block, size, &table, &error), VATER_E_REFUSED);
    assert_string_equal(error.code, "PLUG-PROTO");
    assert_string_equal(error.text,
                        "a table of observations is of another version of vater, and is not read");
    assert_int_equal(table.rows, 0);
    magic -= (uint32_t)by << 24;
    memcpy(block, &magic, sizeof magic);
    assert_int_equal(vt_table_open(block, size, &table, NULL), VATER_OK);
  }
  free(block);
  vt_table_builder_free(builder);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(grows_by_what_is_expected),
      cmocka_unit_test(keeps_what_was_set),
      cmocka_unit_test(the_seed_does_not_show),
      cmocka_unit_test(opens_an_empty_table),
      cmocka_unit_test(damaged_blocks_are_refused_or_harmless),
      cmocka_unit_test(other_versions_are_told),
      cmocka_unit_test(refuses_wrong_cells),
      cmocka_unit_test(pages_must_agree_about_the_head),
      cmocka_unit_test(a_cell_set_twice_keeps_the_last),
      cmocka_unit_test(limits_hold_at_n_and_break_at_n_plus_1),
      cmocka_unit_test(survives_each_failed_allocation),
      cmocka_unit_test(names_columns),
      cmocka_unit_test(writes_breakdowns_canonically),
      cmocka_unit_test(breakdowns_have_limits),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

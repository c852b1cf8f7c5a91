#include "unit/test.h"

#include "base/limits.h"
#include "judge/result.h"
#include "judge/result_block.h"

#include <stdio.h>
#include <stdlib.h>

struct made {
  void *block;
  size_t size;
};

static struct vt_finding sample_finding(void)
{
  return (struct vt_finding){
      .code = VT_STR("G4-1501"),
      .severity = VATER_SEVERITY_ERROR,
      .outcome = VT_OUTCOME_FAIL,
      .row = 1,
      .column = VATER_COLUMN_NUMERATOR,
      .verdict = 0,
      .page = 0,
      .offset = 4711,
      .line = 12,
      .line_column = 7,
      .pointer = VT_STR("/observations/1/numerator"),
      .message = {VT_STR("Teller 5 er større enn nevner 4."),
                  VT_STR("Teljar 5 er større enn nemnar 4."),
                  VT_STR("Numerator 5 exceeds denominator 4.")},
      .remedy = {VT_STR("Rett tallene."), VT_STR("Rett tala."), VT_STR("Mend the numbers.")},
      .excerpt = VT_STR("  \"numerator\": 5,"),
      .caret = 15,
      .caret_width = 1,
  };
}

static void *make_table(const struct vt_allocator *allocator, struct vt_table *table)
{
  struct vt_table_builder *rows;
  assert_int_equal(vt_table_builder_new(allocator, 1, &rows), VATER_OK);
  for (uint32_t row = 0; row < 3; row++) {
    assert_int_equal(vt_table_add_row(rows, 0, 100 + row * 50, NULL), VATER_OK);
    vt_table_set_text(rows, VATER_COLUMN_INDICATOR, VT_STR("G4-15"), NULL);
    vt_table_set_text(rows, VATER_COLUMN_PERIOD, VT_STR("2026-Q3"), NULL);
    vt_table_set_number(rows, VATER_COLUMN_NUMERATOR, 5, 0, NULL);
  }
  vt_table_set_head_text(rows, VATER_HEAD_REPORTER, VT_STR("983974724"), NULL);
  size_t size = vt_table_size(rows);
  void *block = malloc(size);
  vt_table_write(rows, block);
  vt_table_builder_free(rows);
  assert_int_equal(vt_table_open(block, size, table, NULL), VATER_OK);
  return block;
}

static void fill(struct vt_result_builder *builder)
{
  const struct vt_finding finding = sample_finding();
  struct vt_finding bare = {.code = VT_STR("PAY-MANY"),
                            .severity = VATER_SEVERITY_WARNING,
                            .outcome = VT_OUTCOME_FAIL,
                            .row = VT_NO_ROW,
                            .verdict = UINT32_MAX};
  const struct vt_block_verdict verdict = {.actor = VT_STR("983974724"),
                                           .indicator = VT_STR("G4-15"),
                                           .period = VT_STR("2026-Q3"),
                                           .verdict = VT_VERDICT_REJECTED,
                                           .rows = 3,
                                           .errors = 1};
  const struct vt_rule_outcomes outcomes = {
      .code = VT_STR("G4-1501"), .counts = {[VT_OUTCOME_PASS] = 2, [VT_OUTCOME_FAIL] = 1}};
  const struct vt_rule_outcomes skipped = {.code = VT_STR("G4-1509"),
                                           .reason = VT_STR("needs history"),
                                           .counts = {[VT_OUTCOME_SKIPPED] = 3}};
  assert_int_equal(vt_result_set_delivery(builder, VT_DELIVERY_RECEIVED, NULL, NULL), VATER_OK);
  vt_result_set_screened(builder, true, false);
  assert_int_equal(vt_result_add_finding(builder, &finding, NULL), VATER_OK);
  assert_int_equal(vt_result_add_finding(builder, &bare, NULL), VATER_OK);
  vt_result_add_more(builder, VATER_SEVERITY_INFO, 40);
  assert_int_equal(vt_result_add_verdict(builder, &verdict, NULL), VATER_OK);
  assert_int_equal(vt_result_add_rule(builder, &outcomes, NULL), VATER_OK);
  assert_int_equal(vt_result_add_rule(builder, &skipped, NULL), VATER_OK);
}

static struct made make(bool with_table)
{
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_result_builder *builder;
  struct vt_table table;
  void *table_block = make_table(&allocator, &table);
  assert_int_equal(vt_result_builder_new(&allocator, &builder), VATER_OK);
  fill(builder);
  const struct vt_table *given = with_table ? &table : NULL;
  struct made made = {.size = vt_result_size(builder, given)};
  made.block = malloc(made.size);
  memset(made.block, 0xa5, made.size);
  vt_result_write(builder, given, made.block);
  vt_result_builder_free(builder);
  free(table_block);
  return made;
}

static void same_finding(const struct vt_finding *got, const struct vt_finding *wanted)
{
  assert_true(vt_str_equal(got->code, wanted->code));
  assert_int_equal(got->severity, wanted->severity);
  assert_int_equal(got->outcome, wanted->outcome);
  assert_int_equal(got->row, wanted->row);
  assert_int_equal(got->column, wanted->column);
  assert_int_equal(got->verdict, wanted->verdict);
  assert_int_equal(got->offset, wanted->offset);
  assert_int_equal(got->line, wanted->line);
  assert_int_equal(got->line_column, wanted->line_column);
  assert_int_equal(got->caret, wanted->caret);
  assert_int_equal(got->caret_width, wanted->caret_width);
  assert_true(vt_str_equal(got->pointer, wanted->pointer));
  assert_true(vt_str_equal(got->excerpt, wanted->excerpt));
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++) {
    assert_true(vt_str_equal(got->message[i], wanted->message[i]));
    assert_true(vt_str_equal(got->remedy[i], wanted->remedy[i]));
  }
}

static void test_round_trip(void **state)
{
  (void)state;
  struct made made = make(true);
  struct vt_result result;
  struct vt_error error = {0};
  assert_int_equal(vt_result_open(made.block, made.size, &result, &error), VATER_OK);
  assert_int_equal(result.delivery, VT_DELIVERY_RECEIVED);
  assert_int_equal(result.code.len, 0);
  assert_true(result.screened);
  assert_false(result.pii);
  assert_int_equal(result.finding_total, 42);
  assert_int_equal(result.finding_errors, 1);
  assert_int_equal(result.finding_warnings, 1);
  assert_int_equal(result.finding_infos, 40);
  assert_int_equal(result.finding_count, 2);
  assert_int_equal(result.table.rows, 3);
  assert_str(vt_table_cell(&result.table, 2, VATER_COLUMN_PERIOD), "2026-Q3");
  struct vt_finding finding;
  struct vt_finding wanted = sample_finding();
  vt_result_finding(&result, 0, &finding);
  same_finding(&finding, &wanted);
  vt_result_finding(&result, 1, &finding);
  assert_str(finding.code, "PAY-MANY");
  assert_int_equal(finding.pointer.len, 0);
  struct vt_block_verdict verdict;
  vt_result_verdict(&result, 0, &verdict);
  assert_str(verdict.indicator, "G4-15");
  assert_int_equal(verdict.verdict, VT_VERDICT_REJECTED);
  assert_int_equal(verdict.rows, 3);
  struct vt_rule_outcomes outcomes;
  vt_result_rule(&result, 1, &outcomes);
  assert_str(outcomes.reason, "needs history");
  assert_int_equal(outcomes.counts[VT_OUTCOME_SKIPPED], 3);
  free(made.block);
}

static void test_same_content_same_bytes(void **state)
{
  (void)state;
  struct made one = make(true);
  struct made two = make(true);
  assert_int_equal(one.size, two.size);
  assert_memory_equal(one.block, two.block, one.size);
  free(one.block);
  free(two.block);
}

/* Reads all that a result offers, so that a sanitizer sees every byte that is believed. */
static size_t read_all(const struct vt_result *result)
{
  size_t sum = result->code.len;
  for (uint32_t i = 0; i < result->finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    assert_true(finding.row < result->table.rows || finding.row == VT_NO_ROW);
    assert_true(finding.verdict < result->verdict_count || finding.verdict == UINT32_MAX);
    for (size_t at = 0; at < finding.excerpt.len; at++)
      sum += (unsigned char)finding.excerpt.ptr[at];
    for (size_t at = 0; at < finding.message[0].len; at++)
      sum += (unsigned char)finding.message[0].ptr[at];
  }
  for (uint32_t i = 0; i < result->verdict_count; i++) {
    struct vt_block_verdict verdict;
    vt_result_verdict(result, i, &verdict);
    assert_true(verdict.verdict < VT_VERDICT_COUNT);
    sum += verdict.actor.len > 0 ? (unsigned char)verdict.actor.ptr[verdict.actor.len - 1] : 0;
  }
  for (uint32_t i = 0; i < result->rule_count; i++) {
    struct vt_rule_outcomes outcomes;
    vt_result_rule(result, i, &outcomes);
    sum += (unsigned char)outcomes.code.ptr[outcomes.code.len - 1];
  }
  for (uint32_t row = 0; row < result->table.rows; row++)
    sum += vt_table_cell(&result->table, row, VATER_COLUMN_INDICATOR).len;
  return sum;
}

/* G08: what a worker may send: any single byte wrong is refused, or is another sound block. */
static void test_G08_every_byte_flipped(void **state)
{
  (void)state;
  struct made made = make(true);
  char *bytes = made.block;
  size_t refused = 0;
  for (size_t at = 0; at < made.size; at++) {
    for (int bit = 0; bit < 8; bit++) {
      bytes[at] = (char)(bytes[at] ^ (1 << bit));
      struct vt_result result;
      struct vt_error error = {0};
      int status = vt_result_open(made.block, made.size, &result, &error);
      if (status == VATER_OK) {
        read_all(&result);
      } else {
        refused++;
        assert_string_equal(error.code, "PLUG-PROTO");
        assert_null(result.block);
      }
      bytes[at] = (char)(bytes[at] ^ (1 << bit));
    }
  }
  assert_true(refused > made.size);
  free(made.block);
}

static void test_G08_cut_and_grown(void **state)
{
  (void)state;
  struct made made = make(true);
  for (size_t size = 0; size < made.size; size++) {
    char *cut = malloc(size + 1);
    memcpy(cut, made.block, size);
    struct vt_result result;
    assert_int_equal(vt_result_open(cut, size, &result, NULL), VATER_E_REFUSED);
    free(cut);
  }
  char *grown = calloc(1, made.size + 8);
  memcpy(grown, made.block, made.size);
  struct vt_result result;
  assert_int_equal(vt_result_open(grown, made.size + 8, &result, NULL), VATER_E_REFUSED);
  free(grown);
  free(made.block);
}

static void refuse_with(void (*spoil)(struct result_head *head))
{
  struct made made = make(false);
  struct vt_result result;
  struct vt_error error = {0};
  spoil(made.block);
  assert_int_equal(vt_result_open(made.block, made.size, &result, &error), VATER_E_REFUSED);
  assert_string_equal(error.code, "PLUG-PROTO");
  free(made.block);
}

static void huge_count(struct result_head *head)
{
  head->finding_count = UINT32_MAX;
}

static void total_too_small(struct result_head *head)
{
  head->total = 1;
}

static void overlapping(struct result_head *head)
{
  head->verdicts = head->findings;
}

static void unknown_delivery(struct result_head *head)
{
  head->delivery = VT_DELIVERY_COUNT;
}

static void text_outside(struct result_head *head)
{
  struct result_finding *finding = (struct result_finding *)((char *)head + head->findings);
  finding->excerpt = (struct result_text){(uint32_t)head->texts_size, 1};
}

static void row_without_table(struct result_head *head)
{
  struct result_finding *finding = (struct result_finding *)((char *)head + head->findings);
  finding->row = 0;
}

static void code_with_newline(struct result_head *head)
{
  struct result_finding *finding = (struct result_finding *)((char *)head + head->findings);
  ((char *)head)[head->texts + finding->code.start] = '\n';
}

static void test_G08_lies(void **state)
{
  (void)state;
  void (*const lies[])(struct result_head *) = {
      huge_count,       total_too_small,   overlapping,      text_outside,
      unknown_delivery, row_without_table, code_with_newline};
  for (size_t i = 0; i < sizeof lies / sizeof *lies; i++)
    refuse_with(lies[i]);
}

static void add_many(struct vt_result_builder *builder, const char *code, uint32_t count)
{
  struct vt_finding finding = sample_finding();
  finding.code = vt_str(code);
  for (uint32_t i = 0; i < count; i++)
    assert_int_equal(vt_result_add_finding(builder, &finding, NULL), VATER_OK);
}

/* P14: all are counted, the first of each rule and the first thousand of all are kept. */
static void test_P14_findings_are_counted_and_capped(void **state)
{
  (void)state;
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_result_builder *builder;
  assert_int_equal(vt_result_builder_new(&allocator, &builder), VATER_OK);
  add_many(builder, "PAY-SCHEMA", (uint32_t)VT_LIMIT_FINDINGS_PER_RULE);
  assert_false(vt_result_truncated(builder));
  add_many(builder, "PAY-SCHEMA", 100000 - (uint32_t)VT_LIMIT_FINDINGS_PER_RULE);
  assert_true(vt_result_truncated(builder));
  for (int i = 0; i < 100; i++) {
    char code[16];
    snprintf(code, sizeof code, "G9-%04d", i);
    add_many(builder, code, 20);
  }
  size_t size = vt_result_size(builder, NULL);
  void *block = malloc(size);
  struct vt_result result;
  vt_result_write(builder, NULL, block);
  assert_true(size < 1024 * 1024);
  struct vt_error error = {0};
  /* rows and verdicts of the sample are not in a block without table */
  assert_int_equal(vt_result_open(block, size, &result, &error), VATER_E_REFUSED);
  struct result_head *head = block;
  for (uint32_t i = 0; i < head->finding_count; i++) {
    struct result_finding *finding = (struct result_finding *)((char *)block + head->findings) + i;
    finding->row = VT_NO_ROW;
    finding->verdict = UINT32_MAX;
  }
  assert_int_equal(vt_result_open(block, size, &result, &error), VATER_OK);
  assert_int_equal(result.finding_total, 102000);
  assert_int_equal(result.finding_count, VT_LIMIT_FINDINGS_KEPT);
  struct vt_finding last;
  vt_result_finding(&result, result.finding_count - 1, &last);
  assert_str(last.code, "G9-0048");
  free(block);
  vt_result_builder_free(builder);
}

static void test_delivery_names(void **state)
{
  (void)state;
  for (int i = 0; i < VT_DELIVERY_COUNT; i++) {
    enum vt_delivery back;
    assert_true(vt_delivery_parse(vt_str(vt_delivery_name((enum vt_delivery)i)), &back));
    assert_int_equal(back, i);
  }
  enum vt_delivery none;
  assert_false(vt_delivery_parse(VT_STR("lost"), &none));
  assert_string_equal(vt_delivery_name(VT_DELIVERY_NOT_DELIVERED), "not-delivered");
}

/* Every allocation of the builder fails in turn: an error, never a crash or a wrong block. */
struct failing {
  unsigned left;
};

static void *failing_resize(void *context, void *pointer, size_t size)
{
  struct failing *failing = context;
  if (size == 0) {
    free(pointer);
    return NULL;
  }
  if (failing->left == 0)
    return NULL;
  failing->left--;
  return realloc(pointer, size);
}

static void test_every_allocation_fails(void **state)
{
  (void)state;
  const struct vt_finding finding = sample_finding();
  const struct vt_block_verdict verdict = {.actor = VT_STR("983974724")};
  bool succeeded = false;
  for (unsigned count = 0; count < 100 && !succeeded; count++) {
    struct failing failing = {count};
    const struct vt_allocator allocator = {failing_resize, &failing};
    struct vt_result_builder *builder;
    struct vt_error error = {0};
    if (vt_result_builder_new(&allocator, &builder) != VATER_OK) {
      assert_null(builder);
      continue;
    }
    succeeded = vt_result_add_finding(builder, &finding, &error) == VATER_OK &&
                vt_result_add_verdict(builder, &verdict, &error) == VATER_OK;
    assert_true(succeeded || error.status == VATER_E_NOMEM);
    vt_result_builder_free(builder);
  }
  assert_true(succeeded);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_round_trip),
      cmocka_unit_test(test_same_content_same_bytes),
      cmocka_unit_test(test_G08_every_byte_flipped),
      cmocka_unit_test(test_G08_cut_and_grown),
      cmocka_unit_test(test_G08_lies),
      cmocka_unit_test(test_P14_findings_are_counted_and_capped),
      cmocka_unit_test(test_delivery_names),
      cmocka_unit_test(test_every_allocation_fails),
  };
  return cmocka_run_group_tests_name("judge_result", tests, NULL, NULL);
}

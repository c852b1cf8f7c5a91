#include "unit/doc/doc_rig.h"
#include "unit/test.h"

#include "judge/decode.h"

#include <stdio.h>
#include <stdlib.h>

static const struct vater_row_member members[] = {
    {"indicator", VATER_COLUMN_INDICATOR},
    {"actor", VATER_COLUMN_ACTOR},
    {"period", VATER_COLUMN_PERIOD},
    {"area", VATER_COLUMN_AREA},
    {"breakdown", VATER_COLUMN_BREAKDOWN},
    {"numerator", VATER_COLUMN_NUMERATOR},
    {"denominator", VATER_COLUMN_DENOMINATOR},
    {"value", VATER_COLUMN_VALUE},
    {"sample/n", VATER_COLUMN_SAMPLE_SIZE},
    {"sample/weighted", VATER_COLUMN_SAMPLE_WEIGHTED},
    {"comment/code", VATER_COLUMN_COMMENT_CODE},
    {"comment/text", VATER_COLUMN_COMMENT_TEXT},
    {NULL, 0},
};
static const struct vater_head_member head[] = {
    {"reporter/orgnr", VATER_HEAD_REPORTER},
    {"reporter/name", VATER_HEAD_REPORTER_NAME},
    {"nil", VATER_HEAD_NIL},
    {NULL, 0},
};
static const struct vater_rows native = {sizeof native, "/observations", members, head};

struct rig {
  struct vt_allocator allocator;
  struct vt_decode_plan *plan;
  struct vt_table_builder *table;
  struct vt_screen screen;
  struct vt_decode_result result;
  struct vt_error error;
  char log[4000]; /* "PAY-NUMBER /a/0 row 0 @5-7\n" a violation */
  uint32_t page;
};

static int log_violation(void *context, const struct vt_decode_violation *violation)
{
  struct rig *rig = context;
  size_t len = strlen(rig->log);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    assert_true(violation->message[i].len > 0);
  snprintf(rig->log + len, sizeof rig->log - len, "%s %.*s row %d @%zu-%zu\n", violation->code,
           VT_STR_ARGS(violation->pointer), (int)violation->row, violation->offset, violation->end);
  return VATER_OK;
}

static void rig_open(struct rig *rig, const struct vater_rows *rows)
{
  *rig = (struct rig){.allocator = vt_allocator_real()};
  if (rows != NULL)
    assert_int_equal(vt_decode_plan_new(&rig->allocator, rows, &rig->plan, NULL), VATER_OK);
  assert_int_equal(vt_table_builder_new(&rig->allocator, 1, &rig->table), VATER_OK);
}

static int rig_page(struct rig *rig, const char *document)
{
  const struct vt_decode_input input = {.allocator = &rig->allocator,
                                        .hash_seed = 3,
                                        .page = rig->page++,
                                        .bytes = vt_str(document),
                                        .plan = rig->plan,
                                        .table = rig->table,
                                        .screen = &rig->screen,
                                        .violation = log_violation,
                                        .context = rig,
                                        .cap = 100};
  return vt_decode_page(&input, &rig->result, &rig->error);
}

static void rig_close(struct rig *rig)
{
  vt_doc_tree_free(rig->result.tree);
  vt_table_builder_free(rig->table);
  vt_decode_plan_free(rig->plan);
}

static void fills_the_table(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_table table;
  double number;
  bool truth;
  rig_open(&rig, &native);
  assert_int_equal(
      rig_page(&rig,
               "{\"reporter\":{\"name\":\"B\\u00e6rum\",\"orgnr\":\"935478715\"},\"nil\":false,"
               "\"unknown\":{\"reporter\":{\"orgnr\":\"x\"},\"nil\":[1]},\"observations\":[\n"
               "{\"indicator\":\"G1-11\",\"breakdown\":{\"sex\":\"F\",\"\\u0061ge\":\"67\"},"
               "\"value\":27.10,\"numerator\":-0,\"denominator\":9007199254740992},\n"
               "{\"sample\":{\"weighted\":true,\"n\":12e1,\"x\":{\"n\":5}},\"period\":\"2026\","
               "\"comment\":{\"text\":\"a\\nb\"},\"breakdown\":{}}]}"),
      VATER_OK);
  assert_string_equal(rig.log, "");
  assert_int_equal(rig.result.violations, 0);
  assert_int_equal(rig.screen.count, 0);
  assert_null(rig.result.tree);
  assert_int_equal(vt_table_view(rig.table, &table, NULL), VATER_OK);
  assert_int_equal(table.rows, 2);
  assert_str(vt_table_head(&table, VATER_HEAD_REPORTER), "935478715");
  assert_str(vt_table_head(&table, VATER_HEAD_REPORTER_NAME), "B\xc3\xa6rum");
  assert_true(vt_table_head_truth(&table, VATER_HEAD_NIL, &truth));
  assert_false(truth);
  assert_str(vt_table_cell(&table, 0, VATER_COLUMN_INDICATOR), "G1-11");
  assert_str(vt_table_cell(&table, 0, VATER_COLUMN_BREAKDOWN), "age=67;sex=F");
  assert_true(vt_table_number(&table, 0, VATER_COLUMN_VALUE, &number));
  assert_true(number == 27.1);
  assert_int_equal(table.columns[VATER_COLUMN_VALUE].decimals[0], 2);
  assert_true(vt_table_number(&table, 0, VATER_COLUMN_NUMERATOR, &number));
  assert_true(number == 0);
  assert_true(vt_table_number(&table, 0, VATER_COLUMN_DENOMINATOR, &number));
  assert_true(number == 9007199254740992.0);
  assert_false(vt_table_number(&table, 1, VATER_COLUMN_VALUE, &number));
  assert_true(vt_table_number(&table, 1, VATER_COLUMN_SAMPLE_SIZE, &number));
  assert_true(number == 120);
  assert_true(vt_table_truth(&table, 1, VATER_COLUMN_SAMPLE_WEIGHTED, &truth));
  assert_str(vt_table_cell(&table, 1, VATER_COLUMN_COMMENT_TEXT), "a\nb");
  assert_null(vt_table_cell(&table, 1, VATER_COLUMN_BREAKDOWN).ptr);
  assert_int_equal(table.offsets[1] - table.offsets[0], 123);
  rig_close(&rig);
}

/* P05: what a double cannot hold is refused, what it can is kept as it was. */
static void p05_numbers(void **state)
{
  (void)state;
  static const struct {
    const char *written, *log, *code;
  } cases[] = {
      {"9007199254740992", "", ""},
      {"-9007199254740992", "", ""},
      {"9007199254740993", "PAY-NUMBER /observations/0/value row 0 @26-42\n", ""},
      {"-9007199254740993", "PAY-NUMBER /observations/0/value row 0 @26-43\n", ""},
      {"9223372036854775808", "PAY-NUMBER /observations/0/value row 0 @26-45\n", ""},
      {"9007199254740993.5", "", ""},
      {"1e300", "", ""},
      {"-0", "", ""},
      {"0.1", "", ""},
      {"1e999", "", "PAY-NUMBER"},
      {"1e-999", "", "PAY-NUMBER"},
      {"NaN", "", "PAY-NUMBER"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct rig rig;
    char document[200];
    snprintf(document, sizeof document, "{\"observations\":[{\"value\":%s}]}", cases[i].written);
    rig_open(&rig, &native);
    int status = rig_page(&rig, document);
    assert_int_equal(status, cases[i].code[0] == '\0' ? VATER_OK : VATER_E_DECODE);
    assert_string_equal(rig.error.code, cases[i].code);
    assert_string_equal(rig.log, cases[i].log);
    assert_int_equal(rig.result.violations, cases[i].log[0] != '\0');
    rig_close(&rig);
  }
}

static void structural_faults_have_places(void **state)
{
  (void)state;
  static const struct {
    const char *document, *code, *text, *pointer;
    uint32_t line, column;
  } cases[] = {
      {"3", "PAY-SYNTAX", "the document is a single value; a submission is an object or a list", "",
       1, 1},
      {"\"x\"", "PAY-SYNTAX", "the document is a single value; a submission is an object or a list",
       "", 1, 1},
      {"{\"observations\":[\n{\"value\":1,\"v\\u0061lue\":2}]}", "PAY-DUPKEY",
       "the object has two members of this name; which one counts is not defined",
       "/observations/0/value", 2, 12},
      {"{\"observations\":[{\"breakdown\":{\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\","
       "\"e\":\"1\",\"f\":\"1\",\"g\":\"1\",\"h\":\"1\",\n\"i\":\"1\"}}]}",
       "PAY-LIMIT", "a breakdown has more than 8 dimensions (limit BREAKDOWN_DIMENSIONS)",
       "/observations/0/breakdown/i", 2, 5},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct rig rig;
    rig_open(&rig, &native);
    assert_true(rig_page(&rig, cases[i].document) < 0);
    assert_string_equal(rig.error.text, cases[i].text);
    assert_string_equal(rig.error.code, cases[i].code);
    assert_string_equal(rig.error.pointer, cases[i].pointer);
    assert_int_equal(rig.error.line, cases[i].line);
    assert_int_equal(rig.error.column, cases[i].column);
    rig_close(&rig);
  }
}

static void without_schema_types_are_checked(void **state)
{
  (void)state;
  struct rig rig;
  rig_open(&rig, &native);
  assert_int_equal(rig_page(&rig, "{\"reporter\":[{\"orgnr\":1}],\"nil\":null,\"observations\":"
                                  "[{\"value\":\"7\",\"area\":301,\"breakdown\":\"F\","
                                  "\"comment\":3},5,[{}],{\"breakdown\":{\"a\":1},\"sample\":"
                                  "{\"weighted\":{\"a\":[]}},\"actor\":[\"x\"]}]}"),
                   VATER_OK);
  assert_string_equal(rig.log, "PAY-SCHEMA /reporter row -1 @12-13\n"
                               "PAY-SCHEMA /nil row -1 @32-36\n"
                               "PAY-SCHEMA /observations/0/value row 0 @62-65\n"
                               "PAY-SCHEMA /observations/0/area row 0 @73-76\n"
                               "PAY-SCHEMA /observations/0/breakdown row 0 @89-92\n"
                               "PAY-SCHEMA /observations/0/comment row 0 @103-104\n"
                               "PAY-SCHEMA /observations/1 row -1 @106-107\n"
                               "PAY-SCHEMA /observations/2 row -1 @108-109\n"
                               "PAY-SCHEMA /observations/3/breakdown/a row 1 @131-132\n"
                               "PAY-SCHEMA /observations/3/sample/weighted row 1 @155-156\n"
                               "PAY-SCHEMA /observations/3/actor row 1 @173-174\n");
  assert_int_equal(rig.result.violations, 11);
  assert_int_equal(vt_table_builder_rows(rig.table), 2);
  rig_close(&rig);
  rig_open(&rig, &native);
  assert_int_equal(rig_page(&rig, "{\"observations\":{}}"), VATER_OK);
  assert_string_equal(rig.log, "PAY-SCHEMA /observations row -1 @16-17\n");
  rig_close(&rig);
  rig_open(&rig, &native);
  assert_int_equal(rig_page(&rig, "[]"), VATER_OK);
  assert_string_equal(rig.log, "PAY-SCHEMA  row -1 @0-1\n");
  rig_close(&rig);
}

static void pages_share_rows_and_head(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_table table;
  rig_open(&rig, &native);
  static const char one[] = "{\"reporter\":{\"orgnr\":\"1\"},\"observations\":[{\"area\":\"03\"}]}";
  assert_int_equal(rig_page(&rig, one), VATER_OK);
  assert_int_equal(rig_page(&rig, one), VATER_OK);
  assert_int_equal(vt_table_view(rig.table, &table, NULL), VATER_OK);
  assert_int_equal(table.rows, 2);
  assert_int_equal(vt_table_page(&table, 1), 1);
  assert_int_equal(rig_page(&rig, "{\n\"reporter\":{\"orgnr\":\"2\"}}"), VATER_E_REFUSED);
  assert_string_equal(rig.error.code, "PAY-SCHEMA");
  assert_string_equal(rig.error.text,
                      "the pages of the delivery do not agree about 'reporter.orgnr'");
  assert_string_equal(rig.error.pointer, "/reporter/orgnr");
  assert_int_equal(rig.error.line, 2);
  rig_close(&rig);
}

static void rows_may_be_the_whole_document(void **state)
{
  (void)state;
  static const struct vater_rows rows = {sizeof rows, "", members, NULL};
  struct rig rig;
  rig_open(&rig, &rows);
  assert_int_equal(rig_page(&rig, "[{\"value\":1},{\"value\":2}]"), VATER_OK);
  assert_int_equal(vt_table_builder_rows(rig.table), 2);
  assert_string_equal(rig.log, "");
  rig_close(&rig);
}

static void senseless_declarations_are_refused(void **state)
{
  (void)state;
  static const struct vater_row_member twice[] = {
      {"a", VATER_COLUMN_AREA}, {"a", VATER_COLUMN_UNIT}, {NULL, 0}};
  static const struct vater_row_member inside[] = {
      {"a", VATER_COLUMN_AREA}, {"a/b", VATER_COLUMN_UNIT}, {NULL, 0}};
  static const struct vater_row_member around[] = {
      {"a/b", VATER_COLUMN_AREA}, {"a", VATER_COLUMN_UNIT}, {NULL, 0}};
  static const struct vater_row_member unknown[] = {{"a", 99}, {NULL, 0}};
  static const struct vater_row_member empty[] = {{"a//b", VATER_COLUMN_AREA}, {NULL, 0}};
  static const struct vater_head_member in_rows[] = {{"rows/x", VATER_HEAD_NIL}, {NULL, 0}};
  static const struct vater_head_member field[] = {{"x", 0}, {NULL, 0}};
  static const struct {
    struct vater_rows rows;
    const char *text;
  } cases[] = {
      {{sizeof native, "rows", members, NULL}, "rows at 'rows'"},
      {{sizeof native, NULL, members, NULL}, "rows at ''"},
      {{sizeof native, "/a~1b", members, NULL}, "rows at '/a~1b'"},
      {{sizeof native, "/rows", twice, NULL}, "used twice: 'a'"},
      {{sizeof native, "/rows", inside, NULL}, "path 'a/b'"},
      {{sizeof native, "/rows", around, NULL}, "used twice: 'a'"},
      {{sizeof native, "/rows", unknown, NULL}, "unknown column for 'a'"},
      {{sizeof native, "/rows", empty, NULL}, "path 'a//b'"},
      {{sizeof native, "/rows", members, in_rows}, "path 'rows/x'"},
      {{sizeof native, "/rows", members, field}, "unknown head field for 'x'"},
  };
  struct vt_allocator allocator = vt_allocator_real();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct vt_decode_plan *plan;
    struct vt_error error = {0};
    assert_int_equal(vt_decode_plan_new(&allocator, &cases[i].rows, &plan, &error), VATER_E_CONFIG);
    assert_null(plan);
    static const char start[] = "the declared rows make no sense: ";
    assert_memory_equal(error.text, start, sizeof start - 1);
    assert_string_equal(error.text + sizeof start - 1, cases[i].text);
  }
}

/* P12: as value, key, number and inside text; figures of number columns are not looked at. */
static void p12_person_numbers(void **state)
{
  (void)state;
  static const struct {
    const char *document, *hits; /* "fnr /pointer @offset\n" a hit */
  } cases[] = {
      {"{\"observations\":[{\"area\":\"13097248022\"}]}", "fnr /observations/0/area @26\n"},
      {"{\"observations\":[{\"comment\":{\"text\":\"for 130972-48022, ok\"}}]}",
       "fnr /observations/0/comment/text @41\n"},
      {"{\"observations\":[{\"13097248022\":1}]}", "fnr /observations/0/*********** @19\n"},
      {"{\"id\":53097248016}", "dnr /id @6\n"},
      {"{\"observations\":[{\"area\":53097248016}]}", "dnr /observations/0/area @25\n"},
      {"{\"observations\":[{\"value\":53097248016}]}", ""},
      {"{\"observations\":[{\"value\":130972.48022}]}", ""},
      {"{\"observations\":[{\"x\":130972.48022}]}", "fnr /observations/0/x @22\n"},
      {"{\"observations\":[{\"other\":{\"value\":53097248016}}]}",
       "dnr /observations/0/other/value @35\n"},
      {"{\"observations\":[{\"area\":\"1309\\u00372 48022\"}]}", "fnr /observations/0/area @25\n"},
      {"{\"\\u0031\\u00330972 48022\":0}", "fnr /****** ***** @1\n"},
      {"[\"13097248022\",\"x\",\"53097248016\"]", "fnr /0 @2\ndnr /2 @20\n"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct rig rig;
    char hits[500] = "";
    rig_open(&rig, &native);
    assert_int_equal(rig_page(&rig, cases[i].document), VATER_OK);
    for (uint32_t hit = 0; hit < rig.screen.kept; hit++) {
      size_t len = strlen(hits);
      snprintf(hits + len, sizeof hits - len, "%s %s @%d\n",
               vt_screen_class_name(rig.screen.hits[hit].class), rig.screen.hits[hit].pointer,
               (int)rig.screen.hits[hit].offset);
    }
    assert_string_equal(hits, cases[i].hits);
    rig_close(&rig);
  }
}

static void p12_screens_what_cannot_be_read(void **state)
{
  (void)state;
  static const struct {
    struct vater_str document;
    uint64_t count;
  } cases[] = {
      {RIG_TEXT("hello 13097248022"), 1},
      {RIG_TEXT("{\"a\":x,\"b\":\"13097248022\"}"), 1},
      {RIG_TEXT("{\"observations\":[{\"value\":13097248022}],}"), 0},
      {RIG_TEXT("{\"observations\":[{\"value\":13097248022"), 0},
      {RIG_TEXT("{\"observations\":[{\"a\":\"13097248022\"},\xff \"13097248022\""), 2},
      {RIG_TEXT("{\"a\":\xff\"1309\\u00372 48022\"}"), 1},
      {RIG_TEXT("{\0\"\0"
                "1\0"
                "3\0"
                "0\0"
                "9\0"
                "7\0"
                "2\0"
                "4\0"
                "8\0"
                "0\0"
                "2\0"
                "2\0\"\0"),
       1},
      {RIG_TEXT("{\"13097248022\":{\"a\":]}"), 1},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct rig rig;
    rig_open(&rig, &native);
    const struct vt_decode_input input = {.allocator = &rig.allocator,
                                          .bytes = cases[i].document,
                                          .plan = rig.plan,
                                          .table = rig.table,
                                          .screen = &rig.screen};
    assert_int_equal(vt_decode_page(&input, &rig.result, &rig.error), VATER_E_DECODE);
    assert_int_equal(rig.screen.count, cases[i].count);
    assert_null(strstr(rig.error.pointer, "48022"));
    assert_null(strstr(rig.error.text, "48022"));
    rig_close(&rig);
  }
}

/* A name that is cut out of the middle of a number must not leave its first ten digits. */
static void p12_cut_pointers_keep_no_digits(void **state)
{
  (void)state;
  for (size_t before = 170; before < 210; before++) {
    char document[400];
    memset(document, 'x', sizeof document);
    document[0] = '{';
    document[1] = '"';
    memcpy(document + 2 + before, ":13097248022\":[}", 17);
    struct rig rig;
    rig_open(&rig, &native);
    assert_int_equal(rig_page(&rig, document), VATER_E_DECODE);
    assert_int_equal(rig.screen.count, 1);
    assert_null(strstr(rig.error.pointer, "1309"));
    assert_null(strstr(rig.screen.hits[0].pointer, "1309"));
    rig_close(&rig);
  }
}

static void trees_know_figures_by_name(void **state)
{
  (void)state;
  struct rig rig;
  rig_open(&rig, NULL);
  assert_int_equal(rig_page(&rig, "{\"value\":[53097248016,[53097248016]],\"id\":[53097248016],"
                                  "\"numerator\":53097248016,\"values\":\"53097248016\"}"),
                   VATER_OK);
  assert_non_null(rig.result.tree);
  assert_int_equal(vt_node_length(vt_doc_tree_root(rig.result.tree)), 4);
  assert_int_equal(rig.screen.count, 2);
  assert_string_equal(rig.screen.hits[0].pointer, "/id/0");
  assert_string_equal(rig.screen.hits[1].pointer, "/values");
  rig_close(&rig);
}

static void survives_each_failed_allocation(void **state)
{
  (void)state;
  static const char document[] =
      "{\"reporter\":{\"orgnr\":\"1\"},\"observations\":[{\"area\":\"\\u0061\",\"value\":1,"
      "\"breakdown\":{\"a\":\"b\"},\"actor\":3},{\"x\":[[13097248022]]},{\"value\":1e99999}]}";
  for (int tree = 0; tree < 2; tree++) {
    for (long fail_at = 0;; fail_at++) {
      struct rig_memory memory = {.countdown = fail_at};
      struct vt_allocator allocator = rig_allocator(&memory);
      struct rig rig = {.allocator = allocator};
      int status =
          tree != 0 ? VATER_OK : vt_decode_plan_new(&allocator, &native, &rig.plan, &rig.error);
      if (status == VATER_OK)
        status = vt_table_builder_new(&allocator, 1, &rig.table);
      if (status == VATER_OK) {
        status = rig_page(&rig, document);
        assert_int_equal(rig.screen.count, 1);
      }
      rig_close(&rig);
      assert_int_equal(memory.held, 0);
      if (memory.countdown > 0)
        break;
      assert_true(status == VATER_E_NOMEM || status == VATER_E_DECODE);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(fills_the_table),
      cmocka_unit_test(p05_numbers),
      cmocka_unit_test(structural_faults_have_places),
      cmocka_unit_test(without_schema_types_are_checked),
      cmocka_unit_test(pages_share_rows_and_head),
      cmocka_unit_test(rows_may_be_the_whole_document),
      cmocka_unit_test(senseless_declarations_are_refused),
      cmocka_unit_test(p12_person_numbers),
      cmocka_unit_test(p12_screens_what_cannot_be_read),
      cmocka_unit_test(p12_cut_pointers_keep_no_digits),
      cmocka_unit_test(trees_know_figures_by_name),
      cmocka_unit_test(survives_each_failed_allocation),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

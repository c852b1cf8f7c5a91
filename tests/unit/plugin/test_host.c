#include "base/limits.h"
#include "doc/tree.h"
#include "unit/plugin/rig.h"

/* A format and a check made here, run through the host's own functions. */
static int (*decode_act)(vater_call *call, const vater_node *root, vater_table *table);
static int (*check_act)(vater_call *call, const vater_table *rows, vater_findings *findings);
static const struct vater_host *host;

static int decode(vater_call *call, void *self, const vater_node *root, struct vater_str bytes,
                  vater_table *table)
{
  (void)self;
  (void)bytes;
  return decode_act(call, root, table);
}

static int run_check(vater_call *call, const vater_config *with, const vater_table *rows,
                     vater_findings *findings)
{
  (void)with;
  return check_act(call, rows, findings);
}

static const struct vater_format_ops format = {
    .size = sizeof format, .syntax = "json", .decode = decode};
static const struct vater_check check = {"look", "Looks.", NULL, run_check};
static const struct vt_plugin plugin = {.info = {.name = "fake"}, .format = &format};

struct stage {
  struct rig rig;
  struct vt_table_builder *builder;
  struct vater_table table;
};

static int setup(void **state)
{
  struct stage *stage = calloc(1, sizeof *stage);
  rig_init(&stage->rig);
  host = vt_host();
  assert_int_equal(vt_table_builder_new(&stage->rig.environment.allocator, 1, &stage->builder),
                   VATER_OK);
  vt_plugin_table_write(&stage->table, stage->builder, 0, stage->rig.arena);
  *state = stage;
  return 0;
}

static int teardown(void **state)
{
  struct stage *stage = *state;
  vt_table_builder_free(stage->builder);
  rig_fini(&stage->rig);
  free(stage);
  return 0;
}

static int run_decode(struct stage *stage, const char *payload,
                      int (*act)(vater_call *, const vater_node *, vater_table *))
{
  struct vt_instance instance;
  struct vt_doc_tree *tree;
  struct vater_str bytes = vt_str(payload);
  decode_act = act;
  vt_error_clear(&stage->rig.error);
  assert_int_equal(
      vt_doc_tree_read(&stage->rig.environment.allocator, bytes, NULL, 1, &tree, &stage->rig.error),
      VATER_OK);
  assert_int_equal(
      vt_instance_open(&stage->rig.call, &plugin, VT_CAPABILITY_FORMAT, NULL, &instance, NULL),
      VATER_OK);
  int status = vt_format_decode(&stage->rig.call, &instance, vt_doc_tree_root(tree), bytes,
                                &stage->table, &stage->rig.error);
  vt_instance_close(&instance);
  vt_doc_tree_free(tree);
  return status;
}

/* {"rows": [{"id": …, "n": …, "by": {…}}], "next": …} */
static int write_rows(vater_call *call, const vater_node *root, vater_table *table)
{
  const struct vater_node_api *node = host->node;
  const struct vater_table_api *api = host->table;
  for (const vater_node *row = node->first(node->member(root, "rows")); row != NULL;
       row = node->next(row)) {
    api->row(call, table, node->offset(row));
    api->set_text(call, table, VATER_COLUMN_INDICATOR, node->text(node->member(row, "id")));
    api->set_number(call, table, VATER_COLUMN_VALUE, node->text(node->member(row, "n")));
    const vater_node *by = node->member(row, "by");
    for (const vater_node *one = node->first(by); one != NULL; one = node->next(one))
      api->set_breakdown(call, table, node->name(one), node->text(one));
  }
  struct vater_str next = node->text(node->member(root, "next"));
  if (next.len > 0)
    api->set_cursor(call, table, next);
  api->set_head_truth(call, table, VATER_HEAD_TEST, true);
  return VATER_OK;
}

static void rows_are_written_and_read(void **state)
{
  struct stage *stage = *state;
  struct vt_table rows;
  double value;
  bool test;
  int status = run_decode(stage,
                          "{\"rows\": [{\"id\": \"a\", \"n\": 1.50, \"by\": {\"sex\": \"F\", "
                          "\"age\": \"0-9\"}}, {\"id\": \"b\", \"n\": 2}], \"next\": \"p2\"}",
                          write_rows);
  assert_string_equal(stage->rig.error.text, "");
  assert_int_equal(status, VATER_OK);
  assert_int_equal(vt_table_view(stage->builder, &rows, NULL), VATER_OK);
  assert_int_equal(rows.rows, 2);
  assert_str_is(vt_table_cell(&rows, 0, VATER_COLUMN_BREAKDOWN), "age=0-9;sex=F");
  assert_int_equal(vt_table_cell(&rows, 1, VATER_COLUMN_BREAKDOWN).len, 0);
  assert_true(vt_table_number(&rows, 0, VATER_COLUMN_VALUE, &value));
  assert_true(value == 1.5);
  assert_int_equal(rows.columns[VATER_COLUMN_VALUE].decimals[0], 2);
  assert_true(vt_table_head_truth(&rows, VATER_HEAD_TEST, &test) && test);
  assert_str_is(stage->table.cursor, "p2");
}

static void assert_decode_fails(struct stage *stage, const char *payload, int status,
                                const char *code, const char *text)
{
  assert_int_equal(run_decode(stage, payload, write_rows), status);
  assert_string_equal(stage->rig.error.text, text);
  assert_string_equal(stage->rig.error.code, code);
}

static void what_is_ignored_is_not_lost(void **state)
{
  struct stage *stage = *state;
  assert_decode_fails(stage, "{\"rows\": [{\"id\": \"a\", \"n\": \"many\"}]}", VATER_E_DECODE,
                      "PAY-NUMBER", "'many' is not a number that can be kept (value)");
  assert_decode_fails(stage, "{\"rows\": [{\"id\": \"a\"}]}", VATER_E_DECODE, "PAY-NUMBER",
                      "'' is not a number that can be kept (value)");
}

/* ["a", null, "b", …]: rows with that indicator, or with what holds otherwise. */
static int write_otherwise(vater_call *call, const vater_node *root, vater_table *table)
{
  const struct vater_node_api *node = host->node;
  const struct vater_table_api *api = host->table;
  int status = api->row(call, table, 0);
  if (status == VATER_OK)
    status = api->set_otherwise(call, table, VATER_COLUMN_INDICATOR, VT_STR("x"));
  if (status == VATER_OK)
    status = api->set_otherwise(call, table, VATER_COLUMN_UNIT, VT_STR("one"));
  for (const vater_node *one = node->first(root); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    status = api->row(call, table, node->offset(one));
    if (status == VATER_OK && node->type(one) == VATER_NODE_TEXT)
      status = api->set_text(call, table, VATER_COLUMN_INDICATOR, node->text(one));
    if (status == VATER_OK && node->next(one) == NULL)
      status = api->set_otherwise(call, table, VATER_COLUMN_UNIT, VT_STR_NONE);
  }
  return status;
}

static void what_holds_otherwise_ends_with_the_page(void **state)
{
  static const char *const wanted[] = {"", "a", "x", "x", "b"};
  struct stage *stage = *state;
  struct vt_table rows;
  assert_int_equal(run_decode(stage, "[\"a\", null, null, \"b\"]", write_otherwise), VATER_OK);
  vt_table_add_row(stage->builder, 1, 0, NULL);
  assert_int_equal(vt_table_view(stage->builder, &rows, NULL), VATER_OK);
  assert_int_equal(rows.rows, 6);
  for (uint32_t i = 0; i < 5; i++)
    assert_str_is(vt_table_cell(&rows, i, VATER_COLUMN_INDICATOR), wanted[i]);
  assert_null(vt_table_cell(&rows, 5, VATER_COLUMN_INDICATOR).ptr);
  for (uint32_t i = 0; i < 6; i++)
    assert_int_equal(vt_table_cell(&rows, i, VATER_COLUMN_UNIT).len, i > 0 && i < 5 ? 3 : 0);
}

/* [null, "a", null, "b", null, null]: a text is a breakdown of its own, null that of the row
 * before. */
static int write_repeated(vater_call *call, const vater_node *root, vater_table *table)
{
  const struct vater_node_api *node = host->node;
  int status = VATER_OK;
  for (const vater_node *one = node->first(root); one != NULL && status == VATER_OK;
       one = node->next(one)) {
    status = host->table->row(call, table, node->offset(one));
    if (status == VATER_OK && node->type(one) == VATER_NODE_TEXT)
      status = host->table->set_breakdown(call, table, VT_STR("sex"), node->text(one));
    else if (status == VATER_OK && node->type(one) == VATER_NODE_NULL)
      status = host->table->repeat_breakdown(call, table);
  }
  return status;
}

static void a_breakdown_is_repeated(void **state)
{
  static const char *const wanted[] = {"", "", "sex=a", "sex=a", "sex=b", "sex=b", "sex=b"};
  struct stage *stage = *state;
  struct vt_table rows;
  assert_int_equal(run_decode(stage, "[0, null, \"a\", null, \"b\", null, null]", write_repeated),
                   VATER_OK);
  assert_int_equal(vt_table_view(stage->builder, &rows, NULL), VATER_OK);
  for (uint32_t i = 0; i < 7; i++)
    assert_str_is(vt_table_cell(&rows, i, VATER_COLUMN_BREAKDOWN), wanted[i]);
}

static void the_first_row_repeats_nothing(void **state)
{
  struct stage *stage = *state;
  assert_int_equal(run_decode(stage, "[null]", write_repeated), VATER_E_CONFIG);
  assert_string_equal(stage->rig.error.code, "PLUG-PROTO");
}

static int act_number; /* which misuse */

static int misuse(vater_call *call, const vater_node *root, vater_table *table)
{
  const struct vater_table_api *api = host->table;
  (void)root;
  if (act_number > 0)
    api->row(call, table, 0);
  switch (act_number) {
  case 0:
    return api->set_text(call, table, VATER_COLUMN_UNIT, VT_STR("x"));
  case 1:
    return api->set_text(call, table, VATER_COLUMN_COUNT, VT_STR("x"));
  case 2:
    return api->set_text(call, table, VATER_COLUMN_NONE, VT_STR("x"));
  case 3:
    return api->set_text(call, table, VATER_COLUMN_VALUE, VT_STR("x"));
  case 4:
    return api->set_text(call, table, VATER_COLUMN_BREAKDOWN, VT_STR("x"));
  case 5:
    return api->set_truth(call, table, VATER_COLUMN_UNIT, true);
  case 6:
    return api->set_head_text(call, table, VATER_HEAD_NIL, VT_STR("x"));
  case 7:
    return api->set_head_truth(call, table, VATER_HEAD_COUNT, true);
  case 8:
    return api->set_text(call, table, VATER_COLUMN_UNIT, VT_STR("a\xff"));
  case 9:
    return api->set_text(call, table, VATER_COLUMN_UNIT, (struct vater_str){"a\0b", 3});
  case 10:
    api->set_cursor(call, table, VT_STR("a"));
    return api->set_cursor(call, table, VT_STR("b"));
  default:
    return host->fail_at(call, VATER_E_DECODE, 17, "row %d is odd", 3);
  }
}

static void misuse_is_named(void **state)
{
  static const struct {
    int status;
    const char *text;
  } wanted[] = {
      {VATER_E_BUG, "plugin 'fake', format.decode: a cell was set before table->row()"},
      {VATER_E_BUG, "plugin 'fake', format.decode: there is no column 21"},
      {VATER_E_BUG, "plugin 'fake', format.decode: there is no column 0"},
      {VATER_E_BUG, "plugin 'fake', format.decode: column 10 ('value') is of another type"},
      {VATER_E_BUG, "plugin 'fake', format.decode: a breakdown is set with table->set_breakdown()"},
      {VATER_E_BUG, "plugin 'fake', format.decode: column 11 ('unit') is of another type"},
      {VATER_E_BUG, "plugin 'fake', format.decode: head field 5 is not there or of another type"},
      {VATER_E_BUG, "plugin 'fake', format.decode: head field 14 is not there or of another type"},
      {VATER_E_DECODE, "a text is not UTF-8"},
      {VATER_E_DECODE, "a text holds a NUL character"},
      {VATER_E_BUG, "plugin 'fake', format.decode: the cursor was set twice on one page"},
      {VATER_E_DECODE, "row 3 is odd"},
  };
  struct stage *stage = *state;
  for (act_number = 0; act_number < (int)(sizeof wanted / sizeof *wanted); act_number++) {
    assert_int_equal(run_decode(stage, "{}", misuse), wanted[act_number].status);
    assert_string_equal(stage->rig.error.text, wanted[act_number].text);
  }
  assert_int_equal(stage->rig.error.offset, 17);
  assert_string_equal(stage->rig.error.code, "PAY-SCHEMA");
}

static int write_cursor(vater_call *call, const vater_node *root, vater_table *table)
{
  static char bytes[16 * 1024];
  memset(bytes, 'c', sizeof bytes);
  (void)root;
  size_t size = VT_LIMIT_CURSOR_BYTES + (size_t)act_number;
  return host->table->set_cursor(call, table, (struct vater_str){bytes, size});
}

static void cursor_of_the_limit_and_one_more(void **state)
{
  struct stage *stage = *state;
  act_number = 0;
  assert_int_equal(run_decode(stage, "{}", write_cursor), VATER_OK);
  act_number = 1;
  stage->table.cursor = VT_STR_NONE;
  assert_int_equal(run_decode(stage, "{}", write_cursor), VATER_E_LIMIT);
  assert_string_equal(stage->rig.error.text,
                      "plugin 'fake', format.decode: the cursor has 4097 bytes; the limit "
                      "CURSOR_BYTES is 4096");
}

/* ---- checks --------------------------------------------------------------------------------- */

struct found {
  unsigned count;
  uint32_t row;
  int column;
  char text[1000];
};

static int keep(void *context, uint32_t row, int column, struct vater_str text,
                struct vt_error *error)
{
  struct found *found = context;
  (void)error;
  found->count++;
  found->row = row;
  found->column = column;
  vt_text_copy(found->text, sizeof found->text, text);
  return VATER_OK;
}

static int run(struct stage *stage, int (*act)(vater_call *, const vater_table *, vater_findings *),
               struct found *found)
{
  struct vt_table rows;
  struct vater_table table;
  assert_int_equal(vt_table_view(stage->builder, &rows, NULL), VATER_OK);
  vt_plugin_table_read(&table, &rows, NULL);
  struct vater_findings findings = {rows.rows, keep, found};
  check_act = act;
  *found = (struct found){.count = 0};
  vt_error_clear(&stage->rig.error);
  return vt_check_run(&stage->rig.call, "fake", &check, NULL, &table, &findings, &stage->rig.error);
}

static int look(vater_call *call, const vater_table *rows, vater_findings *findings)
{
  const struct vater_table_api *api = host->table;
  struct vater_str text;
  double number;
  bool truth;
  assert_int_equal(api->rows(rows), 1);
  assert_true(api->get_text(rows, 0, VATER_COLUMN_UNIT, &text));
  assert_false(api->get_text(rows, 0, VATER_COLUMN_AREA, &text));
  assert_null(text.ptr);
  assert_false(api->get_text(rows, 1, VATER_COLUMN_UNIT, &text));
  assert_false(api->get_text(rows, 0, VATER_COLUMN_VALUE, &text));
  assert_false(api->get_text(rows, 0, -1, &text));
  assert_false(api->get_number(rows, 0, VATER_COLUMN_VALUE, &number));
  assert_false(api->get_number(rows, 7, VATER_COLUMN_VALUE, &number));
  assert_false(api->get_truth(rows, 0, VATER_COLUMN_SAMPLE_WEIGHTED, &truth));
  return host->report->fail_row(call, findings, 0, VATER_COLUMN_UNIT, "bad\n%s\x1b[31m", "\xff!");
}

static void add_row(struct stage *stage)
{
  vt_table_add_row(stage->builder, 0, 0, NULL);
  vt_table_set_text(stage->builder, VATER_COLUMN_UNIT, VT_STR("count"), NULL);
}

static void checks_read_and_report(void **state)
{
  struct stage *stage = *state;
  struct found found;
  add_row(stage);
  assert_int_equal(run(stage, look, &found), VATER_OK);
  assert_int_equal(found.count, 1);
  assert_int_equal(found.row, 0);
  assert_int_equal(found.column, VATER_COLUMN_UNIT);
  assert_string_equal(found.text, "bad \357\277\275! [31m");
}

static int report_beyond(vater_call *call, const vater_table *rows, vater_findings *findings)
{
  host->report->fail_row(call, findings, host->table->rows(rows), 0, "there");
  return VATER_OK;
}

static void rows_that_there_are_not_are_refused(void **state)
{
  struct stage *stage = *state;
  struct found found;
  add_row(stage);
  assert_int_equal(run(stage, report_beyond, &found), VATER_E_BUG);
  assert_int_equal(found.count, 0);
  assert_string_equal(stage->rig.error.text,
                      "plugin 'fake', look: a finding names row 1, column 0; there are 1 rows and "
                      "20 columns");
}

static int report_long(vater_call *call, const vater_table *rows, vater_findings *findings)
{
  (void)rows;
  return host->report->fail_all(call, findings, "%0*d", act_number, 0);
}

static void text_of_the_limit_and_one_more(void **state)
{
  struct stage *stage = *state;
  struct found found;
  for (act_number = (int)VT_LIMIT_CHECK_TEXT_BYTES;
       act_number <= (int)VT_LIMIT_CHECK_TEXT_BYTES + 1; act_number++) {
    assert_int_equal(run(stage, report_long, &found), VATER_OK);
    assert_int_equal(found.row, VT_FINDINGS_ALL);
    assert_int_equal(strlen(found.text), VT_LIMIT_CHECK_TEXT_BYTES);
  }
}

static int write_to_rows(vater_call *call, const vater_table *rows, vater_findings *findings)
{
  vater_table *table = (vater_table *)(uintptr_t)rows;
  (void)findings;
  host->table->row(call, table, 0);
  return VATER_OK;
}

static void a_check_cannot_write(void **state)
{
  struct stage *stage = *state;
  struct found found;
  assert_int_equal(run(stage, write_to_rows, &found), VATER_E_BUG);
  assert_string_equal(stage->rig.error.text, "plugin 'fake', look: this table can only be read");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(rows_are_written_and_read, setup, teardown),
      cmocka_unit_test_setup_teardown(what_is_ignored_is_not_lost, setup, teardown),
      cmocka_unit_test_setup_teardown(what_holds_otherwise_ends_with_the_page, setup, teardown),
      cmocka_unit_test_setup_teardown(a_breakdown_is_repeated, setup, teardown),
      cmocka_unit_test_setup_teardown(the_first_row_repeats_nothing, setup, teardown),
      cmocka_unit_test_setup_teardown(misuse_is_named, setup, teardown),
      cmocka_unit_test_setup_teardown(cursor_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(checks_read_and_report, setup, teardown),
      cmocka_unit_test_setup_teardown(rows_that_there_are_not_are_refused, setup, teardown),
      cmocka_unit_test_setup_teardown(text_of_the_limit_and_one_more, setup, teardown),
      cmocka_unit_test_setup_teardown(a_check_cannot_write, setup, teardown),
  };
  return cmocka_run_group_tests_name("plugin host", tests, NULL, NULL);
}

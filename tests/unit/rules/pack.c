#include "pack.h"

#include "base/date.h"
#include "base/number.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDICATOR(id, state, unit)                                                                \
  "{\"id\":\"" id "\",\"state\":\"" state "\",\"objective\":null,\"bullets\":[\"1.1\"],"          \
  "\"title\":" TEXTS("T") ",\"definition\":" TEXTS(                                               \
      "D") ",\"unit\":\"" unit "\",\"frequency\":\"month\",\"origin\":\"actor\",\"reportedBy\":[" \
           "\"trust\"],\"requires\":["                                                            \
           "\"value\"],\"derive\":\"sum\",\"breakdowns\":{\"sex\":[\"F\",\"M\"]},\"areaRole\":"   \
           "null,"                                                                                \
           "\"plausible\":{\"min\":1,\"max\":50},\"disclosure\":{\"purpose\":\"none\"},"          \
           "\"direction\":"                                                                       \
           "\"increase\",\"baseline\":[],\"targets\":[],\"definitionVersion\":1,\"validFrom\":"   \
           "\"2020\","                                                                            \
           "\"sdg\":[3],\"sample\":{\"schemaVersion\":\"1.0.0\",\"reporter\":{\"orgnr\":"         \
           "\"983974724\"},"                                                                      \
           "\"generatedAt\":\"2026-06-15T08:00:00Z\",\"observations\":[{\"indicator\":\"" id      \
           "\",\"period\":\"2026-01\",\"area\":\"NO\",\"value\":1.50,\"unit\":\"" unit            \
           "\",\"status\":\"final\"}]}}"

static void begin(struct bundle *bundle)
{
  const struct vt_registry *plugins = bundle->plugins;
  memset(bundle, 0, sizeof *bundle);
  bundle->plugins = plugins;
  bundle->environment = vt_environment_real();
  bundle->random = 1;
  bundle->now = 1781510400000;
  bundle->environment.random = vt_random_seeded(&bundle->random);
  bundle->environment.clock = vt_clock_fixed(&bundle->now);
  bundle->arena = vt_arena_new(&bundle->environment.allocator, 0);
  assert_non_null(bundle->arena);
  vt_diagnostics_init(&bundle->diagnostics, bundle->arena);
  assert_int_equal(
      vt_table_builder_new(&bundle->environment.allocator, bundle->random, &bundle->builder),
      VATER_OK);
  assert_true(vt_date_parse(VT_STR("2026-06-15"), &bundle->context.today));
}

int bundle_load_files(struct bundle *bundle, const struct vt_rules_file *files, size_t count)
{
  begin(bundle);
  const struct vt_rules_options options = {.environment = &bundle->environment,
                                           .pinned = files,
                                           .pinned_count = count,
                                           .plugins = bundle->plugins};
  return vt_rules_load(&options, &bundle->rules, &bundle->diagnostics);
}

int bundle_load(struct bundle *bundle, const char *rules)
{
  static const char head[] = "{\"pack\":\"test\",\"goal\":1,\"version\":\"1\",\"title\":" TEXTS(
      "P") ",\"indicators\":[" INDICATOR("T-1", "adopted",
                                         "percent") "," INDICATOR("T-2", "proposed",
                                                                  "count") "],\n\"rules\":[";
  size_t size = sizeof head + strlen(rules) + 3;
  char *text = malloc(size);
  assert_non_null(text);
  int len = snprintf(text, size, "%s%s]}", head, rules);
  const struct vt_rules_file file = {VT_STR("test.json"), {text, (size_t)len}};
  int status = bundle_load_files(bundle, &file, 1);
  free(text);
  return status;
}

void bundle_free(struct bundle *bundle)
{
  vt_rules_free(bundle->rules);
  vt_table_builder_free(bundle->builder);
  free(bundle->block);
  vt_arena_free(bundle->arena);
}

const char *bundle_diagnostics(struct bundle *bundle)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &bundle->environment.allocator, 1024 * 1024);
  vt_diagnostics_print(&bundle->diagnostics, &out);
  struct vater_str copy = vt_arena_copy(bundle->arena, vt_buffer_str(&out));
  vt_buffer_fini(&out);
  return copy.ptr;
}

static void set_cell(struct bundle *bundle, struct vater_str name, struct vater_str value)
{
  double number;
  for (int column = 1; column < VATER_COLUMN_COUNT; column++) {
    if (!vt_str_is(name, vt_column_name(column)))
      continue;
    int status = VATER_OK;
    if (vt_column_type(column) == VT_COLUMN_TEXT) {
      status = vt_table_set_text(bundle->builder, column, value, NULL);
    } else if (vt_column_type(column) == VT_COLUMN_TRUTH) {
      status = vt_table_set_truth(bundle->builder, column, vt_str_is(value, "true"), NULL);
    } else {
      assert_true(vt_number_double(value, &number));
      status =
          vt_table_set_number(bundle->builder, column, number, vt_number_decimals(value), NULL);
    }
    assert_int_equal(status, VATER_OK);
    return;
  }
  fail_msg("no column '%.*s'", VT_STR_ARGS(name));
}

void bundle_row(struct bundle *bundle, const char *cells)
{
  struct vater_str text = vt_str(cells);
  uint32_t row = vt_table_builder_rows(bundle->builder);
  assert_int_equal(vt_table_add_row(bundle->builder, 0, row * 10, NULL), VATER_OK);
  set_cell(bundle, VT_STR("indicator"), VT_STR("T-1"));
  set_cell(bundle, VT_STR("period"), VT_STR("2026-01"));
  set_cell(bundle, VT_STR("area"), VT_STR("NO"));
  for (size_t start = 0; start < text.len;) {
    size_t end = vt_str_find(text, VT_STR(" "), start);
    size_t equals = vt_str_find(text, VT_STR("="), start);
    set_cell(bundle, vt_str_slice(text, start, equals), vt_str_slice(text, equals + 1, end));
    start = end + 1;
  }
}

void bundle_head(struct bundle *bundle, int field, const char *text)
{
  assert_int_equal(vt_table_set_head_text(bundle->builder, field, vt_str(text), NULL), VATER_OK);
}

static int take_finding(void *context, const struct vt_finding *finding, struct vt_error *error)
{
  struct told *told = context;
  (void)error;
  assert_true(told->finding_count < TOLD_MAX);
  struct told_finding *made = &told->findings[told->finding_count++];
  vt_text_copy(made->code, sizeof made->code, finding->code);
  vt_text_copy(made->message, sizeof made->message, finding->message[VT_LANGUAGE_EN]);
  vt_text_copy(made->remedy, sizeof made->remedy, finding->remedy[VT_LANGUAGE_EN]);
  made->severity = finding->severity;
  made->outcome = finding->outcome;
  made->column = finding->column;
  made->row = finding->row;
  made->verdict = finding->verdict;
  if (finding->row != VT_NO_ROW)
    assert_int_equal(finding->offset, finding->row * 10);
  return VATER_OK;
}

static int take_more(void *context, struct vater_str code, int severity, uint64_t count,
                     struct vt_error *error)
{
  struct told *told = context;
  (void)code;
  (void)severity;
  (void)error;
  told->more += count;
  return VATER_OK;
}

static int take_verdict(void *context, const struct vt_block_verdict *verdict,
                        struct vt_error *error)
{
  struct told *told = context;
  (void)error;
  assert_true(told->verdict_count < TOLD_MAX);
  told->verdicts[told->verdict_count++] = *verdict;
  return VATER_OK;
}

static int take_rule(void *context, const struct vt_rule_outcomes *outcomes, struct vt_error *error)
{
  struct told *told = context;
  (void)error;
  assert_true(told->rule_count < TOLD_MAX);
  vt_text_copy(told->reasons[told->rule_count], LONG_TEXT, outcomes->reason);
  told->rules[told->rule_count] = *outcomes;
  told->rules[told->rule_count].reason = vt_str(told->reasons[told->rule_count]);
  told->rule_count++;
  return VATER_OK;
}

static const struct vt_rules_sink told_by = {
    .finding = take_finding, .more = take_more, .verdict = take_verdict, .rule = take_rule};

static struct vt_rules_sink settle(struct bundle *bundle)
{
  struct vt_error error = {0};
  struct vt_rules_sink sink = told_by;
  size_t size = vt_table_size(bundle->builder);
  free(bundle->block);
  bundle->block = aligned_alloc(8, (size + 7) / 8 * 8);
  assert_non_null(bundle->block);
  vt_table_write(bundle->builder, bundle->block);
  assert_int_equal(vt_table_open(bundle->block, size, &bundle->table, &error), VATER_OK);
  memset(&bundle->told, 0, sizeof bundle->told);
  sink.context = &bundle->told;
  return sink;
}

void bundle_judge(struct bundle *bundle)
{
  struct vt_error error = {0};
  const struct vt_rules_sink sink = settle(bundle);
  int status = vt_rules_judge(bundle->rules, &bundle->table, &bundle->context, &sink, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, VATER_OK);
}

void bundle_conclude(struct bundle *bundle, const struct vt_rules_history *history)
{
  struct vt_error error = {0};
  const struct vt_rules_sink sink = settle(bundle);
  int status =
      vt_rules_conclude(bundle->rules, &bundle->table, &bundle->context, history, &sink, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, VATER_OK);
}

const struct vt_rule_outcomes *bundle_rule(const struct bundle *bundle, const char *code)
{
  for (uint32_t i = 0; i < bundle->told.rule_count; i++)
    if (vt_str_is(bundle->told.rules[i].code, code))
      return &bundle->told.rules[i];
  fail_msg("no outcomes of rule '%s'", code);
  return NULL;
}

#include "cli/rules_guard.h"
#include "cli/rules_testing.h"

#include "base/encode.h"

#include <jansson.h>

enum { LINE_MAX_BYTES = 16 * 1024, AROUND = 32 };

struct testing {
  struct vt_testing judged;
  struct vt_cli *cli;
  const struct vt_rules_asked *asked;
  const struct vt_rules *rules;
  struct vt_arena *arena; /* of one example */
  struct vt_buffer line;
  json_t *list, *survivors, *untripped;
  uint32_t examples, samples, failed, mutants, survived, lacking;
};

static void print_counts(struct vt_buffer *line, const struct vt_tried *tried)
{
  const char *between = "";
  for (int i = 0; i < VT_OUTCOME_COUNT; i++) {
    if (tried->counts[i] == 0)
      continue;
    vt_buffer_format(line, "%s%llu %s", between, (unsigned long long)tried->counts[i],
                     vt_outcome_name((enum vt_outcome)i));
    between = ", ";
  }
  if (*between == '\0')
    vt_buffer_text(line, "nothing");
  if (tried->cleared > 0)
    vt_buffer_format(line, " (%llu cleared)", (unsigned long long)tried->cleared);
}

static void print_failure(struct testing *testing, const struct vt_tried *tried)
{
  const struct vt_example *example = &tried->example;
  struct vt_buffer *line = &testing->line;
  vt_buffer_reset(line);
  vt_encode_terminal(line, example->file);
  if (tried->sample)
    vt_buffer_format(line, ":%u: the sample of %.*s: ", example->line,
                     VT_STR_ARGS(example->indicator));
  else
    vt_buffer_format(line, ":%u: %.*s, example %s %u on %.*s: ", example->line,
                     VT_STR_ARGS(example->code), vt_example_expect_name(example->expect),
                     example->number, VT_STR_ARGS(example->indicator));
  if (tried->sample) {
    vt_encode_terminal(line, tried->refused);
  } else if (tried->refused.len > 0) {
    vt_buffer_text(line, "not judged by the rule: ");
    vt_encode_terminal(line, tried->refused);
  } else {
    vt_buffer_text(line, "the rule said ");
    print_counts(line, tried);
    if (tried->why.len > 0) {
      vt_buffer_text(line, ": ");
      vt_encode_terminal(line, tried->why);
    }
  }
  vt_buffer_char(line, '\n');
  vt_cli_put(testing->cli->out, line);
}

static void note(struct testing *testing, const struct vt_tried *tried)
{
  const struct vt_example *example = &tried->example;
  testing->examples += !tried->sample;
  testing->samples += tried->sample;
  testing->failed += !tried->met;
  if (!testing->asked->json) {
    if (!tried->met)
      print_failure(testing, tried);
    return;
  }
  json_t *counts = json_object();
  for (int i = 0; i < VT_OUTCOME_COUNT; i++)
    json_object_set_new(counts, vt_outcome_name((enum vt_outcome)i),
                        json_integer((json_int_t)tried->counts[i]));
  json_t *made =
      json_pack("{s:s%, s:s%, s:s%, s:i, s:s, s:i, s:b, s:o}", "code", example->code.ptr,
                example->code.len, "indicator", example->indicator.ptr, example->indicator.len,
                "file", example->file.ptr, example->file.len, "line", (int)example->line,
                "expected", vt_example_expect_name(example->expect), "number", (int)example->number,
                "met", (int)tried->met, "outcomes", counts);
  if (tried->why.len > 0)
    json_object_set_new(made, "error", json_stringn(tried->why.ptr, tried->why.len));
  if (tried->refused.len > 0)
    json_object_set_new(made, "refused", json_stringn(tried->refused.ptr, tried->refused.len));
  json_array_append_new(testing->list, made);
}

static bool is_asked(const struct vt_rules_asked *asked, struct vater_str code)
{
  for (size_t i = 0; i < asked->name_count; i++)
    if (vt_str_is(code, asked->names[i]))
      return true;
  return asked->name_count == 0;
}

static int run_samples(struct testing *testing, struct vt_error *error)
{
  int status = VATER_OK;
  uint32_t count = vt_rules_indicator_count(testing->rules);
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    struct vt_tried tried = {.sample = true};
    status = vt_rules_sample(testing->rules, i, testing->arena, &tried.example, error);
    if (status == VATER_OK)
      status = vt_try_example(&testing->judged, testing->arena, &tried, error);
    if (status == VATER_OK)
      note(testing, &tried);
    vt_tried_fini(&testing->judged, &tried);
    vt_arena_reset(testing->arena);
  }
  return status;
}

static int run_all(struct testing *testing, struct vt_error *error)
{
  int status = testing->asked->name_count == 0 ? run_samples(testing, error) : VATER_OK;
  for (uint32_t i = 0; i < vt_rules_example_count(testing->rules) && status == VATER_OK; i++) {
    struct vt_tried tried = {0};
    status = vt_rules_example(testing->rules, i, testing->arena, &tried.example, error);
    if (status == VATER_OK && is_asked(testing->asked, tried.example.code)) {
      status = vt_try_example(&testing->judged, testing->arena, &tried, error);
      if (status == VATER_OK)
        note(testing, &tried);
    }
    vt_tried_fini(&testing->judged, &tried);
    vt_arena_reset(testing->arena);
  }
  return status;
}

/* ---- mutants ----------------------------------------------------------------------------------
 */

/* The change, with some of the expression around it. */
static void print_survivor(struct testing *testing, const struct vt_rule_info *rule,
                           const struct vt_rule_mutant *mutant)
{
  struct vt_buffer *line = &testing->line;
  size_t at = mutant->change.offset, len = mutant->expression.len;
  size_t from = at > AROUND ? at - AROUND : 0, to = at + AROUND < len ? at + AROUND : len;
  while (from > 0 && ((unsigned char)mutant->expression.ptr[from] & 0xc0) == 0x80)
    from--;
  while (to < len && ((unsigned char)mutant->expression.ptr[to] & 0xc0) == 0x80)
    to++;
  vt_buffer_reset(line);
  vt_encode_terminal(line, rule->file);
  vt_buffer_format(line, ":%u:%u: %.*s: no example notices ", mutant->line, mutant->column,
                   VT_STR_ARGS(rule->code));
  if (mutant->change.with[0] == '\0')
    vt_buffer_format(line, "%s without '%.*s' (%s): %s", mutant->member, VT_STR_ARGS(mutant->from),
                     vt_cel_change_name(mutant->change.change), from > 0 ? "…" : "");
  else
    vt_buffer_format(line, "%s with '%s' for '%.*s' (%s): %s", mutant->member, mutant->change.with,
                     VT_STR_ARGS(mutant->from), vt_cel_change_name(mutant->change.change),
                     from > 0 ? "…" : "");
  vt_encode_terminal(line, vt_str_slice(mutant->expression, from, to));
  vt_buffer_text(line, to < len ? "…\n" : "\n");
  vt_cli_put(testing->cli->out, line);
}

static void note_survivor(void *context, const struct vt_rule_mutant *mutant)
{
  struct testing *testing = context;
  const struct vt_rule_info *rule = vt_rules_info(testing->rules, mutant->rule);
  testing->survived++;
  if (!testing->asked->json) {
    print_survivor(testing, rule, mutant);
    return;
  }
  json_array_append_new(testing->survivors,
                        json_pack("{s:s%, s:s%, s:i, s:i, s:s, s:s, s:s%, s:s, s:s%}", "code",
                                  rule->code.ptr, rule->code.len, "file", rule->file.ptr,
                                  rule->file.len, "line", (int)mutant->line, "column",
                                  (int)mutant->column, "member", mutant->member, "change",
                                  vt_cel_change_name(mutant->change.change), "from",
                                  mutant->from.ptr, mutant->from.len, "to", mutant->change.with,
                                  "expression", mutant->expression.ptr, mutant->expression.len));
}

static int run_mutants(struct testing *testing, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < vt_rules_count(testing->rules) && status == VATER_OK; i++) {
    uint32_t tried = 0;
    if (!is_asked(testing->asked, vt_rules_info(testing->rules, i)->code))
      continue;
    vt_rules_guard_at(testing->cli, "changed expressions of %.*s",
                      VT_STR_ARGS(vt_rules_info(testing->rules, i)->code));
    status = vt_try_mutants(&testing->judged, i, note_survivor, testing, &tried, error);
    testing->mutants += tried;
  }
  return status;
}

/* ---- rules that no failing example trips -------------------------------------------------------
 */

static void note_untripped(struct testing *testing, const struct vt_rule_info *rule)
{
  struct vt_buffer *line = &testing->line;
  testing->lacking++;
  if (testing->asked->json) {
    json_array_append_new(testing->untripped, json_pack("{s:s%, s:s%, s:i}", "code", rule->code.ptr,
                                                        rule->code.len, "file", rule->file.ptr,
                                                        rule->file.len, "line", (int)rule->line));
    return;
  }
  vt_buffer_reset(line);
  vt_encode_terminal(line, rule->file);
  vt_buffer_format(line, ":%u: %.*s: no failing example trips it; give it one under \"fail\"\n",
                   rule->line, VT_STR_ARGS(rule->code));
  vt_cli_put(testing->cli->out, line);
}

static void find_untripped(struct testing *testing)
{
  for (uint32_t i = 0; i < vt_rules_count(testing->rules); i++) {
    const struct vt_rule_info *rule = vt_rules_info(testing->rules, i);
    if (rule->failing == 0 && is_asked(testing->asked, rule->code))
      note_untripped(testing, rule);
  }
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static void tell_json(struct testing *testing)
{
  json_t *root = json_pack("{s:i, s:i, s:i, s:O, s:O}", "examples", (int)testing->examples,
                           "samples", (int)testing->samples, "failed", (int)testing->failed,
                           "results", testing->list, "untripped", testing->untripped);
  if (testing->asked->mutate) {
    json_object_set_new(root, "mutants", json_integer(testing->mutants));
    json_object_set(root, "survivors", testing->survivors);
  }
  json_dumpf(root, testing->cli->out, JSON_INDENT(2));
  fputc('\n', testing->cli->out);
  json_decref(root);
}

static int tell(struct testing *testing)
{
  FILE *out = testing->cli->out;
  if (testing->asked->json) {
    tell_json(testing);
  } else {
    fprintf(out, "%u example%s", testing->examples, testing->examples == 1 ? "" : "s");
    if (testing->samples > 0)
      fprintf(out, " of rules, %u sample%s of indicators", testing->samples,
              testing->samples == 1 ? "" : "s");
    fprintf(out, ", %u not as expected", testing->failed);
    if (testing->lacking > 0)
      fprintf(out, "; %u rule%s without a failing example", testing->lacking,
              testing->lacking == 1 ? "" : "s");
    if (testing->asked->mutate)
      fprintf(out, "; %u mutant%s, %u unnoticed", testing->mutants,
              testing->mutants == 1 ? "" : "s", testing->survived);
    fputc('\n', out);
  }
  return testing->failed + testing->survived + testing->lacking > 0 ? VT_EXIT_FINDINGS
                                                                    : VT_EXIT_CLEAN;
}

static int unknown_code(struct vt_cli *cli, const struct vt_rules_asked *asked,
                        const struct vt_rules *rules)
{
  for (size_t i = 0; i < asked->name_count; i++)
    if (vt_rules_find(rules, vt_str(asked->names[i])) == NULL)
      return vt_rules_unknown(cli, "test", "rule", asked->names[i]);
  return VT_EXIT_CLEAN;
}

int vt_rules_test(struct vt_cli *cli, const struct vt_rules_asked *asked,
                  const struct vt_rules_frame *frame)
{
  char schemas[600];
  struct vt_error error = {0};
  struct vt_diagnostics faults;
  struct testing testing = {.judged = {.cli = cli, .rules = frame->rules},
                            .cli = cli,
                            .asked = asked,
                            .rules = frame->rules};
  int code = unknown_code(cli, asked, frame->rules);
  if (code != VT_EXIT_CLEAN)
    return code;
  vt_cli_schemas(cli, schemas, sizeof schemas);
  const struct vt_judge_schemas places = {.directory = schemas};
  vt_diagnostics_init(&faults, frame->arena);
  testing.arena = vt_arena_new(&cli->environment.allocator, 0);
  testing.list = json_array();
  testing.survivors = json_array();
  testing.untripped = json_array();
  vt_buffer_init(&testing.line, &cli->environment.allocator, LINE_MAX_BYTES);
  int status = testing.arena == NULL
                   ? VATER_E_NOMEM
                   : vt_judge_context_init(&testing.judged.context, &cli->environment,
                                           &frame->plugins, frame->rules, &places, &faults);
  testing.judged.context.watch = vt_rules_guard_watch(cli);
  if (status == VATER_OK)
    status = vt_rules_guard_close(cli, &error);
  if (status == VATER_OK) {
    find_untripped(&testing);
    status = run_all(&testing, &error);
  }
  if (status == VATER_OK && asked->mutate)
    status = run_mutants(&testing, &error);
  vt_cli_diagnostics(cli, &faults);
  if (error.status != VATER_OK)
    vt_cli_error(cli, "rules", &error, VT_EXIT_FAILED);
  code = status == VATER_OK ? tell(&testing) : VT_EXIT_FAILED;
  if (testing.arena != NULL)
    vt_judge_context_fini(&testing.judged.context);
  vt_buffer_fini(&testing.line);
  json_decref(testing.list);
  json_decref(testing.survivors);
  json_decref(testing.untripped);
  vt_arena_free(testing.arena);
  return code;
}

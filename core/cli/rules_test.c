#include "cli/rules_frame.h"

#include "base/encode.h"
#include "judge/judge.h"
#include "rules/examples.h"

#include <jansson.h>

enum { LINE_MAX_BYTES = 16 * 1024 };

/* What came of one example. */
struct tried {
  struct vt_example example;
  bool sample; /* the indicator's sample itself: no rule may find anything */
  bool met;
  uint64_t counts[VT_OUTCOME_COUNT];
  uint64_t cleared;
  struct vater_str refused; /* why nothing could be judged, or empty */
};

struct testing {
  struct vt_cli *cli;
  const struct vt_rules_asked *asked;
  const struct vt_rules *rules;
  struct vt_judge_context context;
  struct vt_arena *arena; /* of one example */
  struct vt_buffer line;
  json_t *list;
  uint32_t examples, failed;
};

static void read_result(struct testing *testing, const struct vt_result *result,
                        struct tried *tried)
{
  const struct vt_rule_info *rule = vt_rules_find(testing->rules, tried->example.code);
  for (uint32_t i = 0; i < result->rule_count; i++) {
    struct vt_rule_outcomes outcomes;
    vt_result_rule(result, i, &outcomes);
    if (vt_str_equal(outcomes.code, tried->example.code))
      memcpy(tried->counts, outcomes.counts, sizeof tried->counts);
  }
  for (uint32_t i = 0; i < result->finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    if (vt_str_equal(finding.code, tried->example.code))
      tried->cleared += finding.severity == VATER_SEVERITY_INFO &&
                        finding.outcome == VT_OUTCOME_FAIL && rule->severity != VATER_SEVERITY_INFO;
    else if (result->code.len > 0 && vt_str_equal(finding.code, result->code) &&
             tried->refused.len == 0)
      tried->refused = vt_arena_format(testing->arena, "%.*s: %.*s", VT_STR_ARGS(finding.code),
                                       VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
  }
  if (result->delivery == VT_DELIVERY_REFUSED && tried->refused.len == 0)
    tried->refused = vt_arena_copy(testing->arena, result->code);
  tried->met = tried->refused.len == 0 &&
               vt_example_met(tried->example.expect, tried->counts, tried->cleared);
}

/* A sample passes everything: the first finding that says otherwise. */
static void read_sample(struct testing *testing, const struct vt_result *result,
                        struct tried *tried)
{
  tried->met = result->finding_total == 0 && result->delivery == VT_DELIVERY_RECEIVED;
  if (result->finding_count > 0) {
    struct vt_finding finding;
    vt_result_finding(result, 0, &finding);
    tried->refused = vt_arena_format(testing->arena, "%.*s: %.*s", VT_STR_ARGS(finding.code),
                                     VT_STR_ARGS(finding.message[VT_LANGUAGE_EN]));
  } else if (!tried->met) {
    tried->refused = vt_arena_copy(testing->arena, result->code);
  }
}

static int judge_payload(struct testing *testing, struct vt_judge *judge, struct tried *tried,
                         struct vt_error *error)
{
  static const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE};
  const struct vt_allocator *allocator = &testing->cli->environment.allocator;
  struct vt_judge_page page;
  struct vt_result result;
  size_t size = 0;
  void *block = NULL;
  int status = vt_judge_page(judge, tried->example.payload, &head, &page, error);
  if (status == VATER_OK)
    status = vt_judge_finish(judge, &size, error);
  if (status == VATER_OK) {
    block = vt_alloc(allocator, size);
    status = block == NULL ? VATER_E_NOMEM : VATER_OK;
  }
  if (status == VATER_OK) {
    vt_judge_write(judge, block);
    status = vt_result_open(block, size, &result, error);
  }
  if (status == VATER_OK && tried->sample)
    read_sample(testing, &result, tried);
  else if (status == VATER_OK)
    read_result(testing, &result, tried);
  vt_free(allocator, block);
  return status;
}

static int try_example(struct testing *testing, struct tried *tried, struct vt_error *error)
{
  const struct vt_example *example = &tried->example;
  const struct vt_rules_actor actor = {example->reporter, example->reporter_type};
  const struct vt_judge_job job = {.id = example->code,
                                   .format = VT_STR("indicator_json"),
                                   .actors = &actor,
                                   .actor_count = 1,
                                   .today = example->today,
                                   .proposed = tried->sample};
  struct vt_judge *judge = NULL;
  int status = vt_judge_begin(&testing->context, &job, &judge, error);
  if (status == VATER_OK)
    status = judge_payload(testing, judge, tried, error);
  vt_judge_free(judge);
  return status;
}

static void print_counts(struct vt_buffer *line, const struct tried *tried)
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

static void print_failure(struct testing *testing, const struct tried *tried)
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
    vt_buffer_text(line, "refused before the rule was asked: ");
    vt_encode_terminal(line, tried->refused);
  } else {
    vt_buffer_text(line, "the rule said ");
    print_counts(line, tried);
  }
  vt_buffer_char(line, '\n');
  vt_cli_put(testing->cli->out, line);
}

static void note(struct testing *testing, const struct tried *tried)
{
  const struct vt_example *example = &tried->example;
  testing->examples++;
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
    struct tried tried = {.sample = true};
    vt_rules_sample(testing->rules, i, &tried.example);
    status = try_example(testing, &tried, error);
    if (status == VATER_OK)
      note(testing, &tried);
    vt_arena_reset(testing->arena);
  }
  return status;
}

static int run_all(struct testing *testing, struct vt_error *error)
{
  int status = testing->asked->name_count == 0 ? run_samples(testing, error) : VATER_OK;
  for (uint32_t i = 0; i < vt_rules_example_count(testing->rules) && status == VATER_OK; i++) {
    struct tried tried = {0};
    status = vt_rules_example(testing->rules, i, testing->arena, &tried.example, error);
    if (status == VATER_OK && is_asked(testing->asked, tried.example.code)) {
      status = try_example(testing, &tried, error);
      if (status == VATER_OK)
        note(testing, &tried);
    }
    vt_arena_reset(testing->arena);
  }
  return status;
}

static int tell(struct testing *testing)
{
  if (testing->asked->json) {
    json_t *root = json_pack("{s:i, s:i, s:O}", "examples", (int)testing->examples, "failed",
                             (int)testing->failed, "results", testing->list);
    json_dumpf(root, testing->cli->out, JSON_INDENT(2));
    fputc('\n', testing->cli->out);
    json_decref(root);
  } else {
    fprintf(testing->cli->out, "%u example%s, %u not as expected\n", testing->examples,
            testing->examples == 1 ? "" : "s", testing->failed);
  }
  return testing->failed > 0 ? VT_EXIT_FINDINGS : VT_EXIT_CLEAN;
}

static int unknown_code(struct vt_cli *cli, const struct vt_rules_asked *asked,
                        const struct vt_rules *rules)
{
  for (size_t i = 0; i < asked->name_count; i++)
    if (vt_rules_find(rules, vt_str(asked->names[i])) == NULL)
      return vt_cli_usage(cli, "rules", "there is no rule '%s'", asked->names[i]);
  return VT_EXIT_CLEAN;
}

int vt_rules_test(struct vt_cli *cli, const struct vt_rules_asked *asked,
                  const struct vt_rules_frame *frame)
{
  char schemas[600];
  struct vt_error error = {0};
  struct vt_diagnostics faults;
  struct testing testing = {.cli = cli, .asked = asked, .rules = frame->rules};
  int code = unknown_code(cli, asked, frame->rules);
  if (code != VT_EXIT_CLEAN)
    return code;
  snprintf(schemas, sizeof schemas, "%s/schemas", cli->rules);
  const struct vt_judge_schemas places = {.directory = schemas};
  vt_diagnostics_init(&faults, frame->arena);
  testing.arena = vt_arena_new(&cli->environment.allocator, 0);
  testing.list = json_array();
  vt_buffer_init(&testing.line, &cli->environment.allocator, LINE_MAX_BYTES);
  int status = testing.arena == NULL
                   ? VATER_E_NOMEM
                   : vt_judge_context_init(&testing.context, &cli->environment, &frame->plugins,
                                           frame->rules, &places, &faults);
  if (status == VATER_OK)
    status = run_all(&testing, &error);
  vt_cli_diagnostics(cli, &faults);
  if (error.status != VATER_OK)
    vt_cli_error(cli, "rules", &error, VT_EXIT_FAILED);
  code = status == VATER_OK ? tell(&testing) : VT_EXIT_FAILED;
  if (testing.arena != NULL)
    vt_judge_context_fini(&testing.context);
  vt_buffer_fini(&testing.line);
  json_decref(testing.list);
  vt_arena_free(testing.arena);
  return code;
}

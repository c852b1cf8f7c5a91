/* The packs as they are, on deliveries as large as the country: every rule must have an answer
 * within its steps, whoever reports. */
#include "judge/judge.h"
#include "plugin/registry.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

enum { MUNICIPALITIES = 357, MANY = 1000, OTHERS = 20, YEARS = 3, TODAY = 20779 /* 2026-11-22 */ };

struct national {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_registry plugins;
  struct vt_rules *rules;
  struct vt_judge_context context;
  struct vt_table_builder *builder;
  void *block;
  struct vt_table table;
  struct vt_rules_actor *actors;
  uint32_t judged; /* rules that had something to say */
  char failures[2000];
};

static void load(struct national *made)
{
  static const char *const folders[] = {VATER_BUILD_DIR "/lib/vater/plugins"};
  struct vt_plugin_files files = {0};
  *made = (struct national){.environment = vt_environment_real()};
  made->arena = vt_arena_new(&made->environment.allocator, 0);
  vt_diagnostics_init(&made->diagnostics, made->arena);
  assert_int_equal(vt_registry_init(&made->plugins, &made->environment, made->arena, NULL),
                   VATER_OK);
  assert_int_equal(vt_plugin_scan(folders, 1, made->arena, &files, &made->diagnostics), VATER_OK);
  assert_int_equal(vt_registry_load_all(&made->plugins, &files, NULL, &made->diagnostics),
                   VATER_OK);
  const struct vt_rules_options options = {.environment = &made->environment,
                                           .plugins = &made->plugins,
                                           .directory = VATER_SOURCE_DIR "/rules"};
  const struct vt_judge_schemas schemas = {.directory = VATER_SOURCE_DIR "/rules/schemas"};
  assert_int_equal(vt_rules_load(&options, &made->rules, &made->diagnostics), VATER_OK);
  assert_int_equal(vt_judge_context_init(&made->context, &made->environment, &made->plugins,
                                         made->rules, &schemas, &made->diagnostics),
                   VATER_OK);
  assert_int_equal(vt_table_builder_new(&made->environment.allocator, 1, &made->builder), VATER_OK);
}

static void unload(struct national *made)
{
  vt_free(&made->environment.allocator, made->block);
  vt_judge_context_fini(&made->context);
  vt_rules_free(made->rules);
  vt_registry_fini(&made->plugins);
  vt_arena_free(made->arena);
}

/* The sample as if each of `count` areas had sent it, `years` before; a list of observations. */
static json_t *copies(struct vater_str sample, uint32_t count, int years)
{
  json_t *one = json_loadb(sample.ptr, sample.len, 0, NULL), *all = json_array();
  json_t *observations = json_object_get(one, "observations"), *observation;
  size_t index;
  for (uint32_t i = 0; i < count; i++)
    json_array_foreach(observations, index, observation)
    {
      char area[8], actor[16], period[16];
      json_t *copy = json_copy(observation);
      snprintf(area, sizeof area, "%04u", (unsigned)(101 + i));
      snprintf(actor, sizeof actor, "%09u", (unsigned)(900000000 + i));
      const char *now = json_string_value(json_object_get(observation, "period"));
      snprintf(period, sizeof period, "%04d%s", atoi(now) - years, now + 4);
      json_object_set_new(copy, "area", json_string(area));
      json_object_set_new(copy, "actor", json_string(actor));
      json_object_set_new(copy, "period", json_string(period));
      json_array_append_new(all, copy);
    }
  json_decref(one);
  return all;
}

/* Whether the sample is of a municipality: its area has four digits. */
static bool is_local(struct vater_str sample)
{
  size_t at = vt_str_find(sample, VT_STR("\"area\": \""), 0);
  return vt_str_find(sample, VT_STR("\""), at + 9) == at + 13;
}

/* Adds the rows of every indicator: of a municipality's for `count` of them; where health trusts,
 * regions or the nation report, for all where that is wanted, else for as many as there are trusts.
 */
static void add_rows(struct national *made, uint32_t count, int years, bool all_of_them)
{
  const struct vt_judge_format *format = made->context.formats;
  while (strcmp(format->plugin->info.name, "indicator_json") != 0)
    format++;
  json_t *all = json_array();
  for (uint32_t i = 0; i < vt_rules_indicator_count(made->rules); i++) {
    struct vater_str sample = vt_rules_indicator(made->rules, i)->sample;
    json_t *some = copies(sample, all_of_them || is_local(sample) ? count : OTHERS, years);
    json_array_extend(all, some);
    json_decref(some);
  }
  json_t *submission =
      json_pack("{s:s,s:{s:s},s:s,s:o}", "schemaVersion", "1.0.0", "reporter", "orgnr", "983974724",
                "generatedAt", "2026-11-20T08:30:00Z", "observations", all);
  char *text = json_dumps(submission, JSON_COMPACT);
  struct vt_screen screen = {0};
  struct vt_error error = {0};
  struct vt_decode_result result;
  const struct vt_decode_input input = {.allocator = &made->environment.allocator,
                                        .hash_seed = 1,
                                        .bytes = vt_str(text),
                                        .plan = format->plan,
                                        .table = made->builder,
                                        .screen = &screen};
  if (vt_decode_page(&input, &result, &error) != VATER_OK)
    fail_msg("%s", error.text);
  free(text);
  json_decref(submission);
}

static void settle(struct national *made, uint32_t count)
{
  size_t size = vt_table_size(made->builder);
  made->block = vt_alloc(&made->environment.allocator, size);
  assert_non_null(made->block);
  vt_table_move(made->builder, made->block);
  vt_table_builder_free(made->builder);
  assert_int_equal(vt_table_open(made->block, size, &made->table, NULL), VATER_OK);
  made->actors = vt_arena_array(made->arena, count, sizeof *made->actors);
  for (uint32_t i = 0; i < count; i++)
    made->actors[i] = (struct vt_rules_actor){
        vt_arena_format(made->arena, "%09u", (unsigned)(900000000 + i)), VT_STR("municipality")};
}

static int take_finding(void *context, const struct vt_finding *finding, struct vt_error *error)
{
  (void)context;
  (void)finding;
  (void)error;
  return VATER_OK;
}

static int take_more(void *context, struct vater_str code, int severity, uint64_t count,
                     struct vt_error *error)
{
  (void)context;
  (void)code;
  (void)severity;
  (void)count;
  (void)error;
  return VATER_OK;
}

static int take_verdict(void *context, const struct vt_block_verdict *verdict,
                        struct vt_error *error)
{
  (void)context;
  (void)verdict;
  (void)error;
  return VATER_OK;
}

static int take_rule(void *context, const struct vt_rule_outcomes *outcomes, struct vt_error *error)
{
  struct national *made = context;
  size_t used = strlen(made->failures);
  (void)error;
  made->judged += outcomes->counts[VT_OUTCOME_PASS] + outcomes->counts[VT_OUTCOME_FAIL] > 0;
  if (outcomes->counts[VT_OUTCOME_ERROR] > 0 && used + 40 < sizeof made->failures)
    snprintf(made->failures + used, sizeof made->failures - used, " %.*s",
             VT_STR_ARGS(outcomes->code));
  return VATER_OK;
}

static struct vt_rules_sink sink_of(struct national *made)
{
  return (struct vt_rules_sink){made, take_finding, take_more, take_verdict, take_rule};
}

/* Of observations and submissions, in one delivery for everybody. */
static void judge(uint32_t count)
{
  struct national made;
  struct vt_error error = {0};
  load(&made);
  add_rows(&made, count, 0, false);
  settle(&made, count);
  const struct vt_rules_context context = {
      .today = TODAY, .actors = made.actors, .actor_count = count, .proposed = true};
  const struct vt_rules_sink sink = sink_of(&made);
  assert_int_equal(vt_rules_judge(made.rules, &made.table, &context, &sink, &error), VATER_OK);
  if (made.failures[0] != '\0')
    fail_msg("no answer with %u areas:%s", (unsigned)count, made.failures);
  assert_true(made.judged > 150);
  unload(&made);
}

static void deliveries_for_all_municipalities(void **state)
{
  (void)state;
  judge(MUNICIPALITIES);
}

static void deliveries_for_a_thousand_areas(void **state)
{
  (void)state;
  judge(MANY);
}

/* Of series and indicators: what everybody has sent in three years. */
static void conclusions_over_all_municipalities(void **state)
{
  struct national made;
  struct vt_error error = {0};
  (void)state;
  load(&made);
  add_rows(&made, MUNICIPALITIES, 0, true);
  uint32_t current = vt_table_builder_rows(made.builder);
  for (int years = 1; years < YEARS; years++)
    add_rows(&made, MUNICIPALITIES, years, true);
  settle(&made, MUNICIPALITIES);
  uint32_t indicators = vt_rules_indicator_count(made.rules);
  struct vt_rules_obligation *owed =
      vt_arena_array(made.arena, (size_t)indicators * MUNICIPALITIES, sizeof *owed);
  for (uint32_t i = 0; i < indicators * MUNICIPALITIES; i++)
    owed[i] = (struct vt_rules_obligation){made.actors[i % MUNICIPALITIES].orgnr,
                                           vt_rules_indicator(made.rules, i / MUNICIPALITIES)->id,
                                           INT64_MIN, INT64_MAX};
  const struct vt_rules_context context = {
      .today = TODAY, .actors = made.actors, .actor_count = MUNICIPALITIES, .proposed = true};
  const struct vt_rules_history history = {current, owed, (size_t)indicators * MUNICIPALITIES};
  const struct vt_rules_sink sink = sink_of(&made);
  assert_int_equal(vt_rules_conclude(made.rules, &made.table, &context, &history, &sink, &error),
                   VATER_OK);
  if (made.failures[0] != '\0')
    fail_msg("no answer:%s", made.failures);
  assert_true(made.judged > 60);
  unload(&made);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(deliveries_for_all_municipalities),
      cmocka_unit_test(deliveries_for_a_thousand_areas),
      cmocka_unit_test(conclusions_over_all_municipalities),
  };
  return cmocka_run_group_tests_name("rules_national", tests, NULL, NULL);
}

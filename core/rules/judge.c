#include "base/limits.h"
#include "rules/judging.h"

static int begin(struct vt_judging *judging)
{
  const struct vt_allocator *allocator = &judging->rules->environment->allocator;
  size_t len = vt_date_print(judging->context->today, judging->today_text);
  judging->today = (struct vater_str){judging->today_text, len};
  judging->observation = (struct vt_cel_getter){vt_judging_field, judging};
  judging->submission = (struct vt_cel_getter){vt_rules_submission_field, judging->table};
  judging->reference = (struct vt_cel_getter){vt_rules_run_field, &judging->today};
  judging->arena = vt_arena_new(allocator, 0);
  judging->scratch = vt_arena_new(allocator, 0);
  if (judging->arena == NULL || judging->scratch == NULL)
    return VATER_E_NOMEM;
  int status = vt_cel_run_new(allocator, 0, 0, &judging->run);
  return status == VATER_OK ? vt_judging_prepare(judging) : status;
}

static int end(struct vt_judging *judging, int status, struct vt_error *error)
{
  if (status == VATER_OK && judging->starved)
    status = VATER_E_NOMEM;
  vt_judging_note(judging, UINT32_MAX);
  vt_cel_run_free(judging->run);
  vt_free(&judging->rules->environment->allocator, judging->blocks);
  vt_arena_free(judging->scratch);
  vt_arena_free(judging->arena);
  if (status == VATER_E_NOMEM)
    vt_fail(error, status, NULL, "out of memory while judging by the rules");
  return status;
}

int vt_rules_judge(const struct vt_rules *rules, const struct vt_table *table,
                   const struct vt_rules_context *context, const struct vt_rules_sink *sink,
                   struct vt_error *error)
{
  struct vt_judging judging = {.rules = rules,
                               .table = table,
                               .context = context,
                               .sink = sink,
                               .only = UINT32_MAX,
                               .keep_max = VT_LIMIT_FINDINGS_PER_RULE};
  int status = begin(&judging);
  vt_watch_ended(context->watch, VT_STR("prepare the rows"));
  if (status == VATER_OK)
    status = vt_judging_observations(&judging, error);
  if (status == VATER_OK)
    status = vt_judging_submissions(&judging, error);
  if (status == VATER_OK)
    status = vt_judging_tell(&judging, error);
  vt_watch_ended(context->watch, VT_STR("tell findings"));
  return end(&judging, status, error);
}

int vt_rules_conclude(const struct vt_rules *rules, const struct vt_table *table,
                      const struct vt_rules_context *context,
                      const struct vt_rules_history *history, const struct vt_rules_sink *sink,
                      struct vt_error *error)
{
  struct vt_wide wide = {.history = history};
  struct vt_judging judging = {.rules = rules,
                               .table = table,
                               .context = context,
                               .sink = sink,
                               .wide = &wide,
                               .only = UINT32_MAX,
                               .keep_max = VT_LIMIT_CONCLUSIONS_PER_RULE};
  int status = begin(&judging);
  if (status == VATER_OK)
    status = vt_judging_conclude(&judging);
  if (status == VATER_OK)
    status = vt_judging_tell(&judging, error);
  return end(&judging, status, error);
}

static void read_state(const struct vt_judging *judging, uint64_t counts[VT_OUTCOME_COUNT],
                       uint64_t *cleared)
{
  const struct vt_rule_state *state = &judging->states[judging->only];
  bool info = judging->rules->rules[judging->only].info.severity == VATER_SEVERITY_INFO;
  memcpy(counts, state->counts, sizeof state->counts);
  *cleared = 0;
  for (uint32_t i = 0; i < state->kept_count; i++)
    *cleared += !info && state->kept[i].severity == VATER_SEVERITY_INFO &&
                state->kept[i].outcome == VT_OUTCOME_FAIL;
}

int vt_judging_only(const struct vt_rules *rules, uint32_t rule, const struct vt_table *table,
                    const struct vt_rules_context *context, const struct vt_rules_history *history,
                    uint64_t counts[VT_OUTCOME_COUNT], uint64_t *cleared, struct vt_error *error)
{
  struct vt_wide wide = {.history = history};
  struct vt_judging judging = {.rules = rules,
                               .table = table,
                               .context = context,
                               .wide = history == NULL ? NULL : &wide,
                               .only = rule,
                               .keep_max = VT_LIMIT_FINDINGS_PER_RULE};
  int status = begin(&judging);
  if (status == VATER_OK && history != NULL)
    status = vt_judging_conclude(&judging);
  else if (status == VATER_OK && rules->rules[rule].target == VT_TARGET_OBSERVATION)
    status = vt_judging_observations(&judging, error);
  else if (status == VATER_OK)
    status = vt_judging_submissions(&judging, error);
  if (status == VATER_OK)
    read_state(&judging, counts, cleared);
  return end(&judging, status, error);
}

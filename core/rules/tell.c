#include "base/limits.h"
#include "rules/judging.h"

enum { TEXT_ROOM = 4096 };

/* What is needed to render the texts of one finding. */
struct rendering {
  struct vt_judging *judging;
  const struct vt_rule *rule;
  const struct vt_kept *kept;
  struct vt_selection selection;
  struct vt_submission_frame frame;
  struct vt_wide_frame wide;
  struct vt_buffer text;
  bool hides; /* numbers of observations */
};

static int select_rows(struct rendering *rendering)
{
  struct vt_judging *judging = rendering->judging;
  const struct vt_rule *rule = rendering->rule;
  const struct vt_partition *partition;
  int status = vt_judging_partition(judging, rule, &partition);
  rendering->selection.rows =
      vt_arena_array(judging->scratch, (size_t)judging->table->rows + 1, sizeof(uint32_t));
  if (status != VATER_OK || rendering->selection.rows == NULL)
    return VATER_E_NOMEM;
  vt_judging_select(judging, rule, partition, rendering->kept->part, &rendering->selection);
  vt_judging_frame(judging, rule, &rendering->selection, &rendering->frame);
  for (uint32_t i = 0; i < rendering->selection.count && !rendering->hides; i++)
    rendering->hides = vt_judging_protects(judging, rendering->selection.rows[i]);
  return VATER_OK;
}

static int begin(struct rendering *rendering)
{
  struct vt_judging *judging = rendering->judging;
  const struct vt_rules_scope *scope = &judging->rules->scopes[rendering->rule->target];
  rendering->frame.variables = vt_arena_array(judging->scratch, (size_t)scope->variable_count + 1,
                                              sizeof(struct vt_cel_value));
  if (rendering->frame.variables == NULL)
    return VATER_E_NOMEM;
  if (rendering->rule->target >= VT_TARGET_SERIES) {
    rendering->hides = vt_judging_protects(judging, rendering->kept->part);
    vt_wide_frame(judging, rendering->rule, rendering->kept->part, &rendering->wide,
                  rendering->frame.variables);
    return VATER_OK;
  }
  if (rendering->rule->target != VT_TARGET_OBSERVATION)
    return select_rows(rendering);
  rendering->hides = vt_judging_protects(judging, rendering->kept->row);
  const struct vt_group *group = &judging->groups[judging->row_group[rendering->kept->row]];
  rendering->frame.view = (struct vt_indicator_view){group->indicator, group->collected};
  rendering->frame.indicator =
      (struct vt_cel_getter){vt_rules_indicator_field, &rendering->frame.view};
  vt_judging_variables(judging, scope, &rendering->frame.indicator, rendering->frame.variables);
  rendering->frame.variables[scope->obs] =
      vt_cel_record(scope->observation_type, &judging->observation, rendering->kept->row);
  return VATER_OK;
}

/* A text too long for the buffer is cut, not lost. */
static int render(struct rendering *rendering, const struct vt_cel_template *made,
                  struct vater_str *text)
{
  struct vt_judging *judging = rendering->judging;
  vt_buffer_reset(&rendering->text);
  const struct vt_rules_scope *scope = &judging->rules->scopes[rendering->rule->target];
  if (vt_cel_template_eval_hiding(judging->run, made, rendering->frame.variables,
                                  rendering->hides ? vt_judging_hides : NULL, scope,
                                  &rendering->text) == VATER_E_NOMEM)
    return VATER_E_NOMEM;
  *text = vt_arena_copy(judging->scratch, vt_buffer_str(&rendering->text));
  return text->ptr == NULL ? VATER_E_NOMEM : VATER_OK;
}

static const struct vt_code *cause_of(const struct vt_kept *kept)
{
  return vt_code_find(vt_str(kept->why.cause != NULL ? kept->why.cause : "RULE-ERROR"));
}

/* A rule that could not be evaluated says why; a check's own words follow the rule's. */
static int message_of(struct rendering *rendering, int language, struct vater_str *message)
{
  const struct vt_kept *kept = rendering->kept;
  struct vt_arena *scratch = rendering->judging->scratch;
  struct vater_str own = kept->why.text;
  if (rendering->hides && !kept->why.ours && own.len > 0)
    own = vt_judging_without_digits(scratch, own);
  int status = VATER_OK;
  if (kept->outcome == VT_OUTCOME_ERROR) {
    const struct vt_code *code = cause_of(kept);
    *message = vt_arena_format(scratch, "%s (%.*s)", code == NULL ? "" : code->title[language],
                               VT_STR_ARGS(own));
  } else {
    status = render(rendering, rendering->rule->message[language], message);
    if (status == VATER_OK && own.len > 0)
      *message = vt_arena_format(scratch, "%.*s %.*s", VT_STR_ARGS(*message), VT_STR_ARGS(own));
  }
  return message->ptr == NULL ? VATER_E_NOMEM : status;
}

static int remedy_of(struct rendering *rendering, int language, struct vater_str *remedy)
{
  const struct vt_code *code = cause_of(rendering->kept);
  if (rendering->kept->outcome != VT_OUTCOME_ERROR)
    return render(rendering, rendering->rule->remedy[language], remedy);
  *remedy = vt_str(code == NULL ? "" : code->remedy[language]);
  return VATER_OK;
}

static int tell_finding(struct vt_judging *judging, const struct vt_rule *rule,
                        const struct vt_kept *kept, struct vt_error *error)
{
  const struct vt_table *table = judging->table;
  struct rendering rendering = {.judging = judging, .rule = rule, .kept = kept};
  vt_buffer_init(&rendering.text, &judging->rules->environment->allocator, TEXT_ROOM);
  struct vt_finding finding = {.code = rule->info.code,
                               .severity = kept->severity,
                               .outcome = kept->outcome,
                               .row = kept->row,
                               .column = kept->column,
                               .verdict = judging->wide != NULL ? judging->wide->told[kept->block]
                                                                : kept->block};
  if (kept->row != VT_NO_ROW) {
    finding.page = vt_table_page(table, kept->row);
    finding.offset = table->offsets[kept->row];
  }
  int status = begin(&rendering);
  for (int language = 0; language < VT_LANGUAGE_COUNT && status == VATER_OK; language++) {
    status = message_of(&rendering, language, &finding.message[language]);
    if (status == VATER_OK)
      status = remedy_of(&rendering, language, &finding.remedy[language]);
  }
  if (status == VATER_OK)
    status = judging->sink->finding(judging->sink->context, &finding, error);
  vt_buffer_fini(&rendering.text);
  vt_arena_reset(judging->scratch);
  return status;
}

static int tell_findings(struct vt_judging *judging, uint32_t index, struct vt_error *error)
{
  const struct vt_rule *rule = &judging->rules->rules[index];
  const struct vt_rule_state *state = &judging->states[index];
  int status = VATER_OK;
  for (uint32_t i = 0; i < state->kept_count && status == VATER_OK; i++)
    status = tell_finding(judging, rule, &state->kept[i], error);
  for (int severity = VATER_SEVERITY_ERROR; severity >= 0 && status == VATER_OK; severity--)
    if (state->more[severity] > 0)
      status = judging->sink->more(judging->sink->context, rule->info.code, severity,
                                   state->more[severity], error);
  return status;
}

static uint32_t clamp(uint64_t count)
{
  return count > UINT32_MAX ? UINT32_MAX : (uint32_t)count;
}

static enum vt_verdict verdict_of(const struct vt_block *block)
{
  if (block->errors > 0)
    return VT_VERDICT_REJECTED;
  if (block->undecided > 0)
    return VT_VERDICT_UNDECIDED;
  return block->warnings > 0 ? VT_VERDICT_ACCEPTED_WITH_NOTES : VT_VERDICT_ACCEPTED;
}

/* Over time and actors only what has findings is told. */
static bool is_told(const struct vt_judging *judging, const struct vt_block *block)
{
  return judging->wide == NULL || block->warnings + block->infos + block->undecided > 0;
}

static int number_verdicts(struct vt_judging *judging)
{
  struct vt_wide *wide = judging->wide;
  uint32_t count = 0;
  if (wide == NULL)
    return VATER_OK;
  wide->told = vt_arena_array(judging->arena, (size_t)judging->block_count + 1, sizeof *wide->told);
  for (uint32_t i = 0; wide->told != NULL && i < judging->block_count; i++) {
    wide->told[i] = count;
    count += is_told(judging, &judging->blocks[i]);
  }
  return wide->told == NULL ? VATER_E_NOMEM : VATER_OK;
}

static int tell_verdicts(struct vt_judging *judging, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < judging->block_count && status == VATER_OK; i++) {
    const struct vt_block *block = &judging->blocks[i];
    if (!is_told(judging, block))
      continue;
    struct vt_block_verdict verdict = {.actor = vt_table_text(judging->table, block->actor),
                                       .indicator = vt_table_text(judging->table, block->indicator),
                                       .period = vt_table_text(judging->table, block->period),
                                       .verdict = (uint8_t)verdict_of(block),
                                       .rows = block->rows,
                                       .errors = clamp(block->errors),
                                       .warnings = clamp(block->warnings),
                                       .infos = clamp(block->infos),
                                       .undecided = clamp(block->undecided)};
    status = judging->sink->verdict(judging->sink->context, &verdict, error);
  }
  return status;
}

/* Why nothing was decided, where nothing was. */
static const char *reason_of(const struct vt_judging *judging, uint32_t rule)
{
  const struct vt_rule_state *state = &judging->states[rule];
  const uint64_t *counts = state->counts;
  bool all = counts[VT_OUTCOME_SKIPPED] > 0 && counts[VT_OUTCOME_PASS] == 0 &&
             counts[VT_OUTCOME_FAIL] == 0 && counts[VT_OUTCOME_ERROR] == 0;
  if (!all)
    return "";
  if (state->reason != NULL)
    return state->reason;
  bool types = (judging->rules->rules[rule].fields & 1u << VT_FIELD_ACTOR_TYPE) != 0;
  return types && judging->context->actor_count == 0 ? "needs the actor registry"
                                                     : "a value that it needs is missing";
}

static bool has_outcomes(const struct vt_judging *judging, uint32_t rule)
{
  if (judging->wide == NULL)
    return true;
  for (int i = 0; i < VT_OUTCOME_COUNT; i++)
    if (judging->states[rule].counts[i] > 0)
      return true;
  return false;
}

static int tell_outcomes(struct vt_judging *judging, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < judging->rules->rule_count && status == VATER_OK; i++) {
    const struct vt_rule_state *state = &judging->states[i];
    if (!has_outcomes(judging, i))
      continue;
    struct vt_rule_outcomes outcomes = {.code = judging->rules->rules[i].info.code,
                                        .reason = vt_str(reason_of(judging, i))};
    memcpy(outcomes.counts, state->counts, sizeof outcomes.counts);
    status = judging->sink->rule(judging->sink->context, &outcomes, error);
  }
  return status;
}

int vt_judging_tell(struct vt_judging *judging, struct vt_error *error)
{
  int status = number_verdicts(judging);
  for (uint32_t i = 0; i < judging->rules->rule_count && status == VATER_OK; i++)
    status = tell_findings(judging, i, error);
  if (status == VATER_OK)
    status = tell_verdicts(judging, error);
  return status == VATER_OK ? tell_outcomes(judging, error) : status;
}

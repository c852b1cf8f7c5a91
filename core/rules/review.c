#include "rules/review.h"

#include "base/date.h"
#include "base/limits.h"
#include "rules/bundle.h"

#include <stdio.h>

struct reviewing {
  struct vt_rules_loader loader;
  struct vt_rules *rules;
  struct vt_cel_run *run;
  struct vt_arena *arena;
  struct vt_buffer *meanings; /* by rule */
};

static void say(struct reviewing *reviewing, const char *code, const struct vt_rule *rule,
                const char *member, const char *text)
{
  char pointer[96];
  snprintf(pointer, sizeof pointer, "/rules/%u%s", rule->number, member);
  vt_rules_report(&reviewing->loader, VATER_SEVERITY_WARNING, code, rule->source, pointer, "%s",
                  text);
}

const struct json_t *vt_rules_rule_json(const struct vt_rules *rules, uint32_t index)
{
  struct vt_rule *rule = &rules->rules[index];
  if (rule->json == NULL)
    rule->json = vt_rules_json(rule->node);
  return rule->json;
}

const struct json_t *vt_rules_indicator_json(const struct vt_rules *rules, uint32_t index)
{
  struct vt_indicator *indicator = &rules->indicators[index];
  if (indicator->json == NULL)
    indicator->json = vt_rules_json(indicator->node);
  return indicator->json;
}

void vt_rules_complain(const struct vt_rules *rules, struct vt_diagnostics *diagnostics,
                       uint32_t indicator, const char *member, const char *text)
{
  const struct vt_rules_options options = {.environment = rules->environment};
  struct vt_rules_loader loader = {.options = &options, .diagnostics = diagnostics};
  const struct vt_indicator *found = &rules->indicators[indicator];
  char pointer[96];
  snprintf(pointer, sizeof pointer, "/indicators/%u%s", found->number, member);
  vt_rules_report(&loader, VATER_SEVERITY_ERROR, "RULE-LOAD", found->source, pointer, "%s", text);
}

bool vt_rules_list_name(const struct vt_rules *rules, struct vater_str *name)
{
  *name = rules->list_count > 0 ? rules->lists[0].name : VT_STR_NONE;
  return rules->list_count > 0;
}

bool vt_rules_complete(const struct vt_rules *rules)
{
  return !rules->incomplete;
}

bool vt_rules_sound(const struct vt_rules *rules, uint32_t index)
{
  return !rules->rules[index].faulty;
}

/* ---- what a rule means ------------------------------------------------------------------------
 */

/* An expression without the blanks between its tokens. */
static void append_tight(struct vt_buffer *out, struct vater_str text)
{
  char quote = '\0';
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (quote != '\0') {
      if (c == '\\' && i + 1 < text.len) {
        vt_buffer_char(out, c);
        c = text.ptr[++i];
      } else if (c == quote) {
        quote = '\0';
      }
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      continue;
    }
    vt_buffer_char(out, c);
  }
  vt_buffer_char(out, '\n');
}

static int append_json(const char *bytes, size_t size, void *out)
{
  return vt_buffer_append(out, (struct vater_str){bytes, size}) == VATER_OK ? 0 : -1;
}

int vt_rules_meaning(const struct vt_rules *rules, uint32_t index, struct vt_buffer *out)
{
  static const char *const targets[VT_TARGET_COUNT] = {"observation", "block",  "area", "delivery",
                                                       "series",      "period", "peers"};
  const struct vt_rule *rule = &rules->rules[index];
  vt_buffer_format(out, "%s %u %.*s\n", targets[rule->target], rule->actions,
                   VT_STR_ARGS(rule->info.missing));
  append_tight(out, rule->info.when);
  append_tight(out, rule->info.assert);
  append_tight(out, rule->info.check);
  if (vt_node_member(rule->node, "with") != NULL)
    json_dump_callback(json_object_get(vt_rules_rule_json(rules, index), "with"), append_json, out,
                       JSON_COMPACT | JSON_SORT_KEYS);
  return out->failed ? VATER_E_NOMEM : VATER_OK;
}

/* ---- rules that say nothing -------------------------------------------------------------------
 */

static bool applies(const struct vt_rule *rule, struct vater_str id)
{
  for (uint32_t i = 0; i < rule->info.applies_count; i++)
    if (vt_str_equal(rule->info.applies_to[i], id))
      return true;
  return rule->everything;
}

/* has() of what is not there is no answer that would hold for every observation. */
static bool can_tell(const struct vt_rules_scope *scope, const struct vt_cel_program *program)
{
  uint32_t count;
  const struct vt_cel_reference *references = vt_cel_program_references(program, &count);
  for (uint32_t i = 0; i < count; i++)
    if (references[i].tested && references[i].slot != scope->indicator)
      return false;
  return true;
}

/* Whether the expression has this value for one indicator, whatever is delivered. */
static bool is_always(struct reviewing *reviewing, const struct vt_rule *rule,
                      const struct vt_cel_program *program, const struct vt_indicator *indicator,
                      bool wanted)
{
  const struct vt_rules_scope *scope = &reviewing->rules->scopes[rule->target];
  struct vt_cel_value *values =
      vt_arena_array(reviewing->arena, (size_t)scope->variable_count + 1, sizeof *values);
  const struct vt_indicator_view view = {indicator, indicator != NULL && indicator->info.state ==
                                                                             VT_INDICATOR_ADOPTED};
  const struct vt_cel_getter getter = {vt_rules_indicator_field, &view};
  struct vt_cel_value value;
  if (values == NULL)
    return false;
  for (uint32_t i = 0; i < scope->variable_count; i++)
    values[i] = vt_cel_missing();
  if (scope->indicator != VT_SLOT_NONE)
    values[scope->indicator] = vt_cel_record(scope->indicator_type, &getter, 0);
  for (uint32_t i = 0; i < reviewing->rules->list_count * VT_CODELIST_MAPS; i++)
    values[scope->list_slots[i]] =
        reviewing->rules->lists[i / VT_CODELIST_MAPS].maps[i % VT_CODELIST_MAPS];
  vt_cel_eval(reviewing->run, program, values, &value);
  bool always = value.kind == VT_CEL_BOOL && value.as.truth == wanted;
  vt_arena_reset(reviewing->arena);
  return always;
}

static bool always_for_all(struct reviewing *reviewing, const struct vt_rule *rule,
                           const struct vt_cel_program *program, bool wanted)
{
  const struct vt_rules *rules = reviewing->rules;
  /* a rule for every indicator is also for those of packs that are not here */
  if (program == NULL || rule->everything || !can_tell(&rules->scopes[rule->target], program))
    return false;
  for (uint32_t i = 0; i < rules->indicator_count; i++)
    if (applies(rule, rules->indicators[i].info.id) &&
        !is_always(reviewing, rule, program, &rules->indicators[i], wanted))
      return false;
  return true;
}

static bool is_reported(const struct vt_rule *rule, const struct vt_indicator *indicator)
{
  int64_t from = INT64_MIN, to = INT64_MAX;
  if (indicator->valid_from.len > 0)
    vt_date_parse(indicator->valid_from, &from);
  if (indicator->valid_to.len > 0)
    vt_date_parse(indicator->valid_to, &to);
  return rule->since <= to && rule->until >= from;
}

static void review_indicators(struct reviewing *reviewing, const struct vt_rule *rule)
{
  const struct vt_rules *rules = reviewing->rules;
  uint32_t known = 0, retired = 0, outside = 0;
  for (uint32_t i = 0; i < rules->indicator_count; i++) {
    const struct vt_indicator *indicator = &rules->indicators[i];
    if (!applies(rule, indicator->info.id))
      continue;
    known++;
    retired += indicator->info.state == VT_INDICATOR_RETIRED;
    outside += !is_reported(rule, indicator);
  }
  if (rule->everything || known == 0)
    return;
  if (retired == known)
    say(reviewing, "RULE-DEAD", rule, "/appliesTo", "a dead rule: all its indicators are retired");
  else if (outside == known)
    say(reviewing, "RULE-DEAD", rule, rule->since == INT64_MIN ? "/until" : "/since",
        "a dead rule: none of its indicators is reported in these periods");
}

static void review_conditions(struct reviewing *reviewing, const struct vt_rule *rule)
{
  if (always_for_all(reviewing, rule, rule->when, false))
    say(reviewing, "RULE-DEAD", rule, "/when",
        "a dead rule: this is never true for the indicators that the rule is for");
  else if (always_for_all(reviewing, rule, rule->assert, true))
    say(reviewing, "RULE-DEAD", rule, "/assert",
        "a dead rule: this is always true for the indicators that the rule is for");
}

/* ---- rules that say the same ------------------------------------------------------------------
 */

/* An indicator that both are for; empty: none. */
static struct vater_str shared(const struct vt_rules *rules, const struct vt_rule *a,
                               const struct vt_rule *b)
{
  if (a->since > b->until || b->since > a->until)
    return VT_STR_NONE;
  for (uint32_t i = 0; i < rules->indicator_count; i++)
    if (applies(a, rules->indicators[i].info.id) && applies(b, rules->indicators[i].info.id))
      return rules->indicators[i].info.id;
  return VT_STR_NONE;
}

static void review_overlaps(struct reviewing *reviewing, uint32_t index)
{
  const struct vt_rules *rules = reviewing->rules;
  const struct vt_rule *rule = &rules->rules[index];
  for (uint32_t i = 0; i < index; i++) {
    const struct vt_rule *other = &rules->rules[i];
    if (other->faulty || other->target != rule->target ||
        !vt_str_equal(vt_buffer_str(&reviewing->meanings[i]),
                      vt_buffer_str(&reviewing->meanings[index])))
      continue;
    struct vater_str id = shared(rules, other, rule);
    if (id.len == 0)
      continue;
    char text[400];
    snprintf(text, sizeof text, "asks the same of %.*s as %.*s (%.*s, line %u)", VT_STR_ARGS(id),
             VT_STR_ARGS(other->info.code), VT_STR_ARGS(other->source->file.name),
             other->info.line);
    say(reviewing, "RULE-LOAD", rule, "", text);
    return;
  }
}

static int write_meanings(struct reviewing *reviewing)
{
  struct vt_rules *rules = reviewing->rules;
  int status = VATER_OK;
  for (uint32_t i = 0; i < rules->rule_count; i++) {
    vt_buffer_init(&reviewing->meanings[i], &rules->environment->allocator,
                   4 * VT_LIMIT_EXPRESSION_BYTES);
    if (status == VATER_OK && !rules->rules[i].faulty)
      status = vt_rules_meaning(rules, i, &reviewing->meanings[i]);
  }
  return status;
}

int vt_rules_review(struct vt_rules *rules, struct vt_diagnostics *diagnostics)
{
  const struct vt_allocator *allocator = &rules->environment->allocator;
  const struct vt_rules_options options = {.environment = rules->environment};
  struct reviewing reviewing = {
      .loader = {.options = &options, .rules = rules, .diagnostics = diagnostics},
      .rules = rules,
      .arena = vt_arena_new(allocator, 0)};
  reviewing.meanings =
      vt_alloc(allocator, ((size_t)rules->rule_count + 1) * sizeof *reviewing.meanings);
  int status = reviewing.arena == NULL || reviewing.meanings == NULL
                   ? VATER_E_NOMEM
                   : vt_cel_run_new(allocator, 0, 0, &reviewing.run);
  if (status == VATER_OK) {
    status = write_meanings(&reviewing);
    for (uint32_t i = 0; i < rules->rule_count && status == VATER_OK; i++) {
      if (rules->rules[i].faulty)
        continue;
      review_indicators(&reviewing, &rules->rules[i]);
      review_conditions(&reviewing, &rules->rules[i]);
      review_overlaps(&reviewing, i);
    }
    for (uint32_t i = 0; i < rules->rule_count; i++)
      vt_buffer_fini(&reviewing.meanings[i]);
  }
  vt_diagnostics_sort(diagnostics);
  vt_cel_run_free(reviewing.run);
  vt_free(allocator, reviewing.meanings);
  vt_arena_free(reviewing.arena);
  return status;
}

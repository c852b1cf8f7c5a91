#include "base/date.h"
#include "rules/bundle.h"

#include <stdio.h>

enum { POINTER_ROOM = 192, ACTOR_TYPES = 64, DIMENSIONS = 256 };

static void say(struct vt_rules_loader *loader, int severity, const struct vt_rule *rule,
                const char *member, const char *text)
{
  char pointer[POINTER_ROOM];
  snprintf(pointer, sizeof pointer, "/rules/%u%s", rule->number, member);
  vt_rules_report(loader, severity, "RULE-LOAD", rule->source, pointer, "%s", text);
}

static void unknown_indicator(struct vt_rules_loader *loader, const struct vt_rule *rule,
                              const char *member, struct vater_str id)
{
  struct vt_rules *rules = loader->rules;
  struct vater_str *names = vt_arena_array(rules->arena, rules->indicator_count + 1, sizeof *names);
  for (uint32_t i = 0; names != NULL && i < rules->indicator_count; i++)
    names[i] = rules->indicators[i].info.id;
  struct vater_str near =
      names == NULL ? VT_STR_NONE : vt_str_nearest(id, names, rules->indicator_count);
  char text[256];
  if (near.len > 0)
    snprintf(text, sizeof text, "unknown indicator '%.*s'; did you mean '%.*s'?", VT_STR_ARGS(id),
             VT_STR_ARGS(near));
  else
    snprintf(text, sizeof text, "unknown indicator '%.*s'", VT_STR_ARGS(id));
  say(loader, VATER_SEVERITY_ERROR, rule, member, text);
}

static void lint_applies(struct vt_rules_loader *loader, const struct vt_rule *rule)
{
  for (uint32_t i = 0; i < rule->info.applies_count; i++) {
    char member[32];
    struct vater_str id = rule->info.applies_to[i];
    snprintf(member, sizeof member, "/appliesTo/%u", i);
    if (rule->everything && rule->info.applies_count > 1)
      say(loader, VATER_SEVERITY_ERROR, rule, member, "\"*\" is every indicator; it stands alone");
    else if (!rule->everything && !loader->incomplete &&
             vt_map_get(&loader->rules->ids, id) == NULL)
      unknown_indicator(loader, rule, member, id);
  }
}

static void lint_per(struct vt_rules_loader *loader, const struct vt_rule *rule)
{
  struct vater_str per = vt_rules_text(rule->node, "per");
  bool wide = vt_str_is(per, "period") || vt_str_is(per, "observation");
  if (per.len == 0)
    return;
  if (rule->info.scope != VT_SCOPE_SUBMISSION && rule->info.scope != VT_SCOPE_INDICATOR)
    say(loader, VATER_SEVERITY_ERROR, rule, "/per", "per is for scope submission and indicator");
  else if (wide != (rule->info.scope == VT_SCOPE_INDICATOR))
    say(loader, VATER_SEVERITY_ERROR, rule, "/per",
        "scope submission has per block, area or delivery; scope indicator per period or "
        "observation");
}

/* A rule has an expression or a check, and what belongs to it. */
static void lint_condition(struct vt_rules_loader *loader, const struct vt_rule *rule)
{
  const struct vt_rule_info *info = &rule->info;
  bool checks = vt_node_member(rule->node, "check") != NULL;
  bool asserts = vt_node_member(rule->node, "assert") != NULL;
  if (checks == asserts)
    say(loader, VATER_SEVERITY_ERROR, rule, checks ? "/check" : "",
        checks ? "a rule has either assert or check" : "a rule needs assert, or check");
  if (asserts && !checks && info->missing.len == 0)
    say(loader, VATER_SEVERITY_ERROR, rule, "",
        "missing is absent: say skip, fail or error for observations without the number");
  if (checks && info->when.len > 0)
    say(loader, VATER_SEVERITY_ERROR, rule, "/when", "a check has no when");
  if (!checks && vt_node_member(rule->node, "with") != NULL)
    say(loader, VATER_SEVERITY_ERROR, rule, "/with", "with holds a check's parameters");
  if (checks && info->scope != VT_SCOPE_SUBMISSION)
    say(loader, VATER_SEVERITY_ERROR, rule, "/scope", "a check looks at a submission");
  lint_per(loader, rule);
}

static void lint_severity(struct vt_rules_loader *loader, const struct vt_rule *rule)
{
  bool late = rule->info.scope == VT_SCOPE_SERIES || rule->info.scope == VT_SCOPE_INDICATOR;
  if (late && rule->info.severity == VATER_SEVERITY_ERROR)
    say(loader, VATER_SEVERITY_ERROR, rule, "/severity",
        "rules of scope series and indicator never decide a verdict: warning or info");
  if (rule->explain != VT_EXPLAIN_NONE && rule->info.severity != VATER_SEVERITY_WARNING)
    say(loader, VATER_SEVERITY_ERROR, rule, "/explain",
        "a comment clears, or is required by, a warning");
  if (rule->since > rule->until)
    say(loader, VATER_SEVERITY_ERROR, rule, "/until", "until is before since");
}

static void lint_reference_date(struct vt_rules_loader *loader, const struct vt_rule *rule,
                                const char *member, const struct vater_node *patch)
{
  char where[POINTER_ROOM - 32];
  int64_t day;
  const struct vater_node *date = vt_node_member(patch, "referenceDate");
  if (date == NULL || vt_date_parse(vt_node_text(date), &day))
    return;
  snprintf(where, sizeof where, "%s/referenceDate", member);
  say(loader, VATER_SEVERITY_ERROR, rule, where, "no such day; wanted: YYYY-MM-DD");
}

/* Over time and actors an example is a list of patches, otherwise one. */
static void lint_shapes(struct vt_rules_loader *loader, const struct vt_rule *rule)
{
  bool wide = rule->target >= VT_TARGET_SERIES;
  const struct vater_node *list = vt_node_first(vt_node_member(rule->node, "examples"));
  for (; list != NULL; list = vt_node_next(list)) {
    size_t i = 0;
    const struct vater_node *example =
        vt_node_type(list) == VATER_NODE_LIST ? vt_node_first(list) : NULL;
    for (; example != NULL; example = vt_node_next(example)) {
      char member[64];
      struct vater_str name = vt_node_name(list);
      bool patches = vt_node_type(example) == VATER_NODE_LIST;
      snprintf(member, sizeof member, "/examples/%.*s/%zu", name.len < 20 ? (int)name.len : 20,
               name.ptr, i++);
      if (wide && (!patches || vt_node_length(example) == 0))
        say(loader, VATER_SEVERITY_ERROR, rule, member,
            "an example over time or actors is a list of patches, one a submission: [{…}, {}]");
      else if (!wide && patches)
        say(loader, VATER_SEVERITY_ERROR, rule, member,
            "an example of this scope is one patch; a list is for scopes series and indicator");
      lint_reference_date(loader, rule, member, example);
      for (uint32_t n = 0; patches && n < vt_node_length(example); n++) {
        char item[POINTER_ROOM - 64];
        snprintf(item, sizeof item, "%s/%u", member, n);
        lint_reference_date(loader, rule, item, vt_node_item(example, n));
      }
    }
  }
}

static bool applies(const struct vt_rule *rule, const struct vt_indicator *indicator)
{
  for (uint32_t i = 0; i < rule->info.applies_count; i++)
    if (vt_str_equal(rule->info.applies_to[i], indicator->info.id))
      return true;
  return rule->everything;
}

/* The breakdowns of the indicators that a rule is for. */
static size_t dimensions_of(const struct vt_rules *rules, const struct vt_rule *rule,
                            struct vater_str names[DIMENSIONS])
{
  size_t count = 0;
  for (uint32_t i = 0; i < rules->indicator_count; i++) {
    const struct vater_node *dimension;
    if (!applies(rule, &rules->indicators[i]))
      continue;
    dimension = vt_node_first(vt_node_member(rules->indicators[i].node, "breakdowns"));
    for (; dimension != NULL && count < DIMENSIONS; dimension = vt_node_next(dimension))
      names[count++] = vt_node_name(dimension);
  }
  return count;
}

static void lint_dimension(struct vt_rules_loader *loader, const struct vt_rule *rule,
                           const char *member, struct vater_str name)
{
  struct vater_str names[DIMENSIONS];
  char text[256];
  size_t count = dimensions_of(loader->rules, rule, names);
  bool known = count == 0; /* indicators without breakdowns leave them to their rules */
  for (size_t i = 0; i < count; i++)
    known = known || vt_str_equal(names[i], name);
  if (known)
    return;
  struct vater_str near = vt_str_nearest(name, names, count);
  if (near.len > 0)
    snprintf(text, sizeof text,
             "dimension() of '%.*s', which no indicator of the rule is broken down by; did you "
             "mean '%.*s'?",
             VT_STR_ARGS(name), VT_STR_ARGS(near));
  else
    snprintf(text, sizeof text,
             "dimension() of '%.*s', which no indicator of the rule is broken down by",
             VT_STR_ARGS(name));
  say(loader, VATER_SEVERITY_ERROR, rule, member, text);
}

/* dimension(obs.breakdown, 'sex') with the name as a text, which is how it is written. */
static void lint_dimensions(struct vt_rules_loader *loader, const struct vt_rule *rule,
                            const char *member, struct vater_str expression)
{
  const struct vater_str call = VT_STR("dimension(");
  size_t at = vt_str_find(expression, call, 0);
  for (; at < expression.len; at = vt_str_find(expression, call, at + 1)) {
    size_t end = vt_str_find(expression, VT_STR(")"), at);
    size_t comma = vt_str_find(expression, VT_STR(","), at);
    struct vater_str name = vt_str_trim(vt_str_slice(expression, comma + 1, end));
    bool text = comma < end && name.len > 2 && (name.ptr[0] == '\'' || name.ptr[0] == '"') &&
                name.ptr[name.len - 1] == name.ptr[0];
    if (text)
      lint_dimension(loader, rule, member, vt_str_slice(name, 1, name.len - 1));
  }
}

static void lint_examples(struct vt_rules_loader *loader, const struct vt_rule *rule)
{
  struct vater_str id = vt_rules_text(vt_node_member(rule->node, "examples"), "indicator");
  bool whole = loader->options->directory != NULL && !loader->incomplete;
  if (id.len > 0 && whole && vt_map_get(&loader->rules->ids, id) == NULL)
    say(loader, VATER_SEVERITY_WARNING, rule, "/examples/indicator",
        "the indicator is not in these packs, so the examples are not run");
  if (rule->everything && id.len == 0 && rule->info.passing + rule->info.failing > 0)
    say(loader, VATER_SEVERITY_ERROR, rule, "/examples",
        "indicator is absent: say whose sample the examples patch");
  if (rule->info.passing == 0 && rule->info.failing == 0)
    say(loader, VATER_SEVERITY_WARNING, rule, "/examples", "no example passes, and none fails");
  else if (rule->info.passing == 0 || rule->info.failing == 0)
    say(loader, VATER_SEVERITY_WARNING, rule, "/examples",
        rule->info.passing == 0 ? "no example passes" : "no example fails");
}

/* A type of actors that the bundle's list of them has, where it has such a list. */
static void lint_reporters(struct vt_rules_loader *loader, const struct vt_indicator *indicator)
{
  const struct vater_str list = VT_STR("actorTypes");
  struct vater_str names[ACTOR_TYPES];
  size_t count = vt_rules_code_names(loader->rules, list, names, ACTOR_TYPES), index = 0;
  const struct vater_node *item = vt_node_first(vt_node_member(indicator->node, "reportedBy"));
  for (; item != NULL && count > 0; item = vt_node_next(item), index++) {
    char pointer[POINTER_ROOM];
    struct vater_str type = vt_rules_item_text(item);
    if (vt_rules_code_known(loader->rules, list, type))
      continue;
    struct vater_str near = vt_str_nearest(type, names, count);
    snprintf(pointer, sizeof pointer, "/indicators/%u/reportedBy/%zu", indicator->number, index);
    if (near.len > 0)
      vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", indicator->source, pointer,
                      "'%.*s' is no type of actors; did you mean '%.*s'?", VT_STR_ARGS(type),
                      VT_STR_ARGS(near));
    else
      vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", indicator->source, pointer,
                      "'%.*s' is no type of actors (code list actorTypes)", VT_STR_ARGS(type));
  }
}

/* A period as the indicator has them, or a year. */
static void lint_validity(struct vt_rules_loader *loader, const struct vt_indicator *indicator)
{
  static const char *const kinds[] = {"year", "tertial", "quarter", "month"};
  static const char *const wanted[] = {"2026", "2026-T1", "2026-Q3", "2026-07"};
  static const char *const members[] = {"validFrom", "validTo"};
  for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
    char pointer[POINTER_ROOM];
    struct vt_period period;
    if (!vt_period_parse(vt_rules_text(indicator->node, members[i]), &period) ||
        period.kind == VT_PERIOD_YEAR || vt_str_is(indicator->info.frequency, kinds[period.kind]))
      continue;
    size_t kind = 0;
    while (kind < sizeof kinds / sizeof *kinds &&
           !vt_str_is(indicator->info.frequency, kinds[kind]))
      kind++;
    if (kind == sizeof kinds / sizeof *kinds)
      continue;
    snprintf(pointer, sizeof pointer, "/indicators/%u/%s", indicator->number, members[i]);
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", indicator->source, pointer,
                    "is a %s, and the indicator's frequency is %s; wanted: a year, or such as %s",
                    kinds[period.kind], kinds[kind], wanted[kind]);
  }
}

static void lint_indicator(struct vt_rules_loader *loader, const struct vt_indicator *indicator)
{
  lint_reporters(loader, indicator);
  lint_validity(loader, indicator);
  char pointer[POINTER_ROOM];
  const struct vater_node *plausible = vt_node_member(indicator->node, "plausible");
  const struct vater_node *min = vt_node_member(plausible, "min"),
                          *max = vt_node_member(plausible, "max");
  snprintf(pointer, sizeof pointer, "/indicators/%u/plausible", indicator->number);
  double low, high;
  if (vt_node_number(min, &low) && vt_node_number(max, &high) && low > high)
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", indicator->source, pointer,
                    "min is greater than max");
  snprintf(pointer, sizeof pointer, "/indicators/%u/validTo", indicator->number);
  if (indicator->valid_to.len > 0 && vt_str_compare(indicator->valid_to, indicator->valid_from) < 0)
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", indicator->source, pointer,
                    "validTo is before validFrom");
}

static void lint_pack(struct vt_rules_loader *loader, const struct vt_rules_source *source)
{
  struct vater_str name = vt_rules_text(source->root, "pack"), file = source->file.name;
  struct vater_str stem = vt_str_slice(file, 0, file.len > 5 ? file.len - 5 : file.len);
  if (!source->code_list && name.len > 0 && !vt_str_equal(name, stem))
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, "/pack",
                    "the pack is named '%.*s', its file '%.*s'", VT_STR_ARGS(name),
                    VT_STR_ARGS(file));
}

/* Bits in words of 32. */
static uint32_t naming_words(const struct vt_rules *rules)
{
  return rules->rule_count / 32 + 1;
}

static int index_rules(struct vt_rules *rules, const struct vt_indicator *indicator,
                       uint32_t *naming, uint32_t **indices, uint32_t *count)
{
  uint32_t found = 0;
  for (uint32_t i = 0; i < rules->rule_count; i++) {
    const struct vt_rule *rule = &rules->rules[i];
    if (indicator == NULL ? rule->everything : applies(rule, indicator)) {
      naming[i / 32] |= 1u << i % 32;
      found++;
    }
  }
  *indices = vt_arena_array(rules->arena, found + 1, sizeof **indices);
  if (*indices == NULL)
    return VATER_E_NOMEM;
  *count = 0;
  for (uint32_t i = 0; i < rules->rule_count; i++)
    if ((naming[i / 32] >> i % 32 & 1) != 0)
      (*indices)[(*count)++] = i;
  return VATER_OK;
}

/* Every indicator's bits beside the others', so that asking touches little memory. */
static int index_all(struct vt_rules *rules)
{
  size_t words = naming_words(rules);
  uint32_t *naming =
      vt_arena_array(rules->arena, ((size_t)rules->indicator_count + 1) * words, sizeof *naming);
  if (naming == NULL)
    return VATER_E_NOMEM;
  memset(naming, 0, ((size_t)rules->indicator_count + 1) * words * sizeof *naming);
  rules->unknown_naming = naming;
  int status = index_rules(rules, NULL, naming, &rules->unknown_rules, &rules->unknown_count);
  for (uint32_t i = 0; i < rules->indicator_count && status == VATER_OK; i++) {
    struct vt_indicator *indicator = &rules->indicators[i];
    indicator->naming = naming + (i + 1) * words;
    status =
        index_rules(rules, indicator, indicator->naming, &indicator->rules, &indicator->rule_count);
  }
  return status;
}

/* Codes are told of every rule: they stand beside each other, and not each in its file's text. */
static int gather_codes(struct vt_rules *rules)
{
  size_t size = 0;
  for (uint32_t i = 0; i < rules->rule_count; i++)
    size += rules->rules[i].info.code.len;
  char *at = vt_arena_bytes(rules->arena, size + 1);
  if (at == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < rules->rule_count; i++) {
    struct vater_str *code = &rules->rules[i].info.code;
    if (code->len > 0)
      memcpy(at, code->ptr, code->len);
    code->ptr = at;
    at += code->len;
  }
  return VATER_OK;
}

int vt_rules_lint(struct vt_rules_loader *loader)
{
  struct vt_rules *rules = loader->rules;
  for (uint32_t i = 0; i < rules->source_count; i++)
    lint_pack(loader, rules->sources[i]);
  for (uint32_t i = 0; i < rules->rule_count; i++) {
    struct vt_rule *rule = &rules->rules[i];
    uint32_t errors = loader->diagnostics->errors;
    lint_applies(loader, rule);
    lint_condition(loader, rule);
    lint_severity(loader, rule);
    lint_examples(loader, rule);
    lint_shapes(loader, rule);
    if (!rule->everything && !loader->incomplete) {
      lint_dimensions(loader, rule, "/when", rule->info.when);
      lint_dimensions(loader, rule, "/assert", rule->info.assert);
    }
    if (loader->diagnostics->errors > errors)
      rule->faulty = true;
  }
  for (uint32_t i = 0; i < rules->indicator_count; i++)
    lint_indicator(loader, &rules->indicators[i]);
  int status = index_all(rules);
  return status == VATER_OK ? gather_codes(rules) : status;
}

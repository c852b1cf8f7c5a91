#include "base/limits.h"
#include "rules/bundle.h"

#include <stdio.h>

/* What is being compiled, and where it stands. */
struct unit {
  struct vt_rules_loader *loader;
  const struct vt_rule *rule;
  struct vt_rules_place place;
  struct vt_cel_source source;
};

static struct vt_cel_source *begin(struct unit *unit, const char *member, struct vater_str text)
{
  snprintf(unit->place.pointer, sizeof unit->place.pointer, "/rules/%u/%s", unit->rule->number,
           member);
  unit->place.source = unit->rule->source;
  unit->place.diagnostics = unit->loader->diagnostics;
  unit->place.allocator = &unit->loader->options->environment->allocator;
  unit->source = (struct vt_cel_source){.text = text,
                                        .code = "RULE-LOAD",
                                        .cost_code = "RULE-COST",
                                        .name = unit->rule->source->path,
                                        .pointer = vt_str(unit->place.pointer),
                                        .document = unit->rule->source->file.bytes,
                                        .place = vt_rules_place_byte,
                                        .context = &unit->place};
  return &unit->source;
}

static int compile(struct unit *unit, const char *member, struct vater_str text,
                   struct vt_cel_program **program)
{
  struct vt_rules_loader *loader = unit->loader;
  struct vt_rules *rules = loader->rules;
  if (text.len == 0)
    return VATER_OK;
  struct vt_cel_source *source = begin(unit, member, text);
  int status = vt_cel_compile(rules->scopes[unit->rule->target].environment, source, "bool",
                              rules->arena, loader->diagnostics, program);
  if (status != VATER_OK)
    return status == VATER_E_NOMEM ? status : VATER_OK;
  uint64_t cost = vt_cel_program_cost(*program);
  if (cost > VT_LIMIT_EXPRESSION_STEPS)
    vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-COST", unit->rule->source,
                    unit->place.pointer,
                    "may take more than %llu steps (limit EXPRESSION_STEPS); loops within loops "
                    "over rows are the usual reason",
                    (unsigned long long)VT_LIMIT_EXPRESSION_STEPS);
  return VATER_OK;
}

static int compile_texts(struct unit *unit, const char *member,
                         const struct vater_str texts[VT_LANGUAGE_COUNT],
                         struct vt_cel_template *made[VT_LANGUAGE_COUNT])
{
  struct vt_rules *rules = unit->loader->rules;
  for (int language = 0; language < VT_LANGUAGE_COUNT; language++) {
    char path[32];
    snprintf(path, sizeof path, "%s/%s", member, vt_language_name((enum vt_language)language));
    if (texts[language].len == 0)
      continue;
    struct vt_cel_source *source = begin(unit, path, texts[language]);
    int status = vt_cel_template_compile(rules->scopes[unit->rule->target].environment, source,
                                         rules->arena, unit->loader->diagnostics, &made[language]);
    if (status == VATER_E_NOMEM)
      return status;
  }
  return VATER_OK;
}

static const int field_columns[VT_FIELD_COUNT] = {
    [VT_FIELD_INDICATOR] = VATER_COLUMN_INDICATOR,
    [VT_FIELD_ACTOR] = VATER_COLUMN_ACTOR,
    [VT_FIELD_ACTOR_TYPE] = VATER_COLUMN_ACTOR,
    [VT_FIELD_PERIOD] = VATER_COLUMN_PERIOD,
    [VT_FIELD_FREQUENCY] = VATER_COLUMN_PERIOD,
    [VT_FIELD_PERIOD_START] = VATER_COLUMN_PERIOD,
    [VT_FIELD_PERIOD_END] = VATER_COLUMN_PERIOD,
    [VT_FIELD_AS_OF] = VATER_COLUMN_AS_OF,
    [VT_FIELD_AREA] = VATER_COLUMN_AREA,
    [VT_FIELD_AREA_ROLE] = VATER_COLUMN_AREA_ROLE,
    [VT_FIELD_BREAKDOWN] = VATER_COLUMN_BREAKDOWN,
    [VT_FIELD_BREAKDOWN_KNOWN] = VATER_COLUMN_BREAKDOWN,
    [VT_FIELD_NUMERATOR] = VATER_COLUMN_NUMERATOR,
    [VT_FIELD_DENOMINATOR] = VATER_COLUMN_DENOMINATOR,
    [VT_FIELD_VALUE] = VATER_COLUMN_VALUE,
    [VT_FIELD_UNIT] = VATER_COLUMN_UNIT,
    [VT_FIELD_STATUS] = VATER_COLUMN_STATUS,
    [VT_FIELD_ACTION] = VATER_COLUMN_ACTION,
    [VT_FIELD_REASON] = VATER_COLUMN_REASON,
    [VT_FIELD_MISSING] = VATER_COLUMN_MISSING,
    [VT_FIELD_SAMPLE_SIZE] = VATER_COLUMN_SAMPLE_SIZE,
    [VT_FIELD_SAMPLE_MARGIN] = VATER_COLUMN_SAMPLE_MARGIN,
    [VT_FIELD_SAMPLE_WEIGHTED] = VATER_COLUMN_SAMPLE_WEIGHTED,
    [VT_FIELD_COMMENT_CODE] = VATER_COLUMN_COMMENT_CODE,
    [VT_FIELD_COMMENT_TEXT] = VATER_COLUMN_COMMENT_TEXT,
    [VT_FIELD_NUMERATOR_DECIMALS] = VATER_COLUMN_NUMERATOR,
    [VT_FIELD_DENOMINATOR_DECIMALS] = VATER_COLUMN_DENOMINATOR,
    [VT_FIELD_VALUE_DECIMALS] = VATER_COLUMN_VALUE,
};

/* Notes which fields of `obs` an expression reads; `point`: a finding points at the first. */
static void note_fields(const struct vt_rules *rules, struct vt_rule *rule,
                        const struct vt_cel_program *program, bool point)
{
  uint32_t count = 0;
  if (rules->scopes[rule->target].obs == VT_SLOT_NONE || program == NULL)
    return;
  const struct vt_cel_reference *references = vt_cel_program_references(program, &count);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t field = references[i].field;
    if (references[i].slot != rules->scopes[rule->target].obs || field >= VT_FIELD_COUNT)
      continue;
    rule->fields |= 1u << field;
    if (point && rule->column == VATER_COLUMN_NONE)
      rule->column = field_columns[field];
  }
}

static struct vater_str nearest_check(const struct vt_registry *plugins, struct vt_arena *arena,
                                      struct vater_str wanted)
{
  uint32_t count = 0, room = 0;
  for (uint32_t i = 0; plugins != NULL && i < plugins->count; i++)
    room += plugins->plugins[i]->info.check_count;
  struct vater_str *names = vt_arena_array(arena, room + 1, sizeof *names);
  if (names == NULL || plugins == NULL)
    return VT_STR_NONE;
  for (uint32_t i = 0; i < plugins->count; i++) {
    const struct vt_plugin *plugin = plugins->plugins[i];
    for (uint32_t n = 0; n < plugin->info.check_count; n++)
      names[count++] = vt_arena_format(arena, "%s.%s", plugin->info.name, plugin->checks[n].name);
  }
  return vt_str_nearest(wanted, names, count);
}

static void unknown_check(struct unit *unit, const char *pointer)
{
  struct vt_rules *rules = unit->loader->rules;
  struct vater_str wanted = unit->rule->info.check;
  struct vater_str near = nearest_check(rules->plugins, rules->arena, wanted);
  if (near.len > 0)
    vt_rules_report(unit->loader, VATER_SEVERITY_ERROR, "RULE-LOAD", unit->rule->source, pointer,
                    "no plugin has the check '%.*s'; did you mean '%.*s'?", VT_STR_ARGS(wanted),
                    VT_STR_ARGS(near));
  else
    vt_rules_report(unit->loader, VATER_SEVERITY_ERROR, "RULE-LOAD", unit->rule->source, pointer,
                    "no loaded plugin has the check '%.*s'", VT_STR_ARGS(wanted));
}

static int bind_check(struct unit *unit, struct vt_rule *rule)
{
  struct vt_rules *rules = unit->loader->rules;
  char pointer[64];
  if (rule->info.check.len == 0)
    return VATER_OK;
  snprintf(pointer, sizeof pointer, "/rules/%u/check", rule->number);
  rule->check = rules->plugins == NULL
                    ? NULL
                    : vt_registry_check(rules->plugins, rule->info.check, &rule->plugin);
  if (rule->check == NULL) {
    unknown_check(unit, pointer);
    return VATER_OK;
  }
  char owner[96], path[64];
  snprintf(owner, sizeof owner, "check '%.*s'", VT_STR_ARGS(rule->info.check));
  snprintf(path, sizeof path, "/rules/%u/with", rule->number);
  struct vater_str source = rule->source->path;
  struct vt_config_origin origin = {
      .owner = owner, .source = source.ptr, .document = rule->source->file.bytes, .pointer = path};
  const struct vater_node *node = vt_node_member(rule->node, "with");
  json_t *with = vt_rules_json(node);
  if (node != NULL && with == NULL) {
    vt_rules_report(unit->loader, VATER_SEVERITY_ERROR, "RULE-LOAD", rule->source, path,
                    "cannot be read; is a number too large?");
    return VATER_OK;
  }
  int status = vt_config_parse(rule->check->settings, with, &origin, rules->arena,
                               unit->loader->diagnostics, &rule->with);
  json_decref(with);
  return status == VATER_E_CONFIG ? VATER_OK : status;
}

int vt_rules_compile(struct vt_rules_loader *loader)
{
  struct vt_rules *rules = loader->rules;
  int status = VATER_OK;
  for (uint32_t i = 0; i < rules->rule_count && status == VATER_OK; i++) {
    struct vt_rule *rule = &rules->rules[i];
    struct unit unit = {.loader = loader, .rule = rule};
    uint32_t errors = loader->diagnostics->errors;
    status = compile(&unit, "when", rule->info.when, &rule->when);
    if (status == VATER_OK)
      status = compile(&unit, "assert", rule->info.assert, &rule->assert);
    if (status == VATER_OK)
      status = compile_texts(&unit, "message", rule->info.message, rule->message);
    if (status == VATER_OK)
      status = compile_texts(&unit, "remedy", rule->info.remedy, rule->remedy);
    if (status == VATER_OK)
      status = bind_check(&unit, rule);
    note_fields(rules, rule, rule->assert, true);
    note_fields(rules, rule, rule->when, false);
    if (rules->scopes[rule->target].faulty || loader->diagnostics->errors > errors)
      rule->faulty = true;
  }
  return status;
}

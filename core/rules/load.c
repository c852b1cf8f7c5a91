#include "rules/rules.h"

#include "base/limits.h"
#include "rules/bundle.h"

static int make(const struct vt_rules_options *options, struct vt_rules **made)
{
  const struct vt_allocator *allocator = &options->environment->allocator;
  struct vt_arena *arena = vt_arena_new(allocator, 0);
  struct vt_rules *rules = arena == NULL ? NULL : vt_arena_alloc(arena, sizeof *rules);
  if (rules == NULL) {
    vt_arena_free(arena);
    return VATER_E_NOMEM;
  }
  rules->arena = arena;
  rules->environment = options->environment;
  rules->plugins = options->plugins;
  options->environment->random.fill(options->environment->random.context, &rules->seed,
                                    sizeof rules->seed);
  vt_map_init(&rules->codes, allocator, (uint32_t)VT_LIMIT_RULES, rules->seed);
  vt_map_init(&rules->ids, allocator, (uint32_t)VT_LIMIT_RULES, rules->seed);
  rules->call = vt_arena_alloc(arena, sizeof *rules->call);
  *made = rules;
  if (rules->call == NULL)
    return VATER_E_NOMEM;
  int status = vt_call_init(rules->call, options->environment, NULL, "check");
  rules->call->watch = options->watch;
  return status;
}

static int load_all(struct vt_rules_loader *loader)
{
  static const struct {
    int (*run)(struct vt_rules_loader *);
    const char *name;
  } stages[] = {{vt_rules_read, "list"},       {vt_rules_take, "take"},
                {vt_rules_declare, "declare"}, {vt_rules_compile, "compile"},
                {vt_rules_lint, "lint"},       {vt_rules_index, "index"}};
  int status = VATER_OK;
  for (size_t i = 0; i < sizeof stages / sizeof *stages && status == VATER_OK; i++) {
    status = stages[i].run(loader);
    vt_watch_ended(loader->options->watch, vt_str(stages[i].name));
  }
  vt_rules_take_disclosure(loader->rules);
  return status;
}

int vt_rules_load(const struct vt_rules_options *options, struct vt_rules **rules,
                  struct vt_diagnostics *diagnostics)
{
  *rules = NULL;
  uint32_t errors = diagnostics->errors;
  struct vt_rules *made = NULL;
  struct vt_rules_loader loader = {.options = options, .diagnostics = diagnostics};
  int status = make(options, &made);
  if (status == VATER_OK) {
    loader.rules = made;
    loader.next = &made->first;
    vt_map_init(&loader.names, &options->environment->allocator, UINT32_MAX - 1, made->seed);
    status = load_all(&loader);
    vt_map_fini(&loader.names);
    vt_diagnostics_sort(diagnostics);
  }
  if (status == VATER_OK && diagnostics->errors > errors)
    status = VATER_E_RULE;
  if (made != NULL)
    made->incomplete = loader.incomplete;
  if (status == VATER_OK || (status == VATER_E_RULE && options->reviewed))
    *rules = made;
  else
    vt_rules_free(made);
  return status;
}

void vt_rules_free(struct vt_rules *rules)
{
  if (rules == NULL)
    return;
  for (uint32_t i = 0; i < rules->rule_count; i++) {
    vt_config_free(rules->rules[i].with);
    json_decref(rules->rules[i].json);
  }
  for (uint32_t i = 0; i < rules->indicator_count; i++)
    json_decref(rules->indicators[i].json);
  for (int i = 0; i < VT_TARGET_COUNT; i++)
    vt_cel_environment_free(rules->scopes[i].environment);
  for (uint32_t i = 0; i < rules->source_count; i++)
    vt_rules_close(rules, rules->sources[i]);
  vt_map_fini(&rules->codes);
  vt_map_fini(&rules->ids);
  if (rules->call != NULL)
    vt_call_fini(rules->call);
  vt_arena_free(rules->arena);
}

size_t vt_rules_file_count(const struct vt_rules *rules)
{
  return rules->source_count;
}

const struct vt_rules_file *vt_rules_file(const struct vt_rules *rules, size_t index)
{
  return index < rules->source_count ? &rules->files[index] : NULL;
}

static const char *const scope_names[] = {"observation", "submission", "series", "indicator"};
static const char *const state_names[] = {"proposed", "adopted", "retired"};

const char *vt_scope_name(enum vt_rule_scope scope)
{
  return (unsigned)scope <= VT_SCOPE_INDICATOR ? scope_names[scope] : "?";
}

const char *vt_indicator_state_name(enum vt_indicator_state state)
{
  return (unsigned)state <= VT_INDICATOR_RETIRED ? state_names[state] : "?";
}

uint32_t vt_rules_count(const struct vt_rules *rules)
{
  return rules->rule_count;
}

const struct vt_rule_info *vt_rules_info(const struct vt_rules *rules, uint32_t index)
{
  return index < rules->rule_count ? &rules->rules[index].info : NULL;
}

const struct vt_rule_info *vt_rules_find(const struct vt_rules *rules, struct vater_str code)
{
  const uint64_t *index = vt_map_get(&rules->codes, code);
  return index == NULL ? NULL : &rules->rules[*index].info;
}

int vt_rules_goal(const struct vt_rules *rules, uint32_t index)
{
  return index < rules->rule_count ? (int)vt_rules_integer(rules->rules[index].source->root, "goal")
                                   : 0;
}

uint32_t vt_rules_indicator_count(const struct vt_rules *rules)
{
  return rules->indicator_count;
}

const struct vt_indicator_info *vt_rules_indicator(const struct vt_rules *rules, uint32_t index)
{
  return index < rules->indicator_count ? &rules->indicators[index].info : NULL;
}

#include "rules/mutate.h"

#include "base/limits.h"
#include "doc/place.h"
#include "rules/judging.h"

#include <stdio.h>

/* One of a rule's expressions, being changed. */
struct changing {
  struct vt_rules *rules;
  uint32_t rule;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_rule_mutant *mutants;
  uint32_t count;
};

static void find_place(const struct changing *changing, struct vt_rule_mutant *mutant)
{
  const struct vt_rule *rule = &changing->rules->rules[changing->rule];
  struct vt_rules_place place = {.source = rule->source,
                                 .allocator = &changing->rules->environment->allocator,
                                 .diagnostics = &changing->diagnostics};
  struct vater_str line;
  snprintf(place.pointer, sizeof place.pointer, "/rules/%u/%s", rule->number, mutant->member);
  vt_text_place(rule->source->file.bytes, vt_rules_place_byte(&place, mutant->change.offset),
                &mutant->line, &mutant->column, &line);
}

static int add_mutants(struct changing *changing, const char *member, struct vater_str text)
{
  const struct vt_rule *rule = &changing->rules->rules[changing->rule];
  struct vt_cel_mutant *changes = NULL;
  uint32_t count = 0;
  int status = text.len == 0 ? VATER_OK : vt_cel_mutants(text, changing->arena, &changes, &count);
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    struct vt_rule_mutant *made = &changing->mutants[changing->count];
    *made = (struct vt_rule_mutant){
        .rule = changing->rule,
        .member = member,
        .change = changes[i],
        .from = vt_str_slice(text, changes[i].offset, changes[i].offset + changes[i].width),
        .expression = vt_cel_mutate(text, &changes[i], changing->arena)};
    struct vt_cel_source source = {.text = made->expression};
    vt_diagnostics_init(&changing->diagnostics, changing->arena);
    status = vt_cel_compile(changing->rules->scopes[rule->target].environment, &source, "bool",
                            changing->arena, &changing->diagnostics, &made->program);
    if (status == VATER_E_RULE) { /* && for || may have no type: no mutant */
      status = VATER_OK;
      continue;
    }
    vt_diagnostics_init(&changing->diagnostics, changing->arena);
    find_place(changing, made);
    changing->count++;
  }
  return status;
}

int vt_rules_mutants(struct vt_rules *rules, uint32_t rule, struct vt_arena *arena,
                     struct vt_rule_mutant **mutants, uint32_t *count)
{
  const struct vt_rule_info *info = &rules->rules[rule].info;
  struct changing changing = {.rules = rules, .rule = rule, .arena = arena};
  changing.mutants =
      vt_arena_array(arena, 2 * (info->when.len + info->assert.len) + 1, sizeof *changing.mutants);
  int status = changing.mutants == NULL ? VATER_E_NOMEM : VATER_OK;
  if (status == VATER_OK)
    status = add_mutants(&changing, "when", info->when);
  if (status == VATER_OK)
    status = add_mutants(&changing, "assert", info->assert);
  *mutants = changing.mutants;
  *count = changing.count;
  return status;
}

int vt_rules_try(struct vt_rules *rules, uint32_t rule, const struct vt_rule_mutant *mutant,
                 const struct vt_table *table, const struct vt_rules_context *context,
                 const struct vt_rules_history *history, uint64_t counts[VT_OUTCOME_COUNT],
                 uint64_t *cleared, struct vt_error *error)
{
  struct vt_rule *changed = &rules->rules[rule];
  struct vt_cel_program *when = changed->when, *assert = changed->assert;
  if (mutant != NULL && strcmp(mutant->member, "when") == 0)
    changed->when = mutant->program;
  else if (mutant != NULL)
    changed->assert = mutant->program;
  int status = vt_judging_only(rules, rule, table, context, history, counts, cleared, error);
  changed->when = when;
  changed->assert = assert;
  return status;
}

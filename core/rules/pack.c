#include "base/date.h"
#include "base/limits.h"
#include "rules/bundle.h"

#include <stdio.h>

enum { POINTER_ROOM = 128 };

static const char *const scope_words[] = {"observation", "submission", "series", "indicator"};
static const char *const state_words[] = {"proposed", "adopted", "retired"};
static const char *const severity_words[] = {"info", "warning", "error"};
static const char *const missing_words[] = {"skip", "fail", "error"};
static const char *const explain_words[] = {"", "clears", "required"};
static const char *const action_words[] = {"report", "correct", "withdraw"};

/* Index of the word, `fallback` where it is none of them: the schema told that already. */
static int word_index(struct vater_str word, const char *const *words, int count, int fallback)
{
  for (int i = 0; i < count; i++)
    if (vt_str_is(word, words[i]))
      return i;
  return fallback;
}

#define WORD(text, words, fallback) \
  word_index(text, words, (int)(sizeof(words) / sizeof *(words)), fallback)

/* First or last day of a period; the fallback where there is none, or none that is a period, which
 * the schema has told. */
static int64_t day_of(const struct vater_node *object, const char *member, bool last,
                      int64_t fallback)
{
  struct vt_period period;
  if (!vt_period_parse(vt_rules_text(object, member), &period))
    return fallback;
  return last ? period.end : period.start;
}

static int text_list(struct vt_rules *rules, const struct vater_node *list,
                     struct vt_cel_value *value)
{
  uint32_t count = vt_node_length(list), i = 0;
  struct vt_cel_value *items = vt_arena_array(rules->arena, (size_t)count + 1, sizeof *items);
  if (items == NULL)
    return VATER_E_NOMEM;
  for (const struct vater_node *item = vt_node_first(list); item != NULL; item = vt_node_next(item))
    items[i++] = vt_cel_string(vt_rules_item_text(item));
  *value = vt_cel_list_new(rules->arena, items, count);
  return value->kind == VT_CEL_LIST ? VATER_OK : VATER_E_NOMEM;
}

static int day_text(struct vt_rules *rules, int64_t day, int64_t none, struct vater_str *text)
{
  char buffer[16];
  *text = VT_STR_NONE;
  if (day == none)
    return VATER_OK;
  size_t len = vt_date_print(day, buffer);
  *text = vt_arena_copy(rules->arena, (struct vater_str){buffer, len});
  return text->ptr == NULL ? VATER_E_NOMEM : VATER_OK;
}

static void told_twice(struct vt_rules_loader *loader, const struct vt_rules_source *source,
                       const char *base, const char *member, struct vater_str name,
                       struct vater_str file, uint32_t line)
{
  char pointer[POINTER_ROOM];
  snprintf(pointer, sizeof pointer, "%s/%s", base, member);
  vt_rules_report(loader, VATER_SEVERITY_ERROR, "RULE-LOAD", source, pointer,
                  "'%.*s' is already used in %.*s, line %u", VT_STR_ARGS(name), VT_STR_ARGS(file),
                  line);
}

static int take_indicator(struct vt_rules_loader *loader, struct vt_rules_source *source,
                          const struct vater_node *node, uint32_t number, uint32_t line)
{
  struct vt_rules *rules = loader->rules;
  struct vt_indicator *made = &rules->indicators[rules->indicator_count];
  char base[POINTER_ROOM / 2];
  snprintf(base, sizeof base, "/indicators/%u", number);
  made->node = node;
  made->source = source;
  made->number = number;
  struct vt_indicator_info *info = &made->info;
  info->id = vt_rules_text(node, "id");
  info->pack = vt_rules_text(source->root, "pack");
  info->file = source->path;
  info->line = line;
  info->unit = vt_rules_text(node, "unit");
  info->frequency = vt_rules_text(node, "frequency");
  info->origin = vt_rules_text(node, "origin");
  info->goal = (int)vt_rules_integer(source->root, "goal");
  info->state = (enum vt_indicator_state)WORD(vt_rules_text(node, "state"), state_words, 0);
  info->sample = vt_node_source(vt_node_member(node, "sample")); /* numbers as written */
  vt_rules_texts(node, "title", info->title);
  vt_rules_texts(node, "definition", info->definition);
  int64_t from = day_of(node, "validFrom", false, INT64_MIN);
  int64_t to = day_of(node, "validTo", true, INT64_MAX);
  if (day_text(rules, from, INT64_MIN, &made->valid_from) != VATER_OK ||
      day_text(rules, to, INT64_MAX, &made->valid_to) != VATER_OK ||
      text_list(rules, vt_node_member(node, "requires"), &made->requires) != VATER_OK ||
      text_list(rules, vt_node_member(node, "reportedBy"), &made->reported_by) != VATER_OK)
    return VATER_E_NOMEM;
  bool added;
  uint64_t *index = vt_map_put(&rules->ids, info->id, &added);
  if (index == NULL)
    return VATER_E_NOMEM;
  if (!added) {
    const struct vt_indicator_info *first = &rules->indicators[*index].info;
    told_twice(loader, source, base, "id", info->id, first->file, first->line);
    return VATER_OK;
  }
  *index = rules->indicator_count++;
  return VATER_OK;
}

static unsigned actions_of(const struct vater_node *list)
{
  unsigned bits = 0;
  for (const struct vater_node *item = vt_node_first(list); item != NULL;
       item = vt_node_next(item)) {
    int which = WORD(vt_rules_item_text(item), action_words, -1);
    bits |= which < 0 ? 0u : 1u << which;
  }
  return list == NULL ? VT_ACTION_REPORT | VT_ACTION_CORRECT : bits;
}

static enum vt_target target_of(enum vt_rule_scope scope, struct vater_str per)
{
  if (scope == VT_SCOPE_OBSERVATION)
    return VT_TARGET_OBSERVATION;
  if (scope == VT_SCOPE_SERIES)
    return VT_TARGET_SERIES;
  if (scope == VT_SCOPE_INDICATOR)
    return vt_str_is(per, "observation") ? VT_TARGET_PEERS : VT_TARGET_PERIOD;
  if (vt_str_is(per, "delivery"))
    return VT_TARGET_DELIVERY;
  return vt_str_is(per, "area") ? VT_TARGET_AREA : VT_TARGET_BLOCK;
}

static int column_of(struct vater_str member)
{
  for (int column = 1; column < VATER_COLUMN_COUNT; column++)
    if (vt_str_is(member, vt_column_name(column)))
      return column;
  return VATER_COLUMN_NONE;
}

static int take_applies(struct vt_rules *rules, struct vt_rule *rule)
{
  const struct vater_node *list = vt_node_member(rule->node, "appliesTo");
  uint32_t count = 0;
  struct vater_str *ids =
      vt_arena_array(rules->arena, (size_t)vt_node_length(list) + 1, sizeof *ids);
  if (ids == NULL)
    return VATER_E_NOMEM;
  for (const struct vater_node *item = vt_node_first(list); item != NULL;
       item = vt_node_next(item)) {
    ids[count] = vt_rules_item_text(item);
    rule->everything = rule->everything || vt_str_is(ids[count], "*");
    count++;
  }
  rule->info.applies_to = ids;
  rule->info.applies_count = count;
  return VATER_OK;
}

static void count_examples(struct vt_rule *rule)
{
  const struct vater_node *examples = vt_node_member(rule->node, "examples");
  const char *const others[] = {"not-applicable", "skipped", "error", "cleared"};
  rule->info.passing = vt_node_length(vt_node_member(examples, "pass"));
  rule->info.failing = vt_node_length(vt_node_member(examples, "fail"));
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    rule->info.other += vt_node_length(vt_node_member(examples, others[i]));
}

static void take_texts(struct vt_rule *rule)
{
  const struct vater_node *node = rule->node;
  struct vt_rule_info *info = &rule->info;
  info->code = vt_rules_text(node, "code");
  info->pack = vt_rules_text(rule->source->root, "pack");
  info->file = rule->source->path;
  info->when = vt_rules_text(node, "when");
  info->assert = vt_rules_text(node, "assert");
  info->check = vt_rules_text(node, "check");
  info->missing = vt_rules_text(node, "missing");
  info->explain = vt_rules_text(node, "explain");
  info->since = vt_rules_text(node, "since");
  info->until = vt_rules_text(node, "until");
  info->reference = vt_rules_text(node, "reference");
  vt_rules_texts(node, "message", info->message);
  vt_rules_texts(node, "remedy", info->remedy);
}

static int take_rule(struct vt_rules_loader *loader, struct vt_rules_source *source,
                     const struct vater_node *node, uint32_t number, uint32_t line)
{
  struct vt_rules *rules = loader->rules;
  struct vt_rule *made = &rules->rules[rules->rule_count];
  char base[POINTER_ROOM / 2];
  snprintf(base, sizeof base, "/rules/%u", number);
  made->node = node;
  made->source = source;
  made->number = number;
  take_texts(made);
  struct vt_rule_info *info = &made->info;
  info->line = line;
  info->scope = (enum vt_rule_scope)WORD(vt_rules_text(node, "scope"), scope_words, 0);
  info->severity = WORD(vt_rules_text(node, "severity"), severity_words, VATER_SEVERITY_ERROR);
  made->target = target_of(info->scope, vt_rules_text(node, "per"));
  made->missing = (enum vt_missing)WORD(info->missing, missing_words, 0);
  made->explain = (enum vt_explain)WORD(info->explain, explain_words, 0);
  made->actions = actions_of(vt_node_member(node, "actions"));
  if (info->check.len > 0 && info->assert.len == 0)
    made->target = VT_TARGET_DELIVERY;
  made->column = column_of(vt_rules_text(node, "at"));
  made->since = day_of(node, "since", false, INT64_MIN);
  made->until = day_of(node, "until", true, INT64_MAX);
  count_examples(made);
  bool added;
  uint64_t *index = vt_map_put(&rules->codes, info->code, &added);
  if (index == NULL || take_applies(rules, made) != VATER_OK)
    return VATER_E_NOMEM;
  if (!added) {
    const struct vt_rule_info *first = &rules->rules[*index].info;
    told_twice(loader, source, base, "code", info->code, first->file, first->line);
    made->faulty = true;
  } else {
    *index = rules->rule_count;
  }
  rules->rule_count++;
  return VATER_OK;
}

typedef int taker(struct vt_rules_loader *, struct vt_rules_source *, const struct vater_node *,
                  uint32_t number, uint32_t line);

static int take_list(struct vt_rules_loader *loader, struct vt_rules_source *source,
                     const char *member, taker *take)
{
  struct vt_rules_lines lines = {.document = source->file.bytes};
  const struct vater_node *item = vt_node_first(vt_node_member(source->root, member));
  int status = VATER_OK;
  for (uint32_t number = 0; item != NULL && status == VATER_OK; number++) {
    if (vt_node_type(item) == VATER_NODE_OBJECT)
      status = take(loader, source, item, number, vt_rules_line(&lines, vt_node_offset(item)));
    item = vt_node_next(item);
  }
  return status;
}

/* Room for everything, so that nothing moves. */
static int make_room(struct vt_rules_loader *loader)
{
  struct vt_rules *rules = loader->rules;
  size_t rule_room = 0, indicator_room = 0, list_room = 0;
  for (struct vt_rules_source *source = rules->first; source != NULL; source = source->next) {
    rule_room += vt_node_length(vt_node_member(source->root, "rules"));
    indicator_room += vt_node_length(vt_node_member(source->root, "indicators"));
    list_room += source->code_list;
  }
  if (rule_room > VT_LIMIT_RULES || indicator_room > VT_LIMIT_RULES) {
    vt_rules_report_file(loader, "RULE-LIMIT", rules->first->path,
                         "%zu rules and %zu indicators are over the limit of %llu (limit RULES)",
                         rule_room, indicator_room, (unsigned long long)VT_LIMIT_RULES);
    loader->incomplete = true;
    return VATER_DONE;
  }
  rules->rules = vt_arena_array(rules->arena, rule_room + 1, sizeof *rules->rules);
  rules->indicators = vt_arena_array(rules->arena, indicator_room + 1, sizeof *rules->indicators);
  rules->lists = vt_arena_array(rules->arena, list_room + 1, sizeof *rules->lists);
  return rules->rules == NULL || rules->indicators == NULL || rules->lists == NULL ? VATER_E_NOMEM
                                                                                   : VATER_OK;
}

static int take_source(struct vt_rules_loader *loader, struct vt_rules_source *source)
{
  if (source->code_list)
    return vt_rules_take_codes(loader, source);
  int status = take_list(loader, source, "indicators", take_indicator);
  return status == VATER_OK ? take_list(loader, source, "rules", take_rule) : status;
}

int vt_rules_take(struct vt_rules_loader *loader)
{
  int status = make_room(loader);
  if (status == VATER_DONE)
    return VATER_OK;
  struct vt_rules_source *source = loader->rules->first;
  for (; source != NULL && status == VATER_OK; source = source->next)
    status = take_source(loader, source);
  return status;
}

#include "cli/rules_facts.h"
#include "cli/rules_frame.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/limits.h"
#include "rules/review.h"

#include <jansson.h>

/* strategy/goals.json: the strategy's goals and bullets; what follows them comes from the packs. */

struct coverage {
  struct vt_cli *cli;
  const struct vt_rules *rules;
  json_t *strategy, *goals, *table; /* read, and made */
  uint32_t bullets, bare;           /* bare: without an indicator */
  uint32_t indicators, ruleless;
};

static bool follows(const json_t *indicator, const char *bullet)
{
  const json_t *list = json_object_get(indicator, "bullets");
  for (size_t i = 0; i < json_array_size(list); i++)
    if (strcmp(json_string_value(json_array_get(list, i)), bullet) == 0)
      return true;
  return false;
}

static json_t *indicators_of(struct coverage *coverage, const char *bullet)
{
  json_t *list = json_array();
  for (uint32_t i = 0; i < vt_rules_indicator_count(coverage->rules); i++) {
    const struct vt_indicator_info *info = vt_rules_indicator(coverage->rules, i);
    const json_t *json = vt_rules_indicator_json(coverage->rules, i);
    if (!follows(json, bullet))
      continue;
    json_t *codes = vt_fact_own_rules(coverage->rules, info->id);
    json_array_append_new(list, json_pack("{s:s%, s:s%, s:s, s:O, s:o}", "id", info->id.ptr,
                                          info->id.len, "title", info->title[VT_LANGUAGE_NB].ptr,
                                          info->title[VT_LANGUAGE_NB].len, "state",
                                          vt_indicator_state_name(info->state), "objective",
                                          json_object_get(json, "objective"), "rules", codes));
  }
  return list;
}

/* The goal of its pack; where that has none, of its first point. 0: of neither. */
static int goal_of(const struct coverage *coverage, uint32_t indicator)
{
  int goal = vt_rules_indicator(coverage->rules, indicator)->goal;
  const json_t *json = vt_rules_indicator_json(coverage->rules, indicator);
  const char *bullet = json_string_value(json_array_get(json_object_get(json, "bullets"), 0));
  return goal > 0 || bullet == NULL || bullet[0] < '1' || bullet[0] > '5' ? goal : bullet[0] - '0';
}

/* The goal of its pack; where that has none, of the first indicator that it is for by name. */
static int goal_of_rule(const struct coverage *coverage, uint32_t rule)
{
  const struct vt_rule_info *info = vt_rules_info(coverage->rules, rule);
  int goal = vt_rules_goal(coverage->rules, rule);
  for (uint32_t i = 0; i < vt_rules_indicator_count(coverage->rules) && goal == 0; i++)
    if (info->applies_count > 0 &&
        vt_str_equal(vt_rules_indicator(coverage->rules, i)->id, info->applies_to[0]))
      goal = goal_of(coverage, i);
  return goal;
}

/* What there is of a goal; goal 0: the rules that every indicator has. */
static json_t *row_of(const struct coverage *coverage, int goal, size_t bullets)
{
  uint32_t indicators = 0, adopted = 0, rules = 0, examples = 0;
  for (uint32_t i = 0; i < vt_rules_indicator_count(coverage->rules); i++) {
    const struct vt_indicator_info *info = vt_rules_indicator(coverage->rules, i);
    bool here = goal_of(coverage, i) == goal;
    indicators += here;
    adopted += here && info->state == VT_INDICATOR_ADOPTED;
  }
  for (uint32_t i = 0; i < vt_rules_count(coverage->rules); i++) {
    const struct vt_rule_info *rule = vt_rules_info(coverage->rules, i);
    if (goal_of_rule(coverage, i) != goal)
      continue;
    rules++;
    examples += rule->passing + rule->failing + rule->other;
  }
  return json_pack("{s:i, s:i, s:i, s:i, s:i, s:i}", "goal", goal, "bullets", (int)bullets,
                   "indicators", (int)indicators, "adopted", (int)adopted, "rules", (int)rules,
                   "examples", (int)examples);
}

static void add_goal(struct coverage *coverage, const json_t *goal)
{
  json_t *bullets = json_array();
  size_t index;
  const json_t *bullet;
  json_array_foreach(json_object_get(goal, "bullets"), index, bullet)
  {
    const char *id = json_string_value(json_object_get(bullet, "id"));
    json_t *indicators = indicators_of(coverage, id != NULL ? id : "");
    coverage->bullets++;
    coverage->bare += json_array_size(indicators) == 0;
    json_array_append_new(bullets,
                          json_pack("{s:O, s:O, s:o}", "id", json_object_get(bullet, "id"), "text",
                                    json_object_get(bullet, "text"), "indicators", indicators));
  }
  json_array_append_new(coverage->table,
                        row_of(coverage, (int)json_integer_value(json_object_get(goal, "goal")),
                               json_array_size(bullets)));
  json_array_append_new(coverage->goals,
                        json_pack("{s:O, s:O, s:o}", "goal", json_object_get(goal, "goal"), "title",
                                  json_object_get(goal, "title"), "bullets", bullets));
}

/* Of one goal, or of all (0). */
static void count_indicators(struct coverage *coverage, int goal)
{
  for (uint32_t i = 0; i < vt_rules_indicator_count(coverage->rules); i++) {
    if (goal != 0 && goal_of(coverage, i) != goal)
      continue;
    coverage->indicators++;
    json_t *codes = vt_fact_own_rules(coverage->rules, vt_rules_indicator(coverage->rules, i)->id);
    coverage->ruleless += json_array_size(codes) == 0;
    json_decref(codes);
  }
}

/* ---- telling ----------------------------------------------------------------------------------
 */

static void put_text(struct vt_buffer *out, const json_t *text)
{
  vt_encode_terminal(out, vt_str(json_is_string(text) ? json_string_value(text) : ""));
}

static void put_indicators(struct vt_buffer *out, const json_t *list)
{
  size_t index, n;
  const json_t *indicator, *code;
  json_array_foreach(list, index, indicator)
  {
    const json_t *objective = json_object_get(indicator, "objective");
    const json_t *codes = json_object_get(indicator, "rules");
    vt_buffer_text(out, "  - ");
    put_text(out, json_object_get(indicator, "id"));
    vt_buffer_text(out, " ");
    put_text(out, json_object_get(indicator, "title"));
    vt_buffer_text(out, " (");
    put_text(out, json_object_get(indicator, "state"));
    if (json_is_string(objective)) {
      vt_buffer_text(out, ", ");
      put_text(out, objective);
    }
    vt_buffer_text(out, "): ");
    json_array_foreach(codes, n, code)
    {
      vt_buffer_text(out, n > 0 ? ", " : "");
      put_text(out, code);
    }
    vt_buffer_text(out, json_array_size(codes) == 0 ? "**no rule of its own**\n" : "\n");
  }
}

static void put_markdown(const struct coverage *coverage, struct vt_buffer *out)
{
  size_t index, n;
  const json_t *goal, *bullet;
  json_array_foreach(coverage->goals, index, goal)
  {
    vt_buffer_format(out, "%s## %d ", index > 0 ? "\n" : "",
                     (int)json_integer_value(json_object_get(goal, "goal")));
    put_text(out, json_object_get(goal, "title"));
    vt_buffer_text(out, "\n\n");
    json_array_foreach(json_object_get(goal, "bullets"), n, bullet)
    {
      const json_t *indicators = json_object_get(bullet, "indicators");
      vt_buffer_text(out, "- **");
      put_text(out, json_object_get(bullet, "id"));
      vt_buffer_text(out, "** ");
      put_text(out, json_object_get(bullet, "text"));
      vt_buffer_text(out, json_array_size(indicators) == 0 ? " **no indicator**\n" : "\n");
      put_indicators(out, indicators);
    }
  }
  vt_buffer_format(out,
                   "\n%u bullets, %u without an indicator; %u indicators, %u without a rule of "
                   "their own\n",
                   coverage->bullets, coverage->bare, coverage->indicators, coverage->ruleless);
}

static const char *const columns[] = {"bullets", "indicators", "adopted", "rules", "examples"};

static int cell(const json_t *row, size_t column)
{
  return (int)json_integer_value(json_object_get(row, columns[column]));
}

static void add_up(json_t *total, const json_t *row)
{
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    json_object_set_new(total, columns[i], json_integer(cell(total, i) + cell(row, i)));
}

static void put_row(struct vt_buffer *out, const char *name, const json_t *row)
{
  vt_buffer_format(out, "| %s |", name);
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    vt_buffer_format(out, " %d |", cell(row, i));
  vt_buffer_char(out, '\n');
}

static void put_table(const struct coverage *coverage, struct vt_buffer *out)
{
  size_t index;
  const json_t *row;
  char name[16];
  json_t *total = json_object();
  vt_buffer_text(out, "\n| goal | bullets | indicators | adopted | own rules | examples |\n"
                      "| --- | ---: | ---: | ---: | ---: | ---: |\n");
  json_array_foreach(coverage->table, index, row)
  {
    int goal = (int)json_integer_value(json_object_get(row, "goal"));
    snprintf(name, sizeof name, "%d", goal);
    put_row(out, goal == 0 ? "every indicator" : name, row);
    add_up(total, row);
  }
  if (json_array_size(coverage->table) > 1)
    put_row(out, "all", total);
  json_decref(total);
}

/* ---- the same as a page -----------------------------------------------------------------------
 */

static void html_text(struct vt_buffer *out, const json_t *text)
{
  vt_encode_html(out, vt_str(json_is_string(text) ? json_string_value(text) : ""));
}

static void html_indicators(struct vt_buffer *out, const json_t *list)
{
  size_t index, n;
  const json_t *indicator, *code;
  vt_buffer_text(out, json_array_size(list) > 0 ? "<ul>\n" : " <strong>no indicator</strong>");
  json_array_foreach(list, index, indicator)
  {
    const json_t *objective = json_object_get(indicator, "objective");
    const json_t *codes = json_object_get(indicator, "rules");
    vt_buffer_text(out, "<li id=\"");
    html_text(out, json_object_get(indicator, "id"));
    vt_buffer_text(out, "\">");
    html_text(out, json_object_get(indicator, "id"));
    vt_buffer_char(out, ' ');
    html_text(out, json_object_get(indicator, "title"));
    vt_buffer_text(out, " (");
    html_text(out, json_object_get(indicator, "state"));
    vt_buffer_text(out, json_is_string(objective) ? ", " : "");
    html_text(out, objective);
    vt_buffer_text(out, "): ");
    json_array_foreach(codes, n, code)
    {
      vt_buffer_text(out, n > 0 ? ", " : "");
      html_text(out, code);
    }
    if (json_array_size(codes) == 0)
      vt_buffer_text(out, "<strong>no rule of its own</strong>");
    vt_buffer_text(out, "</li>\n");
  }
  vt_buffer_text(out, json_array_size(list) > 0 ? "</ul>" : "");
}

static void html_goals(const struct coverage *coverage, struct vt_buffer *out)
{
  size_t index, n;
  const json_t *goal, *bullet;
  json_array_foreach(coverage->goals, index, goal)
  {
    int number = (int)json_integer_value(json_object_get(goal, "goal"));
    vt_buffer_format(out, "<h2 id=\"goal-%d\">%d ", number, number);
    html_text(out, json_object_get(goal, "title"));
    vt_buffer_text(out, "</h2>\n<ul>\n");
    json_array_foreach(json_object_get(goal, "bullets"), n, bullet)
    {
      vt_buffer_text(out, "<li><strong>");
      html_text(out, json_object_get(bullet, "id"));
      vt_buffer_text(out, "</strong> ");
      html_text(out, json_object_get(bullet, "text"));
      html_indicators(out, json_object_get(bullet, "indicators"));
      vt_buffer_text(out, "</li>\n");
    }
    vt_buffer_text(out, "</ul>\n");
  }
}

static void html_table(const struct coverage *coverage, struct vt_buffer *out)
{
  size_t index;
  const json_t *row;
  vt_buffer_text(out, "<table>\n<tr><th>goal</th><th>bullets</th><th>indicators</th>"
                      "<th>adopted</th><th>own rules</th><th>examples</th></tr>\n");
  json_array_foreach(coverage->table, index, row)
  {
    int goal = (int)json_integer_value(json_object_get(row, "goal"));
    if (goal == 0)
      vt_buffer_text(out, "<tr><th>every indicator</th>");
    else
      vt_buffer_format(out, "<tr><th>%d</th>", goal);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
      vt_buffer_format(out, "<td>%d</td>", cell(row, i));
    vt_buffer_text(out, "</tr>\n");
  }
  vt_buffer_text(out, "</table>\n");
}

static void put_html(const struct coverage *coverage, struct vt_buffer *out)
{
  vt_buffer_text(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                      "<title>Coverage</title>\n<h1>Coverage</h1>\n");
  html_goals(coverage, out);
  vt_buffer_format(out,
                   "<p>%u bullets, %u without an indicator; %u indicators, %u without a rule of "
                   "their own</p>\n",
                   coverage->bullets, coverage->bare, coverage->indicators, coverage->ruleless);
  html_table(coverage, out);
  vt_buffer_text(out, "</html>\n");
}

/* ---- the whole --------------------------------------------------------------------------------
 */

static void tell_json(const struct coverage *coverage)
{
  json_t *root = json_pack(
      "{s:O, s:O, s:i, s:i, s:i, s:i}", "goals", coverage->goals, "table", coverage->table,
      "bullets", (int)coverage->bullets, "bulletsWithoutIndicator", (int)coverage->bare,
      "indicators", (int)coverage->indicators, "indicatorsWithoutRule", (int)coverage->ruleless);
  json_dumpf(root, coverage->cli->out, JSON_INDENT(2));
  fputc('\n', coverage->cli->out);
  json_decref(root);
}

static int tell(const struct coverage *coverage, const struct vt_rules_asked *asked)
{
  if (asked->json) {
    tell_json(coverage);
  } else {
    struct vt_buffer out;
    vt_buffer_init(&out, &coverage->cli->environment.allocator, VT_LIMIT_RULE_FILE_BYTES);
    if (asked->html) {
      put_html(coverage, &out);
    } else {
      put_markdown(coverage, &out);
      put_table(coverage, &out);
    }
    vt_cli_put(coverage->cli->out, &out);
    vt_buffer_fini(&out);
  }
  return coverage->bare + coverage->ruleless > 0 ? VT_EXIT_FINDINGS : VT_EXIT_CLEAN;
}

int vt_rules_coverage(struct vt_cli *cli, const struct vt_rules_asked *asked,
                      const struct vt_rules_frame *frame)
{
  char path[600];
  struct vater_str text = VT_STR_NONE;
  struct vt_error error = {0};
  struct coverage coverage = {.cli = cli, .rules = frame->rules};
  if (asked->json && asked->html)
    return vt_cli_usage(cli, "rules coverage", "--json or --html, not both");
  int status = vt_file_join(path, sizeof path, cli->rules, "strategy/goals.json");
  if (status == VATER_OK)
    status =
        vt_file_load(&cli->environment.allocator, path, VT_LIMIT_RULE_FILE_BYTES, &text, &error);
  if (status == VATER_OK)
    coverage.strategy = json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
  vt_free(&cli->environment.allocator, (void *)(uintptr_t)text.ptr);
  const json_t *goals = json_object_get(coverage.strategy, "goals");
  if (status == VATER_OK && !json_is_array(goals))
    status = vt_fail(&error, VATER_E_CONFIG, NULL, "'%s' is no list of goals and bullets", path);
  if (status != VATER_OK) {
    json_decref(coverage.strategy);
    return vt_cli_error(cli, "rules", &error, VT_EXIT_FAILED);
  }
  coverage.goals = json_array();
  coverage.table = json_array();
  for (size_t i = 0; i < json_array_size(goals); i++)
    if (asked->goal == 0 ||
        json_integer_value(json_object_get(json_array_get(goals, i), "goal")) == asked->goal)
      add_goal(&coverage, json_array_get(goals, i));
  if (asked->goal == 0)
    json_array_append_new(coverage.table, row_of(&coverage, 0, 0));
  count_indicators(&coverage, asked->goal);
  int code = tell(&coverage, asked);
  json_decref(coverage.goals);
  json_decref(coverage.table);
  json_decref(coverage.strategy);
  return code;
}

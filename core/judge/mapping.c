#include "judge/mapping.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "doc/tree.h"
#include "rules/review.h"

#include <stdio.h>

enum { NAMES_MAX = 512, INDICATORS_MAX = 256 };

struct names {
  struct vater_str items[NAMES_MAX];
  size_t count;
};

struct lint {
  const struct vt_mapping *mapping;
  const struct vt_rules *rules;
  struct vt_diagnostics *diagnostics;
  uint32_t indicators[INDICATORS_MAX]; /* that the mapping fills, by index in the rules */
  size_t indicator_count;
  bool any_indicator; /* one comes from the payload as it is */
};

static void add_name(struct names *names, struct vater_str name)
{
  if (names->count < NAMES_MAX && name.len > 0)
    names->items[names->count++] = name;
}

/* ---- unknown members ---------------------------------------------------------------------------
 */

/* The names of all "properties" in a schema, at any depth. */
static void collect_properties(const struct vater_node *node, struct names *names)
{
  for (const struct vater_node *one = vt_node_first(node); one != NULL; one = vt_node_next(one)) {
    if (vt_str_is(vt_node_name(one), "properties"))
      for (const struct vater_node *at = vt_node_first(one); at != NULL; at = vt_node_next(at))
        add_name(names, vt_node_name(at));
    collect_properties(one, names);
  }
}

static void suggest(struct vt_diagnostic *item, const struct names *names)
{
  static const char not_allowed[] = "this member is not allowed here";
  static const char nothing_else[] = "nothing else is allowed here but what fits its schema";
  struct vt_error *error = &item->error;
  if (strcmp(error->text, not_allowed) != 0 && strcmp(error->text, nothing_else) != 0)
    return;
  const char *slash = strrchr(error->pointer, '/');
  if (slash == NULL)
    return;
  struct vater_str name = vt_str(slash + 1);
  struct vater_str near = vt_str_nearest(name, names->items, names->count);
  if (near.len > 0 && !vt_str_equal(near, name))
    snprintf(error->text, sizeof error->text,
             "there is no member '%.*s' here; did you mean '%.*s'?", VT_STR_ARGS(name),
             VT_STR_ARGS(near));
  else
    snprintf(error->text, sizeof error->text, "the member '%.*s' is not allowed here",
             VT_STR_ARGS(name));
}

static int suggest_members(struct vater_str schema_text, const struct vt_allocator *allocator,
                           struct vt_diagnostics *diagnostics, uint32_t from)
{
  static const struct vt_doc_budget budget = {.depth = 256, .allow_all_text = true};
  struct vt_doc_tree *tree = NULL;
  if (diagnostics->count == from || schema_text.len == 0)
    return VATER_OK;
  struct names *names = vt_arena_alloc(diagnostics->arena, sizeof *names);
  if (names == NULL)
    return VATER_E_NOMEM;
  int status = vt_doc_tree_read(allocator, schema_text, &budget, 0, &tree, NULL);
  if (status == VATER_OK)
    collect_properties(vt_doc_tree_root(tree), names);
  for (uint32_t i = from; status == VATER_OK && i < diagnostics->count; i++)
    suggest(&diagnostics->items[i], names);
  vt_doc_tree_free(tree);
  return status;
}

/* ---- saying ------------------------------------------------------------------------------------
 */

/* Where a member's name stands; the value's place where it was written with escapes. */
static size_t name_offset(const struct lint *lint, const struct vater_node *node)
{
  struct vater_str name = vt_node_name(node);
  const char *start = lint->mapping->bytes.ptr;
  bool inside = name.ptr > start && name.ptr < start + lint->mapping->bytes.len;
  return inside ? (size_t)(name.ptr - start) - 1 : (size_t)vt_node_offset(node);
}

static void VATER_PRINTF(4, 5)
    complain(struct lint *lint, size_t offset, size_t width, const char *format, ...)
{
  struct vt_error error = {0};
  struct vater_str line;
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(&error, VATER_E_CONFIG, "OPS-CONFIG", format, arguments);
  va_end(arguments);
  vt_text_place(lint->mapping->bytes, offset, &error.line, &error.column, &line);
  vt_error_at(&error, lint->mapping->source, error.line, error.column);
  error.offset = offset;
  vt_diagnostics_add(lint->diagnostics, VATER_SEVERITY_ERROR, &error, lint->mapping->bytes,
                     (uint32_t)width);
}

static void complain_nearest(struct lint *lint, size_t offset, struct vater_str word,
                             const char *what, const struct vater_str *names, size_t count)
{
  struct vater_str near = vt_str_nearest(word, names, count);
  struct vater_str shown = vt_str_slice(word, 0, 100);
  size_t width = vt_utf8_count(shown) + 2;
  if (near.len > 0)
    complain(lint, offset, width, "%s '%.*s'; did you mean '%.*s'?", what, VT_STR_ARGS(shown),
             VT_STR_ARGS(near));
  else
    complain(lint, offset, width, "%s '%.*s'", what, VT_STR_ARGS(shown));
}

/* ---- indicators --------------------------------------------------------------------------------
 */

static void take_indicator(struct lint *lint, const struct vater_node *node)
{
  struct vater_str names[INDICATORS_MAX];
  struct vater_str id = vt_node_text(node);
  uint32_t count = vt_rules_indicator_count(lint->rules);
  if (vt_node_type(node) != VATER_NODE_TEXT)
    return;
  size_t known = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct vater_str name = vt_rules_indicator(lint->rules, i)->id;
    if (vt_str_equal(name, id)) {
      if (lint->indicator_count < INDICATORS_MAX)
        lint->indicators[lint->indicator_count++] = i;
      return;
    }
    if (known < INDICATORS_MAX)
      names[known++] = name;
  }
  complain_nearest(lint, (size_t)vt_node_offset(node), id, "no pack knows the indicator", names,
                   known);
}

/* A source: {"fixed": …} or {"from": …, "codes": {…}}. */
static void take_indicator_source(struct lint *lint, const struct vater_node *source)
{
  const struct vater_node *fixed = vt_node_member(source, "fixed");
  const struct vater_node *codes = vt_node_member(source, "codes");
  if (source == NULL)
    return;
  if (fixed == NULL && codes == NULL)
    lint->any_indicator = true;
  take_indicator(lint, fixed);
  for (const struct vater_node *code = vt_node_first(codes); code != NULL;
       code = vt_node_next(code))
    take_indicator(lint, code);
}

static void take_measures(struct lint *lint, const struct vater_node *measures)
{
  for (const struct vater_node *one = vt_node_first(measures); one != NULL;
       one = vt_node_next(one)) {
    const struct vater_node *indicator = vt_node_member(one, "indicator");
    if (vt_node_type(indicator) == VATER_NODE_OBJECT)
      take_indicator_source(lint, indicator);
    else
      take_indicator(lint, indicator);
  }
}

static bool is_measures(struct vater_str name)
{
  return vt_str_is(name, "measures") || vt_str_is(name, "dataElements");
}

/* At any depth: formats put them where their own structure has them. */
static void take_indicators(struct lint *lint, const struct vater_node *node)
{
  for (const struct vater_node *one = vt_node_first(node); one != NULL; one = vt_node_next(one)) {
    struct vater_str name = vt_node_name(one);
    if (vt_str_is(name, "indicator") && vt_node_type(one) == VATER_NODE_OBJECT)
      take_indicator_source(lint, one);
    else if (vt_str_is(name, "indicator"))
      lint->any_indicator = true;
    else if (is_measures(name))
      take_measures(lint, one);
    else
      take_indicators(lint, one);
  }
}

/* ---- breakdowns --------------------------------------------------------------------------------
 */

static bool is_known(const struct lint *lint, struct vater_str dimension, struct vater_str value)
{
  for (size_t i = 0; i < lint->indicator_count; i++)
    if (vt_rules_breakdown_known(lint->rules, lint->indicators[i], dimension, value))
      return true;
  return false;
}

static void complain_breakdown(struct lint *lint, size_t offset, struct vater_str dimension,
                               struct vater_str value)
{
  struct names names = {.count = 0};
  for (size_t i = 0; i < lint->indicator_count; i++)
    names.count += vt_rules_breakdown_names(lint->rules, lint->indicators[i],
                                            value.len > 0 ? dimension : VT_STR_NONE,
                                            names.items + names.count, NAMES_MAX - names.count);
  char what[160];
  if (value.len > 0)
    snprintf(what, sizeof what, "no mapped indicator is reported by '%.*s' with the value",
             (int)(dimension.len < 64 ? dimension.len : 64), dimension.ptr);
  else
    snprintf(what, sizeof what, "no mapped indicator is reported by");
  complain_nearest(lint, offset, value.len > 0 ? value : dimension, what, names.items, names.count);
}

static void check_value(struct lint *lint, struct vater_str dimension,
                        const struct vater_node *value)
{
  struct vater_str text = vt_node_text(value);
  if (vt_node_type(value) == VATER_NODE_TEXT && text.len > 0 && !is_known(lint, dimension, text))
    complain_breakdown(lint, (size_t)vt_node_offset(value), dimension, text);
}

/* `fixed`: values are texts, of a measure; else they are sources. */
static void check_breakdown(struct lint *lint, const struct vater_node *breakdown, bool fixed)
{
  for (const struct vater_node *one = vt_node_first(breakdown); one != NULL;
       one = vt_node_next(one)) {
    struct vater_str dimension = vt_node_name(one);
    if (!is_known(lint, dimension, VT_STR_NONE)) {
      complain_breakdown(lint, name_offset(lint, one), dimension, VT_STR_NONE);
      continue;
    }
    if (fixed)
      check_value(lint, dimension, one);
    check_value(lint, dimension, vt_node_member(one, "fixed"));
    const struct vater_node *codes = vt_node_member(one, "codes");
    for (const struct vater_node *code = vt_node_first(codes); code != NULL;
         code = vt_node_next(code))
      check_value(lint, dimension, code);
  }
}

/* DHIS2: each is a breakdown. */
static void check_combinations(struct lint *lint, const struct vater_node *combinations)
{
  for (const struct vater_node *one = vt_node_first(combinations); one != NULL;
       one = vt_node_next(one))
    check_breakdown(lint, one, true);
}

static void check_breakdowns(struct lint *lint, const struct vater_node *node, bool measures)
{
  for (const struct vater_node *one = vt_node_first(node); one != NULL; one = vt_node_next(one)) {
    struct vater_str name = vt_node_name(one);
    if (vt_str_is(name, "categoryOptionCombos"))
      check_combinations(lint, one);
    else if (vt_str_is(name, "breakdown"))
      check_breakdown(lint, one, measures);
    else if (!vt_str_is(name, "codes"))
      check_breakdowns(lint, one, measures || is_measures(name));
  }
}

/* ---- areas --------------------------------------------------------------------------------------
 */

/* The code lists that an area of this form is among; NULL: of none that is kept. */
static const char *const *lists_of(struct vater_str area)
{
  static const char *const regions[] = {"healthRegions", NULL};
  static const char *const counties[] = {"counties", "pseudoAreas", NULL};
  static const char *const municipalities[] = {"municipalities", "pseudoAreas", NULL};
  if (area.len == 3 && area.ptr[0] == 'H')
    return regions;
  if (area.len == 2 && !vt_str_is(area, "NO"))
    return counties;
  return area.len == 4 ? municipalities : NULL;
}

static void check_area(struct lint *lint, const struct vater_node *node)
{
  struct names names = {.count = 0};
  struct vater_str area = vt_node_text(node);
  const char *const *lists = vt_node_type(node) == VATER_NODE_TEXT ? lists_of(area) : NULL;
  for (; lists != NULL && *lists != NULL; lists++) {
    if (vt_rules_code_known(lint->rules, vt_str(*lists), area))
      return;
    names.count += vt_rules_code_names(lint->rules, vt_str(*lists), names.items + names.count,
                                       NAMES_MAX - names.count);
  }
  if (names.count > 0)
    complain_nearest(lint, (size_t)vt_node_offset(node), area, "no code list has the area",
                     names.items, names.count);
}

/* Sources named "area", and the areas of units and actors, which stand there as they are. */
static void check_areas(struct lint *lint, const struct vater_node *node, bool plain)
{
  for (const struct vater_node *one = vt_node_first(node); one != NULL; one = vt_node_next(one)) {
    struct vater_str name = vt_node_name(one);
    const struct vater_node *codes = vt_node_member(one, "codes");
    if (!vt_str_is(name, "area")) {
      check_areas(lint, one, plain || vt_str_is(name, "orgUnits") || vt_str_is(name, "actors"));
      continue;
    }
    if (plain)
      check_area(lint, one);
    check_area(lint, vt_node_member(one, "fixed"));
    for (const struct vater_node *code = vt_node_first(codes); code != NULL;
         code = vt_node_next(code))
      check_area(lint, code);
  }
}

/* ---- cells that are the same everywhere --------------------------------------------------------
 */

static void check_role(struct lint *lint, const struct vater_node *fixed)
{
  const struct vater_str roles[] = {VT_STR("residence"), VT_STR("provider")};
  struct vater_str role = vt_node_text(fixed);
  if (vt_node_type(fixed) == VATER_NODE_TEXT && !vt_str_equal(role, roles[0]) &&
      !vt_str_equal(role, roles[1]))
    complain_nearest(lint, (size_t)vt_node_offset(fixed), role,
                     "an area's role is residence or provider, not", roles, 2);
}

/* The unit of one of the mapped indicators at least. */
static void check_unit(struct lint *lint, const struct vater_node *fixed)
{
  struct vater_str unit = vt_node_text(fixed), first = VT_STR_NONE;
  if (vt_node_type(fixed) != VATER_NODE_TEXT || lint->any_indicator)
    return;
  for (size_t i = 0; i < lint->indicator_count; i++) {
    const struct vt_indicator_info *info = vt_rules_indicator(lint->rules, lint->indicators[i]);
    if (vt_str_equal(info->unit, unit))
      return;
    if (i == 0)
      first = info->unit;
  }
  if (lint->indicator_count > 0)
    complain(lint, (size_t)vt_node_offset(fixed), vt_utf8_count(unit) + 2,
             "no mapped indicator is in the unit '%.*s'; wanted: %.*s",
             VT_STR_ARGS(vt_str_slice(unit, 0, 100)), VT_STR_ARGS(first));
}

static void check_fixed(struct lint *lint, const struct vater_node *node)
{
  for (const struct vater_node *one = vt_node_first(node); one != NULL; one = vt_node_next(one)) {
    struct vater_str name = vt_node_name(one);
    if (vt_str_is(name, "areaRole"))
      check_role(lint, vt_node_member(one, "fixed"));
    else if (vt_str_is(name, "unit"))
      check_unit(lint, vt_node_member(one, "fixed"));
    else
      check_fixed(lint, one);
  }
}

/* A table whose columns are named once has all the numbers that its only indicator requires. */
static void check_required(struct lint *lint, const struct vater_node *root)
{
  static const char *const numbers[] = {"numerator", "denominator", "value"};
  if (lint->any_indicator || lint->indicator_count != 1 ||
      !vt_str_is(vt_node_text(vt_node_member(root, "format")), "csv") ||
      vt_node_member(root, "measures") != NULL || vt_node_member(root, "missing") != NULL)
    return;
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    if (vt_rules_requires(lint->rules, lint->indicators[0], vt_str(numbers[i])) &&
        vt_node_member(root, numbers[i]) == NULL)
      complain(lint, (size_t)vt_node_offset(vt_node_member(root, "indicator")), 1,
               "%.*s requires the %s, and the mapping has no column for it",
               VT_STR_ARGS(vt_rules_indicator(lint->rules, lint->indicators[0])->id), numbers[i]);
}

static int lint_meaning(const struct vt_mapping *mapping, const struct vt_rules *rules,
                        const struct vt_allocator *allocator, struct vt_diagnostics *diagnostics)
{
  static const struct vt_doc_budget budget = {.allow_all_text = true};
  struct lint lint = {.mapping = mapping, .rules = rules, .diagnostics = diagnostics};
  struct vt_doc_tree *tree = NULL;
  int status = vt_doc_tree_read(allocator, mapping->bytes, &budget, 0, &tree, NULL);
  if (status == VATER_E_NOMEM)
    return status;
  if (status == VATER_OK) {
    take_indicators(&lint, vt_doc_tree_root(tree));
    check_areas(&lint, vt_doc_tree_root(tree), false);
    check_fixed(&lint, vt_doc_tree_root(tree));
    if (!lint.any_indicator && lint.indicator_count > 0)
      check_breakdowns(&lint, vt_doc_tree_root(tree), false);
  }
  vt_doc_tree_free(tree);
  return VATER_OK;
}

int vt_mapping_check_numbers(const struct vt_mapping *mapping, const struct vt_rules *rules,
                             const struct vt_allocator *allocator,
                             struct vt_diagnostics *diagnostics)
{
  static const struct vt_doc_budget budget = {.allow_all_text = true};
  struct vt_diagnostics told_before;
  vt_diagnostics_init(&told_before, diagnostics->arena);
  struct lint lint = {.mapping = mapping, .rules = rules, .diagnostics = &told_before};
  struct vt_doc_tree *tree = NULL;
  int status = vt_doc_tree_read(allocator, mapping->bytes, &budget, 0, &tree, NULL);
  if (status == VATER_OK) {
    take_indicators(&lint, vt_doc_tree_root(tree));
    lint.diagnostics = diagnostics;
    check_required(&lint, vt_doc_tree_root(tree));
  }
  vt_doc_tree_free(tree);
  return status == VATER_E_NOMEM ? status : VATER_OK;
}

int vt_mapping_check(const struct vt_mapping *mapping, const struct vt_schema *schema,
                     struct vater_str schema_text, const struct vt_rules *rules,
                     const struct vt_allocator *allocator, struct vt_diagnostics *diagnostics)
{
  uint32_t errors = diagnostics->errors, from = diagnostics->count;
  int status = vt_schema_check_text(schema, allocator, mapping->source, mapping->bytes,
                                    "OPS-CONFIG", diagnostics);
  if (status == VATER_OK || status == VATER_E_CONFIG)
    status = suggest_members(schema_text, allocator, diagnostics, from);
  if (status == VATER_OK && rules != NULL)
    status = lint_meaning(mapping, rules, allocator, diagnostics);
  if (status == VATER_OK && diagnostics->errors > errors)
    status = VATER_E_CONFIG;
  return status;
}

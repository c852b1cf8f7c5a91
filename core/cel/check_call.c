#include "cel/check.h"

#include <stdio.h>

enum { CANDIDATES = 64, NEAREST_NAMES = 512, NEAREST_FAULTS = 20, ARGUMENT_WORDS = 300 };

/* ---- which function ----------------------------------------------------------------------- */

struct lookup {
  struct vater_str name;
  const struct vt_cel_overload *found;
};

static bool find_function(struct vt_cel_checker *checker, struct vater_str name, void *context)
{
  struct lookup *lookup = context;
  lookup->found = vt_cel_environment_function(checker->environment, name);
  return lookup->found != NULL;
}

/* `math.abs(x)` parses as a call on `math`: a declared function of that whole name takes the
 * receiver away. */
static const struct vt_cel_overload *namespaced(struct vt_cel_checker *checker,
                                                struct vt_cel_node *node)
{
  bool absolute = false;
  struct vater_str space = vt_cel_qualified(checker, node->items[0], &absolute);
  if (space.len == 0)
    return NULL;
  struct vater_str name =
      vt_arena_format(checker->arena, "%.*s.%.*s", VT_STR_ARGS(space), VT_STR_ARGS(node->name));
  if (name.ptr == NULL) {
    checker->no_memory = true;
    return NULL;
  }
  struct lookup lookup = {.name = name};
  if (!vt_cel_in_container(checker, name, absolute, find_function, &lookup))
    return NULL;
  node->name = name;
  node->member = false;
  node->items++;
  node->count--;
  return lookup.found;
}

static const struct vt_cel_overload *function_of(struct vt_cel_checker *checker,
                                                 struct vt_cel_node *node)
{
  if (node->member) {
    const struct vt_cel_overload *found = namespaced(checker, node);
    return found != NULL ? found : vt_cel_environment_function(checker->environment, node->name);
  }
  struct lookup lookup = {.name = node->name};
  vt_cel_in_container(checker, node->name, node->absolute, find_function, &lookup);
  return lookup.found;
}

/* ---- faults ------------------------------------------------------------------------------- */

static struct vater_str nearest_function(const struct vt_cel_checker *checker,
                                         const struct vt_cel_node *node)
{
  struct vater_str names[NEAREST_NAMES];
  size_t count = 0;
  if (checker->report->count > NEAREST_FAULTS)
    return VT_STR_NONE;
  const struct vt_map *functions = &checker->environment->functions;
  for (uint32_t i = 0; i < functions->count && count < NEAREST_NAMES; i++) {
    const struct vt_cel_overload *overload =
        (const struct vt_cel_overload *)(uintptr_t)functions->entries[i].value;
    bool is_operator = overload->name.ptr[0] == '_' || overload->name.ptr[0] == '@' ||
                       overload->name.ptr[0] == '!' || overload->name.ptr[0] == '-';
    if (overload->member == node->member && !is_operator)
      names[count++] = overload->name;
  }
  return vt_str_nearest(node->name, names, count);
}

static void unknown_function(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  struct vater_str nearest = nearest_function(checker, node);
  if (nearest.len > 0)
    vt_cel_report(checker->report, node->offset, node->width,
                  "unknown function '%.*s'; did you mean '%.*s'?", VT_STR_ARGS(node->name),
                  VT_STR_ARGS(nearest));
  else
    vt_cel_report(checker->report, node->offset, node->width, "unknown function '%.*s'",
                  VT_STR_ARGS(node->name));
}

/* "(string, int)" of types, cut where it gets long. */
static void list_types(struct vt_cel_checker *checker, const struct vt_cel_type *const *types,
                       uint32_t count, bool declared, char out[ARGUMENT_WORDS])
{
  size_t at = 0;
  out[at++] = '(';
  for (uint32_t i = 0; i < count; i++) {
    struct vater_str words = declared ? vt_cel_type_text(checker->arena, types[i])
                                      : vt_cel_type_words(checker, types[i]);
    if (words.ptr == NULL || at + words.len + 8 > ARGUMENT_WORDS)
      break;
    if (i > 0) {
      memcpy(out + at, ", ", 2);
      at += 2;
    }
    memcpy(out + at, words.ptr, words.len);
    at += words.len;
  }
  out[at++] = ')';
  out[at] = '\0';
}

static const char *operator_text(struct vater_str name)
{
  static const char *const names[][2] = {
      {"_==_", "=="}, {"_!=_", "!="}, {"_<_", "<"},   {"_<=_", "<="},  {"_>_", ">"}, {"_>=_", ">="},
      {"_+_", "+"},   {"_-_", "-"},   {"_*_", "*"},   {"_/_", "/"},    {"_%_", "%"}, {"@in", "in"},
      {"!_", "!"},    {"-_", "-"},    {"_[_]", "[]"}, {"_[?_]", "[?]"}};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (vt_str_is(name, names[i][0]))
      return names[i][1];
  return NULL;
}

/* 5 beside a double wants to be 5.0. */
static void literal_hint(const struct vt_cel_node *node, const struct vt_cel_type *const *types,
                         char *out, size_t size)
{
  out[0] = '\0';
  for (uint32_t i = 0; i < node->count && node->count == 2; i++) {
    const struct vt_cel_node *item = node->items[i];
    if (item->kind == VT_CEL_NODE_CONSTANT && item->value.kind == VT_CEL_INT &&
        types[1 - i]->kind == VT_CEL_TYPE_DOUBLE)
      snprintf(out, size, "; write %lld.0", (long long)item->value.as.integer);
    else if (item->kind == VT_CEL_NODE_CONSTANT && item->value.kind == VT_CEL_INT &&
             types[1 - i]->kind == VT_CEL_TYPE_UINT)
      snprintf(out, size, "; write %lldu", (long long)item->value.as.integer);
  }
}

static void operator_fault(struct vt_cel_checker *checker, const struct vt_cel_node *node,
                           const struct vt_cel_type *const *types, const char *sign)
{
  struct vater_str left = vt_cel_type_words(checker, types[0]);
  if (node->count == 1) {
    vt_cel_report(checker->report, node->offset, node->width, "'%s' cannot take %.*s", sign,
                  VT_STR_ARGS(left));
    return;
  }
  char hint[64];
  literal_hint(node, types, hint, sizeof hint);
  struct vater_str right = vt_cel_type_words(checker, types[1]);
  vt_cel_report(checker->report, node->offset, node->width, "'%s' cannot take %.*s and %.*s%s",
                sign, VT_STR_ARGS(left), VT_STR_ARGS(right), hint);
}

static void overload_fault(struct vt_cel_checker *checker, const struct vt_cel_node *node,
                           const struct vt_cel_type *const *types,
                           const struct vt_cel_overload *first)
{
  const char *sign = operator_text(node->name);
  if (sign != NULL) {
    operator_fault(checker, node, types, sign);
    return;
  }
  char got[ARGUMENT_WORDS], wanted[ARGUMENT_WORDS] = "";
  list_types(checker, types, node->count, false, got);
  size_t at = 0;
  for (const struct vt_cel_overload *overload = first; overload != NULL;
       overload = overload->next) {
    char words[ARGUMENT_WORDS];
    if (overload->member != node->member)
      continue;
    list_types(checker, overload->parameters, overload->count, true, words);
    if (at + strlen(words) + 8 > sizeof wanted)
      break;
    at += (size_t)snprintf(wanted + at, sizeof wanted - at, "%s%s", at > 0 ? ", " : "", words);
  }
  if (at == 0)
    vt_cel_report(checker->report, node->offset, node->width, "'%.*s' is called as %s",
                  VT_STR_ARGS(node->name), node->member ? "name(value …)" : "value.name(…)");
  else
    vt_cel_report(checker->report, node->offset, node->width, "%.*s() cannot take %s; it takes %s",
                  VT_STR_ARGS(node->name), got, wanted);
}

/* ---- overloads ---------------------------------------------------------------------------- */

static void keep_candidates(struct vt_cel_checker *checker, struct vt_cel_node *node,
                            const struct vt_cel_overload *const *found, uint32_t count)
{
  const struct vt_cel_overload **kept =
      vt_arena_array(checker->arena, count, sizeof(struct vt_cel_overload *));
  if (kept == NULL) {
    checker->no_memory = true;
    return;
  }
  for (uint32_t i = 0; i < count; i++)
    kept[i] = found[i];
  node->overloads = kept;
  node->overload_count = count;
}

static bool takes(struct vt_cel_checker *checker, const struct vt_cel_overload *overload,
                  const struct vt_cel_type *const *types, const struct vt_cel_type **result)
{
  const struct vt_cel_type *fresh[26] = {NULL}, *parameters[8];
  for (uint32_t i = 0; i < overload->count; i++)
    parameters[i] = vt_cel_unifier_instance(&checker->unifier, overload->parameters[i], fresh);
  if (!vt_cel_unifier_assign(&checker->unifier, types, parameters, overload->count))
    return false;
  *result = vt_cel_unifier_resolve(
      &checker->unifier, vt_cel_unifier_instance(&checker->unifier, overload->result, fresh),
      false);
  return true;
}

static void choose_overloads(struct vt_cel_checker *checker, struct vt_cel_node *node,
                             const struct vt_cel_type *const *types,
                             const struct vt_cel_overload *first)
{
  const struct vt_cel_overload *found[CANDIDATES];
  uint32_t count = 0;
  const struct vt_cel_type *type = NULL;
  for (const struct vt_cel_overload *overload = first; overload != NULL && count < CANDIDATES;
       overload = overload->next) {
    const struct vt_cel_type *result = NULL;
    if (overload->member != node->member || overload->count != node->count)
      continue;
    if (!checker->unchecked && !takes(checker, overload, types, &result))
      continue;
    found[count++] = overload;
    if (type == NULL)
      type = result;
    else if (!vt_cel_type_equal(type, result))
      type = vt_cel_type_simple(VT_CEL_TYPE_DYN);
  }
  if (count == 0 && !checker->unchecked)
    overload_fault(checker, node, types, first);
  node->type = type != NULL ? type : vt_cel_type_simple(VT_CEL_TYPE_ERROR);
  keep_candidates(checker, node, found, count);
}

/* ---- special forms ------------------------------------------------------------------------ */

static bool any_error(const struct vt_cel_type *const *types, uint32_t count)
{
  for (uint32_t i = 0; i < count; i++)
    if (types[i]->kind == VT_CEL_TYPE_ERROR)
      return true;
  return false;
}

static void check_logic(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  const struct vt_cel_type *truth = vt_cel_type_simple(VT_CEL_TYPE_BOOL);
  for (uint32_t i = 0; i < node->count; i++) {
    struct vt_cel_node *item = node->items[i];
    vt_cel_check_node(checker, item);
    if (!checker->unchecked && !vt_cel_check_assign(checker, item->type, truth))
      vt_cel_report(checker->report, item->offset, item->width, "'%.*s' takes bool, not %.*s",
                    VT_STR_ARGS(vt_str_slice(node->name, 1, 3)),
                    VT_STR_ARGS(vt_cel_type_words(checker, item->type)));
  }
  node->type = truth;
}

static void check_conditional(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  for (uint32_t i = 0; i < 3; i++)
    vt_cel_check_node(checker, node->items[i]);
  if (checker->unchecked)
    return;
  const struct vt_cel_node *condition = node->items[0];
  if (!vt_cel_check_assign(checker, condition->type, vt_cel_type_simple(VT_CEL_TYPE_BOOL)))
    vt_cel_report(checker->report, condition->offset, condition->width,
                  "the condition before '?' must be bool, but is %.*s",
                  VT_STR_ARGS(vt_cel_type_words(checker, condition->type)));
  const struct vt_cel_type *either = vt_cel_unifier_fresh(&checker->unifier);
  const struct vt_cel_type *wanted[] = {either, either};
  const struct vt_cel_type *types[] = {node->items[1]->type, node->items[2]->type};
  node->type = either;
  if (vt_cel_unifier_assign(&checker->unifier, types, wanted, 2)) {
    node->type = vt_cel_unifier_resolve(&checker->unifier, either, false);
    return;
  }
  vt_cel_report(checker->report, node->offset, node->width,
                "the two results of '?:' differ in type: %.*s and %.*s",
                VT_STR_ARGS(vt_cel_type_words(checker, types[0])),
                VT_STR_ARGS(vt_cel_type_words(checker, types[1])));
  node->type = vt_cel_type_simple(VT_CEL_TYPE_ERROR);
}

/* A function of a field reads the hidden field behind it. */
static bool hidden_field(struct vt_cel_node *node)
{
  struct vt_cel_node *select = node->count == 1 ? node->items[0] : NULL;
  if (select == NULL || node->member || select->kind != VT_CEL_NODE_SELECT || select->test ||
      select->resolved != VT_CEL_RESOLVED_FIELD || select->optional)
    return false;
  const struct vt_cel_record *record = select->record;
  for (uint32_t i = 0; i < record->count; i++) {
    const struct vt_cel_record_field *field = &record->fields[i];
    if (!vt_str_equal(field->function, node->name) || !vt_str_equal(field->of, select->name))
      continue;
    *node = *select;
    node->name = field->name;
    node->field = i;
    node->type = field->type;
    return true;
  }
  return false;
}

void vt_cel_check_call(struct vt_cel_checker *checker, struct vt_cel_node *node)
{
  if (vt_str_is(node->name, "_&&_") || vt_str_is(node->name, "_||_")) {
    check_logic(checker, node);
    return;
  }
  if (vt_str_is(node->name, "_?_:_")) {
    check_conditional(checker, node);
    return;
  }
  const struct vt_cel_overload *first = function_of(checker, node);
  const struct vt_cel_type **types =
      vt_arena_array(checker->arena, node->count, sizeof(struct vt_cel_type *));
  if (types == NULL) {
    checker->no_memory = true;
    node->type = vt_cel_type_simple(VT_CEL_TYPE_ERROR);
    return;
  }
  for (uint32_t i = 0; i < node->count; i++) {
    vt_cel_check_node(checker, node->items[i]);
    types[i] = vt_cel_unifier_resolve(&checker->unifier, node->items[i]->type, false);
  }
  if (hidden_field(node))
    return;
  if (first == NULL && !checker->unchecked)
    unknown_function(checker, node);
  if (first == NULL || (any_error(types, node->count) && !checker->unchecked)) {
    node->type = vt_cel_type_simple(VT_CEL_TYPE_ERROR);
    return;
  }
  choose_overloads(checker, node, types, first);
}

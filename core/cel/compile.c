#include "cel/check.h"
#include "cel/parse.h"
#include "cel/step.h"
#include "cel/zone.h"

enum { FOLD_STEPS = 10000, FOLD_MEMORY = 64 * 1024, SET_FROM = 1 };

struct compiler {
  struct vt_cel_environment *environment;
  struct vt_arena *arena;
  struct vt_cel_report *report;
  struct vt_cel_program *program;
  bool no_memory;
};

static const struct vt_cel_step *compile(struct compiler *compiler, struct vt_cel_node *node);

static bool is_type(const struct vt_cel_node *node, enum vt_cel_type_kind kind)
{
  return node->type->kind == kind;
}

static bool is_constant(const struct vt_cel_step *step)
{
  return step->run == vt_cel_step_constant;
}

/* ---- steps -------------------------------------------------------------------------------- */

static struct vt_cel_step *new_step(struct compiler *compiler, struct vt_cel_node *node,
                                    vt_cel_step_run *run)
{
  struct vt_cel_step *step = vt_arena_alloc(compiler->arena, sizeof *step);
  const struct vt_cel_step **items =
      vt_arena_array(compiler->arena, node->count, sizeof(struct vt_cel_step *));
  if (step == NULL || items == NULL) {
    compiler->no_memory = true;
    return NULL;
  }
  *step = (struct vt_cel_step){.run = run,
                               .items = items,
                               .count = node->count,
                               .slot = node->slot,
                               .second_slot = node->second_slot,
                               .field = node->field,
                               .offset = node->offset,
                               .node = node,
                               .cost = 1,
                               .weight = 1};
  for (uint32_t i = 0; i < node->count; i++) {
    if (node->items[i] == NULL)
      continue;
    items[i] = compile(compiler, node->items[i]);
    if (items[i] == NULL)
      return NULL;
    step->cost += items[i]->cost;
    step->weight += items[i]->weight;
    if (step->cost > UINT64_MAX / 1024)
      step->cost = UINT64_MAX / 1024;
  }
  return step;
}

static struct vt_cel_step *constant_step(struct compiler *compiler, struct vt_cel_node *node,
                                         const struct vt_cel_value *value)
{
  struct vt_cel_step *step = vt_arena_alloc(compiler->arena, sizeof *step);
  if (step == NULL || !vt_cel_copy(compiler->arena, value, &step->value)) {
    compiler->no_memory = true;
    return NULL;
  }
  step->run = vt_cel_step_constant;
  step->node = node;
  step->offset = node->offset;
  step->cost = step->weight = 1;
  return step;
}

/* The constant that a step of constants gives; the step itself where that is an error. */
static struct vt_cel_step *folded(struct compiler *compiler, struct vt_cel_node *node,
                                  struct vt_cel_step *step)
{
  for (uint32_t i = 0; i < step->count; i++)
    if (step->items[i] == NULL || !is_constant(step->items[i]))
      return step;
  struct vt_cel_value value;
  struct vt_cel_environment *environment = compiler->environment;
  if (environment->folding == NULL &&
      vt_cel_run_new(&environment->options.allocator, FOLD_STEPS, FOLD_MEMORY,
                     &environment->folding) != VATER_OK) {
    compiler->no_memory = true;
    return NULL;
  }
  vt_cel_run_step(environment->folding, compiler->program, step, NULL, &value);
  if (value.kind == VT_CEL_ERROR && value.as.fault->status == VATER_E_NOMEM) {
    compiler->no_memory = true;
    return NULL;
  }
  return vt_cel_is_value(&value) ? constant_step(compiler, node, &value) : step;
}

/* ---- names and fields --------------------------------------------------------------------- */

static struct vt_cel_step *compile_name(struct compiler *compiler, struct vt_cel_node *node)
{
  switch ((enum vt_cel_resolved)node->resolved) {
  case VT_CEL_RESOLVED_VARIABLE:
    return new_step(compiler, node, vt_cel_step_variable);
  case VT_CEL_RESOLVED_LOCAL:
    return new_step(compiler, node, vt_cel_step_local);
  case VT_CEL_RESOLVED_CONSTANT:
    return constant_step(compiler, node, &node->value);
  default:
    return new_step(compiler, node, vt_cel_step_unknown);
  }
}

static struct vt_cel_step *compile_select(struct compiler *compiler, struct vt_cel_node *node)
{
  if (node->resolved == VT_CEL_RESOLVED_VARIABLE || node->resolved == VT_CEL_RESOLVED_CONSTANT)
    return compile_name(compiler, node);
  if (node->test)
    return new_step(compiler, node, vt_cel_step_has);
  struct vt_cel_step *step = new_step(compiler, node, vt_cel_step_select);
  if (step == NULL || node->optional || node->resolved != VT_CEL_RESOLVED_FIELD)
    return step;
  const struct vt_cel_node *from = node->items[0];
  if (from->resolved == VT_CEL_RESOLVED_VARIABLE && is_type(from, VT_CEL_TYPE_RECORD)) {
    step->run = vt_cel_step_field;
    step->slot = from->slot;
  }
  return step;
}

/* ---- calls -------------------------------------------------------------------------------- */

struct form {
  const char *name;
  vt_cel_step_run *any, *doubles;
};

static const struct form *form_of(struct vater_str name)
{
  static const struct form forms[] = {
      {"_&&_", vt_cel_step_and, NULL},
      {"_||_", vt_cel_step_or, NULL},
      {"!_", vt_cel_step_not, NULL},
      {"_?_:_", vt_cel_step_conditional, NULL},
      {"_[_]", vt_cel_step_index, NULL},
      {"_[?_]", vt_cel_step_index, NULL},
      {"_==_", vt_cel_step_equal, NULL},
      {"_!=_", vt_cel_step_equal, NULL},
      {"@in", vt_cel_step_in, NULL},
      {"_<_", vt_cel_step_less, vt_cel_step_less_double},
      {"_<=_", vt_cel_step_less_equal, vt_cel_step_less_equal_double},
      {"_>_", vt_cel_step_greater, vt_cel_step_greater_double},
      {"_>=_", vt_cel_step_greater_equal, vt_cel_step_greater_equal_double},
      {"_+_", vt_cel_step_dispatch, vt_cel_step_add_double},
      {"_-_", vt_cel_step_dispatch, vt_cel_step_subtract_double},
      {"_*_", vt_cel_step_dispatch, vt_cel_step_multiply_double},
      {"_/_", vt_cel_step_dispatch, vt_cel_step_divide_double},
      {"math.abs", vt_cel_step_dispatch, vt_cel_step_abs_double},
  };
  for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
    if (vt_str_is(name, forms[i].name))
      return &forms[i];
  return NULL;
}

static bool all_doubles(const struct vt_cel_node *node)
{
  for (uint32_t i = 0; i < node->count; i++)
    if (!is_type(node->items[i], VT_CEL_TYPE_DOUBLE))
      return false;
  return true;
}

/* Whether the checker is sure of the one overload. */
static bool is_sure(const struct vt_cel_node *node)
{
  if (node->overload_count != 1 || node->count > 8)
    return false;
  for (uint32_t i = 0; i < node->count; i++) {
    const struct vt_cel_type *wanted = node->overloads[0]->parameters[i];
    const struct vt_cel_type *given = node->items[i]->type;
    if (wanted->kind != VT_CEL_TYPE_PARAMETER && wanted->kind != VT_CEL_TYPE_DYN &&
        given->kind != wanted->kind)
      return false;
  }
  return true;
}

static void specialise_equal(struct vt_cel_step *step, const struct vt_cel_node *node)
{
  step->field = node->name.ptr[1] == '!' ? 1 : 0;
  if (is_constant(step->items[1]) && step->items[1]->value.kind == VT_CEL_STRING) {
    step->run = vt_cel_step_equal_text;
    step->value = step->items[1]->value;
  }
}

static bool specialise_in(struct compiler *compiler, struct vt_cel_step *step)
{
  const struct vt_cel_value *all = &step->items[1]->value;
  if (!is_constant(step->items[1]) || all->kind != VT_CEL_LIST || all->as.list->count < SET_FROM)
    return true;
  uint32_t count = 0;
  struct vt_cel_entry *entries =
      vt_arena_array(compiler->arena, all->as.list->count, sizeof *entries);
  if (entries == NULL)
    return false;
  struct vt_cel_map *seen = vt_cel_set_build(compiler->arena, all->as.list, entries, &count);
  if (seen == NULL)
    return count != UINT32_MAX;
  step->data = seen;
  step->run = vt_cel_step_in_set;
  return true;
}

/* A constant pattern is compiled here, once; a wrong one is a fault of the expression. */
static bool specialise_matches(struct compiler *compiler, struct vt_cel_step *step)
{
  const struct vt_cel_step *pattern = step->items[1];
  if (!is_constant(pattern) || pattern->value.kind != VT_CEL_STRING)
    return true;
  const struct vt_regex *regex;
  struct vt_error error = {0};
  int status =
      vt_cel_environment_regex(compiler->environment, pattern->value.as.text, &regex, &error);
  if (status == VATER_E_NOMEM)
    return false;
  bool told = status != VATER_OK && !compiler->environment->options.unchecked;
  if (told && status == VATER_E_LIMIT)
    vt_cel_report_cost(compiler->report, pattern->offset, pattern->node->width, "%s", error.text);
  else if (told)
    vt_cel_report(compiler->report, pattern->offset, pattern->node->width, "%s", error.text);
  if (status == VATER_OK) {
    step->data = regex;
    step->value = vt_cel_uint(vt_str_hash(pattern->value.as.text, 1));
    step->run = vt_cel_step_matches;
  }
  return true;
}

static bool load_zone(struct compiler *compiler, const struct vt_cel_step *step)
{
  const struct vt_cel_node *node = step->node;
  const struct vt_cel_step *zone = step->count == 2 ? step->items[1] : NULL;
  if (zone == NULL || !node->member || !vt_str_starts(node->name, VT_STR("get")) ||
      !is_constant(zone) || zone->value.kind != VT_CEL_STRING)
    return true;
  struct vt_error error = {0};
  int status = vt_cel_zone_add(compiler->environment, zone->value.as.text, &error);
  if (status != VATER_OK && status != VATER_E_NOMEM && !compiler->environment->options.unchecked)
    vt_cel_report(compiler->report, zone->offset, zone->node->width, "%s", error.text);
  return status != VATER_E_NOMEM;
}

static bool specialise(struct compiler *compiler, struct vt_cel_node *node,
                       struct vt_cel_step *step)
{
  if (step->run == vt_cel_step_equal)
    specialise_equal(step, node);
  if (step->run == vt_cel_step_in)
    return specialise_in(compiler, step);
  if (vt_str_is(node->name, "matches") && node->count == 2)
    return specialise_matches(compiler, step);
  return load_zone(compiler, step);
}

/* or and orValue of optional values, and of nothing else that is declared by that name. */
static bool is_or_else(const struct vt_cel_node *node)
{
  return node->member && node->count == 2 && node->overload_count == 1 &&
         (vt_str_is(node->name, "or") || vt_str_is(node->name, "orValue")) &&
         node->overloads[0]->parameters[0]->kind == VT_CEL_TYPE_OPTIONAL;
}

static struct vt_cel_step *compile_call(struct compiler *compiler, struct vt_cel_node *node)
{
  const struct form *form = form_of(node->name);
  vt_cel_step_run *run = vt_cel_step_dispatch;
  if (form != NULL)
    run = form->doubles != NULL && all_doubles(node) ? form->doubles : form->any;
  if (run == vt_cel_step_dispatch && is_or_else(node))
    run = vt_cel_step_or_else;
  if (run == vt_cel_step_dispatch && is_sure(node))
    run = vt_cel_step_call;
  struct vt_cel_step *step = new_step(compiler, node, run);
  if (step == NULL)
    return NULL;
  if (run == vt_cel_step_call)
    step->data = node->overloads[0];
  if (run == vt_cel_step_or_else)
    step->field = node->name.len == 2 ? 0 : 1;
  if (!specialise(compiler, node, step)) {
    compiler->no_memory = true;
    return NULL;
  }
  return folded(compiler, node, step);
}

static struct vt_cel_step *compile_loop(struct compiler *compiler, struct vt_cel_node *node)
{
  struct vt_cel_step *step = new_step(compiler, node, vt_cel_step_loop);
  if (step == NULL)
    return NULL;
  const struct vt_cel_step *range = step->items[0];
  uint64_t rounds = VT_CEL_ASSUMED_LENGTH;
  if (is_constant(range) && vt_cel_is_list(&range->value))
    rounds = vt_cel_list_count(&range->value);
  else if (range->node->kind == VT_CEL_NODE_LIST)
    rounds = range->node->count;
  uint64_t body = step->cost - range->cost;
  if (body > UINT64_MAX / 1024 / (rounds + 1))
    body = UINT64_MAX / 1024 / (rounds + 1);
  step->cost = range->cost + body * rounds;
  return step;
}

static const struct vt_cel_step *compile(struct compiler *compiler, struct vt_cel_node *node)
{
  struct vt_cel_step *step = NULL;
  switch ((enum vt_cel_node_kind)node->kind) {
  case VT_CEL_NODE_CONSTANT:
    step = constant_step(compiler, node, &node->value);
    break;
  case VT_CEL_NODE_NAME:
    step = compile_name(compiler, node);
    break;
  case VT_CEL_NODE_SELECT:
    step = compile_select(compiler, node);
    break;
  case VT_CEL_NODE_CALL:
    step = compile_call(compiler, node);
    break;
  case VT_CEL_NODE_LIST:
    step = new_step(compiler, node, vt_cel_step_list);
    step = step != NULL ? folded(compiler, node, step) : NULL;
    break;
  case VT_CEL_NODE_MAP:
    step = new_step(compiler, node, vt_cel_step_map);
    step = step != NULL ? folded(compiler, node, step) : NULL;
    break;
  case VT_CEL_NODE_LOOP:
    step = compile_loop(compiler, node);
    break;
  case VT_CEL_NODE_BIND:
    step = new_step(compiler, node, vt_cel_step_bind);
    break;
  case VT_CEL_NODE_OPTIONAL:
    step = new_step(compiler, node, vt_cel_step_optional);
    break;
  }
  node->step = step;
  return step;
}

/* ---- programs ----------------------------------------------------------------------------- */

static int parse_and_check(struct vt_cel_environment *environment, struct vt_cel_report *report,
                           const struct vt_cel_type *expected, struct vt_arena *arena,
                           struct vt_cel_program *program)
{
  bool no_memory;
  program->root =
      vt_cel_parse(arena, report, program->text, environment->options.blocks, &no_memory);
  if (program->root == NULL)
    return no_memory ? VATER_E_NOMEM : VATER_E_RULE;
  struct vt_cel_checker checker = {.environment = environment,
                                   .report = report,
                                   .arena = arena,
                                   .unchecked = environment->options.unchecked};
  vt_cel_check(&checker, program->root, expected);
  program->local_count = checker.local_count;
  program->type_text = vt_cel_type_text(arena, program->root->type);
  if (checker.no_memory || program->type_text.ptr == NULL)
    return VATER_E_NOMEM;
  return report->count > 0 ? VATER_E_RULE : VATER_OK;
}

static int make_steps(struct vt_cel_report *report, struct vt_arena *arena,
                      struct vt_cel_program *program)
{
  struct compiler compiler = {
      .environment = program->environment, .arena = arena, .report = report, .program = program};
  program->step = compile(&compiler, program->root);
  if (program->step == NULL || compiler.no_memory)
    return VATER_E_NOMEM;
  program->cost = program->step->cost;
  return report->count > 0 ? VATER_E_RULE : vt_cel_references_find(arena, program);
}

int vt_cel_compile(struct vt_cel_environment *environment, const struct vt_cel_source *source,
                   const char *expected, struct vt_arena *arena, struct vt_diagnostics *diagnostics,
                   struct vt_cel_program **program)
{
  *program = NULL;
  struct vt_cel_report report = {.source = source, .diagnostics = diagnostics};
  struct vt_cel_program *made = vt_arena_alloc(arena, sizeof *made);
  const struct vt_cel_type *type = NULL;
  size_t at = 0;
  if (made == NULL)
    return VATER_E_NOMEM;
  struct vt_error error = {0};
  int status = expected == NULL
                   ? VATER_OK
                   : vt_cel_type_parse(environment, vt_str(expected), &at, &type, &error);
  if (status == VATER_E_RULE)
    vt_cel_report(&report, 0, 1, "%s", error.text);
  if (status != VATER_OK)
    return status;
  made->environment = environment;
  made->text = vt_arena_copy(arena, source->text);
  if (made->text.ptr == NULL)
    return VATER_E_NOMEM;
  status = parse_and_check(environment, &report, type, arena, made);
  if (status == VATER_OK)
    status = make_steps(&report, arena, made);
  if (status == VATER_OK)
    *program = made;
  return status;
}

struct vater_str vt_cel_program_type(const struct vt_cel_program *program)
{
  return program->type_text;
}

uint64_t vt_cel_program_cost(const struct vt_cel_program *program)
{
  return program->cost;
}

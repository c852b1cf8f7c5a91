#include "rules/function.h"

#include "base/date.h"

#include <stdlib.h>

/* What a callback of a plugin's function needs. */
struct plugin_function {
  struct vater_call *call;
  const struct vt_plugin *plugin;
  const struct vater_function *function;
};

enum { ARGUMENTS_MAX = 8 };

struct vater_str vt_rules_dimension(struct vater_str breakdown, struct vater_str name)
{
  size_t start = 0;
  while (start < breakdown.len) {
    size_t end = vt_str_find(breakdown, VT_STR(";"), start);
    struct vater_str part = vt_str_slice(breakdown, start, end);
    if (part.len > name.len && part.ptr[name.len] == '=' && vt_str_starts(part, name))
      return vt_str_slice(part, name.len + 1, part.len);
    start = end + 1;
  }
  return VT_STR_NONE;
}

static int call_dimension(void *context, const struct vt_cel_value *arguments, uint32_t count,
                          struct vt_arena *memory, struct vt_cel_value *result,
                          struct vt_error *error)
{
  (void)context;
  (void)count;
  (void)memory;
  (void)error;
  struct vater_str value = vt_rules_dimension(arguments[0].as.text, arguments[1].as.text);
  *result = vt_cel_string(value.ptr == NULL ? VT_STR("") : value);
  return VATER_OK;
}

static int call_sum(void *context, const struct vt_cel_value *arguments, uint32_t count,
                    struct vt_arena *memory, struct vt_cel_value *result, struct vt_error *error)
{
  (void)context;
  (void)count;
  (void)memory;
  (void)error;
  const struct vt_cel_list *list = arguments[0].as.list;
  double sum = 0;
  for (uint32_t i = 0; i < list->count; i++)
    sum += list->items[i].as.number;
  *result = vt_cel_double(sum);
  return VATER_OK;
}

static int by_number(const void *left, const void *right)
{
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* The middle number, the mean of two where their count is even. */
static int call_median(void *context, const struct vt_cel_value *arguments, uint32_t count,
                       struct vt_arena *memory, struct vt_cel_value *result, struct vt_error *error)
{
  (void)context;
  (void)count;
  const struct vt_cel_list *list = arguments[0].as.list;
  if (list->count == 0)
    return vt_fail(error, VATER_E_RULE, NULL, "median of an empty list");
  double *numbers = vt_arena_array(memory, list->count, sizeof *numbers);
  if (numbers == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a median");
  for (uint32_t i = 0; i < list->count; i++)
    numbers[i] = list->items[i].as.number;
  qsort(numbers, list->count, sizeof *numbers, by_number);
  uint32_t middle = list->count / 2;
  *result = vt_cel_double(list->count % 2 == 1 ? numbers[middle]
                                               : (numbers[middle - 1] + numbers[middle]) / 2);
  return VATER_OK;
}

/* How many periods of its kind there were before this one, since the year 0. */
static int64_t period_number(const struct vt_period *period)
{
  static const int a_year[] = {[VT_PERIOD_YEAR] = 1,
                               [VT_PERIOD_TERTIAL] = 3,
                               [VT_PERIOD_QUARTER] = 4,
                               [VT_PERIOD_MONTH] = 12};
  return (int64_t)period->year * a_year[period->kind] + period->part - 1;
}

static int call_periods(void *context, const struct vt_cel_value *arguments, uint32_t count,
                        struct vt_arena *memory, struct vt_cel_value *result,
                        struct vt_error *error)
{
  (void)context;
  (void)count;
  (void)memory;
  struct vt_period from, to;
  for (int i = 0; i < 2; i++)
    if (!vt_period_parse(arguments[i].as.text, i == 0 ? &from : &to))
      return vt_fail(error, VATER_E_RULE, NULL, "'%.*s' is not a period",
                     VT_STR_ARGS(arguments[i].as.text));
  if (from.kind != to.kind)
    return vt_fail(error, VATER_E_RULE, NULL, "'%.*s' and '%.*s' are periods of different lengths",
                   VT_STR_ARGS(arguments[0].as.text), VT_STR_ARGS(arguments[1].as.text));
  *result = vt_cel_int(period_number(&to) - period_number(&from));
  return VATER_OK;
}

/* A timestamp reaches a plugin as RFC 3339 text. */
static bool to_plugin(const struct vt_cel_value *from, struct vt_arena *memory,
                      struct vater_value *to)
{
  char buffer[32];
  struct vater_str text;
  switch (from->kind) {
  case VT_CEL_NULL:
    to->type = VATER_VALUE_NULL;
    return true;
  case VT_CEL_BOOL:
    to->type = VATER_VALUE_TRUTH;
    to->as.truth = from->as.truth;
    return true;
  case VT_CEL_INT:
    to->type = VATER_VALUE_INTEGER;
    to->as.integer = from->as.integer;
    return true;
  case VT_CEL_DOUBLE:
    to->type = VATER_VALUE_NUMBER;
    to->as.number = from->as.number;
    return true;
  case VT_CEL_STRING:
    to->type = VATER_VALUE_TEXT;
    to->as.text = from->as.text;
    return true;
  case VT_CEL_TIMESTAMP:
    text = (struct vater_str){buffer, vt_date_print_time(from->as.time.seconds * 1000, buffer)};
    to->type = VATER_VALUE_TEXT;
    to->as.text = vt_arena_copy(memory, text);
    return to->as.text.ptr != NULL;
  default:
    return false;
  }
}

static int from_plugin(const struct vater_value *from, struct vt_arena *memory,
                       struct vt_cel_value *to, struct vt_error *error)
{
  switch (from->type) {
  case VATER_VALUE_NULL:
    *to = (struct vt_cel_value){.kind = VT_CEL_NULL};
    return VATER_OK;
  case VATER_VALUE_TRUTH:
    *to = vt_cel_bool(from->as.truth);
    return VATER_OK;
  case VATER_VALUE_INTEGER:
    *to = vt_cel_int(from->as.integer);
    return VATER_OK;
  case VATER_VALUE_NUMBER:
    *to = vt_cel_double(from->as.number);
    return VATER_OK;
  case VATER_VALUE_TEXT:
    *to = vt_cel_string(vt_arena_copy(memory, from->as.text));
    return to->as.text.ptr == NULL ? VATER_E_NOMEM : VATER_OK;
  default:
    return vt_fail(error, VATER_E_RULE, NULL, "a plugin's function gave a value of no known type");
  }
}

static int call_plugin(void *context, const struct vt_cel_value *arguments, uint32_t count,
                       struct vt_arena *memory, struct vt_cel_value *result, struct vt_error *error)
{
  const struct plugin_function *called = context;
  struct vater_value given[ARGUMENTS_MAX], answer = {0};
  if (count > ARGUMENTS_MAX)
    return vt_fail(error, VATER_E_RULE, NULL, "a plugin's function takes at most %d arguments",
                   ARGUMENTS_MAX);
  for (uint32_t i = 0; i < count; i++)
    if (!to_plugin(&arguments[i], memory, &given[i]))
      return vt_fail(error, VATER_E_RULE, NULL,
                     "argument %u of '%s' has a type that plugins do not take", i + 1,
                     called->function->name);
  int status = vt_function_call(called->call, called->plugin->info.name, called->function, given,
                                count, &answer, error);
  return status == VATER_OK ? from_plugin(&answer, memory, result, error) : status;
}

static int declare_plugin(struct vt_cel_environment *environment, struct vater_call *call,
                          const struct vt_plugin *plugin, const struct vater_function *function,
                          struct vt_arena *arena, struct vt_error *error)
{
  struct plugin_function *context = vt_arena_alloc(arena, sizeof *context);
  if (context == NULL)
    return VATER_E_NOMEM;
  *context = (struct plugin_function){call, plugin, function};
  return vt_cel_declare_function(environment, function->name, function->signature, false,
                                 call_plugin, context, error);
}

static int declare_own(struct vt_cel_environment *environment, struct vt_error *error)
{
  static const struct {
    const char *name, *signature;
    vt_cel_callback *call;
  } own[] = {{"dimension", "(string, string) -> string", call_dimension},
             {"sum", "(list(double)) -> double", call_sum},
             {"median", "(list(double)) -> double", call_median},
             {"periodsBetween", "(string, string) -> int", call_periods}};
  int status = VATER_OK;
  for (size_t i = 0; i < sizeof own / sizeof *own && status == VATER_OK; i++)
    status = vt_cel_declare_function(environment, own[i].name, own[i].signature, false, own[i].call,
                                     NULL, error);
  return status;
}

int vt_rules_functions(struct vt_cel_environment *environment, struct vater_call *call,
                       const struct vt_registry *plugins, struct vt_arena *arena,
                       void (*refused)(void *context, const struct vt_plugin *plugin,
                                       const struct vater_function *function, const char *why),
                       void *context)
{
  int status = declare_own(environment, NULL);
  for (uint32_t i = 0; plugins != NULL && i < plugins->count && status == VATER_OK; i++) {
    const struct vt_plugin *plugin = plugins->plugins[i];
    for (uint32_t n = 0; n < plugin->info.function_count && status == VATER_OK; n++) {
      struct vt_error error = {0};
      status = declare_plugin(environment, call, plugin, &plugin->functions[n], arena, &error);
      if (status == VATER_E_RULE) {
        refused(context, plugin, &plugin->functions[n], error.text);
        status = VATER_OK;
      }
    }
  }
  return status;
}

static void report(void *context, const struct vt_plugin *plugin,
                   const struct vater_function *function, const char *why)
{
  vt_rules_report_file(context, "RULE-LOAD", vt_str(plugin->info.path), "function '%s': %s",
                       function->name, why);
}

static void say_nothing(void *context, const struct vt_plugin *plugin,
                        const struct vater_function *function, const char *why)
{
  (void)context;
  (void)plugin;
  (void)function;
  (void)why;
}

int vt_rules_declare_functions(struct vt_rules_loader *loader, struct vt_rules_scope *scope)
{
  struct vt_rules *rules = loader->rules;
  return vt_rules_functions(scope->environment, rules->call, rules->plugins, rules->arena,
                            scope == &rules->scopes[0] ? report : say_nothing, loader);
}

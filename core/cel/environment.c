#include "cel/environment.h"

#include "base/limits.h"
#include "cel/zone.h"

enum { NAMES = 100000, OVERLOAD_PARAMETERS = 8 };

static int declare_builtins(struct vt_cel_environment *environment);

int vt_cel_environment_new(struct vt_arena *arena, const struct vt_cel_options *options,
                           struct vt_cel_environment **environment)
{
  *environment = NULL;
  struct vt_cel_environment *made = vt_arena_alloc(arena, sizeof *made);
  if (made == NULL)
    return VATER_E_NOMEM;
  made->arena = arena;
  made->options = *options;
  made->options.container = vt_arena_copy(arena, options->container);
  if (options->allocator.resize == NULL)
    made->options.allocator = vt_allocator_real();
  const struct vt_allocator *allocator = &made->options.allocator;
  vt_map_init(&made->functions, allocator, NAMES, 0);
  vt_map_init(&made->variables, allocator, NAMES, 0);
  vt_map_init(&made->records, allocator, NAMES, 0);
  int status = made->options.container.ptr == NULL ? VATER_E_NOMEM : declare_builtins(made);
  if (status != VATER_OK) {
    vt_cel_environment_free(made);
    return status;
  }
  *environment = made;
  return VATER_OK;
}

void vt_cel_environment_free(struct vt_cel_environment *environment)
{
  if (environment == NULL)
    return;
  for (struct vt_cel_regex *at = environment->regexes; at != NULL; at = at->next)
    vt_regex_free(at->regex);
  environment->regexes = NULL;
  vt_cel_run_free(environment->folding);
  environment->folding = NULL;
  vt_map_fini(&environment->functions);
  vt_map_fini(&environment->variables);
  vt_map_fini(&environment->records);
}

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a declaration");
}

static uint64_t *put(struct vt_map *map, struct vater_str name)
{
  bool added;
  return vt_map_put(map, name, &added);
}

/* ---- look-ups ----------------------------------------------------------------------------- */

static void *find_pointer(const struct vt_map *map, struct vater_str name)
{
  const uint64_t *found = vt_map_get(map, name);
  return found != NULL ? (void *)(uintptr_t)*found : NULL;
}

const struct vt_cel_record *vt_cel_environment_record(const struct vt_cel_environment *environment,
                                                      struct vater_str name)
{
  return find_pointer(&environment->records, name);
}

const struct vt_cel_record *vt_cel_record_find(const struct vt_cel_environment *environment,
                                               const char *name)
{
  return vt_cel_environment_record(environment, vt_str(name));
}

const struct vt_cel_overload *
vt_cel_environment_function(const struct vt_cel_environment *environment, struct vater_str name)
{
  return find_pointer(&environment->functions, name);
}

uint32_t vt_cel_environment_variable(const struct vt_cel_environment *environment,
                                     struct vater_str name)
{
  const uint64_t *found = vt_map_get(&environment->variables, name);
  return found != NULL ? (uint32_t)*found : UINT32_MAX;
}

uint32_t vt_cel_variable_find(const struct vt_cel_environment *environment, const char *name)
{
  return vt_cel_environment_variable(environment, vt_str(name));
}

uint32_t vt_cel_variable_count(const struct vt_cel_environment *environment)
{
  return environment->variable_count;
}

/* ---- records and variables ---------------------------------------------------------------- */

static bool is_name(const char *name, bool dotted)
{
  bool start = true;
  for (const char *at = name; *at != '\0'; at++) {
    bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_';
    if (*at == '.' && dotted && !start) {
      start = true;
      continue;
    }
    if (!letter && (start || *at < '0' || *at > '9'))
      return false;
    start = false;
  }
  return !start;
}

static int parse_whole_type(struct vt_cel_environment *environment, const char *text,
                            const struct vt_cel_type **type, struct vt_error *error)
{
  size_t at = 0;
  int status = vt_cel_type_parse(environment, vt_str(text), &at, type, error);
  if (status == VATER_OK && text[at] != '\0')
    return vt_fail(error, VATER_E_RULE, NULL, "type '%s': unexpected '%s'", text, text + at);
  return status;
}

static int declare_field(struct vt_cel_environment *environment, const char *record,
                         const struct vt_cel_field *field, struct vt_cel_record_field *made,
                         struct vt_error *error)
{
  struct vt_arena *arena = environment->arena;
  if (!is_name(field->name, true))
    return vt_fail(error, VATER_E_RULE, NULL, "record '%s': '%s' is not a name", record,
                   field->name);
  made->name = vt_arena_copy(arena, vt_str(field->name));
  made->function = vt_arena_copy(arena, vt_str(field->function));
  made->of = vt_arena_copy(arena, vt_str(field->of));
  if (made->name.ptr == NULL || made->function.ptr == NULL || made->of.ptr == NULL)
    return no_memory(error);
  return parse_whole_type(environment, field->type, &made->type, error);
}

int vt_cel_declare_record(struct vt_cel_environment *environment, const char *name,
                          const struct vt_cel_field *fields, uint32_t count, struct vt_error *error)
{
  struct vt_arena *arena = environment->arena;
  if (!is_name(name, true) || vt_cel_type_by_name(vt_str(name)) != NULL ||
      vt_cel_environment_record(environment, vt_str(name)) != NULL)
    return vt_fail(error, VATER_E_RULE, NULL, "record '%s': not a name, or taken", name);
  struct vt_cel_record *record = vt_arena_alloc(arena, sizeof *record);
  struct vt_cel_record_field *made = vt_arena_array(arena, count, sizeof *made);
  struct vt_cel_type *type = vt_arena_alloc(arena, sizeof *type);
  struct vater_str copy = vt_arena_copy(arena, vt_str(name));
  if (record == NULL || made == NULL || type == NULL || copy.ptr == NULL)
    return no_memory(error);
  *type = (struct vt_cel_type){.kind = VT_CEL_TYPE_RECORD, .name = copy, .record = record};
  *record = (struct vt_cel_record){copy, count, made, type};
  for (uint32_t i = 0; i < count; i++) {
    int status = declare_field(environment, name, &fields[i], &made[i], error);
    if (status != VATER_OK)
      return status;
  }
  uint64_t *place = put(&environment->records, copy);
  if (place == NULL)
    return no_memory(error);
  *place = (uint64_t)(uintptr_t)record;
  return VATER_OK;
}

static bool more_variables(struct vt_cel_environment *environment)
{
  if (environment->variable_count < environment->variable_room)
    return true;
  uint32_t room = environment->variable_room == 0 ? 8 : environment->variable_room * 2;
  struct vt_cel_variable *grown = vt_arena_array(environment->arena, room, sizeof *grown);
  if (grown == NULL)
    return false;
  if (environment->variable_count > 0)
    memcpy(grown, environment->variable_list, environment->variable_count * sizeof *grown);
  environment->variable_list = grown;
  environment->variable_room = room;
  return true;
}

int vt_cel_declare_variable(struct vt_cel_environment *environment, const char *name,
                            const char *type, uint32_t *slot, struct vt_error *error)
{
  if (slot != NULL)
    *slot = 0;
  if (!is_name(name, true) || vt_cel_environment_variable(environment, vt_str(name)) != UINT32_MAX)
    return vt_fail(error, VATER_E_RULE, NULL, "variable '%s': not a name, or taken", name);
  const struct vt_cel_type *parsed;
  int status = parse_whole_type(environment, type, &parsed, error);
  if (status != VATER_OK)
    return status;
  struct vater_str copy = vt_arena_copy(environment->arena, vt_str(name));
  if (copy.ptr == NULL || !more_variables(environment))
    return no_memory(error);
  uint64_t *place = put(&environment->variables, copy);
  if (place == NULL)
    return no_memory(error);
  *place = environment->variable_count;
  if (slot != NULL)
    *slot = environment->variable_count;
  environment->variable_list[environment->variable_count++] =
      (struct vt_cel_variable){copy, parsed};
  return VATER_OK;
}

/* ---- functions ---------------------------------------------------------------------------- */

static int expect(struct vater_str text, size_t *at, const char *part, struct vt_error *error)
{
  while (*at < text.len && text.ptr[*at] == ' ')
    ++*at;
  struct vater_str wanted = vt_str(part);
  if (!vt_str_starts(vt_str_slice(text, *at, text.len), wanted))
    return vt_fail(error, VATER_E_RULE, NULL, "signature '%.*s': expected '%s' at '%.*s'",
                   VT_STR_ARGS(text), part, VT_STR_ARGS(vt_str_slice(text, *at, text.len)));
  *at += wanted.len;
  return VATER_OK;
}

static int parse_parameters(struct vt_cel_environment *environment, struct vater_str text,
                            size_t *at, const struct vt_cel_type **types, uint32_t *count,
                            struct vt_error *error)
{
  int status = expect(text, at, "(", error);
  if (status != VATER_OK || expect(text, at, ")", NULL) == VATER_OK)
    return status;
  do {
    if (*count == OVERLOAD_PARAMETERS)
      return vt_fail(error, VATER_E_RULE, NULL, "signature '%.*s': more than %d parameters",
                     VT_STR_ARGS(text), OVERLOAD_PARAMETERS);
    status = vt_cel_type_parse(environment, text, at, &types[(*count)++], error);
    if (status != VATER_OK)
      return status;
  } while (expect(text, at, ",", NULL) == VATER_OK);
  return expect(text, at, ")", error);
}

static int parse_signature(struct vt_cel_environment *environment, const char *signature,
                           struct vt_cel_overload *overload, struct vt_error *error)
{
  struct vater_str text = vt_str(signature);
  const struct vt_cel_type *types[OVERLOAD_PARAMETERS];
  size_t at = 0;
  uint32_t count = 0;
  int status = parse_parameters(environment, text, &at, types, &count, error);
  if (status == VATER_OK)
    status = expect(text, &at, "->", error);
  if (status == VATER_OK)
    status = vt_cel_type_parse(environment, text, &at, &overload->result, error);
  if (status == VATER_OK && at != text.len)
    status = vt_fail(error, VATER_E_RULE, NULL, "signature '%s': unexpected '%s'", signature,
                     signature + at);
  if (status != VATER_OK)
    return status;
  const struct vt_cel_type **kept =
      vt_arena_array(environment->arena, count, sizeof(struct vt_cel_type *));
  if (kept == NULL)
    return no_memory(error);
  for (uint32_t i = 0; i < count; i++)
    kept[i] = types[i];
  overload->parameters = kept;
  overload->count = count;
  return VATER_OK;
}

static bool same_parameters(const struct vt_cel_overload *a, const struct vt_cel_overload *b)
{
  if (a->member != b->member || a->count != b->count)
    return false;
  for (uint32_t i = 0; i < a->count; i++)
    if (!vt_cel_type_equal(a->parameters[i], b->parameters[i]))
      return false;
  return true;
}

static int add_overload(struct vt_cel_environment *environment, struct vt_cel_overload *overload,
                        struct vt_error *error)
{
  uint64_t *place = put(&environment->functions, overload->name);
  if (place == NULL)
    return no_memory(error);
  struct vt_cel_overload *last = (struct vt_cel_overload *)(uintptr_t)*place;
  if (last == NULL) {
    *place = (uint64_t)(uintptr_t)overload;
    return VATER_OK;
  }
  for (;; last = last->next) {
    if (same_parameters(last, overload))
      return vt_fail(error, VATER_E_RULE, NULL,
                     "function '%.*s' with these parameter types is declared already",
                     VT_STR_ARGS(overload->name));
    if (last->next == NULL)
      break;
  }
  last->next = overload;
  return VATER_OK;
}

static int declare(struct vt_cel_environment *environment, struct vater_str name,
                   const char *signature, const struct vt_cel_overload *what,
                   struct vt_error *error)
{
  struct vt_cel_overload *overload = vt_arena_alloc(environment->arena, sizeof *overload);
  if (overload == NULL)
    return no_memory(error);
  *overload = *what;
  overload->name = name;
  int status = parse_signature(environment, signature, overload, error);
  return status == VATER_OK ? add_overload(environment, overload, error) : status;
}

int vt_cel_declare_function(struct vt_cel_environment *environment, const char *name,
                            const char *signature, bool member, vt_cel_callback *callback,
                            void *context, struct vt_error *error)
{
  if (!is_name(name, true))
    return vt_fail(error, VATER_E_RULE, NULL, "function '%s': not a name", name);
  struct vater_str copy = vt_arena_copy(environment->arena, vt_str(name));
  if (copy.ptr == NULL)
    return no_memory(error);
  struct vt_cel_overload what = {.member = member, .callback = callback, .context = context};
  return declare(environment, copy, signature, &what, error);
}

static int declare_builtins(struct vt_cel_environment *environment)
{
  for (size_t i = 0; i < vt_cel_builtin_count; i++) {
    const struct vt_cel_builtin *builtin = &vt_cel_builtins[i];
    struct vt_cel_overload what = {.member = builtin->member, .function = builtin->function};
    int status = declare(environment, vt_str(builtin->name), builtin->signature, &what, NULL);
    if (status != VATER_OK)
      return status;
  }
  return VATER_OK;
}

/* ---- what lives with the environment ------------------------------------------------------ */

int vt_cel_environment_regex(struct vt_cel_environment *environment, struct vater_str pattern,
                             const struct vt_regex **regex, struct vt_error *error)
{
  *regex = NULL;
  struct vt_cel_regex *kept = vt_arena_alloc(environment->arena, sizeof *kept);
  if (kept == NULL)
    return no_memory(error);
  int status =
      vt_regex_compile(pattern, VT_REGEX_RE2, &environment->options.allocator, &kept->regex, error);
  if (status != VATER_OK)
    return status;
  kept->next = environment->regexes;
  environment->regexes = kept;
  *regex = kept->regex;
  return VATER_OK;
}

int vt_cel_add_zone(struct vt_cel_environment *environment, const char *name,
                    struct vt_error *error)
{
  return vt_cel_zone_add(environment, vt_str(name), error);
}

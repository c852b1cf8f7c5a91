#include "cli/cel_batch.h"

#include "cli/cel_values.h"

struct batch {
  struct vt_environment environment;
  struct vt_arena *arena;
  struct vt_cel_environment *cel;
  struct vt_cel_run *run;
  const json_t *request;
  json_t *answer;
  struct vt_error error;
};

static const char *member(const json_t *object, const char *name)
{
  return json_string_value(json_object_get(object, name));
}

/* "(string, int) -> bool" of {"params": […], "result": …}. */
static struct vater_str signature_of(struct batch *batch, const json_t *overload)
{
  struct vt_buffer text;
  const json_t *parameters = json_object_get(overload, "params");
  vt_buffer_init(&text, &batch->environment.allocator, 4096);
  vt_buffer_char(&text, '(');
  for (size_t i = 0; i < json_array_size(parameters); i++) {
    const char *type = json_string_value(json_array_get(parameters, i));
    vt_buffer_format(&text, "%s%s", i > 0 ? ", " : "", type != NULL ? type : "?");
  }
  const char *result = member(overload, "result");
  vt_buffer_format(&text, ") -> %s", result != NULL ? result : "dyn");
  struct vater_str copy = vt_arena_copy(batch->arena, vt_buffer_str(&text));
  vt_buffer_fini(&text);
  return copy;
}

static int declare_function(struct batch *batch, const char *name, const json_t *overloads)
{
  int status = VATER_OK;
  for (size_t i = 0; i < json_array_size(overloads) && status == VATER_OK; i++) {
    const json_t *overload = json_array_get(overloads, i);
    struct vater_str signature = signature_of(batch, overload);
    status = signature.ptr == NULL
                 ? VATER_E_NOMEM
                 : vt_cel_declare_function(batch->cel, name, signature.ptr,
                                           json_is_true(json_object_get(overload, "instance")),
                                           NULL, NULL, &batch->error);
  }
  return status;
}

static int declare_all(struct batch *batch)
{
  const json_t *declarations = json_object_get(batch->request, "type_env");
  int status = VATER_OK;
  for (size_t i = 0; i < json_array_size(declarations) && status == VATER_OK; i++) {
    const json_t *one = json_array_get(declarations, i);
    const char *name = member(one, "name"), *type = member(one, "type");
    if (name != NULL && type != NULL)
      status = vt_cel_declare_variable(batch->cel, name, type, NULL, &batch->error);
    else if (name != NULL)
      status = declare_function(batch, name, json_object_get(one, "overloads"));
  }
  return status;
}

/* Variables by slot; one that is bound but not declared is dyn. */
static int bind_all(struct batch *batch, struct vt_cel_value **variables)
{
  json_t *bindings = json_object_get(batch->request, "bindings");
  const char *name;
  json_t *json;
  json_object_foreach(bindings, name, json)
  {
    struct vt_error ignored = {0};
    vt_cel_declare_variable(batch->cel, name, "dyn", NULL, &ignored);
  }
  uint32_t count = vt_cel_variable_count(batch->cel);
  *variables = vt_arena_array(batch->arena, count, sizeof **variables);
  if (*variables == NULL)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < count; i++)
    (*variables)[i] = vt_cel_missing();
  json_object_foreach(bindings, name, json)
  {
    uint32_t slot = vt_cel_variable_find(batch->cel, name);
    if (slot == UINT32_MAX)
      continue;
    int status = vt_cli_cel_typed(json, batch->arena, &(*variables)[slot], &batch->error);
    if (status != VATER_OK)
      return status;
  }
  return VATER_OK;
}

static int compile(struct batch *batch, struct vt_cel_program **program)
{
  const json_t *expression = json_object_get(batch->request, "expr");
  struct vt_diagnostics diagnostics;
  vt_diagnostics_init(&diagnostics, batch->arena);
  const struct vt_cel_source source = {
      .text = {json_string_value(expression), json_string_length(expression)}};
  int status = vt_cel_compile(batch->cel, &source, NULL, batch->arena, &diagnostics, program);
  if (status != VATER_OK && diagnostics.count > 0)
    batch->error = diagnostics.items[0].error;
  return status;
}

static int evaluate(struct batch *batch, const struct vt_cel_program *program,
                    const struct vt_cel_value *variables)
{
  struct vt_cel_value value;
  vt_cel_eval(batch->run, program, variables, &value);
  if (value.kind == VT_CEL_ERROR)
    return vt_fail(&batch->error, value.as.fault->status, NULL, "%.*s",
                   VT_STR_ARGS(value.as.fault->text));
  if (value.kind == VT_CEL_MISSING)
    return vt_fail(&batch->error, VATER_E_RULE, NULL, "a variable has no value");
  return vt_cli_cel_answer(&value, batch->answer, &batch->error);
}

static int answer(struct batch *batch)
{
  const char *container = member(batch->request, "container");
  const struct vt_cel_options options = {
      .container = vt_str(container),
      .unchecked = json_is_true(json_object_get(batch->request, "disable_check")),
      .blocks = true,
      .opaque_types = true,
      .zones = vt_cel_zone_files(),
      .allocator = batch->environment.allocator};
  struct vt_cel_program *program;
  struct vt_cel_value *variables;
  if (!json_is_string(json_object_get(batch->request, "expr")))
    return vt_fail(&batch->error, VATER_E_DECODE, NULL, "the request has no expr");
  int status = vt_cel_environment_new(batch->arena, &options, &batch->cel);
  if (status == VATER_OK)
    status = vt_cel_run_new(&batch->environment.allocator, 0, 0, &batch->run);
  if (status == VATER_OK)
    status = declare_all(batch);
  if (status == VATER_OK)
    status = bind_all(batch, &variables);
  if (status == VATER_OK)
    status = compile(batch, &program);
  if (status != VATER_OK)
    return status;
  struct vater_str type = vt_cel_program_type(program);
  if (json_is_true(json_object_get(batch->request, "want_type")))
    json_object_set_new(batch->answer, "deduced_type", json_stringn(type.ptr, type.len));
  if (json_is_true(json_object_get(batch->request, "check_only")))
    return VATER_OK;
  return evaluate(batch, program, variables);
}

char *vt_cli_cel_batch(const struct vt_environment *environment, struct vater_str request)
{
  json_error_t fault;
  struct batch batch = {.environment = *environment};
  json_t *parsed = json_loadb(request.ptr, request.len, JSON_ALLOW_NUL, &fault);
  batch.request = parsed;
  batch.answer = json_object();
  batch.arena = vt_arena_new(&environment->allocator, 0);
  int status = parsed == NULL
                   ? vt_fail(&batch.error, VATER_E_DECODE, NULL, "the request: %s", fault.text)
               : batch.arena == NULL ? VATER_E_NOMEM
                                     : answer(&batch);
  json_object_set_new(batch.answer, "ok", json_boolean(status == VATER_OK));
  if (status != VATER_OK) {
    const char *text = batch.error.text[0] != '\0' ? batch.error.text : "out of memory";
    json_object_set_new(batch.answer, "error", json_string(text));
  }
  char *line = json_dumps(batch.answer, JSON_COMPACT);
  json_decref(batch.answer);
  json_decref(parsed);
  vt_cel_run_free(batch.run);
  vt_cel_environment_free(batch.cel);
  vt_arena_free(batch.arena);
  return line;
}

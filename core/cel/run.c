#include "cel/program.h"

#include "base/limits.h"

#include <stdio.h>

int vt_cel_run_new(const struct vt_allocator *allocator, uint64_t steps, size_t memory,
                   struct vt_cel_run **run)
{
  *run = NULL;
  struct vt_cel_run *made = vt_alloc(allocator, sizeof *made);
  if (made == NULL)
    return VATER_E_NOMEM;
  memset(made, 0, sizeof *made);
  made->allocator = *allocator;
  made->steps = steps > 0 ? steps : VT_LIMIT_EXPRESSION_STEPS;
  made->memory = memory > 0 ? memory : VT_LIMIT_EXPRESSION_MEMORY;
  made->arena = vt_arena_new(allocator, made->memory);
  if (made->arena == NULL) {
    vt_free(allocator, made);
    return VATER_E_NOMEM;
  }
  *run = made;
  return VATER_OK;
}

void vt_cel_run_free(struct vt_cel_run *run)
{
  if (run == NULL)
    return;
  struct vt_allocator allocator = run->allocator;
  vt_arena_free(run->arena);
  vt_free(&allocator, run->locals);
  vt_free(&allocator, run);
}

/* ---- how an evaluation ends ---------------------------------------------------------------- */

static void give_stop(struct vt_cel_run *run, struct vt_cel_value *out)
{
  *out = (struct vt_cel_value){.kind = VT_CEL_ERROR, .as.fault = run->stopped};
}

static void stop(struct vt_cel_run *run, int status, uint64_t limit, const char *name,
                 struct vt_cel_value *out)
{
  if (run->stopped == NULL) {
    int len = limit == 0 ? snprintf(run->stop_text, sizeof run->stop_text, "out of memory")
                         : snprintf(run->stop_text, sizeof run->stop_text, "more than %llu %s",
                                    (unsigned long long)limit, name);
    run->stop = (struct vt_cel_fault){status, {run->stop_text, (size_t)len}, run->offset};
    run->stopped = &run->stop;
  }
  give_stop(run, out);
}

static void out_of_memory(struct vt_cel_run *run, size_t size, struct vt_cel_value *out)
{
  if (size > run->memory || vt_arena_used(run->arena) > run->memory - size)
    stop(run, VATER_E_LIMIT, run->memory, "bytes of memory (limit EXPRESSION_MEMORY)", out);
  else
    stop(run, VATER_E_NOMEM, 0, "", out);
}

bool vt_cel_charge(struct vt_cel_run *run, uint64_t steps, struct vt_cel_value *out)
{
  if (run->stopped != NULL) {
    give_stop(run, out);
    return false;
  }
  if (steps > run->steps_left) {
    run->steps_left = 0;
    stop(run, VATER_E_LIMIT, run->steps, "steps (limit EXPRESSION_STEPS)", out);
    return false;
  }
  run->steps_left -= steps;
  return true;
}

bool vt_cel_charge_key(struct vt_cel_run *run, const struct vt_cel_value *key,
                       struct vt_cel_value *out)
{
  return key->kind != VT_CEL_STRING || key->as.text.len < VT_CEL_SHORT_TEXT ||
         vt_cel_charge(run, key->as.text.len / 16, out);
}

void *vt_cel_alloc(struct vt_cel_run *run, size_t count, size_t size, struct vt_cel_value *out)
{
  run->used = true;
  void *memory = vt_arena_array(run->arena, count, size);
  if (memory == NULL)
    out_of_memory(run, count * size, out);
  return memory;
}

char *vt_cel_alloc_bytes(struct vt_cel_run *run, size_t size, struct vt_cel_value *out)
{
  run->used = true;
  char *bytes = vt_arena_bytes(run->arena, size);
  if (bytes == NULL)
    out_of_memory(run, size, out);
  return bytes;
}

static void raise_text(struct vt_cel_run *run, struct vt_cel_value *out, int status,
                       struct vater_str text)
{
  struct vt_cel_fault *fault = vt_cel_alloc(run, 1, sizeof *fault, out);
  char *bytes = fault != NULL ? vt_cel_alloc_bytes(run, text.len + 1, out) : NULL;
  if (bytes == NULL)
    return;
  memcpy(bytes, text.ptr, text.len);
  bytes[text.len] = '\0';
  *fault = (struct vt_cel_fault){status, {bytes, text.len}, run->offset};
  *out = (struct vt_cel_value){.kind = VT_CEL_ERROR, .as.fault = fault};
}

void vt_cel_raise(struct vt_cel_run *run, struct vt_cel_value *out, const char *format, ...)
{
  struct vt_error error = {0};
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(&error, VATER_E_RULE, NULL, format, arguments);
  va_end(arguments);
  raise_text(run, out, VATER_E_RULE, vt_str(error.text));
}

void vt_cel_raise_error(struct vt_cel_run *run, struct vt_cel_value *out,
                        const struct vt_error *error)
{
  if (error->status == VATER_E_NOMEM)
    stop(run, VATER_E_NOMEM, 0, "", out);
  else
    raise_text(run, out, VATER_E_RULE,
               error->text[0] != '\0' ? vt_str(error->text) : VT_STR("the function failed"));
}

void vt_cel_raise_overload(struct vt_cel_run *run, struct vt_cel_value *out, struct vater_str name,
                           const struct vt_cel_value *arguments, uint32_t count)
{
  char types[160];
  size_t at = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct vater_str type = vt_cel_kind_name(&arguments[i]);
    if (at + type.len + 3 > sizeof types)
      break;
    if (i > 0) {
      memcpy(types + at, ", ", 2);
      at += 2;
    }
    memcpy(types + at, type.ptr, type.len);
    at += type.len;
  }
  types[at] = '\0';
  struct vater_str sign = name;
  while (sign.len > 1 && (sign.ptr[0] == '_' || sign.ptr[0] == '@'))
    sign = vt_str_slice(sign, 1, sign.len);
  while (sign.len > 1 && sign.ptr[sign.len - 1] == '_')
    sign.len--;
  vt_cel_raise(run, out, "no such overload: %.*s(%s)", VT_STR_ARGS(sign), types);
}

/* ---- outcomes ----------------------------------------------------------------------------- */

void vt_cel_give_list(struct vt_cel_run *run, struct vt_cel_value *out,
                      const struct vt_cel_value *items, uint32_t count)
{
  struct vt_cel_list *list = vt_cel_alloc(run, 1, sizeof *list, out);
  if (list == NULL)
    return;
  *list = (struct vt_cel_list){count, items};
  *out = (struct vt_cel_value){.kind = VT_CEL_LIST, .as.list = list};
}

void vt_cel_give_text(struct vt_cel_value *out, enum vt_cel_kind kind, const char *bytes,
                      size_t len)
{
  *out = (struct vt_cel_value){.kind = (uint8_t)kind, .as.text = {bytes, len}};
}

void vt_cel_give_optional(struct vt_cel_run *run, struct vt_cel_value *out,
                          const struct vt_cel_value *inner)
{
  if (inner == NULL) {
    *out = (struct vt_cel_value){.kind = VT_CEL_OPTIONAL};
    return;
  }
  struct vt_cel_value kept = *inner;
  struct vt_cel_value *copy = vt_cel_alloc(run, 1, sizeof *copy, out);
  if (copy == NULL)
    return;
  *copy = kept;
  *out = (struct vt_cel_value){.kind = VT_CEL_OPTIONAL, .as.inner = copy};
}

bool vt_cel_run_equal(struct vt_cel_run *run, const struct vt_cel_value *a,
                      const struct vt_cel_value *b, bool *equal, struct vt_cel_value *out)
{
  *equal = vt_cel_equal_within(a, b, &run->steps_left);
  return run->steps_left > 0 || vt_cel_charge(run, 1, out);
}

/* Five steps of a match are about as long as one of ours. */
bool vt_cel_run_match(struct vt_cel_run *run, const struct vt_regex *regex, struct vater_str text,
                      bool *matched, struct vt_cel_value *out)
{
  struct vt_error error = {0};
  uint32_t steps;
  if (!vt_cel_charge(run, 2 + text.len / 16, out))
    return false;
  int status = vt_regex_match_counted(regex, text, &steps, matched, &error);
  if (!vt_cel_charge(run, steps / 5, out))
    return false;
  if (status != VATER_OK)
    vt_cel_raise_error(run, out, &error);
  return status == VATER_OK;
}

/* ---- evaluations -------------------------------------------------------------------------- */

static bool room_for_locals(struct vt_cel_run *run, uint32_t count)
{
  struct vt_cel_value *grown = vt_resize(&run->allocator, run->locals, count * sizeof *grown);
  if (grown == NULL)
    return false;
  run->locals = grown;
  run->local_room = count;
  return true;
}

void vt_cel_run_step(struct vt_cel_run *run, const struct vt_cel_program *program,
                     const struct vt_cel_step *step, const struct vt_cel_value *variables,
                     struct vt_cel_value *result)
{
  if (run->used)
    vt_arena_reset(run->arena);
  run->used = false;
  run->steps_left = run->steps;
  run->stopped = NULL;
  run->program = program;
  run->variables = variables;
  if (program->local_count > run->local_room && !room_for_locals(run, program->local_count)) {
    stop(run, VATER_E_NOMEM, 0, "", result);
    return;
  }
  step->run(run, step, result);
  if (run->stopped != NULL)
    give_stop(run, result);
}

void vt_cel_eval(struct vt_cel_run *run, const struct vt_cel_program *program,
                 const struct vt_cel_value *variables, struct vt_cel_value *result)
{
  vt_cel_run_step(run, program, program->step, variables, result);
}

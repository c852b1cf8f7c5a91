#include "judge/judge.h"

#include "base/file.h"
#include "base/limits.h"

#include <jansson.h>
#include <stdio.h>

static int complain(struct vt_diagnostics *diagnostics, const struct vt_error *error)
{
  vt_diagnostics_add(diagnostics, VATER_SEVERITY_ERROR, error, VT_STR_NONE, 0);
  return VATER_OK;
}

static bool pinned_file(const struct vt_rules_file *pinned, size_t count, struct vater_str name,
                        struct vater_str *bytes)
{
  for (size_t i = 0; i < count; i++) {
    if (!vt_str_equal(pinned[i].name, name))
      continue;
    *bytes = pinned[i].bytes;
    return true;
  }
  return false;
}

static int load_file(const struct vt_judge_context *context, const struct vt_judge_schemas *schemas,
                     const char *name, struct vt_arena *arena, struct vater_str *bytes,
                     struct vt_error *error)
{
  char path[4096];
  struct vater_str text;
  int status = vt_file_join(path, sizeof path, schemas->directory, name);
  if (status == VATER_OK && schemas->trusted)
    status = vt_file_trusted(path, error);
  if (status == VATER_OK)
    status = vt_file_load(&context->environment->allocator, path, VT_LIMIT_RULE_FILE_BYTES, &text,
                          error);
  if (status != VATER_OK)
    return status;
  *bytes = vt_arena_copy(arena, text);
  vt_free(&context->environment->allocator, (void *)(uintptr_t)text.ptr);
  return bytes->ptr == NULL ? VATER_E_NOMEM : VATER_OK;
}

static int load_text(const struct vt_judge_context *context, const struct vt_judge_schemas *schemas,
                     const char *name, struct vt_arena *arena, struct vt_rules_file *file,
                     struct vt_error *error)
{
  if (strchr(name, '/') != NULL)
    return vt_fail(error, VATER_E_CONFIG, "PLUG-ABI",
                   "'%s' is not a plain file name; a format names its schema without folders",
                   name);
  if (schemas->pinned_count == 0)
    return load_file(context, schemas, name, arena, &file->bytes, error);
  if (pinned_file(schemas->pinned, schemas->pinned_count, file->name, &file->bytes))
    return VATER_OK;
  return vt_fail(error, VATER_E_CONFIG, "OPS-PINNED", "'%.*s' is not among the pinned files",
                 VT_STR_ARGS(file->name));
}

/* Compiled once for all formats that name it; stays NULL, with a diagnostic, when something is
 * wrong with it. */
static int compile_schema(struct vt_judge_context *context, const struct vt_judge_schemas *schemas,
                          const char *plugin, const char *name, struct vt_diagnostics *diagnostics,
                          const struct vt_schema **schema)
{
  for (uint32_t i = 0; i < context->schema_count; i++)
    if (vt_str_is(context->schemas[i].name, name)) {
      *schema = context->schemas[i].schema;
      return VATER_OK;
    }
  struct vt_judge_schema *fresh = &context->schemas[context->schema_count++];
  *fresh = (struct vt_judge_schema){.name = vt_str(name)};
  struct vt_rules_file *file = &context->schema_files[context->schema_file_count];
  struct vt_error error = {0};
  file->name = vt_arena_format(diagnostics->arena, "schemas/%s", name);
  if (file->name.ptr == NULL)
    return VATER_E_NOMEM;
  int status = load_text(context, schemas, name, diagnostics->arena, file, &error);
  if (status != VATER_OK) {
    vt_error_prefix(&error, "schema of plugin '%s'", plugin);
    return status == VATER_E_NOMEM ? status : complain(diagnostics, &error);
  }
  context->schema_file_count++;
  struct vater_str uri = vt_arena_format(diagnostics->arena, "urn:vater:%s", name);
  struct vt_schema_options options = {.source = file->name, .uri = uri};
  context->environment->random.fill(context->environment->random.context, options.hash_seed,
                                    sizeof options.hash_seed);
  status = vt_schema_compile(file->bytes, &options, &context->environment->allocator,
                             &fresh->schema, diagnostics);
  *schema = fresh->schema;
  return status == VATER_E_CONFIG ? VATER_OK : status;
}

static struct vater_str text_of(const struct vt_judge_context *context, const char *schema)
{
  for (uint32_t i = 0; i < context->schema_file_count; i++) {
    struct vater_str name = context->schema_files[i].name;
    if (vt_str_is(vt_str_slice(name, sizeof "schemas/" - 1, SIZE_MAX), schema))
      return context->schema_files[i].bytes;
  }
  return VT_STR_NONE;
}

static int compile_plan(const struct vt_judge_context *context, struct vt_judge_format *format,
                        struct vt_diagnostics *diagnostics)
{
  struct vt_error error = {0};
  int status = vt_decode_plan_new(&context->environment->allocator, format->plugin->format->rows,
                                  &format->plan, &error);
  if (status != VATER_E_CONFIG)
    return status;
  vt_error_prefix(&error, "rows of plugin '%s'", format->plugin->info.name);
  return complain(diagnostics, &error);
}

/* Settings are read in a sandbox, where jansson could not open the random device on its first
 * object. */
static void seed_json(const struct vt_environment *environment)
{
  size_t seed = 0;
  environment->random.fill(environment->random.context, &seed, sizeof seed);
  json_object_seed(seed | 1);
}

int vt_judge_context_init(struct vt_judge_context *context,
                          const struct vt_environment *environment,
                          const struct vt_registry *plugins, const struct vt_rules *rules,
                          const struct vt_judge_schemas *schemas,
                          struct vt_diagnostics *diagnostics)
{
  uint32_t errors = diagnostics->errors;
  *context =
      (struct vt_judge_context){.environment = environment, .plugins = plugins, .rules = rules};
  context->formats =
      vt_arena_array(diagnostics->arena, plugins->count + 1, sizeof *context->formats);
  uint32_t most = 2 * plugins->count + 1; /* of payloads and of mappings */
  context->schema_files = vt_arena_array(diagnostics->arena, most, sizeof *context->schema_files);
  context->schemas = vt_arena_array(diagnostics->arena, most, sizeof *context->schemas);
  if (context->formats == NULL || context->schema_files == NULL || context->schemas == NULL)
    return VATER_E_NOMEM;
  seed_json(environment);
  int status = VATER_OK;
  for (uint32_t i = 0; i < plugins->count && status == VATER_OK; i++) {
    const struct vater_format_ops *offer = plugins->plugins[i]->format;
    if (offer == NULL)
      continue;
    struct vt_judge_format *format = &context->formats[context->format_count++];
    format->plugin = plugins->plugins[i];
    const char *name = format->plugin->info.name;
    if (offer->schema != NULL)
      status = compile_schema(context, schemas, name, offer->schema, diagnostics, &format->schema);
    if (status == VATER_OK && offer->mapping_schema != NULL) {
      status = compile_schema(context, schemas, name, offer->mapping_schema, diagnostics,
                              &format->mapping);
      format->mapping_text = text_of(context, offer->mapping_schema);
    }
    if (status == VATER_OK && offer->rows != NULL)
      status = compile_plan(context, format, diagnostics);
  }
  if (status == VATER_OK && diagnostics->errors > errors)
    status = VATER_E_CONFIG;
  return status;
}

void vt_judge_context_fini(struct vt_judge_context *context)
{
  for (uint32_t i = 0; i < context->schema_count; i++)
    vt_schema_free(context->schemas[i].schema);
  for (uint32_t i = 0; i < context->format_count; i++)
    vt_decode_plan_free(context->formats[i].plan);
  *context = (struct vt_judge_context){0};
}

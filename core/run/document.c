#include "run/document.h"

#include "base/file.h"
#include "base/limits.h"
#include "doc/place.h"
#include "schema/schema.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>

static int add_error(struct vt_diagnostics *diagnostics, struct vt_error *error)
{
  if (error->code[0] == '\0')
    vt_text_copy(error->code, sizeof error->code, VT_STR("OPS-CONFIG"));
  vt_diagnostics_add(diagnostics, VATER_SEVERITY_ERROR, error, VT_STR_NONE, 0);
  return error->status;
}

static int load_schema(const struct vt_environment *environment, const char *rules_directory,
                       const char *schema_name, struct vt_schema **schema,
                       struct vt_diagnostics *diagnostics)
{
  char path[1024];
  struct vt_error error = {0};
  struct vater_str text;
  int size = snprintf(path, sizeof path, "%s/schemas/%s", rules_directory, schema_name);
  if (size < 0 || (size_t)size >= sizeof path)
    return VATER_E_LIMIT;
  if (vt_file_load(&environment->allocator, path, VT_LIMIT_CONFIG_BYTES, &text, &error) != VATER_OK)
    return add_error(diagnostics, &error);
  struct vt_schema_options options = {.source = vt_str(schema_name)};
  int status = vt_schema_compile(text, &options, &environment->allocator, schema, diagnostics);
  vt_free(&environment->allocator, (void *)(uintptr_t)text.ptr);
  return status;
}

static int read_text(const struct vt_environment *environment, const char *path,
                     struct vt_arena *arena, struct vt_document *document,
                     struct vt_diagnostics *diagnostics)
{
  struct vt_error error = {0};
  struct vater_str text;
  int status = vt_file_load(&environment->allocator, path, VT_LIMIT_CONFIG_BYTES, &text, &error);
  if (status != VATER_OK)
    return add_error(diagnostics, &error);
  document->path = vt_arena_copy(arena, vt_str(path));
  document->text = vt_arena_copy(arena, text);
  vt_free(&environment->allocator, (void *)(uintptr_t)text.ptr);
  return document->text.ptr != NULL && document->path.ptr != NULL ? VATER_OK : VATER_E_NOMEM;
}

int vt_document_load(const struct vt_environment *environment, const char *path,
                     const char *rules_directory, const char *schema_name, struct vt_arena *arena,
                     struct vt_document *document, struct vt_diagnostics *diagnostics)
{
  *document = (struct vt_document){0};
  struct vt_schema *schema = NULL;
  int status = read_text(environment, path, arena, document, diagnostics);
  if (status == VATER_OK)
    status = load_schema(environment, rules_directory, schema_name, &schema, diagnostics);
  if (status == VATER_OK)
    status = vt_schema_check_text(schema, &environment->allocator, document->path, document->text,
                                  "OPS-CONFIG", diagnostics);
  vt_schema_free(schema);
  if (document->text.ptr == NULL)
    return status;
  json_error_t fault;
  document->root =
      json_loadb(document->text.ptr, document->text.len, JSON_REJECT_DUPLICATES, &fault);
  if (document->root != NULL || status != VATER_OK)
    return status;
  struct vt_error error = {0};
  vt_fail(&error, VATER_E_CONFIG, "OPS-CONFIG", "%s", fault.text);
  vt_error_at(&error, document->path, (uint32_t)fault.line, (uint32_t)fault.column);
  return add_error(diagnostics, &error);
}

void vt_document_fini(struct vt_document *document)
{
  json_decref(document->root);
  document->root = NULL;
}

void vt_document_add(const struct vt_document *document, const struct vt_environment *environment,
                     struct vt_diagnostics *diagnostics, int severity, const char *pointer,
                     const struct vt_error *error)
{
  struct vt_error told = *error;
  vt_error_pointer(&told, vt_str(pointer));
  size_t offset = 0;
  size_t end = 0;
  uint32_t width = 1;
  if (vt_doc_find(&environment->allocator, document->text, vt_str(pointer), &offset, &end, NULL) ==
      VATER_OK) {
    uint32_t line;
    uint32_t column;
    struct vater_str line_text;
    vt_text_place(document->text, offset, &line, &column, &line_text);
    vt_error_at(&told, document->path, line, column);
    width = (uint32_t)(end - offset);
  } else {
    vt_error_at(&told, document->path, 0, 0);
  }
  vt_diagnostics_add(diagnostics, severity, &told, document->text, width);
}

static void add(const struct vt_document *document, const struct vt_environment *environment,
                struct vt_diagnostics *diagnostics, int severity, const char *pointer,
                const char *format, va_list arguments) VATER_PRINTF(6, 0);

static void add(const struct vt_document *document, const struct vt_environment *environment,
                struct vt_diagnostics *diagnostics, int severity, const char *pointer,
                const char *format, va_list arguments)
{
  struct vt_error error = {0};
  vt_fail_v(&error, VATER_E_CONFIG, "OPS-CONFIG", format, arguments);
  vt_document_add(document, environment, diagnostics, severity, pointer, &error);
}

void vt_document_complain(const struct vt_document *document,
                          const struct vt_environment *environment,
                          struct vt_diagnostics *diagnostics, const char *pointer,
                          const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  add(document, environment, diagnostics, VATER_SEVERITY_ERROR, pointer, format, arguments);
  va_end(arguments);
}

void vt_document_warn(const struct vt_document *document, const struct vt_environment *environment,
                      struct vt_diagnostics *diagnostics, const char *pointer, const char *format,
                      ...)
{
  va_list arguments;
  va_start(arguments, format);
  add(document, environment, diagnostics, VATER_SEVERITY_WARNING, pointer, format, arguments);
  va_end(arguments);
}

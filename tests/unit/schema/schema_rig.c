#include "unit/schema/schema_rig.h"

#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>

char *rig_quotes(const char *text)
{
  char *copy = strdup(text);
  assert_non_null(copy);
  for (char *at = copy; *at != '\0'; at++)
    if (*at == '\'')
      *at = '"';
  return copy;
}

void rig_open_text(struct rig *rig, struct vater_str text, const struct vt_schema_options *options)
{
  *rig =
      (struct rig){.allocator = vt_allocator_real(), .cap = UINT64_MAX, .language = VT_LANGUAGE_EN};
  rig->arena = vt_arena_new(&rig->allocator, 0);
  assert_non_null(rig->arena);
  vt_diagnostics_init(&rig->diagnostics, rig->arena);
  int status = vt_schema_compile(text, options, &rig->allocator, &rig->schema, &rig->diagnostics);
  if (status != VATER_OK && rig->diagnostics.count > 0)
    print_error("%.*s: %s\n", VT_STR_ARGS(text), rig->diagnostics.items[0].error.text);
  assert_int_equal(status, VATER_OK);
}

void rig_open(struct rig *rig, const char *schema, const struct vt_schema_options *options)
{
  char *text = rig_quotes(schema);
  rig_open_text(rig, vt_str(text), options);
  free(text);
}

void rig_close(struct rig *rig)
{
  vt_schema_free(rig->schema);
  vt_arena_free(rig->arena);
}

const char *rig_fault(const char *schema, char *out, size_t size)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_schema *compiled;
  char *text = rig_quotes(schema);
  vt_diagnostics_init(&diagnostics, arena);
  int status = vt_schema_compile(vt_str(text), NULL, &allocator, &compiled, &diagnostics);
  out[0] = '\0';
  if (status != VATER_OK) {
    assert_null(compiled);
    assert_true(diagnostics.count > 0);
    const struct vt_error *error = &diagnostics.items[0].error;
    snprintf(out, size, "%u:%u %s", error->line, error->column, error->text);
  }
  vt_schema_free(compiled);
  vt_arena_free(arena);
  free(text);
  return out;
}

static void add(struct rig *rig, struct vater_str text)
{
  assert_true(rig->len + text.len + 1 < sizeof rig->findings);
  if (text.len > 0)
    memcpy(rig->findings + rig->len, text.ptr, text.len);
  rig->len += text.len;
  rig->findings[rig->len] = '\0';
}

static int collect(void *context, const struct vt_schema_finding *finding)
{
  struct rig *rig = context;
  add(rig, vt_str(finding->keyword));
  add(rig, VT_STR(" "));
  add(rig, finding->pointer);
  if (rig->terse) {
    add(rig, strcmp(finding->keyword, "required") == 0 ? VT_STR(" lacks ") : VT_STR(""));
    add(rig, strcmp(finding->keyword, "required") == 0 ? finding->expected : VT_STR(""));
    add(rig, VT_STR("\n"));
    return VATER_OK;
  }
  add(rig, VT_STR(" "));
  add(rig, finding->message[rig->language]);
  if (rig->with_found) {
    add(rig, VT_STR(" <"));
    add(rig, finding->expected);
    add(rig, VT_STR("> <"));
    add(rig, finding->found);
    add(rig, VT_STR(">"));
  }
  add(rig, VT_STR("\n"));
  return VATER_OK;
}

bool rig_validate_text(struct rig *rig, struct vater_str document)
{
  struct vt_schema_sink sink = {collect, rig, rig->cap};
  struct vt_schema_validator *validator;
  struct vt_doc_reader *reader;
  struct vt_doc_budget budget = {.depth = 200, .allow_all_text = true, .number_bytes = 1024};
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  struct vt_error error = {.status = VATER_OK};
  bool valid;
  rig->len = 0;
  rig->findings[0] = '\0';
  assert_int_equal(
      vt_schema_validator_new(rig->schema, &rig->allocator, document, &sink, &validator), VATER_OK);
  assert_int_equal(vt_doc_reader_new(&rig->allocator, document, &budget, 0, &reader), VATER_OK);
  while (event.kind != VT_DOC_END) {
    if (vt_doc_next(reader, &event, &error) != VATER_OK ||
        vt_schema_feed(validator, &event, &error) != VATER_OK) {
      print_error("%.*s: %s\n", VT_STR_ARGS(document), error.text);
      fail();
    }
  }
  assert_int_equal(vt_schema_finish(validator, &valid, &error), VATER_OK);
  rig->count = vt_schema_finding_count(validator);
  vt_doc_reader_free(reader);
  vt_schema_validator_free(validator);
  return valid;
}

bool rig_validate(struct rig *rig, const char *instance)
{
  char *text = rig_quotes(instance);
  bool valid = rig_validate_text(rig, vt_str(text));
  free(text);
  return valid;
}

static void *resize(void *context, void *pointer, size_t size)
{
  struct rig_memory *memory = context;
  if (size == 0) {
    memory->held -= pointer != NULL;
    free(pointer);
    return NULL;
  }
  if (++memory->calls >= memory->fail_at)
    return NULL;
  memory->held += pointer == NULL;
  return realloc(pointer, size);
}

struct vt_allocator rig_allocator(struct rig_memory *memory)
{
  return (struct vt_allocator){resize, memory};
}

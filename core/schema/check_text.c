#include "base/limits.h"
#include "schema/schema.h"

struct checked {
  struct vater_str source, document;
  const char *code;
  struct vt_diagnostics *diagnostics;
};

static uint32_t width_of(struct vater_str document, size_t offset, size_t end)
{
  uint32_t width = 0;
  for (size_t i = offset; i < end && i < document.len && document.ptr[i] != '\n'; i++)
    width += ((unsigned char)document.ptr[i] & 0xC0) != 0x80;
  return width > 0 ? width : 1;
}

static int add_finding(void *context, const struct vt_schema_finding *finding)
{
  const struct checked *checked = context;
  struct vt_error error = {.status = VATER_OK};
  uint32_t line, column;
  struct vater_str line_text;
  vt_text_place(checked->document, finding->offset, &line, &column, &line_text);
  vt_fail(&error, VATER_E_CONFIG, checked->code, "%.*s",
          VT_STR_ARGS(finding->message[VT_LANGUAGE_EN]));
  error.offset = finding->offset;
  vt_error_at(&error, checked->source, line, column);
  vt_error_pointer(&error, finding->pointer);
  vt_diagnostics_add(checked->diagnostics, VATER_SEVERITY_ERROR, &error, checked->document,
                     width_of(checked->document, finding->offset, finding->end));
  return VATER_OK;
}

static int read_all(struct vt_schema_validator *validator, struct vt_doc_reader *reader,
                    bool *valid, struct vt_error *error)
{
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  int status = VATER_OK;
  while (status == VATER_OK && event.kind != VT_DOC_END) {
    status = vt_doc_next(reader, &event, error);
    if (status == VATER_OK)
      status = vt_schema_feed(validator, &event, error);
  }
  return status == VATER_OK ? vt_schema_finish(validator, valid, error) : status;
}

int vt_schema_check_text(const struct vt_schema *schema, const struct vt_allocator *allocator,
                         struct vater_str source, struct vater_str document, const char *code,
                         struct vt_diagnostics *diagnostics)
{
  struct checked checked = {source, document, code, diagnostics};
  struct vt_schema_sink sink = {add_finding, &checked, UINT64_MAX};
  struct vt_doc_budget budget = {.depth = (uint32_t)VT_LIMIT_SCHEMA_DEPTH, .allow_all_text = true};
  struct vt_schema_validator *validator = NULL;
  struct vt_doc_reader *reader = NULL;
  struct vt_error error = {.status = VATER_OK};
  bool valid = false;
  int status = vt_schema_validator_new(schema, allocator, document, &sink, &validator);
  if (status == VATER_OK)
    status = vt_doc_reader_new(allocator, document, &budget, 0, &reader);
  if (status == VATER_OK)
    status = read_all(validator, reader, &valid, &error);
  if (error.status != VATER_OK) {
    uint32_t line, column;
    struct vater_str line_text;
    vt_text_place(document, (size_t)error.offset, &line, &column, &line_text);
    vt_error_at(&error, source, line, column);
    vt_text_copy(error.code, sizeof error.code, vt_str(code));
    vt_diagnostics_add(diagnostics, VATER_SEVERITY_ERROR, &error, document, 1);
  }
  vt_doc_reader_free(reader);
  vt_schema_validator_free(validator);
  if (status == VATER_OK || status == VATER_E_DECODE)
    return valid ? VATER_OK : VATER_E_CONFIG;
  return status;
}

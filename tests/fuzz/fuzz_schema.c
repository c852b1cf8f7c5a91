/*
 * The bytes are a schema, a zero byte, and an instance. Compiling and validating end; the verdict
 * is the same with findings and without, and there is a finding exactly when the instance is
 * invalid.
 */
#include "schema/schema.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void require(bool condition)
{
  if (!condition)
    abort();
}

static int count_finding(void *context, const struct vt_schema_finding *finding)
{
  uint64_t *count = context;
  require(finding->keyword != NULL && finding->end >= finding->offset);
  for (int language = 0; language < VT_LANGUAGE_COUNT; language++)
    require(finding->message[language].len > 0);
  ++*count;
  return VATER_OK;
}

/* VATER_OK with the verdict, or the status of whoever gave up. */
static int validate(const struct vt_schema *schema, struct vater_str document,
                    const struct vt_schema_sink *sink, bool *valid)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_schema_validator *validator;
  struct vt_doc_reader *reader;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  require(vt_schema_validator_new(schema, &allocator, document, sink, &validator) == VATER_OK);
  require(vt_doc_reader_new(&allocator, document, NULL, 0, &reader) == VATER_OK);
  int status = VATER_OK;
  while (status == VATER_OK && event.kind != VT_DOC_END) {
    status = vt_doc_next(reader, &event, NULL);
    if (status == VATER_OK)
      status = vt_schema_feed(validator, &event, NULL);
  }
  if (status == VATER_OK)
    status = vt_schema_finish(validator, valid, NULL);
  vt_doc_reader_free(reader);
  vt_schema_validator_free(validator);
  return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  struct vt_allocator allocator = vt_allocator_real();
  const uint8_t *gap = size > 0 ? memchr(bytes, 0, size) : NULL;
  size_t schema_size = gap != NULL ? (size_t)(gap - bytes) : size;
  struct vater_str text = {(const char *)bytes, schema_size};
  struct vater_str instance = {(const char *)bytes + schema_size + 1,
                               gap != NULL ? size - schema_size - 1 : 0};
  struct vt_schema_options options = {.assert_formats = true};
  struct vt_diagnostics diagnostics;
  struct vt_schema *schema;
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  require(arena != NULL);
  vt_diagnostics_init(&diagnostics, arena);
  int status = vt_schema_compile(text, &options, &allocator, &schema, &diagnostics);
  require(status == VATER_OK || diagnostics.errors > 0);
  if (status == VATER_OK && gap != NULL) {
    uint64_t count = 0;
    struct vt_schema_sink sink = {count_finding, &count, UINT64_MAX};
    bool quiet = false, told = false;
    int first = validate(schema, instance, NULL, &quiet);
    int second = validate(schema, instance, &sink, &told);
    require(first == second || first == VATER_E_LIMIT || second == VATER_E_LIMIT);
    if (first == VATER_OK && second == VATER_OK)
      require(quiet == told && told == (count == 0));
  }
  vt_schema_free(schema);
  vt_arena_free(arena);
  return 0;
}

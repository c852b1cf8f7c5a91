/* A mapping file against its schema; then the same bytes as what cells hold. */
#include "base/file.h"
#include "judge/mapping.h"
#include "mapping/mapping.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vt_schema *load(struct vt_arena *arena, struct vater_str *text)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_diagnostics diagnostics;
  struct vt_schema_options options = {.source = VT_STR("mapping.schema.json")};
  struct vt_schema *schema = NULL;
  vt_diagnostics_init(&diagnostics, arena);
  if (vt_file_load(&allocator, VATER_SOURCE_DIR "/rules/schemas/mapping.schema.json", 1 << 20, text,
                   NULL) != VATER_OK ||
      vt_schema_compile(*text, &options, &allocator, &schema, &diagnostics) != VATER_OK)
    abort();
  return schema;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static struct vt_schema *schema;
  static struct vater_str text;
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_arena *arena = vt_arena_new(&allocator, 0);
  struct vt_diagnostics diagnostics;
  const struct vt_mapping mapping = {VT_STR("fuzz.json"), {(const char *)data, size}};
  const struct mapping_dialect dialect = {',', {" ", 1}};
  char number[MAPPING_NUMBER_BYTES];
  char period[MAPPING_PERIOD_BYTES];
  if (schema == NULL)
    schema = load(arena, &text);
  vt_diagnostics_init(&diagnostics, arena);
  int status = vt_mapping_check(&mapping, schema, text, NULL, &allocator, &diagnostics);
  if ((status == VATER_OK) != (diagnostics.errors == 0))
    abort();
  mapping_number(mapping.bytes, &dialect, number);
  mapping_period(mapping.bytes, period);
  mapping_day(mapping.bytes);
  vt_arena_free(arena);
  return 0;
}

#include "schema/registry.h"

/* The meta-schemas as published at json-schema.org/draft/2020-12. */
#include "builtin_text.inc"

#define DRAFT "https://json-schema.org/draft/2020-12/"

struct vater_str vt_schema_builtin(struct vater_str uri)
{
  static const struct {
    const char *uri;
    const char *text;
    size_t size;
  } builtin[] = {
      {DRAFT "schema", text_schema, sizeof text_schema},
      {DRAFT "meta/core", text_core, sizeof text_core},
      {DRAFT "meta/applicator", text_applicator, sizeof text_applicator},
      {DRAFT "meta/unevaluated", text_unevaluated, sizeof text_unevaluated},
      {DRAFT "meta/validation", text_validation, sizeof text_validation},
      {DRAFT "meta/meta-data", text_meta_data, sizeof text_meta_data},
      {DRAFT "meta/format-annotation", text_format_annotation, sizeof text_format_annotation},
      {DRAFT "meta/format-assertion", text_format_assertion, sizeof text_format_assertion},
      {DRAFT "meta/content", text_content, sizeof text_content},
  };
  for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++)
    if (vt_str_is(uri, builtin[i].uri))
      return (struct vater_str){builtin[i].text, builtin[i].size - 1};
  return VT_STR_NONE;
}

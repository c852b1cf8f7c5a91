/*
 * Mapping files: what of an actor's own format becomes which part of an observation. Held against
 * the schema that the format's plugin names, and against the packs: indicators that no pack knows,
 * dimensions and values that no mapped indicator is reported by. Everything wrong is told in one
 * go, with line, column and the nearest known name.
 */
#ifndef VT_JUDGE_MAPPING_H
#define VT_JUDGE_MAPPING_H

#include "rules/rules.h"
#include "schema/schema.h"

struct vt_mapping {
  struct vater_str source; /* name of the file, for messages */
  struct vater_str bytes;
};

/* `schema_text`: its source, for "did you mean". VATER_OK, VATER_E_CONFIG when a fault was added
 * (OPS-CONFIG), or a status of ours. */
int vt_mapping_check(const struct vt_mapping *mapping, const struct vt_schema *schema,
                     struct vater_str schema_text, const struct vt_rules *rules,
                     const struct vt_allocator *allocator, struct vt_diagnostics *diagnostics);

/* For those who write mappings: an error for each number that the only indicator of a table
 * requires and no column gives. A run does not refuse such a mapping: each row says so. VATER_OK or
 * VATER_E_NOMEM. */
int vt_mapping_check_numbers(const struct vt_mapping *mapping, const struct vt_rules *rules,
                             const struct vt_allocator *allocator,
                             struct vt_diagnostics *diagnostics);

#endif

/* Schemas and instances in tests are written with ' for ", so that they can be read. */
#ifndef TEST_SCHEMA_RIG_H
#define TEST_SCHEMA_RIG_H

#include "unit/test.h"

#include "schema/schema.h"

struct rig {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_schema *schema;
  struct vt_diagnostics diagnostics;
  char findings[16384]; /* "keyword pointer message\n" each */
  size_t len;
  uint64_t count, cap;
  enum vt_language language;
  bool with_found; /* adds " <expected> <found>" */
  bool terse;      /* "keyword pointer\n", " lacks …" when a member is missing */
};

/* Fails the test when the schema does not compile. */
void rig_open(struct rig *rig, const char *schema, const struct vt_schema_options *options);
void rig_open_text(struct rig *rig, struct vater_str schema,
                   const struct vt_schema_options *options);
void rig_close(struct rig *rig);
/* Compiles; the first diagnostic's "line:column text", or "" when all is well. */
const char *rig_fault(const char *schema, char *out, size_t size);
/* Validates; findings are in rig->findings. */
bool rig_validate(struct rig *rig, const char *instance);
bool rig_validate_text(struct rig *rig, struct vater_str document);
/* In an allocated copy, ' becomes "; free it. */
char *rig_quotes(const char *text);

/* An allocator that fails from the n-th call on; counts what is not given back. */
struct rig_memory {
  uint64_t calls, fail_at;
  int64_t held;
};
struct vt_allocator rig_allocator(struct rig_memory *memory);

#endif

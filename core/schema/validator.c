#include "base/limits.h"
#include "schema/run.h"

#define POINTER_BYTES ((size_t)1024 * 1024)

int vt_schema_validator_new(const struct vt_schema *schema, const struct vt_allocator *allocator,
                            struct vater_str document, const struct vt_schema_sink *sink,
                            struct vt_schema_validator **validator)
{
  struct vt_schema_validator *made = vt_alloc(allocator, sizeof *made);
  *validator = NULL;
  if (made == NULL)
    return VATER_E_NOMEM;
  *made = (struct vt_schema_validator){
      .schema = schema, .allocator = *allocator, .sink = sink, .root = schema->root};
  vt_buffer_init(&made->pointer, allocator, POINTER_BYTES);
  vt_schema_validator_reset(made, document);
  *validator = made;
  return VATER_OK;
}

void vt_schema_validator_free(struct vt_schema_validator *validator)
{
  if (validator == NULL)
    return;
  struct vt_allocator allocator = validator->allocator;
  vt_schema_validator_free(validator->explainer);
  if (validator->plan_arena != NULL) {
    vt_planner_fini(&validator->planner);
    vt_arena_free(validator->plan_arena);
  }
  vt_arena_free(validator->scratch);
  vt_buffer_fini(&validator->pointer);
  vt_free(&allocator, validator->frames);
  vt_free(&allocator, validator->words);
  vt_free(&allocator, validator->items);
  vt_free(&allocator, validator->names);
  vt_free(&allocator, validator->reach);
  vt_free(&allocator, validator->records.items);
  vt_free(&allocator, validator->carried.items);
  vt_free(&allocator, validator->picked);
  vt_free(&allocator, validator);
}

void vt_schema_validator_reset(struct vt_schema_validator *validator, struct vater_str document)
{
  validator->document = document;
  validator->ended = validator->valid = false;
  validator->skip = validator->findings = 0;
  validator->depth = 0;
  validator->word_count = validator->item_count = validator->name_count = 0;
  validator->reported_count = 0;
  validator->records.count = validator->carried.count = validator->picked_count = 0;
  vt_buffer_reset(&validator->pointer);
}

int vt_schema_finish(struct vt_schema_validator *validator, bool *valid, struct vt_error *error)
{
  *valid = validator->ended && validator->valid;
  if (!validator->ended)
    return vt_fail(error, VATER_E_DECODE, NULL, "the document ended before its value did");
  return VATER_OK;
}

uint64_t vt_schema_finding_count(const struct vt_schema_validator *validator)
{
  return validator->findings;
}

#include "base/limits.h"
#include "schema/run.h"

void *vt_run_enlarge(struct vt_schema_validator *validator, void *items, size_t count, size_t more,
                     size_t *room, size_t size, struct vt_error *error)
{
  size_t wanted = *room == 0 ? 64 : *room;
  while (wanted - count < more)
    wanted *= 2;
  void *fresh = vt_resize(&validator->allocator, items, wanted * size);
  if (fresh == NULL) {
    vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
    return NULL;
  }
  *room = wanted;
  return fresh;
}

static int late_planner(struct vt_schema_validator *validator, struct vt_error *error)
{
  if (validator->plan_arena != NULL)
    return VATER_OK;
  validator->plan_arena = vt_arena_new(&validator->allocator, VT_LIMIT_SCHEMA_MEMORY);
  if (validator->plan_arena == NULL ||
      vt_planner_init(&validator->planner, validator->plan_arena, &validator->allocator,
                      &validator->schema->planner, validator->schema->node_count,
                      VT_LIMIT_SCHEMA_PLANS_LATE) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  return VATER_OK;
}

static int planner_failed(const struct vt_schema_validator *validator, struct vt_error *error)
{
  int status = validator->planner.status;
  return vt_fail(error, status, NULL,
                 status == VATER_E_LIMIT ? "the schema needs more than SCHEMA_PLANS_LATE plans or "
                                           "SCHEMA_SLOTS slots for this document"
                                         : "out of memory");
}

int vt_run_follow(struct vt_schema_validator *validator, const struct vt_way *way,
                  const struct vt_plan **plan, struct vt_error *error)
{
  int status = late_planner(validator, error);
  if (status == VATER_OK && vt_planner_follow(&validator->planner, way, plan) != VATER_OK)
    status = planner_failed(validator, error);
  return status;
}

int vt_run_member_way(struct vt_schema_validator *validator, const struct vt_plan *plan,
                      struct vater_str name, const struct vt_way **way, struct vt_error *error)
{
  uint64_t mask = 0;
  for (uint32_t i = 0; i < plan->pattern_count; i++) {
    bool matched;
    int status = vt_pattern_match(plan->patterns[i], name, &matched, error);
    if (status != VATER_OK)
      return status;
    mask |= (uint64_t)matched << i;
  }
  *way = plan->other;
  if (mask == 0)
    return VATER_OK;
  int status = late_planner(validator, error);
  if (status == VATER_OK && vt_planner_masked(&validator->planner, plan, mask, way) != VATER_OK)
    status = planner_failed(validator, error);
  return status;
}

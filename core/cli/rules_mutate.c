#include "cli/rules_testing.h"

/* The examples of one rule, judged, waiting for its mutants. */
struct examined {
  struct vt_tried *tried;
  uint32_t count;
  bool met; /* all of them are as expected */
};

static int examine(struct vt_testing *testing, struct vater_str code, struct vt_arena *arena,
                   struct examined *examined, struct vt_error *error)
{
  uint32_t all = vt_rules_example_count(testing->rules);
  int status = VATER_OK;
  for (uint32_t i = 0; i < all && status == VATER_OK; i++) {
    if (!vt_str_equal(vt_rules_example_code(testing->rules, i), code))
      continue;
    struct vt_tried *tried = &examined->tried[examined->count++];
    *tried = (struct vt_tried){0};
    status = vt_rules_example(testing->rules, i, arena, &tried->example, error);
    if (status == VATER_OK)
      status = vt_try_example(testing, arena, tried, error);
    examined->met = examined->met && tried->met;
  }
  return status;
}

/* Whether an example comes out otherwise with the mutant. */
static int notices(struct vt_testing *testing, const struct vt_rule_mutant *mutant,
                   const struct vt_tried *tried, bool *noticed, struct vt_error *error)
{
  uint64_t counts[VT_OUTCOME_COUNT], cleared;
  bool wide = tried->example.scope >= VT_SCOPE_SERIES;
  int status = vt_rules_try(testing->rules, mutant->rule, mutant, &tried->table, &tried->context,
                            wide ? &tried->history : NULL, counts, &cleared, error);
  *noticed = status == VATER_OK && !vt_example_met(tried->example.expect, counts, cleared);
  return status;
}

static int try_all(struct vt_testing *testing, const struct examined *examined,
                   const struct vt_rule_mutant *mutants, uint32_t count, vt_survivor *survivor,
                   void *context, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    bool noticed = false;
    for (uint32_t n = 0; n < examined->count && !noticed && status == VATER_OK; n++)
      status = notices(testing, &mutants[i], &examined->tried[n], &noticed, error);
    if (status == VATER_OK && !noticed)
      survivor(context, &mutants[i]);
  }
  return status;
}

int vt_try_mutants(struct vt_testing *testing, uint32_t rule, vt_survivor *survivor, void *context,
                   uint32_t *mutants, struct vt_error *error)
{
  const struct vt_rule_info *info = vt_rules_info(testing->rules, rule);
  struct vt_arena *arena = vt_arena_new(&testing->cli->environment.allocator, 0);
  struct examined examined = {.met = true};
  struct vt_rule_mutant *made = NULL;
  uint32_t count = 0;
  *mutants = 0;
  if (arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for mutants");
  examined.tried = vt_arena_array(arena, (size_t)info->passing + info->failing + info->other + 1,
                                  sizeof *examined.tried);
  int status = examined.tried == NULL ? VATER_E_NOMEM : VATER_OK;
  if (status == VATER_OK)
    status = examine(testing, info->code, arena, &examined, error);
  if (status == VATER_OK && examined.met && examined.count > 0)
    status = vt_rules_mutants(testing->rules, rule, arena, &made, &count);
  if (status == VATER_OK)
    status = try_all(testing, &examined, made, count, survivor, context, error);
  *mutants = count;
  for (uint32_t i = 0; i < examined.count; i++)
    vt_tried_fini(testing, &examined.tried[i]);
  vt_arena_free(arena);
  return status == VATER_E_NOMEM ? vt_fail(error, status, NULL, "out of memory for mutants")
                                 : status;
}

#include "run/impact_wide.h"

#include <stdlib.h>

/* The runs that the deliveries came in, each once, in order. */
struct night {
  int64_t run, reference_day;
};

static int by_run(const void *left, const void *right)
{
  const struct night *a = left, *b = right;
  return (a->run > b->run) - (a->run < b->run);
}

static size_t list_nights(const struct vt_store_delivery *deliveries, size_t count,
                          struct night *nights)
{
  size_t kept = 0;
  for (size_t i = 0; i < count; i++)
    nights[i] = (struct night){deliveries[i].run, deliveries[i].reference_day};
  if (count > 0)
    qsort(nights, count, sizeof *nights, by_run);
  for (size_t i = 0; i < count; i++)
    if (kept == 0 || nights[kept - 1].run != nights[i].run)
      nights[kept++] = nights[i];
  return kept;
}

static int no_memory(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory while replaying");
}

static int leave(struct vt_impact *impact, struct vt_impact_wide *wide,
                 const struct vt_concluding *concluding, enum vt_impact_side which,
                 struct vt_error *error)
{
  const struct vt_error *why = concluding->event.error;
  struct vt_arena *arena = wide->arena;
  struct vt_impact_left *left =
      vt_impact_grown(arena, impact->left, impact->left_count, &wide->left_room, sizeof *left);
  if (left == NULL)
    return no_memory(error);
  impact->left = left;
  impact->left[impact->left_count++] = (struct vt_impact_left){
      .orgnr = vt_arena_copy(arena, concluding->indicator),
      .run = concluding->run,
      .reason =
          vt_arena_format(arena, "by the %s rules: %s: %s",
                          which == VT_IMPACT_NOW ? "present" : "changed", why->code, why->text),
      .fault = true};
  return VATER_OK;
}

static int conclude_on(struct vt_running running[VT_IMPACT_SIDES], const struct night *night,
                       struct vater_str indicator, struct vt_impact_wide *wide,
                       struct vt_impact *impact, struct vt_error *error)
{
  struct vt_concluding sides[VT_IMPACT_SIDES];
  bool whole = true;
  int status = VATER_OK;
  for (int i = 0; i < VT_IMPACT_SIDES; i++) {
    sides[i] =
        (struct vt_concluding){.running = &running[i], .run = night->run, .indicator = indicator};
    running[i].today = night->reference_day;
  }
  for (int i = 0; i < VT_IMPACT_SIDES && status == VATER_OK && whole; i++) {
    status = vt_concluding_ask(&sides[i], error);
    whole = status == VATER_OK && sides[i].event.kind == VT_WORKER_RESULT;
    if (status == VATER_OK && !whole)
      status = leave(impact, wide, &sides[i], (enum vt_impact_side)i, error);
  }
  if (status == VATER_OK && whole && vt_impact_wide_take(wide, sides) != VATER_OK)
    status = no_memory(error);
  for (int i = 0; i < VT_IMPACT_SIDES; i++)
    vt_concluding_end(&sides[i]);
  return status;
}

int vt_impact_conclude(struct vt_running running[VT_IMPACT_SIDES],
                       const struct vt_store_delivery *deliveries, size_t count,
                       struct vt_impact_wide *wide, struct vt_impact *impact,
                       struct vt_error *error)
{
  struct night *nights = vt_arena_array(wide->arena, count + 1, sizeof *nights);
  if (nights == NULL)
    return no_memory(error);
  size_t night_count = list_nights(deliveries, count, nights);
  int status = VATER_OK;
  for (size_t i = 0; i < night_count && status == VATER_OK; i++) {
    struct vater_str *indicators = NULL;
    size_t indicator_count = 0;
    status = vt_store_list_brought(running[VT_IMPACT_NOW].store, nights[i].run, wide->arena,
                                   &indicators, &indicator_count, error);
    for (size_t n = 0; n < indicator_count && status == VATER_OK; n++)
      if (vt_concluding_has_rules(&running[VT_IMPACT_NOW], indicators[n]) ||
          vt_concluding_has_rules(&running[VT_IMPACT_CHANGED], indicators[n]))
        status = conclude_on(running, &nights[i], indicators[n], wide, impact, error);
  }
  return status;
}

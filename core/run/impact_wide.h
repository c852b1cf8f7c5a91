/* What two judgements over time and actors differ in, of the same runs. Internal to core/run. */
#ifndef VT_RUN_IMPACT_WIDE_H
#define VT_RUN_IMPACT_WIDE_H

#include "base/map.h"
#include "run/conclude.h"
#include "run/impact_tally.h"

struct vt_impact_wide_row;

struct vt_impact_wide {
  struct vt_arena *arena; /* of all that is told */
  const struct vt_actors *actors;
  struct vt_map codes; /* to the index of a row */
  struct vt_impact_wide_row *rows;
  uint32_t count, room;
  uint32_t left_room; /* of the impact's list of those left, once it has grown */
};

void vt_impact_wide_init(struct vt_impact_wide *wide, const struct vt_running *running,
                         struct vt_arena *arena);
void vt_impact_wide_fini(struct vt_impact_wide *wide);
/* Room for one more of the items, in the arena; NULL without memory. */
void *vt_impact_grown(struct vt_arena *arena, void *items, uint32_t count, uint32_t *room,
                      size_t size);
/* Both sides of one indicator in one run, each with a result. VATER_OK or VATER_E_NOMEM. */
int vt_impact_wide_take(struct vt_impact_wide *wide,
                        const struct vt_concluding sides[VT_IMPACT_SIDES]);
/* Asks both sides about all indicators that the runs of these deliveries brought. What could not be
 * done is left (impact). */
int vt_impact_conclude(struct vt_running running[VT_IMPACT_SIDES],
                       const struct vt_store_delivery *deliveries, size_t count,
                       struct vt_impact_wide *wide, struct vt_impact *impact,
                       struct vt_error *error);
/* Whether a changed rule of that code decided anything. */
bool vt_impact_wide_decided(const struct vt_impact_wide *wide, struct vater_str code);
/* Fills `rules`, room for wide->count, with those that differ. */
int vt_impact_wide_tell(const struct vt_impact_wide *wide, struct vt_impact_rule *rules,
                        uint32_t *count);

#endif

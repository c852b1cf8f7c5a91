/* Counts what two judgements of the same deliveries differ in. Internal to core/run. */
#ifndef VT_RUN_IMPACT_TALLY_H
#define VT_RUN_IMPACT_TALLY_H

#include "base/map.h"
#include "run/actors.h"
#include "run/impact.h"

enum vt_impact_side { VT_IMPACT_NOW, VT_IMPACT_CHANGED, VT_IMPACT_SIDES };

struct vt_impact_cell;
struct vt_impact_wide;
struct vt_impact_row;

struct vt_impact_tally {
  struct vt_arena *arena;
  const struct vt_actors *actors;
  struct vt_map codes;        /* to the index of a row */
  struct vt_impact_row *rows; /* the first one is the verdicts' */
  uint32_t count, room, deliveries;
};

int vt_impact_tally_init(struct vt_impact_tally *tally, const struct vt_environment *environment,
                         const struct vt_actors *actors, struct vt_arena *arena);
void vt_impact_tally_fini(struct vt_impact_tally *tally);
/* One delivery of an actor; `order` tells deliveries apart, so that what is told does not depend on
 * which of them was judged first. VATER_OK or VATER_E_NOMEM. */
int vt_impact_tally_take(struct vt_impact_tally *tally, const struct vt_actor *actor,
                         uint32_t order, const struct vt_result *const results[VT_IMPACT_SIDES]);
/* With what two judgements over time and actors differ in. */
int vt_impact_tally_tell(const struct vt_impact_tally *tally, const struct vt_impact_wide *wide,
                         struct vt_impact *impact);

#endif

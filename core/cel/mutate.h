/* Small changes to an expression, to see whether its tests notice. Deterministic, in the order in
 * which they stand. */
#ifndef VT_CEL_MUTATE_H
#define VT_CEL_MUTATE_H

#include "cel/cel.h"

enum vt_cel_change {
  VT_CEL_CHANGE_FLIPPED,    /* a comparison turned into its opposite: <= to >, == to != */
  VT_CEL_CHANGE_BOUNDARY,   /* the boundary itself moved to the other side: <= to < */
  VT_CEL_CHANGE_CONNECTIVE, /* && to ||, or the reverse */
  VT_CEL_CHANGE_NEGATION,   /* a ! left out */
  VT_CEL_CHANGE_QUANTIFIER  /* all to exists, or the reverse */
};

const char *vt_cel_change_name(enum vt_cel_change change); /* "boundary" */

struct vt_cel_mutant {
  enum vt_cel_change change;
  uint32_t offset, width; /* the bytes that are replaced */
  const char *with;
};

/* Of an expression that compiles. VATER_E_NOMEM. */
int vt_cel_mutants(struct vater_str text, struct vt_arena *arena, struct vt_cel_mutant **mutants,
                   uint32_t *count);
/* The changed expression; .ptr NULL without memory. */
struct vater_str vt_cel_mutate(struct vater_str text, const struct vt_cel_mutant *mutant,
                               struct vt_arena *arena);

#endif

/* What a reader says of a payload, in the languages of the actors. */
#ifndef VT_JUDGE_WORDING_H
#define VT_JUDGE_WORDING_H

#include "base/arena.h"
#include "base/codes.h"

/* Into `room`, cut to its size; `english` itself where wording.def does not have it. */
struct vater_str vt_wording(struct vater_str english, enum vt_language language, char *room,
                            size_t size);
/* A copy in which the figures of the payload that stand in it have '*' for their digits; codes,
 * periods and the wording's own numbers stay. .ptr NULL without memory. */
struct vater_str vt_wording_without_figures(struct vt_arena *arena, struct vater_str english);

#endif

/* What a reader says of a payload, in the languages of the actors. */
#ifndef VT_JUDGE_WORDING_H
#define VT_JUDGE_WORDING_H

#include "base/codes.h"

/* Into `room`, cut to its size; `english` itself where wording.def does not have it. */
struct vater_str vt_wording(struct vater_str english, enum vt_language language, char *room,
                            size_t size);
/* What a format says of codes, periods and the shape of a page has no figure in it: false. */
bool vt_wording_has_figures(struct vater_str said);

#endif

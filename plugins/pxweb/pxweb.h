/* What is chosen of a variable: "0301,4601", "*", "top(3)" (SSB's page on PxWebApi v2). */
#ifndef PXWEB_PXWEB_H
#define PXWEB_PXWEB_H

#include "vater/plugin.h"

/* The next code of "0301,4601"; commas in brackets belong to it: range(a,b). False at the end. */
bool pxweb_next_code(struct vater_str *rest, struct vater_str *code);
/* A plain code, or an expression that the interface has; v1 and FHI know top(n), where it is alone.
 */
bool pxweb_is_selection(struct vater_str code, bool v2, bool alone);

#endif

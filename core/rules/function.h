/* Functions that rule expressions have beyond CEL's own: `dimension`, and those of plugins. */
#ifndef VT_RULES_FUNCTION_H
#define VT_RULES_FUNCTION_H

#include "rules/bundle.h"

/* A plugin's function whose signature or name cannot be used is reported, once. */
int vt_rules_declare_functions(struct vt_rules_loader *loader, struct vt_rules_scope *scope);
/* The value of one dimension of a canonical breakdown ("age=67-79;sex=F"); .ptr NULL: absent. */
struct vater_str vt_rules_dimension(struct vater_str breakdown, struct vater_str name);

#endif

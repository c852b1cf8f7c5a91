/* Functions that rule expressions have beyond CEL's own: `dimension`, and those of plugins. */
#ifndef VT_RULES_FUNCTION_H
#define VT_RULES_FUNCTION_H

#include "rules/bundle.h"

/* A plugin's function whose signature or name cannot be used is reported, once. */
int vt_rules_declare_functions(struct vt_rules_loader *loader, struct vt_rules_scope *scope);
/* Into any environment; a plugin's function that cannot be used is told to `refused`. All is
 * borrowed for the environment's life. */
int vt_rules_functions(struct vt_cel_environment *environment, struct vater_call *call,
                       const struct vt_registry *plugins, struct vt_arena *arena,
                       void (*refused)(void *context, const struct vt_plugin *plugin,
                                       const struct vater_function *function, const char *why),
                       void *context);
/* The value of one dimension of a canonical breakdown ("age=67-79;sex=F"); .ptr NULL: absent. */
struct vater_str vt_rules_dimension(struct vater_str breakdown, struct vater_str name);

#endif

/* JSON and CEL values. */
#ifndef VT_CLI_CEL_VALUES_H
#define VT_CLI_CEL_VALUES_H

#include "cel/cel.h"

#include <jansson.h>

/* A value as the batch protocol writes it: {"type": "int", "value": "1"}. VATER_E_DECODE. */
int vt_cli_cel_typed(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                     struct vt_error *error);
/* The members "type" and "value" into `object`; VATER_E_RULE for what has no such form. */
int vt_cli_cel_answer(const struct vt_cel_value *value, json_t *object, struct vt_error *error);
/* Plain JSON; *type is its CEL type: "int", "double", "list(dyn)" … */
int vt_cli_cel_plain(const json_t *json, struct vt_arena *arena, struct vt_cel_value *value,
                     const char **type, struct vt_error *error);

#endif

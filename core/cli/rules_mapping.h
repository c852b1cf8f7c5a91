/* `vater rules lint` of mapping files. */
#ifndef VT_CLI_RULES_MAPPING_H
#define VT_CLI_RULES_MAPPING_H

#include "cli/rules_frame.h"

/* Moves the mapping files among `names` (JSON objects with "format" and without "pack") behind the
 * packs; returns how many packs are in front. A file that cannot be read counts as a pack. */
size_t vt_rules_split_mappings(struct vt_cli *cli, char **names, size_t count);
/* Checks them by schema and packs, where these can be used; everything wrong goes into the frame's
 * diagnostics. VATER_OK or VATER_E_NOMEM. */
int vt_rules_lint_mappings(struct vt_cli *cli, struct vt_rules_frame *frame, char *const *names,
                           size_t count);

#endif

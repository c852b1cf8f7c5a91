/* Time zones: fixed offsets, and IANA zones read from TZif data (RFC 8536). */
#ifndef VT_CEL_ZONE_H
#define VT_CEL_ZONE_H

#include "cel/environment.h"

/* Loads an IANA zone into the environment unless it is there. VATER_E_RULE: no such zone. */
int vt_cel_zone_add(struct vt_cel_environment *environment, struct vater_str name,
                    struct vt_error *error);
/* Seconds east of UTC at that time: "UTC", "+02:00", "-02:30", "02:00" or a loaded IANA zone. False
 * where the zone is not known. */
bool vt_cel_zone_offset(const struct vt_cel_environment *environment, struct vater_str name,
                        int64_t seconds, int32_t *offset);
/* Whether the name is a fixed offset or UTC. */
bool vt_cel_zone_fixed(struct vater_str name, int32_t *offset);

/* What a POSIX TZ rule gives at that time; `otherwise` where the rule cannot be read. */
int32_t vt_cel_zone_rule(struct vater_str rule, int64_t seconds, int32_t otherwise);

#endif

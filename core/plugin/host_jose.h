/* The host's side of signing: keys and certificates of the instance's settings. */
#ifndef VT_PLUGIN_HOST_JOSE_H
#define VT_PLUGIN_HOST_JOSE_H

#include "vater/plugin.h"

extern const struct vater_jose_api vt_host_jose_api;

int vt_host_session_digest(vater_call *call, vater_session *session, const char *name,
                           struct vater_str *digest);

#endif

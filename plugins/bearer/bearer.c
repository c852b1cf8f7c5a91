#include "vater/plugin.h"

static const struct vater_host *host;

static int prepare(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt, vater_request *request)
{
  (void)self;
  (void)session;
  if (host->http->status(attempt->last) == 401)
    return host->fail(call, VATER_E_AUTH,
                      "the endpoint does not accept the token (401); renew it and its file");
  return host->http->secret_header(call, request, "Authorization", "Bearer ", "token");
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_setting settings[] = {
    {"token", VATER_SETTING_TEXT, true, true, NULL, "The token that the endpoint gave us."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_auth_ops auth = {.size = sizeof auth, .prepare = prepare};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,    .name = "bearer",
    .version = "1.0.0",   .summary = "Sends a fixed token, Authorization: Bearer (RFC 6750).",
    .settings = settings, .load = load,
    .auth = &auth,
};

VATER_PLUGIN(plugin)

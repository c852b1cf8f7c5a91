#include "vater/plugin.h"

static const struct vater_host *host;

static int open_client(vater_call *call, const vater_config *config, void **self)
{
  int64_t until = 0;
  (void)config;
  *self = NULL;
  int status = host->jose->certificate(call, "certificate", "key", &until);
  if (status == VATER_OK && until < host->now_ms(call))
    return host->fail(call, VATER_E_CONFIG, "the client certificate has expired");
  return status;
}

static int prepare(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt, vater_request *request)
{
  (void)self, (void)session, (void)attempt;
  return host->http->client_certificate(call, request, "certificate", "key");
}

static int load(const struct vater_host *given)
{
  host = given;
  return given->size >= sizeof *given && given->jose != NULL ? VATER_OK : VATER_E_CONFIG;
}

static const struct vater_setting settings[] = {
    {"certificate", VATER_SETTING_TEXT, true, true, NULL,
     "The client certificate with its chain, PEM, the leaf first."},
    {"key", VATER_SETTING_TEXT, true, true, NULL, "The certificate's private key, PEM."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_auth_ops auth = {
    .size = sizeof auth,
    .open = open_client,
    .prepare = prepare,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,    .name = "mtls",
    .version = "1.0.0",   .summary = "Presents a client certificate (mutual TLS).",
    .settings = settings, .load = load,
    .auth = &auth,
};

VATER_PLUGIN(plugin)

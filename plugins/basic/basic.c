#include "vater/plugin.h"

#include <stdlib.h>
#include <string.h>

static const struct vater_host *host;

struct account {
  const vater_config *config;
};

static int prepare(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt, vater_request *request)
{
  const struct account *account = self;
  struct vater_str user;
  (void)session;
  if (host->http->status(attempt->last) == 401)
    return host->fail(call, VATER_E_AUTH,
                      "the endpoint does not accept the user name and password (401)");
  host->config_text(account->config, "user", &user);
  return host->http->basic_header(call, request, user, "password");
}

static int open_account(vater_call *call, const vater_config *config, void **self)
{
  struct vater_str user;
  if (host->config_text(config, "user", &user) && memchr(user.ptr, ':', user.len) != NULL)
    return host->fail(call, VATER_E_CONFIG, "the user name may not hold ':' (RFC 7617)");
  struct account *account = calloc(1, sizeof *account);
  if (account == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory");
  account->config = config;
  *self = account;
  return VATER_OK;
}

static void close_account(void *self)
{
  free(self);
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_setting settings[] = {
    {"user", VATER_SETTING_TEXT, true, false, NULL, "The user name."},
    {"password", VATER_SETTING_TEXT, true, true, NULL, "The password."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_auth_ops auth = {
    .size = sizeof auth,
    .open = open_account,
    .close = close_account,
    .prepare = prepare,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "basic",
    .version = "1.0.0",
    .summary = "Sends a user name and password, Authorization: Basic (RFC 7617).",
    .settings = settings,
    .load = load,
    .auth = &auth,
};

VATER_PLUGIN(plugin)

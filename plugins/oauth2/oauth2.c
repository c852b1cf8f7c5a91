#include "oauth2.h"

#include <stdlib.h>

enum { IDENTITY_ROOM = 32 * 1024 };

const struct vater_host *oauth2_host;

static int open_client(vater_call *call, const vater_config *config, void **self)
{
  struct client *client = calloc(1, sizeof *client);
  if (client == NULL)
    return oauth2_host->fail(call, VATER_E_NOMEM, "out of memory");
  client->config = config;
  int status = oauth2_read(call, client);
  if (status == VATER_OK)
    *self = client;
  else
    free(client);
  return status;
}

static void close_client(void *self)
{
  free(self);
}

/* A secret or certificate is not seen here: such clients share by their settings alone. */
static int identity(vater_call *call, void *self, struct vater_str *identity)
{
  const struct client *client = self;
  struct text text = text_new(call, IDENTITY_ROOM);
  struct vater_str thumbprint;
  *identity = (struct vater_str){NULL, 0};
  if (!client->has_key || client->has_certificate || client->has_chain ||
      client->method != METHOD_PRIVATE_KEY_JWT)
    return VATER_OK;
  int status = oauth2_host->jose->thumbprint(call, "key", &thumbprint);
  if (status != VATER_OK)
    return status;
  text_word(&text, client->profile == PROFILE_MASKINPORTEN ? "[\"grant\"" : "[\"credentials\"");
  const struct vater_str parts[] = {
      client->issuer, client->token_endpoint, client->id,       client->resource,
      thumbprint,     client->key_id,         client->consumer, client->system_user,
      client->child,  client->behalf,         client->audience, client->type};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    text_word(&text, ",");
    text_json(&text, parts[i]);
  }
  text_word(&text, client->dpop ? ",true," : ",false,");
  text_number(&text, client->lifetime);
  text_word(&text, ",\"");
  text_word(&text, client->algorithm);
  text_word(&text, "\",\"");
  text_scope_set(&text, client);
  text_word(&text, "\"]");
  return text_done(call, &text, identity);
}

static int load(const struct vater_host *given)
{
  oauth2_host = given;
  return given->size >= sizeof *given && given->jose != NULL ? VATER_OK : VATER_E_CONFIG;
}

static const struct vater_auth_ops auth = {
    .size = sizeof auth,
    .open = open_client,
    .close = close_client,
    .next = oauth2_next,
    .prepare = oauth2_prepare,
    .identity = identity,
    .refused = oauth2_refused,
    .answered = oauth2_answered,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "oauth2",
    .version = "1.0.0",
    .summary = "Gets access tokens: HelseID, Maskinporten, OAuth 2.0; with DPoP and mutual TLS.",
    .settings = oauth2_settings,
    .load = load,
    .auth = &auth,
};

VATER_PLUGIN(plugin)

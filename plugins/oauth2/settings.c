#include "oauth2.h"

#include <string.h>

const struct vater_setting oauth2_settings[] = {
    {"profile", VATER_SETTING_TEXT, true, false, NULL, "helseid, maskinporten or generic."},
    {"issuer", VATER_SETTING_URL, false, false, NULL,
     "The issuer exactly as its metadata has it: HelseID's without a slash, Maskinporten's with."},
    {"tokenEndpoint", VATER_SETTING_URL, false, false, NULL,
     "Where tokens are asked for, instead of what the issuer's metadata says."},
    {"metadata", VATER_SETTING_TEXT, false, false, NULL,
     "openid (OpenID Connect Discovery) or oauth (RFC 8414); by profile."},
    {"clientId", VATER_SETTING_TEXT, true, false, NULL, "The client's id at the issuer."},
    {"key", VATER_SETTING_TEXT, false, true, NULL, "The client's private key, PEM or JWK."},
    {"keyId", VATER_SETTING_TEXT, false, false, NULL,
     "The key's kid as registered; a JWK's own where not given."},
    {"chain", VATER_SETTING_TEXT, false, true, NULL,
     "Enterprise certificate with its chain, PEM, sent as x5c instead of a kid (Maskinporten)."},
    {"algorithm", VATER_SETTING_TEXT, false, false, NULL,
     "PS256, ES256, RS256 …; by the key and the profile where not given."},
    {"scope", VATER_SETTING_LIST, false, false, NULL, "The scopes that are asked for."},
    {"resource", VATER_SETTING_TEXT, false, false, NULL, "The API that the token is for."},
    {"clientAuthentication", VATER_SETTING_TEXT, false, false, NULL,
     "private_key_jwt, client_secret_basic, client_secret_post or tls_client_auth."},
    {"secret", VATER_SETTING_TEXT, false, true, NULL, "The client's secret (profile generic)."},
    {"certificate", VATER_SETTING_TEXT, false, true, NULL,
     "Client certificate with its chain, PEM, presented at token endpoint and API (RFC 8705)."},
    {"certificateKey", VATER_SETTING_TEXT, false, true, NULL,
     "The client certificate's private key, PEM."},
    {"dpop", VATER_SETTING_BOOLEAN, false, false, NULL,
     "Whether tokens are bound to the key (RFC 9449); true for helseid."},
    {"audience", VATER_SETTING_TEXT, false, false, NULL,
     "aud of the assertion, where it is not the issuer."},
    {"assertionType", VATER_SETTING_TEXT, false, false, NULL, "typ of the assertion; by profile."},
    {"assertionLifetime", VATER_SETTING_INTEGER, false, false, "30",
     "Seconds that an assertion is valid: 5 to 60, for maskinporten to 120."},
    {"consumerOrg", VATER_SETTING_TEXT, false, false, NULL,
     "consumer_org: whom we ask on behalf of (Maskinporten, delegation in Altinn)."},
    {"systemUserOrg", VATER_SETTING_TEXT, false, false, NULL,
     "Whose Altinn system user we act as (Maskinporten)."},
    {"childOrganisation", VATER_SETTING_TEXT, false, false, NULL,
     "Sub-unit of a single-tenant client (HelseID)."},
    {"onBehalfOf", VATER_SETTING_TEXT, false, false, NULL,
     "PARENT or PARENT:CHILD of a multi-tenant client (HelseID)."},
    {NULL, 0, false, false, NULL, NULL},
};

static int fail(vater_call *call, const char *text)
{
  return oauth2_host->fail(call, VATER_E_CONFIG, "%s", text);
}

static struct vater_str get(const struct client *client, const char *name)
{
  struct vater_str value;
  return oauth2_host->config_text(client->config, name, &value) ? value
                                                                : (struct vater_str){NULL, 0};
}

static int read_profile(vater_call *call, struct client *client)
{
  static const char *const names[] = {"helseid", "maskinporten", "generic"};
  struct vater_str name = get(client, "profile");
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_is(name, names[i])) {
      client->profile = (enum profile)i;
      return VATER_OK;
    }
  return fail(call, "profile is not helseid, maskinporten or generic");
}

/* Secrets are the host's; whether one is set shows in what it says of it. */
static bool is_set(vater_call *call, const struct client *client, const char *name)
{
  (void)call;
  return oauth2_host->config_count(client->config, name) > 0;
}

static int read_method(vater_call *call, struct client *client)
{
  static const char *const names[] = {"private_key_jwt", "client_secret_basic",
                                      "client_secret_post", "tls_client_auth"};
  struct vater_str name = get(client, "clientAuthentication");
  bool secret = is_set(call, client, "secret");
  client->method = client->has_key           ? METHOD_PRIVATE_KEY_JWT
                   : secret                  ? METHOD_SECRET_BASIC
                   : client->has_certificate ? METHOD_TLS
                                             : METHOD_PRIVATE_KEY_JWT;
  bool known = name.len == 0;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (str_is(name, names[i])) {
      client->method = (enum method)i;
      known = true;
    }
  if (!known)
    return fail(call, "clientAuthentication is not private_key_jwt, client_secret_basic, "
                      "client_secret_post or tls_client_auth");
  if (client->profile != PROFILE_GENERIC && client->method != METHOD_PRIVATE_KEY_JWT)
    return fail(call, "this profile knows private_key_jwt only (HID-1008); set key");
  if (client->method == METHOD_PRIVATE_KEY_JWT && !client->has_key)
    return fail(call,
                "private_key_jwt needs a key; set key to {\"file\": PATH} or {\"credential\": "
                "NAME}");
  if ((client->method == METHOD_SECRET_BASIC || client->method == METHOD_SECRET_POST) && !secret)
    return fail(call, "client_secret_basic and client_secret_post need secret");
  if (client->method == METHOD_TLS && !client->has_certificate)
    return fail(call, "tls_client_auth needs certificate and certificateKey");
  if (client->dpop && !client->has_key)
    return fail(call, "dpop needs a key");
  return VATER_OK;
}

static int read_algorithm(vater_call *call, struct client *client)
{
  static const char *const of_rsa[] = {"PS256", "RS256", "RS256"};
  struct vater_str name = get(client, "algorithm"), own = {NULL, 0};
  if (!client->has_key)
    return VATER_OK;
  int status = oauth2_host->jose->algorithm(call, "key", &own);
  if (status != VATER_OK)
    return status;
  if (name.len == 0)
    name = own;
  if (name.len == 0)
    name = (struct vater_str){of_rsa[client->profile], 5};
  if (name.len >= sizeof client->algorithm)
    return fail(call, "algorithm is not one of those that the key can be used with");
  memcpy(client->algorithm, name.ptr, name.len);
  client->algorithm[name.len] = '\0';
  if (client->profile == PROFILE_MASKINPORTEN && !str_starts(name, "RS"))
    return fail(call, "Maskinporten takes RS256, RS384 and RS512 only; register an RSA key");
  return oauth2_host->jose->check(call, "key", name);
}

static bool is_orgnr(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
  return text.len == 9;
}

static int read_organisations(vater_call *call, struct client *client)
{
  client->consumer = get(client, "consumerOrg");
  client->system_user = get(client, "systemUserOrg");
  client->child = get(client, "childOrganisation");
  client->behalf = get(client, "onBehalfOf");
  bool nine = (client->consumer.len == 0 || is_orgnr(client->consumer)) &&
              (client->system_user.len == 0 || is_orgnr(client->system_user)) &&
              (client->child.len == 0 || is_orgnr(client->child));
  struct vater_str behalf = client->behalf;
  if (behalf.len == 19 && behalf.ptr[9] == ':')
    nine = nine && is_orgnr((struct vater_str){behalf.ptr, 9}) &&
           is_orgnr((struct vater_str){behalf.ptr + 10, 9});
  else if (behalf.len > 0)
    nine = nine && is_orgnr(behalf);
  if (!nine)
    return fail(call, "an organisation number is not nine digits (onBehalfOf: PARENT or "
                      "PARENT:CHILD)");
  if (client->child.len > 0 && behalf.len > 0)
    return fail(call,
                "childOrganisation (single-tenant) and onBehalfOf (multi-tenant) exclude each "
                "other");
  if (client->profile != PROFILE_HELSEID && (client->child.len > 0 || behalf.len > 0))
    return fail(call, "childOrganisation and onBehalfOf are of the profile helseid");
  if (client->profile != PROFILE_MASKINPORTEN &&
      (client->consumer.len > 0 || client->system_user.len > 0 || client->has_chain))
    return fail(call, "consumerOrg, systemUserOrg and chain are of the profile maskinporten");
  return VATER_OK;
}

/* HelseID and Maskinporten find the registered key by its kid, or by the chain. */
static int check_key_id(vater_call *call, const struct client *client)
{
  struct vater_str kid = client->key_id;
  if (client->profile == PROFILE_GENERIC || client->has_chain || kid.len > 0)
    return VATER_OK;
  int status = oauth2_host->jose->key_id(call, "key", &kid);
  if (status != VATER_OK || kid.len > 0)
    return status;
  return fail(call, client->profile == PROFILE_MASKINPORTEN
                        ? "keyId is missing: the kid that Maskinporten gave the registered key "
                          "(MP-100 without it); or set chain"
                        : "keyId is missing: the kid of the key that is registered in HelseID "
                          "Selvbetjening");
}

static int read_key(vater_call *call, struct client *client)
{
  int64_t until = 0;
  struct vater_str list;
  client->key_id = get(client, "keyId");
  if (client->has_certificate != is_set(call, client, "certificateKey"))
    return fail(call, "certificate and certificateKey belong together; set both or none");
  int status = VATER_OK;
  if (client->has_certificate)
    status = oauth2_host->jose->certificate(call, "certificate", "certificateKey", &until);
  if (status == VATER_OK && client->has_certificate && until < oauth2_host->now_ms(call))
    status = fail(call, "the client certificate has expired");
  if (status == VATER_OK && client->has_chain)
    status = oauth2_host->jose->x5c(call, "chain", "key", &list);
  return status == VATER_OK ? check_key_id(call, client) : status;
}

/* scope-token of RFC 6749 section 3.3 */
static bool is_scope(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7e || text.ptr[i] == '"' || text.ptr[i] == '\\')
      return false;
  return text.len > 0;
}

static int check_scopes(vater_call *call, struct client *client)
{
  struct vater_str scope;
  uint32_t count = oauth2_host->config_count(client->config, "scope");
  for (uint32_t i = 0; i < count; i++)
    if (!oauth2_host->config_item(client->config, "scope", i, NULL, &scope) || !is_scope(scope))
      return oauth2_host->fail(call, VATER_E_CONFIG,
                               "scope: item %u, '%.*s', is no scope; each is an item of its own: "
                               "[\"a\", \"b\"]",
                               i + 1, scope.len > 100 ? 100 : (int)scope.len, scope.ptr);
  return VATER_OK;
}

static int read_rest(vater_call *call, struct client *client)
{
  struct vater_str metadata = get(client, "metadata");
  client->resource = get(client, "resource");
  client->audience = get(client, "audience");
  client->type = get(client, "assertionType");
  client->openid =
      metadata.len > 0 ? str_is(metadata, "openid") : client->profile != PROFILE_MASKINPORTEN;
  if (metadata.len > 0 && !client->openid && !str_is(metadata, "oauth"))
    return fail(call, "metadata is not openid or oauth");
  if (client->issuer.len == 0 && client->token_endpoint.len == 0)
    return fail(call, "issuer is missing; set it, or for the profile generic tokenEndpoint");
  if (client->issuer.len == 0 && client->profile != PROFILE_GENERIC)
    return fail(call, "issuer is missing; HelseID: https://helseid-sts.nhn.no, Maskinporten: "
                      "https://maskinporten.no/ with its slash");
  if (client->profile == PROFILE_MASKINPORTEN && client->issuer.ptr[client->issuer.len - 1] != '/')
    return fail(call, "Maskinporten's issuer ends with a slash: https://maskinporten.no/");
  if (client->profile == PROFILE_MASKINPORTEN &&
      oauth2_host->config_count(client->config, "scope") == 0)
    return fail(call, "Maskinporten needs scope");
  if (client->audience.len == 0)
    client->audience = client->issuer.len > 0 ? client->issuer : client->token_endpoint;
  if (client->type.len == 0)
    client->type =
        client->profile == PROFILE_HELSEID ? LITERAL("client-authentication+jwt") : LITERAL("JWT");
  int64_t most = client->profile == PROFILE_MASKINPORTEN ? 120 : 60;
  oauth2_host->config_integer(client->config, "assertionLifetime", &client->lifetime);
  if (client->lifetime < 5 || client->lifetime > most)
    return fail(call, "assertionLifetime is 5 to 60 seconds, for maskinporten to 120");
  return VATER_OK;
}

int oauth2_read(vater_call *call, struct client *client)
{
  int (*const steps[])(vater_call *, struct client *) = {
      read_rest, check_scopes, read_method, read_algorithm, read_organisations, read_key};
  int status = read_profile(call, client);
  if (status != VATER_OK)
    return status;
  client->issuer = get(client, "issuer");
  client->token_endpoint = get(client, "tokenEndpoint");
  client->id = get(client, "clientId");
  client->has_key = is_set(call, client, "key");
  client->has_chain = is_set(call, client, "chain");
  client->has_certificate = is_set(call, client, "certificate");
  if (!oauth2_host->config_truth(client->config, "dpop", &client->dpop))
    client->dpop = client->profile == PROFILE_HELSEID;
  for (size_t i = 0; i < sizeof steps / sizeof *steps && status == VATER_OK; i++)
    status = steps[i](call, client);
  return status;
}

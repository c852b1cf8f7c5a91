#include "oauth2.h"

#include <string.h>

enum { METADATA_HOURS = 24, URL_ROOM = 4096 };

static const char grant_type[] = "urn:ietf:params:oauth:grant-type:jwt-bearer";
static const char assertion_type[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/* ---- asking -----------------------------------------------------------------------------------
 */

/* OpenID appends the well-known path, RFC 8414 puts it between host and path. */
static int ask_metadata(vater_call *call, struct client *client, vater_request *request)
{
  struct text text = text_new(call, URL_ROOM);
  struct vater_str url, issuer = client->issuer, origin = oauth2_origin(issuer);
  if (issuer.len > 0 && issuer.ptr[issuer.len - 1] == '/')
    issuer.len--;
  text_add(&text, client->openid ? issuer : origin);
  text_word(&text, client->openid ? "/.well-known/openid-configuration"
                                  : "/.well-known/oauth-authorization-server");
  if (!client->openid && issuer.len > origin.len)
    text_add(&text, (struct vater_str){issuer.ptr + origin.len, issuer.len - origin.len});
  client->step = STEP_METADATA;
  int status = text_done(call, &text, &url);
  return status == VATER_OK ? oauth2_host->http->set_url(call, request, url) : status;
}

static int add_field(vater_call *call, vater_request *request, const char *name,
                     struct vater_str value)
{
  return value.len > 0 ? oauth2_host->http->form_field(call, request, name, value) : VATER_OK;
}

static int add_authentication(vater_call *call, const struct client *client, vater_request *request)
{
  struct vater_str assertion;
  const struct vater_http_api *http = oauth2_host->http;
  int status;
  switch (client->method) {
  case METHOD_SECRET_BASIC:
    return http->client_header(call, request, client->id, "secret");
  case METHOD_SECRET_POST:
    status = add_field(call, request, "client_id", client->id);
    return status == VATER_OK ? http->secret_field(call, request, "client_secret", "secret")
                              : status;
  case METHOD_TLS:
    return add_field(call, request, "client_id", client->id);
  case METHOD_PRIVATE_KEY_JWT:
    break;
  }
  status = oauth2_assertion(call, client, &assertion);
  if (status == VATER_OK)
    status = add_field(call, request, "client_id", client->id);
  if (status == VATER_OK)
    status = add_field(call, request, "client_assertion_type",
                       (struct vater_str){assertion_type, sizeof assertion_type - 1});
  return status == VATER_OK ? add_field(call, request, "client_assertion", assertion) : status;
}

static int add_client_credentials(vater_call *call, const struct client *client,
                                  vater_request *request)
{
  struct text text = text_new(call, URL_ROOM);
  struct vater_str scope;
  text_scope(&text, client);
  int status = text_done(call, &text, &scope);
  if (status == VATER_OK)
    status = add_field(call, request, "grant_type", LITERAL("client_credentials"));
  if (status == VATER_OK)
    status = add_field(call, request, "scope", scope);
  if (status == VATER_OK)
    status = add_field(call, request, "resource", client->resource);
  return status == VATER_OK ? add_authentication(call, client, request) : status;
}

static int add_grant(vater_call *call, const struct client *client, vater_request *request)
{
  struct vater_str assertion;
  int status = oauth2_assertion(call, client, &assertion);
  if (status == VATER_OK)
    status = add_field(call, request, "grant_type",
                       (struct vater_str){grant_type, sizeof grant_type - 1});
  return status == VATER_OK ? add_field(call, request, "assertion", assertion) : status;
}

static struct vater_str endpoint_of(vater_call *call, const struct client *client,
                                    vater_session *session)
{
  struct vater_str endpoint = client->token_endpoint;
  if (endpoint.len == 0)
    oauth2_host->session->get(call, session, ENDPOINT, &endpoint);
  return endpoint;
}

/* Each time with an assertion and a proof of its own. */
static int ask_token(vater_call *call, struct client *client, vater_session *session,
                     vater_request *request)
{
  const struct vater_http_api *http = oauth2_host->http;
  struct vater_str endpoint = endpoint_of(call, client, session);
  if (endpoint.len == 0)
    return ask_metadata(call, client, request);
  client->step = STEP_TOKEN;
  int status = http->set_method(call, request, "POST");
  if (status == VATER_OK)
    status = http->set_url(call, request, endpoint);
  if (status == VATER_OK)
    status = client->profile == PROFILE_MASKINPORTEN
                 ? add_grant(call, client, request)
                 : add_client_credentials(call, client, request);
  if (status == VATER_OK && client->dpop) {
    const struct proof proof = {
        LITERAL("POST"), endpoint,
        oauth2_nonce(call, session, oauth2_server(call, "as", oauth2_origin(endpoint))), NULL};
    status = oauth2_proof(call, client, session, &proof, request);
  }
  if (status == VATER_OK && client->has_certificate)
    status = http->client_certificate(call, request, "certificate", "certificateKey");
  return status;
}

/* ---- metadata ---------------------------------------------------------------------------------
 */

static struct vater_str text_of(const vater_node *object, const char *name)
{
  const vater_node *member = oauth2_host->node->member(object, name);
  return oauth2_host->node->type(member) == VATER_NODE_TEXT ? oauth2_host->node->text(member)
                                                            : (struct vater_str){NULL, 0};
}

static int refuse_metadata(vater_call *call, const struct client *client, const char *why)
{
  return oauth2_host->fail(call, VATER_E_AUTH, "AUTH-IDP: the metadata of %.*s cannot be used: %s",
                           client->issuer.len > 200 ? 200 : (int)client->issuer.len,
                           client->issuer.ptr, why);
}

static int take_metadata(vater_call *call, struct client *client, vater_session *session,
                         const vater_response *response)
{
  const vater_node *body;
  int http_status = oauth2_host->http->status(response);
  if (http_status != 200)
    return oauth2_host->fail(
        call, VATER_E_AUTH,
        "AUTH-IDP: the metadata of %.*s answers %d; check issuer, and metadata "
        "(openid or oauth)",
        client->issuer.len > 200 ? 200 : (int)client->issuer.len, client->issuer.ptr, http_status);
  if (!oauth2_host->http->json(call, response, &body) ||
      oauth2_host->node->type(body) != VATER_NODE_OBJECT)
    return refuse_metadata(call, client, "it is no JSON object");
  struct vater_str issuer = text_of(body, "issuer");
  if (!str_equal(issuer, client->issuer))
    return oauth2_host->fail(
        call, VATER_E_AUTH,
        "AUTH-IDP: the metadata is of issuer '%.*s', the setting says '%.*s'; "
        "they are compared letter by letter, a last slash too",
        issuer.len > 150 ? 150 : (int)issuer.len, issuer.ptr != NULL ? issuer.ptr : "",
        client->issuer.len > 150 ? 150 : (int)client->issuer.len, client->issuer.ptr);
  struct vater_str endpoint = text_of(body, "token_endpoint");
  if (client->has_certificate) {
    struct vater_str alias =
        text_of(oauth2_host->node->member(body, "mtls_endpoint_aliases"), "token_endpoint");
    endpoint = alias.len > 0 ? alias : endpoint;
  }
  bool secure = str_starts(endpoint, "https://") ||
                (str_starts(client->issuer, "http://") && str_starts(endpoint, "http://"));
  if (!secure)
    return refuse_metadata(call, client, "its token_endpoint is missing or not https");
  return oauth2_host->session->set(call, session, ENDPOINT, endpoint,
                                   oauth2_host->now_ms(call) +
                                       (int64_t)METADATA_HOURS * 3600 * 1000);
}

/* ---- next -------------------------------------------------------------------------------------
 */

int oauth2_next(vater_call *call, void *self, vater_session *session, const vater_response *last,
                vater_request *request)
{
  struct client *client = self;
  struct vater_str kept;
  int status = VATER_OK;
  if (last == NULL) {
    client->step = STEP_START;
    client->challenged = client->repeated = false;
    if (oauth2_host->session->get(call, session, TOKEN, &kept) &&
        !oauth2_host->session->get(call, session, REFUSED, &kept))
      return VATER_DONE;
  }
  if (client->step == STEP_METADATA)
    status = take_metadata(call, client, session, last);
  else if (client->step == STEP_TOKEN)
    status = oauth2_take_token(call, client, session, last);
  return status == VATER_OK ? ask_token(call, client, session, request) : status;
}

#include "oauth2.h"

#include <string.h>

enum { ROOM = 64 * 1024 };

static void put_time(struct text *text, const char *name, int64_t seconds)
{
  text_word(text, ",\"");
  text_word(text, name);
  text_word(text, "\":");
  text_number(text, seconds);
}

/* HelseID: whom a client acts for (functional requirement FK5). */
static void put_details(struct text *text, const struct client *client)
{
  bool single = client->child.len > 0;
  if (!single && client->behalf.len == 0)
    return;
  text_word(text,
            ",\"assertion_details\":{\"type\":\"helseid_authorization\",\"practitioner_role\":{"
            "\"organization\":{\"identifier\":{\"system\":\"");
  text_word(text, single ? "urn:oid:2.16.578.1.12.4.1.4.101" : "urn:oid:1.0.6523");
  text_word(text, "\",\"type\":\"ENH\",\"value\":\"");
  text_word(text, single ? "" : "NO:ORGNR:");
  text_add(text, single ? client->child : client->behalf);
  text_word(text, "\"}}}}");
}

static void put_grant(struct text *text, const struct client *client)
{
  text_word(text, ",\"scope\":\"");
  text_scope(text, client);
  text_word(text, "\"");
  if (client->resource.len > 0) {
    text_word(text, ",\"resource\":[");
    text_json(text, client->resource);
    text_word(text, "]");
  }
  text_member(text, "consumer_org", client->consumer);
  if (client->system_user.len > 0) {
    text_word(text, ",\"authorization_details\":[{\"type\":\"urn:altinn:systemuser\","
                    "\"systemuser_org\":{\"authority\":\"iso6523-actorid-upis\",\"ID\":\"0192:");
    text_add(text, client->system_user);
    text_word(text, "\"}}]");
  }
}

static int make_header(vater_call *call, const struct client *client, struct vater_str *header)
{
  struct vater_str kid = client->key_id, list;
  struct text text = text_new(call, ROOM);
  int status = VATER_OK;
  if (kid.len == 0 && !client->has_chain)
    status = oauth2_host->jose->key_id(call, "key", &kid);
  text_word(&text, "{\"typ\":");
  text_json(&text, client->type);
  if (client->has_chain && client->key_id.len == 0) {
    if (status == VATER_OK)
      status = oauth2_host->jose->x5c(call, "chain", "key", &list);
    if (status == VATER_OK) {
      text_word(&text, ",\"x5c\":");
      text_add(&text, list);
    }
  } else {
    text_member(&text, "kid", kid);
  }
  text_word(&text, "}");
  return status == VATER_OK ? text_done(call, &text, header) : status;
}

static int make_claims(vater_call *call, const struct client *client, struct vater_str *claims)
{
  bool grant = client->profile == PROFILE_MASKINPORTEN;
  struct text text = text_new(call, ROOM);
  struct vater_str id;
  int64_t now = oauth2_host->now_ms(call) / 1000;
  int status = oauth2_host->jose->random_id(call, &id);
  text_word(&text, "{\"iss\":");
  text_json(&text, client->id);
  if (!grant)
    text_member(&text, "sub", client->id);
  text_member(&text, "aud", client->audience);
  text_member(&text, "jti", id);
  put_time(&text, "iat", now);
  if (!grant)
    put_time(&text, "nbf", now);
  put_time(&text, "exp", now + client->lifetime);
  if (grant)
    put_grant(&text, client);
  else
    put_details(&text, client);
  text_word(&text, "}");
  return status == VATER_OK ? text_done(call, &text, claims) : status;
}

static struct vater_str algorithm_of(const struct client *client)
{
  return (struct vater_str){client->algorithm, strlen(client->algorithm)};
}

int oauth2_assertion(vater_call *call, const struct client *client, struct vater_str *token)
{
  struct vater_str header, claims;
  int status = make_header(call, client, &header);
  if (status == VATER_OK)
    status = make_claims(call, client, &claims);
  return status == VATER_OK
             ? oauth2_host->jose->sign(call, "key", algorithm_of(client), header, claims, token)
             : status;
}

/* ---- proofs -----------------------------------------------------------------------------------
 */

struct vater_str oauth2_server(vater_call *call, const char *role, struct vater_str name)
{
  struct vater_str server = {NULL, 0};
  struct text text = text_new(call, strlen(role) + 1 + name.len);
  text_word(&text, role);
  text_word(&text, " ");
  text_add(&text, name);
  text_done(call, &text, &server);
  return server;
}

struct vater_str oauth2_origin(struct vater_str url)
{
  size_t slashes = 0, end = 0;
  while (end < url.len && !(url.ptr[end] == '/' && slashes == 2) && url.ptr[end] != '?') {
    slashes += url.ptr[end] == '/';
    end++;
  }
  return (struct vater_str){url.ptr, end};
}

/* htu has neither query nor fragment (RFC 9449 section 4.2). */
static struct vater_str without_query(struct vater_str url)
{
  size_t end = 0;
  while (end < url.len && url.ptr[end] != '?' && url.ptr[end] != '#')
    end++;
  return (struct vater_str){url.ptr, end};
}

struct vater_str oauth2_nonce(vater_call *call, vater_session *session, struct vater_str server)
{
  struct vater_str nonce;
  return oauth2_host->session->get_nonce(call, session, server, &nonce)
             ? nonce
             : (struct vater_str){NULL, 0};
}

static int make_proof_claims(vater_call *call, vater_session *session, const struct proof *proof,
                             struct vater_str *claims)
{
  struct text text = text_new(call, ROOM);
  struct vater_str id, digest = {NULL, 0};
  int status = oauth2_host->jose->random_id(call, &id);
  if (status == VATER_OK && proof->value_name != NULL)
    status = oauth2_host->session->digest(call, session, proof->value_name, &digest);
  if (status != VATER_OK)
    return status;
  text_word(&text, "{\"jti\":");
  text_json(&text, id);
  text_member(&text, "htm", proof->method);
  text_member(&text, "htu", without_query(proof->url));
  put_time(&text, "iat", oauth2_host->now_ms(call) / 1000);
  text_member(&text, "nonce", proof->nonce);
  text_member(&text, "ath", digest);
  text_word(&text, "}");
  return text_done(call, &text, claims);
}

int oauth2_proof(vater_call *call, const struct client *client, vater_session *session,
                 const struct proof *proof, vater_request *request)
{
  struct vater_str header, claims, jwk, token;
  struct text text = text_new(call, ROOM);
  int status = oauth2_host->jose->public_jwk(call, "key", &jwk);
  if (status != VATER_OK)
    return status;
  text_word(&text, "{\"typ\":\"dpop+jwt\",\"jwk\":");
  text_add(&text, jwk);
  text_word(&text, "}");
  status = text_done(call, &text, &header);
  if (status == VATER_OK)
    status = make_proof_claims(call, session, proof, &claims);
  if (status == VATER_OK)
    status = oauth2_host->jose->sign(call, "key", algorithm_of(client), header, claims, &token);
  return status == VATER_OK ? oauth2_host->http->set_header(call, request, "DPoP", token) : status;
}

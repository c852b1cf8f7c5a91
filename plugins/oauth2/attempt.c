#include "oauth2.h"

#include <string.h>

/* That of the refused answer before; what others were told meanwhile is theirs. */
static struct vater_str nonce_of(vater_call *call, vater_session *session,
                                 const struct vater_attempt *attempt)
{
  struct vater_str nonce;
  if (attempt->last != NULL && oauth2_host->http->header(attempt->last, "DPoP-Nonce", &nonce))
    return nonce;
  return oauth2_nonce(call, session, oauth2_server(call, "api", oauth2_origin(attempt->url)));
}

int oauth2_prepare(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt, vater_request *request)
{
  const struct client *client = self;
  struct vater_str token;
  if (!oauth2_host->session->get(call, session, TOKEN, &token))
    return VATER_DONE;
  int status = oauth2_host->session->header(call, session, request, "Authorization",
                                            client->dpop ? "DPoP " : "Bearer ", TOKEN);
  if (status == VATER_OK && client->dpop) {
    const struct proof proof = {attempt->method, attempt->url, nonce_of(call, session, attempt),
                                TOKEN};
    status = oauth2_proof(call, client, session, &proof, request);
  }
  if (status == VATER_OK && client->has_certificate)
    status = oauth2_host->http->client_certificate(call, request, "certificate", "certificateKey");
  return status;
}

/* ---- WWW-Authenticate (RFC 9110 section 11.6.1) ------------------------------------------------
 */

struct reading {
  struct vater_str text;
  size_t at;
};

static bool is_token(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static void skip(struct reading *reading, const char *any)
{
  while (reading->at < reading->text.len && reading->text.ptr[reading->at] != '\0' &&
         strchr(any, reading->text.ptr[reading->at]) != NULL)
    reading->at++;
}

static struct vater_str read_word(struct reading *reading)
{
  size_t from = reading->at;
  while (reading->at < reading->text.len && is_token(reading->text.ptr[reading->at]))
    reading->at++;
  return (struct vater_str){reading->text.ptr + from, reading->at - from};
}

/* A token or a quoted string, whose escapes matter to nobody here. */
static struct vater_str read_value(struct reading *reading)
{
  if (reading->at >= reading->text.len || reading->text.ptr[reading->at] != '"')
    return read_word(reading);
  size_t from = ++reading->at;
  while (reading->at < reading->text.len && reading->text.ptr[reading->at] != '"')
    reading->at += reading->text.ptr[reading->at] == '\\' ? 2 : 1;
  size_t end = reading->at < reading->text.len ? reading->at : reading->text.len;
  reading->at = end < reading->text.len ? end + 1 : end;
  return (struct vater_str){reading->text.ptr + from, end - from};
}

/* The error of the challenge for `scheme`; empty where it has none. */
static struct vater_str error_of(struct vater_str header, const char *scheme)
{
  struct reading reading = {header, 0};
  bool ours = false;
  while (reading.at < header.len) {
    skip(&reading, " \t,");
    struct vater_str word = read_word(&reading);
    size_t before = reading.at;
    skip(&reading, " \t");
    if (word.len == 0) {
      reading.at++;
      continue;
    }
    if (reading.at >= header.len || header.ptr[reading.at] != '=') {
      reading.at = before;
      ours = str_is_nocase(word, scheme);
      continue;
    }
    reading.at++;
    skip(&reading, " \t");
    struct vater_str value = read_value(&reading);
    if (ours && str_is_nocase(word, "error"))
      return value;
  }
  return (struct vater_str){NULL, 0};
}

/* VATER_DONE: there is none. */
static int keep_nonce(vater_call *call, vater_session *session, const struct vater_attempt *attempt)
{
  struct vater_str nonce;
  if (!oauth2_host->http->header(attempt->last, "DPoP-Nonce", &nonce))
    return VATER_DONE;
  return oauth2_host->session->set_nonce(
      call, session, oauth2_server(call, "api", oauth2_origin(attempt->url)), nonce);
}

static int challenged(vater_call *call, int kept)
{
  if (kept == VATER_DONE)
    return oauth2_host->fail(call, VATER_E_AUTH,
                             "AUTH-NONCE: the endpoint asks for a nonce (use_dpop_nonce) and gives "
                             "none (DPoP-Nonce)");
  return VATER_OK;
}

/* RFC 9449 section 8.2: a nonce that comes with any answer is that of the next request. */
int oauth2_answered(vater_call *call, void *self, vater_session *session,
                    const struct vater_attempt *attempt)
{
  const struct client *client = self;
  int status = client->dpop ? keep_nonce(call, session, attempt) : VATER_DONE;
  return status == VATER_DONE ? VATER_OK : status;
}

int oauth2_refused(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt)
{
  const struct client *client = self;
  struct vater_str header = {NULL, 0};
  oauth2_host->http->header(attempt->last, "WWW-Authenticate", &header);
  struct vater_str error = error_of(header, client->dpop ? "DPoP" : "Bearer");
  int kept = client->dpop ? keep_nonce(call, session, attempt) : VATER_DONE;
  if (kept < 0)
    return kept;
  if (client->dpop && str_is(error, "use_dpop_nonce"))
    return challenged(call, kept);
  if (error.len > 0 && !str_is(error, "invalid_token"))
    return oauth2_host->fail(call, VATER_E_AUTH,
                             "AUTH-API: the endpoint does not accept our %s (401, %.*s)%s",
                             str_is(error, "invalid_dpop_proof") ? "proof" : "token",
                             error.len > 60 ? 60 : (int)error.len, error.ptr,
                             str_is(error, "invalid_dpop_proof")
                                 ? "; check the clocks, and the address that it believes to have"
                                 : "");
  if (attempt->renewed)
    return VATER_OK;
  int status = oauth2_host->session->set(call, session, REFUSED, LITERAL("1"), 0);
  return status == VATER_OK ? VATER_DONE : status;
}

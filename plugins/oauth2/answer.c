#include "oauth2.h"

#include <string.h>

enum {
  LIFETIME_UNSAID = 60,
  LIFETIME_LONGEST = 24 * 3600,
  MARGIN_LONGEST = 30,
  TOKEN_LARGEST = 16000
};

static const vater_node *member(const vater_node *object, const char *name)
{
  return oauth2_host->node->member(object, name);
}

static struct vater_str text_of(const vater_node *object, const char *name)
{
  const vater_node *found = member(object, name);
  return oauth2_host->node->type(found) == VATER_NODE_TEXT ? oauth2_host->node->text(found)
                                                           : (struct vater_str){NULL, 0};
}

static int unusable(vater_call *call, const char *why)
{
  return oauth2_host->fail(call, VATER_E_AUTH, "AUTH-TOKEN: the token cannot be used: %s", why);
}

/* Seconds; RFC 6749 section 5.1. */
static int read_lifetime(vater_call *call, const vater_node *body, int64_t *seconds)
{
  const vater_node *found = member(body, "expires_in");
  double number = 0;
  *seconds = LIFETIME_UNSAID;
  if (found == NULL)
    return VATER_OK;
  if (oauth2_host->node->type(found) != VATER_NODE_NUMBER ||
      !oauth2_host->node->number(found, &number) || !(number >= 1))
    return unusable(call, "its expires_in is no number of seconds above 0");
  *seconds = number > LIFETIME_LONGEST ? LIFETIME_LONGEST : (int64_t)number;
  return VATER_OK;
}

static int check_type(vater_call *call, const struct client *client, const vater_node *body)
{
  struct vater_str type = text_of(body, "token_type");
  if (client->dpop && !str_is_nocase(type, "DPoP"))
    return unusable(call,
                    "its token_type is not DPoP: it is not bound to our key; does the client's "
                    "registration demand DPoP?");
  if (!client->dpop && str_is_nocase(type, "DPoP"))
    return unusable(call, "its token_type is DPoP; set dpop to true");
  if (!client->dpop && !str_is_nocase(type, "Bearer"))
    return unusable(call, "its token_type is neither Bearer nor DPoP");
  return VATER_OK;
}

static bool has_word(struct vater_str words, struct vater_str word)
{
  size_t from = 0;
  for (size_t i = 0; i <= words.len; i++) {
    if (i < words.len && words.ptr[i] != ' ')
      continue;
    if (str_equal((struct vater_str){words.ptr + from, i - from}, word))
      return true;
    from = i + 1;
  }
  return false;
}

/* A scope that was left out would show as a 403 at some actor's endpoint. Maskinporten's answer is
 * for information only: its token has what the grant asked for. */
static int check_scope(vater_call *call, const struct client *client, const vater_node *body)
{
  struct vater_str given = text_of(body, "scope"), scope;
  uint32_t count = oauth2_host->config_count(client->config, "scope");
  if (member(body, "scope") == NULL || client->profile == PROFILE_MASKINPORTEN)
    return VATER_OK;
  for (uint32_t i = 0; i < count; i++)
    if (oauth2_host->config_item(client->config, "scope", i, NULL, &scope) &&
        !has_word(given, scope))
      return oauth2_host->fail(
          call, VATER_E_AUTH,
          "the token lacks the scope '%.*s'; have it granted to the client, and "
          "terms accepted by the organisation that it acts for",
          scope.len > 100 ? 100 : (int)scope.len, scope.ptr);
  return VATER_OK;
}

/* It goes into a header as it is: characters of RFC 6749 appendix A.12 but the space. */
static int check_token(vater_call *call, struct vater_str token)
{
  if (token.len == 0)
    return unusable(call, "the answer has no access_token");
  if (token.len > TOKEN_LARGEST)
    return oauth2_host->fail(
        call, VATER_E_AUTH,
        "AUTH-TOKEN: the token cannot be used: it has %zu bytes, and goes into "
        "a header of at most %d",
        token.len, (int)TOKEN_LARGEST);
  for (size_t i = 0; i < token.len; i++)
    if (token.ptr[i] < 0x21 || token.ptr[i] > 0x7e)
      return unusable(call, "it holds a character that no token may have");
  return VATER_OK;
}

static int keep(vater_call *call, const struct client *client, vater_session *session,
                const vater_node *body)
{
  int64_t seconds;
  struct vater_str token = text_of(body, "access_token");
  int status = check_type(call, client, body);
  if (status == VATER_OK)
    status = check_token(call, token);
  if (status == VATER_OK)
    status = read_lifetime(call, body, &seconds);
  if (status == VATER_OK)
    status = check_scope(call, client, body);
  if (status != VATER_OK)
    return status;
  int64_t now = oauth2_host->now_ms(call), margin = seconds * 1000 / 4;
  margin = margin < MARGIN_LONGEST * 1000 ? margin : MARGIN_LONGEST * 1000;
  status = oauth2_host->session->set(call, session, TOKEN, token, now + seconds * 1000 - margin);
  if (status == VATER_OK)
    status = oauth2_host->session->set(call, session, SCHEME,
                                       client->dpop ? LITERAL("DPoP") : LITERAL("Bearer"), 0);
  if (status == VATER_OK)
    status = oauth2_host->session->set(call, session, REFUSED, (struct vater_str){NULL, 0}, 0);
  return status == VATER_OK ? VATER_DONE : status;
}

/* RFC 9449 section 8: 400 with use_dpop_nonce and DPoP-Nonce. */
static bool is_challenge(const struct client *client, int http_status, const vater_node *body,
                         bool has_nonce)
{
  struct vater_str error = text_of(body, "error");
  return client->dpop && (http_status == 400 || http_status == 401) &&
         (str_is(error, "use_dpop_nonce") || (error.len == 0 && has_nonce));
}

static int answer_challenge(vater_call *call, struct client *client, bool has_nonce)
{
  if (!has_nonce)
    return oauth2_host->fail(call, VATER_E_AUTH,
                             "AUTH-NONCE: the token service asks for a nonce (use_dpop_nonce) and "
                             "gives none (DPoP-Nonce)");
  if (client->challenged)
    return oauth2_host->fail(
        call, VATER_E_AUTH,
        "AUTH-NONCE: the token service asked for a new nonce again, after it got "
        "the one that it gave");
  client->challenged = true;
  return VATER_OK;
}

int oauth2_take_token(vater_call *call, struct client *client, vater_session *session,
                      const vater_response *response)
{
  const vater_node *body = NULL;
  struct vater_str nonce;
  int http_status = oauth2_host->http->status(response);
  bool json = oauth2_host->http->json(call, response, &body) &&
              oauth2_host->node->type(body) == VATER_NODE_OBJECT;
  bool has_nonce = client->dpop && oauth2_host->http->header(response, "DPoP-Nonce", &nonce);
  if (has_nonce) {
    struct vater_str origin = oauth2_origin(oauth2_host->http->url(response));
    int status =
        oauth2_host->session->set_nonce(call, session, oauth2_server(call, "as", origin), nonce);
    if (status != VATER_OK)
      return status;
  }
  if (http_status == 200 && !json)
    return oauth2_host->fail(call, VATER_E_AUTH,
                             "AUTH-IDP: the token service answered 200 with something that is no "
                             "JSON object");
  if (http_status == 200)
    return keep(call, client, session, body);
  body = json ? body : NULL;
  if (is_challenge(client, http_status, body, has_nonce))
    return answer_challenge(call, client, has_nonce);
  if (oauth2_is_late(body) && !client->repeated) {
    client->repeated = true;
    return VATER_OK;
  }
  return oauth2_explain(call, client, response, body);
}

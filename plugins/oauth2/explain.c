#include "oauth2.h"

#include <string.h>

enum { SHOWN = 160, LONGEST_WORD = 40 };

/* By the code in error_description (HelseID, Maskinporten) or by OAuth's error; the first that is
 * found decides. */
static const struct {
  const char *code, *meaning;
} explanations[] = {
    {"HID-1001", "the parent organisation in onBehalfOf is not allowed for this client; have the "
                 "delegation given in Altinn, or correct the number"},
    {"HID-1002", "the child organisation is not allowed for this client; correct childOrganisation "
                 "or onBehalfOf, or have it registered"},
    {"HID-1003", "the child organisation does not belong to that parent; correct onBehalfOf"},
    {"HID-1004", "an organisation number is malformed; nine digits are wanted"},
    {"HID-1005", "this client may not name a parent organisation; remove onBehalfOf, or have the "
                 "client registered as multi-tenant"},
    {"HID-1006", "this client may not name a child organisation; remove childOrganisation, or have "
                 "it registered"},
    {"HID-1007", "the client assertion is not as HelseID wants it; check issuer (aud), "
                 "assertionType, assertionLifetime and the clock"},
    {"HID-1008", "a shared secret was used; HelseID takes private_key_jwt only: set key"},
    {"HID-1009", "an organisation claim was sent with a grant that does not take it; remove "
                 "childOrganisation and onBehalfOf"},
    {"HID-1010", "the client's registration does not support this request; check grant, scope and "
                 "DPoP in HelseID Selvbetjening"},
    {"MP-011",
     "a parameter of the grant is invalid; check clientId, scope, resource and consumerOrg"},
    {"MP-012",
     "the grant was used before; something between here and Maskinporten sends requests twice"},
    {"MP-100", "Maskinporten does not know the client, or not its assertion; check clientId, keyId "
               "and that the client is of this environment (test or production)"},
    {"MP-110",
     "aud is wrong; check issuer with its slash, and that test and production are not mixed up"},
    {"MP-120", "the enterprise certificate is not accepted; check chain: issuer, validity, test or "
               "production"},
    {"MP-121", "the registered key has expired (it lives a year); register a new one in "
               "Samarbeidsportalen and set key and keyId"},
    {"MP-122", "the organisation number in the certificate is not that of the client's owner; use "
               "the owner's certificate"},
    {"MP-123", "x5c is malformed; check chain: PEM certificates, the leaf first"},
    {"MP-124", "the signature is wrong: key is not the one registered with keyId; set the pair "
               "that belongs together"},
    {"MP-130", "the grant had expired on arrival; check that this machine's clock is set "
               "automatically (NTP)"},
    {"MP-200", "a scope is invalid; check scope letter by letter"},
    {"MP-201", "a scope does not exist in this environment; check scope letter by letter"},
    {"MP-250", "the consumer has no access to the scope; ask the API's owner to grant it"},
    {"MP-251", "there is no delegation in Altinn from consumerOrg to us; ask the actor to delegate "
               "the API scope"},
    {"MP-301", "authorization_details are wrong; check systemUserOrg"},
    {"MP-302", "there is no system user of systemUserOrg for our system; ask the actor to create "
               "it in Altinn"},
    {"MP-303",
     "the system user may not be used by this client; check the system's registration in Altinn"},
    {"invalid_client",
     "the client or its authentication is not accepted; check clientId, key and keyId against the "
     "registration, and whether test and production are mixed up"},
    {"invalid_scope",
     "a scope is unknown or not granted to the client; check scope against the registration"},
    {"invalid_grant",
     "the assertion is not accepted; check issuer (aud), key and keyId, and the clock"},
    {"unauthorized_client", "the client may not use this grant; check its registration"},
    {"unsupported_grant_type",
     "the token service does not know this grant; check profile and issuer"},
    {"invalid_target", "the resource is unknown or not for this client; check resource"},
    {"invalid_dpop_proof", "the DPoP proof is not accepted; check the clock, and that algorithm is "
                           "one that the service takes"},
    {"invalid_request",
     "the request is not as the token service wants it; check profile, scope and resource"},
};

static struct vater_str text_of(const vater_node *object, const char *name)
{
  const vater_node *member = oauth2_host->node->member(object, name);
  return oauth2_host->node->type(member) == VATER_NODE_TEXT ? oauth2_host->node->text(member)
                                                            : (struct vater_str){NULL, 0};
}

/* A code is told from a longer one that begins alike. */
static bool has_code(struct vater_str text, const char *code)
{
  size_t len = strlen(code);
  for (size_t i = 0; i + len <= text.len; i++)
    if (memcmp(text.ptr + i, code, len) == 0 &&
        (i + len == text.len || text.ptr[i + len] < '0' || text.ptr[i + len] > '9'))
      return true;
  return false;
}

bool oauth2_is_late(const vater_node *body)
{
  return has_code(text_of(body, "error_description"), "MP-130");
}

static bool is_word(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '_' || c == '.' || c == '+' || c == '/' || c == '=' || c == '~';
}

/* What the service says, without what it may have quoted of ours: long words are tokens or keys. */
static size_t quote(struct vater_str text, char out[SHOWN + 1])
{
  size_t used = 0;
  for (size_t i = 0; i < text.len && used + 4 < SHOWN;) {
    size_t word = 0;
    while (i + word < text.len && is_word(text.ptr[i + word]))
      word++;
    if (word > LONGEST_WORD) {
      memcpy(out + used, "...", 3);
      used += 3;
      i += word;
      continue;
    }
    word = word > 0 ? word : 1;
    size_t kept = word < SHOWN - used ? word : SHOWN - used;
    memcpy(out + used, text.ptr + i, kept);
    used += kept;
    i += word;
  }
  out[used] = '\0';
  return used;
}

static const char *meaning_of(struct vater_str error, struct vater_str description,
                              const char **code)
{
  for (size_t i = 0; i < sizeof explanations / sizeof *explanations; i++)
    if (has_code(description, explanations[i].code) || str_is(error, explanations[i].code)) {
      *code = explanations[i].code;
      return explanations[i].meaning;
    }
  return NULL;
}

int oauth2_explain(vater_call *call, const struct client *client, const vater_response *response,
                   const vater_node *body)
{
  char said[SHOWN + 1];
  const char *code = NULL;
  struct vater_str error = text_of(body, "error");
  struct vater_str description = text_of(body, "error_description");
  const char *meaning = meaning_of(error, description, &code);
  int http_status = oauth2_host->http->status(response);
  quote(description, said);
  if (meaning != NULL)
    return oauth2_host->fail(call, VATER_E_AUTH, "client '%.*s' was refused a token (%s): %s%s%s%s",
                             client->id.len > 60 ? 60 : (int)client->id.len, client->id.ptr, code,
                             meaning, said[0] != '\0' ? "; the service says: \"" : "", said,
                             said[0] != '\0' ? "\"" : "");
  if (http_status >= 500 || http_status == 429 || error.len == 0)
    return oauth2_host->fail(call, VATER_E_AUTH, "AUTH-IDP: the token service answered %d%s",
                             http_status, error.len == 0 ? " without OAuth's error" : "");
  return oauth2_host->fail(
      call, VATER_E_AUTH, "client '%.*s' was refused a token (%d, error '%.*s')%s%s%s",
      client->id.len > 60 ? 60 : (int)client->id.len, client->id.ptr, http_status,
      error.len > 60 ? 60 : (int)error.len, error.ptr,
      said[0] != '\0' ? "; the service says: \"" : "", said, said[0] != '\0' ? "\"" : "");
}

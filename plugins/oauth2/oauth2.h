/*
 * What the parts of oauth2 share: one client of one authorization server, as its settings have it.
 * The conversation is a state machine: next() asks for metadata (unless the token endpoint is
 * configured or known), then for a token, and answers one nonce challenge. Token, endpoint and
 * nonces are kept by the host's session, keys never leave the host.
 */
#ifndef OAUTH2_H
#define OAUTH2_H

#include "vater/plugin.h"

#define LITERAL(text) ((struct vater_str){(text), sizeof(text) - 1})

/* names of session values */
#define TOKEN "token"
#define SCHEME "scheme"     /* "DPoP" or "Bearer" */
#define ENDPOINT "endpoint" /* of tokens, from the metadata */
#define REFUSED                                                                     \
  "refused" /* somebody does not take the token: the next conversation asks for one \
             */

enum profile { PROFILE_HELSEID, PROFILE_MASKINPORTEN, PROFILE_GENERIC };

enum method { METHOD_PRIVATE_KEY_JWT, METHOD_SECRET_BASIC, METHOD_SECRET_POST, METHOD_TLS };

enum step { STEP_START, STEP_METADATA, STEP_TOKEN };

struct client {
  const vater_config *config;
  enum profile profile;
  enum method method;
  struct vater_str issuer, token_endpoint, id, key_id, type, audience, resource;
  struct vater_str consumer, child, behalf, system_user; /* organisation numbers */
  char algorithm[8];
  int64_t lifetime; /* seconds of an assertion */
  bool dpop, openid, has_key, has_chain, has_certificate;
  /* the conversation under way */
  enum step step;
  bool challenged; /* a nonce challenge was answered */
  bool repeated;   /* the grant was made anew for its time (MP-130) */
};

extern const struct vater_host *oauth2_host;
extern const struct vater_setting oauth2_settings[];

/* settings.c: reads and checks all of them; VATER_E_CONFIG with what to do. */
int oauth2_read(vater_call *call, struct client *client);

/* conversation.c */
int oauth2_next(vater_call *call, void *self, vater_session *session, const vater_response *last,
                vater_request *request);
/* answer.c: VATER_DONE: there is a token; VATER_OK: ask for one again. */
int oauth2_take_token(vater_call *call, struct client *client, vater_session *session,
                      const vater_response *response);
/* attempt.c */
int oauth2_prepare(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt, vater_request *request);
int oauth2_refused(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt);
int oauth2_answered(vater_call *call, void *self, vater_session *session,
                    const struct vater_attempt *attempt);

/* assertion.c: signed the moment they are needed, each with an id of its own. */
int oauth2_assertion(vater_call *call, const struct client *client, struct vater_str *token);
/* What a proof is for. */
struct proof {
  struct vater_str method, url;
  struct vater_str nonce; /* empty: the server gave none */
  const char *value_name; /* the session value that the proof goes with (ath), or NULL */
};
int oauth2_proof(vater_call *call, const struct client *client, vater_session *session,
                 const struct proof *proof, vater_request *request);
/* The newest nonce of that server, or empty. */
struct vater_str oauth2_nonce(vater_call *call, vater_session *session, struct vater_str server);
/* "as https://issuer" */
struct vater_str oauth2_server(vater_call *call, const char *role, struct vater_str name);
/* "https://host:port" of a URL */
struct vater_str oauth2_origin(struct vater_str url);

/* explain.c: fails with what a refusal means and what to do about it. */
int oauth2_explain(vater_call *call, const struct client *client, const vater_response *response,
                   const vater_node *body);
/* Whether the refusal is MP-130: the grant's time had passed on the way. */
bool oauth2_is_late(const vater_node *body);

/* ---- text.c: texts and JSON in scratch memory -------------------------------------------------
 */

struct text {
  char *bytes;
  size_t used, room;
  bool full;
};

/* `full` where there is no memory. */
struct text text_new(vater_call *call, size_t room);
void text_add(struct text *text, struct vater_str part);
void text_word(struct text *text, const char *word);
void text_json(struct text *text, struct vater_str value); /* a JSON string with its quotes */
void text_number(struct text *text, int64_t number);
/* `,"name":"value"`, nothing where the value is empty */
void text_member(struct text *text, const char *name, struct vater_str value);
int text_done(vater_call *call, const struct text *text, struct vater_str *out);
/* the scope list, divided by spaces */
void text_scope(struct text *text, const struct client *client);
/* The same scopes however they are written: in order, each once (RFC 6749 section 3.3: their order
 * means nothing). */
void text_scope_set(struct text *text, const struct client *client);

bool str_is(struct vater_str text, const char *word);
bool str_equal(struct vater_str a, struct vater_str b);
bool str_is_nocase(struct vater_str text, const char *word);
bool str_has(struct vater_str text, const char *part);
bool str_starts(struct vater_str text, const char *part);

#endif

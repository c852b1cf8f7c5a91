/* One conversation with the plugin, played by hand. */
#ifndef OAUTH2_TEST_TALK_H
#define OAUTH2_TEST_TALK_H

#include "unit/plugin/rig.h"

#include "jose/jws.h"

/* RFC 7515 appendix A.3 */
#define XY                                                 \
  "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\"," \
  "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\""
#define PRIVATE_JWK                                      \
  "{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k1\"," XY \
  ",\"d\":\"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI\"}"
#define PUBLIC_JWK "{\"crv\":\"P-256\",\"kty\":\"EC\"," XY "}"
#define HELSEID                                                                      \
  "\"profile\":\"helseid\",\"issuer\":\"https://sts.example\",\"clientId\":\"c-1\"," \
  "\"scope\":[\"nhn:a/b\",\"nhn:a/c\"]"
#define TOKEN "{\"access_token\":\"kanari-token\",\"token_type\":\"DPoP\",\"expires_in\":60}"
#define METADATA \
  "{\"issuer\":\"https://sts.example\",\"token_endpoint\":\"https://sts.example/connect/token\"}"

#define SETTINGS(rest) "{" HELSEID ",\"key\":{\"file\":\"{}\"}" rest "}"
#define GENERIC(rest)                                                         \
  "{\"profile\":\"generic\",\"issuer\":\"https://sts.example\",\"clientId\":" \
  "\"c 1\",\"key\":{\"file\":\"{}\"},\"tokenEndpoint\":\"https://sts.example/t?x=1\"" rest "}"

struct talk {
  struct rig rig;
  struct vt_instance instance;
  vater_session *session;
  struct vt_nonces *nonces;
  struct vater_request request;
  struct vt_keys *keys;
  char key[64], secret[64];
};

/* Settings with {} where the path of the key's file is put in, then that of the secret's. */
void begin(struct talk *talk, const char *settings);
void begin_with(struct talk *talk, const char *settings, const char *key, const char *public_jwk,
                enum vt_algorithm algorithm);
void end(struct talk *talk);
/* The next request; `last` NULL begins. */
int next(struct talk *talk, const struct vater_response *last);
/* The same with an answer; `nonce` NULL: without DPoP-Nonce. */
int answer(struct talk *talk, int status, const char *nonce, const char *body);
/* HelseID's way to a token. */
void ready(struct talk *talk);
/* Verified against the key; `header` may be NULL. */
json_t *claims_of(struct talk *talk, struct vater_str text, const char *typ, json_t **header);
/* The request's proof, with the public key in its header. */
json_t *proof_of(struct talk *talk, const struct vater_request *request);
/* A form field as it is sent. */
struct vater_str field(struct talk *talk, const char *name);
void text_is(const json_t *object, const char *name, const char *wanted);
void failed(struct talk *talk, int status, const char *code, const char *wanted);

#endif

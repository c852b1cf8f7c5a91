/* Clients of the world's token services, and runs of actors that are reached as one of them. */
#ifndef VT_TEST_CLIENTS_H
#define VT_TEST_CLIENTS_H

#include "flow/world.h"

/* The scenario's clients: a at helseid, b at maskinporten, the others at generic. */
#define CLIENTS                                                                                  \
  "\"clients\": {\"a\": {\"at\": \"helseid\", \"dpop\": true, \"keys\": [\"ps256\", \"es256\","  \
  " \"es384\"]}, \"b\": {\"at\": \"maskinporten\", \"method\": \"none\", \"keys\": [\"rs256\"]," \
  " \"scopes\": [\"nhn:vater/collect\", \"nhn:vater/other\"],"                                   \
  " \"grant\": \"urn:ietf:params:oauth:grant-type:jwt-bearer\"},"                                \
  " \"basic\": {\"at\": \"generic\", \"method\": \"client_secret_basic\"},"                      \
  " \"post\": {\"at\": \"generic\", \"method\": \"client_secret_post\"},"                        \
  " \"tls\": {\"at\": \"generic\", \"method\": \"tls_client_auth\", \"bound\": true}}"
#define HELSEID                                                                           \
  "{\"plugin\": \"oauth2\", \"profile\": \"helseid\", \"issuer\": \"{helseid}\","         \
  " \"clientId\": \"a\", \"key\": {\"file\": \"ps256.jwk\"}, \"keyId\": \"vater-ps256\"," \
  " \"algorithm\": \"PS256\", \"scope\": [\"nhn:vater/collect\"]}"
#define MASKINPORTEN                                                                        \
  "{\"plugin\": \"oauth2\", \"profile\": \"maskinporten\", \"issuer\": \"{maskinporten}\"," \
  " \"clientId\": \"b\", \"key\": {\"file\": \"rs256.pem\"}, \"keyId\": \"vater-rs256\","   \
  " \"scope\": [\"nhn:vater/collect\"]}"
#define GENERIC(method)                                                                    \
  "{\"plugin\": \"oauth2\", \"profile\": \"generic\", \"issuer\": \"{generic}\","          \
  " \"clientId\": \"" method "\", \"clientAuthentication\": \"client_secret_" method "\"," \
  " \"secret\": {\"file\": \"secret\"}, \"scope\": [\"nhn:vater/collect\"]}"
#define BOUND                                                                                     \
  "{\"plugin\": \"oauth2\", \"profile\": \"generic\", \"issuer\": \"{generic}\","                 \
  " \"clientId\": \"tls\", \"clientAuthentication\": \"tls_client_auth\","                        \
  " \"certificate\": {\"file\": \"client.crt\"}, \"certificateKey\": {\"file\": \"client.key\"}," \
  " \"scope\": [\"nhn:vater/collect\"]}"
#define MTLS                                                            \
  "{\"plugin\": \"mtls\", \"certificate\": {\"file\": \"client.crt\"}," \
  " \"key\": {\"file\": \"client.key\"}}"

struct client_actor {
  const char *wants, *auth, *more; /* more: members of the scenario's actor, or NULL */
  const char *delivery, *code;     /* what is expected */
  const char *statuses;            /* that the API gave; NULL: not looked at */
};

/* Nine digits whose last is the control digit. */
void clients_orgnr(unsigned number, char orgnr[10]);
/* `head`: members of the scenario before its actors, whose ids are a0, a1, …. Free it. */
char *clients_scenario(const char *head, const struct client_actor *actors, size_t count);
/* Holds report.json against what is expected. */
void clients_expect(const struct world *world, const json_t *seen,
                    const struct client_actor *actors, size_t count);
/* Runs them all, holds the report against what is expected; what the world has seen. */
json_t *clients_run(const char *head, const struct client_actor *actors, size_t count);
/* The same; *error: what vater wrote to standard error. Free it. */
json_t *clients_run_told(const char *head, const struct client_actor *actors, size_t count,
                         char **error);
/* `run --quiet --today 2026-11-22 --json-file report.json`, for rig_vater(). */
extern const char *const clients_arguments[];

#endif

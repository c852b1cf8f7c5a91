/*
 * HTTP as plugins see it: a request being described, the head of an answer, and secret state of an
 * authentication. No I/O. A header's secret value lives in a vt_secret, apart from the rest.
 */
#ifndef VT_PLUGIN_HTTP_H
#define VT_PLUGIN_HTTP_H

#include "base/arena.h"
#include "base/environment.h"
#include "base/error.h"
#include "base/secret.h"

struct vt_request_header {
  struct vater_str name;
  struct vater_str value;         /* empty where secret */
  const struct vt_secret *secret; /* the whole value, or NULL */
};

struct vater_request {
  struct vt_arena *arena; /* the caller's, for the life of the request */
  struct vater_str method, url, media_type, body;
  struct vt_request_header *headers;
  uint32_t header_count, header_room;
  const vater_config *config; /* whose secrets may be named; set while a callback runs */
  bool secret_body;           /* the body is wiped, never shown */
  /* presented in TLS, PEM; borrowed from the config. NULL: none */
  const struct vt_secret *certificate, *certificate_key;
};

/* A header of an answer, and an answer. Borrowed from whoever fetched it. */
struct vt_response_header {
  struct vater_str name, value;
};

struct vater_response {
  int status;
  struct vater_str url; /* that was asked */
  const struct vt_response_header *headers;
  uint32_t header_count;
  struct vater_str body; /* auth conversations only */
};

void vt_request_init(struct vater_request *request, struct vt_arena *arena);
/* Wipes secret values. */
void vt_request_fini(struct vater_request *request);
/* The value, secret or not: for the one who sends it. */
struct vater_str vt_request_header_value(const struct vt_request_header *header);
/* Case-insensitive; NULL where absent. */
const struct vt_request_header *vt_request_header(const struct vater_request *request,
                                                  const char *name);

/* Each replaces an earlier value of that name and refuses (VATER_E_REFUSED) what would break out of
 * its place: names that are no RFC 9110 token or that belong to the transport (Host,
 * Content-Length, Transfer-Encoding, Connection, …), CR, LF, NUL and other controls, over-long
 * values. */
int vt_request_set_method(struct vater_request *request, struct vater_str method,
                          struct vt_error *error);
/* Absolute http or https URL in RFC 3986 characters, without user information or fragment. */
int vt_request_set_url(struct vater_request *request, struct vater_str url, struct vt_error *error);
int vt_request_set_header(struct vater_request *request, struct vater_str name,
                          struct vater_str value, struct vt_error *error);
int vt_request_set_body(struct vater_request *request, struct vater_str media_type,
                        struct vater_str body, struct vt_error *error);
/* name: prefix + secret. */
int vt_request_secret_header(struct vater_request *request, struct vater_str name,
                             struct vater_str prefix, struct vater_str secret,
                             struct vt_error *error);
/* Authorization: Basic base64(user ":" secret), RFC 7617; a user name with ':' is refused. */
int vt_request_basic_header(struct vater_request *request, struct vater_str user,
                            struct vater_str secret, struct vt_error *error);

/* One field more of an application/x-www-form-urlencoded body, which is secret from then on. */
int vt_request_form_field(struct vater_request *request, struct vater_str name,
                          struct vater_str value, struct vt_error *error);
/* As basic_header, both form-encoded first (RFC 6749 section 2.3.1). */
int vt_request_client_header(struct vater_request *request, struct vater_str user,
                             struct vater_str secret, struct vt_error *error);

/* ---- answers ----------------------------------------------------------------------------------
 */

/* The target of the first Link header (RFC 8288) with that relation, resolved; VATER_DONE where
 * there is none. Links with an `anchor` elsewhere are not ours. */
int vt_response_link(struct vt_arena *arena, const struct vater_response *response,
                     struct vater_str relation, struct vater_str *url, struct vt_error *error);
bool vt_response_header(const struct vater_response *response, struct vater_str name,
                        struct vater_str *value);

/* ---- session -------------------------------------------------------------------------------- */

/* Named secret values with an expiry. One per issuer and origin, shared by jobs; main only. */
int vt_session_new(const struct vt_environment *environment, vater_session **session);
void vt_session_free(vater_session *session); /* wipes; NULL is fine */
/* expires_ms: wall clock; 0 = never. An empty value forgets the name. */
int vt_session_set(vater_session *session, struct vater_str name, struct vater_str value,
                   int64_t expires_ms, struct vt_error *error);
/* False where absent or expired. Borrowed until the next set. */
bool vt_session_get(vater_session *session, struct vater_str name, struct vater_str *value);

/* The newest nonce of each server (RFC 9449 section 8), for all sessions of a process. */
struct vt_nonces;

int vt_nonces_new(const struct vt_environment *environment, struct vt_nonces **nonces);
void vt_nonces_free(struct vt_nonces *nonces); /* NULL is fine */
/* VATER_E_REFUSED: not 1 to 256 characters of RFC 9449's NQCHAR. With VT_LIMIT_NONCES servers
 * known, a further one is not kept: it costs one challenge a request. */
int vt_nonces_set(struct vt_nonces *nonces, struct vater_str server, struct vater_str nonce,
                  struct vt_error *error);
bool vt_nonces_get(const struct vt_nonces *nonces, struct vater_str server,
                   struct vater_str *nonce);
/* Whose nonces the session shares, borrowed; NULL: it has none. */
void vt_session_share_nonces(vater_session *session, struct vt_nonces *nonces);
struct vt_nonces *vt_session_nonces(const vater_session *session);

#endif

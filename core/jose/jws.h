/*
 * JSON Web Signatures (RFC 7515), compact, signed and verified. The algorithm is never taken from
 * what is verified: it is that of the key. libjwt does what it does right (RS*, ES* with typ JWT);
 * OpenSSL's EVP the rest (docs/decisions/040-jose.md). Thread-safe on different tokens.
 */
#ifndef VT_JOSE_JWS_H
#define VT_JOSE_JWS_H

#include "base/arena.h"
#include "jose/key.h"

/*
 * Signs. `header`: a JSON object with further header members (typ, kid, x5c, jwk), or empty; `alg`
 * is ours. `payload`: bytes; for a token a JSON object. The token lives in `arena`.
 * OPS-KEY: the key does not fit the algorithm or is none; VATER_E_BUG: the header is no object, or
 * has alg, crit or b64.
 */
int vt_jose_sign(const struct vt_key *key, enum vt_algorithm algorithm, struct vater_str header,
                 struct vater_str payload, struct vt_arena *arena, struct vater_str *token,
                 struct vt_error *error);

struct vt_jose_guard {
  const struct vt_keys *keys; /* required; NULL or empty verifies nothing and fails */
  const char *typ;            /* wanted `typ`, any case, "application/" left out; NULL: JWT, JOSE,
                                 JOSE+JSON or none */
  bool detached_unencoded;    /* a detached payload may be signed as it is (b64 false, RFC 7797) */
};

struct vt_jose_token {
  struct vater_str payload; /* decoded, in the arena; of a detached one: as given */
  const struct vt_key *key; /* that it was verified with */
  enum vt_algorithm algorithm;
};

/*
 * Verifies a compact JWS of at most VT_LIMIT_TOKEN_BYTES (a signed submission's `limit`, bytes of
 * the whole token, may be larger). Before any signature is looked at: size, two dots, strict
 * base64url, a header that is one JSON object of at most 16 KiB without duplicate names, no `crit`,
 * no `b64`, `typ` as wanted, `kid` of at most 200 bytes that is in the set, `alg` that of the key.
 * `jku`, `x5u`, `jwk`, `x5c` in the header are ignored: nothing is fetched or believed from it.
 * AUTH-SIGNATURE: not a JWS, wrong or cut; AUTH-ALG; AUTH-KID. *token is zeroed on failure.
 */
int vt_jose_verify(const struct vt_jose_guard *guard, struct vater_str text, size_t limit,
                   struct vt_arena *arena, struct vt_jose_token *token, struct vt_error *error);
/* Detached (RFC 7515 appendix F): `text` is "header..signature", `payload` the bytes as received.
 * With b64 false in the header `crit` must be ["b64"] and the guard allow it. */
int vt_jose_verify_detached(const struct vt_jose_guard *guard, struct vater_str text,
                            struct vater_str payload, struct vt_arena *arena,
                            struct vt_jose_token *token, struct vt_error *error);

/* What a token's claims must say; texts that are empty are not looked at. */
struct vt_jose_claims {
  struct vater_str issuer, subject;
  struct vater_str audience; /* `aud` is it, or a list that has it */
  int64_t now_ms;            /* exp is required; nbf and iat are held against it where present */
  int64_t leeway_ms;         /* at most a minute */
};

/* AUTH-CLAIMS: not one JSON object without duplicate names, a claim of the wrong type, too early,
 * too late, or of somebody else. */
int vt_jose_check_claims(struct vater_str payload, const struct vt_jose_claims *wanted,
                         struct vt_error *error);

#endif

/*
 * Keys of JSON Object Signing: RSA (2048 bits or more), EC on P-256, P-384 and P-521, Ed25519. Read
 * from PEM (PKCS#8, SEC1, PKCS#1, SubjectPublicKeyInfo, a certificate for its public key) or JWK
 * (RFC 7517, RFC 8037). An encrypted PEM is refused, never asked for. A key is immutable; nothing
 * prints a private part. Messages name what was found and what is wanted, never key bytes: OPS-KEY
 * for our own keys, AUTH-JWKS for those of others.
 */
#ifndef VT_JOSE_KEY_H
#define VT_JOSE_KEY_H

#include "base/environment.h"
#include "base/error.h"

enum vt_algorithm {
  VT_ALGORITHM_NONE, /* not said; never an algorithm to sign or verify with */
#define VT_ALGORITHM(id, name, kind, curve, digest, bytes) VT_ALGORITHM_##id,
#include "jose/algorithm.def"
#undef VT_ALGORITHM
  VT_ALGORITHM_COUNT
};

/* "ES256"; exact case. False for anything that is not in algorithm.def, "none" and HS256 too. */
bool vt_algorithm_parse(struct vater_str name, enum vt_algorithm *algorithm);
const char *vt_algorithm_name(enum vt_algorithm algorithm);

struct vt_key;

/* A private key; one JWK or PEM. Free with vt_key_free. OPS-KEY. */
int vt_key_parse_private(const struct vt_allocator *allocator, struct vater_str text,
                         struct vt_key **key, struct vt_error *error);
/* A public key; a private JWK or PEM is refused, so that none ends up where it should not. */
int vt_key_parse_public(const struct vt_allocator *allocator, struct vater_str text,
                        struct vt_key **key, struct vt_error *error);
void vt_key_free(struct vt_key *key); /* wipes; NULL is fine */

bool vt_key_is_private(const struct vt_key *key);
/* What the key's own entry says (`alg` of a JWK), or what its curve leaves as the only choice; an
 * RSA key without `alg`: NONE. */
enum vt_algorithm vt_key_algorithm(const struct vt_key *key);
/* `kid` of a JWK; empty where there is none. */
struct vater_str vt_key_id(const struct vt_key *key);
/* Whether the key can be used with that algorithm: kind, curve, and the JWK's own `alg`. OPS-KEY.
 */
int vt_key_check(const struct vt_key *key, enum vt_algorithm algorithm, struct vt_error *error);
/* The public part with required members only, in the order of RFC 7638; lives as long as the key.
 */
struct vater_str vt_key_public_jwk(const struct vt_key *key);
/* RFC 7638, SHA-256, base64url. */
struct vater_str vt_key_thumbprint(const struct vt_key *key);

/* ---- sets of public keys -------------------------------------------------------------------- */

struct vt_keys;

/* A JWKS, one public JWK, or a PEM. Keys of unknown kind or use are skipped, a private one or two
 * of one kid are an error, as is a set of which nothing is left. `pinned`, unless NONE, is the only
 * algorithm that the set's keys may be used with; keys that cannot are skipped. AUTH-JWKS. */
int vt_keys_parse(const struct vt_allocator *allocator, struct vater_str text,
                  enum vt_algorithm pinned, struct vt_keys **keys, struct vt_error *error);
void vt_keys_free(struct vt_keys *keys); /* NULL is fine */
uint32_t vt_keys_count(const struct vt_keys *keys);
/* By exact kid. The only key of a set is also found without one, and where it has none itself. NULL
 * where there is none. */
const struct vt_key *vt_keys_find(const struct vt_keys *keys, struct vater_str kid);

#endif

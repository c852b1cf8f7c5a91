/* Keys made for a test, as PEM. */
#ifndef VT_TEST_JOSE_RIG_H
#define VT_TEST_JOSE_RIG_H

#include "unit/test.h"

#include "jose/certificate.h"
#include "jose/jws.h"

struct jose_rig {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_error error;
};

void jose_rig_init(struct jose_rig *rig);
void jose_rig_fini(struct jose_rig *rig);
/* "RSA" with bits, "EC" with a group name, "ED25519"; public: its public part. In the arena. */
struct vater_str jose_pem(struct jose_rig *rig, const char *kind, unsigned bits, const char *group,
                          bool public, const char *password);
struct vt_key *jose_private(struct jose_rig *rig, struct vater_str text);
/* The public part of a private key as a set of one. */
struct vt_keys *jose_keys_of(struct jose_rig *rig, const struct vt_key *key,
                             enum vt_algorithm pinned);
struct vt_keys *jose_keys(struct jose_rig *rig, const char *text, enum vt_algorithm pinned);
struct vater_str jose_signed(struct jose_rig *rig, const struct vt_key *key,
                             enum vt_algorithm algorithm, const char *header, const char *payload);
/* base64url(header) "." base64url(payload) "." signature as written */
struct vater_str jose_forged(struct jose_rig *rig, const char *header, const char *payload,
                             const char *signature);
/* A key on P-256 and a certificate for it, as PEM, valid from and until seconds after `now_s`. */
void jose_certificate(int64_t now_s, long from_s, long until_s, char key[4096], char chain[4096]);
/* The same with RSA of 2048 bits. */
void jose_certificate_rsa(int64_t now_s, long from_s, long until_s, char key[4096],
                          char chain[4096]);
/* Verified with a guard that wants nothing but the keys; and that it is refused so. */
int jose_verify(struct jose_rig *rig, const struct vt_keys *keys, struct vater_str text);
void jose_refused(struct jose_rig *rig, const struct vt_keys *keys, struct vater_str text,
                  const char *code, const char *wanted);
/* Ed25519 over bytes, with OpenSSL itself; 1: done. */
int jose_rig_sign_raw(struct vater_str pem, struct vater_str message, unsigned char *bytes,
                      size_t *size);

#endif

/* What the parts of jose share. */
#ifndef VT_JOSE_INTERNAL_H
#define VT_JOSE_INTERNAL_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/secret.h"
#include "jose/key.h"

#include <jansson.h>
#include <openssl/evp.h>

enum vt_key_kind { VT_KIND_RSA, VT_KIND_PSS, VT_KIND_EC, VT_KIND_OKP };

enum {
  VT_SIGNATURE_LARGEST = 2048, /* bytes: RSA of 16384 bits */
  VT_JOSE_ID_LARGEST = 200,    /* bytes of a kid */
  VT_JOSE_HEADER_LARGEST = 16 * 1024
};

struct vt_algorithm_row {
  const char *name;
  enum vt_key_kind kind; /* PSS: an RSA key too */
  const char *curve;
  const char *digest;
  size_t signature; /* bytes; 0: as the modulus */
};

const struct vt_algorithm_row *vt_algorithm_row(enum vt_algorithm algorithm);

struct vt_key {
  struct vt_allocator allocator;
  EVP_PKEY *pkey;
  bool private;
  enum vt_key_kind kind; /* RSA, EC or OKP */
  const char *curve;     /* "P-256"; NULL for RSA */
  enum vt_algorithm algorithm;
  char id[VT_JOSE_ID_LARGEST + 1];
  struct vt_buffer jwk;
  char thumbprint[44];
  struct vt_buffer public_pem;   /* for libjwt */
  struct vt_secret *private_pem; /* for libjwt; NULL for a public key */
};

/* One key being read: where its memory comes from, and what a fault of it is called. */
struct vt_key_reading {
  const struct vt_allocator *allocator;
  const char *code; /* OPS-KEY or AUTH-JWKS */
  bool private;
  struct vt_error *error;
};

/* key.c: takes `pkey` (freed on failure); kind, size and curve are checked, texts made. */
int vt_key_make(const struct vt_key_reading *reading, EVP_PKEY *pkey, struct vt_key **key);
/* key_jwk.c: VATER_DONE: a kind, curve or use that we do not know (error untouched). */
int vt_key_from_jwk(const struct vt_key_reading *reading, const json_t *jwk, struct vt_key **key);
/* Parses and forgets again: texts of private keys are wiped. */
json_t *vt_jwk_load(struct vater_str text);
void vt_jwk_unload(json_t *jwk);
/* key_pem.c: for everything that reads PEM, with a bool: OpenSSL's own callback would ask on the
 * terminal, even for a certificate that says it is encrypted. */
int vt_jose_refuse_password(char *buffer, int size, int writing, void *asked);
int vt_key_from_pem(const struct vt_key_reading *reading, struct vater_str text,
                    struct vt_key **key);

/* signature.c: over bytes in one piece, with OpenSSL's EVP. */
int vt_signature_make(const struct vt_key *key, enum vt_algorithm algorithm,
                      struct vater_str message, unsigned char out[VT_SIGNATURE_LARGEST],
                      size_t *size);
bool vt_signature_check(const struct vt_key *key, enum vt_algorithm algorithm,
                        struct vater_str message, struct vater_str signature);

/* libjwt.c: what libjwt does right. */
bool vt_libjwt_signs(enum vt_algorithm algorithm, const json_t *header, struct vater_str payload);
/* *token: in the arena. VATER_E_NOMEM, VATER_E_BUG. */
int vt_libjwt_sign(const struct vt_key *key, enum vt_algorithm algorithm, const json_t *header,
                   struct vater_str payload, struct vt_arena *arena, struct vater_str *token,
                   struct vt_error *error);
/* A token that passed our guard: whole, strict, its algorithm that of the key. */
bool vt_libjwt_verifies(enum vt_algorithm algorithm, const json_t *header, struct vater_str text,
                        struct vater_str payload);
bool vt_libjwt_verify(const struct vt_key *key, enum vt_algorithm algorithm, struct vater_str text,
                      struct vt_arena *arena);

#endif

#include "unit/jose/jose_rig.h"

#include "jose/base64url.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

void jose_rig_init(struct jose_rig *rig)
{
  *rig = (struct jose_rig){.allocator = vt_allocator_real()};
  rig->arena = vt_arena_new(&rig->allocator, 0);
  assert_non_null(rig->arena);
}

void jose_rig_fini(struct jose_rig *rig)
{
  vt_arena_free(rig->arena);
}

struct vater_str jose_pem(struct jose_rig *rig, const char *kind, unsigned bits, const char *group,
                          bool public, const char *password)
{
  EVP_PKEY *pkey = bits > 0        ? EVP_PKEY_Q_keygen(NULL, NULL, kind, (size_t)bits)
                   : group != NULL ? EVP_PKEY_Q_keygen(NULL, NULL, kind, group)
                                   : EVP_PKEY_Q_keygen(NULL, NULL, kind);
  assert_non_null(pkey);
  BIO *bio = BIO_new(BIO_s_mem());
  const EVP_CIPHER *cipher = password != NULL ? EVP_aes_256_cbc() : NULL;
  if (public)
    assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
  else
    assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, cipher, password,
                                                   password != NULL ? (int)strlen(password) : 0,
                                                   NULL, NULL),
                     1);
  char *bytes = NULL;
  long size = BIO_get_mem_data(bio, &bytes);
  struct vater_str text = vt_arena_copy(rig->arena, (struct vater_str){bytes, (size_t)size});
  BIO_free(bio);
  EVP_PKEY_free(pkey);
  return text;
}

struct vt_key *jose_private(struct jose_rig *rig, struct vater_str text)
{
  struct vt_key *key;
  if (vt_key_parse_private(&rig->allocator, text, &key, &rig->error) != VATER_OK)
    fail_msg("%s", rig->error.text);
  return key;
}

struct vt_keys *jose_keys(struct jose_rig *rig, const char *text, enum vt_algorithm pinned)
{
  struct vt_keys *keys;
  if (vt_keys_parse(&rig->allocator, vt_str(text), pinned, &keys, &rig->error) != VATER_OK)
    fail_msg("%s", rig->error.text);
  return keys;
}

struct vt_keys *jose_keys_of(struct jose_rig *rig, const struct vt_key *key,
                             enum vt_algorithm pinned)
{
  return jose_keys(rig, vt_arena_copy(rig->arena, vt_key_public_jwk(key)).ptr, pinned);
}

struct vater_str jose_signed(struct jose_rig *rig, const struct vt_key *key,
                             enum vt_algorithm algorithm, const char *header, const char *payload)
{
  struct vater_str token;
  if (vt_jose_sign(key, algorithm, vt_str(header), vt_str(payload), rig->arena, &token,
                   &rig->error) != VATER_OK)
    fail_msg("%s", rig->error.text);
  return token;
}

struct vater_str jose_forged(struct jose_rig *rig, const char *header, const char *payload,
                             const char *signature)
{
  struct vt_buffer text;
  vt_buffer_init(&text, &rig->allocator, 64 * 1024 * 1024);
  vt_base64url_encode(&text, vt_str(header));
  vt_buffer_char(&text, '.');
  vt_base64url_encode(&text, vt_str(payload));
  vt_buffer_char(&text, '.');
  vt_buffer_text(&text, signature);
  struct vater_str forged = vt_arena_copy(rig->arena, vt_buffer_str(&text));
  vt_buffer_fini(&text);
  return forged;
}

int jose_rig_sign_raw(struct vater_str pem, struct vater_str message, unsigned char *bytes,
                      size_t *size)
{
  BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
  EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, pkey, NULL);
  int done = EVP_DigestSign(context, bytes, size, (const unsigned char *)message.ptr, message.len);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(pkey);
  BIO_free(bio);
  return done;
}

static void certify(EVP_PKEY *pkey, int64_t now_s, long from_s, long until_s, char key[4096],
                    char chain[4096])
{
  X509 *certificate = X509_new();
  X509_set_version(certificate, 2);
  ASN1_TIME_adj(X509_getm_notBefore(certificate), (time_t)now_s, 0, from_s);
  ASN1_TIME_adj(X509_getm_notAfter(certificate), (time_t)now_s, 0, until_s);
  X509_set_pubkey(certificate, pkey);
  assert_true(X509_sign(certificate, pkey, EVP_sha256()) > 0);
  BIO *bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL);
  key[BIO_read(bio, key, 4095)] = '\0';
  PEM_write_bio_X509(bio, certificate);
  chain[BIO_read(bio, chain, 4095)] = '\0';
  BIO_free(bio);
  X509_free(certificate);
  EVP_PKEY_free(pkey);
}

void jose_certificate(int64_t now_s, long from_s, long until_s, char key[4096], char chain[4096])
{
  certify(EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256"), now_s, from_s, until_s, key, chain);
}

void jose_certificate_rsa(int64_t now_s, long from_s, long until_s, char key[4096],
                          char chain[4096])
{
  certify(EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048), now_s, from_s, until_s, key, chain);
}

int jose_verify(struct jose_rig *rig, const struct vt_keys *keys, struct vater_str text)
{
  struct vt_jose_guard guard = {.keys = keys};
  struct vt_jose_token token;
  vt_error_clear(&rig->error);
  return vt_jose_verify(&guard, text, 0, rig->arena, &token, &rig->error);
}

void jose_refused(struct jose_rig *rig, const struct vt_keys *keys, struct vater_str text,
                  const char *code, const char *wanted)
{
  assert_true(jose_verify(rig, keys, text) < 0);
  assert_string_equal(rig->error.code, code);
  if (strstr(rig->error.text, wanted) == NULL)
    fail_msg("'%s' does not say '%s'", rig->error.text, wanted);
}

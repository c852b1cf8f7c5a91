#include "jose/internal.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

static bool set_padding(EVP_PKEY_CTX *context, enum vt_key_kind kind)
{
  if (kind == VT_KIND_RSA)
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1;
  if (kind != VT_KIND_PSS)
    return true;
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* DER of OpenSSL to r || s, each half as wide as the curve. */
static bool to_halves(unsigned char *bytes, size_t *size, size_t wanted)
{
  const unsigned char *der = bytes;
  const BIGNUM *r, *s;
  int half = (int)(wanted / 2);
  ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)*size);
  if (signature == NULL)
    return false;
  ECDSA_SIG_get0(signature, &r, &s);
  bool fits = BN_bn2binpad(r, bytes, half) == half && BN_bn2binpad(s, bytes + half, half) == half;
  ECDSA_SIG_free(signature);
  *size = wanted;
  return fits;
}

static bool to_der(struct vater_str halves, unsigned char out[VT_SIGNATURE_LARGEST], size_t *size)
{
  const unsigned char *bytes = (const unsigned char *)halves.ptr;
  int half = (int)(halves.len / 2);
  ECDSA_SIG *signature = ECDSA_SIG_new();
  BIGNUM *r = BN_bin2bn(bytes, half, NULL), *s = BN_bin2bn(bytes + half, half, NULL);
  unsigned char *at = out;
  bool made = false;
  if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
    BN_free(r);
    BN_free(s);
  } else {
    int written = i2d_ECDSA_SIG(signature, &at);
    made = written > 0;
    *size = made ? (size_t)written : 0;
  }
  ECDSA_SIG_free(signature);
  return made;
}

int vt_signature_make(const struct vt_key *key, enum vt_algorithm algorithm,
                      struct vater_str message, unsigned char out[VT_SIGNATURE_LARGEST],
                      size_t *size)
{
  const struct vt_algorithm_row *row = vt_algorithm_row(algorithm);
  EVP_PKEY_CTX *context = NULL;
  EVP_MD_CTX *digester = EVP_MD_CTX_new();
  *size = VT_SIGNATURE_LARGEST;
  bool made =
      digester != NULL &&
      EVP_DigestSignInit_ex(digester, &context, row->digest, NULL, NULL, key->pkey, NULL) == 1 &&
      set_padding(context, row->kind) &&
      EVP_DigestSign(digester, out, size, (const unsigned char *)message.ptr, message.len) == 1 &&
      (row->kind != VT_KIND_EC || to_halves(out, size, row->signature));
  EVP_MD_CTX_free(digester);
  ERR_clear_error();
  return made ? VATER_OK : VATER_E_BUG;
}

bool vt_signature_check(const struct vt_key *key, enum vt_algorithm algorithm,
                        struct vater_str message, struct vater_str signature)
{
  const struct vt_algorithm_row *row = vt_algorithm_row(algorithm);
  unsigned char der[VT_SIGNATURE_LARGEST];
  const unsigned char *bytes = (const unsigned char *)signature.ptr;
  size_t size = signature.len;
  size_t wanted = row->signature > 0 ? row->signature : (size_t)EVP_PKEY_get_size(key->pkey);
  if (size != wanted || (row->kind == VT_KIND_EC && !to_der(signature, der, &size)))
    return false;
  EVP_PKEY_CTX *context = NULL;
  EVP_MD_CTX *digester = EVP_MD_CTX_new();
  bool right =
      digester != NULL &&
      EVP_DigestVerifyInit_ex(digester, &context, row->digest, NULL, NULL, key->pkey, NULL) == 1 &&
      set_padding(context, row->kind) &&
      EVP_DigestVerify(digester, row->kind == VT_KIND_EC ? der : bytes, size,
                       (const unsigned char *)message.ptr, message.len) == 1;
  EVP_MD_CTX_free(digester);
  ERR_clear_error();
  return right;
}

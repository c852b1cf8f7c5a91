#include "jose/certificate.h"

#include "jose/base64url.h"
#include "jose/internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <time.h>

enum { CHAIN_LONGEST = 10 };

static int failed(struct vt_error *error, const char *why)
{
  ERR_clear_error();
  return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "the certificate cannot be used: %s", why);
}

static int64_t ends_at(const X509 *certificate)
{
  struct tm end;
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1)
    return 0;
  return (int64_t)timegm(&end) * 1000;
}

static bool put_der(X509 *certificate, bool first, struct vt_buffer *out)
{
  unsigned char *der = NULL;
  int size = i2d_X509(certificate, &der);
  if (size <= 0)
    return false;
  vt_buffer_text(out, first ? "\"" : ",\"");
  vt_base64_encode(out, (struct vater_str){(char *)der, (size_t)size});
  vt_buffer_char(out, '"');
  OPENSSL_free(der);
  return !out->failed;
}

static bool belongs(X509 *leaf, const struct vt_key *key)
{
  EVP_PKEY *public = X509_get0_pubkey(leaf);
  return public != NULL && EVP_PKEY_eq(public, key->pkey) == 1;
}

/* Walks the chain; `out` NULL: nothing is written. */
static int read_chain(struct vater_str pem, const struct vt_key *key, struct vt_buffer *out,
                      int64_t *until_ms, struct vt_error *error)
{
  BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
  X509 *certificate = NULL;
  int count = 0, status = VATER_OK;
  bool asked = false;
  while (status == VATER_OK && bio != NULL &&
         (certificate = PEM_read_bio_X509(bio, NULL, vt_jose_refuse_password, &asked)) != NULL) {
    if (count == 0 && !belongs(certificate, key))
      status = failed(error, "its first certificate is not that of the private key");
    else if (count >= CHAIN_LONGEST)
      status = failed(error, "its chain has more than 10 certificates");
    else if (out != NULL && !put_der(certificate, count == 0, out))
      status = failed(error, "its chain is too long");
    if (count == 0 && until_ms != NULL)
      *until_ms = ends_at(certificate);
    X509_free(certificate);
    count++;
  }
  BIO_free(bio);
  ERR_clear_error();
  if (status == VATER_OK && asked)
    status = failed(error, "it is encrypted; a certificate is public, store it as it was issued");
  if (status == VATER_OK && count == 0)
    status = failed(error, "it holds no certificate in PEM");
  return status;
}

int vt_certificate_x5c(struct vater_str pem, const struct vt_key *key, struct vt_buffer *out,
                       int64_t *until_ms, struct vt_error *error)
{
  vt_buffer_char(out, '[');
  int status = read_chain(pem, key, out, until_ms, error);
  vt_buffer_char(out, ']');
  return status;
}

int vt_certificate_check(const struct vt_allocator *allocator, struct vater_str pem,
                         struct vater_str key_pem, int64_t *until_ms, struct vt_error *error)
{
  struct vt_key *key;
  if (vt_str_find(key_pem, VT_STR("-----BEGIN "), 0) >= key_pem.len)
    return failed(error, "its private key is not in PEM");
  int status = vt_key_parse_private(allocator, key_pem, &key, error);
  if (status == VATER_OK)
    status = read_chain(pem, key, NULL, until_ms, error);
  vt_key_free(key);
  return status;
}

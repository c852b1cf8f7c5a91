#include "jose/internal.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

int vt_jose_refuse_password(char *buffer, int size, int writing, void *asked)
{
  (void)buffer, (void)size, (void)writing;
  *(bool *)asked = true;
  return -1;
}

static bool has(struct vater_str text, const char *part)
{
  return vt_str_find(text, vt_str(part), 0) < text.len;
}

static EVP_PKEY *read_certificate(BIO *bio, bool *asked)
{
  X509 *certificate = PEM_read_bio_X509(bio, NULL, vt_jose_refuse_password, asked);
  EVP_PKEY *pkey = certificate != NULL ? X509_get_pubkey(certificate) : NULL;
  X509_free(certificate);
  return pkey;
}

static int explain(const struct vt_key_reading *reading, struct vater_str text, bool asked)
{
  const char *why = "it is no key in PEM";
  if (asked || has(text, "ENCRYPTED"))
    why =
        "it is encrypted; decrypt it (openssl pkey -in KEY -out PLAIN), keep it mode 0600 or as a "
        "systemd credential";
  else if (reading->private && has(text, "-BEGIN PUBLIC KEY-"))
    why = "it is a public key; wanted: the private one";
  else if (reading->private && has(text, "-BEGIN CERTIFICATE-"))
    why = "it is a certificate; wanted: its private key";
  return vt_fail(reading->error, VATER_E_CONFIG, reading->code, "the key cannot be read: %s", why);
}

int vt_key_from_pem(const struct vt_key_reading *reading, struct vater_str text,
                    struct vt_key **key)
{
  *key = NULL;
  EVP_PKEY *pkey = NULL;
  bool asked = false;
  if (!reading->private && has(text, "PRIVATE KEY-"))
    return vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                   "a private key stands where a public one belongs; give the public part only");
  BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
  if (bio == NULL)
    return vt_fail(reading->error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a key");
  if (reading->private)
    pkey = PEM_read_bio_PrivateKey(bio, NULL, vt_jose_refuse_password, &asked);
  else if (has(text, "-BEGIN CERTIFICATE-"))
    pkey = read_certificate(bio, &asked);
  else
    pkey = PEM_read_bio_PUBKEY(bio, NULL, vt_jose_refuse_password, &asked);
  BIO_free(bio);
  ERR_clear_error();
  return pkey != NULL ? vt_key_make(reading, pkey, key) : explain(reading, text, asked);
}

#include "jose/digest.h"

#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

/* The struct is OpenSSL's own context: nothing else is to be kept. */
static EVP_MD_CTX *context_of(struct vt_digester *digester)
{
  return (EVP_MD_CTX *)digester;
}

static int failed(struct vt_error *error)
{
  return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "SHA-256 could not be computed");
}

int vt_digester_new(struct vt_digester **digester, struct vt_error *error)
{
  *digester = NULL;
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (context == NULL || EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1) {
    EVP_MD_CTX_free(context);
    return failed(error);
  }
  *digester = (struct vt_digester *)context;
  return VATER_OK;
}

int vt_digester_add(struct vt_digester *digester, struct vater_str bytes)
{
  if (bytes.len == 0)
    return VATER_OK;
  return EVP_DigestUpdate(context_of(digester), bytes.ptr, bytes.len) == 1 ? VATER_OK
                                                                           : VATER_E_NOMEM;
}

int vt_digester_finish(struct vt_digester *digester, struct vt_digest *digest)
{
  *digest = (struct vt_digest){{0}};
  EVP_MD_CTX *context = context_of(digester);
  if (EVP_DigestFinal_ex(context, digest->bytes, NULL) != 1 ||
      EVP_DigestInit_ex(context, NULL, NULL) != 1)
    return VATER_E_NOMEM;
  return VATER_OK;
}

void vt_digester_free(struct vt_digester *digester)
{
  EVP_MD_CTX_free(context_of(digester));
}

int vt_digest_of(struct vater_str bytes, struct vt_digest *digest, struct vt_error *error)
{
  *digest = (struct vt_digest){{0}};
  const void *start = bytes.len > 0 ? bytes.ptr : "";
  if (EVP_Digest(start, bytes.len, digest->bytes, NULL, EVP_sha256(), NULL) != 1)
    return failed(error);
  return VATER_OK;
}

static int add_fd(struct vt_digester *digester, int fd, struct vt_error *error)
{
  char block[65536];
  off_t at = 0;
  for (;;) {
    ssize_t got = pread(fd, block, sizeof block, at);
    if (got < 0 && errno == EINTR)
      continue;
    if (got < 0)
      return vt_fail(error, VATER_E_IO, "OPS-FILE", "reading for SHA-256: %s", strerror(errno));
    if (got == 0)
      return VATER_OK;
    if (vt_digester_add(digester, (struct vater_str){block, (size_t)got}) != VATER_OK)
      return failed(error);
    at += got;
  }
}

int vt_digest_of_fd(int fd, struct vt_digest *digest, struct vt_error *error)
{
  *digest = (struct vt_digest){{0}};
  struct vt_digester *digester = NULL;
  int status = vt_digester_new(&digester, error);
  if (status == VATER_OK)
    status = add_fd(digester, fd, error);
  if (status == VATER_OK && vt_digester_finish(digester, digest) != VATER_OK)
    status = failed(error);
  vt_digester_free(digester);
  return status;
}

void vt_digest_print(const struct vt_digest *digest, char out[VT_DIGEST_HEX])
{
  static const char digits[] = "0123456789abcdef";
  for (size_t i = 0; i < VT_DIGEST_BYTES; i++) {
    out[2 * i] = digits[digest->bytes[i] >> 4];
    out[2 * i + 1] = digits[digest->bytes[i] & 15];
  }
  out[2 * VT_DIGEST_BYTES] = '\0';
}

#include "base/limits.h"
#include "jose/base64url.h"
#include "jose/digest.h"
#include "jose/internal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>

enum { RSA_LEAST = 2048, RSA_LARGEST = 8 * VT_SIGNATURE_LARGEST, COORDINATE_LARGEST = 66 };

struct curve {
  const char *group, *name;
  int bytes;
  enum vt_algorithm algorithm;
};

static const struct curve curves[] = {
    {"prime256v1", "P-256", 32, VT_ALGORITHM_ES256},
    {"secp384r1", "P-384", 48, VT_ALGORITHM_ES384},
    {"secp521r1", "P-521", 66, VT_ALGORITHM_ES512},
};

static const struct curve *curve_of(EVP_PKEY *pkey)
{
  char group[64] = "";
  EVP_PKEY_get_utf8_string_param(pkey, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, NULL);
  for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
    if (strcmp(group, curves[i].group) == 0)
      return &curves[i];
  return NULL;
}

static int refuse_kind(const struct vt_key_reading *reading, const char *found)
{
  return vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                 "the key is %s; wanted: RSA of 2048 bits or more, EC on P-256, P-384 or P-521, or "
                 "Ed25519",
                 found);
}

static int classify(const struct vt_key_reading *reading, struct vt_key *key)
{
  if (EVP_PKEY_is_a(key->pkey, "RSA")) {
    int bits = EVP_PKEY_get_bits(key->pkey);
    if (bits < RSA_LEAST || bits > RSA_LARGEST)
      return vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                     "the RSA key has %d bits; wanted: %d or more", bits, RSA_LEAST);
    key->kind = VT_KIND_RSA;
    return VATER_OK;
  }
  if (EVP_PKEY_is_a(key->pkey, "ED25519")) {
    key->kind = VT_KIND_OKP;
    key->curve = "Ed25519";
    key->algorithm = VT_ALGORITHM_EDDSA;
    return VATER_OK;
  }
  if (!EVP_PKEY_is_a(key->pkey, "EC"))
    return refuse_kind(reading, "of another kind");
  const struct curve *curve = curve_of(key->pkey);
  if (curve == NULL)
    return refuse_kind(reading, "EC on another curve");
  key->kind = VT_KIND_EC;
  key->curve = curve->name;
  key->algorithm = curve->algorithm;
  return VATER_OK;
}

/* ---- texts ---------------------------------------------------------------------------------- */

static void put_number(struct vt_key *key, const char *parameter, int width)
{
  unsigned char bytes[VT_SIGNATURE_LARGEST];
  BIGNUM *number = NULL;
  if (EVP_PKEY_get_bn_param(key->pkey, parameter, &number) == 1) {
    int size = width > 0 ? width : BN_num_bytes(number);
    if (size <= (int)sizeof bytes && BN_bn2binpad(number, bytes, size) == size)
      vt_base64url_encode(&key->jwk, (struct vater_str){(char *)bytes, (size_t)size});
  }
  BN_free(number);
}

static void put_point(struct vt_key *key)
{
  int width = curve_of(key->pkey)->bytes;
  vt_buffer_format(&key->jwk, "{\"crv\":\"%s\",\"kty\":\"EC\",\"x\":\"", key->curve);
  put_number(key, OSSL_PKEY_PARAM_EC_PUB_X, width);
  vt_buffer_text(&key->jwk, "\",\"y\":\"");
  put_number(key, OSSL_PKEY_PARAM_EC_PUB_Y, width);
  vt_buffer_text(&key->jwk, "\"}");
}

static void put_modulus(struct vt_key *key)
{
  vt_buffer_text(&key->jwk, "{\"e\":\"");
  put_number(key, OSSL_PKEY_PARAM_RSA_E, 0);
  vt_buffer_text(&key->jwk, "\",\"kty\":\"RSA\",\"n\":\"");
  put_number(key, OSSL_PKEY_PARAM_RSA_N, 0);
  vt_buffer_text(&key->jwk, "\"}");
}

static void put_edwards(struct vt_key *key)
{
  unsigned char bytes[32];
  size_t size = sizeof bytes;
  vt_buffer_text(&key->jwk, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"");
  if (EVP_PKEY_get_raw_public_key(key->pkey, bytes, &size) == 1)
    vt_base64url_encode(&key->jwk, (struct vater_str){(char *)bytes, size});
  vt_buffer_text(&key->jwk, "\"}");
}

static bool make_jwk(struct vt_key *key)
{
  struct vt_digest digest;
  struct vt_buffer text;
  if (key->kind == VT_KIND_EC)
    put_point(key);
  else if (key->kind == VT_KIND_RSA)
    put_modulus(key);
  else
    put_edwards(key);
  if (key->jwk.failed || vt_digest_of(vt_buffer_str(&key->jwk), &digest, NULL) != VATER_OK)
    return false;
  vt_buffer_init(&text, &key->allocator, sizeof key->thumbprint - 1);
  vt_base64url_encode(&text, (struct vater_str){(char *)digest.bytes, sizeof digest.bytes});
  vt_text_copy(key->thumbprint, sizeof key->thumbprint, vt_buffer_str(&text));
  bool made = !text.failed;
  vt_buffer_fini(&text);
  return made;
}

/* libjwt reads nothing but PEM. */
static bool make_pem(struct vt_key *key)
{
  char *bytes = NULL;
  BIO *bio = BIO_new(BIO_s_secmem());
  bool made = bio != NULL && PEM_write_bio_PUBKEY(bio, key->pkey) == 1;
  if (made) {
    long size = BIO_get_mem_data(bio, &bytes);
    made = vt_buffer_append(&key->public_pem, (struct vater_str){bytes, (size_t)size}) == VATER_OK;
  }
  if (made && key->private) {
    BIO_reset(bio);
    made = PEM_write_bio_PKCS8PrivateKey(bio, key->pkey, NULL, NULL, 0, NULL, NULL) == 1;
    long size = BIO_get_mem_data(bio, &bytes);
    made = made &&
           vt_secret_copy((struct vater_str){bytes, (size_t)size}, &key->private_pem) == VATER_OK;
    explicit_bzero(bytes, (size_t)size);
  }
  BIO_free(bio);
  return made;
}

/* A private part that does not belong to its public one would only show at the other side. */
static bool holds_together(const struct vt_key *key)
{
  static const enum vt_algorithm tried[] = {VT_ALGORITHM_RS256, VT_ALGORITHM_RS256,
                                            VT_ALGORITHM_ES256, VT_ALGORITHM_EDDSA};
  unsigned char bytes[VT_SIGNATURE_LARGEST];
  size_t size = 0;
  enum vt_algorithm algorithm =
      key->algorithm != VT_ALGORITHM_NONE ? key->algorithm : tried[key->kind];
  return vt_signature_make(key, algorithm, VT_STR("vater"), bytes, &size) == VATER_OK &&
         vt_signature_check(key, algorithm, VT_STR("vater"),
                            (struct vater_str){(char *)bytes, size});
}

int vt_key_make(const struct vt_key_reading *reading, EVP_PKEY *pkey, struct vt_key **key)
{
  *key = NULL;
  struct vt_key *made = vt_alloc(reading->allocator, sizeof *made);
  if (made == NULL) {
    EVP_PKEY_free(pkey);
    return vt_fail(reading->error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a key");
  }
  *made =
      (struct vt_key){.allocator = *reading->allocator, .pkey = pkey, .private = reading->private};
  vt_buffer_init(&made->jwk, reading->allocator, VT_JOSE_HEADER_LARGEST);
  vt_buffer_init(&made->public_pem, reading->allocator, VT_JOSE_HEADER_LARGEST);
  int status = classify(reading, made);
  if (status == VATER_OK && (!make_jwk(made) || !make_pem(made)))
    status = vt_fail(reading->error, VATER_E_CONFIG, reading->code, "the key cannot be used");
  if (status == VATER_OK && made->private && !holds_together(made))
    status = vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                     "the key's private part does not belong to its public part");
  if (status == VATER_OK)
    *key = made;
  else
    vt_key_free(made);
  return status;
}

void vt_key_free(struct vt_key *key)
{
  if (key == NULL)
    return;
  struct vt_allocator allocator = key->allocator;
  EVP_PKEY_free(key->pkey);
  vt_secret_free(key->private_pem);
  vt_buffer_fini(&key->jwk);
  vt_buffer_fini(&key->public_pem);
  vt_free(&allocator, key);
}

/* ---- asking --------------------------------------------------------------------------------- */

bool vt_key_is_private(const struct vt_key *key)
{
  return key->private;
}

enum vt_algorithm vt_key_algorithm(const struct vt_key *key)
{
  return key->algorithm;
}

struct vater_str vt_key_id(const struct vt_key *key)
{
  return vt_str(key->id);
}

struct vater_str vt_key_public_jwk(const struct vt_key *key)
{
  return vt_buffer_str(&key->jwk);
}

struct vater_str vt_key_thumbprint(const struct vt_key *key)
{
  return vt_str(key->thumbprint);
}

int vt_key_check(const struct vt_key *key, enum vt_algorithm algorithm, struct vt_error *error)
{
  const struct vt_algorithm_row *row = vt_algorithm_row(algorithm);
  const char *curve = key->curve != NULL ? key->curve : "RSA";
  enum vt_key_kind kind = row->kind == VT_KIND_PSS ? VT_KIND_RSA : row->kind;
  if (row->name == NULL)
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "no algorithm is said for the key");
  if (kind != key->kind || (row->curve != NULL && strcmp(row->curve, curve) != 0))
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY",
                   "the algorithm %s needs a key of %s; this one is %s", row->name,
                   row->curve != NULL ? row->curve : "RSA", curve);
  if (key->algorithm != VT_ALGORITHM_NONE && key->algorithm != algorithm)
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "the key is for %s (its alg), not for %s",
                   vt_algorithm_name(key->algorithm), row->name);
  return VATER_OK;
}

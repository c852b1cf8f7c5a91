#include "base/limits.h"
#include "jose/base64url.h"
#include "jose/internal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

enum { NUMBERS = 8, POINT_LARGEST = 1 + 2 * 66 };

json_t *vt_jwk_load(struct vater_str text)
{
  return json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
}

static void wipe(json_t *value)
{
  const char *name;
  json_t *item;
  size_t index;
  if (json_is_string(value)) {
    explicit_bzero((void *)(uintptr_t)json_string_value(value), json_string_length(value));
  } else if (json_is_object(value)) {
    json_object_foreach(value, name, item) wipe(item);
  } else if (json_is_array(value)) {
    json_array_foreach(value, index, item) wipe(item);
  }
}

void vt_jwk_unload(json_t *jwk)
{
  wipe(jwk);
  json_decref(jwk);
}

static struct vater_str member(const json_t *jwk, const char *name)
{
  const json_t *value = json_object_get(jwk, name);
  return json_is_string(value)
             ? (struct vater_str){json_string_value(value), json_string_length(value)}
             : VT_STR_NONE;
}

static int malformed(const struct vt_key_reading *reading, const char *name)
{
  return vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                 "the key's member '%s' is missing or not as RFC 7518 has it (base64url without "
                 "padding)",
                 name);
}

/* The bytes of a base64url member; false where absent, empty or over-long. */
static bool read_bytes(const struct vt_key_reading *reading, const json_t *jwk, const char *name,
                       struct vt_buffer *out)
{
  vt_buffer_init(out, reading->allocator, VT_SIGNATURE_LARGEST);
  struct vater_str text = member(jwk, name);
  return text.len > 0 && vt_base64url_decode(out, text) && out->len > 0;
}

static void drop_bytes(struct vt_buffer *bytes)
{
  if (bytes->bytes != NULL)
    explicit_bzero(bytes->bytes, bytes->len);
  vt_buffer_fini(bytes);
}

static BIGNUM *read_number(const struct vt_key_reading *reading, const json_t *jwk,
                           const char *name)
{
  struct vt_buffer bytes;
  BIGNUM *number = NULL;
  if (read_bytes(reading, jwk, name, &bytes))
    number = BN_bin2bn((const unsigned char *)bytes.bytes, (int)bytes.len, BN_secure_new());
  drop_bytes(&bytes);
  return number;
}

static EVP_PKEY *build(const char *kind, OSSL_PARAM_BLD *builder, bool private)
{
  EVP_PKEY *pkey = NULL;
  OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(builder);
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
  int selection = private ? EVP_PKEY_KEYPAIR : EVP_PKEY_PUBLIC_KEY;
  if (parameters == NULL || context == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
      EVP_PKEY_fromdata(context, &pkey, selection, parameters) != 1)
    pkey = NULL;
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(parameters);
  return pkey;
}

/* ---- RSA ------------------------------------------------------------------------------------ */

static int read_rsa(const struct vt_key_reading *reading, const json_t *jwk, EVP_PKEY **pkey)
{
  static const struct {
    const char *name, *parameter;
  } members[NUMBERS] = {
      {"n", OSSL_PKEY_PARAM_RSA_N},          {"e", OSSL_PKEY_PARAM_RSA_E},
      {"d", OSSL_PKEY_PARAM_RSA_D},          {"p", OSSL_PKEY_PARAM_RSA_FACTOR1},
      {"q", OSSL_PKEY_PARAM_RSA_FACTOR2},    {"dp", OSSL_PKEY_PARAM_RSA_EXPONENT1},
      {"dq", OSSL_PKEY_PARAM_RSA_EXPONENT2}, {"qi", OSSL_PKEY_PARAM_RSA_COEFFICIENT1},
  };
  BIGNUM *numbers[NUMBERS] = {NULL};
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  int wanted = reading->private ? NUMBERS : 2;
  int status = builder != NULL ? VATER_OK : VATER_E_NOMEM;
  for (int i = 0; i < wanted && status == VATER_OK; i++) {
    numbers[i] = read_number(reading, jwk, members[i].name);
    if (numbers[i] == NULL ||
        OSSL_PARAM_BLD_push_BN(builder, members[i].parameter, numbers[i]) != 1)
      status = malformed(reading, members[i].name);
  }
  if (status == VATER_OK) {
    *pkey = build("RSA", builder, reading->private);
    status = *pkey != NULL ? VATER_OK : malformed(reading, "n");
  }
  OSSL_PARAM_BLD_free(builder);
  for (int i = 0; i < NUMBERS; i++)
    BN_clear_free(numbers[i]);
  return status;
}

/* ---- EC ------------------------------------------------------------------------------------- */

static size_t width_of(struct vater_str curve)
{
  static const struct {
    const char *name;
    size_t bytes;
  } widths[] = {{"P-256", 32}, {"P-384", 48}, {"P-521", 66}};
  for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
    if (vt_str_is(curve, widths[i].name))
      return widths[i].bytes;
  return 0;
}

/* Coordinates have the curve's width, leading zeros kept (RFC 7518 section 6.2.1.2). */
static bool read_point(const struct vt_key_reading *reading, const json_t *jwk, size_t width,
                       unsigned char point[POINT_LARGEST])
{
  bool read = true;
  point[0] = 4;
  for (size_t i = 0; i < 2; i++) {
    struct vt_buffer bytes;
    read = read_bytes(reading, jwk, i == 0 ? "x" : "y", &bytes) && bytes.len == width && read;
    if (read)
      memcpy(point + 1 + i * width, bytes.bytes, width);
    vt_buffer_fini(&bytes);
  }
  return read;
}

static int read_ec(const struct vt_key_reading *reading, const json_t *jwk, EVP_PKEY **pkey)
{
  unsigned char point[POINT_LARGEST];
  struct vater_str curve = member(jwk, "crv");
  size_t width = width_of(curve);
  if (width == 0)
    return VATER_DONE;
  if (!read_point(reading, jwk, width, point))
    return malformed(reading, "x or y");
  BIGNUM *secret = reading->private ? read_number(reading, jwk, "d") : NULL;
  if (reading->private && secret == NULL)
    return malformed(reading, "d");
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  if (builder != NULL &&
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, curve.ptr, 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 1 + 2 * width) ==
          1 &&
      (secret == NULL || OSSL_PARAM_BLD_push_BN(builder, OSSL_PKEY_PARAM_PRIV_KEY, secret) == 1))
    *pkey = build("EC", builder, reading->private);
  OSSL_PARAM_BLD_free(builder);
  BN_clear_free(secret);
  return *pkey != NULL ? VATER_OK : malformed(reading, "x or y");
}

/* ---- Ed25519 -------------------------------------------------------------------------------- */

static int read_okp(const struct vt_key_reading *reading, const json_t *jwk, EVP_PKEY **pkey)
{
  struct vt_buffer public, secret;
  unsigned char derived[32];
  size_t size = sizeof derived;
  if (!vt_str_is(member(jwk, "crv"), "Ed25519"))
    return VATER_DONE;
  bool good = read_bytes(reading, jwk, "x", &public) && public.len == sizeof derived;
  if (good && reading->private) {
    good = read_bytes(reading, jwk, "d", &secret) && secret.len == sizeof derived;
    if (good)
      *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
                                           (const unsigned char *)secret.bytes, secret.len);
    good = *pkey != NULL && EVP_PKEY_get_raw_public_key(*pkey, derived, &size) == 1 &&
           memcmp(derived, public.bytes, size) == 0;
    drop_bytes(&secret);
  } else if (good) {
    *pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, (const unsigned char *)public.bytes,
                                        public.len);
    good = *pkey != NULL;
  }
  vt_buffer_fini(&public);
  return good ? VATER_OK : malformed(reading, "x or d");
}

/* ---- all ------------------------------------------------------------------------------------ */

static bool known_use(const json_t *jwk, enum vt_algorithm *algorithm)
{
  struct vater_str use = member(jwk, "use"), named = member(jwk, "alg");
  *algorithm = VT_ALGORITHM_NONE;
  if (use.len > 0 && !vt_str_is(use, "sig"))
    return false;
  return named.len == 0 || vt_algorithm_parse(named, algorithm);
}

static int read_kind(const struct vt_key_reading *reading, const json_t *jwk, EVP_PKEY **pkey)
{
  struct vater_str kind = member(jwk, "kty");
  if (vt_str_is(kind, "RSA"))
    return read_rsa(reading, jwk, pkey);
  if (vt_str_is(kind, "EC"))
    return read_ec(reading, jwk, pkey);
  return vt_str_is(kind, "OKP") ? read_okp(reading, jwk, pkey) : VATER_DONE;
}

int vt_key_from_jwk(const struct vt_key_reading *reading, const json_t *jwk, struct vt_key **key)
{
  EVP_PKEY *pkey = NULL;
  enum vt_algorithm algorithm;
  struct vater_str id = member(jwk, "kid");
  *key = NULL;
  if (!json_is_object(jwk) || !known_use(jwk, &algorithm))
    return VATER_DONE;
  if (!reading->private && (json_object_get(jwk, "d") != NULL || json_object_get(jwk, "k") != NULL))
    return vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                   "a private key stands where a public one belongs (member 'd' or 'k'); give the "
                   "public members only");
  if (id.len > VT_JOSE_ID_LARGEST || (id.len > 0 && memchr(id.ptr, '\0', id.len) != NULL))
    return vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                   "the key's kid has %zu bytes or a NUL; wanted: at most %d", id.len,
                   (int)VT_JOSE_ID_LARGEST);
  int status = read_kind(reading, jwk, &pkey);
  ERR_clear_error();
  if (status != VATER_OK) {
    EVP_PKEY_free(pkey);
    return status;
  }
  status = vt_key_make(reading, pkey, key);
  if (status == VATER_OK)
    vt_text_copy((*key)->id, sizeof(*key)->id, id);
  if (status == VATER_OK && algorithm != VT_ALGORITHM_NONE) {
    struct vt_error unfit = {0};
    status = vt_key_check(*key, algorithm, &unfit);
    if (status != VATER_OK)
      vt_fail(reading->error, status, reading->code, "%s", unfit.text);
    else
      (*key)->algorithm = algorithm;
  }
  if (status != VATER_OK) {
    vt_key_free(*key);
    *key = NULL;
  }
  return status;
}

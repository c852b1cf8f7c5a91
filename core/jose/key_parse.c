#include "jose/internal.h"

static int parse_one(const struct vt_key_reading *reading, struct vater_str text,
                     struct vt_key **key)
{
  struct vater_str trimmed = vt_str_trim(text);
  *key = NULL;
  if (vt_str_find(trimmed, VT_STR("-----BEGIN "), 0) < trimmed.len)
    return vt_key_from_pem(reading, trimmed, key);
  json_t *jwk = trimmed.len > 0 && trimmed.ptr[0] == '{' ? vt_jwk_load(trimmed) : NULL;
  if (jwk == NULL)
    return vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                   "the key is neither PEM nor a JWK (one JSON object, no name twice)");
  int status = vt_key_from_jwk(reading, jwk, key);
  vt_jwk_unload(jwk);
  if (status == VATER_DONE)
    status =
        vt_fail(reading->error, VATER_E_CONFIG, reading->code,
                "the JWK is of another kind, curve, use or algorithm; wanted: kty RSA, EC (crv "
                "P-256, P-384, P-521) or OKP (crv Ed25519), use sig");
  return status;
}

int vt_key_parse_private(const struct vt_allocator *allocator, struct vater_str text,
                         struct vt_key **key, struct vt_error *error)
{
  struct vt_key_reading reading = {allocator, "OPS-KEY", true, error};
  return parse_one(&reading, text, key);
}

int vt_key_parse_public(const struct vt_allocator *allocator, struct vater_str text,
                        struct vt_key **key, struct vt_error *error)
{
  struct vt_key_reading reading = {allocator, "AUTH-JWKS", false, error};
  return parse_one(&reading, text, key);
}

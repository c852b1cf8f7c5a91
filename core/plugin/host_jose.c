#include "plugin/host_jose.h"

#include "base/limits.h"
#include "jose/base64url.h"
#include "jose/certificate.h"
#include "jose/digest.h"
#include "jose/jws.h"
#include "plugin/call.h"
#include "plugin/config.h"

static int get_key(vater_call *call, const char *name, const struct vt_key **key)
{
  return vt_config_key(call->config, name, &call->environment->allocator, key, &call->error);
}

/* A copy that lives until the callback returns. */
static int give(vater_call *call, struct vater_str text, struct vater_str *out)
{
  *out = vt_arena_copy(call->scratch, text);
  return out->ptr != NULL ? VATER_OK
                          : vt_fail(&call->error, VATER_E_NOMEM, NULL, "out of memory for a text");
}

static int get_algorithm(vater_call *call, struct vater_str name, enum vt_algorithm *algorithm)
{
  if (vt_algorithm_parse(name, algorithm))
    return VATER_OK;
  return vt_fail(&call->error, VATER_E_CONFIG, NULL,
                 "'%.*s' is no algorithm; wanted: PS256, PS384, PS512, ES256, ES384, ES512, RS256, "
                 "RS384, RS512 or EdDSA",
                 name.len > 40 ? 40 : VT_STR_ARGS(name));
}

static int check(vater_call *call, const char *name, struct vater_str wanted)
{
  const struct vt_key *key;
  enum vt_algorithm algorithm;
  int status = get_algorithm(call, wanted, &algorithm);
  if (status == VATER_OK)
    status = get_key(call, name, &key);
  return status == VATER_OK ? vt_key_check(key, algorithm, &call->error) : status;
}

static int algorithm_of(vater_call *call, const char *name, struct vater_str *algorithm)
{
  const struct vt_key *key;
  *algorithm = VT_STR_NONE;
  int status = get_key(call, name, &key);
  if (status == VATER_OK && vt_key_algorithm(key) != VT_ALGORITHM_NONE)
    *algorithm = vt_str(vt_algorithm_name(vt_key_algorithm(key)));
  return status;
}

static int key_id(vater_call *call, const char *name, struct vater_str *id)
{
  const struct vt_key *key;
  *id = VT_STR_NONE;
  int status = get_key(call, name, &key);
  return status == VATER_OK ? give(call, vt_key_id(key), id) : status;
}

static int public_jwk(vater_call *call, const char *name, struct vater_str *jwk)
{
  const struct vt_key *key;
  *jwk = VT_STR_NONE;
  int status = get_key(call, name, &key);
  return status == VATER_OK ? give(call, vt_key_public_jwk(key), jwk) : status;
}

static int thumbprint(vater_call *call, const char *name, struct vater_str *text)
{
  const struct vt_key *key;
  *text = VT_STR_NONE;
  int status = get_key(call, name, &key);
  return status == VATER_OK ? give(call, vt_key_thumbprint(key), text) : status;
}

static int get_secret(vater_call *call, const char *name, struct vater_str *text)
{
  const struct vt_secret *secret = vt_config_secret(call->config, name);
  *text = secret != NULL ? vt_secret_reveal(secret) : VT_STR_NONE;
  if (secret != NULL)
    return VATER_OK;
  return vt_fail(&call->error, VATER_E_CONFIG, "OPS-KEY", "the setting '%.60s' is not set", name);
}

static int certificate(vater_call *call, const char *name, const char *key_name, int64_t *until_ms)
{
  struct vater_str pem, key;
  *until_ms = 0;
  int status = get_secret(call, name, &pem);
  if (status == VATER_OK)
    status = get_secret(call, key_name, &key);
  return status == VATER_OK
             ? vt_certificate_check(&call->environment->allocator, pem, key, until_ms, &call->error)
             : status;
}

static int x5c(vater_call *call, const char *name, const char *key_name, struct vater_str *list)
{
  const struct vt_key *key;
  struct vater_str pem;
  struct vt_buffer text;
  *list = VT_STR_NONE;
  int status = get_secret(call, name, &pem);
  if (status == VATER_OK)
    status = get_key(call, key_name, &key);
  if (status != VATER_OK)
    return status;
  vt_buffer_init(&text, &call->environment->allocator, VT_LIMIT_TOKEN_BYTES);
  status = vt_certificate_x5c(pem, key, &text, NULL, &call->error);
  if (status == VATER_OK)
    status = give(call, vt_buffer_str(&text), list);
  vt_buffer_fini(&text);
  return status;
}

static int sign(vater_call *call, const char *name, struct vater_str wanted,
                struct vater_str header, struct vater_str claims, struct vater_str *token)
{
  const struct vt_key *key;
  enum vt_algorithm algorithm;
  *token = VT_STR_NONE;
  int status = get_algorithm(call, wanted, &algorithm);
  if (status == VATER_OK)
    status = get_key(call, name, &key);
  if (status != VATER_OK)
    return status;
  return vt_jose_sign(key, algorithm, header, claims, call->scratch, token, &call->error);
}

static int random_id(vater_call *call, struct vater_str *id)
{
  uint8_t b[16];
  const struct vt_random *random = &call->environment->random;
  random->fill(random->context, b, sizeof b);
  b[6] = (uint8_t)((b[6] & 0x0f) | 0x40);
  b[8] = (uint8_t)((b[8] & 0x3f) | 0x80);
  *id = vt_arena_format(call->scratch,
                        "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x",
                        b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11],
                        b[12], b[13], b[14], b[15]);
  return id->ptr != NULL ? VATER_OK
                         : vt_fail(&call->error, VATER_E_NOMEM, NULL, "out of memory for an id");
}

int vt_host_session_digest(vater_call *call, vater_session *session, const char *name,
                           struct vater_str *digest)
{
  struct vater_str value;
  struct vt_digest bytes;
  struct vt_buffer text;
  *digest = VT_STR_NONE;
  if (!vt_session_get(session, vt_str(name), &value))
    return vt_fail(&call->error, VATER_E_AUTH, NULL, "the session has no '%.60s', or it expired",
                   name);
  int status = vt_digest_of(value, &bytes, &call->error);
  if (status != VATER_OK)
    return status;
  vt_buffer_init(&text, &call->environment->allocator, 64);
  vt_base64url_encode(&text, (struct vater_str){(char *)bytes.bytes, sizeof bytes.bytes});
  status = give(call, vt_buffer_str(&text), digest);
  vt_buffer_fini(&text);
  return status;
}

const struct vater_jose_api vt_host_jose_api = {
    .size = sizeof vt_host_jose_api,
    .check = check,
    .algorithm = algorithm_of,
    .key_id = key_id,
    .public_jwk = public_jwk,
    .thumbprint = thumbprint,
    .certificate = certificate,
    .x5c = x5c,
    .sign = sign,
    .random_id = random_id,
};

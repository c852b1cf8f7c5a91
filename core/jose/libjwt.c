#include "base/arena.h"
#include "base/limits.h"
#include "jose/internal.h"

#include <jwt.h>
#include <openssl/err.h>
#include <stdlib.h>

#ifdef VATER_LIBJWT_BUILDER
#error "libjwt 3 has another API; wanted: libjwt 1.10 to 2.x"
#endif

static bool is_ours(enum vt_algorithm algorithm)
{
  enum vt_key_kind kind = vt_algorithm_row(algorithm)->kind;
  return kind == VT_KIND_RSA || kind == VT_KIND_EC;
}

/* libjwt calls a payload that is no JSON object a wrong signature. */
static bool is_object(struct vater_str text)
{
  if (text.len < 2 || text.ptr[0] != '{' || text.len > VT_LIMIT_TOKEN_BYTES)
    return false;
  json_t *value = json_loadb(text.ptr, text.len, 0, NULL);
  bool object = json_is_object(value);
  json_decref(value);
  return object;
}

static const char *type_of(const json_t *header)
{
  return json_string_value(json_object_get(header, "typ"));
}

bool vt_libjwt_signs(enum vt_algorithm algorithm, const json_t *header, struct vater_str payload)
{
  const char *typ = type_of(header);
  return is_ours(algorithm) && typ != NULL && strcmp(typ, "JWT") == 0 && is_object(payload);
}

bool vt_libjwt_verifies(enum vt_algorithm algorithm, const json_t *header, struct vater_str text,
                        struct vater_str payload)
{
  const char *typ = type_of(header);
  return is_ours(algorithm) && (typ == NULL || strcmp(typ, "JWT") == 0) && text.len > 0 &&
         text.len <= VT_LIMIT_TOKEN_BYTES && is_object(payload);
}

static void forget(char *text)
{
#ifdef VATER_LIBJWT_FREE_STR
  jwt_free_str(text);
#else
  free(text);
#endif
}

static bool fill(jwt_t *jwt, const json_t *header, struct vater_str payload, struct vt_arena *arena)
{
  json_t *rest = json_copy((json_t *)(uintptr_t)header);
  json_object_del(rest, "typ"); /* added by libjwt; twice is an error there */
  char *members = json_dumps(rest, JSON_COMPACT);
  struct vater_str claims = vt_arena_copy(arena, payload); /* ends with NUL */
  bool done = members != NULL && claims.ptr != NULL && jwt_add_grants_json(jwt, claims.ptr) == 0 &&
              (json_object_size(rest) == 0 || jwt_add_headers_json(jwt, members) == 0);
  free(members);
  json_decref(rest);
  return done;
}

int vt_libjwt_sign(const struct vt_key *key, enum vt_algorithm algorithm, const json_t *header,
                   struct vater_str payload, struct vt_arena *arena, struct vater_str *token,
                   struct vt_error *error)
{
  jwt_t *jwt = NULL;
  char *text = NULL;
  struct vater_str pem = vt_secret_reveal(key->private_pem);
  jwt_alg_t wanted = jwt_str_alg(vt_algorithm_name(algorithm));
  if (jwt_new(&jwt) == 0 && fill(jwt, header, payload, arena) &&
      jwt_set_alg(jwt, wanted, (const unsigned char *)pem.ptr, (int)pem.len) == 0)
    text = jwt_encode_str(jwt);
  jwt_free(jwt);
  ERR_clear_error();
  if (text == NULL)
    return vt_fail(error, VATER_E_BUG, "OPS-KEY", "libjwt does not sign with this key");
  *token = vt_arena_copy(arena, vt_str(text));
  forget(text);
  return token->ptr != NULL ? VATER_OK
                            : vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a token");
}

bool vt_libjwt_verify(const struct vt_key *key, enum vt_algorithm algorithm, struct vater_str text,
                      struct vt_arena *arena)
{
  jwt_t *jwt = NULL;
  struct vater_str pem = vt_buffer_str(&key->public_pem);
  struct vater_str whole = vt_arena_copy(arena, text);
  bool right = whole.ptr != NULL && pem.len > 0 &&
               jwt_decode(&jwt, whole.ptr, (const unsigned char *)pem.ptr, (int)pem.len) == 0 &&
               jwt_get_alg(jwt) == jwt_str_alg(vt_algorithm_name(algorithm));
  jwt_free(jwt);
  ERR_clear_error();
  return right;
}

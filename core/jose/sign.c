#include "base/limits.h"
#include "jose/base64url.h"
#include "jose/internal.h"
#include "jose/jws.h"

#include <stdlib.h>

static int load_header(struct vater_str text, enum vt_algorithm algorithm, json_t **header,
                       struct vt_error *error)
{
  static const char *const ours[] = {"alg", "crit", "b64"};
  *header =
      text.len > 0 ? json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL) : json_object();
  bool good = json_is_object(*header);
  for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
    good = good && json_object_get(*header, ours[i]) == NULL;
  if (good && json_object_set_new(*header, "alg", json_string(vt_algorithm_name(algorithm))) == 0)
    return VATER_OK;
  json_decref(*header);
  *header = NULL;
  return vt_fail(error, VATER_E_BUG, NULL,
                 "the header to be signed is no JSON object, or has alg, crit or b64");
}

static int put_input(const json_t *header, struct vater_str payload, struct vt_buffer *out)
{
  char *text = json_dumps(header, JSON_COMPACT | JSON_SORT_KEYS);
  if (text == NULL)
    return VATER_E_NOMEM;
  vt_base64url_encode(out, vt_str(text));
  free(text);
  vt_buffer_char(out, '.');
  return vt_base64url_encode(out, payload);
}

static int sign_input(const struct vt_key *key, enum vt_algorithm algorithm, struct vt_buffer *text,
                      struct vt_arena *arena, struct vater_str *token, struct vt_error *error)
{
  unsigned char bytes[VT_SIGNATURE_LARGEST];
  size_t size = 0;
  int status = vt_signature_make(key, algorithm, vt_buffer_str(text), bytes, &size);
  if (status != VATER_OK)
    return vt_fail(error, status, "OPS-KEY", "OpenSSL does not sign with this key");
  vt_buffer_char(text, '.');
  status = vt_base64url_encode(text, (struct vater_str){(char *)bytes, size});
  if (status == VATER_OK) {
    *token = vt_arena_copy(arena, vt_buffer_str(text));
    status = token->ptr != NULL ? VATER_OK : VATER_E_NOMEM;
  }
  return status == VATER_OK ? status
                            : vt_fail(error, status, "OPS-MEMORY", "no memory for a token");
}

int vt_jose_sign(const struct vt_key *key, enum vt_algorithm algorithm, struct vater_str header,
                 struct vater_str payload, struct vt_arena *arena, struct vater_str *token,
                 struct vt_error *error)
{
  json_t *members = NULL;
  struct vt_buffer text;
  *token = VT_STR_NONE;
  if (!key->private)
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "signing needs a private key");
  int status = vt_key_check(key, algorithm, error);
  if (status == VATER_OK)
    status = load_header(header, algorithm, &members, error);
  if (status != VATER_OK)
    return status;
  vt_buffer_init(&text, &key->allocator, 4 * (header.len + payload.len) + VT_LIMIT_TOKEN_BYTES);
  if (vt_libjwt_signs(algorithm, members, payload)) {
    json_object_del(members, "alg");
    status = vt_libjwt_sign(key, algorithm, members, payload, arena, token, error);
  } else {
    status = put_input(members, payload, &text);
    if (status == VATER_OK)
      status = sign_input(key, algorithm, &text, arena, token, error);
    else
      vt_fail(error, status, "OPS-MEMORY", "no memory for a token");
  }
  vt_buffer_fini(&text);
  json_decref(members);
  return status;
}

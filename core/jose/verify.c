#include "base/limits.h"
#include "jose/base64url.h"
#include "jose/internal.h"
#include "jose/jws.h"

/* A compact JWS being looked at: its parts as they stand, and its header. */
struct parts {
  struct vater_str text, header, payload, signature;
  json_t *members;
  bool unencoded; /* b64 false */
};

static int not_jws(struct vt_error *error, const char *why)
{
  return vt_fail(error, VATER_E_REFUSED, "AUTH-SIGNATURE", "the signature cannot be read: %s", why);
}

static int split(struct vater_str text, struct parts *parts, struct vt_error *error)
{
  size_t first = vt_str_find(text, VT_STR("."), 0);
  size_t second = vt_str_find(text, VT_STR("."), first + 1);
  *parts = (struct parts){.text = text};
  if (first >= text.len || second >= text.len ||
      vt_str_find(text, VT_STR("."), second + 1) < text.len)
    return not_jws(error, "it is not three parts with a dot between them (RFC 7515 section 7.1)");
  parts->header = vt_str_slice(text, 0, first);
  parts->payload = vt_str_slice(text, first + 1, second);
  parts->signature = vt_str_slice(text, second + 1, text.len);
  if (parts->header.len == 0 || parts->signature.len == 0)
    return not_jws(error, "its header or signature is empty");
  return VATER_OK;
}

static int load_header(struct parts *parts, struct vt_arena *arena, struct vt_error *error)
{
  size_t size = vt_base64url_decoded(parts->header.len);
  if (size > VT_JOSE_HEADER_LARGEST)
    return not_jws(error, "its header has more than 16 KiB");
  char *bytes = vt_arena_bytes(arena, size + 1);
  if (bytes == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a signature");
  if (!vt_base64url_decode_to(parts->header, bytes))
    return not_jws(error, "its header is not base64url without padding");
  parts->members = json_loadb(bytes, size, JSON_REJECT_DUPLICATES, NULL);
  if (!json_is_object(parts->members))
    return not_jws(error, "its header is not one JSON object without duplicate names");
  return VATER_OK;
}

static struct vater_str member(const json_t *members, const char *name)
{
  const json_t *value = json_object_get(members, name);
  return json_is_string(value)
             ? (struct vater_str){json_string_value(value), json_string_length(value)}
             : VT_STR_NONE;
}

/* b64 means something only where crit names it (RFC 7797 section 6). */
static int check_critical(struct parts *parts, bool may_be_unencoded, struct vt_error *error)
{
  const json_t *critical = json_object_get(parts->members, "crit");
  const json_t *encoded = json_object_get(parts->members, "b64");
  if (critical == NULL && encoded == NULL)
    return VATER_OK;
  const char *only = json_string_value(json_array_get(critical, 0));
  if (may_be_unencoded && json_array_size(critical) == 1 && only != NULL &&
      strcmp(only, "b64") == 0 && json_is_false(encoded)) {
    parts->unencoded = true;
    return VATER_OK;
  }
  return not_jws(error, "its header has 'crit' or 'b64', which are not known here");
}

static int check_type(const struct parts *parts, const char *wanted, struct vt_error *error)
{
  const json_t *value = json_object_get(parts->members, "typ");
  struct vater_str typ = member(parts->members, "typ");
  static const struct vater_str prefix = {"application/", 12};
  if (value != NULL && typ.ptr == NULL)
    return not_jws(error, "its header's 'typ' is no text");
  if (vt_str_equal_nocase(vt_str_slice(typ, 0, prefix.len), prefix))
    typ = vt_str_slice(typ, prefix.len, typ.len);
  bool fits = wanted != NULL ? vt_str_equal_nocase(typ, vt_str(wanted))
                             : typ.len == 0 || vt_str_equal_nocase(typ, VT_STR("JWT")) ||
                                   vt_str_equal_nocase(typ, VT_STR("JOSE")) ||
                                   vt_str_equal_nocase(typ, VT_STR("JOSE+JSON"));
  if (fits)
    return VATER_OK;
  return vt_fail(error, VATER_E_REFUSED, "AUTH-CLAIMS", "the header's typ is '%.*s'; wanted: %s",
                 typ.len > 60 ? 60 : VT_STR_ARGS(typ),
                 wanted != NULL ? wanted : "JWT, JOSE or none");
}

static int choose_key(const struct vt_jose_guard *guard, const struct parts *parts,
                      struct vt_jose_token *token, struct vt_error *error)
{
  const json_t *id = json_object_get(parts->members, "kid");
  struct vater_str kid = member(parts->members, "kid"), named = member(parts->members, "alg");
  enum vt_algorithm algorithm;
  if (!vt_algorithm_parse(named, &algorithm))
    return vt_fail(error, VATER_E_REFUSED, "AUTH-ALG",
                   "the header's alg is '%.*s'; wanted: that of the registered key",
                   named.len > 40 ? 40 : VT_STR_ARGS(named));
  if ((id != NULL && kid.ptr == NULL) || kid.len > VT_JOSE_ID_LARGEST)
    return vt_fail(error, VATER_E_REFUSED, "AUTH-KID",
                   "the header's kid is no text of at most %d bytes", (int)VT_JOSE_ID_LARGEST);
  const struct vt_key *key = vt_keys_find(guard->keys, kid);
  if (key == NULL)
    return vt_fail(error, VATER_E_REFUSED, "AUTH-KID",
                   "no registered key has the kid '%.*s'; %u are registered", VT_STR_ARGS(kid),
                   vt_keys_count(guard->keys));
  if (key->algorithm != algorithm)
    return vt_fail(error, VATER_E_REFUSED, "AUTH-ALG",
                   "the header's alg is %s; the registered key is for %s", named.ptr,
                   vt_algorithm_name(key->algorithm));
  token->key = key;
  token->algorithm = algorithm;
  return VATER_OK;
}

/* All that is looked at before the signature is. */
static int inspect(const struct vt_jose_guard *guard, struct vater_str text, bool detached,
                   struct vt_arena *arena, struct parts *parts, struct vt_jose_token *token,
                   struct vt_error *error)
{
  if (vt_keys_count(guard->keys) == 0)
    return vt_fail(error, VATER_E_REFUSED, "AUTH-KID", "no key is registered to verify with");
  int status = split(text, parts, error);
  if (status == VATER_OK && detached != (parts->payload.len == 0))
    status = not_jws(error, detached ? "wanted: a detached one, with nothing between the dots"
                                     : "it has nothing between the dots");
  if (status == VATER_OK)
    status = load_header(parts, arena, error);
  if (status == VATER_OK)
    status = check_critical(parts, detached && guard->detached_unencoded, error);
  if (status == VATER_OK)
    status = check_type(parts, guard->typ, error);
  return status == VATER_OK ? choose_key(guard, parts, token, error) : status;
}

static bool is_right(const struct parts *parts, const struct vt_jose_token *token,
                     struct vater_str message, struct vater_str whole, struct vt_arena *arena)
{
  char bytes[VT_SIGNATURE_LARGEST];
  size_t size = vt_base64url_decoded(parts->signature.len);
  if (size > sizeof bytes || !vt_base64url_decode_to(parts->signature, bytes))
    return false;
  if (vt_libjwt_verifies(token->algorithm, parts->members, whole, token->payload))
    return vt_libjwt_verify(token->key, token->algorithm, whole, arena);
  return vt_signature_check(token->key, token->algorithm, message, (struct vater_str){bytes, size});
}

static int conclude(struct parts *parts, struct vt_jose_token *token, int status, bool right,
                    struct vt_error *error)
{
  if (status == VATER_OK && !right)
    status = vt_fail(error, VATER_E_REFUSED, "AUTH-SIGNATURE",
                     "the signature does not match the content and the registered key");
  json_decref(parts->members);
  if (status != VATER_OK)
    *token = (struct vt_jose_token){.key = NULL};
  return status;
}

static int over_limit(size_t size, size_t limit, struct vt_error *error)
{
  return vt_fail(error, VATER_E_LIMIT, "AUTH-SIGNATURE",
                 "the signed text has %zu bytes; the limit is %zu", size, limit);
}

int vt_jose_verify(const struct vt_jose_guard *guard, struct vater_str text, size_t limit,
                   struct vt_arena *arena, struct vt_jose_token *token, struct vt_error *error)
{
  struct parts parts = {.members = NULL};
  size_t most = limit > 0 ? limit : (size_t)VT_LIMIT_TOKEN_BYTES;
  bool right = false;
  *token = (struct vt_jose_token){.key = NULL};
  if (text.len > most)
    return over_limit(text.len, most, error);
  int status = inspect(guard, text, false, arena, &parts, token, error);
  if (status == VATER_OK) {
    size_t size = vt_base64url_decoded(parts.payload.len);
    char *bytes = vt_arena_bytes(arena, size + 1);
    token->payload = (struct vater_str){bytes, size};
    if (bytes == NULL)
      status = vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a signed text");
    else if (!vt_base64url_decode_to(parts.payload, bytes))
      status = not_jws(error, "its content is not base64url without padding");
    else
      right =
          is_right(&parts, token, vt_str_slice(text, 0, parts.header.len + 1 + parts.payload.len),
                   text, arena);
  }
  return conclude(&parts, token, status, right, error);
}

/* header "." payload as it was signed, and for libjwt the whole with its signature behind. */
static int join(const struct parts *parts, struct vater_str payload, struct vt_arena *arena,
                struct vater_str *message, struct vater_str *whole, struct vt_error *error)
{
  struct vt_buffer text;
  struct vt_allocator real = vt_allocator_real();
  size_t most = parts->text.len + 2 + payload.len / 3 * 4 + 8;
  vt_buffer_init(&text, &real, most);
  vt_buffer_append(&text, parts->header);
  vt_buffer_char(&text, '.');
  if (parts->unencoded)
    vt_buffer_append(&text, payload);
  else
    vt_base64url_encode(&text, payload);
  size_t signed_bytes = text.len;
  vt_buffer_char(&text, '.');
  vt_buffer_append(&text, parts->signature);
  *whole = text.failed ? VT_STR_NONE : vt_arena_copy(arena, vt_buffer_str(&text));
  vt_buffer_fini(&text);
  *message = vt_str_slice(*whole, 0, signed_bytes);
  return whole->ptr != NULL
             ? VATER_OK
             : vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a signed text");
}

int vt_jose_verify_detached(const struct vt_jose_guard *guard, struct vater_str text,
                            struct vater_str payload, struct vt_arena *arena,
                            struct vt_jose_token *token, struct vt_error *error)
{
  struct parts parts = {.members = NULL};
  struct vater_str message, whole;
  bool right = false;
  *token = (struct vt_jose_token){.key = NULL};
  if (text.len > VT_LIMIT_TOKEN_BYTES)
    return over_limit(text.len, (size_t)VT_LIMIT_TOKEN_BYTES, error);
  int status = inspect(guard, text, true, arena, &parts, token, error);
  if (status == VATER_OK) {
    token->payload = payload;
    status = join(&parts, payload, arena, &message, &whole, error);
  }
  if (status == VATER_OK)
    right = is_right(&parts, token, message, parts.unencoded ? VT_STR_NONE : whole, arena);
  return conclude(&parts, token, status, right, error);
}

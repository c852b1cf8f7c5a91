#include "base/limits.h"
#include "jose/internal.h"

struct vt_keys {
  struct vt_allocator allocator;
  struct vt_key **items;
  uint32_t count;
};

void vt_keys_free(struct vt_keys *keys)
{
  if (keys == NULL)
    return;
  struct vt_allocator allocator = keys->allocator;
  for (uint32_t i = 0; i < keys->count; i++)
    vt_key_free(keys->items[i]);
  vt_free(&allocator, keys->items);
  vt_free(&allocator, keys);
}

uint32_t vt_keys_count(const struct vt_keys *keys)
{
  return keys != NULL ? keys->count : 0;
}

const struct vt_key *vt_keys_find(const struct vt_keys *keys, struct vater_str kid)
{
  if (vt_keys_count(keys) == 1 && (kid.len == 0 || keys->items[0]->id[0] == '\0'))
    return keys->items[0];
  for (uint32_t i = 0; i < vt_keys_count(keys); i++)
    if (kid.len > 0 && vt_str_is(kid, keys->items[i]->id))
      return keys->items[i];
  return NULL;
}

/* Takes the key: kept, or freed where the pinned algorithm is not for it. */
static int keep(struct vt_keys *keys, struct vt_key *key, enum vt_algorithm pinned,
                struct vt_error *error)
{
  bool fits = pinned == VT_ALGORITHM_NONE ? key->algorithm != VT_ALGORITHM_NONE
                                          : vt_key_check(key, pinned, NULL) == VATER_OK;
  struct vater_str id = vt_key_id(key);
  if (!fits) {
    vt_key_free(key);
    return VATER_OK;
  }
  if (id.len > 0 && vt_keys_find(keys, id) != NULL) {
    vt_fail(error, VATER_E_CONFIG, "AUTH-JWKS", "two keys have the kid '%.*s'", VT_STR_ARGS(id));
    vt_key_free(key);
    return VATER_E_CONFIG;
  }
  if (pinned != VT_ALGORITHM_NONE)
    key->algorithm = pinned;
  keys->items[keys->count++] = key;
  return VATER_OK;
}

static int read_set(const struct vt_key_reading *reading, const json_t *list,
                    enum vt_algorithm pinned, struct vt_keys *keys)
{
  int status = VATER_OK;
  size_t count = json_array_size(list);
  if (count > VT_LIMIT_KEYS)
    return vt_fail(reading->error, VATER_E_LIMIT, "AUTH-JWKS",
                   "the key set has %zu keys; the limit KEYS is %llu", count,
                   (unsigned long long)VT_LIMIT_KEYS);
  for (size_t i = 0; i < count && status == VATER_OK; i++) {
    struct vt_key *key;
    status = vt_key_from_jwk(reading, json_array_get(list, i), &key);
    if (status == VATER_OK)
      status = keep(keys, key, pinned, reading->error);
    else if (status == VATER_DONE)
      status = VATER_OK;
  }
  return status;
}

static int read_text(const struct vt_key_reading *reading, struct vater_str text,
                     enum vt_algorithm pinned, struct vt_keys *keys)
{
  struct vt_key *key;
  json_t *set = text.len > 0 && text.ptr[0] == '{' ? vt_jwk_load(text) : NULL;
  const json_t *list = json_object_get(set, "keys");
  int status;
  if (list != NULL) {
    status = json_is_array(list) ? read_set(reading, list, pinned, keys)
                                 : vt_fail(reading->error, VATER_E_CONFIG, "AUTH-JWKS",
                                           "the key set's member 'keys' is no list");
  } else {
    status = vt_key_parse_public(reading->allocator, text, &key, reading->error);
    if (status == VATER_OK)
      status = keep(keys, key, pinned, reading->error);
  }
  vt_jwk_unload(set);
  return status;
}

int vt_keys_parse(const struct vt_allocator *allocator, struct vater_str text,
                  enum vt_algorithm pinned, struct vt_keys **keys, struct vt_error *error)
{
  struct vt_key_reading reading = {allocator, "AUTH-JWKS", false, error};
  *keys = NULL;
  if (text.len > VT_LIMIT_KEYS_BYTES)
    return vt_fail(error, VATER_E_LIMIT, "AUTH-JWKS",
                   "the key set has %zu bytes; the limit KEYS_BYTES is %llu", text.len,
                   (unsigned long long)VT_LIMIT_KEYS_BYTES);
  struct vt_keys *made = vt_alloc(allocator, sizeof *made);
  struct vt_key **items = vt_alloc(allocator, VT_LIMIT_KEYS * sizeof(struct vt_key *));
  if (made == NULL || items == NULL) {
    vt_free(allocator, made);
    vt_free(allocator, items);
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for keys");
  }
  *made = (struct vt_keys){*allocator, items, 0};
  int status = read_text(&reading, vt_str_trim(text), pinned, made);
  if (status == VATER_OK && made->count == 0)
    status = vt_fail(error, VATER_E_CONFIG, "AUTH-JWKS",
                     "the key set holds no key that can be used; wanted: RSA, EC or Ed25519, use "
                     "sig, and an alg that is said by the key or pinned for the set");
  if (status == VATER_OK)
    *keys = made;
  else
    vt_keys_free(made);
  return status;
}

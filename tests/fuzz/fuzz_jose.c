/* Any bytes as a token, a detached signature, a key set, a private key and claims: refused or
 * whole, and nothing that the set's keys did not sign is ever believed. */
#include "jose/jws.h"
#include "unit/jose/vectors.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void verify(struct vt_arena *arena, struct vater_str text)
{
  static struct vt_keys *keys;
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_jose_token token;
  if (keys == NULL && vt_keys_parse(&allocator, VT_STR(RFC7515_A3_PUBLIC), VT_ALGORITHM_NONE, &keys,
                                    NULL) != VATER_OK)
    abort();
  struct vt_jose_guard guard = {.keys = keys, .detached_unencoded = true};
  if (vt_jose_verify(&guard, text, 0, arena, &token, NULL) == VATER_OK &&
      !vt_str_is(text, RFC7515_A3_TOKEN))
    abort();
  vt_jose_verify_detached(&guard, text, text, arena, &token, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  const struct vt_allocator allocator = vt_allocator_real();
  const struct vater_str text = {(const char *)bytes, size};
  struct vt_arena *arena = vt_arena_new(&allocator, (size_t)16 << 20);
  struct vt_keys *keys;
  struct vt_key *key;
  struct vt_jose_claims wanted = {.issuer = VT_STR("joe"), .now_ms = 1};
  if (arena == NULL)
    return 0;
  verify(arena, text);
  if (vt_keys_parse(&allocator, text, VT_ALGORITHM_NONE, &keys, NULL) == VATER_OK) {
    if (vt_keys_count(keys) == 0)
      abort();
    vt_keys_free(keys);
  }
  if (vt_key_parse_private(&allocator, text, &key, NULL) == VATER_OK) {
    if (!vt_key_is_private(key) || vt_key_thumbprint(key).len != 43)
      abort();
    vt_key_free(key);
  }
  vt_jose_check_claims(text, &wanted, NULL);
  vt_arena_free(arena);
  return 0;
}

#include "base/limits.h"
#include "base/map.h"
#include "plugin/http.h"

enum { NONCE_BYTES = 256 };

struct vt_nonces {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_map servers; /* name → char[NONCE_BYTES + 1] */
};

int vt_nonces_new(const struct vt_environment *environment, struct vt_nonces **nonces)
{
  uint64_t seed = 0;
  *nonces = NULL;
  struct vt_nonces *made = vt_alloc(&environment->allocator, sizeof *made);
  struct vt_arena *arena = vt_arena_new(&environment->allocator, 0);
  if (made == NULL || arena == NULL) {
    vt_free(&environment->allocator, made);
    vt_arena_free(arena);
    return VATER_E_NOMEM;
  }
  environment->random.fill(environment->random.context, &seed, sizeof seed);
  *made = (struct vt_nonces){.allocator = environment->allocator, .arena = arena};
  vt_map_init(&made->servers, &environment->allocator, (uint32_t)VT_LIMIT_NONCES, seed);
  *nonces = made;
  return VATER_OK;
}

void vt_nonces_free(struct vt_nonces *nonces)
{
  if (nonces == NULL)
    return;
  struct vt_allocator allocator = nonces->allocator;
  vt_map_fini(&nonces->servers);
  vt_arena_free(nonces->arena);
  vt_free(&allocator, nonces);
}

/* NQCHAR: %x21 / %x23-5B / %x5D-7E */
static bool is_nonce(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] < 0x21 || text.ptr[i] > 0x7e || text.ptr[i] == '"' || text.ptr[i] == '\\')
      return false;
  return text.len > 0 && text.len <= NONCE_BYTES;
}

int vt_nonces_set(struct vt_nonces *nonces, struct vater_str server, struct vater_str nonce,
                  struct vt_error *error)
{
  bool added = false;
  if (!is_nonce(nonce))
    return vt_fail(
        error, VATER_E_REFUSED, "AUTH-NONCE",
        "the server's DPoP-Nonce is not 1 to %d characters of those that RFC 9449 allows",
        (int)NONCE_BYTES);
  uint64_t *place = vt_map_get(&nonces->servers, server);
  if (place == NULL) {
    struct vater_str kept = vt_arena_copy(nonces->arena, server);
    char *room = vt_arena_alloc(nonces->arena, NONCE_BYTES + 1);
    place = kept.ptr != NULL && room != NULL ? vt_map_put(&nonces->servers, kept, &added) : NULL;
    if (place == NULL)
      return VATER_OK;
    *place = (uint64_t)(uintptr_t)room;
  }
  vt_text_copy((char *)(uintptr_t)*place, NONCE_BYTES + 1, nonce);
  return VATER_OK;
}

bool vt_nonces_get(const struct vt_nonces *nonces, struct vater_str server, struct vater_str *nonce)
{
  const uint64_t *place = nonces != NULL ? vt_map_get(&nonces->servers, server) : NULL;
  *nonce = place != NULL ? vt_str((const char *)(uintptr_t)*place) : VT_STR_NONE;
  return place != NULL;
}

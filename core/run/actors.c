#include "run/actors.h"

#include "base/file.h"
#include "base/limits.h"
#include "base/map.h"
#include "jose/key.h"
#include "run/json_read.h"

#include <stdio.h>

struct loading {
  const struct vt_environment *environment;
  struct vt_arena *arena;
  struct vt_actors *actors;
  struct vt_diagnostics *diagnostics;
};

bool vt_orgnr_valid(struct vater_str orgnr)
{
  static const unsigned char weights[] = {3, 2, 7, 6, 5, 4, 3, 2, 1};
  unsigned sum = 0;
  if (orgnr.len != 9)
    return false;
  for (size_t i = 0; i < 9; i++) {
    unsigned digit = (unsigned)(orgnr.ptr[i] - '0');
    if (digit > 9)
      return false;
    sum += digit * weights[i];
  }
  return sum % 11 == 0;
}

const struct vt_actor *vt_actors_find(const struct vt_actors *actors, struct vater_str orgnr)
{
  for (uint32_t i = 0; i < actors->count; i++)
    if (vt_str_equal(actors->items[i].orgnr, orgnr))
      return &actors->items[i];
  return NULL;
}

void vt_actors_fini(struct vt_actors *actors)
{
  vt_document_fini(&actors->document);
  *actors = (struct vt_actors){0};
}

static void read_day(struct loading *loading, const json_t *object, const char *name,
                     const char *pointer, int64_t *day)
{
  struct vater_str text = vt_json_text(object, name);
  int64_t read;
  if (text.ptr == NULL)
    return;
  if (vt_date_parse(text, &read)) {
    *day = read;
    return;
  }
  char at[128];
  snprintf(at, sizeof at, "%s/%s", pointer, name);
  vt_document_complain(&loading->actors->document, loading->environment, loading->diagnostics, at,
                       "'%.*s' is not a day of the calendar", VT_STR_ARGS(text));
}

static void check_span(struct loading *loading, int64_t from, int64_t to, const char *pointer)
{
  if (from > to)
    vt_document_complain(&loading->actors->document, loading->environment, loading->diagnostics,
                         pointer, "validTo is before validFrom");
}

static struct vater_str read_plugin(json_t *endpoint, const char *role, json_t **settings)
{
  json_t *object = json_object_get(endpoint, role);
  *settings = NULL;
  struct vater_str name = vt_json_text(object, "plugin");
  if (object != NULL)
    *settings = object;
  return name;
}

static bool in_list(const json_t *list, const char *word)
{
  size_t index;
  json_t *item;
  json_array_foreach(list, index, item)
  {
    if (json_is_string(item) && strcmp(json_string_value(item), word) == 0)
      return true;
  }
  return false;
}

static enum vt_period_kind read_frequency(const json_t *object)
{
  struct vater_str name = vt_json_text(object, "frequency");
  if (vt_str_is(name, "year"))
    return VT_PERIOD_YEAR;
  if (vt_str_is(name, "tertial"))
    return VT_PERIOD_TERTIAL;
  return vt_str_is(name, "month") ? VT_PERIOD_MONTH : VT_PERIOD_QUARTER;
}

static void read_endpoint(json_t *object, struct vt_endpoint *endpoint)
{
  const json_t *allow = json_object_get(object, "allow");
  endpoint->id = vt_json_text(object, "id");
  endpoint->source = read_plugin(object, "source", &endpoint->source_settings);
  endpoint->url = vt_json_text(endpoint->source_settings, "url");
  endpoint->format = read_plugin(object, "format", &endpoint->format_settings);
  endpoint->auth = read_plugin(object, "auth", &endpoint->auth_settings);
  endpoint->frequency = read_frequency(object);
  endpoint->goal = (unsigned)vt_json_integer(object, "goal", 0);
  endpoint->max_bytes = (uint64_t)vt_json_integer(object, "maxBytes", 0);
  endpoint->allow_loopback = in_list(allow, "loopback");
  endpoint->allow_private = in_list(allow, "private");
  endpoint->allow_plain_http = in_list(allow, "plain-http");
  endpoint->enabled = vt_json_truth(object, "enabled", true);
}

static void complain_of_signature(struct loading *loading, const struct vt_endpoint *endpoint,
                                  const char *text)
{
  char at[128];
  snprintf(at, sizeof at, "%s/signature", endpoint->pointer);
  vt_document_complain(&loading->actors->document, loading->environment, loading->diagnostics, at,
                       "%s", text);
}

/* Relative to the registry's folder, like secrets. */
static int load_key_file(struct loading *loading, const char *name, struct vater_str *keys,
                         struct vt_error *error)
{
  char path[1024];
  const char *registry = loading->actors->document.path.ptr;
  const char *slash = name[0] == '/' ? NULL : strrchr(registry, '/');
  int folder = slash != NULL ? (int)(slash - registry) + 1 : 0;
  struct vater_str text;
  if (snprintf(path, sizeof path, "%.*s%s", folder, registry, name) >= (int)sizeof path)
    return vt_fail(error, VATER_E_LIMIT, NULL, "the path '%s' is too long", name);
  int status =
      vt_file_load(&loading->environment->allocator, path, VT_LIMIT_KEYS_BYTES, &text, error);
  if (status != VATER_OK)
    return status;
  *keys = vt_arena_copy(loading->arena, text);
  vt_free(&loading->environment->allocator, (void *)(uintptr_t)text.ptr);
  return keys->ptr != NULL ? VATER_OK : VATER_E_NOMEM;
}

static int print_keys(struct loading *loading, const json_t *object, struct vater_str *keys)
{
  char *text = json_dumps(object, JSON_COMPACT);
  if (text == NULL)
    return VATER_E_NOMEM;
  *keys = vt_arena_copy(loading->arena, vt_str(text));
  free(text);
  return keys->ptr != NULL ? VATER_OK : VATER_E_NOMEM;
}

/* Read once here, so that a wrong key is told before anybody is asked. */
static int check_keys(const struct loading *loading, const struct vt_signature_setting *setting,
                      struct vt_error *error)
{
  enum vt_algorithm pinned = VT_ALGORITHM_NONE;
  struct vt_keys *keys = NULL;
  vt_algorithm_parse(setting->algorithm, &pinned);
  int status = vt_keys_parse(&loading->environment->allocator, setting->keys, pinned, &keys, error);
  vt_keys_free(keys);
  return status;
}

static void read_signature(struct loading *loading, const json_t *endpoint_object,
                           struct vt_endpoint *endpoint)
{
  const json_t *object = json_object_get(endpoint_object, "signature");
  const json_t *keys = json_object_get(object, "keys");
  struct vt_signature_setting *setting = &endpoint->signature;
  struct vt_error error = {0};
  if (object == NULL)
    return;
  bool detached = vt_str_is(vt_json_text(object, "form"), "detached");
  struct vater_str header = vt_json_text(object, "header");
  *setting =
      (struct vt_signature_setting){.form = detached ? VT_SIGNATURE_DETACHED : VT_SIGNATURE_COMPACT,
                                    .required = vt_json_truth(object, "required", true),
                                    .key_url = vt_json_text(object, "jwks"),
                                    .algorithm = vt_json_text(object, "algorithm"),
                                    .issuer = vt_json_text(object, "issuer"),
                                    .audience = vt_json_text(object, "audience")};
  if (detached)
    setting->header = header.len > 0 ? header : VT_STR("x-jws-signature");
  if ((keys != NULL) == (setting->key_url.len > 0)) {
    complain_of_signature(loading, endpoint, "wanted: either 'keys' or 'jwks'");
    return;
  }
  if (keys == NULL)
    return;
  const char *file = json_string_value(json_object_get(keys, "file"));
  setting->key_file = vt_json_text(keys, "file");
  int status = file != NULL ? load_key_file(loading, file, &setting->keys, &error)
                            : print_keys(loading, keys, &setting->keys);
  if (status == VATER_OK)
    status = check_keys(loading, setting, &error);
  if (status != VATER_OK)
    complain_of_signature(loading, endpoint, error.text);
}

static int read_endpoints(struct loading *loading, json_t *list, struct vt_actor *actor,
                          const char *pointer)
{
  size_t count = json_array_size(list);
  actor->endpoints = vt_arena_array(loading->arena, count, sizeof *actor->endpoints);
  if (actor->endpoints == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    struct vt_endpoint *endpoint = &actor->endpoints[i];
    snprintf(endpoint->pointer, sizeof endpoint->pointer, "%s/endpoints/%zu", pointer, i);
    read_endpoint(json_array_get(list, i), endpoint);
    read_signature(loading, json_array_get(list, i), endpoint);
    for (size_t j = 0; j < i; j++)
      if (vt_str_equal(actor->endpoints[j].id, endpoint->id))
        vt_document_complain(&loading->actors->document, loading->environment, loading->diagnostics,
                             endpoint->pointer,
                             "the endpoint id '%.*s' stands twice for this actor",
                             VT_STR_ARGS(endpoint->id));
  }
  actor->endpoint_count = (uint32_t)count;
  return VATER_OK;
}

static int read_obligations(struct loading *loading, json_t *list, struct vt_actor *actor)
{
  size_t count = json_array_size(list);
  actor->obligations = vt_arena_array(loading->arena, count, sizeof *actor->obligations);
  if (actor->obligations == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < count; i++) {
    const json_t *object = json_array_get(list, i);
    actor->obligations[i] =
        (struct vt_obligation){vt_json_text(object, "indicator"), vt_json_text(object, "from"),
                               vt_json_text(object, "to")};
  }
  actor->obligation_count = (uint32_t)count;
  return VATER_OK;
}

static void read_delegation(struct loading *loading, json_t *object,
                            struct vt_delegation *delegation, const char *pointer)
{
  *delegation = (struct vt_delegation){
      .actor = vt_json_text(object, "actor"), .valid_from = INT64_MIN, .valid_to = INT64_MAX};
  read_day(loading, object, "validFrom", pointer, &delegation->valid_from);
  read_day(loading, object, "validTo", pointer, &delegation->valid_to);
  check_span(loading, delegation->valid_from, delegation->valid_to, pointer);
}

static int read_delegations(struct loading *loading, json_t *list, struct vt_actor *actor,
                            const char *pointer)
{
  size_t count = json_array_size(list);
  actor->delegations = vt_arena_array(loading->arena, count, sizeof *actor->delegations);
  if (actor->delegations == NULL)
    return VATER_E_NOMEM;
  actor->delegation_count = (uint32_t)count;
  for (size_t i = 0; i < count; i++) {
    char at[128];
    snprintf(at, sizeof at, "%s/delegations/%zu", pointer, i);
    read_delegation(loading, json_array_get(list, i), &actor->delegations[i], at);
  }
  return VATER_OK;
}

static int read_actor(struct loading *loading, json_t *object, struct vt_actor *actor,
                      const char *pointer)
{
  actor->orgnr = vt_json_text(object, "orgnr");
  actor->name = vt_json_text(object, "name");
  actor->type = vt_json_text(object, "type");
  actor->level = vt_json_text(object, "level");
  actor->parent = vt_json_text(object, "parent");
  actor->contact = vt_json_text(object, "contact");
  actor->environment = vt_json_text(object, "environment");
  actor->language = VT_LANGUAGE_NB;
  vt_language_parse(vt_json_text(object, "language"), &actor->language);
  actor->valid_from = INT64_MIN;
  actor->valid_to = INT64_MAX;
  read_day(loading, object, "validFrom", pointer, &actor->valid_from);
  read_day(loading, object, "validTo", pointer, &actor->valid_to);
  check_span(loading, actor->valid_from, actor->valid_to, pointer);
  int status = read_endpoints(loading, json_object_get(object, "endpoints"), actor, pointer);
  if (status == VATER_OK)
    status = read_obligations(loading, json_object_get(object, "obligations"), actor);
  if (status == VATER_OK)
    status = read_delegations(loading, json_object_get(object, "delegations"), actor, pointer);
  return status;
}

static void check_orgnr(struct loading *loading, const struct vt_actor *actor, const char *pointer,
                        struct vt_map *seen, uint64_t index)
{
  char at[128];
  snprintf(at, sizeof at, "%s/orgnr", pointer);
  if (actor->orgnr.len != 9)
    return;
  if (!vt_orgnr_valid(actor->orgnr) && !vt_str_is(actor->environment, "test"))
    vt_document_complain(&loading->actors->document, loading->environment, loading->diagnostics, at,
                         "the control digit of organisation number '%.*s' is wrong",
                         VT_STR_ARGS(actor->orgnr));
  bool added;
  uint64_t *first = vt_map_put(seen, actor->orgnr, &added);
  if (first != NULL && !added)
    vt_document_complain(&loading->actors->document, loading->environment, loading->diagnostics, at,
                         "actor '%.*s' stands twice; it is also /actors/%llu",
                         VT_STR_ARGS(actor->orgnr), (unsigned long long)*first);
  else if (first != NULL)
    *first = index;
}

static void check_known(struct loading *loading, const struct vt_map *seen, struct vater_str orgnr,
                        const char *what, const char *pointer)
{
  if (orgnr.len > 0 && vt_map_get(seen, orgnr) == NULL)
    vt_document_complain(&loading->actors->document, loading->environment, loading->diagnostics,
                         pointer, "%s '%.*s' is not in the registry", what, VT_STR_ARGS(orgnr));
}

static void check_references(struct loading *loading, const struct vt_map *seen)
{
  for (uint32_t i = 0; i < loading->actors->count; i++) {
    const struct vt_actor *actor = &loading->actors->items[i];
    char at[128];
    snprintf(at, sizeof at, "/actors/%u/parent", i);
    check_known(loading, seen, actor->parent, "the parent", at);
    for (uint32_t j = 0; j < actor->delegation_count; j++) {
      snprintf(at, sizeof at, "/actors/%u/delegations/%u/actor", i, j);
      check_known(loading, seen, actor->delegations[j].actor, "the actor", at);
    }
  }
}

static int read_all(struct loading *loading, json_t *list, struct vt_map *seen)
{
  struct vt_actors *actors = loading->actors;
  size_t count = json_array_size(list);
  if (count == 0 && json_is_array(list))
    vt_document_complain(&actors->document, loading->environment, loading->diagnostics, "/actors",
                         "the list of actors is empty: nobody would be asked");
  if (count > VT_LIMIT_ACTORS)
    return VATER_E_LIMIT;
  actors->items = vt_arena_array(loading->arena, count, sizeof *actors->items);
  if (actors->items == NULL)
    return VATER_E_NOMEM;
  actors->count = (uint32_t)count;
  for (size_t i = 0; i < count; i++) {
    char pointer[48];
    snprintf(pointer, sizeof pointer, "/actors/%zu", i);
    int status = read_actor(loading, json_array_get(list, i), &actors->items[i], pointer);
    if (status != VATER_OK)
      return status;
    check_orgnr(loading, &actors->items[i], pointer, seen, i);
  }
  check_references(loading, seen);
  return VATER_OK;
}

int vt_actors_load(const struct vt_environment *environment, const char *path,
                   const char *rules_directory, struct vt_arena *arena, struct vt_actors *actors,
                   struct vt_diagnostics *diagnostics)
{
  *actors = (struct vt_actors){0};
  struct loading loading = {environment, arena, actors, diagnostics};
  uint32_t before = diagnostics->errors;
  int status = vt_document_load(environment, path, rules_directory, "actors.schema.json", arena,
                                &actors->document, diagnostics);
  if (actors->document.root == NULL)
    return status;
  struct vt_map seen;
  vt_map_init(&seen, &environment->allocator, (uint32_t)VT_LIMIT_ACTORS, 0);
  int read = read_all(&loading, json_object_get(actors->document.root, "actors"), &seen);
  vt_map_fini(&seen);
  if (status == VATER_OK)
    status = read;
  if (status == VATER_OK && diagnostics->errors > before)
    status = VATER_E_CONFIG;
  return status;
}

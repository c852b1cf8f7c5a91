#include "run/job.h"

#include <jansson.h>
#include <stdio.h>

/* The registry's folder, where relative paths of its settings start. */
static void find_base(const struct vt_running *running, char *base, size_t size)
{
  const char *path = running->actors.document.path.ptr;
  const char *slash = strrchr(path, '/');
  snprintf(base, size, "%.*s", slash != NULL ? (int)(slash - path) : 1, slash != NULL ? path : ".");
}

int vt_run_settings(struct vt_running *running, const struct vater_setting *settings,
                    const struct vt_endpoint *endpoint, const char *role, struct vater_str plugin,
                    const json_t *object, vater_config **config)
{
  char owner[96];
  char pointer[128];
  char base[1024];
  snprintf(owner, sizeof owner, "plugin '%.*s'", VT_STR_ARGS(plugin));
  snprintf(pointer, sizeof pointer, "%s/%s", endpoint->pointer, role);
  find_base(running, base, sizeof base);
  struct vt_config_origin origin = {.owner = owner,
                                    .source = running->actors.document.path.ptr,
                                    .document = running->actors.document.text,
                                    .pointer = pointer,
                                    .base = base,
                                    .credentials = running->options->credentials,
                                    .load_secrets = true};
  json_t *own = object != NULL ? json_copy((json_t *)(uintptr_t)object) : json_object();
  if (own == NULL)
    return VATER_E_NOMEM;
  json_object_del(own, "plugin");
  if (strcmp(role, "source") == 0)
    json_object_del(own, "url");
  int status =
      vt_config_parse(settings, own, &origin, running->arena, running->diagnostics, config);
  json_decref(own);
  return status;
}

/* The format plugin lives in the worker; its settings go there as text. */
int vt_run_format_settings(struct vt_running *running, struct vt_job *job)
{
  if (job->endpoint->format_settings == NULL)
    return VATER_E_CONFIG;
  json_t *own = json_copy(job->endpoint->format_settings);
  if (own == NULL)
    return VATER_E_NOMEM;
  json_object_del(own, "plugin");
  int status = vt_mapping_documents(&running->mappings, job->endpoint->format, own, &job->documents,
                                    &job->document_count);
  char *text = json_dumps(own, JSON_COMPACT | JSON_SORT_KEYS);
  json_decref(own);
  if (text == NULL)
    return VATER_E_NOMEM;
  job->format_settings = vt_arena_copy(running->arena, vt_str(text));
  free(text);
  return job->format_settings.ptr != NULL ? status : VATER_E_NOMEM;
}

static const struct vt_zygote_plugin *known_plugin(const struct vt_running *running,
                                                   struct vater_str name)
{
  const struct vt_zygote_info *info = vt_zygote_info(running->zygote);
  for (uint32_t i = 0; i < info->plugin_count; i++)
    if (vt_str_equal(info->plugins[i].name, name))
      return &info->plugins[i];
  return NULL;
}

static bool offers(const struct vt_zygote_plugin *plugin, const char *role)
{
  if (strcmp(role, "source") == 0)
    return plugin->source;
  return strcmp(role, "auth") == 0 ? plugin->auth : plugin->format;
}

/* "an auth plugin": the first that it is of what an endpoint names, else what rules use. */
static const char *kind_of(const struct vt_zygote_plugin *plugin)
{
  if (plugin->source)
    return "a source plugin";
  if (plugin->auth)
    return "an auth plugin";
  return plugin->format ? "a format plugin" : "a plugin of checks and functions for rules";
}

static void complain_of_plugin(struct vt_running *running, const struct vt_endpoint *endpoint,
                               const char *role, struct vater_str name)
{
  if (name.len == 0)
    return;
  const struct vt_zygote_info *info = vt_zygote_info(running->zygote);
  const struct vt_zygote_plugin *other = known_plugin(running, name);
  struct vater_str names[64];
  uint32_t count = 0;
  for (uint32_t i = 0; i < info->plugin_count && count < 64; i++)
    if (offers(&info->plugins[i], role))
      names[count++] = info->plugins[i].name;
  struct vater_str near = vt_str_nearest(name, names, count);
  char pointer[128];
  snprintf(pointer, sizeof pointer, "%s/%s/plugin", endpoint->pointer, role);
  if (other != NULL)
    vt_document_complain(&running->actors.document, running->environment, running->diagnostics,
                         pointer, "'%.*s' is %s; wanted: %s %s plugin, see 'vater plugin list'",
                         VT_STR_ARGS(name), kind_of(other), role[0] == 'a' ? "an" : "a", role);
  else if (near.len > 0)
    vt_document_complain(&running->actors.document, running->environment, running->diagnostics,
                         pointer, "there is no %s plugin '%.*s'; did you mean '%.*s'?", role,
                         VT_STR_ARGS(name), VT_STR_ARGS(near));
  else
    vt_document_complain(&running->actors.document, running->environment, running->diagnostics,
                         pointer, "there is no %s plugin '%.*s'; see 'vater plugin list'", role,
                         VT_STR_ARGS(name));
}

/* Main loads a source or auth plugin only now, after the zygote survived it. */
static const struct vt_plugin *main_plugin(struct vt_running *running,
                                           const struct vt_endpoint *endpoint, const char *role,
                                           struct vater_str name)
{
  const struct vt_plugin *plugin = vt_registry_find(&running->registry, name);
  if (plugin != NULL)
    return plugin;
  const struct vt_zygote_plugin *known = known_plugin(running, name);
  if (known == NULL || !offers(known, role)) {
    complain_of_plugin(running, endpoint, role, name);
    return NULL;
  }
  struct vt_error error = {0};
  if (vt_registry_load(&running->registry, known->path.ptr, NULL, &plugin, &error) == VATER_OK)
    return plugin;
  vt_diagnostics_add(running->diagnostics, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 0);
  return NULL;
}

/* A fault of a key keeps its code: what to do about it differs from that of a setting. */
static void complain_of_auth(struct vt_running *running, const struct vt_endpoint *endpoint,
                             const struct vt_error *error)
{
  char pointer[128];
  struct vt_error told = *error;
  snprintf(pointer, sizeof pointer, "%s/auth", endpoint->pointer);
  if (strcmp(error->code, "OPS-KEY") != 0)
    vt_text_copy(told.code, sizeof told.code, VT_STR("OPS-CONFIG"));
  vt_document_add(&running->actors.document, running->environment, running->diagnostics,
                  VATER_SEVERITY_ERROR, pointer, &told);
}

/* The one that is used for it: conversations that bring the same are had once. */
static struct vt_authorization *used(struct vt_authorization *authorization)
{
  return authorization->same_as != NULL ? authorization->same_as : authorization;
}

static int make_key(struct vt_running *running, const struct vt_endpoint *endpoint,
                    struct vater_str *key)
{
  char *text = json_dumps(endpoint->auth_settings, JSON_COMPACT | JSON_SORT_KEYS);
  if (text == NULL)
    return VATER_E_NOMEM;
  *key = vt_arena_format(running->arena, "%u %s", vt_endpoint_allowance(endpoint), text);
  free(text);
  return key->ptr != NULL ? VATER_OK : VATER_E_NOMEM;
}

static void find_same(struct vt_running *running, struct vt_authorization *fresh)
{
  for (uint32_t i = 0; i < running->authorization_count && fresh->identity.len > 0; i++) {
    struct vt_authorization *other = &running->authorizations[i];
    if (other == fresh || other->same_as != NULL || other->allow != fresh->allow ||
        other->instance.plugin != fresh->instance.plugin ||
        !vt_str_equal(other->identity, fresh->identity))
      continue;
    fresh->same_as = other;
    vt_instance_close(&fresh->instance);
    vt_config_free(fresh->config);
    fresh->config = NULL;
    return;
  }
}

static int open_authorization(struct vt_running *running, const struct vt_endpoint *endpoint,
                              const struct vt_plugin *plugin, struct vt_authorization *fresh)
{
  struct vt_error error = {0};
  if (vt_session_new(running->environment, &fresh->session) != VATER_OK)
    return VATER_E_NOMEM;
  vt_session_share_nonces(fresh->session, running->nonces);
  int status = vt_instance_open(&running->call, plugin, VT_CAPABILITY_AUTH, fresh->config,
                                &fresh->instance, &error);
  if (status == VATER_OK)
    status = vt_auth_identity(&running->call, &fresh->instance, running->arena, &fresh->identity,
                              &error);
  if (status == VATER_OK)
    find_same(running, fresh);
  else
    complain_of_auth(running, endpoint, &error);
  return status;
}

int vt_run_authorization(struct vt_running *running, const struct vt_endpoint *endpoint,
                         struct vt_authorization **authorization)
{
  struct vater_str key;
  *authorization = NULL;
  if (make_key(running, endpoint, &key) != VATER_OK)
    return VATER_E_NOMEM;
  for (uint32_t i = 0; i < running->authorization_count; i++)
    if (vt_str_equal(running->authorizations[i].key, key)) {
      *authorization = used(&running->authorizations[i]);
      return VATER_OK;
    }
  const struct vt_plugin *plugin = main_plugin(running, endpoint, "auth", endpoint->auth);
  if (plugin == NULL)
    return VATER_E_CONFIG;
  struct vt_authorization *fresh = &running->authorizations[running->authorization_count];
  *fresh = (struct vt_authorization){.key = key, .allow = vt_endpoint_allowance(endpoint)};
  int status = vt_run_settings(running, plugin->info.settings, endpoint, "auth", endpoint->auth,
                               endpoint->auth_settings, &fresh->config);
  if (status != VATER_OK)
    return status;
  running->authorization_count++;
  status = open_authorization(running, endpoint, plugin, fresh);
  *authorization = used(fresh);
  return status;
}

void vt_authorization_fini(struct vt_authorization *authorization)
{
  vt_instance_close(&authorization->instance);
  vt_session_free(authorization->session);
  vt_config_free(authorization->config);
  vt_arena_free(authorization->arena);
  *authorization = (struct vt_authorization){0};
}

static int open_source(struct vt_running *running, struct vt_job *job)
{
  const struct vt_endpoint *endpoint = job->endpoint;
  const struct vt_plugin *plugin = main_plugin(running, endpoint, "source", endpoint->source);
  if (plugin == NULL)
    return VATER_E_CONFIG;
  int status = vt_run_settings(running, plugin->info.settings, endpoint, "source", endpoint->source,
                               endpoint->source_settings, &job->source_config);
  if (status != VATER_OK)
    return status;
  struct vt_error error = {0};
  status = vt_instance_open(&running->call, plugin, VT_CAPABILITY_SOURCE, job->source_config,
                            &job->source, &error);
  if (status != VATER_OK)
    vt_document_complain(&running->actors.document, running->environment, running->diagnostics,
                         endpoint->pointer, "%s", error.text);
  return status;
}

static int plan_job(struct vt_running *running, const struct vt_actor *actor,
                    const struct vt_endpoint *endpoint, struct vt_job *job)
{
  *job = (struct vt_job){.running = running,
                         .actor = actor,
                         .endpoint = endpoint,
                         .sink = -1,
                         .certificate_days = -1,
                         .delivery = VT_DELIVERY_INTERNAL_ERROR};
  struct vater_str asked = running->options->period;
  if (asked.len > 0 && asked.len < sizeof job->period) {
    vt_text_copy(job->period, sizeof job->period, asked);
  } else {
    struct vt_period now = vt_period_of(endpoint->frequency, running->today);
    struct vt_period closed = vt_period_step(&now, -1);
    vt_period_print(&closed, job->period);
  }
  if (running->today < actor->valid_from || running->today > actor->valid_to)
    job->delivery = VT_DELIVERY_NOT_DUE;
  int status = open_source(running, job);
  if (status != VATER_E_NOMEM && endpoint->auth.len > 0) {
    int authorized = vt_run_authorization(running, endpoint, &job->authorization);
    status = authorized != VATER_OK ? authorized : status;
  }
  const struct vt_zygote_plugin *format = known_plugin(running, endpoint->format);
  bool any = vt_str_is(endpoint->format, "auto");
  if (!any && (format == NULL || !format->format))
    complain_of_plugin(running, endpoint, "format", endpoint->format);
  int mapped = endpoint->format_settings != NULL ? vt_run_format_settings(running, job) : status;
  if (mapped == VATER_E_IO)
    job->format_settings = VT_STR_NONE;
  return mapped == VATER_E_NOMEM ? mapped : status;
}

static bool wanted(const struct vt_running *running, const struct vt_actor *actor)
{
  for (uint32_t i = 0; i < running->options->only_count; i++)
    if (vt_str_equal(running->options->only[i], actor->orgnr))
      return true;
  return running->options->only_count == 0;
}

static bool asked_for(const struct vt_running *running, const struct vt_endpoint *endpoint)
{
  struct vater_str only = running->options->endpoint;
  return endpoint->enabled && (only.len == 0 || vt_str_equal(endpoint->id, only));
}

static uint32_t count_endpoints(const struct vt_running *running)
{
  uint32_t count = 0;
  for (uint32_t i = 0; i < running->actors.count; i++)
    count += running->actors.items[i].endpoint_count;
  return count;
}

static int check_only(struct vt_running *running, struct vt_error *error)
{
  for (uint32_t i = 0; i < running->options->only_count; i++)
    if (vt_actors_find(&running->actors, running->options->only[i]) == NULL)
      return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                     "actor '%.*s' is not in the registry; see 'vater actor list'",
                     VT_STR_ARGS(running->options->only[i]));
  return VATER_OK;
}

int vt_run_conclude_plan(const struct vt_running *running, struct vt_error *error)
{
  uint32_t faults = running->diagnostics->errors;
  if (faults == 0)
    return VATER_OK;
  return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG", "the configuration has %u fault%s", faults,
                 faults == 1 ? "" : "s");
}

void vt_run_search_mappings(struct vt_running *running)
{
  char base[1024];
  find_base(running, base, sizeof base);
  running->mappings =
      (struct vt_mapping_search){.environment = running->environment,
                                 .info = vt_zygote_info(running->zygote),
                                 .base = vt_arena_copy(running->arena, vt_str(base)).ptr,
                                 .rules = running->rules,
                                 .trusted = true,
                                 .arena = running->arena,
                                 .diagnostics = running->diagnostics};
}

int vt_run_plan(struct vt_running *running, struct vt_error *error)
{
  if (check_only(running, error) != VATER_OK)
    return error->status;
  uint32_t room = count_endpoints(running);
  vt_run_search_mappings(running);
  running->jobs = vt_arena_array(running->arena, room, sizeof *running->jobs);
  running->authorizations = vt_arena_array(running->arena, room, sizeof *running->authorizations);
  running->keysets = vt_arena_array(running->arena, room, sizeof *running->keysets);
  if (running->jobs == NULL || running->authorizations == NULL || running->keysets == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for %u jobs", room);
  for (uint32_t i = 0; i < running->actors.count; i++) {
    const struct vt_actor *actor = &running->actors.items[i];
    if (!wanted(running, actor))
      continue;
    for (uint32_t j = 0; j < actor->endpoint_count; j++) {
      if (!asked_for(running, &actor->endpoints[j]))
        continue;
      struct vt_job *job = &running->jobs[running->job_count++];
      if (plan_job(running, actor, &actor->endpoints[j], job) == VATER_E_NOMEM)
        return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
    }
  }
  return VATER_OK;
}

#include "plugin/call.h"

#include "base/codes.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "doc/tree.h"
#include "plugin/host.h"
#include "plugin/url.h"

#include <stdio.h>

int vt_call_init(struct vater_call *call, const struct vt_environment *environment,
                 const struct vt_log *log, const char *stage)
{
  *call = (struct vater_call){.environment = environment, .log = log, .stage = stage};
  call->scratch = vt_arena_new(&environment->allocator, VT_LIMIT_CALL_MEMORY);
  return call->scratch != NULL ? VATER_OK : VATER_E_NOMEM;
}

void vt_call_fini(struct vater_call *call)
{
  vt_doc_tree_free(call->tree);
  call->tree = NULL;
  vt_arena_free(call->scratch);
  call->scratch = NULL;
}

/* ---- around each callback ------------------------------------------------------------------- */

static const char opening_name[] = "open", closing_name[] = "close",
                  decode_name[] = "format.decode", record_name[] = "format.record",
                  screen_name[] = "format.screen";

static void take_note(struct vt_note *note, const char *plugin, const char *part)
{
  if (note == NULL)
    return;
  note->plugin = plugin;
  note->part = part;
}

/* What a worker runs besides checks and functions. */
static const char *noted_callback(const void *part)
{
  static const char *const names[] = {opening_name, closing_name, decode_name, record_name,
                                      screen_name};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (names[i] == part)
      return names[i];
  return NULL;
}

static size_t print_part(const struct vt_plugin *plugin, const void *part, char *out, size_t room)
{
  const char *name = noted_callback(part);
  if (name != NULL)
    return (size_t)snprintf(out, room, "in %s of plugin '%s'", name, plugin->info.name);
  const char *kind = "check";
  for (uint32_t i = 0; i < plugin->info.check_count; i++)
    if (plugin->checks[i].name == part)
      name = plugin->checks[i].name;
  for (uint32_t i = 0; name == NULL && i < plugin->info.function_count; i++)
    if (plugin->functions[i].name == part) {
      kind = "function";
      name = plugin->functions[i].name;
    }
  if (name == NULL)
    return (size_t)snprintf(out, room, "in plugin '%s'", plugin->info.name);
  return (size_t)snprintf(out, room, "in %s '%s' of plugin '%s'", kind, name, plugin->info.name);
}

size_t vt_call_noted(const struct vt_registry *registry, const struct vt_note *noted, char *out,
                     size_t room)
{
  for (uint32_t i = 0; i < registry->count; i++) {
    const struct vt_plugin *plugin = registry->plugins[i];
    if (plugin->info.name == noted->plugin) {
      size_t len = print_part(plugin, noted->part, out, room);
      return len < room ? len : room - 1;
    }
  }
  return 0;
}

static void begin(struct vater_call *call, const char *plugin, const char *callback)
{
  vt_arena_reset(call->scratch);
  vt_doc_tree_free(call->tree);
  call->tree = NULL;
  call->config = NULL;
  if (call->error.status != VATER_OK)
    vt_error_clear(&call->error);
  call->plugin = plugin;
  call->callback = callback;
  vt_watch_called(call->watch, plugin, callback);
  call->log_lines = 0;
  take_note(call->environment->note, plugin, callback);
}

static const char *code_of(int status)
{
  switch (status) {
  case VATER_E_NOMEM:
  case VATER_E_LIMIT:
    return "PLUG-LIMIT";
  case VATER_E_CONFIG:
    return "OPS-CONFIG";
  case VATER_E_TIMEOUT:
    return "PLUG-TIMEOUT";
  case VATER_E_AUTH:
    return "AUTH-DENIED";
  case VATER_E_DECODE:
    return "PAY-SCHEMA";
  case VATER_E_RULE:
    return "RULE-ERROR";
  case VATER_E_BUG:
    return "PLUG-PROTO";
  default:
    return "PLUG-ERROR";
  }
}

/* An auth plugin names the code itself where its text begins with one: "AUTH-NONCE: …". */
static void take_code(struct vt_error *found)
{
  struct vater_str text = vt_str(found->text);
  size_t end = vt_str_find(text, VT_STR(": "), 0);
  struct vater_str code = vt_str_slice(text, 0, end);
  if (end == text.len || !vt_str_starts(code, VT_STR("AUTH-")) || vt_code_find(code) == NULL)
    return;
  vt_text_copy(found->code, sizeof found->code, code);
  memmove(found->text, found->text + end + 2, text.len - end - 1);
}

/* What a payload's fault says is for the actor: who decoded it is of no use there. */
static void hand_over(struct vater_call *call, int status, struct vt_error *error)
{
  struct vt_error *found = &call->error;
  found->status = status;
  if (found->code[0] == '\0' && status == VATER_E_AUTH)
    take_code(found);
  if (found->code[0] == '\0')
    vt_text_copy(found->code, sizeof found->code, vt_str(code_of(status)));
  if (call->stage != NULL)
    vt_text_copy(found->stage, sizeof found->stage, vt_str(call->stage));
  if (status != VATER_E_DECODE && strcmp(found->code, "PAY-PERSON") != 0)
    vt_error_prefix(found, "plugin '%s', %s", call->plugin, call->callback);
  if (error != NULL && error->status == VATER_OK)
    *error = *found;
}

static int end(struct vater_call *call, int returned, bool may_be_done, struct vt_error *error)
{
  bool known = returned == VATER_OK || (returned == VATER_DONE && may_be_done) ||
               (returned < 0 && returned >= VATER_E_REFUSED);
  int status = returned;
  if (!known) {
    vt_error_clear(&call->error);
    status = vt_fail(&call->error, VATER_E_BUG, NULL, "returned %d; wanted: one of vater_status",
                     returned);
  } else if (returned < 0) {
    vt_fail(&call->error, returned, NULL, "gave no reason (status %d)", returned);
  } else if (call->error.status != VATER_OK) {
    status = call->error.status;
  }
  if (status < 0)
    hand_over(call, status, error);
  call->plugin = NULL;
  call->callback = NULL;
  take_note(call->environment->note, NULL, NULL);
  return status;
}

/* For what is wrong after the callback returned well. */
static int VATER_PRINTF(5, 6)
    fail_after(struct vater_call *call, const char *plugin, const char *callback,
               struct vt_error *error, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  begin(call, plugin, callback);
  vt_fail_v(&call->error, VATER_E_BUG, NULL, format, arguments);
  va_end(arguments);
  return end(call, VATER_E_BUG, false, error);
}

/* ---- instances ------------------------------------------------------------------------------ */

struct opening {
  bool offered;
  int (*open)(vater_call *, const vater_config *, void **);
  void (*close)(void *);
};

static struct opening opening_of(const struct vt_plugin *plugin, enum vt_capability capability)
{
  if (capability == VT_CAPABILITY_SOURCE && plugin->source != NULL)
    return (struct opening){true, plugin->source->open, plugin->source->close};
  if (capability == VT_CAPABILITY_AUTH && plugin->auth != NULL)
    return (struct opening){true, plugin->auth->open, plugin->auth->close};
  if (capability == VT_CAPABILITY_FORMAT && plugin->format != NULL)
    return (struct opening){true, plugin->format->open, plugin->format->close};
  return (struct opening){false, NULL, NULL};
}

int vt_instance_open(struct vater_call *call, const struct vt_plugin *plugin,
                     enum vt_capability capability, const vater_config *config,
                     struct vt_instance *instance, struct vt_error *error)
{
  struct opening opening = opening_of(plugin, capability);
  *instance = (struct vt_instance){.plugin = plugin,
                                   .config = config,
                                   .capability = capability,
                                   .note = call->environment->note};
  if (!opening.offered)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG", "plugin '%s' offers no %s",
                   plugin->info.name, vt_capability_name(capability));
  begin(call, plugin->info.name, opening_name);
  call->config = config;
  int status = VATER_OK;
  if (opening.open != NULL)
    status = end(call, opening.open(call, config, &instance->self), false, error);
  instance->open = status == VATER_OK;
  return status;
}

void vt_instance_close(struct vt_instance *instance)
{
  if (instance->open) {
    struct opening opening = opening_of(instance->plugin, instance->capability);
    take_note(instance->note, instance->plugin->info.name, closing_name);
    if (opening.close != NULL)
      opening.close(instance->self);
    take_note(instance->note, NULL, NULL);
  }
  *instance = (struct vt_instance){.plugin = NULL};
}

/* False: the caller broke the contract of one call at a time on an open instance. */
static bool enter(struct vater_call *call, struct vt_instance *instance, const char *callback,
                  struct vt_error *error)
{
  if (!instance->open || instance->busy) {
    vt_fail(error, VATER_E_BUG, "PLUG-PROTO", "%s on an instance that is %s", callback,
            instance->open ? "busy" : "not open");
    return false;
  }
  instance->busy = true;
  begin(call, instance->plugin->info.name, callback);
  call->config = instance->config;
  return true;
}

/* ---- source --------------------------------------------------------------------------------- */

static int check_described(struct vater_call *call, const struct vt_instance *instance,
                           const char *callback, const struct vater_request *request,
                           struct vt_error *error)
{
  if (request->url.len > 0)
    return VATER_OK;
  return fail_after(call, instance->plugin->info.name, callback, error,
                    "described no URL; wanted: http->set_url() or a negative status");
}

int vt_source_first(struct vater_call *call, struct vt_instance *instance,
                    const struct vater_collect *collect, struct vater_request *request,
                    struct vt_error *error)
{
  static const char callback[] = "source.first";
  struct vater_collect given = *collect;
  if (!enter(call, instance, callback, error))
    return VATER_E_BUG;
  given.size = sizeof given;
  request->config = instance->config;
  int returned = instance->plugin->source->first(call, instance->self, &given, request);
  request->config = NULL;
  instance->busy = false;
  int status = end(call, returned, false, error);
  return status == VATER_OK ? check_described(call, instance, callback, request, error) : status;
}

static int check_origin(const struct vt_instance *instance, const struct vater_page *page,
                        const struct vater_request *request, struct vt_error *error)
{
  if (page->response == NULL || vt_url_same_origin(page->response->url, request->url))
    return VATER_OK;
  return vt_fail(error, VATER_E_REFUSED, "HTTP-PAGES",
                 "plugin '%s', source.next: the next page '%.*s' is of another origin than '%.*s'; "
                 "pages stay on one origin",
                 instance->plugin->info.name,
                 request->url.len > 200 ? 200 : VT_STR_ARGS(request->url),
                 page->response->url.len > 200 ? 200 : VT_STR_ARGS(page->response->url));
}

int vt_source_next(struct vater_call *call, struct vt_instance *instance,
                   const struct vater_page *page, struct vater_request *request,
                   struct vt_error *error)
{
  static const char callback[] = "source.next";
  struct vater_page given = *page;
  if (!enter(call, instance, callback, error))
    return VATER_E_BUG;
  int returned = VATER_DONE;
  given.size = sizeof given;
  request->config = instance->config;
  if (instance->plugin->source->next != NULL)
    returned = instance->plugin->source->next(call, instance->self, &given, request);
  request->config = NULL;
  instance->busy = false;
  int status = end(call, returned, true, error);
  if (status == VATER_OK)
    status = check_described(call, instance, callback, request, error);
  return status == VATER_OK ? check_origin(instance, page, request, error) : status;
}

/* ---- auth ----------------------------------------------------------------------------------- */

int vt_auth_next(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                 const vater_response *last, struct vater_request *request, struct vt_error *error)
{
  static const char callback[] = "auth.next";
  if (!enter(call, instance, callback, error))
    return VATER_E_BUG;
  int returned = VATER_DONE;
  request->config = instance->config;
  if (instance->plugin->auth->next != NULL)
    returned = instance->plugin->auth->next(call, instance->self, session, last, request);
  request->config = NULL;
  instance->busy = false;
  int status = end(call, returned, true, error);
  return status == VATER_OK ? check_described(call, instance, callback, request, error) : status;
}

int vt_auth_prepare(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                    const struct vater_attempt *attempt, struct vater_request *request,
                    struct vt_error *error)
{
  static const char callback[] = "auth.prepare";
  struct vater_attempt given = *attempt;
  struct vater_request before = *request;
  if (!enter(call, instance, callback, error))
    return VATER_E_BUG;
  given.size = sizeof given;
  request->config = instance->config;
  int returned = instance->plugin->auth->prepare(call, instance->self, session, &given, request);
  request->config = NULL;
  instance->busy = false;
  int status = end(call, returned, instance->plugin->info.abi_minor >= 1, error);
  if (status != VATER_OK)
    return status;
  if (vt_str_equal(before.method, request->method) && vt_str_equal(before.url, request->url) &&
      vt_str_equal(before.body, request->body) &&
      vt_str_equal(before.media_type, request->media_type))
    return VATER_OK;
  return fail_after(call, instance->plugin->info.name, callback, error,
                    "changed the request's method, URL or body; wanted: headers only");
}

int vt_auth_identity(struct vater_call *call, struct vt_instance *instance, struct vt_arena *arena,
                     struct vater_str *identity, struct vt_error *error)
{
  *identity = VT_STR_NONE;
  if (instance->plugin->auth->identity == NULL)
    return VATER_OK;
  if (!enter(call, instance, "auth.identity", error))
    return VATER_E_BUG;
  struct vater_str given = VT_STR_NONE;
  int returned = instance->plugin->auth->identity(call, instance->self, &given);
  instance->busy = false;
  if (returned == VATER_OK)
    *identity = vt_arena_copy(arena, given);
  return end(call, returned, false, error);
}

int vt_auth_refused(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                    const struct vater_attempt *attempt, struct vt_error *error)
{
  struct vater_attempt given = *attempt;
  if (instance->plugin->auth->refused == NULL)
    return vt_fail(error, VATER_E_AUTH, "AUTH-API",
                   "the server does not accept our credentials (401)");
  if (!enter(call, instance, "auth.refused", error))
    return VATER_E_BUG;
  given.size = sizeof given;
  int returned = instance->plugin->auth->refused(call, instance->self, session, &given);
  instance->busy = false;
  return end(call, returned, true, error);
}

int vt_auth_answered(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                     const struct vater_attempt *attempt, struct vt_error *error)
{
  struct vater_attempt given = *attempt;
  if (instance->plugin->auth->answered == NULL)
    return VATER_OK;
  if (!enter(call, instance, "auth.answered", error))
    return VATER_E_BUG;
  given.size = sizeof given;
  int returned = instance->plugin->auth->answered(call, instance->self, session, &given);
  instance->busy = false;
  return end(call, returned, false, error);
}

/* ---- format --------------------------------------------------------------------------------- */

int vt_format_decode(struct vater_call *call, struct vt_instance *instance, const vater_node *root,
                     struct vater_str bytes, vater_table *table, struct vt_error *error)
{
  if (!enter(call, instance, decode_name, error))
    return VATER_E_BUG;
  int returned = VATER_E_BUG;
  if (instance->plugin->format->decode != NULL)
    returned = instance->plugin->format->decode(call, instance->self, root, bytes, table);
  instance->busy = false;
  int status = end(call, returned, false, error);
  return status == VATER_OK ? vt_plugin_table_end(table, error) : status;
}

int vt_format_record(struct vater_call *call, struct vt_instance *instance,
                     const struct vater_record *record, vater_table *table, struct vt_error *error)
{
  if (!enter(call, instance, record_name, error))
    return VATER_E_BUG;
  int returned = instance->plugin->format->record(call, instance->self, record, table);
  instance->busy = false;
  int status = end(call, returned, false, error);
  return status == VATER_OK && record == NULL ? vt_plugin_table_end(table, error) : status;
}

int vt_format_screen(struct vater_call *call, struct vt_instance *instance, const vater_node *root,
                     struct vater_str bytes, struct vt_error *error)
{
  const struct vater_format_ops *format = instance->plugin->format;
  if (format->screen == NULL)
    return VATER_OK;
  if (!enter(call, instance, screen_name, error))
    return VATER_E_BUG;
  int returned = format->screen(call, instance->self, root, bytes);
  instance->busy = false;
  if (returned == VATER_E_REFUSED && call->error.code[0] == '\0')
    vt_text_copy(call->error.code, sizeof call->error.code, VT_STR("PAY-PERSON"));
  return end(call, returned, false, error);
}

/* ---- checks and functions ------------------------------------------------------------------- */

int vt_check_run(struct vater_call *call, const char *plugin, const struct vater_check *check,
                 const vater_config *with, const vater_table *rows, vater_findings *findings,
                 struct vt_error *error)
{
  begin(call, plugin, check->name);
  return end(call, check->run(call, with, rows, findings), false, error);
}

int vt_function_call(struct vater_call *call, const char *plugin,
                     const struct vater_function *function, const struct vater_value *arguments,
                     uint32_t count, struct vater_value *result, struct vt_error *error)
{
  *result = (struct vater_value){.type = VATER_VALUE_NULL};
  begin(call, plugin, function->name);
  int status = end(call, function->call(call, arguments, count, result), false, error);
  bool sound = result->type >= VATER_VALUE_NULL && result->type <= VATER_VALUE_TEXT;
  if (sound && result->type == VATER_VALUE_TEXT)
    sound = vt_utf8_valid(result->as.text) == result->as.text.len;
  if (status == VATER_OK && sound)
    return VATER_OK;
  int type = result->type;
  *result = (struct vater_value){.type = VATER_VALUE_NULL};
  if (status != VATER_OK)
    return status;
  return fail_after(
      call, plugin, function->name, error,
      "gave a value that is none (type %d); wanted: one of vater_value_type, texts in "
      "UTF-8",
      type);
}

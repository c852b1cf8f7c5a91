/*
 * Calling plugins. Every callback goes through a function here: it gives the call fresh scratch
 * memory, checks what comes back, and turns a negative status into an error that names plugin and
 * callback.
 *  - a negative return without text becomes "plugin 'x', source.first gave no reason";
 *  - a host function that refused (a bad header, a number that is none) fails the callback
 *    even if the plugin ignored it, so that nothing is lost in silence;
 *  - any other number than the contract knows is PLUG-PROTO.
 * Codes, unless a host function set one: E_CONFIG OPS-CONFIG, E_DECODE PAY-SCHEMA, E_AUTH
 * AUTH-DENIED, E_LIMIT and E_NOMEM PLUG-LIMIT, E_TIMEOUT PLUG-TIMEOUT, E_RULE RULE-ERROR, E_BUG
 * PLUG-PROTO, others PLUG-ERROR.
 */
#ifndef VT_PLUGIN_CALL_H
#define VT_PLUGIN_CALL_H

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "base/watch.h"
#include "plugin/http.h"
#include "plugin/registry.h"

#include <signal.h>

/* One per thread of work (main; a worker); used again for each callback. */
struct vater_call {
  const struct vt_environment *environment; /* its wall clock is what plugins see */
  const struct vt_log *log;                 /* NULL: silent */
  const char *stage;                        /* "fetch" */
  int64_t deadline_ms;                      /* monotonic; 0: none */
  const volatile sig_atomic_t *stop;        /* not 0: cancelled; NULL: never */
  struct vt_arena *scratch;
  struct vt_error error;
  const char *plugin, *callback; /* under way, NULL between callbacks */
  const vater_config *config;    /* of the instance under way, whose keys may be named */
  struct vt_doc_tree *tree;      /* what http->json() made last, until the next callback */
  const struct vt_watch *watch;  /* told of each callback; NULL: nobody waits */
  uint32_t log_lines;            /* of this callback: VT_LIMIT_CALL_LOG_LINES */
};

/* deadline and stop are set by the caller afterwards. */
int vt_call_init(struct vater_call *call, const struct vt_environment *environment,
                 const struct vt_log *log, const char *stage);
void vt_call_fini(struct vater_call *call);

/* What another process noted of the callback under way: "in check 'x' of plugin 'y'", of names that
 * the registry has; the length, 0 where it was in none. */
size_t vt_call_noted(const struct vt_registry *registry, const struct vt_note *noted, char *out,
                     size_t room);

/* One opened table of one plugin. */
struct vt_instance {
  const struct vt_plugin *plugin;
  const vater_config *config; /* borrowed */
  void *self;
  enum vt_capability capability; /* SOURCE, AUTH or FORMAT */
  bool open, busy;
  struct vt_note *note; /* of the environment that it was opened in */
};

/* The plugin offers it (else VATER_E_CONFIG) and open() agreed. */
int vt_instance_open(struct vater_call *call, const struct vt_plugin *plugin,
                     enum vt_capability capability, const vater_config *config,
                     struct vt_instance *instance, struct vt_error *error);
void vt_instance_close(struct vt_instance *instance); /* zeroed or closed is fine */

/* `request` comes fresh from vt_request_init. VATER_OK (then it has a URL), VATER_DONE where
 * allowed, or negative. next of a source without it: VATER_DONE. A next URL of another origin:
 * VATER_E_REFUSED, HTTP-PAGES; asked-before and page limits are the caller's. */
int vt_source_first(struct vater_call *call, struct vt_instance *instance,
                    const struct vater_collect *collect, struct vater_request *request,
                    struct vt_error *error);
int vt_source_next(struct vater_call *call, struct vt_instance *instance,
                   const struct vater_page *page, struct vater_request *request,
                   struct vt_error *error);
/* VATER_DONE: ready (also where the plugin has no next). */
int vt_auth_next(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                 const vater_response *last, struct vater_request *request, struct vt_error *error);
/* Adds headers to a request that has its URL; may not change method, URL or body. VATER_DONE: what
 * the conversation brought has expired. */
int vt_auth_prepare(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                    const struct vater_attempt *attempt, struct vater_request *request,
                    struct vt_error *error);
/* What decides the conversation, copied into `arena`; empty where the plugin does not say. */
int vt_auth_identity(struct vater_call *call, struct vt_instance *instance, struct vt_arena *arena,
                     struct vater_str *identity, struct vt_error *error);
/* `attempt->last` is a 401. VATER_OK: ask again; VATER_DONE: converse anew, then ask again. Plugins
 * without it: VATER_E_AUTH, AUTH-API. */
int vt_auth_refused(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                    const struct vater_attempt *attempt, struct vt_error *error);
/* `attempt->last` is any other answer. Plugins without it: VATER_OK. */
int vt_auth_answered(struct vater_call *call, struct vt_instance *instance, vater_session *session,
                     const struct vater_attempt *attempt, struct vt_error *error);
/* Formats without declared rows. VATER_E_DECODE: the payload is at fault, error.offset says where.
 */
int vt_format_decode(struct vater_call *call, struct vt_instance *instance, const vater_node *root,
                     struct vater_str bytes, vater_table *table, struct vt_error *error);
/* One record of CSV; NULL: the page's end, which also writes what the last row still holds. */
int vt_format_record(struct vater_call *call, struct vt_instance *instance,
                     const struct vater_record *record, vater_table *table, struct vt_error *error);
/* VATER_E_REFUSED, PAY-PERSON: content about single persons, error.offset says where. */
int vt_format_screen(struct vater_call *call, struct vt_instance *instance, const vater_node *root,
                     struct vater_str bytes, struct vt_error *error);
/* `plugin`: its name, for texts. */
int vt_check_run(struct vater_call *call, const char *plugin, const struct vater_check *check,
                 const vater_config *with, const vater_table *rows, vater_findings *findings,
                 struct vt_error *error);
/* A text result lives until the next callback on this call. */
int vt_function_call(struct vater_call *call, const char *plugin,
                     const struct vater_function *function, const struct vater_value *arguments,
                     uint32_t count, struct vater_value *result, struct vt_error *error);

#endif

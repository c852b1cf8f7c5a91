/*
 * A plugin of every kind with one fault at a time, for `vater plugin check`: what is wrong
 * (`fault`) and in which callback (`at`) are settings. Functions have none: they do as the last
 * open() said.
 */
#include <vater/plugin.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static const struct vater_host *host;
static char fault[16], at[24];
static int count;

static void copy(char *to, size_t room, struct vater_str from)
{
  size_t len = from.len < room ? from.len : room - 1;
  memcpy(to, from.ptr, len);
  to[len] = '\0';
}

static void listen(const vater_config *config)
{
  struct vater_str text;
  if (host->config_text(config, "fault", &text))
    copy(fault, sizeof fault, text);
  if (host->config_text(config, "at", &text))
    copy(at, sizeof at, text);
}

static bool is(const char *here, const char *what)
{
  return strcmp(at, here) == 0 && strcmp(fault, what) == 0;
}

/* Another number each time where it is the fault, 0 else. */
static int fickle(const char *here)
{
  return is(here, "fickle") ? ++count : 0;
}

static int act(vater_call *call, const char *here)
{
  volatile int endless = 1;
  void *volatile kept = NULL;
  if (is(here, "mute"))
    return VATER_E_CONFIG;
  if (is(here, "odd"))
    return 77;
  if (is(here, "wordy"))
    return host->fail(call, VATER_E_CONFIG, "found this; wanted: that");
  while (is(here, "hang") && endless)
    continue;
  if (is(here, "crash"))
    abort();
  if (is(here, "leak"))
    kept = malloc(40);
  if (is(here, "file"))
    return open("/etc/passwd", O_RDONLY) < 0 ? VATER_OK : VATER_OK;
  (void)kept;
  return VATER_OK;
}

static void number(char text[16], int value)
{
  int place = 15;
  text[place] = '\0';
  do
    text[--place] = (char)('0' + value % 10);
  while ((value /= 10) > 0);
  memmove(text, text + place, (size_t)(16 - place));
}

static struct vater_str as_text(const char *bytes)
{
  return (struct vater_str){bytes, strlen(bytes)};
}

static int open_at(vater_call *call, const vater_config *config, const char *here)
{
  listen(config);
  return act(call, here);
}

/* ---- source ---------------------------------------------------------------------------------- */

static int source_open(vater_call *call, const vater_config *config, void **self)
{
  (void)self;
  return open_at(call, config, "source.open");
}

static int describe(vater_call *call, vater_request *request, const char *here)
{
  char text[16];
  int status = act(call, here);
  number(text, fickle(here));
  if (status == VATER_OK)
    status = host->http->set_url(call, request, as_text("https://vater.example/"));
  return status == VATER_OK ? host->http->set_header(call, request, "X-Count", as_text(text))
                            : status;
}

static int source_first(vater_call *call, void *self, const struct vater_collect *collect,
                        vater_request *request)
{
  (void)self;
  (void)collect;
  return describe(call, request, "source.first");
}

static int source_next(vater_call *call, void *self, const struct vater_page *page,
                       vater_request *request)
{
  (void)self;
  (void)page;
  return describe(call, request, "source.next");
}

/* ---- auth ------------------------------------------------------------------------------------ */

static int auth_open(vater_call *call, const vater_config *config, void **self)
{
  (void)self;
  return open_at(call, config, "auth.open");
}

static int auth_next(vater_call *call, void *self, vater_session *session,
                     const vater_response *last, vater_request *request)
{
  (void)self;
  (void)session;
  if (last != NULL && !is("auth.next", "endless"))
    return VATER_DONE;
  return describe(call, request, "auth.next");
}

static int auth_prepare(vater_call *call, void *self, vater_session *session,
                        const struct vater_attempt *attempt, vater_request *request)
{
  (void)self;
  (void)session;
  (void)attempt;
  if (is("auth.prepare", "changed"))
    return host->http->set_url(call, request, as_text("https://vater.example/other"));
  return act(call, "auth.prepare");
}

static int auth_identity(vater_call *call, void *self, struct vater_str *identity)
{
  static char text[16];
  (void)self;
  number(text, fickle("auth.identity"));
  *identity = as_text(text);
  return act(call, "auth.identity");
}

static int auth_refused(vater_call *call, void *self, vater_session *session,
                        const struct vater_attempt *attempt)
{
  (void)self;
  (void)session;
  (void)attempt;
  return act(call, "auth.refused");
}

static int auth_answered(vater_call *call, void *self, vater_session *session,
                         const struct vater_attempt *attempt)
{
  (void)self;
  (void)session;
  (void)attempt;
  return act(call, "auth.answered");
}

/* ---- format ---------------------------------------------------------------------------------- */

static int format_open(vater_call *call, const vater_config *config, void **self)
{
  (void)self;
  return open_at(call, config, "format.open");
}

static int put_row(vater_call *call, vater_table *table, const char *here)
{
  char text[16];
  int status = act(call, here);
  number(text, fickle(here));
  if (status == VATER_OK)
    status = host->table->row(call, table, 0);
  return status == VATER_OK
             ? host->table->set_text(call, table, VATER_COLUMN_INDICATOR, as_text(text))
             : status;
}

static int format_decode(vater_call *call, void *self, const vater_node *root,
                         struct vater_str bytes, vater_table *table)
{
  (void)self;
  (void)root;
  (void)bytes;
  return put_row(call, table, "format.decode");
}

static int format_record(vater_call *call, void *self, const struct vater_record *record,
                         vater_table *table)
{
  (void)self;
  return record == NULL ? VATER_OK : put_row(call, table, "format.record");
}

static int format_screen(vater_call *call, void *self, const vater_node *root,
                         struct vater_str bytes)
{
  (void)self;
  (void)root;
  (void)bytes;
  if (fickle("format.screen") % 2 == 1)
    return host->fail_at(call, VATER_E_REFUSED, 0, "about single persons");
  return act(call, "format.screen");
}

/* ---- check and function ---------------------------------------------------------------------- */

static int check_run(vater_call *call, const vater_config *with, const vater_table *rows,
                     vater_findings *findings)
{
  (void)rows;
  listen(with);
  int status = act(call, "check");
  return status == VATER_OK ? host->report->fail_all(call, findings, "%d", fickle("check"))
                            : status;
}

static int function_call(vater_call *call, const struct vater_value *arguments, uint32_t arity,
                         struct vater_value *result)
{
  (void)arguments;
  (void)arity;
  *result = (struct vater_value){.type = VATER_VALUE_INTEGER, .as.integer = fickle("function")};
  if (is("function", "nonsense"))
    result->type = 99;
  return act(call, "function");
}

/* ---- the plugin ------------------------------------------------------------------------------ */

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_setting settings[] = {
    {"fault", VATER_SETTING_TEXT, false, false, "none", "What is wrong."},
#ifdef FAULTY_HELP
    {"at", VATER_SETTING_TEXT, false, false, "nowhere", ""},
#else
    {"at", VATER_SETTING_TEXT, false, false, "nowhere", "In which callback."},
#endif
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_source_ops source = {
    .size = sizeof source, .open = source_open, .first = source_first, .next = source_next};
static const struct vater_auth_ops auth = {.size = sizeof auth,
                                           .open = auth_open,
                                           .next = auth_next,
                                           .prepare = auth_prepare,
                                           .identity = auth_identity,
                                           .refused = auth_refused,
                                           .answered = auth_answered};
static const char *const media_types[] = {"application/vnd.faulty+json", NULL};
static const struct vater_format_ops format = {.size = sizeof format,
                                               .syntax = "json or csv",
                                               .media_types = media_types,
                                               .open = format_open,
                                               .decode = format_decode,
                                               .record = format_record,
                                               .screen = format_screen};
static const struct vater_check checks[] = {
    {"all", "Finds something in everything.", settings, check_run}, {NULL, NULL, NULL, NULL}};
static const struct vater_check_ops check = {.size = sizeof check, .checks = checks};
#ifdef FAULTY_SIGNATURE
#define SIGNATURE "(dubble) -> int"
#else
#define SIGNATURE "(string) -> int"
#endif
static const struct vater_function functions[] = {{"faulty", SIGNATURE, "A number.", function_call},
                                                  {NULL, NULL, NULL, NULL}};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,      .name = "faulty",
    .version = "1.0.0",     .summary = "One fault at a time.",
    .settings = settings,   .load = load,
    .source = &source,      .auth = &auth,
    .format = &format,      .check = &check,
    .functions = functions,
};

VATER_PLUGIN(plugin)

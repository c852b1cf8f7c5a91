#include "acts.h"

#include <stdio.h>
#include <string.h>

static const struct vater_host *host;

static const struct {
  const char *name;
  act_function *run;
} acts[] = {
#define ACT(name, kind, what) {#name, act_##name},
#include "acts.def"
#undef ACT
};

static act_function *find(struct vater_str name)
{
  for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
    if (name.len == strlen(acts[i].name) && memcmp(name.ptr, acts[i].name, name.len) == 0)
      return acts[i].run;
  return NULL;
}

/* Plays the act; VATER_OK with *done, or what the callback is to return. */
static int play(struct scene *scene, struct vater_str name, bool *done)
{
  act_function *run = find(name);
  *done = false;
  if (run == NULL)
    return host->fail(scene->call, VATER_E_CONFIG, "there is no act '%.*s'",
                      name.len > 60 ? 60 : (int)name.len, name.ptr);
  scene->host = host;
  scene->status = VATER_OK;
  *done = run(scene);
  return scene->status;
}

/* ---- format: the act is the setting `act`, or the payload ------------------------------------ */

struct instance {
  const vater_config *config;
};

static struct instance only;

static bool is_at(const vater_config *config, const char *callback)
{
  struct vater_str at;
  return host->config_text(config, "at", &at) && at.len == strlen(callback) &&
         memcmp(at.ptr, callback, at.len) == 0;
}

static int open_format(vater_call *call, const vater_config *config, void **self)
{
  struct scene scene = {.call = call};
  struct vater_str act;
  bool done;
  only.config = config;
  *self = &only;
  if (!is_at(config, "open") || !host->config_text(config, "act", &act))
    return VATER_OK;
  return play(&scene, act, &done);
}

static void close_format(void *self)
{
  const struct instance *instance = self;
  struct scene scene = {.call = NULL};
  struct vater_str act;
  bool done;
  if (is_at(instance->config, "close") && host->config_text(instance->config, "act", &act))
    play(&scene, act, &done);
}

static struct vater_str text(const char *bytes)
{
  return (struct vater_str){bytes, strlen(bytes)};
}

/* One observation that says whether the act succeeded. */
static int tell(vater_call *call, vater_table *table, struct vater_str act, bool done)
{
  const struct vater_table_api *api = host->table;
  const struct {
    int column;
    struct vater_str value;
  } cells[] = {{VATER_COLUMN_INDICATOR, text("G1-11")},
               {VATER_COLUMN_PERIOD, text("2026")},
               {VATER_COLUMN_AREA, text("NO")},
               {VATER_COLUMN_UNIT, text("count")},
               {VATER_COLUMN_STATUS, text("final")},
               {VATER_COLUMN_REASON, act},
               {VATER_COLUMN_COMMENT_TEXT, text(done ? "done" : "refused")}};
  int status = api->row(call, table, 0);
  for (size_t i = 0; i < sizeof cells / sizeof *cells && status == VATER_OK; i++)
    status = api->set_text(call, table, cells[i].column, cells[i].value);
  if (status == VATER_OK)
    status = api->set_number(call, table, VATER_COLUMN_VALUE, text(done ? "1" : "0"));
  return status;
}

static int decode(vater_call *call, void *self, const vater_node *root, struct vater_str bytes,
                  vater_table *table)
{
  const struct instance *instance = self;
  struct scene scene = {.call = call, .table = table};
  struct vater_str act;
  bool done = false;
  int status = VATER_OK;
  (void)root;
  if (!host->config_text(instance->config, "act", &act))
    act = bytes;
  while (act.len > 0 && act.ptr[act.len - 1] == '\n')
    act.len--;
  if (is_at(instance->config, "decode"))
    status = play(&scene, act, &done);
  return status == VATER_OK ? tell(call, table, act, done) : status;
}

static const char *const media_types[] = {"application/vnd.vater.hostile", NULL};

static const struct vater_format_ops format = {
    .size = sizeof format,
    .syntax = "bytes",
    .media_types = media_types,
    .open = open_format,
    .close = close_format,
    .decode = decode,
};

/* ---- check: a finding says that the act succeeded -------------------------------------------- */

static int run_check(vater_call *call, const vater_config *with, const vater_table *rows,
                     vater_findings *findings)
{
  struct scene scene = {.call = call, .findings = findings};
  struct vater_str act;
  bool done;
  (void)rows;
  if (!host->config_text(with, "act", &act))
    return host->fail(call, VATER_E_CONFIG, "no act was named");
  int status = play(&scene, act, &done);
  if (status != VATER_OK || !done)
    return status;
  return host->report->fail_all(call, findings, "done: %.*s", (int)act.len, act.ptr);
}

static const struct vater_setting with_settings[] = {
    {"act", VATER_SETTING_TEXT, true, false, NULL, "The act to play."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_check checks[] = {
    {"act", "Plays one hostile act; a finding says that it succeeded.", with_settings, run_check},
    {NULL, NULL, NULL, NULL},
};

static const struct vater_check_ops check = {.size = sizeof check, .checks = checks};

/* ---- function: "done" or "refused" ----------------------------------------------------------- */

static int call_function(vater_call *call, const struct vater_value *arguments, uint32_t count,
                         struct vater_value *result)
{
  struct scene scene = {.call = call};
  bool done;
  if (count != 1 || arguments[0].type != VATER_VALUE_TEXT)
    return host->fail(call, VATER_E_BUG, "hostileAct takes one text");
  int status = play(&scene, arguments[0].as.text, &done);
  result->type = VATER_VALUE_TEXT;
  result->as.text = text(done ? "done" : "refused");
  return status;
}

static const struct vater_function functions[] = {
    {"hostileAct", "(string) -> string", "Plays one hostile act: \"done\" or \"refused\".",
     call_function},
    {NULL, NULL, NULL, NULL},
};

/* ---- the plugin ------------------------------------------------------------------------------ */

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_setting settings[] = {
    {"act", VATER_SETTING_TEXT, false, false, NULL,
     "The act to play; without it the payload names it."},
    {"at", VATER_SETTING_TEXT, false, false, "decode", "open, decode or close."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,      .name = "hostile",
    .version = "1.0.0",     .summary = "Misbehaves on demand; for tests only.",
    .settings = settings,   .load = load,
    .format = &format,      .check = &check,
    .functions = functions,
};

VATER_PLUGIN(plugin)

/* A plugin with every table, built against several versions of the header:
 *   SAMPLE_NAME      what it calls itself
 *   SAMPLE_SHORT     its structs end after what is required; what lies behind is poison
 *   SAMPLE_APPENDED  the header is of a later minor; what was appended is set, and unknown here */
#include "vater/plugin.h"

#include <stddef.h>
#include <string.h>

static const struct vater_host *host;

#if defined(SAMPLE_SHORT)
#define SIZE_OF(type, member) \
  (offsetof(struct type, member) + sizeof(((const struct type *)NULL)->member))
#define POISON(type) ((type)(uintptr_t)1)
#else
#define SIZE_OF(type, member) sizeof(struct type)
#endif
#if defined(SAMPLE_APPENDED)
#define APPENDED .appended_last = "appended",
#else
#define APPENDED
#endif

static struct vater_str text(const char *bytes)
{
  return (struct vater_str){bytes, strlen(bytes)};
}

static int first(vater_call *call, void *self, const struct vater_collect *collect,
                 vater_request *request)
{
  (void)self;
  return host->http->set_url(call, request, collect->url);
}

static int prepare(vater_call *call, void *self, vater_session *session,
                   const struct vater_attempt *attempt, vater_request *request)
{
  (void)self;
  (void)session;
  return host->http->set_header(call, request, "X-Try", text(attempt->number == 1 ? "1" : "more"));
}

static int decode(vater_call *call, void *self, const vater_node *root, struct vater_str bytes,
                  vater_table *table)
{
  (void)self;
  (void)bytes;
  int status = host->table->row(call, table, host->node->offset(root));
  if (status == VATER_OK)
    status = host->table->set_text(call, table, VATER_COLUMN_INDICATOR,
                                   host->node->text(host->node->member(root, "indicator")));
  return status;
}

static int run_check(vater_call *call, const vater_config *with, const vater_table *rows,
                     vater_findings *findings)
{
  int64_t most = 0;
  host->config_integer(with, "most", &most);
  if ((int64_t)host->table->rows(rows) <= most)
    return VATER_OK;
  return host->report->fail_all(call, findings, "more than %d rows", (int)most);
}

static int twice(vater_call *call, const struct vater_value *arguments, uint32_t count,
                 struct vater_value *result)
{
  if (count != 1 || arguments[0].type != VATER_VALUE_INTEGER)
    return host->fail(call, VATER_E_RULE, "twice takes one integer");
  result->type = VATER_VALUE_INTEGER;
  result->as.integer = arguments[0].as.integer * 2;
  return VATER_OK;
}

static int load(const struct vater_host *given)
{
  host = given;
  int older = VATER_ABI_MINOR - host->abi_minor; /* of a host before this header: it is shorter */
  return older > 0 || host->size >= sizeof *host ? VATER_OK : VATER_E_CONFIG;
}

static const struct vater_source_ops source = {
    .size = SIZE_OF(vater_source_ops, first),
    .first = first,
#if defined(SAMPLE_SHORT)
    .next = POISON(int (*)(vater_call *, void *, const struct vater_page *, vater_request *)),
#endif
    APPENDED};

static const struct vater_auth_ops auth = {
    .size = SIZE_OF(vater_auth_ops, prepare), .prepare = prepare, APPENDED};

static const char *const media_types[] = {"application/x-sample", NULL};

static const struct vater_format_ops format = {.size = sizeof format,
                                               .syntax = "json",
                                               .media_types = media_types,
                                               .decode = decode,
                                               APPENDED};

static const struct vater_setting with_settings[] = {
    {"most", VATER_SETTING_INTEGER, false, false, "0", "How many rows are fine."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_check checks[] = {
    {"few", "Few rows.", with_settings, run_check},
    {NULL, NULL, NULL, NULL},
};

static const struct vater_check_ops check = {
    .size = SIZE_OF(vater_check_ops, checks), .checks = checks, APPENDED};

static const struct vater_function functions[] = {
    {"twice", "(int) -> int", "Twice the number.", twice},
    {NULL, NULL, NULL, NULL},
};

static const struct vater_plugin plugin = {
#if defined(SAMPLE_SHORT)
    .size = SIZE_OF(vater_plugin, check),
    .abi_major = VATER_ABI_MAJOR,
    .abi_minor = VATER_ABI_MINOR,
    .functions = POISON(const struct vater_function *),
#else
    VATER_PLUGIN_HEAD,
    .functions = functions,
#endif
    .name = SAMPLE_NAME,
    .version = "1.0.0",
    .summary = "Every table, for the promise of the ABI.",
    .load = load,
    .source = &source,
    .auth = &auth,
    .format = &format,
    .check = &check,
    APPENDED};

#if defined(SAMPLE_SHORT)
const struct vater_function *sample_unused(void);
const struct vater_function *sample_unused(void)
{
  return functions;
}
#endif

VATER_PLUGIN(plugin)

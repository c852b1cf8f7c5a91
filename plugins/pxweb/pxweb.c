/* Sources: SSB's page on PxWebApi v2 (GET, valueCodes, codelist, outputFormat, 800 000 cells a
 * call); PxWebApi v1 (POST of a JSON query); folkehelseinstituttet/Fhi.Statistikk.OpenAPI, README
 * (POST /{source}/table/{id}/data). */
#include "pxweb.h"

#include <stdlib.h>
#include <string.h>

static const struct vater_host *host;

enum { ROOM = 64 * 1024, CELLS_MAX = 800000, PERIOD_ROOM = 16 };

enum api { API_V2, API_V1, API_FHI, API_COUNT };

static const char *const api_names[API_COUNT] = {"v2", "v1", "fhi"};

struct source {
  const vater_config *config;
  enum api api;
  struct vater_str table, language, period_form;
};

/* A URL or a body being written into scratch memory. */
struct writer {
  char *bytes;
  size_t len;
  bool full;
};

static struct vater_str str(const char *text)
{
  return (struct vater_str){text, strlen(text)};
}

static bool is(struct vater_str text, const char *wanted)
{
  return text.len == strlen(wanted) && memcmp(text.ptr, wanted, text.len) == 0;
}

static bool starts(struct vater_str text, const char *start)
{
  size_t len = strlen(start);
  return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void put(struct writer *out, struct vater_str text)
{
  if (text.len > ROOM - out->len) {
    out->full = true;
    return;
  }
  if (text.len > 0)
    memcpy(out->bytes + out->len, text.ptr, text.len);
  out->len += text.len;
}

static bool is_unreserved(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("-._~", c) != NULL);
}

/* RFC 3986 section 2.1: everything that is not unreserved. */
static void put_encoded(struct writer *out, struct vater_str text)
{
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.len; i++) {
    unsigned char byte = (unsigned char)text.ptr[i];
    char escaped[3] = {'%', digits[byte >> 4], digits[byte & 15]};
    if (is_unreserved(text.ptr[i]))
      put(out, (struct vater_str){text.ptr + i, 1});
    else
      put(out, (struct vater_str){escaped, sizeof escaped});
  }
}

static void put_json(struct writer *out, struct vater_str text)
{
  static const char digits[] = "0123456789abcdef";
  put(out, str("\""));
  for (size_t i = 0; i < text.len; i++) {
    unsigned char byte = (unsigned char)text.ptr[i];
    char escaped[6] = {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
    if (byte < 0x20 || byte == '"' || byte == '\\')
      put(out, (struct vater_str){escaped, sizeof escaped});
    else
      put(out, (struct vater_str){text.ptr + i, 1});
  }
  put(out, str("\""));
}

/* ---- periods -------------------------------------------------------------------------------- */

/* How the table writes it: "2026", "2026K3", "2026M07" (SSB), "2026_2026" (FHI), or as it is. */
static struct vater_str period_code(const struct source *source, struct vater_str period,
                                    char out[PERIOD_ROOM])
{
  bool year = period.len == 4;
  if (is(source->period_form, "pair") && year) {
    memcpy(out, period.ptr, 4);
    out[4] = '_';
    memcpy(out + 5, period.ptr, 4);
    return (struct vater_str){out, 9};
  }
  if (!is(source->period_form, "ssb") || period.len != 7)
    return period;
  memcpy(out, period.ptr, 4);
  if (period.ptr[5] == 'Q' || period.ptr[5] == 'T') {
    out[4] = period.ptr[5] == 'Q' ? 'K' : 'T';
    out[5] = period.ptr[6];
    return (struct vater_str){out, 6};
  }
  out[4] = 'M';
  out[5] = period.ptr[5];
  out[6] = period.ptr[6];
  return (struct vater_str){out, 7};
}

/* ---- selections ----------------------------------------------------------------------------- */

static int fill(vater_call *call, const struct source *source, const struct vater_collect *collect,
                struct vater_str *code, char room[PERIOD_ROOM])
{
  if (is(*code, "{period}")) {
    if (collect->period.len == 0)
      return host->fail(call, VATER_E_CONFIG, "the query needs {period}, and this job has none");
    *code = period_code(source, collect->period, room);
    return VATER_OK;
  }
  if (is(*code, "{orgnr}"))
    *code = collect->orgnr;
  else if (starts(*code, "{"))
    return host->fail(call, VATER_E_CONFIG,
                      "'%.*s' is not a placeholder; there are {period} and {orgnr}",
                      code->len > 60 ? 60 : (int)code->len, code->ptr);
  else if (memchr(code->ptr, '{', code->len) != NULL)
    return host->fail(call, VATER_E_CONFIG,
                      "'%.*s' has a placeholder inside; it is filled in where it stands alone",
                      code->len > 60 ? 60 : (int)code->len, code->ptr);
  if (code->len == 0)
    return host->fail(call, VATER_E_CONFIG, "a selection in 'valueCodes' is empty");
  return VATER_OK;
}

/* Codes that stand there one by one; an expression may be any number. */
static uint64_t count_codes(struct vater_str value)
{
  struct vater_str code;
  uint64_t count = 0;
  while (pxweb_next_code(&value, &code))
    count++;
  return count;
}

static int check_selections(vater_call *call, const struct source *source)
{
  struct vater_str value;
  struct vater_str code;
  for (uint32_t i = 0; host->config_item(source->config, "valueCodes", i, NULL, &value); i++)
    for (bool alone = count_codes(value) == 1; pxweb_next_code(&value, &code);)
      if (!pxweb_is_selection(code, source->api == API_V2, alone))
        return host->fail(call, VATER_E_CONFIG,
                          "'%.*s' is no selection; there are *, top(3), and for v2 bottom(3), "
                          "from(x), to(x), range(a,b)",
                          code.len > 60 ? 60 : (int)code.len, code.ptr);
  return VATER_OK;
}

/* What is known of the answer's size before it is asked for. */
static int check_size(vater_call *call, const struct source *source)
{
  uint64_t cells = 1;
  struct vater_str value;
  for (uint32_t i = 0; host->config_item(source->config, "valueCodes", i, NULL, &value); i++) {
    cells *= count_codes(value);
    if (cells > CELLS_MAX)
      return host->fail(call, VATER_E_CONFIG,
                        "'valueCodes' asks for more than %d cells, which no call may; ask for less",
                        (int)CELLS_MAX);
  }
  return VATER_OK;
}

/* ---- v2: GET -------------------------------------------------------------------------------- */

static int put_selection(vater_call *call, const struct source *source,
                         const struct vater_collect *collect, struct writer *out,
                         struct vater_str name, struct vater_str value)
{
  struct vater_str code;
  bool first = true;
  put(out, str("&valueCodes%5B"));
  put_encoded(out, name);
  put(out, str("%5D="));
  while (pxweb_next_code(&value, &code)) {
    char room[PERIOD_ROOM];
    int status = fill(call, source, collect, &code, room);
    if (status != VATER_OK)
      return status;
    if (!first)
      put(out, str(","));
    first = false;
    put_encoded(out, code);
  }
  return VATER_OK;
}

static int put_query(vater_call *call, const struct source *source,
                     const struct vater_collect *collect, struct writer *out)
{
  struct vater_str name;
  struct vater_str value;
  int status = VATER_OK;
  put(out, str("/tables/"));
  put_encoded(out, source->table);
  put(out, str("/data?lang="));
  put_encoded(out, source->language);
  put(out, str("&outputFormat=json-stat2"));
  for (uint32_t i = 0;
       status == VATER_OK && host->config_item(source->config, "valueCodes", i, &name, &value); i++)
    status = put_selection(call, source, collect, out, name, value);
  for (uint32_t i = 0; host->config_item(source->config, "codelist", i, &name, &value); i++) {
    put(out, str("&codelist%5B"));
    put_encoded(out, name);
    put(out, str("%5D="));
    put_encoded(out, value);
  }
  return status;
}

/* ---- v1 and FHI: POST ----------------------------------------------------------------------- */

/* "agg_KommGjeldende" is agg:KommGjeldende in v1. */
static void put_filter(const struct source *source, struct writer *out, struct vater_str name,
                       struct vater_str *value)
{
  struct vater_str listed;
  struct vater_str codelist;
  if (is(*value, "*")) {
    put_json(out, str("all"));
    return;
  }
  if (starts(*value, "top(") && value->ptr[value->len - 1] == ')') {
    put_json(out, str("top"));
    *value = (struct vater_str){value->ptr + 4, value->len - 5};
    return;
  }
  for (uint32_t i = 0; host->config_item(source->config, "codelist", i, &listed, &codelist); i++) {
    size_t mark = starts(codelist, "agg_") ? 3 : (starts(codelist, "vs_") ? 2 : 0);
    if (mark == 0 || listed.len != name.len || memcmp(listed.ptr, name.ptr, name.len) != 0)
      continue;
    put(out, str("\""));
    put(out, (struct vater_str){codelist.ptr, mark});
    put(out, str(":"));
    put(out, (struct vater_str){codelist.ptr + mark + 1, codelist.len - mark - 1});
    put(out, str("\""));
    return;
  }
  put_json(out, str("item"));
}

static int put_values(vater_call *call, const struct source *source,
                      const struct vater_collect *collect, struct writer *out,
                      struct vater_str value)
{
  struct vater_str code;
  bool first = true;
  put(out, str("\"values\":["));
  while (pxweb_next_code(&value, &code)) {
    char room[PERIOD_ROOM];
    int status = fill(call, source, collect, &code, room);
    if (status != VATER_OK)
      return status;
    if (!first)
      put(out, str(","));
    first = false;
    put_json(out, code);
  }
  put(out, str("]"));
  return VATER_OK;
}

static int put_body(vater_call *call, const struct source *source,
                    const struct vater_collect *collect, struct writer *out)
{
  bool fhi = source->api == API_FHI;
  struct vater_str name;
  struct vater_str value;
  int status = VATER_OK;
  put(out, str(fhi ? "{\"dimensions\":[" : "{\"query\":["));
  for (uint32_t i = 0;
       status == VATER_OK && host->config_item(source->config, "valueCodes", i, &name, &value);
       i++) {
    put(out, str(i > 0 ? ",{\"code\":" : "{\"code\":"));
    put_json(out, name);
    put(out, str(fhi ? ",\"filter\":" : ",\"selection\":{\"filter\":"));
    put_filter(source, out, name, &value);
    put(out, str(","));
    status = put_values(call, source, collect, out, value);
    put(out, str(fhi ? "}" : "}}"));
  }
  put(out, str(fhi ? "],\"response\":{\"format\":\"json-stat2\",\"maxRowCount\":800000}}"
                   : "],\"response\":{\"format\":\"json-stat2\"}}"));
  return status;
}

static int describe_post(vater_call *call, const struct source *source,
                         const struct vater_collect *collect, vater_request *request)
{
  struct writer body = {host->alloc(call, ROOM), 0, false};
  if (body.bytes == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory for the query");
  int status = put_body(call, source, collect, &body);
  if (status == VATER_OK && body.full)
    status = host->fail(call, VATER_E_LIMIT, "the query is longer than %d bytes", (int)ROOM);
  if (status == VATER_OK)
    status = host->http->set_method(call, request, "POST");
  return status == VATER_OK ? host->http->set_body(call, request, "application/json",
                                                   (struct vater_str){body.bytes, body.len})
                            : status;
}

/* ---- the source ----------------------------------------------------------------------------- */

static int put_url(vater_call *call, const struct source *source,
                   const struct vater_collect *collect, struct writer *out)
{
  struct vater_str base = collect->url;
  while (base.len > 0 && base.ptr[base.len - 1] == '/')
    base.len--;
  put(out, base);
  if (source->api == API_V2)
    return put_query(call, source, collect, out);
  put(out, str(source->api == API_FHI ? "/table/" : "/"));
  put_encoded(out, source->table);
  if (source->api == API_FHI)
    put(out, str("/data"));
  return VATER_OK;
}

static int first(vater_call *call, void *self, const struct vater_collect *collect,
                 vater_request *request)
{
  const struct source *source = self;
  struct writer out = {host->alloc(call, ROOM), 0, false};
  if (out.bytes == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory for the URL");
  if (collect->url.len == 0)
    return host->fail(call, VATER_E_CONFIG, "the endpoint has no 'url'");
  int status = check_size(call, source);
  if (status == VATER_OK)
    status = put_url(call, source, collect, &out);
  if (status == VATER_OK && out.full)
    status = host->fail(call, VATER_E_LIMIT, "the URL is longer than %d bytes", (int)ROOM);
  if (status == VATER_OK)
    status = host->http->set_url(call, request, (struct vater_str){out.bytes, out.len});
  return status == VATER_OK && source->api != API_V2 ? describe_post(call, source, collect, request)
                                                     : status;
}

static bool has_variable(const struct source *source, struct vater_str wanted)
{
  struct vater_str name;
  for (uint32_t i = 0; host->config_item(source->config, "valueCodes", i, &name, NULL); i++)
    if (name.len == wanted.len && memcmp(name.ptr, wanted.ptr, name.len) == 0)
      return true;
  return false;
}

/* v1 and FHI say a code list with the selection: of another variable it would be lost. */
static int check_codelists(vater_call *call, const struct source *source)
{
  struct vater_str name;
  for (uint32_t i = 0;
       source->api != API_V2 && host->config_item(source->config, "codelist", i, &name, NULL); i++)
    if (!has_variable(source, name))
      return host->fail(call, VATER_E_CONFIG,
                        "'codelist' is of '%.*s', which 'valueCodes' does not have",
                        name.len > 60 ? 60 : (int)name.len, name.ptr);
  return VATER_OK;
}

static int read_settings(vater_call *call, struct source *source)
{
  struct vater_str api;
  host->config_text(source->config, "api", &api);
  host->config_text(source->config, "table", &source->table);
  host->config_text(source->config, "language", &source->language);
  host->config_text(source->config, "period", &source->period_form);
  while (source->api < API_COUNT && !is(api, api_names[source->api]))
    source->api++;
  if (source->api == API_COUNT)
    return host->fail(call, VATER_E_CONFIG, "'api' is v2, v1 or fhi, not '%.*s'",
                      api.len > 20 ? 20 : (int)api.len, api.ptr);
  if (!is(source->period_form, "ssb") && !is(source->period_form, "pair") &&
      !is(source->period_form, "iso"))
    return host->fail(call, VATER_E_CONFIG, "'period' is ssb, pair or iso, not '%.*s'",
                      source->period_form.len > 20 ? 20 : (int)source->period_form.len,
                      source->period_form.ptr);
  if (source->table.len == 0)
    return host->fail(call, VATER_E_CONFIG, "'table' is empty; wanted: the table's id");
  int status = check_selections(call, source);
  return status == VATER_OK ? check_codelists(call, source) : status;
}

static int open_source(vater_call *call, const vater_config *config, void **self)
{
  struct source *source = calloc(1, sizeof *source);
  if (source == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory");
  source->config = config;
  int status = read_settings(call, source);
  if (status == VATER_OK)
    *self = source;
  else
    free(source);
  return status;
}

static void close_source(void *self)
{
  free(self);
}

static int load(const struct vater_host *given)
{
  host = given;
  return VATER_OK;
}

static const struct vater_setting settings[] = {
    {"api", VATER_SETTING_TEXT, false, false, "v2",
     "Which interface the endpoint's URL is of: v2 (GET), v1 (POST) or fhi (POST)."},
    {"table", VATER_SETTING_TEXT, true, false, NULL, "The table's id."},
    {"valueCodes", VATER_SETTING_OBJECT, true, false, NULL,
     "By variable: codes with commas between, *, top(n) and the like; {period}, {orgnr}."},
    {"codelist", VATER_SETTING_OBJECT, false, false, NULL,
     "By variable: the code list that its codes are of, agg_NAME or vs_NAME."},
    {"language", VATER_SETTING_TEXT, false, false, "no", "Language of an answer of v2."},
    {"period", VATER_SETTING_TEXT, false, false, "ssb",
     "How the table writes {period}: ssb (2026K3, 2026M07), pair (2026_2026), iso (2026-Q3)."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_source_ops source_ops = {
    .size = sizeof source_ops,
    .open = open_source,
    .close = close_source,
    .first = first,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "pxweb",
    .version = "1.0.0",
    .summary = "Asks a table of PxWebApi (v2, v1) or of FHI's statistics for a period.",
    .settings = settings,
    .load = load,
    .source = &source_ops,
};

VATER_PLUGIN(plugin)

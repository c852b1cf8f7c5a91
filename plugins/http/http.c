#include "vater/plugin.h"

#include <stdlib.h>
#include <string.h>

static const struct vater_host *host;

struct source {
  const vater_config *config;
};

enum { URL_ROOM = 8192 };

/* A URL being written into scratch memory. */
struct writer {
  char *bytes;
  size_t len;
  bool full;
};

static void put(struct writer *out, const char *bytes, size_t len)
{
  if (len > URL_ROOM - out->len) {
    out->full = true;
    return;
  }
  if (len > 0)
    memcpy(out->bytes + out->len, bytes, len);
  out->len += len;
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
      put(out, text.ptr + i, 1);
    else
      put(out, escaped, sizeof escaped);
  }
}

/* ---- templates ------------------------------------------------------------------------------ */

/* The end of the placeholder that starts at `at`, behind its '}'; 0 where it does not end. */
static size_t placeholder_end(struct vater_str template, size_t at)
{
  const char *end = memchr(template.ptr + at, '}', template.len - at);
  return end != NULL ? (size_t)(end - template.ptr) + 1 : 0;
}

static bool value_of(struct vater_str name, const struct vater_collect *collect,
                     struct vater_str *value)
{
  const struct {
    const char *name;
    struct vater_str value;
  } known[] = {
      {"{period}", collect->period}, {"{orgnr}", collect->orgnr}, {"{goal}", collect->goal}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (name.len != strlen(known[i].name) || memcmp(name.ptr, known[i].name, name.len) != 0)
      continue;
    *value = known[i].value;
    return true;
  }
  return false;
}

static int put_value(vater_call *call, struct writer *out, struct vater_str name,
                     const struct vater_collect *collect)
{
  struct vater_str value;
  if (!value_of(name, collect, &value))
    return host->fail(call, VATER_E_CONFIG,
                      "'%.*s' is not a placeholder; there are {period}, {orgnr}, {goal}",
                      name.len > 60 ? 60 : (int)name.len, name.ptr);
  if (value.len == 0)
    return host->fail(call, VATER_E_CONFIG, "the URL needs %.*s, and this job has none",
                      (int)name.len, name.ptr);
  put_encoded(out, value);
  return VATER_OK;
}

/* Replaces placeholders; `encode`: the rest is percent-encoded too. */
static int put_template(vater_call *call, struct writer *out, struct vater_str template,
                        bool encode, const struct vater_collect *collect)
{
  for (size_t at = 0; at < template.len;) {
    const char *open = memchr(template.ptr + at, '{', template.len - at);
    size_t start = open != NULL ? (size_t)(open - template.ptr) : template.len;
    struct vater_str plain = {template.ptr + at, start - at};
    if (encode)
      put_encoded(out, plain);
    else
      put(out, plain.ptr, plain.len);
    if (open == NULL)
      break;
    at = placeholder_end(template, start);
    if (at == 0)
      return host->fail(call, VATER_E_CONFIG, "a '{' without '}' in '%.*s'",
                        template.len > 200 ? 200 : (int)template.len, template.ptr);
    int status =
        put_value(call, out, (struct vater_str){template.ptr + start, at - start}, collect);
    if (status != VATER_OK)
      return status;
  }
  return VATER_OK;
}

/* ---- requests ------------------------------------------------------------------------------- */

static int put_query(vater_call *call, const struct source *source, struct writer *out,
                     const struct vater_collect *collect)
{
  uint32_t count = host->config_count(source->config, "query");
  bool has_query = memchr(out->bytes, '?', out->len) != NULL;
  int status = VATER_OK;
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    struct vater_str name, value;
    host->config_item(source->config, "query", i, &name, &value);
    put(out, has_query ? "&" : "?", 1);
    has_query = true;
    put_encoded(out, name);
    put(out, "=", 1);
    status = put_template(call, out, value, true, collect);
  }
  return status;
}

static int put_headers(vater_call *call, const struct source *source, vater_request *request)
{
  uint32_t count = host->config_count(source->config, "headers");
  int status = VATER_OK;
  for (uint32_t i = 0; i < count && status == VATER_OK; i++) {
    struct vater_str name, value;
    host->config_item(source->config, "headers", i, &name, &value);
    char *terminated = host->alloc(call, name.len + 1);
    if (terminated == NULL)
      return host->fail(call, VATER_E_NOMEM, "out of memory for a header");
    memcpy(terminated, name.ptr, name.len);
    status = host->http->set_header(call, request, terminated, value);
  }
  return status;
}

static int first(vater_call *call, void *self, const struct vater_collect *collect,
                 vater_request *request)
{
  const struct source *source = self;
  struct vater_str url = collect->url;
  if (url.len == 0 && !host->config_text(source->config, "url", &url))
    return host->fail(call, VATER_E_CONFIG, "the endpoint has no 'url'");
  struct writer out = {host->alloc(call, URL_ROOM), 0, false};
  if (out.bytes == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory for the URL");
  int status = put_template(call, &out, url, false, collect);
  if (status == VATER_OK)
    status = put_query(call, source, &out, collect);
  if (status == VATER_OK && out.full)
    status = host->fail(call, VATER_E_LIMIT, "the URL is longer than %d bytes", (int)URL_ROOM);
  if (status == VATER_OK)
    status = host->http->set_url(call, request, (struct vater_str){out.bytes, out.len});
  return status == VATER_OK ? put_headers(call, source, request) : status;
}

static bool starts(struct vater_str text, const char *start)
{
  size_t len = strlen(start);
  return text.len > len && memcmp(text.ptr, start, len) == 0;
}

static int next(vater_call *call, void *self, const struct vater_page *page, vater_request *request)
{
  const struct source *source = self;
  struct vater_str url;
  if (!host->http->link(call, page->response, "next", &url)) {
    if (page->cursor.len == 0)
      return VATER_DONE;
    if (!starts(page->cursor, "https://") && !starts(page->cursor, "http://"))
      return host->fail(call, VATER_E_DECODE,
                        "the payload names a next page that is no URL: '%.*s'",
                        page->cursor.len > 100 ? 100 : (int)page->cursor.len, page->cursor.ptr);
    url = page->cursor;
  }
  int status = host->http->set_url(call, request, url);
  return status == VATER_OK ? put_headers(call, source, request) : status;
}

/* ---- instance ------------------------------------------------------------------------------- */

static int open_source(vater_call *call, const vater_config *config, void **self)
{
  struct source *source = calloc(1, sizeof *source);
  if (source == NULL)
    return host->fail(call, VATER_E_NOMEM, "out of memory");
  source->config = config;
  *self = source;
  return VATER_OK;
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
    {"url", VATER_SETTING_URL, false, false, NULL,
     "Where to ask; may hold {period}, {orgnr}, {goal}. The host may give it instead."},
    {"query", VATER_SETTING_OBJECT, false, false, NULL,
     "Query parameters added to the URL; values may hold {period}, {orgnr}, {goal}."},
    {"headers", VATER_SETTING_OBJECT, false, false, NULL,
     "Headers sent with each request; never for secrets, which belong in an auth plugin."},
    {NULL, 0, false, false, NULL, NULL},
};

static const struct vater_source_ops source = {
    .size = sizeof source,
    .open = open_source,
    .close = close_source,
    .first = first,
    .next = next,
};

static const struct vater_plugin plugin = {
    VATER_PLUGIN_HEAD,
    .name = "http",
    .version = "1.0.0",
    .summary =
        "Asks an endpoint over HTTPS; URL templates, query parameters, paging by Link header.",
    .settings = settings,
    .load = load,
    .source = &source,
};

VATER_PLUGIN(plugin)

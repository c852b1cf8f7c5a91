#include "net/url.h"

#include "base/limits.h"

#include <curl/curl.h>

static int refuse(struct vt_error *error, struct vater_str text, const char *why)
{
  return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG", "'%.*s' cannot be asked: %s",
                 text.len > 200 ? 200 : VT_STR_ARGS(text), why);
}

static struct vater_str get_part(CURLU *handle, CURLUPart part, unsigned flags,
                                 struct vt_arena *arena)
{
  char *text = NULL;
  struct vater_str copy = VT_STR_NONE;
  if (curl_url_get(handle, part, &text, flags) == CURLUE_OK)
    copy = vt_arena_copy(arena, vt_str(text));
  curl_free(text);
  return copy;
}

static void lower(struct vater_str text, struct vt_arena *arena, struct vater_str *out)
{
  char *bytes = vt_arena_bytes(arena, text.len + 1);
  *out = (struct vater_str){bytes, bytes != NULL ? text.len : 0};
  if (bytes == NULL)
    return;
  for (size_t i = 0; i < text.len; i++)
    bytes[i] = text.ptr[i] >= 'A' && text.ptr[i] <= 'Z' ? (char)(text.ptr[i] + 32) : text.ptr[i];
  bytes[text.len] = '\0';
}

static const char *why_not(CURLU *handle, const struct vt_net_url *url, struct vt_arena *arena)
{
  if (!vt_str_is(url->scheme, "https") && !vt_str_is(url->scheme, "http"))
    return "only https (and http to loopback, where allowed) is spoken";
  if (get_part(handle, CURLUPART_USER, 0, arena).ptr != NULL ||
      get_part(handle, CURLUPART_PASSWORD, 0, arena).ptr != NULL)
    return "it holds a user name; credentials belong in the endpoint's auth";
  if (url->host.len == 0)
    return "it names no host";
  return NULL;
}

static int take_parts(CURLU *handle, struct vater_str given, struct vt_arena *arena,
                      struct vt_net_url *url, struct vt_error *error)
{
  curl_url_set(handle, CURLUPART_FRAGMENT, NULL, 0);
  url->scheme = get_part(handle, CURLUPART_SCHEME, 0, arena);
  lower(get_part(handle, CURLUPART_HOST, 0, arena), arena, &url->host);
  const char *why = why_not(handle, url, arena);
  if (why != NULL)
    return refuse(error, given, why);
  curl_url_set(handle, CURLUPART_HOST, url->host.ptr, 0);
  url->text = get_part(handle, CURLUPART_URL, 0, arena);
  struct vater_str port = get_part(handle, CURLUPART_PORT, CURLU_DEFAULT_PORT, arena);
  url->origin = vt_arena_format(arena, "%.*s://%.*s:%.*s", VT_STR_ARGS(url->scheme),
                                VT_STR_ARGS(url->host), VT_STR_ARGS(port));
  if (url->text.ptr == NULL || url->origin.ptr == NULL || port.ptr == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a URL");
  return VATER_OK;
}

static const char *why_malformed(struct vater_str text)
{
  if (text.len == 0)
    return "it is empty";
  if (text.len > VT_LIMIT_URL_BYTES)
    return "it is longer than the limit URL_BYTES";
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.ptr[i] <= 0x20 || text.ptr[i] == 0x7f)
      return "it holds a blank or a control character";
  return NULL;
}

static int set_url(CURLU *handle, struct vater_str text, struct vt_arena *arena,
                   struct vt_error *error)
{
  const char *why = why_malformed(text);
  if (why != NULL)
    return refuse(error, text, why);
  struct vater_str terminated = vt_arena_copy(arena, text);
  if (terminated.ptr == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a URL");
  CURLUcode code = curl_url_set(handle, CURLUPART_URL, terminated.ptr, 0);
  return code == CURLUE_OK ? VATER_OK : refuse(error, text, curl_url_strerror(code));
}

int vt_net_url_parse(struct vater_str text, struct vt_arena *arena, struct vt_net_url *url,
                     struct vt_error *error)
{
  *url = (struct vt_net_url){VT_STR_NONE, VT_STR_NONE, VT_STR_NONE, VT_STR_NONE};
  CURLU *handle = curl_url();
  if (handle == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for a URL");
  int status = set_url(handle, text, arena, error);
  if (status == VATER_OK)
    status = take_parts(handle, text, arena, url, error);
  if (status != VATER_OK)
    *url = (struct vt_net_url){VT_STR_NONE, VT_STR_NONE, VT_STR_NONE, VT_STR_NONE};
  curl_url_cleanup(handle);
  return status;
}

#include "base/limits.h"
#include "plugin/http.h"
#include "plugin/url.h"

/* The connection's own business: setting one of these changes where a request ends or goes. */
static const char *const transport_headers[] = {
    "host",       "content-length", "content-type", "transfer-encoding",
    "connection", "upgrade",        "keep-alive",   "te",
    "trailer",    "expect",         "range",        "accept-encoding"};

void vt_request_init(struct vater_request *request, struct vt_arena *arena)
{
  *request = (struct vater_request){.arena = arena, .method = VT_STR("GET")};
}

static struct vt_secret *owned(const struct vt_secret *secret)
{
  return (struct vt_secret *)(uintptr_t)secret;
}

void vt_request_fini(struct vater_request *request)
{
  for (uint32_t i = 0; i < request->header_count; i++)
    vt_secret_free(owned(request->headers[i].secret));
  request->header_count = 0;
  if (request->secret_body && request->body.len > 0)
    explicit_bzero((void *)(uintptr_t)request->body.ptr, request->body.len);
}

struct vater_str vt_request_header_value(const struct vt_request_header *header)
{
  return header->secret != NULL ? vt_secret_reveal(header->secret) : header->value;
}

static struct vt_request_header *find(const struct vater_request *request, struct vater_str name)
{
  for (uint32_t i = 0; i < request->header_count; i++)
    if (vt_str_equal_nocase(request->headers[i].name, name))
      return &request->headers[i];
  return NULL;
}

const struct vt_request_header *vt_request_header(const struct vater_request *request,
                                                  const char *name)
{
  return find(request, vt_str(name));
}

static int keep(struct vater_request *request, struct vater_str text, struct vater_str *kept,
                struct vt_error *error)
{
  *kept = vt_arena_copy(request->arena, text);
  return kept->ptr != NULL ? VATER_OK
                           : vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a request");
}

static bool is_token(struct vater_str text)
{
  if (text.len == 0 || text.len > 100)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && (c == '\0' || strchr("!#$%&'*+-.^_`|~", c) == NULL))
      return false;
  }
  return true;
}

static bool is_field_value(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if ((c < 0x20 && c != '\t') || c == 0x7f)
      return false;
  }
  return true;
}

static int check_name(struct vater_str name, struct vt_error *error)
{
  if (!is_token(name))
    return vt_fail(error, VATER_E_REFUSED, NULL, "'%.*s' is not a header name (RFC 9110 token)",
                   name.len > 60 ? 60 : VT_STR_ARGS(name));
  bool transport = name.len > 6 && vt_str_equal_nocase(vt_str_slice(name, 0, 6), VT_STR("proxy-"));
  for (size_t i = 0; i < sizeof transport_headers / sizeof *transport_headers; i++)
    transport = transport || vt_str_equal_nocase(name, vt_str(transport_headers[i]));
  if (transport)
    return vt_fail(error, VATER_E_REFUSED, NULL,
                   "the header '%.*s' belongs to the transport; a plugin may not set it",
                   VT_STR_ARGS(name));
  return VATER_OK;
}

static int check_value(struct vater_str name, struct vater_str value, struct vt_error *error)
{
  if (value.len > VT_LIMIT_REQUEST_HEADER_BYTES)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "the header '%.*s' has %zu bytes; the limit REQUEST_HEADER_BYTES is %llu",
                   VT_STR_ARGS(name), value.len, (unsigned long long)VT_LIMIT_REQUEST_HEADER_BYTES);
  if (!is_field_value(value))
    return vt_fail(error, VATER_E_REFUSED, NULL,
                   "the value of header '%.*s' holds a line break or another control character",
                   VT_STR_ARGS(name));
  return VATER_OK;
}

/* The header of that name, new or with its old value gone. */
static int make_header(struct vater_request *request, struct vater_str name,
                       struct vt_request_header **header, struct vt_error *error)
{
  *header = find(request, name);
  if (*header != NULL) {
    vt_secret_free(owned((*header)->secret));
    (*header)->secret = NULL;
    (*header)->value = VT_STR_NONE;
    return VATER_OK;
  }
  if (request->header_count >= VT_LIMIT_REQUEST_HEADERS)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "the request has too many headers; the limit REQUEST_HEADERS is %llu",
                   (unsigned long long)VT_LIMIT_REQUEST_HEADERS);
  if (request->headers == NULL)
    request->headers =
        vt_arena_array(request->arena, VT_LIMIT_REQUEST_HEADERS, sizeof *request->headers);
  if (request->headers == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a request");
  int status = keep(request, name, &request->headers[request->header_count].name, error);
  if (status == VATER_OK)
    *header = &request->headers[request->header_count++];
  return status;
}

int vt_request_set_method(struct vater_request *request, struct vater_str method,
                          struct vt_error *error)
{
  if (!vt_str_is(method, "GET") && !vt_str_is(method, "POST"))
    return vt_fail(error, VATER_E_REFUSED, NULL, "the method '%.*s' is not GET or POST",
                   method.len > 20 ? 20 : VT_STR_ARGS(method));
  request->method = vt_str_is(method, "GET") ? VT_STR("GET") : VT_STR("POST");
  return VATER_OK;
}

static const char *fault_of_url(struct vater_str text)
{
  struct vt_url url;
  if (text.len > VT_LIMIT_URL_BYTES)
    return "it is longer than the limit URL_BYTES";
  if (!vt_url_split(text, &url))
    return "it has characters that must be percent-encoded, or a broken escape (RFC 3986)";
  if (!vt_str_is(url.scheme, "https") && !vt_str_is(url.scheme, "http"))
    return "it does not start with https://";
  if (url.authority.len == 0 || url.authority.ptr[0] == ':')
    return "it names no host";
  if (memchr(url.authority.ptr, '@', url.authority.len) != NULL)
    return "it holds a user name; credentials belong in an auth plugin";
  return url.has_fragment ? "it has a fragment ('#')" : NULL;
}

int vt_request_set_url(struct vater_request *request, struct vater_str url, struct vt_error *error)
{
  const char *fault = fault_of_url(url);
  if (fault != NULL)
    return vt_fail(error, VATER_E_REFUSED, NULL, "the URL '%.*s' cannot be asked: %s",
                   url.len > 200 ? 200 : VT_STR_ARGS(url), fault);
  return keep(request, url, &request->url, error);
}

int vt_request_set_header(struct vater_request *request, struct vater_str name,
                          struct vater_str value, struct vt_error *error)
{
  struct vt_request_header *header;
  struct vater_str kept;
  int status = check_name(name, error);
  if (status == VATER_OK)
    status = check_value(name, value, error);
  if (status == VATER_OK)
    status = keep(request, value, &kept, error);
  if (status == VATER_OK)
    status = make_header(request, name, &header, error);
  if (status == VATER_OK)
    header->value = kept;
  return status;
}

int vt_request_set_body(struct vater_request *request, struct vater_str media_type,
                        struct vater_str body, struct vt_error *error)
{
  if (body.len > VT_LIMIT_REQUEST_BODY_BYTES)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "the request's body has %zu bytes; the limit REQUEST_BODY_BYTES is %llu",
                   body.len, (unsigned long long)VT_LIMIT_REQUEST_BODY_BYTES);
  int status = check_value(VT_STR("Content-Type"), media_type, error);
  if (status == VATER_OK)
    status = keep(request, media_type, &request->media_type, error);
  if (status == VATER_OK)
    status = keep(request, body, &request->body, error);
  return status;
}

/* ---- secret headers ------------------------------------------------------------------------- */

/* Takes `bytes`, which are wiped. */
static int set_secret(struct vater_request *request, struct vater_str name, char *bytes, size_t len,
                      struct vt_error *error)
{
  struct vt_request_header *header;
  struct vt_secret *secret = NULL;
  int status = check_name(name, error);
  if (status == VATER_OK)
    status = check_value(name, (struct vater_str){bytes, len}, error);
  if (status == VATER_OK && vt_secret_copy((struct vater_str){bytes, len}, &secret) != VATER_OK)
    status = vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a secret header");
  explicit_bzero(bytes, len);
  if (status == VATER_OK)
    status = make_header(request, name, &header, error);
  if (status == VATER_OK)
    header->secret = secret;
  else
    vt_secret_free(secret);
  return status;
}

int vt_request_secret_header(struct vater_request *request, struct vater_str name,
                             struct vater_str prefix, struct vater_str secret,
                             struct vt_error *error)
{
  size_t len = prefix.len + secret.len;
  char *bytes =
      len <= VT_LIMIT_REQUEST_HEADER_BYTES ? vt_arena_bytes(request->arena, len + 1) : NULL;
  if (bytes == NULL)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "the secret for header '%.*s' is over the limit REQUEST_HEADER_BYTES of %llu",
                   VT_STR_ARGS(name), (unsigned long long)VT_LIMIT_REQUEST_HEADER_BYTES);
  if (prefix.len > 0)
    memcpy(bytes, prefix.ptr, prefix.len);
  if (secret.len > 0)
    memcpy(bytes + prefix.len, secret.ptr, secret.len);
  return set_secret(request, name, bytes, len, error);
}

static size_t put_base64(const unsigned char *in, size_t len, char *out)
{
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  size_t used = 0;
  for (size_t i = 0; i < len; i += 3) {
    size_t left = len - i;
    uint32_t group = (uint32_t)in[i] << 16;
    group |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
    group |= left > 2 ? (uint32_t)in[i + 2] : 0;
    out[used++] = digits[group >> 18];
    out[used++] = digits[group >> 12 & 63];
    out[used++] = left > 1 ? digits[group >> 6 & 63] : '=';
    out[used++] = left > 2 ? digits[group & 63] : '=';
  }
  return used;
}

int vt_request_basic_header(struct vater_request *request, struct vater_str user,
                            struct vater_str secret, struct vt_error *error)
{
  static const char prefix[] = "Basic ";
  size_t len = user.len + 1 + secret.len;
  if (user.len > 0 && memchr(user.ptr, ':', user.len) != NULL)
    return vt_fail(error, VATER_E_REFUSED, NULL,
                   "a user name of Basic authentication may not hold ':' (RFC 7617)");
  if (!is_field_value(user) || !is_field_value(secret))
    return vt_fail(error, VATER_E_REFUSED, NULL,
                   "user name and password may not hold control characters (RFC 7617)");
  char *plain =
      len <= VT_LIMIT_REQUEST_HEADER_BYTES / 2 ? vt_arena_bytes(request->arena, len) : NULL;
  char *bytes =
      plain != NULL ? vt_arena_bytes(request->arena, sizeof prefix + (len + 2) / 3 * 4) : NULL;
  if (bytes == NULL)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "user name and password are over half the limit REQUEST_HEADER_BYTES of %llu",
                   (unsigned long long)VT_LIMIT_REQUEST_HEADER_BYTES);
  if (user.len > 0)
    memcpy(plain, user.ptr, user.len);
  plain[user.len] = ':';
  if (secret.len > 0)
    memcpy(plain + user.len + 1, secret.ptr, secret.len);
  memcpy(bytes, prefix, sizeof prefix - 1);
  size_t used = put_base64((const unsigned char *)plain, len, bytes + sizeof prefix - 1);
  explicit_bzero(plain, len);
  return set_secret(request, VT_STR("Authorization"), bytes, sizeof prefix - 1 + used, error);
}

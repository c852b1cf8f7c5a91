#include "base/limits.h"
#include "plugin/http.h"

static bool is_unreserved(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("-._~", c) != NULL);
}

static char *put_encoded(char *to, struct vater_str text)
{
  static const char digits[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    if (is_unreserved(text.ptr[i])) {
      *to++ = text.ptr[i];
    } else {
      *to++ = '%';
      *to++ = digits[c >> 4];
      *to++ = digits[c & 15];
    }
  }
  return to;
}

int vt_request_form_field(struct vater_request *request, struct vater_str name,
                          struct vater_str value, struct vt_error *error)
{
  struct vater_str before = request->body;
  size_t most = before.len + 2 + 3 * (name.len + value.len);
  if (most > VT_LIMIT_REQUEST_BODY_BYTES)
    return vt_fail(error, VATER_E_LIMIT, NULL,
                   "the form has more bytes than the limit REQUEST_BODY_BYTES of %llu",
                   (unsigned long long)VT_LIMIT_REQUEST_BODY_BYTES);
  char *bytes = vt_arena_bytes(request->arena, most + 1);
  if (bytes == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory for a request");
  char *at = bytes;
  if (before.len > 0) {
    memcpy(at, before.ptr, before.len);
    at += before.len;
    *at++ = '&';
    if (request->secret_body)
      explicit_bzero((void *)(uintptr_t)before.ptr, before.len);
  }
  at = put_encoded(at, name);
  *at++ = '=';
  at = put_encoded(at, value);
  *at = '\0';
  request->body = (struct vater_str){bytes, (size_t)(at - bytes)};
  request->media_type = VT_STR("application/x-www-form-urlencoded");
  request->secret_body = true;
  return VATER_OK;
}

int vt_request_client_header(struct vater_request *request, struct vater_str user,
                             struct vater_str secret, struct vt_error *error)
{
  size_t most = 3 * (user.len + secret.len);
  char *bytes =
      most <= VT_LIMIT_REQUEST_HEADER_BYTES ? vt_arena_bytes(request->arena, most + 1) : NULL;
  if (bytes == NULL)
    return vt_fail(
        error, VATER_E_LIMIT, NULL,
        "client id and secret are over a third of the limit REQUEST_HEADER_BYTES of %llu",
        (unsigned long long)VT_LIMIT_REQUEST_HEADER_BYTES);
  char *middle = put_encoded(bytes, user);
  char *end = put_encoded(middle, secret);
  int status = vt_request_basic_header(request, (struct vater_str){bytes, (size_t)(middle - bytes)},
                                       (struct vater_str){middle, (size_t)(end - middle)}, error);
  explicit_bzero(bytes, most);
  return status;
}

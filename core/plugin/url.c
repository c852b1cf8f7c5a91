#include "plugin/url.h"

#include "base/limits.h"

static bool is_hex(char c)
{
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* unreserved, reserved and whole escapes */
static bool characters_fit(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == '%' && (text.len - i < 3 || !is_hex(text.ptr[i + 1]) || !is_hex(text.ptr[i + 2])))
      return false;
    if (c != '%' && !is_letter(c) && !is_digit(c) &&
        (c == '\0' || strchr("-._~:/?#[]@!$&'()*+,;=", c) == NULL))
      return false;
  }
  return true;
}

static size_t scheme_length(struct vater_str text)
{
  if (text.len == 0 || !is_letter(text.ptr[0]))
    return 0;
  size_t at = 1;
  while (at < text.len &&
         (is_letter(text.ptr[at]) || is_digit(text.ptr[at]) || strchr("+-.", text.ptr[at]) != NULL))
    at++;
  return at < text.len && text.ptr[at] == ':' ? at : 0;
}

bool vt_url_split(struct vater_str text, struct vt_url *url)
{
  *url = (struct vt_url){.has_scheme = false};
  if (text.len > VT_LIMIT_URL_BYTES || !characters_fit(text))
    return false;
  size_t end = vt_str_find(text, VT_STR("#"), 0);
  if (end < text.len) {
    url->has_fragment = true;
    url->fragment = vt_str_slice(text, end + 1, text.len);
  }
  size_t query = vt_str_find(vt_str_slice(text, 0, end), VT_STR("?"), 0);
  if (query < end) {
    url->has_query = true;
    url->query = vt_str_slice(text, query + 1, end);
  }
  size_t at = scheme_length(vt_str_slice(text, 0, query));
  url->has_scheme = at > 0;
  url->scheme = vt_str_slice(text, 0, at);
  at += url->has_scheme ? 1 : 0;
  struct vater_str rest = vt_str_slice(text, at, query);
  if (vt_str_starts(rest, VT_STR("//"))) {
    size_t slash = vt_str_find(rest, VT_STR("/"), 2);
    url->has_authority = true;
    url->authority = vt_str_slice(rest, 2, slash);
    rest = vt_str_slice(rest, slash, rest.len);
  }
  url->path = rest;
  return true;
}

/* ---- resolving ------------------------------------------------------------------------------ */

struct writer {
  char *bytes;
  size_t len, room;
};

static void put(struct writer *out, struct vater_str text)
{
  if (text.len > 0 && text.len <= out->room - out->len)
    memcpy(out->bytes + out->len, text.ptr, text.len);
  out->len += text.len <= out->room - out->len ? text.len : 0;
}

/* Section 5.2.4, onto what stands in `out` from `start` on. */
static void put_path(struct writer *out, struct vater_str path)
{
  size_t start = out->len;
  struct vater_str in = path;
  while (in.len > 0) {
    bool last_dot = vt_str_is(in, "/.");
    bool last_up = vt_str_is(in, "/..");
    if (vt_str_starts(in, VT_STR("../")) || vt_str_is(in, "..")) {
      in = vt_str_slice(in, 3, in.len);
    } else if (vt_str_starts(in, VT_STR("./")) || vt_str_is(in, ".")) {
      in = vt_str_slice(in, 2, in.len);
    } else if (vt_str_starts(in, VT_STR("/./")) || last_dot) {
      in = last_dot ? VT_STR("/") : vt_str_slice(in, 2, in.len);
    } else if (vt_str_starts(in, VT_STR("/../")) || last_up) {
      in = last_up ? VT_STR("/") : vt_str_slice(in, 3, in.len);
      while (out->len > start && out->bytes[--out->len] != '/')
        continue;
    } else {
      size_t end = vt_str_find(in, VT_STR("/"), 1);
      put(out, vt_str_slice(in, 0, end));
      in = vt_str_slice(in, end, in.len);
    }
  }
}

/* Section 5.2.3. */
static struct vater_str merge(struct vt_arena *arena, const struct vt_url *base,
                              struct vater_str path)
{
  if (base->has_authority && base->path.len == 0)
    return vt_arena_format(arena, "/%.*s", VT_STR_ARGS(path));
  size_t keep = base->path.len;
  while (keep > 0 && base->path.ptr[keep - 1] != '/')
    keep--;
  return vt_arena_format(arena, "%.*s%.*s", (int)keep, keep > 0 ? base->path.ptr : "",
                         VT_STR_ARGS(path));
}

/* Section 5.2.2. False without memory. */
static bool transform(struct vt_arena *arena, const struct vt_url *base,
                      const struct vt_url *reference, struct vt_url *target)
{
  *target = *reference;
  if (reference->has_scheme)
    return true;
  target->has_scheme = base->has_scheme;
  target->scheme = base->scheme;
  if (reference->has_authority)
    return true;
  target->has_authority = base->has_authority;
  target->authority = base->authority;
  if (reference->path.len == 0) {
    target->path = base->path;
    if (!reference->has_query) {
      target->has_query = base->has_query;
      target->query = base->query;
    }
    return true;
  }
  if (reference->path.ptr[0] != '/')
    target->path = merge(arena, base, reference->path);
  return target->path.ptr != NULL;
}

int vt_url_resolve(struct vt_arena *arena, struct vater_str base, struct vater_str reference,
                   struct vater_str *url, struct vt_error *error)
{
  struct vt_url from, given, target;
  *url = VT_STR_NONE;
  if (!vt_url_split(base, &from) || !vt_url_split(reference, &given) || !from.has_scheme)
    return vt_fail(error, VATER_E_DECODE, NULL, "'%.*s' is not a URL (RFC 3986)",
                   reference.len > 200 ? 200 : VT_STR_ARGS(reference));
  size_t room = base.len + reference.len + 8;
  struct writer out = {vt_arena_bytes(arena, room), 0, room};
  if (out.bytes == NULL || !transform(arena, &from, &given, &target))
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  put(&out, target.scheme);
  put(&out, VT_STR(":"));
  if (target.has_authority) {
    put(&out, VT_STR("//"));
    put(&out, target.authority);
  }
  put_path(&out, target.path);
  if (target.has_query) {
    put(&out, VT_STR("?"));
    put(&out, target.query);
  }
  if (target.has_fragment) {
    put(&out, VT_STR("#"));
    put(&out, target.fragment);
  }
  *url = (struct vater_str){out.bytes, out.len};
  return VATER_OK;
}

/* ---- origin --------------------------------------------------------------------------------- */

struct origin {
  struct vater_str scheme, host, port;
};

static struct origin origin_of(const struct vt_url *url)
{
  struct vater_str rest = url->authority;
  size_t at = vt_str_find(rest, VT_STR("@"), 0);
  if (at < rest.len)
    rest = vt_str_slice(rest, at + 1, rest.len);
  size_t end = rest.len;
  while (end > 0 && is_digit(rest.ptr[end - 1]))
    end--;
  bool has_port = end > 0 && rest.ptr[end - 1] == ':';
  struct origin origin = {url->scheme, rest, VT_STR_NONE};
  if (has_port) {
    origin.host = vt_str_slice(rest, 0, end - 1);
    origin.port = vt_str_slice(rest, end, rest.len);
  }
  if (origin.port.len == 0)
    origin.port = vt_str_equal_nocase(url->scheme, VT_STR("https")) ? VT_STR("443") : VT_STR("80");
  return origin;
}

bool vt_url_same_origin(struct vater_str a, struct vater_str b)
{
  struct vt_url left, right;
  if (!vt_url_split(a, &left) || !vt_url_split(b, &right) || !left.has_authority ||
      !right.has_authority)
    return false;
  struct origin one = origin_of(&left);
  struct origin other = origin_of(&right);
  return vt_str_equal_nocase(one.scheme, other.scheme) &&
         vt_str_equal_nocase(one.host, other.host) && vt_str_equal(one.port, other.port);
}

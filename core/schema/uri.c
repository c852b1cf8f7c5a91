#include "schema/uri.h"

static struct vater_str take_until(struct vater_str *rest, const char *stops)
{
  size_t at = 0;
  while (at < rest->len && strchr(stops, rest->ptr[at]) == NULL)
    at++;
  struct vater_str part = {rest->ptr, at};
  *rest = vt_str_slice(*rest, at, rest->len);
  return part;
}

void vt_uri_split(struct vater_str text, struct vt_uri *uri)
{
  struct vater_str rest = text.ptr != NULL ? text : VT_STR("");
  *uri = (struct vt_uri){.scheme = VT_STR_NONE};
  struct vater_str probe = rest, scheme = take_until(&probe, ":/?#");
  if (scheme.len > 0 && probe.len > 0 && probe.ptr[0] == ':') {
    uri->scheme = scheme;
    rest = vt_str_slice(probe, 1, probe.len);
  }
  if (vt_str_starts(rest, VT_STR("//"))) {
    rest = vt_str_slice(rest, 2, rest.len);
    uri->authority = take_until(&rest, "/?#");
  }
  uri->path = take_until(&rest, "?#");
  if (rest.len > 0 && rest.ptr[0] == '?') {
    rest = vt_str_slice(rest, 1, rest.len);
    uri->query = take_until(&rest, "#");
  }
  if (rest.len > 0)
    uri->fragment = vt_str_slice(rest, 1, rest.len);
}

struct writer {
  char *bytes;
  size_t len;
};

static void put(struct writer *out, const char *before, struct vater_str text, const char *after)
{
  size_t before_len = strlen(before), after_len = strlen(after);
  memcpy(out->bytes + out->len, before, before_len);
  out->len += before_len;
  if (text.len > 0)
    memcpy(out->bytes + out->len, text.ptr, text.len);
  out->len += text.len;
  memcpy(out->bytes + out->len, after, after_len);
  out->len += after_len;
}

/* RFC 3986 section 5.2.4, from `from` to the end of what is written. */
static void remove_dot_segments(struct writer *out, size_t from)
{
  struct vater_str in = {out->bytes + from, out->len - from};
  size_t to = from;
  while (in.len > 0) {
    size_t end = vt_str_find(in, VT_STR("/"), 1);
    struct vater_str segment = vt_str_slice(in, 0, end);
    bool last = end == in.len;
    in = vt_str_slice(in, end, in.len);
    if (vt_str_is(segment, "/.") || vt_str_is(segment, "/..")) {
      if (segment.len == 3)
        while (to > from && out->bytes[--to] != '/')
          ;
      if (last)
        out->bytes[to++] = '/';
    } else if (!vt_str_is(segment, ".") && !vt_str_is(segment, "..")) {
      memmove(out->bytes + to, segment.ptr, segment.len);
      to += segment.len;
    }
  }
  out->len = to;
}

static void put_path(struct writer *out, const struct vt_uri *base, const struct vt_uri *reference)
{
  size_t from = out->len;
  if (reference->path.len > 0 && reference->path.ptr[0] == '/') {
    put(out, "", reference->path, "");
  } else if (base->authority.ptr != NULL && base->path.len == 0) {
    put(out, "/", reference->path, "");
  } else {
    size_t cut = base->path.len;
    while (cut > 0 && base->path.ptr[cut - 1] != '/')
      cut--;
    put(out, "", vt_str_slice(base->path, 0, cut), "");
    put(out, "", reference->path, "");
  }
  remove_dot_segments(out, from);
}

static void put_rest(struct writer *out, struct vater_str query, struct vater_str fragment)
{
  if (query.ptr != NULL)
    put(out, "?", query, "");
  if (fragment.ptr != NULL)
    put(out, "#", fragment, "");
}

struct vater_str vt_uri_resolve(struct vt_arena *arena, struct vater_str base,
                                struct vater_str reference)
{
  struct vt_uri b, r;
  vt_uri_split(base, &b);
  vt_uri_split(reference, &r);
  if (r.scheme.ptr != NULL)
    return vt_arena_copy(arena, reference);
  struct writer out = {vt_arena_bytes(arena, base.len + reference.len + 8), 0};
  if (out.bytes == NULL)
    return VT_STR_NONE;
  if (b.scheme.ptr != NULL)
    put(&out, "", b.scheme, ":");
  struct vater_str authority = r.authority.ptr != NULL ? r.authority : b.authority;
  if (authority.ptr != NULL)
    put(&out, "//", authority, "");
  if (r.authority.ptr != NULL) {
    put(&out, "", r.path, "");
    put_rest(&out, r.query, r.fragment);
  } else if (r.path.len == 0) {
    put(&out, "", b.path, "");
    put_rest(&out, r.query.ptr != NULL ? r.query : b.query, r.fragment);
  } else {
    put_path(&out, &b, &r);
    put_rest(&out, r.query, r.fragment);
  }
  return (struct vater_str){out.bytes, out.len};
}

struct vater_str vt_uri_without_fragment(struct vater_str uri, struct vater_str *fragment)
{
  size_t at = vt_str_find(uri, VT_STR("#"), 0);
  *fragment = at < uri.len ? vt_str_slice(uri, at + 1, uri.len) : VT_STR_NONE;
  if (at < uri.len && fragment->ptr == NULL)
    *fragment = VT_STR("");
  return vt_str_slice(uri, 0, at);
}

static int hex_digit(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct vater_str vt_uri_decode(struct vt_arena *arena, struct vater_str text)
{
  char *out = vt_arena_bytes(arena, text.len + 1);
  size_t len = 0;
  if (out == NULL)
    return VT_STR_NONE;
  for (size_t i = 0; i < text.len; i++) {
    int high = i + 2 < text.len ? hex_digit(text.ptr[i + 1]) : -1;
    int low = i + 2 < text.len ? hex_digit(text.ptr[i + 2]) : -1;
    if (text.ptr[i] == '%' && high >= 0 && low >= 0) {
      out[len++] = (char)(high << 4 | low);
      i += 2;
    } else {
      out[len++] = text.ptr[i];
    }
  }
  return (struct vater_str){out, len};
}

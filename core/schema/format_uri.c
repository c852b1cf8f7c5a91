#include "base/utf8.h"
#include "schema/format.h"
#include "schema/uri.h"

/* RFC 3986, RFC 3987 (iri: true) and RFC 6570. */

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool percent_at(struct vater_str text, size_t at)
{
  return at + 2 < text.len && is_hex(text.ptr[at + 1]) && is_hex(text.ptr[at + 2]);
}

/* RFC 3987 ucschar; iprivate in queries only */
static bool is_ucs(uint32_t c, bool query)
{
  if (c >= 0x10000)
    return (c & 0xFFFF) <= 0xFFFD && (c >= 0xE1000 || c < 0xE0000) && (query || c < 0xF0000);
  return (c >= 0xA0 && c <= 0xD7FF) || (c >= 0xF900 && c <= 0xFDCF) ||
         (c >= 0xFDF0 && c <= 0xFFEF) || (query && c >= 0xE000 && c <= 0xF8FF);
}

/* Unreserved, percent-encoded, sub-delims and what `extra` adds. */
static bool all_allowed(struct vater_str text, const char *extra, bool iri, bool query)
{
  for (size_t at = 0; at < text.len;) {
    char c = text.ptr[at];
    if ((unsigned char)c >= 0x80) {
      if (!iri || !is_ucs(vt_utf8_next(text, &at), query))
        return false;
      continue;
    }
    bool plain = is_letter(c) || is_digit(c) ||
                 (c != '\0' && (strchr("-._~!$&'()*+,;=", c) != NULL || strchr(extra, c) != NULL));
    if (!plain && (c != '%' || !percent_at(text, at)))
      return false;
    at += c == '%' ? 3 : 1;
  }
  return true;
}

static bool scheme_valid(struct vater_str scheme)
{
  if (scheme.len == 0 || !is_letter(scheme.ptr[0]))
    return false;
  for (size_t i = 1; i < scheme.len; i++)
    if (!is_letter(scheme.ptr[i]) && !is_digit(scheme.ptr[i]) &&
        (scheme.ptr[i] == '\0' || strchr("+-.", scheme.ptr[i]) == NULL))
      return false;
  return true;
}

static bool future_address(struct vater_str text)
{
  size_t dot = vt_str_find(text, VT_STR("."), 0);
  if (text.len < 4 || (text.ptr[0] | 0x20) != 'v' || dot < 2 || dot + 1 >= text.len)
    return false;
  for (size_t i = 1; i < dot; i++)
    if (!is_hex(text.ptr[i]))
      return false;
  struct vater_str rest = vt_str_slice(text, dot + 1, text.len);
  return vt_str_find(rest, VT_STR("%"), 0) == rest.len && all_allowed(rest, ":", false, false);
}

static bool authority_valid(struct vater_str authority, bool iri)
{
  size_t at = vt_str_find(authority, VT_STR("@"), 0);
  if (at < authority.len) {
    if (!all_allowed(vt_str_slice(authority, 0, at), ":", iri, false))
      return false;
    authority = vt_str_slice(authority, at + 1, authority.len);
  }
  size_t end = vt_str_find(authority, VT_STR(":"), 0);
  if (authority.len > 0 && authority.ptr[0] == '[') {
    end = vt_str_find(authority, VT_STR("]"), 0);
    if (end == authority.len)
      return false;
    struct vater_str address = vt_str_slice(authority, 1, end);
    if (!vt_format_ipv6(address) && !future_address(address))
      return false;
    end++;
  } else if (!all_allowed(vt_str_slice(authority, 0, end), "", iri, false)) {
    return false;
  }
  if (end < authority.len && authority.ptr[end] != ':')
    return false;
  for (size_t i = end + 1; i < authority.len; i++)
    if (!is_digit(authority.ptr[i]))
      return false;
  return true;
}

static bool reference_valid(struct vater_str text, bool iri, bool absolute)
{
  struct vt_uri uri;
  vt_uri_split(text, &uri);
  if (uri.scheme.ptr == NULL ? absolute : !scheme_valid(uri.scheme))
    return false;
  if (uri.authority.ptr != NULL && !authority_valid(uri.authority, iri))
    return false;
  if (!all_allowed(uri.path, ":@/", iri, false) || !all_allowed(uri.query, ":@/?", iri, true) ||
      !all_allowed(uri.fragment, ":@/?", iri, false))
    return false;
  /* a relative path cannot begin with a segment that looks like a scheme */
  size_t slash = vt_str_find(uri.path, VT_STR("/"), 0);
  return uri.scheme.ptr != NULL || uri.authority.ptr != NULL ||
         vt_str_find(uri.path, VT_STR(":"), 0) >= slash;
}

bool vt_format_uri(struct vater_str text)
{
  return reference_valid(text, false, true);
}

bool vt_format_uri_reference(struct vater_str text)
{
  return reference_valid(text, false, false);
}

bool vt_format_iri(struct vater_str text)
{
  return reference_valid(text, true, true);
}

bool vt_format_iri_reference(struct vater_str text)
{
  return reference_valid(text, true, false);
}

/* RFC 6570 section 2.3 */
static bool variable_valid(struct vater_str name)
{
  bool dot = true;
  for (size_t i = 0; i < name.len; i++) {
    char c = name.ptr[i];
    if (c == '.' && !dot) {
      dot = true;
    } else if (c == '%' && percent_at(name, i)) {
      dot = false;
      i += 2;
    } else if (is_letter(c) || is_digit(c) || c == '_') {
      dot = false;
    } else {
      return false;
    }
  }
  return !dot;
}

/* name, name*, name:3 */
static bool variable_specification(struct vater_str text)
{
  if (vt_str_ends(text, VT_STR("*")))
    return variable_valid(vt_str_slice(text, 0, text.len - 1));
  size_t colon = vt_str_find(text, VT_STR(":"), 0);
  struct vater_str length = vt_str_slice(text, colon + 1, text.len);
  if (colon < text.len) {
    if (length.len == 0 || length.len > 4 || length.ptr[0] == '0')
      return false;
    for (size_t i = 0; i < length.len; i++)
      if (!is_digit(length.ptr[i]))
        return false;
  }
  return variable_valid(vt_str_slice(text, 0, colon));
}

static bool expression_valid(struct vater_str text)
{
  size_t at = 0;
  if (text.len > 0 && text.ptr[0] != '\0' && strchr("+#./;?&", text.ptr[0]) != NULL)
    at = 1;
  do {
    size_t end = vt_str_find(text, VT_STR(","), at);
    if (!variable_specification(vt_str_slice(text, at, end)))
      return false;
    at = end + 1;
  } while (at <= text.len);
  return true;
}

/* With RFC 6570 erratum 6937: an apostrophe is fine. */
static bool literal_allowed(struct vater_str text, size_t *at)
{
  unsigned char c = (unsigned char)text.ptr[*at];
  if (c >= 0x80)
    return is_ucs(vt_utf8_next(text, at), true);
  bool good =
      c == '%' ? percent_at(text, *at) : c > ' ' && c != 0x7F && strchr("\"<>\\^`{|}", c) == NULL;
  ++*at;
  return good;
}

bool vt_format_uri_template(struct vater_str text)
{
  for (size_t at = 0; at < text.len;) {
    if (text.ptr[at] != '{') {
      if (!literal_allowed(text, &at))
        return false;
      continue;
    }
    size_t end = vt_str_find(text, VT_STR("}"), at);
    if (end == text.len || !expression_valid(vt_str_slice(text, at + 1, end)))
      return false;
    at = end + 1;
  }
  return true;
}

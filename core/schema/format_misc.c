#include "schema/format.h"

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* RFC 4122: 8-4-4-4-12 */
bool vt_format_uuid(struct vater_str text)
{
  if (text.len != 36)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text.ptr[i] != '-' : !is_hex(text.ptr[i]))
      return false;
  }
  return true;
}

/* RFC 6901 */
bool vt_format_json_pointer(struct vater_str text)
{
  if (text.len > 0 && text.ptr[0] != '/')
    return false;
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] == '~' &&
        (i + 1 == text.len || (text.ptr[i + 1] != '0' && text.ptr[i + 1] != '1')))
      return false;
  return true;
}

static size_t plain_number(struct vater_str text, size_t at)
{
  size_t start = at;
  while (at < text.len && is_digit(text.ptr[at]))
    at++;
  bool padded = at - start > 1 && text.ptr[start] == '0';
  return padded ? start : at;
}

/* draft-bhutton-relative-json-pointer-00 */
bool vt_format_relative_json_pointer(struct vater_str text)
{
  size_t at = plain_number(text, 0);
  if (at == 0)
    return false;
  if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-')) {
    size_t end = plain_number(text, at + 1);
    if (end == at + 1 || text.ptr[at + 1] == '0')
      return false;
    at = end;
  }
  if (at + 1 == text.len && text.ptr[at] == '#')
    return true;
  return vt_format_json_pointer(vt_str_slice(text, at, text.len));
}

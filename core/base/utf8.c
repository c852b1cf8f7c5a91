#include "base/utf8.h"

/* Length of the sequence at p (n bytes there), 0 when invalid. */
static size_t sequence(const unsigned char *p, size_t n, uint32_t *code_point)
{
  if (p[0] < 0x80) {
    *code_point = p[0];
    return 1;
  }
  if (p[0] < 0xc2 || p[0] > 0xf4)
    return 0;
  size_t len = p[0] < 0xe0 ? 2 : (p[0] < 0xf0 ? 3 : 4);
  if (n < len)
    return 0;
  uint32_t value = p[0] & (0xffu >> (len + 1));
  for (size_t i = 1; i < len; i++) {
    if ((p[i] & 0xc0) != 0x80)
      return 0;
    value = value << 6 | (p[i] & 0x3fu);
  }
  bool overlong = (len == 3 && value < 0x800) || (len == 4 && value < 0x10000);
  if (overlong || (value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    return 0;
  *code_point = value;
  return len;
}

size_t vt_utf8_valid(struct vater_str text)
{
  const unsigned char *p = (const unsigned char *)text.ptr;
  size_t at = 0;
  while (at < text.len) {
    uint64_t word;
    while (at + 8 <= text.len && (memcpy(&word, p + at, 8), (word & 0x8080808080808080u) == 0))
      at += 8;
    while (at < text.len && p[at] < 0x80)
      at++;
    if (at == text.len)
      break;
    uint32_t code_point;
    size_t len = sequence(p + at, text.len - at, &code_point);
    if (len == 0)
      return at;
    at += len;
  }
  return at;
}

size_t vt_utf8_count(struct vater_str text)
{
  size_t count = 0;
  for (size_t i = 0; i < text.len; i++)
    count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
  return count;
}

uint32_t vt_utf8_next(struct vater_str text, size_t *at)
{
  uint32_t code_point;
  size_t len = sequence((const unsigned char *)text.ptr + *at, text.len - *at, &code_point);
  *at += len == 0 ? 1 : len;
  return len == 0 ? 0xfffd : code_point;
}

size_t vt_utf8_put(uint32_t c, char out[4])
{
  if (c < 0x80) {
    out[0] = (char)c;
    return 1;
  }
  if (c < 0x800) {
    out[0] = (char)(0xc0 | c >> 6);
    out[1] = (char)(0x80 | (c & 0x3f));
    return 2;
  }
  if (c >= 0xd800 && c <= 0xdfff)
    return 0;
  if (c < 0x10000) {
    out[0] = (char)(0xe0 | c >> 12);
    out[1] = (char)(0x80 | (c >> 6 & 0x3f));
    out[2] = (char)(0x80 | (c & 0x3f));
    return 3;
  }
  if (c > 0x10ffff)
    return 0;
  out[0] = (char)(0xf0 | c >> 18);
  out[1] = (char)(0x80 | (c >> 12 & 0x3f));
  out[2] = (char)(0x80 | (c >> 6 & 0x3f));
  out[3] = (char)(0x80 | (c & 0x3f));
  return 4;
}

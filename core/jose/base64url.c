#include "jose/base64url.h"

static int encode(struct vt_buffer *out, struct vater_str bytes, const char *digits, bool padded)
{
  for (size_t i = 0; i < bytes.len; i += 3) {
    size_t left = bytes.len - i;
    const unsigned char *in = (const unsigned char *)bytes.ptr + i;
    uint32_t group = (uint32_t)in[0] << 16;
    group |= left > 1 ? (uint32_t)in[1] << 8 : 0;
    group |= left > 2 ? (uint32_t)in[2] : 0;
    char four[4] = {digits[group >> 18], digits[group >> 12 & 63],
                    left > 1 ? digits[group >> 6 & 63] : '=', left > 2 ? digits[group & 63] : '='};
    size_t used = padded || left > 2 ? 4 : left + 1;
    vt_buffer_append(out, (struct vater_str){four, used});
  }
  if (out->failed)
    return out->starved ? VATER_E_NOMEM : VATER_E_LIMIT;
  return VATER_OK;
}

int vt_base64url_encode(struct vt_buffer *out, struct vater_str bytes)
{
  return encode(out, bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
                false);
}

int vt_base64_encode(struct vt_buffer *out, struct vater_str bytes)
{
  return encode(out, bytes, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                true);
}

static int value_of(char c)
{
  if (c >= 'A' && c <= 'Z')
    return c - 'A';
  if (c >= 'a' && c <= 'z')
    return c - 'a' + 26;
  if (c >= '0' && c <= '9')
    return c - '0' + 52;
  return c == '-' ? 62 : c == '_' ? 63 : -1;
}

size_t vt_base64url_decoded(size_t len)
{
  return len / 4 * 3 + (len % 4 > 0 ? len % 4 - 1 : 0);
}

/* Bits below the last whole byte must be zero: one value has one spelling. */
bool vt_base64url_decode_to(struct vater_str text, char *to)
{
  uint32_t bits = 0;
  unsigned held = 0;
  if (text.len % 4 == 1)
    return false;
  for (size_t i = 0; i < text.len; i++) {
    int value = value_of(text.ptr[i]);
    if (value < 0)
      return false;
    bits = bits << 6 | (uint32_t)value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      *to++ = (char)(unsigned char)(bits >> held & 255);
    }
  }
  return (bits & ((1u << held) - 1)) == 0;
}

bool vt_base64url_decode(struct vt_buffer *out, struct vater_str text)
{
  char *to = vt_buffer_extend(out, vt_base64url_decoded(text.len));
  return to != NULL && vt_base64url_decode_to(text, to);
}

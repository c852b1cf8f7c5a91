#include "base/encode.h"

#include "base/number.h"
#include "base/utf8.h"

/* Marks that change how the text around them is read or that cannot be seen. */
static bool invisible(uint32_t c)
{
  return c == 0x00ad || c == 0x061c || (c >= 0x200b && c <= 0x200f) ||
         (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);
}

static bool control(uint32_t c)
{
  return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

static int put_code_point(struct vt_buffer *out, uint32_t c)
{
  char bytes[4];
  return vt_buffer_append(out, (struct vater_str){bytes, vt_utf8_put(c, bytes)});
}

int vt_encode_terminal(struct vt_buffer *out, struct vater_str text)
{
  int status = VATER_OK;
  for (size_t at = 0; at < text.len && status == VATER_OK;) {
    uint32_t c = vt_utf8_next(text, &at);
    if (c == '\t')
      status = vt_buffer_char(out, ' ');
    else if (control(c) || invisible(c))
      status = vt_buffer_format(out, "\\u{%X}", (unsigned)c);
    else
      status = put_code_point(out, c);
  }
  return status;
}

static const char *html_entity(uint32_t c)
{
  switch (c) {
  case '&':
    return "&amp;";
  case '<':
    return "&lt;";
  case '>':
    return "&gt;";
  case '"':
    return "&quot;";
  case '\'':
    return "&#39;";
  default:
    return NULL;
  }
}

int vt_encode_html(struct vt_buffer *out, struct vater_str text)
{
  int status = VATER_OK;
  for (size_t at = 0; at < text.len && status == VATER_OK;) {
    uint32_t c = vt_utf8_next(text, &at);
    const char *entity = html_entity(c);
    if (entity != NULL)
      status = vt_buffer_text(out, entity);
    else if ((control(c) && c != '\t' && c != '\n') || invisible(c))
      status = put_code_point(out, 0xfffd);
    else
      status = put_code_point(out, c);
  }
  return status;
}

int vt_encode_csv(struct vt_buffer *out, struct vater_str text)
{
  double number;
  bool formula = text.len > 0 && memchr("=+-@\t\r", text.ptr[0], 6) != NULL &&
                 !vt_number_double(text, &number);
  bool quoted = formula;
  for (size_t i = 0; i < text.len && !quoted; i++)
    quoted = memchr("\",;\r\n\t ", text.ptr[i], 7) != NULL;
  if (quoted)
    vt_buffer_char(out, '"');
  if (formula)
    vt_buffer_char(out, '\'');
  for (size_t at = 0; at < text.len;) {
    uint32_t c = vt_utf8_next(text, &at);
    if (c == '"')
      vt_buffer_char(out, '"');
    put_code_point(out, control(c) && c != '\t' && c != '\n' && c != '\r' ? 0xfffd : c);
  }
  if (quoted)
    vt_buffer_char(out, '"');
  return out->failed ? VATER_E_LIMIT : VATER_OK;
}

static bool plain_in_log(unsigned char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != 0 && strchr("_.:/@%+,-", c) != NULL);
}

int vt_encode_log(struct vt_buffer *out, struct vater_str text)
{
  bool plain = text.len > 0;
  for (size_t i = 0; i < text.len && plain; i++)
    plain = plain_in_log((unsigned char)text.ptr[i]);
  if (plain)
    return vt_buffer_append(out, text);
  vt_buffer_char(out, '"');
  for (size_t at = 0; at < text.len;) {
    uint32_t c = vt_utf8_next(text, &at);
    if (c == '"' || c == '\\')
      vt_buffer_char(out, '\\');
    if (control(c) || invisible(c))
      vt_buffer_format(out, "\\u{%X}", (unsigned)c);
    else
      put_code_point(out, c);
  }
  return vt_buffer_char(out, '"');
}

int vt_encode_json(struct vt_buffer *out, struct vater_str text)
{
  vt_buffer_char(out, '"');
  for (size_t at = 0; at < text.len;) {
    uint32_t c = vt_utf8_next(text, &at);
    if (c == '"' || c == '\\')
      vt_buffer_format(out, "\\%c", (char)c);
    else if (c == '\n')
      vt_buffer_text(out, "\\n");
    else if (control(c) || c == 0x2028 || c == 0x2029)
      vt_buffer_format(out, "\\u%04x", (unsigned)c);
    else
      put_code_point(out, c);
  }
  return vt_buffer_char(out, '"');
}

static bool combining(uint32_t c)
{
  return (c >= 0x0300 && c <= 0x036f) || (c >= 0x1ab0 && c <= 0x1aff) ||
         (c >= 0x20d0 && c <= 0x20ff) || (c >= 0xfe00 && c <= 0xfe0f) ||
         (c >= 0xfe20 && c <= 0xfe2f);
}

static bool wide(uint32_t c)
{
  return (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) ||
         (c >= 0xac00 && c <= 0xd7a3) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
         (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
}

size_t vt_encode_width(struct vater_str text)
{
  size_t width = 0;
  for (size_t at = 0; at < text.len;) {
    uint32_t c = vt_utf8_next(text, &at);
    width += combining(c) ? 0 : (wide(c) ? 2 : 1);
  }
  return width;
}

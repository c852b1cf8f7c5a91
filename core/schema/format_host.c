#include "base/utf8.h"
#include "schema/format.h"

#include <idn2.h>

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_alphanumeric(char c)
{
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Dotted decimal, four numbers without leading zeros (RFC 2673 section 3.2). */
bool vt_format_ipv4(struct vater_str text)
{
  size_t at = 0;
  for (int part = 0; part < 4; part++) {
    size_t start = at;
    int value = 0;
    for (; at < text.len && is_digit(text.ptr[at]) && at - start < 4; at++)
      value = value * 10 + (text.ptr[at] - '0');
    size_t digits = at - start;
    if (digits == 0 || value > 255 || (digits > 1 && text.ptr[start] == '0'))
      return false;
    if (part < 3 && (at >= text.len || text.ptr[at++] != '.'))
      return false;
  }
  return at == text.len;
}

static bool is_group(struct vater_str group)
{
  for (size_t i = 0; i < group.len; i++) {
    char c = (char)(group.ptr[i] | 0x20);
    if (!is_digit(group.ptr[i]) && (c < 'a' || c > 'f'))
      return false;
  }
  return group.len >= 1 && group.len <= 4;
}

/* Groups of one side of "::"; -1 when one of them is none. `last`: an IPv4 address may end it. */
static int count_groups(struct vater_str text, bool last)
{
  int count = 0;
  for (size_t at = 0; at < text.len || (at > 0 && at == text.len);) {
    size_t end = vt_str_find(text, VT_STR(":"), at);
    struct vater_str group = vt_str_slice(text, at, end);
    bool dotted = last && end == text.len && vt_format_ipv4(group);
    if (!dotted && !is_group(group))
      return -1;
    count += dotted ? 2 : 1;
    if (end == text.len)
      break;
    at = end + 1;
  }
  return count;
}

/* RFC 4291 section 2.2 */
bool vt_format_ipv6(struct vater_str text)
{
  size_t gap = vt_str_find(text, VT_STR("::"), 0);
  if (text.len > 45)
    return false;
  if (gap == text.len)
    return count_groups(text, true) == 8;
  int before = count_groups(vt_str_slice(text, 0, gap), false);
  int after = count_groups(vt_str_slice(text, gap + 2, text.len), true);
  return before >= 0 && after >= 0 && before + after <= 7;
}

#define LABEL_BYTES 63
#define NAME_BYTES 253

/* RFC 5891: what an A-label stands for must be valid, and give the A-label again. */
static bool a_label_valid(struct vater_str label)
{
  char ascii[LABEL_BYTES + 1];
  uint8_t *unicode = NULL, *again = NULL;
  memcpy(ascii, label.ptr, label.len);
  ascii[label.len] = '\0';
  bool valid = idn2_to_unicode_8z8z(ascii, (char **)(void *)&unicode, 0) == IDN2_OK &&
               idn2_register_u8(unicode, NULL, &again,
                                IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES) == IDN2_OK &&
               strcasecmp((const char *)again, ascii) == 0;
  idn2_free(unicode);
  idn2_free(again);
  return valid;
}

/* RFC 1123 section 2.1, RFC 5890 section 2.3.1 */
static bool ascii_label(struct vater_str label)
{
  if (label.len == 0 || label.len > LABEL_BYTES || label.ptr[0] == '-' ||
      label.ptr[label.len - 1] == '-')
    return false;
  for (size_t i = 0; i < label.len; i++)
    if (!is_alphanumeric(label.ptr[i]) && label.ptr[i] != '-')
      return false;
  if (label.len < 4 || label.ptr[2] != '-' || label.ptr[3] != '-')
    return true;
  return vt_str_equal_nocase(vt_str_slice(label, 0, 4), VT_STR("xn--")) && a_label_valid(label);
}

bool vt_format_hostname(struct vater_str text)
{
  if (text.len == 0 || text.len > NAME_BYTES)
    return false;
  for (size_t at = 0; at <= text.len;) {
    size_t end = vt_str_find(text, VT_STR("."), at);
    if (!ascii_label(vt_str_slice(text, at, end)))
      return false;
    at = end + 1;
  }
  return true;
}

static bool is_ascii(struct vater_str text)
{
  for (size_t i = 0; i < text.len; i++)
    if ((unsigned char)text.ptr[i] >= 0x80)
      return false;
  return true;
}

/* RFC 5892 appendix A: what stands beside decides; libidn2 checks some of them only. */
static bool context_valid(struct vater_str label)
{
  bool arabic = false, extended = false, kana = false, middle = false;
  uint32_t before = 0;
  for (size_t at = 0; at < label.len;) {
    uint32_t c = vt_utf8_next(label, &at);
    size_t peek = at;
    uint32_t after = at < label.len ? vt_utf8_next(label, &peek) : 0;
    if (c == 0x00B7 && (before != 'l' || after != 'l'))
      return false;
    if (c == 0x0375 &&
        !((after >= 0x370 && after <= 0x3FF) || (after >= 0x1F00 && after <= 0x1FFF)))
      return false;
    if ((c == 0x05F3 || c == 0x05F4) && !(before >= 0x590 && before <= 0x5FF))
      return false;
    arabic |= c >= 0x660 && c <= 0x669;
    extended |= c >= 0x6F0 && c <= 0x6F9;
    middle |= c == 0x30FB;
    kana |= (c >= 0x3041 && c <= 0x30FA) || (c >= 0x30FC && c <= 0x30FF) ||
            (c >= 0x3400 && c <= 0x9FFF) || c == 0x3005 || c == 0x3007;
    before = c;
  }
  return !(arabic && extended) && (!middle || kana);
}

static bool is_right_to_left(uint32_t c)
{
  return (c >= 0x0590 && c <= 0x08FF && !(c >= 0x0660 && c <= 0x0669) &&
          !(c >= 0x06F0 && c <= 0x06F9)) ||
         (c >= 0xFB1D && c <= 0xFDFF) || (c >= 0xFE70 && c <= 0xFEFF) ||
         (c >= 0x10800 && c <= 0x10FFF) || (c >= 0x1E800 && c <= 0x1EFFF);
}

/* What RFC 5893 section 2 asks beyond libidn2: rule 1 for the labels of a name in which another is
 * written from right to left, rule 4 for European and Arabic digits in one label. */
static bool bidi_valid(struct vater_str label, bool mixed_name)
{
  bool right = false, arabic = false, european = false;
  for (size_t at = 0; at < label.len;) {
    uint32_t c = vt_utf8_next(label, &at);
    right |= is_right_to_left(c);
    arabic |= c >= 0x660 && c <= 0x669;
    european |= (c >= '0' && c <= '9') || (c >= 0x6F0 && c <= 0x6F9);
  }
  if (mixed_name && label.len > 0 && is_digit(label.ptr[0]))
    return false;
  return !right || !arabic || !european;
}

/* Its length as an A-label; 0 where it is none. */
static size_t unicode_label(struct vater_str label)
{
  uint8_t text[LABEL_BYTES * 4 + 1], *ascii = NULL;
  if (is_ascii(label))
    return ascii_label(label) ? label.len : 0;
  if (label.len >= sizeof text || !context_valid(label))
    return 0;
  memcpy(text, label.ptr, label.len);
  text[label.len] = '\0';
  int status = idn2_register_u8(text, NULL, &ascii, IDN2_NFC_INPUT | IDN2_USE_STD3_ASCII_RULES);
  size_t len = status == IDN2_OK ? strlen((const char *)ascii) : 0;
  idn2_free(ascii);
  return len <= LABEL_BYTES ? len : 0;
}

/* The full stops that IDNA knows (RFC 3490 section 3.1). */
static size_t dot_length(struct vater_str text, size_t at)
{
  struct vater_str rest = vt_str_slice(text, at, text.len);
  if (vt_str_starts(rest, VT_STR(".")))
    return 1;
  bool wide = vt_str_starts(rest, VT_STR("\u3002")) || vt_str_starts(rest, VT_STR("\uFF0E")) ||
              vt_str_starts(rest, VT_STR("\uFF61"));
  return wide ? 3 : 0;
}

static bool has_right_to_left(struct vater_str text)
{
  for (size_t at = 0; at < text.len;)
    if (is_right_to_left(vt_utf8_next(text, &at)))
      return true;
  return false;
}

bool vt_format_idn_hostname(struct vater_str text)
{
  size_t start = 0, total = 0;
  if (text.len == 0 || text.len > (size_t)NAME_BYTES * 4 ||
      memchr(text.ptr, '\0', text.len) != NULL)
    return false;
  bool mixed = has_right_to_left(text);
  for (size_t at = 0; at <= text.len;) {
    size_t dot = at < text.len ? dot_length(text, at) : 0;
    if (dot == 0 && at < text.len) {
      at++;
      continue;
    }
    struct vater_str label = vt_str_slice(text, start, at);
    size_t len = unicode_label(label);
    if (len == 0 || !bidi_valid(label, mixed))
      return false;
    total += len + (start > 0 ? 1 : 0);
    at += dot > 0 ? dot : 1;
    start = at;
  }
  return total <= NAME_BYTES;
}

/* RFC 5321 section 4.1.2: dot-string or quoted string */
static bool local_part(struct vater_str text, bool unicode)
{
  bool quoted = text.len >= 2 && text.ptr[0] == '"' && text.ptr[text.len - 1] == '"';
  bool dot = true;
  for (size_t i = quoted ? 1 : 0; i < text.len - (quoted ? 1 : 0); i++) {
    char c = text.ptr[i];
    if ((unsigned char)c >= 0x80) {
      if (!unicode)
        return false;
    } else if (quoted) {
      if (c < ' ' || c == 0x7F || c == '"' || (c == '\\' && i + 2 >= text.len))
        return false;
      i += c == '\\';
    } else if (c == '.') {
      if (dot)
        return false;
    } else if (!is_alphanumeric(c) && (c == '\0' || strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL)) {
      return false;
    }
    dot = c == '.';
  }
  return text.len > 0 && text.len <= 64 && (quoted || !dot);
}

static bool address_literal(struct vater_str text)
{
  if (text.len < 2 || text.ptr[0] != '[' || text.ptr[text.len - 1] != ']')
    return false;
  text = vt_str_slice(text, 1, text.len - 1);
  if (vt_str_equal_nocase(vt_str_slice(text, 0, 5), VT_STR("IPv6:")))
    return vt_format_ipv6(vt_str_slice(text, 5, text.len));
  return vt_format_ipv4(text);
}

static bool mailbox(struct vater_str text, bool unicode)
{
  size_t at = text.len;
  while (at > 0 && text.ptr[at - 1] != '@')
    at--;
  if (at == 0)
    return false;
  struct vater_str domain = vt_str_slice(text, at, text.len);
  if (!local_part(vt_str_slice(text, 0, at - 1), unicode))
    return false;
  return address_literal(domain) ||
         (unicode ? vt_format_idn_hostname(domain) : vt_format_hostname(domain));
}

bool vt_format_email(struct vater_str text)
{
  return mailbox(text, false);
}

bool vt_format_idn_email(struct vater_str text)
{
  return mailbox(text, true);
}

#include "judge/odd.h"

#include "base/utf8.h"

static bool is_control(uint32_t c)
{
  return c < 0x20 || (c >= 0x7f && c <= 0x9f);
}

static bool is_direction(uint32_t c)
{
  return c == 0x061c || (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

static bool is_letter(char c)
{
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool begins_tag(struct vater_str text, size_t at)
{
  if (text.ptr[at] != '<' || at + 1 >= text.len)
    return false;
  char next = text.ptr[at + 1];
  return is_letter(next) || next == '/' || next == '!' || next == '?';
}

/* A sign before a number or a word apart is how people write. */
static bool begins_formula(struct vater_str text)
{
  if (text.len < 2)
    return false;
  char first = text.ptr[0], next = text.ptr[1];
  if (first == '=' || first == '@')
    return next != ' ';
  return (first == '+' || first == '-') && (is_letter(next) || next == '(');
}

enum vt_odd vt_odd_find(struct vater_str text)
{
  if (begins_formula(text))
    return VT_ODD_FORMULA;
  for (size_t at = 0; at < text.len;) {
    if (begins_tag(text, at))
      return VT_ODD_MARKUP;
    uint32_t c = vt_utf8_next(text, &at);
    if (is_control(c))
      return VT_ODD_CONTROL;
    if (is_direction(c))
      return VT_ODD_DIRECTION;
  }
  return VT_ODD_NOT;
}

const char *vt_odd_name(enum vt_odd odd, enum vt_language language)
{
  static const char *const names[][VT_LANGUAGE_COUNT] = {
      [VT_ODD_NOT] = {"", "", ""},
      [VT_ODD_CONTROL] = {"et styretegn eller linjeskift", "eit styreteikn eller lineskift",
                          "a control character or line break"},
      [VT_ODD_DIRECTION] = {"et usynlig tegn eller ett som snur skriveretningen",
                            "eit usynleg teikn eller eitt som snur skriveretninga",
                            "an invisible character or one that turns the direction of writing"},
      [VT_ODD_MARKUP] = {"HTML", "HTML", "HTML"},
      [VT_ODD_FORMULA] = {"en formel", "ein formel", "a formula"},
  };
  return names[odd][language];
}

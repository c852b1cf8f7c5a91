#include "orgnr.h"

#include <string.h>

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool same_letter(char a, char b)
{
  return a == b || (b >= 'A' && b <= 'Z' && a == b + ('a' - 'A'));
}

/* `word` is in capitals. */
static bool drop_start(struct vater_str *text, const char *word)
{
  size_t len = strlen(word);
  if (text->len < len)
    return false;
  for (size_t i = 0; i < len; i++)
    if (!same_letter(text->ptr[i], word[i]))
      return false;
  text->ptr += len;
  text->len -= len;
  return true;
}

static bool drop_end(struct vater_str *text, const char *word)
{
  size_t len = strlen(word);
  if (text->len < len)
    return false;
  struct vater_str tail = {text->ptr + text->len - len, len};
  if (!drop_start(&tail, word))
    return false;
  text->len -= len;
  return true;
}

/* A space or a no-break space. */
static size_t space_at(struct vater_str text, size_t at)
{
  if (text.ptr[at] == ' ')
    return 1;
  return text.len - at >= 2 && memcmp(text.ptr + at, "\xc2\xa0", 2) == 0 ? 2 : 0;
}

static void trim(struct vater_str *text)
{
  size_t size;
  while (text->len > 0 && (size = space_at(*text, 0)) > 0) {
    text->ptr += size;
    text->len -= size;
  }
  while (text->len > 0 && text->ptr[text->len - 1] == ' ')
    text->len--;
  while (text->len >= 2 && memcmp(text->ptr + text->len - 2, "\xc2\xa0", 2) == 0)
    text->len -= 2;
}

static void drop_form(struct vater_str *text)
{
  trim(text);
  if (drop_start(text, "URN:OID:2.16.578.1.12.4.1.4.101|") || drop_start(text, "0192:") ||
      drop_start(text, "NO:ORGNR:") || !drop_start(text, "NO"))
    return;
  drop_end(text, "MVA");
  trim(text);
}

/* Nine digits with at most one space between two of them. */
static bool take_digits(struct vater_str text, char digits[ORGNR_DIGITS])
{
  size_t count = 0;
  for (size_t at = 0; at < text.len; at++) {
    size_t space = count > 0 ? space_at(text, at) : 0;
    at += space;
    if (at >= text.len || !is_digit(text.ptr[at]) || count == ORGNR_DIGITS)
      return false;
    digits[count++] = text.ptr[at];
  }
  return count == ORGNR_DIGITS;
}

static bool control_holds(const char digits[ORGNR_DIGITS])
{
  static const int weights[ORGNR_DIGITS] = {3, 2, 7, 6, 5, 4, 3, 2, 1};
  int sum = 0;
  bool zeros = true;
  for (int i = 0; i < ORGNR_DIGITS; i++) {
    sum += weights[i] * (digits[i] - '0');
    zeros = zeros && digits[i] == '0';
  }
  return sum % 11 == 0 && !zeros;
}

bool norway_orgnr(struct vater_str text, bool strict, char digits[ORGNR_DIGITS])
{
  drop_form(&text);
  return take_digits(text, digits) && (!strict || control_holds(digits));
}

bool norway_number_of(struct vater_str text, const char *oid)
{
  if (drop_start(&text, "URN:OID:") && (!drop_start(&text, oid) || !drop_start(&text, "|")))
    return false;
  if (text.len == 0 || text.len > 9 || text.ptr[0] == '0')
    return false;
  for (size_t i = 0; i < text.len; i++)
    if (!is_digit(text.ptr[i]))
      return false;
  return true;
}

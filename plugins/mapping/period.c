#include "mapping/mapping.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static size_t leading_digits(struct vater_str text)
{
  size_t count = 0;
  while (count < text.len && is_digit(text.ptr[count]))
    count++;
  return count;
}

/* The number that `text` is from `at` on, up to two digits; 0: none. */
static unsigned part(struct vater_str text, size_t at)
{
  unsigned value = 0;
  if (at >= text.len || text.len - at > 2)
    return 0;
  for (; at < text.len; at++) {
    if (!is_digit(text.ptr[at]))
      return 0;
    value = value * 10 + (unsigned)(text.ptr[at] - '0');
  }
  return value;
}

/* "2026-Q3", "2026-07"; `number` has at most two digits. */
static const char *put(char *out, struct vater_str text, char kind, unsigned number, unsigned most)
{
  size_t used = 5;
  if (number == 0 || number > most)
    return "is no period of the calendar";
  memcpy(out, text.ptr, 4);
  out[4] = '-';
  if (kind != 'M')
    out[used++] = kind;
  if (kind == 'M' || number > 9)
    out[used++] = (char)('0' + number / 10);
  out[used++] = (char)('0' + number % 10);
  out[used] = '\0';
  return NULL;
}

static bool begins(struct vater_str text, const char *word)
{
  size_t len = strlen(word);
  return text.len >= len && memcmp(text.ptr, word, len) == 0;
}

/* Periods of DHIS2 that no indicator is reported for. */
static const char *other_period(struct vater_str rest)
{
  static const struct {
    const char *mark, *what;
  } others[] = {{"BiW", "is two weeks"},
                {"AprilS", "is a half year that begins in April"},
                {"April", "is a financial year that begins in April"},
                {"July", "is a financial year that begins in July"},
                {"Sep", "is a financial year that begins in September"},
                {"Oct", "is a financial year that begins in October"},
                {"Nov", "is a financial year that begins in November"},
                {"WedW", "is a week that begins on a Wednesday"},
                {"ThuW", "is a week that begins on a Thursday"},
                {"SatW", "is a week that begins on a Saturday"},
                {"SunW", "is a week that begins on a Sunday"},
                {"W", "is a week"},
                {"U", "is a week"},
                {"S", "is a half year"}};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (begins(rest, others[i].mark))
      return others[i].what;
  return "is no period that is known";
}

static const char *digits_only(struct vater_str text, char *out)
{
  if (text.len == 4) {
    snprintf(out, MAPPING_PERIOD_BYTES, "%.4s", text.ptr);
    return NULL;
  }
  if (text.len == 6)
    return put(out, text, 'M', part(text, 4), 12);
  return text.len == 8 ? "is a day" : "is no period that is known";
}

static const char *years(struct vater_str text, char *out)
{
  if (text.len != 9 || leading_digits((struct vater_str){text.ptr + 5, 4}) != 4)
    return "is no period that is known";
  if (memcmp(text.ptr, text.ptr + 5, 4) != 0)
    return "is several years";
  snprintf(out, MAPPING_PERIOD_BYTES, "%.4s", text.ptr);
  return NULL;
}

const char *mapping_period(struct vater_str text, char out[MAPPING_PERIOD_BYTES])
{
  size_t digits = leading_digits(text);
  out[0] = '\0';
  if (text.len == 0)
    return "is empty";
  if (digits >= 4 && memcmp(text.ptr, "0000", 4) == 0)
    return "is no period of the calendar";
  if (digits == text.len)
    return digits_only(text, out);
  if (digits == 6 && text.len == 7 && text.ptr[6] == 'B')
    return "is two months";
  if (digits == 2 && (text.ptr[2] == '.' || text.ptr[2] == '/'))
    return "is a date as people write it, not a period";
  if (digits != 4)
    return "is no period that is known";
  size_t at = 4;
  if (text.ptr[at] == '_' || (text.ptr[at] == '-' && text.len == 9))
    return years(text, out);
  bool dashed = text.ptr[at] == '-';
  at += dashed;
  if (dashed && text.len == 10)
    return "is a day";
  if (dashed && text.len == 7 && is_digit(text.ptr[at]))
    return put(out, text, 'M', part(text, at), 12);
  char kind = at < text.len ? text.ptr[at] : '\0';
  if ((kind == 'Q' || kind == 'K') && text.len == at + 2)
    return put(out, text, 'Q', part(text, at + 1), 4);
  if (kind == 'T' && text.len == at + 2)
    return put(out, text, 'T', part(text, at + 1), 3);
  if (kind == 'M' && text.len == at + 3)
    return put(out, text, 'M', part(text, at + 1), 12);
  return other_period((struct vater_str){text.ptr + at, text.len - at});
}

static unsigned two(const char *digits)
{
  return (unsigned)(digits[0] - '0') * 10 + (unsigned)(digits[1] - '0');
}

const char *mapping_day(struct vater_str text)
{
  static const unsigned char days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  static const char form[] = "dddd-dd-dd";
  for (size_t i = 0; i < sizeof form - 1; i++)
    if (text.len != sizeof form - 1 ||
        (form[i] == 'd' ? !is_digit(text.ptr[i]) : text.ptr[i] != '-'))
      return leading_digits(text) <= 2 ? "is a date as people write it; write YYYY-MM-DD"
                                       : "is no day; write YYYY-MM-DD";
  unsigned year = two(text.ptr) * 100 + two(text.ptr + 2);
  unsigned month = two(text.ptr + 5), day = two(text.ptr + 8);
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  if (month < 1 || month > 12 || day < 1 || day > days[month - 1] ||
      (month == 2 && day == 29 && !leap))
    return "is no day of the calendar";
  return NULL;
}

#include "judge/screen_class.h"

/* What each class adds to a birth date, in order of likelihood. */
static const struct {
  enum vt_screen_class class;
  int day_added, month_added;
} dated[] = {
    {VT_SCREEN_FNR, 0, 0},        {VT_SCREEN_DNR, 40, 0},        {VT_SCREEN_HNR, 0, 40},
    {VT_SCREEN_HNR, 40, 40},      {VT_SCREEN_SYNTHETIC, 0, 80},  {VT_SCREEN_SYNTHETIC, 40, 80},
    {VT_SCREEN_SYNTHETIC, 0, 65}, {VT_SCREEN_SYNTHETIC, 40, 65},
};

static const char *const names[VT_SCREEN_CLASS_COUNT] = {
    [VT_SCREEN_NONE] = "",
    [VT_SCREEN_FNR] = "fnr",
    [VT_SCREEN_DNR] = "dnr",
    [VT_SCREEN_HNR] = "hnr",
    [VT_SCREEN_FHNR] = "fhnr",
    [VT_SCREEN_SYNTHETIC] = "synthetic",
    [VT_SCREEN_PLACEHOLDER] = "placeholder",
    [VT_SCREEN_DUF] = "duf",
};

const char *vt_screen_class_name(enum vt_screen_class class)
{
  return class < VT_SCREEN_CLASS_COUNT ? names[class] : "";
}

static unsigned weighted(const uint8_t *digits, const uint8_t *weights, int count)
{
  unsigned sum = 0;
  for (int i = 0; i < count; i++)
    sum += (unsigned)weights[i] * digits[i];
  return sum % 11;
}

/* Without the century, year 00 counts as a leap year. */
static bool is_date(int day, int month, int year)
{
  static const int days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
    return false;
  return month != 2 || day < 29 || year % 4 == 0;
}

static enum vt_screen_class class_of_date(int day, int month, int year)
{
  for (size_t i = 0; i < sizeof dated / sizeof *dated; i++)
    if (is_date(day - dated[i].day_added, month - dated[i].month_added, year))
      return dated[i].class;
  return VT_SCREEN_NONE;
}

/* DDMMYY and digits that stand for a person without a number (KOSTRA's file descriptions). */
static bool is_placeholder(const uint8_t *d, enum vt_screen_class date)
{
  static const uint8_t tails[][5] = {{0, 0, 1, 0, 0}, {0, 0, 2, 0, 0}, {9, 9, 9, 9, 9}};
  for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
    if (memcmp(d + 6, tails[i], sizeof tails[i]) == 0)
      return date == VT_SCREEN_FNR;
  return false;
}

/* Two control digits, modulus 11. Numbers given from 2032 on leave a remainder of 0 to 3 in the
 * first; FH-numbers begin with 8 or 9 and hold no date. */
static enum vt_screen_class classify_eleven(const uint8_t *d)
{
  static const uint8_t first[10] = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
  static const uint8_t second[11] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
  enum { LAST_REMAINDER = 3 };
  bool controls = weighted(d, second, 11) == 0;
  bool tail = (d[6] == 0 && d[7] == 0) || d[6] == 9;
  if (!controls && !tail)
    return VT_SCREEN_NONE;
  enum vt_screen_class date = class_of_date(d[0] * 10 + d[1], d[2] * 10 + d[3], d[4] * 10 + d[5]);
  if (tail && is_placeholder(d, date))
    return VT_SCREEN_PLACEHOLDER;
  unsigned remainder = weighted(d, first, 10);
  if (controls && date != VT_SCREEN_NONE && remainder <= LAST_REMAINDER)
    return date;
  return controls && d[0] >= 8 && remainder == 0 ? VT_SCREEN_FHNR : VT_SCREEN_NONE;
}

/* A year, a serial number, and their weighted sum's remainder in two digits (Statistics Norway's
 * control program for KOSTRA, SsnValidationUtils). */
static enum vt_screen_class classify_duf(const uint8_t *d)
{
  static const uint8_t weights[10] = {4, 6, 3, 2, 4, 6, 3, 2, 7, 5};
  enum { FIRST_YEAR = 1980, LAST_YEAR = 2049 };
  int year = d[0] * 1000 + d[1] * 100 + d[2] * 10 + d[3];
  if (year < FIRST_YEAR || year > LAST_YEAR)
    return VT_SCREEN_NONE;
  return weighted(d, weights, 10) == d[10] * 10u + d[11] ? VT_SCREEN_DUF : VT_SCREEN_NONE;
}

enum vt_screen_class vt_screen_classify(const uint8_t *digits, size_t count)
{
  return count == VT_SCREEN_DUF_DIGITS ? classify_duf(digits) : classify_eleven(digits);
}

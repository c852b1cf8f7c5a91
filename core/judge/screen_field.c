#include "base/number.h"
#include "judge/screen_class.h"

bool vt_screen_figure_name(struct vater_str name)
{
  static const char *const names[] = {
      "value", "values", "numerator", "denominator", "count", "amount", "total", "sum", "n"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (vt_str_is(name, names[i]))
      return true;
  return false;
}

/* Whether `word` (lower case) stands in the name, in any case. */
static bool holds_word(struct vater_str name, const char *word)
{
  size_t len = strlen(word);
  for (size_t at = 0; at + len <= name.len; at++)
    if (vt_str_equal_nocase(vt_str_slice(name, at, at + len), vt_str(word)))
      return true;
  return false;
}

bool vt_screen_person_name(struct vater_str name)
{
  static const char *const parts[] = {"fnr",
                                      "dnr",
                                      "duf",
                                      "fodsel",
                                      ("f\xc3\xb8"
                                       "dsel"),
                                      "person",
                                      "patient",
                                      "pasient",
                                      "national",
                                      "innbygger"};
  static const char *const whole[] = {"pid",   "ssn",        "nin",          "id",
                                      "ident", "identifier", "identifikator"};
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (holds_word(name, parts[i]))
      return true;
  for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
    if (vt_str_equal_nocase(name, vt_str(whole[i])))
      return true;
  return false;
}

static bool is_account(const struct vt_screen_accounts *accounts, struct vater_str name)
{
  for (size_t i = 0; i < accounts->count; i++)
    if (vt_str_equal(accounts->names[i], name))
      return true;
  return false;
}

bool vt_screen_counts(const struct vt_screen_accounts *accounts, struct vater_str name,
                      struct vater_str value, const struct vt_screen_hit *hit)
{
  struct vater_str digits = vt_str_slice(value, hit->offset, hit->end);
  bool whole = vt_str_equal(vt_str_trim(value), digits);
  if (whole && is_account(accounts, name))
    return false;
  return !hit->padded || (whole && vt_screen_person_name(name));
}

bool vt_screen_number(struct vater_str written, struct vt_screen_hit *hit)
{
  enum { FEWEST = 1000000000 };
  static const double most = 99999999999.0;
  double value;
  uint8_t digits[VT_SCREEN_DIGITS];
  if (!vt_number_double(written, &value) || value < FEWEST || value > most)
    return false;
  uint64_t rest = (uint64_t)value;
  if ((double)rest != value)
    return false;
  for (int i = VT_SCREEN_DIGITS - 1; i >= 0; i--, rest /= 10)
    digits[i] = (uint8_t)(rest % 10);
  enum vt_screen_class class = vt_screen_classify(digits, VT_SCREEN_DIGITS);
  *hit = (struct vt_screen_hit){.class = class, .end = written.len};
  return class != VT_SCREEN_NONE;
}

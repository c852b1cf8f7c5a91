#include "schema/decimal.h"

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

/* Exponents beyond this are alike: no text of a bounded length reaches them otherwise. */
#define EXPONENT_CEILING 1000000000

static int64_t read_exponent(struct vater_str text, size_t at)
{
  bool negative = at < text.len && text.ptr[at] == '-';
  int64_t exponent = 0;
  if (at < text.len && (text.ptr[at] == '-' || text.ptr[at] == '+'))
    at++;
  for (; at < text.len && is_digit(text.ptr[at]); at++)
    if (exponent < EXPONENT_CEILING)
      exponent = exponent * 10 + (text.ptr[at] - '0');
  return negative ? -exponent : exponent;
}

void vt_decimal_read(struct vater_str text, struct vt_decimal *decimal)
{
  size_t at = 0, first = SIZE_MAX, last = 0, point = SIZE_MAX;
  decimal->negative = text.len > 0 && text.ptr[0] == '-';
  if (decimal->negative)
    at = 1;
  for (; at < text.len && (is_digit(text.ptr[at]) || text.ptr[at] == '.'); at++) {
    if (text.ptr[at] == '.') {
      point = at;
    } else if (text.ptr[at] != '0') {
      first = first == SIZE_MAX ? at : first;
      last = at;
    }
  }
  if (first == SIZE_MAX) {
    *decimal = (struct vt_decimal){.digits = VT_STR_NONE};
    return;
  }
  decimal->digits = vt_str_slice(text, first, last + 1);
  decimal->count = decimal->digits.len - (point > first && point < last ? 1 : 0);
  decimal->exponent = at < text.len ? read_exponent(text, at + 1) : 0;
  size_t mantissa_end = point == SIZE_MAX ? at : point;
  if (last < mantissa_end)
    decimal->exponent += (int64_t)(mantissa_end - last) - 1;
  else
    decimal->exponent -= (int64_t)(last - point);
}

bool vt_decimal_is_integer(const struct vt_decimal *decimal)
{
  return decimal->exponent >= 0;
}

static int compare_magnitude(const struct vt_decimal *a, const struct vt_decimal *b)
{
  int64_t high_a = (int64_t)a->count + a->exponent, high_b = (int64_t)b->count + b->exponent;
  if (a->count == 0 || b->count == 0)
    return (a->count > 0) - (b->count > 0);
  if (high_a != high_b)
    return high_a < high_b ? -1 : 1;
  size_t i = 0, j = 0;
  for (;;) {
    i += i < a->digits.len && a->digits.ptr[i] == '.';
    j += j < b->digits.len && b->digits.ptr[j] == '.';
    if (i >= a->digits.len || j >= b->digits.len)
      break;
    if (a->digits.ptr[i] != b->digits.ptr[j])
      return a->digits.ptr[i] < b->digits.ptr[j] ? -1 : 1;
    i++;
    j++;
  }
  return (i < a->digits.len) - (j < b->digits.len);
}

int vt_decimal_compare(const struct vt_decimal *a, const struct vt_decimal *b)
{
  if (a->negative != b->negative)
    return a->negative ? -1 : 1;
  int order = compare_magnitude(a, b);
  return a->negative ? -order : order;
}

/* The digit string of b as a number, when ten times it still fits. */
static bool small_mantissa(const struct vt_decimal *decimal, uint64_t *mantissa)
{
  if (decimal->count > 17)
    return false;
  *mantissa = 0;
  for (size_t i = 0; i < decimal->digits.len; i++)
    if (decimal->digits.ptr[i] != '.')
      *mantissa = *mantissa * 10 + (uint64_t)(decimal->digits.ptr[i] - '0');
  return true;
}

static bool multiple_small(const struct vt_decimal *a, uint64_t divisor, int64_t zeros)
{
  uint64_t rest = 0;
  for (size_t i = 0; i < a->digits.len; i++)
    if (a->digits.ptr[i] != '.')
      rest = (rest * 10 + (uint64_t)(a->digits.ptr[i] - '0')) % divisor;
  for (; zeros > 0 && rest != 0; zeros--)
    rest = rest * 10 % divisor;
  return rest == 0;
}

#define LONG_DIGITS 1100 /* more than any number a schema may hold (SCHEMA_NUMBER_BYTES) */

struct long_number {
  unsigned char digit[LONG_DIGITS + 1]; /* least significant first */
  size_t count;
};

static bool at_least(const struct long_number *rest, const struct long_number *divisor)
{
  if (rest->count != divisor->count)
    return rest->count > divisor->count;
  for (size_t i = rest->count; i-- > 0;)
    if (rest->digit[i] != divisor->digit[i])
      return rest->digit[i] > divisor->digit[i];
  return true;
}

static void subtract(struct long_number *rest, const struct long_number *divisor)
{
  int borrow = 0;
  for (size_t i = 0; i < rest->count; i++) {
    int difference = rest->digit[i] - borrow - (i < divisor->count ? divisor->digit[i] : 0);
    borrow = difference < 0;
    rest->digit[i] = (unsigned char)(borrow ? difference + 10 : difference);
  }
  while (rest->count > 0 && rest->digit[rest->count - 1] == 0)
    rest->count--;
}

/* rest = (rest * 10 + digit) mod divisor */
static void long_step(struct long_number *rest, const struct long_number *divisor, int digit)
{
  if (rest->count > 0 || digit > 0) {
    memmove(rest->digit + 1, rest->digit, rest->count);
    rest->digit[0] = (unsigned char)digit;
    rest->count++;
  }
  while (rest->count > 0 && at_least(rest, divisor))
    subtract(rest, divisor);
}

static bool multiple_long(const struct vt_decimal *a, const struct vt_decimal *b, int64_t zeros)
{
  struct long_number divisor = {.count = 0}, rest = {.count = 0};
  if (b->count > LONG_DIGITS)
    return false;
  for (size_t i = b->digits.len; i-- > 0;)
    if (b->digits.ptr[i] != '.')
      divisor.digit[divisor.count++] = (unsigned char)(b->digits.ptr[i] - '0');
  for (size_t i = 0; i < a->digits.len; i++)
    if (a->digits.ptr[i] != '.')
      long_step(&rest, &divisor, a->digits.ptr[i] - '0');
  for (; zeros > 0 && rest.count > 0; zeros--)
    long_step(&rest, &divisor, 0);
  return rest.count == 0;
}

bool vt_decimal_multiple(const struct vt_decimal *a, const struct vt_decimal *b)
{
  uint64_t divisor;
  if (a->count == 0)
    return true;
  /* a has no trailing zero left, so it cannot make up for powers of ten in b */
  if (a->exponent < b->exponent)
    return false;
  int64_t zeros = a->exponent - b->exponent;
  /* every prime factor 2 or 5 of a mantissa of n digits is gone after 4n steps; then the rest
   * repeats without ever reaching zero */
  int64_t useful = (int64_t)b->count * 4;
  zeros = zeros < useful ? zeros : useful;
  if (small_mantissa(b, &divisor))
    return multiple_small(a, divisor, zeros);
  return multiple_long(a, b, zeros);
}

bool vt_decimal_count(const struct vt_decimal *decimal, uint64_t *count)
{
  uint64_t value = 0;
  if (decimal->exponent < 0 || decimal->negative)
    return false;
  if ((int64_t)decimal->count + decimal->exponent > 18)
    return false;
  for (size_t i = 0; i < decimal->digits.len; i++)
    if (decimal->digits.ptr[i] != '.')
      value = value * 10 + (uint64_t)(decimal->digits.ptr[i] - '0');
  for (int64_t i = 0; i < decimal->exponent && value > 0; i++)
    value *= 10;
  *count = value;
  return true;
}

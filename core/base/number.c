#include "base/number.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

bool vt_number_uint64(struct vater_str text, uint64_t *value)
{
  *value = 0;
  if (text.len == 0)
    return false;
  uint64_t sum = 0;
  for (size_t i = 0; i < text.len; i++) {
    unsigned digit = (unsigned)(text.ptr[i] - '0');
    if (digit > 9 || __builtin_mul_overflow(sum, 10u, &sum) ||
        __builtin_add_overflow(sum, digit, &sum))
      return false;
  }
  *value = sum;
  return true;
}

bool vt_number_int64(struct vater_str text, int64_t *value)
{
  *value = 0;
  bool negative = text.len > 0 && text.ptr[0] == '-';
  uint64_t size;
  if (!vt_number_uint64(vt_str_slice(text, negative ? 1 : 0, text.len), &size))
    return false;
  if (size > (uint64_t)INT64_MAX + (negative ? 1 : 0))
    return false;
  *value = negative ? (int64_t)(0 - size) : (int64_t)size;
  return true;
}

static size_t digits(struct vater_str text, size_t at)
{
  while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
    at++;
  return at;
}

static bool json_number(struct vater_str text)
{
  size_t at = text.len > 0 && text.ptr[0] == '-' ? 1 : 0;
  size_t end = digits(text, at);
  if (end == at || (text.ptr[at] == '0' && end > at + 1))
    return false;
  at = end;
  if (at < text.len && text.ptr[at] == '.') {
    end = digits(text, at + 1);
    if (end == at + 1)
      return false;
    at = end;
  }
  if (at < text.len && (text.ptr[at] == 'e' || text.ptr[at] == 'E')) {
    at++;
    if (at < text.len && (text.ptr[at] == '+' || text.ptr[at] == '-'))
      at++;
    end = digits(text, at);
    if (end == at)
      return false;
    at = end;
  }
  return at == text.len;
}

/* Up to 15 digits and |exponent| <= 22 are exact in doubles: one correctly rounded operation. */
static bool exact(struct vater_str text, double *value, unsigned *decimals_read)
{
  static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                  1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                  1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  size_t at = text.ptr[0] == '-' ? 1 : 0;
  if (text.len - at > 17)
    return false;
  uint64_t whole = 0;
  unsigned seen = 0;
  unsigned decimals = 0;
  bool point = false;
  for (; at < text.len; at++) {
    char c = text.ptr[at];
    if (c == '.') {
      point = true;
      continue;
    }
    if (c < '0' || c > '9')
      return false;
    whole = whole * 10 + (unsigned)(c - '0');
    seen++;
    decimals += point;
  }
  if (seen > 15)
    return false;
  double size = (double)whole / powers[decimals];
  *value = text.ptr[0] == '-' ? -size : size;
  *decimals_read = decimals;
  return true;
}

bool vt_number_double_checked(struct vater_str text, double *value)
{
  unsigned decimals;
  *value = 0;
  if (exact(text, value, &decimals))
    return true;
  char small[128];
  char *copy = text.len < sizeof small ? small : malloc(text.len + 1);
  if (copy == NULL)
    return false;
  memcpy(copy, text.ptr, text.len);
  copy[text.len] = '\0';
  double read = strtod(copy, NULL);
  if (copy != small)
    free(copy);
  if (!isfinite(read))
    return false;
  *value = read;
  return true;
}

bool vt_number_double(struct vater_str text, double *value)
{
  *value = 0;
  return json_number(text) && vt_number_double_checked(text, value);
}

unsigned vt_number_decimals(struct vater_str text)
{
  int64_t behind = 0;
  int64_t exponent = 0;
  bool point = false;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    if (c == 'e' || c == 'E') {
      size_t from = i + 1 < text.len && text.ptr[i + 1] == '+' ? i + 2 : i + 1;
      if (!vt_number_int64(vt_str_slice(text, from, text.len), &exponent))
        exponent = 0;
      break;
    }
    if (c == '.')
      point = true;
    else if (point)
      behind++;
  }
  if (exponent < -255 || exponent > 1000000)
    return exponent < 0 ? 255 : 0;
  int64_t decimals = behind - exponent;
  return decimals < 0 ? 0 : (decimals > 255 ? 255u : (unsigned)decimals);
}

bool vt_number_read(struct vater_str text, double *value, unsigned *decimals)
{
  if (exact(text, value, decimals))
    return true;
  *decimals = vt_number_decimals(text);
  return vt_number_double_checked(text, value);
}

bool vt_number_json(struct vater_str text, double *value, unsigned *decimals)
{
  *value = 0;
  *decimals = 0;
  return json_number(text) && vt_number_read(text, value, decimals);
}

size_t vt_number_print(double value, char out[32])
{
  if (isnan(value))
    return (size_t)snprintf(out, 32, "NaN");
  if (isinf(value))
    return (size_t)snprintf(out, 32, value < 0 ? "-Infinity" : "Infinity");
  if (value == 0)
    return (size_t)snprintf(out, 32, signbit(value) ? "-0" : "0");
  if (fabs(value) < 1e15 && value == trunc(value))
    return (size_t)snprintf(out, 32, "%.0f", value);
  for (int precision = 1; precision <= 17; precision++) {
    snprintf(out, 32, "%.*g", precision, value);
    double back = 0;
    if (precision == 17 || (back = strtod(out, NULL), back == value))
      break;
  }
  return strlen(out);
}

#define LARGEST_WHOLE 9007199254740992.0 /* 2^53 */

bool vt_number_inexact(struct vater_str text, double value)
{
  if (value < LARGEST_WHOLE && value > -LARGEST_WHOLE)
    return false;
  for (size_t i = 0; i < text.len; i++)
    if (text.ptr[i] == '.' || text.ptr[i] == 'e' || text.ptr[i] == 'E')
      return false;
  /* 2^53 itself may have been 2^53 + 1 */
  return (value != LARGEST_WHOLE && value != -LARGEST_WHOLE) ||
         !vt_str_ends(text, VT_STR("9007199254740992"));
}

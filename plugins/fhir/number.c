#include "fhir.h"

#include <stdio.h>

/* The parts of a JSON number. */
struct written {
  bool negative;
  struct vater_str whole, fraction;
  struct vater_str exponent; /* with its sign */
};

static struct written split(struct vater_str text)
{
  struct written parts = {0};
  size_t at = 0;
  if (at < text.len && text.ptr[at] == '-') {
    parts.negative = true;
    at++;
  }
  size_t from = at;
  while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
    at++;
  parts.whole = (struct vater_str){text.ptr + from, at - from};
  if (at < text.len && text.ptr[at] == '.') {
    from = ++at;
    while (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
      at++;
    parts.fraction = (struct vater_str){text.ptr + from, at - from};
  }
  if (at < text.len)
    parts.exponent = (struct vater_str){text.ptr + at + 1, text.len - at - 1};
  return parts;
}

static long exponent_of(struct vater_str text)
{
  long value = 0;
  size_t at = text.len > 0 && (text.ptr[0] == '-' || text.ptr[0] == '+') ? 1 : 0;
  for (; at < text.len && value < 10000; at++)
    value = value * 10 + (text.ptr[at] - '0');
  return text.len > 0 && text.ptr[0] == '-' ? -value : value;
}

unsigned fhir_decimals(struct vater_str written)
{
  struct written parts = split(written);
  long decimals = (long)parts.fraction.len - exponent_of(parts.exponent);
  return decimals > 0 ? (unsigned)decimals : 0;
}

/* Digit `at` of whole and fraction in a row; '0' behind them. */
static char digit_at(const struct written *parts, size_t at)
{
  if (at < parts->whole.len)
    return parts->whole.ptr[at];
  at -= parts->whole.len;
  return at < parts->fraction.len ? parts->fraction.ptr[at] : '0';
}

struct vater_str fhir_shifted(struct vater_str written, int shift, char out[FHIR_NUMBER_ROOM])
{
  struct written parts = split(written);
  if (shift <= 0 || written.len + (size_t)shift + 8 > FHIR_NUMBER_ROOM)
    return written;
  if (parts.exponent.ptr != NULL) {
    size_t mantissa = (size_t)(parts.exponent.ptr - 1 - written.ptr);
    int len = snprintf(out, FHIR_NUMBER_ROOM, "%.*se%ld", (int)mantissa, written.ptr,
                       exponent_of(parts.exponent) + shift);
    return (struct vater_str){out, (size_t)len};
  }
  size_t whole = parts.whole.len + (size_t)shift;
  size_t digits = parts.whole.len + parts.fraction.len;
  size_t from = 0;
  while (from + 1 < whole && digit_at(&parts, from) == '0')
    from++;
  size_t len = 0;
  if (parts.negative)
    out[len++] = '-';
  for (; from < whole || from < digits; from++) {
    if (from == whole)
      out[len++] = '.';
    out[len++] = digit_at(&parts, from);
  }
  return (struct vater_str){out, len};
}

struct vater_str fhir_integer(int64_t value, char out[FHIR_NUMBER_ROOM])
{
  int len = snprintf(out, FHIR_NUMBER_ROOM, "%lld", (long long)value);
  return (struct vater_str){out, (size_t)len};
}

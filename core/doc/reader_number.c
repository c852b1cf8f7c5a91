#include "base/number.h"
#include "doc/reader_parts.h"

static inline size_t skip_digits(const struct vt_doc_reader *reader, size_t at)
{
  while (at < reader->len && reader->bytes[at] >= '0' && reader->bytes[at] <= '9')
    at++;
  return at;
}

static inline bool is_at(const struct vt_doc_reader *reader, size_t at, char c)
{
  return at < reader->len && reader->bytes[at] == c;
}

static bool has_nonzero_digit(struct vater_str text)
{
  for (size_t i = 0; i < text.len && (text.ptr[i] | 0x20) != 'e'; i++)
    if (text.ptr[i] >= '1' && text.ptr[i] <= '9')
      return true;
  return false;
}

/* Only a number with an exponent can leave the range, since its length is bounded. */
static int check_range(struct vt_doc_reader *reader, size_t from, size_t to, struct vt_error *error)
{
  struct vater_str text = {reader->bytes + from, to - from};
  double value;
  if (!vt_number_double_checked(text, &value))
    return vt_doc_fail(reader, error, from, VATER_E_DECODE, "PAY-NUMBER",
                       "the number is larger than can be kept (about 1.8e308)");
  if (value == 0 && has_nonzero_digit(text))
    return vt_doc_fail(reader, error, from, VATER_E_DECODE, "PAY-NUMBER",
                       "the number is so small that it would become zero (below about 4.9e-324)");
  return VATER_OK;
}

static int scan_exponent(struct vt_doc_reader *reader, size_t *at, struct vt_error *error)
{
  size_t from = *at + 1;
  if (is_at(reader, from, '+') || is_at(reader, from, '-'))
    from++;
  *at = skip_digits(reader, from);
  if (*at == from)
    return vt_doc_fail_expected(reader, error, from, "a digit of the exponent");
  return VATER_OK;
}

int vt_doc_scan_number(struct vt_doc_reader *reader, size_t from, size_t *to,
                       struct vt_error *error)
{
  size_t digits = from + (reader->bytes[from] == '-' ? 1 : 0);
  size_t at = skip_digits(reader, digits);
  if (at == digits)
    return is_at(reader, at, 'I') ? vt_doc_fail_value(reader, error, at)
                                  : vt_doc_fail_expected(reader, error, at, "a digit");
  if (at > digits + 1 && reader->bytes[digits] == '0')
    return vt_doc_fail(reader, error, from, VATER_E_DECODE, "PAY-SYNTAX",
                       "a number may not begin with 0; codes with leading zeros are texts");
  if (is_at(reader, at, '.')) {
    size_t fraction = at + 1;
    at = skip_digits(reader, fraction);
    if (at == fraction)
      return vt_doc_fail_expected(reader, error, at, "a digit behind the decimal point");
  }
  bool exponent = is_at(reader, at, 'e') || is_at(reader, at, 'E');
  if (exponent) {
    int status = scan_exponent(reader, &at, error);
    if (status != VATER_OK)
      return status;
  }
  *to = at;
  if (at - from > reader->budget.number_bytes)
    return vt_doc_fail(reader, error, from, VATER_E_LIMIT, "PAY-NUMBER",
                       "the number is longer than %llu characters (limit PAYLOAD_NUMBER_BYTES)",
                       (unsigned long long)reader->budget.number_bytes);
  return exponent ? check_range(reader, from, at, error) : VATER_OK;
}

#include "mapping/mapping.h"

#include <string.h>

void mapping_dialect_read(const struct vater_host *host, const vater_node *node,
                          struct mapping_dialect *dialect)
{
  struct vater_str decimal = host->node->text(host->node->member(node, "decimal"));
  *dialect = (struct mapping_dialect){.decimal = '.'};
  if (decimal.len == 1)
    dialect->decimal = decimal.ptr[0];
  dialect->thousands = host->node->text(host->node->member(node, "thousands"));
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static size_t count_digits(struct vater_str text, size_t at)
{
  size_t count = 0;
  while (at + count < text.len && is_digit(text.ptr[at + count]))
    count++;
  return count;
}

/* Bytes of a thousands separator at `at`; 0: none. */
static size_t separator_at(struct vater_str text, size_t at, const struct mapping_dialect *dialect)
{
  struct vater_str agreed = dialect->thousands;
  if (agreed.len != 1 || at >= text.len)
    return 0;
  if (agreed.ptr[0] != ' ')
    return text.ptr[at] == agreed.ptr[0] ? 1 : 0;
  struct vater_str rest = {text.ptr + at, text.len - at};
  return rest.len - mapping_trim(rest).len > 0 && mapping_trim(rest).ptr != rest.ptr
             ? (size_t)(mapping_trim(rest).ptr - rest.ptr)
             : 0;
}

static bool has(struct vater_str text, char c)
{
  return text.len > 0 && memchr(text.ptr, c, text.len) != NULL;
}

static bool is_dotted_date(struct vater_str text)
{
  size_t dots = 0;
  for (size_t i = 0; i < text.len; i++)
    dots += text.ptr[i] == '.' || text.ptr[i] == '/';
  return dots == 2 && text.len >= 6 && text.len <= 10;
}

/* Why a text that is not written as agreed is none. */
static const char *reason(struct vater_str text, const struct mapping_dialect *dialect)
{
  struct vater_str rest = mapping_trim(text);
  static const char *const words[] = {"nan",      "inf",       "-inf",     "+inf",
                                      "infinity", "-infinity", "+infinity"};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++)
    if (mapping_equal_nocase(rest, (struct vater_str){words[i], strlen(words[i])}))
      return "is no number that can be kept";
  if (rest.len == 0)
    return "is empty, and no symbol for a missing number";
  if (rest.ptr[0] == '<' || rest.ptr[0] == '>')
    return "is a bound, not a number; agree on it as a symbol for a missing number";
  if (is_dotted_date(rest))
    return "looks like a date, not a number";
  if (rest.ptr[rest.len - 1] == '%')
    return "has a percent sign; write the number alone";
  if ((is_digit(rest.ptr[0]) || rest.ptr[0] == '-') && (has(rest, 'e') || has(rest, 'E')))
    return "is in scientific notation; write all digits";
  if (has(rest, '.') && dialect->decimal == ',' && is_digit(rest.ptr[0]))
    return "is ambiguous: a point is neither the decimal sign (',') nor the thousands separator "
           "that was agreed";
  if (has(rest, ',') && dialect->decimal == '.' && is_digit(rest.ptr[0]))
    return "has a comma; the decimal sign that was agreed is '.'";
  if (has(rest, ' ') && is_digit(rest.ptr[0]))
    return "has spaces where none were agreed";
  if (rest.ptr[0] == '+')
    return "has a plus sign";
  if (rest.ptr[0] == '=')
    return "is a formula, not a number";
  if (rest.ptr[0] == '0' && count_digits(rest, 0) > 1)
    return "begins with 0";
  return "is not a number";
}

/* Copies groups of digits; false where the groups are not of three. */
static bool take_whole(struct vater_str text, size_t *at, const struct mapping_dialect *dialect,
                       char *out, size_t *used)
{
  size_t first = count_digits(text, *at);
  size_t taken = first;
  if (first == 0 || first > 40 || (first > 1 && text.ptr[*at] == '0'))
    return false;
  memcpy(out + *used, text.ptr + *at, first);
  *used += first;
  *at += first;
  for (size_t size; (size = separator_at(text, *at, dialect)) > 0; taken += 3) {
    if (first > 3 || taken > 40 || count_digits(text, *at + size) != 3)
      return false;
    memcpy(out + *used, text.ptr + *at + size, 3);
    *used += 3;
    *at += size + 3;
  }
  return true;
}

static bool take_number(struct vater_str text, const struct mapping_dialect *dialect, char *out)
{
  static const char minus[] = "\xe2\x88\x92"; /* U+2212 */
  size_t at = 0, used = 0;
  if (text.len >= 3 && memcmp(text.ptr, minus, 3) == 0)
    at = 3;
  else if (text.len > 0 && text.ptr[0] == '-')
    at = 1;
  if (at > 0)
    out[used++] = '-';
  if (!take_whole(text, &at, dialect, out, &used))
    return false;
  if (at < text.len && text.ptr[at] == dialect->decimal) {
    size_t digits = count_digits(text, at + 1);
    if (digits == 0 || used + digits + 2 > 64)
      return false;
    out[used++] = '.';
    memcpy(out + used, text.ptr + at + 1, digits);
    used += digits;
    at += digits + 1;
  }
  out[used] = '\0';
  return at == text.len;
}

const char *mapping_number(struct vater_str text, const struct mapping_dialect *dialect,
                           char out[MAPPING_NUMBER_BYTES])
{
  return take_number(mapping_trim(text), dialect, out) ? NULL : reason(text, dialect);
}

/* Numbers exactly as written: compared, divided and hashed as decimals, whatever their length. */
#ifndef VT_SCHEMA_DECIMAL_H
#define VT_SCHEMA_DECIMAL_H

#include "base/str.h"

/* value = (-1)^negative * D * 10^exponent, where D is the `count` digits in `text`, read without
 * the point, leading and trailing zeros left out. Zero has count 0. */
struct vt_decimal {
  bool negative;
  struct vater_str digits; /* from first to last significant digit, may hold one '.' */
  size_t count;
  int64_t exponent;
};

/* `text` follows RFC 8259 (checked by the reader) and is borrowed. */
void vt_decimal_read(struct vater_str text, struct vt_decimal *decimal);
bool vt_decimal_is_integer(const struct vt_decimal *decimal);
int vt_decimal_compare(const struct vt_decimal *a, const struct vt_decimal *b); /* -1, 0, 1 */
/* Whether a / b is an integer; b > 0. Costs at most a.count + |exponents| steps of b.count. */
bool vt_decimal_multiple(const struct vt_decimal *a, const struct vt_decimal *b);
/* A count as maxLength has it (2, 2.0, 2e0); false when negative, broken or above UINT64_MAX. */
bool vt_decimal_count(const struct vt_decimal *decimal, uint64_t *count);

#endif

/* Numbers and their text, independent of any locale. */
#ifndef VT_BASE_NUMBER_H
#define VT_BASE_NUMBER_H

#include "base/str.h"

/* The whole text must be the number; false when it is not, or does not fit. */
bool vt_number_int64(struct vater_str text, int64_t *value);   /* [-]digits */
bool vt_number_uint64(struct vater_str text, uint64_t *value); /* digits */
/* RFC 8259 grammar, nearest double; false for what overflows to infinity. Exact for all lengths. */
bool vt_number_double(struct vater_str text, double *value);
/* The same, grammar already checked by the caller. */
bool vt_number_double_checked(struct vater_str text, double *value);
/* Digits behind the decimal point as written, exponent taken into account (1.50e1 has 1); at most
 * 255. */
unsigned vt_number_decimals(struct vater_str text);
/* Both at once, grammar already checked by the caller; false for what overflows. */
bool vt_number_read(struct vater_str text, double *value, unsigned *decimals);
/* Whether `text`, a whole number that reads as `value`, is beyond 2^53, where neighbours are the
 * same double. */
bool vt_number_inexact(struct vater_str text, double value);
/* The same of any text: false as well where it is not written as JSON writes numbers. */
bool vt_number_json(struct vater_str text, double *value, unsigned *decimals);
/* The shortest text that reads back as the same double; "27.0" is "27". Returns its length. */
size_t vt_number_print(double value, char out[32]);

#endif

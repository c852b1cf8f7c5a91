/* What a candidate's digits are. */
#ifndef VT_JUDGE_SCREEN_CLASS_H
#define VT_JUDGE_SCREEN_CLASS_H

#include "judge/screen.h"
#include "judge/screen_digits.h"

/* Of VT_SCREEN_DIGITS or VT_SCREEN_DUF_DIGITS digits; VT_SCREEN_NONE where they are no number of a
 * person. */
enum vt_screen_class vt_screen_classify(const uint8_t *digits, size_t count);

#endif

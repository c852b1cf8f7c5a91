/* What every cmocka test includes, in the order that cmocka wants. */
#ifndef VT_TEST_H
#define VT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"

#define assert_str(actual, expected)                                                              \
  do {                                                                                            \
    struct vater_str assert_str_actual = (actual);                                                \
    struct vater_str assert_str_expected = vt_str(expected);                                      \
    assert_int_equal(assert_str_actual.len, assert_str_expected.len);                             \
    assert_memory_equal(assert_str_actual.ptr, assert_str_expected.ptr, assert_str_expected.len); \
  } while (0)

#endif

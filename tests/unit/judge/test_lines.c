#include "unit/test.h"

#include "base/diagnostics.h"
#include "judge/lines.h"

#include <stdlib.h>

/* The slow way is the oracle: vt_text_place counts from the start each time. */
static void compare(struct vater_str text, size_t step)
{
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_lines *lines = vt_lines_new(&allocator, text, NULL);
  assert_non_null(lines);
  for (size_t at = 0; at <= text.len; at += step) {
    bool inside = at < text.len && ((unsigned char)text.ptr[at] & 0xc0) == 0x80;
    uint32_t line;
    uint32_t column;
    uint32_t wanted_line;
    uint32_t wanted_column;
    struct vater_str line_text;
    if (inside)
      continue;
    vt_lines_place(lines, at, &line, &column);
    vt_text_place(text, at, &wanted_line, &wanted_column, &line_text);
    assert_int_equal(line, wanted_line);
    assert_int_equal(column, wanted_column);
  }
  vt_lines_free(lines);
}

static void test_short_texts(void **state)
{
  (void)state;
  compare(VT_STR(""), 1);
  compare(VT_STR("\n"), 1);
  compare(VT_STR("{\n  \"æøå\": 1,\r\n\n  \"b\": \"€\"}\n"), 1);
}

static void test_across_windows(void **state)
{
  (void)state;
  enum { SIZE = 70000 };
  char *bytes = malloc(SIZE);
  uint64_t seed = 42;
  struct vt_random random = vt_random_seeded(&seed);
  random.fill(random.context, bytes, SIZE);
  for (size_t i = 0; i < SIZE; i++)
    bytes[i] = (unsigned char)bytes[i] < 6 ? '\n' : (char)('a' + ((unsigned char)bytes[i] % 26));
  compare((struct vater_str){bytes, SIZE}, 997);
  memset(bytes, 'x', SIZE);
  compare((struct vater_str){bytes, SIZE}, 4093);
  free(bytes);
}

static void test_beyond_the_end(void **state)
{
  (void)state;
  const struct vt_allocator allocator = vt_allocator_real();
  struct vt_lines *lines = vt_lines_new(&allocator, VT_STR("a\nbc"), NULL);
  uint32_t line;
  uint32_t column;
  vt_lines_place(lines, 1000, &line, &column);
  assert_int_equal(line, 2);
  assert_int_equal(column, 3);
  vt_lines_free(lines);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_short_texts),
      cmocka_unit_test(test_across_windows),
      cmocka_unit_test(test_beyond_the_end),
  };
  return cmocka_run_group_tests_name("judge_lines", tests, NULL, NULL);
}

#include "unit/test.h"

#include "base/limits.h"
#include "cli/line_reader.h"

#include <stdlib.h>

static FILE *file_of(const char *text, size_t len)
{
  FILE *file = tmpfile();
  assert_non_null(file);
  assert_int_equal(fwrite(text, 1, len, file), len);
  rewind(file);
  return file;
}

static void open_lines(struct vt_line_reader *lines, const char *text, size_t len)
{
  const struct vt_allocator allocator = vt_allocator_real();
  assert_int_equal(vt_line_reader_init(lines, &allocator, file_of(text, len)), VATER_OK);
}

static void close_lines(struct vt_line_reader *lines)
{
  fclose(lines->file);
  vt_line_reader_fini(lines);
}

static void short_lines(void **state)
{
  (void)state;
  struct vt_line_reader lines;
  struct vater_str line;
  struct vt_error error = {0};
  open_lines(&lines, "a\n\nbc\r\nd", 8);
  static const char *const wanted[] = {"a", "", "bc\r", "d"};
  for (uint64_t i = 0; i < 4; i++) {
    assert_int_equal(vt_line_reader_next(&lines, &line, &error), VATER_OK);
    assert_str(line, wanted[i]);
    assert_int_equal(lines.line, i + 1);
  }
  assert_int_equal(vt_line_reader_next(&lines, &line, &error), VATER_DONE);
  close_lines(&lines);
}

static void LINE_BYTES(void **state)
{
  (void)state;
  size_t most = VT_LIMIT_LINE_BYTES;
  char *text = malloc(most + 3);
  assert_non_null(text);
  memset(text, 'x', most + 3);
  text[most] = '\n';
  struct vt_line_reader lines;
  struct vater_str line;
  struct vt_error error = {0};
  open_lines(&lines, text, most + 2);
  assert_int_equal(vt_line_reader_next(&lines, &line, &error), VATER_OK);
  assert_int_equal(line.len, most);
  assert_int_equal(vt_line_reader_next(&lines, &line, &error), VATER_OK);
  assert_str(line, "x");
  close_lines(&lines);
  text[most] = 'x';
  open_lines(&lines, text, most + 1);
  assert_int_equal(vt_line_reader_next(&lines, &line, &error), VATER_E_LIMIT);
  assert_string_equal(error.text, "line 1 is longer than 8388608 bytes (limit LINE_BYTES)");
  close_lines(&lines);
  free(text);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(short_lines), cmocka_unit_test(LINE_BYTES)};
  return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}

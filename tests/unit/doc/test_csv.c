#include "unit/test.h"

#include "base/file.h"
#include "doc/csv.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { TOLD = 16 };

struct told {
  unsigned count;
  size_t offset[TOLD];
  char text[TOLD][120];
};

static int take_fault(void *context, size_t offset, size_t end, const char *text)
{
  struct told *told = context;
  assert_true(end >= offset);
  if (told->count < TOLD) {
    told->offset[told->count] = offset;
    snprintf(told->text[told->count], sizeof told->text[0], "%s", text);
  }
  told->count++;
  return VATER_OK;
}

/* Records as "[a|b][c|d]", in memory of their exact size. */
static char *read_all(struct vater_str given, char delimiter, struct told *told,
                      struct vt_error *error)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_csv_sink sink = {take_fault, told};
  struct vt_csv_reader *reader;
  struct vater_record record;
  struct vt_buffer out;
  char *bytes = malloc(given.len + 1);
  memcpy(bytes, given.ptr, given.len);
  char *exact = realloc(bytes, given.len > 0 ? given.len : 1);
  vt_buffer_init(&out, &allocator, 1024 * 1024);
  assert_int_equal(vt_csv_reader_new(&allocator, (struct vater_str){exact, given.len}, delimiter,
                                     &sink, &reader),
                   VATER_OK);
  while (vt_csv_next(reader, &record, error) == VATER_OK) {
    vt_buffer_char(&out, '[');
    for (uint32_t i = 0; i < record.count; i++) {
      vt_buffer_text(&out, i > 0 ? "|" : "");
      vt_buffer_append(&out, record.cells[i].text);
    }
    vt_buffer_char(&out, ']');
  }
  char *text = strndup(vt_buffer_str(&out).ptr != NULL ? vt_buffer_str(&out).ptr : "",
                       vt_buffer_str(&out).len);
  vt_csv_reader_free(reader);
  vt_buffer_fini(&out);
  free(exact);
  return text;
}

static void assert_read(const char *given, char delimiter, const char *wanted)
{
  struct told told = {0};
  struct vt_error error = {0};
  char *text = read_all(vt_str(given), delimiter, &told, &error);
  assert_string_equal(text, wanted);
  assert_int_equal(told.count, 0);
  assert_int_equal(error.status, VATER_OK);
  free(text);
}

static void records_are_split(void **state)
{
  (void)state;
  assert_read("", ',', "");
  assert_read("a", ',', "[a]");
  assert_read("a,b\r\n1,2\r\n", ',', "[a|b][1|2]");
  assert_read("a;b\n1,5;2\n", ';', "[a|b][1,5|2]");
  assert_read("a,b\n,\n", ',', "[a|b][|]");
  assert_read("a,b,\n", ',', "[a|b|]");
  assert_read("\xef\xbb\xbf"
              "a\tb",
              '\t', "[a|b]");
  assert_read("\"x \"\"y\"\"\",\"1\r\n2\"\n", ',', "[x \"y\"|1\r\n2]");
  assert_read("\"\",\"\"\"\"\n", ',', "[|\"]");
  assert_read(" a , b \n", ',', "[ a | b ]");
  assert_read("a\n\nb\n\r\n\n", ',', "[a][][b]");
}

static void faults_are_told(void **state)
{
  static const struct {
    const char *given, *read, *text;
    size_t offset;
  } cases[] = {
      {"a,b\"c\nd,e", "[a|b\"c][d|e]", "a quote stands in a cell that does not begin with one", 3},
      {"\"a\"x,b\n", "[a|b]", "text stands behind the closing quote of a cell", 3},
      {"\"a\" ,b\n", "[a|b]", "text stands behind the closing quote of a cell", 3},
      {"a,b\rc,d\n", "[a|b][c|d]", "a line ends with CR alone; end lines with CRLF", 3},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct told told = {0};
    struct vt_error error = {0};
    char *text = read_all(vt_str(cases[i].given), ',', &told, &error);
    assert_string_equal(text, cases[i].read);
    assert_int_equal(told.count, 1);
    assert_int_equal(told.offset[0], cases[i].offset);
    assert_int_equal(strncmp(told.text[0], cases[i].text, strlen(cases[i].text)), 0);
    free(text);
  }
}

static void assert_stops(struct vater_str given, const char *code, uint32_t line, uint32_t column)
{
  struct told told = {0};
  struct vt_error error = {0};
  free(read_all(given, ',', &told, &error));
  assert_string_equal(error.code, code);
  assert_int_equal(error.line, line);
  assert_int_equal(error.column, column);
}

static void what_stops_reading_has_a_place(void **state)
{
  (void)state;
  assert_stops(VT_STR("a,b\n1,\"2\n3,4\n"), "PAY-CSV", 2, 3);
  assert_stops(VT_STR("a\nb\0c\n"), "PAY-TEXT", 2, 2);
  assert_stops(VT_STR("a\n\xe6\n"), "PAY-TEXT", 2, 1);
}

static void limits_hold(void **state)
{
  (void)state;
  char *wide = malloc(1001);
  memset(wide, ',', 1000);
  assert_stops((struct vater_str){wide, 1000}, "PAY-LIMIT", 1, 1001);
  struct told told = {0};
  struct vt_error error = {0};
  free(read_all((struct vater_str){wide, 999}, ',', &told, &error));
  assert_int_equal(error.status, VATER_OK);
  free(wide);
}

static void other_encodings_become_utf_8(void **state)
{
  struct vt_allocator allocator = vt_allocator_real();
  struct vt_buffer out;
  struct vt_error error = {0};
  (void)state;
  vt_buffer_init(&out, &allocator, 100);
  assert_int_equal(vt_csv_transcode(VT_STR("Kj\xf8nn \x80"), VT_CSV_WINDOWS_1252, &out, &error),
                   VATER_OK);
  assert_true(vt_str_is(vt_buffer_str(&out), "Kj\xc3\xb8nn \xe2\x82\xac"));
  vt_buffer_reset(&out);
  assert_int_equal(vt_csv_transcode(VT_STR("a\n\x81"), VT_CSV_WINDOWS_1252, &out, &error),
                   VATER_E_DECODE);
  assert_int_equal(error.line, 2);
  vt_buffer_fini(&out);
  assert_int_equal(vt_csv_looks_like(VT_STR("a;b;c\n1,2\n")), ';');
  assert_int_equal(vt_csv_looks_like(VT_STR("\"a;b\",c\n")), ',');
  assert_int_equal(vt_csv_looks_like(VT_STR("abc\n")), '\0');
}

/* ---- csv-spectrum, where it is there ------------------------------------------------------------
 */

#define SPECTRUM VATER_SOURCE_DIR "/../shared/conformance/csv/csv-spectrum"

static void compare(const char *name)
{
  char path[600];
  struct vt_allocator allocator = vt_allocator_real();
  struct vater_str bytes;
  struct vt_csv_reader *reader;
  struct vater_record record;
  snprintf(path, sizeof path, SPECTRUM "/json/%s.json", name);
  json_t *rows = json_load_file(path, 0, NULL);
  assert_non_null(rows);
  snprintf(path, sizeof path, SPECTRUM "/csvs/%s.csv", name);
  assert_int_equal(vt_file_load(&allocator, path, 1024 * 1024, &bytes, NULL), VATER_OK);
  assert_int_equal(vt_csv_reader_new(&allocator, bytes, ',', NULL, &reader), VATER_OK);
  char *names[16] = {NULL};
  size_t row = 0;
  while (vt_csv_next(reader, &record, NULL) == VATER_OK) {
    json_t *wanted = json_array_get(rows, row);
    assert_true(record.count <= 16);
    for (uint32_t i = 0; i < record.count; i++) {
      struct vater_str text = record.cells[i].text;
      if (record.number == 1) {
        names[i] = strndup(text.ptr, text.len);
        continue;
      }
      const json_t *cell = json_object_get(wanted, names[i]);
      if (!vt_str_equal(text, vt_str(json_string_value(cell))))
        fail_msg("%s, row %zu: '%.*s'", name, row, VT_STR_ARGS(text));
    }
    row += record.number > 1;
  }
  assert_int_equal(row, json_array_size(rows));
  for (int i = 0; i < 16; i++)
    free(names[i]);
  vt_csv_reader_free(reader);
  vt_free(&allocator, (void *)(uintptr_t)bytes.ptr);
  json_decref(rows);
}

static void csv_spectrum(void **state)
{
  (void)state;
  DIR *folder = opendir(SPECTRUM "/csvs");
  unsigned count = 0;
  if (folder == NULL)
    skip();
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
    char name[100];
    const char *dot = strstr(entry->d_name, ".csv");
    if (dot == NULL)
      continue;
    snprintf(name, sizeof name, "%.*s", (int)(dot - entry->d_name), entry->d_name);
    /* the collection's own expectation of this one is of another file */
    if (strcmp(name, "location_coordinates") != 0)
      compare(name);
    count++;
  }
  closedir(folder);
  assert_int_equal(count, 12);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(records_are_split),
      cmocka_unit_test(faults_are_told),
      cmocka_unit_test(what_stops_reading_has_a_place),
      cmocka_unit_test(limits_hold),
      cmocka_unit_test(other_encodings_become_utf_8),
      cmocka_unit_test(csv_spectrum),
  };
  return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}

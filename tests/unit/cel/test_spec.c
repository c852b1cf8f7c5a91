#include "base/file.h"
#include "unit/cel/cel_rig.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* Tables in tests/spec/cel: an expression behind "> " (further lines behind ". "), then its
 * outcome:
 * "= VALUE : TYPE", "! error text", or the lines of its diagnostics behind "| ". VATER_SPEC_PRINT=1
 * prints the tables with the outcomes that are. */

enum { TABLE_BYTES = 1024 * 1024, OUTCOME_BYTES = 64 * 1024 };

struct table {
  struct rig *rig;
  const char *name;
  struct vt_buffer expression, wanted, got;
  unsigned line, failures, cases;
};

static void print_prefixed(struct vt_buffer *out, struct vater_str text, const char *prefix)
{
  for (size_t at = 0; at < text.len;) {
    size_t end = vt_str_find(text, VT_STR("\n"), at);
    vt_buffer_text(out, prefix);
    vt_buffer_append(out, vt_str_slice(text, at, end));
    vt_buffer_char(out, '\n');
    at = end + 1;
  }
}

static void outcome(struct table *table)
{
  struct rig *rig = table->rig;
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  struct vt_cel_value value;
  vt_diagnostics_init(&diagnostics, rig->arena);
  vt_buffer_reset(&table->got);
  int status = rig_compile(rig, vt_buffer_str(&table->expression), &diagnostics, &program);
  if (status != VATER_OK) {
    struct vt_buffer text;
    vt_buffer_init(&text, &rig->allocator, OUTCOME_BYTES);
    vt_diagnostics_print(&diagnostics, &text);
    print_prefixed(&table->got, vt_buffer_str(&text), "| ");
    vt_buffer_fini(&text);
    return;
  }
  vt_cel_eval(rig->run, program, rig->variables, &value);
  if (value.kind == VT_CEL_ERROR) {
    vt_buffer_format(&table->got, "! %.*s\n", VT_STR_ARGS(value.as.fault->text));
    return;
  }
  vt_buffer_text(&table->got, "= ");
  vt_cel_print(&value, &table->got);
  vt_buffer_format(&table->got, " : %.*s\n", VT_STR_ARGS(vt_cel_program_type(program)));
}

static void finish_case(struct table *table)
{
  if (table->expression.len == 0)
    return;
  outcome(table);
  table->cases++;
  if (getenv("VATER_SPEC_PRINT") != NULL) {
    struct vater_str text = vt_buffer_str(&table->expression);
    size_t end = vt_str_find(text, VT_STR("\n"), 0);
    printf("> %.*s\n", (int)end, text.ptr);
    for (size_t at = end + 1; at < text.len; at = end + 1) {
      end = vt_str_find(text, VT_STR("\n"), at);
      printf(". %.*s\n", (int)(end - at), text.ptr + at);
    }
    printf("%.*s\n", (int)table->got.len, table->got.bytes);
  } else if (!vt_str_equal(vt_buffer_str(&table->got), vt_buffer_str(&table->wanted))) {
    print_error("%s:%u: %.*s\nwanted %.*sgot    %.*s", table->name, table->line,
                VT_STR_ARGS(vt_buffer_str(&table->expression)),
                VT_STR_ARGS(vt_buffer_str(&table->wanted)),
                VT_STR_ARGS(vt_buffer_str(&table->got)));
    table->failures++;
  }
  vt_buffer_reset(&table->expression);
  vt_buffer_reset(&table->wanted);
}

static void take_line(struct table *table, struct vater_str line)
{
  table->line++;
  if (vt_str_starts(line, VT_STR("> "))) {
    finish_case(table);
    vt_buffer_append(&table->expression, vt_str_slice(line, 2, line.len));
  } else if (vt_str_starts(line, VT_STR(". "))) {
    vt_buffer_char(&table->expression, '\n');
    vt_buffer_append(&table->expression, vt_str_slice(line, 2, line.len));
  } else if (line.len > 0 && strchr("=!|", line.ptr[0]) != NULL) {
    vt_buffer_append(&table->wanted, line);
    vt_buffer_char(&table->wanted, '\n');
  } else if (line.len > 0 && getenv("VATER_SPEC_PRINT") != NULL) {
    finish_case(table);
    printf("%.*s\n\n", VT_STR_ARGS(line));
  }
}

static unsigned run_table(struct rig *rig, const char *path, unsigned *cases)
{
  struct vater_str text;
  struct vt_error error = {0};
  assert_int_equal(vt_file_load(&rig->allocator, path, TABLE_BYTES, &text, &error), VATER_OK);
  struct table table = {.rig = rig, .name = path};
  vt_buffer_init(&table.expression, &rig->allocator, OUTCOME_BYTES);
  vt_buffer_init(&table.wanted, &rig->allocator, OUTCOME_BYTES);
  vt_buffer_init(&table.got, &rig->allocator, OUTCOME_BYTES);
  for (size_t at = 0; at < text.len;) {
    size_t end = vt_str_find(text, VT_STR("\n"), at);
    take_line(&table, vt_str_slice(text, at, end));
    at = end + 1;
  }
  finish_case(&table);
  vt_buffer_fini(&table.expression);
  vt_buffer_fini(&table.wanted);
  vt_buffer_fini(&table.got);
  vt_free(&rig->allocator, (void *)(uintptr_t)text.ptr);
  *cases += table.cases;
  return table.failures;
}

static void tables(void **state)
{
  (void)state;
  struct rig rig;
  struct vt_allocator allocator = vt_allocator_real();
  assert_int_equal(rig_open(&rig, &allocator), VATER_OK);
  DIR *folder = opendir(VATER_SOURCE_DIR "/tests/spec/cel");
  assert_non_null(folder);
  unsigned failures = 0, cases = 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    char path[600];
    if (!vt_str_ends(vt_str(entry->d_name), VT_STR(".txt")))
      continue;
    snprintf(path, sizeof path, "%s/tests/spec/cel/%s", VATER_SOURCE_DIR, entry->d_name);
    failures += run_table(&rig, path, &cases);
  }
  closedir(folder);
  rig_close(&rig);
  assert_int_equal(failures, 0);
  assert_true(cases > 200);
}

int main(void)
{
  const struct CMUnitTest tests[] = {cmocka_unit_test(tables)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}

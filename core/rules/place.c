#include "doc/place.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "rules/bundle.h"

#include <stdio.h>

static uint32_t code_points(struct vater_str text)
{
  uint32_t count = 0;
  for (size_t i = 0; i < text.len; i++)
    count += ((unsigned char)text.ptr[i] & 0xc0) != 0x80;
  return count;
}

/* A value on one line is marked as a whole, a longer one by its first character. */
static uint32_t width_of(struct vater_str document, size_t offset, size_t end)
{
  struct vater_str value = vt_str_slice(document, offset, end);
  if (value.len > 200 || vt_str_find(value, VT_STR("\n"), 0) < value.len)
    return 1;
  return code_points(value);
}

/* What is only counted needs no place; finding one reads the file. */
static bool is_full(const struct vt_diagnostics *diagnostics)
{
  return diagnostics->count >= VT_LIMIT_DIAGNOSTICS;
}

static void add(struct vt_rules_loader *loader, int severity, const struct vt_rules_source *source,
                const char *pointer, struct vt_error *error)
{
  struct vater_str document = source->file.bytes;
  size_t offset = 0, end = 0;
  uint32_t line = 0, column = 0, width = 1;
  struct vater_str text;
  if (is_full(loader->diagnostics)) {
    vt_diagnostics_add(loader->diagnostics, severity, error, VT_STR_NONE, 1);
    return;
  }
  if (vt_doc_find(&loader->options->environment->allocator, document, vt_str(pointer), &offset,
                  &end, NULL) == VATER_OK) {
    vt_text_place(document, offset, &line, &column, &text);
    width = width_of(document, offset, end);
  } else {
    vt_doc_line(&loader->options->environment->allocator, document, vt_str(pointer), &line,
                &column);
  }
  vt_error_at(error, source->path, line, column);
  vt_error_pointer(error, vt_str(pointer));
  error->offset = offset;
  vt_diagnostics_add(loader->diagnostics, severity, error, document, width);
}

void vt_rules_report(struct vt_rules_loader *loader, int severity, const char *code,
                     const struct vt_rules_source *source, const char *pointer, const char *format,
                     ...)
{
  struct vt_error error = {0};
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(&error, VATER_E_RULE, code, format, arguments);
  va_end(arguments);
  add(loader, severity, source, pointer, &error);
}

void vt_rules_report_file(struct vt_rules_loader *loader, const char *code, struct vater_str path,
                          const char *format, ...)
{
  struct vt_error error = {0};
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(&error, VATER_E_RULE, code, format, arguments);
  va_end(arguments);
  vt_error_at(&error, path, 0, 0);
  vt_diagnostics_add(loader->diagnostics, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 1);
}

/* Bytes of source that the escape at `at` takes, and the bytes of UTF-8 that it stands for. */
static size_t escape_size(const char *at, size_t left, size_t *decoded)
{
  *decoded = 1;
  if (left < 6 || at[1] != 'u')
    return 2;
  unsigned unit = 0;
  for (int i = 2; i < 6; i++) {
    char c = at[i];
    unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a' + 10);
    unit = unit * 16 + (digit & 15u);
  }
  if (unit >= 0xd800 && unit < 0xdc00) {
    *decoded = 4;
    return 12;
  }
  *decoded = unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
  return 6;
}

size_t vt_rules_place_byte(const void *context, size_t offset)
{
  const struct vt_rules_place *place = context;
  struct vater_str document = place->source->file.bytes;
  size_t at = 0, end = 0;
  if (is_full(place->diagnostics) ||
      vt_doc_find(place->allocator, document, vt_str(place->pointer), &at, &end, NULL) != VATER_OK)
    return 0;
  at++;
  for (size_t decoded = 0; decoded < offset && at < end;) {
    size_t made = 1, taken = 1;
    if (document.ptr[at] == '\\')
      taken = escape_size(document.ptr + at, end - at, &made);
    at += taken;
    decoded += made;
  }
  return at < end ? at : end - 1;
}

uint32_t vt_rules_line(struct vt_rules_lines *lines, size_t offset)
{
  for (; lines->at < offset; lines->at++)
    lines->breaks += lines->document.ptr[lines->at] == '\n';
  return lines->breaks + 1;
}

#include "base/diagnostics.h"
#include "doc/reader_parts.h"

#include <stdio.h>

enum { POINTER_MAX = 64 * 1024 };

static int fail_v(struct vt_doc_reader *reader, struct vt_error *error, size_t offset, int status,
                  const char *code, const char *format, va_list arguments) VATER_PRINTF(6, 0);

static int fail_v(struct vt_doc_reader *reader, struct vt_error *error, size_t offset, int status,
                  const char *code, const char *format, va_list arguments)
{
  reader->state = VT_DOC_STATE_FAILED;
  reader->failed = status;
  if (error == NULL || error->status != VATER_OK)
    return status;
  vt_fail_v(error, status, code, format, arguments);
  struct vater_str line_text;
  error->offset = offset;
  vt_text_place((struct vater_str){reader->bytes, reader->len}, offset, &error->line,
                &error->column, &line_text);
  struct vt_buffer pointer;
  vt_buffer_init(&pointer, &reader->allocator, POINTER_MAX);
  if (vt_doc_pointer(reader, &pointer) == VATER_OK)
    vt_error_pointer(error, vt_buffer_str(&pointer));
  vt_buffer_fini(&pointer);
  return status;
}

int vt_doc_fail(struct vt_doc_reader *reader, struct vt_error *error, size_t offset, int status,
                const char *code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fail_v(reader, error, offset, status, code, format, arguments);
  va_end(arguments);
  return status;
}

int vt_doc_fail_memory(struct vt_doc_reader *reader, struct vt_error *error)
{
  return vt_doc_fail(reader, error, reader->at, VATER_E_NOMEM, NULL,
                     "out of memory while reading the document");
}

int vt_doc_fail_expected(struct vt_doc_reader *reader, struct vt_error *error, size_t offset,
                         const char *expected)
{
  if (offset >= reader->len && reader->len < reader->whole)
    return vt_doc_fail(reader, error, reader->len, VATER_E_DECODE, "PAY-SYNTAX",
                       "the line ends where %s should come; NDJSON has each value on one line",
                       expected);
  if (offset >= reader->len)
    return vt_doc_fail(reader, error, reader->len, VATER_E_DECODE, "PAY-SYNTAX",
                       "the document ends where %s should come; it seems to have been cut",
                       expected);
  unsigned char c = (unsigned char)reader->bytes[offset];
  if (c > 0x20 && c < 0x7f)
    return vt_doc_fail(reader, error, offset, VATER_E_DECODE, "PAY-SYNTAX",
                       "expected %s, found '%c'", expected, c);
  return vt_doc_fail(reader, error, offset, VATER_E_DECODE, "PAY-SYNTAX",
                     "expected %s, found byte 0x%02X", expected, (unsigned)c);
}

static bool starts_with(const struct vt_doc_reader *reader, size_t at, const char *text)
{
  return vt_str_starts((struct vater_str){reader->bytes + at, reader->len - at}, vt_str(text));
}

int vt_doc_fail_value(struct vt_doc_reader *reader, struct vt_error *error, size_t offset)
{
  if (offset >= reader->len)
    return vt_doc_fail_expected(reader, error, offset, "a value");
  if (starts_with(reader, offset, "NaN") || starts_with(reader, offset, "nan") ||
      starts_with(reader, offset, "Inf"))
    return vt_doc_fail(reader, error, offset, VATER_E_DECODE, "PAY-NUMBER",
                       "JSON has no NaN and no Infinity; leave the member out or say why the "
                       "number is missing");
  if (reader->bytes[offset] == '/' || reader->bytes[offset] == '#')
    return vt_doc_fail(reader, error, offset, VATER_E_DECODE, "PAY-SYNTAX", "JSON has no comments");
  if (reader->bytes[offset] == '\'')
    return vt_doc_fail(reader, error, offset, VATER_E_DECODE, "PAY-SYNTAX",
                       "texts stand in double quotes, not in single ones");
  if (starts_with(reader, offset, "True") || starts_with(reader, offset, "False") ||
      starts_with(reader, offset, "None"))
    return vt_doc_fail(reader, error, offset, VATER_E_DECODE, "PAY-SYNTAX",
                       "JSON writes true, false and null in lower case");
  if (reader->depth == 0 && reader->bytes[offset] == '<')
    return vt_doc_fail(reader, error, offset, VATER_E_DECODE, "PAY-SYNTAX",
                       "the document begins with '<': this looks like HTML or XML, not JSON");
  return vt_doc_fail_expected(reader, error, offset, "a value");
}

int vt_doc_check_start(struct vt_doc_reader *reader, struct vt_error *error)
{
  const char *bytes = reader->bytes;
  if (reader->len > reader->budget.bytes)
    return vt_doc_fail(reader, error, 0, VATER_E_LIMIT, "PAY-LIMIT",
                       "the document is larger than %llu bytes (limit PAYLOAD_BYTES)",
                       (unsigned long long)reader->budget.bytes);
  if (vt_str_trim((struct vater_str){bytes, reader->len}).len == 0)
    return vt_doc_fail(reader, error, 0, VATER_E_DECODE, "PAY-SYNTAX", "the document is empty");
  if (starts_with(reader, 0, "\xef\xbb\xbf"))
    return vt_doc_fail(reader, error, 0, VATER_E_DECODE, "PAY-SYNTAX",
                       "the document begins with a byte order mark; JSON is sent without one");
  bool mark = starts_with(reader, 0, "\xff\xfe") || starts_with(reader, 0, "\xfe\xff");
  bool zeros = reader->len >= 2 && (bytes[0] == '\0') != (bytes[1] == '\0');
  if (mark || zeros || (reader->len >= 4 && memcmp(bytes, "\0\0\0", 3) == 0))
    return vt_doc_fail(reader, error, 0, VATER_E_DECODE, "PAY-SYNTAX",
                       "the document is UTF-16 or UTF-32; JSON is sent as UTF-8");
  return VATER_OK;
}

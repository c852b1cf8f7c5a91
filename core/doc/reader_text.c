#include "base/utf8.h"
#include "doc/reader_parts.h"

static bool is_noncharacter(uint32_t c)
{
  return (c >= 0xfdd0 && c <= 0xfdef) || (c & 0xfffe) == 0xfffe;
}

static int fail_noncharacter(struct vt_doc_reader *reader, size_t at, uint32_t c,
                             struct vt_error *error)
{
  return vt_doc_fail(reader, error, at, VATER_E_DECODE, "PAY-TEXT",
                     "U+%04X is no character and does not belong in a text", (unsigned)c);
}

static int fail_unfinished(struct vt_doc_reader *reader, struct vt_error *error)
{
  return vt_doc_fail(reader, error, reader->len, VATER_E_DECODE, "PAY-SYNTAX",
                     "the document ends inside a text; it seems to have been cut");
}

/* Whether the bytes at `at` up to the document's end begin a valid sequence that is cut there. */
static bool is_cut_sequence(const struct vt_doc_reader *reader, size_t at)
{
  unsigned char lead = (unsigned char)reader->bytes[at];
  size_t wanted = lead >= 0xf0 ? 4 : (lead >= 0xe0 ? 3 : 2);
  if (lead < 0xc2 || lead > 0xf4 || reader->len - at >= wanted)
    return false;
  for (size_t i = at + 1; i < reader->len; i++)
    if (((unsigned char)reader->bytes[i] & 0xc0) != 0x80)
      return false;
  return true;
}

/* Validates the run of non-ASCII sequences at *at and moves behind it. */
static int skip_sequences(struct vt_doc_reader *reader, size_t *at, struct vt_error *error)
{
  struct vater_str all = {reader->bytes, reader->len};
  while (*at < reader->len && (unsigned char)reader->bytes[*at] >= 0x80) {
    size_t from = *at;
    uint32_t c = vt_utf8_next(all, at);
    if (c == 0xfffd && *at == from + 1) {
      if (is_cut_sequence(reader, from))
        return fail_unfinished(reader, error);
      return vt_doc_fail(reader, error, from, VATER_E_DECODE, "PAY-TEXT",
                         "byte 0x%02X is not valid UTF-8 here; send the text as UTF-8",
                         (unsigned)(unsigned char)reader->bytes[from]);
    }
    if (is_noncharacter(c) && !reader->budget.allow_all_text)
      return fail_noncharacter(reader, from, c, error);
  }
  return VATER_OK;
}

static int fail_too_long(struct vt_doc_reader *reader, size_t from, struct vt_error *error)
{
  return vt_doc_fail(reader, error, from - 1, VATER_E_LIMIT, "PAY-LIMIT",
                     "a text is longer than %llu bytes (limit PAYLOAD_TEXT_BYTES)",
                     (unsigned long long)reader->budget.text_bytes);
}

int vt_doc_scan_text(struct vt_doc_reader *reader, size_t from, struct vt_doc_span *span,
                     struct vt_error *error)
{
  span->from = from;
  span->escaped = false;
  size_t at = from;
  for (;;) {
    at = vt_doc_skip_plain(reader->bytes, at, reader->len);
    if (at >= reader->len)
      return fail_unfinished(reader, error);
    unsigned char c = (unsigned char)reader->bytes[at];
    if (c == '"')
      break;
    if (c == '\\') {
      span->escaped = true;
      at += 2;
      if (at > reader->len)
        return fail_unfinished(reader, error);
    } else if (c < 0x20) {
      return vt_doc_fail(reader, error, at, VATER_E_DECODE, "PAY-SYNTAX",
                         "a text holds the control character U+%04X; write it as \\u%04x",
                         (unsigned)c, (unsigned)c);
    } else {
      int status = skip_sequences(reader, &at, error);
      if (status != VATER_OK)
        return status;
    }
  }
  span->to = at;
  if (at - from > reader->budget.text_bytes &&
      (!span->escaped || at - from > 6 * reader->budget.text_bytes))
    return fail_too_long(reader, from, error);
  return VATER_OK;
}

/* Four hexadecimal digits at `at`, -1 where there are none. */
static int32_t hex4(const struct vt_doc_reader *reader, size_t at, size_t to)
{
  if (to - at < 4 || at > to)
    return -1;
  int32_t value = 0;
  for (size_t i = at; i < at + 4; i++) {
    char c = reader->bytes[i];
    int32_t digit;
    if (c >= '0' && c <= '9')
      digit = c - '0';
    else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
      digit = (c | 0x20) - 'a' + 10;
    else
      return -1;
    value = value << 4 | digit;
  }
  return value;
}

static int fail_surrogate(struct vt_doc_reader *reader, size_t at, struct vt_error *error)
{
  return vt_doc_fail(reader, error, at, VATER_E_DECODE, "PAY-TEXT",
                     "an escape \\uD800 to \\uDFFF stands alone; a character beyond U+FFFF takes "
                     "two, high before low");
}

/* The escape \u at *at (its backslash), moved behind. */
static int decode_unicode(struct vt_doc_reader *reader, size_t *at, size_t to, uint32_t *out,
                          struct vt_error *error)
{
  size_t from = *at;
  int32_t high = hex4(reader, from + 2, to);
  if (high < 0)
    return vt_doc_fail(reader, error, from, VATER_E_DECODE, "PAY-SYNTAX",
                       "\\u is followed by four hexadecimal digits");
  *at = from + 6;
  uint32_t c = (uint32_t)high;
  if (c >= 0xdc00 && c <= 0xdfff)
    return fail_surrogate(reader, from, error);
  if (c >= 0xd800 && c < 0xdc00) {
    bool pair = to - *at >= 6 && reader->bytes[*at] == '\\' && reader->bytes[*at + 1] == 'u';
    int32_t low = pair ? hex4(reader, *at + 2, to) : -1;
    if (low < 0xdc00 || low > 0xdfff)
      return fail_surrogate(reader, from, error);
    c = 0x10000 + ((c - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
    *at += 6;
  }
  if (c == 0 && !reader->budget.allow_all_text)
    return vt_doc_fail(reader, error, from, VATER_E_DECODE, "PAY-TEXT",
                       "\\u0000 does not belong in a text");
  if (is_noncharacter(c) && !reader->budget.allow_all_text)
    return fail_noncharacter(reader, from, c, error);
  *out = c;
  return VATER_OK;
}

static char simple_escape(char c)
{
  switch (c) {
  case '"':
  case '\\':
  case '/':
    return c;
  case 'b':
    return '\b';
  case 'f':
    return '\f';
  case 'n':
    return '\n';
  case 'r':
    return '\r';
  case 't':
    return '\t';
  default:
    return '\0';
  }
}

/* The escape at *at, moved behind; its characters at `out`. */
static int decode_escape(struct vt_doc_reader *reader, size_t *at, size_t to, char *out,
                         size_t *written, struct vt_error *error)
{
  char c = reader->bytes[*at + 1];
  if (c == 'u') {
    uint32_t code_point = 0;
    int status = decode_unicode(reader, at, to, &code_point, error);
    *written = status == VATER_OK ? vt_utf8_put(code_point, out) : 0;
    return status;
  }
  *out = simple_escape(c);
  *written = 1;
  if (*out == '\0')
    return vt_doc_fail(reader, error, *at, VATER_E_DECODE, "PAY-SYNTAX",
                       "a backslash is followed by one of \" \\ / b f n r t u");
  *at += 2;
  return VATER_OK;
}

static int make_scratch(struct vt_doc_reader *reader, size_t size, struct vt_error *error)
{
  if (size <= reader->scratch_room)
    return VATER_OK;
  char *scratch = vt_resize(&reader->allocator, reader->scratch, size);
  if (scratch == NULL)
    return vt_doc_fail_memory(reader, error);
  reader->scratch = scratch;
  reader->scratch_room = size;
  return VATER_OK;
}

int vt_doc_decode_text(struct vt_doc_reader *reader, const struct vt_doc_span *span,
                       struct vater_str *text, struct vt_error *error)
{
  *text = (struct vater_str){reader->bytes + span->from, span->to - span->from};
  if (!span->escaped)
    return VATER_OK;
  int status = make_scratch(reader, text->len, error);
  size_t len = 0;
  size_t at = span->from;
  while (at < span->to && status == VATER_OK) {
    const char *hit = memchr(reader->bytes + at, '\\', span->to - at);
    size_t plain = (hit != NULL ? (size_t)(hit - reader->bytes) : span->to) - at;
    memcpy(reader->scratch + len, reader->bytes + at, plain);
    len += plain;
    at += plain;
    size_t written = 0;
    if (hit != NULL)
      status = decode_escape(reader, &at, span->to, reader->scratch + len, &written, error);
    len += written;
  }
  if (status != VATER_OK)
    return status;
  if (len > reader->budget.text_bytes)
    return fail_too_long(reader, span->from, error);
  *text = (struct vater_str){reader->scratch, len};
  return VATER_OK;
}

#include "doc/csv.h"

#include "base/diagnostics.h"
#include "base/limits.h"
#include "base/utf8.h"

enum { FIRST_CELLS = 32, SPECIAL = 1, QUOTE = '"' };

struct vt_csv_reader {
  struct vt_allocator allocator;
  struct vater_str bytes;
  struct vt_csv_sink sink;
  struct vt_arena *decoded; /* texts of the record that had doubled quotes */
  struct vater_cell *cells;
  uint32_t room;
  size_t at;
  uint64_t records, cell_count;
  int status;
  bool checked;
  char delimiter;
  uint8_t special[256]; /* bytes that end a run of plain text */
};

int vt_csv_reader_new(const struct vt_allocator *allocator, struct vater_str bytes, char delimiter,
                      const struct vt_csv_sink *sink, struct vt_csv_reader **reader)
{
  struct vt_csv_reader *fresh = vt_alloc(allocator, sizeof *fresh);
  *reader = NULL;
  if (fresh == NULL)
    return VATER_E_NOMEM;
  *fresh = (struct vt_csv_reader){.allocator = *allocator, .bytes = bytes, .delimiter = delimiter};
  if (sink != NULL)
    fresh->sink = *sink;
  fresh->special[(unsigned char)delimiter] = fresh->special[QUOTE] = SPECIAL;
  fresh->special['\n'] = fresh->special['\r'] = SPECIAL;
  fresh->decoded = vt_arena_new(allocator, 0);
  fresh->cells = vt_alloc(allocator, FIRST_CELLS * sizeof *fresh->cells);
  fresh->room = FIRST_CELLS;
  if (fresh->decoded == NULL || fresh->cells == NULL) {
    vt_csv_reader_free(fresh);
    return VATER_E_NOMEM;
  }
  *reader = fresh;
  return VATER_OK;
}

void vt_csv_reader_free(struct vt_csv_reader *reader)
{
  if (reader == NULL)
    return;
  struct vt_allocator allocator = reader->allocator;
  vt_arena_free(reader->decoded);
  vt_free(&allocator, reader->cells);
  vt_free(&allocator, reader);
}

/* ---- what is wrong ------------------------------------------------------------------------------
 */

static int VATER_PRINTF(6, 7) fail(struct vt_csv_reader *reader, struct vt_error *error, int status,
                                   const char *code, size_t offset, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(error, status, code, format, arguments);
  va_end(arguments);
  if (error != NULL && error->line == 0) {
    struct vater_str line;
    error->offset = offset;
    vt_text_place(reader->bytes, offset, &error->line, &error->column, &line);
  }
  reader->status = status;
  return status;
}

static int tell(struct vt_csv_reader *reader, size_t offset, size_t end, const char *text)
{
  if (reader->sink.fault != NULL && reader->status == VATER_OK)
    reader->status = reader->sink.fault(reader->sink.context, offset, end, text);
  return reader->status;
}

/* Of the whole page, before its first record. */
static int check_text(struct vt_csv_reader *reader, struct vt_error *error)
{
  struct vater_str bytes = reader->bytes;
  size_t valid = vt_utf8_valid(bytes);
  const char *nul = bytes.len > 0 ? memchr(bytes.ptr, '\0', bytes.len) : NULL;
  if (valid < bytes.len && (nul == NULL || (size_t)(nul - bytes.ptr) > valid))
    return fail(reader, error, VATER_E_DECODE, "PAY-TEXT", valid,
                "byte 0x%02x is not valid UTF-8 here; send the text as UTF-8, or agree on its "
                "encoding",
                (unsigned)(unsigned char)bytes.ptr[valid]);
  if (nul != NULL)
    return fail(reader, error, VATER_E_DECODE, "PAY-TEXT", (size_t)(nul - bytes.ptr),
                "the text holds a NUL character");
  if (bytes.len >= 3 && memcmp(bytes.ptr, "\xef\xbb\xbf", 3) == 0)
    reader->at = 3;
  reader->checked = true;
  return VATER_OK;
}

/* ---- cells --------------------------------------------------------------------------------------
 */

static struct vater_cell *add_cell(struct vt_csv_reader *reader, uint32_t count,
                                   struct vt_error *error)
{
  if (count >= VT_LIMIT_CSV_COLUMNS || reader->cell_count >= VT_LIMIT_PAYLOAD_CELLS) {
    bool wide = count >= VT_LIMIT_CSV_COLUMNS;
    fail(reader, error, VATER_E_LIMIT, "PAY-LIMIT", reader->at, "%s",
         wide ? "a row has more cells than CSV_COLUMNS (1000)"
              : "the document has more cells than PAYLOAD_CELLS (20000000)");
    return NULL;
  }
  if (count >= reader->room) {
    uint32_t room = reader->room * 2;
    void *fresh = vt_resize(&reader->allocator, reader->cells, room * sizeof *reader->cells);
    if (fresh == NULL) {
      fail(reader, error, VATER_E_NOMEM, NULL, reader->at, "out of memory for a row");
      return NULL;
    }
    reader->cells = fresh;
    reader->room = room;
  }
  reader->cell_count++;
  return &reader->cells[count];
}

static inline size_t plain_end(const struct vt_csv_reader *reader, size_t at)
{
  const unsigned char *bytes = (const unsigned char *)reader->bytes.ptr;
  const uint8_t *special = reader->special;
  size_t len = reader->bytes.len;
  while (at + 4 <= len) {
    if (special[bytes[at]])
      return at;
    if (special[bytes[at + 1]])
      return at + 1;
    if (special[bytes[at + 2]])
      return at + 2;
    if (special[bytes[at + 3]])
      return at + 3;
    at += 4;
  }
  while (at < len && !special[bytes[at]])
    at++;
  return at;
}

/* Up to the delimiter or the line's end; quotes in it are text, and the first is told as `fault`
 * where there is one. */
static size_t rest_of_cell(struct vt_csv_reader *reader, size_t from, const char *fault)
{
  size_t at = plain_end(reader, from);
  while (at < reader->bytes.len && reader->bytes.ptr[at] == QUOTE) {
    if (fault != NULL)
      tell(reader, at, at + 1, fault);
    fault = NULL;
    at = plain_end(reader, at + 1);
  }
  return at;
}

/* Doubled quotes once; `raw` is what stands between the outer quotes. */
static int undouble(struct vt_csv_reader *reader, struct vater_str raw, struct vater_str *text,
                    struct vt_error *error)
{
  char *out = vt_arena_bytes(reader->decoded, raw.len + 1);
  size_t used = 0;
  if (out == NULL)
    return fail(reader, error, VATER_E_NOMEM, NULL, reader->at, "out of memory for a cell");
  for (size_t i = 0; i < raw.len; i++) {
    out[used++] = raw.ptr[i];
    i += raw.ptr[i] == QUOTE;
  }
  *text = (struct vater_str){out, used};
  return VATER_OK;
}

static int quoted_cell(struct vt_csv_reader *reader, struct vater_cell *cell,
                       struct vt_error *error)
{
  struct vater_str bytes = reader->bytes;
  size_t open = reader->at, at = open + 1;
  bool doubled = false;
  for (;;) {
    const char *quote = at < bytes.len ? memchr(bytes.ptr + at, QUOTE, bytes.len - at) : NULL;
    if (quote == NULL)
      return fail(reader, error, VATER_E_DECODE, "PAY-CSV", open,
                  "the quote that opens here is never closed");
    at = (size_t)(quote - bytes.ptr);
    if (at + 1 >= bytes.len || bytes.ptr[at + 1] != QUOTE)
      break;
    doubled = true;
    at += 2;
  }
  struct vater_str raw = vt_str_slice(bytes, open + 1, at);
  *cell = (struct vater_cell){raw, open, true};
  reader->at = at + 1;
  if (doubled && undouble(reader, raw, &cell->text, error) != VATER_OK)
    return reader->status;
  size_t end = plain_end(reader, reader->at);
  if (end == reader->at && (end >= bytes.len || bytes.ptr[end] != QUOTE))
    return VATER_OK;
  tell(reader, reader->at, end, "text stands behind the closing quote of a cell");
  reader->at = rest_of_cell(reader, reader->at, NULL);
  return reader->status;
}

static int plain_cell(struct vt_csv_reader *reader, struct vater_cell *cell)
{
  size_t from = reader->at;
  size_t end = plain_end(reader, from);
  if (end < reader->bytes.len && reader->bytes.ptr[end] == QUOTE)
    end = rest_of_cell(reader, from,
                       "a quote stands in a cell that does not begin with one; quote the whole "
                       "cell and double the quotes in it");
  *cell = (struct vater_cell){{reader->bytes.ptr + from, end - from}, from, false};
  reader->at = end;
  return reader->status;
}

/* Behind a cell; false: the record ends. */
static bool goes_on(struct vt_csv_reader *reader)
{
  struct vater_str bytes = reader->bytes;
  if (reader->at >= bytes.len)
    return false;
  char c = bytes.ptr[reader->at++];
  if (c == reader->delimiter)
    return true;
  if (c == '\r') {
    if (reader->at < bytes.len && bytes.ptr[reader->at] == '\n')
      reader->at++;
    else
      tell(reader, reader->at - 1, reader->at, "a line ends with CR alone; end lines with CRLF");
  }
  return false;
}

static bool only_line_ends(const struct vt_csv_reader *reader)
{
  for (size_t at = reader->at; at < reader->bytes.len; at++)
    if (reader->bytes.ptr[at] != '\r' && reader->bytes.ptr[at] != '\n')
      return false;
  return true;
}

static bool is_line_end(const struct vt_csv_reader *reader)
{
  char c = reader->at < reader->bytes.len ? reader->bytes.ptr[reader->at] : '\n';
  return c == '\r' || c == '\n';
}

static int read_record(struct vt_csv_reader *reader, struct vater_record *record,
                       struct vt_error *error)
{
  uint32_t count = 0;
  size_t start = reader->at;
  do {
    struct vater_cell *cell = add_cell(reader, count, error);
    if (cell == NULL)
      return reader->status;
    count++;
    bool quoted = reader->at < reader->bytes.len && reader->bytes.ptr[reader->at] == QUOTE;
    int status = quoted ? quoted_cell(reader, cell, error) : plain_cell(reader, cell);
    if (status == VATER_OK && cell->text.len > VT_LIMIT_PAYLOAD_TEXT_BYTES)
      status = fail(reader, error, VATER_E_LIMIT, "PAY-LIMIT", (size_t)cell->offset,
                    "a text is longer than %llu bytes (limit PAYLOAD_TEXT_BYTES)",
                    (unsigned long long)VT_LIMIT_PAYLOAD_TEXT_BYTES);
    if (status != VATER_OK)
      return status;
  } while (goes_on(reader));
  *record = (struct vater_record){.size = sizeof *record,
                                  .count = count,
                                  .cells = reader->cells,
                                  .offset = start,
                                  .number = ++reader->records};
  return reader->status;
}

int vt_csv_next(struct vt_csv_reader *reader, struct vater_record *record, struct vt_error *error)
{
  *record = (struct vater_record){.size = sizeof *record};
  if (reader->status != VATER_OK)
    return reader->status;
  if (!reader->checked && check_text(reader, error) != VATER_OK)
    return reader->status;
  if (reader->at >= reader->bytes.len || (is_line_end(reader) && only_line_ends(reader)))
    return VATER_DONE;
  vt_arena_reset(reader->decoded);
  return read_record(reader, record, error);
}

#include "cli/line_reader.h"

#include "base/limits.h"

enum { CHUNK = 64 * 1024 };

int vt_line_reader_init(struct vt_line_reader *reader, const struct vt_allocator *allocator,
                        FILE *file)
{
  *reader = (struct vt_line_reader){.file = file, .chunk = vt_alloc(allocator, CHUNK)};
  vt_buffer_init(&reader->text, allocator, VT_LIMIT_LINE_BYTES);
  return reader->chunk != NULL ? VATER_OK : VATER_E_NOMEM;
}

void vt_line_reader_fini(struct vt_line_reader *reader)
{
  vt_free(&reader->text.allocator, reader->chunk);
  vt_buffer_fini(&reader->text);
}

static int add(struct vt_line_reader *reader, struct vater_str part, struct vt_error *error)
{
  if (vt_buffer_append(&reader->text, part) == VATER_OK)
    return VATER_OK;
  if (reader->text.starved)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT",
                 "line %llu is longer than %llu bytes (limit LINE_BYTES)",
                 (unsigned long long)reader->line, (unsigned long long)VT_LIMIT_LINE_BYTES);
}

int vt_line_reader_next(struct vt_line_reader *reader, struct vater_str *line,
                        struct vt_error *error)
{
  *line = VT_STR_NONE;
  vt_buffer_reset(&reader->text);
  reader->line++;
  for (;;) {
    if (reader->at == reader->len) {
      reader->at = 0;
      reader->len = fread(reader->chunk, 1, CHUNK, reader->file);
      if (reader->len == 0 && ferror(reader->file))
        return vt_fail(error, VATER_E_IO, NULL, "cannot read line %llu",
                       (unsigned long long)reader->line);
      if (reader->len == 0)
        break;
    }
    const char *from = reader->chunk + reader->at;
    size_t left = reader->len - reader->at;
    const char *end = memchr(from, '\n', left);
    size_t size = end != NULL ? (size_t)(end - from) : left;
    int status = add(reader, (struct vater_str){from, size}, error);
    if (status != VATER_OK)
      return status;
    reader->at += end != NULL ? size + 1 : size;
    if (end != NULL) {
      *line = vt_buffer_str(&reader->text);
      return VATER_OK;
    }
  }
  *line = vt_buffer_str(&reader->text);
  return line->len > 0 ? VATER_OK : VATER_DONE;
}

#include "doc/reader_parts.h"

void vt_doc_reader_lines(struct vt_doc_reader *reader, struct vater_str name)
{
  reader->lines = name;
  reader->whole = reader->len;
  reader->name_text.limit += name.len;
}

void vt_doc_limit_to_line(struct vt_doc_reader *reader, size_t at)
{
  const char *end = memchr(reader->bytes + at, '\n', reader->whole - at);
  reader->len = end != NULL ? (size_t)(end - reader->bytes) : reader->whole;
}

bool vt_doc_looks_like_lines(struct vater_str bytes)
{
  struct vater_str text = vt_str_trim(bytes);
  size_t end = vt_str_find(text, VT_STR("\n"), 0);
  if (end >= text.len)
    return false;
  struct vater_str first = vt_str_trim(vt_str_slice(text, 0, end));
  struct vater_str second = vt_str_trim(vt_str_slice(text, end, SIZE_MAX));
  return first.len > 1 && first.ptr[0] == '{' && first.ptr[first.len - 1] == '}' &&
         second.len > 0 && second.ptr[0] == '{';
}

#include "judge/lines.h"

enum { WINDOW = 8192, RELEASED = 1024 * 1024 };

/* What lies before a window. */
struct mark {
  uint64_t line_start;  /* of the line that the window begins in */
  uint64_t line_points; /* code points before that line */
  uint64_t points;      /* code points before the window */
  uint32_t line;        /* 0-based */
};

struct vt_lines {
  struct vt_allocator allocator;
  struct vater_str bytes;
  struct mark *marks;
};

/* Bytes that begin a code point are those that are not 10xxxxxx, counted eight at a time. */
static uint64_t count_points(const char *bytes, size_t len)
{
  const uint64_t ones = 0x0101010101010101u;
  uint64_t following = 0;
  size_t i = 0;
  for (; i + sizeof(uint64_t) <= len; i += sizeof(uint64_t)) {
    uint64_t word;
    memcpy(&word, bytes + i, sizeof word);
    following += (uint64_t)__builtin_popcountll((word >> 7) & ~(word >> 6) & ones);
  }
  for (; i < len; i++)
    following += ((unsigned char)bytes[i] & 0xc0) == 0x80;
  return len - following;
}

/* Moves the mark over bytes [from, to). */
static void advance(struct mark *mark, struct vater_str bytes, size_t from, size_t to)
{
  size_t at = from;
  while (at < to) {
    const char *end = memchr(bytes.ptr + at, '\n', to - at);
    size_t next = end == NULL ? to : (size_t)(end - bytes.ptr) + 1;
    mark->points += count_points(bytes.ptr + at, next - at);
    at = next;
    if (end == NULL)
      continue;
    mark->line++;
    mark->line_start = at;
    mark->line_points = mark->points;
  }
}

struct vt_lines *vt_lines_new(const struct vt_allocator *allocator, struct vater_str bytes,
                              void (*release)(struct vater_str bytes))
{
  size_t windows = bytes.len / WINDOW + 1;
  struct vt_lines *lines = vt_alloc(allocator, sizeof *lines + windows * sizeof *lines->marks);
  if (lines == NULL)
    return NULL;
  *lines = (struct vt_lines){*allocator, bytes, (struct mark *)(lines + 1)};
  struct mark mark = {0};
  for (size_t i = 0; i < windows; i++) {
    lines->marks[i] = mark;
    size_t from = i * WINDOW;
    size_t to = bytes.len - from < WINDOW ? bytes.len : from + WINDOW;
    advance(&mark, bytes, from, to);
    if (release != NULL && (to % RELEASED == 0 || to == bytes.len))
      release(vt_str_slice(bytes, from - from % RELEASED, to));
  }
  return lines;
}

void vt_lines_free(struct vt_lines *lines)
{
  if (lines != NULL)
    vt_free(&lines->allocator, lines);
}

void vt_lines_place(const struct vt_lines *lines, size_t offset, uint32_t *line, uint32_t *column)
{
  if (offset > lines->bytes.len)
    offset = lines->bytes.len;
  size_t window = offset / WINDOW;
  struct mark mark = lines->marks[window];
  advance(&mark, lines->bytes, window * WINDOW, offset);
  *line = mark.line + 1;
  *column = (uint32_t)(mark.points - mark.line_points) + 1;
}

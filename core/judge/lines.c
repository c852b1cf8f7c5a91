#include "judge/lines.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

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
  void (*release)(struct vater_str bytes);
  size_t counted; /* windows whose marks are there */
  struct mark *marks;
};

/* Bytes that begin a code point are those that are not 10xxxxxx, the smallest as signed bytes. */
static uint64_t count_points(const char *bytes, size_t len)
{
  uint64_t following = 0;
  size_t i = 0;
#if defined(__SSE2__)
  const __m128i first = _mm_set1_epi8((char)0xc0), one = _mm_set1_epi8(1);
  for (; len - i >= sizeof(__m128i); i += sizeof(__m128i)) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
    __m128i ones = _mm_and_si128(_mm_cmplt_epi8(block, first), one);
    __m128i sums = _mm_sad_epu8(ones, _mm_setzero_si128());
    following += (uint64_t)_mm_cvtsi128_si64(_mm_add_epi64(sums, _mm_srli_si128(sums, 8)));
  }
#endif
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
  *lines = (struct vt_lines){.allocator = *allocator,
                             .bytes = bytes,
                             .release = release,
                             .counted = 1,
                             .marks = (struct mark *)(lines + 1)};
  lines->marks[0] = (struct mark){0};
  return lines;
}

/* Marks up to the window, each from the one before. */
static void count_to(struct vt_lines *lines, size_t window)
{
  for (; lines->counted <= window; lines->counted++) {
    struct mark mark = lines->marks[lines->counted - 1];
    size_t to = lines->counted * WINDOW, from = to - WINDOW;
    advance(&mark, lines->bytes, from, to);
    lines->marks[lines->counted] = mark;
    if (lines->release != NULL && to % RELEASED == 0)
      lines->release(vt_str_slice(lines->bytes, to - RELEASED, to));
  }
}

void vt_lines_free(struct vt_lines *lines)
{
  if (lines != NULL)
    vt_free(&lines->allocator, lines);
}

void vt_lines_place(struct vt_lines *lines, size_t offset, uint32_t *line, uint32_t *column)
{
  if (offset > lines->bytes.len)
    offset = lines->bytes.len;
  size_t window = offset / WINDOW;
  count_to(lines, window);
  struct mark mark = lines->marks[window];
  advance(&mark, lines->bytes, window * WINDOW, offset);
  *line = mark.line + 1;
  *column = (uint32_t)(mark.points - mark.line_points) + 1;
}

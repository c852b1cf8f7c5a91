#include "doc/reader_parts.h"

/* Where a skip is: open containers, the one to be left included, and whether within a text. */
struct skip {
  uint32_t depth;
  bool text, escaped; /* escaped: behind a backslash */
};

/* Byte by byte up to `to`, or to the bracket that leaves the container; returns where it stopped.
 */
static size_t skip_bytes(struct skip *skip, const char *bytes, size_t at, size_t to)
{
  for (; at < to; at++) {
    char c = bytes[at];
    if (skip->escaped) {
      skip->escaped = false;
    } else if (c == '"') {
      skip->text = !skip->text;
    } else if (skip->text) {
      skip->escaped = c == '\\';
    } else if (c == '{' || c == '[') {
      skip->depth++;
    } else if ((c == '}' || c == ']') && --skip->depth == 0) {
      break;
    }
  }
  return at;
}

#if defined(__SSE2__)
enum { BLOCK = 64 };

/* One bit for each byte of a block. */
struct marks {
  uint64_t quotes, backslashes, opening, closing;
};

static struct marks find_marks(const char *bytes)
{
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  const __m128i open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}'), bit = _mm_set1_epi8(0x20);
  struct marks marks = {0};
  for (unsigned i = 0; i < BLOCK; i += 16) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(bytes + i));
    __m128i braces = _mm_or_si128(block, bit); /* '[' and ']' become '{' and '}' */
    marks.quotes |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, quote)) << i;
    marks.backslashes |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, backslash))
                         << i;
    marks.opening |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(braces, open)) << i;
    marks.closing |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(braces, close)) << i;
  }
  return marks;
}

/* Bits from each quote on, up to the one that closes it: each is the parity of those before. */
static uint64_t inside_texts(uint64_t quotes)
{
  quotes ^= quotes << 1;
  quotes ^= quotes << 2;
  quotes ^= quotes << 4;
  quotes ^= quotes << 8;
  quotes ^= quotes << 16;
  return quotes ^ quotes << 32;
}

/* Whole blocks, as long as their brackets can be counted without looking at their order. */
static size_t skip_blocks(struct skip *skip, const char *bytes, size_t at, size_t len)
{
  while (len - at >= BLOCK && !skip->escaped) {
    struct marks marks = find_marks(bytes + at);
    if (marks.backslashes != 0)
      break;
    uint64_t texts = inside_texts(marks.quotes) ^ (skip->text ? UINT64_MAX : 0);
    uint32_t closing = (uint32_t)__builtin_popcountll(marks.closing & ~texts);
    if (closing >= skip->depth)
      break;
    skip->depth += (uint32_t)__builtin_popcountll(marks.opening & ~texts) - closing;
    skip->text = texts >> (BLOCK - 1) != 0;
    at += BLOCK;
  }
  return at;
}
#else
enum { BLOCK = 64 };

static size_t skip_blocks(struct skip *skip, const char *bytes, size_t at, size_t len)
{
  (void)skip;
  (void)bytes;
  (void)len;
  return at;
}
#endif

void vt_doc_skip(struct vt_doc_reader *reader)
{
  struct skip skip = {.depth = 1};
  size_t at = reader->at;
  while (at < reader->len && skip.depth > 0) {
    at = skip_blocks(&skip, reader->bytes, at, reader->len);
    size_t to = reader->len - at < BLOCK ? reader->len : at + BLOCK;
    at = skip_bytes(&skip, reader->bytes, at, to);
  }
  reader->at = at;
  reader->state = VT_DOC_STATE_AFTER;
}

#include "doc/reader_parts.h"

enum { MARGIN = 64 }; /* bytes that may be looked at without asking for the end */

static inline size_t skip_blanks(const char *bytes, size_t at, size_t end)
{
  while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r'))
    at++;
  return at;
}

/* One bit for each of 16 bytes that is no digit, and all behind them. */
static inline unsigned other_than_digits(const char *at)
{
#if defined(__SSE2__)
  __m128i value =
      _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(const void *)at), _mm_set1_epi8('0'));
  __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value);
  return ~(unsigned)_mm_movemask_epi8(digits);
#else
  unsigned others = ~0u << 16;
  for (unsigned i = 0; i < 16; i++)
    others |= (unsigned)(at[i] < '0' || at[i] > '9') << i;
  return others;
#endif
}

/* The end of a plain number at `at`, which MARGIN bytes follow; `at` where there is none. */
static inline size_t end_of_number(const char *bytes, size_t at)
{
  const char *number = bytes + at;
  unsigned others = other_than_digits(number);
  unsigned from = number[0] == '-' ? 1 : 0;
  unsigned to = (unsigned)__builtin_ctz(others & ~from);
  if (to == from || (number[from] == '0' && to > from + 1))
    return at;
  if (number[to] == '.') {
    unsigned fraction = to + 1;
    to = (unsigned)__builtin_ctz(others >> fraction << fraction);
    if (to == fraction)
      return at;
  }
  bool more = number[to] == '.' || (number[to] | 0x20) == 'e';
  return more || to > VT_DOC_ITEM_BYTES ? at : at + to;
}

/* The end of an item at `at`; `at` where something else stands. */
static inline size_t end_of_item(const char *bytes, size_t at, bool *null)
{
  *null = bytes[at] == 'n';
  if (!*null)
    return end_of_number(bytes, at);
  return memcmp(bytes + at, "null", 4) == 0 ? at + 4 : at;
}

static bool is_between_items(const struct vt_doc_reader *reader)
{
  bool state = reader->state == VT_DOC_STATE_AFTER || reader->state == VT_DOC_STATE_FIRST_ITEM;
  return state && !reader->frames[reader->depth - 1].object;
}

uint32_t vt_doc_next_items(struct vt_doc_reader *reader, size_t until, struct vt_doc_item *items,
                           uint32_t room)
{
  if (!is_between_items(reader) || reader->len < MARGIN || reader->len > UINT32_MAX)
    return 0;
  const char *bytes = reader->bytes;
  size_t last = reader->len - MARGIN;
  bool first = reader->state == VT_DOC_STATE_FIRST_ITEM;
  uint64_t left = reader->budget.nodes - reader->nodes;
  uint32_t count = 0;
  size_t done = reader->at;
  while (count < room && count < left && done < last) {
    size_t at = done;
    if (!first) {
      if (bytes[at] != ',' && bytes[at = skip_blanks(bytes, at, last)] != ',')
        break;
      at++;
    }
    if ((unsigned char)bytes[at] <= ' ')
      at = skip_blanks(bytes, at, last);
    bool null;
    size_t to = at < last ? end_of_item(bytes, at, &null) : at;
    if (to == at || to > until || to > last)
      break;
    items[count++] = (struct vt_doc_item){(uint32_t)at, null ? 0 : (uint32_t)(to - at)};
    done = to;
    first = false;
  }
  if (count > 0)
    reader->state = VT_DOC_STATE_AFTER;
  reader->at = done;
  reader->nodes += count;
  reader->frames[reader->depth - 1].items += count;
  return count;
}

#include "judge/screen_digits.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* U+2000 to U+200B are spaces, U+202F the narrow no-break space, U+2010 to U+2015 hyphens and
 * dashes, U+2212 the minus sign. */
static size_t general_separator(struct vater_str text, size_t at)
{
  if (text.len - at < 3)
    return 0;
  unsigned char second = (unsigned char)text.ptr[at + 1];
  unsigned char third = (unsigned char)text.ptr[at + 2];
  if (second == 0x88)
    return third == 0x92 ? 3 : 0;
  bool space = third <= 0x8b || third == 0xaf;
  return second == 0x80 && (space || (third >= 0x90 && third <= 0x95)) ? 3 : 0;
}

size_t vt_screen_separator_size(struct vater_str text, size_t at)
{
  if (at >= text.len)
    return 0;
  switch ((unsigned char)text.ptr[at]) {
  case ' ':
  case '-':
  case '.':
  case 0xa0:
    return 1;
  case 0xc2:
    return text.len - at >= 2 && ((unsigned char)text.ptr[at + 1] == 0xa0 ||
                                  (unsigned char)text.ptr[at + 1] == 0xad)
               ? 2
               : 0;
  case 0xe2:
    return general_separator(text, at);
  default:
    return 0;
  }
}

static inline bool is_ascii_digit(char c)
{
  return c >= '0' && c <= '9';
}

#if defined(__SSE2__)
enum { BLOCK = 64 };

/* One bit a byte: ASCII digits, and first bytes of full-width ones (0xef). */
static inline uint64_t digit_bits(const char *at, uint64_t *wide)
{
  const __m128i zero = _mm_set1_epi8('0');
  const __m128i nine = _mm_set1_epi8(9);
  const __m128i lead = _mm_set1_epi8((char)0xef);
  uint64_t bits = 0;
  *wide = 0;
  for (int i = 0; i < BLOCK / 16; i++) {
    __m128i block = _mm_loadu_si128((const __m128i *)(const void *)(at + 16 * i));
    __m128i value = _mm_sub_epi8(block, zero);
    __m128i digit = _mm_cmpeq_epi8(_mm_min_epu8(value, nine), value);
    bits |= (uint64_t)(unsigned)_mm_movemask_epi8(digit) << (16 * i);
    *wide |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(block, lead)) << (16 * i);
  }
  return bits;
}

/* The lowest byte of the block where a run of five begins or ends beginning, BLOCK where none does.
 * `carry` digits stand before the block. */
static inline unsigned interesting(uint64_t bits, uint64_t wide, unsigned carry)
{
  unsigned leading = ~bits == 0 ? BLOCK : (unsigned)__builtin_ctzll(~bits);
  if (carry > 0 && carry + leading >= VT_SCREEN_TAIL_DIGITS)
    return 0;
  uint64_t runs = bits & bits >> 1;
  runs &= runs >> 2;
  runs &= bits >> 4;
  runs |= wide;
  return runs == 0 ? BLOCK : (unsigned)__builtin_ctzll(runs);
}
#endif

/* The first byte at or after `from` in a place that may belong to a candidate: a run of at least
 * five ASCII digits, or a full-width digit. */
static size_t skip_dull(struct vater_str bytes, size_t from)
{
  size_t at = from;
  unsigned carry = 0;
#if defined(__SSE2__)
  while (bytes.len - at >= BLOCK) {
    uint64_t wide;
    uint64_t bits = digit_bits(bytes.ptr + at, &wide);
    unsigned first = interesting(bits, wide, carry);
    if (first < BLOCK)
      return first == 0 ? at - carry : at + first;
    carry = bits == 0 ? 0 : (unsigned)__builtin_clzll(~bits);
    at += BLOCK;
  }
#endif
  for (; at < bytes.len; at++) {
    if ((unsigned char)bytes.ptr[at] == 0xef)
      return at;
    carry = is_ascii_digit(bytes.ptr[at]) ? carry + 1 : 0;
    if (carry >= VT_SCREEN_TAIL_DIGITS)
      return at + 1 - carry;
  }
  return bytes.len;
}

/* Back to the first digit of the run that `at` is in, not before `from`. */
static size_t run_start(struct vater_str bytes, size_t at, size_t from)
{
  for (;;) {
    if (at > from && is_ascii_digit(bytes.ptr[at - 1]))
      at--;
    else if (at >= from + 3 && (unsigned char)bytes.ptr[at - 3] == 0xef &&
             vt_screen_digit(bytes, at - 3) >= 0)
      at -= 3;
    else
      return at;
  }
}

/* Reads digits from `at`, keeping `room` of them; how many there are. */
static size_t read_run(struct vater_str bytes, size_t *at, uint8_t *digits, size_t room)
{
  size_t count = 0;
  while (*at < bytes.len) {
    int digit = vt_screen_digit(bytes, *at);
    if (digit < 0)
      break;
    if (count < room)
      digits[count] = (uint8_t)digit;
    count++;
    *at += vt_screen_digit_size(bytes, *at);
  }
  return count;
}

/* ---- forms -------------------------------------------------------------------------------------
 */

/* Reads a separator and then a run of exactly `wanted` digits into the candidate. */
static bool read_next(struct vater_str bytes, struct vt_screen_candidate *candidate, size_t wanted)
{
  size_t at = candidate->end + vt_screen_separator_size(bytes, candidate->end);
  if (at == candidate->end ||
      read_run(bytes, &at, candidate->digits + candidate->count, wanted) != wanted)
    return false;
  candidate->count += wanted;
  candidate->end = at;
  return true;
}

/* The bytes of the separator that ends at `at`, the longest of those that may. */
static size_t separator_before(struct vater_str bytes, size_t at)
{
  for (size_t size = 3; size > 0; size--)
    if (size <= at && vt_screen_separator_size(bytes, at - size) == size)
      return size;
  return 0;
}

/* Takes the run of exactly `wanted` digits that stands before a separator before the candidate. */
static bool read_before(struct vater_str bytes, struct vt_screen_candidate *candidate,
                        size_t wanted)
{
  uint8_t digits[VT_SCREEN_DIGITS];
  size_t size = separator_before(bytes, candidate->start);
  size_t end = candidate->start - size;
  size_t start = size == 0 ? end : run_start(bytes, end, 0);
  size_t at = start;
  if (start == end || read_run(bytes, &at, digits, sizeof digits) != wanted)
    return false;
  memmove(candidate->digits + wanted, candidate->digits, candidate->count);
  memcpy(candidate->digits, digits, wanted);
  candidate->count += wanted;
  candidate->start = start;
  return true;
}

/* DDMMYY NNNNN, DDMMYY NNN NN; YYYY NNNNNN CC of a DUF number. */
static bool after_date(struct vater_str bytes, struct vt_screen_candidate *candidate)
{
  const struct vt_screen_candidate run = *candidate;
  if (read_next(bytes, candidate, VT_SCREEN_TAIL_DIGITS))
    return true;
  *candidate = run;
  if (read_next(bytes, candidate, 3) && read_next(bytes, candidate, 2))
    return true;
  *candidate = run;
  return read_next(bytes, candidate, 2) && read_before(bytes, candidate, 4);
}

static void pad(struct vt_screen_candidate *candidate)
{
  size_t missing = VT_SCREEN_DIGITS - candidate->count;
  memmove(candidate->digits + missing, candidate->digits, candidate->count);
  memset(candidate->digits, 0, missing);
  candidate->count = VT_SCREEN_DIGITS;
  candidate->padded = true;
}

/* DD MM YY NNNNN, or DMMYY NNNNN where the zero is lost. */
static bool around_tail(struct vater_str bytes, struct vt_screen_candidate *candidate, bool padded)
{
  const struct vt_screen_candidate run = *candidate;
  if (read_before(bytes, candidate, 2) && read_before(bytes, candidate, 2) &&
      read_before(bytes, candidate, 2))
    return true;
  *candidate = run;
  if (!padded || !read_next(bytes, candidate, VT_SCREEN_TAIL_DIGITS))
    return false;
  pad(candidate);
  return true;
}

static bool complete(struct vater_str bytes, struct vt_screen_candidate *candidate, bool padded)
{
  switch (candidate->count) {
  case VT_SCREEN_DIGITS:
  case VT_SCREEN_DUF_DIGITS:
    return true;
  case VT_SCREEN_DATE_DIGITS:
    return after_date(bytes, candidate);
  case VT_SCREEN_TAIL_DIGITS:
    return around_tail(bytes, candidate, padded);
  case VT_SCREEN_DIGITS - 1:
    if (padded)
      pad(candidate);
    return padded;
  default:
    return false;
  }
}

static bool is_hex(char c)
{
  char lower = (char)(c | 0x20);
  return is_ascii_digit(c) || (lower >= 'a' && lower <= 'f');
}

/* Part of a hash (32 hexadecimal digits or more), or of the last group of a UUID: chance makes
 * eleven digits in one of a hundred or so. */
static bool in_hash(struct vater_str bytes, const struct vt_screen_candidate *candidate)
{
  enum { HASH_DIGITS = 32, UUID_BYTES = 36, UUID_GROUP = 12 };
  size_t start = candidate->start;
  size_t end = candidate->end;
  if (end - start != candidate->count)
    return false;
  while (start > 0 && is_hex(bytes.ptr[start - 1]) && end - start < HASH_DIGITS)
    start--;
  while (end < bytes.len && is_hex(bytes.ptr[end]) && end - start < HASH_DIGITS)
    end++;
  if (end - start >= HASH_DIGITS)
    return true;
  if (end - start != UUID_GROUP || end < UUID_BYTES)
    return false;
  const char *uuid = bytes.ptr + end - UUID_BYTES;
  for (int i = 0; i < UUID_BYTES; i++) {
    bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
    if (hyphen ? uuid[i] != '-' : !is_hex(uuid[i]))
      return false;
  }
  return true;
}

/* A separator may begin or end with it. */
static inline bool is_separator_byte(struct vater_str bytes, size_t at)
{
  unsigned char c = (unsigned char)bytes.ptr[at];
  return c >= 0x80 || c == ' ' || c == '-' || c == '.';
}

/* Most runs are told from their length and what stands beside them, without reading the digits:
 * ASCII digits [start, end) that complete() would not take. */
static bool is_hopeless(struct vater_str bytes, size_t start, size_t end, bool padded)
{
  bool before = start > 0 && is_separator_byte(bytes, start - 1);
  bool after = end < bytes.len && is_separator_byte(bytes, end);
  switch (end - start) {
  case VT_SCREEN_DIGITS:
  case VT_SCREEN_DUF_DIGITS:
    return false;
  case VT_SCREEN_DATE_DIGITS:
    return !after;
  case VT_SCREEN_TAIL_DIGITS:
    return !before && !(padded && after);
  case VT_SCREEN_DIGITS - 1:
    return !padded;
  default:
    return true;
  }
}

static size_t skip_ascii_digits(struct vater_str bytes, size_t at)
{
  while (at < bytes.len && is_ascii_digit(bytes.ptr[at]))
    at++;
  return at;
}

bool vt_screen_candidate(struct vater_str bytes, size_t *from, bool padded,
                         struct vt_screen_candidate *candidate)
{
  for (size_t at = skip_dull(bytes, *from); at < bytes.len; at = skip_dull(bytes, *from)) {
    at = run_start(bytes, at, *from);
    size_t end = skip_ascii_digits(bytes, at);
    bool ascii = end == bytes.len || (unsigned char)bytes.ptr[end] != 0xef;
    if (ascii && end > at && is_hopeless(bytes, at, end, padded)) {
      *from = end;
      continue;
    }
    *candidate = (struct vt_screen_candidate){.start = at, .end = at};
    candidate->count =
        read_run(bytes, &candidate->end, candidate->digits, sizeof candidate->digits);
    *from = candidate->count > 0 ? candidate->end : at + 1;
    if (complete(bytes, candidate, padded) && !in_hash(bytes, candidate))
      return true;
  }
  return false;
}

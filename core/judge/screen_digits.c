#include "judge/screen_digits.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

size_t vt_screen_separator_size(struct vater_str text, size_t at)
{
  static const char *const separators[] = {
      " ",           "-", ".", "\xa0", "\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x91", "\xe2\x80\x93",
      "\xe2\x80\x90"};
  struct vater_str rest = vt_str_slice(text, at, text.len);
  for (size_t i = 0; i < sizeof separators / sizeof *separators; i++)
    if (vt_str_starts(rest, vt_str(separators[i])))
      return strlen(separators[i]);
  return 0;
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

/* The lowest byte of the block where a run of six begins or ends beginning, BLOCK where none does.
 * `carry` digits stand before the block. */
static inline unsigned interesting(uint64_t bits, uint64_t wide, unsigned carry)
{
  unsigned leading = ~bits == 0 ? BLOCK : (unsigned)__builtin_ctzll(~bits);
  if (carry > 0 && carry + leading >= VT_SCREEN_DATE_DIGITS)
    return 0;
  uint64_t runs = bits & bits >> 1;
  runs &= runs >> 2;
  runs &= runs >> 2;
  runs |= wide;
  return runs == 0 ? BLOCK : (unsigned)__builtin_ctzll(runs);
}
#endif

/* The first byte at or after `from` in a place that may belong to a candidate: a run of at least
 * six ASCII digits, or a full-width digit. */
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
    if (carry >= VT_SCREEN_DATE_DIGITS)
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

bool vt_screen_candidate(struct vater_str bytes, size_t *from, size_t *start, size_t *end,
                         uint8_t digits[VT_SCREEN_DIGITS])
{
  for (size_t at = skip_dull(bytes, *from); at < bytes.len; at = skip_dull(bytes, *from)) {
    at = run_start(bytes, at, *from);
    *start = *end = at;
    size_t count = read_run(bytes, end, digits, VT_SCREEN_DIGITS);
    *from = count > 0 ? *end : at + 1;
    if (count == VT_SCREEN_DIGITS)
      return true;
    if (count != VT_SCREEN_DATE_DIGITS)
      continue;
    size_t rest = *end + vt_screen_separator_size(bytes, *end);
    if (rest == *end)
      continue;
    *end = rest;
    if (read_run(bytes, end, digits + count, VT_SCREEN_DIGITS - count) == VT_SCREEN_DIGITS - count)
      return true;
  }
  return false;
}

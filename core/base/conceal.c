#include "base/conceal.h"

enum { SHORTEST = 4, LONGEST_WORD = 40, LARGEST_ENCODED = 512, NEEDLE = LARGEST_ENCODED * 3 };

static const char mark[] = "(secret)", short_mark[] = "***", word_mark[] = "...";

/* Writes the bytes of `with` over `len` bytes at `at`, and closes the gap. */
static void replace(struct vt_buffer *text, size_t at, size_t len, const char *with)
{
  size_t size = strlen(with);
  memcpy(text->bytes + at, with, size);
  memmove(text->bytes + at + size, text->bytes + at + len, text->len - at - len);
  text->len -= len - size;
}

static void replace_all(struct vt_buffer *text, struct vater_str needle)
{
  const char *with = needle.len >= sizeof mark - 1 ? mark : short_mark;
  for (size_t at = 0; (at = vt_str_find(vt_buffer_str(text), needle, at)) < text->len;) {
    replace(text, at, needle.len, with);
    at += strlen(with);
  }
}

static bool is_unreserved(char c)
{
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

static size_t encode_percent(struct vater_str secret, char needle[NEEDLE])
{
  static const char digits[] = "0123456789ABCDEF";
  size_t len = 0;
  for (size_t i = 0; i < secret.len; i++) {
    unsigned char c = (unsigned char)secret.ptr[i];
    if (is_unreserved((char)c)) {
      needle[len++] = (char)c;
      continue;
    }
    needle[len++] = '%';
    needle[len++] = digits[c >> 4];
    needle[len++] = digits[c & 15];
  }
  return len;
}

static size_t escape(struct vater_str secret, const char *escaped, char needle[NEEDLE])
{
  size_t len = 0;
  for (size_t i = 0; i < secret.len; i++) {
    if (strchr(escaped, secret.ptr[i]) != NULL && secret.ptr[i] != '\0')
      needle[len++] = '\\';
    needle[len++] = secret.ptr[i];
  }
  return len;
}

void vt_conceal(struct vt_buffer *text, struct vater_str secret)
{
  char needle[NEEDLE];
  if (secret.len < SHORTEST || text->len < SHORTEST)
    return;
  replace_all(text, secret);
  if (secret.len > LARGEST_ENCODED)
    return;
  replace_all(text, (struct vater_str){needle, encode_percent(secret, needle)});
  replace_all(text, (struct vater_str){needle, escape(secret, "\"\\", needle)});
  replace_all(text, (struct vater_str){needle, escape(secret, "\"\\/", needle)});
  explicit_bzero(needle, sizeof needle);
}

static bool is_word(char c)
{
  return is_unreserved(c) || c == '+' || c == '/' || c == '=';
}

void vt_conceal_words(struct vt_buffer *text)
{
  for (size_t at = 0; at < text->len;) {
    size_t end = at;
    while (end < text->len && is_word(text->bytes[end]))
      end++;
    if (end - at > LONGEST_WORD) {
      replace(text, at, end - at, word_mark);
      end = at + sizeof word_mark - 1;
    }
    at = end > at ? end : at + 1;
  }
}

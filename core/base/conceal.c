#include "base/conceal.h"

enum { SHORTEST = 4, LONGEST_WORD = 40, LARGEST_ENCODED = 512, NEEDLE = LARGEST_ENCODED * 3 };

static const char mark[] = "(secret)", short_mark[] = "***", word_mark[] = "...";

/* Goes over a text once, and writes it anew over itself: never longer, so never ahead. */
struct rewriting {
  struct vt_buffer *text;
  size_t read, written;
};

static void keep(struct rewriting *rewriting, size_t until)
{
  char *bytes = rewriting->text->bytes;
  size_t len = until - rewriting->read;
  if (len > 0 && rewriting->written != rewriting->read)
    memmove(bytes + rewriting->written, bytes + rewriting->read, len);
  rewriting->written += len;
  rewriting->read = until;
}

static void replace(struct rewriting *rewriting, size_t len, const char *with)
{
  size_t size = strlen(with);
  memcpy(rewriting->text->bytes + rewriting->written, with, size);
  rewriting->written += size;
  rewriting->read += len;
}

static void replace_all(struct vt_buffer *text, struct vater_str needle)
{
  const char *with = needle.len >= sizeof mark - 1 ? mark : short_mark;
  struct rewriting rewriting = {text, 0, 0};
  size_t hit;
  while ((hit = vt_str_find(vt_buffer_str(text), needle, rewriting.read)) < text->len) {
    keep(&rewriting, hit);
    replace(&rewriting, needle.len, with);
  }
  keep(&rewriting, text->len);
  text->len = rewriting.written;
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
  struct rewriting rewriting = {text, 0, 0};
  for (size_t at = 0; at < text->len;) {
    size_t end = at;
    while (end < text->len && is_word(text->bytes[end]))
      end++;
    if (end - at > LONGEST_WORD) {
      keep(&rewriting, at);
      replace(&rewriting, end - at, word_mark);
    }
    at = end > at ? end : at + 1;
  }
  keep(&rewriting, text->len);
  text->len = rewriting.written;
}

#include "judge/screen.h"

#include "base/error.h"
#include "base/utf8.h"
#include "judge/screen_class.h"

static bool next(struct vater_str bytes, size_t *from, bool padded, struct vt_screen_hit *hit)
{
  struct vt_screen_candidate candidate;
  while (vt_screen_candidate(bytes, from, padded, &candidate)) {
    enum vt_screen_class class = vt_screen_classify(candidate.digits, candidate.count);
    if (class == VT_SCREEN_NONE)
      continue;
    *hit = (struct vt_screen_hit){.class = class,
                                  .offset = candidate.start,
                                  .end = candidate.end,
                                  .padded = candidate.padded};
    return true;
  }
  return false;
}

bool vt_screen_next(struct vater_str bytes, size_t *from, struct vt_screen_hit *hit)
{
  return next(bytes, from, false, hit);
}

bool vt_screen_next_any(struct vater_str bytes, size_t *from, struct vt_screen_hit *hit)
{
  return next(bytes, from, true, hit);
}

bool vt_screen_text(struct vater_str text, struct vt_screen_hit *hit)
{
  size_t from = 0;
  return vt_screen_next(text, &from, hit);
}

void vt_screen_mask_hits(char *text, size_t len)
{
  struct vater_str all = {text, len};
  struct vt_screen_hit hit;
  size_t from = 0;
  while (vt_screen_next(all, &from, &hit))
    for (size_t i = hit.offset; i < hit.end; i++)
      if (text[i] >= '0' && text[i] <= '9')
        text[i] = '*';
      else if (vt_screen_digit(all, i) >= 0)
        memcpy(text + i, "***", 3);
}

void vt_screen_add(struct vt_screen *screen, const struct vt_screen_hit *hit,
                   struct vater_str pointer)
{
  screen->count++;
  if (screen->kept >= VT_SCREEN_KEPT)
    return;
  struct vt_screen_hit *kept = &screen->hits[screen->kept++];
  *kept = *hit;
  vt_text_copy(kept->pointer, sizeof kept->pointer, pointer);
  vt_screen_mask_hits(kept->pointer, strlen(kept->pointer));
  if (pointer.len >= sizeof kept->pointer)
    memset(kept->pointer, 0, sizeof kept->pointer);
}

/* Bytes with NULs left out and JSON's escapes \uXXXX and URLs' %XX decoded, a window of them, and
 * where each came from. */
enum { WINDOW = 2048, OVERLAP = 64 };

struct window {
  char bytes[WINDOW];
  size_t offsets[WINDOW], ends[WINDOW];
  size_t len;
  bool goes_on; /* its first bytes were the last of the window before */
};

static void screen_window(struct vt_screen *screen, uint32_t page, struct window *window, bool last)
{
  struct vater_str view = {window->bytes, window->len};
  struct vt_screen_hit hit;
  size_t from = 0;
  size_t until = last || window->len < OVERLAP ? window->len : window->len - OVERLAP;
  while (vt_screen_next(view, &from, &hit) && hit.offset < until) {
    /* At 0 its boundary was in the window before, and so was it. */
    bool seen = hit.offset == 0 && window->goes_on;
    size_t offset = window->offsets[hit.offset];
    size_t end = window->ends[hit.end - 1];
    bool plain = end - offset == hit.end - hit.offset; /* told already */
    if (seen || plain)
      continue;
    hit.page = page;
    hit.offset = offset;
    hit.end = end;
    vt_screen_add(screen, &hit, VT_STR_NONE);
  }
  if (last || window->len < OVERLAP)
    return;
  size_t keep = OVERLAP + 1;
  memmove(window->bytes, window->bytes + window->len - keep, keep);
  memmove(window->offsets, window->offsets + window->len - keep, keep * sizeof *window->offsets);
  memmove(window->ends, window->ends + window->len - keep, keep * sizeof *window->ends);
  window->len = keep;
  window->goes_on = true;
}

static int hex_value(char c)
{
  if (c >= '0' && c <= '9')
    return c - '0';
  c = (char)(c | 0x20);
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The value of `count` hexadecimal digits at `at`, -1 where they are none. */
static int hex_number(struct vater_str bytes, size_t at, size_t count)
{
  int value = 0;
  if (bytes.len - at < count)
    return -1;
  for (size_t i = at; i < at + count; i++) {
    int digit = hex_value(bytes.ptr[i]);
    if (digit < 0)
      return -1;
    value = value << 4 | digit;
  }
  return value;
}

/* Decodes what stands at `at` into at most 4 bytes; *used is how many bytes it took. */
static size_t decode_at(struct vater_str bytes, size_t at, bool escapes, char out[4], size_t *used)
{
  char c = bytes.ptr[at];
  int value = -1;
  *used = 1;
  out[0] = c;
  if (c == '%' && (value = hex_number(bytes, at + 1, 2)) >= 0) {
    *used = 3;
    out[0] = (char)value;
  } else if (escapes && c == '\\' && bytes.len - at >= 6 && bytes.ptr[at + 1] == 'u' &&
             (value = hex_number(bytes, at + 2, 4)) >= 0) {
    *used = 6;
    return vt_utf8_put((uint32_t)value, out);
  }
  return c == '\0' ? 0 : 1;
}

static void screen_disguised(struct vt_screen *screen, uint32_t page, struct vater_str bytes,
                             bool escapes)
{
  struct window window;
  window.len = 0;
  window.goes_on = false;
  size_t used;
  for (size_t i = 0; i < bytes.len; i += used) {
    char decoded[4];
    size_t size = decode_at(bytes, i, escapes, decoded, &used);
    if (window.len + size > WINDOW)
      screen_window(screen, page, &window, false);
    for (size_t n = 0; n < size; n++) {
      window.bytes[window.len] = decoded[n];
      window.offsets[window.len] = i;
      window.ends[window.len++] = i + used;
    }
  }
  if (window.len > 0)
    screen_window(screen, page, &window, true);
}

/* Whether the two bytes of `what` are there; the first is rare in payloads. */
static bool holds(struct vater_str bytes, const char *what)
{
  if (bytes.len == 0)
    return false;
  const char *at = bytes.ptr, *end = bytes.ptr + bytes.len;
  while (at != end && (at = memchr(at, what[0], (size_t)(end - at))) != NULL && ++at != end)
    if (*at == what[1])
      return true;
  return false;
}

/* A digit as URLs write it, %30 to %39. */
static bool holds_coded_digit(struct vater_str bytes)
{
  return holds(bytes, "%3");
}

void vt_screen_bytes(struct vt_screen *screen, uint32_t page, struct vater_str bytes, size_t from)
{
  struct vt_screen_hit hit;
  while (vt_screen_next(bytes, &from, &hit)) {
    hit.page = page;
    vt_screen_add(screen, &hit, VT_STR_NONE);
  }
  bool zeros = bytes.len > 0 && memchr(bytes.ptr, '\0', bytes.len) != NULL;
  if (zeros || holds(bytes, "\\u") || holds_coded_digit(bytes))
    screen_disguised(screen, page, bytes, true);
}

void vt_screen_urls(struct vt_screen *screen, uint32_t page, struct vater_str bytes)
{
  if (holds_coded_digit(bytes))
    screen_disguised(screen, page, bytes, false);
}

/* The end of the run at `at`: digits, single separators between them. */
static size_t run_end(struct vater_str text, size_t at, unsigned *digits)
{
  *digits = 0;
  size_t end = at;
  while (at < text.len && vt_screen_digit(text, at) >= 0) {
    at += vt_screen_digit_size(text, at);
    (*digits)++;
    end = at;
    at += vt_screen_separator_size(text, at);
  }
  return end;
}

static size_t mask_run(char *out, struct vater_str run)
{
  size_t len = 0;
  for (size_t i = 0; i < run.len;) {
    if (vt_screen_digit(run, i) >= 0) {
      out[len++] = '*';
      i += vt_screen_digit_size(run, i);
    } else {
      out[len++] = run.ptr[i++];
    }
  }
  return len;
}

int vt_screen_mask(struct vt_buffer *out, struct vater_str text)
{
  /* behind escapes each digit stands alone */
  unsigned masked_from = holds(text, "\\u") || holds_coded_digit(text) ? 1 : 6;
  size_t before = out->len;
  char *to = vt_buffer_extend(out, text.len);
  if (to == NULL)
    return VATER_E_LIMIT;
  size_t len = 0;
  for (size_t i = 0; i < text.len;) {
    unsigned digits;
    size_t end = run_end(text, i, &digits);
    struct vater_str run = vt_str_slice(text, i, digits > 0 ? end : i + 1);
    if (digits >= masked_from) {
      len += mask_run(to + len, run);
    } else {
      memcpy(to + len, run.ptr, run.len);
      len += run.len;
    }
    i += run.len;
  }
  out->len = before + len;
  return VATER_OK;
}

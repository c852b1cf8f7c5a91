#include "judge/screen.h"

#include "base/error.h"
#include "judge/screen_digits.h"

/* The classes and what each adds to a birth date; a new one is a new line (and may bring a check of
 * its own). Two control digits, modulus 11, weights of the Norwegian Tax Administration. */
static const struct {
  const char *name;
  int day_added, month_added;
} classes[VT_SCREEN_CLASS_COUNT] = {
    [VT_SCREEN_NONE] = {"", 0, 0},
    [VT_SCREEN_FNR] = {"fnr", 0, 0},
    [VT_SCREEN_DNR] = {"dnr", 40, 0},
};

const char *vt_screen_class_name(enum vt_screen_class class)
{
  return class < VT_SCREEN_CLASS_COUNT ? classes[class].name : "";
}

static bool controls_hold(const uint8_t d[VT_SCREEN_DIGITS])
{
  static const uint8_t first[10] = {3, 7, 6, 1, 8, 9, 4, 5, 2, 1};
  static const uint8_t second[11] = {5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1};
  unsigned sum_first = 0;
  unsigned sum_second = 0;
  for (int i = 0; i < 10; i++)
    sum_first += (unsigned)first[i] * d[i];
  for (int i = 0; i < 11; i++)
    sum_second += (unsigned)second[i] * d[i];
  return sum_first % 11 == 0 && sum_second % 11 == 0;
}

/* Without the century, year 00 counts as a leap year. */
static bool is_date(int day, int month, int year)
{
  static const int days[12] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12 || day < 1 || day > days[month - 1])
    return false;
  return month != 2 || day < 29 || year % 4 == 0;
}

static enum vt_screen_class classify(const uint8_t d[VT_SCREEN_DIGITS])
{
  if (!controls_hold(d))
    return VT_SCREEN_NONE;
  int day = d[0] * 10 + d[1];
  int month = d[2] * 10 + d[3];
  int year = d[4] * 10 + d[5];
  for (int class = VT_SCREEN_FNR; class < VT_SCREEN_CLASS_COUNT; class ++)
    if (is_date(day - classes[class].day_added, month - classes[class].month_added, year))
      return (enum vt_screen_class) class;
  return VT_SCREEN_NONE;
}

bool vt_screen_next(struct vater_str bytes, size_t *from, struct vt_screen_hit *hit)
{
  uint8_t digits[VT_SCREEN_DIGITS];
  size_t start;
  size_t end;
  while (vt_screen_candidate(bytes, from, &start, &end, digits)) {
    enum vt_screen_class class = classify(digits);
    if (class == VT_SCREEN_NONE)
      continue;
    *hit = (struct vt_screen_hit){.class = class, .offset = start, .end = end};
    return true;
  }
  return false;
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

/* Bytes with NULs left out and JSON's \u00XX decoded, a window of them, and where each came from.
 */
enum { WINDOW = 2048, OVERLAP = 64 };

struct window {
  char bytes[WINDOW];
  size_t offsets[WINDOW];
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
    size_t end = window->offsets[hit.end - 1] + 1;
    bool plain = end - offset == hit.end - hit.offset;
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

/* The character of an escape \u00XX at `at`, -1 where there is none. */
static int escaped_byte(struct vater_str bytes, size_t at)
{
  if (bytes.len - at < 6 || memcmp(bytes.ptr + at, "\\u00", 4) != 0)
    return -1;
  int high = hex_value(bytes.ptr[at + 4]);
  int low = hex_value(bytes.ptr[at + 5]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

static void screen_disguised(struct vt_screen *screen, uint32_t page, struct vater_str bytes)
{
  struct window window;
  window.len = 0;
  window.goes_on = false;
  for (size_t i = 0; i < bytes.len; i++) {
    if (bytes.ptr[i] == '\0')
      continue;
    int byte = bytes.ptr[i] == '\\' ? escaped_byte(bytes, i) : -1;
    window.bytes[window.len] = byte >= 0 ? (char)byte : bytes.ptr[i];
    window.offsets[window.len++] = i;
    i += byte >= 0 ? 5 : 0;
    if (window.len == WINDOW)
      screen_window(screen, page, &window, false);
  }
  if (window.len > 0)
    screen_window(screen, page, &window, true);
}

void vt_screen_bytes(struct vt_screen *screen, uint32_t page, struct vater_str bytes, size_t from)
{
  struct vt_screen_hit hit;
  while (vt_screen_next(bytes, &from, &hit)) {
    hit.page = page;
    vt_screen_add(screen, &hit, VT_STR_NONE);
  }
  bool zeros = bytes.len > 0 && memchr(bytes.ptr, '\0', bytes.len) != NULL;
  if (zeros || vt_str_find(bytes, VT_STR("\\u00"), 0) < bytes.len)
    screen_disguised(screen, page, bytes);
}

bool vt_screen_figure_name(struct vater_str name)
{
  static const char *const names[] = {
      "value", "values", "numerator", "denominator", "count", "amount", "total", "sum", "n"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (vt_str_is(name, names[i]))
      return true;
  return false;
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
  enum { MASKED_FROM = 6 };
  size_t before = out->len;
  char *to = vt_buffer_extend(out, text.len);
  if (to == NULL)
    return VATER_E_LIMIT;
  size_t len = 0;
  for (size_t i = 0; i < text.len;) {
    unsigned digits;
    size_t end = run_end(text, i, &digits);
    struct vater_str run = vt_str_slice(text, i, digits > 0 ? end : i + 1);
    if (digits >= MASKED_FROM) {
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

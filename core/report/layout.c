#include "report/layout.h"

#include "base/encode.h"
#include "base/utf8.h"

#include <stdio.h>

/* Of one untrusted text this much is looked at: more is never shown on one terminal. */
enum { LOOKED_AT = 4096, SCRATCH = 64 * 1024, WRAPPED_COLUMNS = 2000, NARROWEST = 40 };

void vt_layout_init(struct vt_layout *layout, const struct vt_report_style *style,
                    struct vt_buffer *out)
{
  *layout = (struct vt_layout){.out = out, .style = style};
  layout->width = style->width < NARROWEST ? NARROWEST : style->width;
  vt_buffer_init(&layout->scratch, &out->allocator, SCRATCH);
}

int vt_layout_fini(struct vt_layout *layout)
{
  bool failed = layout->scratch.failed || layout->out->failed;
  vt_buffer_fini(&layout->scratch);
  return !failed                                  ? VATER_OK
         : layout->out->len >= layout->out->limit ? VATER_E_LIMIT
                                                  : VATER_E_NOMEM;
}

const char *vt_layout_word(const struct vt_layout *layout, enum vt_report_text which)
{
  return vt_report_text(which, layout->style->language);
}

void vt_layout_ink(struct vt_layout *layout, enum vt_ink ink)
{
  static const char *const codes[] = {"\x1b[0m",  "\x1b[1m",  "\x1b[2m", "\x1b[31m",
                                      "\x1b[33m", "\x1b[32m", "\x1b[34m"};
  if (layout->style->color)
    vt_buffer_text(layout->out, codes[ink]);
}

static void put(struct vt_layout *layout, struct vater_str shown)
{
  vt_buffer_append(layout->out, shown);
  layout->at += (unsigned)vt_encode_width(shown);
}

void vt_layout_end(struct vt_layout *layout)
{
  vt_buffer_char(layout->out, '\n');
  layout->at = layout->hang = 0;
}

void vt_layout_indent(struct vt_layout *layout, unsigned columns)
{
  if (layout->at == 0)
    layout->hang = columns + 2;
  for (unsigned i = 0; i < columns; i++)
    vt_buffer_char(layout->out, ' ');
  layout->at += columns;
}

static void break_line(struct vt_layout *layout, unsigned indent)
{
  unsigned hang = layout->hang;
  vt_layout_end(layout);
  vt_layout_indent(layout, indent);
  layout->hang = hang;
}

static bool fits(const struct vt_layout *layout, unsigned columns)
{
  return layout->at + columns <= layout->width || layout->at <= layout->hang;
}

void vt_layout_say(struct vt_layout *layout, const char *format, ...)
{
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  struct vater_str said = vt_str(text);
  if (!fits(layout, (unsigned)vt_encode_width(said))) {
    if (vt_str_starts(said, VT_STR(",")) && layout->at < layout->width)
      put(layout, VT_STR(","));
    static const struct vater_str separators[] = {{", ", 2}, {" · ", 4}, {" ", 1}};
    break_line(layout, layout->hang);
    for (size_t i = 0; i < 3; i++)
      if (vt_str_starts(said, separators[i])) {
        said = vt_str_slice(said, separators[i].len, said.len);
        break;
      }
  }
  put(layout, said);
}

void vt_layout_count(struct vt_layout *layout, const char *before, uint64_t count,
                     enum vt_report_text one)
{
  vt_layout_say(layout, "%s%llu %s", before, (unsigned long long)count,
                vt_layout_word(layout, count == 1 ? one : one + 1));
}

/* The text as it may be shown; borrowed until the next one. */
static struct vater_str encode(struct vt_layout *layout, struct vater_str text)
{
  vt_buffer_reset(&layout->scratch);
  size_t len = text.len;
  if (len > LOOKED_AT) {
    len = LOOKED_AT;
    while (len > 0 && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
      len--;
  }
  vt_encode_terminal(&layout->scratch, vt_str_slice(text, 0, len));
  if (len < text.len)
    vt_buffer_text(&layout->scratch, "…");
  return vt_buffer_str(&layout->scratch);
}

/* Bytes of `text` that fit in `columns`. */
static size_t fit(struct vater_str text, unsigned columns)
{
  size_t at = 0;
  unsigned used = 0;
  while (at < text.len) {
    size_t next = at;
    vt_utf8_next(text, &next);
    used += (unsigned)vt_encode_width(vt_str_slice(text, at, next));
    if (used > columns)
      break;
    at = next;
  }
  return at;
}

void vt_layout_cut(struct vt_layout *layout, struct vater_str text, unsigned columns, unsigned pad)
{
  struct vater_str shown = encode(layout, text);
  unsigned width = (unsigned)vt_encode_width(shown);
  bool cut = width > columns;
  if (cut) {
    shown = vt_str_slice(shown, 0, fit(shown, columns > 0 ? columns - 1 : 0));
    width = (unsigned)vt_encode_width(shown) + 1;
  }
  if (!fits(layout, width))
    break_line(layout, layout->hang);
  put(layout, shown);
  if (cut)
    put(layout, VT_STR("…"));
  unsigned room = layout->width > layout->at ? layout->width - layout->at : 0;
  if (width < pad)
    vt_layout_indent(layout, pad - width < room ? pad - width : room);
}

void vt_layout_join(struct vt_layout *layout, const char *between, struct vater_str text,
                    unsigned columns)
{
  struct vater_str gap = vt_str(between);
  unsigned width = (unsigned)vt_encode_width(encode(layout, text));
  if (fits(layout, (unsigned)vt_encode_width(gap) + (width < columns ? width : columns)))
    put(layout, gap);
  else
    break_line(layout, layout->hang);
  vt_layout_cut(layout, text, columns, 0);
}

/* A word that is wider than a line is broken anywhere. */
static void put_word(struct vt_layout *layout, unsigned indent, struct vater_str word)
{
  if (layout->at > indent && layout->at + vt_encode_width(word) > layout->width)
    break_line(layout, indent);
  for (;;) {
    size_t len = fit(word, layout->width > layout->at ? layout->width - layout->at : 0);
    if (len == word.len || (len == 0 && layout->at <= indent))
      break;
    put(layout, vt_str_slice(word, 0, len));
    word = vt_str_slice(word, len, word.len);
    break_line(layout, indent);
  }
  put(layout, word);
}

void vt_layout_wrap(struct vt_layout *layout, unsigned indent, struct vater_str text)
{
  struct vater_str shown = encode(layout, text);
  size_t most = fit(shown, WRAPPED_COLUMNS);
  bool cut = most < shown.len;
  shown = vt_str_slice(shown, 0, most);
  for (size_t start = 0; start < shown.len;) {
    size_t end = vt_str_find(shown, VT_STR(" "), start);
    struct vater_str word = vt_str_slice(shown, start, end);
    if (start > 0 && layout->at + 1 + vt_encode_width(word) <= layout->width)
      put(layout, VT_STR(" "));
    else if (start > 0)
      break_line(layout, indent);
    put_word(layout, indent, word);
    start = end + 1;
  }
  if (cut)
    put_word(layout, indent, VT_STR("…"));
  vt_layout_end(layout);
}

/* ---- the offending line ---------------------------------------------------------------------- */

/* Byte offset of the code point with that number. */
static size_t code_point(struct vater_str text, uint32_t number)
{
  size_t at = 0;
  for (; number > 0 && at < text.len; number--)
    vt_utf8_next(text, &at);
  return at;
}

/* What stands before the caret may be too wide: then only its end is shown. */
static unsigned put_before(struct vt_layout *layout, struct vater_str before, unsigned columns)
{
  struct vater_str shown = encode(layout, before);
  unsigned width = (unsigned)vt_encode_width(shown);
  if (width <= columns) {
    put(layout, shown);
    return width;
  }
  size_t from = 0;
  while (width + 1 > columns && from < shown.len) {
    size_t next = from;
    vt_utf8_next(shown, &next);
    width -= (unsigned)vt_encode_width(vt_str_slice(shown, from, next));
    from = next;
  }
  put(layout, VT_STR("…"));
  put(layout, vt_str_slice(shown, from, shown.len));
  return width + 1;
}

static void put_caret(struct vt_layout *layout, unsigned gutter, unsigned column, unsigned width)
{
  vt_layout_indent(layout, gutter);
  vt_layout_ink(layout, VT_INK_DIM);
  vt_layout_say(layout, "| ");
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_indent(layout, column);
  vt_layout_ink(layout, VT_INK_RED);
  vt_buffer_char(layout->out, '^');
  for (unsigned i = 1; i < width; i++)
    vt_buffer_char(layout->out, '~');
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_end(layout);
}

void vt_layout_excerpt(struct vt_layout *layout, unsigned indent,
                       const struct vt_store_finding *finding)
{
  if (finding->excerpt.len == 0)
    return;
  char number[16];
  int digits = snprintf(number, sizeof number, "%u", finding->line);
  unsigned gutter = indent + (unsigned)digits + 1;
  vt_layout_indent(layout, indent);
  vt_layout_ink(layout, VT_INK_DIM);
  vt_layout_say(layout, "%s | ", number);
  vt_layout_ink(layout, VT_INK_PLAIN);
  unsigned room = layout->width > gutter + 12 ? layout->width - gutter - 2 : 10;
  size_t start = code_point(finding->excerpt, finding->caret);
  size_t end = code_point(finding->excerpt, finding->caret + finding->caret_width);
  bool marked = finding->caret_width > 0;
  unsigned column =
      marked ? put_before(layout, vt_str_slice(finding->excerpt, 0, start), room / 2) : 0;
  struct vater_str shown = encode(layout, vt_str_slice(finding->excerpt, start, end));
  unsigned width = (unsigned)vt_encode_width(shown);
  vt_layout_cut(layout, vt_str_slice(finding->excerpt, marked ? start : 0, finding->excerpt.len),
                room - column, 0);
  vt_layout_end(layout);
  if (marked)
    put_caret(layout, gutter, column, width < room - column ? width : room - column);
}

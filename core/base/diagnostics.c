#include "base/diagnostics.h"

#include "base/encode.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <stdlib.h>

void vt_diagnostics_init(struct vt_diagnostics *list, struct vt_arena *arena)
{
  *list = (struct vt_diagnostics){.arena = arena};
}

void vt_text_place(struct vater_str document, size_t offset, uint32_t *line, uint32_t *column,
                   struct vater_str *line_text)
{
  if (offset > document.len)
    offset = document.len;
  size_t start = 0;
  *line = 1;
  for (const char *at = document.ptr; offset > start;) {
    const char *end = memchr(at + start, '\n', offset - start);
    if (end == NULL)
      break;
    start = (size_t)(end - document.ptr) + 1;
    (*line)++;
  }
  *column = (uint32_t)vt_utf8_count(vt_str_slice(document, start, offset)) + 1;
  size_t end = vt_str_find(document, VT_STR("\n"), start);
  *line_text = vt_str_slice(document, start, end);
}

static struct vater_str line_of(struct vater_str document, uint32_t line)
{
  size_t start = 0;
  for (uint32_t i = 1; i < line; i++) {
    start = vt_str_find(document, VT_STR("\n"), start) + 1;
    if (start > document.len)
      return VT_STR_NONE;
  }
  return vt_str_slice(document, start, vt_str_find(document, VT_STR("\n"), start));
}

static bool make_room(struct vt_diagnostics *list)
{
  if (list->count >= VT_LIMIT_DIAGNOSTICS)
    return false;
  if (list->count < list->room)
    return true;
  uint32_t room = list->room == 0 ? 8 : list->room * 2;
  struct vt_diagnostic *items = vt_arena_array(list->arena, room, sizeof *items);
  if (items == NULL)
    return false;
  if (list->count > 0)
    memcpy(items, list->items, list->count * sizeof *items);
  list->items = items;
  list->room = room;
  return true;
}

struct vt_hidden {
  const char *document;
  size_t from, to;
  struct vt_hidden *next;
};

/* The line's bytes are the list's own copy. */
static void mask(struct vt_diagnostic *item, const struct vt_hidden *hidden)
{
  char *line = (char *)(uintptr_t)item->line_text.ptr;
  if (hidden->document != item->document)
    return;
  for (size_t i = 0; i < item->line_text.len; i++) {
    size_t at = item->line_offset + i;
    if (at >= hidden->from && at < hidden->to && strchr(" \t\"{}:,", line[i]) == NULL)
      line[i] = '*';
  }
}

void vt_diagnostics_hide(struct vt_diagnostics *list, struct vater_str document, size_t from,
                         size_t to)
{
  struct vt_hidden *hidden = vt_arena_alloc(list->arena, sizeof *hidden);
  struct vt_hidden one = {document.ptr, from, to, list->hidden};
  if (hidden != NULL) {
    *hidden = one;
    list->hidden = hidden;
  }
  for (uint32_t i = 0; i < list->count; i++)
    mask(&list->items[i], &one);
}

static void keep_line(struct vt_diagnostics *list, struct vt_diagnostic *item,
                      struct vater_str document)
{
  struct vater_str line = line_of(document, item->error.line);
  item->line_text = vt_arena_copy(list->arena, vt_str_slice(line, 0, 4096));
  item->document = document.ptr;
  item->line_offset = (size_t)(line.ptr - document.ptr);
  for (const struct vt_hidden *hidden = list->hidden; hidden != NULL; hidden = hidden->next)
    mask(item, hidden);
}

void vt_diagnostics_add(struct vt_diagnostics *list, int severity, const struct vt_error *error,
                        struct vater_str document, uint32_t width)
{
  if (severity == VATER_SEVERITY_ERROR)
    list->errors++;
  else if (severity == VATER_SEVERITY_WARNING)
    list->warnings++;
  if (!make_room(list))
    return;
  struct vt_diagnostic *item = &list->items[list->count++];
  *item = (struct vt_diagnostic){.severity = severity, .error = *error, .width = width};
  if (error->line > 0 && document.len > 0)
    keep_line(list, item, document);
}

static int by_place(const void *left, const void *right)
{
  const struct vt_diagnostic *a = left;
  const struct vt_diagnostic *b = right;
  int order = strcmp(a->error.source, b->error.source);
  if (order != 0)
    return order;
  if (a->error.line != b->error.line)
    return a->error.line < b->error.line ? -1 : 1;
  if (a->error.column != b->error.column)
    return a->error.column < b->error.column ? -1 : 1;
  return strcmp(a->error.text, b->error.text);
}

void vt_diagnostics_sort(struct vt_diagnostics *list)
{
  if (list->count > 1)
    qsort(list->items, list->count, sizeof *list->items, by_place);
}

enum { WINDOW = 100, LEFT_OF_MARK = 60 };

/* The part of a long line around the mark, in code points [first, first + WINDOW). */
static struct vater_str window_of(struct vater_str line, uint32_t column, uint32_t *first)
{
  *first = column > WINDOW ? column - LEFT_OF_MARK : 1;
  size_t at = 0;
  for (uint32_t i = 1; i < *first && at < line.len; i++)
    vt_utf8_next(line, &at);
  size_t end = at;
  for (uint32_t i = 0; i < WINDOW && end < line.len; i++)
    vt_utf8_next(line, &end);
  return vt_str_slice(line, at, end);
}

static void print_caret(const struct vt_diagnostic *item, struct vt_buffer *out)
{
  uint32_t first;
  struct vater_str window = window_of(item->line_text, item->error.column, &first);
  vt_buffer_format(out, "%5u | ", item->error.line);
  vt_encode_terminal(out, window);
  vt_buffer_text(out, "\n      | ");
  for (uint32_t i = first; i < item->error.column; i++)
    vt_buffer_char(out, ' ');
  size_t count = vt_utf8_count(window);
  uint32_t width = item->width > 0 ? item->width : 1;
  vt_buffer_char(out, '^');
  for (uint32_t i = 1; i < width && item->error.column - first + i < count; i++)
    vt_buffer_char(out, '~');
  vt_buffer_char(out, '\n');
}

static void print_item(const struct vt_diagnostic *item, struct vt_buffer *out)
{
  static const char *const severities[] = {"info", "warning", "error"};
  const struct vt_error *error = &item->error;
  if (error->source[0] != '\0') {
    vt_encode_terminal(out, vt_str(error->source));
    if (error->line > 0)
      vt_buffer_format(out, ":%u:%u", error->line, error->column);
    vt_buffer_text(out, ": ");
  }
  vt_buffer_format(out, "%s: ", severities[item->severity]);
  if (error->code[0] != '\0')
    vt_buffer_format(out, "%s: ", error->code);
  vt_encode_terminal(out, vt_str(error->text));
  if (error->pointer[0] != '\0') {
    vt_buffer_text(out, " (at ");
    vt_encode_terminal(out, vt_str(error->pointer));
    vt_buffer_char(out, ')');
  }
  vt_buffer_char(out, '\n');
  if (item->line_text.len > 0)
    print_caret(item, out);
}

int vt_diagnostics_print(const struct vt_diagnostics *list, struct vt_buffer *out)
{
  for (uint32_t i = 0; i < list->count; i++)
    print_item(&list->items[i], out);
  uint32_t counted = list->errors + list->warnings;
  if (counted > list->count)
    vt_buffer_format(out, "… and %u more\n", counted - list->count);
  return out->failed ? VATER_E_LIMIT : VATER_OK;
}

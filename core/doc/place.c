#include "doc/place.h"

#include "base/diagnostics.h"
#include "base/utf8.h"
#include "doc/reader.h"

enum { PLACE_DEPTH = 512 };

/* Whatever was readable once is readable here; hash collisions only cost time in our own files. */
static const struct vt_doc_budget place_budget = {.depth = PLACE_DEPTH,
                                                  .bytes = UINT64_MAX,
                                                  .nodes = UINT64_MAX,
                                                  .members = UINT32_MAX,
                                                  .text_bytes = UINT64_MAX,
                                                  .number_bytes = UINT64_MAX};

struct range {
  size_t offset, end;
};

struct search {
  struct vt_doc_reader *reader;
  struct vater_str rest; /* of the pointer, behind what is matched */
  struct vater_str token;
  uint32_t depth;      /* of the value that is looked for next */
  uint64_t items;      /* begun in the list that is searched */
  bool in_list, named; /* the member with the token's name comes */
  struct range name, value;
};

/* A token of a pointer, ~0 and ~1 in it, against a name. */
static bool token_is(struct vater_str token, struct vater_str name)
{
  size_t at = 0;
  for (size_t i = 0; i < token.len; i++, at++) {
    char c = token.ptr[i];
    if (c == '~' && i + 1 < token.len)
      c = token.ptr[++i] == '1' ? '/' : '~';
    if (at >= name.len || name.ptr[at] != c)
      return false;
  }
  return at == name.len;
}

static bool token_is_index(struct vater_str token, uint64_t index)
{
  uint64_t value = 0;
  if (token.len == 0 || token.len > 18 || (token.len > 1 && token.ptr[0] == '0'))
    return false;
  for (size_t i = 0; i < token.len; i++) {
    if (token.ptr[i] < '0' || token.ptr[i] > '9')
      return false;
    value = value * 10 + (unsigned)(token.ptr[i] - '0');
  }
  return value == index;
}

static void take_token(struct search *search)
{
  size_t end = vt_str_find(search->rest, VT_STR("/"), 1);
  search->token = vt_str_slice(search->rest, 1, end);
  search->rest = vt_str_slice(search->rest, end, search->rest.len);
}

static bool is_end(enum vt_doc_kind kind)
{
  return kind == VT_DOC_OBJECT_END || kind == VT_DOC_LIST_END;
}

/* Whether the event is the value that the pointer's tokens so far lead to. */
static bool is_on_path(struct search *search, const struct vt_doc_event *event)
{
  if (event->depth != search->depth || is_end(event->kind))
    return false;
  if (search->depth == 0)
    return true;
  if (search->in_list)
    return token_is_index(search->token, search->items++);
  if (event->kind != VT_DOC_NAME)
    return search->named;
  search->named = token_is(search->token, event->text);
  if (search->named)
    search->name = (struct range){event->offset, event->end};
  return false;
}

static int finish_value(struct search *search, struct vt_doc_event *event, struct vt_error *error)
{
  search->value = (struct range){event->offset, event->end};
  uint32_t depth = event->depth;
  bool container = event->kind == VT_DOC_OBJECT || event->kind == VT_DOC_LIST;
  int status = VATER_OK;
  while (container && status == VATER_OK && !(is_end(event->kind) && event->depth == depth))
    status = vt_doc_next(search->reader, event, error);
  search->value.end = event->end;
  return status;
}

static int run_search(struct search *search, struct vt_error *error)
{
  for (;;) {
    struct vt_doc_event event;
    int status = vt_doc_next(search->reader, &event, error);
    if (status != VATER_OK)
      return status;
    bool left = is_end(event.kind) && event.depth + 1 == search->depth;
    if (left || event.kind == VT_DOC_END)
      return VATER_DONE;
    if (!is_on_path(search, &event))
      continue;
    if (search->rest.len == 0)
      return finish_value(search, &event, error);
    if (event.kind != VT_DOC_OBJECT && event.kind != VT_DOC_LIST)
      return VATER_DONE;
    search->in_list = event.kind == VT_DOC_LIST;
    search->named = false;
    search->items = 0;
    search->depth++;
    search->name = (struct range){0, 0};
    take_token(search);
  }
}

static int find(const struct vt_allocator *allocator, struct vater_str document,
                struct vater_str pointer, struct range *name, struct range *value,
                struct vt_error *error)
{
  *name = *value = (struct range){0, 0};
  if (pointer.len > 0 && pointer.ptr[0] != '/')
    return VATER_DONE;
  struct search search = {.rest = pointer};
  int status = vt_doc_reader_new(allocator, document, &place_budget, 0, &search.reader);
  if (status != VATER_OK)
    return vt_fail(error, status, NULL, "out of memory while searching a document");
  status = run_search(&search, error);
  if (status == VATER_OK) {
    *name = search.name;
    *value = search.value;
  }
  vt_doc_reader_free(search.reader);
  return status;
}

int vt_doc_find(const struct vt_allocator *allocator, struct vater_str document,
                struct vater_str pointer, size_t *offset, size_t *end, struct vt_error *error)
{
  struct range name;
  struct range value;
  int status = find(allocator, document, pointer, &name, &value, error);
  *offset = value.offset;
  *end = value.end;
  return status;
}

int vt_doc_find_name(const struct vt_allocator *allocator, struct vater_str document,
                     struct vater_str pointer, size_t *offset, size_t *end, struct vt_error *error)
{
  struct range name;
  struct range value;
  int status = find(allocator, document, pointer, &name, &value, error);
  *offset = name.end > 0 ? name.offset : value.offset;
  *end = name.end > 0 ? name.end : value.end;
  return status;
}

static struct vater_str parent_pointer(struct vater_str pointer)
{
  size_t at = pointer.len;
  while (at > 0 && pointer.ptr[at - 1] != '/')
    at--;
  return vt_str_slice(pointer, 0, at > 0 ? at - 1 : 0);
}

void vt_doc_line(const struct vt_allocator *allocator, struct vater_str document,
                 struct vater_str pointer, uint32_t *line, uint32_t *column)
{
  *line = *column = 0;
  size_t offset = 0;
  size_t end = 0;
  int status = vt_doc_find(allocator, document, pointer, &offset, &end, NULL);
  while (status == VATER_DONE && pointer.len > 0) {
    pointer = parent_pointer(pointer);
    status = vt_doc_find(allocator, document, pointer, &offset, &end, NULL);
  }
  struct vater_str line_text;
  if (status == VATER_OK)
    vt_text_place(document, offset, line, column, &line_text);
}

/* The container that holds the event just read: the event's pointer without its last token. */
static void drop_last_token(struct vt_buffer *out, size_t from)
{
  struct vater_str own = vt_str_slice(vt_buffer_str(out), from, out->len);
  out->len = from + parent_pointer(own).len;
}

int vt_doc_pointer_at(const struct vt_allocator *allocator, struct vater_str document,
                      size_t offset, struct vt_buffer *out, struct vt_error *error)
{
  struct vt_doc_reader *reader;
  int status = vt_doc_reader_new(allocator, document, &place_budget, 0, &reader);
  if (status != VATER_OK)
    return vt_fail(error, status, NULL, "out of memory while searching a document");
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  enum vt_doc_kind before;
  do {
    before = event.kind;
    status = vt_doc_next(reader, &event, NULL);
  } while (status == VATER_OK && event.kind != VT_DOC_END && event.end <= offset);
  size_t from = out->len;
  int written = vt_doc_pointer(reader, out);
  bool inside = event.offset <= offset || is_end(event.kind) || before == VT_DOC_NAME;
  if (status == VATER_OK && written == VATER_OK && !inside)
    drop_last_token(out, from);
  vt_doc_reader_free(reader);
  if (written != VATER_OK)
    return vt_fail(error, written, NULL, "a pointer is too long to be shown");
  return status == VATER_OK ? VATER_OK : VATER_DONE;
}

/* Steps back from `at` over up to `count` code points of the same line. */
static size_t step_back(struct vater_str document, size_t at, uint32_t *count)
{
  uint32_t steps = 0;
  while (at > 0 && steps < *count && document.ptr[at - 1] != '\n') {
    size_t from = at - 1;
    while (from > 0 && at - from < 4 && ((unsigned char)document.ptr[from] & 0xc0) == 0x80)
      from--;
    size_t next = from;
    vt_utf8_next(document, &next);
    at = next == at ? from : at - 1;
    steps++;
  }
  *count = steps;
  return at;
}

static size_t step_on(struct vater_str document, size_t at, size_t end, uint32_t *count)
{
  uint32_t steps = 0;
  while (at < end && at < document.len && steps < *count && document.ptr[at] != '\n' &&
         document.ptr[at] != '\r') {
    vt_utf8_next(document, &at);
    steps++;
  }
  *count = steps;
  return at;
}

int vt_doc_excerpt(struct vater_str document, size_t offset, size_t end, uint32_t width,
                   struct vt_buffer *out, uint32_t *caret_column, uint32_t *caret_width)
{
  *caret_column = *caret_width = 0;
  if (offset > document.len)
    offset = document.len;
  uint32_t before = width / 2;
  size_t from = step_back(document, offset, &before);
  uint32_t marked = width - before;
  step_on(document, offset, end, &marked);
  uint32_t shown = width - before;
  size_t to = step_on(document, offset, document.len, &shown);
  bool cut_before = from > 0 && document.ptr[from - 1] != '\n';
  bool cut_behind = to < document.len && document.ptr[to] != '\n' && document.ptr[to] != '\r';
  if (cut_before)
    vt_buffer_text(out, "…");
  int status = vt_buffer_append(out, vt_str_slice(document, from, to));
  if (cut_behind)
    status = vt_buffer_text(out, "…");
  *caret_column = before + (cut_before ? 1 : 0);
  *caret_width = marked > 0 ? marked : 1;
  return status;
}

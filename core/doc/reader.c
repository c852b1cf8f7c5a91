#include "doc/reader.h"

#include "base/limits.h"
#include "doc/reader_parts.h"

static uint64_t or_default(uint64_t wanted, uint64_t fallback)
{
  return wanted != 0 ? wanted : fallback;
}

static struct vt_doc_budget full_budget(const struct vt_doc_budget *given)
{
  struct vt_doc_budget wanted = given != NULL ? *given : (struct vt_doc_budget){0};
  struct vt_doc_budget full = {
      .depth = (uint32_t)or_default(wanted.depth, VT_LIMIT_PAYLOAD_DEPTH),
      .bytes = or_default(wanted.bytes, VT_LIMIT_PAYLOAD_BYTES),
      .nodes = or_default(wanted.nodes, VT_LIMIT_PAYLOAD_NODES),
      .members = or_default(wanted.members, VT_LIMIT_PAYLOAD_MEMBERS),
      .text_bytes = or_default(wanted.text_bytes, VT_LIMIT_PAYLOAD_TEXT_BYTES),
      .number_bytes = or_default(wanted.number_bytes, VT_LIMIT_PAYLOAD_NUMBER_BYTES),
      .allow_all_text = wanted.allow_all_text,
  };
  if (full.text_bytes >= VT_DOC_DECODED)
    full.text_bytes = VT_DOC_DECODED - 1;
  return full;
}

int vt_doc_reader_new(const struct vt_allocator *allocator, struct vater_str bytes,
                      const struct vt_doc_budget *budget, uint64_t hash_seed,
                      struct vt_doc_reader **reader)
{
  *reader = NULL;
  struct vt_doc_reader *fresh = vt_alloc(allocator, sizeof *fresh);
  if (fresh == NULL)
    return VATER_E_NOMEM;
  *fresh = (struct vt_doc_reader){.allocator = *allocator,
                                  .bytes = bytes.ptr,
                                  .len = bytes.len,
                                  .seed = hash_seed,
                                  .budget = full_budget(budget)};
  vt_buffer_init(&fresh->name_text, allocator, bytes.len);
  size_t frames = fresh->budget.depth;
  fresh->frames = vt_alloc(allocator, frames * sizeof *fresh->frames);
  if (fresh->frames == NULL) {
    vt_free(allocator, fresh);
    return VATER_E_NOMEM;
  }
  memset(fresh->frames, 0, frames * sizeof *fresh->frames);
  *reader = fresh;
  return VATER_OK;
}

void vt_doc_reader_free(struct vt_doc_reader *reader)
{
  if (reader == NULL)
    return;
  struct vt_allocator allocator = reader->allocator;
  for (uint32_t i = 0; i < reader->budget.depth; i++)
    vt_free(&allocator, reader->frames[i].slots);
  vt_free(&allocator, reader->frames);
  vt_free(&allocator, reader->names);
  vt_free(&allocator, reader->scratch);
  vt_buffer_fini(&reader->name_text);
  vt_free(&allocator, reader);
}

static inline size_t skip_space(const struct vt_doc_reader *reader, size_t at)
{
  while (at < reader->len) {
    char c = reader->bytes[at];
    if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
      break;
    at++;
  }
  return at;
}

/* The byte at `at`, or 0 at the end: 0 starts nothing in JSON. */
static inline char peek(const struct vt_doc_reader *reader, size_t at)
{
  return at < reader->len ? reader->bytes[at] : '\0';
}

static inline void after_value(struct vt_doc_reader *reader, size_t at)
{
  reader->at = at;
  if (reader->depth > reader->outer)
    reader->state = VT_DOC_STATE_AFTER;
  else
    reader->state = reader->outer == 0 ? VT_DOC_STATE_TAIL : VT_DOC_STATE_LINE;
}

static inline void set_event(struct vt_doc_event *event, enum vt_doc_kind kind, uint32_t depth,
                             size_t offset, size_t end)
{
  event->kind = kind;
  event->depth = depth;
  event->offset = offset;
  event->end = end;
}

static int begin_container(struct vt_doc_reader *reader, size_t at, bool object,
                           struct vt_doc_event *event, struct vt_error *error)
{
  if (reader->depth >= reader->budget.depth)
    return vt_doc_fail(reader, error, at, VATER_E_LIMIT, "PAY-DEPTH",
                       "lists and objects are nested deeper than %lu levels (limit PAYLOAD_DEPTH)",
                       (unsigned long)reader->budget.depth);
  event->text = VT_STR_NONE;
  set_event(event, object ? VT_DOC_OBJECT : VT_DOC_LIST, reader->depth, at, at + 1);
  struct vt_doc_frame *frame = &reader->frames[reader->depth++];
  frame->object = object;
  frame->indexed = false;
  frame->first_name = reader->name_count;
  frame->names = 0;
  frame->items = 0;
  frame->seen = 0;
  frame->text_from = reader->name_text.len;
  reader->at = at + 1;
  reader->state = object ? VT_DOC_STATE_FIRST_NAME : VT_DOC_STATE_FIRST_ITEM;
  return VATER_OK;
}

static int end_container(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event)
{
  struct vt_doc_frame *frame = &reader->frames[--reader->depth];
  reader->name_count = frame->first_name;
  reader->name_text.len = frame->text_from;
  event->text = VT_STR_NONE;
  set_event(event, frame->object ? VT_DOC_OBJECT_END : VT_DOC_LIST_END, reader->depth, at, at + 1);
  after_value(reader, at + 1);
  return VATER_OK;
}

/* Validates and decodes the text whose opening quote is at `at`. */
static inline int take_text(struct vt_doc_reader *reader, size_t at, struct vt_doc_span *span,
                            struct vater_str *text, struct vt_error *error)
{
  size_t from = at + 1;
  size_t to = vt_doc_skip_plain(reader->bytes, from, reader->len);
  if (to < reader->len && reader->bytes[to] == '"' && to - from <= reader->budget.text_bytes) {
    *span = (struct vt_doc_span){from, to, false};
    *text = (struct vater_str){reader->bytes + from, to - from};
    return VATER_OK;
  }
  int status = vt_doc_scan_text(reader, from, span, error);
  return status == VATER_OK ? vt_doc_decode_text(reader, span, text, error) : status;
}

static int read_text(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                     struct vt_error *error)
{
  struct vt_doc_span span;
  int status = take_text(reader, at, &span, &event->text, error);
  if (status != VATER_OK)
    return status;
  set_event(event, VT_DOC_TEXT, reader->depth, at, span.to + 1);
  after_value(reader, span.to + 1);
  return VATER_OK;
}

static int read_number(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                       struct vt_error *error)
{
  size_t end;
  int status = vt_doc_scan_number(reader, at, &end, error);
  if (status != VATER_OK)
    return status;
  set_event(event, VT_DOC_NUMBER, reader->depth, at, end);
  event->text = (struct vater_str){reader->bytes + at, end - at};
  after_value(reader, end);
  return VATER_OK;
}

static int read_word(struct vt_doc_reader *reader, size_t at, const char *word,
                     enum vt_doc_kind kind, struct vt_doc_event *event, struct vt_error *error)
{
  size_t i = 0;
  while (word[i] != '\0' && peek(reader, at + i) == word[i])
    i++;
  if (word[i] != '\0' && at + i >= reader->len)
    return vt_doc_fail_expected(reader, error, reader->len, word);
  if (word[i] != '\0')
    return vt_doc_fail_value(reader, error, at);
  event->text = VT_STR_NONE;
  set_event(event, kind, reader->depth, at, at + i);
  after_value(reader, at + i);
  return VATER_OK;
}

static int read_value(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                      struct vt_error *error)
{
  if (reader->nodes >= reader->budget.nodes)
    return vt_doc_fail(reader, error, at, VATER_E_LIMIT, "PAY-LIMIT",
                       "the document has more than %llu values (limit PAYLOAD_NODES)",
                       (unsigned long long)reader->budget.nodes);
  reader->nodes++;
  switch (peek(reader, at)) {
  case '"':
    return read_text(reader, at, event, error);
  case '{':
    return begin_container(reader, at, true, event, error);
  case '[':
    return begin_container(reader, at, false, event, error);
  case 't':
    return read_word(reader, at, "true", VT_DOC_TRUE, event, error);
  case 'f':
    return read_word(reader, at, "false", VT_DOC_FALSE, event, error);
  case 'n':
    return read_word(reader, at, "null", VT_DOC_NULL, event, error);
  case '-':
  case '0':
  case '1':
  case '2':
  case '3':
  case '4':
  case '5':
  case '6':
  case '7':
  case '8':
  case '9':
    return read_number(reader, at, event, error);
  default:
    return vt_doc_fail_value(reader, error, at);
  }
}

static int read_item(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                     struct vt_error *error)
{
  reader->frames[reader->depth - 1].items++;
  return read_value(reader, at, event, error);
}

static int read_name(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                     struct vt_error *error)
{
  if (peek(reader, at) != '"')
    return vt_doc_fail_expected(reader, error, at, "a member's name in double quotes");
  struct vt_doc_span span;
  int status = take_text(reader, at, &span, &event->text, error);
  if (status == VATER_OK)
    status = vt_doc_note_name(reader, &span, event->text, error);
  if (status != VATER_OK)
    return status;
  set_event(event, VT_DOC_NAME, reader->depth, at, span.to + 1);
  size_t colon = skip_space(reader, span.to + 1);
  if (peek(reader, colon) != ':')
    return vt_doc_fail_expected(reader, error, colon, "':' behind a member's name");
  reader->at = colon + 1;
  reader->state = VT_DOC_STATE_VALUE;
  return VATER_OK;
}

/* ---- NDJSON: the events of the document that the lines stand for --------------------------------
 */

static inline bool is_first_line(const struct vt_doc_reader *reader)
{
  return reader->lines.len > 0 && reader->depth == 1;
}

static int begin_first_line(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                            struct vt_error *error)
{
  if (reader->lines.len > 0) {
    vt_doc_limit_to_line(reader, at);
    if (peek(reader, at) != '{')
      return vt_doc_fail_expected(reader, error, at,
                                  "an object as the first line (the submission's head)");
  }
  return read_value(reader, at, event, error);
}

/* Instead of the end of the first line's object: one more member, the list of the other lines. */
static int read_lines_name(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                           struct vt_error *error)
{
  const struct vt_doc_span span = {at + 1, at + 1, true};
  int status = vt_doc_note_name(reader, &span, reader->lines, error);
  event->text = reader->lines;
  set_event(event, VT_DOC_NAME, reader->depth, at, at);
  reader->at = at;
  if (status == VATER_OK)
    reader->state = VT_DOC_STATE_LINES;
  return status;
}

static int begin_lines(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                       struct vt_error *error)
{
  int status = begin_container(reader, at, false, event, error);
  if (status != VATER_OK)
    return status;
  reader->outer = reader->depth;
  reader->state = VT_DOC_STATE_LINE;
  return VATER_OK;
}

static int read_line(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                     struct vt_error *error)
{
  if (at < reader->len)
    return vt_doc_fail(reader, error, at, VATER_E_DECODE, "PAY-SYNTAX",
                       "there is more behind the value of this line; NDJSON has one value a line");
  do {
    if (reader->len == reader->whole) {
      reader->outer = 0;
      end_container(reader, reader->len, event);
      event->end = reader->at = reader->len;
      reader->state = VT_DOC_STATE_LINES_END;
      return VATER_OK;
    }
    at = reader->len + 1;
    vt_doc_limit_to_line(reader, at);
    at = skip_space(reader, at);
  } while (at == reader->len);
  return read_item(reader, at, event, error);
}

static int end_lines(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event)
{
  end_container(reader, at, event);
  event->end = reader->at = at;
  return VATER_OK;
}

static int read_after(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                      struct vt_error *error)
{
  bool object = reader->frames[reader->depth - 1].object;
  char c = peek(reader, at);
  if (c == (object ? '}' : ']'))
    return is_first_line(reader) ? read_lines_name(reader, at, event, error)
                                 : end_container(reader, at, event);
  if (c != ',')
    return vt_doc_fail_expected(reader, error, at, object ? "',' or '}'" : "',' or ']'");
  size_t next = skip_space(reader, at + 1);
  return object ? read_name(reader, next, event, error) : read_item(reader, next, event, error);
}

static int read_tail(struct vt_doc_reader *reader, size_t at, struct vt_doc_event *event,
                     struct vt_error *error)
{
  if (at < reader->len)
    return vt_doc_fail(reader, error, at, VATER_E_DECODE, "PAY-SYNTAX",
                       "there is more behind the end of the document; send one JSON document");
  reader->at = at;
  event->text = VT_STR_NONE;
  set_event(event, VT_DOC_END, 0, at, at);
  return VATER_OK;
}

int vt_doc_next(struct vt_doc_reader *reader, struct vt_doc_event *event, struct vt_error *error)
{
  size_t at = skip_space(reader, reader->at);
  switch (reader->state) {
  case VT_DOC_STATE_AFTER:
    return read_after(reader, at, event, error);
  case VT_DOC_STATE_VALUE:
    return read_value(reader, at, event, error);
  case VT_DOC_STATE_FIRST_NAME:
    if (peek(reader, at) == '}')
      return is_first_line(reader) ? read_lines_name(reader, at, event, error)
                                   : end_container(reader, at, event);
    return read_name(reader, at, event, error);
  case VT_DOC_STATE_FIRST_ITEM:
    if (peek(reader, at) == ']')
      return end_container(reader, at, event);
    return read_item(reader, at, event, error);
  case VT_DOC_STATE_TAIL:
    return read_tail(reader, at, event, error);
  case VT_DOC_STATE_START: {
    int status = vt_doc_check_start(reader, error);
    return status != VATER_OK ? status : begin_first_line(reader, at, event, error);
  }
  case VT_DOC_STATE_LINES:
    return begin_lines(reader, at, event, error);
  case VT_DOC_STATE_LINE:
    return read_line(reader, at, event, error);
  case VT_DOC_STATE_LINES_END:
    return end_lines(reader, at, event);
  case VT_DOC_STATE_FAILED:
    break;
  }
  *event = (struct vt_doc_event){0};
  return reader->failed;
}

/* '~' and '/' are written ~0 and ~1 (RFC 6901). */
static int append_token(struct vt_buffer *out, struct vater_str name)
{
  int status = vt_buffer_char(out, '/');
  size_t done = 0;
  for (size_t i = 0; i <= name.len && status == VATER_OK; i++) {
    bool special = i < name.len && (name.ptr[i] == '~' || name.ptr[i] == '/');
    if (i < name.len && !special)
      continue;
    status = vt_buffer_append(out, vt_str_slice(name, done, i));
    if (status == VATER_OK && special)
      status = vt_buffer_text(out, name.ptr[i] == '~' ? "~0" : "~1");
    done = i + 1;
  }
  return status;
}

int vt_doc_pointer(const struct vt_doc_reader *reader, struct vt_buffer *out)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < reader->depth && status == VATER_OK; i++) {
    const struct vt_doc_frame *frame = &reader->frames[i];
    if (frame->object && frame->names > 0)
      status = append_token(
          out, vt_doc_name_text(reader, &reader->names[frame->first_name + frame->names - 1]));
    else if (!frame->object && frame->items > 0)
      status = vt_buffer_format(out, "/%llu", (unsigned long long)(frame->items - 1));
  }
  return status;
}

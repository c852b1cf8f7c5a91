#include "base/limits.h"
#include "schema/run.h"

struct text {
  const char *keyword;
  const char *message[VT_LANGUAGE_COUNT];
};

static const struct text texts[VT_TEXT_COUNT] = {
#define VT_TEXT(name, keyword, en, nb, nn) \
  [VT_TEXT_##                              \
      name] = {keyword, {[VT_LANGUAGE_EN] = en, [VT_LANGUAGE_NB] = nb, [VT_LANGUAGE_NN] = nn}},
#include "schema/text.def"
#undef VT_TEXT
};

#define MESSAGE_BYTES 512
#define FOUND_BYTES 120

/* The template with {} replaced; what does not fit is cut at a whole code point. */
static struct vater_str fill(const char *template, struct vater_str expected,
                             char out[MESSAGE_BYTES])
{
  struct vater_str form = vt_str(template);
  size_t gap = vt_str_find(form, VT_STR("{}"), 0), rest = form.len - gap;
  size_t room = MESSAGE_BYTES - 1 - form.len, len = gap;
  memcpy(out, form.ptr, gap);
  if (rest > 0) {
    size_t take = expected.len < room ? expected.len : room;
    while (take > 0 && take < expected.len && ((unsigned char)expected.ptr[take] & 0xC0) == 0x80)
      take--;
    if (take > 0)
      memcpy(out + len, expected.ptr, take);
    len += take;
    memcpy(out + len, form.ptr + gap + 2, rest - 2);
    len += rest - 2;
  }
  return (struct vater_str){out, len};
}

static struct vater_str found_text(const struct vt_schema_validator *validator, size_t offset,
                                   size_t end)
{
  struct vater_str found = vt_str_slice(validator->document, offset, end);
  if (found.len <= FOUND_BYTES)
    return found;
  size_t cut = FOUND_BYTES;
  while (cut > 0 && ((unsigned char)found.ptr[cut] & 0xC0) == 0x80)
    cut--;
  return vt_str_slice(found, 0, cut);
}

int vt_run_deliver(struct vt_schema_validator *validator, enum vt_text text, const char *keyword,
                   size_t offset, size_t end, struct vater_str pointer, struct vater_str expected,
                   struct vt_error *error)
{
  char messages[VT_LANGUAGE_COUNT][MESSAGE_BYTES];
  const struct vt_schema_sink *sink = validator->sink;
  uint32_t place = validator->reported_count++ % VT_SCHEMA_REPORTED;
  validator->reported[place].offset = offset;
  validator->reported[place].type = text == VT_TEXT_TYPE;
  validator->findings++;
  if (sink == NULL || sink->finding == NULL || validator->findings > sink->cap)
    return VATER_OK;
  bool compound = offset < validator->document.len && (validator->document.ptr[offset] == '{' ||
                                                       validator->document.ptr[offset] == '[');
  end = compound ? offset + 1 : end;
  struct vt_schema_finding finding = {.keyword = keyword != NULL ? keyword : texts[text].keyword,
                                      .offset = offset,
                                      .end = end,
                                      .pointer = pointer,
                                      .expected = expected,
                                      .found = found_text(validator, offset, end)};
  for (int language = 0; language < VT_LANGUAGE_COUNT; language++)
    finding.message[language] = fill(texts[text].message[language], expected, messages[language]);
  int status = sink->finding(sink->context, &finding);
  return status == VATER_OK ? status
                            : vt_fail(error, status, NULL, "the receiver of findings gave up");
}

static struct vater_str name_of(const struct vt_schema_validator *validator,
                                const struct vt_frame *frame)
{
  if (frame->name < frame->plan->name_count)
    return frame->plan->names[frame->name];
  return (struct vater_str){validator->names + frame->name_at, frame->name_len};
}

static int put_token(struct vt_buffer *out, struct vater_str token)
{
  int status = vt_buffer_char(out, '/');
  for (size_t i = 0; i < token.len && status == VATER_OK; i++) {
    if (token.ptr[i] == '~')
      status = vt_buffer_text(out, "~0");
    else if (token.ptr[i] == '/')
      status = vt_buffer_text(out, "~1");
    else
      status = vt_buffer_char(out, token.ptr[i]);
  }
  return status;
}

int vt_run_pointer(const struct vt_schema_validator *validator, uint32_t depth,
                   struct vt_buffer *out)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < depth && i < validator->depth && status == VATER_OK; i++) {
    const struct vt_frame *frame = &validator->frames[i];
    if (frame->list)
      status = vt_buffer_format(out, "/%llu", (unsigned long long)(frame->count - 1));
    else
      status = put_token(out, name_of(validator, frame));
  }
  return status;
}

static int pointer_of(struct vt_schema_validator *validator, const struct vt_problem *problem,
                      struct vt_error *error)
{
  struct vt_buffer *out = &validator->pointer;
  bool other = problem->name != NULL || problem->indexed;
  if (!validator->collect)
    vt_buffer_reset(out);
  int status = vt_run_pointer(validator, problem->depth - (other ? 1 : 0), out);
  if (status == VATER_OK && problem->name != NULL)
    status = put_token(out, *problem->name);
  else if (status == VATER_OK && problem->indexed)
    status = vt_buffer_format(out, "/%llu", (unsigned long long)problem->index);
  return status == VATER_OK ? status : vt_fail(error, status, NULL, "no room for a pointer");
}

#define RECORDS_KEPT 4096

/* Beyond its ceilings a record is dropped: it is one of very many that say the same. */
static int record(struct vt_schema_validator *validator, const struct vt_problem *problem,
                  struct vt_error *error)
{
  struct vt_records *records = &validator->records;
  size_t room = records->room, prefix = validator->pointer.len;
  if (records->count >= RECORDS_KEPT)
    return VATER_OK;
  struct vt_record *items =
      vt_run_grow(validator, records->items, records->count, 1, &room, sizeof *items, error);
  if (items == NULL)
    return VATER_E_NOMEM;
  records->items = items;
  records->room = (uint32_t)room;
  int status = pointer_of(validator, problem, error);
  if (status != VATER_OK)
    return status;
  struct vater_str pointer = vt_arena_copy(validator->scratch, vt_buffer_str(&validator->pointer));
  struct vater_str expected = vt_arena_copy(validator->scratch, problem->expected);
  validator->pointer.len = prefix;
  if (pointer.ptr == NULL || expected.ptr == NULL)
    return VATER_OK;
  items[records->count++] = (struct vt_record){.text = problem->text,
                                               .keyword = problem->keyword,
                                               .level = problem->level,
                                               .slot = problem->slot,
                                               .depth = problem->depth,
                                               .offset = problem->offset,
                                               .end = problem->end,
                                               .pointer = pointer,
                                               .expected = expected};
  return VATER_OK;
}

int vt_run_report(struct vt_schema_validator *validator, const struct vt_problem *problem,
                  struct vt_error *error)
{
  if (validator->collect)
    return record(validator, problem, error);
  struct vater_str pointer = VT_STR_NONE;
  if (validator->sink != NULL && validator->findings < validator->sink->cap) {
    int status = pointer_of(validator, problem, error);
    if (status != VATER_OK)
      return status;
    pointer = vt_buffer_str(&validator->pointer);
  }
  return vt_run_deliver(validator, problem->text, problem->keyword, problem->offset, problem->end,
                        pointer, problem->expected, error);
}

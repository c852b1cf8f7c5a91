#include "judge/judging.h"

#include "doc/place.h"
#include "judge/wording.h"

#include <stdio.h>

enum {
  EXCERPT_WIDTH = 100,
  EXCERPT_BYTES = 4096,
  POINTER_BYTES = 1024,
  MESSAGE_BYTES = 4096,
  WALKED_BYTES = 256 * 1024 * 1024,
  LOOKED_AT_BYTES = 16 * 1024 * 1024 /* for names of indicators: each takes a pass over them */
};

static bool is_masked(const struct vt_judge *judge)
{
  return judge->screen.count > 0 || judge->personal;
}

static struct vater_str noted(struct vt_judge *judge, struct vater_str kept, bool wanted)
{
  if (kept.ptr == NULL && wanted)
    judge->starved = true;
  return kept;
}

struct vater_str vt_judge_format(struct vt_judge *judge, const char *format, ...)
{
  char text[MESSAGE_BYTES * 2];
  va_list arguments;
  va_start(arguments, format);
  int size = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  size_t len = size < 0 ? 0 : (size_t)size;
  struct vater_str made = {text, len < sizeof text ? len : sizeof text - 1};
  return noted(judge, vt_arena_copy(judge->arena, made), true);
}

static struct vater_str keep(struct vt_judge *judge, struct vater_str text)
{
  if (!is_masked(judge))
    return noted(judge, vt_arena_copy(judge->arena, text), text.len > 0);
  struct vt_buffer masked;
  vt_buffer_init(&masked, judge->allocator, 4 * EXCERPT_BYTES);
  vt_screen_mask(&masked, text);
  struct vater_str kept =
      masked.failed ? VT_STR_NONE : vt_arena_copy(judge->arena, vt_buffer_str(&masked));
  vt_buffer_fini(&masked);
  return noted(judge, kept, text.len > 0);
}

/* What an actor owes may stand in any of its pages; what else does, the page and what maps its
 * names tell, or do not. Where there is more than is looked at, anything may stand. */
static bool hides_undecoded(struct vt_judge *judge, const struct judged_page *page)
{
  const struct vt_judge_job *job = judge->job;
  const struct vt_rules *rules = judge->context->rules;
  for (size_t i = 0; i < job->expected_count; i++)
    if (vt_rules_hides_indicator(rules, job->expected[i]))
      return true;
  judge->bytes_looked_at += page->bytes.len;
  if (judge->bytes_looked_at > LOOKED_AT_BYTES)
    return true;
  if (!judge->names_looked_at) {
    vt_rules_naming_add(rules, job->settings, &judge->naming);
    for (size_t i = 0; i < job->document_count; i++)
      vt_rules_naming_add(rules, job->documents[i].bytes, &judge->naming);
  }
  judge->names_looked_at = true;
  struct vt_rules_naming naming = judge->naming;
  vt_rules_naming_add(rules, page->bytes, &naming);
  return vt_rules_naming_hides(rules, &naming);
}

/* Decoded rows say which indicators there are. */
bool vt_judge_hides(struct vt_judge *judge, uint32_t number)
{
  struct judged_page *page = &judge->pages[number];
  struct vt_table view;
  if (judge->block != NULL)
    return judge->hides;
  uint32_t rows = judge->rows != NULL ? vt_table_builder_rows(judge->rows) : 0;
  if (!judge->hides && rows != judge->rows_looked_at &&
      vt_table_view(judge->rows, &view, NULL) == VATER_OK) {
    judge->hides = vt_rules_hides(judge->context->rules, &view);
    judge->rows_looked_at = rows;
  }
  if (!page->looked_at)
    judge->hides = judge->hides || hides_undecoded(judge, page);
  page->looked_at = true;
  return judge->hides;
}

struct vater_str vt_judge_without_digits(struct vt_judge *judge, struct vater_str text)
{
  char *made = vt_arena_bytes(judge->arena, text.len);
  for (size_t i = 0; made != NULL && i < text.len; i++)
    made[i] = text.ptr[i] >= '0' && text.ptr[i] <= '9' ? '*' : text.ptr[i];
  return noted(judge, (struct vater_str){made, made == NULL ? 0 : text.len}, text.len > 0);
}

/* What stands in the payload beside a finding. */
static struct vater_str keep_excerpt(struct vt_judge *judge, uint32_t page,
                                     struct vt_buffer *excerpt)
{
  struct vater_str text = vt_buffer_str(excerpt);
  return vt_judge_hides(judge, page)
             ? vt_judge_without_digits(judge, text)
             : noted(judge, vt_arena_copy(judge->arena, text), text.len > 0);
}

int vt_judge_place(struct vt_judge *judge, const struct judged_place *place,
                   struct vt_finding *finding)
{
  struct judged_page *page = &judge->pages[place->page];
  size_t offset = place->offset < page->bytes.len ? place->offset : page->bytes.len;
  size_t end = place->end < page->bytes.len ? place->end : page->bytes.len;
  finding->page = place->page;
  finding->offset = offset;
  finding->pointer = keep(judge, place->pointer);
  if (page->bytes.len == 0) {
    finding->line = finding->line_column = 1;
    return VATER_OK;
  }
  if (page->lines == NULL)
    page->lines =
        vt_lines_new(judge->allocator, page->bytes,
                     page->unpacked || page->own != NULL ? NULL : judge->context->release);
  if (page->lines == NULL)
    return VATER_E_NOMEM;
  vt_lines_place(page->lines, offset, &finding->line, &finding->line_column);
  if (is_masked(judge))
    return VATER_OK; /* what stands beside a person number is about that person */
  struct vt_buffer excerpt;
  vt_buffer_init(&excerpt, judge->allocator, EXCERPT_BYTES);
  int status = vt_doc_excerpt(page->bytes, offset, end > offset ? end : offset, EXCERPT_WIDTH,
                              &excerpt, &finding->caret, &finding->caret_width);
  if (status == VATER_OK)
    finding->excerpt = keep_excerpt(judge, place->page, &excerpt);
  judge->starved |= status == VATER_E_NOMEM;
  vt_buffer_fini(&excerpt);
  return VATER_OK;
}

/* ---- rows and cells ----------------------------------------------------------------------------
 */

static const struct vater_rows *declared_rows(const struct vt_judge *judge)
{
  return judge->format->plugin->format->rows;
}

static const char *member_of(const struct vater_rows *rows, int column)
{
  for (const struct vater_row_member *member = rows->members; member->member != NULL; member++)
    if (member->column == column)
      return member->member;
  return NULL;
}

/* Rows count through pages, items of a page's list from 0. */
static struct vater_str pointer_of_row(struct vt_judge *judge, uint32_t row, uint32_t page,
                                       const char *member)
{
  unsigned item = row - judge->pages[page].first_row;
  const char *at = declared_rows(judge)->at;
  return member != NULL ? vt_judge_format(judge, "%s/%u/%s", at, item, member)
                        : vt_judge_format(judge, "%s/%u", at, item);
}

static bool ends_value(char c)
{
  return c == ',' || c == ';' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\r' ||
         c == '\n';
}

/* Behind the text, number or word that starts at `offset`; behind the bracket of a container. */
static size_t end_of_value(struct vater_str bytes, size_t offset)
{
  size_t end = offset + 1;
  if (offset >= bytes.len || bytes.ptr[offset] == '{' || bytes.ptr[offset] == '[')
    return end;
  if (bytes.ptr[offset] != '"') {
    while (end < bytes.len && !ends_value(bytes.ptr[end]))
      end++;
    return end;
  }
  while (end < bytes.len && bytes.ptr[end] != '"' && bytes.ptr[end] != '\n')
    end += bytes.ptr[end] == '\\' ? 2 : 1;
  return end < bytes.len ? end + 1 : bytes.len;
}

/* A cell of CSV, its quotes included. */
static size_t end_of_cell(struct vater_str bytes, size_t offset, char delimiter)
{
  size_t end = offset;
  bool quoted = offset < bytes.len && bytes.ptr[offset] == '"';
  if (quoted)
    for (end++; end < bytes.len; end++) {
      if (bytes.ptr[end] != '"')
        continue;
      if (end + 1 >= bytes.len || bytes.ptr[end + 1] != '"')
        return end + 1;
      end++;
    }
  while (end < bytes.len && bytes.ptr[end] != delimiter && bytes.ptr[end] != '\r' &&
         bytes.ptr[end] != '\n')
    end++;
  return end;
}

struct judged_place vt_judge_place_at(struct vt_judge *judge, uint32_t page, size_t offset)
{
  struct vater_str bytes = judge->pages[page].bytes;
  bool csv = judge->format != NULL && !judge->pages[page].json &&
             strcmp(judge->format->plugin->format->syntax, "bytes") != 0;
  struct judged_place place = {page,
                               offset,
                               csv ? end_of_cell(bytes, offset, judge->dialect.delimiter)
                                   : end_of_value(bytes, offset),
                               {NULL, 0}};
  if (!judge->pages[page].json || bytes.len > WALKED_BYTES - judge->walked_bytes)
    return place;
  judge->walked_bytes += bytes.len;
  struct vt_buffer pointer;
  vt_buffer_init(&pointer, judge->allocator, POINTER_BYTES);
  int status = vt_doc_pointer_at(judge->allocator, bytes, offset, &pointer, NULL);
  if (status == VATER_OK)
    place.pointer = keep(judge, vt_buffer_str(&pointer));
  judge->starved |= status == VATER_E_NOMEM;
  vt_buffer_fini(&pointer);
  return place;
}

struct judged_place vt_judge_place_of_row(struct vt_judge *judge, uint32_t row, int column)
{
  struct judged_place place = {.page = vt_table_page(&judge->table, row),
                               .offset = judge->table.offsets[row]};
  place.end = place.offset + 1;
  const struct vater_rows *rows = declared_rows(judge);
  if (rows == NULL) {
    uint64_t own;
    bool known = vt_table_place(&judge->table, row, column, &own);
    return vt_judge_place_at(judge, place.page, known ? (size_t)own : place.offset);
  }
  const char *member = column != VATER_COLUMN_NONE ? member_of(rows, column) : NULL;
  place.pointer = pointer_of_row(judge, row, place.page, NULL);
  struct vater_str inside = member != NULL ? vt_judge_format(judge, "/%s", member) : VT_STR_NONE;
  if (inside.len == 0)
    return place;
  struct vater_str object = vt_str_slice(judge->pages[place.page].bytes, place.offset, SIZE_MAX);
  size_t offset;
  size_t end;
  int status = vt_doc_find(judge->allocator, object, inside, &offset, &end, NULL);
  judge->starved |= status == VATER_E_NOMEM;
  if (status != VATER_OK)
    return place;
  place.offset += offset;
  place.end = place.offset + (end - offset);
  place.pointer = pointer_of_row(judge, row, place.page, member);
  return place;
}

/* ---- findings of the engine --------------------------------------------------------------------
 */

static struct vater_str with_detail(struct vt_judge *judge, const char *title,
                                    struct vater_str detail)
{
  if (detail.len == 0)
    return vt_str(title);
  return vt_judge_format(judge, "%s (%.*s)", title, VT_STR_ARGS(judged_cut(detail, MESSAGE_BYTES)));
}

int vt_judge_say(struct vt_judge *judge, const char *code, const struct judged_place *place,
                 uint32_t row, const struct vater_str message[VT_LANGUAGE_COUNT],
                 struct vt_error *error)
{
  const struct vt_code *known = vt_code_find(vt_str(code));
  if (known == NULL)
    return vt_fail(error, VATER_E_BUG, "OPS-BUG", "no code %s", code);
  struct vt_finding finding = {.code = vt_str(known->code),
                               .severity = (uint8_t)known->severity,
                               .outcome = VT_OUTCOME_FAIL,
                               .row = row,
                               .verdict = UINT32_MAX};
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++) {
    finding.message[i] = keep(judge, message[i]);
    finding.remedy[i] = vt_str(known->remedy[i]);
  }
  if (place != NULL && vt_judge_place(judge, place, &finding) != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for a finding");
  if (judge->refusal == NULL && known->delivery[0] != '\0')
    judge->refusal = known->code;
  return vt_result_add_finding(judge->result, &finding, error);
}

int vt_judge_report(struct vt_judge *judge, const char *code, const struct judged_place *place,
                    uint32_t row, const struct vater_str detail[VT_LANGUAGE_COUNT],
                    struct vt_error *error)
{
  const struct vt_code *known = vt_code_find(vt_str(code));
  struct vater_str messages[VT_LANGUAGE_COUNT] = {{NULL, 0}};
  char room[MESSAGE_BYTES];
  for (int i = 0; i < VT_LANGUAGE_COUNT && known != NULL; i++) {
    struct vater_str own = detail == NULL ? VT_STR_NONE : detail[i];
    if (own.len == 0 && detail != NULL)
      own = vt_wording(detail[VT_LANGUAGE_EN], (enum vt_language)i, room, sizeof room);
    messages[i] = with_detail(judge, known->title[i], own);
  }
  return vt_judge_say(judge, code, place, row, messages, error);
}

int vt_judge_report_text(struct vt_judge *judge, const char *code, const struct judged_place *place,
                         const char *detail, struct vt_error *error)
{
  const struct vater_str details[VT_LANGUAGE_COUNT] = {[VT_LANGUAGE_EN] = vt_str(detail)};
  return vt_judge_report(judge, code, place, VT_NO_ROW, details, error);
}

#include "judge/judging.h"

#include "base/limits.h"
#include "judge/collection.h"

enum { MEMBERS_LOOKED_AT = 64, VALUE_BYTES = 100, SEEN_BYTES = 400, START_BYTES = 64 * 1024 };

/* What the first page shows: its syntax, and names with short values at its top. */
struct sight {
  bool json;
  char delimiter; /* of CSV */
  struct vater_str names[MEMBERS_LOOKED_AT], values[MEMBERS_LOOKED_AT];
  size_t count;
};

static bool starts_json(struct vater_str bytes)
{
  struct vater_str start = vt_str_trim(vt_str_slice(bytes, 0, 256));
  return start.len > 0 && (start.ptr[0] == '{' || start.ptr[0] == '[');
}

static void see_member(struct vt_judge *judge, struct sight *sight, struct vater_str name)
{
  if (sight->count < MEMBERS_LOOKED_AT)
    sight->names[sight->count++] = vt_arena_copy(judge->arena, judged_cut(name, VALUE_BYTES));
}

/* Members of the document's object, or of the first object of its list. */
static void see_json(struct vt_judge *judge, struct vater_str bytes, struct sight *sight)
{
  struct vt_doc_reader *reader = NULL;
  struct vt_doc_event event = {.kind = VT_DOC_NULL};
  uint32_t depth = 1;
  if (vt_doc_reader_new(judge->allocator, bytes, NULL, judge->job->hash_seed, &reader) != VATER_OK)
    return;
  while (sight->count < MEMBERS_LOOKED_AT && vt_doc_next(reader, &event, NULL) == VATER_OK &&
         event.kind != VT_DOC_END) {
    if (event.offset == 0 && event.kind == VT_DOC_LIST)
      depth = 2;
    if (event.depth < depth && event.kind == VT_DOC_OBJECT_END)
      break;
    if (event.depth >= depth && (event.kind == VT_DOC_OBJECT || event.kind == VT_DOC_LIST))
      vt_doc_skip(reader);
    if (event.kind == VT_DOC_NAME && event.depth == depth)
      see_member(judge, sight, event.text);
    else if (event.kind == VT_DOC_TEXT && event.depth == depth && sight->count > 0 &&
             event.text.len <= VALUE_BYTES)
      sight->values[sight->count - 1] = vt_arena_copy(judge->arena, event.text);
  }
  vt_doc_reader_free(reader);
}

static void see_csv(struct vt_judge *judge, struct vater_str bytes, struct sight *sight)
{
  struct vt_csv_reader *reader = NULL;
  struct vater_record record;
  struct vater_str start = vt_str_slice(bytes, 0, START_BYTES);
  size_t line = vt_str_find(start, VT_STR("\n"), 0);
  sight->delimiter = vt_csv_looks_like(bytes);
  if (vt_csv_reader_new(judge->allocator, vt_str_slice(start, 0, line),
                        sight->delimiter != '\0' ? sight->delimiter : ',', NULL,
                        &reader) != VATER_OK)
    return;
  if (vt_csv_next(reader, &record, NULL) == VATER_OK)
    for (uint32_t i = 0; i < record.count; i++)
      see_member(judge, sight, record.cells[i].text);
  vt_csv_reader_free(reader);
}

/* "name" or "name=value"; names of columns are written in any case. */
static bool has_mark(const struct sight *sight, const char *mark)
{
  struct vater_str whole = vt_str(mark);
  size_t equals = vt_str_find(whole, VT_STR("="), 0);
  struct vater_str name = vt_str_slice(whole, 0, equals);
  for (size_t i = 0; i < sight->count; i++) {
    bool same = sight->json ? vt_str_equal(sight->names[i], name)
                            : vt_str_equal_nocase(sight->names[i], name);
    if (same && (equals == whole.len ||
                 vt_str_equal(sight->values[i], vt_str_slice(whole, equals + 1, whole.len))))
      return true;
  }
  return false;
}

static const char *mark_of(const struct sight *sight, const struct vater_format_ops *format)
{
  for (const char *const *mark = format->marks; mark != NULL && *mark != NULL; mark++)
    if (has_mark(sight, *mark))
      return *mark;
  return NULL;
}

static bool reads(const struct vater_format_ops *format, const struct sight *sight,
                  const struct vt_judge_head *head)
{
  bool accepted = head->media_type.len == 0;
  for (const char *const *type = format->media_types; !accepted && *type != NULL; type++)
    accepted = vt_str_equal_nocase(head->media_type, vt_str(*type));
  return accepted && strstr(format->syntax, sight->json ? "json" : "csv") != NULL;
}

/* One that shows a mark, else one that needs none. */
static const struct vt_judge_format *best(const struct vt_judge_context *context,
                                          const struct sight *sight,
                                          const struct vt_judge_head *head, const char **mark)
{
  const struct vt_judge_format *any = NULL;
  *mark = NULL;
  for (uint32_t i = 0; i < context->format_count; i++) {
    const struct vater_format_ops *format = context->formats[i].plugin->format;
    if (!reads(format, sight, head))
      continue;
    *mark = mark_of(sight, format);
    if (*mark != NULL)
      return &context->formats[i];
    bool markless = format->marks == NULL || format->marks[0] == NULL;
    if (any == NULL && (markless || format->rows != NULL))
      any = &context->formats[i];
  }
  return any;
}

static struct vater_str describe(struct vt_judge *judge, const struct sight *sight)
{
  char seen[SEEN_BYTES] = "";
  size_t used = 0;
  for (size_t i = 0; i < sight->count && i < 8; i++) {
    struct vater_str name = judged_cut(sight->names[i], 40);
    int size =
        snprintf(seen + used, sizeof seen - used, "%s'%.*s'", i > 0 ? ", " : "", VT_STR_ARGS(name));
    if (size < 0 || used + (size_t)size >= sizeof seen)
      break;
    used += (size_t)size;
  }
  if (sight->json)
    return vt_judge_format(judge, "JSON with the members %s", seen[0] != '\0' ? seen : "none");
  return vt_judge_format(judge, "text with the columns %s", seen[0] != '\0' ? seen : "none");
}

static int refuse_as(struct vt_judge *judge, struct vater_str what, struct vt_error *error)
{
  const struct judged_place place = {.page = judge->page_count - 1};
  const struct vater_str details[VT_LANGUAGE_COUNT] = {[VT_LANGUAGE_EN] = what};
  vt_screen_bytes(&judge->screen, place.page, judge->pages[place.page].bytes, 0);
  return vt_judge_report(judge, "HTTP-TYPE", &place, VT_NO_ROW, details, error);
}

static int refuse(struct vt_judge *judge, const struct sight *sight, struct vt_error *error)
{
  const struct judged_place place = {.page = judge->page_count - 1};
  vt_screen_bytes(&judge->screen, place.page, judge->pages[place.page].bytes, 0);
  struct vater_str seen = describe(judge, sight);
  const struct vater_str details[VT_LANGUAGE_COUNT] = {
      [VT_LANGUAGE_EN] =
          vt_judge_format(judge, "no format that is loaded knows this: %.*s", VT_STR_ARGS(seen))};
  return vt_judge_report(judge, "HTTP-TYPE", &place, VT_NO_ROW, details, error);
}

/* The native format is what is expected; any other is told. */
static int tell(struct vt_judge *judge, const struct sight *sight, const char *mark,
                struct vt_error *error)
{
  const struct judged_place place = {.page = judge->page_count - 1, .end = 1};
  const char *name = judge->format->plugin->info.name;
  if (judge->format->plan != NULL)
    return VATER_OK;
  struct vater_str by =
      mark != NULL ? vt_judge_format(judge, "it has '%s'", mark) : describe(judge, sight);
  const struct vater_str details[VT_LANGUAGE_COUNT] = {
      [VT_LANGUAGE_EN] = vt_judge_format(judge, "read as %s: %.*s", name, VT_STR_ARGS(by))};
  return vt_judge_report(judge, "PAY-NOTE", &place, VT_NO_ROW, details, error);
}

int vt_judge_choose(struct vt_judge *judge, const struct vt_judge_head *head,
                    struct vt_error *error)
{
  struct vater_str bytes = judge->pages[judge->page_count - 1].bytes;
  struct sight *sight = vt_arena_alloc(judge->arena, sizeof *sight);
  const char *mark;
  if (sight == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory to judge");
  struct vater_str other = vt_judge_other_file(bytes);
  if (other.len > 0)
    return refuse_as(judge, other, error);
  sight->json = starts_json(bytes);
  if (sight->json)
    see_json(judge, bytes, sight);
  else
    see_csv(judge, bytes, sight);
  judge->format = best(judge->context, sight, head, &mark);
  if (judge->format == NULL)
    return refuse(judge, sight, error);
  int status = vt_judge_open_format(judge, error);
  if (status == VATER_OK)
    return tell(judge, sight, mark, error);
  /* only what is ours: nothing of the page was screened */
  if (status == VATER_E_CONFIG)
    vt_error_prefix(error, "the page looks like %s%s%s%s", judge->format->plugin->info.name,
                    mark != NULL ? ", as it has '" : "", mark != NULL ? mark : "",
                    mark != NULL ? "'" : "");
  return status;
}

#include "judge/collection.h"
#include "judge/judging.h"
#include "judge/wording.h"

#include "base/limits.h"
#include "doc/place.h"
#include "plugin/host.h"

enum { MEMBER_BYTES = 100, WORDING_BYTES = 2048 };

int vt_judge_collect(void *context, const struct vt_decode_violation *violation)
{
  struct collection *collection = context;
  struct waiting *waiting = vt_arena_alloc(collection->arena, sizeof *waiting);
  if (waiting == NULL)
    return VATER_E_NOMEM;
  waiting->violation = *violation;
  waiting->violation.pointer = vt_arena_copy(collection->arena, violation->pointer);
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    waiting->violation.message[i] = vt_arena_copy(collection->arena, violation->message[i]);
  *collection->last = waiting;
  collection->last = &waiting->next;
  collection->violations += !violation->said;
  return VATER_OK;
}

/* What a format's own code finds, as it says it: one finding each, the first of each severity. */
int vt_judge_take_finding(void *context, int severity, uint64_t offset, struct vater_str text,
                          struct vt_error *error)
{
  static const char *const codes[] = {[VATER_SEVERITY_INFO] = "PAY-NOTE",
                                      [VATER_SEVERITY_WARNING] = "PAY-FORMAT",
                                      [VATER_SEVERITY_ERROR] = "PAY-VALUE"};
  struct collection *collection = context;
  collection->found[severity]++;
  if (collection->found[severity] > VT_LIMIT_FINDINGS_PER_RULE)
    return VATER_OK;
  const struct vt_decode_violation violation = {.code = codes[severity],
                                                .page = collection->page,
                                                .row = VT_DECODE_NO_ROW,
                                                .said = true,
                                                .offset = (size_t)offset,
                                                .end = (size_t)offset + 1,
                                                .message = {[VT_LANGUAGE_EN] = text}};
  return vt_judge_collect(context, &violation) == VATER_OK
             ? VATER_OK
             : vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for a finding");
}

/* A version that the schema does not know is told as such. */
static const char *code_of(const struct vt_judge *judge,
                           const struct vt_decode_violation *violation)
{
  const struct vater_rows *rows = judge->format->plugin->format->rows;
  if (rows == NULL || strcmp(violation->code, "PAY-SCHEMA") != 0)
    return violation->code;
  for (const struct vater_head_member *head = rows->head; head != NULL && head->member != NULL;
       head++)
    if (head->field == VATER_HEAD_SCHEMA_VERSION && violation->pointer.len > 1 &&
        vt_str_is(vt_str_slice(violation->pointer, 1, SIZE_MAX), head->member) &&
        strcmp(violation->keyword, "type") != 0)
      return "PAY-VERSION";
  return violation->code;
}

/* What a format's own code says is the message itself. */
static int report_said(struct vt_judge *judge, const struct vt_decode_violation *violation,
                       struct vt_error *error)
{
  char room[WORDING_BYTES];
  struct vater_str messages[VT_LANGUAGE_COUNT];
  const struct judged_place place = vt_judge_place_at(judge, violation->page, violation->offset);
  struct vater_str english = violation->message[VT_LANGUAGE_EN];
  if (vt_judge_hides(judge, violation->page))
    english = vt_wording_without_figures(judge->arena, english);
  judge->starved |= english.ptr == NULL;
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++) {
    struct vater_str said = vt_wording(english, (enum vt_language)i, room, sizeof room);
    bool ends = said.len > 0 && said.ptr[said.len - 1] == '?';
    messages[i] = vt_judge_format(judge, "%.*s%s", VT_STR_ARGS(said), ends ? "" : ".");
  }
  return vt_judge_say(judge, violation->code, &place, VT_NO_ROW, messages, error);
}

/* "value: must be of type number." */
static int report_violation(struct vt_judge *judge, const struct vt_decode_violation *violation,
                            struct vt_error *error)
{
  const struct judged_place place = {violation->page, violation->offset, violation->end,
                                     violation->pointer};
  const char *code = code_of(judge, violation);
  if (violation->said)
    return report_said(judge, violation, error);
  size_t name = violation->pointer.len;
  while (name > 0 && violation->pointer.ptr[name - 1] != '/')
    name--;
  if (name == 0)
    return vt_judge_report(judge, code, &place, VT_NO_ROW, violation->message, error);
  struct vater_str member =
      judged_cut(vt_str_slice(violation->pointer, name, SIZE_MAX), MEMBER_BYTES);
  struct vater_str messages[VT_LANGUAGE_COUNT];
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    messages[i] = vt_judge_format(judge, "%.*s: %.*s.", VT_STR_ARGS(member),
                                  VT_STR_ARGS(violation->message[i]));
  return vt_judge_say(judge, code, &place, VT_NO_ROW, messages, error);
}

static int report_violations(struct vt_judge *judge, const struct collection *collection,
                             uint64_t total, struct vt_error *error)
{
  int status = VATER_OK;
  for (int severity = 0; severity < COLLECTION_SEVERITIES; severity++)
    if (collection->found[severity] > VT_LIMIT_FINDINGS_PER_RULE)
      vt_result_add_more(judge->result, severity,
                         collection->found[severity] - VT_LIMIT_FINDINGS_PER_RULE);
  for (const struct waiting *waiting = collection->first; waiting != NULL && status == VATER_OK;
       waiting = waiting->next)
    status = report_violation(judge, &waiting->violation, error);
  if (status == VATER_OK && total > collection->violations)
    vt_result_add_more(judge->result, VATER_SEVERITY_ERROR, total - collection->violations);
  return status;
}

/* The payload's fault has one of its codes; anything else is ours. */
static bool is_payloads(const struct vt_error *fault)
{
  return strncmp(fault->code, "PAY-", 4) == 0;
}

int vt_judge_report_fault(struct vt_judge *judge, const struct vt_error *fault,
                          struct vt_error *error)
{
  uint32_t number = judge->page_count - 1;
  const struct judged_page *page = &judge->pages[number];
  const char *code = vt_judge_was_cut(page, fault) ? "HTTP-TRUNC" : fault->code;
  struct judged_place place = {number, (size_t)fault->offset, (size_t)fault->offset + 1,
                               vt_str(fault->pointer)};
  if (fault->pointer[0] == '\0' && fault->line == 0)
    place = vt_judge_place_at(judge, number, (size_t)fault->offset);
  struct vater_str text = vt_str(fault->text);
  if (text.len > 0 && vt_judge_hides(judge, number))
    text = vt_wording_without_figures(judge->arena, text);
  judge->starved |= text.ptr == NULL;
  const struct vater_str details[VT_LANGUAGE_COUNT] = {[VT_LANGUAGE_EN] = text};
  return vt_judge_report(judge, code, &place, VT_NO_ROW, details, error);
}

/* What walks have no path for: the document says where the offset is. */
static void point_at(struct vt_judge *judge, struct vt_error *fault)
{
  struct vt_buffer pointer;
  vt_buffer_init(&pointer, judge->allocator, sizeof fault->pointer);
  if (vt_doc_pointer_at(judge->allocator, judge->pages[judge->page_count - 1].bytes, fault->offset,
                        &pointer, NULL) == VATER_OK)
    vt_error_pointer(fault, vt_buffer_str(&pointer));
  vt_buffer_fini(&pointer);
}

int vt_judge_screen_persons(struct vt_judge *judge, const struct vt_doc_tree *tree,
                            struct vt_error *fault)
{
  struct vt_error found = {0};
  int status =
      vt_format_screen(&judge->call, &judge->instance, tree != NULL ? vt_doc_tree_root(tree) : NULL,
                       judge->pages[judge->page_count - 1].bytes, &found);
  if (status == VATER_OK)
    return VATER_OK;
  judge->personal = status == VATER_E_REFUSED;
  if (judge->personal)
    point_at(judge, &found);
  *fault = found;
  return status;
}

/* What the format's own decode() makes of the tree, or of bytes that are no JSON. */
static int walk(struct vt_judge *judge, const struct vt_doc_tree *tree,
                struct collection *collection, struct vater_str *cursor, struct vt_error *fault)
{
  const struct judged_page *page = &judge->pages[judge->page_count - 1];
  struct vater_table table;
  vt_plugin_table_write(&table, judge->rows, judge->page_count - 1, judge->arena);
  table.finding = vt_judge_take_finding;
  table.context = collection;
  int status =
      vt_format_decode(&judge->call, &judge->instance, tree != NULL ? vt_doc_tree_root(tree) : NULL,
                       page->bytes, &table, fault);
  *cursor = table.cursor;
  return status;
}

static int decode_json(struct vt_judge *judge, struct collection *collection,
                       struct vt_decode_result *decoded, struct vater_str *cursor,
                       struct vt_error *fault)
{
  const struct judged_page *page = &judge->pages[judge->page_count - 1];
  const struct vt_decode_input input = {
      .allocator = judge->allocator,
      .hash_seed = judge->job->hash_seed,
      .page = judge->page_count - 1,
      .bytes = page->bytes,
      .lines = page->ndjson ? vt_judge_lines_name(judge) : VT_STR_NONE,
      .plan = judge->format->plan,
      .schema = judge->format->schema,
      .table = judge->rows,
      .screen = &judge->screen,
      .accounts = &judge->accounts,
      .violation = vt_judge_collect,
      .context = collection,
      .cap = VT_LIMIT_FINDINGS_PER_RULE,
  };
  int status = vt_decode_page(&input, decoded, fault);
  int screened = vt_judge_screen_persons(judge, decoded->tree, fault);
  if (screened != VATER_OK)
    status = screened;
  if (status == VATER_OK && judge->format->plan == NULL && decoded->violations == 0)
    status = walk(judge, decoded->tree, collection, cursor, fault);
  vt_doc_tree_free(decoded->tree);
  decoded->tree = NULL;
  return status;
}

static int decode_bytes(struct vt_judge *judge, struct collection *collection,
                        struct vater_str *cursor, struct vt_error *fault)
{
  uint32_t page = judge->page_count - 1;
  vt_screen_bytes(&judge->screen, page, judge->pages[page].bytes, 0);
  int status = vt_judge_screen_persons(judge, NULL, fault);
  return status == VATER_OK ? walk(judge, NULL, collection, cursor, fault) : status;
}

/* Of a format that reads both, the first character tells. */
static bool is_json(const char *syntax, struct vater_str bytes)
{
  if (strcmp(syntax, "json or csv") != 0)
    return strcmp(syntax, "json") == 0;
  struct vater_str start = vt_str_trim(vt_str_slice(bytes, 0, 256));
  return start.len > 0 && (start.ptr[0] == '{' || start.ptr[0] == '[');
}

int vt_judge_decode(struct vt_judge *judge, struct vater_str *cursor, struct vt_error *error)
{
  *cursor = VT_STR_NONE;
  struct vt_error fault = {0};
  struct vt_decode_result decoded = {0};
  struct collection collection = {.arena = judge->arena, .page = judge->page_count - 1};
  collection.last = &collection.first;
  const struct vater_format_ops *format = judge->format->plugin->format;
  bool json = is_json(format->syntax, judge->pages[judge->page_count - 1].bytes);
  bool csv = !json && format->record != NULL;
  judge->pages[judge->page_count - 1].json = json;
  vt_table_begin_page(judge->rows, judge->pages[judge->page_count - 1].bytes.len);
  int status = json  ? decode_json(judge, &collection, &decoded, cursor, &fault)
               : csv ? vt_judge_decode_csv(judge, &collection, cursor, &fault)
                     : decode_bytes(judge, &collection, cursor, &fault);
  if (status != VATER_OK && json && fault.pointer[0] == '\0' && is_payloads(&fault))
    point_at(judge, &fault);
  if (status != VATER_OK && !is_payloads(&fault)) {
    if (error != NULL && error->status == VATER_OK)
      *error = fault;
    return status;
  }
  /* what ended the reading is why it is refused, whatever the schema said before */
  int reported = status != VATER_OK ? vt_judge_report_fault(judge, &fault, error) : VATER_OK;
  if (reported == VATER_OK && !judge->personal)
    reported = report_violations(judge, &collection, decoded.violations, error);
  return reported;
}

#include "judge/judging.h"

static bool accepts(const struct vater_format_ops *format, struct vater_str media_type)
{
  for (const char *const *type = format->media_types; type != NULL && *type != NULL; type++)
    if (vt_str_equal_nocase(media_type, vt_str(*type)))
      return true;
  return false;
}

/* Screened first: what the finding shows of the page is masked where it has hits. */
static int refuse(struct vt_judge *judge, const char *code, struct vater_str detail,
                  struct vt_error *error)
{
  const struct judged_place place = {.page = judge->page_count - 1};
  struct vt_error fault = {0};
  vt_screen_bytes(&judge->screen, place.page, judge->pages[place.page].bytes, 0);
  int status = vt_judge_screen_persons(judge, NULL, &fault);
  if (judge->personal)
    return vt_judge_report_fault(judge, &fault, error);
  if (status != VATER_OK)
    return vt_fail(error, status, fault.code, "%s", fault.text);
  const struct vater_str details[VT_LANGUAGE_COUNT] = {[VT_LANGUAGE_EN] = detail};
  return vt_judge_report(judge, code, &place, VT_NO_ROW, details, error);
}

static bool looks_like_xml(struct vater_str bytes)
{
  struct vater_str start = vt_str_trim(vt_str_slice(bytes, 0, 64));
  return start.len > 1 && start.ptr[0] == '<' &&
         (start.ptr[1] == '?' || (start.ptr[1] >= 'A' && start.ptr[1] <= 'z'));
}

/* A login page, whatever the header says of it. */
static bool looks_like_html(struct vater_str bytes)
{
  struct vater_str start = vt_str_trim(vt_str_slice(bytes, 0, 64));
  return vt_str_equal_nocase(vt_str_slice(start, 0, 5), VT_STR("<html")) ||
         vt_str_equal_nocase(vt_str_slice(start, 0, 9), VT_STR("<!doctype"));
}

struct vater_str vt_judge_other_file(struct vater_str bytes)
{
  static const struct {
    const char *start, *what;
  } kinds[] = {
      {"PK\x03\x04", "the body is a zip archive, as spreadsheets (.xlsx) are; save them as CSV"},
      {"\xd0\xcf\x11\xe0", "the body is a file of an office program (.xls); save it as CSV"},
      {"%PDF-", "the body is a PDF"},
      {"\x1f\x8b", "the body is packed with gzip, and its Content-Encoding does not say so"},
  };
  for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
    if (vt_str_starts(bytes, vt_str(kinds[i].start)))
      return vt_str(kinds[i].what);
  if (looks_like_html(bytes))
    return VT_STR("the body is an HTML page");
  return looks_like_xml(bytes) ? VT_STR("the body is XML; wanted: JSON or CSV") : VT_STR_NONE;
}

/* A format with rows right below the document may come as NDJSON. */
struct vater_str vt_judge_lines_name(const struct vt_judge *judge)
{
  const struct vater_rows *rows = judge->format->plugin->format->rows;
  if (rows == NULL || rows->at[0] != '/' || strchr(rows->at + 1, '/') != NULL)
    return VT_STR_NONE;
  return vt_str(rows->at + 1);
}

static bool is_ndjson(const struct vt_judge *judge, const struct vt_judge_head *head,
                      struct vater_str bytes)
{
  static const char *const types[] = {"application/x-ndjson", "application/ndjson",
                                      "application/jsonl"};
  if (vt_judge_lines_name(judge).len == 0)
    return false;
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (vt_str_equal_nocase(head->media_type, vt_str(types[i])))
      return true;
  return head->media_type.len == 0 && vt_doc_looks_like_lines(bytes);
}

int vt_judge_read(struct vt_judge *judge, const struct vt_judge_head *head, bool *readable,
                  struct vt_error *error)
{
  *readable = false;
  const struct vater_format_ops *format = judge->format->plugin->format;
  struct vater_str bytes = judge->pages[judge->page_count - 1].bytes;
  if (head->media_type.len > 0 && !accepts(format, head->media_type))
    return refuse(judge, "HTTP-TYPE",
                  vt_judge_format(judge, "Content-Type is %.*s",
                                  VT_STR_ARGS(judged_cut(head->media_type, 100))),
                  error);
  if (head->charset.len > 0 && !vt_judge_charset_fits(judge, head->charset))
    return refuse(judge, "HTTP-TYPE",
                  vt_judge_format(judge, "the charset is %.*s, not UTF-8",
                                  VT_STR_ARGS(judged_cut(head->charset, 40))),
                  error);
  /* a file of unknown type that should be JSON is told what its syntax begins with instead */
  struct vater_str other = vt_judge_other_file(bytes);
  if (other.len > 0 && (head->media_type.len > 0 || strcmp(format->syntax, "json") != 0))
    return refuse(judge, "HTTP-TYPE", other, error);
  struct judged_page *page = &judge->pages[judge->page_count - 1];
  page->ndjson = is_ndjson(judge, head, bytes);
  if (page->ndjson && head->framing == VT_FRAMING_CLOSE)
    return refuse(judge, "HTTP-TRUNC",
                  VT_STR("NDJSON has no end of its own: it is sent with a length or in chunks"),
                  error);
  *readable = true;
  return VATER_OK;
}

/* Only a reader that met the end, or a body that does not end as a document does, was cut: any
 * other fault is the sender's. */
bool vt_judge_was_cut(const struct judged_page *page, const struct vt_error *fault)
{
  if (page->framing != VT_FRAMING_CLOSE)
    return false;
  if (strcmp(fault->code, "PAY-SYNTAX") != 0 && strcmp(fault->code, "PAY-TEXT") != 0)
    return false;
  struct vater_str bytes = vt_str_trim(page->bytes);
  if (bytes.len == 0 || fault->offset >= page->bytes.len)
    return true;
  char last = bytes.ptr[bytes.len - 1];
  return last != '}' && last != ']';
}

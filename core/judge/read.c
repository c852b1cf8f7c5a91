#include "judge/judging.h"

static bool accepts(const struct vater_format_ops *format, struct vater_str media_type)
{
  for (const char *const *type = format->media_types; type != NULL && *type != NULL; type++)
    if (vt_str_equal_nocase(media_type, vt_str(*type)))
      return true;
  return false;
}

/* Screened first: what the finding shows of the page is masked where it has hits. */
static int refuse(struct vt_judge *judge, struct vater_str detail, struct vt_error *error)
{
  const struct judged_place place = {.page = judge->page_count - 1};
  vt_screen_bytes(&judge->screen, place.page, judge->pages[place.page].bytes, 0);
  const struct vater_str details[VT_LANGUAGE_COUNT] = {[VT_LANGUAGE_EN] = detail};
  return vt_judge_report(judge, "HTTP-TYPE", &place, VT_NO_ROW, details, error);
}

/* A login page, whatever the header says of it. */
static bool looks_like_html(struct vater_str bytes)
{
  struct vater_str start = vt_str_trim(vt_str_slice(bytes, 0, 64));
  return vt_str_equal_nocase(vt_str_slice(start, 0, 5), VT_STR("<html")) ||
         vt_str_equal_nocase(vt_str_slice(start, 0, 9), VT_STR("<!doctype"));
}

int vt_judge_read(struct vt_judge *judge, const struct vt_judge_head *head, bool *readable,
                  struct vt_error *error)
{
  *readable = false;
  const struct vater_format_ops *format = judge->format->plugin->format;
  struct vater_str bytes = judge->pages[judge->page_count - 1].bytes;
  if (head->media_type.len > 0 && !accepts(format, head->media_type))
    return refuse(judge,
                  vt_judge_format(judge, "Content-Type is %.*s",
                                  VT_STR_ARGS(judged_cut(head->media_type, 100))),
                  error);
  if (head->charset.len > 0 && !vt_str_is(head->charset, "utf-8") &&
      !vt_str_is(head->charset, "us-ascii"))
    return refuse(judge,
                  vt_judge_format(judge, "the charset is %.*s, not UTF-8",
                                  VT_STR_ARGS(judged_cut(head->charset, 40))),
                  error);
  if (head->media_type.len > 0 && looks_like_html(bytes))
    return refuse(judge, VT_STR("the body is an HTML page"), error);
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

#include "base/limits.h"
#include "net/url.h"

struct scan {
  struct vater_str text;
  size_t at;
};

static char peek(const struct scan *scan)
{
  return scan->at < scan->text.len ? scan->text.ptr[scan->at] : '\0';
}

static bool skip(struct scan *scan, char wanted)
{
  while (peek(scan) == ' ' || peek(scan) == '\t')
    scan->at++;
  if (scan->at >= scan->text.len || peek(scan) != wanted)
    return false;
  scan->at++;
  return true;
}

static struct vater_str take_until(struct scan *scan, const char *stops)
{
  size_t start = scan->at;
  while (scan->at < scan->text.len && strchr(stops, peek(scan)) == NULL)
    scan->at++;
  return vt_str_trim(vt_str_slice(scan->text, start, scan->at));
}

/* A token or a quoted string; escapes in it are left as they are, no relation has any. */
static struct vater_str take_value(struct scan *scan)
{
  if (!skip(scan, '"'))
    return take_until(scan, ";, \t");
  size_t start = scan->at;
  while (scan->at < scan->text.len && peek(scan) != '"')
    scan->at += peek(scan) == '\\' ? 2 : 1;
  struct vater_str value = vt_str_slice(scan->text, start, scan->at);
  scan->at++;
  return value;
}

static bool has_relation(struct vater_str relations, const char *wanted)
{
  struct scan words = {relations, 0};
  while (words.at < relations.len) {
    if (vt_str_equal_nocase(take_until(&words, " \t"), vt_str(wanted)))
      return true;
    words.at++;
  }
  return false;
}

/* The parameters of one link; of several rel only the first counts (RFC 8288, 3.3). */
static bool take_parameters(struct scan *scan, const char *relation)
{
  bool seen = false, found = false;
  while (skip(scan, ';')) {
    struct vater_str name = take_until(scan, "=;,");
    struct vater_str value = skip(scan, '=') ? take_value(scan) : VT_STR_NONE;
    if (!vt_str_equal_nocase(name, VT_STR("rel")) || seen)
      continue;
    seen = true;
    found = has_relation(value, relation);
  }
  return found;
}

bool vt_net_link_find(struct vater_str header, const char *relation, struct vater_str *target)
{
  *target = VT_STR_NONE;
  struct scan scan = {header, 0};
  do {
    if (!skip(&scan, '<'))
      return false;
    struct vater_str link = take_until(&scan, ">");
    if (!skip(&scan, '>'))
      return false;
    if (take_parameters(&scan, relation)) {
      *target = link;
      return true;
    }
  } while (skip(&scan, ','));
  return false;
}

void vt_net_pages_init(struct vt_net_pages *pages, struct vt_arena *arena,
                       const struct vt_environment *environment)
{
  uint64_t seed = 0;
  environment->random.fill(environment->random.context, &seed, sizeof seed);
  *pages = (struct vt_net_pages){.arena = arena};
  vt_map_init(&pages->asked, &environment->allocator, (uint32_t)VT_LIMIT_PAGES, seed);
}

void vt_net_pages_fini(struct vt_net_pages *pages)
{
  vt_map_fini(&pages->asked);
}

static int refuse(struct vt_error *error, const char *what, struct vater_str text)
{
  return vt_fail(error, VATER_E_REFUSED, "HTTP-PAGES", "the next page is %s, %.*s", what,
                 text.len > 200 ? 200 : VT_STR_ARGS(text));
}

int vt_net_pages_admit(struct vt_net_pages *pages, struct vater_str url, struct vt_error *error)
{
  struct vt_net_url parsed;
  int status = vt_net_url_parse(url, pages->arena, &parsed, error);
  if (status != VATER_OK)
    return status;
  if (pages->asked.count == 0)
    pages->origin = parsed.origin;
  else if (!vt_str_equal(pages->origin, parsed.origin))
    return refuse(error, "said to be at another host", parsed.origin);
  if (pages->asked.count >= VT_LIMIT_PAGES)
    return vt_fail(error, VATER_E_REFUSED, "HTTP-PAGES",
                   "the delivery has more than %u pages (limit PAGES)", (unsigned)VT_LIMIT_PAGES);
  bool added = false;
  if (vt_map_put(&pages->asked, parsed.text, &added) == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "no memory for the list of pages");
  if (!added)
    return refuse(error, "one that was asked before", parsed.text);
  return VATER_OK;
}

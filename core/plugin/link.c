#include "plugin/http.h"
#include "plugin/url.h"

/* One field value being read (RFC 8288 section 3 and appendix B.2). */
struct reader {
  struct vater_str text;
  size_t at;
};

struct link {
  struct vater_str target, relations, anchor;
  bool has_relations, has_anchor;
};

static bool at_end(const struct reader *reader)
{
  return reader->at >= reader->text.len;
}

static bool take_char(struct reader *reader, char c)
{
  if (at_end(reader) || reader->text.ptr[reader->at] != c)
    return false;
  reader->at++;
  return true;
}

static void skip_blanks(struct reader *reader)
{
  while (take_char(reader, ' ') || take_char(reader, '\t'))
    continue;
}

static struct vater_str take_until(struct reader *reader, const char *ends)
{
  size_t start = reader->at;
  while (!at_end(reader) && strchr(ends, reader->text.ptr[reader->at]) == NULL)
    reader->at++;
  return vt_str_slice(reader->text, start, reader->at);
}

/* A quoted string; escapes stay in it: none of our values has any. */
static bool take_quoted(struct reader *reader, struct vater_str *value)
{
  size_t start = ++reader->at;
  while (!at_end(reader) && reader->text.ptr[reader->at] != '"')
    reader->at += reader->text.ptr[reader->at] == '\\' ? 2 : 1;
  if (at_end(reader))
    return false;
  *value = vt_str_slice(reader->text, start, reader->at++);
  return true;
}

static bool take_parameter(struct reader *reader, struct link *link)
{
  skip_blanks(reader);
  struct vater_str name = vt_str_trim(take_until(reader, "=;,"));
  struct vater_str value = VT_STR_NONE;
  if (take_char(reader, '=')) {
    skip_blanks(reader);
    if (!at_end(reader) && reader->text.ptr[reader->at] == '"') {
      if (!take_quoted(reader, &value))
        return false;
    } else {
      value = vt_str_trim(take_until(reader, ";,"));
    }
  }
  /* the first rel counts, later ones are ignored (section 3.3) */
  if (vt_str_equal_nocase(name, VT_STR("rel")) && !link->has_relations) {
    link->has_relations = true;
    link->relations = value;
  }
  if (vt_str_equal_nocase(name, VT_STR("anchor")) && !link->has_anchor) {
    link->has_anchor = true;
    link->anchor = value;
  }
  return true;
}

/* VATER_DONE at the end of the value. */
static int take_link(struct reader *reader, struct link *link)
{
  *link = (struct link){.has_relations = false};
  skip_blanks(reader);
  while (take_char(reader, ','))
    skip_blanks(reader);
  if (at_end(reader))
    return VATER_DONE;
  if (!take_char(reader, '<'))
    return VATER_E_DECODE;
  link->target = take_until(reader, ">");
  if (!take_char(reader, '>'))
    return VATER_E_DECODE;
  skip_blanks(reader);
  while (take_char(reader, ';')) {
    if (!take_parameter(reader, link))
      return VATER_E_DECODE;
    skip_blanks(reader);
  }
  return at_end(reader) || reader->text.ptr[reader->at] == ',' ? VATER_OK : VATER_E_DECODE;
}

static bool has_relation(const struct link *link, struct vater_str relation)
{
  struct reader words = {link->relations, 0};
  while (!at_end(&words)) {
    skip_blanks(&words);
    if (vt_str_equal_nocase(take_until(&words, " \t"), relation))
      return true;
  }
  return false;
}

static struct vater_str without_fragment(struct vater_str url)
{
  return vt_str_slice(url, 0, vt_str_find(url, VT_STR("#"), 0));
}

static bool is_about(struct vt_arena *arena, const struct link *link, struct vater_str base)
{
  struct vater_str anchor;
  if (!link->has_anchor)
    return true;
  return vt_url_resolve(arena, base, link->anchor, &anchor, NULL) == VATER_OK &&
         vt_str_equal(without_fragment(anchor), without_fragment(base));
}

static int find_in(struct vt_arena *arena, struct vater_str base, struct vater_str value,
                   struct vater_str relation, struct vater_str *url, struct vt_error *error)
{
  struct reader reader = {value, 0};
  struct link link;
  int status = take_link(&reader, &link);
  while (status == VATER_OK && !(has_relation(&link, relation) && is_about(arena, &link, base)))
    status = take_link(&reader, &link);
  if (status == VATER_E_DECODE)
    return vt_fail(error, status, NULL,
                   "the Link header cannot be read at byte %zu (RFC 8288); a next page may be lost",
                   reader.at + 1);
  if (status == VATER_OK)
    status = vt_url_resolve(arena, base, link.target, url, error);
  if (status == VATER_OK)
    *url = without_fragment(*url);
  return status;
}

int vt_response_link(struct vt_arena *arena, const struct vater_response *response,
                     struct vater_str relation, struct vater_str *url, struct vt_error *error)
{
  *url = VT_STR_NONE;
  int status = VATER_DONE;
  for (uint32_t i = 0; i < response->header_count && status == VATER_DONE; i++)
    if (vt_str_equal_nocase(response->headers[i].name, VT_STR("link")))
      status = find_in(arena, response->url, response->headers[i].value, relation, url, error);
  return status;
}

bool vt_response_header(const struct vater_response *response, struct vater_str name,
                        struct vater_str *value)
{
  *value = VT_STR_NONE;
  for (uint32_t i = 0; i < response->header_count; i++) {
    if (!vt_str_equal_nocase(response->headers[i].name, name))
      continue;
    *value = response->headers[i].value;
    return true;
  }
  return false;
}

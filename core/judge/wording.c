#include "judge/wording.h"

#include <string.h>

enum { HOLES_MAX = 3 };

static const struct {
  const char *text[VT_LANGUAGE_COUNT];
  bool part; /* only ever inside another */
} wordings[] = {
#define VT_WORDS(en, nb, nn, part) \
  {{[VT_LANGUAGE_EN] = (en), [VT_LANGUAGE_NB] = (nb), [VT_LANGUAGE_NN] = (nn)}, part},
#define VT_WORDING(en, nb, nn) VT_WORDS(en, nb, nn, false)
#define VT_PHRASE(en, nb, nn) VT_WORDS(en, nb, nn, true)
#include "judge/wording.def"
#undef VT_PHRASE
#undef VT_WORDING
#undef VT_WORDS
};

enum { WORDINGS = sizeof wordings / sizeof *wordings };

/* What stands before the next {}, or all; moves on behind it. False at the end. */
static bool next_part(const char **pattern, struct vater_str *part)
{
  const char *hole = strstr(*pattern, "{}");
  *part = (struct vater_str){*pattern, hole != NULL ? (size_t)(hole - *pattern) : strlen(*pattern)};
  *pattern += part->len + (hole != NULL ? 2 : 0);
  return hole != NULL;
}

/* Whether the pattern is the text's; the last hole's end is the text's own, whatever it holds. */
static bool fits(struct vater_str text, const char *pattern, struct vater_str holes[HOLES_MAX])
{
  struct vater_str part;
  bool more = next_part(&pattern, &part);
  if (!vt_str_starts(text, part))
    return false;
  size_t at = part.len;
  for (unsigned i = 0; more && i < HOLES_MAX; i++) {
    more = next_part(&pattern, &part);
    size_t end = more ? vt_str_find(text, part, at) : text.len - part.len;
    if (part.len > text.len - at || (more && end == text.len) ||
        !vt_str_equal(vt_str_slice(text, end, end + part.len), part))
      return false;
    holes[i] = vt_str_slice(text, at, end);
    at = end + part.len;
  }
  return at == text.len;
}

/* The one that says most itself of those that fit; WORDINGS: none does. */
static size_t find(struct vater_str english, bool part, struct vater_str holes[HOLES_MAX])
{
  size_t found = WORDINGS;
  size_t most = 0;
  for (size_t i = 0; i < WORDINGS; i++) {
    struct vater_str fresh[HOLES_MAX] = {{NULL, 0}};
    const char *pattern = wordings[i].text[VT_LANGUAGE_EN];
    if (wordings[i].part != part || strlen(pattern) <= most || !fits(english, pattern, fresh))
      continue;
    found = i;
    most = strlen(pattern);
    memcpy(holes, fresh, sizeof fresh);
  }
  return found;
}

static size_t put(char *room, size_t size, size_t at, struct vater_str text)
{
  size_t len = text.len < size - at ? text.len : size - at;
  if (len > 0)
    memcpy(room + at, text.ptr, len);
  return at + len;
}

/* What fills a hole, in the language where it has words for it. */
static size_t put_hole(char *room, size_t size, size_t at, struct vater_str hole,
                       enum vt_language language)
{
  struct vater_str holes[HOLES_MAX] = {{NULL, 0}};
  for (size_t i = 0; i < WORDINGS; i++)
    if (vt_str_is(hole, wordings[i].text[VT_LANGUAGE_EN]))
      return put(room, size, at, vt_str(wordings[i].text[language]));
  size_t found = find(hole, true, holes);
  if (found == WORDINGS)
    return put(room, size, at, hole);
  const char *pattern = wordings[found].text[language];
  struct vater_str part;
  for (unsigned i = 0; next_part(&pattern, &part); i++) {
    at = put(room, size, at, part);
    at = put(room, size, at, holes[i]);
  }
  return put(room, size, at, part);
}

struct vater_str vt_wording(struct vater_str english, enum vt_language language, char *room,
                            size_t size)
{
  struct vater_str holes[HOLES_MAX] = {{NULL, 0}};
  size_t found = find(english, false, holes);
  if (found == WORDINGS)
    return english;
  const char *pattern = wordings[found].text[language];
  struct vater_str part;
  size_t at = 0;
  for (unsigned i = 0; next_part(&pattern, &part); i++) {
    bool quoted = part.len > 0 && part.ptr[part.len - 1] == '\'';
    at = put(room, size, at, part);
    at = quoted ? put(room, size, at, holes[i]) : put_hole(room, size, at, holes[i], language);
  }
  at = put(room, size, at, part);
  return (struct vater_str){room, at};
}

/* What a reader says of codes, periods, bytes and the shape of a page has no figure in it. */
static bool has_figures(struct vater_str said)
{
  static const char *const others[] = {"has lost its leading zero",
                                       "digits that were agreed",
                                       "codes that were agreed",
                                       "is a week",
                                       "is no period ",
                                       "is no year, four months, quarter or month",
                                       "stands twice in its dimension",
                                       "is its own descendant",
                                       "is a day",
                                       "_UNKNOWN: ",
                                       "is two weeks",
                                       " year that begins in ",
                                       "cells; the first row has",
                                       "is a half year",
                                       "is not valid UTF-8",
                                       "control character",
                                       " is no character ",
                                       "(limit ",
                                       "measures have no unit",
                                       " cells",
                                       " categories",
                                       " dimensions",
                                       " positions",
                                       "_MISMATCH: ",
                                       "_OUT_OF_RANGE: "};
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (vt_str_find(said, vt_str(others[i]), 0) < said.len)
      return false;
  return true;
}

/* What is quoted is the payload's and says nothing: the words and what fills them unquoted do. */
static bool speaks_of_figures(struct vater_str english)
{
  struct vater_str holes[HOLES_MAX] = {{NULL, 0}};
  size_t found = find(english, false, holes);
  if (found == WORDINGS)
    return has_figures(english);
  const char *pattern = wordings[found].text[VT_LANGUAGE_EN];
  bool figures = has_figures(vt_str(pattern));
  struct vater_str part;
  for (unsigned i = 0; next_part(&pattern, &part); i++) {
    bool quoted = part.len > 0 && part.ptr[part.len - 1] == '\'';
    figures = figures && (quoted || has_figures(holes[i]));
  }
  return figures;
}

/* "1 234,5", "<3", "1E5": digits, and nothing that no number has. */
static bool is_figure(struct vater_str text)
{
  bool digit = false;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool one = c >= '0' && c <= '9';
    digit |= one;
    if (!one && (unsigned char)c < 0x80 && strchr(i == 0 ? "+-<>.,=" : "+-<>.,=eE% ", c) == NULL)
      return false;
  }
  return digit;
}

/* The digits of `part`, which is of `whole`, in its copy. */
static void hide(char *copy, struct vater_str whole, struct vater_str part)
{
  for (size_t i = 0; i < part.len; i++)
    if (part.ptr[i] >= '0' && part.ptr[i] <= '9')
      copy[(size_t)(part.ptr - whole.ptr) + i] = '*';
}

static void hide_quoted(char *copy, struct vater_str whole, struct vater_str part)
{
  for (size_t at = vt_str_find(part, VT_STR("'"), 0); at < part.len;) {
    size_t end = vt_str_find(part, VT_STR("'"), at + 1);
    struct vater_str inside = vt_str_slice(part, at + 1, end);
    if (end < part.len && is_figure(inside))
      hide(copy, whole, inside);
    at = end < part.len && is_figure(inside) ? vt_str_find(part, VT_STR("'"), end + 1) : end;
  }
}

struct vater_str vt_wording_without_figures(struct vt_arena *arena, struct vater_str english)
{
  struct vater_str holes[HOLES_MAX] = {{NULL, 0}};
  struct vater_str copy = vt_arena_copy(arena, english);
  char *bytes = (char *)(uintptr_t)copy.ptr;
  if (copy.ptr == NULL || !speaks_of_figures(english))
    return copy;
  if (find(english, false, holes) == WORDINGS) {
    hide_quoted(bytes, english, english);
    return copy;
  }
  for (size_t i = 0; i < HOLES_MAX; i++) {
    if (is_figure(holes[i]))
      hide(bytes, english, holes[i]);
    else
      hide_quoted(bytes, english, holes[i]);
  }
  return copy;
}

#include "judge/wording.h"

#include <string.h>

enum { HOLES_MAX = 3 };

static const char *const wordings[][VT_LANGUAGE_COUNT] = {
#define VT_WORDING(en, nb, nn) \
  {[VT_LANGUAGE_EN] = (en), [VT_LANGUAGE_NB] = (nb), [VT_LANGUAGE_NN] = (nn)},
#include "judge/wording.def"
#undef VT_WORDING
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

static bool fits(struct vater_str text, const char *pattern, struct vater_str holes[HOLES_MAX])
{
  struct vater_str part;
  bool more = next_part(&pattern, &part);
  if (!vt_str_starts(text, part))
    return false;
  size_t at = part.len;
  for (unsigned i = 0; more && i < HOLES_MAX; i++) {
    more = next_part(&pattern, &part);
    size_t end = part.len == 0 ? text.len : vt_str_find(text, part, at);
    if (part.len > 0 && end == text.len)
      return false;
    holes[i] = vt_str_slice(text, at, end);
    at = end + part.len;
  }
  return at == text.len;
}

static struct vater_str phrase(struct vater_str english, enum vt_language language)
{
  for (size_t i = 0; i < WORDINGS; i++)
    if (vt_str_is(english, wordings[i][VT_LANGUAGE_EN]))
      return vt_str(wordings[i][language]);
  return english;
}

static size_t put(char *room, size_t size, size_t at, struct vater_str text)
{
  size_t len = text.len < size - at ? text.len : size - at;
  if (len > 0)
    memcpy(room + at, text.ptr, len);
  return at + len;
}

struct vater_str vt_wording(struct vater_str english, enum vt_language language, char *room,
                            size_t size)
{
  struct vater_str holes[HOLES_MAX] = {{NULL, 0}};
  size_t found = 0;
  while (found < WORDINGS && !fits(english, wordings[found][VT_LANGUAGE_EN], holes))
    found++;
  if (found == WORDINGS)
    return english;
  const char *pattern = wordings[found][language];
  struct vater_str part;
  size_t at = 0;
  for (unsigned i = 0; next_part(&pattern, &part); i++) {
    at = put(room, size, at, part);
    at = put(room, size, at, phrase(holes[i], language));
  }
  at = put(room, size, at, part);
  return (struct vater_str){room, at};
}

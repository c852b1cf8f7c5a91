#include "oauth2.h"

#include <string.h>

struct text text_new(vater_call *call, size_t room)
{
  struct text text = {.bytes = oauth2_host->alloc(call, room), .room = room};
  text.full = text.bytes == NULL;
  return text;
}

void text_add(struct text *text, struct vater_str part)
{
  if (text->full || part.len > text->room - text->used) {
    text->full = true;
    return;
  }
  if (part.len > 0)
    memcpy(text->bytes + text->used, part.ptr, part.len);
  text->used += part.len;
}

void text_word(struct text *text, const char *word)
{
  text_add(text, (struct vater_str){word, strlen(word)});
}

void text_json(struct text *text, struct vater_str value)
{
  static const char digits[] = "0123456789abcdef";
  text_word(text, "\"");
  for (size_t i = 0; i < value.len; i++) {
    unsigned char c = (unsigned char)value.ptr[i];
    char escaped[] = {'\\', 'u', '0', '0', digits[c >> 4], digits[c & 15]};
    if (c < 0x20 || c == '"' || c == '\\')
      text_add(text, (struct vater_str){escaped, sizeof escaped});
    else
      text_add(text, (struct vater_str){value.ptr + i, 1});
  }
  text_word(text, "\"");
}

void text_number(struct text *text, int64_t number)
{
  char digits[20];
  size_t at = sizeof digits;
  uint64_t left = number < 0 ? 0 : (uint64_t)number;
  do
    digits[--at] = (char)('0' + left % 10);
  while ((left /= 10) > 0);
  text_add(text, (struct vater_str){digits + at, sizeof digits - at});
}

void text_member(struct text *text, const char *name, struct vater_str value)
{
  if (value.len == 0)
    return;
  text_word(text, ",\"");
  text_word(text, name);
  text_word(text, "\":");
  text_json(text, value);
}

int text_done(vater_call *call, const struct text *text, struct vater_str *out)
{
  *out = (struct vater_str){text->bytes, text->used};
  return text->full ? oauth2_host->fail(call, VATER_E_NOMEM, "no room for a text") : VATER_OK;
}

void text_scope(struct text *text, const struct client *client)
{
  struct vater_str scope;
  uint32_t count = oauth2_host->config_count(client->config, "scope");
  for (uint32_t i = 0; i < count; i++)
    if (oauth2_host->config_item(client->config, "scope", i, NULL, &scope)) {
      if (i > 0)
        text_word(text, " ");
      text_add(text, scope);
    }
}

static int compare(struct vater_str a, struct vater_str b)
{
  size_t shorter = a.len < b.len ? a.len : b.len;
  int order = shorter > 0 ? memcmp(a.ptr, b.ptr, shorter) : 0;
  return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

/* The first word of `list` behind `after` and before `best` (none: no bound); `best` otherwise. */
static struct vater_str nearer(struct vater_str list, struct vater_str after, struct vater_str best)
{
  size_t from = 0;
  for (size_t i = 0; i <= list.len; i++) {
    if (i < list.len && list.ptr[i] != ' ')
      continue;
    struct vater_str word = {list.ptr + from, i - from};
    if (word.len > 0 && compare(word, after) > 0 && (best.len == 0 || compare(word, best) < 0))
      best = word;
    from = i + 1;
  }
  return best;
}

void text_scope_set(struct text *text, const struct client *client)
{
  struct vater_str scope, last = {NULL, 0}, next;
  uint32_t count = oauth2_host->config_count(client->config, "scope");
  do {
    next = (struct vater_str){NULL, 0};
    for (uint32_t i = 0; i < count; i++)
      if (oauth2_host->config_item(client->config, "scope", i, NULL, &scope))
        next = nearer(scope, last, next);
    if (next.len > 0 && last.len > 0)
      text_word(text, " ");
    text_add(text, next);
    last = next;
  } while (next.len > 0);
}

bool str_equal(struct vater_str a, struct vater_str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool str_is(struct vater_str text, const char *word)
{
  return str_equal(text, (struct vater_str){word, strlen(word)});
}

static char lower(char c)
{
  return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool str_is_nocase(struct vater_str text, const char *word)
{
  size_t i = 0;
  while (i < text.len && word[i] != '\0' && lower(text.ptr[i]) == lower(word[i]))
    i++;
  return i == text.len && word[i] == '\0';
}

bool str_has(struct vater_str text, const char *part)
{
  return text.len > 0 && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

bool str_starts(struct vater_str text, const char *part)
{
  return text.len >= strlen(part) && memcmp(text.ptr, part, strlen(part)) == 0;
}

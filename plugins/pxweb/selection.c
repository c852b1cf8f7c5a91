#include "pxweb.h"

#include <string.h>

static bool starts(struct vater_str text, const char *start)
{
  size_t len = strlen(start);
  return text.len >= len && memcmp(text.ptr, start, len) == 0;
}

bool pxweb_next_code(struct vater_str *rest, struct vater_str *code)
{
  size_t at = 0;
  unsigned depth = 0;
  if (rest->ptr == NULL)
    return false;
  while (at < rest->len && (rest->ptr[at] != ',' || depth > 0)) {
    depth += rest->ptr[at] == '(';
    depth -= rest->ptr[at] == ')' && depth > 0;
    at++;
  }
  *code = (struct vater_str){rest->ptr, at};
  if (at == rest->len)
    rest->ptr = NULL;
  else
    *rest = (struct vater_str){rest->ptr + at + 1, rest->len - at - 1};
  return true;
}

static bool is_count(struct vater_str text)
{
  bool zero = true;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] < '0' || text.ptr[i] > '9')
      return false;
    zero = zero && text.ptr[i] == '0';
  }
  return text.len > 0 && !zero;
}

bool pxweb_is_selection(struct vater_str code, bool v2, bool alone)
{
  static const char *const names[] = {"top(", "bottom(", "from(", "to(", "range("};
  size_t open = 0, which = 0;
  while (open < code.len && code.ptr[open] >= 'a' && code.ptr[open] <= 'z')
    open++;
  if (open == 0 || open == code.len || code.ptr[open] != '(')
    return true;
  while (which < 5 && !starts(code, names[which]))
    which++;
  if (which == 5 || code.ptr[code.len - 1] != ')' || (!v2 && (which > 0 || !alone)))
    return false;
  struct vater_str inside = {code.ptr + open + 1, code.len - open - 2};
  const char *comma = inside.len > 0 ? memchr(inside.ptr, ',', inside.len) : NULL;
  if (which < 2)
    return is_count((struct vater_str){
        inside.ptr, comma != NULL && v2 ? (size_t)(comma - inside.ptr) : inside.len});
  return inside.len > 0 && (comma != NULL) == (which == 4);
}

#include "cel/function.h"

#include "base/utf8.h"
#include "cel/zone.h"

#define FUNCTION(name)                                                                \
  void vt_cel_fn_##name(struct vt_cel_run *run, const struct vt_cel_value *arguments, \
                        uint32_t count, struct vt_cel_value *out)

static bool charge_text(struct vt_cel_run *run, struct vater_str text, struct vt_cel_value *out)
{
  return vt_cel_charge(run, 1 + text.len / 16, out);
}

/* Searching costs at most the product of both lengths. */
static bool charge_search(struct vt_cel_run *run, struct vater_str text, struct vater_str part,
                          struct vt_cel_value *out)
{
  uint64_t cost = text.len / 16;
  if (part.len > 16)
    cost *= part.len / 16;
  return vt_cel_charge(run, 1 + cost, out);
}

/* The byte where code point `index` begins; false beyond the end. */
static bool byte_at(struct vater_str text, int64_t index, size_t *at)
{
  *at = 0;
  if (index < 0 || (uint64_t)index > text.len)
    return false;
  for (; index > 0 && *at < text.len; index--)
    vt_utf8_next(text, at);
  return index == 0;
}

static void no_index(struct vt_cel_run *run, struct vt_cel_value *out, int64_t index)
{
  vt_cel_raise(run, out, "index out of range: %lld", (long long)index);
}

FUNCTION(size)
{
  const struct vt_cel_value *of = &arguments[0];
  (void)count;
  if (of->kind == VT_CEL_STRING) {
    if (charge_text(run, of->as.text, out))
      *out = vt_cel_int((int64_t)vt_utf8_count(arguments[0].as.text));
  } else if (of->kind == VT_CEL_BYTES) {
    *out = vt_cel_int((int64_t)of->as.text.len);
  } else if (of->kind == VT_CEL_MAP) {
    *out = vt_cel_int(of->as.map->count);
  } else {
    *out = vt_cel_int(vt_cel_list_count(of));
  }
}

/* ---- searching ---------------------------------------------------------------------------- */

FUNCTION(contains)
{
  struct vater_str text = arguments[0].as.text, part = arguments[1].as.text;
  (void)count;
  if (charge_search(run, text, part, out))
    *out = vt_cel_bool(part.len == 0 || vt_str_find(text, part, 0) < text.len);
}

FUNCTION(starts_with)
{
  (void)count;
  if (charge_text(run, arguments[1].as.text, out))
    *out = vt_cel_bool(vt_str_starts(arguments[0].as.text, arguments[1].as.text));
}

FUNCTION(ends_with)
{
  (void)count;
  if (charge_text(run, arguments[1].as.text, out))
    *out = vt_cel_bool(vt_str_ends(arguments[0].as.text, arguments[1].as.text));
}

/* A pattern that is not constant is compiled for this one match. */
FUNCTION(matches)
{
  struct vater_str text = arguments[0].as.text, pattern = arguments[1].as.text;
  struct vt_regex *regex = NULL;
  struct vt_error error = {0};
  bool matched = false;
  (void)count;
  if (!vt_cel_charge(run, 100 + pattern.len, out))
    return;
  if (vt_regex_compile(pattern, VT_REGEX_RE2, &run->allocator, &regex, &error) != VATER_OK)
    vt_cel_raise_error(run, out, &error);
  else if (vt_cel_run_match(run, regex, text, &matched, out))
    *out = vt_cel_bool(matched);
  vt_regex_free(regex);
}

FUNCTION(index_of)
{
  struct vater_str text = arguments[0].as.text, part = arguments[1].as.text;
  int64_t from = count == 3 ? arguments[2].as.integer : 0;
  size_t at;
  if (!charge_search(run, text, part, out))
    return;
  if (!byte_at(text, from, &at)) {
    no_index(run, out, from);
    return;
  }
  size_t found = part.len == 0 ? at : vt_str_find(text, part, at);
  bool any = part.len == 0 || found < text.len;
  *out = vt_cel_int(any ? (int64_t)vt_utf8_count(vt_str_slice(text, 0, found)) : -1);
}

FUNCTION(last_index_of)
{
  struct vater_str text = arguments[0].as.text, part = arguments[1].as.text;
  size_t at = text.len;
  if (!charge_search(run, text, part, out))
    return;
  if (count == 3 && !byte_at(text, arguments[2].as.integer, &at)) {
    no_index(run, out, arguments[2].as.integer);
    return;
  }
  if (part.len > text.len) {
    *out = vt_cel_int(-1);
    return;
  }
  if (at > text.len - part.len)
    at = text.len - part.len;
  for (;; at--) {
    if (part.len == 0 || memcmp(text.ptr + at, part.ptr, part.len) == 0) {
      *out = vt_cel_int((int64_t)vt_utf8_count(vt_str_slice(text, 0, at)));
      return;
    }
    if (at == 0)
      break;
  }
  *out = vt_cel_int(-1);
}

/* ---- parts -------------------------------------------------------------------------------- */

FUNCTION(char_at)
{
  struct vater_str text = arguments[0].as.text;
  int64_t index = arguments[1].as.integer;
  size_t at;
  (void)count;
  if (!charge_text(run, text, out))
    return;
  if (!byte_at(text, index, &at)) {
    no_index(run, out, index);
    return;
  }
  size_t end = at;
  if (at < text.len)
    vt_utf8_next(text, &end);
  vt_cel_give_text(out, VT_CEL_STRING, text.ptr + at, end - at);
}

FUNCTION(substring)
{
  struct vater_str text = arguments[0].as.text;
  int64_t first = arguments[1].as.integer, behind = count == 3 ? arguments[2].as.integer : 0;
  size_t from, to = text.len;
  if (!charge_text(run, text, out))
    return;
  if (!byte_at(text, first, &from))
    no_index(run, out, first);
  else if (count == 3 && !byte_at(text, behind, &to))
    no_index(run, out, behind);
  else if (to < from)
    vt_cel_raise(run, out, "invalid substring range. start: %lld, end: %lld", (long long)first,
                 (long long)behind);
  else
    vt_cel_give_text(out, VT_CEL_STRING, text.ptr + from, to - from);
}

static bool is_space(uint32_t c)
{
  return (c >= 9 && c <= 13) || c == 32 || c == 0x85 || c == 0xa0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f ||
         c == 0x3000;
}

FUNCTION(trim)
{
  struct vater_str text = arguments[0].as.text;
  size_t from = 0, to = 0, at = 0;
  bool begun = false;
  (void)count;
  if (!charge_text(run, text, out))
    return;
  while (at < text.len) {
    size_t start = at;
    if (is_space(vt_utf8_next(text, &at)))
      continue;
    from = begun ? from : start;
    begun = true;
    to = at;
  }
  vt_cel_give_text(out, VT_CEL_STRING, text.ptr + from, to - from);
}

/* ---- changed copies ----------------------------------------------------------------------- */

static void ascii_case(struct vt_cel_run *run, const struct vt_cel_value *arguments, char from,
                       struct vt_cel_value *out)
{
  struct vater_str text = arguments[0].as.text;
  if (!charge_text(run, text, out))
    return;
  char *bytes = vt_cel_alloc_bytes(run, text.len, out);
  if (bytes == NULL)
    return;
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bytes[i] = c >= from && c <= from + 25 ? (char)(c ^ 0x20) : c;
  }
  vt_cel_give_text(out, VT_CEL_STRING, bytes, text.len);
}

FUNCTION(lower_ascii)
{
  (void)count;
  ascii_case(run, arguments, 'A', out);
}

FUNCTION(upper_ascii)
{
  (void)count;
  ascii_case(run, arguments, 'a', out);
}

FUNCTION(reverse_text)
{
  struct vater_str text = arguments[0].as.text;
  (void)count;
  if (!charge_text(run, text, out))
    return;
  char *bytes = vt_cel_alloc_bytes(run, text.len, out);
  if (bytes == NULL)
    return;
  for (size_t at = 0; at < text.len;) {
    size_t start = at;
    vt_utf8_next(text, &at);
    memcpy(bytes + text.len - at, text.ptr + start, at - start);
  }
  vt_cel_give_text(out, VT_CEL_STRING, bytes, text.len);
}

/* Where the next separator is; an empty one stands between code points. */
static size_t next_part(struct vater_str text, struct vater_str part, size_t from)
{
  if (part.len > 0)
    return vt_str_find(text, part, from);
  if (from < text.len)
    vt_utf8_next(text, &from);
  return from;
}

FUNCTION(replace)
{
  struct vater_str text = arguments[0].as.text, old = arguments[1].as.text;
  struct vater_str by = arguments[2].as.text;
  int64_t limit = count == 4 ? arguments[3].as.integer : -1;
  struct vt_cel_text made = {.run = run, .out = out};
  size_t at = 0;
  if (!charge_search(run, text, old, out))
    return;
  if (old.len == 0 && limit != 0) {
    vt_cel_text_add(&made, by);
    limit--;
  }
  while (limit != 0 && at < text.len) {
    size_t found = next_part(text, old, at);
    if (found >= text.len && (old.len > 0 || found > text.len))
      break;
    vt_cel_text_add(&made, vt_str_slice(text, at, found));
    vt_cel_text_add(&made, by);
    at = found + old.len;
    limit--;
    if (made.failed || !vt_cel_charge(run, 1, out))
      return;
  }
  vt_cel_text_add(&made, vt_str_slice(text, at, text.len));
  vt_cel_text_end(&made, VT_CEL_STRING);
}

/* How many parts there are, at most `limit`. */
static uint64_t count_parts(struct vater_str text, struct vater_str separator, uint64_t limit)
{
  uint64_t parts = 1;
  if (separator.len == 0)
    parts = vt_utf8_count(text);
  else
    for (size_t at = vt_str_find(text, separator, 0); at < text.len;
         at = vt_str_find(text, separator, at + separator.len))
      parts++;
  return parts < limit ? parts : limit;
}

FUNCTION(split)
{
  struct vater_str text = arguments[0].as.text, separator = arguments[1].as.text;
  int64_t limit = count == 3 ? arguments[2].as.integer : -1;
  if (!charge_search(run, text, separator, out))
    return;
  uint64_t parts = count_parts(text, separator, limit < 0 ? UINT32_MAX : (uint64_t)limit);
  if (!vt_cel_charge(run, parts, out))
    return;
  struct vt_cel_value *items = vt_cel_alloc(run, parts, sizeof *items, out);
  if (items == NULL)
    return;
  size_t at = 0;
  for (uint64_t i = 0; i < parts; i++) {
    size_t found = i + 1 < parts ? next_part(text, separator, at) : text.len;
    items[i] = vt_cel_string(vt_str_slice(text, at, found));
    at = found + separator.len;
  }
  vt_cel_give_list(run, out, items, (uint32_t)parts);
}

FUNCTION(join)
{
  const struct vt_cel_value list = arguments[0];
  struct vater_str between = count == 2 ? arguments[1].as.text : VT_STR_NONE;
  struct vt_cel_text made = {.run = run, .out = out};
  for (uint32_t i = 0; i < vt_cel_list_count(&list); i++) {
    struct vt_cel_value item = vt_cel_list_item(&list, i);
    if (item.kind != VT_CEL_STRING) {
      vt_cel_raise_overload(run, out, VT_STR("join"), &item, 1);
      return;
    }
    if (!vt_cel_charge(run, 1, out))
      return;
    if (i > 0)
      vt_cel_text_add(&made, between);
    vt_cel_text_add(&made, item.as.text);
  }
  vt_cel_text_end(&made, VT_CEL_STRING);
}

FUNCTION(quote)
{
  static const char special[] = "\a\b\f\n\r\t\v\"\\";
  static const char letters[] = "abfnrtv\"\\";
  struct vater_str text = arguments[0].as.text;
  struct vt_cel_text made = {.run = run, .out = out};
  (void)count;
  if (!charge_text(run, text, out))
    return;
  vt_cel_text_add(&made, VT_STR("\""));
  size_t from = 0;
  for (size_t i = 0; i < text.len; i++) {
    const char *found = text.ptr[i] != '\0' ? strchr(special, text.ptr[i]) : NULL;
    if (found == NULL)
      continue;
    const char escape[] = {'\\', letters[found - special]};
    vt_cel_text_add(&made, vt_str_slice(text, from, i));
    vt_cel_text_add(&made, (struct vater_str){escape, 2});
    from = i + 1;
  }
  vt_cel_text_add(&made, vt_str_slice(text, from, text.len));
  vt_cel_text_add(&made, VT_STR("\""));
  vt_cel_text_end(&made, VT_CEL_STRING);
}

/* ---- base64 ------------------------------------------------------------------------------- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

FUNCTION(base64_encode)
{
  struct vater_str from = arguments[0].as.text;
  (void)count;
  if (!charge_text(run, from, out))
    return;
  char *bytes = vt_cel_alloc_bytes(run, (from.len + 2) / 3 * 4, out);
  if (bytes == NULL)
    return;
  size_t at = 0;
  for (size_t i = 0; i < from.len; i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; k++)
      three = three << 8 | (i + k < from.len ? (unsigned char)from.ptr[i + k] : 0u);
    for (size_t k = 0; k < 4; k++)
      bytes[at++] = i + k <= from.len ? alphabet[three >> (18 - 6 * k) & 63] : '=';
  }
  vt_cel_give_text(out, VT_CEL_STRING, bytes, at);
}

FUNCTION(base64_decode)
{
  struct vater_str from = arguments[0].as.text;
  (void)count;
  if (!charge_text(run, from, out))
    return;
  char *bytes = vt_cel_alloc_bytes(run, from.len + 1, out);
  if (bytes == NULL)
    return;
  size_t len = from.len, padding = 0;
  while (len > 0 && padding < 2 && from.ptr[len - 1] == '=') {
    len--;
    padding++;
  }
  bool wrong = len % 4 == 1 || (padding > 0 && (len + padding) % 4 != 0);
  size_t at = 0;
  uint32_t bits = 0;
  for (size_t i = 0; i < len && !wrong; i++) {
    const char *found = from.ptr[i] != '\0' ? strchr(alphabet, from.ptr[i]) : NULL;
    wrong = found == NULL;
    bits = bits << 6 | (found != NULL ? (uint32_t)(found - alphabet) : 0u);
    if (i % 4 > 0)
      bytes[at++] = (char)(bits >> (i % 4 == 1 ? 4 : i % 4 == 2 ? 2 : 0));
  }
  if (wrong)
    vt_cel_raise(run, out, "the text is no base64");
  else
    vt_cel_give_text(out, VT_CEL_BYTES, bytes, at);
}

#include "cel/function.h"

#include "base/number.h"
#include "base/utf8.h"
#include "cel/time.h"

#include <math.h>
#include <stdio.h>

enum { PRECISION = 6, LARGEST_PRECISION = 1000 };

/* ---- values as text ----------------------------------------------------------------------- */

size_t vt_cel_double_text(double number, char out[40])
{
  if (isnan(number)) {
    memcpy(out, "NaN", 3);
    return 3;
  }
  if (isinf(number)) {
    memcpy(out, number < 0 ? "-Infinity" : "Infinity", 9);
    return number < 0 ? 9 : 8;
  }
  return vt_number_print(number, out);
}

static bool add_plain(struct vt_cel_text *text, const struct vt_cel_value *value)
{
  char small[VT_CEL_TIME_TEXT];
  size_t len = 0;
  switch ((enum vt_cel_kind)value->kind) {
  case VT_CEL_NULL:
    vt_cel_text_add(text, VT_STR("null"));
    return true;
  case VT_CEL_BOOL:
    vt_cel_text_add(text, value->as.truth ? VT_STR("true") : VT_STR("false"));
    return true;
  case VT_CEL_STRING:
  case VT_CEL_BYTES:
  case VT_CEL_TYPE:
    vt_cel_text_add(text, value->as.text);
    return true;
  case VT_CEL_INT:
    len = (size_t)snprintf(small, sizeof small, "%lld", (long long)value->as.integer);
    break;
  case VT_CEL_UINT:
    len = (size_t)snprintf(small, sizeof small, "%llu", (unsigned long long)value->as.natural);
    break;
  case VT_CEL_DOUBLE:
    len = vt_cel_double_text(value->as.number, small);
    break;
  case VT_CEL_TIMESTAMP:
    len = vt_cel_timestamp_print(value->as.time, small);
    break;
  case VT_CEL_DURATION:
    len = vt_cel_duration_print(value->as.time, small);
    break;
  default:
    return false;
  }
  vt_cel_text_add(text, (struct vater_str){small, len});
  return true;
}

static bool add_list(struct vt_cel_text *text, const struct vt_cel_value *list)
{
  vt_cel_text_add(text, VT_STR("["));
  for (uint32_t i = 0; i < vt_cel_list_count(list); i++) {
    struct vt_cel_value item = vt_cel_list_item(list, i);
    if (i > 0)
      vt_cel_text_add(text, VT_STR(", "));
    if (!vt_cel_text_value(text, &item, true))
      return false;
  }
  vt_cel_text_add(text, VT_STR("]"));
  return true;
}

struct pair {
  struct vater_str key;
  const struct vt_cel_value *value;
};

/* Entries in the order of their keys' text, so that a map prints the same way each time. */
static bool sort_entries(struct vt_cel_text *text, const struct vt_cel_map *map, struct pair *pairs)
{
  for (uint32_t i = 0; i < map->count; i++) {
    struct vt_cel_value made = {0};
    struct vt_cel_text key = {.run = text->run, .out = &made};
    if (!vt_cel_text_value(&key, &map->entries[i].key, true) || key.failed ||
        !vt_cel_charge(text->run, i + 1, &made)) {
      *text->out = made;
      text->failed = true;
      return false;
    }
    struct pair pair = {{key.bytes, key.len}, &map->entries[i].value};
    uint32_t at = i;
    for (; at > 0 && vt_str_compare(pairs[at - 1].key, pair.key) > 0; at--)
      pairs[at] = pairs[at - 1];
    pairs[at] = pair;
  }
  return true;
}

static bool add_map(struct vt_cel_text *text, const struct vt_cel_map *map)
{
  struct pair *pairs = vt_cel_alloc(text->run, map->count, sizeof *pairs, text->out);
  if (pairs == NULL) {
    text->failed = true;
    return false;
  }
  if (!sort_entries(text, map, pairs))
    return false;
  vt_cel_text_add(text, VT_STR("{"));
  for (uint32_t i = 0; i < map->count; i++) {
    if (i > 0)
      vt_cel_text_add(text, VT_STR(", "));
    vt_cel_text_add(text, pairs[i].key);
    vt_cel_text_add(text, VT_STR(": "));
    if (!vt_cel_text_value(text, pairs[i].value, true))
      return false;
  }
  vt_cel_text_add(text, VT_STR("}"));
  return true;
}

bool vt_cel_text_value(struct vt_cel_text *text, const struct vt_cel_value *value, bool nested)
{
  if (text->failed)
    return false;
  if (!vt_cel_charge(text->run, 1, text->out)) {
    text->failed = true;
    return false;
  }
  if (add_plain(text, value))
    return true;
  if (nested && vt_cel_is_list(value))
    return add_list(text, value);
  if (nested && value->kind == VT_CEL_MAP)
    return add_map(text, value->as.map);
  vt_cel_raise(text->run, text->out, "a value of type %.*s has no text",
               VT_STR_ARGS(vt_cel_kind_name(value)));
  text->failed = true;
  return false;
}

/* ---- format() ----------------------------------------------------------------------------- */

struct formatting {
  struct vt_cel_text text;
  struct vater_str format;
  size_t at;
  struct vt_cel_value list;
  uint32_t next;
};

static void fail(struct formatting *in, const char *what, const struct vt_cel_value *value)
{
  vt_cel_raise(in->text.run, in->text.out, "format(): %s, not %.*s", what,
               VT_STR_ARGS(vt_cel_kind_name(value)));
  in->text.failed = true;
}

static void add_bytes(struct formatting *in, const char *bytes, size_t len)
{
  vt_cel_text_add(&in->text, (struct vater_str){bytes, len});
}

static bool special(struct formatting *in, const struct vt_cel_value *value)
{
  if (value->kind != VT_CEL_DOUBLE || isfinite(value->as.number))
    return false;
  char small[40];
  add_bytes(in, small, vt_cel_double_text(value->as.number, small));
  return true;
}

static void add_fixed(struct formatting *in, const struct vt_cel_value *value, char verb,
                      int precision)
{
  char out[LARGEST_PRECISION + 400];
  double number = value->as.number;
  if (special(in, value))
    return;
  if (value->kind == VT_CEL_INT)
    number = (double)value->as.integer;
  else if (value->kind == VT_CEL_UINT)
    number = (double)value->as.natural;
  else if (value->kind != VT_CEL_DOUBLE) {
    fail(in, verb == 'e' ? "%e wants a number" : "%f wants a number", value);
    return;
  }
  int len = snprintf(out, sizeof out, verb == 'e' ? "%.*e" : "%.*f", precision, number);
  add_bytes(in, out, (size_t)len);
}

static void add_digits(struct formatting *in, uint64_t number, bool negative, unsigned bits,
                       bool upper)
{
  const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
  char out[72];
  size_t at = sizeof out;
  do {
    out[--at] = digits[number & ((1u << bits) - 1)];
    number >>= bits;
  } while (number > 0);
  if (negative)
    out[--at] = '-';
  add_bytes(in, out + at, sizeof out - at);
}

static bool add_whole(struct formatting *in, const struct vt_cel_value *value, unsigned bits,
                      bool upper)
{
  if (value->kind == VT_CEL_UINT) {
    add_digits(in, value->as.natural, false, bits, upper);
    return true;
  }
  if (value->kind != VT_CEL_INT)
    return false;
  int64_t integer = value->as.integer;
  add_digits(in, integer < 0 ? 0 - (uint64_t)integer : (uint64_t)integer, integer < 0, bits, upper);
  return true;
}

static void add_hex(struct formatting *in, const struct vt_cel_value *value, bool upper)
{
  if (add_whole(in, value, 4, upper))
    return;
  if (value->kind != VT_CEL_STRING && value->kind != VT_CEL_BYTES) {
    fail(in, "%x wants an integer, a string or bytes", value);
    return;
  }
  for (size_t i = 0; i < value->as.text.len && !in->text.failed; i++) {
    unsigned char byte = (unsigned char)value->as.text.ptr[i];
    char two[3];
    snprintf(two, sizeof two, upper ? "%02X" : "%02x", byte);
    add_bytes(in, two, 2);
  }
}

static void add_clause(struct formatting *in, char verb, int precision,
                       const struct vt_cel_value *value)
{
  switch (verb) {
  case 's':
    vt_cel_text_value(&in->text, value, true);
    break;
  case 'd':
    if (special(in, value))
      break;
    if (value->kind != VT_CEL_INT && value->kind != VT_CEL_UINT)
      fail(in, "%d wants an integer", value);
    else
      vt_cel_text_value(&in->text, value, false);
    break;
  case 'e':
  case 'f':
    add_fixed(in, value, verb, precision);
    break;
  case 'b':
    if (value->kind == VT_CEL_BOOL)
      add_bytes(in, value->as.truth ? "1" : "0", 1);
    else if (!add_whole(in, value, 1, false))
      fail(in, "%b wants an integer or a bool", value);
    break;
  case 'o':
    if (!add_whole(in, value, 3, false))
      fail(in, "%o wants an integer", value);
    break;
  default:
    add_hex(in, value, verb == 'X');
    break;
  }
}

/* "%", then ".3", then a letter; in->at is behind the '%'. */
static void read_clause(struct formatting *in)
{
  struct vater_str format = in->format;
  int precision = PRECISION;
  if (in->at < format.len && format.ptr[in->at] == '.') {
    precision = 0;
    for (in->at++; in->at < format.len && format.ptr[in->at] >= '0' && format.ptr[in->at] <= '9';
         in->at++)
      precision =
          precision > LARGEST_PRECISION ? precision : precision * 10 + (format.ptr[in->at] - '0');
  }
  char verb = in->at < format.len ? format.ptr[in->at++] : '\0';
  struct vt_cel_run *run = in->text.run;
  if (verb == '\0' || strchr("sdefboxX", verb) == NULL) {
    vt_cel_raise(run, in->text.out, "format(): '%%' wants one of s d e f b o x X %% behind it");
    in->text.failed = true;
  } else if (precision > LARGEST_PRECISION) {
    vt_cel_raise(run, in->text.out, "format(): a precision above %d", LARGEST_PRECISION);
    in->text.failed = true;
  } else if (in->next >= vt_cel_list_count(&in->list)) {
    vt_cel_raise(run, in->text.out, "format(): index %u out of range", (unsigned)in->next);
    in->text.failed = true;
  } else {
    struct vt_cel_value value = vt_cel_list_item(&in->list, in->next++);
    add_clause(in, verb, precision, &value);
  }
}

void vt_cel_fn_format(struct vt_cel_run *run, const struct vt_cel_value *arguments, uint32_t count,
                      struct vt_cel_value *out)
{
  struct formatting in = {
      .text = {.run = run, .out = out}, .format = arguments[0].as.text, .list = arguments[1]};
  (void)count;
  while (in.at < in.format.len && !in.text.failed) {
    size_t found = vt_str_find(in.format, VT_STR("%"), in.at);
    vt_cel_text_add(&in.text, vt_str_slice(in.format, in.at, found));
    in.at = found + 1;
    if (found >= in.format.len)
      break;
    if (in.at < in.format.len && in.format.ptr[in.at] == '%') {
      vt_cel_text_add(&in.text, VT_STR("%"));
      in.at++;
    } else {
      read_clause(&in);
    }
  }
  vt_cel_text_end(&in.text, VT_CEL_STRING);
}

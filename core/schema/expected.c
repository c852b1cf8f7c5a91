#include "schema/run.h"

#include <ctype.h>
#include <stdio.h>

struct writer {
  char *out;
  size_t size, len;
  bool full;
};

static void put(struct writer *writer, struct vater_str text)
{
  static const char more[] = "…";
  if (writer->full)
    return;
  if (writer->len + text.len + sizeof more > writer->size) {
    size_t take = writer->size - sizeof more - writer->len;
    while (take > 0 && ((unsigned char)text.ptr[take] & 0xC0) == 0x80)
      take--;
    memcpy(writer->out + writer->len, text.ptr, take);
    memcpy(writer->out + writer->len + take, more, sizeof more - 1);
    writer->len += take + sizeof more - 1;
    writer->full = true;
    return;
  }
  if (text.len > 0)
    memcpy(writer->out + writer->len, text.ptr, text.len);
  writer->len += text.len;
}

static void put_next(struct writer *writer, struct vater_str text)
{
  if (writer->len > 0)
    put(writer, VT_STR(", "));
  put(writer, text);
}

/* What a list of words would not show as one: ",", " ", "". */
static bool needs_quotes(struct vater_str text)
{
  bool word = false;
  for (size_t i = 0; i < text.len; i++) {
    if (text.ptr[i] == ',' || text.ptr[i] == ' ')
      return true;
    word |= isalnum((unsigned char)text.ptr[i]) || (unsigned char)text.ptr[i] >= 0x80;
  }
  return !word;
}

static void put_choice(struct writer *writer, struct vater_str text)
{
  if (!needs_quotes(text)) {
    put_next(writer, text);
    return;
  }
  put_next(writer, VT_STR("\""));
  put(writer, text);
  put(writer, VT_STR("\""));
}

struct vater_str vt_expected_types(uint8_t types, char *out, size_t size)
{
  static const char *const names[] = {"null",   "boolean", "object", "array",
                                      "string", "number",  "integer"};
  struct writer writer = {.out = out, .size = size};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if ((types >> i & 1) != 0)
      put_next(&writer, vt_str(names[i]));
  return (struct vater_str){out, writer.len};
}

struct vater_str vt_expected_choices(const struct vt_choices *choices, char *out, size_t size)
{
  struct writer writer = {.out = out, .size = size};
  for (uint32_t i = 0; i < choices->count && !writer.full; i++) {
    const struct vt_choice *choice = &choices->items[i];
    static const struct vater_str fixed[] = {[VT_DOC_OBJECT] = {"{…}", sizeof "{…}" - 1},
                                             [VT_DOC_LIST] = {"[…]", sizeof "[…]" - 1},
                                             [VT_DOC_TRUE] = {"true", 4},
                                             [VT_DOC_FALSE] = {"false", 5},
                                             [VT_DOC_NULL] = {"null", 4}};
    bool written = choice->kind == VT_DOC_TEXT || choice->kind == VT_DOC_NUMBER;
    if (choice->kind == VT_DOC_TEXT)
      put_choice(&writer, choice->text);
    else
      put_next(&writer, written ? choice->text : fixed[choice->kind]);
  }
  return (struct vater_str){out, writer.len};
}

struct vater_str vt_expected_number(uint64_t number, char *out, size_t size)
{
  int len = snprintf(out, size, "%llu", (unsigned long long)number);
  return (struct vater_str){out, len > 0 && (size_t)len < size ? (size_t)len : 0};
}

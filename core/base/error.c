#include "base/error.h"

#include <stdio.h>

static size_t cut_at_code_point(const char *text, size_t len)
{
  size_t at = len;
  while (at > 0 && ((unsigned char)text[at] & 0xc0) == 0x80)
    at--;
  return at;
}

void vt_text_copy(char *to, size_t size, struct vater_str from)
{
  size_t len = from.len;
  if (len > size - 1)
    len = cut_at_code_point(from.ptr, size - 1);
  if (len > 0)
    memcpy(to, from.ptr, len);
  to[len] = '\0';
}

static void one_line(char *text)
{
  for (unsigned char *at = (unsigned char *)text; *at != '\0'; at++)
    if (*at < 0x20 || *at == 0x7f)
      *at = ' ';
}

static void drop_cut_code_point(char *text, size_t size, int wanted)
{
  if (wanted < 0) {
    text[0] = '\0';
    return;
  }
  if ((size_t)wanted < size)
    return;
  size_t len = strlen(text);
  size_t start = len;
  while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
    start--;
  if (start > 0 && ((unsigned char)text[start - 1] & 0x80) != 0)
    text[start - 1] = '\0';
}

int vt_fail_v(struct vt_error *error, int status, const char *code, const char *format,
              va_list arguments)
{
  if (error == NULL || error->status != VATER_OK)
    return status;
  error->status = status;
  if (code != NULL)
    vt_text_copy(error->code, sizeof error->code, vt_str(code));
  int wanted = vsnprintf(error->text, sizeof error->text, format, arguments);
  drop_cut_code_point(error->text, sizeof error->text, wanted);
  one_line(error->text);
  return status;
}

int vt_fail(struct vt_error *error, int status, const char *code, const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vt_fail_v(error, status, code, format, arguments);
  va_end(arguments);
  return status;
}

void vt_error_prefix(struct vt_error *error, const char *format, ...)
{
  if (error == NULL || error->status == VATER_OK)
    return;
  char text[sizeof error->text];
  va_list arguments;
  va_start(arguments, format);
  int used = vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (used < 0 || (size_t)used >= sizeof text)
    return;
  int wanted = snprintf(text + used, sizeof text - (size_t)used, ": %s", error->text);
  drop_cut_code_point(text, sizeof text, wanted < 0 ? wanted : wanted + used);
  one_line(text);
  memcpy(error->text, text, sizeof text);
}

void vt_error_at(struct vt_error *error, struct vater_str source, uint32_t line, uint32_t column)
{
  if (error == NULL || error->source[0] != '\0')
    return;
  vt_text_copy(error->source, sizeof error->source, source);
  one_line(error->source);
  error->line = line;
  error->column = column;
}

void vt_error_pointer(struct vt_error *error, struct vater_str pointer)
{
  if (error != NULL && error->pointer[0] == '\0')
    vt_text_copy(error->pointer, sizeof error->pointer, pointer);
}

void vt_error_clear(struct vt_error *error)
{
  if (error != NULL)
    *error = (struct vt_error){0};
}

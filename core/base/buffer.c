#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>

void vt_buffer_init(struct vt_buffer *buffer, const struct vt_allocator *allocator, size_t limit)
{
  *buffer = (struct vt_buffer){.allocator = *allocator, .limit = limit};
}

void vt_buffer_fini(struct vt_buffer *buffer)
{
  vt_free(&buffer->allocator, buffer->bytes);
  buffer->bytes = NULL;
  buffer->len = buffer->room = 0;
}

void vt_buffer_reset(struct vt_buffer *buffer)
{
  buffer->len = 0;
  buffer->failed = buffer->starved = false;
}

static int reserve(struct vt_buffer *buffer, size_t size)
{
  if (buffer->failed)
    return buffer->starved ? VATER_E_NOMEM : VATER_E_LIMIT;
  if (size > buffer->limit || buffer->len > buffer->limit - size) {
    buffer->failed = true;
    return VATER_E_LIMIT;
  }
  size_t wanted = buffer->len + size;
  if (wanted <= buffer->room)
    return VATER_OK;
  size_t room = buffer->room == 0 ? 256 : buffer->room;
  while (room < wanted)
    room = room > SIZE_MAX / 2 ? wanted : room * 2;
  if (room > buffer->limit)
    room = buffer->limit;
  char *bytes = vt_resize(&buffer->allocator, buffer->bytes, room);
  if (bytes == NULL) {
    buffer->failed = buffer->starved = true;
    return VATER_E_NOMEM;
  }
  buffer->bytes = bytes;
  buffer->room = room;
  return VATER_OK;
}

int vt_buffer_append(struct vt_buffer *buffer, struct vater_str text)
{
  int status = reserve(buffer, text.len);
  if (status != VATER_OK)
    return status;
  if (text.len > 0)
    memcpy(buffer->bytes + buffer->len, text.ptr, text.len);
  buffer->len += text.len;
  return VATER_OK;
}

int vt_buffer_char(struct vt_buffer *buffer, char c)
{
  return vt_buffer_append(buffer, (struct vater_str){&c, 1});
}

int vt_buffer_text(struct vt_buffer *buffer, const char *text)
{
  return vt_buffer_append(buffer, vt_str(text));
}

int vt_buffer_format(struct vt_buffer *buffer, const char *format, ...)
{
  char small[256];
  va_list arguments;
  va_start(arguments, format);
  va_list again;
  va_copy(again, arguments);
  int size = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  int status = VATER_E_BUG;
  if (size >= 0 && (size_t)size < sizeof small) {
    status = vt_buffer_append(buffer, (struct vater_str){small, (size_t)size});
  } else if (size >= 0 && (status = reserve(buffer, (size_t)size + 1)) == VATER_OK) {
    vsnprintf(buffer->bytes + buffer->len, (size_t)size + 1, format, again);
    buffer->len += (size_t)size;
  }
  va_end(again);
  return status;
}

char *vt_buffer_extend(struct vt_buffer *buffer, size_t size)
{
  size_t wanted = size == 0 && buffer->room == 0 ? 1 : size; /* nothing has a place, too */
  if (reserve(buffer, wanted) != VATER_OK)
    return NULL;
  char *at = buffer->bytes + buffer->len;
  buffer->len += size;
  return at;
}

struct vater_str vt_buffer_str(const struct vt_buffer *buffer)
{
  return (struct vater_str){buffer->bytes, buffer->len};
}

#include "base/pack.h"

void vt_pack_number(struct vt_buffer *out, uint64_t number)
{
  vt_buffer_append(out, (struct vater_str){(const char *)&number, sizeof number});
}

void vt_pack_text(struct vt_buffer *out, struct vater_str text)
{
  vt_pack_number(out, text.len);
  vt_buffer_append(out, text);
}

static struct vater_str take(struct vt_unpack *from, size_t size)
{
  if (from->failed || size > from->rest.len) {
    from->failed = true;
    return VT_STR_NONE;
  }
  struct vater_str taken = {from->rest.ptr, size};
  from->rest.ptr += size;
  from->rest.len -= size;
  return taken;
}

uint64_t vt_unpack_number(struct vt_unpack *from)
{
  uint64_t number = 0;
  struct vater_str bytes = take(from, sizeof number);
  if (bytes.len == sizeof number)
    memcpy(&number, bytes.ptr, sizeof number);
  return number;
}

struct vater_str vt_unpack_text(struct vt_unpack *from)
{
  uint64_t len = vt_unpack_number(from);
  if (len > from->rest.len)
    from->failed = true;
  struct vater_str text = take(from, (size_t)len);
  return text.len == 0 ? VT_STR_NONE : text;
}

size_t vt_unpack_count(struct vt_unpack *from, size_t least)
{
  uint64_t count = vt_unpack_number(from);
  if (count > from->rest.len / least)
    from->failed = true;
  return from->failed ? 0 : (size_t)count;
}

bool vt_unpack_done(const struct vt_unpack *from)
{
  return !from->failed && from->rest.len == 0;
}

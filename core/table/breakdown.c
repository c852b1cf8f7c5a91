#include "table/breakdown.h"

void vt_breakdown_reset(struct vt_breakdown *breakdown)
{
  breakdown->count = breakdown->used = 0;
}

static bool append_escaped(struct vt_breakdown *breakdown, struct vater_str text)
{
  static const char hex[] = "0123456789ABCDEF";
  for (size_t i = 0; i < text.len; i++) {
    char c = text.ptr[i];
    bool special = c == '%' || c == ';' || c == '=';
    if (breakdown->used + (special ? 3u : 1u) > VT_BREAKDOWN_BYTES)
      return false;
    char *at = breakdown->bytes + breakdown->used;
    at[0] = special ? '%' : c;
    if (special) {
      at[1] = hex[(unsigned char)c >> 4];
      at[2] = hex[(unsigned char)c & 15];
    }
    breakdown->used += special ? 3 : 1;
  }
  return true;
}

static struct vater_str name_of(const struct vt_breakdown *breakdown, uint32_t index)
{
  size_t from = breakdown->dimensions[index].name;
  return (struct vater_str){breakdown->bytes + from, breakdown->dimensions[index].value - from};
}

/* Moves the last dimension to its place; false where its name is there already. */
static bool sort_in(struct vt_breakdown *breakdown)
{
  uint32_t at = breakdown->count - 1;
  for (; at > 0; at--) {
    int order = vt_str_compare(name_of(breakdown, at - 1), name_of(breakdown, at));
    if (order == 0)
      return false;
    if (order < 0)
      break;
    struct vt_breakdown_part before = breakdown->dimensions[at - 1];
    breakdown->dimensions[at - 1] = breakdown->dimensions[at];
    breakdown->dimensions[at] = before;
  }
  return true;
}

int vt_breakdown_add(struct vt_breakdown *breakdown, struct vater_str name, struct vater_str value,
                     struct vt_error *error)
{
  if (breakdown->count >= VT_BREAKDOWN_DIMENSIONS)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT",
                   "a breakdown has more than %d dimensions (limit BREAKDOWN_DIMENSIONS)",
                   VT_BREAKDOWN_DIMENSIONS);
  struct vt_breakdown_part *dimension = &breakdown->dimensions[breakdown->count];
  dimension->name = (uint16_t)breakdown->used;
  bool fits = append_escaped(breakdown, name);
  dimension->value = (uint16_t)breakdown->used;
  fits = fits && append_escaped(breakdown, value);
  dimension->end = (uint16_t)breakdown->used;
  if (!fits)
    return vt_fail(error, VATER_E_LIMIT, "PAY-LIMIT",
                   "a breakdown is longer than %d bytes (limit BREAKDOWN_BYTES)",
                   VT_BREAKDOWN_BYTES);
  breakdown->count++;
  if (!sort_in(breakdown))
    return vt_fail(error, VATER_E_DECODE, "PAY-DUPKEY", "a breakdown names a dimension twice");
  return VATER_OK;
}

struct vater_str vt_breakdown_text(struct vt_breakdown *breakdown)
{
  char *out = breakdown->canonical;
  for (uint32_t i = 0; i < breakdown->count; i++) {
    const struct vt_breakdown_part *dimension = &breakdown->dimensions[i];
    size_t name = (size_t)(dimension->value - dimension->name);
    size_t value = (size_t)(dimension->end - dimension->value);
    if (i > 0)
      *out++ = ';';
    memcpy(out, breakdown->bytes + dimension->name, name);
    out += name;
    *out++ = '=';
    memcpy(out, breakdown->bytes + dimension->value, value);
    out += value;
  }
  return (struct vater_str){breakdown->canonical, (size_t)(out - breakdown->canonical)};
}

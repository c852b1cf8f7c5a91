/* What a member that a schema does not know was meant to be. */
#include "rules/bundle.h"

enum { NAMES_MAX = 128 };

/* The schema itself, or the one among its $defs that it refers to. */
static const struct vater_node *referred(const struct vater_node *root,
                                         const struct vater_node *schema)
{
  const struct vater_str prefix = VT_STR("#/$defs/");
  struct vater_str name = vt_rules_text(schema, "$ref");
  if (!vt_str_starts(name, prefix))
    return schema;
  return vt_node_find(vt_node_member(root, "$defs"), vt_str_slice(name, prefix.len, name.len));
}

/* The schema of the object that holds the last part of the pointer; NULL where it is not plain. */
static const struct vater_node *holder_of(const struct vater_node *root, struct vater_str pointer,
                                          struct vater_str *last)
{
  const struct vater_node *at = root;
  size_t start = 1;
  while (at != NULL) {
    size_t end = vt_str_find(pointer, VT_STR("/"), start);
    struct vater_str part = vt_str_slice(pointer, start, end);
    if (end >= pointer.len) {
      *last = part;
      return at;
    }
    const struct vater_node *items = vt_node_member(at, "items");
    at = referred(root,
                  items != NULL ? items : vt_node_find(vt_node_member(at, "properties"), part));
    start = end + 1;
  }
  return NULL;
}

struct vater_str vt_rules_nearest_member(const struct vater_node *schema, struct vater_str pointer)
{
  struct vater_str names[NAMES_MAX], last = VT_STR_NONE;
  size_t count = 0;
  const struct vater_node *holder = holder_of(schema, pointer, &last);
  const struct vater_node *item = vt_node_first(vt_node_member(holder, "properties"));
  for (; item != NULL && count < NAMES_MAX; item = vt_node_next(item))
    names[count++] = vt_node_name(item);
  return vt_str_nearest(last, names, count);
}

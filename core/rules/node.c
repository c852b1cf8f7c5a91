#include "rules/bundle.h"

struct vater_str vt_rules_item_text(const struct vater_node *item)
{
  return vt_node_type(item) == VATER_NODE_TEXT ? vt_node_text(item) : VT_STR_NONE;
}

struct vater_str vt_rules_text(const struct vater_node *object, const char *member)
{
  return vt_rules_item_text(vt_node_member(object, member));
}

void vt_rules_texts(const struct vater_node *object, const char *member,
                    struct vater_str texts[VT_LANGUAGE_COUNT])
{
  const struct vater_node *all = vt_node_member(object, member);
  for (int language = 0; language < VT_LANGUAGE_COUNT; language++)
    texts[language] = vt_rules_text(all, vt_language_name((enum vt_language)language));
}

int64_t vt_rules_integer(const struct vater_node *object, const char *member)
{
  int64_t value;
  vt_node_integer(vt_node_member(object, member), &value);
  return value;
}

json_t *vt_rules_json(const struct vater_node *node)
{
  struct vater_str source = vt_node_source(node);
  return source.ptr == NULL ? NULL : json_loadb(source.ptr, source.len, JSON_DECODE_ANY, NULL);
}

#include "rules/bundle.h"

struct vater_str vt_json_text(const json_t *object, const char *member)
{
  const json_t *value = json_object_get(object, member);
  if (!json_is_string(value))
    return VT_STR_NONE;
  return (struct vater_str){json_string_value(value), json_string_length(value)};
}

void vt_json_texts(const json_t *object, const char *member,
                   struct vater_str texts[VT_LANGUAGE_COUNT])
{
  const json_t *all = json_object_get(object, member);
  for (int language = 0; language < VT_LANGUAGE_COUNT; language++)
    texts[language] = vt_json_text(all, vt_language_name((enum vt_language)language));
}

/* Reading our own JSON (already checked by its schema) with jansson: absent reads as empty. */
#ifndef VT_RUN_JSON_READ_H
#define VT_RUN_JSON_READ_H

#include "base/str.h"

#include <jansson.h>

/* Borrowed from the object. */
static inline struct vater_str vt_json_text(const json_t *object, const char *name)
{
  const json_t *value = json_object_get(object, name);
  if (!json_is_string(value))
    return VT_STR_NONE;
  return (struct vater_str){json_string_value(value), json_string_length(value)};
}

static inline int64_t vt_json_integer(const json_t *object, const char *name, int64_t fallback)
{
  const json_t *value = json_object_get(object, name);
  return json_is_integer(value) ? (int64_t)json_integer_value(value) : fallback;
}

/* Seconds in the file, milliseconds here. */
static inline int64_t vt_json_seconds(const json_t *object, const char *name, int64_t fallback_ms)
{
  const json_t *value = json_object_get(object, name);
  return json_is_number(value) ? (int64_t)(json_number_value(value) * 1000.0) : fallback_ms;
}

static inline bool vt_json_truth(const json_t *object, const char *name, bool fallback)
{
  const json_t *value = json_object_get(object, name);
  return json_is_boolean(value) ? json_is_true(value) : fallback;
}

#endif

#include "plugin/config_value.h"

#include "base/conceal.h"
#include "base/encode.h"
#include "base/number.h"
#include "plugin/info.h"

#include <stdlib.h>

const struct vt_config_value *vt_config_find(const vater_config *config, const char *name)
{
  for (uint32_t i = 0; config != NULL && i < config->count; i++)
    if (strcmp(config->settings[i].name, name) == 0)
      return &config->values[i];
  return NULL;
}

static const struct vt_config_value *find_typed(const vater_config *config, const char *name,
                                                int type)
{
  const struct vt_config_value *value = vt_config_find(config, name);
  if (value == NULL || !value->set || value->setting->secret || value->setting->type != type)
    return NULL;
  return value;
}

bool vt_config_text(const vater_config *config, const char *name, struct vater_str *text)
{
  const struct vt_config_value *value = find_typed(config, name, VATER_SETTING_TEXT);
  if (value == NULL)
    value = find_typed(config, name, VATER_SETTING_URL);
  *text = value != NULL ? value->as.text : VT_STR_NONE;
  return value != NULL;
}

bool vt_config_integer(const vater_config *config, const char *name, int64_t *integer)
{
  const struct vt_config_value *value = find_typed(config, name, VATER_SETTING_INTEGER);
  *integer = value != NULL ? value->as.integer : 0;
  return value != NULL;
}

bool vt_config_truth(const vater_config *config, const char *name, bool *truth)
{
  const struct vt_config_value *value = find_typed(config, name, VATER_SETTING_BOOLEAN);
  *truth = value != NULL && value->as.truth;
  return value != NULL;
}

bool vt_config_number(const vater_config *config, const char *name, double *number)
{
  const struct vt_config_value *value = find_typed(config, name, VATER_SETTING_NUMBER);
  *number = value != NULL ? value->as.number : 0;
  return value != NULL;
}

uint32_t vt_config_count(const vater_config *config, const char *name)
{
  const struct vt_config_value *value = vt_config_find(config, name);
  if (value != NULL && value->setting->secret)
    return value->set ? 1 : 0;
  return value != NULL ? value->item_count : 0;
}

bool vt_config_item(const vater_config *config, const char *name, uint32_t index,
                    struct vater_str *key, struct vater_str *item)
{
  const struct vt_config_value *value = vt_config_find(config, name);
  bool there = value != NULL && index < value->item_count;
  if (key != NULL)
    *key = there ? value->items[index].key : VT_STR_NONE;
  if (item != NULL)
    *item = there ? value->items[index].value : VT_STR_NONE;
  return there;
}

const struct vt_secret *vt_config_secret(const vater_config *config, const char *name)
{
  const struct vt_config_value *value = vt_config_find(config, name);
  return value != NULL ? value->secret : NULL;
}

int vt_config_key(const vater_config *config, const char *name,
                  const struct vt_allocator *allocator, const struct vt_key **key,
                  struct vt_error *error)
{
  struct vt_config_value *value = (struct vt_config_value *)(uintptr_t)vt_config_find(config, name);
  *key = NULL;
  if (value == NULL || value->secret == NULL)
    return vt_fail(error, VATER_E_CONFIG, "OPS-KEY", "the key setting '%.60s' is not set", name);
  if (value->key == NULL) {
    int status =
        vt_key_parse_private(allocator, vt_secret_reveal(value->secret), &value->key, error);
    if (status != VATER_OK) {
      vt_error_prefix(error, "setting '%.60s'", name);
      return status;
    }
  }
  *key = value->key;
  return VATER_OK;
}

static const struct vt_config_value *find_document(const vater_config *config, const char *name)
{
  const struct vt_config_value *value = find_typed(config, name, VATER_SETTING_DOCUMENT);
  return value != NULL && value->tree != NULL ? value : NULL;
}

const vater_node *vt_config_node(const vater_config *config, const char *name)
{
  const struct vt_config_value *value = find_document(config, name);
  return value != NULL ? vt_doc_tree_root(value->tree) : NULL;
}

bool vt_config_document(const vater_config *config, const char *name, struct vater_str *file,
                        struct vater_str *bytes)
{
  const struct vt_config_value *value = find_document(config, name);
  *file = value != NULL ? value->file : VT_STR_NONE;
  *bytes = value != NULL ? value->bytes : VT_STR_NONE;
  return value != NULL;
}

void vt_config_free(vater_config *config)
{
  for (uint32_t i = 0; config != NULL && i < config->count; i++) {
    vt_key_free(config->values[i].key);
    config->values[i].key = NULL;
    vt_doc_tree_free(config->values[i].tree);
    config->values[i].tree = NULL;
    vt_secret_free(config->values[i].secret);
    config->values[i].secret = NULL;
  }
}

/* ---- showing -------------------------------------------------------------------------------- */

static const char *kind_of(const struct vater_setting *setting)
{
  return setting->secret ? "secret" : vt_setting_type_name(setting->type);
}

int vt_settings_help(const struct vater_setting *settings, struct vt_buffer *out)
{
  int widest = 0;
  for (const struct vater_setting *one = settings; one->name != NULL; one++)
    if ((int)strlen(one->name) > widest)
      widest = (int)strlen(one->name);
  for (const struct vater_setting *one = settings; one->name != NULL; one++) {
    vt_buffer_format(out, "  %-*s  %-7s  ", widest, one->name, kind_of(one));
    vt_encode_terminal(out, vt_str(one->help));
    if (one->required)
      vt_buffer_text(out, " Required.");
    if (one->fallback != NULL) {
      vt_buffer_text(out, " Default: ");
      vt_encode_terminal(out, vt_str(one->fallback));
    }
    vt_buffer_char(out, '\n');
  }
  return out->failed ? VATER_E_LIMIT : VATER_OK;
}

static void redact_items(const struct vt_config_value *value, struct vt_buffer *out)
{
  bool object = value->setting->type == VATER_SETTING_OBJECT;
  vt_buffer_char(out, object ? '{' : '[');
  for (uint32_t i = 0; i < value->item_count; i++) {
    if (i > 0)
      vt_buffer_text(out, ", ");
    if (object) {
      vt_encode_json(out, value->items[i].key);
      vt_buffer_text(out, ": ");
    }
    vt_encode_json(out, value->items[i].value);
  }
  vt_buffer_char(out, object ? '}' : ']');
}

static void redact_value(const struct vt_config_value *value, struct vt_buffer *out)
{
  char number[32];
  if (value->setting->secret) {
    vt_buffer_text(out, "\"(secret)\"");
    return;
  }
  switch (value->setting->type) {
  case VATER_SETTING_INTEGER:
    vt_buffer_format(out, "%lld", (long long)value->as.integer);
    break;
  case VATER_SETTING_BOOLEAN:
    vt_buffer_text(out, value->as.truth ? "true" : "false");
    break;
  case VATER_SETTING_NUMBER:
    vt_buffer_append(out, (struct vater_str){number, vt_number_print(value->as.number, number)});
    break;
  case VATER_SETTING_LIST:
  case VATER_SETTING_OBJECT:
    redact_items(value, out);
    break;
  default:
    vt_encode_json(out, value->as.text);
  }
}

int vt_config_redacted(const vater_config *config, struct vt_buffer *out)
{
  bool first = true;
  vt_buffer_char(out, '{');
  for (uint32_t i = 0; config != NULL && i < config->count; i++) {
    if (!config->values[i].set)
      continue;
    if (!first)
      vt_buffer_text(out, ", ");
    first = false;
    vt_encode_json(out, vt_str(config->settings[i].name));
    vt_buffer_text(out, ": ");
    redact_value(&config->values[i], out);
  }
  vt_buffer_char(out, '}');
  return out->failed ? VATER_E_LIMIT : VATER_OK;
}

void vt_config_conceal(const vater_config *config, struct vt_buffer *text)
{
  for (uint32_t i = 0; config != NULL && i < config->count; i++)
    if (config->values[i].secret != NULL)
      vt_conceal(text, vt_secret_reveal(config->values[i].secret));
}

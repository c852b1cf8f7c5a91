/* Settings that a plugin is tried with: of the right type, which is all that the host promises. */
#include "cli/plugin_exercise.h"

#include <stdlib.h>
#include <unistd.h>

static json_t *plain_value(int type)
{
  static const char *const values[] = {[VATER_SETTING_TEXT] = "\"x\"",
                                       [VATER_SETTING_INTEGER] = "1",
                                       [VATER_SETTING_BOOLEAN] = "true",
                                       [VATER_SETTING_NUMBER] = "1.5",
                                       [VATER_SETTING_LIST] = "[\"x\"]",
                                       [VATER_SETTING_OBJECT] = "{\"x\": \"y\"}",
                                       [VATER_SETTING_URL] = "\"https://vater.example/\"",
                                       [VATER_SETTING_DOCUMENT] = "{}"};
  bool known = type >= 0 && type < (int)(sizeof values / sizeof *values) && values[type] != NULL;
  return known ? json_loads(values[type], JSON_DECODE_ANY, NULL) : NULL;
}

static json_t *odd_value(int type, unsigned pick)
{
  static const json_int_t integers[] = {0, -1, INT64_MIN, INT64_MAX};
  static const double numbers[] = {0.0, -1.5, -1e308, 1e308};
  const char *text = vt_exercise_texts[pick % VT_EXERCISE_TEXTS];
  switch (type) {
  case VATER_SETTING_TEXT:
    return json_string(text);
  case VATER_SETTING_INTEGER:
    return json_integer(integers[pick % 4]);
  case VATER_SETTING_BOOLEAN:
    return json_boolean(pick % 2 == 0);
  case VATER_SETTING_NUMBER:
    return json_real(numbers[pick % 4]);
  case VATER_SETTING_LIST:
    return pick % 3 == 0 ? json_array() : json_pack("[s, s]", text, "");
  case VATER_SETTING_OBJECT:
    return pick % 3 == 0 ? json_object() : json_pack("{s:s, s:s}", "", text, text, "x");
  case VATER_SETTING_DOCUMENT:
    return json_pack("{s:[s, n, {}]}", "x", text);
  default:
    return json_string("https://vater.example/%7Bperiod%7D?x=%00&y={period}");
  }
}

/* Secrets are read from a file that is there only for as long. */
static json_t *secret_value(const char *file)
{
  return file == NULL ? NULL : json_pack("{s:s}", "file", file);
}

static void add_value(struct exercise *exercise, const struct vater_setting *setting,
                      unsigned round, unsigned number, const char *secret, json_t *given)
{
  json_t *own = json_object_get(exercise->with, setting->name);
  json_t *value = NULL;
  if (own != NULL)
    value = json_incref(own);
  else if (setting->secret)
    value = setting->required || round > 1 ? secret_value(secret) : NULL;
  else if (round > 0)
    value = odd_value(setting->type, round * 5 + number * 3);
  else if (setting->required)
    value = plain_value(setting->type);
  if (value != NULL)
    json_object_set_new(given, setting->name, value);
}

vater_config *vt_exercise_config(struct exercise *exercise, const struct vater_setting *declared,
                                 unsigned round, const char *secret)
{
  const struct vt_config_origin origin = {.allocator = &exercise->environment.allocator,
                                          .owner = "plugin check",
                                          .pointer = "",
                                          .load_secrets = secret != NULL};
  struct vt_diagnostics diagnostics;
  vater_config *config = NULL;
  json_t *given = json_object();
  unsigned number = 0;
  for (const struct vater_setting *one = declared; one != NULL && one->name != NULL; one++)
    add_value(exercise, one, round, number++, secret, given);
  vt_diagnostics_init(&diagnostics, exercise->arena);
  vt_config_parse(declared, given, &origin, exercise->arena, &diagnostics, &config);
  json_decref(given);
  return config;
}

void vt_exercise_settings(struct exercise *exercise)
{
  char secret[] = "/tmp/vater-made-up-XXXXXX";
  int fd = mkstemp(secret);
  bool written = fd >= 0 && write(fd, "made-up", 7) == 7;
  for (unsigned round = 0; round < VT_EXERCISE_ROUNDS; round++)
    exercise->settings[round] = vt_exercise_config(exercise, exercise->plugin->info.settings, round,
                                                   written ? secret : NULL);
  if (fd >= 0) {
    close(fd);
    unlink(secret);
  }
}

#include "base/number.h"
#include "plugin/copy.h"

/* Says what is wrong with a description; the first fault wins. */
static int refuse(struct vt_error *error, const char *plugin, const char *what, const char *name,
                  const char *wanted)
{
  return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                 "plugin '%s': %s '%s' is not right; wanted: %s", plugin, what, name, wanted);
}

static bool is_lower(char c)
{
  return c >= 'a' && c <= 'z';
}

static bool is_digit(char c)
{
  return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
  return is_lower(c) || (c >= 'A' && c <= 'Z');
}

static bool plugin_name_fits(const char *name)
{
  size_t len = strlen(name);
  if (len == 0 || len > 32 || !is_lower(name[0]))
    return false;
  for (size_t i = 0; i < len; i++)
    if (!is_lower(name[i]) && !is_digit(name[i]) && name[i] != '_')
      return false;
  return true;
}

/* Settings and functions: camelCase or snake_case, begins with a letter. */
static bool member_name_fits(const char *name)
{
  size_t len = strlen(name);
  if (len == 0 || len > 64 || !is_letter(name[0]))
    return false;
  for (size_t i = 0; i < len; i++)
    if (!is_letter(name[i]) && !is_digit(name[i]) && name[i] != '_')
      return false;
  return true;
}

/* Three numbers, then perhaps "-rc.1". */
static bool version_fits(const char *version)
{
  int numbers = 0;
  const char *at = version;
  while (is_digit(*at) && numbers < 3) {
    while (is_digit(*at))
      at++;
    numbers++;
    if (numbers < 3 && *at == '.')
      at++;
  }
  if (numbers != 3 || strlen(version) > 32)
    return false;
  if (*at == '\0')
    return true;
  if (*at != '-' || at[1] == '\0')
    return false;
  for (at++; *at != '\0'; at++)
    if (!is_letter(*at) && !is_digit(*at) && *at != '.' && *at != '-')
      return false;
  return true;
}

static bool fallback_fits(const struct vater_setting *setting)
{
  struct vater_str text = vt_str(setting->fallback);
  int64_t integer;
  double number;
  switch (setting->type) {
  case VATER_SETTING_INTEGER:
    return vt_number_int64(text, &integer);
  case VATER_SETTING_NUMBER:
    return vt_number_double(text, &number);
  case VATER_SETTING_BOOLEAN:
    return vt_str_is(text, "true") || vt_str_is(text, "false");
  case VATER_SETTING_TEXT:
  case VATER_SETTING_URL:
    return true;
  default:
    return false;
  }
}

static int check_setting(const char *plugin, const struct vater_setting *setting,
                         struct vt_error *error)
{
  const char *name = setting->name;
  if (!member_name_fits(name))
    return refuse(error, plugin, "the setting name", name,
                  "a letter, then letters, digits, '_', at most 64");
  if (setting->type < VATER_SETTING_TEXT || setting->type > VATER_SETTING_DOCUMENT)
    return refuse(error, plugin, "the type of setting", name, "one of enum vater_setting_type");
  if (setting->secret && (setting->type != VATER_SETTING_TEXT || setting->fallback != NULL))
    return refuse(error, plugin, "the secret setting", name, "type text and no fallback");
  if (setting->fallback != NULL && (setting->required || !fallback_fits(setting)))
    return refuse(error, plugin, "the fallback of setting", name,
                  "a text of its type, on a setting that is not required; none on lists and "
                  "objects");
  return VATER_OK;
}

static int check_settings(const char *plugin, const struct vater_setting *settings,
                          struct vt_error *error)
{
  int status = VATER_OK;
  for (const struct vater_setting *one = settings; one->name != NULL && status == VATER_OK; one++) {
    status = check_setting(plugin, one, error);
    for (const struct vater_setting *other = settings; other < one && status == VATER_OK; other++)
      if (strcmp(other->name, one->name) == 0)
        status = refuse(error, plugin, "the setting", one->name, "each name once");
  }
  return status;
}

static bool media_type_fits(const char *type)
{
  const char *slash = strchr(type, '/');
  if (slash == NULL || slash == type || slash[1] == '\0' || strchr(slash + 1, '/') != NULL)
    return false;
  for (const char *at = type; *at != '\0'; at++)
    if (!is_lower(*at) && !is_digit(*at) && strchr("!#$&-^_.+/", *at) == NULL)
      return false;
  return true;
}

static bool file_name_fits(const char *name)
{
  return name == NULL || (name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL);
}

static int check_format(const char *plugin, const struct vt_format_info *format,
                        struct vt_error *error)
{
  const char *syntax = format->syntax;
  bool json = strcmp(syntax, "json") == 0 || strcmp(syntax, "json or csv") == 0;
  if (!json && strcmp(syntax, "csv") != 0 && strcmp(syntax, "bytes") != 0)
    return refuse(error, plugin, "the format's syntax", syntax, "json, csv, json or csv, bytes");
  if (format->media_types[0] == NULL)
    return refuse(error, plugin, "the list of", "format.media_types", "at least one media type");
  for (const char *const *type = format->media_types; *type != NULL; type++)
    if (!media_type_fits(*type))
      return refuse(error, plugin, "the media type", *type,
                    "lower-case type/subtype without parameters (RFC 6838)");
  const char *schema = format->schema;
  if (!file_name_fits(schema))
    return refuse(error, plugin, "the format's schema", schema, "a file name without a folder");
  if (!file_name_fits(format->mapping_schema))
    return refuse(error, plugin, "the schema of mappings", format->mapping_schema,
                  "a file name without a folder");
  if (schema != NULL && !json)
    return refuse(error, plugin, "the format's schema", schema, "none unless the syntax is json");
  const char *at = format->rows_at;
  if (at != NULL && (strcmp(syntax, "bytes") == 0 || (at[0] != '\0' && at[0] != '/')))
    return refuse(error, plugin, "the place of rows", at,
                  "a JSON Pointer, and a syntax that the host reads");
  return VATER_OK;
}

/* "(" [ word { ", " word } ] ") -> " word */
static bool signature_fits(const char *text)
{
  const char *at = text;
  if (*at++ != '(')
    return false;
  bool more = *at != ')';
  while (more) {
    if (!is_letter(*at))
      return false;
    while (is_letter(*at))
      at++;
    more = strncmp(at, ", ", 2) == 0;
    at += more ? 2 : 0;
  }
  if (strncmp(at, ") -> ", 5) != 0)
    return false;
  at += 5;
  if (!is_letter(*at))
    return false;
  while (is_letter(*at))
    at++;
  return *at == '\0';
}

static int check_checks(const struct vt_plugin_info *info, struct vt_error *error)
{
  int status = VATER_OK;
  for (uint32_t i = 0; i < info->check_count && status == VATER_OK; i++) {
    const struct vt_check_info *one = &info->checks[i];
    if (!member_name_fits(one->name))
      return refuse(error, info->name, "the check name", one->name,
                    "a letter, then letters, digits, '_', at most 64");
    for (uint32_t other = 0; other < i; other++)
      if (strcmp(info->checks[other].name, one->name) == 0)
        return refuse(error, info->name, "the check", one->name, "each name once");
    status = check_settings(info->name, one->settings, error);
  }
  return status;
}

static int check_functions(const struct vt_plugin_info *info, struct vt_error *error)
{
  for (uint32_t i = 0; i < info->function_count; i++) {
    const struct vt_function_info *one = &info->functions[i];
    if (!member_name_fits(one->name))
      return refuse(error, info->name, "the function name", one->name,
                    "a letter, then letters, digits, '_', at most 64");
    if (!signature_fits(one->signature))
      return refuse(error, info->name, "the signature", one->signature,
                    "CEL types as in \"(string, int) -> bool\"");
    for (uint32_t other = 0; other < i; other++)
      if (strcmp(info->functions[other].name, one->name) == 0 &&
          strcmp(info->functions[other].signature, one->signature) == 0)
        return refuse(error, info->name, "the function", one->name, "each name and signature once");
  }
  return VATER_OK;
}

int vt_plugin_info_check(const struct vt_plugin_info *info, struct vt_error *error)
{
  if (!plugin_name_fits(info->name))
    return refuse(error, info->name, "the name", info->name,
                  "a lower-case letter, then letters, digits, '_', at most 32");
  if (!version_fits(info->version))
    return refuse(error, info->name, "the version", info->version,
                  "three numbers, as in \"1.0.0\" or \"1.0.0-rc.1\"");
  if (info->summary[0] == '\0')
    return refuse(error, info->name, "the summary", info->summary, "one sentence");
  if (info->capabilities == 0)
    return vt_fail(error, VATER_E_REFUSED, "PLUG-ABI",
                   "plugin '%s' offers nothing; wanted: at least one of source, auth, format, "
                   "check, functions",
                   info->name);
  int status = check_settings(info->name, info->settings, error);
  if (status == VATER_OK && (info->capabilities & VT_CAPABILITY_FORMAT) != 0)
    status = check_format(info->name, &info->format, error);
  if (status == VATER_OK)
    status = check_checks(info, error);
  if (status == VATER_OK)
    status = check_functions(info, error);
  return status;
}

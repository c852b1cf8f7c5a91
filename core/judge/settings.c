#include "judge/judging.h"

#include "judge/mapping.h"

const struct vt_judge_format *vt_judge_find_format(const struct vt_judge_context *context,
                                                   struct vater_str name)
{
  for (uint32_t i = 0; i < context->format_count; i++)
    if (vt_str_is(name, context->formats[i].plugin->info.name))
      return &context->formats[i];
  return NULL;
}

/* "accounts" is the host's own setting of every format: names for the screen. */
static int take_accounts(struct vt_judge *judge, json_t *settings, struct vt_error *error)
{
  const json_t *listed = json_object_get(settings, "accounts");
  if (listed == NULL)
    return VATER_OK;
  size_t count = json_array_size(listed);
  struct vater_str *names = vt_arena_array(judge->arena, count + 1, sizeof *names);
  if (names == NULL)
    return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for settings");
  for (size_t i = 0; i < count; i++) {
    const char *name = json_string_value(json_array_get(listed, i));
    if (name != NULL)
      names[i] = vt_arena_copy(judge->arena, vt_str(name));
    if (names[i].len == 0)
      break;
    judge->accounts.count++;
  }
  if (count == 0 || judge->accounts.count != count)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG",
                   "format '%s': \"accounts\" is a list of names of members or columns",
                   judge->format->plugin->info.name);
  judge->accounts.names = names;
  json_object_del(settings, "accounts");
  return VATER_OK;
}

/* What the settings' documents say, by the schema that the plugin names and by the packs. */
static int check_mappings(struct vt_judge *judge)
{
  const struct vt_judge_context *context = judge->context;
  const struct vater_setting *setting = judge->format->plugin->info.settings;
  int status = VATER_OK;
  if (judge->format->mapping == NULL)
    return VATER_OK;
  for (; setting->name != NULL; setting++) {
    struct vt_mapping mapping;
    if (!vt_config_document(judge->config, setting->name, &mapping.source, &mapping.bytes))
      continue;
    int checked = vt_mapping_check(&mapping, judge->format->mapping, judge->format->mapping_text,
                                   context->rules, judge->allocator, &judge->diagnostics);
    if (checked != VATER_OK && checked != VATER_E_CONFIG)
      return checked;
    status = checked != VATER_OK ? checked : status;
  }
  return status;
}

static int tell_settings(const struct vt_judge *judge, struct vt_error *error)
{
  const struct vt_error *first = &judge->diagnostics.items[0].error;
  for (uint32_t i = 0; judge->context->faults != NULL && i < judge->diagnostics.count; i++)
    vt_diagnostics_add(judge->context->faults, VATER_SEVERITY_ERROR,
                       &judge->diagnostics.items[i].error, VT_STR_NONE,
                       judge->diagnostics.items[i].width);
  if (first->line == 0)
    return vt_fail(error, VATER_E_CONFIG, first->code, "format '%s': %s",
                   judge->format->plugin->info.name, first->text);
  return vt_fail(error, VATER_E_CONFIG, first->code, "%s:%u:%u: %s; see 'vater rules lint %s'",
                 first->source, first->line, first->column, first->text, first->source);
}

/* With format "auto" each plugin has settings of its own: {"csv": {…}}, "csv/mapping". */
static int own_documents(struct vt_judge *judge, struct vt_config_origin *origin)
{
  const struct vt_judge_job *job = judge->job;
  const char *name = judge->format->plugin->info.name;
  size_t prefix = strlen(name);
  struct vt_config_document *own =
      vt_arena_array(judge->arena, job->document_count + 1, sizeof *own);
  if (own == NULL)
    return VATER_E_NOMEM;
  for (size_t i = 0; i < job->document_count; i++) {
    struct vater_str setting = job->documents[i].setting;
    if (!vt_str_starts(setting, vt_str(name)) || setting.len <= prefix ||
        setting.ptr[prefix] != '/')
      continue;
    own[origin->document_count] = job->documents[i];
    own[origin->document_count++].setting = vt_str_slice(setting, prefix + 1, SIZE_MAX);
  }
  origin->documents = own;
  return VATER_OK;
}

static int parse_settings(struct vt_judge *judge, struct vt_error *error)
{
  struct vater_str text = judge->job->settings;
  json_t *object =
      text.len == 0 ? NULL : json_loadb(text.ptr, text.len, JSON_REJECT_DUPLICATES, NULL);
  if (text.len > 0 && object == NULL)
    return vt_fail(error, VATER_E_CONFIG, "OPS-CONFIG", "the settings of format '%s' are no JSON",
                   judge->format->plugin->info.name);
  int status = take_accounts(judge, object, error);
  if (status != VATER_OK) {
    json_decref(object);
    return status;
  }
  bool chosen = vt_str_is(judge->job->format, "auto");
  const char *name = judge->format->plugin->info.name;
  struct vt_config_origin origin = {.allocator = judge->allocator, .owner = name, .pointer = ""};
  if (chosen) {
    status = own_documents(judge, &origin);
  } else {
    origin.documents = judge->job->documents;
    origin.document_count = judge->job->document_count;
  }
  vt_diagnostics_init(&judge->diagnostics, judge->arena);
  if (status == VATER_OK)
    status = vt_config_parse(judge->format->plugin->info.settings,
                             chosen ? json_object_get(object, name) : object, &origin, judge->arena,
                             &judge->diagnostics, &judge->config);
  json_decref(object);
  if (status == VATER_OK)
    status = check_mappings(judge);
  if (status == VATER_E_CONFIG && judge->diagnostics.count > 0)
    return tell_settings(judge, error);
  return status == VATER_OK ? VATER_OK
                            : vt_fail(error, status, "PLUG-LIMIT", "no memory for settings");
}

/* A mapping may name columns of account numbers as well. */
static int add_accounts(struct vt_judge *judge, struct vt_error *error)
{
  const struct vater_setting *setting = judge->format->plugin->info.settings;
  for (; setting->name != NULL; setting++) {
    const struct vater_node *list =
        vt_node_member(vt_config_node(judge->config, setting->name), "accounts");
    if (vt_node_type(list) != VATER_NODE_LIST)
      continue;
    size_t count = judge->accounts.count;
    struct vater_str *names =
        vt_arena_array(judge->arena, count + vt_node_length(list), sizeof *names);
    if (names == NULL)
      return vt_fail(error, VATER_E_NOMEM, "PLUG-LIMIT", "no memory for settings");
    if (count > 0)
      memcpy(names, judge->accounts.names, count * sizeof *names);
    for (const struct vater_node *one = vt_node_first(list); one != NULL; one = vt_node_next(one))
      names[count++] = vt_node_text(one);
    judge->accounts.names = names;
    judge->accounts.count = count;
  }
  return VATER_OK;
}

int vt_judge_open_format(struct vt_judge *judge, struct vt_error *error)
{
  int status = parse_settings(judge, error);
  if (status == VATER_OK)
    status = add_accounts(judge, error);
  if (status != VATER_OK)
    return status;
  vt_judge_take_dialect(judge);
  status = vt_call_init(&judge->call, judge->context->environment, NULL, "decode");
  judge->calling = status == VATER_OK;
  if (status != VATER_OK)
    return vt_fail(error, status, "PLUG-LIMIT", "no memory to call a plugin");
  return vt_instance_open(&judge->call, judge->format->plugin, VT_CAPABILITY_FORMAT, judge->config,
                          &judge->instance, error);
}

#include "cli/rules_mapping.h"

#include "base/file.h"
#include "base/limits.h"
#include "doc/tree.h"
#include "judge/mapping.h"

static const struct vt_doc_budget budget = {.allow_all_text = true};

/* What "format" says in a document without "pack"; empty where it is no mapping. */
static struct vater_str format_of(const struct vt_doc_tree *tree)
{
  const struct vater_node *root = vt_doc_tree_root(tree);
  const struct vater_node *format = vt_node_member(root, "format");
  if (vt_node_member(root, "pack") != NULL || vt_node_type(format) != VATER_NODE_TEXT)
    return VT_STR_NONE;
  return vt_node_text(format);
}

static bool is_mapping(struct vt_cli *cli, const char *path)
{
  const struct vt_allocator *allocator = &cli->environment.allocator;
  struct vater_str text;
  struct vt_doc_tree *tree = NULL;
  if (vt_file_load(allocator, path, VT_LIMIT_MAPPING_BYTES, &text, NULL) != VATER_OK)
    return false;
  bool found = vt_doc_tree_read(allocator, text, &budget, 0, &tree, NULL) == VATER_OK &&
               format_of(tree).len > 0;
  vt_doc_tree_free(tree);
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  return found;
}

size_t vt_rules_split_mappings(struct vt_cli *cli, char **names, size_t count)
{
  size_t packs = 0;
  for (size_t i = 0; i < count; i++) {
    char *name = names[i];
    if (is_mapping(cli, name))
      continue;
    for (size_t at = i; at > packs; at--)
      names[at] = names[at - 1];
    names[packs++] = name;
  }
  return packs;
}

static bool takes_mapping(const struct vt_plugin *plugin)
{
  return plugin != NULL && plugin->format != NULL && plugin->format->mapping_schema != NULL;
}

static void complain_format(struct vt_rules_frame *frame, const struct vt_mapping *mapping,
                            const struct vater_node *named)
{
  struct vt_error error = {0};
  struct vater_str names[64], line_text;
  struct vater_str format = vt_node_text(named);
  size_t count = 0;
  uint32_t line, column;
  for (uint32_t i = 0; i < frame->plugins.count && count < 64; i++)
    if (takes_mapping(frame->plugins.plugins[i]))
      names[count++] = vt_str(frame->plugins.plugins[i]->info.name);
  struct vater_str near = vt_str_nearest(format, names, count);
  if (near.len > 0)
    vt_fail(&error, VATER_E_CONFIG, "OPS-CONFIG",
            "there is no format '%.*s' that takes a mapping; did you mean '%.*s'?",
            VT_STR_ARGS(format), VT_STR_ARGS(near));
  else
    vt_fail(&error, VATER_E_CONFIG, "OPS-CONFIG",
            "there is no format '%.*s' that takes a mapping; see 'vater plugin list'",
            VT_STR_ARGS(format));
  vt_text_place(mapping->bytes, (size_t)vt_node_offset(named), &line, &column, &line_text);
  vt_error_at(&error, mapping->source, line, column);
  vt_diagnostics_add(&frame->diagnostics, VATER_SEVERITY_ERROR, &error, mapping->bytes,
                     (uint32_t)format.len + 2);
}

static void complain_of_file(struct vt_rules_frame *frame, struct vt_error *error)
{
  vt_diagnostics_add(&frame->diagnostics, VATER_SEVERITY_ERROR, error, VT_STR_NONE, 0);
}

static int check(struct vt_cli *cli, struct vt_rules_frame *frame, const struct vt_mapping *mapping,
                 const char *schema_name)
{
  char folder[600], path[1024];
  struct vater_str text;
  struct vt_error error = {0};
  struct vt_schema *schema = NULL;
  const struct vt_allocator *allocator = &cli->environment.allocator;
  vt_cli_schemas(cli, folder, sizeof folder);
  snprintf(path, sizeof path, "%s/%s", folder, schema_name);
  int status = vt_file_load(allocator, path, VT_LIMIT_SCHEMA_BYTES, &text, &error);
  if (status != VATER_OK) {
    complain_of_file(frame, &error);
    return status;
  }
  struct vt_schema_options options = {.source = vt_str(path)};
  status = vt_schema_compile(text, &options, allocator, &schema, &frame->diagnostics);
  if (status == VATER_OK)
    status = vt_mapping_check(mapping, schema, text, frame->rules, allocator, &frame->diagnostics);
  if (status != VATER_E_NOMEM && frame->rules != NULL)
    status = vt_mapping_check_numbers(mapping, frame->rules, allocator, &frame->diagnostics);
  vt_schema_free(schema);
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  return status;
}

static int lint_text(struct vt_cli *cli, struct vt_rules_frame *frame,
                     const struct vt_mapping *mapping)
{
  struct vt_doc_tree *tree = NULL;
  const struct vt_allocator *allocator = &cli->environment.allocator;
  struct vt_error error = {0};
  int status = vt_doc_tree_read(allocator, mapping->bytes, &budget, 0, &tree, &error);
  struct vater_str format = status == VATER_OK ? format_of(tree) : VT_STR_NONE;
  const struct vt_plugin *plugin = vt_registry_find(&frame->plugins, format);
  if (takes_mapping(plugin))
    status = check(cli, frame, mapping, plugin->format->mapping_schema);
  else
    complain_format(frame, mapping, vt_node_member(vt_doc_tree_root(tree), "format"));
  vt_doc_tree_free(tree);
  return status;
}

static int lint_file(struct vt_cli *cli, struct vt_rules_frame *frame, const char *path)
{
  struct vater_str text;
  struct vt_error error = {0};
  const struct vt_allocator *allocator = &cli->environment.allocator;
  int status = vt_file_load(allocator, path, VT_LIMIT_MAPPING_BYTES, &text, &error);
  if (status != VATER_OK) {
    complain_of_file(frame, &error);
    return status;
  }
  const struct vt_mapping mapping = {vt_str(path), text};
  status = lint_text(cli, frame, &mapping);
  vt_free(allocator, (void *)(uintptr_t)text.ptr);
  return status;
}

int vt_rules_lint_mappings(struct vt_cli *cli, struct vt_rules_frame *frame, char *const *names,
                           size_t count)
{
  for (size_t i = 0; i < count; i++)
    if (lint_file(cli, frame, names[i]) == VATER_E_NOMEM)
      return VATER_E_NOMEM;
  return VATER_OK;
}

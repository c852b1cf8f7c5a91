/* A format's own code, linked in, over any bytes: read as JSON where they are, screened, decoded;
 * what it reports has places in the page, and its table is one that the reader takes. */
#ifndef FUZZ_FORMAT_RIG_H
#define FUZZ_FORMAT_RIG_H

#include "base/utf8.h"
#include "doc/tree.h"
#include "plugin/call.h"
#include "plugin/config.h"
#include "plugin/host.h"

#include <stdlib.h>

struct format_rig {
  struct vt_environment environment;
  struct vt_arena *arena;
  vater_config *config;
  void *self;
};

static inline void rig_require(bool condition)
{
  if (!condition)
    abort();
}

static inline void rig_open(struct format_rig *rig, const struct vater_plugin *plugin,
                            const char *settings)
{
  struct vt_diagnostics diagnostics;
  struct vater_call call;
  rig->environment = vt_environment_real();
  rig->arena = vt_arena_new(&rig->environment.allocator, 0);
  vt_diagnostics_init(&diagnostics, rig->arena);
  json_t *object = json_loads(settings, 0, NULL);
  const struct vt_config_origin origin = {
      .allocator = &rig->environment.allocator, .owner = plugin->name, .pointer = ""};
  rig_require(plugin->load(vt_host()) == VATER_OK);
  rig_require(vt_config_parse(plugin->settings, object, &origin, rig->arena, &diagnostics,
                              &rig->config) == VATER_OK);
  json_decref(object);
  rig_require(vt_call_init(&call, &rig->environment, NULL, "fuzz") == VATER_OK);
  rig_require(plugin->format->open(&call, rig->config, &rig->self) == VATER_OK);
  vt_call_fini(&call);
}

static inline int rig_see(void *context, int severity, uint64_t offset, struct vater_str text,
                          struct vt_error *error)
{
  const size_t *size = context;
  (void)error;
  rig_require(severity >= VATER_SEVERITY_INFO && severity <= VATER_SEVERITY_ERROR);
  rig_require(offset <= *size && vt_utf8_valid(text) == text.len);
  return VATER_OK;
}

static inline void rig_check_table(struct vt_table_builder *builder)
{
  struct vt_table opened;
  size_t size = vt_table_size(builder);
  void *block = malloc(size);
  rig_require(block != NULL);
  vt_table_move(builder, block);
  rig_require(vt_table_open(block, size, &opened, NULL) == VATER_OK);
  free(block);
}

static inline void rig_decode(const struct format_rig *rig, const struct vater_plugin *plugin,
                              const vater_node *root, struct vater_str bytes)
{
  struct vt_table_builder *builder;
  struct vater_table table;
  struct vater_call call;
  size_t size = bytes.len;
  rig_require(vt_call_init(&call, &rig->environment, NULL, "fuzz") == VATER_OK);
  rig_require(vt_table_builder_new(&rig->environment.allocator, 1, &builder) == VATER_OK);
  struct vt_arena *arena = vt_arena_new(&rig->environment.allocator, 0);
  vt_plugin_table_write(&table, builder, 0, arena);
  table.finding = rig_see;
  table.context = &size;
  int status = plugin->format->decode(&call, rig->self, root, bytes, &table);
  rig_require(status == VATER_OK || (status < 0 && call.error.text[0] != '\0'));
  vt_plugin_table_flush(&table, NULL);
  rig_check_table(builder);
  vt_table_builder_free(builder);
  vt_arena_free(arena);
  vt_call_fini(&call);
}

static inline void rig_run(const struct format_rig *rig, const struct vater_plugin *plugin,
                           struct vater_str bytes)
{
  struct vt_doc_tree *tree = NULL;
  struct vater_call call;
  vt_doc_tree_read(&rig->environment.allocator, bytes, NULL, 1, &tree, NULL);
  const vater_node *root = tree != NULL ? vt_doc_tree_root(tree) : NULL;
  if (plugin->format->screen != NULL) {
    rig_require(vt_call_init(&call, &rig->environment, NULL, "fuzz") == VATER_OK);
    int status = plugin->format->screen(&call, rig->self, root, bytes);
    rig_require(status == VATER_OK || (status == VATER_E_REFUSED && call.error.offset < bytes.len));
    vt_call_fini(&call);
  }
  int type = vt_node_type(root);
  if (type == VATER_NODE_OBJECT || type == VATER_NODE_LIST)
    rig_decode(rig, plugin, root, bytes);
  vt_doc_tree_free(tree);
}

#endif

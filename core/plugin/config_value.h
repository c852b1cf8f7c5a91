/* How settings are held; between config.c and config_parse.c. */
#ifndef VT_PLUGIN_CONFIG_VALUE_H
#define VT_PLUGIN_CONFIG_VALUE_H

#include "doc/tree.h"
#include "jose/key.h"
#include "plugin/config.h"

struct vt_config_item_value {
  struct vater_str key, value; /* key empty in a list */
};

struct vt_config_value {
  const struct vater_setting *setting;
  bool set; /* by the object or by the fallback */
  union {
    struct vater_str text;
    int64_t integer;
    bool truth;
    double number;
  } as;
  struct vt_config_item_value *items;
  uint32_t item_count;
  struct vt_secret *secret;     /* NULL where not loaded */
  struct vt_key *key;           /* the secret read as a private key, when first asked for */
  struct vater_str file, bytes; /* of a document; `as.text` is what the object says */
  struct vt_doc_tree *tree;     /* NULL where not read */
};

struct vater_config {
  const struct vater_setting *settings; /* the declared list, borrowed */
  struct vt_config_value *values;       /* one a setting, in its order */
  uint32_t count;
};

/* NULL where no such setting is declared. */
const struct vt_config_value *vt_config_find(const vater_config *config, const char *name);

#endif

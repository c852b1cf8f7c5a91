/*
 * What a plugin says about itself, as data: made where the plugin was loaded (zygote, probe), sent
 * to main as JSON, and believed only after parsing. Everything is copied into an arena; lists end
 * as in the ABI (name == NULL, NULL).
 */
#ifndef VT_PLUGIN_INFO_H
#define VT_PLUGIN_INFO_H

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"

enum vt_capability {
  VT_CAPABILITY_SOURCE = 1,
  VT_CAPABILITY_AUTH = 2,
  VT_CAPABILITY_FORMAT = 4,
  VT_CAPABILITY_CHECK = 8,
  VT_CAPABILITY_FUNCTION = 16
};

struct vt_format_info {
  const char *syntax;             /* "json", "csv", "json or csv", "bytes" */
  const char *const *media_types; /* ends with NULL */
  const char *schema;             /* file under rules/schemas, or NULL */
  const char *rows_at;            /* JSON Pointer of declared rows, or NULL */
  const char *mapping_schema;     /* file under rules/schemas, or NULL */
};

struct vt_check_info {
  const char *name, *summary;
  const struct vater_setting *settings; /* the rule's `with`; never NULL */
};

struct vt_function_info {
  const char *name, *signature, *help;
};

struct vt_plugin_info {
  const char *path, *name, *version, *summary;
  uint16_t abi_minor;
  unsigned capabilities;                /* of enum vt_capability */
  const struct vater_setting *settings; /* never NULL */
  struct vt_format_info format;         /* zeroed without VT_CAPABILITY_FORMAT */
  const struct vt_check_info *checks;
  uint32_t check_count;
  const struct vt_function_info *functions;
  uint32_t function_count;
};

struct vt_plugin_infos {
  const struct vt_plugin_info *items; /* in the order of loading */
  uint32_t count;
};

const char *vt_capability_name(enum vt_capability capability); /* "source" */
const char *vt_setting_type_name(int type);                    /* "text", "integer", … */
/* NULL where there is no plugin of that name. */
const struct vt_plugin_info *vt_plugin_info_find(const struct vt_plugin_infos *infos,
                                                 struct vater_str name);
/* One JSON document (a list); the form of `vater plugin list --json`. */
int vt_plugin_infos_write(const struct vt_plugin_infos *infos, struct vt_buffer *out);
/* One of them as a JSON object; the form of `vater plugin info --json`. */
int vt_plugin_info_write(const struct vt_plugin_info *info, struct vt_buffer *out);
/* Untrusted text: PLUG-PROTO unless it is exactly what vt_plugin_infos_write makes. */
int vt_plugin_infos_parse(struct vater_str text, struct vt_arena *arena,
                          struct vt_plugin_infos *infos, struct vt_error *error);

#endif

/* Files that settings of a format name (mappings): read here, since workers open no files. */
#ifndef VT_RUN_MAPPING_H
#define VT_RUN_MAPPING_H

#include "worker/worker.h"

struct json_t;

/* A file once read, for all endpoints that name it. */
struct vt_mapping_file {
  struct vater_str name; /* as the settings write it */
  struct vater_str path; /* where it was found */
  struct vater_str bytes;
  bool sound; /* it fits its schema */
  struct vt_mapping_file *next;
};

struct vt_mapping_search {
  const struct vt_environment *environment;
  const struct vt_zygote_info *info;
  const char *base;  /* folder of the configuration, looked in first */
  const char *rules; /* then this one; its schemas/ hold what mappings must fit */
  bool trusted;      /* refuse files that others may write (OPS-PERM) */
  struct vt_arena *arena;
  struct vt_diagnostics *diagnostics;
  struct vt_mapping_file *files; /* all that were read, latest first */
};

/* The documents that the format's settings name, each held against the plugin's schema; with format
 * "auto" those of each plugin that its settings speak of, as "csv/mapping". What is wrong is added
 * (OPS-CONFIG, with place in the mapping). VATER_OK only without errors, VATER_E_IO where a
 * document is not there for want of its file, else VATER_E_CONFIG; lists live in the arena. */
int vt_mapping_documents(struct vt_mapping_search *search, struct vater_str format,
                         const struct json_t *settings, struct vt_config_document **documents,
                         size_t *count);

/* Adds, once, what a worker said against settings, with the line of the document that it is in;
 * false where it is in none of them. */
bool vt_mapping_tell(const struct vt_diagnostic *fault, const struct vt_config_document *documents,
                     size_t count, struct vt_diagnostics *diagnostics);

#endif

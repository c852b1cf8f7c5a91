/*
 * The settings of one instance: a JSON object held against a plugin's declared list. Unknown names,
 * wrong types, missing and malformed ones are all reported in one go, each with its JSON Pointer
 * and, where the document's text is given, line and column (code OPS-CONFIG; secrets OPS-KEY).
 */
#ifndef VT_PLUGIN_CONFIG_H
#define VT_PLUGIN_CONFIG_H

#include "base/diagnostics.h"
#include "base/secret.h"
#include "jose/key.h"

#include <jansson.h>

/* The bytes of a file that a document setting names, read before: workers open no files. */
struct vt_config_document {
  struct vater_str setting; /* "mapping" */
  struct vater_str name;    /* of the file, for messages */
  struct vater_str bytes;
};

/* Where the object stands and what may be done with secrets. */
struct vt_config_origin {
  const struct vt_allocator *allocator; /* for finding places; NULL: malloc */
  const char *owner;                    /* "plugin 'bearer'", for texts */
  const char *source;                   /* file name, or NULL */
  struct vater_str document;            /* the file's text, or empty: no line and column */
  const char *pointer;     /* of the object in the document: "/actors/3/auth/settings" */
  const char *base;        /* folder that relative secret files start from, NULL: the working one */
  const char *credentials; /* $CREDENTIALS_DIRECTORY, or NULL */
  const struct vt_config_document *documents; /* of settings that name a file */
  size_t document_count;
  bool load_secrets; /* main: true. Elsewhere secrets are checked for form, never read */
};

/* Parses; `object` NULL is {}. The config is the caller's (vt_config_free), its memory from
 * `arena`. VATER_E_CONFIG when anything was reported (then *config is NULL), VATER_E_NOMEM. */
int vt_config_parse(const struct vater_setting *settings, const json_t *object,
                    const struct vt_config_origin *origin, struct vt_arena *arena,
                    struct vt_diagnostics *diagnostics, vater_config **config);
/* Wipes the secrets; NULL is fine. */
void vt_config_free(vater_config *config);

/* As the ABI's config_*: false where not set and without fallback, of another type, or secret. NULL
 * config reads as empty. */
bool vt_config_text(const vater_config *config, const char *name, struct vater_str *value);
bool vt_config_integer(const vater_config *config, const char *name, int64_t *value);
bool vt_config_truth(const vater_config *config, const char *name, bool *value);
bool vt_config_number(const vater_config *config, const char *name, double *value);
/* Of a list or object; of a secret 1 where it is set. */
uint32_t vt_config_count(const vater_config *config, const char *name);
bool vt_config_item(const vater_config *config, const char *name, uint32_t index,
                    struct vater_str *key, struct vater_str *value);
/* Root of a document setting; NULL where not set, or named by a file that is not among the origin's
 * documents. */
const vater_node *vt_config_node(const vater_config *config, const char *name);
/* Its bytes and a name for messages; false where there is no node. */
bool vt_config_document(const vater_config *config, const char *name, struct vater_str *file,
                        struct vater_str *bytes);
/* The loaded secret of that setting; NULL where it is none or not loaded. Host only. */
const struct vt_secret *vt_config_secret(const vater_config *config, const char *name);
/* That secret read as a private key, kept with the config. OPS-KEY. Host only. */
int vt_config_key(const vater_config *config, const char *name,
                  const struct vt_allocator *allocator, const struct vt_key **key,
                  struct vt_error *error);

/* Takes the loaded secrets out of a text that somebody else wrote (base/conceal.h). Host only. */
void vt_config_conceal(const vater_config *config, struct vt_buffer *text);

/* Names, types, required or default, help; as `vater plugin info` prints them. Encoded for a
 * terminal. */
int vt_settings_help(const struct vater_setting *settings, struct vt_buffer *out);
/* The effective settings as a JSON object; a secret is "(secret)". For logs and reports. */
int vt_config_redacted(const vater_config *config, struct vt_buffer *out);

#endif

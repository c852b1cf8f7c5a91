/* One of our own JSON files, read with its schema and kept for messages about places in it. */
#ifndef VT_RUN_DOCUMENT_H
#define VT_RUN_DOCUMENT_H

#include "base/arena.h"
#include "base/diagnostics.h"

struct json_t;

struct vt_document {
  struct vater_str path, text; /* in the arena */
  struct json_t *root; /* NULL when it could not be read; also there with a wrong structure */
};

/* Reads `path`, holds it against rules_directory/schemas/schema_name, parses it. Everything wrong
 * is added with place (OPS-CONFIG). VATER_OK only without errors. Free with vt_document_fini(). */
int vt_document_load(const struct vt_environment *environment, const char *path,
                     const char *rules_directory, const char *schema_name, struct vt_arena *arena,
                     struct vt_document *document, struct vt_diagnostics *diagnostics);
void vt_document_fini(struct vt_document *document);
/* Adds an error with its own code at a JSON Pointer of the document. */
void vt_document_add(const struct vt_document *document, const struct vt_environment *environment,
                     struct vt_diagnostics *diagnostics, int severity, const char *pointer,
                     const struct vt_error *error);
/* Adds an error (OPS-CONFIG) at a JSON Pointer of the document. */
void vt_document_complain(const struct vt_document *document,
                          const struct vt_environment *environment,
                          struct vt_diagnostics *diagnostics, const char *pointer,
                          const char *format, ...) VATER_PRINTF(5, 6);
/* The same as a warning. */
void vt_document_warn(const struct vt_document *document, const struct vt_environment *environment,
                      struct vt_diagnostics *diagnostics, const char *pointer, const char *format,
                      ...) VATER_PRINTF(5, 6);

#endif

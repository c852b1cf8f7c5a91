/*
 * JSON Schema 2020-12: compiled once, then fed with the reader's events; no tree, nothing fetched.
 * All vocabularies; `pattern` in the ECMA-262 sense with bounded cost; numbers compared exactly as
 * written. A compiled schema is immutable: forks and threads may share it.
 *
 *   vt_schema_compile(text, &options, &allocator, &schema, &diagnostics);
 *   vt_schema_validator_new(schema, &allocator, document, &sink, &validator);
 *   while (… vt_doc_next(reader, &event) …)
 *     vt_schema_feed(validator, &event, &error);
 *   vt_schema_finish(validator, &valid, &error);
 *
 * Sources: JSON Schema Core and Validation, draft 2020-12; RFC 3986, 6901.
 */
#ifndef VT_SCHEMA_SCHEMA_H
#define VT_SCHEMA_SCHEMA_H

#include "base/codes.h"
#include "base/diagnostics.h"
#include "doc/reader.h"

struct vt_schema;
struct vt_schema_validator;

/* A document that references may name. The 2020-12 meta-schemas are always there. */
struct vt_schema_remote {
  struct vater_str uri, text; /* absolute URI; JSON text */
};

/* NULL or zeroed: plain 2020-12, formats annotate. */
struct vt_schema_options {
  struct vater_str source; /* file name for diagnostics */
  struct vater_str uri;    /* where the schema was found: base of relative references */
  struct vater_str entry;  /* reference to the subschema to start at: "#/$defs/observation" */
  const struct vt_schema_remote *remotes;
  size_t remote_count;
  bool assert_formats;   /* `format` fails too, whatever the vocabulary says */
  uint64_t hash_seed[2]; /* for the equality of compound values; random where input is hostile */
};

/* `text` is copied. Every fault is added to `diagnostics` (SCHEMA-LOAD, with line and column);
 * VATER_E_CONFIG when there is one, VATER_E_NOMEM, VATER_E_LIMIT. */
int vt_schema_compile(struct vater_str text, const struct vt_schema_options *options,
                      const struct vt_allocator *allocator, struct vt_schema **schema,
                      struct vt_diagnostics *diagnostics);
void vt_schema_free(struct vt_schema *schema); /* NULL is fine */

/* One violation. Texts are borrowed for the duration of the call. */
struct vt_schema_finding {
  const char *keyword;       /* "required"; "false" for a false schema at the root */
  size_t offset, end;        /* the offending token; `{` or `[` .. behind it for compound values */
  struct vater_str pointer;  /* of the offending value; of the object for a missing member */
  struct vater_str expected; /* from the schema: "string", "final, preliminary", a member's name */
  struct vater_str found;    /* the start of the offending token as written; untrusted */
  /* One sentence without full stop, by enum vt_language; holds nothing from the instance. */
  struct vater_str message[VT_LANGUAGE_COUNT];
};

/* Findings come in the order in which they are certain. At most `cap` are delivered (0: none). A
 * status other than VATER_OK ends the validation with it. */
struct vt_schema_sink {
  int (*finding)(void *context, const struct vt_schema_finding *finding);
  void *context;
  uint64_t cap;
};

/* `document`: the bytes that the events' offsets count in, borrowed until free or reset; it is read
 * again only to explain a failed anyOf, oneOf or if. Without it (empty) those are one finding each
 * and `found` is empty. `sink` NULL: only the verdict. */
int vt_schema_validator_new(const struct vt_schema *schema, const struct vt_allocator *allocator,
                            struct vater_str document, const struct vt_schema_sink *sink,
                            struct vt_schema_validator **validator);
void vt_schema_validator_free(struct vt_schema_validator *validator); /* NULL is fine */
/* For the next document against the same schema; counts and cap start again. */
void vt_schema_validator_reset(struct vt_schema_validator *validator, struct vater_str document);
/* VATER_OK also where the instance is invalid; VATER_E_LIMIT, VATER_E_NOMEM, the sink's status. */
int vt_schema_feed(struct vt_schema_validator *validator, const struct vt_doc_event *event,
                   struct vt_error *error);
/* After VT_DOC_END was fed (or the last event of the value). VATER_E_DECODE before the value ended.
 */
int vt_schema_finish(struct vt_schema_validator *validator, bool *valid, struct vt_error *error);
/* All findings, also those beyond the cap. */
uint64_t vt_schema_finding_count(const struct vt_schema_validator *validator);

/* Reads and validates a file of ours; every fault (syntax, structure) is added with place and
 * pointer, code `code`. VATER_OK when there was none, VATER_E_CONFIG when there was. */
int vt_schema_check_text(const struct vt_schema *schema, const struct vt_allocator *allocator,
                         struct vater_str source, struct vater_str document, const char *code,
                         struct vt_diagnostics *diagnostics);

#endif

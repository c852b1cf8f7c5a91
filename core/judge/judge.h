/*
 * What is done with the pages of one job, in this order: verify, read, screen, decode, check. Pure:
 * it knows neither process nor file, and the same job, pages, bundle and reference day give the
 * same bytes. A faulty payload is not an error here but a result: a delivery with a code, and
 * findings.
 */
#ifndef VT_JUDGE_JUDGE_H
#define VT_JUDGE_JUDGE_H

#include "judge/decode.h"
#include "judge/result.h"
#include "plugin/config.h"
#include "plugin/registry.h"
#include "rules/rules.h"

/* A format plugin with what its declaration was compiled to. */
struct vt_judge_format {
  const struct vt_plugin *plugin;
  const struct vt_schema *schema;  /* NULL: it names none */
  const struct vt_schema *mapping; /* of the documents of its settings; NULL: it names none */
  struct vater_str mapping_text;   /* its source, for names that nearly fit */
  struct vt_decode_plan *plan;     /* NULL: no declared rows */
};

/* One schema that formats name. */
struct vt_judge_schema {
  struct vater_str name;
  struct vt_schema *schema; /* NULL: something is wrong with it */
};

/* Made once, then only read. */
struct vt_judge_context {
  const struct vt_environment *environment;
  const struct vt_registry *plugins;
  const struct vt_rules *rules;
  struct vt_judge_format *formats;
  uint32_t format_count;
  struct vt_rules_file *schema_files; /* "schemas/submission.schema.json": what a run pins */
  uint32_t schema_file_count;
  struct vt_judge_schema *schemas;
  uint32_t schema_count;
  /* Told of bytes of a page that are not looked at soon; NULL after init: nobody is told. */
  void (*release)(struct vater_str bytes);
  const struct vt_watch *watch;  /* NULL after init: nobody measures */
  struct vt_diagnostics *faults; /* NULL after init: of wrong settings only the first is told */
};

/* Where the schemas are that format plugins name; borrowed. */
struct vt_judge_schemas {
  const char *directory;
  bool trusted; /* refuse files that others may write (OPS-PERM) */
  /* Instead of the directory: files that a run pinned, these among them. */
  const struct vt_rules_file *pinned;
  size_t pinned_count;
};

/* Compiles what format plugins declare. What is wrong goes into `diagnostics` (its arena is used as
 * well); VATER_E_CONFIG when something is. Environment, plugins and rules are borrowed. */
int vt_judge_context_init(struct vt_judge_context *context,
                          const struct vt_environment *environment,
                          const struct vt_registry *plugins, const struct vt_rules *rules,
                          const struct vt_judge_schemas *schemas,
                          struct vt_diagnostics *diagnostics);
void vt_judge_context_fini(struct vt_judge_context *context);

enum vt_framing {
  VT_FRAMING_WHOLE, /* a length, the last chunk or the end of a file proves that nothing is missing
                     */
  VT_FRAMING_CLOSE  /* ended by closing the connection: only the syntax proves completeness */
};

/* How a delivery is signed. Zeroed: not at all; signatures are not looked at. */
struct vt_judge_signature {
  enum vt_signature_form {
    VT_SIGNATURE_NONE,
    VT_SIGNATURE_COMPACT, /* each page is a compact JWS; its payload is what is judged */
    VT_SIGNATURE_DETACHED /* each page comes with a detached JWS (RFC 7515 appendix F) */
  } form;
  bool required;         /* a page without a signature is refused (AUTH-SIGNATURE) */
  bool verified;         /* it was, when the payload came: only unpacked, nothing is refused */
  struct vater_str keys; /* public keys: JWKS, JWK or PEM */
  /* The only algorithm to verify with; empty: the one that each key's own entry leaves. */
  struct vater_str algorithm;
  /* What `iss` and `aud` of the protected header must be (RFC 7519 section 5.3); where one is set,
   * `exp` is required as well, and `nbf` and `iat` are held against now_ms. Empty: not looked at.
   */
  struct vater_str issuer, audience;
  int64_t now_ms; /* when the delivery was asked for */
};

/* One endpoint's delivery; borrowed until vt_judge_free(). */
struct vt_judge_job {
  struct vater_str id;     /* the endpoint's id; names the job in messages */
  struct vater_str actor;  /* orgnr whose endpoint it is; empty: whoever the reporter says */
  struct vater_str format; /* name of a format plugin */
  /* The plugin's settings, a JSON object; empty: none. Its "accounts" is ours, a list of names of
   * members that hold account numbers (struct vt_screen_accounts). */
  struct vater_str settings;
  /* Files that document settings name. */
  const struct vt_config_document *documents;
  size_t document_count;
  struct vater_str period; /* that the delivery was asked for; empty: it was not */
  /* The actor itself and those that it may report for. */
  const struct vt_rules_actor *actors;
  size_t actor_count;
  /* Indicators due in `period`: one that the delivery does not mention is a finding. */
  const struct vater_str *expected;
  size_t expected_count;
  int64_t today;      /* the reference day, days since 1970 */
  uint64_t hash_seed; /* random: against colliding keys; results do not depend on it */
  bool proposed;      /* proposed indicators are collected as well */
  struct vt_judge_signature signature;
  /* Instead of a delivery, what is known is judged by the rules over time and actors: the one page
   * is a table block as vt_rules_conclude() wants it, `actors` all that may be expected; format,
   * settings, period and expected are not read. The result has no table, so its findings have no
   * row; their offset is the row of that block and 1 more, or 0. */
  bool concludes;
  struct vt_rules_history history;
};

/* Of the answer that brought a page. */
struct vt_judge_head {
  struct vater_str media_type; /* "application/json"; empty: unknown, not compared */
  struct vater_str charset;    /* lower case, or empty */
  enum vt_framing framing;
  struct vater_str signature; /* the detached JWS that came with it; empty: none */
};

struct vt_judge_page {
  bool refused;     /* no further page is needed: the delivery is refused */
  bool unknown_key; /* because the signature names a key that is not in the set (AUTH-KID) */
  struct vater_str
      cursor; /* where the format says the next page is, or empty; until the next call */
};

struct vt_judge;

/* VATER_E_CONFIG: no such format plugin, or wrong settings, whose faults are all in the context's
 * `faults`; the error is the first of them. */
int vt_judge_begin(const struct vt_judge_context *context, const struct vt_judge_job *job,
                   struct vt_judge **judge, struct vt_error *error);
/* Verifies, reads, screens and decodes one page, in order. `bytes` is borrowed until
 * vt_judge_free(): findings point into it. A negative return is our fault or the plugin's, never
 * the payload's. */
int vt_judge_page(struct vt_judge *judge, struct vater_str bytes, const struct vt_judge_head *head,
                  struct vt_judge_page *page, struct vt_error *error);
/* Decides the delivery and checks the rules; *size is what vt_judge_write() then needs. */
int vt_judge_finish(struct vt_judge *judge, size_t *size, struct vt_error *error);
void vt_judge_write(const struct vt_judge *judge, void *block);
void vt_judge_free(struct vt_judge *judge); /* NULL is fine */

/* Whether some observation is of a period that overlaps this one; true where that is no period. */
bool vt_judge_tells_of(const struct vt_table *table, struct vater_str period);

/* ---- a job as bytes, to cross a process border ----------------------------------------------- */

/* Appends to `out`. */
int vt_judge_job_write(const struct vt_judge_job *job, struct vt_buffer *out);
/* The reverse, every length checked; texts are borrowed from `bytes`, lists live in `arena`. */
int vt_judge_job_read(struct vater_str bytes, struct vt_arena *arena, struct vt_judge_job *job,
                      struct vt_error *error);
/* PLUG-PROTO where a checked result books something on an actor that is not among the job's. */
int vt_judge_result_belongs(const struct vt_judge_job *job, const struct vt_result *result,
                            struct vt_error *error);

#endif

/*
 * One pass over a page: the reader's events feed the schema validator, the decoding of declared
 * rows into the table (or, for formats without declared rows, the compact tree) and screening.
 *
 * Three kinds of results: a structural failure (PAY-SYNTAX, PAY-TEXT, PAY-DUPKEY, PAY-DEPTH,
 * PAY-NUMBER, PAY-LIMIT) ends the page with an error that has code, offset, line, column and
 * pointer; violations (PAY-SCHEMA, PAY-NUMBER) go to the sink and decoding goes on, so that all are
 * listed; hits go to the screen. Whatever the result, when it returns the whole page is screened.
 */
#ifndef VT_JUDGE_DECODE_H
#define VT_JUDGE_DECODE_H

#include "base/arena.h"
#include "doc/tree.h"
#include "judge/screen.h"
#include "schema/schema.h"
#include "table/table.h"

/* A format's declared rows, compiled once; immutable, for any number of pages. */
struct vt_decode_plan;

/* Copies what it needs. VATER_E_CONFIG: the declaration makes no sense (PLUG-PROTO). */
int vt_decode_plan_new(const struct vt_allocator *allocator, const struct vater_rows *rows,
                       struct vt_decode_plan **plan, struct vt_error *error);
void vt_decode_plan_free(struct vt_decode_plan *plan); /* NULL is fine */

/* Data that breaks the structure; texts are borrowed during the call. `found` and whatever is cut
 * out of the page may hold a person number: nothing of it is shown when the screen has hits. */
struct vt_decode_violation {
  const char *code;    /* "PAY-SCHEMA", "PAY-NUMBER" */
  const char *keyword; /* of the schema: "required"; "" for a finding of the decoder */
  uint32_t page;
  uint32_t row; /* of the table, VT_DECODE_NO_ROW: none */
  bool said;    /* a format's own code says it: the English message is the whole finding */
  size_t offset, end;
  struct vater_str pointer;
  struct vater_str expected, found; /* as in struct vt_schema_finding */
  struct vater_str message[VT_LANGUAGE_COUNT];
};

#define VT_DECODE_NO_ROW UINT32_MAX

struct vt_decode_input {
  const struct vt_allocator *allocator;
  uint64_t hash_seed;
  uint32_t page; /* 0-based */
  struct vater_str bytes;
  const struct vt_doc_budget *budget; /* NULL: defaults */
  const struct vt_decode_plan *plan;  /* NULL: build the tree */
  struct vater_str
      lines; /* NDJSON: the member that its lines are the list of; empty: one document */
  const struct vt_schema *schema; /* NULL: a member of another type than its column is PAY-SCHEMA
                                     here, else it is the schema's business */
  struct vt_table_builder *table; /* rows go here; unused without a plan */
  struct vt_screen *screen;       /* hits are added */
  const struct vt_screen_accounts *accounts; /* NULL: none */
  /* The first `cap` violations; a negative return ends the page with it. NULL: only counted. */
  int (*violation)(void *context, const struct vt_decode_violation *violation);
  void *context;
  uint64_t cap;
};

struct vt_decode_result {
  uint64_t violations;      /* all of them */
  struct vt_doc_tree *tree; /* without a plan: the caller frees it; NULL otherwise or on failure */
};

/* VATER_OK also with violations and hits. */
int vt_decode_page(const struct vt_decode_input *input, struct vt_decode_result *result,
                   struct vt_error *error);

#endif

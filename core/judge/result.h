/*
 * What judging one job yields, as one relocatable block: delivery, head, observations (a table
 * block), verdicts a block (actor, indicator, period), findings, outcomes a rule, counts. Written
 * in the worker, checked offset by offset in main before anything is believed. Deterministic: the
 * same payload, rules and reference date give the same bytes.
 */
#ifndef VT_JUDGE_RESULT_H
#define VT_JUDGE_RESULT_H

#include "base/environment.h"
#include "base/error.h"
#include "rules/outcome.h"
#include "table/table.h"

/* docs/glossary.md; names by vt_delivery_name() "received", "not-delivered", … */
enum vt_delivery {
  VT_DELIVERY_RECEIVED,
  VT_DELIVERY_UNCHANGED,
  VT_DELIVERY_NIL,
  VT_DELIVERY_NOT_DUE,
  VT_DELIVERY_NOT_DELIVERED,
  VT_DELIVERY_REFUSED,
  VT_DELIVERY_INTERNAL_ERROR,
  VT_DELIVERY_COUNT
};

const char *vt_delivery_name(enum vt_delivery delivery);
bool vt_delivery_parse(struct vater_str name, enum vt_delivery *delivery);

struct vt_result {
  enum vt_delivery delivery;
  struct vater_str code; /* why refused or not delivered, one of codes.def; empty otherwise */
  bool screened;         /* false: nothing of the payload may be stored */
  bool pii;              /* screening hit: bytes are to be dropped */
  struct vt_table table; /* rows 0 when nothing could be decoded */
  uint64_t finding_total, finding_errors, finding_warnings, finding_infos; /* never truncated */
  uint32_t finding_count, verdict_count, rule_count;
  const void *block;
  size_t size;
};

/* Checks an untrusted block (PLUG-PROTO); borrowed, aligned to 8. */
int vt_result_open(const void *block, size_t size, struct vt_result *result,
                   struct vt_error *error);
/* Members are copied out; texts point into the block. index < the count. */
void vt_result_finding(const struct vt_result *result, uint32_t index, struct vt_finding *finding);
void vt_result_verdict(const struct vt_result *result, uint32_t index,
                       struct vt_block_verdict *verdict);
void vt_result_rule(const struct vt_result *result, uint32_t index,
                    struct vt_rule_outcomes *outcomes);

/* ---- writing ------------------------------------------------------------------------------ */

struct vt_result_builder;

int vt_result_builder_new(const struct vt_allocator *allocator, struct vt_result_builder **builder);
void vt_result_builder_free(struct vt_result_builder *builder);
int vt_result_set_delivery(struct vt_result_builder *builder, enum vt_delivery delivery,
                           const char *code, struct vt_error *error);
/* Excerpts of the findings so far, text and all: a later page was about persons. */
void vt_result_drop_excerpts(struct vt_result_builder *builder);
void vt_result_set_screened(struct vt_result_builder *builder, bool screened, bool pii);
/* How many findings of one code are kept; FINDINGS_PER_RULE unless set. */
void vt_result_set_kept(struct vt_result_builder *builder, uint32_t per_code);
/* Counts always; keeps up to FINDINGS_KEPT in all. Texts are copied. */
int vt_result_add_finding(struct vt_result_builder *builder, const struct vt_finding *finding,
                          struct vt_error *error);
int vt_result_add_verdict(struct vt_result_builder *builder, const struct vt_block_verdict *verdict,
                          struct vt_error *error);
int vt_result_add_rule(struct vt_result_builder *builder, const struct vt_rule_outcomes *outcomes,
                       struct vt_error *error);
/* The engine's own codes with more findings than are kept get outcomes as rules have, so that their
 * number is not lost. Once, when all findings are added. */
int vt_result_add_code_counts(struct vt_result_builder *builder, struct vt_error *error);
/* Counts findings that are not shown. */
void vt_result_add_more(struct vt_result_builder *builder, int severity, uint64_t count);
/* An error or a warning was added. */
bool vt_result_has_faults(const struct vt_result_builder *builder);
/* More was counted than is kept. */
bool vt_result_truncated(const struct vt_result_builder *builder);
/* Bytes needed with that table (NULL: none), and the block written there. */
size_t vt_result_size(const struct vt_result_builder *builder, const struct vt_table *table);
void vt_result_write(const struct vt_result_builder *builder, const struct vt_table *table,
                     void *block);

#endif

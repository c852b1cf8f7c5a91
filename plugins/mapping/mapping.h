/*
 * What formats with a mapping share: where a part of an observation comes from, codes to codes,
 * numbers and periods as people write them. Nothing is guessed: what cannot be read as agreed is a
 * finding at its place. Nodes and texts are the config's; memory is freed by mapping_*_fini.
 *
 * Functions that take `call` and `table` report to that page; they return VATER_OK also when they
 * reported, and then say so by an empty result.
 */
#ifndef MAPPING_MAPPING_H
#define MAPPING_MAPPING_H

#include "vater/plugin.h"

enum { MAPPING_NUMBER_BYTES = 80, MAPPING_PERIOD_BYTES = 16 };

/* ---- texts ----------------------------------------------------------------------------------- */

bool mapping_equal(struct vater_str a, struct vater_str b);
bool mapping_is(struct vater_str text, const char *word);
/* Without spaces and no-break spaces at its ends. */
struct vater_str mapping_trim(struct vater_str text);
/* ASCII letters in any case. */
bool mapping_equal_nocase(struct vater_str a, struct vater_str b);

/* ---- index: members of an object by name ------------------------------------------------------
 */

/* A hash over members, so that a table of thousands of units costs nothing a cell. */
struct mapping_index {
  const vater_node **members; /* in order; borrowed from the config */
  uint32_t *slots;            /* member + 1; 0: empty */
  uint32_t count, mask;
};

/* `object` NULL or no object: empty. VATER_E_NOMEM with a text in `call`. */
int mapping_index_init(const struct vater_host *host, vater_call *call, const vater_node *object,
                       struct mapping_index *index);
void mapping_index_fini(struct mapping_index *index); /* zeroed is fine */
/* UINT32_MAX where there is none. */
uint32_t mapping_index_find(const struct vater_host *host, const struct mapping_index *index,
                            struct vater_str name);

/* ---- memory ------------------------------------------------------------------------------------
 */

/* As realloc() for arrays that become large: of the `held` bytes nothing is lost, and large blocks
 * are aligned for huge pages, since touching millions of bytes by small ones costs more than what
 * is done with them. NULL: no memory, the block is as it was. */
void *mapping_grow(void *block, size_t held, size_t size);

/* ---- sources -----------------------------------------------------------------------------------
 */

/* "NAME", {"fixed": …} or {"from": …, "codes": …, "otherwise": …, "digits": …}. */
struct mapping_source {
  bool given;
  struct vater_str from;  /* empty: fixed, or by number */
  int64_t number;         /* of a column, from 1; 0: by name */
  struct vater_str fixed; /* .ptr NULL: not fixed */
  struct mapping_index codes;
  bool coded, keep; /* has codes; takes what is not among them */
  int64_t digits;   /* 0: any */
};

int mapping_source_init(const struct vater_host *host, vater_call *call, const vater_node *node,
                        struct mapping_source *source);
void mapping_source_fini(struct mapping_source *source);
/* The source's text for `given`, which stands at `offset`; *text.ptr NULL: absent, by a code null
 * or because a finding was reported. `what` names the source in findings: "column 'Kjønn'". */
int mapping_translate(const struct vater_host *host, vater_call *call, vater_table *table,
                      const struct mapping_source *source, const char *what, struct vater_str given,
                      uint64_t offset, struct vater_str *text);

/* ---- numbers -----------------------------------------------------------------------------------
 */

struct mapping_dialect {
  char decimal;               /* '.' or ',' */
  struct vater_str thousands; /* empty: none; " " is every kind of space */
};

/* Members "decimal" and "thousands"; NULL node: "." and none. */
void mapping_dialect_read(const struct vater_host *host, const vater_node *node,
                          struct mapping_dialect *dialect);
/* A number as people write it, as JSON writes it; decimals are kept. NULL: it is one, in `out`.
 * Else why not, in English: "has a decimal comma; the decimal sign that was agreed is '.'". */
const char *mapping_number(struct vater_str text, const struct mapping_dialect *dialect,
                           char out[MAPPING_NUMBER_BYTES]);

/* ---- periods and days --------------------------------------------------------------------------
 */

/* 2026, 2026-T1, 2026-Q3, 2026-07 from any of: these, 2026Q3, 2026K3, 2026T1, 202607, 2026M07,
 * 2026_2026, 2026-2026 (sources: SSB's and FHI's statistics, DHIS2 period types). NULL: done, in
 * `out`. Else what it is instead: "is a week". */
const char *mapping_period(struct vater_str text, char out[MAPPING_PERIOD_BYTES]);
/* The last or only day of YYYY-MM-DD; NULL: it is one. */
const char *mapping_day(struct vater_str text);

#endif

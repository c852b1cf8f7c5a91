/* FHIR R4 MeasureReport (HL7 FHIR 4.0.1, page "MeasureReport"): what the plugin's files share. */
#ifndef FHIR_FHIR_H
#define FHIR_FHIR_H

#include "vater/plugin.h"

#include <string.h>

extern const struct vater_host *fhir_host;

/* ---- texts ---------------------------------------------------------------------------------- */

#define FHIR_STR(literal) ((struct vater_str){literal, sizeof(literal) - 1})
/* For "%.*s": at most `max` bytes of what a payload says. */
#define FHIR_SHOWN(text, max) ((text).len > (max) ? (int)(max) : (int)(text).len), (text).ptr

static inline bool fhir_equal(struct vater_str a, struct vater_str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool fhir_is(struct vater_str text, const char *wanted)
{
  return text.len == strlen(wanted) && memcmp(text.ptr, wanted, text.len) == 0;
}

/* The member's text; empty where it is absent or no text. */
static inline struct vater_str fhir_text(const vater_node *object, const char *name)
{
  const vater_node *member = fhir_host->node->member(object, name);
  if (fhir_host->node->type(member) != VATER_NODE_TEXT)
    return (struct vater_str){NULL, 0};
  return fhir_host->node->text(member);
}

/* A finding that does not end the page. */
#define fhir_note(call_, table_, severity_, offset_, ...) \
  fhir_host->table->finding(call_, table_, severity_, offset_, __VA_ARGS__)

/* ---- mapping.c: the declared mapping, compiled when the plugin is opened --------------------- */

enum fhir_population {
  FHIR_INITIAL,
  FHIR_NUMERATOR,
  FHIR_NUMERATOR_EXCLUSION,
  FHIR_DENOMINATOR,
  FHIR_DENOMINATOR_EXCLUSION,
  FHIR_DENOMINATOR_EXCEPTION,
  FHIR_POPULATIONS /* also: a population that fills nothing */
};

/* CodeSystem measure-scoring, and whether numerator and denominator are of one population. */
enum fhir_scoring { FHIR_PROPORTION, FHIR_RATIO, FHIR_CONTINUOUS, FHIR_COHORT };

/* One entry of "measures", by "CANONICAL" or "CANONICAL#GROUP"; texts are borrowed from the
 * configuration. */
struct fhir_measure {
  struct vater_str canonical;
  struct vater_str group; /* code of the group it is for; empty: any */
  struct vater_str indicator, unit;
  enum fhir_scoring scoring;
  bool net;  /* counts are given after exclusions and exceptions */
  int shift; /* power of ten that a plain share is to be multiplied by: 2 for percent */
};

/* One entry of "breakdown": which stratifier, or part of one, is a dimension. */
struct fhir_dimension {
  struct vater_str name, from, separator;
  const vater_node *codes; /* their code: ours, or null for the total */
  int64_t part;            /* 1 for the first part between separators; 0: all */
  bool keep;               /* a code that is not listed stays as it is */
};

struct fhir_actor {
  struct vater_str system, value, reference, orgnr, area;
};

struct fhir_mapping {
  struct vater_str area, area_role, status;
  bool exclusive_end; /* period.end is the day after the last one */
  struct fhir_measure *measures;
  struct fhir_dimension *dimensions;
  struct fhir_actor *actors;
  const vater_node *populations, *ignored, *overlapping;
  uint32_t measure_count, dimension_count, actor_count;
};

int fhir_mapping_read(vater_call *call, const vater_node *root, struct fhir_mapping *mapping);
void fhir_mapping_free(struct fhir_mapping *mapping);
/* Whether an entry is for that measure, "URL" or "URL|VERSION". */
bool fhir_mapping_accepts(const struct fhir_measure *measure, struct vater_str canonical);
/* Whether a measure is in the mapping at all, and the entry for one of its groups (NULL: none). */
bool fhir_mapping_knows(const struct fhir_mapping *mapping, struct vater_str canonical);
const struct fhir_measure *fhir_mapping_measure(const struct fhir_mapping *mapping,
                                                struct vater_str canonical,
                                                const vater_node *group_code);
/* Whether a stratifier's code is in a list of codes. */
bool fhir_mapping_lists(const vater_node *codes, const vater_node *concept);
/* The population that a CodeableConcept names: by the standard's code system, by the mapping's
 * local codes, or by a standard code without system. */
enum fhir_population fhir_mapping_population(const struct fhir_mapping *mapping,
                                             const vater_node *concept);

/* ---- concept.c ------------------------------------------------------------------------------ */

/* The first coding's code of a CodeableConcept, else its text; empty where there is neither. */
struct vater_str fhir_concept(const vater_node *concept);
/* Whether one of its codings, or its text, is `code`. */
bool fhir_concept_is(const vater_node *concept, struct vater_str code);
/* Of an element or its `_name` sibling: why it has no value, as observations say it; NULL where no
 * data-absent-reason is given. */
const char *fhir_absent(const vater_node *element);

/* ---- period.c ------------------------------------------------------------------------------- */

enum { FHIR_PERIOD_ROOM = 8 };

/* "2026", "2026-T1", "2026-Q3" or "2026-07" of FHIR dates (also partial ones and date-times); false
 * where they are no such period. */
bool fhir_period(struct vater_str start, struct vater_str end, bool exclusive_end,
                 char out[FHIR_PERIOD_ROOM]);
/* Days since 1970 of the first day of a FHIR date; false where it is none. */
bool fhir_day(struct vater_str date, int64_t *day);

/* ---- number.c ------------------------------------------------------------------------------- */

enum { FHIR_NUMBER_ROOM = 96 };

/* A JSON number times 10^shift, digits kept as written. */
struct vater_str fhir_shifted(struct vater_str written, int shift, char out[FHIR_NUMBER_ROOM]);
/* How many decimals it was written with. */
unsigned fhir_decimals(struct vater_str written);
struct vater_str fhir_integer(int64_t value, char out[FHIR_NUMBER_ROOM]);

/* ---- figures.c: what a group or a stratum says ------------------------------------------------
 */

struct fhir_count {
  const vater_node *node; /* NULL: not reported */
  int64_t count;          /* where missing is NULL */
  const char *missing;
};

struct fhir_figures {
  const vater_node *at; /* the group or stratum */
  struct fhir_count counts[FHIR_POPULATIONS];
  const vater_node *score;    /* measureScore.value */
  const vater_node *quantity; /* measureScore */
  const char *score_missing;
};

/* Where a page's rows go. */
struct fhir_out {
  vater_call *call;
  vater_table *table;
  const struct fhir_mapping *mapping;
};

int fhir_figures_read(const struct fhir_out *out, const vater_node *element,
                      struct fhir_figures *figures);
bool fhir_figures_any(const struct fhir_figures *figures);
/* Arithmetic that the observation no longer shows: exclusions, populations, the score. */
int fhir_figures_check(const struct fhir_out *out, const struct fhir_measure *measure,
                       const struct fhir_figures *figures);
/* Sets the current row's numbers, or why there are none. */
int fhir_figures_put(const struct fhir_out *out, const struct fhir_measure *measure,
                     const struct fhir_figures *figures);
/* Strata of one stratifier add up to their group. */
int fhir_figures_sum(const struct fhir_out *out, const vater_node *stratifier,
                     const struct fhir_figures *group, const struct fhir_figures *sum);
void fhir_figures_add(struct fhir_figures *sum, const struct fhir_figures *stratum);

/* ---- breakdown.c ------------------------------------------------------------------------------
 */

/* Whether the strata of a stratifier (its one code, or NULL where components have theirs) get a
 * breakdown; with a finding where the mapping says nothing of it. */
int fhir_breakdown_named(const struct fhir_out *out, const vater_node *stratifier,
                         const vater_node *code, bool *named);
/* Sets the current row's breakdown. */
int fhir_breakdown_put(const struct fhir_out *out, const vater_node *code,
                       const vater_node *stratum);

/* ---- strict.c, members.c ----------------------------------------------------------------------
 */

/* Nulls and empty values, at any depth. */
int fhir_strict(const struct fhir_out *out, const vater_node *container);
/* Members that R4 does not have there, at any depth of a MeasureReport. */
int fhir_check_members(const struct fhir_out *out, const vater_node *report);
/* The same of a Bundle, without its reports. */
int fhir_check_bundle(const struct fhir_out *out, const vater_node *bundle);

/* ---- reporter.c -------------------------------------------------------------------------------
 */

enum { FHIR_PLACES = 4096 };

/* Organisations and locations of a Bundle, for references. */
struct fhir_places {
  const vater_node **entries;
  uint32_t count;
};

struct fhir_reporter {
  struct vater_str orgnr, area; /* empty: not told */
};

/* VATER_OK, with a finding where the reporter cannot be told. */
int fhir_reporter_find(const struct fhir_out *out, const struct fhir_places *places,
                       const vater_node *report, struct fhir_reporter *reporter);

/* ---- report.c, screen.c -----------------------------------------------------------------------
 */

int fhir_report_read(const struct fhir_out *out, const struct fhir_places *places,
                     const vater_node *report, struct fhir_reporter *reporter);
int fhir_screen(vater_call *call, void *self, const vater_node *root, struct vater_str bytes);

#endif

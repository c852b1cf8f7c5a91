/* How the cells of a data set become observations: made by bind.c, gone through by rows.c. */
#ifndef JSONSTAT_PLAN_H
#define JSONSTAT_PLAN_H

#include "jsonstat.h"
#include "mapping/mapping.h"

/* What a category is called in an observation. */
enum meaning { TEXT, TOTAL, SKIPPED };

struct category {
  struct vater_str text;
  enum meaning meaning;
};

/* One field or dimension of the breakdown, bound to what fills it. */
struct field {
  int column; /* VATER_COLUMN_BREAKDOWN: see source->name */
  const struct jsonstat_source *source;
  const struct jsonstat_dimension *dimension; /* NULL: fixed */
  uint32_t number;                            /* of the dimension */
  struct category *categories;                /* by position */
  char (*periods)[MAPPING_PERIOD_BYTES];
};

/* Measures of one indicator: which position of the metric dimension fills which number. */
struct target {
  struct vater_str indicator, unit;
  int64_t positions[JSONSTAT_AS_COUNT]; /* -1: none */
  uint32_t count;                       /* of those that are there, in order: */
  int as[JSONSTAT_AS_COUNT];
  uint64_t ahead[JSONSTAT_AS_COUNT]; /* cells from the place under way */
};

struct plan {
  struct jsonstat_out *out;
  const struct jsonstat_dataset *dataset;
  struct field *fields;
  uint32_t field_count, breakdown_from; /* the fields from there are dimensions of the breakdown */
  struct target *targets;
  uint32_t target_count;
  int64_t metric; /* number of the metric dimension; -1: none */
  uint64_t strides[JSONSTAT_DIMENSIONS];
  uint32_t at[JSONSTAT_DIMENSIONS]; /* the categories under way */
  bool skips;                       /* some category is left out */
  bool put;                         /* a row of this data set, with the breakdown at: */
  uint32_t before[JSONSTAT_DIMENSIONS];
};

extern const char *const jsonstat_as_names[JSONSTAT_AS_COUNT];

/* Fields and measures of the mapping bound to the plan's data set; what does not fit is reported.
 */
int jsonstat_plan_bind(struct plan *plan);
void jsonstat_plan_fini(struct plan *plan);

#endif

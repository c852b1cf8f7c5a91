/* JSON-stat 2.0 (json-stat.org, "Full specification") and 1.x bundles: what the plugin's files
 * share. Rule ids in findings are those of jsonstat/validator. */
#ifndef JSONSTAT_JSONSTAT_H
#define JSONSTAT_JSONSTAT_H

#include "vater/plugin.h"

#include <string.h>

extern const struct vater_host *jsonstat_host;

enum {
  JSONSTAT_DIMENSIONS = 32,
  JSONSTAT_CELLS = 5000000, /* counted before anything is allocated for them */
  JSONSTAT_NESTING = 4,     /* collections in collections */
  JSONSTAT_TOLD = 16        /* unknown statuses that are told once each */
};

/* ---- texts ---------------------------------------------------------------------------------- */

/* For "%.*s": at most `max` bytes of what a payload says. */
#define JSONSTAT_SHOWN(text, max) ((text).len > (max) ? (int)(max) : (int)(text).len), (text).ptr

static inline bool jsonstat_equal(struct vater_str a, struct vater_str b)
{
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool jsonstat_is(struct vater_str text, const char *wanted)
{
  return text.len == strlen(wanted) && memcmp(text.ptr, wanted, text.len) == 0;
}

/* A member that is there and not null: null stands for absent in some dialects. */
static inline const vater_node *jsonstat_member(const vater_node *object, const char *name)
{
  const vater_node *member = jsonstat_host->node->member(object, name);
  return jsonstat_host->node->type(member) != VATER_NODE_NULL ? member : NULL;
}

/* The member's text; empty where it is absent or no text. */
static inline struct vater_str jsonstat_text(const vater_node *object, const char *name)
{
  const vater_node *member = jsonstat_host->node->member(object, name);
  if (jsonstat_host->node->type(member) != VATER_NODE_TEXT)
    return (struct vater_str){NULL, 0};
  return jsonstat_host->node->text(member);
}

/* ---- findings ------------------------------------------------------------------------------- */

/* Where a page's rows and findings go. */
struct jsonstat_out {
  vater_call *call;
  vater_table *table;
  const struct jsonstat_mapping *mapping;
  bool faulty; /* an error was found in the data set being read: it gives no rows */
  /* Statuses that were told: each is told once for cells with a number, once for those without. */
  struct vater_str told[2][JSONSTAT_TOLD];
  uint32_t told_count[2];
};

#define jsonstat_warn(out_, at_, ...)                                                \
  jsonstat_host->table->finding((out_)->call, (out_)->table, VATER_SEVERITY_WARNING, \
                                jsonstat_host->node->offset(at_), __VA_ARGS__)
#define jsonstat_fault(out_, at_, ...)                                              \
  ((out_)->faulty = true,                                                           \
   jsonstat_host->table->finding((out_)->call, (out_)->table, VATER_SEVERITY_ERROR, \
                                 jsonstat_host->node->offset(at_), __VA_ARGS__))

/* ---- dataset.c: one data set's cube ------------------------------------------------------------
 */

enum jsonstat_role { JSONSTAT_NO_ROLE, JSONSTAT_TIME, JSONSTAT_GEO, JSONSTAT_METRIC };

struct jsonstat_dimension {
  struct vater_str id;
  const vater_node *at; /* its object */
  enum jsonstat_role role;
  uint32_t size;
  struct vater_str *codes;    /* by position */
  const vater_node **code_at; /* by position */
  uint32_t *sorted;           /* positions by code */
};

struct jsonstat_dataset {
  const vater_node *at;     /* of the data set */
  const vater_node *layout; /* the object that has id, size and role: 2.0 itself, 1.x "dimension" */
  struct jsonstat_dimension *dimensions;
  uint32_t dimension_count;
  uint64_t cells;
  const vater_node **values;    /* by position; NULL: absent */
  const vater_node **status;    /* by position; NULL as a whole: see one_status */
  const vater_node *one_status; /* for all cells */
};

/* Reads shape, codes, values and status; every fault is a finding. The arrays are the data set's
 * own until jsonstat_dataset_fini(). */
int jsonstat_dataset_read(struct jsonstat_out *out, const vater_node *at,
                          struct jsonstat_dataset *dataset);
void jsonstat_dataset_fini(struct jsonstat_dataset *dataset);
/* Types of the members that JSON-stat names, at the root and of data sets. */
int jsonstat_check_members(struct jsonstat_out *out, const vater_node *object);
/* Warns of each member that is not among `names`, a list that ends with NULL. */
int jsonstat_check_known(struct jsonstat_out *out, const vater_node *object,
                         const char *const *names);

/* ---- category.c --------------------------------------------------------------------------------
 */

int jsonstat_category_read(struct jsonstat_out *out, struct jsonstat_dimension *dimension);
/* The code's position; false where the dimension has none. */
bool jsonstat_category_find(const struct jsonstat_dimension *dimension, struct vater_str code,
                            uint32_t *position);
/* children.c: codes known, and no code its own descendant. */
int jsonstat_children_check(struct jsonstat_out *out, const struct jsonstat_dimension *dimension,
                            const vater_node *child);

/* ---- values.c ----------------------------------------------------------------------------------
 */

int jsonstat_values_read(struct jsonstat_out *out, struct jsonstat_dataset *dataset);

/* ---- mapping.c ---------------------------------------------------------------------------------
 */

/* Where a field comes from: a dimension, or fixed. */
struct jsonstat_source {
  struct vater_str name; /* of the breakdown's dimension; else empty */
  struct vater_str from; /* id of the dimension; empty: none */
  struct vater_str fixed;
  const vater_node *codes; /* their code: ours, or null */
  bool keep;               /* a code that is not listed stays as it is */
  bool skip;               /* cells of a code that is not listed are left out */
  int64_t digits;          /* leading zeros up to so many; 0: as written */
};

enum jsonstat_as { JSONSTAT_VALUE, JSONSTAT_NUMERATOR, JSONSTAT_DENOMINATOR, JSONSTAT_AS_COUNT };

/* One entry of "measures": a code of the metric dimension. */
struct jsonstat_measure {
  struct vater_str code, indicator, unit;
  enum jsonstat_as as;
};

struct jsonstat_mapping {
  struct vater_str metric; /* id of the metric dimension; empty: by role */
  struct jsonstat_source indicator, actor, period, area, area_role, unit, status;
  struct jsonstat_source *breakdown;
  struct jsonstat_measure *measures;
  uint32_t breakdown_count, measure_count;
  const vater_node *missing;     /* status: reason */
  const vater_node *preliminary; /* statuses of figures that may still change */
};

int jsonstat_mapping_read(vater_call *call, const vater_node *root,
                          struct jsonstat_mapping *mapping);
void jsonstat_mapping_free(struct jsonstat_mapping *mapping);
/* Why a cell of that status has no number, by the mapping or else by SSB's symbols; false where
 * neither says. */
bool jsonstat_mapping_missing(const struct jsonstat_mapping *mapping, struct vater_str status,
                              struct vater_str *reason);
bool jsonstat_mapping_preliminary(const struct jsonstat_mapping *mapping, struct vater_str status);

/* ---- rows.c ------------------------------------------------------------------------------------
 */

/* Observations of a data set that has been read without faults. */
int jsonstat_rows_put(struct jsonstat_out *out, const struct jsonstat_dataset *dataset);

#endif

/* A program's parts in columnar form: each gives its values for a batch of rows at once. */
#ifndef VT_CEL_VECTOR_H
#define VT_CEL_VECTOR_H

#include "cel/step.h"

enum { VT_CEL_BATCH = 512 };

enum vt_cel_vector_kind {
  VT_CEL_VECTOR_CONSTANT,   /* one value for all rows */
  VT_CEL_VECTOR_COLUMN,     /* a number or bool column */
  VT_CEL_VECTOR_PRESENT,    /* has() of a column */
  VT_CEL_VECTOR_DICTIONARY, /* once per text (or byte) of a column, then remembered */
  VT_CEL_VECTOR_SAME_TEXT,  /* two text columns of one dictionary, == or != */
  VT_CEL_VECTOR_ARITHMETIC, /* + - * / of doubles */
  VT_CEL_VECTOR_ABSOLUTE,
  VT_CEL_VECTOR_NEGATE,
  VT_CEL_VECTOR_COMPARE, /* of numbers */
  VT_CEL_VECTOR_AND,
  VT_CEL_VECTOR_OR,
  VT_CEL_VECTOR_NOT,
  VT_CEL_VECTOR_CONDITIONAL, /* of bools */
  VT_CEL_VECTOR_ROWS         /* row by row */
};

enum vt_cel_operator {
  VT_CEL_OPERATOR_ADD,
  VT_CEL_OPERATOR_SUBTRACT,
  VT_CEL_OPERATOR_MULTIPLY,
  VT_CEL_OPERATOR_DIVIDE,
  VT_CEL_OPERATOR_LESS,
  VT_CEL_OPERATOR_LESS_EQUAL,
  VT_CEL_OPERATOR_GREATER,
  VT_CEL_OPERATOR_GREATER_EQUAL,
  VT_CEL_OPERATOR_EQUAL,
  VT_CEL_OPERATOR_NOT_EQUAL
};

/* What a part is in one row: a lane, or a number with a state (0, or a lane of error or missing).
 */
struct vt_cel_vector {
  enum vt_cel_vector_kind kind;
  enum vt_cel_operator operation;
  bool number; /* a double; else a bool lane */
  struct vt_cel_vector **items;
  uint32_t count;
  const struct vt_cel_column *column, *other;
  const struct vt_cel_step *step; /* for dictionary, rows and constants */
  /* by dictionary id: lane or state, UNKNOWN before the first use */
  uint8_t *memo_lanes;
  double *memo_numbers;
  /* the batch */
  double *numbers; /* own room, or the column's data */
  double *own_numbers;
  uint8_t *lanes; /* of bools, or states of numbers; NULL: all states are 0 */
  uint8_t *own_lanes;
};

enum { VT_CEL_LANE_UNKNOWN = 255 };

struct vt_cel_columns {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  const struct vt_cel_program *program;
  const struct vt_cel_record *record;
  const struct vt_cel_column *columns;
  uint32_t slot, rows, slow;
  struct vt_cel_value *variables; /* a copy; the record's slot is our row */
  struct vt_cel_getter getter;
  /* while a text of a dictionary stands for its column */
  uint32_t fixed_field, fixed_id;
  struct vt_cel_vector *root;
  bool no_memory;
};

/* Builds the part for a node; NULL without memory. */
struct vt_cel_vector *vt_cel_vector_new(struct vt_cel_columns *bound,
                                        const struct vt_cel_node *node);
/* Fills numbers and lanes for rows [first, first + count), count at most VT_CEL_BATCH. */
void vt_cel_vector_fill(struct vt_cel_columns *bound, struct vt_cel_run *run,
                        struct vt_cel_vector *vector, uint32_t first, uint32_t count);

#endif

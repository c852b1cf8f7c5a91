/* An environment with a record, rows and a few variables, for all tests of expressions. */
#ifndef VT_TESTS_CEL_RIG_H
#define VT_TESTS_CEL_RIG_H

#include "cel/cel.h"

enum { RIG_ROWS = 4, RIG_OBS = 0, RIG_ROWS_SLOT = 1 };

/* Row: numerator, denominator, value (double), period, area, status (string), count (int),
 * flag (bool), and decimals(value). Variables: obs, rows, name (string), nothing (string, missing),
 * anything (dyn), numbers (list(int)), limit (double). */
struct rig {
  struct vt_allocator allocator;
  struct vt_arena *arena;
  struct vt_cel_environment *environment;
  struct vt_cel_run *run;
  struct vt_cel_getter getter;
  struct vt_cel_value variables[8];
  struct vt_cel_value numbers[3];
};

/* VATER_OK or VATER_E_NOMEM; close it either way. */
int rig_open(struct rig *rig, const struct vt_allocator *allocator);
void rig_close(struct rig *rig);
int rig_compile(struct rig *rig, struct vater_str text, struct vt_diagnostics *diagnostics,
                struct vt_cel_program **program);

/* Columns of the rig's rows, by field index. */
const struct vt_cel_column *rig_columns(void);
enum { RIG_FIELDS = 9 };

/* malloc that fails from the `left`th call on, or only that one, and counts what is not freed. */
struct failing {
  long left; /* calls until one fails; negative: never */
  bool once;
  long live; /* allocations not freed */
  long calls;
};
struct vt_allocator failing_allocator(struct failing *state);

#endif

/* The kinds of steps that programs are made of. Each evaluates its items and gives one outcome;
 * missing and error pass through, the leftmost first, except where a step says otherwise. */
#ifndef VT_CEL_STEP_H
#define VT_CEL_STEP_H

#include "cel/program.h"

/* step_value.c */
vt_cel_step_run vt_cel_step_constant; /* value */
vt_cel_step_run vt_cel_step_variable; /* slot */
vt_cel_step_run vt_cel_step_local;    /* slot */
vt_cel_step_run vt_cel_step_unknown;  /* a name that nothing declares, in unchecked programs */
vt_cel_step_run vt_cel_step_field;    /* field of the record in variable slot */
vt_cel_step_run vt_cel_step_select;   /* node->name of items[0] */
vt_cel_step_run vt_cel_step_has;
vt_cel_step_run vt_cel_step_index; /* items[0][items[1]]; node->name tells [?] */
vt_cel_step_run vt_cel_step_list;
vt_cel_step_run vt_cel_step_map;
/* A map of borrowed entries as outcome, or the error that they make. */
void vt_cel_finish_map(struct vt_cel_run *run, const struct vt_cel_entry *entries, uint32_t count,
                       struct vt_cel_value *out);

/* A field's value; a missing one tells where it was looked for. */
static inline void vt_cel_get_field(const struct vt_cel_value *record, uint32_t slot,
                                    uint32_t field, struct vt_cel_value *out)
{
  const struct vt_cel_getter *getter = record->as.record.getter;
  getter->get(getter->context, record->row, field, out);
  if (out->kind == VT_CEL_MISSING) {
    out->as.missing.slot = slot;
    out->as.missing.field = field;
  }
}

/* An operand's value. Most are fields of the record at hand: those need no call through the step,
 * which is a tenth of the time of a short comparison. */
static inline void vt_cel_step_operand(struct vt_cel_run *run, const struct vt_cel_step *step,
                                       struct vt_cel_value *out)
{
  if (step->run == vt_cel_step_field && run->variables[step->slot].kind == VT_CEL_RECORD)
    vt_cel_get_field(&run->variables[step->slot], step->slot, step->field, out);
  else
    step->run(run, step, out);
}

/* step_logic.c */
vt_cel_step_run vt_cel_step_and;
vt_cel_step_run vt_cel_step_or;
vt_cel_step_run vt_cel_step_not;
vt_cel_step_run vt_cel_step_conditional;
vt_cel_step_run vt_cel_step_loop;
vt_cel_step_run vt_cel_step_bind;
vt_cel_step_run vt_cel_step_optional;
vt_cel_step_run vt_cel_step_or_else; /* items[0].or(items[1]), and orValue: field 1 */

/* step_compare.c */
vt_cel_step_run vt_cel_step_equal;      /* field: 1 for != */
vt_cel_step_run vt_cel_step_equal_text; /* items[0] == value, a string; field as above */
vt_cel_step_run vt_cel_step_in;
vt_cel_step_run vt_cel_step_in_set; /* items[0] in data, a struct vt_cel_map of constants */
vt_cel_step_run vt_cel_step_less;   /* one for each of < <= > >=, any types */
vt_cel_step_run vt_cel_step_less_equal;
vt_cel_step_run vt_cel_step_greater;
vt_cel_step_run vt_cel_step_greater_equal;
/* of doubles alone: step_call.c */
vt_cel_step_run vt_cel_step_less_double;
vt_cel_step_run vt_cel_step_less_equal_double;
vt_cel_step_run vt_cel_step_greater_double;
vt_cel_step_run vt_cel_step_greater_equal_double;

/* step_call.c */
vt_cel_step_run vt_cel_step_call;     /* data: the one overload, whose types are sure */
vt_cel_step_run vt_cel_step_dispatch; /* node->overloads, by the values' types */
vt_cel_step_run vt_cel_step_matches;  /* items[0] matches data, a struct vt_regex; value: hash */
vt_cel_step_run vt_cel_step_add_double;
vt_cel_step_run vt_cel_step_subtract_double;
vt_cel_step_run vt_cel_step_multiply_double;
vt_cel_step_run vt_cel_step_divide_double;
vt_cel_step_run vt_cel_step_abs_double;

#endif

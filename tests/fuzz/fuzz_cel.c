/* Any bytes as an expression and as a message template: compiling and evaluating end, within their
 * budgets, and columns say what the general evaluator says. */
#include "unit/cel/cel_rig.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { STEPS = 20000, MEMORY = 1024 * 1024, PRINTED = 256 * 1024, REUSED = 200 };

static void require(bool condition)
{
  if (!condition)
    abort();
}

static uint8_t lane_of(const struct vt_cel_value *value)
{
  if (value->kind == VT_CEL_BOOL)
    return value->as.truth ? VT_CEL_LANE_TRUE : VT_CEL_LANE_FALSE;
  return value->kind == VT_CEL_MISSING ? VT_CEL_LANE_MISSING : VT_CEL_LANE_ERROR;
}

static bool over_budget(const struct vt_cel_value *value)
{
  return value->kind == VT_CEL_ERROR && value->as.fault->status == VATER_E_LIMIT;
}

static void compare_columns(struct rig *rig, struct vt_cel_run *run,
                            const struct vt_cel_program *program)
{
  struct vt_cel_columns *bound;
  uint8_t lanes[RIG_ROWS];
  int status = vt_cel_columns_new(&rig->allocator, program, RIG_OBS, rig_columns(), RIG_ROWS,
                                  rig->variables, &bound, NULL);
  require(status == VATER_OK || status == VATER_DONE);
  if (status == VATER_OK)
    vt_cel_columns_eval(bound, run, 0, RIG_ROWS, lanes);
  for (uint32_t row = 0; row < RIG_ROWS && status == VATER_OK; row++) {
    struct vt_cel_value value;
    rig->variables[RIG_OBS].row = row;
    vt_cel_eval(run, program, rig->variables, &value);
    /* budgets are of the whole here and of the parts there */
    require(over_budget(&value) || lanes[row] == lane_of(&value) ||
            lanes[row] == VT_CEL_LANE_ERROR);
  }
  vt_cel_columns_free(bound);
}

static void evaluate(struct rig *rig, struct vater_str text)
{
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  struct vt_cel_template *template;
  struct vt_cel_run *run;
  struct vt_cel_value value;
  struct vt_buffer printed;
  vt_diagnostics_init(&diagnostics, rig->arena);
  vt_buffer_init(&printed, &rig->allocator, PRINTED);
  require(vt_cel_run_new(&rig->allocator, STEPS, MEMORY, &run) == VATER_OK);
  int status = rig_compile(rig, text, &diagnostics, &program);
  require(status == VATER_OK || (status == VATER_E_RULE && diagnostics.count > 0));
  if (status == VATER_OK) {
    vt_cel_eval(run, program, rig->variables, &value);
    vt_cel_print(&value, &printed);
    vt_cel_program_print(program, &printed);
    compare_columns(rig, run, program);
  } else {
    vt_diagnostics_print(&diagnostics, &printed);
  }
  const struct vt_cel_source source = {.text = text};
  vt_buffer_reset(&printed);
  status = vt_cel_template_compile(rig->environment, &source, rig->arena, &diagnostics, &template);
  if (status == VATER_OK)
    vt_cel_template_eval(run, template, rig->variables, &printed);
  vt_cel_run_free(run);
  vt_buffer_fini(&printed);
}

/* An environment serves many inputs: making one costs more than most of them. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  static struct rig rig;
  static unsigned uses;
  struct vt_allocator allocator = vt_allocator_real();
  if (uses++ % REUSED == 0) {
    if (uses > 1)
      rig_close(&rig);
    require(rig_open(&rig, &allocator) == VATER_OK);
  }
  struct vt_arena *kept = rig.arena;
  rig.arena = vt_arena_new(&allocator, 0);
  require(rig.arena != NULL);
  evaluate(&rig, (struct vater_str){(const char *)bytes, size});
  vt_arena_free(rig.arena);
  rig.arena = kept;
  return 0;
}

#include "rules/judging.h"

int vt_rules_judge(const struct vt_rules *rules, const struct vt_table *table,
                   const struct vt_rules_context *context, const struct vt_rules_sink *sink,
                   struct vt_error *error)
{
  const struct vt_allocator *allocator = &rules->environment->allocator;
  struct vt_judging judging = {.rules = rules, .table = table, .context = context, .sink = sink};
  size_t len = vt_date_print(context->today, judging.today_text);
  judging.today = (struct vater_str){judging.today_text, len};
  judging.observation = (struct vt_cel_getter){vt_judging_field, &judging};
  judging.submission = (struct vt_cel_getter){vt_rules_submission_field, table};
  judging.reference = (struct vt_cel_getter){vt_rules_run_field, &judging.today};
  judging.arena = vt_arena_new(allocator, 0);
  judging.scratch = vt_arena_new(allocator, 0);
  int status = judging.arena == NULL || judging.scratch == NULL
                   ? VATER_E_NOMEM
                   : vt_cel_run_new(allocator, 0, 0, &judging.run);
  if (status == VATER_OK)
    status = vt_judging_prepare(&judging);
  if (status == VATER_OK)
    status = vt_judging_observations(&judging, error);
  if (status == VATER_OK)
    status = vt_judging_submissions(&judging, error);
  if (status == VATER_OK)
    status = vt_judging_tell(&judging, error);
  if (status == VATER_OK && judging.starved)
    status = VATER_E_NOMEM;
  vt_cel_run_free(judging.run);
  vt_free(allocator, judging.blocks);
  vt_arena_free(judging.scratch);
  vt_arena_free(judging.arena);
  if (status == VATER_E_NOMEM)
    vt_fail(error, status, NULL, "out of memory while judging by the rules");
  return status;
}

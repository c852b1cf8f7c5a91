#include "report/layout.h"

#include "base/date.h"

/* Blocks listed of one job; the others are counted. */
enum { BLOCKS_SHOWN = 12 };

static enum vt_ink ink_of_severity(int severity)
{
  return severity == VATER_SEVERITY_ERROR     ? VT_INK_RED
         : severity == VATER_SEVERITY_WARNING ? VT_INK_YELLOW
                                              : VT_INK_BLUE;
}

static enum vt_ink ink_of_status(enum vt_status status)
{
  switch (status) {
  case VT_STATUS_ACCEPTED:
  case VT_STATUS_UNCHANGED:
    return VT_INK_GREEN;
  case VT_STATUS_ACCEPTED_WITH_NOTES:
  case VT_STATUS_PARTLY_ACCEPTED:
    return VT_INK_YELLOW;
  case VT_STATUS_NOT_DUE:
    return VT_INK_DIM;
  default:
    return VT_INK_RED;
  }
}

static const char *status_word(const struct vt_layout *layout, enum vt_status status)
{
  return vt_layout_word(layout, VT_TEXT_INTERNAL_ERROR + status);
}

static struct vater_str verdict_word(const struct vt_layout *layout, struct vater_str verdict)
{
  for (int i = 0; i < VT_REPORT_VERDICTS; i++)
    if (vt_str_is(verdict, vt_report_verdict_name(i)))
      return vt_str(vt_layout_word(layout, VT_TEXT_BLOCK_ACCEPTED + (unsigned)i));
  return verdict;
}

static const char *severity_word(const struct vt_layout *layout, int severity)
{
  return vt_layout_word(layout, VT_TEXT_SEVERITY_INFO + (unsigned)severity);
}

static void heading(struct vt_layout *layout, enum vt_report_text which)
{
  vt_layout_end(layout);
  vt_layout_ink(layout, VT_INK_BOLD);
  vt_layout_say(layout, "%s", vt_layout_word(layout, which));
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_end(layout);
}

/* "3 errors, 9 warnings" */
static void say_findings(struct vt_layout *layout, const char *before,
                         const struct vt_report_counts *counts)
{
  if (counts->total == 0)
    vt_layout_count(layout, before, 0, VT_TEXT_FINDING);
  if (counts->errors > 0) {
    vt_layout_count(layout, before, counts->errors, VT_TEXT_ERROR);
    before = ", ";
  }
  if (counts->warnings > 0) {
    vt_layout_count(layout, before, counts->warnings, VT_TEXT_WARNING);
    before = ", ";
  }
  if (counts->infos > 0)
    vt_layout_count(layout, before, counts->infos, VT_TEXT_INFO);
}

/* ---- findings -------------------------------------------------------------------------------- */

static struct vater_str in_language(const struct vater_str *texts, enum vt_language language)
{
  if (texts[language].len > 0)
    return texts[language];
  return texts[VT_LANGUAGE_EN].len > 0 ? texts[VT_LANGUAGE_EN] : texts[VT_LANGUAGE_NB];
}

/* "983974724 main · /observations/0/numerator · line 3:15" */
static void put_place(struct vt_layout *layout, const struct vt_report *report,
                      const struct vt_report_sample *sample)
{
  const struct vt_store_finding *finding = sample->finding;
  if (report->file.len > 0 && sample->job->row.pages <= 1 && finding->pointer.len == 0 &&
      finding->line == 0)
    return;
  vt_layout_indent(layout, 4);
  vt_layout_ink(layout, VT_INK_DIM);
  const char *between = "";
  if (report->file.len == 0) {
    vt_layout_cut(layout, sample->job->row.actor, 20, 0);
    vt_layout_say(layout, " ");
    vt_layout_cut(layout, sample->job->row.endpoint, 20, 0);
    between = " · ";
  }
  if (sample->job->row.pages > 1) {
    vt_layout_say(layout, "%s%s %u", between, vt_layout_word(layout, VT_TEXT_PAGE),
                  finding->page + 1);
    between = " · ";
  }
  if (finding->pointer.len > 0) {
    vt_layout_join(layout, between, finding->pointer, layout->width - 8);
    between = " · ";
  }
  if (finding->line > 0)
    vt_layout_say(layout, "%s%s %u:%u", between, vt_layout_word(layout, VT_TEXT_LINE),
                  finding->line, finding->line_column);
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_end(layout);
}

/* What is told as the reason why nothing of the delivery was accepted. */
static bool is_reason(const struct vt_report_job *job, struct vater_str remedy,
                      enum vt_language language)
{
  const struct vt_code *code = vt_code_find(job->row.code);
  return code != NULL && vt_str_is(remedy, code->remedy[language]);
}

static void put_sample(struct vt_layout *layout, const struct vt_report *report,
                       const struct vt_report_group *group, size_t number)
{
  const struct vt_report_sample *sample = &group->samples[number];
  const struct vt_store_finding *finding = sample->finding;
  enum vt_language language = layout->style->language;
  vt_layout_indent(layout, 2);
  vt_layout_wrap(layout, 4, in_language(finding->message, language));
  put_place(layout, report, sample);
  vt_layout_excerpt(layout, 6, finding);
  struct vater_str remedy = in_language(finding->remedy, language);
  if (report->file.len > 0 && is_reason(sample->job, remedy, language))
    return; /* told with the delivery */
  bool again =
      number > 0 &&
      vt_str_equal(remedy, in_language(group->samples[number - 1].finding->remedy, language));
  if (remedy.len == 0 || again)
    return;
  vt_layout_indent(layout, 4);
  vt_layout_ink(layout, VT_INK_GREEN);
  vt_layout_say(layout, "→ ");
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_wrap(layout, 6, remedy);
}

static void put_group(struct vt_layout *layout, const struct vt_report *report,
                      const struct vt_report_group *group)
{
  vt_layout_ink(layout, ink_of_severity(group->severity));
  vt_layout_cut(layout, group->code, 40, 0);
  vt_layout_say(layout, " %s", severity_word(layout, group->severity));
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_count(layout, ", ", group->count, VT_TEXT_FINDING);
  if (report->file.len == 0) {
    vt_layout_say(layout, " %s", vt_layout_word(layout, VT_TEXT_IN));
    vt_layout_count(layout, " ", group->job_count, VT_TEXT_DELIVERY);
  }
  vt_layout_end(layout);
  size_t shown =
      group->sample_count < layout->style->samples ? group->sample_count : layout->style->samples;
  for (size_t i = 0; i < shown; i++)
    put_sample(layout, report, group, i);
  if (group->count == shown)
    return;
  vt_layout_indent(layout, 4);
  vt_layout_say(layout, "… %llu %s", (unsigned long long)(group->count - shown),
                vt_layout_word(layout, VT_TEXT_MORE));
  vt_layout_end(layout);
}

static void put_groups(struct vt_layout *layout, const struct vt_report *report)
{
  if (report->group_count == 0)
    return;
  heading(layout, VT_TEXT_FINDINGS_BY_RULE);
  for (size_t i = 0; i < report->group_count; i++)
    put_group(layout, report, &report->groups[i]);
}

/* ---- jobs ------------------------------------------------------------------------------------ */

static void put_block(struct vt_layout *layout, const struct vt_report_job *job,
                      const struct vt_store_block *block)
{
  vt_layout_indent(layout, 6);
  if (!vt_str_equal(block->actor, job->row.actor)) {
    vt_layout_cut(layout, block->actor, 20, 0);
    vt_layout_say(layout, " ");
  }
  vt_layout_cut(layout, block->indicator, 20, 8);
  vt_layout_say(layout, " ");
  vt_layout_cut(layout, block->period, 12, 8);
  vt_layout_say(layout, " ");
  vt_layout_cut(layout, verdict_word(layout, block->verdict), 24, 22);
  vt_layout_count(layout, " ", block->rows, VT_TEXT_OBSERVATION);
  struct vt_report_counts counts = {(uint64_t)block->errors + block->warnings + block->infos,
                                    block->errors, block->warnings, block->infos};
  if (counts.total > 0)
    say_findings(layout, ", ", &counts);
  /* a rule that could not be asked is a finding above, and neither error nor warning here */
  if (block->undecided > 0)
    vt_layout_say(layout, ", %llu %s", (unsigned long long)block->undecided,
                  vt_layout_word(layout, VT_TEXT_BLOCK_UNDECIDED));
  vt_layout_end(layout);
}

/* Those that are not plainly accepted; the others are counted. */
static void put_blocks(struct vt_layout *layout, const struct vt_report_job *job)
{
  size_t shown = 0, left = 0;
  for (size_t i = 0; i < job->block_count; i++)
    if (shown == BLOCKS_SHOWN || vt_str_is(job->blocks[i].verdict, "accepted"))
      left++;
    else {
      shown++;
      put_block(layout, job, &job->blocks[i]);
    }
  if (left == 0 || shown == 0)
    return;
  vt_layout_indent(layout, 6);
  vt_layout_say(layout, "… %zu %s", left, vt_layout_word(layout, VT_TEXT_MORE));
  vt_layout_end(layout);
}

/* Why nothing was accepted: the error's own words, or the code's. */
static void put_reason(struct vt_layout *layout, const struct vt_report_job *job)
{
  const struct vt_code *code = vt_code_find(job->row.code);
  if (code != NULL) {
    vt_layout_indent(layout, 6);
    vt_layout_wrap(layout, 6, vt_str(code->title[layout->style->language]));
  }
  if (job->row.message.len > 0) {
    vt_layout_indent(layout, 6);
    vt_layout_ink(layout, VT_INK_DIM);
    vt_layout_wrap(layout, 6, job->row.message);
    vt_layout_ink(layout, VT_INK_PLAIN);
  }
  if (code != NULL) {
    vt_layout_indent(layout, 6);
    vt_layout_ink(layout, VT_INK_GREEN);
    vt_layout_say(layout, "→ ");
    vt_layout_ink(layout, VT_INK_PLAIN);
    vt_layout_wrap(layout, 8, vt_str(code->remedy[layout->style->language]));
  }
}

static void put_job(struct vt_layout *layout, const struct vt_report_job *job)
{
  const struct vt_store_job_row *row = &job->row;
  vt_layout_indent(layout, row->endpoint.len > 0 ? 4 : 2);
  if (row->endpoint.len > 0) {
    vt_layout_cut(layout, row->endpoint, 24, 0);
    vt_layout_say(layout, " ");
  }
  vt_layout_cut(layout, vt_report_delivery(row->delivery, layout->style->language), 20, 0);
  if (row->code.len > 0) {
    vt_layout_say(layout, " ");
    vt_layout_ink(layout, VT_INK_BOLD);
    vt_layout_cut(layout, row->code, 24, 0);
    vt_layout_ink(layout, VT_INK_PLAIN);
  }
  if (job->block_count > 0)
    vt_layout_count(layout, " · ", job->block_count, VT_TEXT_BLOCK);
  if (row->rows > 0)
    vt_layout_count(layout, " · ", row->rows, VT_TEXT_OBSERVATION);
  if (row->finding_total > 0)
    say_findings(layout, " · ",
                 &(struct vt_report_counts){row->finding_total, row->finding_errors,
                                            row->finding_warnings, row->finding_infos});
  if (row->test)
    vt_layout_say(layout, " · %s", vt_layout_word(layout, VT_TEXT_TEST));
  vt_layout_end(layout);
  if (row->code.len > 0)
    put_reason(layout, job);
  put_blocks(layout, job);
}

static void put_actors(struct vt_layout *layout, const struct vt_report *report)
{
  heading(layout, VT_TEXT_ACTORS_BY_STATUS);
  for (size_t i = 0; i < report->actor_count; i++) {
    const struct vt_report_actor *actor = &report->actors[i];
    if (i == 0 || actor->status != actor[-1].status) {
      vt_layout_ink(layout, ink_of_status(actor->status));
      vt_layout_say(layout, "%s", status_word(layout, actor->status));
      vt_layout_ink(layout, VT_INK_PLAIN);
      vt_layout_say(layout, " (%u)", report->statuses[actor->status]);
      vt_layout_end(layout);
    }
    vt_layout_indent(layout, 2);
    vt_layout_cut(layout, actor->orgnr, 20, 10);
    vt_layout_cut(layout, actor->name, layout->width - 14, 0);
    vt_layout_end(layout);
    for (size_t j = 0; j < actor->job_count; j++)
      put_job(layout, &actor->jobs[j]);
  }
}

/* ---- heads ----------------------------------------------------------------------------------- */

static void put_run_head(struct vt_layout *layout, const struct vt_report *report)
{
  char day[16], started[32];
  vt_date_print(report->run.reference_day, day);
  vt_date_print_time(report->run.started_ms, started);
  vt_layout_ink(layout, VT_INK_BOLD);
  vt_layout_say(layout, "%s %lld", vt_layout_word(layout, VT_TEXT_RUN), (long long)report->run.id);
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_say(layout, ", %s %s", vt_layout_word(layout, VT_TEXT_REFERENCE_DATE), day);
  vt_layout_say(layout, ", %s %s", vt_layout_word(layout, VT_TEXT_STARTED), started);
  if (report->run.finished_ms == 0)
    vt_layout_say(layout, ", %s", vt_layout_word(layout, VT_TEXT_UNFINISHED));
  else
    vt_layout_say(layout, ", %.1f s",
                  (double)(report->run.finished_ms - report->run.started_ms) / 1000.0);
  if (report->run.resumed > 0)
    vt_layout_say(layout, ", %s: %u", vt_layout_word(layout, VT_TEXT_RESUMED), report->run.resumed);
  vt_layout_end(layout);
}

static void put_totals(struct vt_layout *layout, const struct vt_report *report)
{
  vt_layout_count(layout, "", report->actor_count, VT_TEXT_ACTOR);
  vt_layout_count(layout, ", ", report->rows, VT_TEXT_OBSERVATION);
  say_findings(layout, ", ", &report->findings);
  vt_layout_end(layout);
  for (int i = 0; i < VT_STATUS_COUNT; i++)
    if (report->statuses[i] > 0) {
      vt_layout_indent(layout, 2);
      vt_layout_ink(layout, ink_of_status((enum vt_status)i));
      vt_layout_cut(layout, vt_str(status_word(layout, (enum vt_status)i)), 24, 22);
      vt_layout_ink(layout, VT_INK_PLAIN);
      vt_layout_say(layout, " %5u", report->statuses[i]);
      vt_layout_end(layout);
    }
  const char *between = "";
  vt_layout_say(layout, "%s: ", vt_layout_word(layout, VT_TEXT_BLOCKS));
  for (int i = 0; i < VT_REPORT_VERDICTS; i++) {
    vt_layout_say(layout, "%s%llu %s", between, (unsigned long long)report->verdicts[i],
                  vt_layout_word(layout, VT_TEXT_BLOCK_ACCEPTED + (unsigned)i));
    between = ", ";
  }
  vt_layout_end(layout);
}

static void put_skipped(struct vt_layout *layout, const struct vt_report_job *job)
{
  bool any = false;
  for (size_t i = 0; i < job->rule_count; i++) {
    const struct vt_store_rule *rule = &job->rules[i];
    if (rule->reason.len == 0)
      continue;
    if (!any)
      heading(layout, VT_TEXT_SKIPPED_RULES);
    any = true;
    vt_layout_indent(layout, 2);
    vt_layout_cut(layout, rule->code, 30, 12);
    vt_layout_say(layout, " ");
    vt_layout_cut(layout, vt_report_reason(rule->reason, layout->style->language),
                  layout->width - 16, 0);
    vt_layout_end(layout);
  }
}

static void put_check(struct vt_layout *layout, const struct vt_report *report)
{
  const struct vt_report_job *job = &report->jobs[0];
  vt_layout_ink(layout, VT_INK_BOLD);
  vt_layout_say(layout, "%s ", vt_layout_word(layout, VT_TEXT_CHECK));
  vt_layout_cut(layout, report->file, layout->width - 12, 0);
  vt_layout_say(layout, ": ");
  vt_layout_ink(layout, ink_of_status(report->actors[0].status));
  vt_layout_say(layout, "%s", status_word(layout, report->actors[0].status));
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_end(layout);
  put_job(layout, job);
  put_groups(layout, report);
  put_skipped(layout, job);
}

int vt_report_terminal(const struct vt_report *report, const struct vt_report_style *style,
                       struct vt_buffer *out)
{
  struct vt_layout layout;
  vt_layout_init(&layout, style, out);
  if (report->file.len > 0)
    put_check(&layout, report);
  else {
    put_run_head(&layout, report);
    put_totals(&layout, report);
    put_actors(&layout, report);
    put_groups(&layout, report);
    vt_report_put_conclusions(&layout, report);
  }
  return vt_layout_fini(&layout);
}

int vt_report_brief(const struct vt_report *report, const struct vt_report_style *style,
                    struct vt_buffer *out)
{
  struct vt_layout layout;
  vt_layout_init(&layout, style, out);
  put_run_head(&layout, report);
  put_totals(&layout, report);
  return vt_layout_fini(&layout);
}

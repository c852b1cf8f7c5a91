#include "report/layout.h"

/* What rules over time and over actors found, an indicator at a time. */

static struct vater_str in_language(const struct vater_str *texts, enum vt_language language)
{
  return texts[language].len > 0 ? texts[language] : texts[VT_LANGUAGE_EN];
}

/* "983974724 · 2026-09 · 46 · sex=F" */
static void put_subject(struct vt_layout *layout, const struct vt_store_conclusion_finding *finding)
{
  const struct vater_str parts[] = {finding->actor, finding->period, finding->area,
                                    finding->breakdown};
  const char *between = "";
  vt_layout_indent(layout, 6);
  vt_layout_ink(layout, VT_INK_DIM);
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    if (parts[i].len == 0)
      continue;
    vt_layout_join(layout, between, parts[i], 40);
    between = " · ";
  }
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_end(layout);
}

static void put_remedy(struct vt_layout *layout, struct vater_str remedy)
{
  if (remedy.len == 0)
    return;
  vt_layout_indent(layout, 6);
  vt_layout_ink(layout, VT_INK_GREEN);
  vt_layout_say(layout, "→ ");
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_wrap(layout, 8, remedy);
}

static void put_finding(struct vt_layout *layout, const struct vt_store_conclusion_finding *finding,
                        bool first)
{
  enum vt_language language = layout->style->language;
  vt_layout_indent(layout, 4);
  vt_layout_wrap(layout, 6, in_language(finding->message, language));
  put_subject(layout, finding);
  if (first)
    put_remedy(layout, in_language(finding->remedy, language));
}

/* "S-101 warning, 3 of 412": every outcome that decided something is counted. */
static void put_rule(struct vt_layout *layout, const struct vt_store_conclusion *conclusion,
                     const struct vt_store_rule *rule)
{
  uint64_t found = rule->fail + rule->error, shown = 0;
  if (found == 0)
    return;
  vt_layout_indent(layout, 2);
  vt_layout_ink(layout, VT_INK_YELLOW);
  vt_layout_cut(layout, rule->code, 40, 0);
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_say(layout, ", %llu %s %llu", (unsigned long long)found,
                vt_layout_word(layout, VT_TEXT_OF), (unsigned long long)(found + rule->pass));
  vt_layout_end(layout);
  for (size_t i = 0; i < conclusion->finding_count && shown < layout->style->samples; i++)
    if (vt_str_equal(conclusion->findings[i].code, rule->code))
      put_finding(layout, &conclusion->findings[i], shown++ == 0);
  if (found == shown)
    return;
  vt_layout_indent(layout, 4);
  vt_layout_say(layout, "… %llu %s", (unsigned long long)(found - shown),
                vt_layout_word(layout, VT_TEXT_MORE));
  vt_layout_end(layout);
}

static void put_failure(struct vt_layout *layout, const struct vt_store_conclusion *conclusion)
{
  const struct vt_code *code = vt_code_find(conclusion->code);
  vt_layout_indent(layout, 2);
  vt_layout_ink(layout, VT_INK_RED);
  vt_layout_cut(layout, conclusion->code, 40, 0);
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_end(layout);
  if (code != NULL) {
    vt_layout_indent(layout, 4);
    vt_layout_wrap(layout, 4, vt_str(code->title[layout->style->language]));
  }
}

void vt_report_put_conclusions(struct vt_layout *layout, const struct vt_report *report)
{
  if (report->conclusion_count == 0)
    return;
  vt_layout_end(layout);
  vt_layout_ink(layout, VT_INK_BOLD);
  vt_layout_say(layout, "%s", vt_layout_word(layout, VT_TEXT_CONCLUSIONS));
  vt_layout_ink(layout, VT_INK_PLAIN);
  vt_layout_end(layout);
  for (size_t i = 0; i < report->conclusion_count; i++) {
    const struct vt_store_conclusion *conclusion = &report->conclusions[i];
    bool deliveries = conclusion->indicator.len == 0;
    vt_layout_cut(layout, conclusion->indicator, 20, 0);
    vt_layout_count(layout, deliveries ? "" : ": ", conclusion->brought,
                    deliveries ? VT_TEXT_DELIVERY : VT_TEXT_OBSERVATION);
    vt_layout_count(layout, ", ", conclusion->finding_total, VT_TEXT_FINDING);
    vt_layout_end(layout);
    if (conclusion->code.len > 0)
      put_failure(layout, conclusion);
    for (size_t n = 0; n < conclusion->rule_count; n++)
      put_rule(layout, conclusion, &conclusion->rules[n]);
  }
}

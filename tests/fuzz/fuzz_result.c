/* Any bytes as a worker's result: refused, or readable everywhere. */
#include "judge/judge.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static size_t last_byte(struct vater_str text)
{
  return text.len > 0 ? (unsigned char)text.ptr[text.len - 1] + (unsigned char)text.ptr[0] : 0;
}

static size_t read_findings(const struct vt_result *result)
{
  size_t sum = 0;
  for (uint32_t i = 0; i < result->finding_count; i++) {
    struct vt_finding finding;
    vt_result_finding(result, i, &finding);
    if (finding.row != VT_NO_ROW)
      sum += vt_table_actor(&result->table, finding.row).len;
    sum += last_byte(finding.code) + last_byte(finding.pointer) + last_byte(finding.excerpt);
    for (int language = 0; language < VT_LANGUAGE_COUNT; language++)
      sum += last_byte(finding.message[language]) + last_byte(finding.remedy[language]);
    if (finding.verdict != UINT32_MAX) {
      struct vt_block_verdict verdict;
      vt_result_verdict(result, finding.verdict, &verdict);
      sum += verdict.verdict;
    }
  }
  return sum;
}

static size_t read_all(const struct vt_result *result)
{
  size_t sum = read_findings(result) + last_byte(result->code);
  sum += strlen(vt_delivery_name(result->delivery));
  for (uint32_t i = 0; i < result->verdict_count; i++) {
    struct vt_block_verdict verdict;
    vt_result_verdict(result, i, &verdict);
    sum += last_byte(verdict.actor) + last_byte(verdict.indicator) + last_byte(verdict.period);
    sum += strlen(vt_verdict_name((enum vt_verdict)verdict.verdict));
  }
  for (uint32_t i = 0; i < result->rule_count; i++) {
    struct vt_rule_outcomes outcomes;
    vt_result_rule(result, i, &outcomes);
    sum += last_byte(outcomes.code) + last_byte(outcomes.reason);
  }
  return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
  const struct vt_judge_job job = {.actor = {"983974724", 9}};
  struct vt_result result;
  void *block = aligned_alloc(8, (size + 8) & ~(size_t)7);
  if (block == NULL)
    return 0;
  memcpy(block, bytes, size);
  volatile size_t sum = 0;
  if (vt_result_open(block, size, &result, NULL) == VATER_OK) {
    sum = read_all(&result);
    sum += vt_judge_result_belongs(&job, &result, NULL) == VATER_OK;
  }
  (void)sum;
  free(block);
  return 0;
}

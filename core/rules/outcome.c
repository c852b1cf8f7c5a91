#include "rules/outcome.h"

static const char *const verdict_names[VT_VERDICT_COUNT] = {"accepted", "accepted-with-notes",
                                                            "rejected", "undecided"};
static const char *const outcome_names[VT_OUTCOME_COUNT] = {"pass", "fail", "not-applicable",
                                                            "skipped", "error"};
static const char *const severity_names[] = {"info", "warning", "error"};

const char *vt_verdict_name(enum vt_verdict verdict)
{
  return (unsigned)verdict < VT_VERDICT_COUNT ? verdict_names[verdict] : "?";
}

const char *vt_outcome_name(enum vt_outcome outcome)
{
  return (unsigned)outcome < VT_OUTCOME_COUNT ? outcome_names[outcome] : "?";
}

bool vt_verdict_parse(struct vater_str name, enum vt_verdict *verdict)
{
  for (int i = 0; i < VT_VERDICT_COUNT; i++) {
    if (vt_str_is(name, verdict_names[i])) {
      *verdict = (enum vt_verdict)i;
      return true;
    }
  }
  return false;
}

const char *vt_severity_name(int severity)
{
  return severity >= VATER_SEVERITY_INFO && severity <= VATER_SEVERITY_ERROR
             ? severity_names[severity]
             : "?";
}

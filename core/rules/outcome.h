/* What rules say: outcomes, findings and the verdict of a block (actor, indicator, period). */
#ifndef VT_RULES_OUTCOME_H
#define VT_RULES_OUTCOME_H

#include "base/codes.h"

enum vt_verdict {
  VT_VERDICT_ACCEPTED,
  VT_VERDICT_ACCEPTED_WITH_NOTES,
  VT_VERDICT_REJECTED,
  VT_VERDICT_UNDECIDED,
  VT_VERDICT_COUNT
};

enum vt_outcome {
  VT_OUTCOME_PASS,
  VT_OUTCOME_FAIL,
  VT_OUTCOME_NOT_APPLICABLE,
  VT_OUTCOME_SKIPPED,
  VT_OUTCOME_ERROR,
  VT_OUTCOME_COUNT
};

const char *vt_verdict_name(enum vt_verdict verdict); /* "accepted-with-notes" */
const char *vt_outcome_name(enum vt_outcome outcome); /* "not-applicable" */
bool vt_verdict_parse(struct vater_str name, enum vt_verdict *verdict);
const char *vt_severity_name(int severity); /* "error", "warning", "info" */

#define VT_NO_ROW UINT32_MAX

/* A recorded fail or error, of a rule or of the engine (codes.def). Texts are raw: encode them. */
struct vt_finding {
  struct vater_str code; /* "G4-1501", "PAY-SCHEMA" */
  uint8_t severity;      /* enum vater_severity */
  uint8_t outcome;       /* VT_OUTCOME_FAIL or _ERROR */
  uint32_t row;          /* VT_NO_ROW: not about one observation */
  int column;            /* enum vater_column, VATER_COLUMN_NONE */
  uint32_t verdict;      /* index of the block it counts in, or UINT32_MAX: the whole delivery */
  uint32_t page;         /* 0-based */
  uint64_t offset;       /* bytes in that page */
  uint32_t line, line_column; /* 1-based; 0 unknown */
  struct vater_str pointer;   /* RFC 6901; empty: unknown */
  struct vater_str message[VT_LANGUAGE_COUNT];
  struct vater_str remedy[VT_LANGUAGE_COUNT];
  struct vater_str excerpt;    /* a window of the offending line; masked where screening says so */
  uint32_t caret, caret_width; /* code points into excerpt; width 0: none */
};

struct vt_block_verdict {
  struct vater_str actor, indicator, period;
  uint8_t verdict; /* enum vt_verdict */
  uint32_t rows, errors, warnings, infos, undecided;
};

struct vt_rule_outcomes {
  struct vater_str code;
  struct vater_str reason; /* why skipped, where all are: "needs history" …; else empty */
  uint64_t counts[VT_OUTCOME_COUNT];
};

#endif

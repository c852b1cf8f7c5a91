/* The layout of a result block, known to its writer and its reader only. Native byte order: a block
 * never leaves the host that wrote it. Sections follow the head in this order, each 8-aligned. */
#ifndef VT_JUDGE_RESULT_BLOCK_H
#define VT_JUDGE_RESULT_BLOCK_H

#include "judge/result.h"

#define RESULT_MAGIC 0x31534552524554ffULL
#define RESULT_SCREENED 1u
#define RESULT_PII 2u
#define RESULT_CODE_BYTES 64 /* the longest code of a rule or of ours */

/* Bytes [start, start + len) of the texts. */
struct result_text {
  uint32_t start, len;
};

struct result_head {
  uint64_t magic, size;
  uint64_t findings, verdicts, rules, texts, table; /* offsets; table 0: none */
  uint64_t texts_size, table_size;
  uint64_t total, errors, warnings, infos;
  uint32_t finding_count, verdict_count, rule_count;
  uint32_t delivery, flags, zero;
  struct result_text code;
};

struct result_finding {
  uint64_t offset;
  uint32_t row, verdict, page, line, line_column, caret, caret_width;
  int32_t column;
  struct result_text code, pointer, excerpt;
  struct result_text message[VT_LANGUAGE_COUNT], remedy[VT_LANGUAGE_COUNT];
  uint8_t severity, outcome, zero[6];
};

struct result_verdict {
  struct result_text actor, indicator, period;
  uint32_t verdict, rows, errors, warnings, infos, undecided;
};

struct result_rule {
  struct result_text code, reason;
  uint64_t counts[VT_OUTCOME_COUNT];
};

static inline uint64_t result_align(uint64_t size)
{
  return (size + 7) & ~(uint64_t)7;
}

#endif

/* A bundle of one pack, a table, and what judging one by the other tells. */
#ifndef TEST_RULES_PACK_H
#define TEST_RULES_PACK_H

#include "plugin/registry.h"
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* A rule of the test pack: code, then members after the texts, each beginning with a comma. */
#define RULE(code, members)                                                              \
  "{\"code\":\"" code                                                                    \
  "\",\"appliesTo\":[\"T-1\"],\"message\":" TEXTS("Wrong {1 + 1}") ",\"remedy\":" TEXTS( \
      "Mend it") ",\"reference\":\"test\",\"examples\":{\"pass\":[{}],"                  \
                 "\"fail\":[{}]}" members "}"
#define TEXTS(text) "{\"nb\":\"" text "\",\"nn\":\"" text "\",\"en\":\"" text "\"}"
#define OBSERVATION ",\"scope\":\"observation\",\"severity\":\"error\""
#define SUBMISSION ",\"scope\":\"submission\",\"severity\":\"error\""
/* A rule over time or actors: its scope is SERIES, PERIOD or PEERS. */
#define WIDE(code, scope, expression, message)                                                    \
  "{\"code\":\"" code "\",\"appliesTo\":[\"T-1\"],\"severity\":\"warning\",\"missing\":\"skip\"," \
  "\"message\":" TEXTS(message) ",\"remedy\":" TEXTS(                                             \
      "Look") ",\"reference\":\"test\","                                                          \
              "\"examples\":{\"pass\":[[{}]],\"fail\":[[{}]]},\"scope\":" scope                   \
              ",\"assert\":\"" expression "\"}"
#define SERIES "\"series\""
#define PERIOD "\"indicator\""
#define PEERS "\"indicator\",\"per\":\"observation\""
#define SKIP ",\"missing\":\"skip\""

enum { TOLD_MAX = 64, LONG_TEXT = 300 };

struct told_finding {
  char code[16], message[LONG_TEXT], remedy[LONG_TEXT];
  int severity, outcome, column;
  uint32_t row, verdict;
};

struct told {
  struct told_finding findings[TOLD_MAX];
  uint32_t finding_count;
  uint64_t more;
  struct vt_block_verdict verdicts[TOLD_MAX];
  uint32_t verdict_count;
  struct vt_rule_outcomes rules[TOLD_MAX];
  char reasons[TOLD_MAX][LONG_TEXT];
  uint32_t rule_count;
};

struct bundle {
  struct vt_environment environment;
  uint64_t random;
  int64_t now;
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_rules *rules;
  struct vt_table_builder *builder;
  void *block;
  struct vt_table table;
  struct vt_rules_context context;
  const struct vt_registry *plugins;
  struct told told;
};

/* Loads a pack "test.json" with indicators T-1 (percent, by month; adopted) and T-2 (proposed) and
 * these rules: RULE(…) "," RULE(…). Returns the status of the load. */
int bundle_load(struct bundle *bundle, const char *rules);
/* Loads these files, the first `count` of a list of name, text. */
int bundle_load_files(struct bundle *bundle, const struct vt_rules_file *files, size_t count);
void bundle_free(struct bundle *bundle);
/* The printed diagnostics; freed with the bundle. */
const char *bundle_diagnostics(struct bundle *bundle);

/* A row: "indicator=T-1 period=2026-01 value=1.5 numerator=3"; columns by their native names,
 * values without blanks; indicator T-1, period 2026-01 and area NO unless said otherwise. */
void bundle_row(struct bundle *bundle, const char *cells);
/* A head field: text. */
void bundle_head(struct bundle *bundle, int field, const char *text);
/* Judges the rows so far as of 2026-06-15; what is told is in bundle->told. */
void bundle_judge(struct bundle *bundle);
/* The same by the rules over time and actors. */
void bundle_conclude(struct bundle *bundle, const struct vt_rules_history *history);
const struct vt_rule_outcomes *bundle_rule(const struct bundle *bundle, const char *code);

#endif

/*
 * Rule packs: loaded and compiled once (in the zygote), then only read. A bundle is the packs, what
 * they `use`, and code lists, all as bytes that a run pins by hash.
 *
 * Loading refuses a bundle with anything wrong in it and lists everything that is wrong, each with
 * file, line, column and a caret: RULE-LOAD (cannot be right), RULE-COST (could take too long),
 * RULE-LIMIT (a ceiling of limits.def), OPS-PERM (a file that must not steer us).
 */
#ifndef VT_RULES_RULES_H
#define VT_RULES_RULES_H

#include "base/diagnostics.h"
#include "base/environment.h"
#include "base/watch.h"
#include "disclosure/disclosure.h"
#include "rules/outcome.h"
#include "table/table.h"

struct vt_registry;
struct vt_rules;

/* ---- loading -------------------------------------------------------------------------------- */

/* A file's bytes under the name that packs use for it: "goal-4.json", "codelists/counties.json". */
struct vt_rules_file {
  struct vater_str name;
  struct vater_str bytes;
};

struct vt_rules_options {
  const struct vt_environment *environment; /* borrowed for the bundle's life */
  /* One of three: a directory (its *.json files but calendar.json are packs); packs by path, which
   * find what they `use` in their own folder; or files already read, those that a run pinned. */
  const char *directory;
  const char *const *paths;
  size_t path_count;
  const struct vt_rules_file *pinned; /* borrowed for the load */
  size_t pinned_count;
  const struct vt_registry
      *plugins;  /* their functions and checks; borrowed for the bundle's life */
  bool trusted;  /* refuse files that others may write, symlinks, foreign owners */
  bool reviewed; /* for review.h: a bundle with errors is handed out as well */
  /* Of the load, and of each callback of a plugin for the bundle's life; NULL: nobody measures. */
  const struct vt_watch *watch;
};

/* Everything wrong goes into `diagnostics` (its texts live in its arena); VATER_E_RULE when there
 * is at least one error among them, VATER_E_NOMEM, or VATER_OK. `rules` is NULL unless VATER_OK, or
 * `reviewed` and VATER_E_RULE: such a bundle can be looked at, and never judges. */
int vt_rules_load(const struct vt_rules_options *options, struct vt_rules **rules,
                  struct vt_diagnostics *diagnostics);
void vt_rules_free(struct vt_rules *rules); /* NULL is fine */

/* The files of the bundle in order of name: what a run pins. */
size_t vt_rules_file_count(const struct vt_rules *rules);
const struct vt_rules_file *vt_rules_file(const struct vt_rules *rules, size_t index);

/* ---- what is in a bundle -------------------------------------------------------------------- */

enum vt_rule_scope {
  VT_SCOPE_OBSERVATION,
  VT_SCOPE_SUBMISSION,
  VT_SCOPE_SERIES,
  VT_SCOPE_INDICATOR
};
enum vt_indicator_state { VT_INDICATOR_PROPOSED, VT_INDICATOR_ADOPTED, VT_INDICATOR_RETIRED };

const char *vt_scope_name(enum vt_rule_scope scope);                /* "observation" */
const char *vt_indicator_state_name(enum vt_indicator_state state); /* "adopted" */

struct vt_rule_info {
  struct vater_str code, pack, file;
  uint32_t line; /* of the rule in its file */
  enum vt_rule_scope scope;
  int severity;                  /* enum vater_severity */
  struct vater_str when, assert; /* as written; empty where the rule is a check */
  struct vater_str check;        /* "disclosure.small_cells", or empty */
  struct vater_str missing;      /* "skip", "fail", "error" */
  struct vater_str explain;      /* "clears", "required", or empty */
  struct vater_str since, until, reference;
  struct vater_str message[VT_LANGUAGE_COUNT]; /* templates, as written */
  struct vater_str remedy[VT_LANGUAGE_COUNT];
  const struct vater_str *applies_to; /* indicator ids; "*" alone: every indicator */
  uint32_t applies_count;
  uint32_t passing, failing, other; /* examples */
};

struct vt_indicator_info {
  struct vater_str id, pack, file, unit, frequency, origin;
  uint32_t line;
  int goal; /* 1 … 5; 0: the pack has none */
  enum vt_indicator_state state;
  struct vater_str title[VT_LANGUAGE_COUNT];
  struct vater_str definition[VT_LANGUAGE_COUNT];
  struct vater_str sample; /* the complete submission, JSON text */
};

uint32_t vt_rules_count(const struct vt_rules *rules);
const struct vt_rule_info *vt_rules_info(const struct vt_rules *rules, uint32_t index);
const struct vt_rule_info *vt_rules_find(const struct vt_rules *rules, struct vater_str code);
/* Of the rule's pack, 1 … 5; 0: the pack has none. */
int vt_rules_goal(const struct vt_rules *rules, uint32_t index);
uint32_t vt_rules_indicator_count(const struct vt_rules *rules);
const struct vt_indicator_info *vt_rules_indicator(const struct vt_rules *rules, uint32_t index);

/* Whether the indicator is reported by that dimension; `value` empty: by any value of it. */
bool vt_rules_breakdown_known(const struct vt_rules *rules, uint32_t indicator,
                              struct vater_str dimension, struct vater_str value);
/* Up to `room` names of the indicator's dimensions (`dimension` empty) or of the dimension's
 * values; returns how many. */
size_t vt_rules_breakdown_names(const struct vt_rules *rules, uint32_t indicator,
                                struct vater_str dimension, struct vater_str *names, size_t room);

/* Whether the code list of that name has the code, whenever it was valid. */
bool vt_rules_code_known(const struct vt_rules *rules, struct vater_str list,
                         struct vater_str code);
/* Up to `room` codes of the list; returns how many, 0 where no pack uses such a list. */
size_t vt_rules_code_names(const struct vt_rules *rules, struct vater_str list,
                           struct vater_str *names, size_t room);

/* ---- judging -------------------------------------------------------------------------------- */

/* What the configuration knows of an organisation; borrowed. */
struct vt_rules_actor {
  struct vater_str orgnr;
  struct vater_str type; /* "municipality" */
};

struct vt_rules_context {
  int64_t today; /* the reference day, days since 1970: rules see no other clock */
  /* Those who may report here; an actor that is not among them has no known type, and the rule
   * about who may report an indicator is skipped for it. */
  const struct vt_rules_actor *actors;
  size_t actor_count;
  bool proposed;                /* proposed indicators are collected as well */
  const struct vt_watch *watch; /* told of each rule, by its code; NULL: nobody measures */
};

/*
 * Where results go, in this order: findings (by rule in bundle order; of one rule by indicator in
 * order of its first row, then by row), each rule's followed by `more`; verdicts in order of each
 * block's first row; outcomes by rule in bundle order. A negative return ends the judging with that
 * status. Texts are borrowed until the callback returns.
 *
 * A finding has code, severity, outcome, row, column, verdict (index of its block), page, offset,
 * message and remedy; pointer, line and excerpt are the caller's to find. Of one rule the first
 * VT_LIMIT_FINDINGS_PER_RULE are told; `more` says how many others there are of each severity.
 */
struct vt_rules_sink {
  void *context;
  int (*finding)(void *context, const struct vt_finding *finding, struct vt_error *error);
  int (*more)(void *context, struct vater_str code, int severity, uint64_t count,
              struct vt_error *error);
  int (*verdict)(void *context, const struct vt_block_verdict *verdict, struct vt_error *error);
  int (*rule)(void *context, const struct vt_rule_outcomes *outcomes, struct vt_error *error);
};

/*
 * Judges the observations of one delivery by the rules of scope observation and submission; those
 * of scope series and indicator come out as skipped ("needs history", "needs other actors"). Pure:
 * the same table, bundle and context give the same calls. An expression that cannot be evaluated is
 * an outcome, not an error of this function; it fails for memory, or where the sink does.
 */
int vt_rules_judge(const struct vt_rules *rules, const struct vt_table *table,
                   const struct vt_rules_context *context, const struct vt_rules_sink *sink,
                   struct vt_error *error);

/* ---- concluding ------------------------------------------------------------------------------ */

/* What an actor owes: an indicator, for periods that lie at least partly within these days. */
struct vt_rules_obligation {
  struct vater_str actor, indicator;
  int64_t from, to; /* days since 1970; INT64_MIN, INT64_MAX: open */
};

struct vt_rules_history {
  uint32_t current; /* rows [0, current) of the table are what the run brought */
  const struct vt_rules_obligation *obligations;
  size_t obligation_count;
};

/* Whether a rule of scope series or indicator is for that indicator. */
bool vt_rules_conclude_on(const struct vt_rules *rules, struct vater_str indicator);
/*
 * Judges by the rules of scope series and indicator. The table holds one row an identity
 * (indicator, actor, period, area, area role, breakdown): what the run brought, then what else is
 * known of these series and indicators. As vt_rules_judge(), but the sink gets a verdict only for
 * what has findings, only its counts are meant, and its actor is empty where the finding is about
 * all actors of an indicator's period; only rules of these scopes have outcomes, and only those
 * that are for an indicator of the table. Up to VT_LIMIT_CONCLUSIONS_PER_RULE findings are told.
 */
int vt_rules_conclude(const struct vt_rules *rules, const struct vt_table *table,
                      const struct vt_rules_context *context,
                      const struct vt_rules_history *history, const struct vt_rules_sink *sink,
                      struct vt_error *error);

/* ---- numbers that may leave ------------------------------------------------------------------ */

/*
 * Findings are told one by one, night after night, and nobody knows what a reader has kept: a
 * message shows no number of an indicator that counts persons (disclosure/disclosure.h), whatever
 * its size, so that nothing can be subtracted from anything. vt_rules_judge() and
 * vt_rules_conclude() see to messages and remedies. Excerpts show what stands around: they are the
 * caller's, and show no digit where one of these says yes.
 */
bool vt_rules_hides(const struct vt_rules *rules, const struct vt_table *table);
/* Of bytes that could not be decoded, and what maps their names: anything may stand there. They are
 * shown only where they name indicators of which none counts persons, and no name can be missed
 * for being escaped: the members of all of them together, by vt_rules_naming_hides(). */
struct vt_rules_naming {
  bool named, counts, escaped; /* an indicator; one that counts persons; some character */
};
void vt_rules_naming_add(const struct vt_rules *rules, struct vater_str text,
                         struct vt_rules_naming *naming);
bool vt_rules_naming_hides(const struct vt_rules *rules, const struct vt_rules_naming *naming);
/* Whether that indicator counts persons, as far as the packs know. */
bool vt_rules_hides_indicator(const struct vt_rules *rules, struct vater_str id);
/* What the indicators of the bundle say; borrowed. */
struct vt_disclosure_source vt_rules_disclosure(const struct vt_rules *rules);

#endif

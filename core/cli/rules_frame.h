/* What `vater rules …` works on: plugins and a bundle, loaded in this process. */
#ifndef VT_CLI_RULES_FRAME_H
#define VT_CLI_RULES_FRAME_H

#include "cli/options.h"
#include "plugin/registry.h"
#include "rules/rules.h"

struct vt_rules_asked {
  char **names; /* files of lint; codes of test */
  size_t name_count;
  int goal;              /* 0: all */
  const char *indicator; /* NULL: all */
  struct vt_cli_folders plugins;
  enum vt_language language;
  bool mutate;      /* test: whether examples notice small changes to their rule */
  bool update_lock; /* lint: write codes.lock anew */
  bool html;        /* docs: HTML in place of Markdown */
  /* impact */
  const char *changed;       /* --rules, or NULL */
  const char *configuration; /* of the run whose store is replayed; NULL: vater.json */
  const char *store;         /* NULL: the configuration's */
  int64_t since;             /* INT64_MIN: the last delivery of each endpoint */
  double threshold;          /* share, 0 to 1 */
  bool json;
};

struct vt_rules_frame {
  struct vt_arena *arena;
  struct vt_diagnostics diagnostics;
  struct vt_registry plugins;
  struct vt_rules *rules;  /* NULL: something is wrong, see diagnostics */
  struct vt_rules *faulty; /* then: what there is, for rules/review.h alone */
};

/* Loads the plugins of these folders, and the packs of cli->rules or the `paths`. VATER_OK, also
 * when something is wrong with them, or VATER_E_NOMEM; end it in either case. */
int vt_rules_frame_begin(struct vt_cli *cli, const struct vt_cli_folders *folders,
                         const char *const *paths, size_t path_count, struct vt_rules_frame *frame);
void vt_rules_frame_end(struct vt_rules_frame *frame);

/* "there is no rule 'X' in FOLDER", on standard error; returns VT_EXIT_FAILED. */
int vt_rules_unknown(struct vt_cli *cli, const char *tool, const char *kind, const char *name);
/* Judges the examples; returns the exit code. */
int vt_rules_test(struct vt_cli *cli, const struct vt_rules_asked *asked,
                  const struct vt_rules_frame *frame);
/* Tells everything that is wrong with packs and mapping files; returns the exit code. */
int vt_rules_lint_command(struct vt_cli *cli, const struct vt_rules_asked *asked);
/* Holds the packs against what lies beside them: the strategy's points, and (of a folder) code
 * lists that nobody uses. VATER_OK or VATER_E_NOMEM. */
int vt_rules_lint_beside(struct vt_cli *cli, const struct vt_rules_asked *asked,
                         const struct vt_rules *rules, struct vt_diagnostics *diagnostics);
/* Holds the rules against codes.lock beside them, where there is one, and tells what is wrong in
 * the frame's diagnostics; or writes it, where nothing is. VATER_OK or VATER_E_NOMEM. */
int vt_rules_lock(struct vt_cli *cli, const struct vt_rules_asked *asked,
                  struct vt_rules_frame *frame);
/* The catalogue, and what of the strategy has indicators and rules; return the exit code, as do
 * those that need no frame. */
int vt_rules_docs(struct vt_cli *cli, const struct vt_rules_asked *asked,
                  const struct vt_rules_frame *frame);
int vt_rules_coverage(struct vt_cli *cli, const struct vt_rules_asked *asked,
                      const struct vt_rules_frame *frame);
int vt_rules_diff(struct vt_cli *cli, const struct vt_rules_asked *asked);
/* Replays stored payloads; cli->rules are the rules in force. */
int vt_rules_impact(struct vt_cli *cli, const struct vt_rules_asked *asked);
int vt_rules_new(struct vt_cli *cli, const struct vt_rules_asked *asked);

#endif

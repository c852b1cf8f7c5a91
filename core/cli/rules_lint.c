#include "cli/rules_frame.h"
#include "cli/rules_guard.h"
#include "cli/rules_mapping.h"

#include "rules/review.h"

#include <jansson.h>
#include <unistd.h>

struct linting {
  struct vt_cli *cli;
  struct vt_rules_asked asked; /* names: packs alone */
  char **mappings;
  size_t mapping_count;
  uint32_t mapping_errors;
  bool packs; /* packs are linted, not only what mappings are held against */
  struct vt_rules_frame frame;
};

/* ---- telling ----------------------------------------------------------------------------------
 */

static void count(FILE *out, uint64_t number, const char *what)
{
  fprintf(out, "%llu %s%s", (unsigned long long)number, what, number == 1 ? "" : "s");
}

static void tell_packs(const struct linting *linting)
{
  FILE *out = linting->cli->out;
  const struct vt_rules *rules = linting->frame.rules;
  const struct vt_diagnostics *found = &linting->frame.diagnostics;
  if (rules != NULL) {
    count(out, vt_rules_file_count(rules), "file");
    fputs(", ", out);
    count(out, vt_rules_indicator_count(rules), "indicator");
    fputs(", ", out);
    count(out, vt_rules_count(rules), "rule");
    fputs(": ", out);
  }
  count(out, found->errors - linting->mapping_errors, "error");
  fputs(", ", out);
  count(out, found->warnings, "warning");
  fputs(rules == NULL ? "; the packs cannot be used\n" : "\n", out);
  if (linting->asked.update_lock && found->errors > 0)
    fputs("codes.lock is as it was: codes are recorded when there is no error\n", out);
}

static void tell(const struct linting *linting)
{
  vt_cli_diagnostics(linting->cli, &linting->frame.diagnostics);
  if (linting->packs)
    tell_packs(linting);
  if (linting->mapping_count == 0)
    return;
  count(linting->cli->out, linting->mapping_count, "mapping");
  fputs(": ", linting->cli->out);
  count(linting->cli->out, linting->mapping_errors, "error");
  fputs(linting->frame.rules == NULL ? "; names were not looked up, the packs cannot be used\n"
                                     : "\n",
        linting->cli->out);
}

/* A file's name may be no text. */
static json_t *text(const char *bytes)
{
  json_t *made = json_string(bytes);
  return made != NULL ? made : json_string("?");
}

static json_t *finding_json(const struct vt_diagnostic *item)
{
  static const char *const severities[] = {"info", "warning", "error"};
  const struct vt_error *error = &item->error;
  json_t *made =
      json_pack("{s:o, s:s, s:s, s:o}", "file", text(error->source), "severity",
                severities[item->severity], "code", error->code, "message", text(error->text));
  if (error->line > 0) {
    json_object_set_new(made, "line", json_integer(error->line));
    json_object_set_new(made, "column", json_integer(error->column));
  }
  if (error->pointer[0] != '\0')
    json_object_set_new(made, "pointer", text(error->pointer));
  return made;
}

static int tell_json(const struct linting *linting)
{
  const struct vt_diagnostics *found = &linting->frame.diagnostics;
  json_t *findings = json_array();
  for (uint32_t i = 0; i < found->count; i++)
    json_array_append_new(findings, finding_json(&found->items[i]));
  json_t *root =
      json_pack("{s:i, s:i, s:b, s:o}", "errors", (int)found->errors, "warnings",
                (int)found->warnings, "usable", linting->frame.rules != NULL, "findings", findings);
  int failed = root == NULL || json_dumpf(root, linting->cli->out, JSON_INDENT(2)) != 0;
  fputc('\n', linting->cli->out);
  json_decref(root);
  return failed ? VATER_E_NOMEM : VATER_OK;
}

/* ---- the whole --------------------------------------------------------------------------------
 */

/* Last, since it evaluates expressions: nothing is read any more. It adds warnings alone. */
static int review(struct linting *linting, struct vt_rules *rules)
{
  struct vt_error error = {0};
  int status = vt_rules_guard_close(linting->cli, &error);
  if (status != VATER_OK) {
    vt_diagnostics_add(&linting->frame.diagnostics, VATER_SEVERITY_ERROR, &error, VT_STR_NONE, 0);
    return VATER_OK;
  }
  vt_rules_guard_at(linting->cli, "the review of rules that say nothing, or the same");
  return vt_rules_review(rules, &linting->frame.diagnostics);
}

static int lint(struct linting *linting)
{
  struct vt_rules_frame *frame = &linting->frame;
  struct vt_rules *looked_at = frame->rules != NULL ? frame->rules : frame->faulty;
  int status = VATER_OK;
  if (linting->packs && looked_at != NULL)
    status = vt_rules_lint_beside(linting->cli, &linting->asked, looked_at, &frame->diagnostics);
  if (status == VATER_OK && linting->packs && looked_at != NULL)
    status = vt_rules_lock(linting->cli, &linting->asked, frame);
  uint32_t errors = frame->diagnostics.errors;
  if (status == VATER_OK && linting->mapping_count > 0)
    status = vt_rules_lint_mappings(linting->cli, frame, linting->mappings, linting->mapping_count);
  linting->mapping_errors = frame->diagnostics.errors - errors;
  if (status == VATER_OK && linting->packs && looked_at != NULL)
    status = review(linting, looked_at);
  vt_diagnostics_sort(&frame->diagnostics);
  if (status == VATER_OK && linting->asked.json)
    return tell_json(linting);
  if (status == VATER_OK)
    tell(linting);
  return status;
}

/* The folder, or each file that was named: what cannot be read is not wrong, but not there. */
static bool can_read(const struct vt_cli *cli, const struct vt_rules_asked *asked)
{
  bool all = asked->name_count > 0 || access(cli->rules, R_OK | X_OK) == 0;
  for (size_t i = 0; i < asked->name_count; i++)
    all = all && access(asked->names[i], R_OK) == 0;
  return all;
}

int vt_rules_lint_command(struct vt_cli *cli, const struct vt_rules_asked *asked)
{
  struct linting linting = {.cli = cli, .asked = *asked};
  size_t packs = vt_rules_split_mappings(cli, asked->names, asked->name_count);
  linting.asked.name_count = packs;
  linting.mappings = asked->names + packs;
  linting.mapping_count = asked->name_count - packs;
  linting.packs = packs > 0 || linting.mapping_count == 0;
  if (asked->update_lock && asked->name_count > 0)
    return vt_cli_usage(cli, "rules lint",
                        "--update-lock records the codes of all packs of a folder; name no file");
  if (asked->update_lock && asked->changed == NULL)
    return vt_cli_usage(cli, "rules lint",
                        "--update-lock writes beside the packs; say which with --rules DIRECTORY");
  bool readable = can_read(cli, asked);
  int status = vt_rules_frame_begin(cli, &asked->plugins, (const char *const *)asked->names, packs,
                                    &linting.frame);
  if (status == VATER_OK)
    status = lint(&linting);
  if (status != VATER_OK)
    fprintf(cli->error, "vater rules lint: out of memory\n");
  int code = status != VATER_OK                     ? VT_EXIT_FAILED
             : !readable                            ? VT_EXIT_REFUSED
             : linting.frame.diagnostics.errors > 0 ? VT_EXIT_FINDINGS
                                                    : VT_EXIT_CLEAN;
  vt_rules_frame_end(&linting.frame);
  return code;
}

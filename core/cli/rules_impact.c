#include "cli/rules_frame.h"

#include "base/date.h"
#include "base/encode.h"
#include "run/impact.h"
#include "run/unpack.h"

#include <jansson.h>
#include <unistd.h>

enum { OUTPUT_BYTES_MAX = 64 * 1024 * 1024, SILENT_NAMED = 10 };

static bool beyond(const struct vt_rules_asked *asked, const struct vt_impact_rule *rule)
{
  return vt_impact_share(rule) > asked->threshold;
}

static bool any_beyond(const struct vt_rules_asked *asked, const struct vt_impact *impact)
{
  bool found = beyond(asked, &impact->verdicts);
  for (uint32_t i = 0; i < impact->rule_count; i++)
    found = found || beyond(asked, &impact->rules[i]);
  return found;
}

static bool any_fault(const struct vt_impact *impact)
{
  for (uint32_t i = 0; i < impact->left_count; i++)
    if (impact->left[i].fault)
      return true;
  return false;
}

/* ---- for people --------------------------------------------------------------------------------
 */

static void put_actors(struct vt_buffer *out, const char *what, const struct vt_impact_actor *list,
                       uint32_t count)
{
  for (uint32_t i = 0; i < count; i++) {
    bool named = list[i].orgnr.len > 0;
    vt_buffer_format(out, "  %s  ", what);
    vt_encode_terminal(out, list[i].orgnr);
    vt_buffer_text(out, list[i].name.len > 0 ? " " : "");
    vt_encode_terminal(out, list[i].name);
    if (named && list[i].place.len > 0)
      vt_buffer_text(out, ", ");
    vt_encode_terminal(out, list[i].place);
    vt_buffer_char(out, '\n');
  }
}

static void put_beyond(struct vt_buffer *out, uint32_t count)
{
  if (count > 0)
    vt_buffer_format(out, "  … and %u more\n", count);
}

static void put_share(struct vt_buffer *out, const struct vt_impact_rule *rule)
{
  static const char *const units[] = {"", " observation", " period"};
  vt_buffer_format(out, "%u of %u%s%s", rule->fail_count, rule->sound, units[rule->unit],
                   rule->unit == VT_IMPACT_ACTORS || rule->sound == 1 ? "" : "s");
  if (rule->sound > 0)
    vt_buffer_format(out, " (%.1f %%)", 100.0 * vt_impact_share(rule));
}

static void put_verdicts(struct vt_buffer *out, const struct vt_impact *impact)
{
  const struct vt_impact_rule *verdicts = &impact->verdicts;
  vt_buffer_text(out, "verdicts: newly rejected ");
  put_share(out, verdicts);
  vt_buffer_format(out, ", no longer rejected %u", verdicts->pass_count);
  if (verdicts->undecided > 0)
    vt_buffer_format(out, ", newly undecided %u", verdicts->undecided);
  vt_buffer_char(out, '\n');
  put_actors(out, "newly rejected     ", verdicts->fails, verdicts->fail_count);
  put_actors(out, "no longer rejected ", verdicts->passes, verdicts->pass_count);
}

static void put_rule(struct vt_buffer *out, const struct vt_rules_asked *asked,
                     const struct vt_impact_rule *rule)
{
  vt_encode_terminal(out, rule->code);
  if (rule->severity >= 0)
    vt_buffer_format(out, " (%s)", vt_severity_name(rule->severity));
  vt_buffer_text(out, ": newly fails ");
  put_share(out, rule);
  vt_buffer_format(out, ", newly passes %u", rule->pass_count);
  if (rule->undecided > 0)
    vt_buffer_format(out, ", newly undecided %u", rule->undecided);
  vt_buffer_char(out, '\n');
  put_actors(out, "newly fails  ", rule->fails, rule->fail_count - rule->fails_beyond);
  put_beyond(out, rule->fails_beyond);
  put_actors(out, "newly passes ", rule->passes, rule->pass_count - rule->passes_beyond);
  put_beyond(out, rule->passes_beyond);
  if (beyond(asked, rule))
    vt_buffer_format(out, "  RULE-MASSFAIL: more than %g %% of those that it did not fail before\n",
                     100.0 * asked->threshold);
}

static void put_codes(struct vt_buffer *out, const char *what, const struct vater_str *codes,
                      uint32_t count)
{
  if (count == 0)
    return;
  vt_buffer_format(out, "%s (%u):", what, count);
  for (uint32_t i = 0; i < count; i++) {
    vt_buffer_char(out, ' ');
    vt_encode_terminal(out, codes[i]);
  }
  vt_buffer_char(out, '\n');
}

static void put_left(struct vt_buffer *out, const struct vt_impact *impact)
{
  if (impact->left_count > 0)
    vt_buffer_format(out, "not judged (%u):\n", impact->left_count);
  for (uint32_t i = 0; i < impact->left_count; i++) {
    const struct vt_impact_left *left = &impact->left[i];
    vt_buffer_text(out, "  ");
    vt_encode_terminal(out, left->orgnr);
    vt_buffer_text(out, left->endpoint.len > 0 ? "/" : "");
    vt_encode_terminal(out, left->endpoint);
    vt_buffer_format(out, " of run %lld: ", (long long)left->run);
    vt_encode_terminal(out, left->reason);
    vt_buffer_char(out, '\n');
  }
}

static void put_text(struct vt_buffer *out, const struct vt_rules_asked *asked,
                     const struct vt_impact *impact)
{
  vt_buffer_format(out, "%u deliver%s of %u actor%s judged by both", impact->deliveries,
                   impact->deliveries == 1 ? "y" : "ies", impact->actors,
                   impact->actors == 1 ? "" : "s");
  if (impact->left_count > 0)
    vt_buffer_format(out, ", %u not judged", impact->left_count);
  vt_buffer_char(out, '\n');
  put_verdicts(out, impact);
  for (uint32_t i = 0; i < impact->rule_count; i++)
    put_rule(out, asked, &impact->rules[i]);
  if (impact->rule_count == 0)
    vt_buffer_text(out, "no rule decides otherwise\n");
  if (impact->silent_count > SILENT_NAMED)
    vt_buffer_format(out, "%u rules decided nothing in these deliveries (--json names them)\n",
                     impact->silent_count);
  else
    put_codes(out, "decided nothing in these deliveries", impact->silent, impact->silent_count);
  put_left(out, impact);
  if (any_beyond(asked, impact))
    vt_buffer_format(out, "beyond the threshold of %g %%\n", 100.0 * asked->threshold);
}

/* ---- for programs ------------------------------------------------------------------------------
 */

static json_t *text(struct vater_str value)
{
  return json_stringn(value.ptr != NULL ? value.ptr : "", value.len);
}

static json_t *texts(const struct vater_str *list, uint32_t count)
{
  json_t *made = json_array();
  for (uint32_t i = 0; i < count; i++)
    json_array_append_new(made, text(list[i]));
  return made;
}

static json_t *actors(const struct vt_impact_actor *list, uint32_t count)
{
  json_t *made = json_array();
  for (uint32_t i = 0; i < count; i++)
    json_array_append_new(made, json_pack("{s:o, s:o, s:o}", "orgnr", text(list[i].orgnr), "name",
                                          text(list[i].name), "where", text(list[i].place)));
  return made;
}

static json_t *rule_json(const struct vt_rules_asked *asked, const struct vt_impact_rule *rule)
{
  static const char *const units[] = {"actors", "observations", "periods"};
  json_t *made = json_object();
  if (rule->code.len > 0)
    json_object_set_new(made, "code", text(rule->code));
  if (rule->severity >= 0)
    json_object_set_new(made, "severity", json_string(vt_severity_name(rule->severity)));
  json_t *counts = json_pack(
      "{s:s, s:i, s:i, s:i, s:i, s:i, s:f, s:b, s:o, s:o}", "of", units[rule->unit], "decided",
      (int)rule->asked, "passedBefore", (int)rule->sound, "newlyFailing", (int)rule->fail_count,
      "newlyPassing", (int)rule->pass_count, "newlyUndecided", (int)rule->undecided, "share",
      vt_impact_share(rule), "beyondThreshold", beyond(asked, rule), "newlyFail",
      actors(rule->fails, rule->fail_count - rule->fails_beyond), "newlyPass",
      actors(rule->passes, rule->pass_count - rule->passes_beyond));
  json_object_update(made, counts);
  json_decref(counts);
  if (rule->code.len > 0 && beyond(asked, rule))
    json_object_set_new(made, "finding", json_string("RULE-MASSFAIL"));
  return made;
}

static json_t *left_json(const struct vt_impact *impact)
{
  json_t *made = json_array();
  for (uint32_t i = 0; i < impact->left_count; i++) {
    const struct vt_impact_left *left = &impact->left[i];
    json_array_append_new(made,
                          json_pack("{s:o, s:o, s:I, s:o, s:b}", "orgnr", text(left->orgnr),
                                    "endpoint", text(left->endpoint), "run", (json_int_t)left->run,
                                    "reason", text(left->reason), "fault", left->fault));
  }
  return made;
}

static int print_json(struct vt_cli *cli, const struct vt_rules_asked *asked,
                      const struct vt_impact *impact)
{
  json_t *rules = json_array();
  for (uint32_t i = 0; i < impact->rule_count; i++)
    json_array_append_new(rules, rule_json(asked, &impact->rules[i]));
  json_t *root =
      json_pack("{s:i, s:i, s:f, s:b, s:o, s:o, s:o, s:o}", "deliveries", (int)impact->deliveries,
                "actors", (int)impact->actors, "threshold", asked->threshold, "beyondThreshold",
                any_beyond(asked, impact), "verdicts", rule_json(asked, &impact->verdicts), "rules",
                rules, "decidedNothing", texts(impact->silent, impact->silent_count), "notJudged",
                left_json(impact));
  int failed = root == NULL || json_dumpf(root, cli->out, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
  json_decref(root);
  fputc('\n', cli->out);
  return failed ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
}

/* ---- the command -------------------------------------------------------------------------------
 */

static int print(struct vt_cli *cli, const struct vt_rules_asked *asked,
                 const struct vt_impact *impact)
{
  if (asked->json)
    return print_json(cli, asked, impact);
  struct vt_buffer out;
  vt_buffer_init(&out, &cli->environment.allocator, OUTPUT_BYTES_MAX);
  put_text(&out, asked, impact);
  int code = out.failed ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
  vt_cli_put(cli->out, &out);
  vt_buffer_fini(&out);
  return code;
}

static int conclude(struct vt_cli *cli, const struct vt_rules_asked *asked,
                    const struct vt_impact *impact)
{
  int code = print(cli, asked, impact);
  if (code != VT_EXIT_CLEAN)
    return code;
  if (impact->deliveries == 0) {
    fputs("vater rules: no stored payload could be judged; see 'vater history', or ask further "
          "back with --since\n",
          cli->error);
    return VT_EXIT_FAILED;
  }
  if (any_fault(impact))
    return VT_EXIT_FAILED;
  return any_beyond(asked, impact) ? VT_EXIT_FINDINGS : VT_EXIT_CLEAN;
}

/* A store that was named alone knows what its last run went by. */
static int find_configuration(struct vt_cli *cli, const struct vt_rules_asked *asked,
                              const char **configuration, struct vt_unpacked *unpacked)
{
  struct vt_error error = {0};
  *configuration = asked->configuration != NULL ? asked->configuration : "vater.json";
  if (access(*configuration, F_OK) != 0 && (asked->store == NULL || asked->configuration != NULL)) {
    vt_fail(&error, VATER_E_CONFIG, "OPS-CONFIG",
            "there is no '%s'; name the configuration of the run whose payloads are replayed with "
            "--config, or its store with --store",
            *configuration);
    return vt_cli_error(cli, "rules impact", &error, VT_EXIT_REFUSED);
  }
  if (asked->store == NULL || asked->configuration != NULL || access("vater.json", F_OK) == 0)
    return VT_EXIT_CLEAN;
  if (vt_run_unpack(&cli->environment, asked->store, unpacked, &error) != VATER_OK)
    return vt_cli_error(cli, "rules impact", &error,
                        error.status == VATER_E_CONFIG ? VT_EXIT_REFUSED : VT_EXIT_FAILED);
  *configuration = unpacked->configuration;
  fprintf(cli->error,
          "vater rules impact: there is no vater.json; actors and rules in force are those of run "
          "%lld in the store\n",
          (long long)unpacked->run);
  return VT_EXIT_CLEAN;
}

static int replay(struct vt_cli *cli, const struct vt_rules_asked *asked, const char *configuration)
{
  struct vt_error error = {0};
  struct vt_diagnostics diagnostics;
  struct vt_impact impact;
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  if (arena == NULL)
    return VT_EXIT_FAILED;
  struct vt_run_options run = vt_cli_run_options(cli, configuration);
  run.store = asked->store;
  const struct vt_impact_options options = {&run, asked->changed, asked->since};
  vt_diagnostics_init(&diagnostics, arena);
  int status = vt_run_impact(&options, arena, &impact, &diagnostics, &error);
  vt_diagnostics_sort(&diagnostics);
  vt_cli_diagnostics(cli, &diagnostics);
  int code = VT_EXIT_FAILED;
  if (status != VATER_OK)
    code = vt_cli_error(cli, "rules", &error,
                        status == VATER_E_CONFIG || status == VATER_E_REFUSED ? VT_EXIT_REFUSED
                                                                              : VT_EXIT_FAILED);
  else
    code = conclude(cli, asked, &impact);
  vt_arena_free(arena);
  return code;
}

int vt_rules_impact(struct vt_cli *cli, const struct vt_rules_asked *asked)
{
  const char *configuration;
  struct vt_unpacked unpacked = {0};
  if (asked->name_count > 0)
    return vt_cli_usage(cli, "rules", "impact takes no '%s'", asked->names[0]);
  if (asked->changed == NULL)
    return vt_cli_usage(cli, "rules", "impact wants the folder of changed packs: --rules NEW");
  int code = find_configuration(cli, asked, &configuration, &unpacked);
  if (code == VT_EXIT_CLEAN)
    code = replay(cli, asked, configuration);
  vt_run_unpack_remove(&unpacked);
  return code;
}

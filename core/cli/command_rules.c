#include "cli/options.h"
#include "cli/rules_frame.h"
#include "cli/rules_guard.h"
#include "cli/rules_options.h"

#include "base/encode.h"
#include "base/number.h"
#include <jansson.h>
#include <sys/stat.h>

int vt_rules_frame_begin(struct vt_cli *cli, const struct vt_cli_folders *folders,
                         const char *const *paths, size_t path_count, struct vt_rules_frame *frame)
{
  struct vt_plugin_files files = {0};
  *frame = (struct vt_rules_frame){.arena = vt_arena_new(&cli->environment.allocator, 0)};
  if (frame->arena == NULL)
    return VATER_E_NOMEM;
  vt_diagnostics_init(&frame->diagnostics, frame->arena);
  int status = vt_registry_init(&frame->plugins, &cli->environment, frame->arena, NULL);
  if (status == VATER_OK)
    status =
        vt_plugin_scan(folders->paths, folders->count, frame->arena, &files, &frame->diagnostics);
  if (status == VATER_OK)
    status = vt_registry_load_all(&frame->plugins, &files, vt_rules_guard_loading(cli),
                                  &frame->diagnostics);
  if (status != VATER_OK)
    return status;
  struct vt_rules_options options = {.environment = &cli->environment,
                                     .plugins = &frame->plugins,
                                     .paths = paths,
                                     .path_count = path_count,
                                     .directory = path_count == 0 ? cli->rules : NULL,
                                     .reviewed = true,
                                     .watch = vt_rules_guard_watch(cli)};
  status = vt_rules_load(&options, &frame->rules, &frame->diagnostics);
  if (status != VATER_E_RULE)
    return status;
  frame->faulty = frame->rules;
  frame->rules = NULL;
  return VATER_OK;
}

void vt_rules_frame_end(struct vt_rules_frame *frame)
{
  vt_rules_free(frame->rules);
  vt_rules_free(frame->faulty);
  if (frame->arena != NULL)
    vt_registry_fini(&frame->plugins);
  vt_arena_free(frame->arena);
}

/* ---- list --------------------------------------------------------------------------------------
 */

static bool applies_to(const struct vt_rule_info *rule, struct vater_str id)
{
  for (uint32_t i = 0; i < rule->applies_count; i++)
    if (vt_str_equal(rule->applies_to[i], id) || vt_str_is(rule->applies_to[i], "*"))
      return true;
  return false;
}

static bool is_wanted(const struct vt_rules *rules, const struct vt_rules_asked *asked,
                      const struct vt_rule_info *rule)
{
  if (asked->indicator != NULL && !applies_to(rule, vt_str(asked->indicator)))
    return false;
  if (asked->goal == 0)
    return true;
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules); i++) {
    const struct vt_indicator_info *indicator = vt_rules_indicator(rules, i);
    if (indicator->goal == asked->goal && applies_to(rule, indicator->id))
      return true;
  }
  return false;
}

static json_t *text_json(struct vater_str text)
{
  return json_stringn(text.ptr != NULL ? text.ptr : "", text.len);
}

static json_t *texts_json(const struct vater_str texts[VT_LANGUAGE_COUNT])
{
  json_t *made = json_object();
  for (int i = 0; i < VT_LANGUAGE_COUNT; i++)
    json_object_set_new(made, vt_language_name((enum vt_language)i), text_json(texts[i]));
  return made;
}

static json_t *rule_json(const struct vt_rule_info *rule)
{
  json_t *applies = json_array();
  for (uint32_t i = 0; i < rule->applies_count; i++)
    json_array_append_new(applies, text_json(rule->applies_to[i]));
  json_t *made = json_pack("{s:o, s:o, s:o, s:i, s:s, s:s, s:o}", "code", text_json(rule->code),
                           "pack", text_json(rule->pack), "file", text_json(rule->file), "line",
                           (int)rule->line, "scope", vt_scope_name(rule->scope), "severity",
                           vt_severity_name(rule->severity), "appliesTo", applies);
  const struct {
    const char *name;
    struct vater_str text;
  } optional[] = {{"when", rule->when},       {"assert", rule->assert},      {"check", rule->check},
                  {"missing", rule->missing}, {"explain", rule->explain},    {"since", rule->since},
                  {"until", rule->until},     {"reference", rule->reference}};
  for (size_t i = 0; i < sizeof optional / sizeof *optional; i++)
    if (optional[i].text.len > 0)
      json_object_set_new(made, optional[i].name, text_json(optional[i].text));
  json_object_set_new(made, "message", texts_json(rule->message));
  json_object_set_new(made, "remedy", texts_json(rule->remedy));
  json_object_set_new(made, "examples",
                      json_pack("{s:i, s:i, s:i}", "pass", (int)rule->passing, "fail",
                                (int)rule->failing, "other", (int)rule->other));
  return made;
}

static int list_json(struct vt_cli *cli, const struct vt_rules *rules,
                     const struct vt_rules_asked *asked)
{
  json_t *list = json_array();
  for (uint32_t i = 0; i < vt_rules_count(rules); i++)
    if (is_wanted(rules, asked, vt_rules_info(rules, i)))
      json_array_append_new(list, rule_json(vt_rules_info(rules, i)));
  json_t *root = json_pack("{s:o}", "rules", list);
  int failed = root == NULL || json_dumpf(root, cli->out, JSON_INDENT(2)) != 0;
  json_decref(root);
  fputc('\n', cli->out);
  return failed ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
}

static void print_rule(struct vt_cli *cli, const struct vt_rules_asked *asked,
                       const struct vt_rule_info *rule, struct vt_buffer *line)
{
  vt_buffer_reset(line);
  vt_buffer_format(line, "%-8.*s %-8s %-12s ", VT_STR_ARGS(rule->code),
                   vt_severity_name(rule->severity), vt_scope_name(rule->scope));
  size_t before = line->len;
  for (uint32_t i = 0; i < rule->applies_count; i++)
    vt_buffer_format(line, "%s%.*s", i == 0 ? "" : ",", VT_STR_ARGS(rule->applies_to[i]));
  while (line->len < before + 14 && !line->failed)
    vt_buffer_char(line, ' ');
  vt_buffer_char(line, ' ');
  vt_encode_terminal(line, rule->message[asked->language]);
  vt_buffer_char(line, '\n');
  vt_cli_put(cli->out, line);
}

static bool is_indicator(const struct vt_rules *rules, struct vater_str id)
{
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules); i++)
    if (vt_str_equal(vt_rules_indicator(rules, i)->id, id))
      return true;
  return false;
}

int vt_rules_unknown(struct vt_cli *cli, const char *tool, const char *kind, const char *name)
{
  char command[32];
  struct vt_error error = {0};
  snprintf(command, sizeof command, "rules %s", tool);
  vt_fail(&error, VATER_E_CONFIG, NULL,
          "there is no %s '%s' in %s; see 'vater rules list', and --rules for packs elsewhere",
          kind, name, cli->rules);
  return vt_cli_error(cli, command, &error, VT_EXIT_FAILED);
}

static int list(struct vt_cli *cli, const struct vt_rules_asked *asked,
                const struct vt_rules_frame *frame)
{
  if (asked->indicator != NULL && !is_indicator(frame->rules, vt_str(asked->indicator)))
    return vt_rules_unknown(cli, "list", "indicator", asked->indicator);
  if (asked->json)
    return list_json(cli, frame->rules, asked);
  struct vt_buffer line;
  vt_buffer_init(&line, &cli->environment.allocator, 16 * 1024);
  for (uint32_t i = 0; i < vt_rules_count(frame->rules); i++)
    if (is_wanted(frame->rules, asked, vt_rules_info(frame->rules, i)))
      print_rule(cli, asked, vt_rules_info(frame->rules, i), &line);
  vt_buffer_fini(&line);
  return VT_EXIT_CLEAN;
}

/* ---- the command -------------------------------------------------------------------------------
 */

static int carry_out(struct vt_cli *cli, const char *what, const struct vt_rules_asked *asked)
{
  if (strcmp(what, "lint") == 0)
    return vt_rules_lint_command(cli, asked);
  if (strcmp(what, "diff") == 0)
    return vt_rules_diff(cli, asked);
  if (strcmp(what, "new") == 0)
    return vt_rules_new(cli, asked);
  struct vt_rules_frame frame;
  int code = VT_EXIT_FAILED;
  int status = vt_rules_frame_begin(cli, &asked->plugins, NULL, 0, &frame);
  if (status != VATER_OK) {
    fprintf(cli->error, "vater rules: out of memory\n");
  } else if (frame.rules == NULL || frame.diagnostics.errors > 0) {
    vt_cli_diagnostics(cli, &frame.diagnostics);
    code = VT_EXIT_REFUSED;
  } else {
    code = strcmp(what, "test") == 0       ? vt_rules_test(cli, asked, &frame)
           : strcmp(what, "docs") == 0     ? vt_rules_docs(cli, asked, &frame)
           : strcmp(what, "coverage") == 0 ? vt_rules_coverage(cli, asked, &frame)
                                           : list(cli, asked, &frame);
  }
  vt_rules_frame_end(&frame);
  return code;
}

static int parse_threshold(struct vt_cli *cli, const char *text, double *share)
{
  double percent;
  if (!vt_number_double(vt_str(text), &percent) || percent < 0.0 || percent > 100.0)
    return vt_cli_usage(cli, "rules", "'%s' is no threshold; wanted: percent, 0 to 100", text);
  *share = percent / 100.0;
  return VT_EXIT_CLEAN;
}

/* Packs of one's own are read where they are named, as `vater check` does: says so to who has some
 * here and named none. */
static void hint_at_folder(struct vt_cli *cli, const char *what, const struct vt_rules_asked *asked)
{
  struct stat info;
  if (asked->changed == NULL && asked->name_count == 0 && stat("rules", &info) == 0 &&
      S_ISDIR(info.st_mode))
    fprintf(cli->error,
            "vater rules %s: this is about the packs in %s; for those in ./rules say --rules "
            "rules\n",
            what, cli->rules);
}

/* VT_EXIT_CLEAN: taken; else the exit code. */
static int take_option(struct vt_cli *cli, int option, char **argv, struct vt_rules_asked *asked)
{
  switch (option) {
  case 'r':
    asked->changed = optarg;
    return VT_EXIT_CLEAN;
  case 'c':
    asked->configuration = optarg;
    return VT_EXIT_CLEAN;
  case 's':
    asked->store = optarg;
    return VT_EXIT_CLEAN;
  case 'S':
    return vt_cli_parse_day(cli, "rules", optarg, &asked->since) ? VT_EXIT_CLEAN : VT_EXIT_USAGE;
  case 'T':
    return parse_threshold(cli, optarg, &asked->threshold);
  case 'G':
    return vt_cli_add_folder(cli, "rules", &asked->plugins, optarg);
  case 'g':
    if (optarg[0] < '1' || optarg[0] > '5' || optarg[1] != '\0')
      return vt_cli_usage(cli, "rules", "'%s' is not a goal, 1 to 5", optarg);
    asked->goal = optarg[0] - '0';
    return VT_EXIT_CLEAN;
  case 'i':
    asked->indicator = optarg;
    return VT_EXIT_CLEAN;
  case 'l':
    return vt_language_parse(vt_str(optarg), &asked->language)
               ? VT_EXIT_CLEAN
               : vt_cli_usage(cli, "rules", "'%s' is none of nb, nn, en", optarg);
  case 'U':
    asked->update_lock = true;
    return VT_EXIT_CLEAN;
  case 'H':
    asked->html = true;
    return VT_EXIT_CLEAN;
  case 'm':
    asked->mutate = true;
    return VT_EXIT_CLEAN;
  case 'j':
    asked->json = true;
    return VT_EXIT_CLEAN;
  default:
    return vt_cli_option_fault(cli, "rules", option, argv);
  }
}

/* The tool's name may stand before or behind the options. */
static int take_options(struct vt_cli *cli, int argc, char **argv, struct vt_rules_asked *asked,
                        bool given[128])
{
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":r:c:s:S:T:g:i:l:mjh", vt_rules_long_options, NULL)) !=
         -1) {
    int code = option == 'h' ? VT_EXIT_CLEAN : take_option(cli, option, argv, asked);
    if (code != VT_EXIT_CLEAN)
      return code;
    given[option] = true;
  }
  return VT_EXIT_CLEAN;
}

int vt_command_rules(struct vt_cli *cli, int argc, char **argv)
{
  struct vt_rules_asked asked = {.language = VT_LANGUAGE_EN,
                                 .plugins = {.paths = {cli->plugins}, .count = 1},
                                 .since = INT64_MIN,
                                 .threshold = 0.5};
  bool given[128] = {false};
  int code = take_options(cli, argc, argv, &asked, given);
  const char *what = optind < argc ? argv[optind] : NULL;
  if (code != VT_EXIT_CLEAN)
    return code;
  if (given['h'])
    return vt_rules_help(cli, what);
  if (what == NULL)
    return vt_cli_usage(cli, "rules", "say what: " VT_RULES_TOOLS);
  code = vt_rules_check_options(cli, what, given);
  if (code != VT_EXIT_CLEAN)
    return code;
  asked.names = argv + optind + 1;
  asked.name_count = (size_t)(argc - optind - 1);
  if (strcmp(what, "impact") == 0)
    return vt_rules_impact(cli, &asked);
  if (asked.changed != NULL)
    vt_text_copy(cli->rules, sizeof cli->rules, vt_str(asked.changed));
  bool named = strcmp(what, "test") == 0 || strcmp(what, "lint") == 0 ||
               strcmp(what, "diff") == 0 || strcmp(what, "new") == 0;
  if (asked.name_count > 0 && !named)
    return vt_cli_usage(cli, "rules", "%s takes no '%s'; use --goal or --indicator", what,
                        asked.names[0]);
  if (strcmp(what, "diff") != 0 && strcmp(what, "new") != 0)
    hint_at_folder(cli, what, &asked);
  return vt_rules_guarded(cli, what, &asked, carry_out);
}

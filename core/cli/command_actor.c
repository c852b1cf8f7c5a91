#include "cli/cli.h"
#include "cli/options.h"
#include "cli/rules_frame.h"

#include "base/encode.h"
#include "run/actors.h"
#include "run/run.h"

#include <getopt.h>
#include <jansson.h>

static void print_help(FILE *out)
{
  fputs("usage: vater actor list   [--config FILE] [--json]\n"
        "       vater actor verify [--config FILE]\n\n"
        "list    the actors of the registry, one a line\n"
        "verify  check configuration, registry, plugin settings, keys and rules as a run would,\n"
        "        and ask nobody\n\n"
        "  -c, --config FILE  the configuration (default vater.json)\n"
        "  -j, --json         machine-readable\n"
        "  -h, --help         this text\n\n"
        "exit: 0 in order, 3 something is wrong (everything is listed), 64 wrong usage\n",
        out);
}

static int print_json(struct vt_cli *cli, const struct vt_actors *actors)
{
  json_t *list = json_array();
  for (uint32_t i = 0; i < actors->count; i++)
    json_array_append(list, json_array_get(json_object_get(actors->document.root, "actors"), i));
  json_t *root = json_pack("{s:o}", "actors", list);
  int failed = root == NULL || json_dumpf(root, cli->out, JSON_INDENT(2)) != 0;
  json_decref(root);
  fputc('\n', cli->out);
  return failed ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
}

static void print_line(struct vt_cli *cli, const struct vt_actor *actor, struct vt_buffer *line)
{
  vt_buffer_reset(line);
  vt_encode_terminal(line, actor->orgnr);
  vt_buffer_format(line, "  %-12.*s  ", VT_STR_ARGS(actor->type));
  vt_encode_terminal(line, actor->name);
  vt_buffer_format(line, "  (%u endpoint%s, %u obligation%s)", actor->endpoint_count,
                   actor->endpoint_count == 1 ? "" : "s", actor->obligation_count,
                   actor->obligation_count == 1 ? "" : "s");
  fprintf(cli->out, "%.*s\n", (int)line->len, line->bytes);
}

static int list_actors(struct vt_cli *cli, const char *path, bool json)
{
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_configuration configuration;
  struct vt_actors actors = {0};
  int code = VT_EXIT_REFUSED;
  if (arena == NULL)
    return VT_EXIT_FAILED;
  vt_diagnostics_init(&diagnostics, arena);
  if (vt_configuration_load(&cli->environment, path, cli->rules, arena, &configuration,
                            &diagnostics) == VATER_OK &&
      vt_actors_load(&cli->environment, configuration.actors.ptr, cli->rules, arena, &actors,
                     &diagnostics) == VATER_OK) {
    struct vt_buffer line;
    vt_buffer_init(&line, &cli->environment.allocator, 4096);
    code = json ? print_json(cli, &actors) : VT_EXIT_CLEAN;
    for (uint32_t i = 0; i < actors.count && !json; i++)
      print_line(cli, &actors.items[i], &line);
    vt_buffer_fini(&line);
  }
  vt_cli_diagnostics(cli, &diagnostics);
  vt_actors_fini(&actors);
  vt_arena_free(arena);
  return code;
}

static void check_obligation(const struct vt_cli *cli, const struct vt_actors *actors,
                             const struct vt_rules *rules, const char *pointer,
                             struct vater_str indicator, struct vt_diagnostics *diagnostics)
{
  struct vater_str nearest = VT_STR_NONE;
  for (uint32_t i = 0; i < vt_rules_indicator_count(rules); i++) {
    struct vater_str id = vt_rules_indicator(rules, i)->id;
    if (vt_str_equal(id, indicator))
      return;
    const struct vater_str both[] = {id, nearest};
    nearest = vt_str_nearest(indicator, both, nearest.len > 0 ? 2 : 1);
  }
  vt_document_warn(&actors->document, &cli->environment, diagnostics, pointer,
                   "the indicator '%.*s' is in no rule pack%s%.*s%s", VT_STR_ARGS(indicator),
                   nearest.len > 0 ? "; did you mean '" : "", VT_STR_ARGS(nearest),
                   nearest.len > 0 ? "'?" : "");
}

/* Nobody can deliver an indicator that is in no pack: warnings, since a run goes on all the same.
 */
static void check_obligations(struct vt_cli *cli, const struct vt_actors *actors,
                              const struct vt_configuration *configuration,
                              struct vt_diagnostics *diagnostics)
{
  char pointer[96];
  struct vt_rules_frame frame;
  struct vt_cli_folders folders = {.paths = {cli->plugins}, .count = 1};
  if (configuration->plugins.len > 0)
    folders.paths[0] = configuration->plugins.ptr;
  if (configuration->rules.len > 0)
    vt_text_copy(cli->rules, sizeof cli->rules, configuration->rules);
  int status = vt_rules_frame_begin(cli, &folders, NULL, 0, &frame);
  for (uint32_t i = 0; i < actors->count && status == VATER_OK && frame.rules != NULL; i++)
    for (uint32_t j = 0; j < actors->items[i].obligation_count; j++) {
      snprintf(pointer, sizeof pointer, "/actors/%u/obligations/%u/indicator", i, j);
      check_obligation(cli, actors, frame.rules, pointer, actors->items[i].obligations[j].indicator,
                       diagnostics);
    }
  vt_rules_frame_end(&frame);
}

static void verify_obligations(struct vt_cli *cli, const char *path, struct vt_arena *arena,
                               struct vt_diagnostics *diagnostics)
{
  struct vt_configuration configuration;
  struct vt_actors actors = {0};
  if (vt_configuration_load(&cli->environment, path, cli->rules, arena, &configuration,
                            diagnostics) == VATER_OK &&
      vt_actors_load(&cli->environment, configuration.actors.ptr, cli->rules, arena, &actors,
                     diagnostics) == VATER_OK)
    check_obligations(cli, &actors, &configuration, diagnostics);
  vt_actors_fini(&actors);
}

static int verify(struct vt_cli *cli, const char *path)
{
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_diagnostics diagnostics;
  struct vt_error error = {0};
  uint32_t jobs = 0;
  if (arena == NULL)
    return VT_EXIT_FAILED;
  vt_diagnostics_init(&diagnostics, arena);
  struct vt_run_options options = vt_cli_run_options(cli, path);
  int status = vt_run_verify(&options, &jobs, &diagnostics, &error);
  if (status == VATER_OK)
    verify_obligations(cli, path, arena, &diagnostics);
  vt_diagnostics_sort(&diagnostics);
  vt_cli_diagnostics(cli, &diagnostics);
  if (status == VATER_OK)
    fprintf(cli->out, "in order: a run would begin with %u job%s\n", jobs, jobs == 1 ? "" : "s");
  else
    vt_cli_error(cli, "actor verify", &error, VT_EXIT_REFUSED);
  vt_arena_free(arena);
  return status == VATER_OK ? VT_EXIT_CLEAN : VT_EXIT_REFUSED;
}

int vt_command_actor(struct vt_cli *cli, int argc, char **argv)
{
  static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                          {"json", no_argument, NULL, 'j'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  const char *path = "vater.json";
  bool json = false;
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":c:jh", options, NULL)) != -1) {
    if (option == 'c')
      path = optarg;
    else if (option == 'j')
      json = true;
    else if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    } else
      return vt_cli_option_fault(cli, "actor", option, argv);
  }
  const char *verb = optind < argc ? argv[optind] : "list";
  if (optind + 1 < argc)
    return vt_cli_usage(cli, "actor", "'%s' is one argument too many", argv[optind + 1]);
  if (strcmp(verb, "list") == 0)
    return list_actors(cli, path, json);
  if (strcmp(verb, "verify") == 0 && json)
    return vt_cli_usage(cli, "actor", "verify takes no option --json");
  if (strcmp(verb, "verify") == 0)
    return verify(cli, path);
  return vt_cli_usage(cli, "actor", "'%s' is neither list nor verify", verb);
}

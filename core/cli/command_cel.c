#include "base/encode.h"
#include "base/limits.h"
#include "cli/cel_batch.h"
#include "cli/cel_values.h"
#include "cli/options.h"
#include "plugin/call.h"
#include "rules/function.h"

#include <getopt.h>
#include <stdlib.h>

enum { VARIABLES = 64, SHOWN_BYTES = 1024 * 1024 };

static const char help[] =
    "usage: vater cel -e EXPRESSION [-v NAME=JSON]… [-a]\n"
    "       vater cel --batch\n"
    "Evaluates an expression of the Common Expression Language (docs/cel.md). It knows the\n"
    "functions of rules, sum, median, dimension, periodsBetween and those of the plugins, such\n"
    "as isOrgnr; obs, rows and indicator are a rule's alone: give them with --var, or try a\n"
    "whole rule with 'vater rules test'.\n"
    "\n"
    "  -e, --expression TEXT  what to evaluate\n"
    "  -v, --var NAME=JSON    a variable; its type is that of the JSON value\n"
    "      --plugins FOLDER   plugins there as well; may be given several times\n"
    "  -a, --ast              print the checked expression with its types instead\n"
    "  -b, --batch            one JSON request a line on standard input, one answer a line\n"
    "  -h, --help             this text\n"
    "\n"
    "Exit status: 0 a value was printed, 2 it could not be evaluated, 64 usage.\n";

struct options {
  const char *expression;
  const char *variables[VARIABLES];
  uint32_t variable_count;
  struct vt_cli_folders plugins;
  bool ast, batch;
};

static int print_encoded(struct vt_cli *cli, struct vater_str text, bool lines)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &cli->environment.allocator, 4 * SHOWN_BYTES);
  for (size_t at = 0; at < text.len;) {
    size_t end = lines ? vt_str_find(text, VT_STR("\n"), at) : text.len;
    vt_encode_terminal(&out, vt_str_slice(text, at, end));
    vt_buffer_char(&out, '\n');
    at = end + 1;
  }
  int status = out.failed ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
  vt_cli_put(cli->out, &out);
  vt_buffer_fini(&out);
  return status;
}

static int declare_variable(struct vt_cel_environment *environment, struct vt_arena *arena,
                            const char *argument, struct vt_cel_value *value,
                            struct vt_error *error)
{
  const char *equals = strchr(argument, '=');
  const char *type;
  if (equals == NULL)
    return vt_fail(error, VATER_E_CONFIG, NULL, "'%s': expected NAME=JSON", argument);
  json_error_t fault;
  json_t *json = json_loads(equals + 1, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, &fault);
  if (json == NULL)
    return vt_fail(error, VATER_E_CONFIG, NULL, "'%s': %s", argument, fault.text);
  struct vater_str name =
      vt_arena_copy(arena, (struct vater_str){argument, (size_t)(equals - argument)});
  int status =
      name.ptr == NULL ? VATER_E_NOMEM : vt_cli_cel_plain(json, arena, value, &type, error);
  if (status == VATER_OK)
    status = vt_cel_declare_variable(environment, name.ptr, type, NULL, error);
  json_decref(json);
  return status;
}

static int show(struct vt_cli *cli, const struct options *options,
                const struct vt_cel_program *program, const struct vt_cel_value *variables)
{
  struct vt_buffer out;
  struct vt_cel_run *run;
  struct vt_cel_value value;
  if (vt_cel_run_new(&cli->environment.allocator, 0, 0, &run) != VATER_OK)
    return VT_EXIT_FAILED;
  vt_buffer_init(&out, &cli->environment.allocator, SHOWN_BYTES);
  int code = VT_EXIT_CLEAN;
  if (options->ast) {
    vt_cel_program_print(program, &out);
  } else {
    vt_cel_eval(run, program, variables, &value);
    if (value.kind == VT_CEL_ERROR) {
      struct vt_error error = {0};
      vt_fail(&error, value.as.fault->status, NULL, "%.*s", VT_STR_ARGS(value.as.fault->text));
      vt_error_at(&error, VT_STR("expression"), 1, value.as.fault->offset + 1);
      code = vt_cli_error(cli, "cel", &error, VT_EXIT_FAILED);
    } else {
      vt_cel_print(&value, &out);
    }
  }
  if (code == VT_EXIT_CLEAN)
    code = print_encoded(cli, vt_buffer_str(&out), options->ast);
  vt_buffer_fini(&out);
  vt_cel_run_free(run);
  return code;
}

static int evaluate(struct vt_cli *cli, const struct options *options, struct vt_arena *arena,
                    struct vt_cel_environment *environment)
{
  struct vt_cel_value values[VARIABLES];
  struct vt_error error = {0};
  for (uint32_t i = 0; i < options->variable_count; i++) {
    int status = declare_variable(environment, arena, options->variables[i], &values[i], &error);
    if (status != VATER_OK)
      return vt_cli_error(cli, "cel", &error, VT_EXIT_USAGE);
  }
  struct vt_diagnostics diagnostics;
  struct vt_cel_program *program;
  vt_diagnostics_init(&diagnostics, arena);
  const struct vt_cel_source source = {.text = vt_str(options->expression)};
  int status = vt_cel_compile(environment, &source, NULL, arena, &diagnostics, &program);
  vt_cli_diagnostics(cli, &diagnostics);
  return status == VATER_OK ? show(cli, options, program, values) : VT_EXIT_FAILED;
}

static void tell_refused(void *context, const struct vt_plugin *plugin,
                         const struct vater_function *function, const char *why)
{
  struct vt_cli *cli = context;
  fprintf(cli->error, "vater cel: function '%s' of plugin '%s': %s\n", function->name,
          plugin->info.name, why);
}

/* A plugin that cannot be loaded is told; the expression may do without. */
static int load_plugins(struct vt_cli *cli, const struct options *options, struct vt_arena *arena,
                        struct vt_registry *plugins)
{
  struct vt_plugin_files files = {0};
  struct vt_diagnostics refused;
  vt_diagnostics_init(&refused, arena);
  int status = vt_registry_init(plugins, &cli->environment, arena, NULL);
  if (status == VATER_OK)
    status =
        vt_plugin_scan(options->plugins.paths, options->plugins.count, arena, &files, &refused);
  if (status == VATER_OK)
    status = vt_registry_load_all(plugins, &files, NULL, &refused);
  vt_cli_diagnostics(cli, &refused);
  return status;
}

static int evaluate_with(struct vt_cli *cli, const struct options *options, struct vt_arena *arena,
                         struct vt_cel_environment *environment)
{
  struct vt_registry plugins = {0};
  struct vater_call call;
  int code = VT_EXIT_FAILED;
  if (vt_call_init(&call, &cli->environment, NULL, "cel") != VATER_OK)
    return code;
  if (load_plugins(cli, options, arena, &plugins) == VATER_OK &&
      vt_rules_functions(environment, &call, &plugins, arena, tell_refused, cli) == VATER_OK)
    code = evaluate(cli, options, arena, environment);
  vt_registry_fini(&plugins);
  vt_call_fini(&call);
  return code;
}

static int evaluate_one(struct vt_cli *cli, const struct options *options)
{
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_cel_environment *environment = NULL;
  const struct vt_cel_options settings = {.zones = vt_cel_zone_files(),
                                          .allocator = cli->environment.allocator};
  int code = VT_EXIT_FAILED;
  if (arena != NULL && vt_cel_environment_new(arena, &settings, &environment) == VATER_OK)
    code = evaluate_with(cli, options, arena, environment);
  vt_cel_environment_free(environment);
  vt_arena_free(arena);
  return code;
}

static int run_batch(struct vt_cli *cli)
{
  char *line = NULL;
  size_t room = 0;
  ssize_t len;
  while ((len = getline(&line, &room, cli->in)) > 0) {
    char *answer = vt_cli_cel_batch(&cli->environment, (struct vater_str){line, (size_t)len});
    fprintf(cli->out, "%s\n", answer != NULL ? answer : "{\"ok\":false,\"error\":\"memory\"}");
    fflush(cli->out);
    free(answer);
  }
  free(line);
  return VT_EXIT_CLEAN;
}

int vt_command_cel(struct vt_cli *cli, int argc, char **argv)
{
  static const struct option names[] = {{"expression", required_argument, NULL, 'e'},
                                        {"var", required_argument, NULL, 'v'},
                                        {"ast", no_argument, NULL, 'a'},
                                        {"plugins", required_argument, NULL, 'G'},
                                        {"batch", no_argument, NULL, 'b'},
                                        {"help", no_argument, NULL, 'h'},
                                        {NULL, 0, NULL, 0}};
  struct options options = {.plugins = {.paths = {cli->plugins}, .count = 1}};
  int option;
  optind = 1;
  while ((option = getopt_long(argc, argv, "e:v:abh", names, NULL)) != -1) {
    if (option == 'h') {
      fputs(help, cli->out);
      return VT_EXIT_CLEAN;
    }
    if (option == 'e')
      options.expression = optarg;
    else if (option == 'a')
      options.ast = true;
    else if (option == 'b')
      options.batch = true;
    else if (option == 'G') {
      if (vt_cli_add_folder(cli, "cel", &options.plugins, optarg) != VT_EXIT_CLEAN)
        return VT_EXIT_USAGE;
    } else if (option == 'v' && options.variable_count < VARIABLES)
      options.variables[options.variable_count++] = optarg;
    else
      return vt_cli_usage(cli, "cel", option == 'v' ? "more than %d variables" : "wrong option",
                          VARIABLES);
  }
  if (options.batch)
    return run_batch(cli);
  if (options.expression == NULL || optind < argc)
    return vt_cli_usage(cli, "cel", "expected -e EXPRESSION or --batch");
  return evaluate_one(cli, &options);
}

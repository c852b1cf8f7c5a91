#include "cli/options.h"
#include "cli/reading.h"

#include "report/render.h"

#include <getopt.h>

enum { STATUS_BYTES_MAX = 64 * 1024 };

static void print_help(FILE *out)
{
  fputs("usage: vater status [OPTION…]\n\n"
        "Tells in a few lines how the last run went, by its exit code as well.\n\n"
        "  -c, --config FILE        the configuration (default vater.json)\n"
        "  -s, --store FILE         the store, instead of the configuration's\n"
        "  -l, --language nb|nn|en  of the texts (default en)\n"
        "  -h, --help               this text\n\n"
        "exit: 0 clean, 1 findings of severity error, 2 something could not be done, or the run\n"
        "      was not finished, or there is none, 3 the store cannot be used, 64 wrong usage\n",
        out);
}

static int print(struct vt_cli *cli, const struct vt_report *report,
                 const struct vt_report_style *style)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &cli->environment.allocator, STATUS_BYTES_MAX);
  int code = vt_cli_print(cli, "status", vt_report_brief(report, style, &out), &out);
  vt_buffer_fini(&out);
  if (code != VT_EXIT_CLEAN)
    return code;
  return report->run.finished_ms == 0 ? VT_EXIT_FAILED : vt_report_exit(report);
}

static int load_and_print(struct vt_cli *cli, struct vt_store *store,
                          const struct vt_report_style *style, struct vt_arena *arena)
{
  struct vt_error error = {0};
  struct vt_report report;
  int status = vt_report_load(store, 0, 1, arena, &report, &error);
  if (status == VATER_OK)
    return print(cli, &report, style);
  if (status != VATER_DONE)
    return vt_cli_error(cli, "status", &error, VT_EXIT_FAILED);
  fputs("no run is recorded yet\n", cli->out);
  return VT_EXIT_FAILED;
}

int vt_command_status(struct vt_cli *cli, int argc, char **argv)
{
  static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                          {"store", required_argument, NULL, 's'},
                                          {"language", required_argument, NULL, 'l'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  struct vt_cli_store where = {.configuration = "vater.json"};
  struct vt_report_style style = {VT_LANGUAGE_EN, .color = cli->color, .width = cli->width};
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":c:s:l:h", options, NULL)) != -1) {
    if (option == 'c')
      where.configuration = optarg;
    else if (option == 's')
      where.path = optarg;
    else if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    } else if (option != 'l')
      return vt_cli_option_fault(cli, "status", option, argv);
    else if (!vt_cli_parse_language(cli, "status", optarg, &style.language))
      return VT_EXIT_USAGE;
  }
  if (optind < argc)
    return vt_cli_usage(cli, "status", "'%s' is one argument too many", argv[optind]);
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_store *store = NULL;
  if (arena == NULL)
    return VT_EXIT_FAILED;
  int code = vt_cli_open_store(cli, "status", &where, arena, &store);
  if (code == VT_EXIT_CLEAN)
    code = load_and_print(cli, store, &style, arena);
  vt_store_close(store);
  vt_arena_free(arena);
  return code;
}

#include "cli/options.h"

#include "base/date.h"
#include "base/file.h"
#include "report/progress.h"
#include "report/render.h"

#include <getopt.h>
#include <unistd.h>

enum { REPORT_BYTES_MAX = 256 * 1024 * 1024, ONLY_MAX = 1000 };

struct asked {
  const char *configuration, *json_path;
  struct vater_str only[ONLY_MAX];
  bool json, quiet;
  struct vt_report_style style;
};

static void print_help(FILE *out)
{
  fputs("usage: vater run [OPTION…] [ORGNR…]\n\n"
        "Asks all actors of the registry (or those named) for their indicator data, judges what\n"
        "comes, records it and prints the report.\n\n"
        "  -c, --config FILE        the configuration (default vater.json)\n"
        "  -p, --period PERIOD      ask for this period (2026, 2026-T1, 2026-Q3, 2026-07)\n"
        "                           instead of the last closed one\n"
        "  -t, --today DATE         judge as of this day (YYYY-MM-DD)\n"
        "      --resume             go on with a run that was stopped or killed; period,\n"
        "                           actors and --proposed as they were then\n"
        "      --proposed           collect proposed indicators as well\n"
        "  -l, --language nb|nn|en  of the report (default en)\n"
        "  -n, --samples N          findings shown of each rule (default 3); all are counted\n"
        "  -j, --json               the report as JSON\n"
        "  -o, --json-file FILE     the report as JSON into FILE as well\n"
        "  -q, --quiet              no progress, no report\n"
        "  -v, --verbose            log what happens; twice: every job\n"
        "  -h, --help               this text\n\n"
        "exit: 0 clean, 1 findings of severity error, 2 something could not be done,\n"
        "      3 refused to start, 64 wrong usage\n",
        out);
}

static void write_error(void *context, struct vater_str text)
{
  FILE *out = context;
  fwrite(text.ptr, 1, text.len, out);
  fflush(out);
}

static void show_progress(void *context, const struct vt_run_progress *now)
{
  struct vt_progress *progress = context;
  if (progress->total != now->jobs)
    vt_progress_start(progress, now->jobs);
  uint32_t failed = now->deliveries[VT_DELIVERY_NOT_DELIVERED] +
                    now->deliveries[VT_DELIVERY_REFUSED] +
                    now->deliveries[VT_DELIVERY_INTERNAL_ERROR];
  vt_progress_update(progress, now->done, failed, now->in_flight);
}

static int write_file(struct vt_cli *cli, const char *path, struct vater_str text)
{
  struct vt_error error = {0};
  if (vt_file_replace(path, text, 0644, &error) == VATER_OK)
    return VT_EXIT_CLEAN;
  return vt_cli_error(cli, "run", &error, VT_EXIT_FAILED);
}

static int print_report(struct vt_cli *cli, const struct asked *asked,
                        const struct vt_report *report)
{
  struct vt_buffer out;
  int code = VT_EXIT_CLEAN;
  vt_buffer_init(&out, &cli->environment.allocator, REPORT_BYTES_MAX);
  if (asked->json_path != NULL && vt_report_json(report, &out) == VATER_OK)
    code = write_file(cli, asked->json_path, vt_buffer_str(&out));
  vt_buffer_reset(&out);
  int status = VATER_OK;
  if (asked->json)
    status = vt_report_json(report, &out);
  else if (!asked->quiet)
    status = vt_report_terminal(report, &asked->style, &out);
  vt_cli_put(cli->out, &out);
  vt_buffer_fini(&out);
  return status == VATER_OK ? code : VT_EXIT_FAILED;
}

static int report_run(struct vt_cli *cli, const struct asked *asked,
                      const struct vt_run_summary *summary)
{
  struct vt_error error = {0};
  struct vt_store *store = NULL;
  struct vt_report report;
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  int code = VT_EXIT_FAILED;
  if (arena == NULL)
    return code;
  if (vt_store_open(summary->store, VT_STORE_READ, &cli->environment, &store, &error) == VATER_OK &&
      vt_report_load(store, summary->run, 0, arena, &report, &error) == VATER_OK)
    code = print_report(cli, asked, &report);
  else
    vt_cli_error(cli, "run", &error, code);
  vt_store_close(store);
  vt_arena_free(arena);
  return code;
}

static int exit_of(const struct vt_run_summary *summary)
{
  if (summary->failures || summary->stopped || summary->local_fault)
    return VT_EXIT_FAILED;
  return summary->findings ? VT_EXIT_FINDINGS : VT_EXIT_CLEAN;
}

static int run(struct vt_cli *cli, const struct asked *asked, struct vt_run_options *options)
{
  struct vt_error error = {0};
  struct vt_diagnostics diagnostics;
  struct vt_run_summary summary;
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_progress progress = {.clock = cli->environment.clock,
                                 .language = asked->style.language,
                                 .live = isatty(STDERR_FILENO),
                                 .width = cli->width,
                                 .write = write_error,
                                 .context = cli->error};
  if (arena == NULL)
    return VT_EXIT_FAILED;
  vt_diagnostics_init(&diagnostics, arena);
  options->progress = asked->quiet ? NULL : show_progress;
  options->progress_context = &progress;
  int status = vt_run(options, &summary, &diagnostics, &error);
  vt_progress_clear(&progress);
  vt_diagnostics_sort(&diagnostics);
  vt_cli_diagnostics(cli, &diagnostics);
  vt_arena_free(arena);
  if (status != VATER_OK)
    return vt_cli_error(cli, "run", &error, summary.run == 0 ? VT_EXIT_REFUSED : VT_EXIT_FAILED);
  int code = report_run(cli, asked, &summary);
  if (summary.stopped)
    fputs("vater run: OPS-STOPPED: stopped; go on with 'vater run --resume'\n", cli->error);
  if (summary.local_fault)
    fputs("vater run: NET-LOCAL: nobody could be reached; the fault is on our side\n", cli->error);
  return code > exit_of(&summary) ? code : exit_of(&summary);
}

static const struct option long_options[] = {{"config", required_argument, NULL, 'c'},
                                             {"period", required_argument, NULL, 'p'},
                                             {"today", required_argument, NULL, 't'},
                                             {"resume", no_argument, NULL, 'R'},
                                             {"proposed", no_argument, NULL, 'P'},
                                             {"language", required_argument, NULL, 'l'},
                                             {"samples", required_argument, NULL, 'n'},
                                             {"json", no_argument, NULL, 'j'},
                                             {"json-file", required_argument, NULL, 'o'},
                                             {"quiet", no_argument, NULL, 'q'},
                                             {"verbose", no_argument, NULL, 'v'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

/* VT_EXIT_CLEAN: taken; else the exit code. */
static int take_option(struct vt_cli *cli, int option, char **argv, struct asked *asked,
                       struct vt_run_options *options)
{
  struct vt_period period;
  switch (option) {
  case 'c':
    options->configuration = optarg;
    return VT_EXIT_CLEAN;
  case 'p':
    options->period = vt_str(optarg);
    if (!vt_period_parse(options->period, &period))
      return vt_cli_usage(cli, "run", "'%s' is not a period", optarg);
    return VT_EXIT_CLEAN;
  case 't':
    return vt_cli_parse_day(cli, "run", optarg, &options->reference_day) ? VT_EXIT_CLEAN
                                                                         : VT_EXIT_USAGE;
  case 'R':
    options->resume = true;
    return VT_EXIT_CLEAN;
  case 'P':
    options->proposed = true;
    return VT_EXIT_CLEAN;
  case 'l':
    if (!vt_language_parse(vt_str(optarg), &asked->style.language))
      return vt_cli_usage(cli, "run", "'%s' is none of nb, nn, en", optarg);
    return VT_EXIT_CLEAN;
  case 'n':
    return vt_cli_parse_samples(cli, "run", optarg, &asked->style.samples) ? VT_EXIT_CLEAN
                                                                           : VT_EXIT_USAGE;
  case 'j':
    asked->json = true;
    return VT_EXIT_CLEAN;
  case 'o':
    asked->json_path = optarg;
    return VT_EXIT_CLEAN;
  case 'q':
    asked->quiet = true;
    return VT_EXIT_CLEAN;
  case 'v':
    cli->log.level = cli->log.level < VATER_LOG_DEBUG ? cli->log.level + 1 : VATER_LOG_DEBUG;
    return VT_EXIT_CLEAN;
  default:
    return vt_cli_option_fault(cli, "run", option, argv);
  }
}

int vt_command_run(struct vt_cli *cli, int argc, char **argv)
{
  struct asked asked = {
      .style = {
          .language = VT_LANGUAGE_EN, .color = cli->color, .width = cli->width, .samples = 3}};
  struct vt_run_options options = vt_cli_run_options(cli, "vater.json");
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":c:p:t:l:n:jo:qvh", long_options, NULL)) != -1) {
    if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    }
    int code = take_option(cli, option, argv, &asked, &options);
    if (code != VT_EXIT_CLEAN)
      return code;
  }
  for (; optind < argc; optind++) {
    if (options.only_count == ONLY_MAX)
      return vt_cli_usage(cli, "run", "more than %d actors named", ONLY_MAX);
    asked.only[options.only_count++] = vt_str(argv[optind]);
  }
  options.only = asked.only;
  return run(cli, &asked, &options);
}

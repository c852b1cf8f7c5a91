#include "cli/options.h"
#include "cli/reading.h"

#include "base/file.h"
#include "report/render.h"

#include <getopt.h>

enum { REPORT_BYTES_MAX = 256 * 1024 * 1024, SAMPLES = 3, SAMPLES_IN_JSON = 20 };

struct asked {
  struct vt_cli_store store;
  struct vt_report_style style;
  int64_t run;          /* 0: the latest */
  const char *payloads; /* folder to write them to, or NULL */
  bool json, quiet, samples_given;
};

static void print_help(FILE *out)
{
  fputs("usage: vater report [OPTION…]\n\n"
        "Prints the report of a recorded run: actors by status, findings by rule.\n\n"
        "  -c, --config FILE        the configuration (default vater.json)\n"
        "  -s, --store FILE         the store, instead of the configuration's\n"
        "      --run N              the run (default: the latest)\n"
        "  -l, --language nb|nn|en  of the texts (default en)\n"
        "  -n, --samples N          findings shown of each rule (default 3; 20 in JSON); all are\n"
        "                           counted\n"
        "  -j, --json               by rules/schemas/report.schema.json\n"
        "      --payloads FOLDER    write what the actors sent, as received, into FOLDER as well\n"
        "  -q, --quiet              no report\n"
        "  -h, --help               this text\n\n"
        "exit: 0 clean, 1 findings of severity error, 2 something could not be done,\n"
        "      3 the store cannot be used, 64 wrong usage\n",
        out);
}

static int print(struct vt_cli *cli, const struct asked *asked, const struct vt_report *report)
{
  struct vt_buffer out;
  vt_buffer_init(&out, &cli->environment.allocator, REPORT_BYTES_MAX);
  int status = VATER_OK;
  if (asked->json)
    status = vt_report_json(report, &out);
  else if (!asked->quiet)
    status = vt_report_terminal(report, &asked->style, &out);
  int code = vt_cli_print(cli, "report", status, &out);
  vt_buffer_fini(&out);
  return code == VT_EXIT_CLEAN ? vt_report_exit(report) : code;
}

/* ---- payloads -------------------------------------------------------------------------------- */

/* "FOLDER/983974724-main-1": nothing of a name can lead out of the folder. */
static int payload_path(char *out, size_t size, const char *folder,
                        const struct vt_store_job_row *job, size_t number, struct vt_error *error)
{
  char name[256];
  int len = snprintf(name, sizeof name, "%.*s-%.*s-%zu", VT_STR_ARGS(job->actor),
                     VT_STR_ARGS(job->endpoint), number + 1);
  for (char *at = name; *at != '\0'; at++) {
    bool plain = (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') ||
                 (*at >= 'A' && *at <= 'Z') || *at == '-' || *at == '_';
    *at = plain ? *at : '_';
  }
  if (len < 0 || (size_t)len >= sizeof name || vt_file_join(out, size, folder, name) != VATER_OK)
    return vt_fail(error, VATER_E_LIMIT, "OPS-FILE", "the path of a payload is too long");
  return VATER_OK;
}

static int write_job(struct vt_cli *cli, const char *folder, struct vt_store *store,
                     const struct vt_store_job_row *job, struct vt_error *error)
{
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  if (arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, "OPS-MEMORY", "out of memory");
  struct vt_store_page *pages;
  size_t count = 0;
  int status = vt_store_list_pages(store, job->id, arena, &pages, &count, error);
  for (size_t i = 0; status == VATER_OK && i < count; i++) {
    char path[1024];
    struct vater_str content;
    struct vt_arena_mark mark = vt_arena_mark(arena);
    status = payload_path(path, sizeof path, folder, job, i, error);
    if (status == VATER_OK)
      status = vt_store_find_payload(store, pages[i].sha256, arena, &content, error);
    if (status == VATER_OK)
      status = vt_file_replace(path, content, 0600, error);
    else if (status == VATER_DONE) /* not kept: unscreened, or with a person number */
      status = VATER_OK;
    vt_arena_rewind(arena, mark);
  }
  vt_arena_free(arena);
  return status;
}

static int write_payloads(struct vt_cli *cli, const char *folder, struct vt_store *store,
                          const struct vt_report *report, struct vt_error *error)
{
  int status = VATER_OK;
  for (size_t i = 0; status == VATER_OK && i < report->job_count; i++)
    status = write_job(cli, folder, store, &report->jobs[i].row, error);
  return status;
}

/* ---- the report ------------------------------------------------------------------------------ */

static int load_and_print(struct vt_cli *cli, const struct asked *asked, struct vt_store *store,
                          struct vt_arena *arena)
{
  struct vt_error error = {0};
  struct vt_report report;
  uint32_t samples = asked->json && !asked->samples_given ? SAMPLES_IN_JSON : asked->style.samples;
  int status =
      vt_report_load(store, asked->run, samples == 0 ? 1 : samples, arena, &report, &error);
  if (status == VATER_OK && asked->payloads != NULL)
    status = write_payloads(cli, asked->payloads, store, &report, &error);
  if (status == VATER_OK)
    return print(cli, asked, &report);
  if (status != VATER_DONE)
    return vt_cli_error(cli, "report", &error, VT_EXIT_FAILED);
  if (asked->run == 0)
    fputs("vater report: no run is recorded yet\n", cli->error);
  else
    fprintf(cli->error, "vater report: there is no run %lld; see 'vater history'\n",
            (long long)asked->run);
  return VT_EXIT_FAILED;
}

static const struct option long_options[] = {
    {"config", required_argument, NULL, 'c'},  {"store", required_argument, NULL, 's'},
    {"run", required_argument, NULL, 'R'},     {"language", required_argument, NULL, 'l'},
    {"samples", required_argument, NULL, 'n'}, {"payloads", required_argument, NULL, 'P'},
    {"quiet", no_argument, NULL, 'q'},         {"json", no_argument, NULL, 'j'},
    {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};

/* False: the usage was wrong, and that has been said. */
static bool take_option(struct vt_cli *cli, int option, char **argv, struct asked *asked)
{
  switch (option) {
  case 'c':
    asked->store.configuration = optarg;
    return true;
  case 's':
    asked->store.path = optarg;
    return true;
  case 'R':
    return vt_cli_parse_run(cli, "report", optarg, &asked->run);
  case 'l':
    return vt_cli_parse_language(cli, "report", optarg, &asked->style.language);
  case 'n':
    asked->samples_given = true;
    return vt_cli_parse_samples(cli, "report", optarg, &asked->style.samples);
  case 'j':
    asked->json = true;
    return true;
  case 'P':
    asked->payloads = optarg;
    return true;
  case 'q':
    asked->quiet = true;
    return true;
  default:
    vt_cli_option_fault(cli, "report", option, argv);
    return false;
  }
}

int vt_command_report(struct vt_cli *cli, int argc, char **argv)
{
  struct asked asked = {
      .store = {.configuration = "vater.json"},
      .style = {VT_LANGUAGE_EN, .color = cli->color, .width = cli->width, .samples = SAMPLES}};
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":c:s:l:n:jqh", long_options, NULL)) != -1) {
    if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    }
    if (!take_option(cli, option, argv, &asked))
      return VT_EXIT_USAGE;
  }
  if (optind < argc)
    return vt_cli_usage(cli, "report", "'%s' is one argument too many", argv[optind]);
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_store *store = NULL;
  if (arena == NULL)
    return VT_EXIT_FAILED;
  int code = vt_cli_open_store(cli, "report", &asked.store, arena, &store);
  if (code == VT_EXIT_CLEAN)
    code = load_and_print(cli, &asked, store, arena);
  vt_store_close(store);
  vt_arena_free(arena);
  return code;
}

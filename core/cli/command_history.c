#include "cli/options.h"
#include "cli/reading.h"

#include "base/date.h"
#include "base/encode.h"

#include <getopt.h>
#include <jansson.h>

enum { LINE_BYTES_MAX = 64 * 1024, SHOWN = 30 };

struct asked {
  struct vt_cli_store store;
  struct vater_str actor;
  uint32_t limit;
  bool json;
};

static void print_help(FILE *out)
{
  fputs("usage: vater history [OPTION…] [ORGNR]\n\n"
        "Lists the recorded runs, or what one actor delivered in each; newest first.\n\n"
        "  -c, --config FILE  the configuration (default vater.json)\n"
        "  -s, --store FILE   the store, instead of the configuration's\n"
        "  -n, --number N     how many (default 30, at most 1000)\n"
        "  -j, --json         machine-readable\n"
        "  -h, --help         this text\n\n"
        "exit: 0 listed, 2 something could not be done, 3 the store cannot be used,\n"
        "      64 wrong usage\n",
        out);
}

static int print_json(struct vt_cli *cli, json_t *root)
{
  int failed = json_dumpf(root, cli->out, JSON_INDENT(2) | JSON_ENSURE_ASCII);
  json_decref(root);
  fputc('\n', cli->out);
  return failed != 0 ? VT_EXIT_FAILED : VT_EXIT_CLEAN;
}

static json_t *text(struct vater_str value)
{
  return json_stringn(value.ptr != NULL ? value.ptr : "", value.len);
}

/* ---- runs ------------------------------------------------------------------------------------ */

static json_t *run_as_json(const struct vt_store_run *run)
{
  char day[16], started[32], finished[32];
  vt_date_print(run->reference_day, day);
  vt_date_print_time(run->started_ms, started);
  vt_date_print_time(run->finished_ms, finished);
  json_t *object =
      json_pack("{s:I, s:s, s:s, s:i, s:o}", "run", (json_int_t)run->id, "referenceDate", day,
                "started", started, "resumed", (int)run->resumed, "version", text(run->version));
  if (run->finished_ms != 0) {
    json_object_set_new(object, "finished", json_string(finished));
    json_object_set_new(object, "exit", json_integer(run->exit_code));
  }
  return object;
}

static void print_run(struct vt_cli *cli, const struct vt_store_run *run)
{
  char day[16], started[32];
  vt_date_print(run->reference_day, day);
  vt_date_print_time(run->started_ms, started);
  fprintf(cli->out, "%6lld  %s  %s", (long long)run->id, started, day);
  if (run->finished_ms == 0)
    fputs("  not finished", cli->out);
  else
    fprintf(cli->out, "  %8.1f s  exit %d", (double)(run->finished_ms - run->started_ms) / 1000.0,
            run->exit_code);
  if (run->resumed > 0)
    fprintf(cli->out, "  resumed %u", run->resumed);
  fputc('\n', cli->out);
}

static int list_runs(struct vt_cli *cli, const struct asked *asked, struct vt_store *store,
                     struct vt_arena *arena)
{
  struct vt_error error = {0};
  struct vt_store_run *runs;
  size_t count;
  if (vt_store_list_runs(store, asked->limit, arena, &runs, &count, &error) != VATER_OK)
    return vt_cli_error(cli, "history", &error, VT_EXIT_FAILED);
  json_t *list = json_array();
  if (!asked->json)
    fputs("   run  started               reference date\n", cli->out);
  for (size_t i = 0; i < count; i++)
    if (asked->json)
      json_array_append_new(list, run_as_json(&runs[i]));
    else
      print_run(cli, &runs[i]);
  if (asked->json)
    return print_json(cli, json_pack("{s:o}", "runs", list));
  json_decref(list);
  return VT_EXIT_CLEAN;
}

/* ---- one actor ------------------------------------------------------------------------------- */

static json_t *job_as_json(const struct vt_store_job_row *job)
{
  char started[32];
  vt_date_print_time(job->execution.started_ms, started);
  return json_pack("{s:I, s:o, s:s, s:o, s:o, s:o, s:I, s:I, s:I}", "run", (json_int_t)job->run,
                   "endpoint", text(job->endpoint), "started", started, "period", text(job->period),
                   "delivery", text(job->delivery), "code", text(job->code), "observations",
                   (json_int_t)job->rows, "errors", (json_int_t)job->finding_errors, "warnings",
                   (json_int_t)job->finding_warnings);
}

static void print_job(struct vt_cli *cli, const struct vt_store_job_row *job,
                      struct vt_buffer *line)
{
  char started[32];
  vt_date_print_time(job->execution.started_ms, started);
  vt_buffer_reset(line);
  vt_buffer_format(line, "%6lld  %s  ", (long long)job->run, started);
  vt_encode_terminal(line, job->endpoint);
  vt_buffer_text(line, "  ");
  vt_encode_terminal(line, job->delivery);
  if (job->code.len > 0)
    vt_buffer_char(line, ' ');
  vt_encode_terminal(line, job->code);
  if (job->rows > 0)
    vt_buffer_format(line, "  %u observations", job->rows);
  if (job->finding_total > 0)
    vt_buffer_format(line, "  %llu errors, %llu warnings", (unsigned long long)job->finding_errors,
                     (unsigned long long)job->finding_warnings);
  vt_buffer_char(line, '\n');
  vt_cli_put(cli->out, line);
}

static int list_jobs(struct vt_cli *cli, const struct asked *asked, struct vt_store *store,
                     struct vt_arena *arena)
{
  struct vt_error error = {0};
  struct vt_store_job_row *jobs;
  size_t count;
  if (vt_store_list_actor_jobs(store, asked->actor, asked->limit, arena, &jobs, &count, &error) !=
      VATER_OK)
    return vt_cli_error(cli, "history", &error, VT_EXIT_FAILED);
  if (asked->json) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
      json_array_append_new(list, job_as_json(&jobs[i]));
    return print_json(cli,
                      json_pack("{s:o, s:o}", "actor", text(asked->actor), "deliveries", list));
  }
  if (count == 0) {
    fprintf(cli->error, "vater history: nothing is recorded of that actor\n");
    return VT_EXIT_FAILED;
  }
  struct vt_buffer line;
  vt_buffer_init(&line, &cli->environment.allocator, LINE_BYTES_MAX);
  for (size_t i = 0; i < count; i++)
    print_job(cli, &jobs[i], &line);
  vt_buffer_fini(&line);
  return VT_EXIT_CLEAN;
}

/* ---- the command ----------------------------------------------------------------------------- */

static int list(struct vt_cli *cli, const struct asked *asked)
{
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_store *store = NULL;
  if (arena == NULL)
    return VT_EXIT_FAILED;
  int code = vt_cli_open_store(cli, "history", &asked->store, arena, &store);
  if (code == VT_EXIT_CLEAN)
    code = asked->actor.len > 0 ? list_jobs(cli, asked, store, arena)
                                : list_runs(cli, asked, store, arena);
  vt_store_close(store);
  vt_arena_free(arena);
  return code;
}

int vt_command_history(struct vt_cli *cli, int argc, char **argv)
{
  static const struct option options[] = {
      {"config", required_argument, NULL, 'c'}, {"store", required_argument, NULL, 's'},
      {"number", required_argument, NULL, 'n'}, {"json", no_argument, NULL, 'j'},
      {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0}};
  struct asked asked = {.store = {.configuration = "vater.json"}, .limit = SHOWN};
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":c:s:n:jh", options, NULL)) != -1) {
    if (option == 'c')
      asked.store.configuration = optarg;
    else if (option == 's')
      asked.store.path = optarg;
    else if (option == 'j')
      asked.json = true;
    else if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    } else if (option != 'n')
      return vt_cli_option_fault(cli, "history", option, argv);
    else if (!vt_cli_parse_samples(cli, "history", optarg, &asked.limit))
      return VT_EXIT_USAGE;
  }
  if (optind < argc)
    asked.actor = vt_str(argv[optind++]);
  if (optind < argc)
    return vt_cli_usage(cli, "history", "'%s' is one argument too many", argv[optind]);
  return list(cli, &asked);
}

#include "cli/options.h"

#include "base/codes.h"
#include "base/date.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/check_explain.h"
#include "cli/check_model.h"
#include "cli/check_settings.h"
#include "jose/key.h"
#include "report/render.h"
#include "run/actors.h"
#include "run/mapping.h"
#include "worker/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPORT_BYTES_MAX = 256 * 1024 * 1024, COPY_STEP = 1024 * 1024 };

struct asked {
  struct vt_judge_job job;
  struct vt_check_settings settings;
  bool explain; /* which place became which observation, instead of the report */
  char **files;
  int file_count;
  struct vt_cli_folders plugins;
  bool json;
  struct vt_report_style style;
  const char *key, *signature; /* files */
};

static void print_help(FILE *out)
{
  fputs(
      "usage: vater check [OPTION…] FILE…\n\n"
      "Judges a submission as the nightly run would; nothing is sent or stored. Several files\n"
      "are the pages of one submission; '-' is standard input. What needs history or other\n"
      "actors is listed as skipped.\n\n"
      "  -f, --format NAME        the format plugin (default auto: by what the file holds)\n"
      "  -m, --mapping FILE       its mapping; names the format as well\n"
      "      --settings JSON      its settings, an object\n"
      "      --explain-mapping    which place in FILE became which observation (with --json by\n"
      "                           pointer as well); where the delivery is refused, why\n"
      "      --plugins DIRECTORY  plugins there as well; may be given several times\n"
      "  -a, --actor ORGNR        who delivers it (default: the reporter in the file)\n"
      "  -p, --period PERIOD      the period that was asked for\n"
      "  -t, --today DATE         judge as of this day (YYYY-MM-DD)\n"
      "      --proposed           proposed indicators are accepted as well\n"
      "      --key FILE           the submission is signed: public key, JWK or JWKS to verify it\n"
      "                           with; each file is then a compact JWS\n"
      "      --signature FILE     its detached signature instead (one page)\n"
      "      --algorithm NAME     the only one that is taken; needed for an RSA key in PEM\n"
      "  -r, --rules DIRECTORY    rule packs (default: those beside this program)\n"
      "  -l, --language nb|nn|en  of the texts (default en)\n"
      "  -n, --samples N          findings shown of each rule (default 3); all are counted\n"
      "  -j, --json               machine-readable\n"
      "  -h, --help               this text\n\n"
      "exit: 0 clean, 1 findings of severity error, 2 something could not be done or decided,\n"
      "      3 refused to start, 64 wrong usage\n",
      out);
}

/* Bytes go from file to memfd inside the kernel where it can; this process never maps them. */
static int copy_all(int from, int to, const char *path, struct vt_error *error)
{
  uint64_t total = 0;
  char small[65536];
  for (;;) {
    ssize_t moved = sendfile(to, from, NULL, COPY_STEP);
    if (moved < 0 && (errno == EINVAL || errno == ENOSYS)) {
      moved = read(from, small, sizeof small);
      if (moved > 0 && write(to, small, (size_t)moved) != moved)
        return vt_fail(error, VATER_E_IO, NULL, "cannot copy '%s': %s", path, strerror(errno));
    }
    if (moved < 0 && errno == EINTR)
      continue;
    if (moved < 0)
      return vt_fail(error, VATER_E_IO, "OPS-FILE", "cannot read '%s': %s", path, strerror(errno));
    if (moved == 0)
      return VATER_OK;
    total += (uint64_t)moved;
    if (total > VT_LIMIT_PAYLOAD_BYTES)
      return vt_fail(error, VATER_E_LIMIT, "HTTP-TOOBIG",
                     "'%s' is over %llu MiB (limit PAYLOAD_BYTES); deliver it in pages or "
                     "several submissions",
                     path, (unsigned long long)VT_LIMIT_PAYLOAD_BYTES >> 20);
  }
}

static int open_page(const char *path, int *page, struct vt_error *error)
{
  bool standard = strcmp(path, "-") == 0;
  int file = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
  *page = -1;
  if (file < 0)
    return vt_fail(error, VATER_E_IO, "OPS-FILE", "cannot open '%s': %s", path, strerror(errno));
  int status = VATER_OK;
  int fd = memfd_create("page", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (fd < 0)
    status = vt_fail(error, VATER_E_IO, NULL, "memfd: %s", strerror(errno));
  if (status == VATER_OK)
    status = copy_all(file, fd, path, error);
  if (status == VATER_OK &&
      fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0)
    status = vt_fail(error, VATER_E_IO, NULL, "cannot seal: %s", strerror(errno));
  if (!standard)
    close(file);
  if (status == VATER_OK)
    *page = fd;
  else if (fd >= 0)
    close(fd);
  return status;
}

/* Without the white space that an editor leaves behind a signature. */
static int load_text(struct vt_cli *cli, const char *path, size_t limit, struct vt_arena *arena,
                     struct vater_str *text, struct vt_error *error)
{
  struct vater_str bytes;
  int status = vt_file_load(&cli->environment.allocator, path, limit, &bytes, error);
  if (status != VATER_OK)
    return status;
  *text = vt_arena_copy(arena, vt_str_trim(bytes));
  vt_free(&cli->environment.allocator, (void *)(uintptr_t)bytes.ptr);
  return text->ptr != NULL ? VATER_OK
                           : vt_fail(error, VATER_E_NOMEM, NULL, "no memory for '%s'", path);
}

/* What the registry says of an actor's signature comes from the command line here. */
static int load_signature(struct vt_cli *cli, struct asked *asked, struct vt_arena *arena,
                          struct vater_str *detached, struct vt_error *error)
{
  struct vt_judge_signature *signature = &asked->job.signature;
  struct vt_keys *keys = NULL;
  enum vt_algorithm pinned = VT_ALGORITHM_NONE;
  if (asked->key == NULL)
    return VATER_OK;
  signature->form = asked->signature != NULL ? VT_SIGNATURE_DETACHED : VT_SIGNATURE_COMPACT;
  signature->required = true;
  signature->now_ms = cli->environment.clock.wall_ms(cli->environment.clock.context);
  vt_algorithm_parse(signature->algorithm, &pinned);
  int status = load_text(cli, asked->key, VT_LIMIT_KEYS_BYTES, arena, &signature->keys, error);
  if (status == VATER_OK)
    status = vt_keys_parse(&cli->environment.allocator, signature->keys, pinned, &keys, error);
  if (status != VATER_OK)
    vt_error_prefix(error, "--key %s: ", asked->key);
  vt_keys_free(keys);
  if (status == VATER_OK && asked->signature != NULL)
    status = load_text(cli, asked->signature, VT_LIMIT_TOKEN_BYTES, arena, detached, error);
  return status;
}

/* Runs the worker to its last event; the result stays the worker's. */
static int judge(const struct asked *asked, struct vater_str signature, struct vt_zygote *zygote,
                 struct vt_worker **worker, struct vt_worker_event *event, uint64_t *bytes,
                 bool *more, struct vt_error *error)
{
  const struct vt_judge_head head = {.framing = VT_FRAMING_WHOLE, .signature = signature};
  int status = vt_worker_open(zygote, &asked->job, NULL, worker, error);
  *event = (struct vt_worker_event){.kind = VT_WORKER_PAGE};
  for (int i = 0; i < asked->file_count && status == VATER_OK; i++) {
    int page;
    status = open_page(asked->files[i], &page, error);
    if (status != VATER_OK)
      return status;
    off_t size = lseek(page, 0, SEEK_END);
    *bytes += size > 0 ? (uint64_t)size : 0;
    status = vt_worker_page(*worker, page, &head, error);
    if (status == VATER_OK)
      status = vt_zygote_wait(zygote, event, error);
    close(page);
    *more = status == VATER_OK && event->kind == VT_WORKER_PAGE && event->page.cursor.len > 0;
    if (status != VATER_OK || event->kind != VT_WORKER_PAGE || event->page.refused)
      break;
  }
  if (status == VATER_OK && event->kind == VT_WORKER_PAGE) {
    status = vt_worker_finish(*worker, error);
    if (status == VATER_OK)
      status = vt_zygote_wait(zygote, event, error);
  }
  return status;
}

static int print(struct vt_cli *cli, const struct asked *asked, const struct vt_result *result,
                 uint64_t bytes, struct vt_error *error)
{
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  struct vt_report report;
  struct vt_buffer out;
  int code = VT_EXIT_FAILED;
  if (arena == NULL)
    return code;
  vt_buffer_init(&out, &cli->environment.allocator, REPORT_BYTES_MAX);
  int status = vt_check_report(result, vt_str(asked->files[0]), bytes, asked->job.today,
                               asked->job.period.len > 0, arena, &report, error);
  if (status == VATER_OK)
    status = asked->json ? vt_report_json(&report, &out)
                         : vt_report_terminal(&report, &asked->style, &out);
  if (status == VATER_OK) {
    vt_cli_put(cli->out, &out);
    code = vt_report_exit(&report);
    /* what is rejected is so whatever a rule that could not be asked would have said */
    if (code == VT_EXIT_FAILED && result->delivery == VT_DELIVERY_RECEIVED &&
        report.findings.errors > 0)
      code = VT_EXIT_FINDINGS;
  } else {
    vt_cli_error(cli, "check", error, code);
  }
  vt_buffer_fini(&out);
  vt_arena_free(arena);
  return code;
}

/* All that is wrong with a mapping, in its own lines; else the first fault. */
static int tell_failure(struct vt_cli *cli, const struct asked *asked,
                        const struct vt_worker_event *event, struct vt_diagnostics *diagnostics)
{
  bool all = event->faults->count > 0;
  for (uint32_t i = 0; i < event->faults->count; i++)
    all = vt_mapping_tell(&event->faults->items[i], asked->job.documents, asked->job.document_count,
                          diagnostics) &&
          all;
  vt_cli_diagnostics(cli, diagnostics);
  if (all)
    return VT_EXIT_REFUSED;
  int code = vt_cli_error(cli, "check", event->error, VT_EXIT_FAILED);
  const struct vt_code *known = vt_code_find(vt_str(event->error->code));
  if (known != NULL && vt_str_starts(vt_str(known->code), VT_STR("PLUG-")))
    fprintf(cli->error, "  → %s\n", known->remedy[asked->style.language]);
  if (asked->settings.mapping == NULL && strstr(event->error->text, "setting 'mapping'") != NULL)
    fputs("give the mapping with --mapping FILE; docs/formats.md has one of each format\n",
          cli->error);
  return code;
}

static int check(struct vt_cli *cli, struct asked *asked)
{
  char schemas[1024];
  struct vt_error error = {0};
  struct vt_diagnostics diagnostics;
  struct vt_zygote *zygote = NULL;
  struct vt_worker *worker = NULL;
  struct vt_worker_event event;
  uint64_t bytes = 0;
  bool more = false;
  struct vater_str detached = VT_STR_NONE;
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  if (arena == NULL)
    return VT_EXIT_FAILED;
  vt_cli_schemas(cli, schemas, sizeof schemas);
  struct vt_zygote_options options = {.environment = &cli->environment,
                                      .plugin_directories = asked->plugins.paths,
                                      .plugin_directory_count = asked->plugins.count,
                                      .rules = cli->rules,
                                      .schemas = schemas,
                                      .sandbox = VT_SANDBOX_WARN};
  vt_diagnostics_init(&diagnostics, arena);
  int code = VT_EXIT_REFUSED;
  if (load_signature(cli, asked, arena, &detached, &error) != VATER_OK) {
    vt_cli_error(cli, "check", &error, code);
  } else if (vt_zygote_start(&options, &zygote, &diagnostics, &error) != VATER_OK) {
    vt_cli_diagnostics(cli, &diagnostics);
    vt_cli_error(cli, "check", &error, code);
  } else if ((code = vt_check_take_settings(cli, &asked->settings, vt_zygote_info(zygote), arena,
                                            &asked->job)) != VT_EXIT_CLEAN) {
    vt_zygote_stop(zygote);
    vt_arena_free(arena);
    return code;
  } else if (judge(asked, detached, zygote, &worker, &event, &bytes, &more, &error) != VATER_OK) {
    code = vt_cli_error(cli, "check", &error, VT_EXIT_FAILED);
  } else if (event.kind == VT_WORKER_RESULT && asked->explain &&
             event.result->delivery == VT_DELIVERY_RECEIVED) {
    const struct vt_explain_asked explained = {.result = event.result,
                                               .job = &asked->job,
                                               .files = asked->files,
                                               .file_count = asked->file_count,
                                               .plugins = &asked->plugins,
                                               .json = asked->json};
    code = vt_check_explain(cli, &explained);
  } else if (event.kind == VT_WORKER_RESULT) {
    if (more)
      fputs(
          "vater check: the last page names one behind it, which a run would fetch; give its file "
          "as well\n",
          cli->error);
    code = print(cli, asked, event.result, bytes, &error);
  } else {
    code = tell_failure(cli, asked, &event, &diagnostics);
  }
  vt_worker_close(worker);
  vt_zygote_stop(zygote);
  vt_arena_free(arena);
  return code;
}

static const struct option long_options[] = {{"format", required_argument, NULL, 'f'},
                                             {"settings", required_argument, NULL, 'S'},
                                             {"mapping", required_argument, NULL, 'm'},
                                             {"explain-mapping", no_argument, NULL, 'E'},
                                             {"actor", required_argument, NULL, 'a'},
                                             {"period", required_argument, NULL, 'p'},
                                             {"today", required_argument, NULL, 't'},
                                             {"proposed", no_argument, NULL, 'P'},
                                             {"rules", required_argument, NULL, 'r'},
                                             {"language", required_argument, NULL, 'l'},
                                             {"samples", required_argument, NULL, 'n'},
                                             {"key", required_argument, NULL, 'K'},
                                             {"signature", required_argument, NULL, 'D'},
                                             {"algorithm", required_argument, NULL, 'A'},
                                             {"json", no_argument, NULL, 'j'},
                                             {"plugins", required_argument, NULL, 'G'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

static int take_algorithm(struct vt_cli *cli, struct asked *asked)
{
  enum vt_algorithm algorithm;
  asked->job.signature.algorithm = vt_str(optarg);
  if (!vt_algorithm_parse(vt_str(optarg), &algorithm))
    return vt_cli_usage(cli, "check", "there is no algorithm '%s'; e.g. ES256, PS256, EdDSA",
                        optarg);
  return VT_EXIT_CLEAN;
}

static int take_actor(struct vt_cli *cli, struct asked *asked)
{
  asked->job.actor = vt_str(optarg);
  if (vt_orgnr_valid(asked->job.actor))
    return VT_EXIT_CLEAN;
  return vt_cli_usage(cli, "check",
                      "'%s' is not an organisation number; wanted: nine digits, of which the last "
                      "is the control digit",
                      optarg);
}

/* VT_EXIT_CLEAN: taken; else the exit code. */
static int take_option(struct vt_cli *cli, int option, char **argv, struct asked *asked)
{
  struct vt_period period;
  switch (option) {
  case 'f':
    asked->job.format = vt_str(optarg);
    return VT_EXIT_CLEAN;
  case 'S':
    asked->settings.settings = optarg;
    return VT_EXIT_CLEAN;
  case 'E':
    asked->explain = true;
    return VT_EXIT_CLEAN;
  case 'm':
    asked->settings.mapping = optarg;
    return VT_EXIT_CLEAN;
  case 'K':
    asked->key = optarg;
    return VT_EXIT_CLEAN;
  case 'D':
    asked->signature = optarg;
    return VT_EXIT_CLEAN;
  case 'A':
    return take_algorithm(cli, asked);
  case 'G':
    return vt_cli_add_folder(cli, "check", &asked->plugins, optarg);
  case 'a':
    return take_actor(cli, asked);
  case 'p':
    asked->job.period = vt_str(optarg);
    if (!vt_period_parse(asked->job.period, &period))
      return vt_cli_usage(cli, "check", "'%s' is not a period", optarg);
    return VT_EXIT_CLEAN;
  case 't':
    return vt_cli_parse_day(cli, "check", optarg, &asked->job.today) ? VT_EXIT_CLEAN
                                                                     : VT_EXIT_USAGE;
  case 'P':
    asked->job.proposed = true;
    return VT_EXIT_CLEAN;
  case 'r':
    vt_text_copy(cli->rules, sizeof cli->rules, vt_str(optarg));
    return VT_EXIT_CLEAN;
  case 'l':
    if (!vt_language_parse(vt_str(optarg), &asked->style.language))
      return vt_cli_usage(cli, "check", "'%s' is none of nb, nn, en", optarg);
    return VT_EXIT_CLEAN;
  case 'n':
    return vt_cli_parse_samples(cli, "check", optarg, &asked->style.samples) ? VT_EXIT_CLEAN
                                                                             : VT_EXIT_USAGE;
  case 'j':
    asked->json = true;
    return VT_EXIT_CLEAN;
  default:
    return vt_cli_option_fault(cli, "check", option, argv);
  }
}

int vt_command_check(struct vt_cli *cli, int argc, char **argv)
{
  int64_t now = cli->environment.clock.wall_ms(cli->environment.clock.context);
  struct asked asked = {
      .plugins = {.paths = {cli->plugins}, .count = 1},
      .job = {.id = VT_STR("check"), .today = now / 86400000},
      .style = {
          .language = VT_LANGUAGE_EN, .color = cli->color, .width = cli->width, .samples = 3}};
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":f:m:a:p:t:r:l:n:jh", long_options, NULL)) != -1) {
    if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    }
    int code = take_option(cli, option, argv, &asked);
    if (code != VT_EXIT_CLEAN)
      return code;
  }
  if (optind == argc)
    return vt_cli_usage(cli, "check", "no file given; '-' is standard input");
  asked.files = argv + optind;
  asked.file_count = argc - optind;
  if (asked.key == NULL && (asked.signature != NULL || asked.job.signature.algorithm.len > 0))
    return vt_cli_usage(cli, "check", "--signature and --algorithm need --key");
  if (asked.signature != NULL && asked.file_count > 1)
    return vt_cli_usage(cli, "check", "--signature is of one page; %d files are given",
                        asked.file_count);
  cli->environment.random.fill(cli->environment.random.context, &asked.job.hash_seed,
                               sizeof asked.job.hash_seed);
  return check(cli, &asked);
}

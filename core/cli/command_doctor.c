#include "cli/doctor.h"
#include "cli/options.h"
#include "cli/reading.h"

#include "base/encode.h"
#include "base/file.h"
#include "base/limits.h"
#include "run/actors.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

enum { FOLDER = 64, OUTPUT_LARGEST = 16 * 1024 * 1024 };

struct asked {
  const char *configuration, *transcript;
  struct vater_str orgnr, endpoint;
  int64_t day;
  enum vt_language language;
  bool json;
};

/* What was found out so far, of all endpoints. */
struct told {
  struct vt_buffer text, transcript;
  json_t *list;
  int code;
};

static void print_help(FILE *out)
{
  fputs("usage: vater doctor [OPTION…] ORGNR [ENDPOINT]\n\n"
        "Goes the whole way to an actor's endpoint, step by step: name, connection, TLS, metadata\n"
        "and token of the token service, proof, answer, decoding, rules. Each step is told with\n"
        "its time, and what to do where it failed. Nothing is recorded; secrets and tokens are\n"
        "never shown.\n\n"
        "  -c, --config FILE        the configuration (default vater.json)\n"
        "  -t, --today DATE         ask as of this day (YYYY-MM-DD)\n"
        "      --transcript FILE    write what was sent and answered, fit to be mailed\n"
        "  -l, --language nb|nn|en  of the remedies (default en)\n"
        "  -j, --json               machine-readable\n"
        "  -h, --help               this text\n\n"
        "exit: 0 all is well, 1 what was delivered is refused or rejected, 2 it could not be\n"
        "      delivered, 3 refused to start, 64 wrong usage\n",
        out);
}

/* ---- telling -----------------------------------------------------------------------------------
 */

static const char *remedy_of(const struct vt_doctor_step *step, enum vt_language language)
{
  if (step->remedy[language].len > 0)
    return step->remedy[language].ptr;
  const struct vt_code *code = step->state > VT_DOCTOR_OK ? vt_code_find(vt_str(step->code)) : NULL;
  return code != NULL ? code->remedy[language] : NULL;
}

static void tell_step(struct vt_buffer *out, const struct vt_doctor_step *step, const char *name,
                      enum vt_language language)
{
  char ms[24] = "";
  if (step->ms >= 0)
    snprintf(ms, sizeof ms, step->ms > 0 ? "%lld ms" : "<1 ms", (long long)step->ms);
  vt_buffer_format(out, "  %-9s %-8s %9s  ", name, vt_doctor_state_name(step->state), ms);
  if (step->code[0] != '\0')
    vt_buffer_format(out, "%s ", step->code);
  vt_encode_terminal(out, step->detail);
  vt_buffer_char(out, '\n');
  const char *remedy = remedy_of(step, language);
  if (remedy != NULL)
    vt_buffer_format(out, "  %-9s %-8s %9s  → %s\n", "", "", "", remedy);
}

static void tell_text(struct told *told, const struct vt_doctor *doctor, const struct asked *asked,
                      struct vater_str endpoint)
{
  vt_buffer_format(&told->text, "%.*s ", VT_STR_ARGS(asked->orgnr));
  vt_encode_terminal(&told->text, endpoint);
  vt_buffer_char(&told->text, '\n');
  for (int i = 0; i < VT_DOCTOR_STEPS; i++) {
    tell_step(&told->text, &doctor->steps[i], vt_doctor_step_name((enum vt_doctor_name)i),
              asked->language);
    if (i == VT_DOCTOR_TOKEN && doctor->claims.len > 0) {
      vt_buffer_format(&told->text, "  %-9s %-8s %9s  claims ", "", "", "");
      vt_encode_terminal(&told->text, doctor->claims);
      vt_buffer_char(&told->text, '\n');
    }
  }
}

static json_t *text_json(struct vater_str text)
{
  json_t *made = json_stringn(text.ptr != NULL ? text.ptr : "", text.len);
  return made != NULL ? made : json_string("(not UTF-8)");
}

static json_t *step_json(const struct vt_doctor_step *step, const char *name,
                         enum vt_language language)
{
  const char *remedy = remedy_of(step, language);
  json_t *object = json_pack("{s:s,s:s,s:o}", "step", name, "state",
                             vt_doctor_state_name(step->state), "detail", text_json(step->detail));
  if (step->ms >= 0)
    json_object_set_new(object, "ms", json_integer(step->ms));
  if (step->code[0] != '\0')
    json_object_set_new(object, "code", json_string(step->code));
  if (remedy != NULL)
    json_object_set_new(object, "remedy", json_string(remedy));
  return object;
}

static void tell_json(struct told *told, const struct vt_doctor *doctor, const struct asked *asked,
                      struct vater_str endpoint)
{
  json_t *steps = json_array();
  for (int i = 0; i < VT_DOCTOR_STEPS; i++)
    json_array_append_new(
        steps,
        step_json(&doctor->steps[i], vt_doctor_step_name((enum vt_doctor_name)i), asked->language));
  json_t *object = json_pack("{s:o,s:o,s:i,s:o}", "actor", text_json(asked->orgnr), "endpoint",
                             text_json(endpoint), "exit", vt_doctor_exit(doctor), "steps", steps);
  if (doctor->claims.len > 0)
    json_object_set_new(object, "claims",
                        json_loadb(doctor->claims.ptr, doctor->claims.len, 0, NULL));
  json_array_append_new(told->list, object);
}

/* ---- one endpoint ------------------------------------------------------------------------------
 */

static int load_job(struct vt_cli *cli, const char *store_path, struct vt_doctor *doctor,
                    struct vt_error *error)
{
  struct vt_store *store = NULL;
  struct vt_report report = {0};
  int status = vt_store_open(store_path, VT_STORE_READ, &cli->environment, &store, error);
  if (status == VATER_OK)
    status = vt_report_load(store, 0, 1, doctor->arena, &report, error);
  if (status == VATER_OK)
    vt_doctor_conclude(doctor, report.job_count > 0 ? &report.jobs[0] : NULL);
  vt_store_close(store);
  return status;
}

/* VT_EXIT_CLEAN: the doctor has its steps; else the exit code, after a message. */
static int examine_in(struct vt_cli *cli, const struct asked *asked, struct vater_str endpoint,
                      const char *store, struct vt_doctor *doctor)
{
  struct vt_error error = {0};
  struct vt_diagnostics diagnostics;
  struct vt_run_summary summary;
  struct vt_run_options options = vt_cli_run_options(cli, asked->configuration);
  options.only = &asked->orgnr;
  options.only_count = 1;
  options.endpoint = endpoint;
  options.store = store;
  options.reference_day = asked->day;
  options.observe = vt_doctor_observe;
  options.observe_step = vt_doctor_observe_step;
  options.observe_context = doctor;
  vt_diagnostics_init(&diagnostics, doctor->arena);
  int status = vt_run(&options, &summary, &diagnostics, &error);
  vt_cli_diagnostics(cli, &diagnostics);
  if (status == VATER_OK)
    status = load_job(cli, store, doctor, &error);
  if (status == VATER_OK)
    return VT_EXIT_CLEAN;
  return vt_cli_error(cli, "doctor", &error, summary.run == 0 ? VT_EXIT_REFUSED : VT_EXIT_FAILED);
}

static int examine(struct vt_cli *cli, const struct asked *asked, struct vater_str endpoint,
                   struct vt_arena *arena, struct told *told)
{
  struct vt_doctor doctor;
  char folder[FOLDER] = "/tmp/vater-doctor-XXXXXX", store[FOLDER + 16];
  if (mkdtemp(folder) == NULL) {
    fprintf(cli->error, "vater doctor: cannot make a folder below /tmp: %s\n", strerror(errno));
    return VT_EXIT_FAILED;
  }
  snprintf(store, sizeof store, "%s/store.db", folder);
  vt_doctor_init(&doctor, &cli->environment, arena);
  int code = examine_in(cli, asked, endpoint, store, &doctor);
  vt_folder_remove(folder);
  if (code == VT_EXIT_CLEAN) {
    tell_text(told, &doctor, asked, endpoint);
    tell_json(told, &doctor, asked, endpoint);
    vt_buffer_append(&told->transcript, vt_buffer_str(&doctor.transcript));
    code = vt_doctor_exit(&doctor);
  }
  vt_doctor_fini(&doctor);
  return code;
}

/* ---- all of an actor ---------------------------------------------------------------------------
 */

static int find_actor(struct vt_cli *cli, const struct asked *asked, struct vt_arena *arena,
                      struct vt_actors *actors, const struct vt_actor **actor)
{
  struct vt_diagnostics diagnostics;
  struct vt_configuration configuration;
  const char *rules = cli->rules;
  vt_diagnostics_init(&diagnostics, arena);
  int status = vt_configuration_load(&cli->environment, asked->configuration, rules, arena,
                                     &configuration, &diagnostics);
  if (status == VATER_OK)
    status = vt_actors_load(&cli->environment, configuration.actors.ptr, rules, arena, actors,
                            &diagnostics);
  vt_cli_diagnostics(cli, &diagnostics);
  if (status != VATER_OK)
    return VT_EXIT_REFUSED;
  *actor = vt_actors_find(actors, asked->orgnr);
  if (*actor != NULL)
    return VT_EXIT_CLEAN;
  fprintf(cli->error, "vater doctor: actor '%.*s' is not in the registry; see 'vater actor list'\n",
          VT_STR_ARGS(asked->orgnr));
  return VT_EXIT_REFUSED;
}

static int examine_all(struct vt_cli *cli, const struct asked *asked, const struct vt_actor *actor,
                       struct vt_arena *arena, struct told *told)
{
  bool found = false;
  for (uint32_t i = 0; i < actor->endpoint_count && told->code != VT_EXIT_REFUSED; i++) {
    const struct vt_endpoint *endpoint = &actor->endpoints[i];
    if (!endpoint->enabled ||
        (asked->endpoint.len > 0 && !vt_str_equal(asked->endpoint, endpoint->id)))
      continue;
    found = true;
    int code = examine(cli, asked, endpoint->id, arena, told);
    told->code = code > told->code ? code : told->code;
  }
  if (found)
    return told->code;
  fprintf(cli->error, "vater doctor: actor %.*s has no enabled endpoint%s%.*s\n",
          VT_STR_ARGS(asked->orgnr), asked->endpoint.len > 0 ? " " : "",
          VT_STR_ARGS(asked->endpoint));
  return VT_EXIT_REFUSED;
}

static int print(struct vt_cli *cli, const struct asked *asked, struct told *told)
{
  struct vt_error error = {0};
  if (asked->json && json_array_size(told->list) > 0) {
    json_dumpf(told->list, cli->out, JSON_INDENT(1));
    fputc('\n', cli->out);
  } else if (!asked->json) {
    vt_cli_put(cli->out, &told->text);
  }
  if (asked->transcript != NULL && told->transcript.len > 0 &&
      vt_file_replace(asked->transcript, vt_buffer_str(&told->transcript), 0600, &error) !=
          VATER_OK)
    return vt_cli_error(cli, "doctor", &error, VT_EXIT_FAILED);
  return told->code;
}

static int doctor(struct vt_cli *cli, const struct asked *asked)
{
  struct vt_actors actors = {0};
  const struct vt_actor *actor = NULL;
  struct told told = {.list = json_array(), .code = VT_EXIT_CLEAN};
  struct vt_arena *arena = vt_arena_new(&cli->environment.allocator, 0);
  if (arena == NULL || told.list == NULL)
    return VT_EXIT_FAILED;
  vt_buffer_init(&told.text, &cli->environment.allocator, OUTPUT_LARGEST);
  vt_buffer_init(&told.transcript, &cli->environment.allocator, OUTPUT_LARGEST);
  int code = find_actor(cli, asked, arena, &actors, &actor);
  if (code == VT_EXIT_CLEAN)
    code = examine_all(cli, asked, actor, arena, &told);
  if (code != VT_EXIT_REFUSED)
    code = print(cli, asked, &told);
  vt_buffer_fini(&told.text);
  vt_buffer_fini(&told.transcript);
  vt_actors_fini(&actors);
  json_decref(told.list);
  vt_arena_free(arena);
  return code;
}

static const struct option long_options[] = {{"config", required_argument, NULL, 'c'},
                                             {"today", required_argument, NULL, 't'},
                                             {"transcript", required_argument, NULL, 'T'},
                                             {"language", required_argument, NULL, 'l'},
                                             {"json", no_argument, NULL, 'j'},
                                             {"help", no_argument, NULL, 'h'},
                                             {NULL, 0, NULL, 0}};

/* False: the usage was wrong, and that has been said. */
static bool take_option(struct vt_cli *cli, int option, char **argv, struct asked *asked)
{
  switch (option) {
  case 'c':
    asked->configuration = optarg;
    return true;
  case 't':
    return vt_cli_parse_day(cli, "doctor", optarg, &asked->day);
  case 'T':
    asked->transcript = optarg;
    return true;
  case 'l':
    return vt_cli_parse_language(cli, "doctor", optarg, &asked->language);
  case 'j':
    asked->json = true;
    return true;
  default:
    vt_cli_option_fault(cli, "doctor", option, argv);
    return false;
  }
}

int vt_command_doctor(struct vt_cli *cli, int argc, char **argv)
{
  struct asked asked = {
      .configuration = "vater.json", .day = INT64_MIN, .language = VT_LANGUAGE_EN};
  int option;
  optind = 1;
  opterr = 0;
  while ((option = getopt_long(argc, argv, ":c:t:l:jh", long_options, NULL)) != -1) {
    if (option == 'h') {
      print_help(cli->out);
      return VT_EXIT_CLEAN;
    }
    if (!take_option(cli, option, argv, &asked))
      return VT_EXIT_USAGE;
  }
  if (argc - optind < 1 || argc - optind > 2)
    return vt_cli_usage(cli, "doctor",
                        "wanted: the organisation number of one actor, and perhaps "
                        "the id of one of its endpoints");
  asked.orgnr = vt_str(argv[optind]);
  if (argc - optind == 2)
    asked.endpoint = vt_str(argv[optind + 1]);
  return doctor(cli, &asked);
}

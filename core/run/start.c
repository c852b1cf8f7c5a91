#include "run/start.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/statvfs.h>
#include <unistd.h>

#ifndef VATER_VERSION
#error "VATER_VERSION comes from CMake"
#endif

enum {
  FILES_AT_REST = 64,              /* store, zygote, connections kept for reuse */
  FILES_A_JOB = 8,                 /* connection, page, what is shared with its worker */
  FILES_WANTED = 65536,            /* jobs of many pages */
  FILE_BYTES = 1024 * 1024 * 1024, /* the store */
};

static int load_configuration(struct vt_running *running, struct vt_error *error)
{
  const struct vt_run_options *options = running->options;
  int status = vt_configuration_load(options->environment, options->configuration, options->rules,
                                     running->arena, &running->configuration, running->diagnostics);
  const struct vt_configuration *configuration = &running->configuration;
  if (configuration->actors.len > 0) {
    running->rules = configuration->rules.len > 0 ? configuration->rules.ptr : options->rules;
    running->plugins =
        configuration->plugins.len > 0 ? configuration->plugins.ptr : options->plugins;
    status = vt_actors_load(options->environment, configuration->actors.ptr, options->rules,
                            running->arena, &running->actors, running->diagnostics);
  }
  /* with a registry that can be read, the plan goes on to find what is wrong with its plugins */
  if (running->actors.document.root != NULL && status != VATER_E_NOMEM)
    return VATER_OK;
  if (status != VATER_OK)
    vt_fail(error, status, "OPS-CONFIG", "the configuration has %u fault%s",
            running->diagnostics->errors, running->diagnostics->errors == 1 ? "" : "s");
  return status;
}

/* Up to `wanted` of what we may have is taken; less than `least` is refused before anything begins.
 */
static int claim(int resource, uint64_t least, uint64_t wanted, const char *what,
                 struct vt_error *error)
{
  struct rlimit value;
  if (getrlimit((__rlimit_resource_t)resource, &value) != 0)
    return vt_fail(error, VATER_E_IO, "OPS-ENV", "resource limit: %s", strerror(errno));
  if (value.rlim_max < least)
    return vt_fail(error, VATER_E_REFUSED, "OPS-ENV",
                   "the limit of %s is %llu, and this configuration needs %llu; raise it (ulimit, "
                   "or Limit… of the systemd unit)",
                   what, (unsigned long long)value.rlim_max, (unsigned long long)least);
  if (value.rlim_cur >= wanted)
    return VATER_OK;
  value.rlim_cur = value.rlim_max < wanted ? value.rlim_max : wanted;
  if (setrlimit((__rlimit_resource_t)resource, &value) != 0)
    return vt_fail(error, VATER_E_IO, "OPS-ENV", "resource limit: %s", strerror(errno));
  return VATER_OK;
}

static int claim_limits(struct vt_running *running, struct vt_error *error)
{
  uint64_t files = FILES_AT_REST + (uint64_t)running->configuration.in_flight * FILES_A_JOB;
  int status = claim(RLIMIT_NOFILE, files, FILES_WANTED, "open files", error);
  return status == VATER_OK
             ? claim(RLIMIT_FSIZE, FILE_BYTES, RLIM_INFINITY, "bytes in a file", error)
             : status;
}

/* Changed packs that bring no schemas are read with those in force. */
static void find_schemas(const struct vt_running *running, const char *rules, char *path,
                         size_t size)
{
  snprintf(path, size, "%s/schemas", rules);
  if (access(path, F_OK) != 0)
    snprintf(path, size, "%s/schemas", running->rules);
}

int vt_run_start_zygote(struct vt_running *running, const char *rules, bool trusted,
                        struct vt_zygote **zygote, struct vt_error *error)
{
  char schemas[1024];
  const char *const directories[] = {running->plugins};
  find_schemas(running, rules, schemas, sizeof schemas);
  struct vt_zygote_options options = {
      .environment = running->environment,
      .plugin_directories = directories,
      .plugin_directory_count = 1,
      .rules = rules,
      .schemas = schemas,
      .trusted = trusted,
      .pins = trusted,
      .sandbox = running->configuration.require_sandbox ? VT_SANDBOX_REQUIRE : VT_SANDBOX_WARN};
  int status = vt_zygote_start(&options, zygote, running->diagnostics, error);
  if (status == VATER_OK) {
    const struct vt_zygote_info *info = vt_zygote_info(*zygote);
    vt_log(running->log, info->sandboxed ? VATER_LOG_INFO : VATER_LOG_WARNING, "run", NULL, "%.*s",
           VT_STR_ARGS(info->sandbox));
  }
  return status;
}

static int start_zygote(struct vt_running *running, struct vt_error *error)
{
  return vt_run_start_zygote(running, running->rules, true, &running->zygote, error);
}

/* From here on this process holds keys. */
static int close_up(struct vt_running *running, struct vt_error *error)
{
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGHUP);
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  signal(SIGPIPE, SIG_IGN);
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
    return vt_fail(error, VATER_E_IO, NULL, "cannot block signals: %s", strerror(errno));
  running->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  if (running->signals < 0)
    return vt_fail(error, VATER_E_IO, NULL, "signalfd: %s", strerror(errno));
  return VATER_OK;
}

static void store_directory(const struct vt_running *running, char *directory, size_t size)
{
  snprintf(directory, size, "%s", running->configuration.store.ptr);
  char *slash = strrchr(directory, '/');
  if (slash == NULL)
    snprintf(directory, size, ".");
  else
    *(slash == directory ? slash + 1 : slash) = '\0';
}

static int check_space(struct vt_running *running, struct vt_error *error)
{
  struct statvfs info;
  char directory[1024];
  store_directory(running, directory, sizeof directory);
  if (running->configuration.minimum_free_bytes == 0 || statvfs(directory, &info) != 0)
    return VATER_OK;
  uint64_t available = (uint64_t)info.f_bavail * info.f_frsize;
  if (available >= running->configuration.minimum_free_bytes)
    return VATER_OK;
  return vt_fail(error, VATER_E_REFUSED, "OPS-DISK",
                 "'%s' has %llu bytes free; minimumFreeBytes asks for %llu", directory,
                 (unsigned long long)available,
                 (unsigned long long)running->configuration.minimum_free_bytes);
}

static int check_shrink(struct vt_running *running, struct vt_error *error)
{
  uint32_t before = 0;
  int status = vt_store_count_last_actors(running->store, &before, error);
  if (status != VATER_OK || running->configuration.allow_shrink || running->options->only_count > 0)
    return status;
  if ((uint64_t)running->actors.count * 5 >= (uint64_t)before * 4)
    return VATER_OK;
  return vt_fail(error, VATER_E_REFUSED, "OPS-SHRINK",
                 "the actor registry has %u actors, the last run had %u; if that is meant, set "
                 "allowShrink in %s",
                 running->actors.count, before, running->options->configuration);
}

static int open_store(struct vt_running *running, struct vt_error *error)
{
  if (running->store != NULL)
    return VATER_OK;
  int status = check_space(running, error);
  if (status == VATER_OK)
    status = vt_store_open(running->configuration.store.ptr, VT_STORE_WRITE, running->environment,
                           &running->store, error);
  if (status == VATER_OK)
    vt_text_copy(running->summary->store, sizeof running->summary->store,
                 running->configuration.store);
  return status;
}

/* A run that is gone on with keeps its reference day, and with it the periods it asks for. */
static int find_unfinished(struct vt_running *running, struct vt_error *error)
{
  struct vt_store_run run = {0};
  if (!running->options->resume)
    return VATER_OK;
  int status = open_store(running, error);
  if (status == VATER_OK)
    status = vt_store_find_unfinished(running->store, running->arena, &run, error);
  if (status == VATER_DONE)
    return vt_fail(error, VATER_E_REFUSED, "OPS-PINNED",
                   "there is no unfinished run to resume; start one with 'vater run'");
  running->run = run.id;
  running->today = run.reference_day;
  return status;
}

static int begin_run(struct vt_running *running, struct vt_error *error)
{
  char host[256] = "";
  struct vt_store_pin *pins;
  size_t count;
  struct vt_store_run run = {0};
  gethostname(host, sizeof host - 1);
  int status = vt_run_pins(running, &pins, &count, error);
  if (status != VATER_OK)
    return status;
  if (!running->options->resume) {
    run.started_ms = vt_run_wall_ms(running);
    run.reference_day = running->today;
    run.version = VT_STR(VATER_VERSION);
    run.host = vt_str(host);
    return vt_store_begin_run(running->store, &run, pins, count, &running->run, error);
  }
  return vt_store_resume(running->store, running->run, pins, count, error);
}

static int open_net(struct vt_running *running, struct vt_error *error)
{
  const struct vt_configuration *configuration = &running->configuration;
  struct vt_net_options options;
  vt_net_options_default(&options, running->environment);
  options.log = running->log;
  options.ca_file = configuration->certificates.len > 0 ? configuration->certificates.ptr : NULL;
  options.user_agent = "vater/" VATER_VERSION;
  options.in_flight = configuration->in_flight;
  options.connect_ms = configuration->connect_ms;
  options.attempt_ms = configuration->job_ms;
  options.deadline_ms = running->started_ms + configuration->run_ms;
  options.slow_bytes = configuration->slow_bytes_per_second;
  options.slow_seconds = configuration->slow_ms / 1000;
  options.retry_ms = configuration->retry_ms;
  return vt_net_new(&options, &running->net, error);
}

static int open_plugins(struct vt_running *running, struct vt_error *error)
{
  running->plugin_arena = vt_arena_new(&running->environment->allocator, 0);
  if (running->plugin_arena == NULL ||
      vt_registry_init(&running->registry, running->environment, running->plugin_arena, NULL) !=
          VATER_OK ||
      vt_nonces_new(running->environment, &running->nonces) != VATER_OK ||
      vt_call_init(&running->call, running->environment, running->log, "fetch") != VATER_OK)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  running->call.stop = &running->stop;
  return VATER_OK;
}

static int64_t today_of(const struct vt_run_options *options)
{
  if (options->reference_day != INT64_MIN)
    return options->reference_day;
  int64_t ms = options->environment->clock.wall_ms(options->environment->clock.context);
  return ms / 86400000 - (ms % 86400000 < 0);
}

int vt_run_start_judging(const struct vt_run_options *options, struct vt_run_summary *summary,
                         struct vt_diagnostics *diagnostics, struct vt_running *running,
                         struct vt_error *error)
{
  *running = (struct vt_running){.options = options,
                                 .environment = options->environment,
                                 .log = options->log,
                                 .summary = summary,
                                 .diagnostics = diagnostics,
                                 .today = today_of(options),
                                 .signals = -1};
  running->started_ms =
      options->environment->clock.monotonic_ms(options->environment->clock.context);
  running->arena = vt_arena_new(&options->environment->allocator, 0);
  if (running->arena == NULL)
    return vt_fail(error, VATER_E_NOMEM, NULL, "out of memory");
  int (*const steps[])(struct vt_running *, struct vt_error *) = {load_configuration, claim_limits,
                                                                  start_zygote};
  int status = VATER_OK;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == VATER_OK; i++)
    status = steps[i](running, error);
  if (status == VATER_OK && options->store != NULL)
    running->configuration.store = vt_str(options->store);
  return status;
}

static int prepare(const struct vt_run_options *options, struct vt_run_summary *summary,
                   struct vt_diagnostics *diagnostics, struct vt_running *running,
                   struct vt_error *error)
{
  int status = vt_run_start_judging(options, summary, diagnostics, running, error);
  if (status == VATER_OK)
    status = close_up(running, error);
  return status == VATER_OK ? open_plugins(running, error) : status;
}

int vt_run_start(const struct vt_run_options *options, struct vt_run_summary *summary,
                 struct vt_diagnostics *diagnostics, struct vt_running *running,
                 struct vt_error *error)
{
  int status = prepare(options, summary, diagnostics, running, error);
  int (*const steps[])(struct vt_running *, struct vt_error *) = {
      find_unfinished, vt_run_plan, vt_run_open_formats, open_store, check_shrink,
      begin_run,       open_net};
  for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == VATER_OK; i++)
    status = steps[i](running, error);
  return status;
}

/* Not an error: the service manager may make the folder when it starts the run. */
static void warn_of_store(struct vt_running *running)
{
  char directory[1024];
  store_directory(running, directory, sizeof directory);
  if (access(directory, W_OK | X_OK) == 0)
    return;
  struct vt_error error = {0};
  vt_fail(&error, VATER_E_IO, "STORE-FS", "the store's folder '%s' cannot be written now: %s",
          directory, strerror(errno));
  vt_diagnostics_add(running->diagnostics, VATER_SEVERITY_WARNING, &error, VT_STR_NONE, 0);
}

int vt_run_verify(const struct vt_run_options *options, uint32_t *jobs,
                  struct vt_diagnostics *diagnostics, struct vt_error *error)
{
  struct vt_running running;
  struct vt_run_summary summary = {0};
  int status = prepare(options, &summary, diagnostics, &running, error);
  if (status == VATER_OK)
    status = vt_run_plan(&running, error);
  if (status == VATER_OK)
    status = vt_run_rehearse(&running, error);
  if (status == VATER_OK)
    warn_of_store(&running);
  *jobs = running.job_count;
  vt_run_end(&running);
  return status;
}

void vt_run_end(struct vt_running *running)
{
  for (uint32_t i = 0; i < running->job_count; i++)
    vt_job_fini(&running->jobs[i]);
  for (uint32_t i = 0; i < running->authorization_count; i++)
    vt_authorization_fini(&running->authorizations[i]);
  for (uint32_t i = 0; i < running->keyset_count; i++)
    vt_net_exchange_free(running->keysets[i].exchange);
  vt_nonces_free(running->nonces);
  vt_net_free(running->net);
  vt_store_close(running->store);
  if (running->plugin_arena != NULL) {
    vt_call_fini(&running->call);
    vt_registry_fini(&running->registry);
  }
  vt_arena_free(running->plugin_arena);
  vt_zygote_stop(running->zygote);
  vt_actors_fini(&running->actors);
  if (running->signals >= 0)
    close(running->signals);
  vt_arena_free(running->arena);
}
